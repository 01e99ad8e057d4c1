//! What everybody may read: issues whose clause says that they are public.

use askama::Template;
use axum::{extract::Path, http::StatusCode};
use base::{Id, Refusal, Result, noun};
use web::{Answer, Form, Visit, cursor_after};

use super::list::{Line, line};
use crate::{
    files,
    model::{Audience, Publication, State},
    store::{self, FileRow, Reader},
    view::{DocumentView, Links, PartView, document_view},
};

const PAGE: usize = 24;

#[derive(Template)]
#[template(path = "public-list.html")]
struct ListPage<'a> {
    v: &'a Visit,
    lines: Vec<Line>,
    next: Option<String>,
}

pub(super) async fn list(v: Visit) -> Answer {
    let query = Form::of_query(v.query.as_deref());
    let cursor = query.given("cursor").map(str::to_owned);
    let page = v.read(move |cx| store::list(cx, Reader::Public, cursor.as_deref(), PAGE)).await?;
    let lines = page.rows.iter().map(|one| line(&v, one)).collect();
    let next = page.next.map(|cursor| cursor_after(query.pairs(), &cursor));
    Ok(v.page(&ListPage { v: &v, lines, next }))
}

#[derive(Template)]
#[template(path = "public-one.html")]
struct OnePage<'a> {
    v: &'a Visit,
    head: Line,
    doc: Option<DocumentView>,
    hash: String,
    files: Vec<FileRow>,
    removed: Option<(String, String)>,
}

/// A public issue, or what is left of one. Anything else is as if it were not there.
async fn public(v: &Visit, id: Id<noun::Publication>) -> Result<Publication> {
    let publication = v.read(move |cx| store::find(cx, id)).await?;
    let shown = publication.document.audience == Audience::Public && publication.state != State::Draft;
    if shown { Ok(publication) } else { Err(Refusal::not_found("publication.no-such").into()) }
}

pub(super) async fn one(v: Visit, Path(id): Path<Id<noun::Publication>>) -> Answer {
    let publication = public(&v, id).await?;
    let files = v.read(move |cx| store::files(cx, id)).await?;
    let removed = match &publication.state {
        State::Removed(_, removal) => Some((removal.reason.clone(), v.moment(removal.at))),
        _ => None,
    };
    // 410: it was here and is gone for good.
    let status = if removed.is_some() { StatusCode::GONE } else { StatusCode::OK };
    let readable = publication.is_readable();
    let page = OnePage {
        v: &v,
        head: line(&v, &publication),
        doc: readable.then(|| document_view(id, &publication.document, Links::None)),
        hash: publication.issued().map(|issue| issue.hash.clone()).unwrap_or_default(),
        files: if readable { public_files(files) } else { Vec::new() },
        removed,
    };
    Ok(v.page_with(status, &page))
}

/// The workbook names those in charge of single cases and stays inside.
fn public_files(files: Vec<FileRow>) -> Vec<FileRow> {
    files.into_iter().filter(|file| file.format == "docx").collect()
}

pub(super) async fn file(v: Visit, Path((id, format)): Path<(Id<noun::Publication>, String)>) -> Answer {
    let publication = public(&v, id).await?;
    if !publication.is_readable() || format != "docx" {
        return Err(Refusal::not_found("publication.no-such-format").into());
    }
    files::download(&v, publication, &format).await
}
