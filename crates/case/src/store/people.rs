//! Units, persons and posts as cases need them, read from the tables of the organisation.

use std::collections::HashMap;

use access::UnitPath;
use base::{
    Date, Id, Result,
    noun::{Person, Unit},
};
use db::{Cx, Row, Statement, Value, values};

use crate::{
    model::{CaseHead, KnownPerson, KnownUnit},
    store::filter::{Names, path_and_above},
};

pub(super) static UNIT: Statement =
    Statement::new("case.unit", "SELECT id, path FROM unit WHERE id = $1 AND withdrawn_at IS NULL");
pub(super) static PERSON: Statement = Statement::new(
    "case.person",
    "SELECT id, (SELECT COUNT(*) FROM post WHERE post.person_id = person.id AND post.from_on <= $2 \
     AND (post.to_on IS NULL OR post.to_on >= $2) AND post.withdrawn_at IS NULL) \
     FROM person WHERE id = $1 AND withdrawn_at IS NULL",
);
pub(super) static AT_UNIT: Statement = Statement::new(
    "case.persons-at-unit",
    "SELECT DISTINCT person_id FROM post WHERE unit_id = $1 AND from_on <= $2 \
     AND (to_on IS NULL OR to_on >= $2) AND withdrawn_at IS NULL",
);
pub(super) static POSTS_OF: Statement = Statement::new(
    "case.post-paths-of",
    "SELECT u.path FROM post p JOIN unit u ON u.id = p.unit_id WHERE p.person_id = $1 AND p.from_on <= $2 \
     AND (p.to_on IS NULL OR p.to_on >= $2) AND p.withdrawn_at IS NULL",
);

const IN_ROLES: &str = "SELECT p.person_id, u.path FROM post p JOIN unit u ON u.id = p.unit_id \
     WHERE p.from_on <= $1 AND (p.to_on IS NULL OR p.to_on >= $1) AND p.withdrawn_at IS NULL AND p.role IN (";

/// A list of placeholders `$from, $from+1 …` for `count` values, and how many that makes: a power of
/// two, so that lists of all lengths share a few statements.
pub(crate) fn placeholders(from: usize, count: usize) -> (String, usize) {
    let size = count.max(1).next_power_of_two();
    let all: Vec<String> = (from..from + size).map(|n| format!("${n}")).collect();
    (all.join(", "), size)
}

/// The values filled up to `size` with the last one.
pub(crate) fn padded(mut values: Vec<Value<'_>>, size: usize) -> Vec<Value<'_>> {
    let last = values.last().cloned().unwrap_or(Value::Null);
    values.resize(size, last);
    values
}

/// The unit of this id.
pub(crate) fn unit(cx: &mut Cx<'_>, id: &str) -> Result<Option<KnownUnit>> {
    cx.row(&UNIT, values![id], |row| Ok(KnownUnit { id: row.get(0)?, path: UnitPath(row.get(1)?) }))
}

/// The person of this id, and whether a post is held today.
pub(crate) fn person(cx: &mut Cx<'_>, id: &str, today: Date) -> Result<Option<KnownPerson>> {
    cx.row(&PERSON, values![id, today], |row| {
        Ok(KnownPerson { id: row.get(0)?, holds_post: row.get::<i64>(1)? > 0 })
    })
}

/// Everybody with a post at exactly this unit.
pub(crate) fn at_unit(cx: &mut Cx<'_>, unit: Id<Unit>, today: Date) -> Result<Vec<Id<Person>>> {
    cx.rows(&AT_UNIT, values![unit, today], |row| row.get(0))
}

/// Where a person's posts are.
pub(crate) fn post_paths(cx: &mut Cx<'_>, person: Id<Person>, today: Date) -> Result<Vec<UnitPath>> {
    cx.rows(&POSTS_OF, values![person, today], |row| row.get(0).map(UnitPath))
}

/// A person with a post, and where it is.
pub(crate) struct Holding {
    pub(crate) person: Id<Person>,
    pub(crate) path: UnitPath,
}

/// Everybody in one of these roles at `path` or a unit above it.
pub(crate) fn in_roles(
    cx: &mut Cx<'_>,
    roles: &[&str],
    path: &UnitPath,
    today: Date,
) -> Result<Vec<Holding>> {
    if roles.is_empty() {
        return Ok(Vec::new());
    }
    let above = path_and_above(path);
    let (role_places, role_size) = placeholders(2, roles.len());
    let (path_places, path_size) = placeholders(2 + role_size, above.len());
    let sql = format!("{IN_ROLES}{role_places}) AND u.path IN ({path_places}) ORDER BY p.person_id");
    let mut bound = vec![Value::from(today)];
    bound.extend(padded(roles.iter().map(|role| Value::from(*role)).collect(), role_size));
    bound.extend(padded(above.iter().map(|path| Value::from(&path.0)).collect(), path_size));
    cx.rows_of("case.persons-in-roles", &sql, &bound, |row| {
        Ok(Holding { person: row.get(0)?, path: UnitPath(row.get(1)?) })
    })
}

/// Names of units and persons of many heads, in two queries.
pub fn names(cx: &mut Cx<'_>, heads: &[CaseHead]) -> Result<Names> {
    let units = heads.iter().flat_map(|head| [Some(head.unit), head.department, head.holder_unit]).flatten();
    let persons =
        heads.iter().flat_map(|head| [head.leader, head.handler, head.holder_person, head.author]).flatten();
    names_of(cx, units, persons)
}

/// Names of these units and persons, in two queries.
pub fn names_of(
    cx: &mut Cx<'_>,
    units: impl Iterator<Item = Id<Unit>>,
    persons: impl Iterator<Item = Id<Person>>,
) -> Result<Names> {
    Ok(Names {
        units: named(cx, "SELECT id, name FROM unit WHERE id IN (", units)?,
        persons: named(cx, "SELECT id, name FROM person WHERE id IN (", persons)?,
    })
}

fn named<K>(
    cx: &mut Cx<'_>,
    select: &'static str,
    ids: impl Iterator<Item = Id<K>>,
) -> Result<HashMap<Id<K>, String>> {
    let mut ids: Vec<Id<K>> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let (places, size) = placeholders(1, ids.len());
    let sql = format!("{select}{places})");
    let bound = padded(ids.iter().map(Value::from).collect(), size);
    let read = |row: &Row<'_>| Ok((row.get::<Id<K>>(0)?, row.get::<String>(1)?));
    Ok(cx.rows_of("case.names", &sql, &bound, read)?.into_iter().collect())
}
