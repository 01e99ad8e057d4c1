//! Workbooks of Excel and WPS: .xlsx cell by cell as they stream by, .xls whole.

use std::{collections::HashSet, io::Cursor};

use calamine::{
    Data, DataRef, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsx, XlsxError,
};
use jiff::civil::{self, DateTime};

use super::{Gather, Merged, ReadError, Sheet, Workbook, digits};
use crate::{Cell, cell::LONGEST_EXACT};

/// Unpacked, no ledger reaches this; a file that does is made to fill the machine's memory.
const MOST_UNPACKED: u64 = 1024 * 1024 * 1024;

pub(super) fn read_xlsx(bytes: &[u8]) -> Result<Workbook, ReadError> {
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.index_for_name("xl/workbook.xml").is_none() {
        return Err(ReadError::NotATable(kind_of_archive(&archive)));
    }
    if archive.decompressed_size().is_some_and(|size| size > u128::from(MOST_UNPACKED)) {
        return Err(ReadError::TooLarge);
    }
    drop(archive);
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(xlsx_error)?;
    let mut workbook = Workbook::default();
    for about in book.sheets_metadata().to_vec() {
        if about.typ == SheetType::WorkSheet {
            let mut sheet = xlsx_sheet(&mut book, &about.name)?;
            if !sheet.rounded.is_empty() {
                restore_digits(&mut sheet, bytes);
            }
            sheet.hidden = about.visible != SheetVisible::Visible;
            workbook.sheets.push(sheet);
        }
    }
    Ok(workbook)
}

/// Puts back the digits that a double has lost but the file still holds. Where the file holds just what
/// the double shows, the digits were probably lost before it was written, and the place stays noted.
fn restore_digits(sheet: &mut Sheet, bytes: &[u8]) {
    let mut digits = digits::long_numbers(bytes, &sheet.name);
    let mut restored = HashSet::new();
    for row in &mut sheet.rows {
        for (column, cell) in row.cells.iter_mut().enumerate() {
            let place = (row.number, column);
            if let Some(text) = digits.remove(&place).filter(|text| *text != cell.as_text()) {
                *cell = Cell::text(text);
                restored.insert(place);
            }
        }
    }
    sheet.rounded.retain(|place| !restored.contains(place));
}

fn kind_of_archive(archive: &zip::ZipArchive<Cursor<&[u8]>>) -> String {
    let known =
        [("word/document.xml", "docx"), ("ppt/presentation.xml", "pptx"), ("xl/workbook.bin", "xlsb")];
    let found = known.iter().find(|(part, _)| archive.index_for_name(part).is_some());
    found.map_or("zip", |(_, kind)| kind).to_owned()
}

fn xlsx_sheet(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Sheet, ReadError> {
    let merged = book.merge_cells_by_sheet_name(name).map_err(xlsx_error)?.iter().map(merged).collect();
    let mut gather = Gather::default();
    let mut rounded = Vec::new();
    // The dimension a sheet claims is not looked at: it may name 65,203 rows and hold a few hundred.
    let mut cells = book.worksheet_cells_reader(name).map_err(xlsx_error)?;
    while let Some(cell) = cells.next_cell().map_err(xlsx_error)? {
        let (row, column) = cell.get_position();
        let value = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::SharedString(text) => text_cell(text),
            other => data_cell(&Data::from(other.clone())),
        };
        note_rounded(&mut rounded, cell.get_value(), (row + 1, column as usize));
        gather.put(row + 1, column as usize, value)?;
    }
    Ok(Sheet { name: name.to_owned(), hidden: false, rows: gather.into_rows(), merged, rounded })
}

pub(super) fn read_xls(bytes: &[u8]) -> Result<Workbook, ReadError> {
    // A protected .xlsx is wrapped in the container of the old format, under this name.
    let wrapped: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if bytes.windows(wrapped.len()).any(|window| window == wrapped) {
        return Err(ReadError::Encrypted);
    }
    let mut book = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => ReadError::Encrypted,
        other => damaged(other),
    })?;
    let mut workbook = Workbook::default();
    for about in book.sheets_metadata().to_vec() {
        if about.typ != SheetType::WorkSheet {
            continue;
        }
        let range = book.worksheet_range(&about.name).map_err(damaged)?;
        let (top, left) = range.start().unwrap_or_default();
        let mut gather = Gather::default();
        let mut rounded = Vec::new();
        for (row, column, value) in range.used_cells() {
            let row = top + u32::try_from(row).map_err(damaged)? + 1;
            let column = left as usize + column;
            note_rounded(&mut rounded, value, (row, column));
            gather.put(row, column, data_cell(value))?;
        }
        let regions = book.merge_cells_by_sheet_name(&about.name).map_err(damaged)?;
        workbook.sheets.push(Sheet {
            name: about.name,
            hidden: about.visible != SheetVisible::Visible,
            rows: gather.into_rows(),
            merged: regions.iter().map(merged).collect(),
            rounded,
        });
    }
    Ok(workbook)
}

fn merged(region: &Dimensions) -> Merged {
    Merged {
        rows: (region.start.0 + 1, region.end.0 + 1),
        columns: (region.start.1 as usize, region.end.1 as usize),
    }
}

fn text_cell(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::text(text) }
}

fn data_cell(value: &Data) -> Cell {
    match value {
        Data::Empty => Cell::Empty,
        Data::String(text) | Data::DurationIso(text) => text_cell(text),
        #[expect(clippy::cast_precision_loss, reason = "the reader makes integers of exact doubles only")]
        Data::Int(number) => number_cell(*number as f64),
        Data::Float(number) => number_cell(*number),
        // The words Excel itself shows.
        Data::Bool(true) => Cell::from("TRUE"),
        Data::Bool(false) => Cell::from("FALSE"),
        Data::Error(error) => Cell::Text(error.to_string()),
        Data::DateTime(serial) => date_cell(*serial),
        Data::DateTimeIso(text) => crate::parse_moment(text).map_or_else(|| text_cell(text), moment_cell),
    }
}

/// A number of sixteen digits and more is a code: it is given as text, never in scientific notation.
fn number_cell(number: f64) -> Cell {
    if is_long(number) { Cell::Text(format!("{number}")) } else { Cell::Number(number) }
}

#[expect(clippy::cast_precision_loss, reason = "a power of ten below 2^53 is exact")]
fn is_long(number: f64) -> bool {
    number.abs() >= LONGEST_EXACT as f64 && number.fract() == 0.0 && number.is_finite()
}

fn note_rounded(rounded: &mut Vec<(u32, usize)>, value: &impl calamine::DataType, place: (u32, usize)) {
    if value.get_float().is_some_and(is_long) {
        rounded.push(place);
    }
}

fn date_cell(serial: ExcelDateTime) -> Cell {
    let value = serial.as_f64();
    // Below one day it is a time of day, above a duration: both are words to us, not days in 1900.
    if serial.is_duration() || (0.0..1.0).contains(&value) {
        #[expect(clippy::cast_possible_truncation, reason = "a duration of a cell is far below 2^63 seconds")]
        let seconds = (value * 86_400.0).round() as i64;
        let (minutes, second) = (seconds / 60, seconds % 60);
        return Cell::Text(format!("{:02}:{:02}:{second:02}", minutes / 60, minutes % 60));
    }
    civil_moment(serial).map_or(Cell::Number(value), moment_cell)
}

fn civil_moment(serial: ExcelDateTime) -> Option<DateTime> {
    let (year, month, day, hour, minute, second, milli) = serial.to_ymd_hms_milli();
    let part = |number: u8| i8::try_from(number).ok();
    let date = civil::Date::new(i16::try_from(year).ok()?, part(month)?, part(day)?).ok()?;
    let time =
        civil::Time::new(part(hour)?, part(minute)?, part(second)?, i32::from(milli) * 1_000_000).ok()?;
    // A double holds a time to some microseconds: 11:25:04.999 is how 11:25:05 comes out of a file.
    date.to_datetime(time).round(jiff::Unit::Second).ok()
}

fn moment_cell(moment: DateTime) -> Cell {
    if moment.time() == civil::Time::midnight() { Cell::Date(moment.date()) } else { Cell::Moment(moment) }
}

fn xlsx_error(error: XlsxError) -> ReadError {
    match error {
        XlsxError::Password => ReadError::Encrypted,
        other => damaged(other),
    }
}

fn damaged(error: impl std::fmt::Display) -> ReadError {
    ReadError::Damaged(error.to_string())
}
