//! Pure values and rules: no SQL, no clock, no id that is not given.

mod apply;
mod case;
mod clocks;
mod decide;
mod fields;
mod guards;
mod lot;
mod put;
mod request;
mod settle;
mod stance;

pub use case::{
    AttachmentRow, CaseHead, CaseSnapshot, ClockRun, Party, Slip, Taken, Tally, column_of, column_word,
    counts_as_of, counts_as_word, holder_of,
};
pub use clocks::in_working_hours;
pub(crate) use clocks::{Turn, after, refresh_clocks};
pub(crate) use decide::{Asking, decide};
pub use decide::{Outcome, PossibleMove, Todo, possible_moves};
pub(crate) use fields::{Asked, InBothLanguages, check_fields, named, wanted};
pub use fields::{Known, KnownCase, KnownPerson, KnownUnit, field_values};
pub(crate) use guards::check_guards;
pub use lot::{Draw, draw};
pub use request::{Move, Mover, Proof};
pub(crate) use settle::{Step, enter};
pub(crate) use stance::holds_office;
pub use stance::{Stance, stance, stance_relations};
