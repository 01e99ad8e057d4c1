//! The demo county: a living township of invented people whose figures are those of the seed
//! document (1 community committee, 1 general branch, 44 branches, 2,767 members, 182 problems over
//! eight channels), played day by day through the same acts that people use.

mod people;
mod play;
mod township;

use std::{fs, path::Path};

use base::{Error, Result};
use serde::{Deserialize, Serialize};
use web::{App, Tenant};

use crate::{
    house::{House, Opened, TenantFile},
    program,
};

/// The county of the demo and its name.
const COUNTY: (&str, &str) = ("510183", "邛崃市");

/// Somebody who may sign in to the demo.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DemoAccount {
    /// The login name.
    pub login: String,
    /// The key of the role.
    pub role: String,
    /// The name of the person.
    pub name: String,
    /// The name of the unit.
    pub unit: String,
    /// The password, made up at random when the demo was loaded.
    pub password: String,
}

/// The demo as it stands in the house; loaded if it is not there yet. Loading it twice changes nothing.
pub fn ready(house: &House) -> Result<Vec<DemoAccount>> {
    let notes = house.home(COUNTY.0).join("demo-accounts.json");
    if !house.home(COUNTY.0).join("tenant.toml").exists() {
        let tenant = TenantFile { code: COUNTY.0.into(), name: COUNTY.1.into() };
        let opened = house.found(&tenant)?;
        let app = program::app_of(house, vec![opened.tenant.clone()], program::Cookies::Plain)?;
        let accounts = load(&app, &opened)?;
        let text = serde_json::to_vec_pretty(&accounts).map_err(Error::fault)?;
        crate::house::write_secret(&notes, &text)?;
        house.settle(&tenant)?;
    }
    read(&notes)
}

fn read(notes: &Path) -> Result<Vec<DemoAccount>> {
    // A directory that holds the county without the notes was not made by the demo.
    let Ok(bytes) = fs::read(notes) else { return Ok(Vec::new()) };
    serde_json::from_slice(&bytes).map_err(Error::fault)
}

fn load(app: &App, opened: &Opened) -> Result<Vec<DemoAccount>> {
    let tenant: &Tenant = &opened.tenant;
    let units = township::build(app, tenant)?;
    let people = people::enter(app, tenant, &units)?;
    let accounts = people::accounts(app, tenant, &people)?;
    play::play(app, tenant, &units, &people)?;
    Ok(accounts)
}

/// The rows of a tab-separated file of the demo, by its head row.
fn rows(text: &'static str) -> impl Iterator<Item = Row> {
    let mut lines = text.lines();
    let head: Vec<&'static str> = lines.next().unwrap_or_default().split('\t').collect();
    lines
        .filter(|line| !line.is_empty())
        .map(move |line| Row { head: head.clone(), cells: line.split('\t').collect() })
}

/// A row of a demo file.
struct Row {
    head: Vec<&'static str>,
    cells: Vec<&'static str>,
}

impl Row {
    /// The cell under a head; empty when there is none.
    fn get(&self, name: &str) -> &'static str {
        let at = self.head.iter().position(|head| *head == name);
        at.and_then(|at| self.cells.get(at)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_files_hold_the_figures_of_the_seed_document() {
        let problems: Vec<Row> = rows(include_str!("../demo/problems.tsv")).collect();
        assert_eq!(problems.len(), 182);
        let channels: BTreeSet<&str> = problems.iter().map(|row| row.get("channel")).collect();
        assert_eq!(channels.len(), 8);
        let units: Vec<Row> = rows(include_str!("../demo/units.tsv")).collect();
        let count = |kind: &str| units.iter().filter(|row| row.get("kind") == kind).count();
        assert_eq!((count("committee"), count("general-branch"), count("branch")), (1, 1, 44));
        let members: i64 = units.iter().filter_map(|row| row.get("members").parse::<i64>().ok()).sum();
        assert_eq!(members, 2767);
    }
}
