//! The cases a publication speaks of, as they are at one moment, and what may be asked of them.

use std::collections::BTreeSet;

use base::{
    Date, Id, Timestamp, clock,
    noun::{Case, Unit},
};
use case::{
    model::{column_word, counts_as_word},
    query::pairs_of,
    store::Filter,
};
use serde::{Deserialize, Serialize};

use super::document::Span;

/// A case as it stood. Nothing in it names the resident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub case: Id<Case>,
    /// Its version at that moment.
    pub version: i64,
    /// Its number, or the beginning of its id.
    pub number: String,
    /// What it is about.
    pub title: String,
    /// The state's key.
    pub state: String,
    /// The state in words.
    pub state_title: String,
    /// How the state counts: `open`, `handled` or `closed`.
    pub counts_as: String,
    /// The column of the board.
    pub column: String,
    /// The channel's code.
    pub channel: Option<String>,
    /// The channel in words.
    pub channel_title: String,
    /// The class's code.
    pub class: Option<String>,
    /// The class in words.
    pub class_title: String,
    /// The name of the place.
    pub unit: String,
    /// The department.
    pub department: Option<Id<Unit>>,
    /// Its name.
    pub department_name: String,
    /// The name of the responsible leader.
    pub leader: String,
    /// The name of the person in charge.
    pub handler: String,
    /// 整改时限.
    pub due: Option<Date>,
    /// The earliest day of a running clock.
    pub late_on: Option<Date>,
    /// The day it came in.
    pub raised_on: Date,
    /// The day it ended.
    pub closed_on: Option<Date>,
    /// How often it was reopened.
    pub reopened: i64,
    /// What came of it, in words.
    pub result: String,
    /// What was answered.
    pub answer: String,
    /// The last progress report of the period.
    pub report: Option<Report>,
}

/// A progress report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The day.
    pub on: Date,
    /// The words.
    pub text: String,
}

impl Entry {
    /// How many days a clock has run over on a day; 0 while none has.
    pub fn days_late(&self, today: Date) -> i32 {
        self.late_on.and_then(|day| day.until(today).ok()).map_or(0, |span| span.get_days().max(0))
    }

    /// Whether the case still wants a hand.
    pub fn is_open(&self) -> bool {
        self.counts_as == "open"
    }
}

/// All cases a publication speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// The moment.
    pub as_of: Timestamp,
    /// The period spoken of.
    pub period: Span,
    /// What every question is asked within: procedure and unit.
    pub within: Filter,
    /// The cases, oldest first.
    pub entries: Vec<Entry>,
    /// The departments that have any, in the order of the organisation.
    pub departments: Vec<(Id<Unit>, String)>,
}

impl Population {
    /// The day of the figures.
    pub fn today(&self) -> Date {
        clock::day_of(self.as_of)
    }

    /// The cases an ask is about.
    pub fn asked<'a>(&'a self, ask: &'a Ask) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| ask.matches(entry))
    }
}

/// What a figure counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// The cases a filter of the ledger lists.
    Ledger(Filter),
    /// Of those, the ones that ended within a span.
    Ended(Filter, Span),
    /// These cases: a question the ledger has no filter for.
    Listed(BTreeSet<Id<Case>>),
}

impl Ask {
    /// Whether a case is among those asked for.
    pub fn matches(&self, entry: &Entry) -> bool {
        match self {
            Self::Ledger(filter) => listed(filter, entry),
            Self::Ended(filter, span) => {
                listed(filter, entry) && entry.closed_on.is_some_and(|day| span.contains(day))
            }
            Self::Listed(cases) => cases.contains(&entry.case),
        }
    }

    /// The query of the ledger that lists the same, where it has one.
    pub fn query(&self) -> Option<String> {
        let pairs = match self {
            Self::Ledger(filter) => pairs_of(filter),
            Self::Ended(..) | Self::Listed(_) => return None,
        };
        let mut out = form_urlencoded::Serializer::new(String::new());
        out.extend_pairs(&pairs);
        Some(out.finish())
    }
}

/// Whether a filter of the ledger lists a case. It says the same as the ledger's own query for every
/// member a figure uses (`a_figure_counts_what_the_ledger_lists`); procedure and unit hold for the
/// whole population.
fn listed(filter: &Filter, entry: &Entry) -> bool {
    let same = |wanted: &Option<String>, has: &Option<String>| wanted.is_none() || wanted == has;
    let late = |day: Date| entry.late_on.is_some_and(|late_on| late_on < day);
    (filter.states.is_empty() || filter.states.contains(&entry.state))
        && filter.column.is_none_or(|column| column_word(column) == entry.column)
        && !(filter.not_closed && entry.counts_as == "closed")
        && filter.counts_as.is_none_or(|counts| counts_as_word(counts) == entry.counts_as)
        && same(&filter.channel, &entry.channel)
        && same(&filter.class, &entry.class)
        && filter.department.is_none_or(|unit| entry.department == Some(unit))
        && !(filter.without_department && entry.department.is_some())
        && filter.late_before.is_none_or(late)
        && !(filter.reopened && entry.reopened == 0)
        && filter.raised_from.is_none_or(|day| entry.raised_on >= day)
        && filter.raised_through.is_none_or(|day| entry.raised_on <= day)
}
