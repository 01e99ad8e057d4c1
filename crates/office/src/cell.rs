//! One cell of a table, read or to be written.

use std::borrow::Cow;

use base::Date;
use jiff::civil::DateTime;

use crate::dates;

/// What stands in one cell. Texts are kept to the byte: leading newlines, tabs, U+3000 and NBSP included.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// A text, verbatim.
    Text(String),
    /// A number that a double holds exactly as it was shown.
    Number(f64),
    /// A day.
    Date(Date),
    /// A day and a time of day.
    Moment(DateTime),
}

impl Cell {
    /// A text cell.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Whether nothing visible stands here. A text of spaces alone is blank but is still kept.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Number(_) | Self::Date(_) | Self::Moment(_) => false,
        }
    }

    /// The cell as a person reads it: texts verbatim, integers without ".0", days as `2026-11-22`.
    pub fn as_text(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(shown(*number)),
            Self::Date(date) => Cow::Owned(date.to_string()),
            Self::Moment(moment) => Cow::Owned(moment.strftime("%Y-%m-%d %H:%M:%S").to_string()),
        }
    }

    /// The day meant, from a date cell, a serial number or a text in any usual form.
    pub fn as_date(&self) -> Option<Date> {
        self.as_moment().map(DateTime::date)
    }

    /// The moment meant; a day alone is its first moment.
    pub fn as_moment(&self) -> Option<DateTime> {
        match self {
            Self::Empty => None,
            Self::Text(text) => dates::parse_moment(text),
            Self::Number(number) => dates::parse_moment(&shown(*number)),
            Self::Date(date) => Some(date.at(0, 0, 0, 0)),
            Self::Moment(moment) => Some(*moment),
        }
    }

    /// The whole number meant, from a number or from a text such as `1,024` or `３`.
    pub fn as_integer(&self) -> Option<i64> {
        let text = dates::half_width(&self.as_text());
        text.trim().replace(',', "").parse().ok()
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell {
    /// A number, or a text where the number has more digits than Excel keeps.
    fn from(number: i64) -> Self {
        if number.unsigned_abs() < LONGEST_EXACT {
            #[expect(clippy::cast_precision_loss, reason = "below 10^15 every integer is exact in a double")]
            Self::Number(number as f64)
        } else {
            Self::Text(number.to_string())
        }
    }
}

impl From<Date> for Cell {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<DateTime> for Cell {
    fn from(moment: DateTime) -> Self {
        Self::Moment(moment)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// Excel keeps fifteen digits of a number; whatever is longer is a code and travels as text.
pub(crate) const LONGEST_EXACT: u64 = 1_000_000_000_000_000;

/// A number with the fifteen digits Excel shows, so that 0.1 + 0.2 reads 0.3.
fn shown(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    // Adding zero turns the negative zero, which nobody writes, into zero.
    format!("{}", rounded + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_they_are_shown() {
        assert_eq!(Cell::Number(12.0).as_text(), "12");
        assert_eq!(Cell::Number(0.1 + 0.2).as_text(), "0.3");
        assert_eq!(Cell::Number(-0.0).as_text(), "0");
        assert_eq!(Cell::Number(510_183_199_001_011.0).as_text(), "510183199001011");
        assert_eq!(Cell::from(510_183_199_001_011_234_i64), Cell::text("510183199001011234"));
    }

    #[test]
    fn whole_numbers_are_understood_in_their_usual_dress() {
        assert_eq!(Cell::text(" 1,024 ").as_integer(), Some(1024));
        assert_eq!(Cell::text("３").as_integer(), Some(3));
        assert_eq!(Cell::Number(2.5).as_integer(), None);
        assert_eq!(Cell::Empty.as_integer(), None);
    }
}
