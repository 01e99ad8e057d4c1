//! What a workbook is: which sheet, which head, which column is which field; or precisely why it is no
//! ledger of problems.

use std::collections::BTreeMap;

use base::{Refusal, Result};
use office::read::{Header, Mapping, Row, Sheet, Workbook, find_header, propose_mapping};
use org::import::ImportKind;
use serde::{Deserialize, Serialize};

use super::names::{Names, is_serial};

/// What a person decided about a workbook. What is absent is proposed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// The procedure's key.
    pub procedure: Option<String>,
    /// The sheet's name.
    pub sheet: Option<String>,
    /// The fingerprint of the head the columns were chosen for; under another head they are proposed anew.
    pub head: Option<String>,
    /// The field of each column by its place; an empty field keeps the column verbatim. `None` where
    /// nobody has looked yet.
    pub columns: Option<BTreeMap<usize, String>>,
    /// Title and field of single columns, over the proposal: `--map 列名=field`.
    pub titled: Vec<(String, String)>,
    /// The code or id of the unit of rows that name none.
    pub unit: Option<String>,
    /// The code of the channel of rows that name none.
    pub channel: Option<String>,
    /// What becomes of the rest when rows are refused.
    pub on_refusal: OnRefusal,
    /// What becomes of rows that say word for word what another says.
    pub on_twin: OnTwin,
}

/// What becomes of the good rows when others are refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnRefusal {
    /// Nothing is imported.
    #[default]
    Nothing,
    /// The good rows are imported, the others come back.
    GoodRows,
}

/// What becomes of exact duplicates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnTwin {
    /// They are imported: two people may say the same.
    #[default]
    Import,
    /// They are left out.
    Skip,
}

/// A sheet with its head and the fields of its columns.
#[derive(Debug)]
pub struct Ledger<'a> {
    /// The sheet.
    pub sheet: &'a Sheet,
    /// Its head.
    pub header: Header,
    /// Which column is which field.
    pub mapping: Mapping,
}

impl<'a> Ledger<'a> {
    /// The sheet chosen, or the one that fits best, with the columns chosen, remembered or proposed.
    pub fn find(
        book: &'a Workbook,
        names: &Names,
        choices: &Choices,
        remembered: impl FnOnce(&str) -> Result<Option<Mapping>>,
    ) -> Result<Self> {
        let (sheet, header) = head_of(book, names, choices.sheet.as_deref())?;
        let meant = choices.head.as_ref().is_none_or(|head| *head == header.fingerprint());
        let mapping = match choices.columns.as_ref().filter(|_| meant) {
            Some(columns) => {
                let chosen = columns.iter().filter(|(_, key)| names.has(key));
                Mapping::by_hand(&header, chosen.map(|(column, key)| (key.as_str(), *column)))
            }
            None => names.propose(&header, remembered(&header.fingerprint())?.as_ref()),
        };
        let mapping = with_titled(mapping, &header, names, &choices.titled)?;
        Ok(Self { sheet, header, mapping })
    }

    /// The rows that hold a row of a ledger: those with more than their own number.
    pub fn rows(&self) -> impl Iterator<Item = &'a Row> {
        let serials: Vec<usize> =
            self.header.columns.iter().filter(|c| is_serial(&c.title)).map(|c| c.index).collect();
        self.sheet.body(&self.header).filter(move |row| {
            row.cells.iter().enumerate().any(|(at, cell)| !cell.is_blank() && !serials.contains(&at))
        })
    }

    /// Refuses what cannot be a ledger of problems, saying what was found instead and what to do.
    pub fn must_hold_problems(&self) -> Result<(), Refusal> {
        let titles = self.header.titles().join("、");
        if self.mapping.column("title").is_none() && self.mapping.column("detail").is_none() {
            let fits = |kind: ImportKind| propose_mapping(&self.header, kind.hints(), None);
            let units = fits(ImportKind::Units);
            let key = if fits(ImportKind::Persons).column("name").is_some() {
                "case.import-is-of-persons"
            // Shops and enterprises have names too; units have a superior or a code.
            } else if units.column("name").is_some()
                && units.column("parent").or(units.column("code")).is_some()
            {
                "case.import-is-of-units"
            } else {
                "case.import-no-problem-column"
            };
            return Err(Refusal::invalid(key)
                .field("file")
                .arg("sheet", &self.sheet.name)
                .arg("row", self.header.rows.0)
                .arg("titles", titles));
        }
        if self.rows().next().is_none() {
            return Err(Refusal::invalid("case.import-empty-form")
                .field("file")
                .arg("sheet", &self.sheet.name)
                .arg("row", self.header.rows.1)
                .arg("titles", titles));
        }
        Ok(())
    }

    /// The title over the column of a field.
    pub fn title_of(&self, field: &str) -> &str {
        let chosen = self.mapping.chosen.iter().find(|chosen| chosen.key == field);
        chosen.map_or("", |chosen| chosen.title.as_str())
    }
}

fn head_of<'a>(book: &'a Workbook, names: &Names, wanted: Option<&str>) -> Result<(&'a Sheet, Header)> {
    if let Some(name) = wanted.filter(|name| !name.is_empty()) {
        let sheet = book.sheet(Some(name)).ok_or_else(|| {
            let all: Vec<&str> = book.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
            Refusal::not_found("case.import-no-sheet")
                .field("sheet")
                .arg("sheet", name)
                .arg("sheets", all.join("、"))
        })?;
        let header = find_header(sheet).ok_or_else(|| no_head(sheet))?;
        return Ok((sheet, header));
    }
    let found = names.with_hints(|hints| book.best_sheet(hints));
    found.ok_or_else(|| match book.sheet(None) {
        Some(sheet) => no_head(sheet).into(),
        None => Refusal::invalid("case.import-no-rows").field("file").into(),
    })
}

fn no_head(sheet: &Sheet) -> Refusal {
    let first = sheet.rows.iter().take(3).flat_map(|row| &row.cells).filter(|cell| !cell.is_blank());
    let seen: Vec<String> =
        first.take(6).map(|cell| cell.as_text().trim().chars().take(12).collect()).collect();
    Refusal::invalid("case.import-no-head")
        .field("file")
        .arg("sheet", &sheet.name)
        .arg("seen", seen.join("、"))
}

/// The mapping with single columns chosen by their titles.
fn with_titled(
    mapping: Mapping,
    header: &Header,
    names: &Names,
    titled: &[(String, String)],
) -> Result<Mapping> {
    if titled.is_empty() {
        return Ok(mapping);
    }
    let mut fields: BTreeMap<usize, String> =
        mapping.chosen.into_iter().map(|chosen| (chosen.column, chosen.key)).collect();
    for (title, field) in titled {
        let wanted = org::name::plain(title);
        let column = header.columns.iter().find(|column| org::name::plain(&column.title) == wanted);
        let column = column.ok_or_else(|| {
            Refusal::invalid("case.import-no-column")
                .field("map")
                .arg("title", title)
                .arg("titles", header.titles().join("、"))
        })?;
        if !field.is_empty() && !names.has(field) {
            let known: Vec<&str> = names.keys().collect();
            return Err(Refusal::invalid("case.import-no-field")
                .field("map")
                .arg("name", field)
                .arg("fields", known.join(", "))
                .into());
        }
        fields.retain(|_, known| known != field);
        fields.insert(column.index, field.clone());
    }
    fields.retain(|_, field| !field.is_empty());
    Ok(Mapping::by_hand(header, fields.iter().map(|(column, key)| (key.as_str(), *column))))
}
