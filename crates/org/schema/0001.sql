-- Organisation: units, persons, posts, delegations, liaisons. Days are text such as 2026-11-22; a last day is
-- the last on which the thing still holds.

CREATE TABLE unit (
    id TEXT PRIMARY KEY,
    -- The keys from the root down, each followed by a dot: 1.4.23. Moving a unit rewrites its subtree.
    path TEXT NOT NULL UNIQUE,
    key BIGINT NOT NULL UNIQUE,
    parent_id TEXT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    short_name TEXT,
    -- Twelve digits, for divisions only.
    code TEXT UNIQUE,
    -- Members of a Party organisation.
    members BIGINT,
    sort BIGINT NOT NULL,
    opened_on TEXT NOT NULL,
    closed_on TEXT,
    import_id TEXT,
    -- Set when the import that brought it was undone: it was never meant to be.
    withdrawn_at TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX unit_parent ON unit (parent_id, sort);
CREATE INDEX unit_name ON unit (name);
CREATE INDEX unit_import ON unit (import_id);

CREATE TABLE unit_succession (
    from_id TEXT NOT NULL,
    to_id TEXT NOT NULL,
    since TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (from_id, to_id)
);
CREATE INDEX unit_succession_to ON unit_succession (to_id);

CREATE TABLE person (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- The unit on whose list the person stands; posts may be elsewhere.
    unit_id TEXT NOT NULL,
    -- As shown on screens; the number itself is a sealed field.
    phone_masked TEXT,
    note TEXT NOT NULL,
    made_at TEXT NOT NULL,
    -- The last day of service.
    left_on TEXT,
    import_id TEXT,
    withdrawn_at TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX person_name ON person (name, id);
CREATE INDEX person_unit ON person (unit_id);
CREATE INDEX person_import ON person (import_id);

CREATE TABLE post (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    role TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    from_on TEXT NOT NULL,
    to_on TEXT,
    -- 1 when held in place of a holder (代理、临时负责).
    acting BIGINT NOT NULL,
    note TEXT NOT NULL,
    -- The person who took it over.
    handed_over_to TEXT,
    import_id TEXT,
    withdrawn_at TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX post_person ON post (person_id, from_on);
CREATE INDEX post_unit ON post (unit_id, role);
CREATE INDEX post_role ON post (role);
CREATE INDEX post_import ON post (import_id);

-- Posts a unit should have. One that nobody holds is shown as vacant.
CREATE TABLE seat (
    unit_id TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (unit_id, role)
);

CREATE TABLE delegation (
    id TEXT PRIMARY KEY,
    post_id TEXT NOT NULL,
    from_person TEXT NOT NULL,
    to_person TEXT NOT NULL,
    from_on TEXT NOT NULL,
    to_on TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX delegation_to ON delegation (to_person, from_on);
CREATE INDEX delegation_from ON delegation (from_person, from_on);
CREATE INDEX delegation_post ON delegation (post_id);

CREATE TABLE liaison (
    id TEXT PRIMARY KEY,
    -- Either a person or a unit is tied.
    person_id TEXT,
    unit_id TEXT,
    tied_kind TEXT NOT NULL,
    tied_id TEXT NOT NULL,
    tied_name TEXT NOT NULL,
    from_on TEXT NOT NULL,
    to_on TEXT,
    reason TEXT NOT NULL
);
CREATE INDEX liaison_person ON liaison (person_id, from_on);
CREATE INDEX liaison_unit ON liaison (unit_id, from_on);
CREATE INDEX liaison_tied ON liaison (tied_kind, tied_id);

CREATE TABLE org_import (
    id TEXT PRIMARY KEY,
    -- persons or units
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    row_count BIGINT NOT NULL,
    unit_id TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL,
    undone_at TEXT
);
CREATE INDEX org_import_made ON org_import (made_at);

-- The columns somebody chose for a template, proposed again next time.
CREATE TABLE org_mapping (
    kind TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    mapping TEXT NOT NULL,
    PRIMARY KEY (kind, fingerprint)
);
