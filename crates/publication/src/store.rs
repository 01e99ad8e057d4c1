//! The SQL of publications.

use access::UnitPath;
use base::{
    Error, Id, Refusal, Result,
    noun::{self, Unit},
};
use db::{Cx, Migration, Row, Statement, values};

use crate::model::{Document, Entry, Issue, Publication, Removal, State};

/// The tables of publications.
pub const MIGRATIONS: &[Migration] =
    &[Migration { module: "publication", version: 1, sql: include_str!("../schema/0001.sql") }];

macro_rules! columns {
    () => {
        "id, unit_id, unit_path, document, state, number, hash, drafted_at, drafted_by, issued_at, issued_by, \
         removed_at, removed_by, removed_reason, version"
    };
}

static FIND: Statement =
    Statement::new("publication.find", concat!("SELECT ", columns!(), " FROM publication WHERE id = $1"));
static LIST: Statement = Statement::new(
    "publication.list",
    concat!(
        "SELECT ",
        columns!(),
        " FROM publication WHERE (period_start, id) < ($1, $2) ORDER BY period_start DESC, id DESC LIMIT $3"
    ),
);
static LIST_PUBLIC: Statement = Statement::new(
    "publication.list-public",
    concat!(
        "SELECT ",
        columns!(),
        " FROM publication WHERE (period_start, id) < ($1, $2) AND audience = 'public' \
         AND state IN ('issued', 'removed') ORDER BY period_start DESC, id DESC LIMIT $3"
    ),
);
static OF_UNIT: Statement = Statement::new(
    "publication.list-of-unit",
    concat!(
        "SELECT ",
        columns!(),
        " FROM publication WHERE clause = $1 AND unit_id = $2 AND period_start >= $3 ORDER BY period_start, id"
    ),
);
static BEFORE: Statement = Statement::new(
    "publication.find-before",
    concat!(
        "SELECT ",
        columns!(),
        " FROM publication WHERE clause = $1 AND unit_id = $2 AND period_start < $3 AND state = 'issued' \
         ORDER BY period_start DESC, issued_at DESC LIMIT 1"
    ),
);
static AMENDMENTS: Statement = Statement::new(
    "publication.list-amendments",
    concat!("SELECT ", columns!(), " FROM publication WHERE amends = $1 ORDER BY id"),
);
static INSERT: Statement = Statement::new(
    "publication.insert",
    "INSERT INTO publication (id, clause, unit_id, unit_path, period, period_start, audience, state, title, \
     document, drafted_at, drafted_by, amends, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'draft', $8, $9, $10, $11, $12, 1)",
);
static SAVE_DRAFT: Statement = Statement::new(
    "publication.save-draft",
    "UPDATE publication SET title = $3, document = $4, version = version + 1 \
     WHERE id = $1 AND version = $2 AND state = 'draft'",
);
static ISSUE: Statement = Statement::new(
    "publication.issue",
    "UPDATE publication SET state = 'issued', number = $3, document = $4, hash = $5, issued_at = $6, \
     issued_by = $7, version = version + 1 WHERE id = $1 AND version = $2 AND state = 'draft'",
);
static REMOVE: Statement = Statement::new(
    "publication.remove",
    "UPDATE publication SET state = 'removed', removed_at = $3, removed_by = $4, removed_reason = $5, \
     version = version + 1 WHERE id = $1 AND version = $2 AND state = 'issued'",
);
static DISCARD: Statement = Statement::new(
    "publication.discard",
    "DELETE FROM publication WHERE id = $1 AND version = $2 AND state = 'draft'",
);
static ADD_ROW: Statement = Statement::new(
    "publication.add-row",
    "INSERT INTO publication_row (publication_id, n, case_id, case_version, figures, entry) \
     VALUES ($1, $2, $3, $4, $5, $6)",
);
static CLEAR_ROWS: Statement =
    Statement::new("publication.clear-rows", "DELETE FROM publication_row WHERE publication_id = $1");
static ROWS: Statement = Statement::new(
    "publication.list-rows",
    "SELECT n, entry FROM publication_row WHERE publication_id = $1 AND figures LIKE $2 AND n > $3 \
     ORDER BY n LIMIT $4",
);
static ADD_FILE: Statement = Statement::new(
    "publication.add-file",
    "INSERT INTO publication_file (publication_id, format, object_key, sha256, size) VALUES ($1, $2, $3, $4, $5)",
);
static FILES: Statement = Statement::new(
    "publication.list-files",
    "SELECT format, object_key, sha256, size FROM publication_file WHERE publication_id = $1 ORDER BY format",
);
static NEXT_NUMBER: Statement = Statement::new(
    "publication.next-number",
    "INSERT INTO publication_counter (clause, unit_id, year, n) VALUES ($1, $2, $3, 1) \
     ON CONFLICT (clause, unit_id, year) DO UPDATE SET n = publication_counter.n + 1 RETURNING n",
);

/// Every statement, for the test that prepares them.
pub static STATEMENTS: &[&Statement] = &[
    &FIND,
    &LIST,
    &LIST_PUBLIC,
    &OF_UNIT,
    &BEFORE,
    &AMENDMENTS,
    &INSERT,
    &SAVE_DRAFT,
    &ISSUE,
    &REMOVE,
    &DISCARD,
    &ADD_ROW,
    &CLEAR_ROWS,
    &ROWS,
    &ADD_FILE,
    &FILES,
    &NEXT_NUMBER,
];

/// A file of an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// `docx` or `xlsx`.
    pub format: String,
    /// Where the object store keeps it.
    pub object_key: String,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: i64,
}

/// A row behind a figure, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Its place among the rows of the publication.
    pub n: i64,
    /// The case as it stood.
    pub entry: Entry,
}

fn read(row: &Row<'_>) -> Result<Publication> {
    let document: String = row.get(3)?;
    let document: Document = serde_json::from_str(&document).map_err(Error::fault)?;
    Ok(Publication {
        id: row.get(0)?,
        unit: row.get(1)?,
        unit_path: UnitPath(row.get(2)?),
        document,
        state: read_state(row)?,
        drafted_at: row.get(7)?,
        drafted_by: row.get(8)?,
        version: row.get(14)?,
    })
}

fn read_state(row: &Row<'_>) -> Result<State> {
    let word: String = row.get(4)?;
    if word == "draft" {
        return Ok(State::Draft);
    }
    let issue = Issue { number: row.get(5)?, hash: row.get(6)?, at: row.get(9)?, by: row.get(10)? };
    match word.as_str() {
        "issued" => Ok(State::Issued(issue)),
        "removed" => {
            let removal = Removal { at: row.get(11)?, by: row.get(12)?, reason: row.get(13)? };
            Ok(State::Removed(issue, removal))
        }
        other => Err(Error::fault(format!("a publication in state {other}"))),
    }
}

/// The publication, refused as not found when there is none.
pub fn find(cx: &mut Cx<'_>, id: Id<noun::Publication>) -> Result<Publication> {
    cx.row(&FIND, values![id], read)?.ok_or_else(|| Refusal::not_found("publication.no-such").into())
}

/// The canonical text as it is stored: what the hash is over.
pub fn canonical(cx: &mut Cx<'_>, id: Id<noun::Publication>) -> Result<String> {
    cx.row(&FIND, values![id], |row| row.get::<String>(3))?
        .ok_or_else(|| Refusal::not_found("publication.no-such").into())
}

/// Whom a list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Those who work here.
    Office,
    /// Everybody: what is public and was issued.
    Public,
}

/// A page of publications, the latest period first, after a cursor.
pub fn list(
    cx: &mut Cx<'_>,
    reader: Reader,
    cursor: Option<&str>,
    size: usize,
) -> Result<web::Paged<Publication>> {
    let (start, id) = cursor.and_then(|cursor| cursor.split_once('_')).unwrap_or(("9999-99-99", ""));
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    let statement = if reader == Reader::Public { &LIST_PUBLIC } else { &LIST };
    let rows = cx.rows(statement, values![start, id, limit], read)?;
    let cursor = |last: &Publication| format!("{}_{}", last.document.period.start, last.id);
    Ok(web::Paged::cut(rows, size, cursor))
}

/// Everything of a clause and unit whose period begins on a day or later, oldest first.
pub fn of_unit(cx: &mut Cx<'_>, clause: &str, unit: Id<Unit>, from: base::Date) -> Result<Vec<Publication>> {
    cx.rows(&OF_UNIT, values![clause, unit, from], read)
}

/// The last issue of an earlier period.
pub fn before(
    cx: &mut Cx<'_>,
    clause: &str,
    unit: Id<Unit>,
    start: base::Date,
) -> Result<Option<Publication>> {
    cx.row(&BEFORE, values![clause, unit, start], read)
}

/// What amends a publication.
pub fn amendments(cx: &mut Cx<'_>, id: Id<noun::Publication>) -> Result<Vec<Publication>> {
    cx.rows(&AMENDMENTS, values![id], read)
}

pub(crate) fn insert(cx: &mut Cx<'_>, new: &Publication) -> Result<()> {
    let document = &new.document;
    let values = values![
        new.id,
        &document.clause,
        new.unit,
        &new.unit_path.0,
        &document.period.key,
        document.period.start,
        document.audience.word(),
        &document.frame.title,
        document.canonical()?,
        new.drafted_at,
        &new.drafted_by,
        document.amends.as_ref().map(|earlier| earlier.id),
    ];
    cx.execute(&INSERT, values).map(|_| ())
}

/// Refuses a change to something that changed meanwhile.
fn guarded(changed: u64) -> Result<()> {
    if changed == 1 { Ok(()) } else { Err(Refusal::conflict("publication.changed-meanwhile").into()) }
}

pub(crate) fn save_draft(cx: &mut Cx<'_>, draft: &Publication) -> Result<()> {
    let title = &draft.document.frame.title;
    let values = values![draft.id, draft.version, title, draft.document.canonical()?];
    guarded(cx.execute(&SAVE_DRAFT, values)?)
}

/// Stores an issue with its canonical text.
pub(crate) fn save_issue(
    cx: &mut Cx<'_>,
    issued: &Publication,
    issue: &Issue,
    canonical: &str,
) -> Result<()> {
    let values =
        values![issued.id, issued.version, &issue.number, canonical, &issue.hash, issue.at, &issue.by,];
    guarded(cx.execute(&ISSUE, values)?)
}

pub(crate) fn save_removal(cx: &mut Cx<'_>, removed: &Publication, removal: &Removal) -> Result<()> {
    let values = values![removed.id, removed.version, removal.at, &removal.by, &removal.reason];
    guarded(cx.execute(&REMOVE, values)?)
}

pub(crate) fn discard(cx: &mut Cx<'_>, draft: &Publication) -> Result<()> {
    cx.execute(&CLEAR_ROWS, values![draft.id])?;
    guarded(cx.execute(&DISCARD, values![draft.id, draft.version])?)
}

/// A figure's place as the rows keep it. Commas on both sides keep 1 apart from 12.
fn place(at: usize) -> String {
    format!(",{at},")
}

/// Replaces the rows behind the figures. `counted` gives each entry the places of the figures it counts in.
pub(crate) fn set_rows(
    cx: &mut Cx<'_>,
    id: Id<noun::Publication>,
    counted: &[(&Entry, Vec<usize>)],
) -> Result<()> {
    cx.execute(&CLEAR_ROWS, values![id])?;
    for (n, (entry, places)) in (1_i64..).zip(counted) {
        let marks: String =
            std::iter::once(",".to_owned()).chain(places.iter().map(|at| format!("{at},"))).collect();
        let text = serde_json::to_string(entry).map_err(Error::fault)?;
        cx.execute(&ADD_ROW, values![id, n, entry.case, entry.version, marks, text])?;
    }
    Ok(())
}

/// A page of the rows behind the figure at a place, after the row `after`; `None` lists all rows.
pub fn rows(
    cx: &mut Cx<'_>,
    id: Id<noun::Publication>,
    figure: Option<usize>,
    (after, size): (i64, usize),
) -> Result<Vec<Counted>> {
    let pattern = figure.map_or_else(|| "%".to_owned(), |at| format!("%{}%", place(at)));
    let limit = i64::try_from(size).unwrap_or(i64::MAX);
    cx.rows(&ROWS, values![id, pattern, after, limit], |row| {
        let text: String = row.get(1)?;
        Ok(Counted { n: row.get(0)?, entry: serde_json::from_str(&text).map_err(Error::fault)? })
    })
}

pub(crate) fn add_file(cx: &mut Cx<'_>, id: Id<noun::Publication>, file: &FileRow) -> Result<()> {
    let values = values![id, &file.format, &file.object_key, &file.sha256, file.size];
    cx.execute(&ADD_FILE, values).map(|_| ())
}

/// The files of an issue.
pub fn files(cx: &mut Cx<'_>, id: Id<noun::Publication>) -> Result<Vec<FileRow>> {
    cx.rows(&FILES, values![id], |row| {
        Ok(FileRow { format: row.get(0)?, object_key: row.get(1)?, sha256: row.get(2)?, size: row.get(3)? })
    })
}

/// The next number of a sequence.
pub(crate) fn next_number(cx: &mut Cx<'_>, clause: &str, unit: Id<Unit>, year: &str) -> Result<u32> {
    let n = cx.number(&NEXT_NUMBER, values![clause, unit, year])?;
    u32::try_from(n).map_err(Error::fault)
}
