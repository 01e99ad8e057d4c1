//! What somebody asks of a case, and as whom.

use std::collections::BTreeMap;

use access::{Actor, MasterKey};
use base::{
    Id, Result, Timestamp,
    noun::{Case, Person},
};

/// A move somebody asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Move {
    /// The transition's key.
    pub transition: String,
    /// Values of fields by key; several values of one field are separated by commas or lines.
    pub fields: BTreeMap<String, String>,
    /// What is written with it. The resident sees it where the transition is public.
    pub note: Option<String>,
    /// What only those who handle the case see.
    pub private_note: Option<String>,
    /// The version the asker saw; a case that has changed since is not moved.
    pub version: Option<i64>,
}

impl Move {
    /// A move without anything beside it.
    pub fn new(transition: impl Into<String>) -> Self {
        Self { transition: transition.into(), ..Self::default() }
    }

    /// The same with a field.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "an id or a text, without an ampersand at each call")]
    pub fn field(mut self, key: impl Into<String>, value: impl ToString) -> Self {
        self.fields.insert(key.into(), value.to_string());
        self
    }

    /// The same with a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// What a sealed ticket is bound to, so that nothing else sealed with the same key passes for one.
const TICKET: &str = "case ticket";

/// That somebody holds the receipt of a case. Only the acts that check a receipt make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    case: Id<Case>,
}

impl Proof {
    pub(crate) fn of(case: Id<Case>) -> Self {
        Self { case }
    }

    /// The proof as a browser may keep it until then: sealed, so that nobody else can make one.
    pub fn ticket(&self, key: &MasterKey, until: Timestamp) -> Result<String> {
        key.seal(TICKET, format!("{} {until}", self.case).as_bytes())
    }

    /// The proof of a ticket that is still good at `now`.
    pub fn of_ticket(key: &MasterKey, ticket: &str, now: Timestamp) -> Option<Self> {
        let plain = key.open(TICKET, ticket).ok()?;
        let (case, until) = std::str::from_utf8(&plain).ok()?.split_once(' ')?;
        let until: Timestamp = until.parse().ok()?;
        (now < until).then(|| case.parse().ok().map(Self::of)).flatten()
    }

    /// The case the receipt opens.
    pub fn case(&self) -> Id<Case> {
        self.case
    }
}

/// Who moves a case.
#[derive(Debug, Clone, Copy)]
pub enum Mover<'a> {
    /// Somebody signed in.
    Person(&'a Actor),
    /// Whoever holds the receipt.
    Resident(&'a Proof),
    /// The platform, when a term has run out.
    Clock,
}

impl Mover<'_> {
    /// The person, if it is one of ours.
    pub fn person(&self) -> Option<Id<Person>> {
        match self {
            Self::Person(actor) => actor.person,
            Self::Resident(_) | Self::Clock => None,
        }
    }

    /// As the timeline names the mover.
    pub fn word(&self) -> String {
        match self {
            Self::Person(actor) => actor.journal_name(),
            Self::Resident(_) => "resident".to_owned(),
            Self::Clock => "system".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use base::Ids;

    use super::*;

    #[test]
    fn a_ticket_opens_its_case_until_its_time_and_under_its_own_key_only() {
        let case: Id<Case> = Ids::seeded(2).next(Timestamp::UNIX_EPOCH);
        let (key, other) =
            (MasterKey::from_bytes(&[1; 32]).unwrap(), MasterKey::from_bytes(&[2; 32]).unwrap());
        let until = Timestamp::from_second(1_000).unwrap();
        let ticket = Proof::of(case).ticket(&key, until).unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(Proof::of_ticket(&key, &ticket, at(999)), Some(Proof::of(case)));
        assert_eq!(Proof::of_ticket(&key, &ticket, at(1_000)), None);
        assert_eq!(Proof::of_ticket(&other, &ticket, at(1)), None);
        assert_eq!(Proof::of_ticket(&key, &format!("{case} {until}"), at(1)), None);
    }
}
