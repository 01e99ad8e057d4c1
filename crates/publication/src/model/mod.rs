//! Pure values and rules: no SQL, no clock, no id that is not given.

mod circular;
mod document;
mod population;
mod press;
mod state;
mod text;

pub use document::{Audience, Change, Document, Earlier, Figure, Frame, Part, Span, sha256};
pub use population::{Ask, Entry, Population, Report};
pub use press::Press;
pub use state::{Issue, Publication, Removal, State};
pub use text::{Piece, Words, parse, signed, source};

pub(crate) use circular::{Composed, compose};
