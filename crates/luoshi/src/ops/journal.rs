//! The journal as a page: who did what to what, newest first.

use std::collections::HashMap;

use ::journal::{Recorded, Ref};
use askama::Template;
use base::{Id, Result, noun::Person};
use db::Cx;
use web::{Answer, Form, Gate, Paged, Route, Visit, cursor_after};

use super::{
    proof::{body_lines, moment},
    store::{self, Asked},
};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/journal", Gate::Action("journal.view"), page)]
}

const PAGE: usize = 50;

/// The nouns acts begin with, for the filter.
const NOUNS: [&str; 12] = [
    "account",
    "case",
    "delegation",
    "liaison",
    "organisation",
    "person",
    "post",
    "publication",
    "sealed",
    "seat",
    "token",
    "unit",
];

#[derive(Template)]
#[template(path = "journal.html")]
struct JournalPage<'a> {
    v: &'a Visit,
    form: Form,
    lines: Vec<Line>,
    nouns: Vec<(String, String)>,
    next: Option<String>,
    filtered: bool,
}

struct Line {
    id: String,
    at: String,
    actor: String,
    actor_key: String,
    act: String,
    act_key: String,
    kind: String,
    subject: Ref,
    href: Option<String>,
    body: Vec<(String, String)>,
}

async fn page(v: Visit) -> Answer {
    v.permit("journal.view", &access::Subject::tenant())?;
    let form = Form::of_query(v.query.as_deref());
    let asked = asked(&form)?;
    let filtered =
        asked.act.is_some() || asked.subject.is_some() || asked.actor.is_some() || asked.day.is_some();
    let (entries, names) = v
        .read(move |cx| {
            let entries = store::entries(cx, &asked)?;
            let names = names_of(cx, &entries)?;
            Ok((entries, names))
        })
        .await?;
    let paged = Paged::cut(entries, PAGE, |entry| entry.id.clone());
    let next = paged.next.map(|cursor| cursor_after(form.pairs(), &cursor));
    let lines = paged.rows.into_iter().map(|entry| line(&v, entry, &names)).collect();
    let nouns = NOUNS.iter().map(|noun| (format!("{noun}."), v.t(&format!("ops-noun-{noun}")))).collect();
    Ok(v.page(&JournalPage { v: &v, form, lines, nouns, next, filtered }))
}

fn asked(form: &Form) -> Result<Asked> {
    let text = |field: &str| form.given(field).map(str::to_owned);
    let subject = text("subject").and_then(|subject| {
        let (kind, id) = subject.split_once(' ')?;
        Some(Ref { kind: kind.to_owned().into(), id: id.trim().to_owned() })
    });
    Ok(Asked {
        act: text("act"),
        subject,
        actor: text("actor"),
        day: form.parsed("day")?,
        before: text("cursor"),
        limit: i64::try_from(PAGE + 1).unwrap_or(i64::MAX),
    })
}

/// The persons who acted, by the id behind `person:`.
fn names_of(cx: &mut Cx<'_>, entries: &[Recorded]) -> Result<HashMap<Id<Person>, String>> {
    let mut ids: Vec<Id<Person>> = entries.iter().filter_map(|entry| person_of(&entry.actor)).collect();
    let persons = entries.iter().filter(|entry| entry.subject.kind == "person");
    ids.extend(persons.filter_map(|entry| entry.subject.id.parse::<Id<Person>>().ok()));
    ids.sort();
    ids.dedup();
    if ids.is_empty() { Ok(HashMap::new()) } else { org::names_of_persons(cx, &ids) }
}

fn person_of(actor: &str) -> Option<Id<Person>> {
    actor.strip_prefix("person:")?.parse().ok()
}

fn line(v: &Visit, entry: Recorded, names: &HashMap<Id<Person>, String>) -> Line {
    let subject_name = (entry.subject.kind == "person").then(|| entry.subject.id.parse().ok()).flatten();
    let subject_name = subject_name.and_then(|id: Id<Person>| names.get(&id));
    let noun = v.t(&format!("ops-noun-{}", entry.subject.kind));
    Line {
        at: moment(v, &entry.at),
        actor: actor_words(v, &entry.actor, names),
        actor_key: entry.actor.clone(),
        act: act_words(v, &entry.act),
        act_key: entry.act.clone(),
        kind: subject_name.map_or_else(|| known(&noun, &entry.subject.kind), Clone::clone),
        href: href_of(&entry.subject),
        body: body_lines(&entry.body),
        subject: entry.subject,
        id: entry.id,
    }
}

/// The word of a noun, or the noun where the catalogue has none.
fn known(words: &str, kind: &str) -> String {
    if words.starts_with("ops-noun-") { kind.to_owned() } else { words.to_owned() }
}

/// Who acted, in words.
fn actor_words(v: &Visit, actor: &str, names: &HashMap<Id<Person>, String>) -> String {
    if let Some(person) = person_of(actor) {
        return names.get(&person).cloned().unwrap_or_else(|| actor.to_owned());
    }
    match actor.split_once(':') {
        Some(("resident", _)) => v.t("ops-actor-resident"),
        Some(("system" | "job", work)) => v.t1("ops-actor-system", "work", work),
        _ if actor == "public" => v.t("ops-actor-public"),
        _ => actor.to_owned(),
    }
}

/// What was done, in words; an act the catalogue does not know stands as it is.
pub(super) fn act_words(v: &Visit, act: &str) -> String {
    let key = format!("ops-act-{}", act.replace('.', "-"));
    if v.app.catalogue().has(v.language, &key) { v.t(&key) } else { act.to_owned() }
}

/// The page of what was acted on, where there is one.
fn href_of(subject: &Ref) -> Option<String> {
    match subject.kind.as_ref() {
        "case" => Some(format!("/cases/{}", subject.id)),
        "publication" => Some(format!("/publications/{}", subject.id)),
        "account" => Some("/accounts".to_owned()),
        _ => None,
    }
}
