//! The printed table of rights: who may do what, how far.

use access::{Reach, Right};
use askama::Template;
use regulation::{Compendium, Role, Titled};
use web::{Answer, Gate, Route, Visit};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/rights", Gate::Action("regulation.view"), page)]
}

#[derive(Template)]
#[template(path = "rights.html")]
struct RightsPage<'a> {
    v: &'a Visit,
    tables: Vec<Table>,
}

struct Table {
    title: String,
    roles: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    title: String,
    key: String,
    cells: Vec<Cell>,
    /// Relations to the thing, in words.
    relations: String,
}

/// How far the right of a role reaches.
struct Cell {
    role: String,
    glyph: &'static str,
    words: String,
}

async fn page(v: Visit) -> Answer {
    let compendium = v.app.service::<Compendium>()?;
    let rights: Vec<Right> = v.app.rights().rows().cloned().collect();
    let actions: Vec<(String, String)> = compendium
        .rights()
        .actions
        .iter()
        .map(|action| (action.key.clone(), action.title(v.language).to_owned()))
        .collect();
    let mut tables = vec![table(&v, &compendium, v.t("ops-rights-general"), (&rights, &actions))];
    let moves = compendium.rights_of_procedures();
    for procedure in compendium.procedures() {
        let action = |key: &str| format!("case.{}.{key}", procedure.key);
        let mut actions = vec![(action("intake"), v.t("regulation-intake"))];
        let titles = procedure.transitions.iter();
        actions.extend(titles.map(|way| (action(&way.key), way.title(v.language).to_owned())));
        tables.push(table(&v, &compendium, procedure.title(v.language).to_owned(), (&moves, &actions)));
    }
    Ok(v.page(&RightsPage { v: &v, tables }))
}

/// A table of these actions over the roles that hold any of them.
fn table(v: &Visit, compendium: &Compendium, title: String, of: (&[Right], &[(String, String)])) -> Table {
    let (rights, actions) = of;
    let within = |right: &&Right| actions.iter().any(|(key, _)| *key == right.action);
    let used: Vec<&Right> = rights.iter().filter(within).collect();
    let holds = |role: &&Role| used.iter().any(|right| right.by.contains(&role.key));
    let roles: Vec<&Role> = compendium.roles().roles.iter().filter(holds).collect();
    let row = |(key, title): &(String, String)| {
        let own: Vec<&Right> = used.iter().copied().filter(|right| right.action == *key).collect();
        Row {
            title: title.clone(),
            key: key.clone(),
            cells: roles.iter().map(|role| cell(v, role, &own)).collect(),
            relations: relations(v, &own),
        }
    };
    Table {
        title,
        rows: actions.iter().map(row).collect(),
        roles: roles.iter().map(|role| role.title(v.language).to_owned()).collect(),
    }
}

/// The widest reach any of the rows gives the role.
fn cell(v: &Visit, role: &Role, rights: &[&Right]) -> Cell {
    let own = rights.iter().filter(|right| right.by.contains(&role.key));
    let widest = own.map(|right| right.reach).max_by_key(|reach| match reach {
        Reach::Unit => 0,
        Reach::Subtree => 1,
        Reach::Tenant => 2,
    });
    let (glyph, words) = match widest {
        None => ("", String::new()),
        Some(Reach::Unit) => ("○", v.t("ops-reach-unit")),
        Some(Reach::Subtree) => ("◐", v.t("ops-reach-subtree")),
        Some(Reach::Tenant) => ("●", v.t("ops-reach-tenant")),
    };
    Cell { role: role.title(v.language).to_owned(), glyph, words }
}

fn relations(v: &Visit, rights: &[&Right]) -> String {
    let names = rights.iter().flat_map(|right| &right.by).filter_map(|by| by.strip_prefix('@'));
    let words: Vec<String> = names.map(|name| v.t(&format!("regulation-relation-{name}"))).collect();
    words.join(v.pick("、", ", "))
}
