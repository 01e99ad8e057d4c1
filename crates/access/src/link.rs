//! One-time links: the first administrator, an invitation, a forgotten password. No password is ever
//! made up for somebody; a link lets them set their own.

pub(crate) mod store;

use base::{
    Id, Refusal, Result, Timestamp,
    noun::{self, Person},
};
use db::Cx;
use serde_json::json;

use crate::{
    Permit, Policy,
    account::{self, Account, Login, SecondFactor},
    limit,
    password::NewPassword,
    policy::later,
    secret::{Digest, Secret},
    session, sign_in,
};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The tenant has no account yet; printed at first start.
    FirstAdministrator,
    /// A person gets an account.
    Invite,
    /// A person sets a new password for the account they have.
    Reset,
}

impl Purpose {
    /// As the table keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstAdministrator => "first-administrator",
            Self::Invite => "invite",
            Self::Reset => "reset",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        [Self::FirstAdministrator, Self::Invite, Self::Reset]
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
            .ok_or_else(|| base::Error::fault(format!("unknown purpose of a link: {text}")))
    }
}

/// Whom a link is for.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'a> {
    /// The person.
    pub person: Id<Person>,
    /// The name the account will show.
    pub name: &'a str,
}

/// A link that can still be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it is for.
    pub purpose: Purpose,
    /// Whom it is for.
    pub person: Id<Person>,
    /// Their name, for the greeting.
    pub name: String,
    /// The login name they have; `None` when they choose one.
    pub login: Option<Login>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Issues a link in place of any the person has. Needs `account.manage`; a link for the first
/// administrator is issued by the program itself and only while there is no account.
pub fn issue(
    cx: &mut Cx<'_>,
    permit: &Permit,
    policy: &Policy,
    holder: Holder<'_>,
    purpose: Purpose,
) -> Result<Secret> {
    permit.must_be("account.manage")?;
    check_purpose(cx, holder.person, purpose)?;
    let secret = Secret::fresh("")?;
    let expires_at = later(cx.now(), policy.link.lifetime_hours * 60);
    store::remove_of(cx, holder.person)?;
    store::add(cx, &secret.digest(), purpose, holder, (&permit.who(), expires_at))?;
    let body = json!({ "purpose": purpose.as_str(), "through": permit.through() });
    told(cx, "account.link-issued", holder.person, body)?;
    Ok(secret)
}

fn check_purpose(cx: &mut Cx<'_>, person: Id<Person>, purpose: Purpose) -> Result<()> {
    let existing = account::of_person(cx, person)?;
    let refused = match purpose {
        Purpose::FirstAdministrator if account::store::any(cx)?.is_some() => {
            Refusal::conflict("access.first-administrator-exists")
        }
        Purpose::Invite if existing.is_some() => Refusal::conflict("access.account-exists"),
        Purpose::Reset if existing.is_none() => Refusal::not_found("access.no-account"),
        Purpose::Reset if existing.is_some_and(|account| account.closed_at.is_some()) => {
            Refusal::conflict("access.account-closed")
        }
        _ => return Ok(()),
    };
    Err(refused.into())
}

/// The link of a secret, while it can be used. Reads only.
pub fn find(cx: &mut Cx<'_>, secret: &Digest) -> Result<Link> {
    let mut link = store::find(cx, secret)?.ok_or_else(spent)?;
    link.login = account::of_person(cx, link.person)?.map(|account| account.login);
    Ok(link)
}

/// Uses a link up: makes the account, or sets the password and ends every session. The login name is
/// the one the password was made with.
pub fn redeem(cx: &mut Cx<'_>, secret: &Digest, password: &NewPassword) -> Result<Id<noun::Account>> {
    let link = find(cx, secret)?;
    check_purpose(cx, link.person, link.purpose)?;
    // Counted, so that of two instances redeeming at the same moment one finds it spent.
    if store::spend(cx, secret)? == 0 {
        return Err(spent().into());
    }
    match link.purpose {
        Purpose::FirstAdministrator | Purpose::Invite => make_account(cx, &link, password),
        Purpose::Reset => reset(cx, &link, password),
    }
}

fn make_account(cx: &mut Cx<'_>, link: &Link, password: &NewPassword) -> Result<Id<noun::Account>> {
    let account = Account {
        id: cx.new_id(),
        person: link.person,
        name: link.name.clone(),
        login: Login::parse(password.login())?,
        made_at: cx.now(),
        password_set_at: cx.now(),
        closed_at: None,
        second_factor: SecondFactor::Off,
    };
    // The person has no account, so nothing but the login name can stand in the way.
    if account::store::add(cx, &account, password)? == 0 {
        return Err(account::login_taken().into());
    }
    let body = json!({ "person": link.person, "purpose": link.purpose.as_str() });
    account::told(cx, "account.created", account.id, body)?;
    Ok(account.id)
}

fn reset(cx: &mut Cx<'_>, link: &Link, password: &NewPassword) -> Result<Id<noun::Account>> {
    let account = account::of_person(cx, link.person)?.ok_or_else(spent)?;
    account::store::set_password(cx, account.id, password)?;
    limit::clear(cx, &sign_in::login_bucket(account.login.as_str()))?;
    account::told(cx, "account.password-reset", account.id, serde_json::Value::Null)?;
    session::ended_all(cx, account.id, "password-reset")?;
    Ok(account.id)
}

fn spent() -> Refusal {
    Refusal::not_found("access.link-spent")
}

fn told(cx: &mut Cx<'_>, act: &'static str, person: Id<Person>, body: serde_json::Value) -> Result<()> {
    let subject = journal::Ref::new("person", person);
    journal::append(cx, &journal::Entry::new(act, subject, body)).map(|_| ())
}
