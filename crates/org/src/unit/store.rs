//! The SQL of units.

use std::collections::HashMap;

use access::UnitPath;
use base::{
    Date, Id, Refusal, Result,
    noun::{self},
};
use db::{Cx, Row, Statement, Value, values};

use super::{Moved, Unit, full_code};

/// The columns of a [`Unit`] in the order of [`read`].
macro_rules! columns {
    () => {
        "u.id, u.path, u.parent_id, u.kind, u.name, u.short_name, u.code, u.members, u.sort, u.opened_on, \
         u.closed_on, u.version"
    };
}

static FIND: Statement = Statement::new(
    "org.find-unit",
    concat!("SELECT ", columns!(), " FROM unit u WHERE u.id = $1 AND u.withdrawn_at IS NULL"),
);
static BY_CODE: Statement = Statement::new(
    "org.find-unit-by-code",
    concat!("SELECT ", columns!(), " FROM unit u WHERE u.code = $1 AND u.withdrawn_at IS NULL"),
);
static ROOT: Statement = Statement::new(
    "org.find-root",
    concat!(
        "SELECT ",
        columns!(),
        " FROM unit u WHERE u.parent_id IS NULL AND u.withdrawn_at IS NULL ORDER BY u.key"
    ),
);
static WITHIN: Statement = Statement::new(
    "org.units-within",
    concat!(
        "SELECT ",
        columns!(),
        " FROM unit u WHERE u.path LIKE $1 AND u.withdrawn_at IS NULL AND (u.closed_on IS NULL OR u.closed_on >= $2) \
         ORDER BY u.sort, u.key"
    ),
);
static CHILDREN: Statement = Statement::new(
    "org.children-of-unit",
    concat!(
        "SELECT ",
        columns!(),
        " FROM unit u WHERE u.parent_id = $1 AND u.withdrawn_at IS NULL ORDER BY u.sort, u.key"
    ),
);
static NAMED: Statement = Statement::new(
    "org.sibling-of-name",
    "SELECT COUNT(*) FROM unit WHERE parent_id = $1 AND name = $2 AND id <> $3 AND withdrawn_at IS NULL \
     AND closed_on IS NULL",
);
static NEXT_KEY: Statement =
    Statement::new("org.next-unit-key", "SELECT COALESCE(MAX(key), 0) + 1 FROM unit");
static INSERT: Statement = Statement::new(
    "org.insert-unit",
    "INSERT INTO unit (id, path, key, parent_id, kind, name, short_name, code, members, sort, opened_on, import_id, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)",
);
static UPDATE: Statement = Statement::new(
    "org.update-unit",
    "UPDATE unit SET name = $3, short_name = $4, code = $5, members = $6, sort = $7, closed_on = $8, \
     version = version + 1 WHERE id = $1 AND version = $2",
);
static REPARENT: Statement = Statement::new(
    "org.reparent-unit",
    "UPDATE unit SET parent_id = $2, version = version + 1 WHERE id = $1",
);
static REPATH: Statement =
    Statement::new("org.repath-units", "UPDATE unit SET path = $1 || substr(path, $2) WHERE path LIKE $3");
static SUCCEED: Statement = Statement::new(
    "org.insert-succession",
    "INSERT INTO unit_succession (from_id, to_id, since, reason) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (from_id, to_id) DO UPDATE SET since = EXCLUDED.since, reason = EXCLUDED.reason",
);
static PREDECESSORS: Statement = Statement::new(
    "org.predecessors",
    "SELECT u.id, u.name, s.since, s.reason FROM unit_succession s JOIN unit u ON u.id = s.from_id \
     WHERE s.to_id = $1 ORDER BY s.since, u.key",
);
static SUCCESSORS: Statement = Statement::new(
    "org.successors",
    "SELECT u.id, u.name, s.since, s.reason FROM unit_succession s JOIN unit u ON u.id = s.to_id \
     WHERE s.from_id = $1 ORDER BY s.since, u.key",
);
static PAGE: Statement = Statement::new(
    "org.page-of-units",
    concat!(
        "SELECT ",
        columns!(),
        " FROM unit u WHERE u.id > $1 AND u.path LIKE $2 AND u.withdrawn_at IS NULL ORDER BY u.id LIMIT $3"
    ),
);
static WITHDRAW: Statement = Statement::new(
    "org.withdraw-units",
    "UPDATE unit SET withdrawn_at = $2, code = NULL, version = version + 1 WHERE import_id = $1 AND withdrawn_at IS NULL",
);
static OF_IMPORT: Statement = Statement::new(
    "org.units-of-import",
    concat!("SELECT ", columns!(), " FROM unit u WHERE u.import_id = $1 AND u.withdrawn_at IS NULL"),
);

pub(crate) const STATEMENTS: &[&Statement] = &[
    &FIND,
    &BY_CODE,
    &ROOT,
    &WITHIN,
    &CHILDREN,
    &NAMED,
    &NEXT_KEY,
    &INSERT,
    &UPDATE,
    &REPARENT,
    &REPATH,
    &SUCCEED,
    &PREDECESSORS,
    &SUCCESSORS,
    &PAGE,
    &WITHDRAW,
    &OF_IMPORT,
];

fn read(row: &Row<'_>) -> Result<Unit> {
    Ok(Unit {
        id: row.get(0)?,
        path: UnitPath(row.get(1)?),
        parent: row.get(2)?,
        kind: row.get(3)?,
        name: row.get(4)?,
        short_name: row.get(5)?,
        code: row.get(6)?,
        members: row.get(7)?,
        sort: row.get(8)?,
        opened_on: row.get(9)?,
        closed_on: row.get(10)?,
        version: row.get(11)?,
    })
}

/// The LIKE pattern of a subtree. Paths hold digits and dots only, so nothing needs escaping.
pub(crate) fn subtree(path: &UnitPath) -> String {
    format!("{}%", path.0)
}

/// The unit, refused as not found when there is none.
pub fn unit(cx: &mut Cx<'_>, id: Id<noun::Unit>) -> Result<Unit> {
    cx.row(&FIND, values![id], read)?
        .ok_or_else(|| Refusal::not_found("org.no-such-unit").field("unit").into())
}

/// The unit with this official code, in any form a code is written.
pub fn unit_by_code(cx: &mut Cx<'_>, code: &str) -> Result<Option<Unit>> {
    let Ok(code) = full_code(code) else { return Ok(None) };
    cx.row(&BY_CODE, values![code], read)
}

/// The unit at the head of the tree.
pub fn root(cx: &mut Cx<'_>) -> Result<Option<Unit>> {
    cx.row(&ROOT, &[], read)
}

/// The open units at `path` and below it, by place.
pub fn units_within(cx: &mut Cx<'_>, path: &UnitPath) -> Result<Vec<Unit>> {
    cx.rows(&WITHIN, values![subtree(path), cx.today()], read)
}

/// The open units below `path`, without the one at it.
pub fn units_below(cx: &mut Cx<'_>, path: &UnitPath) -> Result<Vec<Unit>> {
    let mut units = units_within(cx, path)?;
    units.retain(|unit| unit.path != *path);
    Ok(units)
}

/// The units right below one, closed ones too.
pub fn children(cx: &mut Cx<'_>, id: Id<noun::Unit>) -> Result<Vec<Unit>> {
    cx.rows(&CHILDREN, values![id], read)
}

/// A page of units within `path`, after `after`.
pub(crate) fn page(cx: &mut Cx<'_>, path: &UnitPath, after: &str, size: usize) -> Result<Vec<Unit>> {
    let limit = i64::try_from(size).unwrap_or(i64::MAX);
    cx.rows(&PAGE, values![after, subtree(path), limit], read)
}

/// Whether an open sibling other than `id` has this name.
pub(crate) fn has_sibling(
    cx: &mut Cx<'_>,
    parent: Option<Id<noun::Unit>>,
    name: &str,
    id: &str,
) -> Result<bool> {
    Ok(cx.number(&NAMED, values![parent, name, id])? > 0)
}

/// The key of the next unit.
pub(crate) fn next_key(cx: &mut Cx<'_>) -> Result<i64> {
    cx.number(&NEXT_KEY, &[])
}

pub(crate) fn insert(cx: &mut Cx<'_>, unit: &Unit, key: i64, import: Option<Id<noun::Import>>) -> Result<()> {
    let values = values![
        unit.id,
        &unit.path.0,
        key,
        unit.parent,
        &unit.kind,
        &unit.name,
        &unit.short_name,
        &unit.code,
        unit.members,
        unit.sort,
        unit.opened_on,
        import,
    ];
    cx.execute(&INSERT, values).map(|_| ())
}

/// Saves what may change, guarded by the version the unit was read with.
pub(crate) fn save(cx: &mut Cx<'_>, unit: &Unit) -> Result<()> {
    let values = values![
        unit.id,
        unit.version,
        &unit.name,
        &unit.short_name,
        &unit.code,
        unit.members,
        unit.sort,
        unit.closed_on,
    ];
    if cx.execute(&UPDATE, values)? == 0 {
        return Err(Refusal::conflict("org.changed-meanwhile").into());
    }
    Ok(())
}

/// Puts a unit under another and rewrites the paths of its subtree.
pub(crate) fn reparent(cx: &mut Cx<'_>, moved: &Moved, parent: Id<noun::Unit>) -> Result<()> {
    cx.execute(&REPARENT, values![moved.unit, parent])?;
    let rest = i64::try_from(moved.from.0.len()).unwrap_or(i64::MAX).saturating_add(1);
    cx.execute(&REPATH, values![&moved.to.0, rest, subtree(&moved.from)])?;
    Ok(())
}

pub(crate) fn succeed(
    cx: &mut Cx<'_>,
    from: Id<noun::Unit>,
    to: Id<noun::Unit>,
    since: (Date, &str),
) -> Result<()> {
    cx.execute(&SUCCEED, values![from, to, since.0, since.1]).map(|_| ())
}

/// A unit before or after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession {
    /// The other unit.
    pub unit: Id<noun::Unit>,
    /// Its name.
    pub name: String,
    /// Since when.
    pub since: Date,
    /// The document or reason.
    pub reason: String,
}

/// The predecessors and the successors of a unit.
pub fn close_relatives(cx: &mut Cx<'_>, id: Id<noun::Unit>) -> Result<(Vec<Succession>, Vec<Succession>)> {
    let read = |row: &Row<'_>| {
        Ok(Succession { unit: row.get(0)?, name: row.get(1)?, since: row.get(2)?, reason: row.get(3)? })
    };
    Ok((cx.rows(&PREDECESSORS, values![id], read)?, cx.rows(&SUCCESSORS, values![id], read)?))
}

/// The names of units, closed and withdrawn ones too, for lists that show ids of other tables.
pub fn names(cx: &mut Cx<'_>, ids: &[Id<noun::Unit>]) -> Result<HashMap<Id<noun::Unit>, String>> {
    let ids: Vec<Value<'_>> = ids.iter().map(Value::from).collect();
    names_in(cx, "SELECT id, name FROM unit WHERE id IN ", &ids)
}

/// Id and name of the rows with these ids, a thousand at a time: engines limit placeholders.
pub(crate) fn names_in<K>(
    cx: &mut Cx<'_>,
    select: &'static str,
    ids: &[Value<'_>],
) -> Result<HashMap<Id<K>, String>> {
    let mut names = HashMap::new();
    for part in ids.chunks(1000) {
        let sql = format!("{select}({})", placeholders(1, part.len()));
        names.extend(cx.rows_of("org.names", &sql, part, |row| Ok((row.get(0)?, row.get(1)?)))?);
    }
    Ok(names)
}

/// `$4, $5, $6`.
pub(crate) fn placeholders(first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first + count).map(|place| format!("${place}")).collect();
    places.join(", ")
}

pub(crate) fn of_import(cx: &mut Cx<'_>, import: Id<noun::Import>) -> Result<Vec<Unit>> {
    cx.rows(&OF_IMPORT, values![import], read)
}

pub(crate) fn withdraw(cx: &mut Cx<'_>, import: Id<noun::Import>) -> Result<u64> {
    cx.execute(&WITHDRAW, values![import, cx.now()])
}
