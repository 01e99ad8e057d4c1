//! Puts the program together: tenants, compendium, rights, modules.

use std::sync::Arc;

use access::{Policy, RightsTable};
use base::Result;
use regulation::Compendium;
use web::{App, AppBuilder};

use crate::{
    house::{House, Opened},
    modules,
};

/// The running program with what its background work needs.
pub(crate) struct Program {
    pub(crate) app: App,
    pub(crate) tenants: Vec<Opened>,
}

/// How cookies travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookies {
    /// Over plain HTTP too: on this machine, in tests.
    Plain,
    /// By TLS only: behind a TLS proxy.
    Secure,
}

/// The regulations: those shipped, and the township's own in the data directory over them.
pub(crate) fn compendium(house: &House) -> Result<Compendium> {
    let own = house.data.join("regulations");
    let shipped = regulation::load_shipped();
    if own.is_dir() { shipped.load_dir(&own).map_err(base::Error::fault) } else { Ok(shipped) }
}

/// The table of rights of a compendium.
pub(crate) fn rights_of(compendium: &Compendium) -> RightsTable {
    RightsTable::new(compendium.rights().rights.clone())
}

/// Opens every tenant of the house and puts the program together.
pub(crate) fn assemble(house: &House, cookies: Cookies) -> Result<Program> {
    let tenants: Vec<Opened> =
        house.tenants()?.iter().map(|tenant| house.open(tenant)).collect::<Result<_>>()?;
    let app = app_of(house, tenants.iter().map(|opened| opened.tenant.clone()).collect(), cookies)?;
    Ok(Program { app, tenants })
}

/// The program over these tenants.
pub(crate) fn app_of(house: &House, tenants: Vec<web::Tenant>, cookies: Cookies) -> Result<App> {
    let compendium = compendium(house)?;
    let homes = tenants.iter().map(|tenant| (tenant.code.as_str(), house.home(&tenant.code)));
    let log_keys = crate::ops::LogKeys::read(homes)?;
    let mut builder = AppBuilder::new(modules::all(), tenants, rights_of(&compendium), org::posts_of)?;
    builder.policy = policy(house)?;
    builder.clock = house.clock.clone();
    builder.secure_cookies = cookies == Cookies::Secure;
    builder.role_titles = compendium
        .roles()
        .roles
        .iter()
        .map(|role| (role.key.clone(), (role.title.clone(), role.title_en.clone())))
        .collect();
    builder.action_titles = compendium
        .rights()
        .actions
        .iter()
        .map(|action| (action.key.clone(), (action.title.clone(), action.title_en.clone())))
        .collect();
    let mut organisation =
        org::Organisation::new(&roles_file(&compendium)?, builder.policy.separation.clone())?;
    organisation.moved.push(case::store::follow_units);
    builder
        .service(Arc::new(compendium))
        .service(Arc::new(organisation))
        .service(Arc::new(log_keys))
        .service(site_settings(house)?)
        .build()
}

/// The thresholds of accounts: those shipped, or the township's own.
pub(crate) fn policy(house: &House) -> Result<Policy> {
    match std::fs::read_to_string(house.data.join("policy.toml")) {
        Ok(text) => Policy::parse(&text),
        Err(_) => Policy::shipped(),
    }
}

/// The file of roles as it was read, the township's own included.
fn roles_file(compendium: &Compendium) -> Result<String> {
    let file = compendium.file("roles.toml").ok_or_else(|| base::Error::fault("no roles.toml"))?;
    Ok(file.text.clone())
}

/// What the residents' pages say of the county: those shipped, or the county's own `site.toml`.
fn site_settings(house: &House) -> Result<Arc<site::Settings>> {
    match std::fs::read_to_string(house.data.join("site.toml")) {
        Ok(text) => Ok(Arc::new(site::Settings::parse(&text)?)),
        Err(_) => site::Settings::shipped(),
    }
}
