//! The Merkle tree of RFC 9162 section 2.1, as pure functions.

use crate::hash::{Digest, HashName};

/// The hash of a leaf (RFC 9162, 2.1.1): `HASH(0x00 || entry)`.
pub fn leaf_hash(hash: HashName, entry: &[u8]) -> Digest {
    hash.digest(&[&[0], entry])
}

/// The hash of an interior node (RFC 9162, 2.1.1): `HASH(0x01 || left || right)`.
pub fn node_hash(hash: HashName, left: &Digest, right: &Digest) -> Digest {
    hash.digest(&[&[1], &left.0, &right.0])
}
