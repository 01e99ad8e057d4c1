//! A request as the kernels see it: tenant, actor, language, time.

use std::sync::Arc;

use access::{Actor, Digest, Permit, Place, SessionRow, Subject, session, token, token::TokenRow};
use askama::Template;
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base::{Error, Id, Language, Refusal, Result, noun::Account};
use db::{Caller, Cx};

use crate::{App, Arg, Failure, Tenant, fail::Carried, pages};

/// How the actor was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// Not at all.
    Nothing,
    /// By the cookie of a signed-in browser.
    Session(Box<SessionRow>),
    /// By a bearer token.
    Token(Box<TokenRow>),
}

/// A request with everything a handler may need. Cheap to clone.
#[derive(Clone)]
pub struct Visit {
    /// The program.
    pub app: App,
    /// The county.
    pub tenant: Tenant,
    /// Who acts.
    pub actor: Actor,
    /// How the actor was recognised.
    pub via: Via,
    /// The language of the answer.
    pub language: Language,
    /// Large type, fewer things.
    pub elder: bool,
    /// Whether htmx asks for a piece of a page only.
    pub fragment: bool,
    /// The path without the query.
    pub path: String,
    /// The query, as sent.
    pub query: Option<String>,
    /// The host and scheme the visitor typed, for links on paper.
    pub origin: String,
    /// Where the request came from, for rate limits.
    pub remote: String,
    /// What the browser calls itself.
    pub agent: String,
    /// A message shown once, as a text key with one value.
    pub flash: Option<(String, String)>,
    /// Actor and time for the database.
    pub caller: Caller,
}

pub(crate) const SESSION_COOKIE: &str = "luoshi_session";
const FLASH_COOKIE: &str = "luoshi_flash";
pub(crate) const LANGUAGE_COOKIE: &str = "luoshi_language";
pub(crate) const ELDER_COOKIE: &str = "luoshi_elder";

impl Visit {
    /// The sentence of `key`.
    pub fn t(&self, key: &str) -> String {
        self.app.catalogue().say(self.language, key, &[])
    }

    /// The sentence of `key` with one value.
    pub fn t1<'a>(&self, key: &str, name: &str, value: impl Into<Arg<'a>>) -> String {
        self.app.catalogue().say(self.language, key, &[(name, value.into())])
    }

    /// The sentence of `key` with two values.
    pub fn t2<'a>(
        &self,
        key: &str,
        first: (&str, impl Into<Arg<'a>>),
        second: (&str, impl Into<Arg<'a>>),
    ) -> String {
        let args = [(first.0, first.1.into()), (second.0, second.1.into())];
        self.app.catalogue().say(self.language, key, &args)
    }

    /// The sentence of `key` with any number of values.
    pub fn say(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        self.app.catalogue().say(self.language, key, args)
    }

    /// A refusal in words.
    pub fn refusal(&self, refusal: &Refusal) -> String {
        self.app.catalogue().refusal(self.language, &self.titled(refusal))
    }

    /// The same refusal with actions and posts by their titles instead of their keys.
    fn titled(&self, refusal: &Refusal) -> Refusal {
        let mut refusal = refusal.clone();
        for (name, value) in &mut refusal.args {
            if name == "action" {
                if let Some((zh, en)) = self.app.action_titles().get(value.as_str()) {
                    *value = self.pick(zh, en).to_owned();
                }
            } else if name == "posts" {
                let titles: Vec<String> = value.split(", ").map(|role| self.role_title(role)).collect();
                *value = titles.join("、");
            }
        }
        refusal
    }

    /// Of two wordings in data, the one in the visitor's language.
    pub fn pick<'a>(&self, chinese: &'a str, english: &'a str) -> &'a str {
        if self.language == Language::English && !english.is_empty() { english } else { chinese }
    }

    /// Leave for the actor to do `action` to `subject`.
    pub fn permit(&self, action: &str, subject: &Subject<'_>) -> Result<Permit> {
        Ok(self.app.rights().permit(&self.actor, action, subject)?)
    }

    /// Whether the actor might do `action` to anything: what the menu asks.
    pub fn might(&self, action: &str) -> bool {
        self.app.rights().might(&self.actor, action)
    }

    /// The account, for acts on one's own account.
    pub fn account(&self) -> Result<Id<Account>> {
        match &self.via {
            Via::Session(row) => Ok(row.account),
            Via::Token(row) => Ok(row.account),
            Via::Nothing => Err(Refusal::unauthenticated("access.sign-in-first").into()),
        }
    }

    /// The session of the signed-in browser, for acts on one's own account.
    pub fn session(&self) -> Result<SessionRow> {
        match &self.via {
            Via::Session(row) => Ok(SessionRow::clone(row)),
            _ => Err(Refusal::unauthenticated("access.sign-in-first").into()),
        }
    }

    /// Where the request comes from.
    pub fn place(&self) -> Place {
        Place { agent: self.agent.clone(), origin: self.remote.clone() }
    }

    /// Reads from one snapshot of the tenant.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    {
        self.tenant.db.read(&self.caller, work).await
    }

    /// Changes something of the tenant; returns when it is durable.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    {
        self.tenant.db.write(&self.caller, work).await
    }

    /// A page.
    pub fn page(&self, template: &impl Template) -> Response {
        self.page_with(StatusCode::OK, template)
    }

    /// A page with another status: a form shown again.
    pub fn page_with(&self, status: StatusCode, template: &impl Template) -> Response {
        match template.render() {
            Ok(html) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
            Err(error) => Failure::from(Error::fault(error)).into_response(),
        }
    }

    /// JSON.
    pub fn json(&self, status: StatusCode, value: &impl serde::Serialize) -> Response {
        (status, axum::Json(value)).into_response()
    }

    /// A file to be saved under `name`.
    pub fn file(&self, name: &str, content_type: &'static str, bytes: Vec<u8>) -> Response {
        let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let encoded = encoded.replace('+', "%20");
        let disposition = format!("attachment; filename*=UTF-8''{encoded}");
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
            (header::CONTENT_DISPOSITION, header_value(&disposition)),
        ];
        (headers, bytes).into_response()
    }

    /// Go and see another page (303).
    pub fn redirect(&self, to: &str) -> Response {
        (StatusCode::SEE_OTHER, [(header::LOCATION, header_value(to))]).into_response()
    }

    /// Go and see another page, which shows the sentence `key` once.
    pub fn see(&self, to: &str, key: &str) -> Response {
        self.see_with(to, key, "")
    }

    /// The same with a value for the sentence, `{ $value }` in the text.
    pub fn see_with(&self, to: &str, key: &str, value: &str) -> Response {
        let mut response = self.redirect(to);
        let packed: String = form_urlencoded::Serializer::new(String::new()).append_pair(key, value).finish();
        set_cookie(
            &mut response,
            &format!("{FLASH_COOKIE}={packed}; Path=/; Max-Age=30; SameSite=Lax; HttpOnly"),
        );
        response
    }

    /// The message to show once, in words.
    pub fn flash_text(&self) -> Option<String> {
        self.flash.as_ref().map(|(key, value)| self.t1(key, "value", value.as_str()))
    }
}

/// Adds a cookie to a response.
pub(crate) fn set_cookie(response: &mut Response, cookie: &str) {
    response.headers_mut().append(header::SET_COOKIE, header_value(cookie));
}

fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("/"))
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let visit = parts.extensions.get::<Arc<Visit>>();
        visit.map(|visit| Visit::clone(visit)).ok_or_else(|| Error::fault("no visit").into())
    }
}

/// The outermost step of every request: who asks, in which language; and on the way out, refusals and
/// faults in words.
pub(crate) async fn identify(State(app): State<App>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let visit = match recognise(&app, &parts).await {
        Ok(visit) => Arc::new(visit),
        Err(error) => {
            tracing::warn!(%error, "request not recognised");
            return StatusCode::MISDIRECTED_REQUEST.into_response();
        }
    };
    let shows_flash = parts.method == Method::GET && visit.flash.is_some();
    let mut response = if is_cross_site(&parts) {
        Failure::from(Refusal::forbidden("web.cross-site")).into_response()
    } else {
        let mut request = Request::from_parts(parts, body);
        request.extensions_mut().insert(Arc::clone(&visit));
        next.run(request).await
    };
    if let Some(carried) = response.extensions_mut().remove::<Carried>() {
        response = pages::failure(&visit, response.status(), carried);
    }
    if shows_flash && response.status() == StatusCode::OK {
        set_cookie(&mut response, &format!("{FLASH_COOKIE}=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly"));
    }
    protect(&mut response);
    response
}

/// Headers every answer carries (OWASP secure headers): no framing, no sniffing, only our own scripts.
fn protect(response: &mut Response) {
    let headers = response.headers_mut();
    for (name, value) in [
        (
            "content-security-policy",
            "default-src 'self'; img-src 'self' data:; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
        ),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        if !headers.contains_key(name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

/// Browsers say where a request comes from; a change asked for by another site is refused.
/// Requests without a cookie (tokens) carry no authority a foreign site could borrow.
fn is_cross_site(request: &Parts) -> bool {
    if matches!(request.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return false;
    }
    let headers = &request.headers;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site != "same-origin" && site != "none";
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split("://").nth(1) != Some(host),
        _ => false,
    }
}

async fn recognise(app: &App, request: &Parts) -> Result<Visit> {
    let headers = &request.headers;
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).unwrap_or("localhost").to_owned();
    let tenant = app.tenant_of(&host)?.clone();
    let now = app.clock().now();
    let path = request.uri.path().to_owned();
    let query = request.uri.query().map(str::to_owned);
    let (actor, via) = actor_of(app, &tenant, headers).await?;
    let (scheme, remote) = peer_of(app, request);
    Ok(Visit {
        app: app.clone(),
        caller: Caller { actor: actor.journal_name(), now },
        actor,
        via,
        language: language_of(headers, query.as_deref()),
        elder: cookie(headers, ELDER_COOKIE).is_some_and(|value| value == "1"),
        fragment: headers.contains_key("hx-request"),
        origin: format!("{scheme}://{host}"),
        flash: cookie(headers, FLASH_COOKIE)
            .and_then(|packed| form_urlencoded::parse(packed.as_bytes()).into_owned().next()),
        tenant,
        path,
        query,
        remote,
        agent: text(header::USER_AGENT).unwrap_or_default().chars().take(200).collect(),
    })
}

/// Scheme and address of the visitor. What a proxy says is believed where the program was told that it
/// stands behind one and from this machine, where proxies usually stand; and of a list only the part our
/// own proxy added.
fn peer_of(app: &App, request: &Parts) -> (&'static str, String) {
    let text = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
    let peer = request.extensions.get::<axum::extract::ConnectInfo<std::net::SocketAddr>>();
    let local = peer.is_some_and(|peer| peer.0.ip().is_loopback());
    let believed = app.secure_cookies() || local;
    let https = app.secure_cookies() || believed && text("x-forwarded-proto") == Some("https");
    let told = text("x-forwarded-for").filter(|_| believed).and_then(|list| list.rsplit(',').next());
    let address = told.map_or_else(
        || peer.map_or_else(|| "unknown".to_owned(), |peer| peer.0.ip().to_string()),
        |address| address.trim().to_owned(),
    );
    (if https { "https" } else { "http" }, address)
}

/// Pages go by cookie; the interfaces by token, or by cookie for our own scripts.
async fn actor_of(app: &App, tenant: &Tenant, headers: &HeaderMap) -> Result<(Actor, Via)> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(Digest::of);
    let cookie = cookie(headers, SESSION_COOKIE).map(|secret| Digest::of(&secret));
    if bearer.is_none() && cookie.is_none() {
        return Ok((Actor::public(), Via::Nothing));
    }
    let caller = tenant.db.caller("system:session");
    let program = app.clone();
    let found = tenant
        .db
        .read(&caller, move |cx| {
            let via = match (&bearer, &cookie) {
                (Some(secret), _) => token::find(cx, secret)?.map(|row| Via::Token(Box::new(row))),
                (None, Some(secret)) => session::find(cx, secret)?.map(|row| Via::Session(Box::new(row))),
                (None, None) => None,
            };
            let Some(via) = via else { return Ok(None) };
            let (person, name) = match &via {
                Via::Session(row) => (row.person, row.name.clone()),
                Via::Token(row) => (row.person, row.name.clone()),
                Via::Nothing => return Ok(None),
            };
            let posts = program.posts_of(cx, person)?;
            Ok(Some((Actor { person: Some(person), name, posts }, via)))
        })
        .await?;
    let Some((actor, via)) = found else { return Ok((Actor::public(), Via::Nothing)) };
    touch(app, tenant, &caller, &via).await?;
    Ok((actor, via))
}

/// Notes that a session or token is in use, at most once a minute.
async fn touch(app: &App, tenant: &Tenant, caller: &Caller, via: &Via) -> Result<()> {
    match via.clone() {
        Via::Session(row) if row.wants_touch(caller.now) => {
            let policy = app.policy().clone();
            tenant.db.write_operational(caller, move |cx| session::touch(cx, &policy, &row)).await
        }
        Via::Token(row) if row.wants_touch(caller.now) => {
            tenant.db.write_operational(caller, move |cx| token::touch(cx, &row)).await
        }
        _ => Ok(()),
    }
}

fn language_of(headers: &HeaderMap, query: Option<&str>) -> Language {
    let asked = query
        .and_then(|query| form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "lang"))
        .and_then(|(_, tag)| Language::from_tag(&tag));
    let kept = || cookie(headers, LANGUAGE_COOKIE).and_then(|tag| Language::from_tag(&tag));
    let accepted = || {
        let list = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        list.split(',').find_map(|tag| Language::from_tag(tag.trim()))
    };
    asked.or_else(kept).or_else(accepted).unwrap_or_default()
}

/// The value of a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(|list| {
        list.split(';').find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then(|| value.to_owned())
        })
    })
}
