//! Cases in words: what a row and a page say of one.

use base::{Date, Id, Language, noun::Case};
use regulation::{Column, Compendium, Titled};
use web::Visit;

use crate::{model::CaseHead, store::CaseRow};

/// A row of a list, in words.
pub(crate) struct RowView {
    pub(crate) id: Id<Case>,
    pub(crate) label: String,
    pub(crate) title: String,
    pub(crate) unit: String,
    pub(crate) channel: String,
    pub(crate) state: String,
    pub(crate) tone: &'static str,
    pub(crate) holder: String,
    pub(crate) department: String,
    pub(crate) people: String,
    pub(crate) countdown: String,
    pub(crate) due_tone: &'static str,
    pub(crate) due: String,
    pub(crate) next_word: String,
    pub(crate) raised: String,
    pub(crate) assignable: bool,
}

/// What turns cases into words: the visitor's language and the regulations.
pub(crate) struct Words<'a> {
    pub(crate) v: &'a Visit,
    pub(crate) compendium: &'a Compendium,
}

impl Words<'_> {
    fn language(&self) -> Language {
        self.v.language
    }

    /// A row in words.
    pub(crate) fn row(&self, row: CaseRow) -> RowView {
        let head = &row.head;
        let people: Vec<String> = [row.leader, row.handler].into_iter().flatten().collect();
        RowView {
            id: head.id,
            label: head.label(),
            title: head.title.clone(),
            channel: self.channel(head),
            state: self.state(&head.procedure, &head.state),
            tone: self.tone(head),
            holder: self.holder(head, row.holder.as_deref()),
            countdown: self.countdown(head).0,
            due_tone: self.countdown(head).1,
            due: self.day(head.due, head.due_provisional),
            next_word: head.next_word.map(|day| day.to_string()).unwrap_or_default(),
            raised: base::clock::day_of(head.raised_at).to_string(),
            assignable: head.column == Column::Incoming && head.department.is_none(),
            people: people.join("、"),
            unit: row.unit,
            department: row.department.unwrap_or_default(),
        }
    }

    /// The title of a state.
    pub(crate) fn state(&self, procedure: &str, state: &str) -> String {
        let found = self.compendium.procedure(procedure).and_then(|procedure| procedure.state(state));
        found.map_or_else(|| state.to_owned(), |state| state.title(self.language()).to_owned())
    }

    /// The title of a transition; `intake` is the first line of every timeline.
    pub(crate) fn transition(&self, procedure: &str, key: &str) -> String {
        let found = self.compendium.procedure(procedure).and_then(|procedure| procedure.transition(key));
        found.map_or_else(
            || self.v.t(&format!("case-event-{key}")),
            |transition| transition.title(self.language()).to_owned(),
        )
    }

    /// The title of the channel it came by.
    pub(crate) fn channel(&self, head: &CaseHead) -> String {
        let procedure = self.compendium.procedure(&head.procedure);
        let items = procedure.map_or(&[][..], |procedure| self.compendium.channels(procedure));
        let found = head.channel.as_ref().and_then(|key| items.iter().find(|item| &item.key == key));
        found.map_or_else(String::new, |item| item.title(self.language()).to_owned())
    }

    /// The title of its class.
    pub(crate) fn class(&self, head: &CaseHead) -> String {
        let procedure = self.compendium.procedure(&head.procedure);
        let items = procedure.map_or(&[][..], |procedure| self.compendium.classes(procedure));
        let found = head.class.as_ref().and_then(|key| items.iter().find(|item| &item.key == key));
        found.map_or_else(String::new, |item| item.title(self.language()).to_owned())
    }

    /// Who holds the ball, by name where there is one.
    pub(crate) fn holder(&self, head: &CaseHead, name: Option<&str>) -> String {
        if head.holder == regulation::Holder::Nobody {
            return String::new();
        }
        let word = self.v.t(&format!("case-holder-{}", head.holder.word()));
        name.map_or(word.clone(), |name| format!("{word} {name}"))
    }

    /// The colour of a state: late before anything else, then by column.
    pub(crate) fn tone(&self, head: &CaseHead) -> &'static str {
        match head.column {
            Column::Closed => "met",
            _ if head.is_late(self.v.today()) => "late",
            Column::Unconfirmed => "risk",
            Column::Waiting => "exempt",
            Column::Incoming | Column::Doing => "wait",
        }
    }

    /// Days left on the earliest clock, in words, with a colour.
    pub(crate) fn countdown(&self, head: &CaseHead) -> (String, &'static str) {
        match head.days_left(self.v.today()) {
            None => (String::new(), "plain"),
            Some(days) if days < 0 => (self.v.t1("case-days-late", "n", -days), "late"),
            Some(0) => (self.v.t("case-due-today"), "risk"),
            Some(days) if days <= 3 => (self.v.t1("case-days-left", "n", days), "risk"),
            Some(days) => (self.v.t1("case-days-left", "n", days), "exempt"),
        }
    }

    /// A day for a table, marked when it rests on holidays not announced yet.
    pub(crate) fn day(&self, day: Option<Date>, provisional: bool) -> String {
        let Some(day) = day else { return String::new() };
        if provisional { self.v.t1("case-provisional", "day", day.to_string()) } else { day.to_string() }
    }
}
