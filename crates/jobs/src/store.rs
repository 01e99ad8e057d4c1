//! Rows of the queue.

use base::{Id, Result, Timestamp, noun::Job};
use db::{Cx, Statement, values};
use serde_json::Value as Json;

use crate::{Claimed, Progress};

static ADD: Statement = Statement::new(
    "jobs.add",
    "INSERT INTO job (id, kind, payload, asked_by, asked_at, tries, done, total, failed) \
     VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0)",
);
static WAITING: Statement = Statement::new(
    "jobs.waiting",
    "SELECT id, kind, payload, asked_by FROM job \
     WHERE finished_at IS NULL AND tries < $1 AND (claimed_until IS NULL OR claimed_until < $2) \
     ORDER BY asked_at LIMIT 1",
);
// Guarded, so that of two instances that saw the same job only one takes it.
static CLAIM: Statement = Statement::new(
    "jobs.claim",
    "UPDATE job SET claimed_until = $1, tries = tries + 1 \
     WHERE id = $2 AND finished_at IS NULL AND (claimed_until IS NULL OR claimed_until < $3)",
);
static REPORT: Statement = Statement::new(
    "jobs.report",
    "UPDATE job SET done = $1, total = $2, claimed_until = $3 WHERE id = $4 AND finished_at IS NULL",
);
static FINISH: Statement = Statement::new(
    "jobs.finish",
    "UPDATE job SET finished_at = $1, outcome = $2, failed = $3 WHERE id = $4 AND finished_at IS NULL",
);
static PROGRESS: Statement = Statement::new(
    "jobs.progress",
    "SELECT kind, asked_by, asked_at, done, total, finished_at, outcome, failed FROM job WHERE id = $1",
);
static LEASE: Statement = Statement::new(
    "jobs.lease",
    "INSERT INTO lease (name, held_until) VALUES ($1, $2) \
     ON CONFLICT (name) DO UPDATE SET held_until = EXCLUDED.held_until WHERE lease.held_until < $3",
);

/// All statements.
pub const STATEMENTS: &[&Statement] = &[&ADD, &WAITING, &CLAIM, &REPORT, &FINISH, &PROGRESS, &LEASE];

pub(crate) fn add(cx: &mut Cx<'_>, id: Id<Job>, kind: &str, payload: &Json) -> Result<()> {
    let (now, actor) = (cx.now(), cx.actor().to_owned());
    cx.execute(&ADD, values![id, kind, payload, actor, now]).map(|_| ())
}

pub(crate) fn claim(cx: &mut Cx<'_>, until: Timestamp, tries: i64) -> Result<Option<Claimed>> {
    let now = cx.now();
    let found = cx.row(&WAITING, values![tries, now], |row| {
        Ok(Claimed { id: row.get(0)?, kind: row.get(1)?, payload: row.get(2)?, asked_by: row.get(3)? })
    })?;
    let Some(job) = found else { return Ok(None) };
    let taken = cx.execute(&CLAIM, values![until, job.id, now])?;
    Ok((taken == 1).then_some(job))
}

pub(crate) fn report(cx: &mut Cx<'_>, id: Id<Job>, done: i64, total: i64, until: Timestamp) -> Result<()> {
    cx.execute(&REPORT, values![done, total, until, id]).map(|_| ())
}

pub(crate) fn finish(cx: &mut Cx<'_>, id: Id<Job>, outcome: &Json, failed: i64) -> Result<()> {
    let now = cx.now();
    cx.execute(&FINISH, values![now, outcome, failed, id]).map(|_| ())
}

pub(crate) fn progress(cx: &mut Cx<'_>, id: Id<Job>) -> Result<Option<Progress>> {
    cx.row(&PROGRESS, values![id], |row| {
        Ok(Progress {
            kind: row.get(0)?,
            asked_by: row.get(1)?,
            asked_at: row.get(2)?,
            done: row.get(3)?,
            total: row.get(4)?,
            finished_at: row.get(5)?,
            outcome: row.get(6)?,
            failed: row.get::<i64>(7)? != 0,
        })
    })
}

pub(crate) fn lease(cx: &mut Cx<'_>, name: &str, until: Timestamp) -> Result<bool> {
    let now = cx.now();
    Ok(cx.execute(&LEASE, values![name, until, now])? == 1)
}
