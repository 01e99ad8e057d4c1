//! The journal: an entry in the transaction of every change, a Merkle log over the entries (RFC 9162),
//! signed checkpoints, receipts anyone can check, and a verification that names what was tampered with.

mod entry;
pub mod hash;
pub mod merkle;
mod store;
#[cfg(test)]
mod tests;

pub use entry::{Entry, Recorded, Ref};
pub use hash::{Digest, HashName};
pub use store::{STATEMENTS, append, entries_of};

/// The tables of the journal.
pub const MIGRATIONS: &[db::Migration] =
    &[db::Migration { module: "journal", version: 1, sql: include_str!("../schema/0001.sql") }];
