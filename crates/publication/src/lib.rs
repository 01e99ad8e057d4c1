#![doc = include_str!("../README.md")]

pub mod acts;
mod api;
mod files;
pub mod ledger;
pub mod model;
pub mod owed;
mod pages;
pub mod paper;
pub mod slip;
pub mod store;
mod take;
#[cfg(test)]
mod tests;
mod view;

use base::Language;
use web::{Module, Route};

pub use api::openapi;

/// The sentences, Chinese and English.
pub const TEXTS: &[(Language, &str)] = &[
    (Language::Chinese, include_str!("../text/zh-CN.ftl")),
    (Language::English, include_str!("../text/en.ftl")),
];

/// The kernel of publications.
pub fn module() -> Module {
    Module {
        name: "publication",
        migrations: store::MIGRATIONS,
        statements: || store::STATEMENTS.to_vec(),
        texts: TEXTS,
        routes,
    }
}

fn routes() -> Vec<Route> {
    let mut routes = pages::routes();
    routes.extend(api::routes());
    routes
}
