//! Organisation: divisions, units, posts and the people who hold them.

pub mod division;
pub mod kind;
pub mod liaison;
pub mod name;
pub mod person;
pub mod post;
pub mod unit;

pub use kind::{Organisation, Role};
pub use person::{names_of_persons, person_choices, persons_with_role_within};
pub use post::posts_of;
pub use unit::{names_of_units, unit_by_code, units_below, units_within};

/// The tables of the organisation.
pub const MIGRATIONS: &[db::Migration] =
    &[db::Migration { module: "org", version: 1, sql: include_str!("../schema/0001.sql") }];
