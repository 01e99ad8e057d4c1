//! The SQL of leaves, nodes, checkpoints and parameters.

use base::{Error, Id, Result, noun};
use db::{Cx, Row, Statement, Value, values};

use crate::{
    checkpoint::Checkpoint,
    hash::{Digest, HashName},
    merkle::{self, Node, Span},
};

static PARAMETERS: Statement =
    Statement::new("journal.parameters", "SELECT name, value FROM journal_parameter ORDER BY name");
static SET_PARAMETER: Statement = Statement::new(
    "journal.set-parameter",
    "INSERT INTO journal_parameter (name, value) VALUES ($1, $2) \
     ON CONFLICT (name) DO UPDATE SET value = excluded.value",
);
static PIN_PARAMETER: Statement = Statement::new(
    "journal.pin-parameter",
    "INSERT INTO journal_parameter (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
);
static LOCK: Statement =
    Statement::new("journal.lock", "UPDATE journal_parameter SET value = value WHERE name = 'hash'");
static ANY_ENTRY: Statement = Statement::new("journal.any-entry", "SELECT 1 FROM journal_entry LIMIT 1");
// Entries are taken by what is unsealed and not by the highest id sealed: with several writers an entry
// may become visible after one with a higher id.
static ADD_LEAVES: Statement = Statement::new(
    "journal.add-leaves",
    "INSERT INTO journal_leaf (seq, entry_id, hash) \
     SELECT $1 + ROW_NUMBER() OVER (ORDER BY id) - 1, id, hash FROM \
     (SELECT e.id, e.hash FROM journal_entry e WHERE e.seq IS NULL AND NOT EXISTS \
     (SELECT 1 FROM journal_leaf l WHERE l.entry_id = e.id) ORDER BY e.id LIMIT $2) AS waiting",
);
static NUMBER_ENTRIES: Statement = Statement::new(
    "journal.number-entries",
    "UPDATE journal_entry SET seq = (SELECT l.seq FROM journal_leaf l WHERE l.entry_id = journal_entry.id) \
     WHERE id IN (SELECT entry_id FROM journal_leaf WHERE seq >= $1)",
);
static LEAVES_FROM: Statement =
    Statement::new("journal.leaves-from", "SELECT hash FROM journal_leaf WHERE seq >= $1 ORDER BY seq");
static MEND_LEAF: Statement =
    Statement::new("journal.mend-leaf", "UPDATE journal_leaf SET hash = $1 WHERE seq = $2");
static LEAF: Statement = Statement::new("journal.leaf", "SELECT hash FROM journal_leaf WHERE seq = $1");
static NODE: Statement =
    Statement::new("journal.node", "SELECT hash FROM journal_node WHERE level = $1 AND idx = $2");
static LAST_CHECKPOINT: Statement = Statement::new(
    "journal.last-checkpoint",
    "SELECT tree_size, root, at, origin, hash_name, previous_size, key_id, signature \
     FROM journal_checkpoint ORDER BY tree_size DESC LIMIT 1",
);
static CHECKPOINTS_AFTER: Statement = Statement::new(
    "journal.checkpoints-after",
    "SELECT tree_size, root, at, origin, hash_name, previous_size, key_id, signature \
     FROM journal_checkpoint WHERE tree_size > $1 ORDER BY tree_size LIMIT $2",
);
static ADD_CHECKPOINT: Statement = Statement::new(
    "journal.add-checkpoint",
    "INSERT INTO journal_checkpoint (tree_size, root, at, origin, hash_name, previous_size, key_id, signature) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
);

pub(crate) static STATEMENTS: &[&Statement] = &[
    &PARAMETERS,
    &SET_PARAMETER,
    &PIN_PARAMETER,
    &LOCK,
    &ANY_ENTRY,
    &ADD_LEAVES,
    &NUMBER_ENTRIES,
    &LEAVES_FROM,
    &MEND_LEAF,
    &LEAF,
    &NODE,
    &LAST_CHECKPOINT,
    &CHECKPOINTS_AFTER,
    &ADD_CHECKPOINT,
];

pub(crate) fn parameters(cx: &mut Cx<'_>) -> Result<Vec<(String, String)>> {
    cx.rows(&PARAMETERS, &[], |row| Ok((row.get(0)?, row.get(1)?)))
}

pub(crate) fn set_parameter(cx: &mut Cx<'_>, name: &str, value: &str) -> Result<()> {
    cx.execute(&SET_PARAMETER, values![name, value]).map(|_| ())
}

/// Keeps a parameter that was never set from changing later.
pub(crate) fn pin_parameter(cx: &mut Cx<'_>, name: &str, value: &str) -> Result<()> {
    cx.execute(&PIN_PARAMETER, values![name, value]).map(|_| ())
}

/// Lets no other process seal until the end of the transaction. Needs the parameter `hash` to exist.
pub(crate) fn lock(cx: &mut Cx<'_>) -> Result<()> {
    cx.execute(&LOCK, &[]).map(|_| ())
}

pub(crate) fn has_entries(cx: &mut Cx<'_>) -> Result<bool> {
    Ok(cx.number(&ANY_ENTRY, &[])? == 1)
}

/// Makes leaves of at most `limit` unsealed entries, from place `first` on, and returns their hashes.
pub(crate) fn add_leaves(cx: &mut Cx<'_>, hash: HashName, first: u64, limit: i64) -> Result<Vec<Digest>> {
    if cx.execute(&ADD_LEAVES, values![place(first)?, limit])? == 0 {
        return Ok(Vec::new());
    }
    cx.execute(&NUMBER_ENTRIES, values![place(first)?])?;
    let texts = cx.rows(&LEAVES_FROM, values![place(first)?], |row| row.get::<String>(0))?;
    let mut hashes = Vec::with_capacity(texts.len());
    for (seq, text) in (first..).zip(texts) {
        // A hash overwritten with something else must not stop the log. What goes in instead fits no
        // entry either, so the verification still names this one.
        let digest = text.parse().unwrap_or_else(|_| hash.digest(&[text.as_bytes()]));
        if digest.to_string() != text {
            cx.execute(&MEND_LEAF, values![digest.to_string(), place(seq)?])?;
        }
        hashes.push(digest);
    }
    Ok(hashes)
}

/// How many nodes one statement writes: on PostgreSQL every statement is a round trip.
const NODES_AT_ONCE: usize = 64;

pub(crate) fn add_nodes(cx: &mut Cx<'_>, nodes: &[(Node, Digest)]) -> Result<()> {
    for some in nodes.chunks(NODES_AT_ONCE) {
        let mut values = Vec::with_capacity(some.len() * 3);
        for (node, hash) in some {
            values.push(Value::from(node.level));
            values.push(Value::from(place(node.index)?));
            values.push(Value::from(hash.to_string()));
        }
        let rows: Vec<String> =
            (0..some.len()).map(|n| format!("(${}, ${}, ${})", n * 3 + 1, n * 3 + 2, n * 3 + 3)).collect();
        // RETURNING makes it a query, the one kind of statement that may be put together here.
        let sql =
            format!("INSERT INTO journal_node (level, idx, hash) VALUES {} RETURNING level", rows.join(", "));
        cx.rows_of("journal.add-nodes", &sql, &values, |_| Ok(()))?;
    }
    Ok(())
}

fn node(cx: &mut Cx<'_>, node: Node) -> Result<Digest> {
    let read = |row: &Row<'_>| row.get::<String>(0);
    let found = if node.level == 0 {
        cx.row(&LEAF, values![place(node.index)?], read)?
    } else {
        cx.row(&NODE, values![node.level, place(node.index)?], read)?
    };
    found.and_then(|text| text.parse().ok()).ok_or_else(|| {
        Error::fault(format!("node {} of level {} is missing or damaged", node.index, node.level))
    })
}

/// The hashes of the full subtrees of a span.
pub(crate) fn peaks(cx: &mut Cx<'_>, span: Span) -> Result<Vec<Digest>> {
    span.peaks().into_iter().map(|peak| node(cx, peak)).collect()
}

/// The hashes over the spans of a proof.
pub(crate) fn path(cx: &mut Cx<'_>, hash: HashName, spans: &[Span]) -> Result<Vec<Digest>> {
    spans.iter().map(|span| peaks(cx, *span).map(|peaks| merkle::fold(hash, &peaks))).collect()
}

/// A checkpoint as it stands in its row, changed or not.
#[derive(Debug, Clone)]
pub(crate) struct CheckpointRow {
    /// The key of the row.
    pub(crate) size: i64,
    /// What it reads as; `None` when a hand has made it unreadable.
    pub(crate) checkpoint: Option<Checkpoint>,
}

fn checkpoint_row(row: &Row<'_>) -> Result<CheckpointRow> {
    let (size, previous): (i64, i64) = (row.get(0)?, row.get(5)?);
    let (root, hash): (String, String) = (row.get(1)?, row.get(4)?);
    let (at, origin) = (row.get(2)?, row.get(3)?);
    let (key_id, signature) = (row.get(6)?, row.get(7)?);
    let checkpoint = (|| {
        Some(Checkpoint {
            origin,
            tree_size: u64::try_from(size).ok()?,
            root: root.parse().ok()?,
            at,
            hash: HashName::named(&hash)?,
            previous_size: u64::try_from(previous).ok()?,
            key_id,
            signature,
        })
    })();
    Ok(CheckpointRow { size, checkpoint })
}

pub(crate) fn last_checkpoint(cx: &mut Cx<'_>) -> Result<Option<CheckpointRow>> {
    cx.row(&LAST_CHECKPOINT, &[], checkpoint_row)
}

pub(crate) fn checkpoints_after(cx: &mut Cx<'_>, size: i64, limit: i64) -> Result<Vec<CheckpointRow>> {
    cx.rows(&CHECKPOINTS_AFTER, values![size, limit], checkpoint_row)
}

pub(crate) fn add_checkpoint(cx: &mut Cx<'_>, checkpoint: &Checkpoint) -> Result<()> {
    let values = values![
        place(checkpoint.tree_size)?,
        checkpoint.root.to_string(),
        &checkpoint.at,
        &checkpoint.origin,
        checkpoint.hash.as_str(),
        place(checkpoint.previous_size)?,
        &checkpoint.key_id,
        &checkpoint.signature,
    ];
    cx.execute(&ADD_CHECKPOINT, values).map(|_| ())
}

/// A place in the log as a BIGINT.
pub(crate) fn place(place: u64) -> Result<i64> {
    i64::try_from(place).map_err(Error::fault)
}

/// The entry's place, or nothing when it is not sealed.
pub(crate) fn sealed_entry(
    cx: &mut Cx<'_>,
    id: Id<noun::Entry>,
) -> Result<Option<(crate::Recorded, Option<u64>)>> {
    let found = crate::store::entry(cx, id)?;
    Ok(found.map(|(entry, seq)| (entry, seq.and_then(|seq| u64::try_from(seq).ok()))))
}
