//! Tokens of the API: bearer secrets of an account, shown once, that end.

pub(crate) mod store;

use base::{
    Id, Refusal, Result, Timestamp,
    noun::{Account, Person, Token},
};
use db::Cx;
use journal::{Entry, Ref};
use serde_json::json;

use crate::{
    Permit, Policy,
    policy::later,
    secret::{Digest, Secret},
};

/// What a token begins with, so that one left in a file is recognised for what it is.
const PREFIX: &str = "luoshi_";

/// A token that is good: whose requests it carries.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenRow {
    /// The token.
    pub id: Id<Token>,
    /// Whose account.
    pub account: Id<Account>,
    /// Whose person.
    pub person: Id<Person>,
    /// The person's name.
    pub name: String,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
}

impl TokenRow {
    /// Whether [`touch`] has something to do.
    pub fn wants_touch(&self, now: Timestamp) -> bool {
        self.used_at.is_none_or(|at| later(at, 1) <= now)
    }
}

/// A line of the list of an account's tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenLine {
    /// The token.
    pub id: Id<Token>,
    /// What it is for, in its maker's words.
    pub label: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
    /// Since when it is revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A token to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewToken<'a> {
    /// Whose requests it will carry.
    pub account: Id<Account>,
    /// What it is for.
    pub label: &'a str,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// Makes a token. Needs `token.manage`.
pub fn create(cx: &mut Cx<'_>, permit: &Permit, policy: &Policy, new: NewToken<'_>) -> Result<Secret> {
    permit.must_be("token.manage")?;
    if new.label.trim().is_empty() {
        return Err(Refusal::invalid("access.token-label").field("label").into());
    }
    let days = policy.token.longest_days;
    if new.expires_at <= cx.now() || new.expires_at > later(cx.now(), days * 24 * 60) {
        return Err(Refusal::invalid("access.token-expiry").field("expires").arg("days", days).into());
    }
    let account = crate::account::load(cx, new.account)?;
    if account.closed_at.is_some() {
        return Err(Refusal::conflict("access.account-closed").into());
    }
    let (id, secret) = (cx.new_id::<Token>(), Secret::fresh(PREFIX)?);
    store::add(cx, id, &secret.digest(), new)?;
    let body = json!({ "account": new.account, "until": new.expires_at.to_string() });
    told(cx, "token.created", id, body)?;
    Ok(secret)
}

/// Revokes a token. Needs `token.manage`.
pub fn revoke(cx: &mut Cx<'_>, permit: &Permit, id: Id<Token>) -> Result<()> {
    permit.must_be("token.manage")?;
    if store::revoke(cx, id)? == 0 {
        return Err(Refusal::conflict("access.token-revoked").into());
    }
    told(cx, "token.revoked", id, json!({ "through": permit.through() }))
}

/// The token of a bearer secret, while it is good. One query, reads only.
pub fn find(cx: &mut Cx<'_>, secret: &Digest) -> Result<Option<TokenRow>> {
    store::find(cx, secret)
}

/// The tokens of an account, newest first.
pub fn list(cx: &mut Cx<'_>, account: Id<Account>) -> Result<Vec<TokenLine>> {
    store::list(cx, account)
}

/// Notes that a token was used, at most once a minute. Operational: carries no history.
pub fn touch(cx: &mut Cx<'_>, token: &TokenRow) -> Result<()> {
    if token.wants_touch(cx.now()) { store::touch(cx, token.id) } else { Ok(()) }
}

/// Revokes every token of an account that is being closed; part of that act.
pub(crate) fn revoke_all(cx: &mut Cx<'_>, account: Id<Account>) -> Result<()> {
    store::revoke_all(cx, account)
}

fn told(cx: &mut Cx<'_>, act: &'static str, id: Id<Token>, body: serde_json::Value) -> Result<()> {
    journal::append(cx, &Entry::new(act, Ref::new("token", id), body)).map(|_| ())
}
