//! What may be done with persons. Acts want a permit for `person.edit`.

use access::{MasterKey, Permit, account, sealed};
use base::{
    Id, Refusal, Result,
    noun::{self},
};
use db::Cx;
use journal::{Entry, Ref};
use serde_json::json;

use super::{NewPerson, Person, PersonEdit, checked_person_name, checked_phone, store};
use crate::unit;

const EDIT: &str = "person.edit";

/// Enters a person. Namesakes are allowed: the page shows them first.
pub fn enter(cx: &mut Cx<'_>, permit: &Permit, master: &MasterKey, new: &NewPerson) -> Result<Person> {
    permit.must_be(EDIT)?;
    let unit = unit::store::unit(cx, new.unit)?;
    if !unit.is_open_on(cx.today()) {
        return Err(Refusal::conflict("org.unit-closed").field("unit").arg("name", unit.name).into());
    }
    let phone = checked(new.facts.phone.as_deref())?;
    let person = Person {
        id: cx.new_id(),
        name: checked_person_name(&new.facts.name)?,
        unit: unit.id,
        phone_masked: phone.as_ref().map(|phone| phone.masked.clone()),
        note: new.facts.note.trim().to_owned(),
        left_on: None,
        version: 1,
    };
    store::insert(cx, &person, new.import)?;
    if let Some(phone) = phone {
        phone.seal(cx, master, person.id)?;
    }
    let body = json!({ "unit": unit.id, "import": new.import });
    journal::append(cx, &Entry::new("person.entered", Ref::new("person", person.id), body))?;
    Ok(person)
}

/// Changes what is said of a person.
pub fn edit(cx: &mut Cx<'_>, permit: &Permit, master: &MasterKey, edit: &PersonEdit) -> Result<Person> {
    permit.must_be(EDIT)?;
    let before = store::person(cx, edit.id)?;
    let phone = checked(edit.facts.phone.as_deref())?;
    let after = Person {
        name: checked_person_name(&edit.facts.name)?,
        phone_masked: phone
            .as_ref()
            .map(|phone| phone.masked.clone())
            .or_else(|| before.phone_masked.clone()),
        note: edit.facts.note.trim().to_owned(),
        left_on: edit.left_on,
        version: edit.version,
        ..before.clone()
    };
    store::save(cx, &after)?;
    if let Some(phone) = &phone {
        phone.seal(cx, master, edit.id)?;
    }
    if before.name != after.name {
        account::rename(cx, edit.id, &after.name)?;
    }
    // Neither name nor number: the journal is for ever, a person may be erased.
    let body = json!({
        "renamed": before.name != after.name,
        "phone_changed": phone.is_some(),
        "left_on": after.left_on.map(|day| day.to_string()),
    });
    journal::append(cx, &Entry::new("person.edited", Ref::new("person", edit.id), body))?;
    Ok(Person { version: after.version + 1, ..after })
}

/// A number that can be a telephone number.
struct Checked {
    number: String,
    masked: String,
}

fn checked(phone: Option<&str>) -> Result<Option<Checked>> {
    let Some(phone) = phone.map(str::trim).filter(|phone| !phone.is_empty()) else { return Ok(None) };
    let (number, masked) = checked_phone(phone)?;
    Ok(Some(Checked { number, masked }))
}

impl Checked {
    fn seal(&self, cx: &mut Cx<'_>, master: &MasterKey, id: Id<noun::Person>) -> Result<()> {
        let subject = Ref::new("person", id);
        let spot = sealed::Spot { subject: &subject, field: "phone" };
        sealed::seal(cx, master, spot, &self.number).map(|_| ())
    }
}
