//! What may be done to the tree. Each act wants a permit for `org.edit`.

use access::Permit;
use base::{
    Date, Id, Refusal, Result,
    code::DivisionLevel,
    noun::{self},
};
use db::Cx;
use journal::{Entry, Ref};
use serde_json::json;

use super::{
    Closing, Merger, Moved, NewUnit, Unit, UnitEdit, UnitFacts, checked_name, full_code, path_under, store,
};
use crate::{
    division::{self, Division},
    kind::Organisation,
    liaison, post,
};

const EDIT: &str = "org.edit";
/// Room between siblings, so that one can be put between two others.
const SORT_STEP: i64 = 10;

/// What founding has made.
#[derive(Debug, Clone)]
pub struct Founded {
    /// The unit at the head of the tree.
    pub root: Unit,
    /// How many townships.
    pub townships: usize,
    /// How many villages and communities.
    pub villages: usize,
}

/// Founds the tree of a county, or of a single township, from the shipped division codes.
pub fn found(cx: &mut Cx<'_>, permit: &Permit, code: &str) -> Result<Founded> {
    permit.must_be(EDIT)?;
    if let Some(root) = store::root(cx)? {
        return Err(Refusal::conflict("org.already-founded").arg("name", root.name).into());
    }
    let unknown = || Refusal::invalid("org.no-such-division").field("division").arg("code", code);
    let head = division::find(code).ok_or_else(unknown)?;
    if !matches!(head.level, DivisionLevel::County | DivisionLevel::Township) {
        return Err(Refusal::invalid("org.division-level").field("division").arg("name", head.name).into());
    }
    let mut key = store::next_key(cx)?;
    let root = plant(cx, &head, None, key)?;
    let (mut townships, mut villages) = (0, 0);
    let mut township = root.clone();
    for below in division::subtree_of(&head.code) {
        key += 1;
        if below.level == DivisionLevel::Township {
            townships += 1;
            township = plant(cx, &below, Some(&root), key)?;
        } else {
            villages += 1;
            plant(cx, &below, Some(&township), key)?;
        }
    }
    let body = json!({ "division": head.code, "townships": townships, "villages": villages });
    journal::append(cx, &Entry::new("organisation.founded", Ref::new("unit", root.id), body))?;
    Ok(Founded { root, townships, villages })
}

/// Inserts the unit of a division.
fn plant(cx: &mut Cx<'_>, division: &Division, parent: Option<&Unit>, key: i64) -> Result<Unit> {
    let unit = Unit {
        id: cx.new_id(),
        path: path_under(parent.map(|parent| &parent.path), key),
        parent: parent.map(|parent| parent.id),
        kind: kind_of(division).to_owned(),
        name: division.name.clone(),
        short_name: None,
        code: Some(full_code(&division.code)?),
        members: None,
        sort: key * SORT_STEP,
        opened_on: cx.today(),
        closed_on: None,
        version: 1,
    };
    store::insert(cx, &unit, key, None)?;
    journal::append(cx, &opened(&unit))?;
    Ok(unit)
}

/// The kind of the unit of a division. The names of communities end so by the statistics office's rules
/// for the code of urban and rural divisions (2009); all others are villages.
fn kind_of(division: &Division) -> &'static str {
    match division.level {
        DivisionLevel::Township => "township",
        DivisionLevel::Village => {
            let is_community =
                ["居民委员会", "居委会", "社区"].iter().any(|end| division.name.ends_with(end));
            if is_community { "community" } else { "village" }
        }
        _ => "county",
    }
}

fn opened(unit: &Unit) -> Entry {
    let body = json!({ "name": unit.name, "kind": unit.kind, "path": unit.path, "code": unit.code, "opened_on": unit.opened_on.to_string() });
    Entry::new("unit.opened", Ref::new("unit", unit.id), body)
}

/// Adds a unit.
pub fn add(cx: &mut Cx<'_>, permit: &Permit, organisation: &Organisation, new: &NewUnit) -> Result<Unit> {
    permit.must_be(EDIT)?;
    organisation.kind(&new.kind)?;
    let parent = new.parent.map(|parent| store::unit(cx, parent)).transpose()?;
    match &parent {
        Some(parent) => must_be_open(parent, cx.today())?,
        None => {
            if let Some(root) = store::root(cx)? {
                return Err(Refusal::invalid("org.parent-missing")
                    .field("parent")
                    .arg("root", root.name)
                    .into());
            }
        }
    }
    let key = store::next_key(cx)?;
    let unit = Unit {
        id: cx.new_id(),
        path: path_under(parent.as_ref().map(|parent| &parent.path), key),
        parent: new.parent,
        kind: new.kind.clone(),
        name: String::new(),
        short_name: None,
        code: None,
        members: None,
        sort: key * SORT_STEP,
        opened_on: new.opened_on.unwrap_or(cx.today()),
        closed_on: None,
        version: 1,
    };
    let unit = with_facts(cx, unit, &new.facts)?;
    store::insert(cx, &unit, key, new.import)?;
    journal::append(cx, &opened(&unit))?;
    Ok(unit)
}

/// Changes what is said of a unit: a rename, another code, a new count of members.
pub fn edit(cx: &mut Cx<'_>, permit: &Permit, edit: &UnitEdit) -> Result<Unit> {
    permit.must_be(EDIT)?;
    let mut before = store::unit(cx, edit.id)?;
    // Guarded by what the editor saw, not by what stands there now.
    before.version = edit.version;
    let after = with_facts(cx, before.clone(), &edit.facts)?;
    store::save(cx, &after)?;
    let facts = |unit: &Unit| json!({ "name": unit.name, "short_name": unit.short_name, "code": unit.code, "members": unit.members });
    let body = json!({ "before": facts(&before), "after": facts(&after) });
    journal::append(cx, &Entry::new("unit.edited", Ref::new("unit", edit.id), body))?;
    Ok(Unit { version: after.version + 1, ..after })
}

fn with_facts(cx: &mut Cx<'_>, mut unit: Unit, facts: &UnitFacts) -> Result<Unit> {
    let given = |text: &Option<String>| {
        text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    unit.name = checked_name(&facts.name)?;
    if store::has_sibling(cx, unit.parent, &unit.name, &unit.id.to_string())? {
        return Err(Refusal::conflict("org.name-taken").field("name").arg("name", &unit.name).into());
    }
    unit.short_name = given(&facts.short_name);
    unit.code = given(&facts.code).map(|code| full_code(&code)).transpose()?;
    if let Some(code) = &unit.code
        && let Some(other) = store::unit_by_code(cx, code)?
        && other.id != unit.id
    {
        return Err(Refusal::conflict("org.code-taken").field("code").arg("name", other.name).into());
    }
    if facts.members.is_some_and(|members| members < 0) {
        return Err(Refusal::invalid("org.members-negative").field("members").into());
    }
    unit.members = facts.members;
    unit.sort = facts.sort.unwrap_or(unit.sort);
    Ok(unit)
}

fn must_be_open(unit: &Unit, day: Date) -> Result<()> {
    if unit.is_open_on(day) {
        return Ok(());
    }
    Err(Refusal::conflict("org.unit-closed").field("unit").arg("name", &unit.name).into())
}

/// Puts a unit with everything below it under another. The caller has asked for permits at both places.
pub fn relocate(
    cx: &mut Cx<'_>,
    permit: &Permit,
    organisation: &Organisation,
    id: Id<noun::Unit>,
    parent: Id<noun::Unit>,
) -> Result<Moved> {
    permit.must_be(EDIT)?;
    let (unit, parent) = (store::unit(cx, id)?, store::unit(cx, parent)?);
    must_be_open(&parent, cx.today())?;
    if unit.parent.is_none() || parent.path.is_within(&unit.path) {
        return Err(Refusal::conflict("org.moved-into-itself").field("parent").arg("name", unit.name).into());
    }
    if store::has_sibling(cx, Some(parent.id), &unit.name, &unit.id.to_string())? {
        return Err(Refusal::conflict("org.name-taken").field("parent").arg("name", unit.name).into());
    }
    let own = &unit.path.0[unit.path.0[..unit.path.0.len() - 1].rfind('.').map_or(0, |dot| dot + 1)..];
    let to = access::UnitPath(format!("{}{own}", parent.path.0));
    let moved = Moved { unit: id, from: unit.path, to };
    if moved.from == moved.to {
        return Ok(moved);
    }
    store::reparent(cx, &moved, parent.id)?;
    for follow in &organisation.moved {
        follow(cx, &moved)?;
    }
    let body = json!({ "from": moved.from, "to": moved.to, "under": parent.name });
    journal::append(cx, &Entry::new("unit.moved", Ref::new("unit", id), body))?;
    Ok(moved)
}

/// Closes a unit: its posts, delegations and liaisons end on the same day. Refused while units below it go on.
pub fn close(cx: &mut Cx<'_>, permit: &Permit, closing: &Closing) -> Result<Unit> {
    permit.must_be(EDIT)?;
    let unit = store::unit(cx, closing.id)?;
    let open = store::children(cx, closing.id)?.iter().filter(|child| child.is_open_on(closing.on)).count();
    if open > 0 {
        return Err(Refusal::conflict("org.unit-has-units").arg("name", unit.name).arg("count", open).into());
    }
    if unit.parent.is_none() {
        return Err(Refusal::conflict("org.root-stays").arg("name", unit.name).into());
    }
    end(cx, unit, closing)
}

fn end(cx: &mut Cx<'_>, mut unit: Unit, closing: &Closing) -> Result<Unit> {
    if unit.closed_on.is_some() {
        return Err(Refusal::conflict("org.unit-closed").field("unit").arg("name", unit.name).into());
    }
    if closing.on < unit.opened_on {
        return Err(Refusal::invalid("org.closed-before-opened")
            .field("on")
            .arg("opened", unit.opened_on)
            .into());
    }
    unit.closed_on = Some(closing.on);
    store::save(cx, &unit)?;
    let posts = post::store::end_all_at(cx, unit.id, closing.on)?;
    liaison::store::end_all_of_unit(cx, unit.id, closing.on)?;
    let body = json!({ "on": closing.on.to_string(), "reason": closing.reason, "posts_ended": posts });
    journal::append(cx, &Entry::new("unit.closed", Ref::new("unit", unit.id), body))?;
    unit.version += 1;
    Ok(unit)
}

/// Merges units into one that goes on: what stood below them stands below it, their members are its members,
/// they end the day before, and each remembers the other.
pub fn merge(
    cx: &mut Cx<'_>,
    permit: &Permit,
    organisation: &Organisation,
    merger: &Merger,
) -> Result<Vec<Moved>> {
    permit.must_be(EDIT)?;
    let mut into = store::unit(cx, merger.into)?;
    must_be_open(&into, merger.on)?;
    if merger.from.is_empty() || merger.from.contains(&merger.into) {
        return Err(Refusal::invalid("org.merged-with-itself").field("from").arg("name", into.name).into());
    }
    let last_day = merger.on.yesterday().map_err(|_| Refusal::invalid("org.day-impossible").field("on"))?;
    let mut all_moved = Vec::new();
    let mut names = Vec::new();
    for id in &merger.from {
        let unit = store::unit(cx, *id)?;
        if into.path.is_within(&unit.path) {
            return Err(Refusal::conflict("org.moved-into-itself")
                .field("from")
                .arg("name", unit.name)
                .into());
        }
        for child in store::children(cx, *id)? {
            all_moved.push(relocate(cx, permit, organisation, child.id, into.id)?);
        }
        if let Some(members) = unit.members {
            into.members = Some(into.members.unwrap_or(0) + members);
        }
        names.push(unit.name.clone());
        let closing = Closing { id: *id, on: last_day, reason: merger.reason.clone() };
        end(cx, unit, &closing)?;
        store::succeed(cx, *id, into.id, (merger.on, &merger.reason))?;
    }
    store::save(cx, &into)?;
    let body = json!({ "from": names, "on": merger.on.to_string(), "reason": merger.reason, "members": into.members });
    journal::append(cx, &Entry::new("unit.merged", Ref::new("unit", into.id), body))?;
    Ok(all_moved)
}
