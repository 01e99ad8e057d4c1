//! How often something may be tried: sign-ins, guesses of a receipt code, public submissions.
//!
//! Tries are counted in the database, so that every instance of the program counts the same.

pub(crate) mod store;

use base::{Refusal, Result, Timestamp};
use db::Cx;

use crate::{
    policy::{self, Limit},
    secret::Digest,
};

/// What is counted together: all tries of one kind from one place or at one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket(String);

impl Bucket {
    /// The bucket of `limit`'s tries at or from `what`: an address, a code, a login name. Only a
    /// digest is kept: people type their password where the login belongs.
    pub fn new(limit: &str, what: &str) -> Self {
        Self(format!("{limit}:{}", Digest::of(&format!("luoshi bucket\0{limit}\0{what}")).as_str()))
    }

    /// As the tables keep it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Refuses while the bucket is closed. Reads only.
pub fn check(cx: &mut Cx<'_>, bucket: &Bucket) -> Result<()> {
    match store::closed_until(cx, bucket)?.filter(|until| *until > cx.now()) {
        Some(until) => Err(too_many(cx.now(), until).into()),
        None => Ok(()),
    }
}

/// Counts one try. Returns until when the bucket is closed, when this try closed it.
/// Tries carry no history: outside an act that journals, count in `write_operational`.
pub fn count(cx: &mut Cx<'_>, bucket: &Bucket, limit: Limit) -> Result<Option<Timestamp>> {
    store::add(cx, bucket)?;
    let since = policy::earlier(cx.now(), limit.within_minutes);
    if store::count_since(cx, bucket, since)? < i64::from(limit.times) {
        return Ok(None);
    }
    let until = policy::later(cx.now(), limit.lock_minutes);
    store::close(cx, bucket, until)?;
    // The next window begins with nothing when the bucket opens again.
    store::forget(cx, bucket)?;
    Ok(Some(until))
}

/// [`check`] and [`count`] in one: for public acts where every try counts. Take before the act, in an
/// operational write of its own: a refusal of the act would roll the count back. Where only wrong
/// tries count, such as guesses of a receipt code, [`check`] first and [`count`] after a miss.
pub fn take(cx: &mut Cx<'_>, bucket: &Bucket, limit: Limit) -> Result<()> {
    check(cx, bucket)?;
    count(cx, bucket, limit).map(|_| ())
}

/// Forgets the tries and opens the bucket again.
pub fn clear(cx: &mut Cx<'_>, bucket: &Bucket) -> Result<()> {
    store::forget(cx, bucket)?;
    store::open(cx, bucket)
}

/// The refusal of a closed bucket, with the minutes to wait.
pub(crate) fn too_many(now: Timestamp, until: Timestamp) -> Refusal {
    let seconds = until.duration_since(now).as_secs().max(0);
    Refusal::too_many("access.too-many-attempts").arg("minutes", seconds.div_euclid(60) + 1)
}

#[cfg(test)]
mod tests {
    use db::testing;

    use super::*;

    const LIMIT: Limit = Limit { times: 3, within_minutes: 10, lock_minutes: 30 };

    fn try_at(fresh: &testing::Fresh, minute: u32, what: &'static str) -> Result<()> {
        fresh.clock.set(policy::later(testing::morning(), minute));
        let caller = fresh.db.caller("public");
        fresh.db.write_operational_now(&caller, move |cx| take(cx, &Bucket::new("follow", what), LIMIT))
    }

    #[test]
    fn a_bucket_closes_after_so_many_tries_in_the_window_and_opens_again() {
        for fresh in testing::both_engines(crate::testing::STEPS) {
            for minute in 0..3 {
                try_at(&fresh, minute, "A").unwrap();
            }
            let refused = try_at(&fresh, 3, "A").unwrap_err();
            assert_eq!(refused.refusals()[0].key, "access.too-many-attempts");
            assert_eq!(refused.refusals()[0].args, [("minutes".into(), "30".to_owned())]);
            try_at(&fresh, 3, "B").unwrap();
            assert!(try_at(&fresh, 31, "A").is_err());
            try_at(&fresh, 32, "A").unwrap();
        }
    }

    #[test]
    fn a_bucket_that_opens_again_within_its_window_begins_with_nothing() {
        const SHORT: Limit = Limit { times: 3, within_minutes: 60, lock_minutes: 5 };
        for fresh in testing::both_engines(crate::testing::STEPS) {
            let try_at = |minute| {
                fresh.clock.set(policy::later(testing::morning(), minute));
                let caller = fresh.db.caller("public");
                fresh.db.write_operational_now(&caller, |cx| take(cx, &Bucket::new("follow", "A"), SHORT))
            };
            (0..3).for_each(|_| try_at(0).unwrap());
            assert!(try_at(4).is_err());
            (0..3).for_each(|_| try_at(5).unwrap());
            assert!(try_at(6).is_err());
        }
    }

    #[test]
    fn tries_spread_wider_than_the_window_close_nothing() {
        for fresh in testing::both_engines(crate::testing::STEPS) {
            for nth in 0..8 {
                try_at(&fresh, nth * 6, "A").unwrap();
            }
        }
    }

    #[test]
    fn a_bucket_does_not_hold_what_was_typed() {
        assert!(!Bucket::new("sign-in", "hunter2").as_str().contains("hunter2"));
        assert_ne!(Bucket::new("sign-in", "x"), Bucket::new("follow", "x"));
    }
}
