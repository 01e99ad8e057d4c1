//! The thresholds of accounts, read from data.

use std::{collections::BTreeMap, time::Duration};

use base::{Error, Refusal, Result, Timestamp};
use serde::Deserialize;

/// Shipped with the program; a file in the data directory takes its place.
const SHIPPED: &str = include_str!("../policy.toml");

/// Nothing here is longer: beyond it a mistyped number would mean "for ever".
const LONGEST_MINUTES: u32 = 60 * 24 * 3660;

/// Every threshold of accounts, sessions, links, tokens and public acts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// What a password must be, and what its hash costs.
    pub password: PasswordPolicy,
    /// How long a signed-in browser stays so.
    pub session: SessionPolicy,
    /// One-time links.
    pub link: LinkPolicy,
    /// Tokens of the API.
    pub token: TokenPolicy,
    /// Repeated requests of the API.
    pub idempotency: IdempotencyPolicy,
    /// How often something may be tried, by name.
    pub limits: BTreeMap<String, Limit>,
    /// Roles of which one person holds at most one.
    pub separation: Separation,
}

/// What a password must be, and what its hash costs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordPolicy {
    /// Characters at least.
    pub least_length: usize,
    /// Characters at most, so that hashing stays cheap.
    pub most_length: usize,
    /// Of lower case, upper case, digits and others, how many at least.
    pub least_kinds: usize,
    /// Pieces a password must not hold.
    pub forbidden: Vec<String>,
    /// Ask for a new one after so many days; 0 asks never.
    pub renew_after_days: u32,
    /// Argon2id memory in KiB.
    pub memory_kib: u32,
    /// Argon2id passes.
    pub passes: u32,
    /// Argon2id lanes.
    pub lanes: u32,
}

/// How long a signed-in browser stays so.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionPolicy {
    /// Ends after so long without a request.
    pub idle_minutes: u32,
    /// Ends after so long in any case.
    pub absolute_hours: u32,
    /// Time for the six digits after the password.
    pub code_minutes: u32,
    /// How long ended sessions stay readable.
    pub kept_days: u32,
}

/// One-time links.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkPolicy {
    /// How long a link is good.
    pub lifetime_hours: u32,
}

/// Tokens of the API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenPolicy {
    /// The longest a token may be good.
    pub longest_days: u32,
}

/// Repeated requests of the API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdempotencyPolicy {
    /// How long an answer is remembered.
    pub hours: u32,
}

/// So many tries within a window, then closed for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Tries that close it.
    pub times: u32,
    /// The window.
    pub within_minutes: u32,
    /// How long it stays closed.
    pub lock_minutes: u32,
}

/// Roles of which one person holds at most one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Separation {
    /// Each group by role keys.
    pub groups: Vec<Vec<String>>,
}

impl Policy {
    /// The shipped thresholds.
    pub fn shipped() -> Result<Self> {
        Self::parse(SHIPPED)
    }

    /// Reads thresholds; what cannot work or protects nobody is refused.
    pub fn parse(text: &str) -> Result<Self> {
        let policy: Self = toml::from_str(text)
            .map_err(|error| Refusal::invalid("access.policy-form").arg("cause", error.message()))?;
        policy.check()?;
        Ok(policy)
    }

    /// The limit of this name. The names are fixed in code, so a missing one is a fault of the file.
    pub fn limit(&self, name: &str) -> Result<Limit> {
        self.limits.get(name).copied().ok_or_else(|| Error::fault(format!("policy.toml lacks limits.{name}")))
    }

    fn check(&self) -> Result<()> {
        // GB/T 22239-2019 asks for strength without a number; assessors count eight.
        within("password.least_length", self.password.least_length, 8, 64)?;
        within("password.most_length", self.password.most_length, self.password.least_length, 1024)?;
        within("password.least_kinds", self.password.least_kinds, 1, 4)?;
        // RFC 9106 section 3.1: at least eight blocks of a KiB a lane.
        within("password.lanes", self.password.lanes, 1, 16)?;
        within("password.memory_kib", self.password.memory_kib, 8 * self.password.lanes, 1 << 20)?;
        within("password.passes", self.password.passes, 1, 64)?;
        within("session.idle_minutes", self.session.idle_minutes, 1, LONGEST_MINUTES)?;
        within("session.absolute_hours", self.session.absolute_hours, 1, LONGEST_MINUTES / 60)?;
        within("session.code_minutes", self.session.code_minutes, 1, 60)?;
        within("session.kept_days", self.session.kept_days, 0, 3660)?;
        within("link.lifetime_hours", self.link.lifetime_hours, 1, LONGEST_MINUTES / 60)?;
        within("token.longest_days", self.token.longest_days, 1, 3660)?;
        within("idempotency.hours", self.idempotency.hours, 1, LONGEST_MINUTES / 60)?;
        for (name, limit) in &self.limits {
            within(&format!("limits.{name}.times"), limit.times, 1, 1_000_000)?;
            within(&format!("limits.{name}.within_minutes"), limit.within_minutes, 1, LONGEST_MINUTES)?;
            within(&format!("limits.{name}.lock_minutes"), limit.lock_minutes, 1, LONGEST_MINUTES)?;
        }
        Ok(())
    }
}

fn within<N: PartialOrd + std::fmt::Display>(name: &str, value: N, least: N, most: N) -> Result<()> {
    if value >= least && value <= most {
        return Ok(());
    }
    Err(Refusal::invalid("access.policy-range")
        .arg("name", name)
        .arg("value", value)
        .arg("least", least)
        .arg("most", most)
        .into())
}

/// The moment so many minutes later. [`Policy::parse`] bounds the minutes, so the sum stays in range.
pub(crate) fn later(at: Timestamp, minutes: u32) -> Timestamp {
    at + Duration::from_secs(u64::from(minutes) * 60)
}

/// The moment so many minutes earlier.
pub(crate) fn earlier(at: Timestamp, minutes: u32) -> Timestamp {
    at - Duration::from_secs(u64::from(minutes) * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal_of(text: &str) -> String {
        Policy::parse(text).unwrap_err().refusals()[0].key.to_string()
    }

    #[test]
    fn the_shipped_policy_is_sound_and_names_every_limit_the_code_asks_for() {
        let policy = Policy::shipped().unwrap();
        for name in ["sign-in", "sign-in-origin", "follow-by-code", "raise-publicly"] {
            assert!(policy.limit(name).is_ok(), "{name}");
        }
        assert!(matches!(policy.limit("no-such-limit"), Err(Error::Fault(_))));
    }

    #[test]
    fn a_policy_that_protects_nobody_is_refused() {
        let weak = SHIPPED.replace("least_length = 10", "least_length = 4");
        assert_eq!(refusal_of(&weak), "access.policy-range");
        let unlimited = SHIPPED.replace("idle_minutes = 60", "idle_minutes = 0");
        assert_eq!(refusal_of(&unlimited), "access.policy-range");
        assert_eq!(refusal_of("[password]"), "access.policy-form");
        assert_eq!(refusal_of(&SHIPPED.replace("[token]", "[tokens]")), "access.policy-form");
    }
}
