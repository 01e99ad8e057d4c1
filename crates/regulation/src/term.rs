//! A term (期限) as regulations write it: `15d` calendar days, `5wd` working days.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A length of time in whole days of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Term {
    /// How many days.
    pub count: u16,
    /// Of which kind.
    pub days: DayKind,
}

/// Calendar days (日) or working days (工作日): statutes say which they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayKind {
    /// 日.
    Calendar,
    /// 工作日, counted with make-up working weekends.
    Working,
}

impl FromStr for Term {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, days) = if let Some(number) = text.strip_suffix("wd") {
            (number, DayKind::Working)
        } else if let Some(number) = text.strip_suffix('d') {
            (number, DayKind::Calendar)
        } else {
            return Err(format!("`{text}` is not a term: write 15d or 5wd"));
        };
        match number.parse() {
            Ok(count) if count > 0 => Ok(Self { count, days }),
            _ => Err(format!("`{text}` is not a term: write 15d or 5wd")),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = if self.days == DayKind::Working { "wd" } else { "d" };
        write!(f, "{}{unit}", self.count)
    }
}

impl TryFrom<String> for Term {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Term> for String {
    fn from(term: Term) -> Self {
        term.to_string()
    }
}
