//! Values people give: read by the kind of their field, refused with the mend.

use std::collections::{BTreeMap, HashMap};

use access::UnitPath;
use base::{
    Date, Id, Language, Refusal,
    noun::{Case, Person, Unit},
};
use regulation::{Compendium, Field, FieldKind, Privacy, Procedure, Titled};

/// A person as a field needs to know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPerson {
    /// The id.
    pub id: Id<Person>,
    /// Whether a post is held today.
    pub holds_post: bool,
}

/// A unit as a field needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownUnit {
    /// The id.
    pub id: Id<Unit>,
    /// Where it stands.
    pub path: UnitPath,
}

/// Another case as a field needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCase {
    /// The id.
    pub id: Id<Case>,
    /// Whether it has ended.
    pub closed: bool,
    /// The case it was merged into itself.
    pub merged_into: Option<Id<Case>>,
}

/// What the store found of the persons, units and cases that values name.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Persons by what was written.
    pub persons: HashMap<String, KnownPerson>,
    /// Units by what was written.
    pub units: HashMap<String, KnownUnit>,
    /// Cases by what was written: an id or a number.
    pub cases: HashMap<String, KnownCase>,
}

/// The several values of one field: by commas of either width, enumeration commas or lines.
pub fn field_values(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '，', '、', ';', '；', '\n']).map(str::trim).filter(|value| !value.is_empty())
}

/// What the values name that only the store can know: (kind, value).
pub(crate) fn wanted(procedure: &Procedure, given: &BTreeMap<String, String>) -> Vec<(FieldKind, String)> {
    let mut wanted = Vec::new();
    for (key, text) in given {
        let Some(field) = procedure.field(key) else { continue };
        if matches!(field.kind, FieldKind::Person | FieldKind::Unit | FieldKind::Case) {
            wanted.extend(field_values(text).map(|value| (field.kind, value.to_owned())));
        }
    }
    wanted
}

/// What fields may and must be given.
pub(crate) struct Asked<'a> {
    pub(crate) requires: &'a [String],
    pub(crate) optional: &'a [String],
}

/// Checks the given values: none that was not asked for, none missing, each of its kind. Gives back
/// the values in the form they are kept.
pub(crate) fn check_fields(
    given: &BTreeMap<String, String>,
    asked: &Asked<'_>,
    rules: (&Compendium, &Procedure),
    known: (&Known, Date),
) -> Result<BTreeMap<String, String>, Vec<Refusal>> {
    let (compendium, procedure) = rules;
    let mut refusals = Vec::new();
    let mut kept = BTreeMap::new();
    for (key, text) in given {
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        let field = procedure.field(key).filter(|_| {
            // Invariant: what was said stays as it was said, whatever a file says
            // (`what_was_said_stays_verbatim`).
            key != "detail" && (asked.requires.contains(key) || asked.optional.contains(key))
        });
        let Some(field) = field else {
            refusals.push(named(Refusal::invalid("case.unexpected-field"), procedure, key));
            continue;
        };
        match check_field(field, text, (compendium, procedure), known) {
            Ok(value) => {
                kept.insert(key.clone(), value);
            }
            Err(refusal) => refusals.push(named(refusal, procedure, key)),
        }
    }
    for key in asked.requires.iter().filter(|key| given.get(*key).is_none_or(|text| text.trim().is_empty())) {
        refusals.push(named(Refusal::invalid("case.missing-field"), procedure, key));
    }
    if refusals.is_empty() { Ok(kept) } else { Err(refusals) }
}

/// Titles in both languages for a sentence in either: `name` and `name_en`.
pub(crate) trait InBothLanguages {
    /// Adds the title of something as `name` and `name_en`.
    #[must_use]
    fn titled(self, name: &'static str, of: &impl Titled) -> Self;
}

impl InBothLanguages for Refusal {
    fn titled(self, name: &'static str, of: &impl Titled) -> Self {
        let english = of.title(Language::English).to_owned();
        self.arg(name, of.title(Language::Chinese)).arg(format!("{name}_en"), english)
    }
}

/// Names the field a refusal is about.
pub(crate) fn named(refusal: Refusal, procedure: &Procedure, key: &str) -> Refusal {
    let refusal = refusal.field(key);
    match procedure.field(key) {
        Some(field) => refusal.titled("name", field),
        None => refusal.arg("name", key).arg("name_en", key),
    }
}

fn check_field(
    field: &Field,
    text: &str,
    rules: (&Compendium, &Procedure),
    known: (&Known, Date),
) -> Result<String, Refusal> {
    if field.privacy == Privacy::Sealed {
        // Sealed values have a store of their own and never stand among the fields.
        return Err(Refusal::invalid("case.sealed-field"));
    }
    if !field.many {
        return check_value(field, text, rules, known);
    }
    let values: Result<Vec<String>, Refusal> =
        field_values(text).map(|value| check_value(field, value, rules, known)).collect();
    Ok(values?.join(","))
}

fn check_value(
    field: &Field,
    text: &str,
    (compendium, procedure): (&Compendium, &Procedure),
    (known, today): (&Known, Date),
) -> Result<String, Refusal> {
    match field.kind {
        FieldKind::Text if text.contains('\n') => Err(Refusal::invalid("case.one-line")),
        FieldKind::Text | FieldKind::LongText | FieldKind::Attachment => Ok(text.to_owned()),
        FieldKind::Number | FieldKind::Money => match text.parse::<i64>() {
            Ok(number) => Ok(number.to_string()),
            Err(_) => Err(Refusal::invalid("case.not-a-number")),
        },
        FieldKind::Date => match text.parse::<Date>() {
            Err(_) => Err(Refusal::invalid("case.not-a-day")),
            Ok(day) if day < today => Err(Refusal::invalid("case.day-past")),
            Ok(day) => Ok(day.to_string()),
        },
        FieldKind::Code => {
            let list = field.list.as_deref().and_then(|list| compendium.field_list(&procedure.key, list));
            match list.and_then(|list| list.item(text)) {
                Some(item) => Ok(item.key.clone()),
                None => Err(Refusal::invalid("case.not-in-list").arg("value", text)),
            }
        }
        FieldKind::Person => match known.persons.get(text) {
            None => Err(Refusal::invalid("case.no-such-person")),
            Some(person) if !person.holds_post => Err(Refusal::invalid("case.person-without-post")),
            Some(person) => Ok(person.id.to_string()),
        },
        FieldKind::Unit => match known.units.get(text) {
            None => Err(Refusal::invalid("case.no-such-unit")),
            Some(unit) => Ok(unit.id.to_string()),
        },
        FieldKind::Case => match known.cases.get(text) {
            None => Err(Refusal::invalid("case.no-such-case")),
            Some(case) => Ok(case.merged_into.unwrap_or(case.id).to_string()),
        },
    }
}
