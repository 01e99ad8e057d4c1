//! The head row: every column a list filters or sorts by.

use access::UnitPath;
use base::{Error, Id, Result, noun::Case};
use db::{Cx, Row, Statement, Value, values};

use crate::model::{CaseHead, column_of, column_word, counts_as_of, counts_as_word, holder_of};

/// The columns in the order [`read`] and [`row_values`] take them.
macro_rules! head_columns {
    () => {
        "seq, id, number, procedure, regulation_version, state, counts_as, column_key, unit_id, unit_path, \
         channel, class, category, title, leader_id, department_id, department_path, handler_id, holder, \
         holder_person, holder_unit, due, due_provisional, next_word, late_on, fallback_on, raised_at, \
         assigned_at, handled_at, closed_at, updated_at, parent_id, merged_into, import_id, source_key, \
         slips_open, reopened, extended, anonymous, has_raiser, author_id, version"
    };
}
pub(crate) const COLUMNS: &str = head_columns!();

pub(super) static FIND: Statement =
    Statement::new("case.head", concat!("SELECT ", head_columns!(), " FROM case_head WHERE id = $1"));
pub(super) static INSERT: Statement = Statement::new(
    "case.insert-head",
    concat!(
        "INSERT INTO case_head (",
        head_columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
         $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, \
         $41, $42)"
    ),
);
// $42 is the new version; the row must still be at the one before.
pub(super) static UPDATE: Statement = Statement::new(
    "case.update-head",
    "UPDATE case_head SET number = $3, procedure = $4, regulation_version = $5, state = $6, counts_as = $7, \
     column_key = $8, unit_id = $9, unit_path = $10, channel = $11, class = $12, category = $13, title = $14, \
     leader_id = $15, department_id = $16, department_path = $17, handler_id = $18, holder = $19, \
     holder_person = $20, holder_unit = $21, due = $22, due_provisional = $23, next_word = $24, late_on = $25, \
     fallback_on = $26, raised_at = $27, assigned_at = $28, handled_at = $29, closed_at = $30, \
     updated_at = $31, parent_id = $32, merged_into = $33, import_id = $34, source_key = $35, \
     slips_open = $36, reopened = $37, extended = $38, anonymous = $39, has_raiser = $40, author_id = $41, \
     version = $42 WHERE seq = $1 AND id = $2 AND version = $42 - 1",
);

/// Reads a head whose columns begin at `first`.
pub(crate) fn read(row: &Row<'_>, first: usize) -> Result<CaseHead> {
    let word = |index: usize| row.get::<String>(first + index);
    let unknown = |word: String| Error::fault(format!("case_head has an unknown word {word}"));
    let known = |index: usize| -> Result<String> { word(index) };
    Ok(CaseHead {
        seq: row.get(first)?,
        id: row.get(first + 1)?,
        number: row.get(first + 2)?,
        procedure: row.get(first + 3)?,
        regulation_version: row.get(first + 4)?,
        state: row.get(first + 5)?,
        counts_as: known(6).and_then(|w| counts_as_of(&w).ok_or_else(|| unknown(w)))?,
        column: known(7).and_then(|w| column_of(&w).ok_or_else(|| unknown(w)))?,
        unit: row.get(first + 8)?,
        unit_path: UnitPath(row.get(first + 9)?),
        channel: row.get(first + 10)?,
        class: row.get(first + 11)?,
        category: row.get(first + 12)?,
        title: row.get(first + 13)?,
        leader: row.get(first + 14)?,
        department: row.get(first + 15)?,
        department_path: row.get::<Option<String>>(first + 16)?.map(UnitPath),
        handler: row.get(first + 17)?,
        holder: known(18).and_then(|w| holder_of(&w).ok_or_else(|| unknown(w)))?,
        holder_person: row.get(first + 19)?,
        holder_unit: row.get(first + 20)?,
        due: row.get(first + 21)?,
        due_provisional: row.get::<i64>(first + 22)? != 0,
        next_word: row.get(first + 23)?,
        late_on: row.get(first + 24)?,
        fallback_on: row.get(first + 25)?,
        raised_at: row.get(first + 26)?,
        assigned_at: row.get(first + 27)?,
        handled_at: row.get(first + 28)?,
        closed_at: row.get(first + 29)?,
        updated_at: row.get(first + 30)?,
        parent: row.get(first + 31)?,
        merged_into: row.get(first + 32)?,
        import: row.get(first + 33)?,
        source_key: row.get(first + 34)?,
        slips_open: row.get(first + 35)?,
        reopened: row.get(first + 36)?,
        extended: row.get(first + 37)?,
        anonymous: row.get::<i64>(first + 38)? != 0,
        has_raiser: row.get::<i64>(first + 39)? != 0,
        author: row.get(first + 40)?,
        version: row.get(first + 41)?,
    })
}

fn row_values(head: &CaseHead) -> Vec<Value<'_>> {
    vec![
        head.seq.into(),
        head.id.into(),
        (&head.number).into(),
        (&head.procedure).into(),
        (&head.regulation_version).into(),
        (&head.state).into(),
        counts_as_word(head.counts_as).into(),
        column_word(head.column).into(),
        head.unit.into(),
        (&head.unit_path.0).into(),
        (&head.channel).into(),
        (&head.class).into(),
        (&head.category).into(),
        (&head.title).into(),
        head.leader.into(),
        head.department.into(),
        head.department_path.as_ref().map(|path| path.0.as_str()).into(),
        head.handler.into(),
        head.holder.word().into(),
        head.holder_person.into(),
        head.holder_unit.into(),
        head.due.into(),
        i64::from(head.due_provisional).into(),
        head.next_word.into(),
        head.late_on.into(),
        head.fallback_on.into(),
        head.raised_at.into(),
        head.assigned_at.into(),
        head.handled_at.into(),
        head.closed_at.into(),
        head.updated_at.into(),
        head.parent.into(),
        head.merged_into.into(),
        head.import.into(),
        (&head.source_key).into(),
        head.slips_open.into(),
        head.reopened.into(),
        head.extended.into(),
        i64::from(head.anonymous).into(),
        i64::from(head.has_raiser).into(),
        head.author.into(),
        head.version.into(),
    ]
}

/// The head alone.
pub fn head(cx: &mut Cx<'_>, id: Id<Case>) -> Result<Option<CaseHead>> {
    cx.row(&FIND, values![id], |row| read(row, 0))
}

pub(crate) fn insert(cx: &mut Cx<'_>, head: &CaseHead) -> Result<()> {
    cx.execute(&INSERT, &row_values(head)).map(|_| ())
}

/// Writes a head whose version has been raised by one; says whether the row was still at the old one.
pub(crate) fn update(cx: &mut Cx<'_>, head: &CaseHead) -> Result<bool> {
    Ok(cx.execute(&UPDATE, &row_values(head))? == 1)
}

pub(super) static NEXT: Statement = Statement::new(
    "case.next-number",
    "INSERT INTO case_counter (name, n) VALUES ($1, $2) \
     ON CONFLICT (name) DO UPDATE SET n = case_counter.n + EXCLUDED.n RETURNING n",
);

/// Takes `count` numbers of a sequence and gives the first.
pub(crate) fn take_numbers(cx: &mut Cx<'_>, sequence: &str, count: i64) -> Result<i64> {
    let last: Option<i64> = cx.row(&NEXT, values![sequence, count], |row| row.get(0))?;
    last.map(|last| last - count + 1).ok_or_else(|| Error::fault("a counter gave no number"))
}

pub(super) static BY_NUMBER: Statement =
    Statement::new("case.by-number", "SELECT id, counts_as, merged_into FROM case_head WHERE number = $1");
pub(super) static BY_ID: Statement =
    Statement::new("case.by-id", "SELECT id, counts_as, merged_into FROM case_head WHERE id = $1");
pub(super) static BY_SOURCE: Statement =
    Statement::new("case.by-source", "SELECT id, seq, number, state FROM case_head WHERE source_key = $1");
pub(super) static FOLLOW: Statement =
    Statement::new("case.follow-survivor", "UPDATE case_head SET merged_into = $2 WHERE merged_into = $1");
pub(super) static DUE_FALLBACKS: Statement = Statement::new(
    "case.due-fallbacks",
    "SELECT id FROM case_head WHERE fallback_on < $1 AND counts_as <> 'closed' \
     ORDER BY fallback_on, seq LIMIT $2",
);
pub(super) static PUT_OFF: Statement =
    Statement::new("case.put-off-fallback", "UPDATE case_head SET fallback_on = $2 WHERE id = $1");

/// A case somebody names by number or id: (id, closed, merged into).
pub(crate) fn named(cx: &mut Cx<'_>, written: &str) -> Result<Option<crate::model::KnownCase>> {
    let read = |row: &Row<'_>| {
        Ok(crate::model::KnownCase {
            id: row.get(0)?,
            closed: row.get::<String>(1)? == "closed",
            merged_into: row.get(2)?,
        })
    };
    match cx.row(&BY_NUMBER, values![written], read)? {
        Some(found) => Ok(Some(found)),
        None => cx.row(&BY_ID, values![written], read),
    }
}

/// What an earlier load of the same source row made.
pub(crate) struct Earlier {
    pub(crate) id: Id<Case>,
    pub(crate) seq: i64,
    pub(crate) number: Option<String>,
    pub(crate) state: String,
}

pub(crate) fn by_source(cx: &mut Cx<'_>, key: &str) -> Result<Option<Earlier>> {
    cx.row(&BY_SOURCE, values![key], |row| {
        Ok(Earlier { id: row.get(0)?, seq: row.get(1)?, number: row.get(2)?, state: row.get(3)? })
    })
}

/// Duplicates of a case that is now itself a duplicate follow its survivor.
pub(crate) fn follow(cx: &mut Cx<'_>, case: Id<Case>, survivor: Id<Case>) -> Result<()> {
    cx.execute(&FOLLOW, values![case, survivor]).map(|_| ())
}

/// Open cases whose holder has been silent too long.
pub(crate) fn due_fallbacks(cx: &mut Cx<'_>, today: base::Date, limit: u32) -> Result<Vec<Id<Case>>> {
    cx.rows(&DUE_FALLBACKS, values![today, limit], |row| row.get(0))
}

pub(crate) fn put_off(cx: &mut Cx<'_>, case: Id<Case>, until: base::Date) -> Result<()> {
    cx.execute(&PUT_OFF, values![case, until]).map(|_| ())
}
