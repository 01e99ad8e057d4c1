-- Publications. Days are TEXT as 2026-11-22, instants UTC text with six decimals.

CREATE TABLE publication (
  id TEXT NOT NULL PRIMARY KEY,
  -- regulation-id/clause-key
  clause TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  unit_path TEXT NOT NULL,
  period TEXT NOT NULL,
  period_start TEXT NOT NULL,
  -- public or office
  audience TEXT NOT NULL,
  -- draft, issued or removed
  state TEXT NOT NULL,
  title TEXT NOT NULL,
  number TEXT,
  -- The canonical text that is hashed when it is issued; a draft's is replaced as it changes.
  document TEXT NOT NULL,
  hash TEXT,
  drafted_at TEXT NOT NULL,
  drafted_by TEXT NOT NULL,
  issued_at TEXT,
  issued_by TEXT,
  amends TEXT,
  removed_at TEXT,
  removed_by TEXT,
  removed_reason TEXT,
  version BIGINT NOT NULL,
  UNIQUE (clause, unit_id, number)
);
CREATE INDEX publication_period ON publication (period_start, id);
CREATE INDEX publication_of ON publication (clause, unit_id, period_start);
CREATE INDEX publication_state ON publication (state, issued_at);
CREATE INDEX publication_amends ON publication (amends);

-- The rows behind the figures, as they were. figures lists the keys of the figures a row counts in.
CREATE TABLE publication_row (
  publication_id TEXT NOT NULL,
  n BIGINT NOT NULL,
  case_id TEXT NOT NULL,
  case_version BIGINT NOT NULL,
  figures TEXT NOT NULL,
  entry TEXT NOT NULL,
  PRIMARY KEY (publication_id, n)
);

CREATE TABLE publication_file (
  publication_id TEXT NOT NULL,
  -- docx or xlsx
  format TEXT NOT NULL,
  object_key TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size BIGINT NOT NULL,
  PRIMARY KEY (publication_id, format)
);

-- The last number given: per clause, issuing unit and year (an empty year where numbers never restart).
CREATE TABLE publication_counter (
  clause TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  year TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (clause, unit_id, year)
);
