//! Reading terms (期限) such as `15d` and `5wd` out of regulation files.

use base::calendar::Term;
use serde::{Deserialize, Deserializer, de};

/// For `#[serde(deserialize_with = "term::read")]`.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Term, D::Error> {
    let text = String::deserialize(deserializer)?;
    Term::parse(&text).map_err(|_| de::Error::custom(unreadable(&text)))
}

/// For `#[serde(default, deserialize_with = "term::maybe")]`.
pub(crate) fn maybe<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Term>, D::Error> {
    read(deserializer).map(Some)
}

pub(crate) fn unreadable(text: &str) -> String {
    format!("`{text}` is not a term: write 15d or 5wd")
}
