//! Units: nodes of the organisation tree.

pub mod acts;
pub(crate) mod store;

use access::UnitPath;
use base::{
    Date, Id, Refusal, Result,
    noun::{self},
};
use db::Cx;

pub use acts::{Founded, add, close, edit, found, merge, relocate};
pub use store::{
    Succession, children, close_relatives, names as names_of_units, root, unit, unit_by_code, units_below,
    units_within,
};

/// A unit of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its id.
    pub id: Id<noun::Unit>,
    /// Where it stands.
    pub path: UnitPath,
    /// The unit above; none for the root.
    pub parent: Option<Id<noun::Unit>>,
    /// The key of its kind.
    pub kind: String,
    /// Its full name.
    pub name: String,
    /// The name used in the house.
    pub short_name: Option<String>,
    /// The twelve digits of a division.
    pub code: Option<String>,
    /// How many members a Party organisation has.
    pub members: Option<i64>,
    /// Its place among its siblings.
    pub sort: i64,
    /// Its first day.
    pub opened_on: Date,
    /// Its last day.
    pub closed_on: Option<Date>,
    /// Rises with every change.
    pub version: i64,
}

impl Unit {
    /// Whether it exists on a day.
    pub fn is_open_on(&self, day: Date) -> bool {
        self.closed_on.is_none_or(|last| day <= last)
    }

    /// How deep it stands; 0 for the root.
    pub fn depth(&self) -> usize {
        self.path.0.matches('.').count().saturating_sub(1)
    }
}

/// What a unit is made from.
#[derive(Debug, Clone, Default)]
pub struct NewUnit {
    /// The unit above; none for the root.
    pub parent: Option<Id<noun::Unit>>,
    /// The key of its kind.
    pub kind: String,
    /// What is said of it.
    pub facts: UnitFacts,
    /// Its first day; today where none is given.
    pub opened_on: Option<Date>,
    /// The import that brings it.
    pub import: Option<Id<noun::Import>>,
}

/// What may be said of a unit and changed later.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitFacts {
    /// Its full name.
    pub name: String,
    /// The name used in the house.
    pub short_name: Option<String>,
    /// The code of the division, in any form that can be read.
    pub code: Option<String>,
    /// How many members a Party organisation has.
    pub members: Option<i64>,
    /// Its place among its siblings; last where none is given.
    pub sort: Option<i64>,
}

/// A change to what is said of a unit.
#[derive(Debug, Clone)]
pub struct UnitEdit {
    /// The unit.
    pub id: Id<noun::Unit>,
    /// The version the editor saw.
    pub version: i64,
    /// What is to be said of it.
    pub facts: UnitFacts,
}

/// The end of a unit.
#[derive(Debug, Clone)]
pub struct Closing {
    /// The unit.
    pub id: Id<noun::Unit>,
    /// Its last day.
    pub on: Date,
    /// Why.
    pub reason: String,
}

/// Several units that become part of another.
#[derive(Debug, Clone)]
pub struct Merger {
    /// The units that end.
    pub from: Vec<Id<noun::Unit>>,
    /// The unit that goes on.
    pub into: Id<noun::Unit>,
    /// The first day on which only one is left.
    pub on: Date,
    /// The document or reason.
    pub reason: String,
}

/// A subtree that stands elsewhere now. Every stored path that begins with `from` begins with `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The unit at its head.
    pub unit: Id<noun::Unit>,
    /// The old beginning.
    pub from: UnitPath,
    /// The new beginning.
    pub to: UnitPath,
}

/// What a kernel that keeps unit paths does when one changes, in the same transaction.
pub type PathsMoved = fn(&mut Cx<'_>, &Moved) -> Result<()>;

/// A name as the tree keeps it: no blanks around, none inside but single ones, 1 to 60 characters.
pub fn checked_name(name: &str) -> Result<String, Refusal> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(Refusal::invalid("org.name-missing").field("name")),
        1..=LONGEST_NAME => Ok(name),
        length => Err(Refusal::invalid("org.name-long")
            .field("name")
            .arg("length", length)
            .arg("most", LONGEST_NAME)),
    }
}

/// Longer is a sentence that slipped into the wrong column. The longest official names have some 40.
const LONGEST_NAME: usize = 60;

/// Twelve digits of a division code in any form.
pub fn full_code(code: &str) -> Result<String, Refusal> {
    let parsed = base::code::DivisionCode::parse(code).map_err(|refusal| refusal.field("code"))?;
    Ok(format!("{:0<12}", parsed.as_str()))
}

/// The path of a unit with this key under `parent`.
pub(crate) fn path_under(parent: Option<&UnitPath>, key: i64) -> UnitPath {
    UnitPath(format!("{}{key}.", parent.map_or("", |path| path.0.as_str())))
}
