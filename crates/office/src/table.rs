//! Tables going out: a workbook that prints well and can be filled in and handed back, or a CSV.

use base::{Refusal, Result};
use jiff::civil::DateTime;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::{
    Cell,
    read::{GUARD, TEMPLATE_SHEET},
};

/// A table to be handed out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The name on the tab.
    pub sheet: String,
    /// The line above the head; no line where it is empty.
    pub title: String,
    /// A smaller line under the title, such as unit and date; no line where it is empty.
    pub subtitle: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each with a cell per column.
    pub rows: Vec<Vec<Cell>>,
    /// Identity and version of the template, kept on a hidden sheet so that a file that comes back is known.
    pub template: Option<(String, String)>,
    /// The moment the file says it was made; the same table makes the same bytes.
    pub made: DateTime,
}

/// A column of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    /// Its title.
    pub title: String,
    /// Its width in characters of a half-width digit; a Chinese character takes two.
    pub width: u16,
    /// What it holds.
    pub kind: Kind,
}

/// What a column holds, which decides how a cell is aligned and how an empty template column behaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// Words, wrapped; also every code and long number.
    #[default]
    Text,
    /// Numbers to reckon with.
    Number,
    /// Days.
    Date,
    /// Days with a time of day.
    Moment,
}

/// Who will open a CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsvFor {
    /// Excel and WPS, which would run `=…` as a formula: such texts carry [`GUARD`], which our reader takes
    /// away again.
    Spreadsheets,
    /// Programs, which run nothing: every text is written as it is.
    Programs,
}

/// The most characters (UTF-16 units) a cell of Excel holds.
pub const LONGEST_TEXT: usize = 32_767;
/// The most rows a sheet of Excel holds.
const MOST_ROWS: usize = 1_048_576;
const A4: u8 = 9;

impl Column {
    /// A column of a kind.
    pub fn new(title: impl Into<String>, width: u16, kind: Kind) -> Self {
        Self { title: title.into(), width, kind }
    }
}

impl Table {
    /// The table as a workbook: title, head that stays and repeats on every printed page, filter, A4
    /// landscape fitted to the width of the page. Texts are text cells whatever they begin with.
    pub fn to_xlsx(&self) -> Result<Vec<u8>> {
        let head = self.head_row();
        if self.rows.len() + head as usize + 1 > MOST_ROWS {
            return Err(Refusal::invalid("office.too-many-rows").arg("rows", self.rows.len()).into());
        }
        self.refuse_long_texts()?;
        let mut book = Workbook::new();
        book.set_properties(&properties(self.made).map_err(base::Error::fault)?);
        self.write(&mut book).map_err(base::Error::fault)?;
        book.save_to_buffer().map_err(base::Error::fault)
    }

    /// The table as CSV (RFC 4180): UTF-8 with its mark, for Excel's sake, and CRLF. Title and subtitle are
    /// left out, so that the first record is the head.
    pub fn to_csv(&self, reader: CsvFor) -> Vec<u8> {
        let titles = self.columns.iter().map(|column| Cell::text(column.title.as_str())).collect();
        let mut out = String::from("\u{feff}");
        for row in std::iter::once(&titles).chain(&self.rows) {
            let fields: Vec<String> = row.iter().map(|cell| field(cell, reader)).collect();
            out.push_str(&fields.join(","));
            out.push_str("\r\n");
        }
        out.into_bytes()
    }

    /// The row of the head, from 0.
    fn head_row(&self) -> u32 {
        u32::from(!self.title.is_empty()) + u32::from(!self.subtitle.is_empty())
    }

    fn refuse_long_texts(&self) -> Result<()> {
        let mut refusals = Vec::new();
        for (number, row) in (1..).zip(&self.rows) {
            for (cell, column) in row.iter().zip(&self.columns) {
                let Cell::Text(text) = cell else { continue };
                let length = text.encode_utf16().count();
                if length > LONGEST_TEXT {
                    let refusal = Refusal::invalid("office.cell-too-long").arg("row", number);
                    refusals.push(refusal.arg("column", &column.title).arg("length", length));
                }
            }
        }
        if refusals.is_empty() { Ok(()) } else { Err(base::Error::Refused(refusals)) }
    }

    fn write(&self, book: &mut Workbook) -> std::result::Result<(), XlsxError> {
        let sheet = book.add_worksheet();
        if !self.sheet.is_empty() {
            sheet.set_name(tab_name(&self.sheet))?;
        }
        let head = self.head_row();
        let last_column = u16::try_from(self.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
        self.write_titles(sheet, last_column)?;
        for (at, column) in (0..).zip(&self.columns) {
            sheet.set_column_width(at, f64::from(column.width.clamp(4, 100)))?;
            sheet.set_column_format(at, &column.kind.format())?;
            sheet.write_string_with_format(head, at, &column.title, &head_format())?;
        }
        let formats = Formats::default();
        for (number, row) in (head + 1..).zip(&self.rows) {
            for (at, cell) in (0..).zip(row) {
                write_cell(sheet, (number, at), cell, &formats)?;
            }
        }
        let last_row = head + u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        sheet.set_freeze_panes(head + 1, 0)?.set_repeat_rows(head, head)?;
        sheet.autofilter(head, 0, last_row, last_column)?;
        sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3).set_footer("&C&P / &N");
        if let Some((id, version)) = &self.template {
            let stamp = book.add_worksheet();
            stamp.set_name(TEMPLATE_SHEET)?.set_hidden(true);
            stamp.write_string(0, 0, id)?.write_string(0, 1, version)?;
        }
        Ok(())
    }

    fn write_titles(&self, sheet: &mut Worksheet, last: u16) -> std::result::Result<(), XlsxError> {
        let centred = Format::new().set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter);
        let title = centred.clone().set_bold().set_font_size(16);
        let lines = [(&self.title, title, 30), (&self.subtitle, centred, 20)];
        for (row, (text, format, height)) in (0..).zip(lines.iter().filter(|line| !line.0.is_empty())) {
            if last > 0 {
                sheet.merge_range(row, 0, row, last, text, format)?;
            } else {
                sheet.write_string_with_format(row, 0, *text, format)?;
            }
            sheet.set_row_height(row, *height)?;
        }
        Ok(())
    }
}

impl Kind {
    fn format(self) -> Format {
        match self {
            Self::Text => Format::new().set_num_format("@"),
            Self::Number => Format::new(),
            Self::Date => Format::new().set_num_format(DAY),
            Self::Moment => Format::new().set_num_format(MOMENT),
        }
    }
}

const DAY: &str = "yyyy-mm-dd";
const MOMENT: &str = "yyyy-mm-dd hh:mm:ss";

/// The looks of the cells of a body, made once per workbook.
pub(crate) struct Formats {
    text: Format,
    number: Format,
    date: Format,
    moment: Format,
}

impl Default for Formats {
    fn default() -> Self {
        let body = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::Top);
        Self {
            text: body.clone().set_text_wrap().set_num_format("@"),
            number: body.clone(),
            date: body.clone().set_num_format(DAY),
            moment: body.set_num_format(MOMENT),
        }
    }
}

pub(crate) fn head_format() -> Format {
    Format::new()
        .set_bold()
        .set_text_wrap()
        .set_border(FormatBorder::Thin)
        .set_background_color("E7EEF5")
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
}

/// Writes a cell as what it is. A text is always written as a text, so nothing in it is ever run.
pub(crate) fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    formats: &Formats,
) -> std::result::Result<(), XlsxError> {
    match cell {
        Cell::Empty => sheet.write_blank(row, column, &formats.text)?,
        Cell::Text(text) => sheet.write_string_with_format(row, column, text, &formats.text)?,
        Cell::Number(number) => sheet.write_number_with_format(row, column, *number, &formats.number)?,
        Cell::Date(date) => match excel_time(date.at(0, 0, 0, 0)) {
            Ok(day) => sheet.write_datetime_with_format(row, column, day, &formats.date)?,
            Err(_) => sheet.write_string_with_format(row, column, cell.as_text(), &formats.text)?,
        },
        Cell::Moment(moment) => match excel_time(*moment) {
            Ok(moment) => sheet.write_datetime_with_format(row, column, moment, &formats.moment)?,
            Err(_) => sheet.write_string_with_format(row, column, cell.as_text(), &formats.text)?,
        },
    };
    Ok(())
}

pub(crate) fn properties(made: DateTime) -> std::result::Result<DocProperties, XlsxError> {
    // A file made at no particular moment says the first one Excel knows.
    let made = excel_time(made).or_else(|_| ExcelDateTime::from_ymd(1900, 1, 1))?;
    Ok(DocProperties::new().set_creation_datetime(&made))
}

/// Excel knows no day before 1900; those are written as texts.
fn excel_time(moment: DateTime) -> std::result::Result<ExcelDateTime, XlsxError> {
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    let year = u16::try_from(moment.year()).unwrap_or_default();
    ExcelDateTime::from_ymd(year, part(moment.month()), part(moment.day()))?.and_hms(
        u16::from(part(moment.hour())),
        part(moment.minute()),
        f64::from(part(moment.second())),
    )
}

/// A tab holds 31 characters and none of `[]:*?/\`.
fn tab_name(name: &str) -> String {
    let kept: String = name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
    if kept.is_empty() { "1".to_owned() } else { kept }
}

fn field(cell: &Cell, reader: CsvFor) -> String {
    let text = cell.as_text();
    let is_text = matches!(cell, Cell::Text(_));
    let guarded = is_text && (text.starts_with(GUARD) || reader == CsvFor::Spreadsheets && would_run(&text));
    let guard = if guarded { GUARD } else { "" };
    let quoted = guarded || text.contains([',', '"', '\n', '\r', '\t', ';']) || text.trim() != text;
    if quoted { format!("\"{guard}{}\"", text.replace('"', "\"\"")) } else { text.into_owned() }
}

/// Whether a spreadsheet would take a text for a formula (OWASP, CSV injection): its first sign, behind
/// any spaces, is one of these in half or full width.
fn would_run(text: &str) -> bool {
    let first = text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control());
    first.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::read::{Workbook as Read, find_header};

    fn table(rows: Vec<Vec<Cell>>) -> Table {
        Table {
            sheet: "问题/台账".into(),
            title: "某镇问题整改台账".into(),
            subtitle: "2026年11月".into(),
            columns: vec![
                Column::new("编号", 12, Kind::Text),
                Column::new("件数", 8, Kind::Number),
                Column::new("日期", 12, Kind::Date),
                Column::new("诉求", 60, Kind::Text),
            ],
            rows,
            template: Some(("problem-ledger".into(), "3".into())),
            made: jiff::civil::date(2026, 11, 22).at(9, 30, 0, 0),
        }
    }

    fn row(text: &str) -> Vec<Cell> {
        let day = jiff::civil::date(2026, 12, 5);
        vec![Cell::text("510183199001011234"), Cell::from(3), Cell::from(day), Cell::from(text)]
    }

    #[test]
    fn a_workbook_written_by_us_is_read_by_us() {
        let rows = vec![row("\n\t\t=HYPERLINK(\"x\")"), row("路灯不亮")];
        let bytes = table(rows.clone()).to_xlsx().unwrap();
        assert_eq!(bytes, table(rows.clone()).to_xlsx().unwrap(), "the same table makes the same bytes");
        let book = Read::read(&bytes, "x.xlsx").unwrap();
        assert_eq!(book.template(), Some(("problem-ledger".into(), "3".into())));
        let sheet = book.sheet(None).unwrap();
        assert_eq!(sheet.name, "问题台账");
        let header = find_header(sheet).unwrap();
        assert_eq!((header.rows, header.titles()), ((3, 3), vec!["编号", "件数", "日期", "诉求"]));
        let read: Vec<Vec<Cell>> = sheet.body(&header).map(|row| row.cells.clone()).collect();
        assert_eq!(read, rows);
    }

    #[test]
    fn a_text_longer_than_a_cell_is_refused_and_named() {
        let long = "长".repeat(LONGEST_TEXT + 1);
        let error = table(vec![row("短"), row(&long)]).to_xlsx().unwrap_err();
        let refusal = &error.refusals()[0];
        assert_eq!(refusal.key, "office.cell-too-long");
        assert_eq!(refusal.args[0].1, "2");
        assert!(table(vec![row(&long[3..])]).to_xlsx().is_ok());
        // A CSV has no such limit.
        assert!(table(vec![row(&long)]).to_csv(CsvFor::Programs).len() > LONGEST_TEXT);
    }

    #[test]
    fn a_csv_for_spreadsheets_runs_nothing_and_one_for_programs_adds_nothing() {
        let bytes = table(vec![row("=1+1")]).to_csv(CsvFor::Spreadsheets);
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("\u{feff}编号,件数,日期,诉求\r\n"), "{text}");
        assert!(text.ends_with(&format!(",3,2026-12-05,\"{GUARD}=1+1\"\r\n")), "{text}");
        let text = String::from_utf8(table(vec![row("=1+1")]).to_csv(CsvFor::Programs)).unwrap();
        assert!(text.ends_with(",2026-12-05,=1+1\r\n"), "{text}");
    }

    #[test]
    fn an_empty_table_is_still_a_form() {
        let bytes = table(Vec::new()).to_xlsx().unwrap();
        let book = Read::read(&bytes, "x.xlsx").unwrap();
        assert_eq!(find_header(&book.sheets[0]).unwrap().first_data_row, 4);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn texts_survive_both_formats_to_the_byte(texts in proptest::collection::vec("[\\PC\n\r\t =+'\"_x\u{2060}\u{3000}\u{a0},]{0,12}", 1..6)) {
            let rows: Vec<Vec<Cell>> = texts.iter().map(|text| row(text)).collect();
            let table = table(rows);
            for reader in [CsvFor::Spreadsheets, CsvFor::Programs] {
                let book = Read::read(&table.to_csv(reader), "x.csv").unwrap();
                let read: Vec<String> =
                    book.sheets[0].rows.iter().skip(1).map(|row| row.cell(3).as_text().into_owned()).collect();
                prop_assert_eq!(&read, &texts);
            }
            let book = Read::read(&table.to_xlsx().unwrap(), "x.xlsx").unwrap();
            let read: Vec<String> =
                book.sheets[0].rows.iter().skip(3).map(|row| row.cell(3).as_text().into_owned()).collect();
            prop_assert_eq!(&read, &texts);
        }
    }
}
