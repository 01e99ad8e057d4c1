//! The tree against RFC 6962's published vectors, against its recursive definition, and against itself.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// The eight leaves of the Certificate Transparency test vectors (google/certificate-transparency,
/// used by every implementation of RFC 6962).
const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn digest(hex: &str) -> Digest {
    Digest(bytes(hex).try_into().unwrap())
}

/// A whole tree in memory.
struct Grown {
    hash: HashName,
    nodes: HashMap<Node, Digest>,
    trees: Vec<Tree>,
}

impl Grown {
    fn from(hash: HashName, leaves: impl Iterator<Item = Digest>) -> Self {
        let mut frontier = Frontier::new(hash, 0, Vec::new());
        let (mut nodes, mut trees) = (HashMap::new(), vec![frontier.tree()]);
        for (index, leaf) in (0..).zip(leaves) {
            nodes.insert(Node { level: 0, index }, leaf);
            frontier.push(leaf, |node, digest| assert!(nodes.insert(node, digest).is_none()));
            trees.push(frontier.tree());
        }
        Self { hash, nodes, trees }
    }

    fn numbered(hash: HashName, size: u64) -> Self {
        Self::from(hash, (0..size).map(|n| leaf_hash(hash, &n.to_be_bytes())))
    }

    fn hashes(&self, path: &[Span]) -> Vec<Digest> {
        let of = |span: &Span| -> Vec<Digest> { span.peaks().iter().map(|node| self.nodes[node]).collect() };
        path.iter().map(|span| fold(self.hash, &of(span))).collect()
    }

    fn tree(&self, size: u64) -> Tree {
        self.trees[usize::try_from(size).unwrap()]
    }

    fn leaf(&self, index: u64) -> Digest {
        self.nodes[&Node { level: 0, index }]
    }
}

/// MTH of RFC 9162, 2.1.1, word for word.
fn by_definition(hash: HashName, leaves: &[Digest]) -> Digest {
    match leaves {
        [] => hash.digest(&[]),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(1 << (many.len() - 1).ilog2());
            node_hash(hash, &by_definition(hash, left), &by_definition(hash, right))
        }
    }
}

#[test]
fn the_published_vectors_hold() {
    let hash = HashName::Sha256;
    let grown = Grown::from(hash, LEAVES.iter().map(|leaf| leaf_hash(hash, &bytes(leaf))));
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(grown.tree(0).root, digest(empty));
    for (size, root) in (1..).zip(ROOTS) {
        assert_eq!(grown.tree(size).root, digest(root), "{size}");
    }
    let path = grown.hashes(&inclusion_path(5, 8));
    assert_eq!(
        path,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
        .map(digest)
    );
    let path = grown.hashes(&consistency_path(6, 8));
    assert_eq!(
        path,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
        .map(digest)
    );
}

#[test]
fn sm3_gives_the_digest_of_its_standard() {
    // GB/T 32905-2016, appendix A.1.
    let expected = digest("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    assert_eq!(HashName::Sm3.digest(&[b"abc"]), expected);
}

#[test]
fn every_leaf_and_every_beginning_is_proved_up_to_two_hundred() {
    let hash = HashName::Sha256;
    let grown = Grown::numbered(hash, 200);
    let leaves: Vec<Digest> = (0..200).map(|n| grown.leaf(n)).collect();
    for size in 0..=200 {
        let tree = grown.tree(size);
        assert_eq!(tree.root, by_definition(hash, &leaves[..usize::try_from(size).unwrap()]));
        for leaf in 0..size {
            let path = grown.hashes(&inclusion_path(leaf, size));
            assert!(proves_inclusion(hash, leaf, grown.leaf(leaf), &path, tree), "{leaf} in {size}");
            let other = grown.leaf((leaf + 1) % 200);
            assert!(!proves_inclusion(hash, leaf, other, &path, tree), "{leaf} in {size}");
            assert!(!proves_inclusion(hash, (leaf + 1) % size, grown.leaf(leaf), &path, tree) || size == 1);
        }
        for old in 0..=size {
            let path = grown.hashes(&consistency_path(old, size));
            assert!(proves_consistency(hash, grown.tree(old), tree, &path), "{old} in {size}");
            if old > 0 {
                let forged = Tree { size: old, root: leaves[199] };
                assert!(!proves_consistency(hash, forged, tree, &path), "{old} in {size}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn proofs_hold_in_larger_trees_and_break_at_any_change(
        size in 2u64..3000, a in any::<u64>(), b in any::<u64>(), bit in 0usize..256, sm3 in any::<bool>()
    ) {
        let hash = if sm3 { HashName::Sm3 } else { HashName::Sha256 };
        let grown = Grown::numbered(hash, size);
        let (leaf, old, tree) = (a % size, b % (size - 1) + 1, grown.tree(size));
        let mut path = grown.hashes(&inclusion_path(leaf, size));
        prop_assert!(proves_inclusion(hash, leaf, grown.leaf(leaf), &path, tree));
        let step = usize::try_from(a).unwrap_or(0) % path.len();
        path[step].0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!proves_inclusion(hash, leaf, grown.leaf(leaf), &path, tree));
        path.pop();
        prop_assert!(!proves_inclusion(hash, leaf, grown.leaf(leaf), &path, tree));

        let mut path = grown.hashes(&consistency_path(old, size));
        prop_assert!(proves_consistency(hash, grown.tree(old), tree, &path));
        let step = usize::try_from(b).unwrap_or(0) % path.len();
        path[step].0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!proves_consistency(hash, grown.tree(old), tree, &path));
    }
}
