-- What the log is made with: name 'hash' (sha-256 or sm3) and name 'origin' (the first line of every
-- checkpoint). Fixed by the first checkpoint.
CREATE TABLE journal_parameter (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

-- Who did what to what, and when. hash covers every column but seq, which the sealer fills.
CREATE TABLE journal_entry (
  id TEXT NOT NULL PRIMARY KEY,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  act TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  body TEXT NOT NULL,
  hash TEXT NOT NULL,
  seq BIGINT
);
CREATE INDEX journal_entry_subject ON journal_entry (subject_kind, subject_id, id);
CREATE INDEX journal_entry_seq ON journal_entry (seq, id);

-- The leaves of the tree in their order, counted from 0.
CREATE TABLE journal_leaf (
  seq BIGINT PRIMARY KEY,
  entry_id TEXT NOT NULL UNIQUE,
  hash TEXT NOT NULL
);

-- Interior nodes over full subtrees: node (level, idx) covers leaves idx * 2^level and the next
-- 2^level - 1. Level 1 is the lowest; level 0 is journal_leaf.
CREATE TABLE journal_node (
  level BIGINT NOT NULL,
  idx BIGINT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (level, idx)
);

-- Signed states of the log, each naming the one before it. Every column is part of the signed text or of the signature line.
CREATE TABLE journal_checkpoint (
  tree_size BIGINT PRIMARY KEY,
  root TEXT NOT NULL,
  at TEXT NOT NULL,
  origin TEXT NOT NULL,
  hash_name TEXT NOT NULL,
  previous_size BIGINT NOT NULL,
  key_id TEXT NOT NULL,
  signature TEXT NOT NULL
);
