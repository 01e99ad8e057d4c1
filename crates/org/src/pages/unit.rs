//! A unit: facts, what stands below it, who holds which post, where it came from, and what may be done.

use askama::Template;
use axum::{extract::Path, http::StatusCode};
use base::{Date, Id, Result, noun};
use web::{Answer, Form, Gate, Route, Visit};

use super::{kind_title, may_at, organisation, permit_at, role_title};
use crate::{
    liaison::{self, Liaison},
    person::{PersonChoice, names_of_persons, person_choices},
    post::{self, PostLine, Vacancy},
    unit::{self, Closing, Merger, NewUnit, Succession, Unit, UnitEdit, UnitFacts},
};

type UnitId = Id<noun::Unit>;

pub(super) fn routes() -> Vec<Route> {
    const EDIT: Gate = Gate::Action("org.edit");
    vec![
        Route::get("/organisation/units/{id}", Gate::Action("org.view"), page),
        Route::post("/organisation/units/{id}", EDIT, edit),
        Route::post("/organisation/units/{id}/add", EDIT, add),
        Route::post("/organisation/units/{id}/move", EDIT, relocate),
        Route::post("/organisation/units/{id}/close", EDIT, close),
        Route::post("/organisation/units/{id}/merge", EDIT, merge),
        Route::post("/organisation/units/{id}/seats", EDIT, need_seat),
        Route::post("/organisation/units/{id}/seats/drop", EDIT, drop_seat),
    ]
}

#[derive(Template)]
#[template(path = "unit.html")]
struct UnitPage<'a> {
    v: &'a Visit,
    form: Form,
    unit: Unit,
    kind: String,
    above: Vec<Unit>,
    children: Vec<(Unit, String)>,
    posts: Vec<(PostLine, String)>,
    vacancies: Vec<(Vacancy, String)>,
    past: (Vec<Succession>, Vec<Succession>),
    ties: Vec<(Liaison, String)>,
    may: May,
    kinds: Vec<(String, String)>,
    roles: Vec<(String, String)>,
    seat_roles: Vec<(String, String)>,
    others: Vec<(String, String)>,
    people: Vec<(String, String)>,
    roster_people: bool,
}

/// Which forms are shown.
#[expect(clippy::struct_excessive_bools, reason = "each shows one form")]
struct May {
    edit: bool,
    enter: bool,
    posts: bool,
    administrators: bool,
}

/// What the page shows, read in one snapshot.
struct Shown {
    unit: Unit,
    above: Vec<Unit>,
    children: Vec<Unit>,
    posts: Vec<PostLine>,
    vacancies: Vec<Vacancy>,
    past: (Vec<Succession>, Vec<Succession>),
    ties: Vec<(Liaison, String)>,
    others: Vec<Unit>,
    people: Vec<PersonChoice>,
}

fn read(cx: &mut db::Cx<'_>, id: UnitId) -> Result<Shown> {
    let unit = unit::store::unit(cx, id)?;
    let root = unit::store::root(cx)?;
    let all = root.map(|root| unit::units_within(cx, &root.path)).transpose()?.unwrap_or_default();
    let township = all.iter().filter(|other| unit.path.is_within(&other.path)).nth(1).unwrap_or(&unit);
    let people = person_choices(cx, &township.path)?;
    let mut posts = post::store::held_within(cx, &unit.path)?;
    posts.retain(|post| post.unit == id);
    let mut vacancies = post::vacancies_within(cx, &unit.path)?;
    vacancies.retain(|seat| seat.unit == id);
    let mut above: Vec<Unit> =
        all.iter().filter(|other| other.id != id && unit.path.is_within(&other.path)).cloned().collect();
    above.sort_by_key(Unit::depth);
    let tied = liaison::of_tied(cx, &journal::Ref::new("unit", id))?;
    let persons: Vec<Id<noun::Person>> = tied.iter().filter_map(Liaison::person).collect();
    let names = names_of_persons(cx, &persons)?;
    let with_name = |tie: Liaison| {
        let name = tie.person().and_then(|person| names.get(&person).cloned());
        (tie, name.unwrap_or_default())
    };
    Ok(Shown {
        above,
        children: unit::store::children(cx, id)?,
        posts,
        vacancies,
        past: unit::close_relatives(cx, id)?,
        ties: tied.into_iter().map(with_name).collect(),
        others: all.into_iter().filter(|other| other.id != id).collect(),
        people,
        unit,
    })
}

async fn page(v: Visit, Path(id): Path<UnitId>) -> Answer {
    shown(&v, id, Form::default(), StatusCode::OK).await
}

async fn shown(v: &Visit, id: UnitId, form: Form, status: StatusCode) -> Answer {
    v.permit("org.view", &access::Subject::tenant())?;
    let organisation = organisation(v)?;
    let shown = v.read(move |cx| read(cx, id)).await?;
    let path = &shown.unit.path;
    let administrators = v.permit("security.manage", &access::Subject::tenant()).is_ok();
    let may = May {
        edit: may_at(v, "org.edit", path),
        enter: may_at(v, "person.edit", path),
        posts: may_at(v, "post.edit", path),
        administrators,
    };
    let title = |key: &str| kind_title(v, &organisation, key);
    let role = |key: &str| role_title(v, &organisation, key);
    let fitting = organisation.roles_for(&shown.unit.kind);
    let seat_roles = fitting.iter().map(|known| (known.key.clone(), role(&known.key))).collect();
    let roles = fitting
        .into_iter()
        .filter(|role| if role.is_administration() { may.administrators } else { may.posts });
    let open: Vec<&Unit> = shown.others.iter().collect();
    let page = UnitPage {
        v,
        kind: title(&shown.unit.kind),
        children: shown
            .children
            .into_iter()
            .map(|child| (title(&child.kind), child))
            .map(|(t, c)| (c, t))
            .collect(),
        posts: shown.posts.into_iter().map(|post| (role(&post.role), post)).map(|(r, p)| (p, r)).collect(),
        vacancies: shown
            .vacancies
            .into_iter()
            .map(|seat| (role(&seat.role), seat))
            .map(|(r, s)| (s, r))
            .collect(),
        past: shown.past,
        ties: shown.ties,
        kinds: organisation.kinds.iter().map(|kind| (kind.key.clone(), title(&kind.key))).collect(),
        roles: roles.map(|known| (known.key.clone(), role(&known.key))).collect(),
        seat_roles,
        others: open.iter().map(|unit| (unit.id.to_string(), indented(unit))).collect(),
        people: shown.people.iter().map(|choice| (choice.id.to_string(), described(choice, &role))).collect(),
        roster_people: super::SIGHT.iter().any(|action| may_at(v, action, path)),
        above: shown.above,
        unit: shown.unit,
        form,
        may,
    };
    Ok(v.page_with(status, &page))
}

/// A name with its depth, so that a long select still shows the tree.
fn indented(unit: &Unit) -> String {
    format!("{}{}", "　".repeat(unit.depth()), unit.name)
}

/// A name with the posts that tell namesakes apart.
pub(super) fn described(choice: &PersonChoice, role: &impl Fn(&str) -> String) -> String {
    let posts: Vec<String> = choice.posts.iter().map(|(key, unit)| format!("{unit}{}", role(key))).collect();
    if posts.is_empty() { choice.name.clone() } else { format!("{}（{}）", choice.name, posts.join("、")) }
}

impl Liaison {
    /// The person who is tied, when it is one.
    fn person(&self) -> Option<Id<noun::Person>> {
        match self.who {
            liaison::Tied::Person(id) => Some(id),
            liaison::Tied::Unit(_) => None,
        }
    }
}

/// Shows the page again with what was refused, or goes on to it with a message.
async fn answer<T>(v: &Visit, id: UnitId, form: Form, done: Result<T>, key: &str) -> Answer {
    match done {
        Ok(_) => Ok(v.see(&format!("/organisation/units/{id}"), key)),
        Err(error) => shown(v, id, form.refused(error)?, StatusCode::UNPROCESSABLE_ENTITY).await,
    }
}

async fn unit_of(v: &Visit, id: UnitId) -> Result<Unit> {
    v.read(move |cx| unit::store::unit(cx, id)).await
}

/// The facts typed into fields with a prefix, since several forms stand on one page.
fn facts_of(form: &Form, prefix: &str) -> Result<UnitFacts> {
    let field = |name: &str| format!("{prefix}{name}");
    let given = |name: &str| form.given(&field(name)).map(str::to_owned);
    Ok(UnitFacts {
        name: form.text(&field("name")).to_owned(),
        short_name: given("short_name"),
        code: given("code"),
        members: form.parsed(&field("members"))?,
        sort: form.parsed(&field("sort"))?,
    })
}

async fn edit(v: Visit, Path(id): Path<UnitId>, form: Form) -> Answer {
    let done = try_edit(&v, id, &form).await;
    answer(&v, id, form, done, "org-unit-saved").await
}

async fn try_edit(v: &Visit, id: UnitId, form: &Form) -> Result<Unit> {
    let permit = permit_at(v, "org.edit", &unit_of(v, id).await?.path)?;
    let edit = UnitEdit { id, version: form.needed("version")?, facts: facts_of(form, "")? };
    v.write(move |cx| unit::acts::edit(cx, &permit, &edit)).await
}

async fn add(v: Visit, Path(id): Path<UnitId>, form: Form) -> Answer {
    let done = try_add(&v, id, &form).await;
    answer(&v, id, form, done, "org-unit-added").await
}

async fn try_add(v: &Visit, id: UnitId, form: &Form) -> Result<Unit> {
    let permit = permit_at(v, "org.edit", &unit_of(v, id).await?.path)?;
    let new = NewUnit {
        parent: Some(id),
        kind: form.required("add_kind")?.to_owned(),
        facts: facts_of(form, "add_")?,
        opened_on: form.parsed("add_opened")?,
        import: None,
    };
    let organisation = organisation(v)?;
    v.write(move |cx| unit::acts::add(cx, &permit, &organisation, &new)).await
}

async fn relocate(v: Visit, Path(id): Path<UnitId>, form: Form) -> Answer {
    let done = try_relocate(&v, id, &form).await;
    answer(&v, id, form, done, "org-unit-moved").await
}

async fn try_relocate(v: &Visit, id: UnitId, form: &Form) -> Result<()> {
    let parent: UnitId = form.needed("move_to")?;
    let permit = permit_at(v, "org.edit", &unit_of(v, id).await?.path)?;
    permit_at(v, "org.edit", &unit_of(v, parent).await?.path)?;
    let organisation = organisation(v)?;
    v.write(move |cx| unit::acts::relocate(cx, &permit, &organisation, id, parent).map(|_| ())).await
}

async fn close(v: Visit, Path(id): Path<UnitId>, form: Form) -> Answer {
    let done = try_close(&v, id, &form).await;
    answer(&v, id, form, done, "org-unit-closed-done").await
}

async fn try_close(v: &Visit, id: UnitId, form: &Form) -> Result<Unit> {
    let permit = permit_at(v, "org.edit", &unit_of(v, id).await?.path)?;
    let closing = Closing {
        id,
        on: form.needed::<Date>("close_on")?,
        reason: form.required("close_reason")?.trim().to_owned(),
    };
    v.write(move |cx| unit::acts::close(cx, &permit, &closing)).await
}

async fn merge(v: Visit, Path(id): Path<UnitId>, form: Form) -> Answer {
    let done = try_merge(&v, id, &form).await;
    answer(&v, id, form, done, "org-unit-merged").await
}

async fn try_merge(v: &Visit, id: UnitId, form: &Form) -> Result<()> {
    let into: UnitId = form.needed("merge_into")?;
    let permit = permit_at(v, "org.edit", &unit_of(v, id).await?.path)?;
    permit_at(v, "org.edit", &unit_of(v, into).await?.path)?;
    let merger = Merger {
        from: vec![id],
        into,
        on: form.needed::<Date>("merge_on")?,
        reason: form.required("merge_reason")?.trim().to_owned(),
    };
    let organisation = organisation(v)?;
    v.write(move |cx| unit::acts::merge(cx, &permit, &organisation, &merger).map(|_| ())).await
}

async fn need_seat(v: Visit, Path(id): Path<UnitId>, form: Form) -> Answer {
    let done = try_seat(&v, id, &form).await;
    answer(&v, id, form, done, "org-seat-needed").await
}

async fn try_seat(v: &Visit, id: UnitId, form: &Form) -> Result<()> {
    let permit = permit_at(v, "org.edit", &unit_of(v, id).await?.path)?;
    let role = form.required("seat_role")?.to_owned();
    let organisation = organisation(v)?;
    v.write(move |cx| post::acts::need_seat(cx, &permit, &organisation, (id, &role))).await
}

async fn drop_seat(v: Visit, Path(id): Path<UnitId>, form: Form) -> Answer {
    let permit = permit_at(&v, "org.edit", &unit_of(&v, id).await?.path)?;
    let role = form.required("seat_role")?.to_owned();
    v.write(move |cx| post::acts::drop_seat(cx, &permit, (id, &role))).await?;
    Ok(v.see(&format!("/organisation/units/{id}"), "org-seat-dropped"))
}
