//! The foundation every other crate stands on: refusals, ids, time, the calendar, official codes.
//!
//! No input or output happens here, and nothing here reads the machine's clock except
//! [`clock::Clock::system`].

pub mod cadence;
pub mod calendar;
pub mod clock;
pub mod code;
pub mod id;
pub mod language;
pub mod noun;
pub mod refusal;

pub use clock::{Clock, Date, Timestamp};
pub use id::{Id, Ids};
pub use language::Language;
pub use refusal::{Error, Refusal, RefusalKind, Result};
