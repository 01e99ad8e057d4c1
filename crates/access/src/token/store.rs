//! Rows of tokens.

use base::{
    Id, Result,
    noun::{Account, Token},
};
use db::{Cx, Statement, values};

use super::{NewToken, TokenLine, TokenRow};
use crate::secret::Digest;

static ADD: Statement = Statement::new(
    "token.add",
    "INSERT INTO token (id, secret, account, label, made_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
);
static FIND: Statement = Statement::new(
    "token.find",
    "SELECT t.id, t.account, a.person, a.name, t.used_at FROM token t JOIN account a ON a.id = t.account \
     WHERE t.secret = $1 AND t.revoked_at IS NULL AND t.expires_at > $2 AND a.closed_at IS NULL",
);
static LIST: Statement = Statement::new(
    "token.list",
    "SELECT id, label, made_at, expires_at, used_at, revoked_at FROM token WHERE account = $1 \
     ORDER BY made_at DESC, id DESC",
);
static TOUCH: Statement = Statement::new("token.touch", "UPDATE token SET used_at = $2 WHERE id = $1");
static REVOKE: Statement =
    Statement::new("token.revoke", "UPDATE token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL");
static REVOKE_ALL: Statement = Statement::new(
    "token.revoke-all",
    "UPDATE token SET revoked_at = $2 WHERE account = $1 AND revoked_at IS NULL",
);

pub(crate) const STATEMENTS: [&Statement; 6] = [&ADD, &FIND, &LIST, &TOUCH, &REVOKE, &REVOKE_ALL];

pub(super) fn add(cx: &mut Cx<'_>, id: Id<Token>, secret: &Digest, new: NewToken<'_>) -> Result<()> {
    let now = cx.now();
    let values = values![id, secret.as_str(), new.account, new.label.trim(), now, new.expires_at];
    cx.execute(&ADD, values).map(|_| ())
}

pub(super) fn find(cx: &mut Cx<'_>, secret: &Digest) -> Result<Option<TokenRow>> {
    let now = cx.now();
    cx.row(&FIND, values![secret.as_str(), now], |row| {
        Ok(TokenRow {
            id: row.get(0)?,
            account: row.get(1)?,
            person: row.get(2)?,
            name: row.get(3)?,
            used_at: row.get(4)?,
        })
    })
}

pub(super) fn list(cx: &mut Cx<'_>, account: Id<Account>) -> Result<Vec<TokenLine>> {
    cx.rows(&LIST, values![account], |row| {
        Ok(TokenLine {
            id: row.get(0)?,
            label: row.get(1)?,
            made_at: row.get(2)?,
            expires_at: row.get(3)?,
            used_at: row.get(4)?,
            revoked_at: row.get(5)?,
        })
    })
}

pub(super) fn touch(cx: &mut Cx<'_>, id: Id<Token>) -> Result<()> {
    let now = cx.now();
    cx.execute(&TOUCH, values![id, now]).map(|_| ())
}

pub(super) fn revoke(cx: &mut Cx<'_>, id: Id<Token>) -> Result<u64> {
    let now = cx.now();
    cx.execute(&REVOKE, values![id, now])
}

pub(super) fn revoke_all(cx: &mut Cx<'_>, account: Id<Account>) -> Result<()> {
    let now = cx.now();
    cx.execute(&REVOKE_ALL, values![account, now]).map(|_| ())
}
