//! Takes the cases a publication speaks of out of the ledger, as they are now.

use std::collections::HashSet;

use access::UnitPath;
use base::{Id, Result, clock, noun::Unit};
use case::{
    model::{CaseHead, column_word, counts_as_word},
    store::{self, Audience, CaseRow, Filter, Sight, Sort},
};
use db::Cx;
use regulation::{CodeItem, Procedure, Verb};

use crate::model::{Entry, Population, Press, Report, Span};

/// How many rows are read at a time.
const PAGE: usize = 500;

/// What to take.
pub(crate) struct Wanted<'a> {
    /// The procedure.
    pub(crate) procedure: &'a Procedure,
    /// The unit with everything below it.
    pub(crate) unit_path: &'a UnitPath,
    /// The period spoken of.
    pub(crate) period: &'a Span,
}

/// Everything a circular may speak of.
pub(crate) fn population(cx: &mut Cx<'_>, press: Press<'_>, wanted: &Wanted<'_>) -> Result<Population> {
    let within = Filter {
        procedure: Some(wanted.procedure.key.clone()),
        unit_path: Some(wanted.unit_path.clone()),
        ..Filter::default()
    };
    let rows = all_rows(cx, &Sight::everything(), &Filter { sort: Sort::Oldest, ..within.clone() })?;
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let mut entry = entry_of(press, wanted.procedure, row);
        if entry.closed_on.is_some_and(|day| wanted.period.contains(day)) {
            tell_outcome(cx, press, wanted.procedure, &mut entry)?;
        } else if entry.is_open() {
            entry.report = last_report(cx, &entry, wanted.period)?;
        }
        entries.push(entry);
    }
    let departments = departments(cx, &entries)?;
    Ok(Population { as_of: cx.now(), period: wanted.period.clone(), within, entries, departments })
}

/// Every row a filter lists, page by page.
pub(crate) fn all_rows(cx: &mut Cx<'_>, sight: &Sight, filter: &Filter) -> Result<Vec<CaseRow>> {
    let mut rows = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = store::list(cx, sight, filter, (cursor.as_deref(), PAGE))?;
        rows.extend(page.rows);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(rows),
        }
    }
}

/// A row of the ledger as it stands.
pub(crate) fn entry_of(press: Press<'_>, procedure: &Procedure, row: CaseRow) -> Entry {
    let head: CaseHead = row.head;
    let state_title =
        procedure.state(&head.state).map_or_else(|| head.state.clone(), |state| state.title.clone());
    let titled = |items: &[CodeItem], code: &Option<String>| {
        let item = items.iter().find(|item| Some(&item.key) == code.as_ref());
        item.map(|item| item.title.clone()).or_else(|| code.clone()).unwrap_or_default()
    };
    Entry {
        case: head.id,
        channel_title: titled(press.compendium.channels(procedure), &head.channel),
        class_title: titled(press.compendium.classes(procedure), &head.class),
        version: head.version,
        number: head.label(),
        counts_as: counts_as_word(head.counts_as).to_owned(),
        column: column_word(head.column).to_owned(),
        raised_on: clock::day_of(head.raised_at),
        closed_on: head.closed_at.map(clock::day_of),
        title: head.title,
        state: head.state,
        state_title,
        channel: head.channel,
        class: head.class,
        unit: row.unit,
        department: head.department,
        department_name: row.department.unwrap_or_default(),
        leader: row.leader.unwrap_or_default(),
        handler: row.handler.unwrap_or_default(),
        due: head.due,
        late_on: head.late_on,
        reopened: head.reopened,
        result: String::new(),
        answer: String::new(),
        report: None,
    }
}

/// What became of a case that ended.
fn tell_outcome(cx: &mut Cx<'_>, press: Press<'_>, procedure: &Procedure, entry: &mut Entry) -> Result<()> {
    let Some(case) = store::find(cx, entry.case)? else { return Ok(()) };
    let code = case.field("result");
    entry.result = if code.is_empty() {
        entry.state_title.clone()
    } else {
        press.code_title(procedure, "result", &code)
    };
    entry.answer = case.field("answer");
    Ok(())
}

/// The last progress report of the period. What only staff read stays out.
fn last_report(cx: &mut Cx<'_>, entry: &Entry, period: &Span) -> Result<Option<Report>> {
    let events = store::timeline(cx, entry.case, Audience::Staff)?;
    let told = events.into_iter().rev().find_map(|event| {
        let on = clock::day_of(event.at);
        let counts = event.verb == Verb::Report.word() && event.visible && period.contains(on);
        let text = event.note.filter(|_| counts)?;
        Some(Report { on, text })
    });
    Ok(told)
}

/// The departments that have cases, in the order of the organisation; those that closed since come last.
fn departments(cx: &mut Cx<'_>, entries: &[Entry]) -> Result<Vec<(Id<Unit>, String)>> {
    let wanted: HashSet<Id<Unit>> = entries.iter().filter_map(|entry| entry.department).collect();
    let Some(root) = org::unit::root(cx)? else { return Ok(Vec::new()) };
    let open = org::units_within(cx, &root.path)?;
    let mut found: Vec<(Id<Unit>, String)> =
        open.into_iter().filter(|unit| wanted.contains(&unit.id)).map(|unit| (unit.id, unit.name)).collect();
    let mut rest: Vec<(Id<Unit>, String)> = entries
        .iter()
        .filter_map(|entry| Some((entry.department?, entry.department_name.clone())))
        .filter(|(id, _)| !found.iter().any(|(known, _)| known == id))
        .collect();
    rest.sort();
    rest.dedup();
    found.extend(rest);
    Ok(found)
}
