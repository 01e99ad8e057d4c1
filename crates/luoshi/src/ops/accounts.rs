//! Accounts: who may sign in, and what administrators do about it.

use access::{
    Permit, Policy, Secret, Subject, UnitPath,
    account::{self, Account, SecondFactor},
    limit::{self, Bucket},
    link::{self, Holder, Purpose},
    second_factor, session,
};
use askama::Template;
use axum::{extract::Path, response::Response};
use base::{
    Error, Id, Result,
    noun::{self, Person},
};
use db::Cx;
use web::{Answer, App, Form, Gate, Paged, Route, Visit, cursor_after};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/accounts", Gate::Action("account.view"), page),
        Route::post("/accounts/invite", Gate::Action("account.manage"), invite),
        Route::post("/accounts/{id}/link", Gate::Action("account.manage"), reset),
        Route::post("/accounts/{id}/close", Gate::Action("account.manage"), close),
        Route::post("/accounts/{id}/reopen", Gate::Action("account.manage"), reopen),
        Route::post("/accounts/{id}/unlock", Gate::Action("security.manage"), unlock),
        Route::post("/accounts/{id}/second-factor/end", Gate::Action("security.manage"), end_second_factor),
        Route::post("/accounts/{id}/sessions/end", Gate::Action("session.end"), end_sessions),
    ]
}

const PAGE: usize = 50;
const FOUND: usize = 20;

#[derive(Template)]
#[template(path = "accounts.html")]
struct AccountsPage<'a> {
    v: &'a Visit,
    form: Form,
    lines: Vec<Line>,
    next: Option<String>,
    /// Persons without an account whose name was asked for; `None` when nothing was asked.
    found: Option<Vec<Candidate>>,
    may: May,
}

/// Which buttons the actor sees.
struct May {
    manage: bool,
    secure: bool,
    end_sessions: bool,
}

/// An account with what an administrator needs to see of it.
struct Line {
    account: Account,
    made: String,
    tone: &'static str,
    state: String,
    second_factor: bool,
    sessions: usize,
    posts: Vec<String>,
    locked: bool,
}

/// What is read of an account besides its row.
struct Around {
    sessions: usize,
    posts: Vec<(String, String)>,
    locked: bool,
}

async fn page(v: Visit) -> Answer {
    v.permit("account.view", &Subject::tenant())?;
    let form = Form::of_query(v.query.as_deref());
    let may = |action: &str| v.permit(action, &Subject::tenant()).is_ok();
    let may = May {
        manage: may("account.manage"),
        secure: may("security.manage"),
        end_sessions: may("session.end"),
    };
    let (after, part, app) =
        (form.text("cursor").to_owned(), form.given("name").map(str::to_owned), v.app.clone());
    let (accounts, found) = v
        .read(move |cx| {
            let accounts = account::list(cx, &after, u32::try_from(PAGE + 1).unwrap_or(u32::MAX))?;
            let mut read = Vec::with_capacity(accounts.len());
            for account in accounts {
                let around = around(cx, &app, &account)?;
                read.push((account, around));
            }
            Ok((read, part.map(|part| without_account(cx, &part)).transpose()?))
        })
        .await?;
    let paged = Paged::cut(accounts, PAGE, |(account, _)| account.login.to_string());
    let next = paged.next.map(|cursor| cursor_after(form.pairs(), &cursor));
    let lines = paged.rows.into_iter().map(|(account, around)| line(&v, account, around)).collect();
    Ok(v.page(&AccountsPage { v: &v, form, lines, next, found, may }))
}

fn around(cx: &mut Cx<'_>, app: &App, account: &Account) -> Result<Around> {
    let posts = app.posts_of(cx, account.person)?;
    let locked = match limit::check(cx, &Bucket::new("sign-in", account.login.as_str())) {
        Ok(()) => false,
        Err(Error::Refused(_)) => true,
        Err(fault) => return Err(fault),
    };
    Ok(Around {
        sessions: session::list(cx, account.id)?.len(),
        posts: posts.into_iter().map(|post| (post.unit_name, post.role)).collect(),
        locked,
    })
}

/// A person who may be invited, with the posts that tell namesakes apart.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) person: Id<Person>,
    pub(crate) name: String,
    /// Role key and unit name.
    pub(crate) posts: Vec<(String, String)>,
}

/// The persons of a name, or part of one, who have no account yet.
pub(crate) fn without_account(cx: &mut Cx<'_>, part: &str) -> Result<Vec<Candidate>> {
    let everywhere = UnitPath(String::new());
    let mut found = Vec::new();
    for choice in org::person_choices(cx, &everywhere)? {
        if choice.name.contains(part) && account::of_person(cx, choice.id)?.is_none() {
            found.push(Candidate { person: choice.id, name: choice.name, posts: choice.posts });
        }
        if found.len() == FOUND {
            break;
        }
    }
    Ok(found)
}

fn line(v: &Visit, account: Account, around: Around) -> Line {
    let (tone, key) = match (account.closed_at.is_some(), around.locked) {
        (true, _) => ("exempt", "ops-account-closed"),
        (false, true) => ("late", "ops-account-locked"),
        (false, false) => ("met", "ops-account-open"),
    };
    let posts = around.posts.into_iter().map(|(unit, role)| format!("{unit} · {}", v.role_title(&role)));
    Line {
        made: v.moment(account.made_at),
        tone,
        state: v.t(key),
        second_factor: account.second_factor == SecondFactor::On,
        sessions: around.sessions,
        posts: posts.collect(),
        locked: around.locked,
        account,
    }
}

#[derive(Template)]
#[template(path = "account-link.html")]
struct LinkPage<'a> {
    v: &'a Visit,
    name: String,
    address: String,
    hours: u32,
}

/// Shows a link, this once: it stands in no address and no list.
fn shown_once(v: &Visit, name: String, secret: &Secret) -> Response {
    let address = format!("{}/link/{}", v.origin, secret.reveal());
    v.page(&LinkPage { v, name, address, hours: v.app.policy().link.lifetime_hours })
}

async fn invite(v: Visit, form: Form) -> Answer {
    let permit = v.permit("account.manage", &Subject::tenant())?;
    let person: Id<Person> = form.needed("person")?;
    let policy = v.app.policy().clone();
    let (name, secret) = v.write(move |cx| invited(cx, &permit, &policy, person)).await?;
    Ok(shown_once(&v, name, &secret))
}

/// Issues the link with which a person makes an account.
pub(crate) fn invited(
    cx: &mut Cx<'_>,
    permit: &Permit,
    policy: &Policy,
    person: Id<Person>,
) -> Result<(String, Secret)> {
    let name = org::person::person(cx, person)?.name;
    let secret = link::issue(cx, permit, policy, Holder { person, name: &name }, Purpose::Invite)?;
    Ok((name, secret))
}

/// Issues the link with which the holder of an account sets a new password.
pub(crate) fn renewed(
    cx: &mut Cx<'_>,
    permit: &Permit,
    policy: &Policy,
    account: &Account,
) -> Result<(String, Secret)> {
    let holder = Holder { person: account.person, name: &account.name };
    let secret = link::issue(cx, permit, policy, holder, Purpose::Reset)?;
    Ok((account.name.clone(), secret))
}

async fn reset(v: Visit, Path(id): Path<Id<noun::Account>>) -> Answer {
    let permit = v.permit("account.manage", &Subject::tenant())?;
    let policy = v.app.policy().clone();
    let (name, secret) = v
        .write(move |cx| {
            let account = account::load(cx, id)?;
            renewed(cx, &permit, &policy, &account)
        })
        .await?;
    Ok(shown_once(&v, name, &secret))
}

/// What is done to an account.
type Act = fn(&mut Cx<'_>, &Permit, Id<noun::Account>) -> Result<()>;

async fn done(v: Visit, id: Id<noun::Account>, what: (&str, Act, &str)) -> Answer {
    let (action, act, said) = what;
    let permit = v.permit(action, &Subject::tenant())?;
    v.write(move |cx| act(cx, &permit, id)).await?;
    Ok(v.see("/accounts", said))
}

async fn close(v: Visit, Path(id): Path<Id<noun::Account>>) -> Answer {
    done(v, id, ("account.manage", account::close, "ops-account-now-closed")).await
}

async fn reopen(v: Visit, Path(id): Path<Id<noun::Account>>) -> Answer {
    done(v, id, ("account.manage", account::reopen, "ops-account-now-open")).await
}

async fn unlock(v: Visit, Path(id): Path<Id<noun::Account>>) -> Answer {
    done(v, id, ("security.manage", account::unlock, "ops-account-now-unlocked")).await
}

async fn end_second_factor(v: Visit, Path(id): Path<Id<noun::Account>>) -> Answer {
    done(v, id, ("security.manage", second_factor::reset, "ops-account-factor-ended")).await
}

async fn end_sessions(v: Visit, Path(id): Path<Id<noun::Account>>) -> Answer {
    done(v, id, ("session.end", session::end_all_of, "ops-account-sessions-ended")).await
}
