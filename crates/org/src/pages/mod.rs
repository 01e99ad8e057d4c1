//! The pages of the organisation: tree, unit, persons, person, roster, import.

mod import;
mod person;
#[cfg(test)]
mod tests;
mod tree;
mod unit;

use std::sync::Arc;

use access::{Permit, Scope, Subject, UnitPath};
use base::{Id, Result, noun};
use web::{Gate, Route, Visit};

use crate::kind::Organisation;

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get("/organisation", Gate::Action("org.view"), tree::tree),
        Route::get("/organisation/roster", Gate::Action("person.view"), tree::roster),
        Route::get("/organisation/roster.xlsx", Gate::Action("person.view"), tree::roster_workbook),
    ];
    routes.extend(unit::routes());
    routes.extend(person::routes());
    routes.extend(import::routes());
    routes
}

/// What the program was told about kinds and roles.
fn organisation(v: &Visit) -> Result<Arc<Organisation>> {
    v.app.service::<Organisation>()
}

/// Leave to do something at a unit.
fn permit_at(v: &Visit, action: &str, path: &UnitPath) -> Result<Permit> {
    v.permit(action, &Subject::of_unit(path))
}

/// Leave to do something to a person whose list is that of the unit at `path`.
fn permit_for(v: &Visit, action: &str, person: Id<noun::Person>, path: &UnitPath) -> Result<Permit> {
    let relations = if v.actor.person == Some(person) { vec!["self"] } else { Vec::new() };
    v.permit(action, &Subject::of_unit(path).related(relations))
}

/// What gives sight of persons: to see them, or to maintain them, their posts or their accounts.
const SIGHT: [&str; 4] = ["person.view", "person.edit", "post.edit", "account.manage"];

/// The persons the actor sees.
pub(crate) fn sight(v: &Visit) -> Scope {
    let mut sight = Scope::default();
    for scope in SIGHT.map(|action| v.app.rights().scope(&v.actor, action)) {
        sight.everything |= scope.everything;
        sight.subtrees.extend(scope.subtrees);
        sight.units.extend(scope.units);
    }
    sight.subtrees.sort();
    sight.subtrees.dedup();
    sight
}

/// Leave to see a person whose list is that of the unit at `path`.
fn must_see(v: &Visit, person: Id<noun::Person>, path: &UnitPath) -> Result<Permit> {
    let maintains = SIGHT[1..].iter().find_map(|action| permit_at(v, action, path).ok());
    maintains.map_or_else(|| permit_for(v, SIGHT[0], person, path), Ok)
}

/// Whether the actor may do something at a unit: what decides if a form is shown.
fn may_at(v: &Visit, action: &str, path: &UnitPath) -> bool {
    permit_at(v, action, path).is_ok()
}

/// The title of a kind in the visitor's language.
fn kind_title(v: &Visit, organisation: &Organisation, key: &str) -> String {
    let kind = organisation.kind(key).ok();
    kind.map_or_else(|| key.to_owned(), |kind| v.pick(&kind.title, &kind.title_en).to_owned())
}

/// The title of a role in the visitor's language.
fn role_title(v: &Visit, organisation: &Organisation, key: &str) -> String {
    let role = organisation.role(key).ok();
    role.map_or_else(|| key.to_owned(), |role| v.pick(&role.title, &role.title_en).to_owned())
}
