//! The SQL of liaisons.

use std::borrow::Cow;

use base::{
    Date, Error, Id, Refusal, Result,
    noun::{self},
};
use db::{Cx, Row, Statement, values};
use journal::Ref;

use super::{Liaison, Tied};

macro_rules! columns {
    () => {
        "id, person_id, unit_id, tied_kind, tied_id, tied_name, from_on, to_on, reason"
    };
}

static FIND: Statement =
    Statement::new("org.find-liaison", concat!("SELECT ", columns!(), " FROM liaison WHERE id = $1"));
static OF_PERSON: Statement = Statement::new(
    "org.liaisons-of-person",
    concat!("SELECT ", columns!(), " FROM liaison WHERE person_id = $1 ORDER BY from_on DESC, id DESC"),
);
static OF_UNIT: Statement = Statement::new(
    "org.liaisons-of-unit",
    concat!("SELECT ", columns!(), " FROM liaison WHERE unit_id = $1 ORDER BY from_on DESC, id DESC"),
);
static OF_TIED: Statement = Statement::new(
    "org.liaisons-of-tied",
    concat!(
        "SELECT ",
        columns!(),
        " FROM liaison WHERE tied_kind = $1 AND tied_id = $2 ORDER BY from_on DESC, id DESC"
    ),
);
static INSERT: Statement = Statement::new(
    "org.insert-liaison",
    "INSERT INTO liaison (id, person_id, unit_id, tied_kind, tied_id, tied_name, from_on, to_on, reason) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
static END: Statement = Statement::new("org.end-liaison", "UPDATE liaison SET to_on = $2 WHERE id = $1");
static END_OF_UNIT: Statement = Statement::new(
    "org.end-liaisons-of-unit",
    "UPDATE liaison SET to_on = $2 WHERE (unit_id = $1 OR (tied_kind = 'unit' AND tied_id = $1)) \
     AND (to_on IS NULL OR to_on > $2)",
);

pub(crate) const STATEMENTS: &[&Statement] =
    &[&FIND, &OF_PERSON, &OF_UNIT, &OF_TIED, &INSERT, &END, &END_OF_UNIT];

fn read(row: &Row<'_>) -> Result<Liaison> {
    let person: Option<Id<noun::Person>> = row.get(1)?;
    let unit: Option<Id<noun::Unit>> = row.get(2)?;
    let who = person.map(Tied::Person).or(unit.map(Tied::Unit));
    Ok(Liaison {
        id: row.get(0)?,
        who: who.ok_or_else(|| Error::fault("a liaison of nobody"))?,
        to: Ref { kind: Cow::Owned(row.get(3)?), id: row.get(4)? },
        to_name: row.get(5)?,
        from_on: row.get(6)?,
        to_on: row.get(7)?,
        reason: row.get(8)?,
    })
}

/// The tie, refused as not found when there is none.
pub fn find(cx: &mut Cx<'_>, id: Id<noun::Liaison>) -> Result<Liaison> {
    cx.row(&FIND, values![id], read)?.ok_or_else(|| Refusal::not_found("org.no-such-liaison").into())
}

/// What a person is tied to, past ties too.
pub fn of_person(cx: &mut Cx<'_>, person: Id<noun::Person>) -> Result<Vec<Liaison>> {
    cx.rows(&OF_PERSON, values![person], read)
}

/// What a unit is tied to, past ties too.
pub fn of_unit(cx: &mut Cx<'_>, unit: Id<noun::Unit>) -> Result<Vec<Liaison>> {
    cx.rows(&OF_UNIT, values![unit], read)
}

/// Who is tied to a thing, past ties too.
pub fn of_tied(cx: &mut Cx<'_>, thing: &Ref) -> Result<Vec<Liaison>> {
    cx.rows(&OF_TIED, values![thing.kind.as_ref(), &thing.id], read)
}

pub(crate) fn insert(cx: &mut Cx<'_>, liaison: &Liaison) -> Result<()> {
    let (person, unit) = match liaison.who {
        Tied::Person(id) => (Some(id), None),
        Tied::Unit(id) => (None, Some(id)),
    };
    let values = values![
        liaison.id,
        person,
        unit,
        liaison.to.kind.as_ref(),
        &liaison.to.id,
        &liaison.to_name,
        liaison.from_on,
        liaison.to_on,
        &liaison.reason,
    ];
    cx.execute(&INSERT, values).map(|_| ())
}

pub(crate) fn end(cx: &mut Cx<'_>, id: Id<noun::Liaison>, last: Date) -> Result<()> {
    cx.execute(&END, values![id, last]).map(|_| ())
}

pub(crate) fn end_all_of_unit(cx: &mut Cx<'_>, unit: Id<noun::Unit>, last: Date) -> Result<()> {
    cx.execute(&END_OF_UNIT, values![unit, last]).map(|_| ())
}
