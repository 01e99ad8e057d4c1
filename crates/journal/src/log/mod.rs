//! The Merkle log over the entries: sealing and proving.

pub(crate) mod receipt;
pub(crate) mod seal;
pub(crate) mod store;
