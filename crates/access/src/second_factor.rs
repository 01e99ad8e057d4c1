//! The second factor: six digits of RFC 6238, each good once, and recovery codes for a lost phone.

pub(crate) mod store;

use base::{Error, Id, Refusal, Result, noun::Account};
use db::Cx;
use totp_rs::{Builder, Totp};

use crate::{
    Permit, Policy,
    account::{self, Outcome},
    sealed::MasterKey,
    secret::{self, Digest},
    session::SessionRow,
    sign_in::{self, Checked},
};

/// How many recovery codes are handed out.
const RECOVERY_CODES: usize = 10;

/// What an authenticator app is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// For typing in: base 32.
    pub secret: String,
    /// For the QR code: an `otpauth` address.
    pub address: String,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrolment(…)")
    }
}

/// Codes for the day the phone is lost; each opens once. Shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCodes(pub Vec<String>);

impl std::fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCodes(…)")
    }
}

/// Begins enrolment with a fresh secret; nothing changes for signing in until [`confirm`].
/// `issuer` is what the app shows above the digits, the name of the office.
pub fn enrol(cx: &mut Cx<'_>, master: &MasterKey, session: &SessionRow, issuer: &str) -> Result<Enrolment> {
    if is_on(cx, session.account)? {
        return Err(Refusal::conflict("access.second-factor-on").into());
    }
    // RFC 4226 section 4: 160 bits.
    let bytes = secret::random::<20>()?;
    let sealed = master.seal(&aad(session.account), &bytes)?;
    store::put(cx, session.account, &sealed)?;
    account::told(cx, "account.second-factor-begun", session.account, serde_json::Value::Null)?;
    let secret = totp_rs::Secret::new(Box::new(bytes)).to_base32();
    let label = format!("{}:{}", escaped(issuer), escaped(&session.login));
    let address = format!("otpauth://totp/{label}?secret={secret}&issuer={}", escaped(issuer));
    Ok(Enrolment { secret, address })
}

/// Turns the second factor on once the app shows the right digits; hands out the recovery codes.
pub fn confirm(
    cx: &mut Cx<'_>,
    master: &MasterKey,
    session: &SessionRow,
    code: &str,
) -> Result<RecoveryCodes> {
    let Some(row) = store::find(cx, session.account)? else {
        return Err(Refusal::conflict("access.second-factor-begin").into());
    };
    if row.is_on() {
        return Err(Refusal::conflict("access.second-factor-on").into());
    }
    let Some(step) = matching_step(cx, master, session.account, &row, code)? else {
        return Err(Refusal::invalid("access.code-wrong").field("code").into());
    };
    store::confirm(cx, session.account, step)?;
    account::told(cx, "account.second-factor-on", session.account, serde_json::Value::Null)?;
    fresh_recovery_codes(cx, session.account)
}

/// Turns one's own second factor off, after the password was proved.
pub fn turn_off(cx: &mut Cx<'_>, policy: &Policy, session: &SessionRow, present: Checked) -> Result<Outcome> {
    if let Some(refusal) = sign_in::prove_own(cx, policy, session, present)? {
        return Ok(Outcome::Failed(refusal));
    }
    remove(cx, session.account, "own-wish")?;
    Ok(Outcome::Done)
}

/// Turns somebody's second factor off: phone and recovery codes are lost. Needs `security.manage`.
pub fn reset(cx: &mut Cx<'_>, permit: &Permit, account: Id<Account>) -> Result<()> {
    permit.must_be("security.manage")?;
    remove(cx, account, permit.through())
}

/// Whether signing in asks for six digits too.
pub fn is_on(cx: &mut Cx<'_>, account: Id<Account>) -> Result<bool> {
    Ok(store::find(cx, account)?.is_some_and(|row| row.is_on()))
}

/// How many recovery codes are left.
pub fn recovery_codes_left(cx: &mut Cx<'_>, account: Id<Account>) -> Result<i64> {
    store::recovery_codes_left(cx, account)
}

/// What a code turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    Digits,
    RecoveryCode,
    Nothing,
}

/// Takes a code so that it counts no second time.
pub(crate) fn take(cx: &mut Cx<'_>, master: &MasterKey, account: Id<Account>, code: &str) -> Result<Taken> {
    let Some(row) = store::find(cx, account)?.filter(store::Row::is_on) else { return Ok(Taken::Nothing) };
    if let Some(step) = matching_step(cx, master, account, &row, code)? {
        // Only a later step than the last advances it, so the same digits count once.
        let taken = store::advance(cx, account, step)? == 1;
        return Ok(if taken { Taken::Digits } else { Taken::Nothing });
    }
    if store::spend_recovery_code(cx, account, &recovery_digest(account, code))? == 0 {
        return Ok(Taken::Nothing);
    }
    account::told(cx, "account.recovery-code-used", account, serde_json::Value::Null)?;
    Ok(Taken::RecoveryCode)
}

/// The time step `code` belongs to, if it is within one step of now.
fn matching_step(
    cx: &Cx<'_>,
    master: &MasterKey,
    account: Id<Account>,
    row: &store::Row,
    code: &str,
) -> Result<Option<i64>> {
    let totp = totp(master.open(&aad(account), &row.secret)?)?;
    let now = u64::try_from(cx.now().as_second()).map_err(Error::fault)?;
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    totp.check(&digits, now).map(i64::try_from).transpose().map_err(Error::fault)
}

/// RFC 6238 with the values every app knows: SHA-1, six digits, thirty seconds, one step either way.
fn totp(secret: Vec<u8>) -> Result<Totp> {
    Builder::new()
        .with_secret(secret)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .build()
        .map_err(Error::fault)
}

fn aad(account: Id<Account>) -> String {
    format!("second-factor\0{account}")
}

fn remove(cx: &mut Cx<'_>, account: Id<Account>, why: &str) -> Result<()> {
    if store::remove(cx, account)? == 0 {
        return Err(Refusal::conflict("access.second-factor-off").into());
    }
    account::told(cx, "account.second-factor-off", account, serde_json::json!({ "why": why }))
}

fn fresh_recovery_codes(cx: &mut Cx<'_>, account: Id<Account>) -> Result<RecoveryCodes> {
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        // 80 bits: a plain digest of it cannot be guessed.
        let text = totp_rs::Secret::new(Box::new(secret::random::<10>()?)).to_base32();
        let code = format!("{}-{}-{}-{}", &text[..4], &text[4..8], &text[8..12], &text[12..16]);
        store::add_recovery_code(cx, account, &recovery_digest(account, &code))?;
        codes.push(code);
    }
    Ok(RecoveryCodes(codes))
}

fn recovery_digest(account: Id<Account>, code: &str) -> Digest {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    Digest::of(&format!("recovery-code\0{account}\0{}", plain.to_ascii_uppercase()))
}

/// Percent-encoding of everything but RFC 3986's unreserved characters.
fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_are_those_of_rfc_6238() {
        // RFC 6238 appendix B, SHA-1, the last six of its eight digits.
        let totp = totp(b"12345678901234567890".to_vec()).unwrap();
        for (time, digits) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(totp.generate(time).to_string(), digits);
            assert_eq!(totp.check(digits, time + 30), Some(time / 30));
            assert_eq!(totp.check(digits, time + 60), None);
        }
    }

    #[test]
    fn an_address_holds_chinese_names() {
        assert_eq!(escaped("镇 a-1"), "%E9%95%87%20a-1");
    }
}
