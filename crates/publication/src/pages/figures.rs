//! The figures of a publication and the rows behind each, as they were.

use askama::Template;
use axum::extract::Path;
use base::{Id, Refusal, noun};
use web::{Answer, Form, Visit, cursor_after};

use super::one::readable;
use crate::{
    model::{Document, Figure},
    store::{self, Counted},
};

const PAGE: usize = 100;

/// A figure beside its value in the issue before.
struct FigureView {
    figure: Figure,
    before: String,
    by: String,
}

#[derive(Template)]
#[template(path = "figures.html")]
struct FiguresPage<'a> {
    v: &'a Visit,
    id: Id<noun::Publication>,
    document: &'a Document,
    figures: Vec<FigureView>,
}

pub(super) async fn all(v: Visit, Path(id): Path<Id<noun::Publication>>) -> Answer {
    let publication = readable(&v, id).await?;
    let document = &publication.document;
    let other = document.amends.as_ref().or(document.previous.as_ref()).map(|earlier| earlier.id);
    let before = match other {
        Some(other) => Some(v.read(move |cx| store::find(cx, other)).await?.document),
        None => None,
    };
    let changes = before.as_ref().map(|before| document.changes_since(before)).unwrap_or_default();
    let figures = document
        .figures
        .iter()
        .map(|figure| {
            let change = changes.iter().find(|change| change.key == figure.key);
            FigureView {
                figure: figure.clone(),
                before: change.and_then(|change| change.before).map(|n| n.to_string()).unwrap_or_default(),
                by: change.and_then(crate::model::Change::by).map(crate::model::signed).unwrap_or_default(),
            }
        })
        .collect();
    Ok(v.page(&FiguresPage { v: &v, id, document, figures }))
}

#[derive(Template)]
#[template(path = "figure-rows.html")]
struct RowsPage<'a> {
    v: &'a Visit,
    id: Id<noun::Publication>,
    document: &'a Document,
    figure: &'a Figure,
    as_of: String,
    rows: Vec<Counted>,
    next: Option<String>,
}

pub(super) async fn rows(v: Visit, Path((id, key)): Path<(Id<noun::Publication>, String)>) -> Answer {
    let publication = readable(&v, id).await?;
    let document = &publication.document;
    let at = document
        .figures
        .iter()
        .position(|figure| figure.key == key)
        .ok_or_else(|| Refusal::not_found("publication.no-such-figure").arg("key", &key))?;
    let query = Form::of_query(v.query.as_deref());
    let after: i64 = query.parsed("cursor")?.unwrap_or(0);
    let found = v.read(move |cx| store::rows(cx, id, Some(at), (after, PAGE + 1))).await?;
    let paged = web::Paged::cut(found, PAGE, |row| row.n.to_string());
    let next = paged.next.map(|cursor| cursor_after(query.pairs(), &cursor));
    let as_of = v.moment(document.as_of);
    Ok(v.page(&RowsPage {
        v: &v,
        id,
        document,
        figure: &document.figures[at],
        as_of,
        rows: paged.rows,
        next,
    }))
}
