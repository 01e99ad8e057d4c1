//! Rows of second factors and recovery codes.

use base::{Id, Result, noun::Account};
use db::{Cx, Statement, values};

use crate::secret::Digest;

static PUT: Statement = Statement::new(
    "second-factor.put",
    "INSERT INTO second_factor (account, secret, made_at, last_step) VALUES ($1, $2, $3, 0) \
     ON CONFLICT (account) DO UPDATE SET secret = EXCLUDED.secret, made_at = EXCLUDED.made_at, last_step = 0",
);
static FIND: Statement =
    Statement::new("second-factor.find", "SELECT secret, confirmed_at FROM second_factor WHERE account = $1");
static CONFIRM: Statement = Statement::new(
    "second-factor.confirm",
    "UPDATE second_factor SET confirmed_at = $2, last_step = $3 WHERE account = $1",
);
static ADVANCE: Statement = Statement::new(
    "second-factor.advance",
    "UPDATE second_factor SET last_step = $2 WHERE account = $1 AND last_step < $2",
);
static REMOVE: Statement =
    Statement::new("second-factor.remove", "DELETE FROM second_factor WHERE account = $1");
static ADD_CODE: Statement =
    Statement::new("recovery-code.add", "INSERT INTO recovery_code (account, code) VALUES ($1, $2)");
static SPEND_CODE: Statement =
    Statement::new("recovery-code.spend", "DELETE FROM recovery_code WHERE account = $1 AND code = $2");
static COUNT_CODES: Statement =
    Statement::new("recovery-code.count", "SELECT COUNT(*) FROM recovery_code WHERE account = $1");
static REMOVE_CODES: Statement =
    Statement::new("recovery-code.remove", "DELETE FROM recovery_code WHERE account = $1");

pub(crate) const STATEMENTS: [&Statement; 9] =
    [&PUT, &FIND, &CONFIRM, &ADVANCE, &REMOVE, &ADD_CODE, &SPEND_CODE, &COUNT_CODES, &REMOVE_CODES];

/// A second factor, begun or on.
pub(crate) struct Row {
    pub(crate) secret: String,
    pub(crate) confirmed_at: Option<String>,
}

impl Row {
    pub(crate) fn is_on(&self) -> bool {
        self.confirmed_at.is_some()
    }
}

pub(super) fn put(cx: &mut Cx<'_>, account: Id<Account>, secret: &str) -> Result<()> {
    let now = cx.now();
    cx.execute(&PUT, values![account, secret, now]).map(|_| ())
}

pub(super) fn find(cx: &mut Cx<'_>, account: Id<Account>) -> Result<Option<Row>> {
    cx.row(&FIND, values![account], |row| Ok(Row { secret: row.get(0)?, confirmed_at: row.get(1)? }))
}

pub(super) fn confirm(cx: &mut Cx<'_>, account: Id<Account>, step: i64) -> Result<()> {
    let now = cx.now();
    cx.execute(&CONFIRM, values![account, now, step]).map(|_| ())
}

pub(super) fn advance(cx: &mut Cx<'_>, account: Id<Account>, step: i64) -> Result<u64> {
    cx.execute(&ADVANCE, values![account, step])
}

pub(super) fn remove(cx: &mut Cx<'_>, account: Id<Account>) -> Result<u64> {
    cx.execute(&REMOVE_CODES, values![account])?;
    cx.execute(&REMOVE, values![account])
}

pub(super) fn add_recovery_code(cx: &mut Cx<'_>, account: Id<Account>, code: &Digest) -> Result<()> {
    cx.execute(&ADD_CODE, values![account, code.as_str()]).map(|_| ())
}

pub(super) fn spend_recovery_code(cx: &mut Cx<'_>, account: Id<Account>, code: &Digest) -> Result<u64> {
    cx.execute(&SPEND_CODE, values![account, code.as_str()])
}

pub(super) fn recovery_codes_left(cx: &mut Cx<'_>, account: Id<Account>) -> Result<i64> {
    cx.number(&COUNT_CODES, values![account])
}
