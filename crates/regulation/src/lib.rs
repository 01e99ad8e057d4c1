//! Regulations: institutions as data. Reads the compendium, checks it, and hands typed clauses to the
//! kernels that run them. The grammar stands in `README.md`.

mod check;
pub mod compendium;
mod drawing;
pub mod finding;
pub mod guard;
mod keyed;
mod model;
mod pages;
mod party;
mod procedure;
mod rights;
mod term;
#[cfg(test)]
mod tests;
mod titled;
mod transition;

pub use access::{Reach, Right};
pub use base::calendar::{DayKind, Term};
pub use compendium::{Compendium, load_shipped};
pub use finding::{Finding, Severity};
pub use guard::{Guard, GuardError};
pub use model::{ClauseLine, CodeItem, CodeList, InForce, Opaque, Publication, Regulation, Slip};
pub use pages::{module, openapi};
pub use party::{Holder, Party, Relation};
pub use procedure::{
    Clock, Column, CountsAs, DueRule, Fallback, Field, FieldKind, Intake, Numbering, Privacy, Procedure,
    Restart, State,
};
pub use rights::{Action, Rights, Role, RoleGroup, Roles};
pub use titled::Titled;
pub use transition::{Destination, Effect, GuardRule, Note, Origin, Transition, Verb, Window};
