//! Persons and units out of workbooks: read purely, shown beforehand, taken in all or nothing, undone whole.

pub mod acts;
pub mod persons;
pub(crate) mod store;
#[cfg(test)]
mod tests;
pub mod units;

use base::{
    Id, Refusal, Timestamp,
    noun::{self},
};
use office::read::{FieldHint, Header, Mapping, Sheet, find_header, propose_mapping};

pub use store::recent;

/// What a workbook holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    /// A roster of persons and their posts.
    Persons,
    /// A tree or list of units.
    Units,
}

impl ImportKind {
    /// As tables and addresses write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Persons => "persons",
            Self::Units => "units",
        }
    }

    /// Reads the word of a table or an address.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        [Self::Persons, Self::Units]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| Refusal::not_found("org.no-such-import"))
    }

    /// The fields looked for.
    pub const fn hints(self) -> &'static [FieldHint<'static>] {
        match self {
            Self::Persons => persons::HINTS,
            Self::Units => units::HINTS,
        }
    }
}

/// An import that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its id.
    pub id: Id<noun::Import>,
    /// What it brought.
    pub kind: String,
    /// The name of the file.
    pub file_name: String,
    /// How many rows.
    pub row_count: i64,
    /// The unit it was made for.
    pub unit: Id<noun::Unit>,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
    /// When it was undone.
    pub undone_at: Option<Timestamp>,
}

impl Import {
    /// When it was made, as tables show it.
    pub fn made(&self) -> String {
        base::clock::in_china(self.made_at).strftime("%Y-%m-%d %H:%M").to_string()
    }
}

/// Why a row cannot be taken in.
pub type RowRefusal = (u32, Refusal);

/// A sheet with its head and the columns chosen.
#[derive(Debug)]
pub struct Chosen<'a> {
    /// The sheet.
    pub sheet: &'a Sheet,
    /// Its head.
    pub header: Header,
    /// Which column is which field.
    pub mapping: Mapping,
}

/// Finds the head of a sheet and proposes columns. What cannot be such a table is refused with the reason.
pub fn choose<'a>(
    sheet: &'a Sheet,
    kind: ImportKind,
    remembered: Option<&Mapping>,
) -> Result<Chosen<'a>, Refusal> {
    let header = find_header(sheet)
        .ok_or_else(|| Refusal::invalid("org.import-no-head").field("file").arg("sheet", &sheet.name))?;
    let mapping = propose_mapping(&header, kind.hints(), remembered);
    Ok(Chosen { sheet, header, mapping })
}

impl Chosen<'_> {
    /// Refuses a table that cannot be of this kind, saying what it is instead where that can be told.
    pub fn must_be(&self, kind: ImportKind) -> Result<(), Refusal> {
        let is_tree = units::levels(&self.header).is_some();
        if self.mapping.column("name").is_none() && !(is_tree && kind == ImportKind::Units) {
            let other = match kind {
                ImportKind::Persons => ImportKind::Units,
                ImportKind::Units => ImportKind::Persons,
            };
            let as_other = propose_mapping(&self.header, other.hints(), None);
            let key = match (kind, is_tree || as_other.column("name").is_some()) {
                (ImportKind::Persons, true) => "org.import-is-of-units",
                (ImportKind::Units, true) => "org.import-is-of-persons",
                (ImportKind::Persons, false) => "org.import-no-person-column",
                (ImportKind::Units, false) => "org.import-no-unit-column",
            };
            return Err(Refusal::invalid(key).field("file").arg("titles", self.header.titles().join("、")));
        }
        if self.sheet.body(&self.header).next().is_none() {
            return Err(Refusal::invalid("org.import-empty").field("file").arg("sheet", &self.sheet.name));
        }
        Ok(())
    }

    /// The text in the column of a field, without blanks around it; empty where there is no column.
    pub(crate) fn text(&self, row: &office::read::Row, field: &str) -> String {
        let column = self.mapping.column(field);
        column.map(|column| row.cell(column).as_text().trim().to_owned()).unwrap_or_default()
    }
}
