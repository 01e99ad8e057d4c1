//! The pages of cases: desk, ledger, case, board, entry.

mod board;
mod desk;
mod entry;
mod exports;
mod files;
mod history;
mod imports;
mod ledger;
mod moves;
mod show;
mod view;

pub(crate) use exports::{export_csv, export_xlsx};
pub use files::{Shown, keep, sent};
pub(crate) use imports::LARGEST;
pub use show::visible;

use std::sync::Arc;

use base::{Result, calendar::Calendar};
use regulation::Compendium;
use web::{App, Route, Visit};

use crate::{Rules, store::Sight};

/// The rules as a value that closures can carry.
#[derive(Clone)]
pub struct Rulebook {
    app: App,
    /// The regulations.
    pub compendium: Arc<Compendium>,
}

impl Rulebook {
    /// The rules of the running program.
    pub fn of(app: &App) -> Result<Self> {
        Ok(Self { compendium: app.service()?, app: app.clone() })
    }

    /// The rules.
    pub fn rules(&self) -> Rules<'_> {
        Rules { compendium: &self.compendium, rights: self.app.rights(), calendar: Calendar::shipped() }
    }
}

/// What the visitor may see of the cases.
pub fn sight_of(v: &Visit) -> Result<Sight> {
    Ok(Sight::of(&Rulebook::of(&v.app)?.rules(), &v.actor))
}

/// The routes of these pages.
pub(crate) fn routes() -> Vec<Route> {
    [
        desk::routes(),
        ledger::routes(),
        entry::routes(),
        show::routes(),
        board::routes(),
        exports::routes(),
        imports::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
