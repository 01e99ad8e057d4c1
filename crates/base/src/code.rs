//! Official codes: administrative divisions, citizens' identity numbers, unified social credit codes and
//! mobile telephone numbers. The values are checked once, here; what holds one of these types is valid.

use std::fmt;

use jiff::civil::Date;

use crate::refusal::Refusal;

/// The level of an administrative division.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DivisionLevel {
    /// 省, two digits.
    Province,
    /// 市, four digits.
    City,
    /// 县, six digits (GB/T 2260).
    County,
    /// 乡镇, nine digits.
    Township,
    /// 村, twelve digits.
    Village,
}

impl DivisionLevel {
    /// How many digits the code of a division at this level has.
    pub const fn digits(self) -> usize {
        match self {
            Self::Province => 2,
            Self::City => 4,
            Self::County => 6,
            Self::Township => 9,
            Self::Village => 12,
        }
    }

    fn of_length(length: usize) -> Option<Self> {
        [Self::Province, Self::City, Self::County, Self::Township, Self::Village]
            .into_iter()
            .find(|level| level.digits() == length)
    }
}

/// The code of an administrative division. Its length is its level, its beginning its parents.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DivisionCode(String);

impl DivisionCode {
    /// Reads a code of 2, 4, 6, 9 or 12 digits. Full-width digits and spaces around are accepted, and so
    /// are trailing zeros up to twelve digits (`510183000000`), as statistics forms write them.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let refused = || Refusal::invalid("base.division-code").arg("value", text);
        let mut code = half_width(text);
        if !code.bytes().all(|byte| byte.is_ascii_digit()) || code.starts_with('0') {
            return Err(refused());
        }
        if code.len() == 12 {
            for level in
                [DivisionLevel::Province, DivisionLevel::City, DivisionLevel::County, DivisionLevel::Township]
            {
                if code[level.digits()..].bytes().all(|byte| byte == b'0') {
                    code.truncate(level.digits());
                    break;
                }
            }
        }
        DivisionLevel::of_length(code.len()).map(|_| Self(code)).ok_or_else(refused)
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The level the length tells.
    pub fn level(&self) -> DivisionLevel {
        // Invariant: `parse` admits these lengths only.
        DivisionLevel::of_length(self.0.len()).unwrap_or(DivisionLevel::Village)
    }

    /// The division this one is part of; none for a province.
    pub fn parent(&self) -> Option<Self> {
        let level = match self.level() {
            DivisionLevel::Province => return None,
            DivisionLevel::City => DivisionLevel::Province,
            DivisionLevel::County => DivisionLevel::City,
            DivisionLevel::Township => DivisionLevel::County,
            DivisionLevel::Village => DivisionLevel::Township,
        };
        self.at(level)
    }

    /// The division at a level this one is or is part of.
    pub fn at(&self, level: DivisionLevel) -> Option<Self> {
        self.0.get(..level.digits()).map(|digits| Self(digits.to_owned()))
    }

    /// Whether `other` is this division or lies within it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
}

impl fmt::Display for DivisionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A citizen's identity number (GB 11643-1999). It does not show itself in logs; see [`CitizenId::masked`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CitizenId(String);

impl CitizenId {
    /// Reads an identity number: eighteen characters, a date of birth that exists, and the check character.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        const CHECKS: &[u8; 11] = b"10X98765432";
        // The number itself is personal data and stays out of the refusal.
        let number = half_width(text);
        let (body, check) = number
            .as_bytes()
            .split_at_checked(17)
            .filter(|(body, check)| body.iter().all(u8::is_ascii_digit) && check.len() == 1)
            .ok_or_else(|| Refusal::invalid("base.citizen-id-form"))?;
        if body[0] == b'0' || birth_date(&number).is_none() {
            return Err(Refusal::invalid("base.citizen-id-birth"));
        }
        let sum: u32 = body.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        if CHECKS[sum as usize % 11] != check[0] {
            return Err(Refusal::invalid("base.citizen-id-check"));
        }
        Ok(Self(number))
    }

    /// The whole number, for encryption and the blind index only.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The date of birth.
    pub fn born(&self) -> Date {
        // Invariant: `parse` has read it.
        birth_date(&self.0).unwrap_or(Date::ZERO)
    }

    /// The first six and the last four characters.
    pub fn masked(&self) -> String {
        format!("{}********{}", &self.0[..6], &self.0[14..])
    }
}

impl fmt::Debug for CitizenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CitizenId({})", self.masked())
    }
}

fn birth_date(number: &str) -> Option<Date> {
    let year: i16 = number.get(6..10)?.parse().ok()?;
    let month = number.get(10..12)?.parse().ok()?;
    let day = number.get(12..14)?.parse().ok()?;
    // Nobody alive or in the archives was born before; a slip of the pen may well say 0990.
    (1800..=2999).contains(&year).then(|| Date::new(year, month, day).ok()).flatten()
}

/// A unified social credit code of an organisation (GB 32100-2015).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreditCode(String);

impl CreditCode {
    /// Reads a code: eighteen digits and capitals without I, O, S, V, Z, the last one the check character.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const SYMBOLS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
        const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
        let code = half_width(text);
        let values: Option<Vec<usize>> =
            code.bytes().map(|byte| SYMBOLS.iter().position(|symbol| *symbol == byte)).collect();
        let values = values
            .filter(|values| values.len() == 18)
            .ok_or_else(|| Refusal::invalid("base.credit-code-form").arg("value", text))?;
        let sum: usize = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
        if (31 - sum % 31) % 31 != values[17] {
            return Err(Refusal::invalid("base.credit-code-check").arg("value", text));
        }
        Ok(Self(code))
    }

    /// The eighteen characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The six digits of the registering authority's division, as registered: it may have been merged since.
    pub fn division(&self) -> &str {
        &self.0[2..8]
    }
}

/// A mobile telephone number of the mainland. It does not show itself in logs; see [`Mobile::masked`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Mobile(String);

impl Mobile {
    /// Reads eleven digits beginning with 1; `+86`, `0086`, spaces and hyphens are taken away.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut number: String = half_width(text).chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        for prefix in ["+86", "0086", "86"] {
            // Eleven digits after it: a number that merely begins with 86 does not exist.
            if number.len() == prefix.len() + 11 && number.starts_with(prefix) {
                number.drain(..prefix.len());
            }
        }
        let digits = number.len() == 11 && number.bytes().all(|byte| byte.is_ascii_digit());
        let mobile = digits && number.starts_with('1') && matches!(number.as_bytes()[1], b'3'..=b'9');
        if mobile { Ok(Self(number)) } else { Err(Refusal::invalid("base.mobile-form")) }
    }

    /// The eleven digits.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The first three and the last four digits.
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[7..])
    }
}

impl fmt::Debug for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mobile({})", self.masked())
    }
}

/// As people type codes into forms: spaces around, full-width characters from a Chinese keyboard, and
/// small letters.
fn half_width(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        _ => c,
    };
    text.trim().chars().map(narrow).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
#[path = "code_tests.rs"]
mod tests;
