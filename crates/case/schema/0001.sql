-- Cases. The head row is short and has every column a list filters or sorts by; texts stand apart.
-- Days are TEXT as 2026-11-22, instants UTC text with six decimals, flags 0 or 1.

CREATE TABLE case_counter (
  name TEXT NOT NULL PRIMARY KEY,
  n BIGINT NOT NULL
);

CREATE TABLE case_head (
  seq BIGINT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  number TEXT,
  procedure TEXT NOT NULL,
  -- The day from which the regulation binds that the case came in under.
  regulation_version TEXT NOT NULL,
  state TEXT NOT NULL,
  counts_as TEXT NOT NULL,
  column_key TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  unit_path TEXT NOT NULL,
  channel TEXT,
  class TEXT,
  category TEXT,
  title TEXT NOT NULL,
  leader_id TEXT,
  department_id TEXT,
  department_path TEXT,
  handler_id TEXT,
  holder TEXT NOT NULL,
  holder_person TEXT,
  holder_unit TEXT,
  due TEXT,
  due_provisional BIGINT NOT NULL,
  next_word TEXT,
  -- The earliest day of a clock that runs now; the case is late the day after.
  late_on TEXT,
  -- The last day of the holder's silence; the platform acts the day after.
  fallback_on TEXT,
  raised_at TEXT NOT NULL,
  assigned_at TEXT,
  handled_at TEXT,
  closed_at TEXT,
  updated_at TEXT NOT NULL,
  parent_id TEXT,
  merged_into TEXT,
  import_id TEXT,
  source_key TEXT UNIQUE,
  slips_open BIGINT NOT NULL,
  reopened BIGINT NOT NULL,
  extended BIGINT NOT NULL,
  anonymous BIGINT NOT NULL,
  has_raiser BIGINT NOT NULL,
  author_id TEXT,
  version BIGINT NOT NULL
);
CREATE INDEX case_head_procedure ON case_head (procedure, seq);
CREATE INDEX case_head_state ON case_head (state, seq);
CREATE INDEX case_head_counts_as ON case_head (counts_as, seq);
CREATE INDEX case_head_unit ON case_head (unit_path, seq);
CREATE INDEX case_head_department ON case_head (department_path, seq);
CREATE INDEX case_head_department_id ON case_head (department_id, seq);
CREATE INDEX case_head_leader ON case_head (leader_id, seq);
CREATE INDEX case_head_handler ON case_head (handler_id, seq);
CREATE INDEX case_head_holder_person ON case_head (holder_person, seq);
CREATE INDEX case_head_author ON case_head (author_id, seq);
CREATE INDEX case_head_channel ON case_head (channel, seq);
CREATE INDEX case_head_class ON case_head (class, seq);
CREATE INDEX case_head_due ON case_head (due, seq);
CREATE INDEX case_head_late ON case_head (late_on, seq);
CREATE INDEX case_head_next_word ON case_head (next_word, seq);
CREATE INDEX case_head_fallback ON case_head (fallback_on, seq);
CREATE INDEX case_head_updated ON case_head (updated_at, seq);
CREATE INDEX case_head_raised ON case_head (raised_at, seq);
CREATE INDEX case_head_import ON case_head (import_id, seq);
CREATE INDEX case_head_parent ON case_head (parent_id);
CREATE INDEX case_head_merged ON case_head (merged_into);
CREATE INDEX case_head_number ON case_head (number);

-- detail is what was said, for ever; folded is title, detail, answer and number as search compares them.
CREATE TABLE case_text (
  seq BIGINT PRIMARY KEY,
  case_id TEXT NOT NULL UNIQUE,
  detail TEXT NOT NULL,
  answer TEXT,
  fields TEXT NOT NULL,
  folded TEXT NOT NULL
);
-- search: case_search

CREATE TABLE case_band (
  band BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (band, seq)
);
CREATE INDEX case_band_seq ON case_band (seq);

-- The timeline. actor is person:<id>, resident or system.
CREATE TABLE case_event (
  case_id TEXT NOT NULL,
  n BIGINT NOT NULL,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  person_id TEXT,
  -- The role or relation it was done through.
  through TEXT NOT NULL,
  transition TEXT NOT NULL,
  verb TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  note TEXT,
  private_note TEXT,
  fields TEXT NOT NULL,
  visible BIGINT NOT NULL,
  PRIMARY KEY (case_id, n)
);

CREATE TABLE case_clock (
  case_id TEXT NOT NULL,
  key TEXT NOT NULL,
  -- Starting again begins a new run; the latest counts.
  run BIGINT NOT NULL,
  started_on TEXT NOT NULL,
  due TEXT NOT NULL,
  provisional BIGINT NOT NULL,
  paused_on TEXT,
  remaining_days BIGINT,
  stopped_on TEXT,
  was_late BIGINT,
  told_at TEXT,
  PRIMARY KEY (case_id, key, run)
);
CREATE INDEX case_clock_running ON case_clock (due, case_id) WHERE stopped_on IS NULL;

-- Who had to do with it: leader, handler, department, joint, verifier. until is null while it lasts.
CREATE TABLE case_party (
  case_id TEXT NOT NULL,
  n BIGINT NOT NULL,
  relation TEXT NOT NULL,
  person_id TEXT,
  unit_id TEXT,
  unit_path TEXT,
  since TEXT NOT NULL,
  until TEXT,
  signed_at TEXT,
  PRIMARY KEY (case_id, n)
);
CREATE INDEX case_party_person ON case_party (person_id, relation);
CREATE INDEX case_party_unit ON case_party (unit_path, relation);

CREATE TABLE case_slip (
  id TEXT NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL,
  slip TEXT NOT NULL,
  number TEXT NOT NULL UNIQUE,
  reason TEXT,
  note TEXT,
  issued_by TEXT,
  issued_at TEXT NOT NULL,
  due TEXT NOT NULL,
  provisional BIGINT NOT NULL,
  answered_at TEXT,
  answered_by TEXT,
  answer TEXT
);
CREATE INDEX case_slip_case ON case_slip (case_id);
CREATE INDEX case_slip_issued ON case_slip (issued_at);

CREATE TABLE case_attachment (
  id TEXT NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL,
  object_key TEXT NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  public BIGINT NOT NULL,
  by_actor TEXT NOT NULL,
  at TEXT NOT NULL
);
CREATE INDEX case_attachment_case ON case_attachment (case_id);

CREATE TABLE case_tally (
  procedure TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  unit_path TEXT NOT NULL,
  department_id TEXT NOT NULL,
  state TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (procedure, unit_id, unit_path, department_id, state)
);

CREATE TABLE case_notice (
  id TEXT NOT NULL PRIMARY KEY,
  -- person:<id> or raiser.
  recipient TEXT NOT NULL,
  case_id TEXT NOT NULL,
  key TEXT NOT NULL,
  at TEXT NOT NULL,
  seen_at TEXT
);
CREATE INDEX case_notice_recipient ON case_notice (recipient, seen_at, id);
CREATE INDEX case_notice_case ON case_notice (case_id);

CREATE TABLE case_import (
  id TEXT NOT NULL PRIMARY KEY,
  file_name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  mapping TEXT NOT NULL,
  by_person TEXT,
  at TEXT NOT NULL,
  row_count BIGINT NOT NULL,
  undone_at TEXT,
  undone_by TEXT,
  undone_reason TEXT
);

CREATE TABLE case_import_mapping (
  fingerprint TEXT NOT NULL PRIMARY KEY,
  mapping TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE TABLE case_view (
  id TEXT NOT NULL PRIMARY KEY,
  person_id TEXT NOT NULL,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  UNIQUE (person_id, name)
);

-- What opens a case to whoever raised it. Only digests are kept.
CREATE TABLE case_receipt (
  case_id TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  code_digest TEXT NOT NULL,
  token_digest TEXT NOT NULL UNIQUE,
  wrong BIGINT NOT NULL,
  wrong_at TEXT
);
