//! Receipts: number and six digits to type, a token for the QR code. Only digests are kept.

use base::{Refusal, Result, Timestamp};
use db::Cx;
use sha2::{Digest as _, Sha256};

use super::Receipt;
use crate::{
    model::{CaseHead, Proof},
    store::imports::{self, ReceiptRow, digest},
};

/// Wrong codes in a row after which a receipt rests.
const TRIES: i64 = 5;
/// How long it rests: six digits then last a guesser for five years on average.
const REST_SECONDS: i64 = 30 * 60;

/// Makes the receipt of a case and keeps its digests.
pub(super) fn give(cx: &mut Cx<'_>, head: &CaseHead) -> Result<Receipt> {
    let number = head.label();
    // Two ids carry 124 bits of the machine's randomness, and neither is kept anywhere; a seeded
    // source makes receipts of demos and tests repeat.
    let (one, two) = (cx.new_id::<()>(), cx.new_id::<()>());
    let secret = Sha256::digest(format!("case receipt {one} {two}").as_bytes());
    let number_of = |bytes: &[u8]| bytes.iter().fold(0_u64, |n, byte| (n << 8) | u64::from(*byte));
    let code = format!("{:06}", number_of(&secret[..8]) % 1_000_000);
    let token = digest(&format!("token {one} {two}"));
    imports::put_receipt(cx, head.id, (&number, &code_digest(&number, &code), &digest(&token)))?;
    Ok(Receipt { number, code, token })
}

fn code_digest(number: &str, code: &str) -> String {
    digest(&format!("{number}\n{code}"))
}

/// Opens what the resident's receipt opens: number and six digits. A wrong code must be counted by
/// [`count_wrong_code`] in a write of its own, since a refused act leaves nothing.
pub fn prove_code(cx: &mut Cx<'_>, number: &str, code: &str) -> Result<Proof> {
    let wrong = || Refusal::forbidden("case.wrong-code").field("code");
    let row = imports::receipt_by_number(cx, number.trim())?.ok_or_else(wrong)?;
    if rests(&row, cx.now()) {
        return Err(Refusal::too_many("case.receipt-rests").field("code").into());
    }
    if code_digest(number.trim(), code.trim()) != row.code_digest {
        return Err(wrong().into());
    }
    Ok(Proof::of(row.case))
}

/// Counts a wrong code. Rows without history: call it in `write_operational`.
pub fn count_wrong_code(cx: &mut Cx<'_>, number: &str) -> Result<()> {
    let Some(row) = imports::receipt_by_number(cx, number.trim())? else { return Ok(()) };
    // After a rest the count begins anew.
    let rested = row.wrong >= TRIES && !rests(&row, cx.now());
    imports::count_wrong(cx, row.case, if rested { 1 } else { row.wrong + 1 })
}

fn rests(row: &ReceiptRow, now: Timestamp) -> bool {
    row.wrong >= TRIES && row.wrong_at.is_some_and(|at| now.as_second() - at.as_second() < REST_SECONDS)
}

/// Opens what the token of the QR code opens.
pub fn prove_token(cx: &mut Cx<'_>, token: &str) -> Result<Proof> {
    imports::receipt_by_token(cx, &digest(token.trim()))?
        .map(Proof::of)
        .ok_or_else(|| Refusal::forbidden("case.wrong-token").into())
}
