//! Cases: one thing moving through a procedure, from raised to struck off.
//!
//! The procedure is read from a regulation; this crate is its interpreter and knows no institution,
//! role or number of days of its own. `README.md` draws the picture.

pub mod acts;
pub mod api;
pub mod export;
pub mod import;
pub mod model;
mod pages;
pub mod query;
pub mod store;
#[cfg(test)]
mod tests;

use access::RightsTable;
use base::calendar::Calendar;
use regulation::Compendium;
use web::Module;

pub use pages::{Rulebook, Shown, keep, sent, sight_of, visible};

/// The kernel of cases.
pub fn module() -> Module {
    Module {
        name: "case",
        migrations: store::MIGRATIONS,
        statements: || store::STATEMENTS.to_vec(),
        texts: &[
            (base::Language::Chinese, include_str!("../text/zh-CN.ftl")),
            (base::Language::English, include_str!("../text/en.ftl")),
            (base::Language::Chinese, include_str!("../text/pages.zh-CN.ftl")),
            (base::Language::English, include_str!("../text/pages.en.ftl")),
            (base::Language::Chinese, include_str!("../text/import.zh-CN.ftl")),
            (base::Language::English, include_str!("../text/import.en.ftl")),
        ],
        routes: || [pages::routes(), api::routes()].into_iter().flatten().collect(),
    }
}

/// What every act needs to know besides the database: the rules as they stand today.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// The regulations.
    pub compendium: &'a Compendium,
    /// The table of rights.
    pub rights: &'a RightsTable,
    /// Working days.
    pub calendar: &'a Calendar,
}

impl<'a> Rules<'a> {
    /// The procedure of this key, or why not.
    pub fn procedure(&self, key: &str) -> base::Result<&'a regulation::Procedure> {
        self.compendium
            .procedure(key)
            .ok_or_else(|| base::Refusal::not_found("case.no-such-procedure").arg("procedure", key).into())
    }
}
