//! The pages that belong to no kernel: sign-in, one's own account, errors, the page "more".

mod account;
mod sign_in;

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use base::Language;
use serde_json::json;

use crate::{
    Answer, Form, Gate, Module, Place, Route, Visit,
    fail::Carried,
    visit::{ELDER_COOKIE, LANGUAGE_COOKIE, set_cookie},
};

/// The shell's own pages, with the tables and sentences of the foundations below it.
pub fn module() -> Module {
    Module {
        name: "web",
        migrations: &[],
        statements: Vec::new,
        texts: &[
            (Language::Chinese, include_str!("../text/zh-CN.ftl")),
            (Language::English, include_str!("../text/en.ftl")),
        ],
        routes,
    }
}

fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get("/more", Gate::SignedIn, more),
        Route::post("/language", Gate::Public, language),
        Route::post("/elder", Gate::Public, elder),
    ];
    routes.extend(sign_in::routes());
    routes.extend(account::routes());
    routes
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    v: &'a Visit,
    head: String,
    reasons: Vec<String>,
    operation: Option<String>,
    status: u16,
    back_key: &'static str,
}

/// Refusals and faults in words: problem+json for the interfaces, a page for people.
pub(crate) fn failure(v: &Visit, status: StatusCode, carried: Carried) -> Response {
    let (reasons, members, operation) = match carried {
        Carried::Refused(refusals) => {
            let words: Vec<String> = refusals.iter().map(|refusal| v.refusal(refusal)).collect();
            let members: Vec<serde_json::Value> = refusals
                .iter()
                .zip(&words)
                .map(|(refusal, words)| {
                    json!({ "reason": refusal.key, "field": refusal.field, "detail": words })
                })
                .collect();
            (words, members, None)
        }
        Carried::Fault(cause) => {
            // The number ties what the person saw to what the log says; neither shows the other's part.
            let number =
                v.tenant.db.ids().next::<()>(v.caller.now).uuid().simple().to_string()[20..].to_owned();
            tracing::error!(operation = number, path = v.path, cause, "fault");
            (vec![v.t("web-fault")], Vec::new(), Some(number))
        }
    };
    let head = v.t(&format!("web-head-{}", status.as_u16()));
    if v.path.starts_with("/api/") || v.path.starts_with("/open311/") {
        let body = json!({
            "type": "about:blank", "title": head, "status": status.as_u16(),
            "detail": reasons.join(" "), "errors": members, "operation": operation,
        });
        return (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string())
            .into_response();
    }
    if status == StatusCode::UNAUTHORIZED && v.actor.person.is_none() && !v.fragment {
        let back: String = form_urlencoded::byte_serialize(v.here().as_bytes()).collect();
        return v.redirect(&format!("/sign-in?back={back}"));
    }
    let back_key = if status == StatusCode::UNAUTHORIZED { "web-to-sign-in" } else { "web-back-home" };
    let page = ProblemPage { v, head, reasons, operation, status: status.as_u16(), back_key };
    page.render().map_or_else(
        |_| status.into_response(),
        |html| (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
    )
}

#[derive(Template)]
#[template(path = "more.html")]
struct MorePage<'a> {
    v: &'a Visit,
    places: Vec<&'static Place>,
}

async fn more(v: Visit) -> Answer {
    let places = v.more_places();
    Ok(v.page(&MorePage { v: &v, places }))
}

/// A page of this site to go back to; anything else leads home, so that no link sends people away.
fn back_of(form: &Form) -> &str {
    let back = form.text("back");
    if back.starts_with('/') && !back.starts_with("//") && !back.contains('\\') { back } else { "/" }
}

const YEAR: u32 = 365 * 24 * 3600;

async fn language(v: Visit, form: Form) -> Answer {
    let wanted = Language::from_tag(form.text("to")).unwrap_or_default();
    let mut response = v.redirect(back_of(&form));
    let cookie = format!("{LANGUAGE_COOKIE}={}; Path=/; Max-Age={YEAR}; SameSite=Lax", wanted.tag());
    set_cookie(&mut response, &cookie);
    Ok(response)
}

async fn elder(v: Visit, form: Form) -> Answer {
    let mut response = v.redirect(back_of(&form));
    let to = u8::from(!v.elder);
    set_cookie(&mut response, &format!("{ELDER_COOKIE}={to}; Path=/; Max-Age={YEAR}; SameSite=Lax"));
    Ok(response)
}
