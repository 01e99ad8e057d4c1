//! Opening and ending sessions.

use base::{
    Id, Refusal, Result,
    noun::{Account, Session},
};
use db::Cx;
use journal::{Entry, Ref};
use serde_json::json;

use super::{NewSession, Place, SessionRow, store};
use crate::{Permit, Policy, policy::later, secret::Secret};

/// What a fresh row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Signed in.
    Open,
    /// Password right, six digits to come.
    AwaitsCode,
}

/// Opens a session. The caller journals what led to it.
pub(crate) fn open(
    cx: &mut Cx<'_>,
    policy: &Policy,
    account: Id<Account>,
    place: &Place,
    stage: Stage,
) -> Result<NewSession> {
    let (idle, absolute) = match stage {
        Stage::Open => (policy.session.idle_minutes, policy.session.absolute_hours * 60),
        Stage::AwaitsCode => (policy.session.code_minutes, policy.session.code_minutes),
    };
    let open_until = later(cx.now(), absolute);
    let idle_until = later(cx.now(), idle);
    let made = NewSession { id: cx.new_id(), secret: Secret::fresh("")?, open_until, account };
    store::add(cx, &made, place, stage, idle_until)?;
    Ok(made)
}

/// Notes that the session was used, at most once a minute. Operational: carries no history.
pub fn touch(cx: &mut Cx<'_>, policy: &Policy, session: &SessionRow) -> Result<()> {
    if !session.wants_touch(cx.now()) {
        return Ok(());
    }
    let idle_until = later(cx.now(), policy.session.idle_minutes);
    store::touch(cx, session.id, idle_until)
}

/// Ends this session (退出).
pub fn sign_out(cx: &mut Cx<'_>, session: &SessionRow) -> Result<()> {
    // Ended from another browser a moment ago: the wish is fulfilled, and there is nothing to journal.
    if store::end(cx, session.id, session.account)? == 0 {
        return Ok(());
    }
    ended(cx, "account.signed-out", session.account, &json!({ "session": session.id }))
}

/// Ends another of one's own sessions.
pub fn end_own(cx: &mut Cx<'_>, session: &SessionRow, other: Id<Session>) -> Result<()> {
    if store::end(cx, other, session.account)? == 0 {
        return Err(Refusal::not_found("access.session-ended").into());
    }
    ended(cx, "account.session-ended", session.account, &json!({ "session": other }))
}

/// Ends all one's own sessions, this one too.
pub fn end_all(cx: &mut Cx<'_>, session: &SessionRow) -> Result<()> {
    ended_all(cx, session.account, "own-wish")
}

/// Ends a session of somebody. Needs `session.end`.
pub fn end(cx: &mut Cx<'_>, permit: &Permit, account: Id<Account>, session: Id<Session>) -> Result<()> {
    permit.must_be("session.end")?;
    if store::end(cx, session, account)? == 0 {
        return Err(Refusal::not_found("access.session-ended").into());
    }
    ended(cx, "account.session-ended", account, &json!({ "session": session }))
}

/// Ends every session of somebody. Needs `session.end`.
pub fn end_all_of(cx: &mut Cx<'_>, permit: &Permit, account: Id<Account>) -> Result<()> {
    permit.must_be("session.end")?;
    ended_all(cx, account, "administration")
}

/// Ends every session of the account and says why.
pub(crate) fn ended_all(cx: &mut Cx<'_>, account: Id<Account>, why: &str) -> Result<()> {
    let count = store::end_all(cx, account)?;
    ended(cx, "account.sessions-ended", account, &json!({ "why": why, "count": count }))
}

fn ended(cx: &mut Cx<'_>, act: &'static str, account: Id<Account>, body: &serde_json::Value) -> Result<()> {
    journal::append(cx, &Entry::new(act, Ref::new("account", account), body.clone())).map(|_| ())
}
