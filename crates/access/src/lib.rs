//! Who may do what: actors, the table of rights, permits, scopes; accounts and sealed fields.

pub mod actor;
pub mod right;

pub use actor::{Actor, HeldPost, UnitPath};
pub use right::{Permit, Reach, Right, RightsTable, Scope, Subject};
