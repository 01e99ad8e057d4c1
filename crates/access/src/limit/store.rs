//! Tries and locks.

use base::{Id, Result, Timestamp, noun};
use db::{Cx, Statement, values};

use super::Bucket;

static ADD: Statement =
    Statement::new("attempt.add", "INSERT INTO attempt (id, bucket, at) VALUES ($1, $2, $3)");
static COUNT: Statement =
    Statement::new("attempt.count", "SELECT COUNT(*) FROM attempt WHERE bucket = $1 AND at > $2");
static FORGET: Statement = Statement::new("attempt.forget", "DELETE FROM attempt WHERE bucket = $1");
static SWEEP: Statement = Statement::new("attempt.sweep", "DELETE FROM attempt WHERE at < $1");
static CLOSE: Statement = Statement::new(
    "lock-out.close",
    "INSERT INTO lock_out (bucket, until) VALUES ($1, $2) \
     ON CONFLICT (bucket) DO UPDATE SET until = EXCLUDED.until",
);
static UNTIL: Statement = Statement::new("lock-out.until", "SELECT until FROM lock_out WHERE bucket = $1");
static OPEN: Statement = Statement::new("lock-out.open", "DELETE FROM lock_out WHERE bucket = $1");
static SWEEP_LOCKS: Statement = Statement::new("lock-out.sweep", "DELETE FROM lock_out WHERE until < $1");

pub(crate) const STATEMENTS: [&Statement; 8] =
    [&ADD, &COUNT, &FORGET, &SWEEP, &CLOSE, &UNTIL, &OPEN, &SWEEP_LOCKS];

pub(crate) fn add(cx: &mut Cx<'_>, bucket: &Bucket) -> Result<()> {
    let id: Id<noun::Entry> = cx.new_id();
    let now = cx.now();
    cx.execute(&ADD, values![id, bucket.as_str(), now]).map(|_| ())
}

pub(crate) fn count_since(cx: &mut Cx<'_>, bucket: &Bucket, since: Timestamp) -> Result<i64> {
    cx.number(&COUNT, values![bucket.as_str(), since])
}

pub(crate) fn forget(cx: &mut Cx<'_>, bucket: &Bucket) -> Result<()> {
    cx.execute(&FORGET, values![bucket.as_str()]).map(|_| ())
}

pub(crate) fn close(cx: &mut Cx<'_>, bucket: &Bucket, until: Timestamp) -> Result<()> {
    cx.execute(&CLOSE, values![bucket.as_str(), until]).map(|_| ())
}

pub(crate) fn closed_until(cx: &mut Cx<'_>, bucket: &Bucket) -> Result<Option<Timestamp>> {
    cx.row(&UNTIL, values![bucket.as_str()], |row| row.get(0))
}

pub(crate) fn open(cx: &mut Cx<'_>, bucket: &Bucket) -> Result<()> {
    cx.execute(&OPEN, values![bucket.as_str()]).map(|_| ())
}

pub(crate) fn sweep(cx: &mut Cx<'_>, before: Timestamp) -> Result<()> {
    cx.execute(&SWEEP, values![before])?;
    let now = cx.now();
    cx.execute(&SWEEP_LOCKS, values![now]).map(|_| ())
}
