//! The timeline of a case in words.

use std::collections::HashMap;

use base::{
    Id, Result,
    noun::{Person, Unit},
};
use regulation::{Field, FieldKind, Procedure, Titled};

use super::view::Words;
use crate::{model::CaseHead, store::TimelineEvent};

/// Names of persons by id.
pub(super) type Lookers = HashMap<Id<Person>, String>;

/// A line of the timeline, in words.
pub(super) struct Line {
    pub(super) at: String,
    pub(super) when: String,
    pub(super) who: String,
    pub(super) title: String,
    pub(super) change: String,
    pub(super) tone: &'static str,
    pub(super) facts: Vec<(String, String)>,
    pub(super) note: Option<String>,
    pub(super) private_note: Option<String>,
}

/// A line of the timeline in words.
pub(super) fn line(words: &Words<'_>, (head, given): (&CaseHead, &Given), event: &TimelineEvent) -> Line {
    let v = words.v;
    let who = match event.actor.as_str() {
        "resident" => v.t("case-actor-resident"),
        "system" => v.t("case-actor-system"),
        _ => event.name.clone().unwrap_or_default(),
    };
    let change = if event.from == event.to || event.from.is_empty() {
        String::new()
    } else {
        format!("{} → {}", words.state(&head.procedure, &event.from), words.state(&head.procedure, &event.to))
    };
    let tone = match event.verb.as_str() {
        "strike-off" | "confirm" => "met",
        "reopen" | "return" | "supervise" | "urge" => "late",
        "comment" | "report" => "",
        _ => "wait",
    };
    Line {
        at: event.at.to_string(),
        when: v.moment(event.at),
        who,
        title: words.transition(&head.procedure, &event.transition),
        change,
        tone,
        facts: field_facts(words, (head, given), &event.fields),
        note: event.note.clone().filter(|note| !note.is_empty()),
        private_note: event.private_note.clone().filter(|note| !note.is_empty()),
    }
}

/// The names behind the ids that moves were given, found in two queries for the whole timeline.
pub(super) struct Given {
    units: HashMap<Id<Unit>, String>,
    persons: Lookers,
}

impl Given {
    pub(super) fn of(cx: &mut db::Cx<'_>, procedure: &Procedure, timeline: &[TimelineEvent]) -> Result<Self> {
        let ids = |kind: FieldKind| {
            let fields = procedure.fields.iter().filter(move |field| field.kind == kind);
            fields
                .flat_map(|field| timeline.iter().filter_map(|event| event.fields.get(&field.key)?.as_str()))
                .flat_map(|value| value.split(','))
                .collect::<Vec<&str>>()
        };
        let units: Vec<_> = ids(FieldKind::Unit).into_iter().filter_map(|id| id.parse().ok()).collect();
        let persons: Vec<_> = ids(FieldKind::Person).into_iter().filter_map(|id| id.parse().ok()).collect();
        Ok(Self { units: org::names_of_units(cx, &units)?, persons: org::names_of_persons(cx, &persons)? })
    }

    /// A value as people read it.
    fn shown(&self, words: &Words<'_>, procedure: &Procedure, field: &Field, value: &str) -> String {
        let named = |part: &str| match field.kind {
            FieldKind::Unit => part.parse().ok().and_then(|id| self.units.get(&id)).cloned(),
            FieldKind::Person => part.parse().ok().and_then(|id| self.persons.get(&id)).cloned(),
            FieldKind::Code => {
                let list = words.compendium.field_list(&procedure.key, field.list.as_deref()?)?;
                list.item(part).map(|item| item.title(words.v.language).to_owned())
            }
            _ => None,
        };
        match field.kind {
            FieldKind::Unit | FieldKind::Person | FieldKind::Code => {
                let parts = value.split(',').map(|part| named(part).unwrap_or_else(|| part.to_owned()));
                parts.collect::<Vec<_>>().join("、")
            }
            _ => value.to_owned(),
        }
    }
}

/// The values given with a move, by their titles, in the order of the procedure's fields.
fn field_facts(
    words: &Words<'_>,
    (head, given): (&CaseHead, &Given),
    fields: &serde_json::Value,
) -> Vec<(String, String)> {
    let Some(procedure) = words.compendium.procedure(&head.procedure) else { return Vec::new() };
    // The words themselves stand above the timeline.
    let told = procedure.fields.iter().filter(|field| field.key != "detail" && field.key != "title");
    told.filter_map(|field| {
        let value = fields.get(&field.key)?.as_str().filter(|value| !value.is_empty())?;
        Some((field.title(words.v.language).to_owned(), given.shown(words, procedure, field, value)))
    })
    .collect()
}
