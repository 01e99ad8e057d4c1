//! Signed-in browsers: the cookie's digest, when it was last seen, when it ends.

mod acts;
pub(crate) mod store;

use base::{
    Id, Result, Timestamp,
    noun::{Account, Person, Session},
};
use db::Cx;

pub(crate) use acts::{Stage, ended_all, open};
pub use acts::{end, end_all, end_all_of, end_own, sign_out, touch};

use crate::{
    Policy,
    policy::{earlier, later},
    secret::{Digest, Secret},
};

/// Where a request comes from, as far as it is kept. Personal data: it stays out of the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// What the browser calls itself, cut to a line by the edge.
    pub agent: String,
    /// The address.
    pub origin: String,
}

/// An open session: proof that this browser signed in. Only [`find`] makes it, so acts on one's own
/// account ask for it as others ask for a permit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionRow {
    /// The session.
    pub id: Id<Session>,
    /// Whose account.
    pub account: Id<Account>,
    /// Whose person.
    pub person: Id<Person>,
    /// The name shown in the page head.
    pub name: String,
    /// The login name.
    pub login: String,
    /// When it began.
    pub made_at: Timestamp,
    /// When it was last seen, to the minute.
    pub seen_at: Timestamp,
    /// When the password was last set.
    pub password_set_at: Timestamp,
}

impl SessionRow {
    /// Whether [`touch`] has something to do: at most one write a minute for a busy browser.
    pub fn wants_touch(&self, now: Timestamp) -> bool {
        later(self.seen_at, 1) <= now
    }

    /// Whether the policy asks for a new password by now.
    pub fn wants_new_password(&self, policy: &Policy, now: Timestamp) -> bool {
        let days = policy.password.renew_after_days;
        days > 0 && later(self.password_set_at, days.saturating_mul(24 * 60)) <= now
    }
}

/// A line of the list of one's own sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionLine {
    /// The session.
    pub id: Id<Session>,
    /// Where it signed in from.
    pub place: Place,
    /// When it began.
    pub made_at: Timestamp,
    /// When it was last seen, to the minute.
    pub seen_at: Timestamp,
}

/// A session just opened; the secret goes into the cookie and is never seen again.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The session.
    pub id: Id<Session>,
    /// The cookie's value.
    pub secret: Secret,
    /// When the cookie ends in any case.
    pub open_until: Timestamp,
    /// Whose account.
    pub account: Id<Account>,
}

/// The open session of a cookie. One query, reads only.
pub fn find(cx: &mut Cx<'_>, secret: &Digest) -> Result<Option<SessionRow>> {
    store::find(cx, secret)
}

/// The open sessions of the account, newest first.
pub fn list(cx: &mut Cx<'_>, account: Id<Account>) -> Result<Vec<SessionLine>> {
    store::list(cx, account)
}

/// Removes what no longer counts: long-ended sessions, old tries, remembered answers, dead links.
/// Run daily as operational work.
pub fn sweep(cx: &mut Cx<'_>, policy: &Policy) -> Result<()> {
    store::sweep(cx, earlier(cx.now(), policy.session.kept_days * 24 * 60))?;
    let widest = policy.limits.values().map(|limit| limit.within_minutes).max().unwrap_or(0);
    crate::limit::store::sweep(cx, earlier(cx.now(), widest))?;
    crate::idempotency::store::sweep(cx, earlier(cx.now(), policy.idempotency.hours * 60))?;
    crate::link::store::sweep(cx)
}
