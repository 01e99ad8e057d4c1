//! Forms that lose nothing: what was typed stays, and each refusal stands beside its field.

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
};
use base::{Error, Refusal, Result};

use crate::Failure;

/// A file sent with a form.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The field it came in.
    pub field: String,
    /// The name it had on the sender's machine.
    pub name: String,
    /// The type the browser claims.
    pub content_type: String,
    /// The content.
    pub bytes: Bytes,
}

/// A submitted form, url-encoded or multipart; also a query string.
#[derive(Debug, Clone, Default)]
pub struct Form {
    values: Vec<(String, String)>,
    /// The files sent.
    pub uploads: Vec<Upload>,
    /// What was refused, if the form is shown again.
    pub refusals: Vec<Refusal>,
}

impl Form {
    /// A form filled in beforehand.
    pub fn with(values: Vec<(String, String)>) -> Self {
        Self { values, ..Self::default() }
    }

    /// The values of a query string.
    pub fn of_query(query: Option<&str>) -> Self {
        Self::with(parse(query.unwrap_or_default().as_bytes()))
    }

    /// What was typed into `field`; empty when nothing was. Never trimmed: words are kept verbatim.
    pub fn text(&self, field: &str) -> &str {
        self.values.iter().find(|(name, _)| name == field).map_or("", |(_, value)| value.as_str())
    }

    /// The same without blanks around it, or `None` when that leaves nothing.
    pub fn given(&self, field: &str) -> Option<&str> {
        Some(self.text(field).trim()).filter(|value| !value.is_empty())
    }

    /// All values of `field`: ticked boxes.
    pub fn all(&self, field: &str) -> Vec<&str> {
        self.values.iter().filter(|(name, _)| name == field).map(|(_, value)| value.as_str()).collect()
    }

    /// Every pair sent.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.values
    }

    /// Sets or replaces a value.
    pub fn set(&mut self, field: &str, value: impl Into<String>) {
        self.values.retain(|(name, _)| name != field);
        self.values.push((field.to_owned(), value.into()));
    }

    /// What must not be missing.
    pub fn required(&self, field: &str) -> Result<&str> {
        self.given(field).ok_or_else(|| Refusal::invalid("web.field-missing").field(field).into())
    }

    /// A value read as `T`, `None` when the field is empty, refused when it does not parse.
    pub fn parsed<T: std::str::FromStr>(&self, field: &str) -> Result<Option<T>> {
        self.given(field)
            .map(|value| {
                value.parse().map_err(|_| {
                    Refusal::invalid("web.field-unreadable").field(field).arg("value", value).into()
                })
            })
            .transpose()
    }

    /// A value that must be there and parse.
    pub fn needed<T: std::str::FromStr>(&self, field: &str) -> Result<T> {
        self.required(field)?;
        self.parsed(field)?.ok_or_else(|| Refusal::invalid("web.field-missing").field(field).into())
    }

    /// The file sent in `field`, if one was chosen.
    pub fn upload(&self, field: &str) -> Option<&Upload> {
        self.uploads.iter().find(|upload| upload.field == field && !upload.name.is_empty())
    }

    /// Keeps the refusals of `error` to be shown beside the fields; a fault goes on as one.
    pub fn refused(mut self, error: Error) -> Result<Self> {
        match error {
            Error::Refused(refusals) => {
                self.refusals = refusals;
                Ok(self)
            }
            fault @ Error::Fault(_) => Err(fault),
        }
    }

    /// An empty form that shows the same refusals.
    #[must_use]
    pub fn emptied(&self) -> Self {
        Self { refusals: self.refusals.clone(), ..Self::default() }
    }

    /// The refusals of one field.
    pub fn refusals_of<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a Refusal> {
        self.refusals.iter().filter(move |refusal| refusal.field.as_deref() == Some(field))
    }
}

fn parse(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let kind = request
            .headers()
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        if kind.starts_with("multipart/form-data") {
            let parts = Multipart::from_request(request, state).await.map_err(unreadable)?;
            return read_parts(parts).await;
        }
        let bytes = Bytes::from_request(request, state).await.map_err(unreadable)?;
        Ok(Self::with(parse(&bytes)))
    }
}

async fn read_parts(mut parts: Multipart) -> Result<Form, Failure> {
    let mut form = Form::default();
    while let Some(part) = parts.next_field().await.map_err(unreadable)? {
        let field = part.name().unwrap_or_default().to_owned();
        let Some(name) = part.file_name().map(str::to_owned) else {
            form.values.push((field, part.text().await.map_err(unreadable)?));
            continue;
        };
        let content_type = part.content_type().unwrap_or("application/octet-stream").to_owned();
        let bytes = part.bytes().await.map_err(unreadable)?;
        form.uploads.push(Upload { field, name, content_type, bytes });
    }
    Ok(form)
}

fn unreadable(cause: impl std::fmt::Display) -> Failure {
    let text = cause.to_string();
    if text.contains("length limit") {
        return Refusal::too_large("web.too-large").into();
    }
    tracing::debug!(cause = text, "unreadable request");
    Refusal::invalid("web.unreadable").into()
}
