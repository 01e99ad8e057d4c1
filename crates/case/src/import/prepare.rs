//! A workbook held against the rules and the ledger: what would be imported, what is refused, what is there
//! already. Nothing is written here.

use std::collections::{BTreeMap, HashSet};

use access::{Actor, Permit, Scope, Subject};
use base::{Error, Id, Refusal, Result, noun::Unit};
use db::Cx;
use office::read::{Mapping, Workbook};
use regulation::{CodeItem, Procedure};

use super::{
    names::Names,
    row::{Draft, Place, Places, Reading, Words, channel_named, likely_channel},
    sheet::{Choices, Ledger, OnRefusal, OnTwin},
    store, twins,
    twins::Twin,
};
use crate::{Rules, acts::ImportRow};

/// Who imports.
#[derive(Debug, Clone, Copy)]
pub enum Importer<'a> {
    /// Somebody signed in, within the reach of their posts.
    Person(&'a Actor),
    /// Whoever holds the machine and its keys.
    Console,
}

impl Importer<'_> {
    /// Leave to import into a unit.
    pub fn permit(&self, rules: &Rules<'_>, place: &Place) -> Result<Permit> {
        match self {
            Self::Person(actor) => {
                Ok(rules.rights.permit(actor, "case.import", &Subject::of_unit(&place.path))?)
            }
            Self::Console => Ok(Permit::for_job("case.import", "console")),
        }
    }

    /// What may be imported into, and seen while it is.
    pub fn reach(&self, rules: &Rules<'_>) -> Scope {
        match self {
            Self::Person(actor) => rules.rights.scope(actor, "case.import"),
            Self::Console => Scope { everything: true, ..Scope::default() },
        }
    }
}

/// A file that was handed in.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Wholly read.
    pub book: &'a Workbook,
    /// Its name.
    pub name: &'a str,
    /// SHA-256 in hexadecimal.
    pub sha256: &'a str,
}

/// A column as a person is asked about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSeen {
    /// Its place, from 0.
    pub index: usize,
    /// Its title.
    pub title: String,
    /// The field it is read as; empty where it is kept verbatim.
    pub field: String,
    /// Some of what stands in it.
    pub samples: Vec<String>,
}

/// What would come of an import.
#[derive(Debug)]
pub struct Prepared {
    /// The procedure's key.
    pub procedure: String,
    /// The sheet that is read.
    pub sheet: String,
    /// The sheets that can be chosen.
    pub sheets: Vec<String>,
    /// First and last row of the head.
    pub head: (u32, u32),
    /// The columns.
    pub columns: Vec<ColumnSeen>,
    /// Which column is which field, to be remembered.
    pub mapping: Mapping,
    /// The unit of rows that name none.
    pub unit: Option<Id<Unit>>,
    /// The channel of rows that name none.
    pub channel: Option<String>,
    /// How many rows the file holds.
    pub rows: usize,
    /// The rows that would become cases.
    pub drafts: Vec<Draft>,
    /// The rows that are refused and why; 0 stands for the whole file.
    pub refused: Vec<(u32, Refusal)>,
    /// Rows like others, and like cases of the ledger.
    pub twins: Vec<Twin>,
    /// Rows whose number the ledger knows already with the same words.
    pub known: usize,
    /// Rows left out as exact duplicates.
    pub skipped: usize,
    /// Numbers that had lost their last digits before the file came here: row and title of the column.
    pub rounded: Vec<(u32, String)>,
    /// Imports of the very same file that stand.
    pub before: Vec<ImportRow>,
}

impl Prepared {
    /// Whether the refused rows keep the good ones from being imported.
    pub fn is_stopped(&self, choices: &Choices) -> bool {
        self.drafts.is_empty() && self.known == 0 && self.skipped == 0
            || !self.refused.is_empty() && choices.on_refusal == OnRefusal::Nothing
    }

    /// How many titles were made of the words, and how many words of the title.
    pub fn made(&self) -> (usize, usize) {
        let count = |wanted| self.drafts.iter().filter(|draft| draft.words == wanted).count();
        (count(Words::TitleMade), count(Words::DetailMade))
    }
}

/// How many values of a column are shown.
const SAMPLES: usize = 3;
const SAMPLE: usize = 40;

/// The units somebody may import into.
pub fn places(cx: &mut Cx<'_>, reach: &Scope) -> Result<Places> {
    let mut units = Vec::new();
    if reach.everything {
        let root = org::unit::root(cx)?;
        if let Some(root) = root {
            units = org::units_within(cx, &root.path)?;
        }
    } else {
        for path in &reach.subtrees {
            let below = reach.subtrees.iter().any(|other| other != path && path.is_within(other));
            if !below {
                units.extend(org::units_within(cx, path)?);
            }
        }
    }
    Ok(Places::new(&units))
}

/// Reads a workbook as a ledger and holds it against what is there.
pub fn prepare(
    cx: &mut Cx<'_>,
    rules: &Rules<'_>,
    importer: Importer<'_>,
    file: File<'_>,
    choices: &Choices,
) -> Result<Prepared> {
    let procedure = procedure_of(rules, choices)?;
    let names = Names::of(procedure);
    let ledger = Ledger::find(file.book, &names, choices, |fingerprint| {
        let known = crate::store::mapping(cx, fingerprint)?;
        // A mapping of an older version that cannot be read is only a proposal lost.
        Ok(known.and_then(|known| serde_json::from_value(known).ok()))
    })?;
    let reach = importer.reach(rules);
    let places = places(cx, &reach)?;
    let channels = rules.compendium.channels(procedure);
    let mut refused = Vec::new();
    let unit = default_unit(&places, &reach, &ledger, choices).unwrap_or_else(|refusal| {
        refused.push((0, refusal));
        None
    });
    let channel = default_channel(channels, &ledger, (file, choices))?;
    if let Err(refusal) = ledger.must_hold_problems() {
        refused.push((0, refusal));
    }
    let reading = Reading {
        ledger: &ledger,
        procedure,
        channels,
        places: &places,
        unit,
        channel,
        author: match importer {
            Importer::Person(actor) => actor.person,
            Importer::Console => None,
        },
        now: cx.now(),
    };
    let mut prepared = looked_at(&reading, file.book);
    prepared.refused = refused;
    prepared.before = crate::store::imports_of_file(cx, file.sha256)?;
    // A file that is refused as a whole would only repeat itself on every row.
    if prepared.refused.is_empty() {
        read_rows(&reading, &mut prepared);
        hold_against_ledger(cx, &mut prepared, (&reach, choices))?;
    }
    Ok(prepared)
}

fn procedure_of<'a>(rules: &Rules<'a>, choices: &Choices) -> Result<&'a Procedure> {
    if let Some(key) = choices.procedure.as_deref().filter(|key| !key.is_empty()) {
        return rules.procedure(key);
    }
    let first = rules.compendium.procedures().next();
    first.ok_or_else(|| Refusal::not_found("case.no-such-procedure").arg("procedure", "").into())
}

/// The channel of rows that name none: the one chosen, or the one the file speaks of.
fn default_channel(
    channels: &[CodeItem],
    ledger: &Ledger<'_>,
    (file, choices): (File<'_>, &Choices),
) -> Result<Option<String>> {
    let found = if let Some(written) = choices.channel.as_deref().filter(|key| !key.is_empty()) {
        Some(channel_named(channels, written).ok_or_else(|| no_channel(channels, written))?)
    } else {
        let mut heads = ledger.header.titles();
        heads.extend([file.name, &ledger.sheet.name]);
        likely_channel(channels, &heads)
    };
    Ok(found.map(|item| item.key.clone()))
}

/// The sheet as it is read, before any of its rows.
fn looked_at(reading: &Reading<'_>, book: &Workbook) -> Prepared {
    let ledger = reading.ledger;
    let sheets = book.sheets.iter().filter(|sheet| !sheet.hidden && !sheet.rows.is_empty());
    Prepared {
        procedure: reading.procedure.key.clone(),
        sheet: ledger.sheet.name.clone(),
        sheets: sheets.map(|sheet| sheet.name.clone()).collect(),
        head: ledger.header.rows,
        columns: columns(ledger),
        mapping: ledger.mapping.clone(),
        unit: reading.unit,
        channel: reading.channel.clone(),
        rows: ledger.rows().count(),
        drafts: Vec::new(),
        refused: Vec::new(),
        twins: Vec::new(),
        known: 0,
        skipped: 0,
        rounded: rounded(ledger),
        before: Vec::new(),
    }
}

fn no_channel(channels: &[CodeItem], written: &str) -> Error {
    let titles: Vec<String> = channels.iter().map(|item| format!("{}（{}）", item.title, item.key)).collect();
    Refusal::invalid("case.import-no-such-channel")
        .field("channel")
        .arg("value", written)
        .arg("channels", titles.join("、"))
        .into()
}

/// The unit of rows that name none: the one chosen, or the only one somebody may import into. Asked for
/// where the file has no column of units.
fn default_unit(
    places: &Places,
    reach: &Scope,
    ledger: &Ledger<'_>,
    choices: &Choices,
) -> Result<Option<Id<Unit>>, Refusal> {
    if let Some(written) = choices.unit.as_deref().filter(|written| !written.is_empty()) {
        return places.find(written).map(Some).map_err(|refusal| {
            Refusal { key: unit_key(&refusal), ..refusal }.field("unit").arg("column", "")
        });
    }
    let only = match &reach.subtrees[..] {
        [path] if !reach.everything => places.all.iter().find(|place| place.path == *path),
        _ => None,
    };
    match only {
        Some(place) => Ok(Some(place.id)),
        None if ledger.mapping.column("unit").is_some() => Ok(None),
        None => Err(Refusal::invalid("case.import-choose-unit").field("unit")),
    }
}

/// The sentence for a unit chosen for the whole file, which stands in no row.
fn unit_key(refusal: &Refusal) -> std::borrow::Cow<'static, str> {
    match refusal.key.as_ref() {
        "case.import-several-units" => "case.import-unit-not-one".into(),
        _ => "case.import-unit-unknown".into(),
    }
}

fn columns(ledger: &Ledger<'_>) -> Vec<ColumnSeen> {
    let seen = |column: &office::read::Column| {
        let cells = ledger.sheet.body(&ledger.header).map(|row| row.cell(column.index));
        let filled = cells.filter(|cell| !cell.is_blank()).take(SAMPLES);
        let chosen = ledger.mapping.chosen.iter().find(|chosen| chosen.column == column.index);
        ColumnSeen {
            index: column.index,
            title: column.title.clone(),
            field: chosen.map(|chosen| chosen.key.clone()).unwrap_or_default(),
            samples: filled.map(|cell| sample(&cell.as_text())).collect(),
        }
    };
    ledger.header.columns.iter().map(seen).collect()
}

fn sample(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SAMPLE {
        return line;
    }
    line.chars().take(SAMPLE).chain(['…']).collect()
}

fn rounded(ledger: &Ledger<'_>) -> Vec<(u32, String)> {
    let title = |at: usize| ledger.header.columns.iter().find(|c| c.index == at).map(|c| c.title.clone());
    ledger.sheet.rounded.iter().filter_map(|(row, at)| Some((*row, title(*at)?))).collect()
}

fn read_rows(reading: &Reading<'_>, prepared: &mut Prepared) {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for row in reading.ledger.rows() {
        match reading.read(row) {
            Ok(mut draft) => {
                // The second row of one number is a row of its own, and the same one at the next load.
                if let Some(key) = &mut draft.case.source_key {
                    let n = numbers.entry(key.clone()).and_modify(|n| *n += 1).or_insert(1);
                    if *n > 1 {
                        *key = format!("{key}#{n}");
                    }
                }
                prepared.drafts.push(draft);
            }
            Err(refusals) => {
                prepared.refused.extend(refusals.into_iter().map(|refusal| (row.number, refusal)));
            }
        }
    }
}

fn hold_against_ledger(
    cx: &mut Cx<'_>,
    prepared: &mut Prepared,
    (reach, choices): (&Scope, &Choices),
) -> Result<()> {
    let keys: Vec<&str> =
        prepared.drafts.iter().filter_map(|draft| draft.case.source_key.as_deref()).collect();
    let there = store::of_sources(cx, &keys)?;
    let rows = prepared.drafts.len();
    prepared.drafts.retain(|draft| draft.case.source_key.as_ref().is_none_or(|key| !there.contains(key)));
    prepared.known = rows - prepared.drafts.len();
    let mut found = twins::in_file(&prepared.drafts);
    found.extend(twins::in_ledger(cx, &prepared.drafts, reach)?);
    found.sort_by_key(|twin| twin.row);
    if choices.on_twin == OnTwin::Skip {
        let exact: HashSet<u32> = found.iter().filter(|twin| twin.exact).map(|twin| twin.row).collect();
        prepared.skipped = exact.len();
        prepared.drafts.retain(|draft| !exact.contains(&draft.row));
    }
    prepared.twins = found;
    Ok(())
}
