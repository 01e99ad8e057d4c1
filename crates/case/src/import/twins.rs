//! Rows that say what another row, or a case of the ledger, says already.

use std::collections::{BTreeSet, HashMap};

use access::Scope;
use base::{Id, Result, noun::Case};
use db::Cx;
use text::{Fingerprint, near_duplicates, similarity};

use super::{row::Draft, store};

/// From this share of common words on, two texts are shown as perhaps the same.
const ALIKE: f64 = 0.7;
/// A message sent to everybody may be on the ledger hundreds of times; a row is compared with so many.
const MOST_COMPARED: usize = 20;

/// A row that is like another text.
#[derive(Debug, Clone, PartialEq)]
pub struct Twin {
    /// The row's number in the file.
    pub row: u32,
    /// What it is like.
    pub of: TwinOf,
    /// Whether it is the same word for word.
    pub exact: bool,
    /// How much they have in common, from 0 to 1.
    pub similarity: f64,
}

/// What a row is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TwinOf {
    /// An earlier row of the file.
    Row(u32),
    /// A case of the ledger.
    Case {
        /// Its id.
        id: Id<Case>,
        /// Its number or the beginning of its id.
        label: String,
        /// Its title.
        title: String,
    },
}

/// Rows like an earlier row of the same file. Pure.
pub fn in_file(drafts: &[Draft]) -> Vec<Twin> {
    let details = || drafts.iter().map(|draft| draft.case.detail.as_str());
    // Texts without a letter or digit are like no other, but may still be the same.
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut twins: Vec<Twin> = Vec::new();
    let mut exact = BTreeSet::new();
    for (at, detail) in details().enumerate() {
        let earlier = *first.entry(detail.trim()).or_insert(at);
        if earlier != at {
            exact.insert(at);
            let of = TwinOf::Row(drafts[earlier].row);
            twins.push(Twin { row: drafts[at].row, of, exact: true, similarity: 1.0 });
        }
    }
    let near = near_duplicates(details(), ALIKE).into_iter().filter(|near| !exact.contains(&near.text));
    twins.extend(near.map(|near| Twin {
        row: drafts[near.text].row,
        of: TwinOf::Row(drafts[near.earlier].row),
        exact: false,
        similarity: near.similarity,
    }));
    twins.sort_by_key(|twin| twin.row);
    twins
}

/// Rows like a case of the ledger within reach.
pub fn in_ledger(cx: &mut Cx<'_>, drafts: &[Draft], reach: &Scope) -> Result<Vec<Twin>> {
    let bands: Vec<Vec<i64>> =
        drafts.iter().map(|draft| Fingerprint::of(&draft.case.detail).bands()).collect();
    let mut all: Vec<i64> = bands.iter().flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    let mut by_band: HashMap<i64, Vec<i64>> = HashMap::new();
    for (band, seq) in store::in_bands(cx, &all)? {
        by_band.entry(band).or_default().push(seq);
    }
    let candidates: Vec<Vec<i64>> = bands.iter().map(|bands| candidates_of(bands, &by_band)).collect();
    let mut keys: Vec<i64> = candidates.iter().flatten().copied().collect();
    keys.sort_unstable();
    keys.dedup();
    let cases = store::by_keys(cx, &keys)?;
    let mut twins = Vec::new();
    for (draft, candidates) in drafts.iter().zip(&candidates) {
        let seen = candidates.iter().filter_map(|seq| cases.get(seq));
        let seen = seen
            .filter(|case| reach.everything || reach.subtrees.iter().any(|p| case.unit_path.is_within(p)));
        let likest = seen
            .map(|case| (similarity(&draft.case.detail, &case.detail), case))
            .filter(|(share, _)| *share >= ALIKE)
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        twins.extend(likest.map(|(share, case)| Twin {
            row: draft.row,
            of: TwinOf::Case { id: case.id, label: case.label.clone(), title: case.title.clone() },
            exact: case.detail.trim() == draft.case.detail.trim(),
            similarity: share,
        }));
    }
    Ok(twins)
}

/// Cases that share a band, those that share most first.
fn candidates_of(bands: &[i64], by_band: &HashMap<i64, Vec<i64>>) -> Vec<i64> {
    let mut shared: HashMap<i64, usize> = HashMap::new();
    for seq in bands.iter().filter_map(|band| by_band.get(band)).flatten() {
        *shared.entry(*seq).or_default() += 1;
    }
    let mut shared: Vec<(i64, usize)> = shared.into_iter().collect();
    shared.sort_unstable_by_key(|(seq, n)| (std::cmp::Reverse(*n), *seq));
    shared.into_iter().take(MOST_COMPARED).map(|(seq, _)| seq).collect()
}
