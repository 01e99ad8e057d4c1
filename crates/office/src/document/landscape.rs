//! A wide table on A4 paper that lies: ledgers to be printed and handed out.

use base::Result;

use super::{
    line::{Font, Line},
    paper::Paper,
};
use crate::Table;

/// A table as docx: title and subtitle, then the rows under a head that repeats on every page. Columns share
/// the width as they do in the workbook. The same table makes the same bytes.
pub fn landscape(table: &Table) -> Result<Vec<u8>> {
    let mut paper = Paper::lying();
    if !table.title.is_empty() {
        paper.line(&Line::new(table.title.as_str()).font(Font::XiaoBiaoSong).size(36).centred());
    }
    if !table.subtitle.is_empty() {
        paper.line(&Line::new(table.subtitle.as_str()).size(24).pitch(400).centred());
    }
    let shares: Vec<u32> = table.columns.iter().map(|column| u32::from(column.width.max(1))).collect();
    let head: Vec<String> = table.columns.iter().map(|column| column.title.clone()).collect();
    let rows: Vec<Vec<String>> =
        table.rows.iter().map(|row| row.iter().map(|cell| cell.as_text().into_owned()).collect()).collect();
    paper.table(&shares, &head, &rows);
    paper.finish(&table.title, table.made.date())
}
