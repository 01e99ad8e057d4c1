//! One's own account: password, second factor, signed-in devices.

use access::{NewPassword, account, account::Outcome, second_factor, session, sign_in};
use askama::Template;
use axum::{extract::Path, http::StatusCode};
use base::{Id, Refusal, Result, noun::Session};

use super::sign_in::blocking;
use crate::{Answer, Form, Gate, Route, Visit};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/account", Gate::SignedIn, page),
        Route::post("/account/password", Gate::SignedIn, change_password),
        Route::post("/account/second-factor", Gate::SignedIn, enrol),
        Route::post("/account/second-factor/confirm", Gate::SignedIn, confirm),
        Route::post("/account/second-factor/end", Gate::SignedIn, turn_off),
        Route::post("/account/sessions/{id}/end", Gate::SignedIn, end_session),
    ]
}

/// What the page shows of the second factor.
enum Factor {
    Off,
    On { codes_left: i64 },
    Begun { secret: String },
    JustOn { recovery_codes: Vec<String> },
}

struct Device {
    id: Id<Session>,
    since: String,
    seen: String,
    agent: String,
    this: bool,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage<'a> {
    v: &'a Visit,
    form: Form,
    factor: Factor,
    devices: Vec<Device>,
}

async fn page(v: Visit) -> Answer {
    shown(&v, Form::default(), None).await
}

async fn shown(v: &Visit, form: Form, factor: Option<Factor>) -> Answer {
    let row = v.session()?;
    let (lines, is_on, codes_left) = v
        .read(move |cx| {
            let is_on = second_factor::is_on(cx, row.account)?;
            let left = second_factor::recovery_codes_left(cx, row.account)?;
            Ok((session::list(cx, row.account)?, is_on, left))
        })
        .await?;
    let this = v.session()?.id;
    let devices = lines
        .into_iter()
        .map(|line| Device {
            id: line.id,
            since: v.moment(line.made_at),
            seen: v.moment(line.seen_at),
            agent: line.place.agent,
            this: line.id == this,
        })
        .collect();
    let factor = factor.unwrap_or(if is_on { Factor::On { codes_left } } else { Factor::Off });
    let status = if form.refusals.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(v.page_with(status, &AccountPage { v, form, factor, devices }))
}

/// Proves the present password, outside the writer.
async fn proved(v: &Visit, password: &str) -> Result<sign_in::Checked> {
    let (policy, row) = (v.app.policy().clone(), v.session()?);
    let candidate = v.read(move |cx| sign_in::lookup_own(cx, &policy, &row)).await?;
    let password = password.to_owned();
    blocking(move || candidate.check(&password)).await?
}

async fn change_password(v: Visit, form: Form) -> Answer {
    match try_change(&v, &form).await {
        Ok(Outcome::Done) => Ok(v.see("/sign-in", "web-password-changed")),
        Ok(Outcome::Failed(refusal)) => shown(&v, form.refused(refusal.into())?, None).await,
        Err(error) => shown(&v, form.refused(error)?, None).await,
    }
}

async fn try_change(v: &Visit, form: &Form) -> Result<Outcome> {
    if form.text("password") != form.text("again") {
        return Err(Refusal::invalid("web.passwords-differ").field("again").into());
    }
    let row = v.session()?;
    let (rule, login, plain) =
        (v.app.policy().password.clone(), row.login.clone(), form.text("password").to_owned());
    let new = blocking(move || NewPassword::make(&rule, &login, &plain)).await??;
    let present = proved(v, form.text("present")).await?;
    let policy = v.app.policy().clone();
    v.write(move |cx| account::change_password(cx, &policy, &row, present, &new)).await
}

async fn enrol(v: Visit) -> Answer {
    let (row, master, issuer) =
        (v.session()?, v.tenant.master_key.clone(), format!("{} {}", v.t("web-product"), v.tenant.name));
    let begun = v.write(move |cx| second_factor::enrol(cx, &master, &row, &issuer)).await?;
    shown(&v, Form::default(), Some(Factor::Begun { secret: begun.secret })).await
}

async fn confirm(v: Visit, form: Form) -> Answer {
    let (row, master) = (v.session()?, v.tenant.master_key.clone());
    let code = form.text("code").trim().to_owned();
    match v.write(move |cx| second_factor::confirm(cx, &master, &row, &code)).await {
        Ok(codes) => shown(&v, Form::default(), Some(Factor::JustOn { recovery_codes: codes.0 })).await,
        Err(error) => {
            // The secret is shown once more from the form, so that a mistyped digit costs nothing.
            let secret = form.text("secret").to_owned();
            shown(&v, form.refused(error)?, Some(Factor::Begun { secret })).await
        }
    }
}

async fn turn_off(v: Visit, form: Form) -> Answer {
    let (policy, row) = (v.app.policy().clone(), v.session()?);
    let present = proved(&v, form.text("present")).await?;
    match v.write(move |cx| second_factor::turn_off(cx, &policy, &row, present)).await? {
        Outcome::Done => Ok(v.see("/account", "web-account-totp-ended")),
        Outcome::Failed(refusal) => shown(&v, form.refused(refusal.into())?, None).await,
    }
}

async fn end_session(v: Visit, Path(id): Path<Id<Session>>) -> Answer {
    let row = v.session()?;
    v.write(move |cx| session::end_own(cx, &row, id)).await?;
    Ok(v.see("/account", "web-account-ended"))
}
