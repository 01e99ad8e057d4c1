//! Identifiers: UUID version 7 (RFC 9562), typed by what they name.

use std::{
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    str::FromStr,
    sync::atomic::{AtomicU64, Ordering},
};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// The id of a `K`. Sorts by time of creation.
pub struct Id<K> {
    uuid: Uuid,
    names: PhantomData<fn() -> K>,
}

impl<K> Id<K> {
    /// Wraps a UUID.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self { uuid, names: PhantomData }
    }

    /// The bare UUID.
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.hyphenated().fmt(f)
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.hyphenated().fmt(f)
    }
}
impl<K> FromStr for Id<K> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self::from_uuid)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Where ids come from: the machine's randomness, or a seed so that tests and demos repeat.
#[derive(Debug)]
pub struct Ids {
    counter: AtomicU64,
    seed: Option<u64>,
}

impl Ids {
    /// Ids nobody can guess.
    pub const fn random() -> Self {
        Self { counter: AtomicU64::new(0), seed: None }
    }

    /// The same ids in the same order every time; for tests and demo data only.
    pub const fn seeded(seed: u64) -> Self {
        Self { counter: AtomicU64::new(0), seed: Some(seed) }
    }

    /// A fresh id for something made at `now`. Ids of one source rise in the order they are taken
    /// within a millisecond (RFC 9562 section 6.2, method 1: a counter after the timestamp).
    ///
    /// # Panics
    ///
    /// When the operating system gives no randomness, without which nothing here is safe.
    pub fn next<K>(&self, now: Timestamp) -> Id<K> {
        let count = self.counter.fetch_add(1, Ordering::Relaxed);
        let random = self.seed.map_or_else(from_the_machine, |seed| mix(seed, count));
        // The counter's upper 12 bits fill rand_a; its lower 20 begin rand_b, after the two bits of the
        // variant, which the builder sets; 42 random bits end it.
        let upper = ((count >> 20) & 0x0fff).to_be_bytes();
        let rest = ((count & 0x000f_ffff) << 42 | random >> 22).to_be_bytes();
        let mut tail = [0u8; 10];
        tail[..2].copy_from_slice(&upper[6..]);
        tail[2..].copy_from_slice(&rest);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        Id::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid())
    }
}

/// Without randomness nothing here is safe, so its lack stops the program.
fn from_the_machine() -> u64 {
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    u64::from_be_bytes(bytes)
}

/// SplitMix64 over the pair, so that seeded ids look spread out.
fn mix(seed: u64, count: u64) -> u64 {
    let mut z = seed.wrapping_add(count.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Thing;

    #[test]
    fn seeded_ids_repeat_and_random_ids_do_not() {
        let now = Timestamp::from_millisecond(1_700_000_000_000).unwrap();
        let (a, b) = (Ids::seeded(7), Ids::seeded(7));
        assert_eq!(a.next::<Thing>(now), b.next::<Thing>(now));
        assert_ne!(a.next::<Thing>(now), Ids::random().next::<Thing>(now));
    }

    #[test]
    fn ids_of_one_source_rise() {
        let now = Timestamp::from_millisecond(1_700_000_000_000).unwrap();
        let ids = Ids::random();
        let taken: Vec<Id<Thing>> = (0..10_000).map(|_| ids.next(now)).collect();
        assert!(taken.is_sorted());
    }
}
