//! A publication's content: what is printed, hashed and never changed once it is issued.

use std::{collections::BTreeMap, fmt::Write as _};

use base::{Date, Id, Timestamp, noun};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::text::{Piece, Words, signed};

/// A number with its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Its name in this publication and the ones before and after it.
    pub key: String,
    /// What it counts, in words.
    pub label: String,
    /// The number of its rows.
    pub value: i64,
    /// The query of the ledger that lists the same cases live; `None` where the ledger has no such filter.
    pub query: Option<String>,
    /// SHA-256 over the ids and versions of its rows, so that the hash of the document covers them.
    pub rows: String,
}

/// A part of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Part {
    /// A heading; its number is counted when it is set.
    Heading {
        /// The words.
        text: Words,
    },
    /// A paragraph.
    Paragraph {
        /// Its pieces.
        pieces: Vec<Piece>,
    },
    /// A table.
    Table {
        /// Titles and shares of the width.
        columns: Vec<(Words, u32)>,
        /// The rows, each with the pieces of every cell.
        rows: Vec<Vec<Vec<Piece>>>,
    },
}

/// The period it reports on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Its name, such as `2026-11`.
    pub key: String,
    /// The first day.
    pub start: Date,
    /// The last day.
    pub end: Date,
}

impl From<base::cadence::Period> for Span {
    fn from(period: base::cadence::Period) -> Self {
        Self { key: period.key, start: period.start, end: period.end }
    }
}

impl Span {
    /// Whether a day lies in it.
    pub fn contains(&self, day: Date) -> bool {
        self.start <= day && day <= self.end
    }
}

/// Who may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Everybody.
    Public,
    /// Those who work here.
    Office,
}

impl Audience {
    /// The word tables keep.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Office => "office",
        }
    }
}

/// Another issue of the same kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// Its id.
    pub id: Id<noun::Publication>,
    /// Its number.
    pub number: String,
    /// Its hash.
    pub hash: String,
}

/// What is printed around the text and may be set by whoever drafts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Frame {
    /// The title.
    pub title: String,
    /// Who issues it: signature and, with 文件, the red head.
    pub organ: String,
    /// To whom it goes (主送机关).
    pub addressee: String,
    /// Who gets copies (抄送).
    pub copies_to: String,
    /// Who prints it (印发机关).
    pub printed_by: String,
}

/// The content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// `regulation-id/clause-key`.
    pub clause: String,
    /// `circular` and so on.
    pub kind: String,
    /// The number, once it is issued.
    pub number: Option<String>,
    /// The day of issue.
    pub issued_on: Option<Date>,
    /// The name of the unit it reports on.
    pub unit: String,
    /// The period.
    pub period: Span,
    /// Who may read it.
    pub audience: Audience,
    /// The moment of the figures.
    pub as_of: Timestamp,
    /// What stands around the text.
    pub frame: Frame,
    /// The first paragraphs, free.
    pub opening: Vec<Vec<Piece>>,
    /// The text made from the ledger.
    pub parts: Vec<Part>,
    /// The last paragraphs, free.
    pub closing: Vec<Vec<Piece>>,
    /// Every number.
    pub figures: Vec<Figure>,
    /// The issue before.
    pub previous: Option<Earlier>,
    /// The issue this one corrects.
    pub amends: Option<Earlier>,
}

impl Document {
    /// The text that is stored and hashed: JSON with the members in the order above.
    pub fn canonical(&self) -> base::Result<String> {
        serde_json::to_string(self).map_err(base::Error::fault)
    }

    /// The figure of this key.
    pub fn figure(&self, key: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.key == key)
    }

    /// The values by key.
    pub fn values(&self) -> BTreeMap<&str, i64> {
        self.figures.iter().map(|figure| (figure.key.as_str(), figure.value)).collect()
    }

    /// Pieces as plain text.
    pub fn plain(&self, pieces: &[Piece]) -> String {
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Words { text } => text.as_str().to_owned(),
                // Invariant: every figure named exists (`every_number_of_a_circular_is_the_count_of_its_rows`).
                Piece::Figure { key } => {
                    self.figure(key).map(|figure| figure.value.to_string()).unwrap_or_default()
                }
                Piece::Name { text } | Piece::Row { text, .. } => text.clone(),
                Piece::Earlier { value, .. } => value.to_string(),
                Piece::Change { by, .. } => signed(*by),
            })
            .collect()
    }

    /// Every piece of the text, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &Piece> {
        let inside = self.parts.iter().flat_map(|part| -> Box<dyn Iterator<Item = &Piece>> {
            match part {
                Part::Heading { .. } => Box::new(std::iter::empty()),
                Part::Paragraph { pieces } => Box::new(pieces.iter()),
                Part::Table { rows, .. } => Box::new(rows.iter().flatten().flatten()),
            }
        });
        self.opening.iter().flatten().chain(inside).chain(self.closing.iter().flatten())
    }

    /// What differs from another issue, figure by figure, in the order of this one.
    pub fn changes_since(&self, other: &Self) -> Vec<Change> {
        let before = other.values();
        let mut changes: Vec<Change> = self
            .figures
            .iter()
            .map(|figure| Change {
                key: figure.key.clone(),
                label: figure.label.clone(),
                before: before.get(figure.key.as_str()).copied(),
                now: Some(figure.value),
            })
            .collect();
        let gone = other.figures.iter().filter(|figure| self.figure(&figure.key).is_none());
        changes.extend(gone.map(|figure| Change {
            key: figure.key.clone(),
            label: figure.label.clone(),
            before: Some(figure.value),
            now: None,
        }));
        changes
    }
}

/// A figure in two issues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its key.
    pub key: String,
    /// What it counts.
    pub label: String,
    /// Its value in the other issue; `None` where it had no such figure.
    pub before: Option<i64>,
    /// Its value in this one.
    pub now: Option<i64>,
}

impl Change {
    /// The difference, where both have it.
    pub fn by(&self) -> Option<i64> {
        Some(self.now? - self.before?)
    }
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
