//! Rows of sessions.

use base::{
    Id, Result, Timestamp,
    noun::{Account, Session},
};
use db::{Cx, Row, Statement, values};

use super::{NewSession, Place, SessionLine, SessionRow, acts::Stage};
use crate::secret::Digest;

static ADD: Statement = Statement::new(
    "session.add",
    "INSERT INTO session (id, secret, account, agent, origin, awaits_code, made_at, seen_at, idle_until, \
     open_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)",
);
static FIND: Statement = Statement::new(
    "session.find",
    "SELECT s.id, s.account, a.person, a.name, a.login, s.made_at, s.seen_at, a.password_set_at \
     FROM session s JOIN account a ON a.id = s.account \
     WHERE s.secret = $1 AND s.awaits_code = 0 AND s.ended_at IS NULL AND s.idle_until > $2 \
     AND s.open_until > $2 AND a.closed_at IS NULL",
);
static FIND_AWAITING: Statement = Statement::new(
    "session.find-awaiting",
    "SELECT s.id, s.account, s.agent, s.origin FROM session s JOIN account a ON a.id = s.account \
     WHERE s.secret = $1 AND s.awaits_code = 1 AND s.ended_at IS NULL AND s.open_until > $2 \
     AND a.closed_at IS NULL",
);
static LIST: Statement = Statement::new(
    "session.list",
    "SELECT id, agent, origin, made_at, seen_at FROM session \
     WHERE account = $1 AND awaits_code = 0 AND ended_at IS NULL AND idle_until > $2 AND open_until > $2 \
     ORDER BY made_at DESC, id DESC",
);
static TOUCH: Statement = Statement::new(
    "session.touch",
    "UPDATE session SET seen_at = $2, idle_until = $3 WHERE id = $1 AND ended_at IS NULL",
);
static END: Statement = Statement::new(
    "session.end",
    "UPDATE session SET ended_at = $3 WHERE id = $1 AND account = $2 AND ended_at IS NULL",
);
static END_ALL: Statement = Statement::new(
    "session.end-all",
    "UPDATE session SET ended_at = $2 WHERE account = $1 AND ended_at IS NULL",
);
static SWEEP: Statement = Statement::new("session.sweep", "DELETE FROM session WHERE open_until < $1");

pub(crate) const STATEMENTS: [&Statement; 8] =
    [&ADD, &FIND, &FIND_AWAITING, &LIST, &TOUCH, &END, &END_ALL, &SWEEP];

/// A sign-in that waits for its six digits.
pub(crate) struct Awaiting {
    pub(crate) id: Id<Session>,
    pub(crate) account: Id<Account>,
    pub(crate) place: Place,
}

pub(super) fn add(
    cx: &mut Cx<'_>,
    made: &NewSession,
    place: &Place,
    stage: Stage,
    idle_until: Timestamp,
) -> Result<()> {
    let now = cx.now();
    let awaits_code = i64::from(stage == Stage::AwaitsCode);
    let digest = made.secret.digest();
    let values = values![
        made.id,
        digest.as_str(),
        made.account,
        &place.agent,
        &place.origin,
        awaits_code,
        now,
        idle_until,
        made.open_until
    ];
    cx.execute(&ADD, values).map(|_| ())
}

pub(super) fn find(cx: &mut Cx<'_>, secret: &Digest) -> Result<Option<SessionRow>> {
    let now = cx.now();
    cx.row(&FIND, values![secret.as_str(), now], |row| {
        Ok(SessionRow {
            id: row.get(0)?,
            account: row.get(1)?,
            person: row.get(2)?,
            name: row.get(3)?,
            login: row.get(4)?,
            made_at: row.get(5)?,
            seen_at: row.get(6)?,
            password_set_at: row.get(7)?,
        })
    })
}

pub(crate) fn find_awaiting(cx: &mut Cx<'_>, secret: &Digest) -> Result<Option<Awaiting>> {
    let now = cx.now();
    cx.row(&FIND_AWAITING, values![secret.as_str(), now], |row| {
        Ok(Awaiting { id: row.get(0)?, account: row.get(1)?, place: place(row, 2)? })
    })
}

fn place(row: &Row<'_>, from: usize) -> Result<Place> {
    Ok(Place { agent: row.get(from)?, origin: row.get(from + 1)? })
}

pub(super) fn list(cx: &mut Cx<'_>, account: Id<Account>) -> Result<Vec<SessionLine>> {
    let now = cx.now();
    cx.rows(&LIST, values![account, now], |row| {
        Ok(SessionLine { id: row.get(0)?, place: place(row, 1)?, made_at: row.get(3)?, seen_at: row.get(4)? })
    })
}

pub(super) fn touch(cx: &mut Cx<'_>, session: Id<Session>, idle_until: Timestamp) -> Result<()> {
    let now = cx.now();
    cx.execute(&TOUCH, values![session, now, idle_until]).map(|_| ())
}

pub(crate) fn end(cx: &mut Cx<'_>, session: Id<Session>, account: Id<Account>) -> Result<u64> {
    let now = cx.now();
    cx.execute(&END, values![session, account, now])
}

pub(super) fn end_all(cx: &mut Cx<'_>, account: Id<Account>) -> Result<u64> {
    let now = cx.now();
    cx.execute(&END_ALL, values![account, now])
}

pub(super) fn sweep(cx: &mut Cx<'_>, before: Timestamp) -> Result<()> {
    cx.execute(&SWEEP, values![before]).map(|_| ())
}
