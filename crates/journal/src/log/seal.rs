//! The sealer: unsealed entries become leaves, the tree grows, a checkpoint is signed.

use base::{Error, Refusal, Result, clock};
use db::Cx;

use super::store;
use crate::{
    checkpoint::{self, Checkpoint},
    hash::HashName,
    keys::Keys,
    merkle::{Frontier, Span},
};

/// How many entries one call seals at most, so that nobody waits long for the writer.
pub const BATCH: i64 = 2048;

/// What a log is made with. Fixed once the first entry is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    /// The first line of every checkpoint and the name of the key: a name without blanks that nobody
    /// else uses, such as `luoshi.example.gov.cn/journal`.
    pub origin: String,
    /// The hash algorithm.
    pub hash: HashName,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { origin: "luoshi/journal".to_owned(), hash: HashName::default() }
    }
}

impl Parameters {
    /// Sets the parameters of a log that has no entry yet. Runs with `write_operational`.
    pub fn set(&self, cx: &mut Cx<'_>) -> Result<()> {
        // Both characters separate the parts of a signature line or a verifier key (C2SP signed-note).
        if self.origin.is_empty() || self.origin.contains(|c: char| c.is_whitespace() || c == '+') {
            return Err(Refusal::invalid("journal.origin-form").arg("value", &self.origin).into());
        }
        if store::has_entries(cx)? {
            return Err(Refusal::conflict("journal.parameters-fixed").into());
        }
        store::set_parameter(cx, "origin", &self.origin)?;
        store::set_parameter(cx, "hash", self.hash.as_str())
    }

    /// The parameters of this log.
    pub fn of(cx: &mut Cx<'_>) -> Result<Self> {
        let mut found = Self::default();
        for (name, value) in store::parameters(cx)? {
            match name.as_str() {
                "origin" => found.origin = value,
                "hash" => {
                    found.hash = HashName::named(&value)
                        .ok_or_else(|| Error::fault(format!("unknown hash {value} in journal_parameter")))?;
                }
                _ => {}
            }
        }
        Ok(found)
    }
}

/// Seals up to [`BATCH`] entries and signs a checkpoint; `None` when there was nothing to seal. Call it
/// until it says so. Runs with `write_operational`.
///
/// The hash of each entry is sealed as it was stored at its writing, not computed anew: an entry changed
/// in between keeps the hash that gives the change away.
pub fn seal(cx: &mut Cx<'_>, keys: &Keys) -> Result<Option<Checkpoint>> {
    let parameters = Parameters::of(cx)?;
    store::pin_parameter(cx, "hash", parameters.hash.as_str())?;
    store::pin_parameter(cx, "origin", &parameters.origin)?;
    store::lock(cx)?;
    let size = match latest(cx)? {
        Some(last) => last.tree_size,
        None => 0,
    };
    let leaves = store::add_leaves(cx, parameters.hash, size, BATCH)?;
    if leaves.is_empty() {
        return Ok(None);
    }
    let mut frontier = Frontier::new(parameters.hash, size, store::peaks(cx, Span::tree(size))?);
    let mut nodes = Vec::with_capacity(leaves.len());
    for leaf in leaves {
        frontier.push(leaf, |node, digest| nodes.push((node, digest)));
    }
    store::add_nodes(cx, &nodes)?;
    let said = checkpoint::Statement {
        origin: &parameters.origin,
        tree: frontier.tree(),
        at: clock::to_text(cx.now()),
        hash: parameters.hash,
        previous_size: size,
    };
    let checkpoint = Checkpoint::sign(said, keys);
    store::add_checkpoint(cx, &checkpoint)?;
    Ok(Some(checkpoint))
}

/// The newest checkpoint.
pub fn latest(cx: &mut Cx<'_>) -> Result<Option<Checkpoint>> {
    let Some(row) = store::last_checkpoint(cx)? else { return Ok(None) };
    row.checkpoint
        .map(Some)
        .ok_or_else(|| Error::fault(format!("checkpoint {} is damaged; verify the journal", row.size)))
}

/// The checkpoint over the first `size` leaves.
pub fn checkpoint_of(cx: &mut Cx<'_>, size: u64) -> Result<Checkpoint> {
    let missing = || Refusal::not_found("journal.no-such-checkpoint").arg("size", size);
    let before = store::place(size).map_err(|_| missing())? - 1;
    let row = store::checkpoints_after(cx, before, 1)?.into_iter().next();
    let found = row.and_then(|row| row.checkpoint).filter(|checkpoint| checkpoint.tree_size == size);
    Ok(found.ok_or_else(missing)?)
}
