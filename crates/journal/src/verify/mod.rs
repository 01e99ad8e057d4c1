//! Verification: computes the whole log anew from the entries and names what does not fit.
//!
//! Runs in bounded memory: leaves and their nodes come in pages, and of everything before only the
//! right edge of the tree is kept. Reads only, so it runs beside the work of the day.

pub(crate) mod finding;
pub(crate) mod store;
mod walk;

use base::Result;
use db::Cx;

use crate::{
    checkpoint::Checkpoint,
    hash::HashName,
    keys::PublicKey,
    log::{
        seal::Parameters,
        store::{CheckpointRow, checkpoints_after, last_checkpoint, parameters},
    },
};
use finding::{Finding, Report, Suspect};
use walk::Walk;

/// Leaves in a page. A power of two, so that the nodes of the lowest levels fall into pages too.
const PAGE_LEVELS: u32 = 10;
const PAGE: u64 = 1 << PAGE_LEVELS;
/// Checkpoints and stray rows read at once.
const ROWS: i64 = 500;

/// Checks every entry, leaf, node and checkpoint against each other and against `key`.
///
/// Whoever can write to the database can remove the newest checkpoints together with their entries, and
/// the rest is then a shorter log without a flaw. Only somebody who kept a later checkpoint can tell:
/// `published` takes those that were published or handed out.
pub fn verify(cx: &mut Cx<'_>, key: &PublicKey, published: &[Checkpoint]) -> Result<Report> {
    let mut report = Report::default();
    let latest = last_checkpoint(cx)?.and_then(|row| trusted(&row, key));
    let mut handed_out = Vec::new();
    for checkpoint in published {
        match checkpoint.verify(key) {
            Ok(()) => handed_out.push(checkpoint.clone()),
            Err(_) => report.add(Finding::PublishedUnsigned { size: checkpoint.tree_size }),
        }
    }
    handed_out.sort_by_key(|checkpoint| checkpoint.tree_size);
    let reference = latest.as_ref().or(handed_out.last());
    let hash = match reference {
        Some(checkpoint) => checkpoint.hash,
        None => Parameters::of(cx).map_or(HashName::default(), |parameters| parameters.hash),
    };
    if let Some(checkpoint) = reference {
        check_parameters(cx, checkpoint, &mut report)?;
    }

    let leaves = store::count_leaves(cx)?;
    let signed = reference.map_or(0, |checkpoint| checkpoint.tree_size);
    let published = handed_out.last().map_or(0, |checkpoint| checkpoint.tree_size);
    let extent = leaves.max(signed).max(published);
    let present = store::leaves_below(cx, extent)?;

    let mut walk = Walk::new(cx, hash, report);
    let mut stops = Stops { key, handed_out, rows: Vec::new(), read_to: i64::MIN, before: 0, covered: 0 };
    stops.at(&mut walk, 0)?;
    for page in 0..present.div_ceil(PAGE) {
        let (first, end) = (page * PAGE, present.min((page + 1) * PAGE));
        walk.page(first, end, |walk, size| stops.at(walk, size))?;
    }
    walk.finish()?;
    if present < extent {
        walk.truncated(present, extent)?;
    }
    stops.rest(&mut walk)?;
    if stops.covered < leaves {
        walk.report.add(Finding::CheckpointDeleted { size: leaves });
    }
    walk.strays(present, extent)?;
    let mut report = walk.report;
    report.latest = latest;
    Ok(report)
}

fn trusted(row: &CheckpointRow, key: &PublicKey) -> Option<Checkpoint> {
    row.checkpoint.clone().filter(|checkpoint| checkpoint.verify(key).is_ok())
}

/// The parameters must be the ones every checkpoint was signed with.
fn check_parameters(cx: &mut Cx<'_>, signed: &Checkpoint, report: &mut Report) -> Result<()> {
    let stored = parameters(cx)?;
    let expected = [("hash", signed.hash.as_str()), ("origin", signed.origin.as_str())];
    for (name, value) in expected {
        if !stored.iter().any(|(n, v)| n == name && v == value) {
            report.add(Finding::ParameterChanged { name: name.to_owned(), signed: value.to_owned() });
        }
    }
    for (name, _) in stored {
        if !expected.iter().any(|(known, _)| *known == name) {
            report.add(Finding::ParameterAdded { name });
        }
    }
    Ok(())
}

/// The sizes at which something signed says what the root must be, in order.
struct Stops<'k> {
    key: &'k PublicKey,
    handed_out: Vec<Checkpoint>,
    /// Rows read and not yet reached, the next one last.
    rows: Vec<CheckpointRow>,
    read_to: i64,
    /// The size of the row before, for the chain.
    before: i64,
    /// The largest size for which there is a row.
    covered: u64,
}

impl Stops<'_> {
    fn peek(&mut self, walk: &mut Walk<'_, '_>) -> Result<Option<i64>> {
        if self.rows.is_empty() && self.read_to < i64::MAX {
            self.rows = checkpoints_after(walk.cx, self.read_to, ROWS)?;
            self.read_to = self.rows.last().map_or(i64::MAX, |row| row.size);
            self.rows.reverse();
        }
        Ok(self.rows.last().map(|row| row.size))
    }

    /// Handles everything that speaks of the first `size` leaves, which `walk` has just seen.
    fn at(&mut self, walk: &mut Walk<'_, '_>, size: u64) -> Result<()> {
        while self.peek(walk)?.is_some_and(|next| u64::try_from(next).unwrap_or(0) <= size) {
            if let Some(checkpoint) = self.take(walk).filter(|checkpoint| checkpoint.tree_size == size) {
                walk.compare_root(checkpoint.tree())?;
            }
        }
        while self.handed_out.first().is_some_and(|checkpoint| checkpoint.tree_size <= size) {
            let checkpoint = self.handed_out.remove(0);
            walk.compare_root(checkpoint.tree())?;
        }
        Ok(())
    }

    /// The next row if it is signed; a finding if it is not, or if the one before it is gone.
    fn take(&mut self, walk: &mut Walk<'_, '_>) -> Option<Checkpoint> {
        let row = self.rows.pop()?;
        walk.report.checkpoints += 1;
        let before = std::mem::replace(&mut self.before, row.size);
        self.covered = self.covered.max(u64::try_from(row.size).unwrap_or(0));
        let Some(checkpoint) = trusted(&row, self.key) else {
            walk.report.add(Finding::CheckpointChanged { size: row.size });
            return None;
        };
        if i64::try_from(checkpoint.previous_size) != Ok(before) {
            walk.report.add(Finding::CheckpointDeleted { size: checkpoint.previous_size });
        }
        Some(checkpoint)
    }

    /// Rows that speak of leaves which are not there.
    fn rest(&mut self, walk: &mut Walk<'_, '_>) -> Result<()> {
        while self.peek(walk)?.is_some() {
            self.take(walk);
        }
        Ok(())
    }
}

/// What can be said of the entry with this id when its row is gone: its time stands in the id (RFC 9562).
fn by_id(id: &str, leaf: u64) -> Suspect {
    let uuid = id.parse::<base::Id<base::noun::Entry>>().ok().map(base::Id::uuid);
    let at = uuid
        .and_then(|uuid| uuid.get_timestamp())
        .map(|stamp| stamp.to_unix())
        .and_then(|(s, n)| base::Timestamp::new(i64::try_from(s).ok()?, i32::try_from(n).ok()?).ok());
    Suspect { leaf: Some(leaf), id: id.to_owned(), at: at.map(base::clock::to_text), ..Suspect::default() }
}
