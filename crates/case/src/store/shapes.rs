//! What the queries beside the list answer.

use std::collections::BTreeMap;

use base::{
    Id, Timestamp,
    noun::{Case, Notice, Person, SavedView, Unit},
};

use crate::{
    model::AttachmentRow,
    store::{CaseRow, Filter},
};

/// Who reads a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Those who may see the case.
    Staff,
    /// Whoever raised it: public words only, no names, no private notes.
    Resident,
}

/// A line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEvent {
    /// Its place, from 1. In the timeline of a merged case the lines of the case it follows come after.
    pub n: i64,
    /// When.
    pub at: Timestamp,
    /// `person:<id>`, `resident` or `system`.
    pub actor: String,
    /// The person, for staff.
    pub person: Option<Id<Person>>,
    /// The name, for staff.
    pub name: Option<String>,
    /// The role or relation it was done through.
    pub through: String,
    /// The transition's key; `intake` for the first line.
    pub transition: String,
    /// Its verb.
    pub verb: String,
    /// From which state.
    pub from: String,
    /// To which.
    pub to: String,
    /// What was written.
    pub note: Option<String>,
    /// What only staff see.
    pub private_note: Option<String>,
    /// The values given and what the platform adds: the draw, the slip's number, the parts.
    pub fields: serde_json::Value,
    /// Whether the resident reads the note.
    pub visible: bool,
    /// The case it belongs to, where that is the one this case was merged into.
    pub of_case: Option<Id<Case>>,
}

/// The board: a row per department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// The rows, departments by name, cases without one first.
    pub rows: Vec<BoardRow>,
    /// The sums.
    pub total: BoardRow,
}

/// A department's figures, each with the filter that lists its cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardRow {
    /// The department; `None` where none has the case yet, and in the sum.
    pub department: Option<Id<Unit>>,
    /// Its name; empty where there is none.
    pub name: String,
    /// Not said to be done yet.
    pub open: BoardCell,
    /// A running clock ends within three days.
    pub due_in_3: BoardCell,
    /// A running clock ends within seven days.
    pub due_in_7: BoardCell,
    /// A running clock has run out.
    pub overdue: BoardCell,
    /// Said to be done, second key not turned.
    pub unconfirmed: BoardCell,
    /// Came back at least once and not closed.
    pub returned: BoardCell,
    /// The word promised to the resident is overdue.
    pub next_word_late: BoardCell,
}

/// A number that leads to its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardCell {
    /// The number.
    pub n: i64,
    /// What lists them.
    pub filter: Filter,
}

/// A person's desk. Each list holds at most the number asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Desk {
    /// The actor, or a unit of the actor's, holds the ball.
    pub mine: Vec<CaseRow>,
    /// The actor is responsible, but the ball is elsewhere.
    pub waiting: Vec<CaseRow>,
    /// Of all these, what is late or will be within three days.
    pub soon_late: Vec<CaseRow>,
    /// Notices not seen yet.
    pub unseen: i64,
}

/// A case that is like another text.
#[derive(Debug, Clone, PartialEq)]
pub struct Duplicate {
    /// The case.
    pub id: Id<Case>,
    /// Its key.
    pub seq: i64,
    /// Its number or the beginning of its id.
    pub label: String,
    /// Its title.
    pub title: String,
    /// Its state.
    pub state: String,
    /// How much they have in common, from 0 to 1.
    pub similarity: f64,
}

/// A line of the bell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// Its id.
    pub id: Id<Notice>,
    /// The case.
    pub case: Id<Case>,
    /// The case's number or the beginning of its id.
    pub label: String,
    /// The case's title.
    pub title: String,
    /// `PROCEDURE.TRANSITION` for a move, `late.CLOCK` for a clock that ran out.
    pub key: String,
    /// When.
    pub at: Timestamp,
    /// When it was seen.
    pub seen_at: Option<Timestamp>,
}

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewRow {
    /// Its id.
    pub id: Id<SavedView>,
    /// Its name.
    pub name: String,
    /// The query string of the list.
    pub query: String,
}

/// What hangs on a case beside the snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hangings {
    /// The files.
    pub attachments: Vec<AttachmentRow>,
    /// Its parts.
    pub parts: Vec<Related>,
    /// The cases merged into it.
    pub duplicates: Vec<Related>,
}

/// Another case, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The id.
    pub id: Id<Case>,
    /// Its number or the beginning of its id.
    pub label: String,
    /// Its title.
    pub title: String,
    /// Its state.
    pub state: String,
}

/// Counts by state.
pub type StateCounts = BTreeMap<String, i64>;

/// What `verify` found wrong with a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseFinding {
    /// The journal says that it was raised, and it is not there.
    Gone(String),
    /// The words are not those that were raised.
    Altered(String),
    /// It is there, and the journal does not say that it was raised.
    Unjournalled(String),
}
