//! A queue table: work enqueued in the transaction that wants it, claimed in the database, watched by
//! whoever asked. And leases for work that comes round.

mod store;

use base::{
    Id, Result, Timestamp,
    noun::{self, Job},
};
use db::{Cx, Migration};
use serde_json::Value as Json;

pub use store::STATEMENTS;

/// The tables.
pub const MIGRATIONS: &[Migration] =
    &[Migration { module: "jobs", version: 1, sql: include_str!("../schema/0001.sql") }];

/// A claimed job; a lapsed claim is taken up again at most so often.
const TRIES: i64 = 3;
/// How long a worker may be silent before another takes the job up.
const CLAIM_SECONDS: i64 = 300;

/// A job to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// The job.
    pub id: Id<Job>,
    /// Which handler does it.
    pub kind: String,
    /// What it needs.
    pub payload: Json,
    /// The journal name of who asked.
    pub asked_by: String,
}

/// How far a job is, for its progress bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Which handler does it.
    pub kind: String,
    /// The journal name of who asked; nobody else is shown it.
    pub asked_by: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Units done.
    pub done: i64,
    /// Units in all; 0 while unknown.
    pub total: i64,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What came of it, or why it failed.
    pub outcome: Option<Json>,
    /// Whether it failed.
    pub failed: bool,
}

/// Puts a job into the queue, in the caller's transaction.
pub fn enqueue(cx: &mut Cx<'_>, kind: &str, payload: &Json) -> Result<Id<noun::Job>> {
    let id = cx.new_id();
    store::add(cx, id, kind, payload)?;
    Ok(id)
}

/// Takes the oldest job that waits, or one whose worker fell silent. Operational work.
pub fn claim(cx: &mut Cx<'_>) -> Result<Option<Claimed>> {
    let until = later(cx.now(), CLAIM_SECONDS);
    store::claim(cx, until, TRIES)
}

/// Says how far the job is and keeps the claim alive. Operational work.
pub fn report(cx: &mut Cx<'_>, id: Id<Job>, done: i64, total: i64) -> Result<()> {
    let until = later(cx.now(), CLAIM_SECONDS);
    store::report(cx, id, done, total, until)
}

/// Ends the job with what came of it.
pub fn finish(cx: &mut Cx<'_>, id: Id<Job>, outcome: &Result<Json, Json>) -> Result<()> {
    let (outcome, failed) = match outcome {
        Ok(outcome) => (outcome, 0),
        Err(outcome) => (outcome, 1),
    };
    store::finish(cx, id, outcome, failed)
}

/// How far a job is.
pub fn progress(cx: &mut Cx<'_>, id: Id<Job>) -> Result<Option<Progress>> {
    store::progress(cx, id)
}

/// Takes the lease `name` for `seconds`, or says that another instance holds it. Operational work.
pub fn lease(cx: &mut Cx<'_>, name: &str, seconds: i64) -> Result<bool> {
    let until = later(cx.now(), seconds);
    store::lease(cx, name, until)
}

fn later(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use db::testing::both_engines;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_job_is_claimed_once_and_its_outcome_is_kept() {
        for fresh in both_engines(MIGRATIONS) {
            let caller = fresh.db.caller("person:1");
            let id = fresh
                .db
                .write_operational_now(&caller, |cx| enqueue(cx, "import", &json!({"rows": 3})))
                .unwrap();
            let first = fresh.db.write_operational_now(&caller, claim).unwrap().unwrap();
            assert_eq!((first.id, first.kind.as_str(), first.payload), (id, "import", json!({"rows": 3})));
            assert_eq!(fresh.db.write_operational_now(&caller, claim).unwrap(), None);
            fresh
                .db
                .write_operational_now(&caller, move |cx| {
                    report(cx, id, 2, 3)?;
                    finish(cx, id, &Ok(json!("done")))
                })
                .unwrap();
            let seen = fresh.db.read_now(&caller, move |cx| progress(cx, id)).unwrap().unwrap();
            assert_eq!(
                (seen.done, seen.total, seen.outcome, seen.failed),
                (2, 3, Some(json!("done")), false)
            );
        }
    }

    #[test]
    fn a_silent_worker_loses_its_job_and_a_lease_lapses() {
        for fresh in both_engines(MIGRATIONS) {
            let caller = fresh.db.caller("system:test");
            fresh.db.write_operational_now(&caller, |cx| enqueue(cx, "x", &json!(null))).unwrap();
            assert!(fresh.db.write_operational_now(&caller, |cx| lease(cx, "seal", 10)).unwrap());
            assert!(!fresh.db.write_operational_now(&caller, |cx| lease(cx, "seal", 10)).unwrap());
            assert!(fresh.db.write_operational_now(&caller, claim).unwrap().is_some());
            fresh.clock.set(later(fresh.clock.now(), CLAIM_SECONDS + 1));
            let caller = fresh.db.caller("system:test");
            assert!(fresh.db.write_operational_now(&caller, claim).unwrap().is_some());
            assert!(fresh.db.write_operational_now(&caller, |cx| lease(cx, "seal", 10)).unwrap());
        }
    }
}
