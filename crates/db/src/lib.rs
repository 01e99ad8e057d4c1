//! The two engines behind one vocabulary: SQLite (embedded) and PostgreSQL.
//!
//! Work is a closure over a [`Cx`]: a transaction together with the time, the ids and the actor.
//! Statements are registered constants in a subset of SQL that both engines share. All writes of a
//! tenant pass one writer, which puts many closures, each in a savepoint, into one commit and
//! answers after it: an answer means the write is durable.

mod archive;
mod bare;
mod connection;
mod cx;
mod location;
mod migrate;
pub mod search;
mod statement;
mod tenant;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod value;

pub use archive::{ArchiveSummary, read_archive, write_archive};
pub use bare::Bare;
pub use cx::{Caller, Cx};
pub use location::Location;
pub use migrate::Migration;
pub use statement::Statement;
pub use tenant::{Db, Settings};
pub use value::{FromValue, Row, Value};

/// Which engine a connection speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded SQLite, one file per tenant.
    Sqlite,
    /// PostgreSQL, one schema per tenant.
    Postgres,
}
