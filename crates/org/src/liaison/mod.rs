//! Liaison (包联): a person or a unit tied to a village, an enterprise, a case or a household for a time.

pub(crate) mod store;

use access::Permit;
use base::{
    Date, Id, Refusal, Result,
    noun::{self},
};
use db::Cx;
use journal::{Entry, Ref};
use serde::Serialize;
use serde_json::json;

use crate::{person, unit};

pub use store::{find, of_person, of_tied, of_unit};

/// A tie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Liaison {
    /// Its id.
    pub id: Id<noun::Liaison>,
    /// Who is tied.
    pub who: Tied,
    /// To what: its kind and id.
    pub to: Ref,
    /// The name of what it is tied to, as it was when the tie was made.
    pub to_name: String,
    /// The first day.
    pub from_on: Date,
    /// The last day.
    pub to_on: Option<Date>,
    /// Why.
    pub reason: String,
}

/// Who is tied to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tied {
    /// A person.
    Person(Id<noun::Person>),
    /// A unit.
    Unit(Id<noun::Unit>),
}

/// Ties somebody to something. Wants a permit for `liaison.edit`.
pub fn arrange(cx: &mut Cx<'_>, permit: &Permit, mut liaison: Liaison) -> Result<Liaison> {
    permit.must_be("liaison.edit")?;
    match liaison.who {
        Tied::Person(id) => person::store::person(cx, id).map(|_| ())?,
        Tied::Unit(id) => unit::store::unit(cx, id).map(|_| ())?,
    }
    if liaison.to_on.is_some_and(|last| last < liaison.from_on) {
        return Err(Refusal::invalid("org.ends-before-it-begins").field("to").into());
    }
    if liaison.to_name.trim().is_empty() {
        return Err(Refusal::invalid("org.tied-missing").field("tied").into());
    }
    liaison.id = cx.new_id();
    store::insert(cx, &liaison)?;
    let body = json!({ "who": liaison.who, "to": liaison.to, "first": liaison.from_on.to_string(), "last": liaison.to_on.map(|day| day.to_string()) });
    journal::append(cx, &Entry::new("liaison.arranged", Ref::new("liaison", liaison.id), body))?;
    Ok(liaison)
}

/// Ends a tie on its last day. Wants a permit for `liaison.edit`.
pub fn end(cx: &mut Cx<'_>, permit: &Permit, id: Id<noun::Liaison>, last: Date) -> Result<()> {
    permit.must_be("liaison.edit")?;
    let liaison = store::find(cx, id)?;
    if last < liaison.from_on {
        return Err(Refusal::invalid("org.ends-before-it-begins").field("on").into());
    }
    store::end(cx, id, last)?;
    let body = json!({ "last": last.to_string() });
    journal::append(cx, &Entry::new("liaison.ended", Ref::new("liaison", id), body))?;
    Ok(())
}
