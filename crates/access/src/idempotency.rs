//! Repeated requests: the same key with the same request gets the same answer, and nothing twice.
//!
//! [`recall`] and [`remember`] belong into the closure of the act itself: one writer runs closures one
//! after the other, so two copies of a request that arrive together do not both act; and of two
//! instances that act at the same moment the later one is refused at [`remember`] and undone.

pub(crate) mod store;

use base::{Id, Refusal, Result, noun::Account};
use db::Cx;

use crate::{Policy, policy::earlier, secret::Digest};

/// A request that says who it is, so that it can be sent again.
#[derive(Debug, Clone, Copy)]
pub struct Repeatable<'a> {
    /// Whose request; keys of different accounts never meet.
    pub account: Id<Account>,
    /// The `Idempotency-Key`.
    pub key: &'a str,
    /// The digest of method, path and body.
    pub request: &'a Digest,
}

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u32,
    /// The body.
    pub body: String,
}

/// The answer the request was given before, if it came before. The same key with another request is
/// refused.
pub fn recall(cx: &mut Cx<'_>, policy: &Policy, request: Repeatable<'_>) -> Result<Option<Answer>> {
    if request.key.is_empty() || request.key.len() > 255 {
        return Err(Refusal::invalid("access.idempotency-key").field("Idempotency-Key").into());
    }
    let since = earlier(cx.now(), policy.idempotency.hours * 60);
    let Some((digest, answer)) = store::find(cx, request, since)? else { return Ok(None) };
    if digest != request.request.as_str() {
        return Err(Refusal::conflict("access.idempotency-mismatch").field("Idempotency-Key").into());
    }
    Ok(Some(answer))
}

/// Remembers the answer, in the transaction of the act it answers.
pub fn remember(cx: &mut Cx<'_>, policy: &Policy, request: Repeatable<'_>, answer: &Answer) -> Result<()> {
    let since = earlier(cx.now(), policy.idempotency.hours * 60);
    if store::put(cx, request, answer, since)? == 0 {
        return Err(Refusal::conflict("access.idempotency-running").field("Idempotency-Key").into());
    }
    Ok(())
}
