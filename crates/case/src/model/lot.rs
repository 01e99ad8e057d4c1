//! The lot: anybody can draw it again and get the same verifier.

use base::{
    Id,
    noun::{Case, Person},
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// A draw with everything needed to check it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Draw {
    /// How it is computed.
    pub rule: &'static str,
    /// Whom it fell among, in order.
    pub pool: Vec<Id<Person>>,
    /// What it was drawn with.
    pub seed: String,
    /// Whom it fell on.
    pub drawn: Id<Person>,
}

/// The sentence that lets anybody with a calculator repeat the draw.
const RULE: &str = "pool sorted by id; index = first 8 bytes (big endian) of SHA-256(seed LF case LF pool joined by comma) \
     modulo size of pool";

/// Draws one of `pool` for `case`; `None` when there is nobody to draw.
pub fn draw(case: Id<Case>, mut pool: Vec<Id<Person>>, seed: &str) -> Option<Draw> {
    pool.sort_unstable();
    pool.dedup();
    let names: Vec<String> = pool.iter().map(ToString::to_string).collect();
    let digest = Sha256::digest(format!("{seed}\n{case}\n{}", names.join(",")).as_bytes());
    let first = digest.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    let size = u64::try_from(pool.len()).ok().filter(|size| *size > 0)?;
    let index = usize::try_from(first % size).ok()?;
    let drawn = *pool.get(index)?;
    Some(Draw { rule: RULE, pool, seed: seed.to_owned(), drawn })
}

#[cfg(test)]
mod tests {
    use base::{Ids, Timestamp};

    use super::*;

    fn people(n: usize) -> Vec<Id<Person>> {
        let ids = Ids::seeded(4);
        (0..n).map(|_| ids.next(Timestamp::UNIX_EPOCH)).collect()
    }

    #[test]
    fn the_same_seed_draws_the_same_person_whatever_order_the_pool_came_in() {
        let case = Ids::seeded(9).next(Timestamp::UNIX_EPOCH);
        let mut backwards = people(7);
        backwards.reverse();
        assert_eq!(draw(case, people(7), "s"), draw(case, backwards, "s"));
        assert_eq!(draw(case, Vec::new(), "s"), None);
    }

    #[test]
    fn every_one_of_the_pool_is_drawn_about_as_often() {
        let case = Ids::seeded(9).next(Timestamp::UNIX_EPOCH);
        let pool = people(5);
        let mut counts = [0; 5];
        for seed in 0..1_000 {
            let drawn = draw(case, pool.clone(), &seed.to_string()).unwrap().drawn;
            let place = pool.iter().position(|person| *person == drawn).unwrap();
            counts[place] += 1;
        }
        assert!(counts.iter().all(|count| (140..=260).contains(count)), "{counts:?}");
    }
}
