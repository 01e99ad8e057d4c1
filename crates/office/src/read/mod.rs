//! Reading workbooks and CSV as offices send them: titles above the head, merged and two-row heads,
//! phantom rows, dates as text, old encodings. What a file is, is decided by its content; the name only
//! helps to say what is wrong with it.

mod csv;
mod digits;
mod error;
mod excel;
mod header;
mod mapping;

pub use csv::GUARD;
pub use error::ReadError;
pub use header::{Header, find_header};
pub use mapping::{Chosen, Column, FieldHint, Mapping, propose_mapping};

use crate::Cell;

/// A file of tables, wholly read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Workbook {
    /// The worksheets in the order of the file. A CSV has one, named after the file.
    pub sheets: Vec<Sheet>,
}

/// One worksheet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sheet {
    /// The name on its tab.
    pub name: String,
    /// Whether the tab is hidden.
    pub hidden: bool,
    /// The rows that hold something, top to bottom. Blank rows are absent: see [`Row::number`].
    pub rows: Vec<Row>,
    /// The merged regions.
    pub merged: Vec<Merged>,
    /// Cells whose number has more digits than Excel keeps (row number, column): the last digits of an
    /// identity or bank number stored as a number are already lost in the file.
    pub rounded: Vec<(u32, usize)>,
}

/// One row that holds something.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// The number Excel shows beside it, from 1. For a CSV the number of the record.
    pub number: u32,
    /// Its cells from column A on, without trailing empty ones.
    pub cells: Vec<Cell>,
}

/// A merged region, both ends included. Its text stands in the first cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// First and last row, as [`Row::number`].
    pub rows: (u32, u32),
    /// First and last column, from 0.
    pub columns: (usize, usize),
}

/// The hidden sheet in which a template written by us says which one it is.
pub(crate) const TEMPLATE_SHEET: &str = "_template";

impl Workbook {
    /// Reads a workbook or CSV from its bytes.
    pub fn read(bytes: &[u8], file_name: &str) -> Result<Self, ReadError> {
        if bytes.is_empty() {
            return Err(ReadError::Empty);
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return excel::read_xlsx(bytes);
        }
        if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            return excel::read_xls(bytes);
        }
        csv::read(bytes, file_name)
    }

    /// The sheet of this name, or the first visible one with rows where no name is given.
    pub fn sheet(&self, name: Option<&str>) -> Option<&Sheet> {
        match name {
            Some(name) => self.sheets.iter().find(|sheet| sheet.name == name),
            None => self.sheets.iter().find(|sheet| !sheet.hidden && !sheet.rows.is_empty()),
        }
    }

    /// The visible sheet whose head fits the hints best, for files that begin with a sheet of instructions.
    /// The first sheet with a head wins where none fits better.
    pub fn best_sheet(&self, hints: &[FieldHint<'_>]) -> Option<(&Sheet, Header)> {
        let mut best: Option<(usize, &Sheet, Header)> = None;
        for sheet in self.sheets.iter().filter(|sheet| !sheet.hidden) {
            let Some(header) = find_header(sheet) else { continue };
            let fits = propose_mapping(&header, hints, None).chosen.len();
            if best.as_ref().is_none_or(|(most, ..)| fits > *most) {
                best = Some((fits, sheet, header));
            }
        }
        best.map(|(_, sheet, header)| (sheet, header))
    }

    /// Identity and version of the template this workbook was filled in from, if it was one of ours.
    pub fn template(&self) -> Option<(String, String)> {
        let first = self.sheets.iter().find(|sheet| sheet.name == TEMPLATE_SHEET)?.rows.first()?;
        Some((first.cell(0).as_text().into_owned(), first.cell(1).as_text().into_owned()))
    }
}

impl Sheet {
    /// The row with this number, if it holds anything.
    pub fn row(&self, number: u32) -> Option<&Row> {
        let at = self.rows.binary_search_by_key(&number, |row| row.number).ok()?;
        self.rows.get(at)
    }

    /// The rows under the head.
    pub fn body<'a>(&'a self, header: &Header) -> impl Iterator<Item = &'a Row> + use<'a> {
        let first = header.first_data_row;
        self.rows.iter().filter(move |row| row.number >= first)
    }

    /// How many columns the widest row has.
    pub fn width(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0)
    }

    /// The cell shown at this place: inside a merged region, the one that carries its text.
    pub(crate) fn shown(&self, row: u32, column: usize) -> &Cell {
        let (row, column) = self
            .merged
            .iter()
            .find(|region| region.contains(row, column))
            .map_or((row, column), |region| (region.rows.0, region.columns.0));
        self.row(row).map_or(&Cell::Empty, |row| row.cell(column))
    }
}

impl Row {
    /// The cell in this column; beyond the last one stands nothing.
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }
}

impl Merged {
    fn contains(self, row: u32, column: usize) -> bool {
        (self.rows.0..=self.rows.1).contains(&row) && (self.columns.0..=self.columns.1).contains(&column)
    }
}

/// Gathers cells into rows; what is blank costs nothing, and what cannot be a table of people is refused.
#[derive(Default)]
struct Gather {
    rows: std::collections::BTreeMap<u32, Vec<Cell>>,
    slots: usize,
    bytes: usize,
}

/// More cells than any ledger has; beyond it a small file is claiming the machine's memory.
const MOST_SLOTS: usize = 16_000_000;
/// More text than any ledger has.
const MOST_BYTES: usize = 512 * 1024 * 1024;

impl Gather {
    /// Puts a cell at a row counted from 1 and a column counted from 0.
    fn put(&mut self, row: u32, column: usize, cell: Cell) -> Result<(), ReadError> {
        if cell == Cell::Empty {
            return Ok(());
        }
        if let Cell::Text(text) = &cell {
            self.bytes += text.len();
        }
        let cells = self.rows.entry(row).or_default();
        if cells.len() <= column {
            self.slots += column + 1 - cells.len();
            if self.slots > MOST_SLOTS {
                return Err(ReadError::TooLarge);
            }
            cells.resize(column + 1, Cell::Empty);
        }
        if self.bytes > MOST_BYTES {
            return Err(ReadError::TooLarge);
        }
        if let Some(slot) = cells.get_mut(column) {
            *slot = cell;
        }
        Ok(())
    }

    fn into_rows(self) -> Vec<Row> {
        self.rows
            .into_iter()
            .filter(|(_, cells)| !cells.iter().all(Cell::is_blank))
            .map(|(number, cells)| Row { number, cells })
            .collect()
    }
}

#[cfg(test)]
mod tests;
