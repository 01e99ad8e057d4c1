//! What people may do with publications. Each act wants its permit, journals, and never commits.

use access::Permit;
use base::{
    Date, Id, Refusal, Result,
    cadence::Cadence,
    noun::{self, Unit},
};
use db::Cx;
use journal::{Ref, append};
use regulation::{Numbering, Publication as Clause, Restart};
use serde_json::json;

use crate::{
    model::{
        Ask, Audience, Composed, Document, Earlier, Entry, Frame, Issue, Piece, Population, Press,
        Publication, Removal, Span, State, Words, compose, parse, sha256, source,
    },
    paper,
    store::{self, FileRow},
    take::{self, Wanted},
};

const DRAFT: &str = "publication.draft";
const ISSUE: &str = "publication.issue";
const REMOVE: &str = "publication.remove";

/// A draft to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDraft {
    /// `regulation-id/clause-key`.
    pub clause: String,
    /// The unit that issues it and that it reports on.
    pub unit: Id<Unit>,
    /// A day of the period it reports on.
    pub day: Date,
    /// The issue it corrects, of the same clause, unit and period.
    pub amends: Option<Id<noun::Publication>>,
}

/// What may be written into a draft. Paragraphs are lines; `{key}` stands for the value of a figure.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edit {
    /// The version the editor saw.
    pub version: i64,
    /// What stands around the text.
    pub frame: Frame,
    /// The first paragraphs.
    pub opening: String,
    /// The last paragraphs.
    pub closing: String,
}

/// An issue with its files, whose bytes go into the object store once the issue is durable.
#[derive(Debug, Clone, PartialEq)]
pub struct Issued {
    /// The publication.
    pub publication: Publication,
    /// The files with their bytes.
    pub files: Vec<(FileRow, Vec<u8>)>,
}

/// Drafts an issue under `publication.draft`. Drafting what lies drafted already finds that draft.
pub fn draft(
    cx: &mut Cx<'_>,
    permit: &Permit,
    press: Press<'_>,
    new: &NewDraft,
) -> Result<Id<noun::Publication>> {
    permit.must_be(DRAFT)?;
    let clause = press.clause(&new.clause)?;
    let unit = org::unit::unit(cx, new.unit)?;
    let period = period_of(clause, new.day)?;
    if period.start > cx.today() {
        return Err(Refusal::invalid("publication.period-ahead")
            .field("day")
            .arg("start", period.start)
            .into());
    }
    let amends = new.amends.map(|id| amended(cx, id, (&new.clause, new.unit, &period))).transpose()?;
    if let Some(known) = drafted_already(cx, new, &period)? {
        return Ok(known);
    }
    let document = Document {
        clause: new.clause.clone(),
        kind: clause.kind.clone(),
        number: None,
        issued_on: None,
        unit: unit.name.clone(),
        audience: if clause.public { Audience::Public } else { Audience::Office },
        as_of: cx.now(),
        frame: frame_of(press, &unit.name, &period),
        period,
        opening: Vec::new(),
        parts: Vec::new(),
        closing: Vec::new(),
        figures: Vec::new(),
        previous: None,
        amends,
    };
    let mut draft = Publication {
        id: cx.new_id(),
        unit: unit.id,
        unit_path: unit.path,
        document,
        drafted_at: cx.now(),
        drafted_by: permit.who(),
        state: State::Draft,
        version: 1,
    };
    let (opening, closing) = default_paragraphs(press, &draft.document);
    fill(cx, press, &mut draft, (&opening, &closing))?;
    store::insert(cx, &draft)?;
    let body = json!({
        "clause": new.clause, "unit": new.unit, "period": draft.document.period.key,
        "amends": new.amends, "through": permit.through(),
    });
    append(cx, &entry("publication.drafted", draft.id, body))?;
    Ok(draft.id)
}

fn entry(act: &'static str, id: Id<noun::Publication>, body: serde_json::Value) -> journal::Entry {
    journal::Entry::new(act, Ref::new("publication", id), body)
}

/// The period of a clause a day lies in.
pub fn period_of(clause: &Clause, day: Date) -> Result<Span> {
    let every = clause.every.as_deref().unwrap_or("month");
    Ok(Cadence::parse(every)?.period_of(day).into())
}

/// The issue to be corrected: issued, and of this clause, unit and period.
fn amended(
    cx: &mut Cx<'_>,
    id: Id<noun::Publication>,
    (clause, unit, period): (&str, Id<Unit>, &Span),
) -> Result<Earlier> {
    let before = store::find(cx, id)?;
    let same = before.document.clause == clause && before.unit == unit && before.document.period == *period;
    match &before.state {
        State::Issued(issue) if same => Ok(earlier(&before, issue)),
        _ => Err(Refusal::conflict("publication.amends-nothing").into()),
    }
}

fn earlier(publication: &Publication, issue: &Issue) -> Earlier {
    Earlier { id: publication.id, number: issue.number.clone(), hash: issue.hash.clone() }
}

/// The draft that is there already; refused where the period was reported on and nothing is to be corrected.
fn drafted_already(cx: &mut Cx<'_>, new: &NewDraft, period: &Span) -> Result<Option<Id<noun::Publication>>> {
    let all = store::of_unit(cx, &new.clause, new.unit, period.start)?;
    let of_period: Vec<&Publication> = all.iter().filter(|one| one.document.period == *period).collect();
    let amends = |one: &Publication| one.document.amends.as_ref().map(|earlier| earlier.id);
    let known = of_period.iter().find(|one| one.state == State::Draft && amends(one) == new.amends);
    if let Some(known) = known {
        return Ok(Some(known.id));
    }
    let issued = of_period.iter().find_map(|one| match &one.state {
        State::Issued(issue) => Some(issue.number.clone()),
        _ => None,
    });
    match issued {
        Some(number) if new.amends.is_none() => {
            Err(Refusal::conflict("publication.already-issued").arg("number", number).into())
        }
        _ => Ok(None),
    }
}

/// What stands around the text unless somebody writes something else.
fn frame_of(press: Press<'_>, unit: &str, period: &Span) -> Frame {
    let period = period_words(press, period);
    let organ = match unit.chars().last() {
        Some('镇' | '乡') => press.say("publication-organ-township", &[("unit", unit)]),
        _ => unit.to_owned(),
    };
    Frame {
        title: press.say("publication-circular-title", &[("unit", unit), ("period", &period)]),
        addressee: press.say("publication-circular-addressee", &[]),
        copies_to: String::new(),
        printed_by: organ.clone(),
        organ,
    }
}

/// A period in words: 2026年11月, or from day to day.
fn period_words(press: Press<'_>, period: &Span) -> String {
    let (start, end) = (period.start, period.end);
    if start.day() == 1 && end == start.last_of_month() {
        return format!("{}年{}月", start.year(), start.month());
    }
    let (start, end) = (office::document::chinese_date(start), office::document::chinese_date(end));
    press.say("publication-from-to", &[("from", &start), ("to", &end)])
}

/// The paragraphs an office begins with.
fn default_paragraphs(press: Press<'_>, document: &Document) -> (String, String) {
    let period = period_words(press, &document.period);
    let day = office::document::chinese_date(base::clock::day_of(document.as_of));
    let opening = [("unit", document.unit.as_str()), ("period", &period), ("day", &day)];
    let closing = [("late", "{late}"), ("unconfirmed", "{unconfirmed}"), ("reopened", "{reopened}")];
    (press.say("publication-circular-opening", &opening), press.say("publication-circular-closing", &closing))
}

/// Makes text, figures and rows of a draft from the ledger as it is now.
fn fill(
    cx: &mut Cx<'_>,
    press: Press<'_>,
    draft: &mut Publication,
    (opening, closing): (&str, &str),
) -> Result<()> {
    let clause = press.clause(&draft.document.clause)?;
    let procedure = press.procedure_of(clause)?;
    let wanted = Wanted { procedure, unit_path: &draft.unit_path, period: &draft.document.period };
    let population = take::population(cx, press, &wanted)?;
    let before = store::before(cx, &draft.document.clause, draft.unit, draft.document.period.start)?;
    let previous = before.as_ref().and_then(|before| Some(earlier(before, before.issued()?)));
    let known = previous.as_ref().zip(before.as_ref().map(|before| &before.document));
    let composed = compose(press, clause, &population, known)?;
    store::set_rows(cx, draft.id, &counted(&population, &composed.asks))?;
    let Composed { parts, figures, .. } = composed;
    let document = &mut draft.document;
    (document.parts, document.figures) = (parts, figures);
    (document.as_of, document.previous) = (population.as_of, previous);
    document.opening = paragraphs(opening, document, "opening")?;
    document.closing = paragraphs(closing, document, "closing")?;
    Ok(())
}

/// Each entry with the places of the figures it counts in.
fn counted<'a>(population: &'a Population, asks: &[Ask]) -> Vec<(&'a Entry, Vec<usize>)> {
    let places = |entry: &Entry| {
        asks.iter().enumerate().filter(|(_, ask)| ask.matches(entry)).map(|(at, _)| at).collect()
    };
    population.entries.iter().map(|entry| (entry, places(entry))).collect()
}

/// Reads free paragraphs, a line each. A number that names no figure is refused.
fn paragraphs(text: &str, document: &Document, field: &str) -> Result<Vec<Vec<Piece>>> {
    let known = |key: &str| document.figure(key).is_some();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let read = lines.map(|line| parse(line, known).map_err(|refusal| refusal.field(field)));
    Ok(read.collect::<Result<_, Refusal>>()?)
}

/// The text that [`Edit`] takes for free paragraphs.
pub fn paragraphs_text(paragraphs: &[Vec<Piece>]) -> String {
    paragraphs.iter().map(|pieces| source(pieces)).collect::<Vec<_>>().join("\n")
}

/// Takes the figures of a draft anew under `publication.draft`.
pub fn refresh(cx: &mut Cx<'_>, permit: &Permit, press: Press<'_>, id: Id<noun::Publication>) -> Result<()> {
    permit.must_be(DRAFT)?;
    let mut draft = store::find(cx, id)?;
    draft.must_be_draft()?;
    let texts = (paragraphs_text(&draft.document.opening), paragraphs_text(&draft.document.closing));
    fill(cx, press, &mut draft, (&texts.0, &texts.1))?;
    store::save_draft(cx, &draft)?;
    let body = json!({ "as_of": draft.document.as_of, "through": permit.through() });
    append(cx, &entry("publication.refreshed", id, body))?;
    Ok(())
}

/// Writes the free parts of a draft under `publication.draft`.
pub fn edit(cx: &mut Cx<'_>, permit: &Permit, id: Id<noun::Publication>, edit: &Edit) -> Result<()> {
    permit.must_be(DRAFT)?;
    let mut draft = store::find(cx, id)?;
    draft.must_be_draft()?;
    draft.version = edit.version;
    let title = edit.frame.title.trim();
    if title.is_empty() {
        return Err(Refusal::invalid("publication.title-missing").field("title").into());
    }
    if edit.frame.organ.trim().is_empty() {
        return Err(Refusal::invalid("publication.organ-missing").field("organ").into());
    }
    Words::new(title).map_err(|refusal| refusal.field("title"))?;
    let document = &mut draft.document;
    let before = json!({
        "frame": document.frame,
        "opening": paragraphs_text(&document.opening),
        "closing": paragraphs_text(&document.closing),
    });
    document.opening = paragraphs(&edit.opening, document, "opening")?;
    document.closing = paragraphs(&edit.closing, document, "closing")?;
    document.frame = edit.frame.clone();
    store::save_draft(cx, &draft)?;
    let after = json!({ "frame": edit.frame, "opening": edit.opening, "closing": edit.closing });
    append(cx, &entry("publication.edited", id, json!({ "before": before, "after": after })))?;
    Ok(())
}

/// Issues a draft under `publication.issue`: gives it its number, freezes text, figures and rows, and makes
/// the files. What is frozen is the very text that `version` showed.
pub fn issue(
    cx: &mut Cx<'_>,
    permit: &Permit,
    press: Press<'_>,
    (id, version): (Id<noun::Publication>, i64),
) -> Result<Issued> {
    permit.must_be(ISSUE)?;
    let mut draft = store::find(cx, id)?;
    draft.must_be_draft()?;
    if draft.version != version {
        return Err(Refusal::conflict("publication.changed-meanwhile").into());
    }
    let clause = press.clause(&draft.document.clause)?;
    let number = numbered(cx, &draft, clause)?;
    draft.document.number = Some(number.clone());
    draft.document.issued_on = Some(cx.today());
    let canonical = draft.document.canonical()?;
    let issue = Issue { number, hash: sha256(canonical.as_bytes()), at: cx.now(), by: permit.who() };
    let issued = draft.issue(issue.clone())?;
    store::save_issue(cx, &issued, &issue, &canonical)?;
    let files = render(cx, press, &issued)?;
    for (file, _) in &files {
        store::add_file(cx, id, file)?;
    }
    let hashes: serde_json::Map<String, serde_json::Value> =
        files.iter().map(|(file, _)| (file.format.clone(), file.sha256.clone().into())).collect();
    let body = json!({
        "number": issue.number, "hash": issue.hash, "files": hashes,
        "amends": issued.document.amends.as_ref().map(|earlier| earlier.id), "through": permit.through(),
    });
    append(cx, &entry("publication.issued", id, body))?;
    Ok(Issued { publication: Publication { version: issued.version + 1, ..issued }, files })
}

/// The next number of the clause's sequence; without a pattern of its own, 第N期 of the year.
fn numbered(cx: &mut Cx<'_>, draft: &Publication, clause: &Clause) -> Result<String> {
    let plain = Numbering { pattern: "〔{year}〕第{n}期".to_owned(), restarts: Restart::Year };
    let numbering = clause.number.as_ref().unwrap_or(&plain);
    let year = cx.today().year();
    let sequence = match numbering.restarts {
        Restart::Year => year.to_string(),
        Restart::Never => String::new(),
    };
    let n = store::next_number(cx, &draft.document.clause, draft.unit, &sequence)?;
    Ok(numbering.render(year, n))
}

/// The files of an issue with their bytes. The same issue makes the same bytes.
pub(crate) fn render(
    cx: &mut Cx<'_>,
    press: Press<'_>,
    issued: &Publication,
) -> Result<Vec<(FileRow, Vec<u8>)>> {
    let rows = store::rows(cx, issued.id, None, (0, usize::MAX))?;
    let entries: Vec<Entry> = rows.into_iter().map(|row| row.entry).collect();
    let made =
        [("docx", paper::docx(&issued.document)?), ("xlsx", paper::xlsx(press, &issued.document, &entries)?)];
    Ok(made.into_iter().map(|(format, bytes)| (file_row(format, &bytes), bytes)).collect())
}

/// Files are kept under their content, so that a repeated issue overwrites nothing.
fn file_row(format: &str, bytes: &[u8]) -> FileRow {
    let sha = sha256(bytes);
    FileRow {
        format: format.to_owned(),
        object_key: format!("publications/{sha}.{format}"),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        sha256: sha,
    }
}

/// Takes an issue away under `publication.remove`; number, hash and reason stay.
pub fn remove(
    cx: &mut Cx<'_>,
    permit: &Permit,
    (id, version): (Id<noun::Publication>, i64),
    reason: &str,
) -> Result<()> {
    permit.must_be(REMOVE)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::invalid("publication.reason-missing").field("reason").into());
    }
    let found = store::find(cx, id)?;
    let removal = Removal { at: cx.now(), by: permit.who(), reason: reason.to_owned() };
    let removed = Publication { version, ..found }.remove(removal.clone())?;
    store::save_removal(cx, &removed, &removal)?;
    let hash = removed.issued().map(|issue| issue.hash.clone());
    append(cx, &entry("publication.removed", id, json!({ "reason": reason, "hash": hash })))?;
    Ok(())
}

/// Throws a draft away under `publication.draft`.
pub fn discard(cx: &mut Cx<'_>, permit: &Permit, (id, version): (Id<noun::Publication>, i64)) -> Result<()> {
    permit.must_be(DRAFT)?;
    let draft = store::find(cx, id)?;
    draft.must_be_draft()?;
    let body = json!({ "clause": draft.document.clause, "period": draft.document.period.key });
    store::discard(cx, &Publication { version, ..draft })?;
    append(cx, &entry("publication.discarded", id, body))?;
    Ok(())
}
