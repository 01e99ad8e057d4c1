//! Ledgers in and out as files.

use axum::{
    extract::{DefaultBodyLimit, FromRequest, Request},
    http::StatusCode,
};
use base::{Error, Refusal, Result};
use office::read::Workbook;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use web::{Answer, Form, Gate, Route, Visit};

use super::asks::ProblemBody;
use crate::{
    import::{self, Choices, File, Importer, OnRefusal, OnTwin, Prepared},
    pages::{LARGEST, Rulebook, export_csv, export_xlsx},
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/v1/import/cases", Gate::Action("case.import"), take_in),
        Route::get("/api/v1/export/cases.xlsx", Gate::Action("case.export"), export_xlsx),
        Route::get("/api/v1/export/cases.csv", Gate::Action("case.export"), export_csv),
    ]
}

#[derive(OpenApi)]
#[openapi(paths(take_in, described_xlsx, described_csv))]
pub(super) struct Files;

/// What became of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportedBody {
    /// The import, by which it can be undone; `null` when nothing was taken in.
    import: Option<String>,
    /// How many cases it brought.
    raised: usize,
    /// How many rows the ledger knew already.
    known: usize,
    /// How many rows were left out as duplicates.
    skipped: usize,
    /// The rows that were refused and why; row 0 stands for the whole file.
    refused: Vec<RefusedRow>,
}

/// A refused row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusedRow {
    #[schema(example = 17)]
    row: u32,
    #[schema(example = "case.missing-field")]
    reason: String,
    #[schema(example = "缺少“问题”。")]
    detail: String,
}

/// A file with what is to be known of it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a multipart form, which is read field by field")]
struct ImportForm {
    /// The workbook: .xlsx, .xls or .csv (UTF-8 or GB18030).
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The procedure's key.
    procedure: Option<String>,
    /// The sheet's name.
    sheet: Option<String>,
    /// The unit of rows that name none: code or id.
    #[schema(example = "510183104")]
    unit: Option<String>,
    /// The channel of rows that name none.
    #[schema(example = "online")]
    channel: Option<String>,
    /// `good-rows` takes the good rows when others are refused; otherwise all or nothing.
    on_refusal: Option<String>,
    /// `skip` leaves out rows that say word for word what another says.
    on_twin: Option<String>,
}

/// 导入台账 · Takes a workbook in, all or nothing unless asked otherwise.
#[utoipa::path(
    post, path = "/api/v1/import/cases", tag = "cases",
    request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "已导入 Taken in", body = ImportedBody),
        (status = 422, description = "有退回的行，没有导入 Rows were refused and nothing was taken in", body = ImportedBody),
        (status = 403, description = "无权导入 access.no-right", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
async fn take_in(v: Visit, mut request: Request) -> Answer {
    DefaultBodyLimit::max(LARGEST).apply(&mut request);
    let form = Form::from_request(request, &()).await?;
    let sent =
        form.upload("file").ok_or_else(|| Refusal::invalid("case.import-choose-file").field("file"))?;
    let (bytes, name) = (sent.bytes.to_vec(), sent.name.clone());
    let sha256 = import::sha256(&bytes);
    let named = name.clone();
    // Reading a large workbook takes a while, which other requests need not wait for.
    let read = tokio::task::spawn_blocking(move || Workbook::read(&bytes, &named));
    let book = read.await.map_err(Error::fault)?.map_err(Error::from)?;
    let choices = choices_of(&form);
    let (prepared, loaded) = load(&v, (book, name, sha256), choices).await?;
    let status = if loaded.is_some() { StatusCode::CREATED } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(v.json(status, &body_of(&v, &prepared, loaded)))
}

fn choices_of(form: &Form) -> Choices {
    let owned = |name: &str| form.given(name).map(str::to_owned);
    Choices {
        procedure: owned("procedure"),
        sheet: owned("sheet"),
        unit: owned("unit"),
        channel: owned("channel"),
        on_refusal: match form.text("on_refusal") {
            "good-rows" => OnRefusal::GoodRows,
            _ => OnRefusal::Nothing,
        },
        on_twin: if form.text("on_twin") == "skip" { OnTwin::Skip } else { OnTwin::Import },
        ..Choices::default()
    }
}

/// Looks at the file beside the writer, then takes it in.
async fn load(
    v: &Visit,
    (book, name, sha256): (Workbook, String, String),
    choices: Choices,
) -> Result<(Prepared, Option<import::Loaded>)> {
    let (visit, rulebook) = (v.clone(), Rulebook::of(&v.app)?);
    let (asked, looked_at) = (choices.clone(), (book.clone(), name.clone(), sha256.clone()));
    let prepared = v
        .read(move |cx| {
            let (book, name, sha256) = &looked_at;
            let file = File { book, name, sha256 };
            import::prepare(cx, &rulebook.rules(), Importer::Person(&visit.actor), file, &asked)
        })
        .await?;
    if prepared.is_stopped(&choices) || prepared.drafts.is_empty() {
        return Ok((prepared, None));
    }
    let (visit, rulebook, master) = (v.clone(), Rulebook::of(&v.app)?, v.tenant.master_key.clone());
    v.write(move |cx| {
        let (rules, importer) = (rulebook.rules(), Importer::Person(&visit.actor));
        let permit = import::job::permit_for(cx, &rules, importer, &prepared)?;
        let file = File { book: &book, name: &name, sha256: &sha256 };
        let loaded = import::load(cx, &rules, (&permit, &master), (&prepared, file), &|_| {})?;
        Ok((prepared, Some(loaded)))
    })
    .await
}

fn body_of(v: &Visit, prepared: &Prepared, loaded: Option<import::Loaded>) -> ImportedBody {
    let refused = prepared.refused.iter().map(|(row, refusal)| RefusedRow {
        row: *row,
        reason: refusal.key.to_string(),
        detail: v.refusal(refusal),
    });
    ImportedBody {
        raised: loaded.as_ref().map_or(0, |loaded| loaded.raised),
        known: loaded.as_ref().map_or(prepared.known, |loaded| loaded.known),
        import: loaded.map(|loaded| loaded.id.to_string()),
        skipped: prepared.skipped,
        refused: refused.collect(),
    }
}

/// 导出台账 · The ledger under the filters of the list, as a workbook.
#[utoipa::path(
    get, path = "/api/v1/export/cases.xlsx", tag = "cases",
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))
)]
#[expect(dead_code, reason = "describes the page's own handler, which answers here too")]
fn described_xlsx() {}

/// 导出台账 · The same as comma-separated values.
#[utoipa::path(
    get, path = "/api/v1/export/cases.csv", tag = "cases",
    responses((status = 200, content_type = "text/csv"))
)]
#[expect(dead_code, reason = "describes the page's own handler, which answers here too")]
fn described_csv() {}
