//! The pages of publications.

mod acts;
mod figures;
mod ledger;
mod list;
mod one;
mod public;
mod slip;

pub(crate) use one::readable;

use axum::{http::header, response::IntoResponse};
use web::{Gate, Route};

/// All routes of pages.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/publications", Gate::Action("publication.view"), list::page),
        Route::get("/publications/paper.css", Gate::Public, style),
        Route::post("/publications/draft", Gate::Action("publication.draft"), acts::draft),
        Route::get("/publications/ledger/{format}", Gate::Action("case.export"), ledger::file),
        Route::get("/publications/{id}", Gate::Action("publication.view"), one::page),
        Route::post("/publications/{id}/edit", Gate::Action("publication.draft"), acts::edit),
        Route::post("/publications/{id}/refresh", Gate::Action("publication.draft"), acts::refresh),
        Route::post("/publications/{id}/discard", Gate::Action("publication.draft"), acts::discard),
        Route::post("/publications/{id}/issue", Gate::Action("publication.issue"), acts::issue),
        Route::post("/publications/{id}/remove", Gate::Action("publication.remove"), acts::remove),
        Route::get("/publications/{id}/files/{format}", Gate::Action("publication.view"), one::file),
        Route::get("/publications/{id}/figures", Gate::Action("publication.view"), figures::all),
        Route::get("/publications/{id}/figures/{key}", Gate::Action("publication.view"), figures::rows),
        Route::get("/cases/{id}/slips/{n}", Gate::Action("case.view"), slip::page),
        Route::get("/cases/{id}/slips/{n}/docx", Gate::Action("case.view"), slip::docx),
        Route::get("/public/publications", Gate::Public, public::list),
        Route::get("/public/publications/{id}", Gate::Public, public::one),
        Route::get("/public/publications/{id}/files/{format}", Gate::Public, public::file),
    ]
}

/// How an official document looks on screen and on A4; the rest of the style is the shell's.
async fn style() -> impl IntoResponse {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=3600")];
    (headers, include_str!("paper.css"))
}
