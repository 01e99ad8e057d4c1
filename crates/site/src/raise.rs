//! Raising a problem without an account.

use std::collections::HashSet;

use access::{
    Permit,
    limit::{self, Bucket},
};
use askama::Template;
use axum::{
    extract::{DefaultBodyLimit, FromRequest as _, Request},
    http::StatusCode,
    response::Response,
};
use base::{Error, Id, Refusal, Result, noun::Unit};
use case::{
    Rulebook,
    acts::{self, NewAttachment, NewCase, On, Raised, Resident},
};
use db::Cx;
use journal::Ref;
use regulation::{Party, Procedure, Relation, Titled as _};
use web::{Answer, Form, Gate, Route, Visit};

use crate::{
    Settings,
    face::Words,
    place::{self, Township},
    receipt::{self, Kept},
    upload,
};

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/public/raise", Gate::Public, page), Route::post("/public/raise", Gate::Public, send)]
}

/// The procedures that residents may begin themselves.
pub(crate) fn open_procedures(rulebook: &Rulebook) -> impl Iterator<Item = &Procedure> {
    let open = |procedure: &&Procedure| procedure.intake.by.contains(&Party::Relation(Relation::Raiser));
    rulebook.compendium.procedures().filter(open)
}

#[derive(Template)]
#[template(path = "raise.html")]
struct RaisePage<'a> {
    v: &'a Visit,
    style: &'static str,
    form: Form,
    procedures: Vec<(String, String)>,
    townships: Vec<Township>,
    takes_place: bool,
    accepted: &'static str,
    largest_mb: usize,
    longest_title: usize,
}

impl RaisePage<'_> {
    fn chosen(&self, unit: &Id<Unit>) -> bool {
        self.form.text("unit") == unit.to_string()
    }
}

async fn page(v: Visit) -> Answer {
    let mut form = Form::of_query(v.query.as_deref());
    form.set("key", receipt::fresh_key()?);
    show(&v, form, StatusCode::OK).await
}

async fn show(v: &Visit, mut form: Form, status: StatusCode) -> Answer {
    let (settings, words) = (Settings::of(v)?, Words::of(v)?);
    let townships = v.read(place::townships).await?;
    // A poster in a village may carry the place in its address.
    if let Some(code) = form.given("place_code").map(str::to_owned) {
        let villages = townships.iter().flat_map(|township| &township.villages);
        if let Some(village) = villages.into_iter().find(|village| village.code == code) {
            form.set("unit", village.id.to_string());
        }
    }
    let procedures: Vec<&Procedure> = open_procedures(&words.rulebook).collect();
    let takes_place = procedures.iter().any(|it| it.intake.optional.iter().any(|key| key == "place"));
    let titles = procedures.iter().map(|it| (it.key.clone(), it.title(v.language).to_owned())).collect();
    Ok(v.page_with(
        status,
        &RaisePage {
            v,
            style: crate::style_address(),
            form,
            procedures: titles,
            townships,
            takes_place,
            accepted: upload::ACCEPTED,
            largest_mb: settings.allows.largest_file_mb,
            longest_title: settings.allows.longest_title,
        },
    ))
}

async fn send(v: Visit, mut request: Request) -> Answer {
    let settings = Settings::of(&v)?;
    // Room for the words and the borders of the parts beside the file.
    DefaultBodyLimit::max((settings.allows.largest_file_mb + 1) << 20).apply(&mut request);
    let form = Form::from_request(request, &()).await?;
    let key = form.text("key").to_owned();
    if !receipt::is_key(&key) {
        return Ok(v.see("/public/raise", "site-form-old"));
    }
    if already_taken(&v, &key).await? {
        return Ok(to_receipt(&v, &key));
    }
    match enter(&v, &settings, &form).await {
        Ok(()) => Ok(to_receipt(&v, &key)),
        Err(error) => show(&v, form.refused(error)?, StatusCode::UNPROCESSABLE_ENTITY).await,
    }
}

fn to_receipt(v: &Visit, key: &str) -> Response {
    v.redirect(&format!("/public/receipts/{key}"))
}

/// Whether this very form was sent before: a second tap is not a second problem.
async fn already_taken(v: &Visit, key: &str) -> Result<bool> {
    let digest = receipt::digest(key);
    v.read(move |cx| Ok(crate::store::find(cx, &digest)?.is_some())).await
}

async fn enter(v: &Visit, settings: &Settings, form: &Form) -> Result<()> {
    let words = Words::of(v)?;
    let places = v.read(place::townships).await?;
    let new = read(form, (settings, &words.rulebook), &places)?;
    let checked = form.upload("file").map(|file| upload::check(file, settings.allows)).transpose()?;
    let limit = v.app.policy().limit("raise-publicly")?;
    let bucket = Bucket::new("raise-publicly", &v.remote);
    v.tenant.db.write_operational(&v.caller, move |cx| limit::take(cx, &bucket, limit)).await?;
    let file = match checked {
        Some(file) => Some(file.keep(v).await?),
        None => None,
    };
    let key = form.text("key").to_owned();
    let (visit, minutes) = (v.clone(), settings.allows.receipt_minutes);
    v.write(move |cx| write(cx, (&visit, &words.rulebook), (&new, file.as_ref()), (&key, minutes))).await
}

/// Raises the case with its file and keeps the receipt for a while, in one transaction.
fn write(
    cx: &mut Cx<'_>,
    (v, rulebook): (&Visit, &Rulebook),
    (new, file): (&NewCase, Option<&NewAttachment>),
    (key, minutes): (&str, u32),
) -> Result<()> {
    let master = &v.tenant.master_key;
    let permit = Permit::for_resident("case.create");
    let raised = acts::raise(cx, &rulebook.rules(), (&permit, master), new)?;
    let Raised { id, receipt: Some(given), .. } = raised else {
        // The form was sent before and its receipt has been put away since.
        return Err(Refusal::conflict("site.already-raised").into());
    };
    if let Some(file) = file {
        let permit = Permit::for_resident("case.attach");
        acts::attach(cx, On { permit: &permit, case: id }, file)?;
    }
    let entries = journal::entries_of(cx, &Ref::new("case", id))?;
    let entry = entries.first().and_then(journal::Recorded::id);
    let kept = Kept { case: id, number: given.number, code: given.code, token: given.token, entry };
    let until = cx.now() + jiff::SignedDuration::from_mins(i64::from(minutes));
    receipt::keep(cx, master, (key, &kept), until)
}

/// The form as a case, or everything that is wrong with it.
fn read(form: &Form, (settings, rulebook): (&Settings, &Rulebook), places: &[Township]) -> Result<NewCase> {
    let mut refusals = Vec::new();
    let mut need = |outcome: Result<()>| match outcome {
        Err(Error::Refused(found)) => {
            refusals.extend(found);
            Ok(())
        }
        other => other,
    };
    let allows = settings.allows;
    need(line(form, "title", allows.longest_title))?;
    need(line(form, "detail", allows.longest_words))?;
    let unit = form.parsed::<Id<Unit>>("unit").ok().flatten().filter(|unit| is_offered(places, *unit));
    need(unit.map(|_| ()).ok_or_else(|| Refusal::invalid("site.which-place").field("unit").into()))?;
    let named = form.text("who") == "named";
    let contact = form.given("phone").filter(|_| named);
    if named && contact.is_none_or(|phone| !is_phone(phone)) {
        need(Err(Refusal::invalid("site.phone-form").field("phone").into()))?;
    }
    let mut open = open_procedures(rulebook);
    let asked = form.given("procedure");
    let procedure = match asked {
        Some(key) => open.find(|procedure| procedure.key == key),
        None => open.next(),
    };
    let procedure = procedure.ok_or_else(|| Refusal::not_found("site.nothing-open"))?;
    let (Some(unit), true) = (unit, refusals.is_empty()) else { return Err(Error::Refused(refusals)) };
    let mut new = NewCase::new(&procedure.key, form.text("title").trim(), form.text("detail"), unit);
    new.channel.clone_from(&procedure.intake.public_channel);
    if let Some(place) =
        form.given("place").filter(|_| procedure.intake.optional.iter().any(|it| it == "place"))
    {
        new.fields.insert("place".to_owned(), place.to_owned());
    }
    new.raiser = form.given("name").filter(|_| named).map(str::to_owned);
    new.contact = contact.map(str::to_owned);
    new.resident = if named { Resident::Named } else { Resident::Anonymous };
    new.source_key = Some(format!("public:{}", receipt::digest(form.text("key")).as_str()));
    Ok(new)
}

/// Something must be written, and not too much.
fn line(form: &Form, field: &'static str, longest: usize) -> Result<()> {
    let length = form.text(field).trim().chars().count();
    if length == 0 {
        return Err(Refusal::invalid(if field == "title" { "site.no-title" } else { "site.no-words" })
            .field(field)
            .into());
    }
    if length > longest {
        let refusal = Refusal::invalid("site.too-long").field(field);
        return Err(refusal.arg("longest", longest).arg("length", length).into());
    }
    Ok(())
}

fn is_offered(places: &[Township], unit: Id<Unit>) -> bool {
    let villages = places.iter().flat_map(|township| &township.villages).map(|village| village.id);
    places.iter().map(|township| township.id).chain(villages).collect::<HashSet<_>>().contains(&unit)
}

/// Seven to fifteen digits (ITU-T E.164), written with blanks, hyphens or a country code.
fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (7..=15).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || " -+()".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_digits_however_they_are_set() {
        for good in ["13812345678", "028-8712 3456", "+86 138 1234 5678"] {
            assert!(is_phone(good), "{good}");
        }
        for bad in ["", "12345", "电话13812345678", "1234567890123456"] {
            assert!(!is_phone(bad), "{bad}");
        }
    }
}
