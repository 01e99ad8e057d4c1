//! The pages, asked for as a browser asks.

use std::sync::Arc;

use access::{MasterKey, RightsTable};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use base::Language;
use db::testing::{self, Fresh};
use object_store::memory::InMemory;
use tower::ServiceExt;
use web::{App, AppBuilder, Module, Tenant};

use crate::{Compendium, compendium::SourceFile, load_shipped};

fn program(fresh: &Fresh, compendium: Compendium) -> App {
    let tenant = Tenant {
        code: "510183".into(),
        name: "某县".into(),
        db: fresh.db.clone(),
        master_key: Arc::new(MasterKey::generate().unwrap()),
        files: Arc::new(InMemory::new()),
    };
    let rights = RightsTable::new(compendium.rights().rights.clone());
    let modules: Vec<Module> = vec![web::module(), crate::module()];
    let builder = AppBuilder::new(modules, vec![tenant], rights, |_, _| Ok(Vec::new())).unwrap();
    builder.service(Arc::new(compendium)).build().unwrap()
}

fn get(app: &App, path: &str) -> (StatusCode, String) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(answer(app, path))
}

async fn answer(app: &App, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).header("host", "localhost").body(Body::empty()).unwrap();
    let response = app.router().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

/// The keys of sentences that stand on the page instead of a sentence.
fn left_keys(app: &App, html: &str) -> Vec<String> {
    let visible = html.split("<pre").next().unwrap_or_default();
    let words = visible.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let known = |word: &&str| app.catalogue().has(Language::Chinese, word);
    let kinds = ["regulation-", "web-"];
    words
        .filter(|word| kinds.iter().any(|kind| word.starts_with(kind)))
        .filter(|word| known(word) || word.matches('-').count() > 1)
        .map(str::to_owned)
        .collect()
}

#[test]
fn everybody_may_read_every_regulation_in_both_languages() {
    for fresh in testing::both_engines(&[]) {
        let app = program(&fresh, load_shipped());
        for language in ["zh-CN", "en"] {
            let (status, html) = get(&app, &format!("/regulations?lang={language}"));
            assert_eq!(status, StatusCode::OK);
            assert_eq!(left_keys(&app, &html), Vec::<String>::new());
            for regulation in load_shipped().regulations() {
                assert!(html.contains(&format!("/regulations/{}", regulation.id)));
                let (status, html) = get(&app, &format!("/regulations/{}?lang={language}", regulation.id));
                assert_eq!(status, StatusCode::OK);
                assert_eq!(left_keys(&app, &html), Vec::<String>::new(), "{}", regulation.id);
            }
        }
    }
}

#[test]
fn the_drawing_names_every_state_and_wires_every_way_to_another_state() {
    for fresh in testing::both_engines(&[]) {
        let compendium = load_shipped();
        let procedure = compendium.procedure("rectification").unwrap().clone();
        let app = program(&fresh, compendium);
        let (_, html) = get(&app, "/regulations/rectification-ledger");
        let (_, rest) = html.split_once("<svg class=\"drawing\"").unwrap();
        let (drawing, _) = rest.split_once("</svg>").unwrap();
        for state in &procedure.states {
            assert!(drawing.contains(&format!(">{}<", state.title)), "{}", state.title);
        }
        let wires: usize = procedure
            .states
            .iter()
            .map(|state| {
                let own = procedure.transitions_from(state).filter(|it| it.from != crate::Origin::Open);
                own.filter(|it| it.to.state().is_some_and(|to| to != state.key)).count()
            })
            .sum();
        assert!(wires > 20);
        assert_eq!(drawing.matches("class=\"wire ").count(), wires);
    }
}

#[test]
fn a_broken_regulation_shows_line_reason_and_mend_beside_its_text() {
    for fresh in testing::both_engines(&[]) {
        let mut compendium = load_shipped();
        let text = "id = \"x\"\ninstitution = \"M1\"\ntitle = \"试行\"\n[in_force]\nfrom = 2026-01-01\nto = 2025-01-01\n";
        compendium.add(SourceFile { path: "A-study/M1-x.toml".into(), text: text.into() });
        let app = program(&fresh, compendium);
        let (_, html) = get(&app, "/regulations/x");
        assert!(html.contains("失效日期早于施行日期"));
        assert!(html.contains("把 to 改为不早于 from 的日期"));
        assert!(html.contains("id=\"L6\""));
    }
}

#[test]
fn the_interface_gives_the_same_regulations_and_says_when_there_is_none() {
    for fresh in testing::both_engines(&[]) {
        let app = program(&fresh, load_shipped());
        let (status, body) = get(&app, "/api/v1/regulations");
        assert_eq!(status, StatusCode::OK);
        let list: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(list.as_array().unwrap().len(), load_shipped().regulations().len());
        let (_, body) = get(&app, "/api/v1/regulations/rectification-ledger");
        let one: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(one["institution"], "M59");
        assert_eq!(one["content"]["procedure"][0]["key"], "rectification");
        assert_eq!(one["in_force"]["from"], "2026-01-01");
        let (status, _) = get(&app, "/api/v1/regulations/nothing");
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}
