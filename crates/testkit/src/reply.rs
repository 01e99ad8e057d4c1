//! What the program answered.

use axum::http::{HeaderMap, header};
use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Where it leads.
    pub fn location(&self) -> String {
        let location = self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
        location.unwrap_or_default().to_owned()
    }

    /// Whether the body holds these words.
    pub fn says(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// The same, after making sure of the status.
    ///
    /// # Panics
    ///
    /// When the status is another.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often the last word about an answer")]
    pub fn must_be(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}
