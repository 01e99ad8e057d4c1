//! The Merkle tree of RFC 9162 section 2.1, as pure functions.
//!
//! A tree is kept as its full subtrees: node `(level, index)` covers the leaves from
//! `index * 2^level` on, `2^level` of them. Everything else is put together from these.

use crate::hash::{Digest, HashName};

/// A full subtree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct Node {
    /// Height; a leaf has 0.
    pub level: u32,
    /// Its place among the nodes of its level, from 0.
    pub index: u64,
}

impl Node {
    /// The first leaf below, and the one after the last.
    pub const fn leaves(self) -> (u64, u64) {
        (self.index << self.level, (self.index + 1) << self.level)
    }
}

/// Leaves `start..end`, as RFC 9162 cuts them: `start` is a multiple of the largest subtree inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first leaf.
    pub start: u64,
    /// The leaf after the last.
    pub end: u64,
}

impl Span {
    /// The first `size` leaves: the whole tree of that size.
    pub const fn tree(size: u64) -> Self {
        Self { start: 0, end: size }
    }

    /// The full subtrees the span consists of, from the left.
    pub fn peaks(self) -> Vec<Node> {
        let (mut start, mut found) = (self.start, Vec::new());
        while start < self.end {
            let level = (self.end - start).ilog2();
            found.push(Node { level, index: start >> level });
            start += 1 << level;
        }
        found
    }

    /// Where RFC 9162 splits a span of two leaves or more: after the largest power of two below its
    /// length.
    fn split(self) -> u64 {
        let length = self.end - self.start;
        self.start + (1 << (length - 1).ilog2())
    }
}

/// The hash of a leaf (RFC 9162, 2.1.1): `HASH(0x00 || entry)`.
pub fn leaf_hash(hash: HashName, entry: &[u8]) -> Digest {
    hash.digest(&[&[0], entry])
}

/// The hash of an interior node (RFC 9162, 2.1.1): `HASH(0x01 || left || right)`.
pub fn node_hash(hash: HashName, left: &Digest, right: &Digest) -> Digest {
    hash.digest(&[&[1], &left.0, &right.0])
}

/// The hash over a span from the hashes of its [`Span::peaks`]; without any, that of the empty tree.
pub fn fold(hash: HashName, peaks: &[Digest]) -> Digest {
    let Some((last, rest)) = peaks.split_last() else { return hash.digest(&[]) };
    rest.iter().rev().fold(*last, |right, left| node_hash(hash, left, &right))
}

/// The spans whose hashes prove leaf `leaf` in the tree of `size` (RFC 9162, 2.1.3.1), nearest first.
/// Empty when there is no such leaf.
pub fn inclusion_path(leaf: u64, size: u64) -> Vec<Span> {
    let (mut here, mut path) = (Span::tree(size), Vec::new());
    while leaf < size && here.end - here.start > 1 {
        let middle = here.split();
        let (left, right) = (Span { end: middle, ..here }, Span { start: middle, ..here });
        let (inside, beside) = if leaf < middle { (left, right) } else { (right, left) };
        path.push(beside);
        here = inside;
    }
    path.reverse();
    path
}

/// The spans whose hashes prove that the tree of size `old` is the beginning of the tree of size `new`
/// (RFC 9162, 2.1.4.1). Empty when the sizes are equal or nothing is to be proved.
pub fn consistency_path(old: u64, new: u64) -> Vec<Span> {
    if old == 0 || old >= new {
        return Vec::new();
    }
    let (mut here, mut path) = (Span::tree(new), Vec::new());
    while here.end != old {
        let middle = here.split();
        let (left, right) = (Span { end: middle, ..here }, Span { start: middle, ..here });
        let (inside, beside) = if old <= middle { (left, right) } else { (right, left) };
        path.push(beside);
        here = inside;
    }
    // The verifier knows the old root itself; only a part of it has to be sent.
    if here.start > 0 {
        path.push(here);
    }
    path.reverse();
    path
}

/// The tree a leaf is claimed to be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tree {
    /// How many leaves.
    pub size: u64,
    /// The hash of all.
    pub root: Digest,
}

/// Whether `path` proves `leaf_hash` at place `leaf` of the tree (RFC 9162, 2.1.3.2).
pub fn proves_inclusion(hash: HashName, leaf: u64, leaf_hash: Digest, path: &[Digest], tree: Tree) -> bool {
    if leaf >= tree.size {
        return false;
    }
    let (mut place, mut last, mut root) = (leaf, tree.size - 1, leaf_hash);
    for step in path {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            root = node_hash(hash, step, &root);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            root = node_hash(hash, &root, step);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && root == tree.root
}

/// Whether `path` proves that `old` is the beginning of `new` (RFC 9162, 2.1.4.2).
pub fn proves_consistency(hash: HashName, old: Tree, new: Tree, path: &[Digest]) -> bool {
    if old.size == 0 || old.size >= new.size {
        let trivial = old.size == 0 || old == new;
        return trivial && path.is_empty() && (old.size != 0 || old.root == hash.digest(&[]));
    }
    let begins_with_root = old.size.is_power_of_two();
    let mut steps = begins_with_root.then_some(&old.root).into_iter().chain(path);
    let Some(first) = steps.next().filter(|_| !path.is_empty()) else { return false };
    let (mut place, mut last) = (old.size - 1, new.size - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let (mut old_root, mut new_root) = (*first, *first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            old_root = node_hash(hash, step, &old_root);
            new_root = node_hash(hash, step, &new_root);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            new_root = node_hash(hash, &new_root, step);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && old_root == old.root && new_root == new.root
}

/// The right edge of a growing tree: what an appended leaf is put together with.
#[derive(Debug, Clone)]
pub struct Frontier {
    hash: HashName,
    size: u64,
    peaks: Vec<Digest>,
}

impl Frontier {
    /// The edge of a tree of `size` whose [`Span::peaks`] have these hashes.
    pub const fn new(hash: HashName, size: u64, peaks: Vec<Digest>) -> Self {
        Self { hash, size, peaks }
    }

    /// Appends a leaf and hands out every interior node it completes.
    pub fn push(&mut self, leaf: Digest, mut completed: impl FnMut(Node, Digest)) {
        let (mut digest, mut node) = (leaf, Node { level: 0, index: self.size });
        while node.index & 1 == 1 {
            // Invariant: an odd place has its left neighbour among the peaks.
            let Some(left) = self.peaks.pop() else { break };
            digest = node_hash(self.hash, &left, &digest);
            node = Node { level: node.level + 1, index: node.index >> 1 };
            completed(node, digest);
        }
        self.peaks.push(digest);
        self.size += 1;
    }

    /// The tree so far.
    pub fn tree(&self) -> Tree {
        Tree { size: self.size, root: fold(self.hash, &self.peaks) }
    }
}

#[cfg(test)]
#[path = "merkle_tests.rs"]
mod tests;
