//! The demo county: a living township of invented people whose figures are those of the seed
//! document (1 community committee, 1 general branch, 44 branches, 2,767 members, 182 problems over
//! eight channels), played day by day through the same acts that people use.

mod people;
mod play;
mod township;

use std::{fs, path::Path};

use base::{Error, Result};
use serde::{Deserialize, Serialize};
use web::App;

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

/// The demo as the house holds it.
pub enum Demo {
    /// It was loaded before; loading it twice changes nothing.
    Loaded(Vec<DemoAccount>),
    /// Nothing is there yet but the empty county, which can be served while it fills.
    Empty(Box<Loading>),
}

/// A demo about to be loaded.
pub struct Loading {
    house: House,
    file: TenantFile,
    /// The county.
    pub opened: Opened,
    units: township::Units,
}

/// The demo of the house: what was loaded before, or the county with its units and nobody in it.
pub fn open(house: &House) -> Result<Demo> {
    let home = house.home(COUNTY.0);
    if home.join("tenant.toml").exists() {
        return read(&home.join(NOTES)).map(Demo::Loaded);
    }
    let file = TenantFile { code: COUNTY.0.into(), name: COUNTY.1.into() };
    let opened = house.found(&file)?;
    let app = program::app_of(house, vec![opened.tenant.clone()], program::Cookies::Plain)?;
    let units = township::build(&app, &opened.tenant)?;
    Ok(Demo::Empty(Box::new(Loading { house: house.clone(), file, opened, units })))
}

/// The demo, loaded now if it was not: what measurements stand on.
pub fn ready(house: &House) -> Result<Vec<DemoAccount>> {
    match open(house)? {
        Demo::Loaded(accounts) => Ok(accounts),
        Demo::Empty(loading) => {
            let tenants = vec![loading.opened.tenant.clone()];
            let app = program::app_of(house, tenants, program::Cookies::Plain)?;
            loading.load(&app).map(|(accounts, _)| accounts)
        }
    }
}

impl Loading {
    /// Fills the county: people, accounts, and the life of the 182 problems up to now.
    pub fn load(self, app: &App) -> Result<(Vec<DemoAccount>, Opened)> {
        let tenant = &self.opened.tenant;
        let people = people::enter(app, tenant, &self.units)?;
        let accounts = people::accounts(app, tenant, &people)?;
        play::play(app, tenant, &self.units, &people)?;
        let text = serde_json::to_vec_pretty(&accounts).map_err(Error::fault)?;
        crate::house::write_secret(&self.house.home(COUNTY.0).join(NOTES), &text)?;
        self.house.settle(&self.file)?;
        Ok((accounts, self.opened))
    }
}

/// Where the demo keeps the passwords it made up.
const NOTES: &str = "demo-accounts.json";

fn read(notes: &Path) -> Result<Vec<DemoAccount>> {
    // A directory that holds the county without the notes was not made by the demo.
    let Ok(bytes) = fs::read(notes) else { return Ok(Vec::new()) };
    serde_json::from_slice(&bytes).map_err(Error::fault)
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
