//! Handing refused rows back: the same table with the reason beside each row, ready to be mended and
//! handed in again.

use std::collections::BTreeMap;

use base::{Error, Result};
use jiff::civil::DateTime;
use rust_xlsxwriter::{Format, FormatAlign, Worksheet, XlsxError};

use crate::{
    Cell,
    read::{Header, ReadError, Row, Sheet, Workbook, find_header},
    table::{Formats, head_format, properties, write_cell},
};

/// A file that was handed in.
#[derive(Debug, Clone, Copy)]
pub struct Original<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Its name.
    pub file_name: &'a str,
    /// The sheet that was imported; the first visible one with rows where none is named.
    pub sheet: Option<&'a str>,
}

/// The titles of the two columns that are added, in the reader's language
/// (`office-returned-reason`, `office-original-row`).
#[derive(Debug, Clone, Copy)]
pub struct Titles<'a> {
    /// Over the reasons.
    pub reason: &'a str,
    /// Over the row numbers of the original.
    pub row: &'a str,
}

/// The refused rows as a workbook: everything down to the head as it was, then the refused rows with all
/// their cells, then two more columns with the reason and the number the row had. Several reasons for a row
/// stand on lines of one cell. Always .xlsx, also for .xls and CSV. `made` is the moment of the import.
pub fn annotate(
    original: Original<'_>,
    refusals: &[(u32, String)],
    titles: Titles<'_>,
    made: DateTime,
) -> Result<Vec<u8>> {
    let book = Workbook::read(original.bytes, original.file_name)?;
    let missing = || ReadError::NoSheet(original.sheet.unwrap_or_default().to_owned());
    let sheet = book.sheet(original.sheet).ok_or_else(missing)?;
    let mut reasons: BTreeMap<u32, String> = BTreeMap::new();
    for (row, reason) in refusals {
        let said = reasons.entry(*row).or_default();
        if !said.is_empty() {
            said.push('\n');
        }
        said.push_str(reason);
    }
    let mut out = rust_xlsxwriter::Workbook::new();
    out.set_properties(&properties(made).map_err(Error::fault)?);
    write(out.add_worksheet(), sheet, &reasons, titles).map_err(Error::fault)?;
    out.save_to_buffer().map_err(Error::fault)
}

fn write(
    out: &mut Worksheet,
    sheet: &Sheet,
    reasons: &BTreeMap<u32, String>,
    titles: Titles<'_>,
) -> std::result::Result<(), XlsxError> {
    let header = find_header(sheet);
    let formats = Formats::default();
    let added = column(sheet.width());
    out.set_name(if sheet.name.is_empty() { "1" } else { &sheet.name }).map(|_| ()).or_else(|_| {
        // A CSV is named after its file, which may be longer than a tab can be.
        out.set_name("1").map(|_| ())
    })?;
    let first_data = header.as_ref().map_or(1, |header| header.first_data_row);
    for row in sheet.rows.iter().filter(|row| row.number < first_data) {
        write_row(out, row.number - 1, row, &formats)?;
    }
    let below_head = header.as_ref().map_or(1, |header| header.rows.1);
    if let Some(header) = &header {
        write_merged(out, sheet, header)?;
    }
    for (at, title, width) in [(added, titles.reason, 48.0), (added + 1, titles.row, 10.0)] {
        out.write_string_with_format(below_head - 1, at, title, &head_format())?;
        out.set_column_width(at, width)?;
    }
    let red = Format::new().set_font_color("B00020").set_text_wrap().set_align(FormatAlign::Top);
    // Without a head the first line is taken by our own titles.
    let first = if header.is_some() { first_data } else { 2 };
    let refused = sheet.rows.iter().filter(|row| row.number >= first_data);
    let refused = refused.filter_map(|row| reasons.get(&row.number).map(|reason| (row, reason)));
    for (at, (row, reason)) in (first - 1..).zip(refused) {
        write_row(out, at, row, &formats)?;
        out.write_string_with_format(at, added, reason, &red)?;
        out.write_number(at, added + 1, row.number)?;
    }
    out.set_freeze_panes(first - 1, 0)?;
    Ok(())
}

fn write_row(
    out: &mut Worksheet,
    at: u32,
    row: &Row,
    formats: &Formats,
) -> std::result::Result<(), XlsxError> {
    for (column, cell) in (0..).zip(&row.cells) {
        if *cell != Cell::Empty {
            write_cell(out, (at, column), cell, formats)?;
        }
    }
    Ok(())
}

/// Merges what was merged down to the head; the text stands in the first cell as before.
fn write_merged(out: &mut Worksheet, sheet: &Sheet, header: &Header) -> std::result::Result<(), XlsxError> {
    for region in sheet.merged.iter().filter(|region| region.rows.1 <= header.rows.1) {
        let (top, bottom) = (region.rows.0 - 1, region.rows.1 - 1);
        let (left, right) = (column(region.columns.0), column(region.columns.1));
        if (top, left) == (bottom, right) {
            continue;
        }
        let text = sheet.shown(region.rows.0, region.columns.0).as_text();
        let in_head = region.rows.0 >= header.rows.0;
        let format = if in_head { head_format() } else { Format::new().set_align(FormatAlign::Center) };
        out.merge_range(top, left, bottom, right, &text, &format)?;
    }
    Ok(())
}

/// A column as the writer counts it; beyond its range it refuses by itself.
fn column(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLES: Titles<'_> = Titles { reason: "退回原因", row: "原行号" };

    fn returned(bytes: &[u8], name: &str, refusals: &[(u32, String)]) -> Sheet {
        let original = Original { bytes, file_name: name, sheet: None };
        let made = jiff::civil::date(2026, 11, 22).at(0, 0, 0, 0);
        let back = annotate(original, refusals, TITLES, made).unwrap();
        Workbook::read(&back, "退回.xlsx").unwrap().sheets.remove(0)
    }

    #[test]
    fn refused_rows_come_back_whole_with_reason_and_number() {
        let csv = "某镇台账,,\n编号,日期,诉求\n1,2026-1-1,甲\n2,明天,\"\n\t乙　\"\n3,,\n4,待定,=丁\n";
        let refusals =
            [(4, "日期写成 2026-12-05".to_owned()), (6, "日期不明".to_owned()), (6, "诉求太短".to_owned())];
        let sheet = returned(csv.as_bytes(), "很长的名字".repeat(20).as_str(), &refusals);
        let header = find_header(&sheet).unwrap();
        assert_eq!(header.titles(), vec!["编号", "日期", "诉求", "退回原因", "原行号"]);
        assert_eq!(sheet.rows[0].cell(0).as_text(), "某镇台账");
        let rows: Vec<Vec<String>> = sheet
            .body(&header)
            .map(|row| row.cells.iter().map(|cell| cell.as_text().into_owned()).collect())
            .collect();
        assert_eq!(
            rows,
            vec![
                vec!["2", "明天", "\n\t乙　", "日期写成 2026-12-05", "4"],
                vec!["4", "待定", "=丁", "日期不明\n诉求太短", "6"],
            ]
        );
    }

    #[test]
    fn a_merged_head_stays_merged() {
        let mut writer = rust_xlsxwriter::Workbook::new();
        let sheet = writer.add_worksheet();
        let plain = Format::new();
        sheet.merge_range(0, 0, 0, 2, "台账", &plain).unwrap();
        sheet.merge_range(1, 0, 2, 0, "序号", &plain).unwrap();
        sheet.merge_range(1, 1, 1, 2, "责任人", &plain).unwrap();
        sheet.write_string(2, 1, "姓名").unwrap().write_string(2, 2, "电话").unwrap();
        sheet.write_number(3, 0, 1).unwrap().write_number(3, 2, 13_800_000_000_f64).unwrap();
        let bytes = writer.save_to_buffer().unwrap();
        let sheet = returned(&bytes, "台账.xlsx", &[(4, "缺姓名".into())]);
        let header = find_header(&sheet).unwrap();
        assert_eq!(header.titles(), vec!["序号", "责任人/姓名", "责任人/电话", "退回原因", "原行号"]);
        let row = sheet.body(&header).next().unwrap();
        assert_eq!(row.cell(2).as_text(), "13800000000");
        assert_eq!(row.cell(3).as_text(), "缺姓名");
    }
}
