//! An issue on paper and as a workbook.

use base::{Result, clock};
use office::{
    Cell, Table,
    document::{Block, Grid, Level, Official, Seal, Statutory},
    table::{Column, Kind},
};

use crate::model::{Document, Entry, Part, Piece, Press};

/// The issue in the layout of GB/T 9704-2012: a circular (通报) is a statutory kind.
pub fn docx(document: &Document) -> Result<Vec<u8>> {
    let frame = &document.frame;
    let day = document.issued_on.unwrap_or_else(|| clock::day_of(document.as_of));
    Official {
        kind: Statutory::Circular,
        organ: format!("{}文件", frame.organ),
        number: document.number.clone().unwrap_or_default(),
        signer: None,
        urgency: None,
        title: frame.title.clone(),
        addressee: frame.addressee.clone(),
        body: blocks(document),
        annexes: Vec::new(),
        signature: frame.organ.clone(),
        date: day,
        seal: Seal::Sealed,
        note: None,
        copies_to: frame.copies_to.clone(),
        printed_by: frame.printed_by.clone(),
        printed_on: day,
    }
    .to_docx()
}

fn blocks(document: &Document) -> Vec<Block> {
    let paragraph = |pieces: &Vec<Piece>| Block::Paragraph(document.plain(pieces));
    let parts = document.parts.iter().map(|part| match part {
        Part::Heading { text } => Block::Heading(Level::First, text.as_str().to_owned()),
        Part::Paragraph { pieces } => paragraph(pieces),
        Part::Table { columns, rows } => Block::Table(Grid {
            columns: columns.iter().map(|(title, share)| (title.as_str().to_owned(), *share)).collect(),
            rows: rows.iter().map(|row| row.iter().map(|cell| document.plain(cell)).collect()).collect(),
        }),
    });
    let closing = document.closing.iter().map(paragraph);
    document.opening.iter().map(paragraph).chain(parts).chain(closing).collect()
}

/// The cases behind the issue as a workbook, as they stood.
pub fn xlsx(press: Press<'_>, document: &Document, entries: &[Entry]) -> Result<Vec<u8>> {
    let number = document.number.clone().unwrap_or_default();
    let day = office::document::chinese_date(clock::day_of(document.as_of));
    let as_of = press.say("publication-as-of", &[("day", &day)]);
    let subtitle = [number.as_str(), as_of.as_str()].join("　");
    table(press, (document.frame.title.clone(), subtitle), entries, document.as_of).to_xlsx()
}

const COLUMNS: [(&str, u16, Kind); 13] = [
    ("number", 20, Kind::Text),
    ("title", 44, Kind::Text),
    ("place", 16, Kind::Text),
    ("channel", 12, Kind::Text),
    ("class", 12, Kind::Text),
    ("leader", 12, Kind::Text),
    ("department", 20, Kind::Text),
    ("person", 12, Kind::Text),
    ("raised-on", 12, Kind::Date),
    ("due", 12, Kind::Date),
    ("state", 16, Kind::Text),
    ("closed-on", 12, Kind::Date),
    ("reopened", 8, Kind::Number),
];

/// Cases as a table. `titles` are its title and the line under it.
pub(crate) fn table(
    press: Press<'_>,
    titles: (String, String),
    entries: &[Entry],
    made: base::Timestamp,
) -> Table {
    let title = |name: &str| press.say(&format!("publication-column-{name}"), &[]);
    Table {
        sheet: press.say("publication-sheet", &[]),
        title: titles.0,
        subtitle: titles.1,
        columns: COLUMNS.iter().map(|(name, width, kind)| Column::new(title(name), *width, *kind)).collect(),
        rows: entries.iter().map(cells).collect(),
        template: None,
        made: clock::in_china(made).datetime(),
    }
}

fn cells(entry: &Entry) -> Vec<Cell> {
    let text = |text: &str| if text.is_empty() { Cell::Empty } else { Cell::text(text) };
    let day = |day: Option<base::Date>| day.map_or(Cell::Empty, Cell::from);
    vec![
        text(&entry.number),
        text(&entry.title),
        text(&entry.unit),
        text(&entry.channel_title),
        text(&entry.class_title),
        text(&entry.leader),
        text(&entry.department_name),
        text(&entry.handler),
        Cell::from(entry.raised_on),
        day(entry.due),
        text(&entry.state_title),
        day(entry.closed_on),
        Cell::Number(f64::from(i32::try_from(entry.reopened).unwrap_or(i32::MAX))),
    ]
}
