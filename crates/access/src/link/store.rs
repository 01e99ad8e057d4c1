//! Rows of one-time links. A used link is a deleted row.

use base::{Id, Result, Timestamp, noun::Person};
use db::{Cx, Statement, values};

use super::{Holder, Link, Purpose};
use crate::secret::Digest;

static ADD: Statement = Statement::new(
    "link.add",
    "INSERT INTO one_time_link (secret, purpose, person, name, made_by, made_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)",
);
static FIND: Statement = Statement::new(
    "link.find",
    "SELECT purpose, person, name, expires_at FROM one_time_link WHERE secret = $1 AND expires_at > $2",
);
static REMOVE_OF: Statement = Statement::new("link.remove-of", "DELETE FROM one_time_link WHERE person = $1");
static SPEND: Statement = Statement::new("link.spend", "DELETE FROM one_time_link WHERE secret = $1");
static SWEEP: Statement = Statement::new("link.sweep", "DELETE FROM one_time_link WHERE expires_at < $1");

pub(crate) const STATEMENTS: [&Statement; 5] = [&ADD, &FIND, &REMOVE_OF, &SPEND, &SWEEP];

/// `terms`: who issued it, and until when it is good.
pub(super) fn add(
    cx: &mut Cx<'_>,
    secret: &Digest,
    purpose: Purpose,
    holder: Holder<'_>,
    (made_by, expires_at): (&str, Timestamp),
) -> Result<()> {
    let now = cx.now();
    let values =
        values![secret.as_str(), purpose.as_str(), holder.person, holder.name, made_by, now, expires_at];
    cx.execute(&ADD, values).map(|_| ())
}

pub(super) fn find(cx: &mut Cx<'_>, secret: &Digest) -> Result<Option<Link>> {
    let now = cx.now();
    cx.row(&FIND, values![secret.as_str(), now], |row| {
        Ok(Link {
            purpose: Purpose::parse(&row.get::<String>(0)?)?,
            person: row.get(1)?,
            name: row.get(2)?,
            login: None,
            expires_at: row.get(3)?,
        })
    })
}

pub(super) fn remove_of(cx: &mut Cx<'_>, person: Id<Person>) -> Result<()> {
    cx.execute(&REMOVE_OF, values![person]).map(|_| ())
}

pub(super) fn spend(cx: &mut Cx<'_>, secret: &Digest) -> Result<u64> {
    cx.execute(&SPEND, values![secret.as_str()])
}

pub(crate) fn sweep(cx: &mut Cx<'_>) -> Result<()> {
    let now = cx.now();
    cx.execute(&SWEEP, values![now]).map(|_| ())
}
