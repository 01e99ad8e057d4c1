//! Text that cannot hold a number without its source: words, and references to figures and rows.

use base::{
    Id, Refusal,
    noun::{Case, Publication},
};
use serde::{Deserialize, Serialize};

/// Words without any count in them. Dates, years and numbers of documents may stand in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Words(String);

impl Words {
    /// Takes words, unless a count stands among them that no figure backs.
    pub fn new(text: impl Into<String>) -> Result<Self, Refusal> {
        let text = text.into();
        match bare_count(&text) {
            Some(near) => Err(Refusal::invalid("publication.number-without-figure").arg("near", near)),
            None => Ok(Self(text)),
        }
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Words {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::new(text).map_err(|refusal| refusal.key.into_owned())
    }
}

impl From<Words> for String {
    fn from(words: Words) -> Self {
        words.0
    }
}

/// What may follow digits that count nothing: parts of a date, numbers of documents, issues and articles.
const NO_COUNTS: [char; 7] = ['年', '月', '日', '号', '期', '〕', '条'];
const NUMERALS: [char; 14] =
    ['一', '二', '两', '三', '四', '五', '六', '七', '八', '九', '十', '百', '千', '万'];

/// The first count among words, with what stands around it.
fn bare_count(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let around = |at: usize| chars[at.saturating_sub(6)..chars.len().min(at + 6)].iter().collect();
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        while at < chars.len() && is_digit(chars[at]) {
            at += 1;
        }
        let next = chars.get(at);
        if at > start && !next.is_some_and(|next| NO_COUNTS.contains(next)) {
            return Some(around(start));
        }
        if at == start {
            if NUMERALS.contains(&chars[at]) && chars.get(at + 1) == Some(&'件') {
                return Some(around(at));
            }
            at += 1;
        }
    }
    None
}

/// A digit in half or full width.
fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

/// A piece of a paragraph or of a cell. Whatever counts names where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Piece {
    /// Words.
    Words {
        /// The words.
        text: Words,
    },
    /// The name of a unit, a channel, a class: data, which may well hold digits.
    Name {
        /// The name.
        text: String,
    },
    /// The value of a figure of this publication.
    Figure {
        /// The figure's key.
        key: String,
    },
    /// Words out of a case: its number, its title, what became of it.
    Row {
        /// The case.
        case: Id<Case>,
        /// The words.
        text: String,
    },
    /// The value of a figure of an earlier issue.
    Earlier {
        /// The earlier issue.
        publication: Id<Publication>,
        /// The figure's key.
        key: String,
        /// Its value there.
        value: i64,
    },
    /// By how much a figure differs from the earlier issue.
    Change {
        /// The figure's key.
        key: String,
        /// The difference.
        by: i64,
    },
}

impl Piece {
    /// A reference to a figure.
    pub fn figure(key: impl Into<String>) -> Self {
        Self::Figure { key: key.into() }
    }

    /// Words out of a case.
    pub fn row(case: Id<Case>, text: impl Into<String>) -> Self {
        Self::Row { case, text: text.into() }
    }

    /// A name out of the tables.
    pub fn name(text: impl Into<String>) -> Self {
        Self::Name { text: text.into() }
    }

    /// Words.
    pub fn words(text: impl Into<String>) -> Result<Self, Refusal> {
        Words::new(text).map(|text| Self::Words { text })
    }
}

/// A difference as it is printed: with its sign.
pub fn signed(by: i64) -> String {
    if by > 0 { format!("+{by}") } else { by.to_string() }
}

/// Reads a paragraph in which `{key}` stands for the value of a figure. `known` says which keys there are.
pub fn parse(text: &str, known: impl Fn(&str) -> bool) -> Result<Vec<Piece>, Refusal> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        let Some(close) = after.find('}') else { break };
        let key = &after[1..close];
        if !known(key) {
            return Err(Refusal::invalid("publication.no-such-figure").arg("key", key));
        }
        if !before.is_empty() {
            pieces.push(Piece::words(before)?);
        }
        pieces.push(Piece::figure(key));
        rest = &after[close + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::words(rest)?);
    }
    Ok(pieces)
}

/// The text [`parse`] reads back.
pub fn source(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Words { text } => text.as_str().to_owned(),
            Piece::Figure { key } => format!("{{{key}}}"),
            Piece::Name { text } | Piece::Row { text, .. } => text.clone(),
            Piece::Earlier { value, .. } => value.to_string(),
            Piece::Change { by, .. } => signed(*by),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_count_needs_a_figure_and_a_date_does_not() {
        for fine in ["2026年11月，各村", "桑园府〔2026〕12号", "第3期", "一是压实责任；二是", "第22条"]
        {
            assert!(Words::new(fine).is_ok(), "{fine}");
        }
        for wrong in ["共收集问题182件", "办结率９５％", "还剩十二件", "下降3.5", "7天内"]
        {
            let refused = Words::new(wrong).unwrap_err();
            assert_eq!(refused.key, "publication.number-without-figure", "{wrong}");
        }
        assert_eq!(parse("收集{all}件", |_| false).unwrap_err().key, "publication.no-such-figure");
    }

    #[test]
    fn stored_words_are_checked_as_they_are_read() {
        assert!(serde_json::from_str::<Words>("\"共182件\"").is_err());
    }

    proptest! {
        #[test]
        fn a_paragraph_survives_its_source(parts in proptest::collection::vec("[各村收集。，]{1,5}", 0..5)) {
            let text = parts.join("{all}");
            let pieces = parse(&text, |key| key == "all").unwrap();
            prop_assert_eq!(source(&pieces), text);
        }
    }
}
