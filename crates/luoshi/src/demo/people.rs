//! The people of the demo township, their posts and their accounts.

use std::{collections::HashMap, sync::Arc};

use access::{MasterKey, NewPassword, Permit, account::Login, link};
use base::{
    Date, Error, Id, Result,
    noun::{Person, Unit},
};
use org::{
    person::{NewPerson, PersonFacts},
    post::{NewPost, Tenure},
};
use web::{App, Tenant};

use super::{DemoAccount, Row, rows, township::Units};

/// Somebody of the demo with the posts the file gives.
#[derive(Debug, Clone)]
pub(super) struct Somebody {
    pub(super) id: Id<Person>,
    pub(super) name: &'static str,
    pub(super) posts: Vec<(&'static str, &'static str)>,
    unit_name: String,
    signs_in: Option<&'static str>,
}

/// The people by login name.
pub(super) type People = HashMap<&'static str, Somebody>;

/// Enters everybody and gives the posts.
pub(super) fn enter(app: &App, tenant: &Tenant, units: &Units) -> Result<People> {
    let organisation = app.service::<org::Organisation>()?;
    let (caller, units) = (tenant.db.caller("system:demo"), units.clone());
    let master = Arc::clone(&tenant.master_key);
    tenant.db.write_now(&caller, move |cx| {
        let mut people = People::new();
        let lines: Vec<Row> = rows(include_str!("../../demo/people.tsv")).collect();
        for row in &lines {
            let unit = unit_of(&units, row)?;
            if row.get("standing") == "vacant" {
                let seat = (unit, row.get("role"));
                org::post::acts::need_seat(cx, &Permit::for_job("org.edit", "demo"), &organisation, seat)?;
                continue;
            }
            if !people.contains_key(row.get("login")) {
                people.insert(row.get("login"), person(cx, &master, row, unit)?);
            }
            let Some(somebody) = people.get_mut(row.get("login")) else { continue };
            let new = post(row, unit, somebody.id)?;
            let action = org::post::acts::action_for(organisation.role(&new.role)?);
            org::post::acts::give(cx, &Permit::for_job(action, "demo"), &organisation, &new)?;
            if new.term.1.is_none_or(|last| last >= cx.today()) {
                somebody.posts.push((row.get("role"), row.get("unit")));
                if row.get("sign_in") == "link" {
                    somebody.signs_in = Some(row.get("role"));
                    somebody.unit_name = org::unit::unit(cx, unit)?.name;
                }
            }
        }
        Ok(people)
    })
}

fn unit_of(units: &Units, row: &Row) -> Result<Id<Unit>> {
    let unit = units.get(row.get("unit")).copied();
    unit.ok_or_else(|| Error::fault(format!("people.tsv: no unit {}", row.get("unit"))))
}

fn person(cx: &mut db::Cx<'_>, master: &MasterKey, row: &Row, unit: Id<Unit>) -> Result<Somebody> {
    let facts = PersonFacts { name: row.get("name").to_owned(), phone: None, note: String::new() };
    let permit = Permit::for_job("person.edit", "demo");
    let entered = org::person::acts::enter(cx, &permit, master, &NewPerson { facts, unit, import: None })?;
    Ok(Somebody {
        id: entered.id,
        name: row.get("name"),
        posts: Vec::new(),
        unit_name: String::new(),
        signs_in: None,
    })
}

fn post(row: &Row, unit: Id<Unit>, person: Id<Person>) -> Result<NewPost> {
    let day = |name: &str| -> Result<Option<Date>> {
        Some(row.get(name))
            .filter(|day| !day.is_empty())
            .map(|day| day.parse().map_err(Error::fault))
            .transpose()
    };
    let from = day("from")?.ok_or_else(|| Error::fault("people.tsv: a post without a first day"))?;
    let tenure = if row.get("standing") == "acting" { Tenure::Acting } else { Tenure::Full };
    let role = row.get("role").to_owned();
    Ok(NewPost { person, role, unit, term: (from, day("to")?), tenure, note: String::new(), import: None })
}

/// Gives everybody who may be tried an account with a password made up now.
pub(super) fn accounts(app: &App, tenant: &Tenant, people: &People) -> Result<Vec<DemoAccount>> {
    // In the order of the file, so that leaders stand first.
    let mut order: Vec<&'static str> = Vec::new();
    for row in rows(include_str!("../../demo/people.tsv")) {
        if row.get("sign_in") == "link" && !order.contains(&row.get("login")) {
            order.push(row.get("login"));
        }
    }
    let signing: Vec<(&str, &Somebody, &str)> = order
        .into_iter()
        .filter_map(|login| people.get(login).map(|somebody| (login, somebody)))
        .filter_map(|(login, somebody)| somebody.signs_in.map(|role| (login, somebody, role)))
        .collect();
    let mut made = Vec::new();
    // Hashing is slow by design; two threads halve the wait.
    let hashed: Vec<Result<(String, NewPassword)>> = std::thread::scope(|scope| {
        let half = signing.len().div_ceil(2).max(1);
        let parts: Vec<_> = signing
            .chunks(half)
            .map(|part| {
                scope.spawn(move || part.iter().map(|(login, ..)| password(app, login)).collect::<Vec<_>>())
            })
            .collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap_or_else(|_| vec![Err(Error::fault("hashing panicked"))]))
            .collect()
    });
    for ((login, somebody, role), hashed) in signing.into_iter().zip(hashed) {
        let (password, new) = hashed?;
        open(app, tenant, somebody, new)?;
        made.push(DemoAccount {
            login: login.to_owned(),
            role: role.to_owned(),
            name: somebody.name.to_owned(),
            unit: somebody.unit_name.clone(),
            password,
        });
    }
    Ok(made)
}

fn password(app: &App, login: &str) -> Result<(String, NewPassword)> {
    let mut bytes = [0u8; 6];
    getrandom::fill(&mut bytes).map_err(Error::fault)?;
    let letters: String = bytes.iter().map(|byte| char::from(b'a' + byte % 26)).collect();
    let digits = u32::from(bytes[0]) * 97 + u32::from(bytes[3]) * 13 + 1000;
    let password = format!("{letters}-{digits}");
    let login = Login::parse(login)?;
    let new = NewPassword::make(&app.policy().password, login.as_str(), &password)?;
    Ok((password, new))
}

fn open(app: &App, tenant: &Tenant, somebody: &Somebody, new: NewPassword) -> Result<()> {
    let (policy, person, name) = (app.policy().clone(), somebody.id, somebody.name);
    let caller = tenant.db.caller("system:demo");
    tenant.db.write_now(&caller, move |cx| {
        let permit = Permit::for_job("account.manage", "demo");
        let holder = link::Holder { person, name };
        let secret = link::issue(cx, &permit, &policy, holder, link::Purpose::Invite)?;
        link::redeem(cx, &secret.digest(), &new).map(|_| ())
    })
}
