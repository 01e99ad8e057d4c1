//! The life of a publication: drafted, issued, removed. Each state carries its facts.

use access::UnitPath;
use base::{Id, Refusal, Timestamp, noun};

use super::document::Document;

/// A publication.
#[derive(Debug, Clone, PartialEq)]
pub struct Publication {
    /// Its id.
    pub id: Id<noun::Publication>,
    /// The unit that issues it and that it reports on.
    pub unit: Id<noun::Unit>,
    /// Where that unit stands.
    pub unit_path: UnitPath,
    /// The content.
    pub document: Document,
    /// When it was drafted.
    pub drafted_at: Timestamp,
    /// Who drafted it.
    pub drafted_by: String,
    /// Where it is in its life.
    pub state: State,
    /// Rises with every change.
    pub version: i64,
}

/// Where a publication is in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// May still change.
    Draft,
    /// Frozen, numbered, hashed.
    Issued(Issue),
    /// Taken away; what is left says what stood here and why it went.
    Removed(Issue, Removal),
}

/// What issuing fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The number.
    pub number: String,
    /// SHA-256 of the canonical document.
    pub hash: String,
    /// When.
    pub at: Timestamp,
    /// Who: `person:<id>` or `job:<name>`.
    pub by: String,
}

/// Why it was taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl Publication {
    /// Freezes a draft.
    pub fn issue(self, issue: Issue) -> Result<Self, Refusal> {
        match self.state {
            State::Draft => Ok(Self { state: State::Issued(issue), ..self }),
            _ => Err(self.frozen()),
        }
    }

    /// Takes an issue away.
    pub fn remove(self, removal: Removal) -> Result<Self, Refusal> {
        match self.state {
            State::Issued(issue) => Ok(Self { state: State::Removed(issue, removal), ..self }),
            State::Removed(..) => Err(Refusal::conflict("publication.already-removed")),
            State::Draft => Err(Refusal::conflict("publication.draft-not-removed")),
        }
    }

    /// Refuses to change what is issued.
    pub fn must_be_draft(&self) -> Result<(), Refusal> {
        if self.state == State::Draft { Ok(()) } else { Err(self.frozen()) }
    }

    fn frozen(&self) -> Refusal {
        Refusal::conflict("publication.frozen")
            .arg("number", self.document.number.as_deref().unwrap_or_default())
    }

    /// What issuing fixed, also of a removed one.
    pub fn issued(&self) -> Option<&Issue> {
        match &self.state {
            State::Draft => None,
            State::Issued(issue) | State::Removed(issue, _) => Some(issue),
        }
    }

    /// Whether the text may be shown: not once it is removed.
    pub fn is_readable(&self) -> bool {
        !matches!(self.state, State::Removed(..))
    }

    /// The word tables keep for the state.
    pub const fn state_word(&self) -> &'static str {
        match self.state {
            State::Draft => "draft",
            State::Issued(_) => "issued",
            State::Removed(..) => "removed",
        }
    }
}
