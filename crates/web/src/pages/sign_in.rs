//! Signing in and out, and one-time links.

use access::{Digest, NewPassword, link, session, session::NewSession, sign_in};
use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use base::{Refusal, Result};

use super::back_of;
use crate::{
    Answer, Form, Gate, Route, Visit,
    visit::{SESSION_COOKIE, cookie, set_cookie},
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/sign-in", Gate::Public, page),
        Route::post("/sign-in", Gate::Public, enter),
        Route::post("/sign-in/code", Gate::Public, code),
        Route::post("/sign-out", Gate::SignedIn, leave),
        Route::get("/link/{secret}", Gate::Public, link_page),
        Route::post("/link/{secret}", Gate::Public, redeem),
    ]
}

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignInPage<'a> {
    v: &'a Visit,
    form: Form,
}

#[derive(Template)]
#[template(path = "sign-in-code.html")]
struct CodePage<'a> {
    v: &'a Visit,
    form: Form,
}

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage<'a> {
    v: &'a Visit,
    form: Form,
    name: String,
    has_login: bool,
    least: usize,
}

async fn page(v: Visit) -> Answer {
    if v.actor.person.is_some() {
        return Ok(v.redirect("/"));
    }
    let form = Form::of_query(v.query.as_deref());
    Ok(v.page(&SignInPage { v: &v, form }))
}

async fn enter(v: Visit, form: Form) -> Answer {
    match try_password(&v, form.text("login"), form.text("password")).await {
        Ok(sign_in::SignIn::Open(opened)) => Ok(signed_in(&v, v.redirect(back_of(&form)), &opened)),
        Ok(sign_in::SignIn::NeedsCode(awaiting)) => {
            let mut response = v.page(&CodePage { v: &v, form });
            hold(&v, &mut response, AWAITING_COOKIE, awaiting.secret.reveal());
            Ok(response)
        }
        Ok(sign_in::SignIn::Failed(refusal)) => shown_again(&v, form, refusal.into()),
        Err(error) => shown_again(&v, form, error),
    }
}

fn shown_again(v: &Visit, form: Form, error: base::Error) -> Answer {
    let form = form.refused(error)?;
    Ok(v.page_with(StatusCode::UNPROCESSABLE_ENTITY, &SignInPage { v, form }))
}

const AWAITING_COOKIE: &str = "luoshi_awaiting";

/// The slow hash is computed on a thread for blocking work, so that neither the writer nor the runtime waits.
async fn try_password(v: &Visit, login: &str, password: &str) -> Result<sign_in::SignIn> {
    let (policy, place, name) = (v.app.policy().clone(), v.place(), login.to_owned());
    let candidate = v.read(move |cx| sign_in::lookup(cx, &policy, &name, &place)).await?;
    let password = password.to_owned();
    let checked = blocking(move || candidate.check(&password)).await??;
    let (policy, place) = (v.app.policy().clone(), v.place());
    v.write(move |cx| sign_in::finish(cx, &policy, checked, &place)).await
}

/// Runs slow, pure work beside the runtime.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(base::Error::fault)
}

async fn code(v: Visit, headers: axum::http::HeaderMap, form: Form) -> Answer {
    let awaiting = cookie(&headers, AWAITING_COOKIE).unwrap_or_default();
    let (policy, master) = (v.app.policy().clone(), v.tenant.master_key.clone());
    let digits = form.text("code").trim().to_owned();
    let tried =
        v.write(move |cx| sign_in::code(cx, &policy, &master, &Digest::of(&awaiting), &digits)).await?;
    match tried {
        sign_in::SignIn::Open(opened) => Ok(signed_in(&v, v.redirect(back_of(&form)), &opened)),
        sign_in::SignIn::NeedsCode(_) => Err(Refusal::unauthenticated("access.sign-in-again").into()),
        sign_in::SignIn::Failed(refusal) => {
            let form = form.refused(refusal.into())?;
            Ok(v.page_with(StatusCode::UNPROCESSABLE_ENTITY, &CodePage { v: &v, form }))
        }
    }
}

fn signed_in(v: &Visit, mut response: Response, opened: &NewSession) -> Response {
    hold(v, &mut response, SESSION_COOKIE, opened.secret.reveal());
    response
}

/// Sets a cookie that scripts cannot read and other sites cannot send with their requests.
fn hold(v: &Visit, response: &mut Response, name: &str, value: &str) {
    let secure = if v.app.secure_cookies() { "; Secure" } else { "" };
    set_cookie(response, &format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}"));
}

async fn leave(v: Visit) -> Answer {
    let row = v.session()?;
    v.write(move |cx| session::sign_out(cx, &row)).await?;
    let mut response = v.see("/sign-in", "web-signed-out");
    set_cookie(&mut response, &format!("{SESSION_COOKIE}=; Path=/; Max-Age=0"));
    Ok(response)
}

async fn link_page(v: Visit, Path(secret): Path<String>) -> Answer {
    shown_link(&v, &secret, Form::default()).await
}

async fn shown_link(v: &Visit, secret: &str, mut form: Form) -> Answer {
    let digest = Digest::of(secret);
    let found = v.read(move |cx| link::find(cx, &digest)).await?;
    if let Some(login) = &found.login {
        form.set("login", login.as_str());
    }
    let (has_login, least) = (found.login.is_some(), v.app.policy().password.least_length);
    let status = if form.refusals.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(v.page_with(status, &LinkPage { v, form, name: found.name, has_login, least }))
}

async fn redeem(v: Visit, Path(secret): Path<String>, form: Form) -> Answer {
    match try_redeem(&v, &secret, &form).await {
        Ok(opened) => Ok(signed_in(&v, v.see("/", "web-link-welcome"), &opened)),
        Err(error) => {
            let form = form.refused(error)?;
            shown_link(&v, &secret, form).await
        }
    }
}

async fn try_redeem(v: &Visit, secret: &str, form: &Form) -> Result<NewSession> {
    let (login, password) = (form.required("login")?.to_owned(), form.text("password").to_owned());
    if password != form.text("again") {
        return Err(Refusal::invalid("web.passwords-differ").field("again").into());
    }
    let digest = Digest::of(secret);
    let known = digest.clone();
    let found = v.read(move |cx| link::find(cx, &known)).await?;
    let login = found.login.map_or(login, |login| login.as_str().to_owned());
    let (rule, name, plain) = (v.app.policy().password.clone(), login.clone(), password.clone());
    let new = blocking(move || NewPassword::make(&rule, &name, &plain)).await??;
    v.write(move |cx| link::redeem(cx, &digest, &new)).await?;
    match try_password(v, &login, &password).await? {
        sign_in::SignIn::Open(opened) => Ok(opened),
        // The second factor is on: the person signs in the ordinary way with the new password.
        sign_in::SignIn::NeedsCode(_) => Err(Refusal::unauthenticated("access.sign-in-again").into()),
        sign_in::SignIn::Failed(refusal) => Err(refusal.into()),
    }
}
