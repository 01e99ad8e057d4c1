//! The import wizard: choose a file, look at what it means, take it in, or get it back with the reasons.

use access::Permit;
use askama::Template;
use axum::{extract::Path, http::StatusCode};
use base::{Error, Id, Refusal, Result, noun};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use db::Cx;
use office::{
    annotate::{Original, Titles},
    read::{Mapping, Workbook},
};
use web::{Answer, Failure, Form, Gate, Route, Visit};

use super::{organisation, permit_at, role_title, tree::places_of};
use crate::{
    import::{
        self, Import, ImportKind, RowRefusal,
        acts::{Source, action_for},
        persons::{self, Against, PersonRow},
        units::{self, UnitRow},
    },
    kind::Organisation,
    name::NameIndex,
    unit,
};

/// How many rows the preview shows; the counts are of all.
const SHOWN_ROWS: usize = 20;
/// How many reasons the page shows; the returned workbook has all.
const SHOWN_REASONS: usize = 100;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/organisation/import/persons", Gate::Action("person.import"), persons_page),
        Route::post("/organisation/import/persons", Gate::Action("person.import"), persons_step),
        Route::get("/organisation/import/units", Gate::Action("org.edit"), units_page),
        Route::post("/organisation/import/units", Gate::Action("org.edit"), units_step),
        Route::post("/organisation/imports/{id}/undo", Gate::SignedIn, undo),
    ]
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage<'a> {
    v: &'a Visit,
    form: Form,
    kind: &'static str,
    units: Vec<(String, String)>,
    recent: Vec<Import>,
    preview: Option<Preview>,
}

struct Preview {
    file: String,
    file_name: String,
    unit: String,
    fields: Vec<FieldChoice>,
    titles: Vec<(usize, String)>,
    rows: Vec<Vec<String>>,
    count: usize,
    reasons: Vec<(u32, String)>,
    reason_count: usize,
}

struct FieldChoice {
    key: &'static str,
    label: String,
    column: Option<usize>,
}

impl FieldChoice {
    /// Whether this column is the one chosen.
    fn is(&self, column: usize) -> bool {
        self.column == Some(column)
    }
}

/// A file to be looked at or taken in.
#[derive(Clone)]
struct Job {
    kind: ImportKind,
    bytes: Vec<u8>,
    file_name: String,
    unit: Id<noun::Unit>,
    /// The columns somebody chose; none before anybody has.
    columns: Option<Vec<(String, usize)>>,
}

/// What a file means.
struct Checked {
    mapping: Mapping,
    titles: Vec<(usize, String)>,
    persons: Vec<PersonRow>,
    units: Vec<UnitRow>,
    refused: Vec<RowRefusal>,
}

fn check(cx: &mut Cx<'_>, organisation: &Organisation, job: &Job) -> Result<Checked> {
    let book =
        Workbook::read(&job.bytes, &job.file_name).map_err(|error| Refusal::from(error).field("file"))?;
    let sheet = book
        .sheet(None)
        .ok_or_else(|| Refusal::invalid("org.import-empty").field("file").arg("sheet", &job.file_name))?;
    let mut chosen = import::choose(sheet, job.kind, None)?;
    if let Some(columns) = &job.columns {
        let choices = columns.iter().map(|(key, column)| (key.as_str(), *column));
        chosen.mapping = Mapping::by_hand(&chosen.header, choices);
    } else {
        let before = import::store::remembered(cx, job.kind, &chosen.header.fingerprint())?;
        chosen = import::choose(sheet, job.kind, before.as_ref())?;
    }
    chosen.must_be(job.kind)?;
    let home = unit::store::unit(cx, job.unit)?;
    let names = NameIndex::new(&unit::units_within(cx, &home.path)?);
    let (mut persons, mut units) = (Vec::new(), Vec::new());
    let refused = match job.kind {
        ImportKind::Persons => {
            let (rows, refused) =
                persons::read(&chosen, &Against { organisation, units: &names, home: job.unit });
            persons = rows;
            refused
        }
        ImportKind::Units => {
            let (rows, refused) = units::read(&chosen, organisation, &names, job.unit);
            units = rows;
            refused
        }
    };
    let titles = chosen.header.columns.iter().map(|column| (column.index, column.title.clone())).collect();
    Ok(Checked { mapping: chosen.mapping, titles, persons, units, refused })
}

async fn persons_page(v: Visit) -> Answer {
    start(&v, ImportKind::Persons, Form::default(), StatusCode::OK).await
}

async fn units_page(v: Visit) -> Answer {
    start(&v, ImportKind::Units, Form::default(), StatusCode::OK).await
}

async fn start(v: &Visit, kind: ImportKind, form: Form, status: StatusCode) -> Answer {
    shown(v, kind, (form, None), status).await
}

async fn shown(
    v: &Visit,
    kind: ImportKind,
    (form, preview): (Form, Option<Preview>),
    status: StatusCode,
) -> Answer {
    let scope = v.app.rights().scope(&v.actor, action_for(kind));
    let (units, recent) = v
        .read(move |cx| {
            let mut units = Vec::new();
            for place in places_of(cx, &scope)? {
                units.extend(unit::units_within(cx, &place)?);
            }
            Ok((units, import::recent(cx)?))
        })
        .await?;
    let mut units: Vec<_> =
        units.into_iter().filter(|unit| unit.depth() < 2 || kind == ImportKind::Units).collect();
    units.sort_by(|one, other| one.path.cmp(&other.path));
    let page = ImportPage {
        v,
        form,
        kind: kind.as_str(),
        units: units.iter().map(|unit| (unit.id.to_string(), unit.name.clone())).collect(),
        recent: recent.into_iter().filter(|import| import.kind == kind.as_str()).collect(),
        preview,
    };
    Ok(v.page_with(status, &page))
}

async fn persons_step(v: Visit, form: Form) -> Answer {
    step(v, ImportKind::Persons, form).await
}

async fn units_step(v: Visit, form: Form) -> Answer {
    step(v, ImportKind::Units, form).await
}

/// The file sent, or carried along from the step before.
fn job_of(kind: ImportKind, form: &Form) -> Result<Job> {
    let unit = form.needed("unit")?;
    if let Some(upload) = form.upload("file") {
        let (bytes, file_name) = (upload.bytes.to_vec(), upload.name.clone());
        return Ok(Job { kind, bytes, file_name, unit, columns: None });
    }
    let carried =
        form.given("carried").ok_or_else(|| Refusal::invalid("org.import-no-file").field("file"))?;
    let bytes = STANDARD.decode(carried).map_err(|_| Refusal::invalid("org.import-no-file").field("file"))?;
    let column = |key: &str| form.parsed::<usize>(&format!("column_{key}"));
    let mut columns = Vec::new();
    for hint in kind.hints() {
        columns.extend(column(hint.key)?.map(|column| (hint.key.to_owned(), column)));
    }
    Ok(Job { kind, bytes, file_name: form.text("file_name").to_owned(), unit, columns: Some(columns) })
}

async fn step(v: Visit, kind: ImportKind, form: Form) -> Answer {
    let job = match job_of(kind, &form) {
        Ok(job) => job,
        Err(error) => return start(&v, kind, form.refused(error)?, StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    let home = job.unit;
    let home = v.read(move |cx| unit::store::unit(cx, home)).await?;
    let permit = permit_at(&v, action_for(kind), &home.path)?;
    let looked = look(&v, &job).await;
    let checked = match looked {
        Ok(checked) => checked,
        Err(error) => return start(&v, kind, form.refused(error)?, StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    match form.text("do") {
        "run" if checked.refused.is_empty() => run(&v, (permit, job), checked).await,
        "return" => returned(&v, &job, &words(&v, &checked.refused)),
        _ => {
            let preview = preview(&v, &job, checked)?;
            shown(&v, kind, (form, Some(preview)), StatusCode::OK).await
        }
    }
}

async fn look(v: &Visit, job: &Job) -> Result<Checked> {
    let (organisation, job) = (organisation(v)?, job.clone());
    v.read(move |cx| check(cx, &organisation, &job)).await
}

async fn run(v: &Visit, (permit, job): (Permit, Job), checked: Checked) -> Answer {
    let organisation = organisation(v)?;
    let master = v.tenant.master_key.clone();
    let source =
        Source { file_name: job.file_name.clone(), unit: job.unit, mapping: checked.mapping.clone() };
    let (kind, persons, units) = (job.kind, checked.persons.clone(), checked.units.clone());
    let done = v
        .write(move |cx| match kind {
            ImportKind::Persons => {
                import::acts::import_persons(cx, (&permit, &master), &organisation, &source, &persons)
            }
            ImportKind::Units => import::acts::import_units(cx, &permit, &organisation, &source, &units),
        })
        .await;
    match done {
        Ok(import) => Ok(v.see_with(
            &format!("/organisation/import/{}", kind.as_str()),
            "org-imported",
            &import.row_count.to_string(),
        )),
        Err(Error::Refused(refusals)) => {
            let refused = refusals.into_iter().map(|refusal| (row_of(&refusal), refusal)).collect();
            let preview = preview(v, &job, Checked { refused, ..checked })?;
            shown(v, kind, (Form::default(), Some(preview)), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(fault) => Err(fault.into()),
    }
}

/// The row a refusal of the act carries.
fn row_of(refusal: &Refusal) -> u32 {
    let row = refusal.args.iter().rev().find(|(name, _)| name == "row");
    row.and_then(|(_, row)| row.parse().ok()).unwrap_or_default()
}

fn words(v: &Visit, refused: &[RowRefusal]) -> Vec<(u32, String)> {
    refused.iter().map(|(row, refusal)| (*row, v.refusal(refusal))).collect()
}

fn preview(v: &Visit, job: &Job, checked: Checked) -> Result<Preview> {
    let organisation = organisation(v)?;
    let day = |day: Option<base::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let roles = |row: &PersonRow| {
        let words: Vec<String> =
            row.roles.iter().map(|(role, _)| role_title(v, &organisation, role)).collect();
        words.join("、")
    };
    let person = |row: &PersonRow| {
        vec![row.number.to_string(), row.name.clone(), row.unit.1.clone(), roles(row), day(row.term.0)]
    };
    let unit = |row: &UnitRow| {
        let kind = super::kind_title(v, &organisation, &row.kind);
        let state = v.t(if row.known.is_some() { "org-import-known" } else { "org-import-new" });
        vec![row.number.to_string(), row.name.clone(), kind, row.code.clone().unwrap_or_default(), state]
    };
    let rows = match job.kind {
        ImportKind::Persons => checked.persons.iter().take(SHOWN_ROWS).map(person).collect(),
        ImportKind::Units => checked.units.iter().take(SHOWN_ROWS).map(unit).collect(),
    };
    let field = |hint: &office::read::FieldHint<'static>| FieldChoice {
        key: hint.key,
        label: v.t(&format!("org-field-{}", hint.key.replace('_', "-"))),
        column: checked.mapping.column(hint.key),
    };
    let mut reasons = words(v, &checked.refused);
    let reason_count = reasons.len();
    reasons.truncate(SHOWN_REASONS);
    Ok(Preview {
        file: STANDARD.encode(&job.bytes),
        file_name: job.file_name.clone(),
        unit: job.unit.to_string(),
        fields: job.kind.hints().iter().map(field).collect(),
        rows,
        count: checked.persons.len() + checked.units.len(),
        reasons,
        reason_count,
        titles: checked.titles,
    })
}

/// The refused rows in the workbook they came in, with the reasons.
fn returned(v: &Visit, job: &Job, reasons: &[(u32, String)]) -> Result<axum::response::Response, Failure> {
    let original = Original { bytes: &job.bytes, file_name: &job.file_name, sheet: None };
    let (reason, row) = (v.t("office-returned-reason"), v.t("office-original-row"));
    let titles = Titles { reason: &reason, row: &row };
    let made = base::clock::in_china(v.caller.now).datetime();
    let bytes = office::annotate(original, reasons, titles, made)?;
    let stem = job.file_name.rsplit_once('.').map_or(job.file_name.as_str(), |(stem, _)| stem);
    let name = format!("{stem}-{}.xlsx", v.t("org-import-returned"));
    Ok(v.file(&name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bytes))
}

async fn undo(v: Visit, Path(id): Path<Id<noun::Import>>) -> Answer {
    let (import, unit) = v
        .read(move |cx| {
            let import = import::store::find(cx, id)?;
            let unit = unit::store::unit(cx, import.unit)?;
            Ok((import, unit))
        })
        .await?;
    let kind = ImportKind::parse(&import.kind)?;
    let permit = permit_at(&v, action_for(kind), &unit.path)?;
    match v.write(move |cx| import::acts::undo(cx, &permit, id)).await {
        Ok(_) => Ok(v.see(&format!("/organisation/import/{}", kind.as_str()), "org-import-undone-done")),
        Err(error) => start(&v, kind, Form::default().refused(error)?, StatusCode::CONFLICT).await,
    }
}
