//! Taking a workbook in, and undoing it. Both want a permit for `person.import` (persons) or `org.edit` (units).

use std::collections::HashMap;

use access::{MasterKey, Permit};
use base::{
    Error, Id, Refusal, Result,
    noun::{self},
};
use db::Cx;
use journal::{Entry, Ref};
use office::read::Mapping;
use serde_json::json;

use super::{
    Import, ImportKind,
    persons::PersonRow,
    store,
    units::{Under, UnitRow},
};
use crate::{
    kind::Organisation,
    person::{self, NewPerson, Person, PersonFacts},
    post::{self, NewPost},
    unit::{self, NewUnit, UnitFacts},
};

/// The job that carries out what the permit for an import allows.
const JOB: &str = "import";

/// The file an import was made from.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its name.
    pub file_name: String,
    /// The unit it is imported for.
    pub unit: Id<noun::Unit>,
    /// The columns chosen, to be proposed again.
    pub mapping: Mapping,
}

/// The action an import asks for.
pub const fn action_for(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Persons => "person.import",
        ImportKind::Units => "org.edit",
    }
}

fn begin(
    cx: &mut Cx<'_>,
    permit: &Permit,
    kind: ImportKind,
    (source, rows): (&Source, usize),
) -> Result<Import> {
    permit.must_be(action_for(kind))?;
    let import = Import {
        id: cx.new_id(),
        kind: kind.as_str().to_owned(),
        file_name: source.file_name.clone(),
        row_count: i64::try_from(rows).map_err(Error::fault)?,
        unit: source.unit,
        made_by: permit.who(),
        made_at: cx.now(),
        undone_at: None,
    };
    store::insert(cx, &import)?;
    store::remember(cx, kind, &source.mapping)?;
    let body = json!({ "kind": import.kind, "rows": import.row_count, "unit": import.unit });
    journal::append(cx, &Entry::new("organisation.imported", Ref::new("import", import.id), body))?;
    Ok(import)
}

/// Takes persons and posts in, all or none. Refusals carry the row as `row`. A person of the same name on the
/// list of the same unit is taken to be the same and only gets the posts that are new.
pub fn import_persons(
    cx: &mut Cx<'_>,
    (permit, master): (&Permit, &MasterKey),
    organisation: &Organisation,
    source: &Source,
    rows: &[PersonRow],
) -> Result<Import> {
    let import = begin(cx, permit, ImportKind::Persons, (source, rows.len()))?;
    let mut refused = Vec::new();
    let mut entered: HashMap<(String, Id<noun::Unit>), Id<noun::Person>> = HashMap::new();
    for row in rows {
        let key = (row.name.clone(), row.unit.0);
        let taken = match entered.get(&key) {
            Some(id) => Ok(*id),
            None => person_of(cx, master, row, import.id).inspect(|id| {
                entered.insert(key, *id);
            }),
        };
        let given = taken.and_then(|person| give_posts(cx, organisation, (row, person), import.id));
        keep_refusals(given, row.number, &mut refused)?;
    }
    if refused.is_empty() { Ok(import) } else { Err(Error::Refused(refused)) }
}

/// Collects refusals with their row; a fault goes on as one.
fn keep_refusals(result: Result<()>, row: u32, refused: &mut Vec<Refusal>) -> Result<()> {
    match result {
        Ok(()) => Ok(()),
        Err(Error::Refused(reasons)) => {
            refused.extend(reasons.into_iter().map(|reason| reason.arg("row", row)));
            Ok(())
        }
        Err(fault) => Err(fault),
    }
}

fn person_of(
    cx: &mut Cx<'_>,
    master: &MasterKey,
    row: &PersonRow,
    import: Id<noun::Import>,
) -> Result<Id<noun::Person>> {
    let mut same: Vec<Person> = person::store::named(cx, &row.name)?;
    same.retain(|person| person.unit == row.unit.0);
    match &same[..] {
        [] => {}
        [one] => return Ok(one.id),
        several => {
            return Err(Refusal::conflict("org.import-namesakes")
                .field("name")
                .arg("name", &row.name)
                .arg("count", several.len())
                .into());
        }
    }
    let facts = PersonFacts { name: row.name.clone(), phone: row.phone.clone(), note: row.note.clone() };
    let new = NewPerson { facts, unit: row.unit.0, import: Some(import) };
    Ok(person::acts::enter(cx, &Permit::for_job("person.edit", JOB), master, &new)?.id)
}

fn give_posts(
    cx: &mut Cx<'_>,
    organisation: &Organisation,
    (row, person): (&PersonRow, Id<noun::Person>),
    import: Id<noun::Import>,
) -> Result<()> {
    for (role, tenure) in &row.roles {
        let new = NewPost {
            person,
            role: role.clone(),
            unit: row.unit.0,
            term: (row.term.0.unwrap_or(cx.today()), row.term.1),
            tenure: *tenure,
            note: String::new(),
            import: Some(import),
        };
        post::acts::give(cx, &Permit::for_job("post.edit", JOB), organisation, &new)?;
    }
    Ok(())
}

/// Takes units in, all or none; those that are there already stay as they are.
pub fn import_units(
    cx: &mut Cx<'_>,
    permit: &Permit,
    organisation: &Organisation,
    source: &Source,
    rows: &[UnitRow],
) -> Result<Import> {
    let import = begin(cx, permit, ImportKind::Units, (source, rows.len()))?;
    let mut refused = Vec::new();
    let mut made: HashMap<u32, Id<noun::Unit>> = HashMap::new();
    for row in rows {
        if let Some(known) = row.known {
            made.insert(row.key, known);
            continue;
        }
        let parent = match row.under {
            Under::Unit(id) => Some(id),
            Under::Row(key) => made.get(&key).copied(),
        };
        // A parent that was refused has its own reason already.
        let Some(parent) = parent else { continue };
        let facts = UnitFacts {
            name: row.name.clone(),
            short_name: row.short_name.clone(),
            code: row.code.clone(),
            members: row.members,
            sort: None,
        };
        let new = NewUnit {
            parent: Some(parent),
            kind: row.kind.clone(),
            facts,
            opened_on: None,
            import: Some(import.id),
        };
        let added = unit::acts::add(cx, &Permit::for_job("org.edit", JOB), organisation, &new);
        let added = added.map(|unit| {
            made.insert(row.key, unit.id);
        });
        keep_refusals(added, row.number, &mut refused)?;
    }
    if refused.is_empty() { Ok(import) } else { Err(Error::Refused(refused)) }
}

/// Undoes an import whole: what it brought is withdrawn. Refused once somebody has built on it. Names stay
/// readable wherever other records point at them.
pub fn undo(cx: &mut Cx<'_>, permit: &Permit, id: Id<noun::Import>) -> Result<Import> {
    let import = store::find(cx, id)?;
    let kind = ImportKind::parse(&import.kind)?;
    permit.must_be(action_for(kind))?;
    if import.undone_at.is_some() {
        return Err(Refusal::conflict("org.import-undone").into());
    }
    let touched = match kind {
        ImportKind::Persons => persons_touched(cx, id)?,
        ImportKind::Units => units_touched(cx, id)?,
    };
    if touched > 0 {
        return Err(Refusal::conflict("org.import-built-on").arg("count", touched).into());
    }
    let posts = post::store::withdraw(cx, id)?;
    let persons = person::store::withdraw(cx, id)?;
    let units = unit::store::withdraw(cx, id)?;
    store::undo(cx, id)?;
    let body = json!({ "persons": persons, "posts": posts, "units": units });
    journal::append(cx, &Entry::new("organisation.import-undone", Ref::new("import", id), body))?;
    Ok(Import { undone_at: Some(cx.now()), ..import })
}

fn persons_touched(cx: &mut Cx<'_>, id: Id<noun::Import>) -> Result<i64> {
    let mut touched = post::store::touched_since(cx, id)?;
    for person in person::store::of_import(cx, id)? {
        let has_account = access::account::of_person(cx, person.id)?.is_some();
        touched += i64::from(person.version > 1 || has_account);
    }
    Ok(touched)
}

fn units_touched(cx: &mut Cx<'_>, id: Id<noun::Import>) -> Result<i64> {
    let units = unit::store::of_import(cx, id)?;
    let mut touched = 0;
    for unit in &units {
        let foreign = unit::store::children(cx, unit.id)?
            .iter()
            .filter(|child| units.iter().all(|own| own.id != child.id))
            .count();
        let held = post::store::held_within(cx, &unit.path)?.len();
        touched += i64::from(unit.version > 1 || foreign > 0 || held > 0);
    }
    Ok(touched)
}
