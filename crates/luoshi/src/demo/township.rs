//! The units of the demo township.

use std::collections::HashMap;

use access::Permit;
use base::{Error, Id, Result, noun::Unit};
use org::unit::{NewUnit, UnitFacts};
use web::{App, Tenant};

use super::rows;

/// The units by their key in the file.
pub(super) type Units = HashMap<&'static str, Id<Unit>>;

/// How long before today the township was founded, in days: before anybody took a post.
const FOUNDED_DAYS_AGO: i64 = 8 * 365;

/// Founds the county and adds the departments and Party organisations of the township.
pub(super) fn build(app: &App, tenant: &Tenant) -> Result<Units> {
    let organisation = app.service::<org::Organisation>()?;
    let mut caller = tenant.db.caller("system:demo");
    let code = tenant.code.clone();
    let ago = jiff::SignedDuration::from_hours(24 * FOUNDED_DAYS_AGO);
    caller.now = caller.now.checked_sub(ago).map_err(Error::fault)?;
    tenant.db.write_now(&caller, move |cx| {
        let permit = Permit::for_job("org.edit", "demo");
        org::unit::acts::found(cx, &permit, &code)?;
        let mut units = Units::new();
        for row in rows(include_str!("../../demo/units.tsv")) {
            let existing = match row.get("code") {
                "" => None,
                code => org::unit_by_code(cx, code)?.map(|unit| unit.id),
            };
            let id = if let Some(id) = existing {
                id
            } else {
                let parent = units.get(row.get("parent")).copied();
                let facts = UnitFacts {
                    name: row.get("name").to_owned(),
                    members: row.get("members").parse().ok(),
                    ..UnitFacts::default()
                };
                let kind = row.get("kind").to_owned();
                let new = NewUnit { parent, kind, facts, ..NewUnit::default() };
                org::unit::acts::add(cx, &permit, &organisation, &new)?.id
            };
            units.insert(row.get("key"), id);
        }
        Ok(units)
    })
}

/// The unit of a name in the file.
pub(super) fn unit_called(name: &str, units: &Units) -> Result<Id<Unit>> {
    let row = rows(include_str!("../../demo/units.tsv")).find(|row| row.get("name") == name);
    let id = row.and_then(|row| units.get(row.get("key")).copied());
    id.ok_or_else(|| Error::fault(format!("units.tsv: no unit is called {name}")))
}
