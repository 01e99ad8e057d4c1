//! Signing in, in three steps, because checking a password is slow on purpose:
//! [`lookup`] reads, [`Candidate::check`] computes off the database threads, [`finish`] writes.
//!
//! An unknown login name and a wrong password take the same time and get the same answer.

use base::{Id, Refusal, Result, noun::Account};
use db::Cx;
use journal::{Entry, Ref};
use serde_json::json;

use crate::{
    Policy,
    account::{self, Login, store},
    limit::{self, Bucket},
    password,
    policy::PasswordPolicy,
    sealed::MasterKey,
    second_factor::{self, Taken},
    secret::Digest,
    session::{self, NewSession, Place, SessionRow, Stage},
};

/// What [`lookup`] found, to be checked against a password. Says nothing about whether it found anything.
pub struct Candidate {
    account: Option<Id<Account>>,
    phc: String,
    bucket: Bucket,
    policy: PasswordPolicy,
}

/// A checked candidate. Whether it was right shows only when it is used up.
pub struct Checked {
    account: Option<Id<Account>>,
    phc: String,
    renewed: Option<String>,
    bucket: Bucket,
    right: Right,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Right {
    Yes,
    No,
}

/// The answer to a sign-in. `Failed` is an answer, not an error: the failed try must be counted and
/// journalled, which an error would roll back.
#[derive(Debug, Clone)]
#[must_use]
pub enum SignIn {
    /// Signed in; the secret goes into the cookie.
    Open(NewSession),
    /// The password was right and six digits are still wanted; the secret opens only [`code`].
    NeedsCode(NewSession),
    /// Not signed in, because.
    Failed(Refusal),
}

/// The bucket that counts failures at a login name, known or not.
pub(crate) fn login_bucket(login: &str) -> Bucket {
    Bucket::new("sign-in", login)
}

fn origin_bucket(place: &Place) -> Bucket {
    Bucket::new("sign-in-origin", &place.origin)
}

/// Looks a login name up. Refuses while it, or the address, is locked out. Reads only.
pub fn lookup(cx: &mut Cx<'_>, policy: &Policy, login: &str, place: &Place) -> Result<Candidate> {
    // What cannot be a login name is looked up all the same, so that it answers like any other.
    let login = Login::parse(login).map_or_else(|_| login.to_owned(), |login| login.as_str().to_owned());
    let bucket = login_bucket(&login);
    limit::check(cx, &bucket)?;
    limit::check(cx, &origin_bucket(place))?;
    let found = store::by_login(cx, &login)?;
    Ok(Candidate {
        account: found.as_ref().map(|credential| credential.id),
        phc: found.map_or_else(|| password::nobody(&policy.password), |credential| credential.phc),
        bucket,
        policy: policy.password.clone(),
    })
}

/// One's own password, asked for again before something that matters. Reads only.
pub fn lookup_own(cx: &mut Cx<'_>, policy: &Policy, session: &SessionRow) -> Result<Candidate> {
    let bucket = login_bucket(&session.login);
    limit::check(cx, &bucket)?;
    let phc = store::password(cx, session.account)?.unwrap_or_else(|| password::nobody(&policy.password));
    Ok(Candidate { account: Some(session.account), phc, bucket, policy: policy.password.clone() })
}

impl Candidate {
    /// Checks the password. Slow and pure: run it off the database threads.
    pub fn check(self, plain: &str) -> Result<Checked> {
        // The bound keeps a megabyte sent as a password from costing a megabyte of hashing.
        let longest = self.policy.most_length.saturating_mul(4);
        let tried = if plain.len() > longest { "" } else { plain };
        let matches = password::matches(&self.phc, tried) && self.account.is_some();
        let renewed = if matches { password::renewed(&self.policy, &self.phc, tried)? } else { None };
        let right = if matches { Right::Yes } else { Right::No };
        Ok(Checked { account: self.account, phc: self.phc, renewed, bucket: self.bucket, right })
    }
}

/// Signs in, or records the failed try.
pub fn finish(cx: &mut Cx<'_>, policy: &Policy, checked: Checked, place: &Place) -> Result<SignIn> {
    let bucket = checked.bucket.clone();
    let account = match prove(cx, policy, checked)? {
        Proof::Right(account) => account,
        Proof::Wrong(refusal) => {
            if refusal.key == WRONG {
                limit::count(cx, &origin_bucket(place), policy.limit("sign-in-origin")?)?;
            }
            return Ok(SignIn::Failed(refusal));
        }
    };
    if second_factor::is_on(cx, account)? {
        let awaiting = session::open(cx, policy, account, place, Stage::AwaitsCode)?;
        journalled(cx, "account.password-accepted", account, &json!({ "session": awaiting.id }))?;
        return Ok(SignIn::NeedsCode(awaiting));
    }
    limit::clear(cx, &bucket)?;
    opened(cx, policy, account, place, "password").map(SignIn::Open)
}

/// The second step of a sign-in: six digits, or a recovery code in their place.
pub fn code(
    cx: &mut Cx<'_>,
    policy: &Policy,
    master: &MasterKey,
    awaiting: &Digest,
    code: &str,
) -> Result<SignIn> {
    let Some(pending) = session::store::find_awaiting(cx, awaiting)? else {
        return Err(Refusal::unauthenticated("access.sign-in-again").into());
    };
    let bucket = login_bucket(account::load(cx, pending.account)?.login.as_str());
    limit::check(cx, &bucket)?;
    let with = match second_factor::take(cx, master, pending.account, code)? {
        Taken::Digits => "password+digits",
        Taken::RecoveryCode => "password+recovery-code",
        Taken::Nothing => {
            let refusal = failed(cx, policy, &bucket, Some(pending.account))?;
            let wrong_code = Refusal { key: "access.code-wrong".into(), ..refusal.clone() }.field("code");
            return Ok(SignIn::Failed(if refusal.key == WRONG { wrong_code } else { refusal }));
        }
    };
    session::store::end(cx, pending.id, pending.account)?;
    limit::clear(cx, &bucket)?;
    opened(cx, policy, pending.account, &pending.place, with).map(SignIn::Open)
}

const WRONG: &str = "access.sign-in-failed";

enum Proof {
    Right(Id<Account>),
    Wrong(Refusal),
}

/// Uses a checked candidate up: counts a wrong password, renews a hash made at another cost.
fn prove(cx: &mut Cx<'_>, policy: &Policy, checked: Checked) -> Result<Proof> {
    let Checked { account, phc, renewed, bucket, right } = checked;
    // Many guesses sent at once all pass the lookup; only so many get an answer here.
    limit::check(cx, &bucket)?;
    let Some(proved) = account.filter(|_| right == Right::Yes) else {
        return failed(cx, policy, &bucket, account).map(Proof::Wrong);
    };
    // The password was changed or the account closed while the hash was computed.
    if store::password(cx, proved)?.as_ref() != Some(&phc) {
        return failed(cx, policy, &bucket, Some(proved)).map(Proof::Wrong);
    }
    if let Some(renewed) = renewed {
        store::renew_hash(cx, proved, &phc, &renewed)?;
    }
    Ok(Proof::Right(proved))
}

/// Whether the person at this session proved the password of their own account; the refusal if not.
pub(crate) fn prove_own(
    cx: &mut Cx<'_>,
    policy: &Policy,
    session: &SessionRow,
    checked: Checked,
) -> Result<Option<Refusal>> {
    match prove(cx, policy, checked)? {
        Proof::Right(account) if account == session.account => Ok(None),
        Proof::Right(_) => Err(base::Error::fault("the password of another account was proved")),
        Proof::Wrong(refusal) if refusal.key == WRONG => {
            Ok(Some(Refusal::invalid("access.password-wrong").field("present")))
        }
        Proof::Wrong(refusal) => Ok(Some(refusal)),
    }
}

/// Counts and journals a failed try, and locks out when it was one too many.
fn failed(
    cx: &mut Cx<'_>,
    policy: &Policy,
    bucket: &Bucket,
    account: Option<Id<Account>>,
) -> Result<Refusal> {
    // The login name of an unknown account is not kept: people type their password there.
    let subject = || account.map_or_else(|| Ref::new("account", "unknown"), |id| Ref::new("account", id));
    let entry = Entry::new("account.sign-in-failed", subject(), serde_json::Value::Null);
    journal::append(cx, &entry)?;
    let Some(until) = limit::count(cx, bucket, policy.limit("sign-in")?)? else {
        return Ok(Refusal::unauthenticated(WRONG));
    };
    let body = json!({ "until": until.to_string() });
    journal::append(cx, &Entry::new("account.locked", subject(), body))?;
    Ok(limit::too_many(cx.now(), until))
}

fn opened(
    cx: &mut Cx<'_>,
    policy: &Policy,
    account: Id<Account>,
    place: &Place,
    with: &str,
) -> Result<NewSession> {
    let made = session::open(cx, policy, account, place, Stage::Open)?;
    journalled(cx, "account.signed-in", account, &json!({ "session": made.id, "with": with }))?;
    Ok(made)
}

fn journalled(
    cx: &mut Cx<'_>,
    act: &'static str,
    account: Id<Account>,
    body: &serde_json::Value,
) -> Result<()> {
    account::told(cx, act, account, body.clone())
}
