//! Passwords: the rule for a new one, and Argon2id (RFC 9106) as PHC strings.
//!
//! Hashing is slow on purpose. Nothing here touches the database, so that it never runs on its threads.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use base::{Error, Refusal, Result};

use crate::{policy::PasswordPolicy, secret};

/// A password that met the rule, hashed. Slow to make: keep it off the database threads.
#[derive(Clone)]
pub struct NewPassword {
    phc: String,
    login: String,
}

impl NewPassword {
    /// Checks `plain` against the rule and hashes it. `login` is what it must not repeat.
    pub fn make(policy: &PasswordPolicy, login: &str, plain: &str) -> Result<Self> {
        let login = login.trim().to_lowercase();
        check_rule(policy, &login, plain)?;
        Ok(Self { phc: hash(policy, plain)?, login })
    }

    /// The PHC string.
    pub(crate) fn phc(&self) -> &str {
        &self.phc
    }

    /// The login name it was checked against.
    pub(crate) fn login(&self) -> &str {
        &self.login
    }
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

/// The rule, one refusal for each thing to mend.
fn check_rule(policy: &PasswordPolicy, login: &str, plain: &str) -> Result<()> {
    let mut refusals = Vec::new();
    let mut refuse = |refusal: Refusal| refusals.push(refusal.field("password"));
    let length = plain.chars().count();
    if length < policy.least_length {
        refuse(Refusal::invalid("access.password-short").arg("least", policy.least_length));
    }
    if length > policy.most_length {
        refuse(Refusal::invalid("access.password-long").arg("most", policy.most_length));
    }
    if kinds(plain) < policy.least_kinds {
        refuse(Refusal::invalid("access.password-plain").arg("least", policy.least_kinds));
    }
    let lower = plain.to_lowercase();
    if policy.forbidden.iter().any(|piece| lower.contains(&piece.to_lowercase())) {
        refuse(Refusal::invalid("access.password-common"));
    }
    // A login of one or two characters stands in many good passwords by chance.
    if login.chars().count() > 2 && lower.contains(login) {
        refuse(Refusal::invalid("access.password-holds-login"));
    }
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
}

/// Of lower case, upper case, digits and others, how many are there.
fn kinds(plain: &str) -> usize {
    let tests: [fn(char) -> bool; 4] = [
        |c| c.is_lowercase(),
        |c| c.is_uppercase(),
        |c| c.is_ascii_digit(),
        |c| !c.is_lowercase() && !c.is_uppercase() && !c.is_ascii_digit(),
    ];
    tests.iter().filter(|test| plain.chars().any(test)).count()
}

fn argon2(policy: &PasswordPolicy) -> Result<Argon2<'static>> {
    let params =
        Params::new(policy.memory_kib, policy.passes, policy.lanes, Some(Params::DEFAULT_OUTPUT_LEN))
            .map_err(Error::fault)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(policy: &PasswordPolicy, plain: &str) -> Result<String> {
    let salt = secret::random::<16>()?;
    let hash: PasswordHash =
        argon2(policy)?.hash_password_with_salt(plain.as_bytes(), &salt).map_err(Error::fault)?;
    Ok(hash.to_string())
}

/// A hash no password has, at today's cost: checking against it takes as long as against a real one.
pub(crate) fn nobody(policy: &PasswordPolicy) -> String {
    let PasswordPolicy { memory_kib, passes, lanes, .. } = policy;
    let (salt, output) = ("A".repeat(22), "A".repeat(43));
    format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${output}")
}

/// Whether `plain` is the password of `phc`. A stored text that is no PHC string matches nothing.
pub(crate) fn matches(phc: &str, plain: &str) -> bool {
    PasswordHash::new(phc)
        .is_ok_and(|hash| Argon2::default().verify_password(plain.as_bytes(), &hash).is_ok())
}

/// A fresh hash of a password just proved right, when the stored one was made at another cost.
pub(crate) fn renewed(policy: &PasswordPolicy, phc: &str, plain: &str) -> Result<Option<String>> {
    let PasswordPolicy { memory_kib, passes, lanes, .. } = policy;
    let head = format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}$");
    if phc.starts_with(&head) { Ok(None) } else { hash(policy, plain).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;

    fn policy() -> PasswordPolicy {
        let mut policy = Policy::shipped().unwrap().password;
        (policy.memory_kib, policy.passes) = (64, 1);
        policy
    }

    fn keys(login: &str, plain: &str) -> Vec<String> {
        let made = NewPassword::make(&policy(), login, plain);
        made.err()
            .map(|error| error.refusals().iter().map(|refusal| refusal.key.to_string()).collect())
            .unwrap_or_default()
    }

    #[test]
    fn a_weak_password_is_refused_with_everything_there_is_to_mend() {
        assert_eq!(keys("liwei", "Abc"), ["access.password-short"]);
        assert_eq!(keys("liwei", "abcdefghijkl"), ["access.password-plain"]);
        assert_eq!(keys("liwei", "xPassword-77"), ["access.password-common"]);
        assert_eq!(keys("liwei", "LiWei-rides-7"), ["access.password-holds-login"]);
        assert_eq!(keys("liwei", &"a1".repeat(100)), ["access.password-long"]);
        assert_eq!(
            keys("123", "123456"),
            [
                "access.password-short",
                "access.password-plain",
                "access.password-common",
                "access.password-holds-login",
            ]
        );
        assert!(keys("liwei", "绿水青山就是金山银山2026").is_empty());
    }

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let made = NewPassword::make(&policy(), "liwei", "reed-bank-42").unwrap();
        assert!(made.phc().starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        assert!(matches(made.phc(), "reed-bank-42"));
        assert!(!matches(made.phc(), "reed-bank-43"));
        assert!(!matches("not a hash", "reed-bank-42"));
        assert_eq!(format!("{made:?}"), "NewPassword(…)");
    }

    #[test]
    fn the_hash_of_nobody_costs_what_a_real_one_costs_and_matches_nothing() {
        let nobody = nobody(&policy());
        assert!(PasswordHash::new(&nobody).is_ok_and(|hash| hash.hash.is_some() && hash.salt.is_some()));
        assert!(!matches(&nobody, ""));
        assert_eq!(renewed(&policy(), &nobody, "x").unwrap(), None);
    }

    #[test]
    fn a_hash_made_at_another_cost_is_renewed() {
        let old = NewPassword::make(&policy(), "liwei", "reed-bank-42").unwrap();
        let mut dearer = policy();
        dearer.memory_kib = 128;
        let new = renewed(&dearer, old.phc(), "reed-bank-42").unwrap().unwrap();
        assert!(new.contains("m=128") && matches(&new, "reed-bank-42"));
        assert_eq!(renewed(&policy(), old.phc(), "reed-bank-42").unwrap(), None);
    }
}
