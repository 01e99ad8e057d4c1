//! A row of a workbook becomes a case, or is refused with field, rule and mend. Pure.

use std::{cell::RefCell, collections::HashMap};

use access::UnitPath;
use base::{
    Date, Id, Refusal, Timestamp, clock,
    noun::{Person, Unit},
};
use office::{Cell, read::Row};
use org::name::{Meaning, NameIndex, plain};
use regulation::{CodeItem, FieldKind, Procedure};

use super::{
    names::{ANSWER, DUE, RAISED, SOURCE, is_sealed, is_serial},
    sheet::Ledger,
};
use crate::acts::{NewCase, Resident};

/// The most characters of a title made of the first sentence.
const TITLE: usize = 30;

/// A unit as rows name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The unit.
    pub id: Id<Unit>,
    /// Where it stands.
    pub path: UnitPath,
    /// Its name.
    pub name: String,
    /// Its division code.
    pub code: Option<String>,
}

/// The units within reach of who imports.
#[derive(Debug, Default)]
pub struct Places {
    /// Them, by place.
    pub all: Vec<Place>,
    index: NameIndex,
    /// A ledger of a township names the same few villages thousands of times.
    known: RefCell<HashMap<String, Result<Id<Unit>, Refusal>>>,
}

impl Places {
    /// Of these units.
    pub fn new(units: &[org::unit::Unit]) -> Self {
        let place = |unit: &org::unit::Unit| Place {
            id: unit.id,
            path: unit.path.clone(),
            name: unit.name.clone(),
            code: unit.code.clone(),
        };
        Self {
            all: units.iter().map(place).collect(),
            index: NameIndex::new(units),
            known: RefCell::default(),
        }
    }

    /// The unit of this id.
    pub fn get(&self, id: Id<Unit>) -> Option<&Place> {
        self.all.iter().find(|place| place.id == id)
    }

    /// The unit a row or a person names: by code, by name, by id.
    pub fn find(&self, written: &str) -> Result<Id<Unit>, Refusal> {
        if let Some(found) = self.known.borrow().get(written) {
            return found.clone();
        }
        let found = self.look_up(written);
        self.known.borrow_mut().insert(written.to_owned(), found.clone());
        found
    }

    fn look_up(&self, written: &str) -> Result<Id<Unit>, Refusal> {
        let bare = plain(written);
        if let Some(place) = self.all.iter().find(|place| place.id.to_string() == bare) {
            return Ok(place.id);
        }
        if bare.len() >= 6 && bare.chars().all(|c| c.is_ascii_digit()) {
            // A township's nine digits are the beginning of its twelve.
            let full = format!("{bare:0<12}");
            return self
                .all
                .iter()
                .find(|place| place.code.as_deref() == Some(&full))
                .map(|place| place.id)
                .ok_or_else(|| Refusal::invalid("case.import-no-unit-code").arg("value", written.trim()));
        }
        let names = |units: &[&org::name::UnitNames]| {
            units.iter().map(|unit| unit.name.as_str()).collect::<Vec<_>>().join("、")
        };
        match self.index.find(written) {
            Meaning::Found(unit) => Ok(unit.id),
            Meaning::Several(units) => Err(Refusal::invalid("case.import-several-units")
                .arg("value", written.trim())
                .arg("units", units.len())),
            Meaning::Suggested(units) if units.is_empty() => {
                Err(Refusal::invalid("case.import-no-unit").arg("value", written.trim()))
            }
            Meaning::Suggested(units) => Err(Refusal::invalid("case.import-no-unit-but")
                .arg("value", written.trim())
                .arg("units", names(&units))),
        }
    }
}

/// What every row is read with.
pub struct Reading<'a> {
    /// The sheet with its head and columns.
    pub ledger: &'a Ledger<'a>,
    /// The procedure the cases come in under.
    pub procedure: &'a Procedure,
    /// The channels of that procedure.
    pub channels: &'a [CodeItem],
    /// The units rows may name.
    pub places: &'a Places,
    /// Of rows that name none.
    pub unit: Option<Id<Unit>>,
    /// Of rows that name none.
    pub channel: Option<String>,
    /// Who imports.
    pub author: Option<Id<Person>>,
    /// The present; nothing was raised later.
    pub now: Timestamp,
}

/// Where title or words of a case come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// Both as written.
    Both,
    /// The title is the first sentence of the words.
    TitleMade,
    /// The words are the title.
    DetailMade,
}

/// A row that became a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The number the row has in the file.
    pub row: u32,
    /// The case.
    pub case: NewCase,
    /// Where its words come from.
    pub words: Words,
}

impl Reading<'_> {
    /// Reads one row.
    pub fn read(&self, row: &Row) -> Result<Draft, Vec<Refusal>> {
        let mut refused = Vec::new();
        let (title, detail, words) = match self.words(row) {
            Ok(words) => words,
            Err(refusal) => {
                refused.push(refusal);
                (String::new(), String::new(), Words::Both)
            }
        };
        let unit = self.unit_of(row).map_err(|refusal| refused.push(refusal)).ok();
        let channel = self.channel_of(row).map_err(|refusal| refused.push(refusal)).ok().flatten();
        let raised_at = self.raised(row).map_err(|refusal| refused.push(refusal)).ok().flatten();
        if let Err(refusal) = self.due(row) {
            refused.push(refusal);
        }
        let (Some(unit), true) = (unit, refused.is_empty()) else {
            let named = |refusal: Refusal| refusal.arg("row", row.number);
            return Err(refused.into_iter().map(named).collect());
        };
        let mut case = NewCase::new(&self.procedure.key, &title, &detail, unit);
        case.channel = channel;
        case.raised_at = raised_at;
        case.author = self.author;
        // Nobody behind a row of a workbook has been given a receipt.
        case.resident = Resident::Absent;
        case.raiser = self.given(row, "raiser");
        case.contact = self.given(row, "contact");
        case.answer = Some(self.text(row, ANSWER).into_owned()).filter(|text| !text.trim().is_empty());
        case.source_key =
            self.given(row, SOURCE).map(|id| source_key(self.ledger.title_of(SOURCE), &id, &detail));
        self.fill(row, &mut case);
        Ok(Draft { row: row.number, case, words })
    }

    fn cell<'r>(&self, row: &'r Row, field: &str) -> &'r Cell {
        self.ledger.mapping.column(field).map_or(&Cell::Empty, |column| row.cell(column))
    }

    fn text<'r>(&self, row: &'r Row, field: &str) -> std::borrow::Cow<'r, str> {
        self.cell(row, field).as_text()
    }

    /// The text of a field without blanks around it, if there is any.
    fn given(&self, row: &Row, field: &str) -> Option<String> {
        Some(self.text(row, field).trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn refuse(&self, key: &'static str, field: &str) -> Refusal {
        Refusal::invalid(key).field(field).arg("column", self.ledger.title_of(field))
    }

    /// Title and words; each stands in for the other where it is missing.
    fn words(&self, row: &Row) -> Result<(String, String, Words), Refusal> {
        let (title, detail) = (self.text(row, "title"), self.text(row, "detail"));
        match (title.trim().is_empty(), detail.trim().is_empty()) {
            (true, true) => {
                let columns: Vec<&str> = ["title", "detail"]
                    .into_iter()
                    .map(|field| self.ledger.title_of(field))
                    .filter(|title| !title.is_empty())
                    .collect();
                Err(Refusal::invalid("case.import-no-words")
                    .field("detail")
                    .arg("column", columns.join("、")))
            }
            (true, false) => Ok((first_sentence(&detail), detail.into_owned(), Words::TitleMade)),
            (false, true) => Ok((one_line(&title), title.into_owned(), Words::DetailMade)),
            (false, false) => Ok((one_line(&title), detail.into_owned(), Words::Both)),
        }
    }

    fn unit_of(&self, row: &Row) -> Result<Id<Unit>, Refusal> {
        match self.given(row, "unit") {
            Some(written) => self
                .places
                .find(&written)
                .map_err(|refusal| refusal.field("unit").arg("column", self.ledger.title_of("unit"))),
            None => self.unit.ok_or_else(|| Refusal::invalid("case.import-unit-missing").field("unit")),
        }
    }

    fn channel_of(&self, row: &Row) -> Result<Option<String>, Refusal> {
        let Some(written) = self.given(row, "channel") else { return Ok(self.channel.clone()) };
        let item = channel_named(self.channels, &written);
        let titles = || self.channels.iter().map(|item| item.title.as_str()).collect::<Vec<_>>().join("、");
        item.map(|item| Some(item.key.clone())).ok_or_else(|| {
            self.refuse("case.import-no-channel", "channel").arg("value", written).arg("channels", titles())
        })
    }

    fn raised(&self, row: &Row) -> Result<Option<Timestamp>, Refusal> {
        let cell = self.cell(row, RAISED);
        if cell.is_blank() {
            return Ok(None);
        }
        let value = || cell.as_text().trim().chars().take(40).collect::<String>();
        let moment = cell
            .as_moment()
            .ok_or_else(|| self.refuse("case.import-no-moment", RAISED).arg("value", value()))?;
        let midnight = clock::start_of(moment.date());
        let at = midnight.checked_add(moment.time().duration_since(jiff::civil::Time::midnight()));
        match at {
            Ok(at) if at <= self.now => Ok(Some(at)),
            _ => Err(self.refuse("case.import-future", RAISED).arg("value", value())),
        }
    }

    fn due(&self, row: &Row) -> Result<Option<Date>, Refusal> {
        let cell = self.cell(row, DUE);
        if cell.is_blank() {
            return Ok(None);
        }
        let value = || cell.as_text().trim().chars().take(40).collect::<String>();
        cell.as_date().map(Some).ok_or_else(|| self.refuse("case.import-no-day", DUE).arg("value", value()))
    }

    /// Fields the procedure takes when a case comes in; everything else is kept under its column's title,
    /// and so is whatever had to be changed to fit.
    fn fill(&self, row: &Row, case: &mut NewCase) {
        for (at, cell) in row.cells.iter().enumerate() {
            let verbatim = cell.as_text();
            if verbatim.is_empty() {
                continue;
            }
            let header = &self.ledger.header;
            let title = header.columns.iter().find(|column| column.index == at).map(|column| &column.title);
            let chosen = self.ledger.mapping.chosen.iter().find(|chosen| chosen.column == at);
            match (chosen, title) {
                (Some(chosen), _) if self.is_taken(&chosen.key, &verbatim, case) => {}
                (_, Some(title)) if is_serial(title) => {}
                (_, Some(title)) if is_sealed(title) => seal(case, title, &verbatim),
                (_, Some(title)) => keep(case, title, verbatim.into_owned()),
                (_, None) => keep(case, &letter(at), verbatim.into_owned()),
            }
        }
    }

    /// Whether a cell is wholly in the case already.
    fn is_taken(&self, field: &str, verbatim: &str, case: &mut NewCase) -> bool {
        match field {
            "detail" | "raiser" | "contact" | ANSWER => true,
            "title" => case.title == verbatim || case.detail == verbatim,
            // A code or a moment is kept as it was written as well.
            "unit" | "channel" | RAISED | SOURCE => false,
            key => {
                let intake = &self.procedure.intake;
                let is_text = self.procedure.field(key).is_some_and(|field| field.kind == FieldKind::Text);
                if !is_text || !intake.requires.iter().chain(&intake.optional).any(|known| known == key) {
                    return false;
                }
                let value = one_line(verbatim).trim().to_owned();
                let whole = value == verbatim;
                if !value.is_empty() {
                    case.fields.insert(key.to_owned(), value);
                }
                whole
            }
        }
    }
}

/// Keeps a text under a title; of two columns with one title the second gets a number.
fn keep(case: &mut NewCase, title: &str, verbatim: String) {
    let same = |name: &str| case.extra.iter().any(|(known, _)| known == name);
    let mut name = title.to_owned();
    let mut n = 2;
    while same(&name) {
        name = format!("{title}（{n}）");
        n += 1;
    }
    case.extra.push((name, verbatim));
}

/// What identifies a resident goes where the contact goes: sealed.
fn seal(case: &mut NewCase, title: &str, verbatim: &str) {
    let line = format!("{title}：{}", verbatim.trim());
    case.contact = Some(match case.contact.take() {
        Some(before) => format!("{before}\n{line}"),
        None => line,
    });
}

/// The letter Excel shows over a column.
fn letter(column: usize) -> String {
    let mut rest = column + 1;
    let mut letters = String::new();
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.insert(0, char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters
}

/// What keeps a row from being loaded twice: the column's title, the number in it and the words. Two systems
/// may number alike, so a number alone says nothing.
pub fn source_key(title: &str, id: &str, detail: &str) -> String {
    let words: String = super::sha256(detail.as_bytes()).chars().take(16).collect();
    format!("{}:{id}:{words}", plain(title))
}

/// The channel somebody writes: its title, its code, or another word for it.
pub fn channel_named<'a>(channels: &'a [CodeItem], written: &str) -> Option<&'a CodeItem> {
    let written = plain(written);
    let is_called = |item: &&CodeItem| {
        let names = [&item.title, &item.title_en, &item.key].into_iter().chain(&item.also);
        names.into_iter().any(|name| plain(name) == written)
    };
    channels.iter().find(is_called)
}

/// The channel a workbook speaks of in its name and head: the one whose words stand there most often;
/// where none does, the first of the list.
pub fn likely_channel<'a>(channels: &'a [CodeItem], heads: &[&str]) -> Option<&'a CodeItem> {
    let mut best: Option<(usize, &CodeItem)> = None;
    for item in channels {
        let words: Vec<&String> = std::iter::once(&item.title).chain(&item.also).collect();
        let n = heads.iter().filter(|head| words.iter().any(|word| head.contains(word.as_str()))).count();
        if best.is_none_or(|(most, _)| n > most) {
            best = Some((n, item));
        }
    }
    best.map(|(_, item)| item)
}

/// A text on one line: line breaks and what stands around them become one space.
fn one_line(text: &str) -> String {
    if !text.contains(['\n', '\r']) {
        return text.to_owned();
    }
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The first sentence of a text, cut where it is longer than a title should be.
fn first_sentence(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let end = line.find(['。', '！', '？', '；', '!', '?', ';']).unwrap_or(line.len());
    let sentence = if end == 0 { line } else { &line[..end] };
    if sentence.chars().count() <= TITLE {
        return sentence.to_owned();
    }
    let cut: String = sentence.chars().take(TITLE - 1).collect();
    format!("{cut}…")
}
