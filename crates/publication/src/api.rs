//! Publications for programs of others: JSON under `/api/v1`.

use axum::{extract::Path, http::StatusCode};
use base::{Id, noun};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use web::{Answer, Form, Gate, Route, Visit};

use crate::{
    model::Publication,
    store::{self, FileRow, Reader},
    view::{figure_address, may_read},
};

const USUAL: usize = 50;
const MOST: usize = 200;

/// The routes of this interface.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/publications", Gate::Action("publication.view"), list),
        Route::get("/api/v1/publications/{id}", Gate::Action("publication.view"), one),
    ]
}

/// The description of this interface, to be put together with those of the other kernels.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Api::openapi()
}

#[derive(OpenApi)]
#[openapi(
    paths(list, one),
    tags((name = "publications", description = "公开、文书：通报、台账、督办单。Circulars and other publications."))
)]
struct Api;

/// A publication in a list.
#[derive(Serialize, ToSchema)]
struct Item {
    /// Its id.
    id: String,
    /// `regulation-id/clause-key`.
    clause: String,
    /// `circular` and so on.
    kind: String,
    /// Its title.
    title: String,
    /// Its number, once it is issued.
    number: Option<String>,
    /// The name of the unit.
    unit: String,
    /// The period, such as `2026-11`.
    period: String,
    /// `draft`, `issued` or `removed`.
    state: String,
    /// `public` or `office`.
    audience: String,
    /// The moment of the figures.
    as_of: String,
    /// When it was issued.
    issued_at: Option<String>,
    /// SHA-256 of the canonical document.
    hash: Option<String>,
}

/// A page of publications.
#[derive(Serialize, ToSchema)]
struct ItemList {
    /// The publications, the latest period first.
    items: Vec<Item>,
    /// Where the next page begins.
    next: Option<String>,
}

/// A figure.
#[derive(Serialize, ToSchema)]
struct FigureBody {
    /// Its key.
    key: String,
    /// What it counts.
    label: String,
    /// The number.
    value: i64,
    /// The query of `/api/v1/cases` that lists the same cases live.
    query: Option<String>,
    /// Where its rows are as they were.
    rows: String,
    /// SHA-256 over the ids and versions of its rows.
    rows_sha256: String,
}

/// A file of an issue.
#[derive(Serialize, ToSchema)]
struct FileBody {
    /// `docx` or `xlsx`.
    format: String,
    /// SHA-256.
    sha256: String,
    /// Bytes.
    size: i64,
    /// Where it is.
    href: String,
}

/// One publication.
#[derive(Serialize, ToSchema)]
struct Body {
    /// What lists say.
    #[serde(flatten)]
    item: Item,
    /// Every number in it.
    figures: Vec<FigureBody>,
    /// Its files.
    files: Vec<FileBody>,
    /// Why it was removed.
    removed: Option<String>,
    /// The canonical document, whose SHA-256 is `hash`; absent once it is removed.
    document: Option<String>,
}

fn item(publication: &Publication) -> Item {
    let document = &publication.document;
    let issue = publication.issued();
    Item {
        id: publication.id.to_string(),
        clause: document.clause.clone(),
        kind: document.kind.clone(),
        title: document.frame.title.clone(),
        number: document.number.clone(),
        unit: document.unit.clone(),
        period: document.period.key.clone(),
        state: publication.state_word().to_owned(),
        audience: document.audience.word().to_owned(),
        as_of: document.as_of.to_string(),
        issued_at: issue.map(|issue| issue.at.to_string()),
        hash: issue.map(|issue| issue.hash.clone()),
    }
}

/// 查询文书 · Lists publications.
#[utoipa::path(
    get, path = "/api/v1/publications", tag = "publications",
    params(("cursor" = Option<String>, Query, description = "`next` of the page before"),
           ("limit" = Option<usize>, Query, description = "at most 200")),
    responses((status = 200, body = ItemList))
)]
async fn list(v: Visit) -> Answer {
    let query = Form::of_query(v.query.as_deref());
    let cursor = query.given("cursor").map(str::to_owned);
    let limit = query.parsed::<usize>("limit")?.unwrap_or(USUAL).clamp(1, MOST);
    let page = v.read(move |cx| store::list(cx, Reader::Office, cursor.as_deref(), limit)).await?;
    let items = page.rows.iter().filter(|one| may_read(&v, one)).map(item).collect();
    Ok(v.json(StatusCode::OK, &ItemList { items, next: page.next }))
}

/// 查看文书 · One publication with its figures and files.
#[utoipa::path(
    get, path = "/api/v1/publications/{id}", tag = "publications",
    params(("id" = String, Path)),
    responses((status = 200, body = Body), (status = 404))
)]
async fn one(v: Visit, Path(id): Path<Id<noun::Publication>>) -> Answer {
    let publication = crate::pages::readable(&v, id).await?;
    let (files, canonical) = v.read(move |cx| Ok((store::files(cx, id)?, store::canonical(cx, id)?))).await?;
    let readable = publication.is_readable();
    let figures = publication.document.figures.iter().filter(|_| readable).map(|figure| FigureBody {
        key: figure.key.clone(),
        label: figure.label.clone(),
        value: figure.value,
        query: figure.query.clone(),
        rows: figure_address(id, &figure.key),
        rows_sha256: figure.rows.clone(),
    });
    let file = |file: FileRow| FileBody {
        href: format!("/publications/{id}/files/{}", file.format),
        format: file.format,
        sha256: file.sha256,
        size: file.size,
    };
    let removed = match &publication.state {
        crate::model::State::Removed(_, removal) => Some(removal.reason.clone()),
        _ => None,
    };
    let body = Body {
        item: item(&publication),
        figures: figures.collect(),
        files: files.into_iter().filter(|_| readable).map(file).collect(),
        removed,
        document: readable.then_some(canonical),
    };
    Ok(v.json(StatusCode::OK, &body))
}
