//! Finding the head of a table under its titles, merged and in several rows as it may be.

use sha2::{Digest, Sha256};

use super::{Column, Merged, Row, Sheet, mapping::normalised};
use crate::{Cell, dates};

/// The head of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Number of its first and of its last row.
    pub rows: (u32, u32),
    /// The titled columns, left to right. A head of two rows gives titles joined as `上/下`.
    pub columns: Vec<Column>,
    /// The first row under the head that holds something, or the number after the head if none does.
    pub first_data_row: u32,
}

impl Header {
    /// The same for every file filled in from the same template, so that a mapping can be remembered:
    /// a hash of the titles without their spaces, stars and widths.
    pub fn fingerprint(&self) -> String {
        let titles: Vec<String> = self.columns.iter().map(|column| normalised(&column.title)).collect();
        let hash = Sha256::digest(titles.join("\u{1f}"));
        hash.iter().take(16).fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }

    /// The titles, left to right.
    pub fn titles(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.title.as_str()).collect()
    }
}

/// How far down a head may begin. Below that a row of words is data.
const DEEPEST: usize = 30;
/// A title longer than this is an instruction to whoever fills the form in.
const LONGEST_TITLE: usize = 60;
/// Heads of more levels than this have not been seen.
const MOST_LEVELS: usize = 4;

/// The head: the first row of short words, not numbers or dates, that covers at least half of the columns
/// the sheet uses; with the rows above and below it that merged cells or gaps make part of it.
pub fn find_header(sheet: &Sheet) -> Option<Header> {
    let rows: Vec<&Row> = sheet.rows.iter().take(DEEPEST).collect();
    let widths: Vec<usize> = rows.iter().map(|row| anchors(sheet, row.number).len()).collect();
    let widest = widths.iter().copied().max()?;
    let mut found = None;
    for (row, width) in rows.iter().zip(&widths) {
        let covers = *width * 2 >= widest && (*width >= 2 || widest == 1);
        if !covers || is_caption(sheet, row) || is_overtaken(sheet, row) {
            continue;
        }
        if is_data(row) {
            return None; // A table that begins with its data has no head.
        }
        found = Some(row.number);
        break;
    }
    let start = found?;
    let first = first_level(sheet, start);
    let last = last_level(sheet, start);
    let columns = columns(sheet, (first, last));
    let mut below = sheet.rows.iter().filter(|row| row.number > last);
    let numbering = below.next().filter(|row| numbers_its_columns(row)).map(|row| row.number);
    let last = numbering.unwrap_or(last);
    let first_data_row =
        sheet.rows.iter().map(|row| row.number).find(|number| *number > last).unwrap_or(last + 1);
    Some(Header { rows: (first, last), columns, first_data_row })
}

/// The cells of a row as the eye counts them: a merged region once, at the place that carries its text.
fn anchors(sheet: &Sheet, row: u32) -> Vec<(u32, usize)> {
    let mut found: Vec<(u32, usize)> = (0..sheet.width())
        .filter(|column| !sheet.shown(row, *column).is_blank())
        .map(|column| anchor(sheet, row, column))
        .collect();
    found.dedup();
    found
}

fn anchor(sheet: &Sheet, row: u32, column: usize) -> (u32, usize) {
    sheet
        .merged
        .iter()
        .find(|region| region.contains(row, column))
        .map_or((row, column), |region| (region.rows.0, region.columns.0))
}

/// "填报单位：某镇   日期：2026年": a line above the head, where a colon follows most labels.
fn is_caption(sheet: &Sheet, row: &Row) -> bool {
    let texts: Vec<&Cell> = row.cells.iter().filter(|cell| !cell.is_blank()).collect();
    let labels = texts.iter().filter(|cell| cell.as_text().contains(['：', ':'])).count();
    let starts = texts.first().is_some_and(|cell| opens_a_caption(&cell.as_text()));
    let width = anchors(sheet, row.number).len();
    let goes_on = following(sheet, row.number)
        .any(|next| !is_data(next) && anchors(sheet, next.number).len() * 2 >= width);
    let ends = following(sheet, row.number).next().is_none()
        && texts.first().is_some_and(|cell| cell.as_text().trim().ends_with(['：', ':']));
    if starts && (goes_on || ends) {
        return true;
    }
    let wide = sheet
        .merged
        .iter()
        .any(|region| region.rows.0 == row.number && region.columns.1 - region.columns.0 >= 2);
    labels * 2 >= texts.len() && labels > 0 && (texts.len() <= 3 || wide)
}

/// The next few rows that hold something.
fn following(sheet: &Sheet, row: u32) -> impl Iterator<Item = &Row> {
    sheet.rows.iter().filter(move |next| next.number > row).take(3)
}

/// "贫困村（盖章）      帮扶单位（盖章）": a few words above a head that has at least twice as many.
fn is_overtaken(sheet: &Sheet, row: &Row) -> bool {
    let width = anchors(sheet, row.number).len();
    let gaps = !divides_groups(sheet, row.number) && !fills_gaps(sheet, row.number);
    let next = following(sheet, row.number).next();
    gaps && next.is_some_and(|next| !is_data(next) && anchors(sheet, next.number).len() >= width * 2)
}

/// "填报单位", "发生单位：" …: the first words of a line that is filled in once per file.
fn opens_a_caption(text: &str) -> bool {
    let text = text.trim();
    text.ends_with(['：', ':'])
        || ["填报", "填表", "制表", "报送单位", "上报单位"].iter().any(|w| text.starts_with(w))
}

/// Whether more than a fifth of the row are values, or any of it is a long text.
fn is_data(row: &Row) -> bool {
    let cells: Vec<&Cell> = row.cells.iter().filter(|cell| !cell.is_blank()).collect();
    let values = cells.iter().filter(|cell| is_value(cell)).count();
    let long = cells.iter().filter(|cell| cell.as_text().trim().chars().count() > LONGEST_TITLE).count();
    values * 5 > cells.len() || long * 4 > cells.len()
}

fn is_value(cell: &Cell) -> bool {
    match cell {
        Cell::Empty => false,
        Cell::Number(_) | Cell::Date(_) | Cell::Moment(_) => true,
        Cell::Text(text) => {
            let plain = dates::half_width(text);
            let plain = plain.trim().trim_end_matches('%');
            plain.parse::<f64>().is_ok() || dates::parse_moment(plain).is_some()
        }
    }
}

/// "1 2 3 4 …" under the titles, as statistical tables number their columns.
fn numbers_its_columns(row: &Row) -> bool {
    let numbers: Vec<Option<i64>> =
        row.cells.iter().filter(|cell| !cell.is_blank()).map(Cell::as_integer).collect();
    numbers.len() >= 3
        && numbers.windows(2).all(|pair| matches!(pair, [Some(a), Some(b)] if *b == a + 1))
        && numbers.first().copied().flatten().is_some_and(|first| first <= 1)
}

/// The first row of the head: as far up as merged cells seen in the found row reach.
fn first_level(sheet: &Sheet, start: u32) -> u32 {
    anchors(sheet, start).iter().map(|(row, _)| *row).min().unwrap_or(start)
}

/// The last row of the head: as far down as its merged cells reach, plus the row that divides a group.
fn last_level(sheet: &Sheet, start: u32) -> u32 {
    let mut last = start;
    for _ in 1..MOST_LEVELS {
        let reach = regions_in(sheet, last).map(|region| region.rows.1).max().unwrap_or(last).max(last);
        let divides = divides_groups(sheet, reach) || fills_gaps(sheet, reach);
        let next = if divides { reach + 1 } else { reach };
        if next == last {
            break;
        }
        last = next;
    }
    last
}

fn regions_in(sheet: &Sheet, row: u32) -> impl Iterator<Item = Merged> {
    let inside = move |region: &&Merged| (region.rows.0..=region.rows.1).contains(&row);
    sheet.merged.iter().filter(inside).copied()
}

/// Whether the row under `row` names the parts of a group that is merged over several columns.
fn divides_groups(sheet: &Sheet, row: u32) -> bool {
    let Some(below) = sheet.row(row + 1) else { return false };
    let groups: Vec<Merged> = regions_in(sheet, row)
        .filter(|region| region.rows.1 == row && region.columns.1 > region.columns.0)
        .filter(|region| !sheet.shown(row, region.columns.0).is_blank())
        .collect();
    let parts = |region: &Merged| {
        let columns = region.columns.0..=region.columns.1;
        let mut named: Vec<_> = columns
            .filter(|column| !below.cell(*column).is_blank())
            .map(|column| anchor(sheet, row + 1, column))
            .collect();
        named.dedup();
        named.len()
    };
    groups.iter().any(|group| parts(group) >= 2) && !is_data(below)
}

/// Whether the row under `row` stands exactly in the gaps of it, as unmerged heads of two rows do:
/// it leaves the first column free and begins under the last title before a gap.
fn fills_gaps(sheet: &Sheet, row: u32) -> bool {
    let (Some(above), Some(below)) = (sheet.row(row), sheet.row(row + 1)) else { return false };
    let filled = |row: &Row, column: usize| !row.cell(column).is_blank();
    let width = sheet.width();
    let gaps = (1..width).any(|column| !filled(above, column) && filled(below, column));
    let free_start = filled(above, 0) && !filled(below, 0);
    let covered = (0..width).filter(|column| filled(above, *column) || filled(below, *column)).count();
    gaps && free_start && covered * 10 >= width * 9 && !is_data(below) && sheet.merged.is_empty()
}

fn columns(sheet: &Sheet, rows: (u32, u32)) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    let mut before: Vec<(u32, usize)> = Vec::new();
    for index in 0..sheet.width() {
        let places: Vec<(u32, usize)> = (rows.0..=rows.1).map(|row| anchor(sheet, row, index)).collect();
        // One title over several columns with nothing under it names the first of them.
        let same = places == before;
        before.clone_from(&places);
        let title = title(sheet, rows, index);
        if !same && !title.is_empty() {
            columns.push(Column { index, title });
        }
    }
    columns
}

fn title(sheet: &Sheet, rows: (u32, u32), column: usize) -> String {
    let mut parts: Vec<String> = Vec::new();
    for row in rows.0..=rows.1 {
        let mut text = clean(sheet.shown(row, column));
        if text.is_empty() && row < rows.1 && sheet.merged.is_empty() {
            text = group_to_the_left(sheet, row, column);
        }
        if !text.is_empty() && parts.last() != Some(&text) {
            parts.push(text);
        }
    }
    parts.join("/")
}

/// The title of an unmerged group: the nearest one to the left that is itself divided below.
fn group_to_the_left(sheet: &Sheet, row: u32, column: usize) -> String {
    let divided = |column: usize| !sheet.shown(row + 1, column).is_blank();
    if !divided(column) {
        return String::new();
    }
    let left = (0..column).rev().take_while(|left| divided(*left));
    left.map(|left| clean(sheet.shown(row, left))).find(|text| !text.is_empty()).unwrap_or_default()
}

/// A title without the line breaks and paddings that only fit it into its cell.
fn clean(cell: &Cell) -> String {
    let text = cell.as_text();
    let words: Vec<&str> = text.split_whitespace().collect();
    let joined = words.join(" ");
    // Between Chinese characters a space is padding ("姓  名"), between Latin words it is not.
    let mut kept = String::new();
    let mut characters = joined.chars().peekable();
    while let Some(c) = characters.next() {
        let between_latin = kept.ends_with(|c: char| c.is_ascii_alphanumeric())
            && characters.peek().is_some_and(char::is_ascii_alphanumeric);
        if c != ' ' || between_latin {
            kept.push(c);
        }
    }
    kept
}
