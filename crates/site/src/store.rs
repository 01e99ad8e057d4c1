//! Receipts that can be shown again for a short while.

use access::Digest;
use base::{Result, Timestamp};
use db::{Cx, Statement, values};

static PUT: Statement = Statement::new(
    "site.put-receipt",
    "INSERT INTO site_receipt (key_digest, sealed, shown_until) VALUES ($1, $2, $3)",
);
static FIND: Statement = Statement::new(
    "site.find-receipt",
    "SELECT sealed FROM site_receipt WHERE key_digest = $1 AND shown_until > $2",
);
static DROP: Statement =
    Statement::new("site.drop-receipt", "DELETE FROM site_receipt WHERE key_digest = $1");
static SWEEP: Statement =
    Statement::new("site.sweep-receipts", "DELETE FROM site_receipt WHERE shown_until <= $1");

pub(crate) const STATEMENTS: &[&Statement] = &[&PUT, &FIND, &DROP, &SWEEP];

/// Keeps a receipt and forgets those whose time is over.
pub(crate) fn put(cx: &mut Cx<'_>, key: &Digest, (sealed, until): (&str, Timestamp)) -> Result<()> {
    let now = cx.now();
    cx.execute(&SWEEP, values![now])?;
    cx.execute(&PUT, values![key.as_str(), sealed, until]).map(|_| ())
}

/// The sealed receipt, while it may be shown.
pub(crate) fn find(cx: &mut Cx<'_>, key: &Digest) -> Result<Option<String>> {
    let now = cx.now();
    cx.row(&FIND, values![key.as_str(), now], |row| row.get(0))
}

/// Forgets a receipt.
pub(crate) fn drop(cx: &mut Cx<'_>, key: &Digest) -> Result<()> {
    cx.execute(&DROP, values![key.as_str()]).map(|_| ())
}
