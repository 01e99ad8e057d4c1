//! Importing a workbook: hand it in, check how it is read, let it be done, undo it whole.

use access::Permit;
use askama::Template;
use axum::{
    extract::{DefaultBodyLimit, FromRequest as _, Path, Request},
    http::StatusCode,
};
use base::{
    Error, Id, Refusal, Result,
    noun::{Import, Job},
};
use office::read::Workbook;
use regulation::Titled as _;
use web::{Answer, Form, Gate, Route, Visit};

use super::Rulebook;
use crate::{
    acts::{self, ImportRow},
    export::Format,
    import::{
        self, Choices, File, Importer, OnRefusal, OnTwin, Prepared,
        job::{KIND, Outcome, Payload},
        names::Names,
        twins::{Twin, TwinOf},
        upload,
    },
    store,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/imports", Gate::Action("case.import"), list),
        Route::get("/imports/new", Gate::Action("case.import"), new),
        Route::post("/imports", Gate::Action("case.import"), hand_in),
        Route::get("/imports/files/{id}", Gate::Action("case.import"), check),
        Route::post("/imports/files/{id}", Gate::Action("case.import"), go),
        Route::get("/imports/files/{id}/refused.xlsx", Gate::Action("case.import"), refused_rows),
        Route::get("/imports/jobs/{id}", Gate::Action("case.import"), progress),
        Route::get("/imports/{id}/undo", Gate::Action("case.import.undo"), ask_undo),
        Route::post("/imports/{id}/undo", Gate::Action("case.import.undo"), undo),
    ]
}

/// The largest file taken in: a workbook of a hundred thousand messages has less.
pub(crate) const LARGEST: usize = 64 << 20;
/// Lines of a list on a page.
const SHOWN: usize = 50;

struct ImportLine {
    id: String,
    file_name: String,
    when: String,
    who: String,
    rows: i64,
    undone: Option<String>,
    may_undo: bool,
}

#[derive(Template)]
#[template(path = "import-list.html")]
struct ListPage<'a> {
    v: &'a Visit,
    lines: Vec<ImportLine>,
    next: Option<String>,
}

async fn list(v: Visit) -> Answer {
    let query = Form::of_query(v.query.as_deref());
    let before = query.given("before").map(str::to_owned);
    let visit = v.clone();
    let (rows, names) = v
        .read(move |cx| {
            let scope = visit.app.rights().scope(&visit.actor, "case.import");
            let asked = (visit.actor.person, &scope);
            let rows = import::recent(cx, asked, before.as_deref(), SHOWN + 1)?;
            let persons: Vec<_> = rows.iter().filter_map(|row| row.by).collect();
            Ok((rows, org::names_of_persons(cx, &persons)?))
        })
        .await?;
    let more = rows.len() > SHOWN;
    let next = rows.get(SHOWN - 1).filter(|_| more).map(|row| format!("/imports?before={}", row.id));
    let line = |row: ImportRow| ImportLine {
        id: row.id.to_string(),
        when: v.moment(row.at),
        who: row.by.and_then(|by| names.get(&by).cloned()).unwrap_or_default(),
        rows: row.rows,
        may_undo: row.undone_at.is_none() && v.might("case.import.undo"),
        undone: row.undone_at.map(|_| row.undone_reason.unwrap_or_default()),
        file_name: row.file_name,
    };
    let lines = rows.into_iter().take(SHOWN).map(line).collect();
    Ok(v.page(&ListPage { v: &v, lines, next }))
}

#[derive(Template)]
#[template(path = "import-new.html")]
struct NewPage<'a> {
    v: &'a Visit,
    form: Form,
}

async fn new(v: Visit) -> Answer {
    Ok(v.page(&NewPage { v: &v, form: Form::default() }))
}

async fn hand_in(v: Visit, mut request: Request) -> Answer {
    DefaultBodyLimit::max(LARGEST).apply(&mut request);
    let form = Form::from_request(request, &()).await?;
    match take_file(&v, &form).await {
        Ok(id) => Ok(v.redirect(&format!("/imports/files/{id}"))),
        Err(error) => {
            let form = form.refused(error)?;
            Ok(v.page_with(StatusCode::UNPROCESSABLE_ENTITY, &NewPage { v: &v, form }))
        }
    }
}

async fn take_file(v: &Visit, form: &Form) -> Result<Id<Import>> {
    let sent =
        form.upload("file").ok_or_else(|| Refusal::invalid("case.import-choose-file").field("file"))?;
    let (bytes, name) = (sent.bytes.to_vec(), sent.name.clone());
    // What cannot be read at all is said at once, before anything is kept.
    let book = read_book(bytes.clone(), name.clone()).await?;
    drop(book);
    let id = v.tenant.db.ids().next(v.caller.now);
    upload::keep(v.tenant.files.as_ref(), id, (&name, bytes), &v.actor.journal_name()).await?;
    Ok(id)
}

/// Reads a workbook beside the threads that answer requests.
async fn read_book(bytes: Vec<u8>, name: String) -> Result<Workbook> {
    if name.to_lowercase().ends_with(".gz") {
        return Err(Refusal::invalid("case.import-compressed").field("file").into());
    }
    let read = tokio::task::spawn_blocking(move || Workbook::read(&bytes, &name));
    Ok(read.await.map_err(Error::fault)??)
}

struct FieldLine {
    index: usize,
    title: String,
    field: String,
    samples: String,
}

struct TwinLine {
    row: u32,
    like: String,
    href: Option<String>,
    how: String,
}

type Options = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "import-check.html")]
struct CheckPage<'a> {
    v: &'a Visit,
    form: Form,
    id: String,
    file_name: String,
    fingerprint: String,
    head: String,
    sheets: Options,
    procedures: Options,
    units: Options,
    channels: Options,
    fields: Options,
    columns: Vec<FieldLine>,
    summary: String,
    notes: Vec<String>,
    warnings: Vec<String>,
    whole: Vec<String>,
    refused: Vec<(u32, String)>,
    refused_more: usize,
    has_refused: bool,
    twins: Vec<TwinLine>,
    twins_more: usize,
    has_exact: bool,
    ready: usize,
    may_go: bool,
}

async fn check(v: Visit, Path(id): Path<Id<Import>>) -> Answer {
    let form = Form::of_query(v.query.as_deref());
    show_check(&v, id, form).await
}

/// What a form says about a file.
fn choices_of(form: &Form) -> Choices {
    let columns = form.pairs().iter().filter_map(|(name, value)| {
        let at = name.strip_prefix("column-")?.parse().ok()?;
        Some((at, value.clone()))
    });
    let columns: std::collections::BTreeMap<usize, String> = columns.collect();
    let owned = |name: &str| form.given(name).map(str::to_owned);
    Choices {
        procedure: owned("procedure"),
        sheet: owned("sheet"),
        head: owned("head"),
        columns: (!columns.is_empty()).then_some(columns),
        titled: Vec::new(),
        unit: owned("unit"),
        channel: owned("channel"),
        on_refusal: if form.text("on_refusal") == "good-rows" {
            OnRefusal::GoodRows
        } else {
            OnRefusal::Nothing
        },
        on_twin: if form.text("on_twin") == "skip" { OnTwin::Skip } else { OnTwin::Import },
    }
}

struct Checked {
    prepared: Prepared,
    places: Options,
}

async fn prepare(v: &Visit, book: Workbook, about: upload::About, choices: Choices) -> Result<Checked> {
    let (visit, rulebook) = (v.clone(), Rulebook::of(&v.app)?);
    v.read(move |cx| {
        let rules = rulebook.rules();
        let importer = Importer::Person(&visit.actor);
        let file = File { book: &book, name: &about.file_name, sha256: &about.sha256 };
        let prepared = import::prepare(cx, &rules, importer, file, &choices)?;
        let places = import::places(cx, &importer.reach(&rules))?;
        let places = places.all.iter().map(|place| (place.id.to_string(), place.name.clone())).collect();
        Ok(Checked { prepared, places })
    })
    .await
}

async fn show_check(v: &Visit, id: Id<Import>, form: Form) -> Answer {
    let (about, bytes) = upload::fetch(v.tenant.files.as_ref(), id, &v.actor.journal_name()).await?;
    let book = read_book(bytes, about.file_name.clone()).await?;
    let (choices, name) = (choices_of(&form), about.file_name.clone());
    let checked = match prepare(v, book, about, choices.clone()).await {
        Ok(checked) => checked,
        Err(error) => {
            // A file without a head has nothing to choose from: back to the first step with the reason.
            let form = form.refused(error)?;
            return Ok(v.page_with(StatusCode::UNPROCESSABLE_ENTITY, &NewPage { v, form }));
        }
    };
    let page = check_page(v, (id, name), form, (checked, &choices))?;
    let status = if page.whole.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(v.page_with(status, &page))
}

fn check_page<'a>(
    v: &'a Visit,
    (id, file_name): (Id<Import>, String),
    mut form: Form,
    (checked, choices): (Checked, &Choices),
) -> Result<CheckPage<'a>> {
    let rulebook = Rulebook::of(&v.app)?;
    let Checked { prepared, places } = checked;
    let procedure = rulebook.rules().procedure(&prepared.procedure)?;
    form.set("procedure", prepared.procedure.clone());
    form.set("sheet", prepared.sheet.clone());
    form.set("unit", prepared.unit.map(|unit| unit.to_string()).unwrap_or_default());
    form.set("channel", prepared.channel.clone().unwrap_or_default());
    let channels = rulebook.compendium.channels(procedure).iter();
    let names = Names::of(procedure);
    let bad = prepared.refused.iter().filter(|(row, _)| *row > 0);
    let mut bad: Vec<(u32, String)> = bad.map(|(row, refusal)| (*row, v.refusal(refusal))).collect();
    let mut bad_rows: Vec<u32> = bad.iter().map(|(row, _)| *row).collect();
    bad_rows.dedup();
    let refused_more = bad.len().saturating_sub(SHOWN);
    bad.truncate(SHOWN);
    let twins: Vec<TwinLine> = prepared.twins.iter().take(SHOWN).map(|twin| twin_line(v, twin)).collect();
    Ok(CheckPage {
        v,
        id: id.to_string(),
        file_name,
        fingerprint: prepared.mapping.fingerprint.clone(),
        head: head_words(v, prepared.head),
        sheets: prepared.sheets.iter().map(|name| (name.clone(), name.clone())).collect(),
        procedures: rulebook
            .compendium
            .procedures()
            .map(|procedure| {
                (procedure.key.clone(), v.pick(&procedure.title, &procedure.title_en).to_owned())
            })
            .collect(),
        units: places,
        channels: channels.map(|item| (item.key.clone(), item.title(v.language).to_owned())).collect(),
        fields: names.keys().map(|key| (key.to_owned(), v.t(&format!("case-import-field-{key}")))).collect(),
        columns: prepared.columns.iter().map(field_line).collect(),
        summary: v.say(
            "case-import-of-rows",
            &[
                ("rows", prepared.rows.into()),
                ("good", prepared.drafts.len().into()),
                ("bad", bad_rows.len().into()),
            ],
        ),
        notes: notes(v, &prepared),
        warnings: warnings(v, &prepared),
        whole: prepared.refused.iter().filter(|(row, _)| *row == 0).map(|(_, why)| v.refusal(why)).collect(),
        refused: bad,
        refused_more,
        has_refused: !bad_rows.is_empty(),
        twins_more: prepared.twins.len().saturating_sub(SHOWN),
        twins,
        has_exact: prepared.twins.iter().any(|twin| twin.exact),
        ready: if prepared.is_stopped(choices) { 0 } else { prepared.drafts.len() },
        // Refused rows are fetched by letting the import refuse them: nothing goes in, the workbook comes out.
        may_go: !prepared.drafts.is_empty() || !bad_rows.is_empty(),
        form,
    })
}

fn head_words(v: &Visit, (first, last): (u32, u32)) -> String {
    if first == last {
        v.t1("case-import-head-row", "first", first)
    } else {
        v.t2("case-import-head-rows", ("first", first), ("last", last))
    }
}

fn field_line(column: &import::prepare::ColumnSeen) -> FieldLine {
    FieldLine {
        index: column.index,
        title: column.title.clone(),
        field: column.field.clone(),
        samples: column.samples.join(" ｜ "),
    }
}

fn twin_line(v: &Visit, twin: &Twin) -> TwinLine {
    let (like, href) = match &twin.of {
        TwinOf::Row(row) => (v.t1("case-import-like-row", "row", *row), None),
        TwinOf::Case { id, label, title } => (format!("{label} {title}"), Some(format!("/cases/{id}"))),
    };
    let how = if twin.exact {
        v.t("case-import-twins-exact")
    } else {
        v.t1("case-import-twins-alike", "percent", format!("{:.0}", twin.similarity * 100.0))
    };
    TwinLine { row: twin.row, like, href, how }
}

/// What happens to rows without saying so in the file.
fn notes(v: &Visit, prepared: &Prepared) -> Vec<String> {
    let (titles, details) = prepared.made();
    let answers = prepared.drafts.iter().filter(|draft| draft.case.answer.is_some()).count();
    let counted = [
        ("case-import-known", prepared.known),
        ("case-import-skipped", prepared.skipped),
        ("case-import-titles-made", titles),
        ("case-import-details-made", details),
        ("case-import-answers", answers),
    ];
    counted.into_iter().filter(|(_, n)| *n > 0).map(|(key, n)| v.t1(key, "n", n)).collect()
}

fn warnings(v: &Visit, prepared: &Prepared) -> Vec<String> {
    let mut all: Vec<String> = prepared
        .before
        .iter()
        .map(|row| {
            let day = v.date(base::clock::day_of(row.at));
            v.t2("case-import-before", ("day", day), ("rows", row.rows))
        })
        .collect();
    if let Some((row, column)) = prepared.rounded.first() {
        let args = [
            ("n", prepared.rounded.len().into()),
            ("row", (*row).into()),
            ("column", column.as_str().into()),
        ];
        all.push(v.say("case-import-rounded", &args));
    }
    all
}

/// Puts the import into the queue.
async fn go(v: Visit, Path(id): Path<Id<Import>>, form: Form) -> Answer {
    // Somebody else's file is not there.
    upload::fetch(v.tenant.files.as_ref(), id, &v.actor.journal_name()).await?;
    let payload = Payload { upload: id, choices: choices_of(&form), language: v.language.tag().to_owned() };
    let payload = serde_json::to_value(payload).map_err(Error::fault)?;
    let job = v.tenant.db.write_operational(&v.caller, move |cx| jobs::enqueue(cx, KIND, &payload)).await?;
    Ok(v.redirect(&format!("/imports/jobs/{job}")))
}

async fn refused_rows(v: Visit, Path(id): Path<Id<Import>>) -> Answer {
    let (about, bytes) = upload::refused(v.tenant.files.as_ref(), id, &v.actor.journal_name()).await?;
    let stem = about.file_name.rsplit_once('.').map_or(about.file_name.as_str(), |(stem, _)| stem);
    Ok(v.file(&format!("{stem}.refused.xlsx"), Format::Xlsx.media_type(), bytes))
}

#[derive(Template)]
#[template(path = "import-job.html")]
struct JobPage<'a> {
    v: &'a Visit,
    id: String,
    /// How far it is, in words.
    words: String,
    done: i64,
    total: i64,
    failed: bool,
    upload: String,
    outcome: Option<Outcome>,
}

async fn progress(v: Visit, Path(id): Path<Id<Job>>) -> Answer {
    let seen = v.read(move |cx| jobs::progress(cx, id)).await?;
    // Nobody but whoever asked for a job is shown it.
    let seen = seen.filter(|seen| seen.kind == KIND && seen.asked_by == v.actor.journal_name());
    let seen = seen.ok_or_else(|| Refusal::not_found("case.no-such-import"))?;
    let told = if seen.failed { None } else { seen.outcome.clone() };
    let outcome: Option<Outcome> = told.map(serde_json::from_value).transpose().map_err(Error::fault)?;
    let upload = outcome.as_ref().map(|outcome| outcome.upload.clone()).unwrap_or_default();
    let words = if seen.total == 0 {
        v.t("case-import-waiting")
    } else {
        v.t2("case-import-progress", ("done", seen.done), ("total", seen.total))
    };
    let page = JobPage {
        v: &v,
        id: id.to_string(),
        words,
        done: seen.done,
        total: seen.total,
        failed: seen.failed,
        upload,
        outcome,
    };
    Ok(v.page(&page))
}

#[derive(Template)]
#[template(path = "import-undo.html")]
struct UndoPage<'a> {
    v: &'a Visit,
    form: Form,
    import: ImportRow,
    when: String,
}

async fn found(v: &Visit, id: Id<Import>) -> Result<(ImportRow, Permit)> {
    let visit = v.clone();
    v.read(move |cx| {
        let row = store::find_import(cx, id)?.ok_or_else(|| Refusal::not_found("case.no-such-import"))?;
        let permit = import::permit_to_undo(cx, visit.app.rights(), &visit.actor, &row)?;
        Ok((row, permit))
    })
    .await
}

async fn ask_undo(v: Visit, Path(id): Path<Id<Import>>) -> Answer {
    let (import, _) = found(&v, id).await?;
    let when = v.moment(import.at);
    Ok(v.page(&UndoPage { v: &v, form: Form::default(), import, when }))
}

async fn undo(v: Visit, Path(id): Path<Id<Import>>, form: Form) -> Answer {
    let (import, permit) = found(&v, id).await?;
    match try_undo(&v, (id, &permit), &form).await {
        Ok(gone) => Ok(v.see_with("/imports", "case-import-undone-n", &gone.to_string())),
        Err(error) => {
            let (form, when) = (form.refused(error)?, v.moment(import.at));
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(v.page_with(status, &UndoPage { v: &v, form, import, when }))
        }
    }
}

async fn try_undo(v: &Visit, (id, permit): (Id<Import>, &Permit), form: &Form) -> Result<u64> {
    let (reason, permit) = (form.required("reason")?.to_owned(), permit.clone());
    if form.given("sure").is_none() {
        return Err(Refusal::invalid("case.import-undo-confirm").field("sure").into());
    }
    v.write(move |cx| acts::undo_import(cx, &permit, (id, &reason))).await
}
