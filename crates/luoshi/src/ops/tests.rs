//! The pages of this module, asked for as a browser asks.

use std::{collections::HashMap, sync::Arc};

use ::journal::{Entry, Keys, Parameters, Receipt, Ref};
use access::{HeldPost, MasterKey, RightsTable, UnitPath};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use base::{Id, Language, noun};
use db::testing::{self, Fresh};
use object_store::memory::InMemory;
use serde_json::json;
use tower::ServiceExt;
use web::{App, AppBuilder, Tenant};

use super::LogKeys;
use crate::modules;

fn steps() -> Vec<db::Migration> {
    modules::all().iter().flat_map(|module| module.migrations.iter().copied()).collect()
}

/// Whoever is signed in holds every post that opens these pages, each at the head of the tree.
#[expect(clippy::unnecessary_wraps, reason = "the shape of web::PostsOf")]
fn every_office(_: &mut db::Cx<'_>, person: Id<noun::Person>) -> base::Result<Vec<HeldPost>> {
    let post = |role: &str| HeldPost {
        id: Id::from_uuid(person.uuid()),
        role: role.to_owned(),
        unit: Id::from_uuid(person.uuid()),
        unit_path: UnitPath("1.".into()),
        unit_name: "某县".into(),
        for_person: None,
    };
    Ok(vec![post("system-admin"), post("security-admin"), post("audit-admin")])
}

fn program(fresh: &Fresh, keys: &Keys) -> App {
    let compendium = regulation::load_shipped();
    let rights = RightsTable::new(compendium.rights().rights.clone());
    let tenant = Tenant {
        code: "510183".into(),
        name: "某县".into(),
        db: fresh.db.clone(),
        master_key: Arc::new(MasterKey::generate().unwrap()),
        files: Arc::new(InMemory::new()),
    };
    let builder = AppBuilder::new(modules::all(), vec![tenant], rights, every_office).unwrap();
    let log_keys = LogKeys(HashMap::from([("510183".to_owned(), keys.public())]));
    let mut builder = builder.service(Arc::new(compendium)).service(Arc::new(log_keys));
    builder.clock = fresh.clock.clone();
    builder.build().unwrap()
}

/// A journal with one sealed entry; its id.
fn one_entry(fresh: &Fresh, keys: &Keys) -> String {
    let db = &fresh.db;
    let caller = db.caller("system:test");
    db.write_operational_now(&caller, |cx| Parameters::default().set(cx)).unwrap();
    let entry = Entry::new("unit.opened", Ref::new("unit", "u1"), json!({ "name": "甲镇" }));
    let id = db.write_now(&caller, move |cx| ::journal::append(cx, &entry)).unwrap();
    let keys = Keys::from_bytes(&keys.to_bytes());
    db.write_operational_now(&caller, move |cx| ::journal::seal(cx, &keys).map(|_| ())).unwrap();
    id.to_string()
}

fn ask(app: &App, request: Request<Body>) -> (StatusCode, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let response = app.router().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    })
}

fn get(app: &App, path: &str) -> (StatusCode, String) {
    ask(app, Request::get(path).header("host", "localhost").body(Body::empty()).unwrap())
}

fn post(app: &App, path: &str, form: &[(&str, &str)]) -> (StatusCode, String) {
    let encoded: Vec<String> = form
        .iter()
        .map(|(name, value)| {
            format!("{name}={}", value.replace('%', "%25").replace('+', "%2B").replace('&', "%26"))
        })
        .collect();
    let request = Request::post(path)
        .header("host", "localhost")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(encoded.join("&")));
    ask(app, request.unwrap())
}

#[test]
fn anybody_checks_a_receipt_and_a_changed_one_does_not_hold() {
    for fresh in testing::both_engines(&steps()) {
        let keys = Keys::generate().unwrap();
        let (app, id) = (program(&fresh, &keys), one_entry(&fresh, &keys));
        let (status, body) = get(&app, &format!("/api/v1/log/proof?receipt={id}"));
        assert_eq!(status, StatusCode::OK, "{body}");
        let receipt: Receipt = serde_json::from_str(&body).unwrap();
        assert!(receipt.body.is_none());
        receipt.verify(&keys.public()).unwrap();
        let holds = app.catalogue().say(Language::Chinese, "ops-receipt-holds", &[]);
        for given in [id.clone(), receipt.to_line(), body.clone()] {
            let (status, html) = post(&app, "/journal/verify", &[("receipt", &given)]);
            assert_eq!(status, StatusCode::OK);
            assert!(html.contains(&holds), "{given}");
        }
        let forged = Receipt { act: "unit.closed".into(), ..receipt };
        let (_, html) = post(&app, "/journal/verify", &[("receipt", &forged.to_line())]);
        assert!(!html.contains(&holds));
        let (status, _) = post(&app, "/journal/verify", &[("receipt", "LSR1.xx")]);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[test]
fn the_checkpoint_is_published_with_what_is_needed_to_check_it() {
    for fresh in testing::both_engines(&steps()) {
        let keys = Keys::generate().unwrap();
        let app = program(&fresh, &keys);
        assert_eq!(get(&app, "/api/v1/log/checkpoint").0, StatusCode::NOT_FOUND);
        one_entry(&fresh, &keys);
        let (_, body) = get(&app, "/api/v1/log/checkpoint");
        let json: serde_json::Value = serde_json::from_str(&body).unwrap();
        let checkpoint = ::journal::Checkpoint::parse(json["note"].as_str().unwrap()).unwrap();
        let key = ::journal::PublicKey::parse(json["verifier_key"].as_str().unwrap()).unwrap();
        checkpoint.verify(&key).unwrap();
        assert_eq!(json["tree_size"], 1);
    }
}

#[test]
fn probes_answer_and_the_journal_and_the_accounts_ask_for_a_sign_in() {
    for fresh in testing::both_engines(&steps()) {
        let keys = Keys::generate().unwrap();
        let app = program(&fresh, &keys);
        assert_eq!(get(&app, "/healthz").0, StatusCode::OK);
        assert_eq!(get(&app, "/readyz").0, StatusCode::OK);
        assert_eq!(get(&app, "/rights").0, StatusCode::OK);
        assert_eq!(get(&app, "/api/v1/openapi.json").0, StatusCode::OK);
        for path in ["/journal", "/accounts", "/tokens"] {
            assert_eq!(get(&app, path).0, StatusCode::SEE_OTHER, "{path}");
        }
    }
}

/// An account with a token; the token opens the pages as a signed-in browser would.
fn signed_in(fresh: &Fresh, app: &App) -> (String, String) {
    let policy = app.policy().clone();
    let password = access::NewPassword::make(&policy.password, "lijun", "yong-de-mima-8642").unwrap();
    let db = &fresh.db;
    db.write_now(&db.caller("system:test"), move |cx| {
        let permit = access::Permit::for_job("account.manage", "test");
        let holder = access::link::Holder { person: cx.new_id(), name: "李俊" };
        let first = access::link::Purpose::FirstAdministrator;
        let secret = access::link::issue(cx, &permit, &policy, holder, first)?;
        let account = access::link::redeem(cx, &secret.digest(), &password)?;
        let permit = access::Permit::for_job("token.manage", "test");
        let expires_at = super::in_days(cx.now(), 1);
        let new = access::token::NewToken { account, label: "测试", expires_at };
        let token = access::token::create(cx, &permit, &policy, new)?;
        Ok((account.to_string(), token.reveal().to_owned()))
    })
    .unwrap()
}

fn ask_as(app: &App, token: &str, method: &str, path: &str) -> (StatusCode, String) {
    let request = Request::builder().method(method).uri(path).header("host", "localhost");
    let request = request.header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap();
    ask(app, request)
}

/// The keys that stand on a page where a sentence belongs.
fn left_keys(html: &str) -> Vec<&str> {
    let words = html.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.filter(|word| word.starts_with("ops-") || word.starts_with("regulation-relation-")).collect()
}

#[test]
fn administrators_see_every_page_in_both_languages() {
    for fresh in testing::both_engines(&steps()) {
        let keys = Keys::generate().unwrap();
        let app = program(&fresh, &keys);
        one_entry(&fresh, &keys);
        let (_, token) = signed_in(&fresh, &app);
        let today = "2026-11-22";
        for path in ["/journal", "/journal/verify", "/accounts", "/accounts?name=x", "/tokens", "/rights"] {
            for language in ["zh-CN", "en"] {
                let join = if path.contains('?') { '&' } else { '?' };
                let (status, html) = ask_as(&app, &token, "GET", &format!("{path}{join}lang={language}"));
                assert_eq!(status, StatusCode::OK, "{path}");
                assert_eq!(left_keys(&html), Vec::<&str>::new(), "{path}");
            }
        }
        let rows = |query: &str| {
            let (status, html) = ask_as(&app, &token, "GET", &format!("/journal?{query}"));
            assert_eq!(status, StatusCode::OK);
            html.matches("/journal/verify?receipt=").count()
        };
        let all = rows("");
        assert!(all >= 4);
        assert_eq!(rows(&format!("day={today}")), all);
        assert_eq!(rows("day=2026-11-21"), 0);
        assert_eq!(rows("act=unit."), 1);
        assert_eq!(rows("act=token.created"), 1);
        assert_eq!(rows("subject=unit%20u1"), 1);
        assert_eq!(rows("actor=system%3Anobody"), 0);
    }
}

#[test]
fn a_link_is_shown_once_and_an_account_closes_and_opens_again() {
    for fresh in testing::both_engines(&steps()) {
        let keys = Keys::generate().unwrap();
        let app = program(&fresh, &keys);
        let (account, token) = signed_in(&fresh, &app);
        let (status, html) = ask_as(&app, &token, "POST", &format!("/accounts/{account}/link"));
        assert_eq!(status, StatusCode::OK);
        let (_, rest) = html.split_once("http://localhost/link/").unwrap();
        let secret = rest.split('"').next().unwrap();
        assert_eq!(get(&app, &format!("/link/{secret}")).0, StatusCode::OK);
        let (_, html) = ask_as(&app, &token, "GET", "/accounts");
        assert!(!html.contains(secret));
        let (status, _) = ask_as(&app, &token, "POST", &format!("/accounts/{account}/sessions/end"));
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (status, _) = ask_as(&app, &token, "POST", &format!("/accounts/{account}/close"));
        assert_eq!(status, StatusCode::SEE_OTHER);
        // Closing revoked the token too.
        assert_eq!(ask_as(&app, &token, "GET", "/accounts").0, StatusCode::SEE_OTHER);
    }
}
