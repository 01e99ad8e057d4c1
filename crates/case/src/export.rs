//! The ledger going out: exactly the rows a list shows, in its order, with their words to the byte. Sealed
//! data is in none of the tables read here.

use std::collections::{BTreeMap, BTreeSet};

use base::{Error, Id, Language, Result, clock, noun::Case};
use db::{Cx, Value};
use journal::{Entry, Ref};
use office::{
    Cell,
    table::{Column, CsvFor, Kind, Table},
};
use regulation::{CodeItem, Compendium, Titled};
use serde_json::json;
use web::Catalogue;

use crate::{
    acts::EXTRA,
    model::CaseHead,
    query::pairs_of,
    store::{self, CaseRow, Filter, Sight},
};

/// What turns a ledger into words.
#[derive(Clone, Copy)]
pub struct Speaker<'a> {
    /// The regulations.
    pub compendium: &'a Compendium,
    /// The sentences.
    pub catalogue: &'a Catalogue,
    /// The language of the heads and of states and codes.
    pub language: Language,
}

/// In which form a ledger goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A workbook.
    Xlsx,
    /// A text table.
    Csv,
}

impl Format {
    /// The form a file name asks for.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).as_deref() {
            Some("xlsx") => Some(Self::Xlsx),
            Some("csv") => Some(Self::Csv),
            _ => None,
        }
    }

    /// The ending of its files.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// The table in this form.
    pub fn write(self, table: &Table) -> Result<Vec<u8>> {
        match self {
            Self::Xlsx => table.to_xlsx(),
            Self::Csv => Ok(table.to_csv(CsvFor::Spreadsheets)),
        }
    }
}

/// How many cases are read at once.
const PAGE: usize = 1000;

/// What stands beside a head.
struct Beside {
    detail: String,
    answer: Option<String>,
    fields: BTreeMap<String, String>,
}

/// The rows a list shows under `sight`, every page of it, as a table.
pub fn table(cx: &mut Cx<'_>, speaker: &Speaker<'_>, sight: &Sight, filter: &Filter) -> Result<Table> {
    let mut found: Vec<(CaseRow, Beside)> = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = store::list(cx, sight, filter, (cursor.as_deref(), PAGE))?;
        let keys: Vec<i64> = page.rows.iter().map(|row| row.head.seq).collect();
        let mut beside = texts(cx, &keys)?;
        for row in page.rows {
            let own = beside.remove(&row.head.id);
            let own = own.ok_or_else(|| Error::fault(format!("case {} has no words", row.head.id)))?;
            found.push((row, own));
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let extra: BTreeSet<&str> = found
        .iter()
        .flat_map(|(_, own)| own.fields.keys())
        .filter_map(|key| key.strip_prefix(EXTRA))
        .collect();
    let extra: Vec<String> = extra.into_iter().map(str::to_owned).collect();
    let say = |key: &str| speaker.catalogue.say(speaker.language, key, &[]);
    let rows = found.iter().map(|(row, own)| speaker.row(row, own, &extra)).collect();
    Ok(Table {
        sheet: say("case-export-sheet"),
        columns: columns(&say, &extra),
        rows,
        made: clock::in_china(cx.now()).datetime(),
        ..Table::default()
    })
}

fn texts(cx: &mut Cx<'_>, keys: &[i64]) -> Result<BTreeMap<Id<Case>, Beside>> {
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let places: Vec<String> = (1..=keys.len()).map(|place| format!("${place}")).collect();
    let sql =
        format!("SELECT case_id, detail, answer, fields FROM case_text WHERE seq IN ({})", places.join(", "));
    let values: Vec<Value<'_>> = keys.iter().map(|key| Value::from(*key)).collect();
    let read = |row: &db::Row<'_>| {
        let fields: String = row.get(3)?;
        let fields = serde_json::from_str(&fields).map_err(Error::fault)?;
        Ok((row.get(0)?, Beside { detail: row.get(1)?, answer: row.get(2)?, fields }))
    };
    Ok(cx.rows_of("case.export-texts", &sql, &values, read)?.into_iter().collect())
}

fn columns(say: &dyn Fn(&str) -> String, extra: &[String]) -> Vec<Column> {
    let own = [
        ("number", 18, Kind::Text),
        ("title", 30, Kind::Text),
        ("detail", 60, Kind::Text),
        ("unit", 16, Kind::Text),
        ("place", 16, Kind::Text),
        ("channel", 12, Kind::Text),
        ("category", 12, Kind::Text),
        ("class", 12, Kind::Text),
        ("state", 14, Kind::Text),
        ("leader", 10, Kind::Text),
        ("department", 16, Kind::Text),
        ("person", 10, Kind::Text),
        ("due", 12, Kind::Date),
        ("raised", 20, Kind::Moment),
        ("handled", 20, Kind::Moment),
        ("closed", 20, Kind::Moment),
        ("answer", 60, Kind::Text),
    ];
    let own = own
        .into_iter()
        .map(|(key, width, kind)| Column::new(say(&format!("case-export-{key}")), width, kind));
    own.chain(extra.iter().map(|title| Column::new(title.as_str(), 16, Kind::Text))).collect()
}

impl Speaker<'_> {
    fn row(&self, row: &CaseRow, own: &Beside, extra: &[String]) -> Vec<Cell> {
        let head = &row.head;
        let text = |text: &str| if text.is_empty() { Cell::Empty } else { Cell::text(text) };
        let maybe = |written: &Option<String>| written.as_deref().map_or(Cell::Empty, text);
        let moment = |at: Option<base::Timestamp>| Cell::from(at.map(|at| clock::in_china(at).datetime()));
        let field = |key: &str| own.fields.get(key).map_or(Cell::Empty, |value| text(value));
        let mut cells = vec![
            text(&head.label()),
            text(&head.title),
            text(&own.detail),
            text(&row.unit),
            field("place"),
            text(self.code(head, head.channel.as_deref(), Compendium::channels)),
            maybe(&head.category),
            text(self.code(head, head.class.as_deref(), Compendium::classes)),
            text(self.state(head)),
            maybe(&row.leader),
            maybe(&row.department),
            maybe(&row.handler),
            Cell::from(head.due),
            moment(Some(head.raised_at)),
            moment(head.handled_at),
            moment(head.closed_at),
            maybe(&own.answer),
        ];
        cells.extend(extra.iter().map(|title| field(&format!("{EXTRA}{title}"))));
        cells
    }

    fn state<'a>(&'a self, head: &'a CaseHead) -> &'a str {
        let procedure = self.compendium.procedure(&head.procedure);
        let state = procedure.and_then(|procedure| procedure.state(&head.state));
        state.map_or(head.state.as_str(), |state| state.title(self.language))
    }

    fn code<'a>(
        &'a self,
        head: &'a CaseHead,
        key: Option<&'a str>,
        items: fn(&'a Compendium, &'a regulation::Procedure) -> &'a [CodeItem],
    ) -> &'a str {
        let Some(key) = key else { return "" };
        let procedure = self.compendium.procedure(&head.procedure);
        let item =
            procedure.and_then(|procedure| items(self.compendium, procedure).iter().find(|i| i.key == key));
        item.map_or(key, |item| item.title(self.language))
    }
}

/// Writes into the journal that a ledger went out: to whom the actor says, under which filter, how many rows.
pub fn record(cx: &mut Cx<'_>, filter: &Filter, (format, rows): (Format, usize)) -> Result<()> {
    let filter: BTreeMap<String, String> = pairs_of(filter).into_iter().collect();
    let body = json!({ "filter": filter, "rows": rows, "format": format.ending() });
    let id: Id<Case> = cx.new_id();
    journal::append(cx, &Entry::new("case.exported", Ref::new("export", id), body)).map(|_| ())
}
