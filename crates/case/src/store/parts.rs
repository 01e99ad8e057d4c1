//! What hangs on a head and rules read: words, parties, clocks, slips, history.

use std::collections::BTreeMap;

use access::UnitPath;
use base::{Date, Error, Id, Result, Timestamp, noun::Case};
use db::{Cx, Row, Statement, Value, search::SearchIndex, values};

use crate::model::{CaseHead, CaseSnapshot, ClockRun, Party, Slip, Taken};

use super::head;

pub(super) static TEXT: Statement =
    Statement::new("case.text", "SELECT detail, fields FROM case_text WHERE case_id = $1");
pub(super) static PARTIES: Statement = Statement::new(
    "case.parties",
    "SELECT relation, person_id, unit_id, unit_path, since, until, signed_at FROM case_party \
     WHERE case_id = $1 ORDER BY n",
);
pub(super) static CLOCKS: Statement = Statement::new(
    "case.clocks",
    "SELECT key, run, started_on, due, provisional, paused_on, remaining_days, stopped_on, was_late, told_at \
     FROM case_clock WHERE case_id = $1 ORDER BY started_on, key, run",
);
pub(super) static SLIPS: Statement = Statement::new(
    "case.slips",
    "SELECT id, case_id, slip, number, reason, note, issued_by, issued_at, due, provisional, answered_at, \
     answered_by, answer FROM case_slip WHERE case_id = $1 ORDER BY issued_at, id",
);
pub(super) static SLIP: Statement = Statement::new(
    "case.slip",
    "SELECT id, case_id, slip, number, reason, note, issued_by, issued_at, due, provisional, answered_at, \
     answered_by, answer FROM case_slip WHERE id = $1",
);
pub(super) static HISTORY: Statement = Statement::new(
    "case.history",
    "SELECT transition, verb, at, from_state, to_state, person_id FROM case_event WHERE case_id = $1 ORDER BY n",
);
pub(super) static OPEN_PARTS: Statement = Statement::new(
    "case.open-parts",
    "SELECT COUNT(*) FROM case_head WHERE parent_id = $1 AND counts_as <> 'closed'",
);
pub(super) static PUT_PARTY: Statement = Statement::new(
    "case.put-party",
    "INSERT INTO case_party (case_id, n, relation, person_id, unit_id, unit_path, since, until, signed_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
     ON CONFLICT (case_id, n) DO UPDATE SET until = EXCLUDED.until, signed_at = EXCLUDED.signed_at",
);
pub(super) static PUT_CLOCK: Statement = Statement::new(
    "case.put-clock",
    "INSERT INTO case_clock (case_id, key, run, started_on, due, provisional, paused_on, remaining_days, \
     stopped_on, was_late, told_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
     ON CONFLICT (case_id, key, run) DO UPDATE SET due = EXCLUDED.due, provisional = EXCLUDED.provisional, \
     paused_on = EXCLUDED.paused_on, remaining_days = EXCLUDED.remaining_days, \
     stopped_on = EXCLUDED.stopped_on, was_late = EXCLUDED.was_late, told_at = EXCLUDED.told_at",
);
pub(super) static PUT_SLIP: Statement = Statement::new(
    "case.put-slip",
    "INSERT INTO case_slip (id, case_id, slip, number, reason, note, issued_by, issued_at, due, provisional, \
     answered_at, answered_by, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
     ON CONFLICT (id) DO UPDATE SET answered_at = EXCLUDED.answered_at, answered_by = EXCLUDED.answered_by, \
     answer = EXCLUDED.answer",
);
pub(super) static ADD_EVENT: Statement = Statement::new(
    "case.add-event",
    "INSERT INTO case_event (case_id, n, at, actor, person_id, through, transition, verb, from_state, to_state, \
     note, private_note, fields, visible) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
);
pub(super) static INSERT_TEXT: Statement = Statement::new(
    "case.insert-text",
    "INSERT INTO case_text (seq, case_id, detail, answer, fields, folded) VALUES ($1, $2, $3, $4, $5, $6)",
);
pub(super) static UPDATE_TEXT: Statement = Statement::new(
    "case.update-text",
    "UPDATE case_text SET answer = $2, fields = $3, folded = $4 WHERE case_id = $1",
);
pub(super) static ADD_BANDS: Statement = Statement::new(
    "case.add-bands",
    "INSERT INTO case_band (band, seq) VALUES ($2, $1), ($3, $1), ($4, $1), ($5, $1), ($6, $1), ($7, $1), \
     ($8, $1), ($9, $1), ($10, $1), ($11, $1), ($12, $1), ($13, $1), ($14, $1), ($15, $1), ($16, $1), ($17, $1) \
     ON CONFLICT (band, seq) DO NOTHING",
);

/// The full-text index over titles, words, answers and numbers.
pub(crate) const SEARCH: SearchIndex = SearchIndex { name: "case_search" };
/// As many bands as a fingerprint has.
pub(crate) const BANDS: usize = 16;

/// A case with everything rules ask.
pub fn find(cx: &mut Cx<'_>, id: Id<Case>) -> Result<Option<CaseSnapshot>> {
    let Some(head) = head::head(cx, id)? else { return Ok(None) };
    let (detail, fields) = cx
        .row(&TEXT, values![id], |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)))?
        .ok_or_else(|| Error::fault(format!("case {id} has no words")))?;
    let fields: BTreeMap<String, String> = serde_json::from_str(&fields).map_err(Error::fault)?;
    Ok(Some(CaseSnapshot {
        head,
        detail,
        fields,
        parties: cx.rows(&PARTIES, values![id], party)?,
        clocks: cx.rows(&CLOCKS, values![id], clock)?,
        slips: cx.rows(&SLIPS, values![id], slip)?,
        history: cx.rows(&HISTORY, values![id], taken)?,
        open_parts: cx.number(&OPEN_PARTS, values![id])?,
    }))
}

/// A slip by its id.
pub fn find_slip(cx: &mut Cx<'_>, id: Id<base::noun::Slip>) -> Result<Option<Slip>> {
    cx.row(&SLIP, values![id], slip)
}

fn party(row: &Row<'_>) -> Result<Party> {
    Ok(Party {
        relation: row.get(0)?,
        person: row.get(1)?,
        unit: row.get(2)?,
        unit_path: row.get::<Option<String>>(3)?.map(UnitPath),
        since: row.get(4)?,
        until: row.get(5)?,
        signed_at: row.get(6)?,
    })
}

fn clock(row: &Row<'_>) -> Result<ClockRun> {
    Ok(ClockRun {
        key: row.get(0)?,
        run: row.get(1)?,
        started_on: row.get(2)?,
        due: row.get(3)?,
        provisional: row.get::<i64>(4)? != 0,
        paused_on: row.get(5)?,
        remaining_days: row.get(6)?,
        stopped_on: row.get(7)?,
        was_late: row.get::<Option<i64>>(8)?.map(|late| late != 0),
        told_at: row.get(9)?,
    })
}

fn slip(row: &Row<'_>) -> Result<Slip> {
    Ok(Slip {
        id: row.get(0)?,
        case: row.get(1)?,
        slip: row.get(2)?,
        number: row.get(3)?,
        reason: row.get(4)?,
        note: row.get(5)?,
        issued_by: row.get(6)?,
        issued_at: row.get(7)?,
        due: row.get(8)?,
        provisional: row.get::<i64>(9)? != 0,
        answered_at: row.get(10)?,
        answered_by: row.get(11)?,
        answer: row.get(12)?,
    })
}

fn taken(row: &Row<'_>) -> Result<Taken> {
    Ok(Taken {
        transition: row.get(0)?,
        verb: row.get(1)?,
        at: row.get(2)?,
        from: row.get(3)?,
        to: row.get(4)?,
        person: row.get(5)?,
    })
}

/// Writes what has changed between two snapshots of a case, the head's version guarding it.
/// Says whether the row was still the one that was read.
pub(crate) fn save(cx: &mut Cx<'_>, before: &CaseSnapshot, after: &CaseSnapshot) -> Result<bool> {
    if !head::update(cx, &after.head)? {
        return Ok(false);
    }
    for (n, party) in after.parties.iter().enumerate() {
        if before.parties.get(n) != Some(party) {
            put_party(cx, after.head.id, (n, party))?;
        }
    }
    for run in after.clocks.iter().filter(|run| !before.clocks.contains(run)) {
        put_clock(cx, after.head.id, run)?;
    }
    for slip in after.slips.iter().filter(|slip| !before.slips.contains(slip)) {
        put_slip(cx, slip)?;
    }
    let worded = before.head.title != after.head.title
        || before.head.number != after.head.number
        || before.fields != after.fields;
    if worded {
        put_words(cx, after, &UPDATE_TEXT)?;
    }
    Ok(true)
}

/// Writes a case that was not there before.
pub(crate) fn insert(cx: &mut Cx<'_>, case: &CaseSnapshot) -> Result<()> {
    head::insert(cx, &case.head)?;
    for numbered in case.parties.iter().enumerate() {
        put_party(cx, case.head.id, numbered)?;
    }
    for run in &case.clocks {
        put_clock(cx, case.head.id, run)?;
    }
    put_words(cx, case, &INSERT_TEXT)?;
    let bands = text::Fingerprint::of(&case.detail).bands();
    if let Some(first) = bands.first().copied() {
        let mut bound = vec![Value::Int(case.head.seq)];
        bound.extend(bands.iter().copied().map(Value::Int));
        bound.resize(BANDS + 1, Value::Int(first));
        cx.execute(&ADD_BANDS, &bound)?;
    }
    Ok(())
}

fn put_party(cx: &mut Cx<'_>, case: Id<Case>, (n, party): (usize, &Party)) -> Result<()> {
    let n = i64::try_from(n).map_err(Error::fault)?;
    let path = party.unit_path.as_ref().map(|path| path.0.as_str());
    let values = values![
        case,
        n,
        &party.relation,
        party.person,
        party.unit,
        path,
        party.since,
        party.until,
        party.signed_at
    ];
    cx.execute(&PUT_PARTY, values).map(|_| ())
}

pub(crate) fn put_clock(cx: &mut Cx<'_>, case: Id<Case>, run: &ClockRun) -> Result<()> {
    let values = values![
        case,
        &run.key,
        run.run,
        run.started_on,
        run.due,
        i64::from(run.provisional),
        run.paused_on,
        run.remaining_days,
        run.stopped_on,
        run.was_late.map(i64::from),
        run.told_at
    ];
    cx.execute(&PUT_CLOCK, values).map(|_| ())
}

fn put_slip(cx: &mut Cx<'_>, slip: &Slip) -> Result<()> {
    let values = values![
        slip.id,
        slip.case,
        &slip.slip,
        &slip.number,
        &slip.reason,
        &slip.note,
        slip.issued_by,
        slip.issued_at,
        slip.due,
        i64::from(slip.provisional),
        slip.answered_at,
        slip.answered_by,
        &slip.answer
    ];
    cx.execute(&PUT_SLIP, values).map(|_| ())
}

/// What search looks through: one line after another, so that no query runs from one into the next.
pub(crate) fn searched(case: &CaseSnapshot) -> String {
    let answer = case.fields.get("answer").map(String::as_str);
    let parts = [Some(case.head.title.as_str()), Some(&case.detail), answer, case.head.number.as_deref()];
    parts.into_iter().flatten().collect::<Vec<&str>>().join("\n")
}

fn put_words(cx: &mut Cx<'_>, case: &CaseSnapshot, statement: &Statement) -> Result<()> {
    let searched = searched(case);
    let fields = serde_json::to_string(&case.fields).map_err(Error::fault)?;
    let answer = case.fields.get("answer").map(String::as_str);
    let folded = text::fold(&searched);
    if std::ptr::eq(statement, &raw const INSERT_TEXT) {
        cx.execute(statement, values![case.head.seq, case.head.id, &case.detail, answer, fields, folded])?;
    } else {
        cx.execute(statement, values![case.head.id, answer, fields, folded])?;
    }
    SEARCH.put(cx, case.head.seq, &text::index_terms(&searched))
}

/// A line of the timeline to be written.
pub(crate) struct NewEvent<'a> {
    pub(crate) case: Id<Case>,
    pub(crate) n: i64,
    pub(crate) taken: &'a Taken,
    pub(crate) actor: &'a str,
    pub(crate) through: &'a str,
    pub(crate) note: Option<&'a str>,
    pub(crate) private_note: Option<&'a str>,
    pub(crate) fields: &'a serde_json::Value,
    pub(crate) visible: bool,
}

pub(crate) fn add_event(cx: &mut Cx<'_>, event: &NewEvent<'_>) -> Result<()> {
    let values = values![
        event.case,
        event.n,
        event.taken.at,
        event.actor,
        event.taken.person,
        event.through,
        &event.taken.transition,
        &event.taken.verb,
        &event.taken.from,
        &event.taken.to,
        event.note,
        event.private_note,
        event.fields,
        i64::from(event.visible)
    ];
    cx.execute(&ADD_EVENT, values).map(|_| ())
}

pub(super) static LATE_CLOCKS: Statement = Statement::new(
    "case.late-clocks",
    "SELECT c.case_id, c.key, c.run FROM case_clock c JOIN case_head h ON h.id = c.case_id \
     WHERE c.due < $1 AND c.stopped_on IS NULL AND c.paused_on IS NULL AND c.told_at IS NULL \
     AND h.counts_as <> 'closed' ORDER BY c.due, c.case_id LIMIT $2",
);
pub(super) static TOLD: Statement = Statement::new(
    "case.clock-told",
    "UPDATE case_clock SET told_at = $4 WHERE case_id = $1 AND key = $2 AND run = $3",
);

/// A clock that ran out and of which nobody has been told: case, key, run.
pub(crate) struct LateClock {
    pub(crate) case: Id<Case>,
    pub(crate) key: String,
    pub(crate) run: i64,
}

pub(crate) fn late_clocks(cx: &mut Cx<'_>, today: Date, limit: u32) -> Result<Vec<LateClock>> {
    cx.rows(&LATE_CLOCKS, values![today, limit], |row| {
        Ok(LateClock { case: row.get(0)?, key: row.get(1)?, run: row.get(2)? })
    })
}

pub(crate) fn clock_told(cx: &mut Cx<'_>, late: &LateClock, at: Timestamp) -> Result<()> {
    cx.execute(&TOLD, values![late.case, &late.key, late.run, at]).map(|_| ())
}

/// The head's tally key before and after a change.
pub(crate) fn moved_tally(before: &CaseHead, after: &CaseHead) -> bool {
    before.tally() != after.tally()
}

pub(super) static WORDS: Statement = Statement::new(
    "case.words",
    "SELECT h.seq, h.title, h.number, t.detail, t.answer FROM case_head h JOIN case_text t ON t.seq = h.seq \
     WHERE h.seq > $1 ORDER BY h.seq LIMIT $2",
);

/// Puts the terms of `limit` cases after `seq` into the index anew; gives the last one.
pub(crate) fn reindex(cx: &mut Cx<'_>, seq: i64, limit: u32) -> Result<Option<i64>> {
    let page = cx.rows(&WORDS, values![seq, limit], |row| {
        let parts: [Option<String>; 4] =
            [row.get(1)?, row.get(3)?, row.get::<Option<String>>(4)?, row.get::<Option<String>>(2)?];
        Ok((row.get::<i64>(0)?, parts.into_iter().flatten().collect::<Vec<String>>().join("\n")))
    })?;
    for (seq, words) in &page {
        SEARCH.put(cx, *seq, &text::index_terms(words))?;
    }
    Ok(page.last().map(|(seq, _)| *seq))
}
