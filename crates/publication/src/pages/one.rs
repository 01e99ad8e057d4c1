//! One publication: the text, what may be done with it, hash and history.

use askama::Template;
use axum::{extract::Path, http::StatusCode};
use base::{Id, Refusal, Result, noun};
use journal::{Recorded, Ref};
use web::{Answer, Form, Visit};

use super::list::{Line, line};
use crate::{
    acts::paragraphs_text,
    files,
    model::{Publication, State},
    store::{self, FileRow},
    view::{DocumentView, Links, PartView, document_view, may_read, permit},
};

/// A line of the history.
struct Event {
    what: String,
    who: String,
    when: String,
}

/// What stands beside the text of an issue.
struct IssueView {
    hash: String,
    when: String,
    files: Vec<FileRow>,
}

#[derive(Template)]
#[template(path = "publication.html")]
struct OnePage<'a> {
    v: &'a Visit,
    publication: &'a Publication,
    doc: Option<DocumentView>,
    head: Line,
    form: Form,
    issue: Option<IssueView>,
    removed: Option<(String, String)>,
    amendments: Vec<Line>,
    history: Vec<Event>,
    may_draft: bool,
    may_issue: bool,
    may_remove: bool,
    as_of: String,
}

/// What the page of one publication needs from the database.
struct Found {
    publication: Publication,
    files: Vec<FileRow>,
    amendments: Vec<Publication>,
    entries: Vec<Recorded>,
    names: std::collections::HashMap<Id<noun::Person>, String>,
}

/// The publication, refused as not found to whoever may not read it.
pub(crate) async fn readable(v: &Visit, id: Id<noun::Publication>) -> Result<Publication> {
    let publication = v.read(move |cx| store::find(cx, id)).await?;
    if may_read(v, &publication) {
        Ok(publication)
    } else {
        Err(Refusal::not_found("publication.no-such").into())
    }
}

pub(super) async fn page(v: Visit, Path(id): Path<Id<noun::Publication>>) -> Answer {
    shown(&v, id, None).await
}

/// The page, with a form as it was typed where one was refused.
pub(super) async fn shown(v: &Visit, id: Id<noun::Publication>, form: Option<Form>) -> Answer {
    readable(v, id).await?;
    let found = v.read(move |cx| found(cx, id)).await?;
    let publication = &found.publication;
    let may = |action| permit(v, action, publication).is_ok();
    let status = if form.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let removed = match &publication.state {
        State::Removed(_, removal) => Some((removal.reason.clone(), v.moment(removal.at))),
        _ => None,
    };
    let issue = publication.issued().map(|issue| IssueView {
        hash: issue.hash.clone(),
        when: v.moment(issue.at),
        files: if publication.is_readable() { found.files.clone() } else { Vec::new() },
    });
    let page = OnePage {
        v,
        doc: publication.is_readable().then(|| document_view(id, &publication.document, Links::Rows)),
        head: line(v, publication),
        form: form.unwrap_or_else(|| form_of(publication)),
        issue,
        removed,
        amendments: found.amendments.iter().map(|one| line(v, one)).collect(),
        history: found.entries.iter().map(|entry| event(v, entry, &found)).collect(),
        may_draft: may("publication.draft"),
        may_issue: may("publication.issue"),
        may_remove: may("publication.remove"),
        as_of: v.moment(publication.document.as_of),
        publication,
    };
    Ok(v.page_with(status, &page))
}

fn found(cx: &mut db::Cx<'_>, id: Id<noun::Publication>) -> Result<Found> {
    let publication = store::find(cx, id)?;
    let entries = journal::entries_of(cx, &Ref::new("publication", id))?;
    let persons: Vec<Id<noun::Person>> = entries.iter().filter_map(|entry| person_of(&entry.actor)).collect();
    Ok(Found {
        files: store::files(cx, id)?,
        amendments: store::amendments(cx, id)?
            .into_iter()
            .filter(|one| matches!(one.state, State::Issued(_)))
            .collect(),
        names: org::names_of_persons(cx, &persons)?,
        publication,
        entries,
    })
}

fn person_of(actor: &str) -> Option<Id<noun::Person>> {
    actor.strip_prefix("person:")?.parse().ok()
}

fn event(v: &Visit, entry: &Recorded, found: &Found) -> Event {
    let name = person_of(&entry.actor).and_then(|person| found.names.get(&person).cloned());
    let when = entry.at.parse().map_or_else(|_| entry.at.clone(), |at| v.moment(at));
    let what = entry.act.strip_prefix("publication.").unwrap_or(&entry.act);
    Event {
        what: v.t(&format!("publication-act-{what}")),
        who: name.unwrap_or_else(|| v.t("publication-by-platform")),
        when,
    }
}

/// The form of the free parts, filled in.
fn form_of(publication: &Publication) -> Form {
    let document = &publication.document;
    let frame = &document.frame;
    let values = [
        ("version", publication.version.to_string()),
        ("title", frame.title.clone()),
        ("organ", frame.organ.clone()),
        ("addressee", frame.addressee.clone()),
        ("copies_to", frame.copies_to.clone()),
        ("printed_by", frame.printed_by.clone()),
        ("opening", paragraphs_text(&document.opening)),
        ("closing", paragraphs_text(&document.closing)),
    ];
    Form::with(values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

pub(super) async fn file(v: Visit, Path((id, format)): Path<(Id<noun::Publication>, String)>) -> Answer {
    let publication = readable(&v, id).await?;
    if !publication.is_readable() {
        return Err(Refusal::conflict("publication.already-removed").into());
    }
    files::download(&v, publication, &format).await
}
