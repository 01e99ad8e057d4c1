//! Somebody at a browser or a program with a token.

use std::{cell::RefCell, collections::BTreeMap};

use axum::{
    body::{Body, to_bytes},
    http::{Method, Request, header},
};
use serde_json::Value;
use tower::ServiceExt;

use crate::{Reply, World};

/// Somebody who sends requests and keeps the cookies that come back.
pub struct Visitor<'w> {
    world: &'w World,
    cookies: RefCell<BTreeMap<String, String>>,
    bearer: Option<String>,
}

impl<'w> Visitor<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        Self { world, cookies: RefCell::default(), bearer: None }
    }

    pub(crate) fn with_cookie(self, name: &str, value: &str) -> Self {
        self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same with a bearer token instead of cookies.
    #[must_use]
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.cookies.borrow_mut().clear();
        self.bearer = Some(token.into());
        self
    }

    /// Looks at a page.
    pub fn get(&self, path: &str) -> Reply {
        self.send(self.request(&Method::GET, path), Vec::new())
    }

    /// Sends a form.
    pub fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.request(&Method::POST, path);
        self.send(
            request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded"),
            body.into_bytes(),
        )
    }

    /// Sends a form with a file.
    pub fn post_file(&self, path: &str, fields: &[(&str, &str)], file: (&str, &str, &[u8])) -> Reply {
        const EDGE: &str = "----testkit-edge";
        let mut body = Vec::new();
        for (name, value) in fields {
            let part =
                format!("--{EDGE}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let (field, name, bytes) = file;
        let head = format!(
            "--{EDGE}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{EDGE}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={EDGE}");
        self.send(self.request(&Method::POST, path).header(header::CONTENT_TYPE, kind), body)
    }

    /// Sends JSON; `null` sends nothing.
    pub fn api(&self, method: &str, path: &str, json: &Value) -> Reply {
        self.api_with(method, path, json, &[])
    }

    /// The same with headers such as `Idempotency-Key`.
    pub fn api_with(&self, method: &str, path: &str, json: &Value, headers: &[(&str, &str)]) -> Reply {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.request(&method, path).header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request, if json.is_null() { Vec::new() } else { json.to_string().into_bytes() })
    }

    /// Any request, to walk routes with.
    pub fn any(&self, method: &str, path: &str) -> Reply {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        self.send(self.request(&method, path), Vec::new())
    }

    fn request(&self, method: &Method, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, self.world.host());
        let cookies = self.cookies.borrow();
        if !cookies.is_empty() {
            let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        match &self.bearer {
            Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        }
    }

    fn send(&self, request: axum::http::request::Builder, body: Vec<u8>) -> Reply {
        let request = request.body(Body::from(body)).expect("a request");
        let router = self.world.router();
        let reply = self.world.runtime().block_on(async {
            let response = router.oneshot(request).await.expect("the router answers every request");
            let (head, body) = response.into_parts();
            let body = to_bytes(body, usize::MAX).await.expect("a body");
            Reply { status: head.status.as_u16(), headers: head.headers, body: body.to_vec() }
        });
        self.keep_cookies(&reply);
        reply
    }

    fn keep_cookies(&self, reply: &Reply) {
        let mut cookies = self.cookies.borrow_mut();
        for cookie in reply.headers.get_all(header::SET_COOKIE) {
            let Some((name, rest)) = cookie.to_str().ok().and_then(|text| text.split_once('=')) else {
                continue;
            };
            let value = rest.split(';').next().unwrap_or_default();
            if value.is_empty() || rest.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
