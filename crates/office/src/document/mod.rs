//! Documents as docx: official ones in the layout of GB/T 9704-2012, and slips and bulletins, which are
//! not official kinds and carry heads of their own. The words fixed by the standard (附件, 抄送, 印发) are
//! part of the form and not of any catalogue.

mod landscape;
mod line;
mod numerals;
mod official;
mod paper;
mod sheet;
mod title;

use base::Date;

pub use landscape::landscape;
pub use numerals::{chinese_date, numeral, official_number};
pub use official::{Official, Seal, Statutory};
pub use sheet::{Bulletin, SentTo, Slip};

use line::{Font, Line};
use paper::Paper;

/// A part of a document's text.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading of level 1 to 4; its number (一、（一）1.（1）) is counted, not written by the author.
    Heading(Level, String),
    /// A paragraph; a line break begins another.
    Paragraph(String),
    /// A table with ruled cells.
    Table(Grid),
}

/// The four levels of GB/T 9704-2012, 7.3.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// 一、 in 黑体.
    First,
    /// （一） in 楷体.
    Second,
    /// 1. in 仿宋.
    Third,
    /// （1） in 仿宋.
    Fourth,
}

/// A table inside a document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grid {
    /// Title and share of the width for each column.
    pub columns: Vec<(String, u32)>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

/// An annex (附件): named under the text, and set on its own page if its content is here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Annex {
    /// Its title, without punctuation at its end.
    pub title: String,
    /// Its content; empty if it is a file of its own.
    pub body: Vec<Block>,
}

/// Numbers headings as they come.
#[derive(Default)]
struct Numbering([u32; 4]);

impl Numbering {
    /// The number of the next heading of this level; lower levels begin anew.
    fn next(&mut self, level: Level) -> String {
        let at = level as usize;
        for (index, count) in self.0.iter_mut().enumerate() {
            match index.cmp(&at) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => *count += 1,
                std::cmp::Ordering::Greater => *count = 0,
            }
        }
        let count = self.0.get(at).copied().unwrap_or_default();
        match level {
            Level::First => format!("{}、", numeral(count)),
            Level::Second => format!("（{}）", numeral(count)),
            Level::Third => format!("{count}."),
            Level::Fourth => format!("（{count}）"),
        }
    }
}

/// Sets the text of a document.
fn set_blocks(paper: &mut Paper, blocks: &[Block]) {
    let mut numbering = Numbering::default();
    for block in blocks {
        match block {
            Block::Heading(level, text) => {
                let font = match level {
                    Level::First => Font::Hei,
                    Level::Second => Font::Kai,
                    Level::Third | Level::Fourth => Font::FangSong,
                };
                let text = format!("{}{text}", numbering.next(*level));
                paper.line(&Line::new(text).font(font).indented().with_next());
            }
            Block::Paragraph(text) => {
                for part in text.lines().filter(|part| !part.trim().is_empty()) {
                    paper.line(&Line::new(part.trim()).indented());
                }
            }
            Block::Table(grid) => {
                let (titles, shares): (Vec<String>, Vec<u32>) = grid.columns.iter().cloned().unzip();
                paper.table(&shares, &titles, &grid.rows);
            }
        }
    }
}

/// The colophon: 抄送 if there is any, then who printed it and when, in 4号, one character in.
fn set_colophon(paper: &mut Paper, copies_to: &str, printed_by: &str, printed_on: Date) {
    let mut lines = Vec::new();
    if !copies_to.is_empty() {
        let stop = if copies_to.ends_with('。') { "" } else { "。" };
        lines.push(Line::new(format!("抄送：{copies_to}{stop}")).size(28).inset(100).hanging(300));
    }
    let printed = format!("{printed_by}\t{}印发", chinese_date(printed_on));
    // One character of 14 pt in from each side.
    lines.push(Line::new(printed).size(28).inset(100).right_tab(paper::WIDTH - 394));
    paper.colophon(&lines);
}

/// Width of a text in hundredths of a character: ASCII takes half of one.
fn width(text: &str) -> u32 {
    text.chars().map(|c| if c.is_ascii() { 50 } else { 100 }).sum()
}

#[cfg(test)]
mod tests;
