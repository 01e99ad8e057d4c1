//! Organisation: divisions, units, posts and the people who hold them.

pub mod api;
pub mod division;
pub mod import;
pub mod kind;
pub mod liaison;
pub mod name;
mod pages;
pub mod person;
pub mod post;
pub mod unit;

use base::Language;
use db::Statement;
use web::Module;

pub use kind::{Kind, Organisation, Role};
pub use person::{names_of_persons, person_choices, persons_with_role_within};
pub use post::posts_of;
pub use unit::{names_of_units, unit_by_code, units_below, units_within};

#[cfg(test)]
mod tests;

/// What the organisation brings to the program. The program registers an [`Organisation`] as a service.
pub fn module() -> Module {
    Module {
        name: "org",
        migrations: MIGRATIONS,
        statements,
        texts: &[
            (Language::Chinese, include_str!("../text/zh-CN.ftl")),
            (Language::English, include_str!("../text/en.ftl")),
        ],
        routes: || {
            let mut routes = pages::routes();
            routes.extend(api::routes());
            routes
        },
    }
}

/// The tables of the organisation.
pub const MIGRATIONS: &[db::Migration] =
    &[db::Migration { module: "org", version: 1, sql: include_str!("../schema/0001.sql") }];

/// Every statement of this crate, for the tests that prepare and plan them.
pub fn statements() -> Vec<&'static Statement> {
    let groups: [&[&'static Statement]; 5] = [
        unit::store::STATEMENTS,
        person::store::STATEMENTS,
        post::store::STATEMENTS,
        liaison::store::STATEMENTS,
        import::store::STATEMENTS,
    ];
    groups.concat()
}
