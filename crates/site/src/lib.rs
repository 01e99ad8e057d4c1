//! The public side: raising a problem, following it by code, open figures, for people without account.
//!
//! Everything works without a script. What a resident may do to a case is read from its procedure; this
//! crate knows no institution.

mod face;
mod follow;
mod home;
mod place;
mod qr;
mod raise;
mod receipt;
mod settings;
mod store;
#[cfg(test)]
mod tests;
mod upload;

use std::sync::OnceLock;

use access::Digest;
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use base::Language;
use web::{Gate, Module, Route};

pub use settings::{Allows, Counter, Settings, Way};

/// The tables of the public side.
pub const MIGRATIONS: &[db::Migration] =
    &[db::Migration { module: "site", version: 1, sql: include_str!("../schema/0001.sql") }];

const STYLE: &str = include_str!("pages/site.css");

/// The public pages.
pub fn module() -> Module {
    Module {
        name: "site",
        migrations: MIGRATIONS,
        statements: || store::STATEMENTS.to_vec(),
        texts: &[
            (Language::Chinese, include_str!("../text/zh-CN.ftl")),
            (Language::English, include_str!("../text/en.ftl")),
        ],
        routes,
    }
}

fn routes() -> Vec<Route> {
    let mut all = vec![
        Route::get("/public", Gate::Public, home::page),
        Route::get("/public/site.css", Gate::Public, style),
        Route::get("/robots.txt", Gate::Public, robots),
    ];
    all.extend(raise::routes());
    all.extend(receipt::routes());
    all.extend(follow::routes());
    all
}

/// The address of the style sheet; changes when the sheet does.
pub(crate) fn style_address() -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| format!("/public/site.css?{}", &Digest::of(STYLE).as_str()[..8]))
}

async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, STYLE).into_response()
}

/// Search engines may read what is public and nothing that belongs to one person's case.
async fn robots() -> Response {
    let text =
        "User-agent: *\nAllow: /public\nDisallow: /public/follow\nDisallow: /public/receipts\nDisallow: /\n";
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
