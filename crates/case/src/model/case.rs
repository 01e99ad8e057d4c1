//! A case as it stands: the head that lists read, and the snapshot that rules read.

use std::collections::BTreeMap;

use access::UnitPath;
use base::{
    Date, Id, Timestamp,
    noun::{Attachment, Case, Import, Person, Slip as SlipNoun, Unit},
};
use regulation::{Column, CountsAs, Holder};

/// The row every list reads.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseHead {
    /// Rises with every case; the key of lists and of the search index.
    pub seq: i64,
    /// The id in addresses.
    pub id: Id<Case>,
    /// The ledger number, once it hangs on the case.
    pub number: Option<String>,
    /// The procedure's key.
    pub procedure: String,
    /// The day from which the regulation binds that the case came in under.
    pub regulation_version: String,
    /// The state's key.
    pub state: String,
    /// How the state counts.
    pub counts_as: CountsAs,
    /// The column of the board.
    pub column: Column,
    /// Where it is.
    pub unit: Id<Unit>,
    /// Where that unit stands in the tree.
    pub unit_path: UnitPath,
    /// The channel's code.
    pub channel: Option<String>,
    /// The class's code.
    pub class: Option<String>,
    /// What it is about.
    pub category: Option<String>,
    /// One line.
    pub title: String,
    /// 责任领导.
    pub leader: Option<Id<Person>>,
    /// 责任部门.
    pub department: Option<Id<Unit>>,
    /// Where the department stands in the tree.
    pub department_path: Option<UnitPath>,
    /// 责任人.
    pub handler: Option<Id<Person>>,
    /// Who holds the ball.
    pub holder: Holder,
    /// The person who holds it, where it is one.
    pub holder_person: Option<Id<Person>>,
    /// The unit that holds it, where it is one.
    pub holder_unit: Option<Id<Unit>>,
    /// 整改时限.
    pub due: Option<Date>,
    /// The due date rests on holidays not announced yet.
    pub due_provisional: bool,
    /// The resident hears a word by this day.
    pub next_word: Option<Date>,
    /// The earliest day of a running clock.
    pub late_on: Option<Date>,
    /// The last day of the holder's silence.
    pub fallback_on: Option<Date>,
    /// When it came in.
    pub raised_at: Timestamp,
    /// When it was last assigned.
    pub assigned_at: Option<Timestamp>,
    /// When it was said to be done.
    pub handled_at: Option<Timestamp>,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// When it last moved.
    pub updated_at: Timestamp,
    /// The case it is a part of.
    pub parent: Option<Id<Case>>,
    /// The case it duplicates.
    pub merged_into: Option<Id<Case>>,
    /// The import it came with.
    pub import: Option<Id<Import>>,
    /// What keeps a second load of the same row from making a second case.
    pub source_key: Option<String>,
    /// Slips nobody has answered yet.
    pub slips_open: i64,
    /// How often it was reopened.
    pub reopened: i64,
    /// How often its term was extended.
    pub extended: i64,
    /// Raised without a name.
    pub anonymous: bool,
    /// Somebody can be asked and told: a receipt was given out.
    pub has_raiser: bool,
    /// Who entered it.
    pub author: Option<Id<Person>>,
    /// Rises with every change.
    pub version: i64,
}

impl CaseHead {
    /// Whether a running clock has run out.
    pub fn is_late(&self, today: Date) -> bool {
        self.late_on.is_some_and(|day| day < today)
    }

    /// Days until the earliest clock runs out; negative when it has.
    pub fn days_left(&self, today: Date) -> Option<i32> {
        self.late_on.and_then(|day| today.until(day).ok()).map(|span| span.get_days())
    }

    /// Whether the word promised to the resident is overdue.
    pub fn owes_word(&self, today: Date) -> bool {
        self.next_word.is_some_and(|day| day < today)
    }

    /// The number, or the first eight letters of the id where no number hangs yet.
    pub fn label(&self) -> String {
        self.number.clone().unwrap_or_else(|| self.id.to_string().chars().take(8).collect())
    }

    /// What this case adds to the tallies.
    pub fn tally(&self) -> Tally {
        Tally {
            procedure: self.procedure.clone(),
            unit: self.unit.to_string(),
            unit_path: self.unit_path.0.clone(),
            department: self.department.map(|unit| unit.to_string()).unwrap_or_default(),
            state: self.state.clone(),
        }
    }
}

/// The key of a tally.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tally {
    /// The procedure's key.
    pub procedure: String,
    /// The unit's id.
    pub unit: String,
    /// Where it stands.
    pub unit_path: String,
    /// The department's id; empty when there is none.
    pub department: String,
    /// The state's key.
    pub state: String,
}

/// Everything a rule may ask about a case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseSnapshot {
    /// The head.
    pub head: CaseHead,
    /// What was said, verbatim.
    pub detail: String,
    /// The other fields by key, as text.
    pub fields: BTreeMap<String, String>,
    /// Everybody who had to do with it, also those who no longer have.
    pub parties: Vec<Party>,
    /// The latest run of each clock.
    pub clocks: Vec<ClockRun>,
    /// The slips, oldest first.
    pub slips: Vec<Slip>,
    /// What was done, oldest first, without the words.
    pub history: Vec<Taken>,
    /// Parts not closed yet.
    pub open_parts: i64,
}

impl CaseSnapshot {
    /// The parties of a relation at present.
    pub fn present<'a>(&'a self, relation: &'a str) -> impl Iterator<Item = &'a Party> {
        self.parties.iter().filter(move |party| party.relation == relation && party.until.is_none())
    }

    /// The verifier drawn last.
    pub fn verifier(&self) -> Option<Id<Person>> {
        self.present("verifier").next().and_then(|party| party.person)
    }

    /// The departments that have not countersigned yet.
    pub fn missing_countersigns(&self) -> usize {
        self.present("joint").filter(|party| party.signed_at.is_none()).count()
    }

    /// A field's value as text, well-known ones included; empty when there is none.
    pub fn field(&self, key: &str) -> String {
        let head = &self.head;
        match key {
            "title" => head.title.clone(),
            "detail" => self.detail.clone(),
            "channel" => head.channel.clone().unwrap_or_default(),
            "unit" => head.unit.to_string(),
            "class" => head.class.clone().unwrap_or_default(),
            "category" => head.category.clone().unwrap_or_default(),
            "leader" => text(head.leader),
            "department" => text(head.department),
            "person" => text(head.handler),
            "due" => text(head.due),
            "merged_into" => text(head.merged_into),
            "co_departments" => {
                let units: Vec<String> =
                    self.present("joint").filter_map(|party| party.unit).map(|u| u.to_string()).collect();
                units.join(",")
            }
            _ => self.fields.get(key).cloned().unwrap_or_default(),
        }
    }

    /// The day of the last time a transition was taken.
    pub fn last_taken(&self, transition: &str) -> Option<Timestamp> {
        self.history.iter().rev().find(|taken| taken.transition == transition).map(|taken| taken.at)
    }

    /// The clock of this key, if it runs or pauses.
    pub fn clock(&self, key: &str) -> Option<&ClockRun> {
        self.clocks.iter().find(|clock| clock.key == key && clock.is_active())
    }
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Somebody who has or had to do with the case.
#[derive(Debug, Clone, PartialEq)]
pub struct Party {
    /// `leader`, `handler`, `department`, `joint` or `verifier`.
    pub relation: String,
    /// The person, where it is one.
    pub person: Option<Id<Person>>,
    /// The unit, where it is one.
    pub unit: Option<Id<Unit>>,
    /// Where the unit stands.
    pub unit_path: Option<UnitPath>,
    /// From when.
    pub since: Timestamp,
    /// Until when; `None` while it lasts.
    pub until: Option<Timestamp>,
    /// When a joint department signed.
    pub signed_at: Option<Timestamp>,
}

/// One run of a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRun {
    /// The clock's key in the procedure.
    pub key: String,
    /// The how-manyth run of that clock on this case.
    pub run: i64,
    /// The day it began.
    pub started_on: Date,
    /// The last day in time.
    pub due: Date,
    /// The day rests on holidays not announced yet.
    pub provisional: bool,
    /// Since when it pauses.
    pub paused_on: Option<Date>,
    /// Days left when it paused.
    pub remaining_days: Option<i64>,
    /// When it stopped.
    pub stopped_on: Option<Date>,
    /// Whether it had run out by then.
    pub was_late: Option<bool>,
    /// When those concerned were told that it had run out.
    pub told_at: Option<Timestamp>,
}

impl ClockRun {
    /// Whether it has not stopped.
    pub fn is_active(&self) -> bool {
        self.stopped_on.is_none()
    }

    /// Whether it runs at present.
    pub fn is_running(&self) -> bool {
        self.is_active() && self.paused_on.is_none()
    }
}

/// A numbered slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// Its id.
    pub id: Id<SlipNoun>,
    /// The case it concerns.
    pub case: Id<Case>,
    /// `regulation-id/slip-key`.
    pub slip: String,
    /// Its number.
    pub number: String,
    /// The code of the reason.
    pub reason: Option<String>,
    /// What it says.
    pub note: Option<String>,
    /// Who issued it.
    pub issued_by: Option<Id<Person>>,
    /// When.
    pub issued_at: Timestamp,
    /// An answer is due by this day.
    pub due: Date,
    /// The day rests on holidays not announced yet.
    pub provisional: bool,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// By whom.
    pub answered_by: Option<Id<Person>>,
    /// The answer.
    pub answer: Option<String>,
}

/// A file hung on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentRow {
    /// Its id.
    pub id: Id<Attachment>,
    /// Where the object store keeps it.
    pub object_key: String,
    /// The name it came with.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Whether the resident may see it.
    pub public: bool,
    /// Who hung it there: `person:<id>` or `resident`.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A line of the history, without the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The transition's key; `intake` for the first line.
    pub transition: String,
    /// Its verb.
    pub verb: String,
    /// When.
    pub at: Timestamp,
    /// From which state.
    pub from: String,
    /// To which.
    pub to: String,
    /// By whom, if it was a person of ours.
    pub person: Option<Id<Person>>,
}

/// The word under which the tables keep how a state counts.
pub fn counts_as_word(counts: CountsAs) -> &'static str {
    match counts {
        CountsAs::Open => "open",
        CountsAs::Handled => "handled",
        CountsAs::Closed => "closed",
    }
}

/// The reverse of [`counts_as_word`].
pub fn counts_as_of(word: &str) -> Option<CountsAs> {
    [CountsAs::Open, CountsAs::Handled, CountsAs::Closed].into_iter().find(|c| counts_as_word(*c) == word)
}

/// The word under which the tables keep a column.
pub fn column_word(column: Column) -> &'static str {
    match column {
        Column::Incoming => "incoming",
        Column::Doing => "doing",
        Column::Waiting => "waiting",
        Column::Unconfirmed => "unconfirmed",
        Column::Closed => "closed",
    }
}

/// The reverse of [`column_word`].
pub fn column_of(word: &str) -> Option<Column> {
    [Column::Incoming, Column::Doing, Column::Waiting, Column::Unconfirmed, Column::Closed]
        .into_iter()
        .find(|column| column_word(*column) == word)
}

/// The holder a word names.
pub fn holder_of(word: &str) -> Option<Holder> {
    [
        Holder::Office,
        Holder::Handler,
        Holder::Leader,
        Holder::Department,
        Holder::Joint,
        Holder::Resident,
        Holder::Verifier,
        Holder::Nobody,
    ]
    .into_iter()
    .find(|holder| holder.word() == word)
}
