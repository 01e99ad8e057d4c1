//! Values and parties on a case: put, replaced, cleared.

use base::{Error, Result, Timestamp};

use crate::model::{CaseSnapshot, Known, KnownUnit, Party, field_values};

/// Puts a checked value where it belongs.
pub(super) fn put(
    case: &mut CaseSnapshot,
    key: &str,
    value: &str,
    (known, now): (&Known, Timestamp),
) -> Result<()> {
    let unit = |value: &str| {
        let found = known.units.values().find(|unit| unit.id.to_string() == value).cloned();
        found.ok_or_else(|| Error::fault("a checked unit is not known"))
    };
    let head = &mut case.head;
    let some = |value: &str| (!value.is_empty()).then(|| value.to_owned());
    match key {
        "title" => value.clone_into(&mut head.title),
        "channel" => head.channel = some(value),
        "class" => head.class = some(value),
        "category" => head.category = some(value),
        "unit" => {
            let unit = unit(value)?;
            (head.unit, head.unit_path) = (unit.id, unit.path);
        }
        "leader" => {
            head.leader = Some(value.parse().map_err(Error::fault)?);
            replace_party(case, "leader", now);
        }
        "person" => {
            head.handler = Some(value.parse().map_err(Error::fault)?);
            replace_party(case, "handler", now);
        }
        "department" => {
            let unit = unit(value)?;
            (head.department, head.department_path) = (Some(unit.id), Some(unit.path));
            replace_party(case, "department", now);
        }
        "due" => {
            head.due = Some(value.parse().map_err(Error::fault)?);
            head.due_provisional = false;
        }
        "co_departments" => {
            let units: Result<Vec<_>> = field_values(value).map(unit).collect();
            set_joint(case, units?, now);
        }
        "merged_into" => head.merged_into = Some(value.parse().map_err(Error::fault)?),
        _ => {
            case.fields.insert(key.to_owned(), value.to_owned());
        }
    }
    Ok(())
}

/// Ends the present party of a relation where the head now names another, and begins the new one.
fn replace_party(case: &mut CaseSnapshot, relation: &str, now: Timestamp) {
    let head = &case.head;
    let (person, unit) = match relation {
        "leader" => (head.leader, None),
        "handler" => (head.handler, None),
        _ => (None, head.department),
    };
    let unit_path = unit.and(head.department_path.clone());
    let mut stays = false;
    for party in case.parties.iter_mut().filter(|party| party.relation == relation && party.until.is_none()) {
        if party.person == person && party.unit == unit {
            stays = true;
        } else {
            party.until = Some(now);
            if relation == "department" {
                stays = false;
            }
        }
    }
    if !stays && (person.is_some() || unit.is_some()) {
        case.parties.push(Party {
            relation: relation.to_owned(),
            person,
            unit,
            unit_path,
            since: now,
            until: None,
            signed_at: None,
        });
    }
    if relation == "department" && !stays {
        // Those who handled jointly with the former department have no part in what follows.
        set_joint(case, Vec::new(), now);
    }
}

fn set_joint(case: &mut CaseSnapshot, units: Vec<KnownUnit>, now: Timestamp) {
    for party in case.parties.iter_mut().filter(|party| party.relation == "joint" && party.until.is_none()) {
        if !units.iter().any(|unit| Some(unit.id) == party.unit) {
            party.until = Some(now);
        }
    }
    for unit in units {
        let known = case.present("joint").any(|party| party.unit == Some(unit.id));
        // The lead department does not handle jointly with itself.
        if !known && Some(unit.id) != case.head.department {
            case.parties.push(Party {
                relation: "joint".to_owned(),
                person: None,
                unit: Some(unit.id),
                unit_path: Some(unit.path),
                since: now,
                until: None,
                signed_at: None,
            });
        }
    }
}

/// Empties a field.
pub(super) fn clear(case: &mut CaseSnapshot, key: &str, now: Timestamp) {
    let head = &mut case.head;
    match key {
        "leader" => {
            head.leader = None;
            replace_party(case, "leader", now);
        }
        "person" => {
            head.handler = None;
            replace_party(case, "handler", now);
        }
        "department" => {
            (head.department, head.department_path) = (None, None);
            replace_party(case, "department", now);
        }
        "co_departments" => set_joint(case, Vec::new(), now),
        "class" => head.class = None,
        "category" => head.category = None,
        "due" => (head.due, head.due_provisional) = (None, false),
        "merged_into" => head.merged_into = None,
        _ => {
            case.fields.remove(key);
        }
    }
}
