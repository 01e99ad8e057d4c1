//! One's own tokens of the API.

use std::time::Duration;

use access::{
    Subject,
    token::{self, NewToken, TokenLine},
};
use askama::Template;
use axum::{extract::Path, http::StatusCode};
use base::{Id, Result, Timestamp, noun};
use web::{Answer, Form, Gate, Route, Visit};

const MANAGE: Gate = Gate::Action("token.manage");

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/tokens", MANAGE, page),
        Route::post("/tokens", MANAGE, create),
        Route::post("/tokens/{id}/revoke", MANAGE, revoke),
    ]
}

/// How long a token is good when nobody says otherwise.
pub(crate) const USUAL_DAYS: u32 = 90;

#[derive(Template)]
#[template(path = "tokens.html")]
struct TokensPage<'a> {
    v: &'a Visit,
    form: Form,
    lines: Vec<Line>,
    longest: u32,
    /// A token just made, shown this once.
    fresh: Option<String>,
}

struct Line {
    id: Id<noun::Token>,
    label: String,
    made: String,
    until: String,
    used: String,
    tone: &'static str,
    state: String,
    good: bool,
}

async fn page(v: Visit) -> Answer {
    let form = Form::with(vec![("days".to_owned(), USUAL_DAYS.to_string())]);
    shown(&v, form, None).await
}

async fn create(v: Visit, form: Form) -> Answer {
    match try_create(&v, &form).await {
        Ok(secret) => {
            shown(&v, Form::with(vec![("days".to_owned(), USUAL_DAYS.to_string())]), Some(secret)).await
        }
        Err(error) => {
            let form = form.refused(error)?;
            shown(&v, form, None).await
        }
    }
}

async fn try_create(v: &Visit, form: &Form) -> Result<String> {
    let permit = v.permit("token.manage", &Subject::tenant())?;
    let (account, policy, label) = (v.account()?, v.app.policy().clone(), form.required("label")?.to_owned());
    let expires_at = in_days(v.caller.now, form.needed("days")?);
    let secret = v
        .write(move |cx| token::create(cx, &permit, &policy, NewToken { account, label: &label, expires_at }))
        .await?;
    Ok(secret.reveal().to_owned())
}

/// The moment so many days later. [`token::create`] refuses what is too far off.
pub(crate) fn in_days(now: Timestamp, days: u32) -> Timestamp {
    now.checked_add(Duration::from_secs(u64::from(days) * 24 * 3600)).unwrap_or(Timestamp::MAX)
}

async fn shown(v: &Visit, form: Form, fresh: Option<String>) -> Answer {
    v.permit("token.manage", &Subject::tenant())?;
    let account = v.account()?;
    let tokens = v.read(move |cx| token::list(cx, account)).await?;
    let status = if form.refusals.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let lines = tokens.into_iter().map(|token| line(v, token)).collect();
    let longest = v.app.policy().token.longest_days;
    Ok(v.page_with(status, &TokensPage { v, form, lines, longest, fresh }))
}

fn line(v: &Visit, token: TokenLine) -> Line {
    let (tone, key) = if token.revoked_at.is_some() {
        ("exempt", "ops-token-revoked")
    } else if token.expires_at <= v.caller.now {
        ("exempt", "ops-token-expired")
    } else {
        ("met", "ops-token-good")
    };
    Line {
        id: token.id,
        made: v.moment(token.made_at),
        until: v.moment(token.expires_at),
        used: token.used_at.map_or_else(|| v.t("ops-token-unused"), |at| v.moment(at)),
        label: token.label,
        tone,
        state: v.t(key),
        good: key == "ops-token-good",
    }
}

async fn revoke(v: Visit, Path(id): Path<Id<noun::Token>>) -> Answer {
    let permit = v.permit("token.manage", &Subject::tenant())?;
    v.write(move |cx| token::revoke(cx, &permit, id)).await?;
    Ok(v.see("/tokens", "ops-token-now-revoked"))
}
