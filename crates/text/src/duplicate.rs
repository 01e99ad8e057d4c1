//! Near duplicates: the same message sent twice, a note copied from another.
//!
//! Texts are compared by their shingles, the sets of four neighbouring letters and digits: similarity is
//! the share of shingles they have in common (Jaccard). A fingerprint estimates it in constant time
//! (MinHash; Broder, 1997), and its bands find candidates among many.

use std::collections::HashMap;

use crate::fold;

/// Letters and digits in a shingle: two Chinese words.
const SHINGLE: usize = 4;
/// Numbers in a fingerprint: the estimate is off by about 4 percent points.
const SLOTS: usize = 128;
/// Bands of four numbers each. Two texts with similarity s share a band with probability 1-(1-s⁴)¹⁶:
/// 0.98 at 0.7, 0.64 at 0.5, 0.03 at 0.2.
const BANDS: usize = 16;
const BAND_SLOTS: usize = 4;

/// How much two texts have in common, from 0 to 1. Punctuation, space, width and case do not count; a text
/// without any letter is like no other.
pub fn similarity(one: &str, other: &str) -> f64 {
    shared(&shingles(one), &shingles(other))
}

/// A short stand-in for a text.
///
/// The numbers depend on the text alone, on every machine and in every run, so that [`Fingerprint::bands`]
/// may be stored. Changing how they are computed means storing them anew
/// (`a_stored_band_stays_what_it_is`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// The least number among all shingles for each of as many hash functions; none for a text without letters.
    least: Vec<u32>,
}

impl Fingerprint {
    /// The fingerprint of a text.
    pub fn of(text: &str) -> Self {
        Self::of_shingles(&shingles(text))
    }

    fn of_shingles(shingles: &[u64]) -> Self {
        if shingles.is_empty() {
            return Self { least: Vec::new() };
        }
        let least = (0..SLOTS as u64).map(|slot| {
            // A multiplication by an odd number and the upper half of the product make a hash function.
            let (factor, offset) = (mix(2 * slot + 1) | 1, mix(2 * slot + 2));
            let hash = |shingle: &u64| (shingle.wrapping_mul(factor).wrapping_add(offset) >> 32) as u32;
            shingles.iter().map(hash).min().unwrap_or(u32::MAX)
        });
        Self { least: least.collect() }
    }

    /// About [`similarity`] of the two texts.
    pub fn similarity(&self, other: &Self) -> f64 {
        let equal = self.least.iter().zip(&other.least).filter(|(one, other)| one == other).count();
        share(equal, SLOTS)
    }

    /// Index keys: texts that share one are worth comparing. None for a text without letters.
    pub fn bands(&self) -> Vec<i64> {
        let bands = self.least.chunks_exact(BAND_SLOTS).take(BANDS).enumerate();
        bands
            .map(|(band, slots)| {
                let start = mix(band as u64);
                let hash = slots.iter().fold(start, |hash, slot| mix(hash ^ u64::from(*slot)));
                hash.cast_signed()
            })
            .collect()
    }
}

/// A text that is like an earlier one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NearDuplicate {
    /// Place of the text that repeats.
    pub text: usize,
    /// Place of the earlier text it is most like, which is itself no duplicate.
    pub earlier: usize,
    /// How much they have in common.
    pub similarity: f64,
}

/// Among many texts those that are like an earlier one, in order. Each is named once, with the earlier text
/// it is most like; a thousand copies of one text are a thousand lines, not half a million pairs.
pub fn near_duplicates<'a>(texts: impl IntoIterator<Item = &'a str>, at_least: f64) -> Vec<NearDuplicate> {
    let mut originals: HashMap<i64, Vec<usize>> = HashMap::new();
    let mut all: Vec<Vec<u64>> = Vec::new();
    let mut found = Vec::new();
    for (text, written) in texts.into_iter().enumerate() {
        let own = shingles(written);
        let bands = Fingerprint::of_shingles(&own).bands();
        let mut candidates: Vec<usize> =
            bands.iter().filter_map(|band| originals.get(band)).flatten().copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        let best = candidates
            .into_iter()
            .map(|earlier| NearDuplicate { text, earlier, similarity: shared(&own, &all[earlier]) })
            .filter(|pair| pair.similarity >= at_least)
            // Of two equally like the earlier one, which `max_by` would not give.
            .reduce(|best, pair| if pair.similarity > best.similarity { pair } else { best });
        match best {
            Some(pair) => found.push(pair),
            None => bands.into_iter().for_each(|band| originals.entry(band).or_default().push(text)),
        }
        all.push(own);
    }
    found
}

/// The hashed shingles of a text, each once, sorted. A text shorter than a shingle is one by itself.
fn shingles(text: &str) -> Vec<u64> {
    let letters: Vec<char> = fold(text).chars().filter(|c| c.is_alphanumeric()).collect();
    if letters.is_empty() {
        return Vec::new();
    }
    let hash = |letters: &[char]| letters.iter().fold(0, |hash, c| mix(hash ^ u64::from(*c)));
    let mut hashes: Vec<u64> = letters.windows(SHINGLE.min(letters.len())).map(hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// Jaccard similarity of two sorted sets.
fn shared(one: &[u64], other: &[u64]) -> f64 {
    let (mut left, mut right, mut both) = (0, 0, 0_usize);
    while let (Some(a), Some(b)) = (one.get(left), other.get(right)) {
        left += usize::from(a <= b);
        right += usize::from(b <= a);
        both += usize::from(a == b);
    }
    let either = one.len() + other.len() - both;
    if either == 0 { 0.0 } else { share(both, either) }
}

#[expect(clippy::cast_precision_loss, reason = "no text has 2^52 shingles")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

/// Spreads the bits of a number (SplitMix64; Steele, Lea and Flood, 2014).
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MESSAGE: &str =
        "我家门口的路灯坏了三个星期，晚上老人和孩子走路很不方便，请尽快安排人来修理，谢谢。";
    const AGAIN: &str = "您好！我家门口的路灯坏了三个星期，晚上老人和孩子走路很不方便，请尽快安排人来修理。";
    const OTHER: &str = "村里的自来水已经停了两天，打电话一直没有人接，希望有关部门给一个恢复供水的时间。";

    #[test]
    fn the_same_words_are_the_same_text() {
        let spaced = MESSAGE.replace('，', ", \n\u{3000}");
        assert!((similarity(MESSAGE, &spaced) - 1.0).abs() < f64::EPSILON);
        assert_eq!(Fingerprint::of(MESSAGE), Fingerprint::of(&spaced));
    }

    #[test]
    fn a_message_sent_again_is_like_the_first() {
        assert!(similarity(MESSAGE, AGAIN) > 0.8);
        assert!(similarity(MESSAGE, OTHER) < 0.05);
        let (first, second) = (Fingerprint::of(MESSAGE), Fingerprint::of(AGAIN));
        assert!(first.bands().iter().any(|band| second.bands().contains(band)));
        assert!(first.similarity(&second) > 0.7);
    }

    #[test]
    fn nothing_is_like_nothing() {
        for (one, other) in [("", ""), ("。。", "。。"), ("", MESSAGE)] {
            assert!(similarity(one, other) < f64::EPSILON);
            assert!(Fingerprint::of(one).similarity(&Fingerprint::of(other)) < f64::EPSILON);
        }
        assert!(Fingerprint::of("？").bands().is_empty());
        assert!((similarity("停水", "停水！") - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn each_repetition_in_a_file_is_named_once() {
        let found = near_duplicates([MESSAGE, OTHER, "", AGAIN, MESSAGE, ""], 0.7);
        let places: Vec<(usize, usize)> = found.iter().map(|pair| (pair.text, pair.earlier)).collect();
        assert_eq!(places, [(3, 0), (4, 0)]);
        assert!((found[1].similarity - 1.0).abs() < f64::EPSILON);
        assert!(near_duplicates([MESSAGE, AGAIN], 0.99).is_empty());
    }

    #[test]
    fn a_stored_band_stays_what_it_is() {
        assert_eq!(
            Fingerprint::of("路灯坏了请修理").bands()[..2],
            [2_876_075_553_022_508_806, -1_577_895_986_299_839_531]
        );
    }

    proptest! {
        #[test]
        fn a_fingerprint_estimates_the_similarity(cut in 0_usize..300, seed in 0_u32..1000) {
            let line = |seed: u32, length: u32| -> String {
                (0..length).filter_map(|n| char::from_u32(0x4e00 + (mix(u64::from(seed * 1000 + n)) % 9000) as u32)).collect()
            };
            let (one, tail) = (line(seed, 300), line(seed + 5000, 300));
            let other: String = one.chars().take(cut).chain(tail.chars().skip(cut)).collect();
            let exact = similarity(&one, &other);
            let estimate = Fingerprint::of(&one).similarity(&Fingerprint::of(&other));
            // Five standard deviations at the worst place.
            prop_assert!((exact - estimate).abs() < 0.23, "{exact} {estimate}");
        }

        #[test]
        fn similarity_has_no_direction(one in "[路灯坏了水]{0,20}", other in "[路灯坏了水]{0,20}") {
            let there = similarity(&one, &other);
            prop_assert!((0.0..=1.0).contains(&there));
            prop_assert!((there - similarity(&other, &one)).abs() < f64::EPSILON);
        }
    }
}
