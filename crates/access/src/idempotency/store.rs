//! Rows of remembered answers.

use base::{Result, Timestamp};
use db::{Cx, Statement, values};

use super::{Answer, Repeatable};

static FIND: Statement = Statement::new(
    "idempotency.find",
    "SELECT request, status, body FROM idempotency WHERE account = $1 AND key = $2 AND at > $3",
);
// A row older than the window is overwritten: to the caller the key is free again. A younger one
// stays, and nothing is changed.
static PUT: Statement = Statement::new(
    "idempotency.put",
    "INSERT INTO idempotency (account, key, request, status, body, at) VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (account, key) DO UPDATE SET request = EXCLUDED.request, status = EXCLUDED.status, \
     body = EXCLUDED.body, at = EXCLUDED.at WHERE idempotency.at <= $7",
);
static SWEEP: Statement = Statement::new("idempotency.sweep", "DELETE FROM idempotency WHERE at < $1");

pub(crate) const STATEMENTS: [&Statement; 3] = [&FIND, &PUT, &SWEEP];

pub(super) fn find(
    cx: &mut Cx<'_>,
    request: Repeatable<'_>,
    since: Timestamp,
) -> Result<Option<(String, Answer)>> {
    cx.row(&FIND, values![request.account, request.key, since], |row| {
        Ok((row.get(0)?, Answer { status: row.get(1)?, body: row.get(2)? }))
    })
}

/// Rows written: none while a younger answer stands.
pub(super) fn put(
    cx: &mut Cx<'_>,
    request: Repeatable<'_>,
    answer: &Answer,
    since: Timestamp,
) -> Result<u64> {
    let now = cx.now();
    let (account, digest) = (request.account, request.request.as_str());
    let values = values![account, request.key, digest, answer.status, &answer.body, now, since];
    cx.execute(&PUT, values)
}

pub(crate) fn sweep(cx: &mut Cx<'_>, before: Timestamp) -> Result<()> {
    cx.execute(&SWEEP, values![before]).map(|_| ())
}
