//! Sealed fields: names, telephone numbers, identity numbers, encrypted with a key of the subject.
//!
//! Lists show the masked form kept beside the ciphertext. Opening a field needs a reason, is
//! journalled, and can be shown to the subject. Deleting the subject's key erases the person.

mod acts;
mod cipher;
mod mask;
pub(crate) mod store;
#[cfg(test)]
mod tests;

use base::{Result, Timestamp};
use db::Cx;
use journal::Ref;

pub use acts::{check_master, erase, find_by_blind, remove, seal, unseal};
pub use cipher::MasterKey;
pub use mask::masked;

/// Which sealed field of which subject.
#[derive(Debug, Clone, Copy)]
pub struct Spot<'a> {
    /// What it belongs to: a resident, a person.
    pub subject: &'a Ref,
    /// Which field: `name`, `phone`, `id-number`, `bank-account`, `address`, or a name of the kernel's.
    pub field: &'a str,
}

/// A sealed field as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskedField {
    /// Which field.
    pub field: String,
    /// What may be shown of it.
    pub masked: String,
}

/// One opening of a sealed field, as the subject is shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsealing {
    /// Which field.
    pub field: String,
    /// Who: `person:<id>` or `job:<name>`.
    pub by: String,
    /// The role or relation that allowed it.
    pub through: String,
    /// Why, in their words.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// The masked fields of a subject, by field. Opens nothing.
pub fn masked_of(cx: &mut Cx<'_>, subject: &Ref) -> Result<Vec<MaskedField>> {
    store::masked_of(cx, subject)
}

/// Every opening of a subject's fields, newest first: what the subject may ask to see.
pub fn unsealings_of(cx: &mut Cx<'_>, subject: &Ref) -> Result<Vec<Unsealing>> {
    store::unsealings_of(cx, subject)
}
