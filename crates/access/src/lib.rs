//! Who may do what: actors, the table of rights, permits, scopes; accounts, sessions, tokens, sealed
//! fields and limits.

pub mod account;
pub mod actor;
pub mod idempotency;
pub mod limit;
pub mod link;
mod password;
pub mod policy;
pub mod right;
pub mod sealed;
pub mod second_factor;
mod secret;
mod separation;
pub mod session;
pub mod sign_in;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod token;

use db::{Migration, Statement};

pub use actor::{Actor, HeldPost, UnitPath};
pub use password::NewPassword;
pub use policy::Policy;
pub use right::{Permit, Reach, Right, RightsTable, Scope, Subject, denial};
pub use sealed::MasterKey;
pub use secret::{Digest, Secret};
pub use session::{Place, SessionRow};

/// The tables of this crate.
pub const MIGRATIONS: &[Migration] =
    &[Migration { module: "access", version: 1, sql: include_str!("../schema/0001.sql") }];

/// Every statement of this crate, for the tests that prepare and plan them.
pub fn statements() -> Vec<&'static Statement> {
    let groups: [&[&'static Statement]; 8] = [
        &account::store::STATEMENTS,
        &session::store::STATEMENTS,
        &second_factor::store::STATEMENTS,
        &link::store::STATEMENTS,
        &token::store::STATEMENTS,
        &limit::store::STATEMENTS,
        &sealed::store::STATEMENTS,
        &idempotency::store::STATEMENTS,
    ];
    groups.concat()
}
