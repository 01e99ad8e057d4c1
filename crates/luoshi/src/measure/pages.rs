//! How long the pages of a large ledger take at the server: through the router, without a socket.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, header},
};
use base::{Error, Result};
use serde_json::Value;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use super::{population::County, quantiles, times};

const ROUNDS: usize = 60;

/// What is asked for.
const PAGES: &[(&str, &str)] = &[
    ("first ledger page", "/cases"),
    ("filter: state", "/cases?state=collected"),
    ("filter: column", "/cases?column=doing"),
    ("filter: counts as", "/cases?counts_as=closed"),
    ("filter: channel", "/cases?channel=visit"),
    ("filter: overdue", "/cases?overdue=1"),
    ("filter: due within 7 days", "/cases?due_within=7"),
    ("filter: word owed", "/cases?word_owed=1"),
    ("filter: reopened", "/cases?reopened=1"),
    ("filter: slip open", "/cases?slip_open=1"),
    ("filter: no department", "/cases?department=none"),
    ("filter: raised from", "/cases?raised_from=2026-01-01"),
    ("filter: mine", "/cases?mine=holding"),
    ("sort: due", "/cases?sort=due"),
    ("sort: oldest", "/cases?sort=oldest"),
    ("sort: updated", "/cases?sort=updated"),
    ("search: common (噪音)", "/cases?q=%E5%99%AA%E9%9F%B3"),
    ("search: rare (白鹭)", "/cases?q=%E7%99%BD%E9%B9%AD"),
    ("search: one character (灯)", "/cases?q=%E7%81%AF"),
    ("search: absent (鲸鱼)", "/cases?q=%E9%B2%B8%E9%B1%BC"),
    ("search and state", "/cases?q=%E5%99%AA%E9%9F%B3&state=collected"),
    ("interface: first page", "/api/v1/cases"),
    ("board", "/board"),
];

/// Measures and says.
pub(super) fn measure(county: &County, engine: &str, say: &mut dyn FnMut(String)) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::fault)?;
    let browser = Browser { router: county.app.router(), runtime, county };
    say(format!("pages at the server, {engine}, {ROUNDS} times each: median ms, p95 ms"));
    for (name, path) in PAGES {
        browser.measure(name, path, say)?;
    }
    let late = browser.late_page()?;
    browser.measure("a late page", &late, say)?;
    let first: Value =
        serde_json::from_slice(&browser.get("/api/v1/cases?limit=1")?.1).map_err(Error::fault)?;
    if let Some(id) = first["items"][0]["id"].as_str() {
        browser.measure("case page", &format!("/cases/{id}"), say)?;
    }
    Ok(())
}

struct Browser<'a> {
    router: Router,
    runtime: Runtime,
    county: &'a County,
}

impl Browser<'_> {
    fn get(&self, path: &str) -> Result<(u16, Vec<u8>)> {
        let request = Request::get(path)
            .header(header::HOST, "localhost")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.county.token))
            .body(Body::empty())
            .map_err(Error::fault)?;
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.map_err(Error::fault)?;
            let status = response.status().as_u16();
            let body = to_bytes(response.into_body(), usize::MAX).await.map_err(Error::fault)?;
            Ok((status, body.to_vec()))
        })
    }

    fn measure(&self, name: &str, path: &str, say: &mut dyn FnMut(String)) -> Result<()> {
        let (status, body) = self.get(path)?;
        if status != 200 {
            say(format!("  {name}: {status}"));
            return Ok(());
        }
        let (median, p95) = quantiles(&times(ROUNDS, || self.get(path).map(|_| ()))?);
        say(format!("  {name}: {median:.1}, {p95:.1} ({} KB)", body.len() / 1024));
        Ok(())
    }

    /// The address of a page halfway down, reached as a reader reaches it: cursor by cursor.
    fn late_page(&self) -> Result<String> {
        let mut path = "/api/v1/cases?limit=200".to_owned();
        let mut cursor = String::new();
        for _ in 0..250 {
            let (_, body) = self.get(&path)?;
            let page: Value = serde_json::from_slice(&body).map_err(Error::fault)?;
            let Some(next) = page["next"].as_str() else { break };
            next.clone_into(&mut cursor);
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("cursor", next).finish();
            path = format!("/api/v1/cases?limit=200&{query}");
        }
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("cursor", &cursor).finish();
        Ok(format!("/cases?{query}"))
    }
}
