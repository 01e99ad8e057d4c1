//! The SQL of the verification. Reads rows as they stand: a changed one must not stop it.

use base::Result;
use db::{Cx, Row, Statement, values};

use crate::{entry::Recorded, log::store::place, merkle::Node, store::recorded};

static COUNT_LEAVES: Statement = Statement::new("journal.count-leaves", "SELECT COUNT(*) FROM journal_leaf");
static LAST_LEAF: Statement = Statement::new(
    "journal.last-leaf-below",
    "SELECT MAX(seq) FROM journal_leaf WHERE seq >= 0 AND seq < $1",
);
static LEAVES: Statement = Statement::new(
    "journal.leaves",
    "SELECT l.seq, l.entry_id, l.hash, e.id, e.at, e.actor, e.act, e.subject_kind, e.subject_id, e.body, \
     e.hash, e.seq FROM journal_leaf l LEFT JOIN journal_entry e ON e.id = l.entry_id \
     WHERE l.seq >= $1 AND l.seq < $2 ORDER BY l.seq LIMIT $3",
);
static ENTRY_AT: Statement = Statement::new(
    "journal.entry-at",
    "SELECT id, at, actor, act, subject_kind, subject_id, body, hash, seq \
     FROM journal_entry WHERE seq = $1 ORDER BY id LIMIT 1",
);
static NODES: Statement = Statement::new(
    "journal.nodes",
    "SELECT idx, hash FROM journal_node WHERE level = $1 AND idx >= $2 AND idx < $3 ORDER BY idx",
);
static COUNT_NODES: Statement = Statement::new("journal.count-nodes", "SELECT COUNT(*) FROM journal_node");
static WITHOUT_LEAF: Statement = Statement::new(
    "journal.without-leaf",
    "SELECT e.id, e.at, e.actor, e.act, e.subject_kind, e.subject_id, e.body, e.hash, e.seq, \
     at_place.entry_id, owner.id FROM journal_entry e \
     LEFT JOIN journal_leaf own ON own.entry_id = e.id \
     LEFT JOIN journal_leaf at_place ON at_place.seq = e.seq \
     LEFT JOIN journal_entry owner ON owner.id = at_place.entry_id \
     WHERE e.id > $1 AND own.entry_id IS NULL ORDER BY e.id LIMIT $2",
);

pub(crate) static STATEMENTS: &[&Statement] =
    &[&COUNT_LEAVES, &LAST_LEAF, &LEAVES, &ENTRY_AT, &NODES, &COUNT_NODES, &WITHOUT_LEAF];

/// An entry with the two columns that are not hashed.
pub(crate) struct EntryRow {
    pub(crate) entry: Recorded,
    pub(crate) hash: String,
    pub(crate) seq: Option<i64>,
}

fn entry_row(row: &Row<'_>, first: usize) -> Result<EntryRow> {
    Ok(EntryRow { entry: recorded(row, first)?, hash: row.get(first + 7)?, seq: row.get(first + 8)? })
}

/// A leaf and the entry it belongs to, if that is there.
pub(crate) struct LeafRow {
    pub(crate) seq: i64,
    pub(crate) entry_id: String,
    pub(crate) hash: String,
    pub(crate) entry: Option<EntryRow>,
}

fn leaf_row(row: &Row<'_>) -> Result<LeafRow> {
    let present = row.get::<Option<String>>(3)?.is_some();
    let entry = if present { Some(entry_row(row, 3)?) } else { None };
    Ok(LeafRow { seq: row.get(0)?, entry_id: row.get(1)?, hash: row.get(2)?, entry })
}

pub(crate) fn count_leaves(cx: &mut Cx<'_>) -> Result<u64> {
    Ok(u64::try_from(cx.number(&COUNT_LEAVES, &[])?).unwrap_or(0))
}

/// How long the log is by its leaves, looking at those below `extent` only.
pub(crate) fn leaves_below(cx: &mut Cx<'_>, extent: u64) -> Result<u64> {
    let last = cx.row(&LAST_LEAF, values![place(extent)?], |row| row.get::<Option<i64>>(0))?.flatten();
    Ok(last.and_then(|last| u64::try_from(last + 1).ok()).unwrap_or(0))
}

pub(crate) fn leaves(cx: &mut Cx<'_>, first: u64, end: u64) -> Result<Vec<LeafRow>> {
    cx.rows(&LEAVES, values![place(first)?, place(end)?, place(end - first)?], leaf_row)
}

/// Leaves before the first place or from `extent` on, at most `limit` of each.
pub(crate) fn leaves_outside(cx: &mut Cx<'_>, extent: u64, limit: i64) -> Result<Vec<LeafRow>> {
    let mut found = cx.rows(&LEAVES, values![i64::MIN, 0, limit], leaf_row)?;
    found.extend(cx.rows(&LEAVES, values![place(extent)?, i64::MAX, limit], leaf_row)?);
    Ok(found)
}

pub(crate) fn entry_at(cx: &mut Cx<'_>, seq: u64) -> Result<Option<EntryRow>> {
    cx.row(&ENTRY_AT, values![place(seq)?], |row| entry_row(row, 0))
}

/// The stored hashes of the nodes of a level from `first` to before `end`.
pub(crate) fn nodes(cx: &mut Cx<'_>, level: u32, first: u64, end: u64) -> Result<Vec<(Node, String)>> {
    cx.rows(&NODES, values![level, place(first)?, place(end)?], |row| {
        let index = u64::try_from(row.get::<i64>(0)?).map_err(base::Error::fault)?;
        Ok((Node { level, index }, row.get(1)?))
    })
}

pub(crate) fn count_nodes(cx: &mut Cx<'_>) -> Result<u64> {
    Ok(u64::try_from(cx.number(&COUNT_NODES, &[])?).unwrap_or(0))
}

/// An entry no leaf names.
pub(crate) struct LooseEntry {
    pub(crate) row: EntryRow,
    /// Whether there is a leaf at the place it claims, and whether that one's own entry is there.
    pub(crate) claim: Claim,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// No leaf stands there.
    Vacant,
    /// A leaf stands there whose entry is gone.
    Orphaned,
    /// Leaf and entry stand there.
    Taken,
}

pub(crate) fn without_leaf(cx: &mut Cx<'_>, after: &str, limit: i64) -> Result<Vec<LooseEntry>> {
    cx.rows(&WITHOUT_LEAF, values![after, limit], |row| {
        let (leaf, owner) = (row.get::<Option<String>>(9)?, row.get::<Option<String>>(10)?);
        let claim = match (leaf, owner) {
            (None, _) => Claim::Vacant,
            (Some(_), None) => Claim::Orphaned,
            (Some(_), Some(_)) => Claim::Taken,
        };
        Ok(LooseEntry { row: entry_row(row, 0)?, claim })
    })
}
