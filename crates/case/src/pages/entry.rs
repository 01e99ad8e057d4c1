//! Entering a case on somebody's behalf: their words as they said them.

use askama::Template;
use axum::http::StatusCode;
use base::{Id, Refusal, Result, noun::Case};
use web::{Answer, Form, Gate, Route, Visit};

use super::{
    Rulebook,
    ledger::{options, procedure_of},
};
use crate::{
    acts::{self, NewCase, Raised, Resident},
    store::{self, Duplicate},
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/cases/new", Gate::Action("case.create"), page),
        Route::post("/cases", Gate::Action("case.create"), enter),
    ]
}

/// From this share of common words on, another case is shown as perhaps the same.
pub(super) const ALIKE: f64 = 0.5;

/// Another case with words in common.
pub(super) struct Alike {
    pub(super) id: Id<Case>,
    pub(super) label: String,
    pub(super) title: String,
    pub(super) percent: String,
}

impl From<Duplicate> for Alike {
    fn from(found: Duplicate) -> Self {
        let percent = format!("{:.0}", found.similarity * 100.0);
        Self { id: found.id, label: found.label, title: found.title, percent }
    }
}

#[derive(Template)]
#[template(path = "new.html")]
struct NewPage<'a> {
    v: &'a Visit,
    form: Form,
    procedure: String,
    channels: Vec<(String, String)>,
    units: Vec<(String, String)>,
    recent: Vec<Alike>,
}

async fn page(v: Visit) -> Answer {
    let form = Form::of_query(v.query.as_deref());
    shown(&v, form, Vec::new()).await
}

async fn shown(v: &Visit, form: Form, recent: Vec<Alike>) -> Answer {
    let book = Rulebook::of(&v.app)?;
    let procedure = procedure_of(&book.compendium, form.given("procedure"))?;
    let channels = book.compendium.procedure(&procedure).map_or(&[][..], |p| book.compendium.channels(p));
    let channels = options(v.language, channels);
    let visit = v.clone();
    let units = v.read(move |cx| places(cx, &visit)).await?;
    let status = if form.refusals.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(v.page_with(status, &NewPage { v, form, procedure, channels, units, recent }))
}

/// The units a case can be entered for: those of the actor's township, villages first.
pub(super) fn places(cx: &mut db::Cx<'_>, v: &Visit) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for post in &v.actor.posts {
        let Some(home) = super::ledger::township_of(&post.unit_path) else { continue };
        if !seen.insert(home.clone()) {
            continue;
        }
        let mut units = org::units_within(cx, &home)?;
        units.retain(|unit| unit.code.is_some() || unit.kind == "department");
        units.sort_by_key(|unit| (unit.code.is_none(), unit.sort));
        found.extend(units.into_iter().map(|unit| (unit.id.to_string(), unit.name)));
    }
    Ok(found)
}

async fn enter(v: Visit, form: Form) -> Answer {
    match try_enter(&v, &form).await {
        Ok(raised) => {
            let number = raised.number.unwrap_or_default();
            Ok(v.see_with(&format!("/cases/{}", raised.id), "case-entered", &number))
        }
        Err(error) => {
            let words = format!("{}\n{}", form.text("title"), form.text("detail"));
            let recent = v.read(move |cx| store::duplicates(cx, &words, ALIKE)).await?;
            shown(&v, form.refused(error)?, recent.into_iter().map(Alike::from).collect()).await
        }
    }
}

async fn try_enter(v: &Visit, form: &Form) -> Result<Raised> {
    let missing: Vec<Refusal> = ["title", "detail", "channel", "unit"]
        .into_iter()
        .filter(|field| form.given(field).is_none())
        .map(|field| Refusal::invalid("web.field-missing").field(field))
        .collect();
    if !missing.is_empty() {
        return Err(base::Error::Refused(missing));
    }
    let book = Rulebook::of(&v.app)?;
    let mut new = NewCase::new(
        &procedure_of(&book.compendium, form.given("procedure"))?,
        form.required("title")?,
        form.text("detail"),
        form.needed("unit")?,
    );
    new.channel = form.given("channel").map(str::to_owned);
    for field in ["category", "place"] {
        if let Some(value) = form.given(field) {
            new.fields.insert(field.to_owned(), value.to_owned());
        }
    }
    new.raiser = form.given("raiser").map(str::to_owned);
    new.contact = form.given("contact").map(str::to_owned);
    new.resident =
        if new.raiser.is_some() || new.contact.is_some() { Resident::Named } else { Resident::Absent };
    new.author = v.actor.person;
    let (visit, master) = (v.clone(), v.tenant.master_key.clone());
    v.write(move |cx| {
        let unit = org::unit::unit(cx, new.unit)?;
        let permit = acts::may_raise(&book.rules(), &visit.actor, (&new.procedure, &unit.path))?;
        acts::raise(cx, &book.rules(), (&permit, &master), &new)
    })
    .await
}
