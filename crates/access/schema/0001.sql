-- Accounts, sessions, tokens, sealed fields. Instants are UTC text with six decimals.

CREATE TABLE account (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL UNIQUE,
    -- As shown in page heads; org keeps it in step with the person's name.
    name TEXT NOT NULL,
    login TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL,
    password_set_at TEXT NOT NULL,
    made_at TEXT NOT NULL,
    closed_at TEXT
);

CREATE TABLE one_time_link (
    secret TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE INDEX one_time_link_person ON one_time_link (person);
CREATE INDEX one_time_link_expires ON one_time_link (expires_at);

CREATE TABLE session (
    id TEXT PRIMARY KEY,
    secret TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    agent TEXT NOT NULL,
    origin TEXT NOT NULL,
    -- Set while the six digits are still to come; such a row opens nothing.
    awaits_code BIGINT NOT NULL,
    made_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    idle_until TEXT NOT NULL,
    open_until TEXT NOT NULL,
    ended_at TEXT
);
CREATE INDEX session_account ON session (account, made_at);
CREATE INDEX session_open_until ON session (open_until);

CREATE TABLE second_factor (
    account TEXT PRIMARY KEY,
    secret TEXT NOT NULL,
    made_at TEXT NOT NULL,
    confirmed_at TEXT,
    -- The last time step whose code was taken (RFC 6238 section 5.2: a code counts once).
    last_step BIGINT NOT NULL
);

CREATE TABLE recovery_code (
    account TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (account, code)
);

CREATE TABLE token (
    id TEXT PRIMARY KEY,
    secret TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    label TEXT NOT NULL,
    made_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT,
    revoked_at TEXT
);
CREATE INDEX token_account ON token (account, made_at);

CREATE TABLE attempt (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX attempt_bucket ON attempt (bucket, at);
CREATE INDEX attempt_at ON attempt (at);

CREATE TABLE lock_out (
    bucket TEXT PRIMARY KEY,
    until TEXT NOT NULL
);
CREATE INDEX lock_out_until ON lock_out (until);

-- The key of one subject, wrapped by the master key; without it what is sealed is noise.
CREATE TABLE subject_key (
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    cipher TEXT NOT NULL,
    wrapped TEXT,
    made_at TEXT NOT NULL,
    erased_at TEXT,
    PRIMARY KEY (subject_kind, subject_id)
);

CREATE TABLE sealed_field (
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    field TEXT NOT NULL,
    cipher TEXT NOT NULL,
    sealed TEXT NOT NULL,
    masked TEXT NOT NULL,
    blind TEXT,
    sealed_at TEXT NOT NULL,
    PRIMARY KEY (subject_kind, subject_id, field)
);
CREATE INDEX sealed_field_blind ON sealed_field (blind);

CREATE TABLE unsealing (
    id TEXT PRIMARY KEY,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    field TEXT NOT NULL,
    -- The person, or the job when a program did it.
    opened_by TEXT NOT NULL,
    through TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX unsealing_subject ON unsealing (subject_kind, subject_id, at);

CREATE TABLE idempotency (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (account, key)
);
CREATE INDEX idempotency_at ON idempotency (at);
