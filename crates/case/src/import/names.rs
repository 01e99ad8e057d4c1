//! Which column of a workbook is which field: titles of the regulation, then the names of
//! `import-names.toml`.

use std::{collections::BTreeMap, sync::LazyLock};

use office::read::{FieldHint, Header, Mapping, propose_mapping};
use regulation::Procedure;

/// When the row was said or written down.
pub const RAISED: &str = "raised";
/// The answer given before.
pub const ANSWER: &str = "answer";
/// The number the row has where it comes from.
pub const SOURCE: &str = "source";
/// The day by which it was to be done.
pub const DUE: &str = "due";
const SERIAL: &str = "serial";
const SEALED: &str = "sealed";

/// In the order in which a person looks for them.
const KEYS: [&str; 16] = [
    "title",
    "detail",
    "unit",
    "channel",
    "category",
    "class",
    "place",
    "raiser",
    "contact",
    RAISED,
    ANSWER,
    SOURCE,
    "leader",
    "department",
    "person",
    DUE,
];

type Lists = BTreeMap<String, Vec<String>>;

/// The shipped file, which a test reads (`every_field_has_names`).
static SHIPPED: LazyLock<Lists> =
    LazyLock::new(|| toml::from_str(include_str!("../../import-names.toml")).unwrap_or_default());

/// The names of the fields of a procedure.
pub struct Names {
    lists: Vec<(&'static str, Vec<String>)>,
}

impl Names {
    /// The fields of a procedure a workbook may hold; the titles of the regulation go first.
    pub fn of(procedure: &Procedure) -> Self {
        let own = [RAISED, ANSWER, SOURCE];
        let lists = KEYS
            .into_iter()
            .filter(|key| own.contains(key) || procedure.field(key).is_some())
            .map(|key| {
                let field = procedure.field(key);
                let titles = field.into_iter().flat_map(|field| [&field.title, &field.title_en]);
                let mut names: Vec<String> = titles.filter(|title| !title.is_empty()).cloned().collect();
                names.extend(SHIPPED.get(key).into_iter().flatten().cloned());
                (key, names)
            })
            .collect();
        Self { lists }
    }

    /// The keys of the fields, in order.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.lists.iter().map(|(key, _)| *key)
    }

    /// Whether there is such a field.
    pub fn has(&self, key: &str) -> bool {
        self.keys().any(|known| known == key)
    }

    /// Works with the names as the reader of workbooks wants them.
    pub fn with_hints<T>(&self, work: impl FnOnce(&[FieldHint<'_>]) -> T) -> T {
        let names: Vec<Vec<&str>> =
            self.lists.iter().map(|(_, names)| names.iter().map(String::as_str).collect()).collect();
        let hints: Vec<FieldHint<'_>> =
            self.lists.iter().zip(&names).map(|((key, _), names)| FieldHint { key, names }).collect();
        work(&hints)
    }

    /// A proposal for a head.
    pub fn propose(&self, header: &Header, remembered: Option<&Mapping>) -> Mapping {
        self.with_hints(|hints| propose_mapping(header, hints, remembered))
    }
}

/// Whether a column only numbers the rows of its sheet.
pub fn is_serial(title: &str) -> bool {
    let plain = org::name::plain(title);
    SHIPPED.get(SERIAL).into_iter().flatten().any(|name| *name == plain)
}

/// Whether a column that is no field identifies a resident and must be sealed with the contact.
pub fn is_sealed(title: &str) -> bool {
    let plain = org::name::plain(title);
    SHIPPED.get(SEALED).into_iter().flatten().any(|word| plain.contains(word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_names() {
        for key in KEYS.iter().chain(&[SERIAL, SEALED]) {
            assert!(SHIPPED.get(*key).is_some_and(|names| !names.is_empty()), "{key}");
        }
        assert_eq!(SHIPPED.len(), KEYS.len() + 2, "no list is left unread");
        assert!(is_serial("序 号") && is_serial("No.") && !is_serial("留言编号"));
    }
}
