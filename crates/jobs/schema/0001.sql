-- Queued work. A job is claimed for a time; when the claim lapses, another worker takes it up.
CREATE TABLE job (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    claimed_until TEXT,
    tries BIGINT NOT NULL,
    done BIGINT NOT NULL,
    total BIGINT NOT NULL,
    finished_at TEXT,
    outcome TEXT,
    failed BIGINT NOT NULL
);
CREATE INDEX job_waiting ON job (finished_at, asked_at);
CREATE INDEX job_asked_by ON job (asked_by, asked_at);
-- Work that comes round: who runs it holds the lease, so that two instances do not both.
CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    held_until TEXT NOT NULL
);
