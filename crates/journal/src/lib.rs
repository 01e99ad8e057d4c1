//! The journal: an entry in the transaction of every change, a Merkle log over the entries (RFC 9162),
//! signed checkpoints, receipts anyone can check, and a verification that names what was tampered with.

mod checkpoint;
mod entry;
pub mod hash;
mod keys;
mod log;
pub mod merkle;
mod store;
#[cfg(test)]
mod tests;
mod verify;

pub use checkpoint::Checkpoint;
pub use entry::{Entry, Recorded, Ref};
pub use hash::{Digest, HashName};
pub use keys::{Keys, PublicKey};
pub use log::{
    receipt::{Consistency, Receipt, consistency, receipt},
    seal::{BATCH, Parameters, checkpoint_of, latest, seal},
};
pub use store::{append, entries_of};
pub use verify::{
    finding::{Finding, Range, Report, Suspect},
    verify,
};

/// The tables of the journal.
pub const MIGRATIONS: &[db::Migration] =
    &[db::Migration { module: "journal", version: 1, sql: include_str!("../schema/0001.sql") }];

/// Every statement of this crate, for the tests that prepare and plan them.
pub fn statements() -> impl Iterator<Item = &'static db::Statement> {
    [store::STATEMENTS, log::store::STATEMENTS, verify::store::STATEMENTS].into_iter().flatten().copied()
}
