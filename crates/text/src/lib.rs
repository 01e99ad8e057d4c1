//! Chinese text as people write it: how it is matched, found, quoted and compared.
//!
//! There is no dictionary here. Names of villages, people and projects are in none, and a search that
//! misses a resident's message because a word was cut in the wrong place is worse than a larger index:
//! runs of characters are indexed by their pairs, and every plain substring is found.

mod duplicate;
mod fold;
mod snippet;
mod terms;

pub use duplicate::{Fingerprint, NearDuplicate, near_duplicates, similarity};
pub use fold::fold;
pub use snippet::{Piece, snippet};
pub use terms::{Query, Term, index_terms, query};
