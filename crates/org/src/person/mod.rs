//! Persons: who holds posts.

pub mod acts;
pub(crate) mod store;

use base::{
    Date, Id, Refusal, Result,
    noun::{self},
};

pub use acts::{edit, enter};
pub use store::{
    PersonChoice, PersonLine, PersonQuery, list, names as names_of_persons, person, person_choices,
    persons_with_role_within,
};

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The id.
    pub id: Id<noun::Person>,
    /// The name.
    pub name: String,
    /// The unit on whose list the person stands.
    pub unit: Id<noun::Unit>,
    /// The telephone number as shown on screens.
    pub phone_masked: Option<String>,
    /// What else is worth knowing.
    pub note: String,
    /// The last day of service.
    pub left_on: Option<Date>,
    /// Rises with every change.
    pub version: i64,
}

/// What may be said of a person.
#[derive(Debug, Clone, Default)]
pub struct PersonFacts {
    /// The name.
    pub name: String,
    /// A mobile or fixed telephone number as typed; kept sealed, shown masked.
    pub phone: Option<String>,
    /// What else is worth knowing.
    pub note: String,
}

/// A person to be entered.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// What is said.
    pub facts: PersonFacts,
    /// The unit on whose list the person stands.
    pub unit: Id<noun::Unit>,
    /// The import that brings the person.
    pub import: Option<Id<noun::Import>>,
}

/// A change to what is said of a person. A phone left out stays as it was.
#[derive(Debug, Clone)]
pub struct PersonEdit {
    /// The person.
    pub id: Id<noun::Person>,
    /// The version the editor saw.
    pub version: i64,
    /// What is to be said.
    pub facts: PersonFacts,
    /// The last day of service.
    pub left_on: Option<Date>,
}

/// A person's name: 2 to 30 characters without digits; blanks inside a Chinese name are padding (`李　明`).
pub fn checked_person_name(name: &str) -> Result<String, Refusal> {
    let is_chinese = |c: char| ('\u{3400}'..='\u{9fff}').contains(&c) || c > '\u{1ffff}';
    let name: String = if name.chars().all(|c| c.is_whitespace() || is_chinese(c) || c == '·') {
        name.split_whitespace().collect()
    } else {
        name.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let refused = |key: &'static str| Err(Refusal::invalid(key).field("name").arg("name", &name));
    match name.chars().count() {
        0 => refused("org.person-name-missing"),
        1 => refused("org.person-name-short"),
        2..=30 if name.chars().any(|c| c.is_ascii_digit()) => refused("org.person-name-digits"),
        2..=30 => Ok(name),
        _ => refused("org.person-name-long"),
    }
}

/// A telephone number with its middle hidden: `139****0042`, `028-****5678`.
pub fn checked_phone(phone: &str) -> Result<(String, String), Refusal> {
    if let Ok(mobile) = base::code::Mobile::parse(phone) {
        return Ok((mobile.reveal().to_owned(), mobile.masked()));
    }
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let is_fixed = (7..=12).contains(&digits.len())
        && !digits.starts_with('1')
        && phone.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ' ' | '(' | ')' | '（' | '）'));
    if is_fixed {
        let (head, tail) = digits.split_at(digits.len() - 4);
        let masked = format!("{}****{tail}", &head[..head.len().saturating_sub(4)]);
        return Ok((digits, masked));
    }
    Err(Refusal::invalid("org.phone-form").field("phone"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_padded_name_is_one_name_and_a_number_is_none() {
        assert_eq!(checked_person_name(" 李　明 ").unwrap(), "李明");
        assert_eq!(checked_person_name("阿依古丽·买买提").unwrap(), "阿依古丽·买买提");
        assert_eq!(checked_person_name("Li  Ming").unwrap(), "Li Ming");
        assert_eq!(checked_person_name("王").unwrap_err().key, "org.person-name-short");
        assert_eq!(checked_person_name("王3").unwrap_err().key, "org.person-name-digits");
        assert_eq!(checked_person_name("　").unwrap_err().key, "org.person-name-missing");
    }

    #[test]
    fn telephone_numbers_are_shown_without_their_middle() {
        assert_eq!(checked_phone("139 0000 0042").unwrap().1, "139****0042");
        assert_eq!(checked_phone("028-88701234").unwrap().1, "028****1234");
        assert!(checked_phone("1390000").is_err() && checked_phone("无").is_err());
    }
}
