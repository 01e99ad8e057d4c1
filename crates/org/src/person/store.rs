//! The SQL of persons.

use std::collections::HashMap;

use access::{Scope, UnitPath};
use base::{
    Id, Refusal, Result, Timestamp,
    noun::{self},
};
use db::{Cx, Row, Statement, Value, values};
use serde::Serialize;

use super::Person;
use crate::unit::store::{names_in, placeholders, subtree};

macro_rules! columns {
    () => {
        "p.id, p.name, p.unit_id, p.phone_masked, p.note, p.left_on, p.version"
    };
}

static FIND: Statement = Statement::new(
    "org.find-person",
    concat!("SELECT ", columns!(), " FROM person p WHERE p.id = $1 AND p.withdrawn_at IS NULL"),
);
static NAMED: Statement = Statement::new(
    "org.persons-named",
    concat!(
        "SELECT ",
        columns!(),
        " FROM person p WHERE p.name = $1 AND p.withdrawn_at IS NULL ORDER BY p.id"
    ),
);
static INSERT: Statement = Statement::new(
    "org.insert-person",
    "INSERT INTO person (id, name, unit_id, phone_masked, note, made_at, import_id, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, 1)",
);
static UPDATE: Statement = Statement::new(
    "org.update-person",
    "UPDATE person SET name = $3, phone_masked = $4, note = $5, left_on = $6, version = version + 1 \
     WHERE id = $1 AND version = $2",
);
static CHOICES: Statement = Statement::new(
    "org.person-choices",
    "SELECT p.id, p.name, q.role, v.name FROM person p \
     JOIN unit u ON u.id = p.unit_id \
     LEFT JOIN post q ON q.person_id = p.id AND q.withdrawn_at IS NULL AND q.from_on <= $2 \
     AND (q.to_on IS NULL OR q.to_on >= $2) \
     LEFT JOIN unit v ON v.id = q.unit_id \
     WHERE (u.path LIKE $1 OR v.path LIKE $1) AND p.withdrawn_at IS NULL \
     AND (p.left_on IS NULL OR p.left_on >= $2) ORDER BY p.name, p.id, q.from_on",
);
static OF_IMPORT: Statement = Statement::new(
    "org.persons-of-import",
    concat!("SELECT ", columns!(), " FROM person p WHERE p.import_id = $1 AND p.withdrawn_at IS NULL"),
);
static WITHDRAW: Statement = Statement::new(
    "org.withdraw-persons",
    "UPDATE person SET withdrawn_at = $2, version = version + 1 WHERE import_id = $1 AND withdrawn_at IS NULL",
);

pub(crate) const STATEMENTS: &[&Statement] =
    &[&FIND, &NAMED, &INSERT, &UPDATE, &CHOICES, &OF_IMPORT, &WITHDRAW];

fn read(row: &Row<'_>) -> Result<Person> {
    Ok(Person {
        id: row.get(0)?,
        name: row.get(1)?,
        unit: row.get(2)?,
        phone_masked: row.get(3)?,
        note: row.get(4)?,
        left_on: row.get(5)?,
        version: row.get(6)?,
    })
}

/// The person, refused as not found when there is none.
pub fn person(cx: &mut Cx<'_>, id: Id<noun::Person>) -> Result<Person> {
    cx.row(&FIND, values![id], read)?
        .ok_or_else(|| Refusal::not_found("org.no-such-person").field("person").into())
}

/// The persons of a name.
pub(crate) fn named(cx: &mut Cx<'_>, name: &str) -> Result<Vec<Person>> {
    cx.rows(&NAMED, values![name], read)
}

pub(crate) fn insert(cx: &mut Cx<'_>, person: &Person, import: Option<Id<noun::Import>>) -> Result<()> {
    let made_at: Timestamp = cx.now();
    let values =
        values![person.id, &person.name, person.unit, &person.phone_masked, &person.note, made_at, import];
    cx.execute(&INSERT, values).map(|_| ())
}

pub(crate) fn save(cx: &mut Cx<'_>, person: &Person) -> Result<()> {
    let values =
        values![person.id, person.version, &person.name, &person.phone_masked, &person.note, person.left_on];
    if cx.execute(&UPDATE, values)? == 0 {
        return Err(Refusal::conflict("org.changed-meanwhile").into());
    }
    Ok(())
}

/// The names of persons, withdrawn ones too, for lists that show ids of other tables.
pub fn names(cx: &mut Cx<'_>, ids: &[Id<noun::Person>]) -> Result<HashMap<Id<noun::Person>, String>> {
    let ids: Vec<Value<'_>> = ids.iter().map(Value::from).collect();
    names_in(cx, "SELECT id, name FROM person WHERE id IN ", &ids)
}

/// A person to be picked, with the posts that tell namesakes apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonChoice {
    /// The person.
    pub id: Id<noun::Person>,
    /// The name.
    pub name: String,
    /// Role key and unit name of each post held today.
    pub posts: Vec<(String, String)>,
}

/// The persons on the list of a unit within `path` or holding a post there today, by name.
pub fn person_choices(cx: &mut Cx<'_>, path: &UnitPath) -> Result<Vec<PersonChoice>> {
    let mut choices: Vec<PersonChoice> = Vec::new();
    cx.rows(&CHOICES, values![subtree(path), cx.today()], |row| {
        let id = row.get(0)?;
        if choices.last().is_none_or(|last| last.id != id) {
            choices.push(PersonChoice { id, name: row.get(1)?, posts: Vec::new() });
        }
        let post = row.get::<Option<String>>(2)?.zip(row.get::<Option<String>>(3)?);
        if let Some(last) = choices.last_mut() {
            last.posts.extend(post);
        }
        Ok(())
    })?;
    Ok(choices)
}

/// The persons who hold one of `roles` today at `path` or below it, each once per post.
pub fn persons_with_role_within(
    cx: &mut Cx<'_>,
    roles: &[&str],
    path: &UnitPath,
) -> Result<Vec<(Id<noun::Person>, String)>> {
    if roles.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT DISTINCT p.id, p.name FROM post q JOIN unit u ON u.id = q.unit_id JOIN person p ON p.id = q.person_id \
         WHERE u.path LIKE $1 AND q.from_on <= $2 AND (q.to_on IS NULL OR q.to_on >= $2) \
         AND q.withdrawn_at IS NULL AND q.role IN ({}) ORDER BY p.name, p.id",
        placeholders(3, roles.len())
    );
    let mut values = vec![Value::from(subtree(path)), Value::from(cx.today())];
    values.extend(roles.iter().map(|role| Value::from(*role)));
    cx.rows_of("org.persons-with-role", &sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))
}

/// A line of the list of persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonLine {
    /// The person.
    pub id: Id<noun::Person>,
    /// The name.
    pub name: String,
    /// The unit on whose list the person stands.
    pub unit: Id<noun::Unit>,
    /// Its name.
    pub unit_name: String,
    /// The telephone number as shown on screens.
    pub phone_masked: Option<String>,
}

/// What a list of persons is asked for.
#[derive(Debug, Clone, Default)]
pub struct PersonQuery {
    /// Part of a name.
    pub part: Option<String>,
    /// Only within this subtree.
    pub within: Option<UnitPath>,
    /// After this name and id.
    pub after: Option<(String, String)>,
    /// At most so many.
    pub size: usize,
}

/// The persons in `scope` by name: those on the list of a unit there or holding a post there today.
pub fn list(cx: &mut Cx<'_>, scope: &Scope, query: &PersonQuery) -> Result<Vec<PersonLine>> {
    let mut values: Vec<Value<'_>> = vec![Value::from(cx.today())];
    let mut place = |value: Value<'static>| {
        values.push(value);
        values.len()
    };
    let mut conditions = vec!["p.withdrawn_at IS NULL".to_owned()];
    let at = |column: &str| {
        format!(
            "(u.path {column} OR EXISTS (SELECT 1 FROM post q JOIN unit v ON v.id = q.unit_id WHERE q.person_id = p.id \
             AND q.withdrawn_at IS NULL AND q.from_on <= $1 AND (q.to_on IS NULL OR q.to_on >= $1) AND v.path {column}))"
        )
    };
    if !scope.everything {
        let mut allowed = vec!["1 = 0".to_owned()];
        for path in &scope.subtrees {
            allowed.push(at(&format!("LIKE ${}", place(subtree(path).into()))));
        }
        for path in &scope.units {
            allowed.push(at(&format!("= ${}", place(path.0.clone().into()))));
        }
        conditions.push(format!("({})", allowed.join(" OR ")));
    }
    if let Some(path) = &query.within {
        conditions.push(at(&format!("LIKE ${}", place(subtree(path).into()))));
    }
    if let Some(part) = &query.part {
        conditions.push(format!("p.name LIKE ${} ESCAPE '\\'", place(containing(part).into())));
    }
    if let Some((name, id)) = &query.after {
        let (name, id) = (place(name.clone().into()), place(id.clone().into()));
        conditions.push(format!("(p.name > ${name} OR (p.name = ${name} AND p.id > ${id}))"));
    }
    // Everything without a filter does not use today; engines want every placeholder typed.
    let limit = place(Value::Int(i64::try_from(query.size).unwrap_or(i64::MAX)));
    let sql = format!(
        "SELECT p.id, p.name, p.unit_id, u.name, p.phone_masked FROM person p JOIN unit u ON u.id = p.unit_id \
         WHERE CAST($1 AS TEXT) IS NOT NULL AND {} ORDER BY p.name, p.id LIMIT ${limit}",
        conditions.join(" AND ")
    );
    cx.rows_of("org.list-persons", &sql, &values, |row| {
        Ok(PersonLine {
            id: row.get(0)?,
            name: row.get(1)?,
            unit: row.get(2)?,
            unit_name: row.get(3)?,
            phone_masked: row.get(4)?,
        })
    })
}

/// A LIKE pattern for texts that contain `part` as it stands.
fn containing(part: &str) -> String {
    let mut pattern = String::from("%");
    for c in part.trim().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern + "%"
}

pub(crate) fn of_import(cx: &mut Cx<'_>, import: Id<noun::Import>) -> Result<Vec<Person>> {
    cx.rows(&OF_IMPORT, values![import], read)
}

pub(crate) fn withdraw(cx: &mut Cx<'_>, import: Id<noun::Import>) -> Result<u64> {
    cx.execute(&WITHDRAW, values![import, cx.now()])
}
