//! Rows of accounts.

use base::{
    Id, Result,
    noun::{self, Person},
};
use db::{Cx, Row, Statement, values};

use super::{Account, Login, SecondFactor};
use crate::password::NewPassword;

static ADD: Statement = Statement::new(
    "account.add",
    "INSERT INTO account (id, person, name, login, password, password_set_at, made_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING",
);
static FIND: Statement = Statement::new(
    "account.find",
    "SELECT a.id, a.person, a.name, a.login, a.made_at, a.password_set_at, a.closed_at, f.confirmed_at \
     FROM account a LEFT JOIN second_factor f ON f.account = a.id WHERE a.id = $1",
);
static OF_PERSON: Statement = Statement::new(
    "account.of-person",
    "SELECT a.id, a.person, a.name, a.login, a.made_at, a.password_set_at, a.closed_at, f.confirmed_at \
     FROM account a LEFT JOIN second_factor f ON f.account = a.id WHERE a.person = $1",
);
static LIST: Statement = Statement::new(
    "account.list",
    "SELECT a.id, a.person, a.name, a.login, a.made_at, a.password_set_at, a.closed_at, f.confirmed_at \
     FROM account a LEFT JOIN second_factor f ON f.account = a.id WHERE a.login > $1 \
     ORDER BY a.login LIMIT $2",
);
static ANY: Statement =
    Statement::new("account.any", "SELECT 1 FROM account WHERE login > '' ORDER BY login LIMIT 1");
static BY_LOGIN: Statement = Statement::new(
    "account.by-login",
    "SELECT id, password FROM account WHERE login = $1 AND closed_at IS NULL",
);
static PASSWORD: Statement =
    Statement::new("account.password", "SELECT password FROM account WHERE id = $1 AND closed_at IS NULL");
static SET_PASSWORD: Statement = Statement::new(
    "account.set-password",
    "UPDATE account SET password = $2, password_set_at = $3 WHERE id = $1",
);
static RENEW_HASH: Statement =
    Statement::new("account.renew-hash", "UPDATE account SET password = $3 WHERE id = $1 AND password = $2");
static SET_LOGIN: Statement =
    Statement::new("account.set-login", "UPDATE account SET login = $2 WHERE id = $1");
static LOGIN_TAKEN: Statement =
    Statement::new("account.login-taken", "SELECT COUNT(*) FROM account WHERE login = $1 AND id <> $2");
static CLOSE: Statement =
    Statement::new("account.close", "UPDATE account SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL");
static REOPEN: Statement = Statement::new(
    "account.reopen",
    "UPDATE account SET closed_at = NULL WHERE id = $1 AND closed_at IS NOT NULL",
);
static RENAME: Statement = Statement::new("account.rename", "UPDATE account SET name = $2 WHERE person = $1");

pub(crate) const STATEMENTS: [&Statement; 14] = [
    &ADD,
    &FIND,
    &OF_PERSON,
    &LIST,
    &ANY,
    &BY_LOGIN,
    &PASSWORD,
    &SET_PASSWORD,
    &RENEW_HASH,
    &SET_LOGIN,
    &LOGIN_TAKEN,
    &CLOSE,
    &REOPEN,
    &RENAME,
];

/// What signing in needs.
pub(crate) struct Credential {
    pub(crate) id: Id<noun::Account>,
    pub(crate) phc: String,
}

/// Adds an account; 0 when the person has one or the login name is taken.
pub(crate) fn add(cx: &mut Cx<'_>, account: &Account, password: &NewPassword) -> Result<u64> {
    let values = values![
        account.id,
        account.person,
        &account.name,
        account.login.as_str(),
        password.phc(),
        account.made_at
    ];
    cx.execute(&ADD, values)
}

fn account(row: &Row<'_>) -> Result<Account> {
    let confirmed: Option<String> = row.get(7)?;
    Ok(Account {
        id: row.get(0)?,
        person: row.get(1)?,
        name: row.get(2)?,
        login: Login::stored(row.get(3)?),
        made_at: row.get(4)?,
        password_set_at: row.get(5)?,
        closed_at: row.get(6)?,
        second_factor: if confirmed.is_some() { SecondFactor::On } else { SecondFactor::Off },
    })
}

pub(super) fn find(cx: &mut Cx<'_>, id: Id<noun::Account>) -> Result<Option<Account>> {
    cx.row(&FIND, values![id], account)
}

pub(super) fn of_person(cx: &mut Cx<'_>, person: Id<Person>) -> Result<Option<Account>> {
    cx.row(&OF_PERSON, values![person], account)
}

pub(super) fn list(cx: &mut Cx<'_>, after: &str, limit: u32) -> Result<Vec<Account>> {
    cx.rows(&LIST, values![after, limit], account)
}

/// Whether the tenant has any account at all.
pub(crate) fn any(cx: &mut Cx<'_>) -> Result<Option<i64>> {
    cx.row(&ANY, &[], |row| row.get(0))
}

/// The open account of a login name.
pub(crate) fn by_login(cx: &mut Cx<'_>, login: &str) -> Result<Option<Credential>> {
    cx.row(&BY_LOGIN, values![login], |row| Ok(Credential { id: row.get(0)?, phc: row.get(1)? }))
}

/// The stored hash of an open account.
pub(crate) fn password(cx: &mut Cx<'_>, id: Id<noun::Account>) -> Result<Option<String>> {
    cx.row(&PASSWORD, values![id], |row| row.get(0))
}

pub(crate) fn set_password(cx: &mut Cx<'_>, id: Id<noun::Account>, password: &NewPassword) -> Result<()> {
    let now = cx.now();
    cx.execute(&SET_PASSWORD, values![id, password.phc(), now]).map(|_| ())
}

/// Puts a dearer hash of the same password in place of `old`.
pub(crate) fn renew_hash(cx: &mut Cx<'_>, id: Id<noun::Account>, old: &str, new: &str) -> Result<()> {
    cx.execute(&RENEW_HASH, values![id, old, new]).map(|_| ())
}

pub(super) fn login_is_free(cx: &mut Cx<'_>, id: Id<noun::Account>, login: &Login) -> Result<bool> {
    Ok(cx.number(&LOGIN_TAKEN, values![login.as_str(), id])? == 0)
}

pub(super) fn set_login(cx: &mut Cx<'_>, id: Id<noun::Account>, login: &Login) -> Result<()> {
    cx.execute(&SET_LOGIN, values![id, login.as_str()]).map(|_| ())
}

pub(super) fn close(cx: &mut Cx<'_>, id: Id<noun::Account>) -> Result<u64> {
    let now = cx.now();
    cx.execute(&CLOSE, values![id, now])
}

pub(super) fn reopen(cx: &mut Cx<'_>, id: Id<noun::Account>) -> Result<u64> {
    cx.execute(&REOPEN, values![id])
}

pub(super) fn rename(cx: &mut Cx<'_>, person: Id<Person>, name: &str) -> Result<()> {
    cx.execute(&RENAME, values![person, name]).map(|_| ())
}
