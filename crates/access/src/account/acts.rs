//! What is done to accounts.

use base::{
    Id, Refusal, Result,
    noun::{self, Person},
};
use db::Cx;
use journal::{Entry, Ref};
use serde_json::{Value, json};

use super::{Login, Outcome, load, store};
use crate::{
    Permit, Policy, limit,
    password::NewPassword,
    session::{self, SessionRow},
    sign_in::{self, Checked},
    token,
};

/// Sets a new password after the present one was proved, and ends every session of the account.
pub fn change_password(
    cx: &mut Cx<'_>,
    policy: &Policy,
    session: &SessionRow,
    present: Checked,
    new: &NewPassword,
) -> Result<Outcome> {
    if let Some(refusal) = sign_in::prove_own(cx, policy, session, present)? {
        return Ok(Outcome::Failed(refusal));
    }
    store::set_password(cx, session.account, new)?;
    told(cx, "account.password-changed", session.account, Value::Null)?;
    session::ended_all(cx, session.account, "password-changed")?;
    Ok(Outcome::Done)
}

/// Closes an account: it signs in no more, its sessions end and its tokens are revoked.
/// Needs `account.manage`.
pub fn close(cx: &mut Cx<'_>, permit: &Permit, id: Id<noun::Account>) -> Result<()> {
    permit.must_be("account.manage")?;
    if store::close(cx, id)? == 0 {
        return Err(Refusal::conflict("access.account-closed").into());
    }
    told(cx, "account.closed", id, json!({ "through": permit.through() }))?;
    session::ended_all(cx, id, "account-closed")?;
    token::revoke_all(cx, id)
}

/// Opens a closed account again. Needs `account.manage`.
pub fn reopen(cx: &mut Cx<'_>, permit: &Permit, id: Id<noun::Account>) -> Result<()> {
    permit.must_be("account.manage")?;
    if store::reopen(cx, id)? == 0 {
        return Err(Refusal::conflict("access.account-open").into());
    }
    told(cx, "account.reopened", id, json!({ "through": permit.through() }))
}

/// Ends a lock-out before its time. Needs `security.manage`.
pub fn unlock(cx: &mut Cx<'_>, permit: &Permit, id: Id<noun::Account>) -> Result<()> {
    permit.must_be("security.manage")?;
    let account = load(cx, id)?;
    limit::clear(cx, &sign_in::login_bucket(account.login.as_str()))?;
    told(cx, "account.unlocked", id, json!({ "through": permit.through() }))
}

/// Gives an account another login name. Needs `account.manage`.
pub fn change_login(cx: &mut Cx<'_>, permit: &Permit, id: Id<noun::Account>, login: &Login) -> Result<()> {
    permit.must_be("account.manage")?;
    load(cx, id)?;
    if !store::login_is_free(cx, id, login)? {
        return Err(login_taken().into());
    }
    store::set_login(cx, id, login)?;
    told(cx, "account.login-changed", id, json!({ "through": permit.through() }))
}

/// Takes over a person's new name. Part of the act that renames the person, which journals it.
pub fn rename(cx: &mut Cx<'_>, person: Id<Person>, name: &str) -> Result<()> {
    store::rename(cx, person, name)
}

/// The refusal of a login name somebody else has.
pub(crate) fn login_taken() -> Refusal {
    Refusal::conflict("access.login-taken").field("login")
}

/// Journals an act on an account.
pub(crate) fn told(cx: &mut Cx<'_>, act: &'static str, id: Id<noun::Account>, body: Value) -> Result<()> {
    journal::append(cx, &Entry::new(act, Ref::new("account", id), body)).map(|_| ())
}
