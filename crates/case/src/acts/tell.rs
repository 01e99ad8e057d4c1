//! Telling: from roles and relations to the persons they mean today.

use std::collections::BTreeSet;

use base::{
    Id, Result,
    noun::{Person, Unit},
};
use db::Cx;
use regulation::{Holder, Party, Procedure, Relation};

use crate::{
    model::CaseSnapshot,
    store::{
        notices::{self, Recipient},
        people,
    },
};

/// Leaves a notice for everybody named, but not for whoever acts.
pub(super) fn tell(
    cx: &mut Cx<'_>,
    procedure: &Procedure,
    case: &CaseSnapshot,
    (who, key): (&[Party], &str),
) -> Result<()> {
    let mut all = BTreeSet::new();
    for party in who {
        recipients(cx, procedure, case, (party, &mut all))?;
    }
    let actor = cx.actor().to_owned();
    for recipient in all {
        let oneself = matches!(recipient, Recipient::Person(person) if actor == format!("person:{person}"));
        if !oneself {
            notices::leave(cx, recipient, case.head.id, key)?;
        }
    }
    Ok(())
}

fn recipients(
    cx: &mut Cx<'_>,
    procedure: &Procedure,
    case: &CaseSnapshot,
    (party, all): (&Party, &mut BTreeSet<Recipient>),
) -> Result<()> {
    let head = &case.head;
    let relation = match party {
        Party::Role(role) => {
            let found = people::in_roles(cx, &[role], &head.unit_path, cx.today())?;
            all.extend(found.into_iter().map(|holding| Recipient::Person(holding.person)));
            return Ok(());
        }
        Party::Relation(relation) => relation,
    };
    match relation {
        Relation::Leader => person(head.leader, all),
        Relation::Handler => person(head.handler, all),
        Relation::Verifier => person(case.verifier(), all),
        Relation::Author => person(head.author, all),
        Relation::Department | Relation::Lead => unit(cx, head.department, all)?,
        Relation::Joint => {
            let joint: Vec<Id<Unit>> = case.present("joint").filter_map(|party| party.unit).collect();
            for one in joint {
                unit(cx, Some(one), all)?;
            }
        }
        Relation::Raiser if head.has_raiser => {
            all.insert(Recipient::Raiser);
        }
        Relation::Office => office(cx, procedure, case, all)?,
        Relation::Holder => {
            let as_party = match head.holder {
                Holder::Office => Relation::Office,
                Holder::Handler => Relation::Handler,
                Holder::Leader => Relation::Leader,
                Holder::Department => Relation::Department,
                Holder::Joint => Relation::Joint,
                Holder::Resident => Relation::Raiser,
                Holder::Verifier => Relation::Verifier,
                Holder::Nobody => return Ok(()),
            };
            recipients(cx, procedure, case, (&Party::Relation(as_party), all))?;
        }
        // Nobody can be meant by these: the public, the platform, a resident without a receipt.
        Relation::Raiser | Relation::Itself | Relation::Anyone | Relation::Public | Relation::Clock => {}
    }
    Ok(())
}

fn person(person: Option<Id<Person>>, all: &mut BTreeSet<Recipient>) {
    all.extend(person.map(Recipient::Person));
}

fn unit(cx: &mut Cx<'_>, unit: Option<Id<Unit>>, all: &mut BTreeSet<Recipient>) -> Result<()> {
    let Some(unit) = unit else { return Ok(()) };
    let today = cx.today();
    all.extend(people::at_unit(cx, unit, today)?.into_iter().map(Recipient::Person));
    Ok(())
}

fn office(
    cx: &mut Cx<'_>,
    procedure: &Procedure,
    case: &CaseSnapshot,
    all: &mut BTreeSet<Recipient>,
) -> Result<()> {
    let roles: Vec<&str> = procedure
        .office
        .iter()
        .filter_map(|party| match party {
            Party::Role(role) => Some(role.as_str()),
            Party::Relation(_) => None,
        })
        .collect();
    let today = cx.today();
    let found = people::in_roles(cx, &roles, &case.head.unit_path, today)?;
    all.extend(found.into_iter().map(|holding| Recipient::Person(holding.person)));
    Ok(())
}
