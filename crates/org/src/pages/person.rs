//! Persons: the list, and one person with posts, delegations, ties and account.

use std::collections::HashMap;

use access::{
    Subject, account,
    link::{self, Holder, Purpose},
};
use askama::Template;
use axum::{extract::Path, http::StatusCode};
use base::{Date, Id, Refusal, Result, noun};
use web::{Answer, Form, Gate, Paged, Route, Visit, cursor_after};

use super::{may_at, must_see, organisation, permit_at, permit_for, role_title, sight, unit::described};
use crate::{
    liaison::{self, Liaison, Tied},
    person::{
        self, NewPerson, Person, PersonEdit, PersonFacts, PersonLine, names_of_persons, person_choices,
        store::PersonQuery,
    },
    post::{self, Delegation, HandOver, NewDelegation, NewPost, Post, Tenure},
    unit::{self, Unit, names_of_units},
};

type PersonId = Id<noun::Person>;

const PAGE: usize = 50;

pub(super) fn routes() -> Vec<Route> {
    const VIEW: Gate = Gate::Action("person.view");
    // Which action gives a post depends on its role, so the gate lets whoever is signed in through and the
    // handler asks for the permit of the very role.
    vec![
        Route::get("/organisation/persons", VIEW, list),
        Route::post("/organisation/persons", Gate::Action("person.edit"), enter),
        Route::get("/organisation/persons/{id}", VIEW, page),
        Route::post("/organisation/persons/{id}", Gate::Action("person.edit"), edit),
        Route::post("/organisation/persons/{id}/delegations", Gate::Action("post.delegate"), delegate),
        Route::post("/organisation/persons/{id}/liaisons", Gate::Action("liaison.edit"), arrange),
        Route::post("/organisation/persons/{id}/invite", Gate::Action("account.manage"), invite),
        Route::post("/organisation/posts", Gate::SignedIn, give),
        Route::post("/organisation/posts/{id}/end", Gate::SignedIn, end_post),
        Route::post("/organisation/posts/{id}/hand-over", Gate::SignedIn, hand_over),
        Route::post("/organisation/delegations/{id}/end", Gate::Action("post.delegate"), end_delegation),
        Route::post("/organisation/liaisons/{id}/end", Gate::Action("liaison.edit"), end_liaison),
    ]
}

#[derive(Template)]
#[template(path = "persons.html")]
struct PersonsPage<'a> {
    v: &'a Visit,
    q: String,
    unit: Option<Unit>,
    rows: Vec<(PersonLine, String)>,
    next: Option<String>,
}

async fn list(v: Visit) -> Answer {
    let organisation = organisation(&v)?;
    let query = Form::of_query(v.query.as_deref());
    let scope = sight(&v);
    let unit: Option<Id<noun::Unit>> = query.parsed("unit")?;
    let asked = PersonQuery {
        part: query.given("q").map(str::to_owned),
        within: None,
        after: query
            .given("cursor")
            .and_then(|at| at.rsplit_once('~'))
            .map(|(n, i)| (n.to_owned(), i.to_owned())),
        size: PAGE + 1,
    };
    let (unit, found, posts) = v
        .read(move |cx| {
            let unit = unit.map(|unit| unit::store::unit(cx, unit)).transpose()?;
            let asked = PersonQuery { within: unit.as_ref().map(|unit| unit.path.clone()), ..asked };
            let found = person::store::list(cx, &scope, &asked)?;
            let mut posts = HashMap::new();
            for line in &found {
                posts.insert(line.id, post::posts_of(cx, line.id)?);
            }
            Ok((unit, found, posts))
        })
        .await?;
    let paged = Paged::cut(found, PAGE, |line| format!("{}~{}", line.name, line.id));
    let held = |line: &PersonLine| {
        let posts = posts.get(&line.id).into_iter().flatten().filter(|post| post.for_person.is_none());
        let words: Vec<String> = posts
            .map(|post| format!("{} {}", post.unit_name, role_title(&v, &organisation, &post.role)))
            .collect();
        words.join("，")
    };
    let next = paged.next.map(|cursor| cursor_after(query.pairs(), &cursor));
    let rows = paged.rows.into_iter().map(|line| (held(&line), line)).map(|(h, l)| (l, h)).collect();
    Ok(v.page(&PersonsPage { v: &v, q: query.text("q").to_owned(), unit, rows, next }))
}

async fn enter(v: Visit, form: Form) -> Answer {
    let unit: Id<noun::Unit> = form.needed("unit")?;
    let unit = v.read(move |cx| unit::store::unit(cx, unit)).await?;
    let permit = permit_at(&v, "person.edit", &unit.path)?;
    let facts = PersonFacts {
        name: form.text("person_name").to_owned(),
        phone: form.given("person_phone").map(str::to_owned),
        note: String::new(),
    };
    let new = NewPerson { facts, unit: unit.id, import: None };
    let master = v.tenant.master_key.clone();
    let person = v.write(move |cx| person::acts::enter(cx, &permit, &master, &new)).await?;
    Ok(v.see_with(&format!("/organisation/persons/{}", person.id), "org-person-entered", &person.name))
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage<'a> {
    v: &'a Visit,
    form: Form,
    person: Person,
    unit: Unit,
    posts: Vec<PostRow>,
    delegations: Vec<DelegationRow>,
    ties: Vec<Liaison>,
    login: Option<String>,
    invitation: Option<String>,
    may: May,
    people: Vec<(String, String)>,
    own_posts: Vec<(String, String)>,
    units: Vec<(String, String)>,
    today: Date,
}

#[expect(clippy::struct_excessive_bools, reason = "each shows one form")]
struct May {
    edit: bool,
    delegate: bool,
    liaise: bool,
    accounts: bool,
}

struct PostRow {
    post: Post,
    role: String,
    unit_name: String,
    successor: Option<String>,
    may_end: bool,
}

struct DelegationRow {
    delegation: Delegation,
    from: String,
    to: String,
    post: String,
}

/// What the page shows, read in one snapshot.
struct Shown {
    person: Person,
    unit: Unit,
    posts: Vec<(Post, Unit)>,
    delegations: Vec<(Delegation, Post)>,
    ties: Vec<Liaison>,
    login: Option<String>,
    names: HashMap<PersonId, String>,
    unit_names: HashMap<Id<noun::Unit>, String>,
    people: Vec<person::PersonChoice>,
    units: Vec<Unit>,
}

fn read(cx: &mut db::Cx<'_>, id: PersonId) -> Result<Shown> {
    let person = person::person(cx, id)?;
    let unit = unit::store::unit(cx, person.unit)?;
    let mut posts = Vec::new();
    for post in post::store::all_of(cx, id)? {
        let at = unit::store::unit(cx, post.unit)?;
        posts.push((post, at));
    }
    let mut delegations = Vec::new();
    for delegation in post::store::delegations_of(cx, id)? {
        let post = post::store::post(cx, delegation.post)?;
        delegations.push((delegation, post));
    }
    let mut persons: Vec<PersonId> = posts.iter().filter_map(|(post, _)| post.handed_over_to).collect();
    persons.extend(delegations.iter().flat_map(|(given, _)| [given.from_person, given.to_person]));
    let ids: Vec<Id<noun::Unit>> = delegations.iter().map(|(_, post)| post.unit).collect();
    let root = unit::store::root(cx)?;
    let units = root.map(|root| unit::units_within(cx, &root.path)).transpose()?.unwrap_or_default();
    // Colleagues are those of the township the person belongs to.
    let township = units.iter().filter(|other| unit.path.is_within(&other.path)).nth(1).unwrap_or(&unit);
    Ok(Shown {
        people: person_choices(cx, &township.path)?,
        ties: liaison::of_person(cx, id)?,
        login: account::of_person(cx, id)?.map(|account| account.login.to_string()),
        names: names_of_persons(cx, &persons)?,
        unit_names: names_of_units(cx, &ids)?,
        person,
        unit,
        posts,
        delegations,
        units,
    })
}

async fn page(v: Visit, Path(id): Path<PersonId>) -> Answer {
    shown(&v, id, (Form::default(), None), StatusCode::OK).await
}

async fn shown(
    v: &Visit,
    id: PersonId,
    (form, invitation): (Form, Option<String>),
    status: StatusCode,
) -> Answer {
    let organisation = organisation(v)?;
    let shown = v.read(move |cx| read(cx, id)).await?;
    may_see(v, id, &shown)?;
    let path = &shown.unit.path;
    let may = May {
        edit: may_at(v, "person.edit", path),
        delegate: permit_for(v, "post.delegate", id, path).is_ok(),
        liaise: may_at(v, "liaison.edit", path),
        accounts: v.permit("account.manage", &Subject::tenant()).is_ok(),
    };
    let title = |key: &str| role_title(v, &organisation, key);
    let today = base::clock::day_of(v.caller.now);
    let goes_on = |post: &Post| post.to_on.is_none_or(|last| last >= today);
    let own_posts = shown.posts.iter().filter(|(post, _)| goes_on(post));
    let own_posts =
        own_posts.map(|(post, at)| (post.id.to_string(), format!("{} {}", at.name, title(&post.role))));
    let own_posts = own_posts.collect();
    let name = |id: PersonId| shown.names.get(&id).cloned().unwrap_or_default();
    let post_row = |(post, at): (Post, Unit)| {
        let action = organisation.role(&post.role).map_or("post.edit", post::acts::action_for);
        PostRow {
            role: title(&post.role),
            unit_name: at.name,
            successor: post.handed_over_to.map(name),
            may_end: goes_on(&post) && may_at(v, action, &at.path),
            post,
        }
    };
    let delegation_row = |(delegation, post): (Delegation, Post)| DelegationRow {
        from: name(delegation.from_person),
        to: name(delegation.to_person),
        post: format!(
            "{} {}",
            shown.unit_names.get(&post.unit).map_or("", String::as_str),
            title(&post.role)
        ),
        delegation,
    };
    let others = shown.people.iter().filter(|choice| choice.id != id);
    let page = PersonPage {
        v,
        form,
        posts: shown.posts.into_iter().map(post_row).collect(),
        delegations: shown.delegations.into_iter().map(delegation_row).collect(),
        people: others.map(|choice| (choice.id.to_string(), described(choice, &title))).collect(),
        units: shown.units.iter().map(|unit| (unit.id.to_string(), unit.name.clone())).collect(),
        person: shown.person,
        unit: shown.unit,
        ties: shown.ties,
        login: shown.login,
        invitation,
        may,
        own_posts,
        today,
    };
    Ok(v.page_with(status, &page))
}

/// Seen by those who may see the list the person stands on, or a unit where the person holds a post today.
fn may_see(v: &Visit, id: PersonId, shown: &Shown) -> Result<()> {
    let today = base::clock::day_of(v.caller.now);
    let current = shown.posts.iter().filter(|(post, _)| post.to_on.is_none_or(|last| last >= today));
    let seen = current.map(|(_, at)| &at.path).any(|path| must_see(v, id, path).is_ok());
    if seen { Ok(()) } else { must_see(v, id, &shown.unit.path).map(|_| ()) }
}

async fn home(v: &Visit, id: PersonId) -> Result<(Person, Unit)> {
    v.read(move |cx| {
        let person = person::person(cx, id)?;
        let unit = unit::store::unit(cx, person.unit)?;
        Ok((person, unit))
    })
    .await
}

async fn answer<T>(v: &Visit, id: PersonId, form: Form, done: Result<T>, key: &str) -> Answer {
    match done {
        Ok(_) => Ok(v.see(&format!("/organisation/persons/{id}"), key)),
        Err(error) => shown(v, id, (form.refused(error)?, None), StatusCode::UNPROCESSABLE_ENTITY).await,
    }
}

async fn edit(v: Visit, Path(id): Path<PersonId>, form: Form) -> Answer {
    let done = try_edit(&v, id, &form).await;
    answer(&v, id, form, done, "org-person-saved").await
}

async fn try_edit(v: &Visit, id: PersonId, form: &Form) -> Result<Person> {
    let permit = permit_at(v, "person.edit", &home(v, id).await?.1.path)?;
    let facts = PersonFacts {
        name: form.text("name").to_owned(),
        phone: form.given("phone").map(str::to_owned),
        note: form.text("note").to_owned(),
    };
    let edit = PersonEdit { id, version: form.needed("version")?, facts, left_on: form.parsed("left_on")? };
    let master = v.tenant.master_key.clone();
    v.write(move |cx| person::acts::edit(cx, &permit, &master, &edit)).await
}

async fn give(v: Visit, form: Form) -> Answer {
    let person: PersonId = form.needed("post_person")?;
    let done = try_give(&v, person, &form).await;
    answer(&v, person, form, done, "org-post-given").await
}

async fn try_give(v: &Visit, person: PersonId, form: &Form) -> Result<Post> {
    let organisation = organisation(v)?;
    let unit: Id<noun::Unit> = form.needed("post_unit")?;
    let role = organisation.role(form.required("post_role")?)?.clone();
    let unit = v.read(move |cx| unit::store::unit(cx, unit)).await?;
    let permit = permit_at(v, post::acts::action_for(&role), &unit.path)?;
    let new = NewPost {
        person,
        role: role.key,
        unit: unit.id,
        term: (form.needed("post_from")?, form.parsed("post_to")?),
        tenure: if form.given("post_acting").is_some() { Tenure::Acting } else { Tenure::Full },
        note: form.text("post_note").to_owned(),
        import: None,
    };
    v.write(move |cx| post::acts::give(cx, &permit, &organisation, &new)).await
}

/// The post with the permit its role asks for at its unit.
async fn post_permit(v: &Visit, id: Id<noun::Post>) -> Result<(Post, access::Permit)> {
    let organisation = organisation(v)?;
    let (post, unit) = v
        .read(move |cx| {
            let post = post::store::post(cx, id)?;
            let unit = unit::store::unit(cx, post.unit)?;
            Ok((post, unit))
        })
        .await?;
    let permit = permit_at(v, post::acts::action_for(organisation.role(&post.role)?), &unit.path)?;
    Ok((post, permit))
}

async fn end_post(v: Visit, Path(id): Path<Id<noun::Post>>, form: Form) -> Answer {
    let (post, permit) = post_permit(&v, id).await?;
    let organisation = organisation(&v)?;
    let done = match form.needed::<Date>("end_on") {
        Ok(last) => v.write(move |cx| post::acts::end(cx, &permit, &organisation, id, last)).await,
        Err(error) => Err(error),
    };
    answer(&v, post.person, form, done, "org-post-ended-done").await
}

async fn hand_over(v: Visit, Path(id): Path<Id<noun::Post>>, form: Form) -> Answer {
    let (post, permit) = post_permit(&v, id).await?;
    let done = try_hand_over(&v, id, permit, &form).await;
    answer(&v, post.person, form, done, "org-post-handed-over").await
}

async fn try_hand_over(v: &Visit, id: Id<noun::Post>, permit: access::Permit, form: &Form) -> Result<Post> {
    let organisation = organisation(v)?;
    let hand_over =
        HandOver { post: id, to: form.needed("hand_to")?, on: form.needed("hand_on")?, note: String::new() };
    v.write(move |cx| post::acts::hand_over(cx, &permit, &organisation, &hand_over)).await
}

async fn delegate(v: Visit, Path(id): Path<PersonId>, form: Form) -> Answer {
    let done = try_delegate(&v, id, &form).await;
    answer(&v, id, form, done, "org-delegated").await
}

async fn try_delegate(v: &Visit, id: PersonId, form: &Form) -> Result<Vec<Delegation>> {
    let permit = permit_for(v, "post.delegate", id, &home(v, id).await?.1.path)?;
    let new = NewDelegation {
        from: id,
        to: form.needed("delegate_to")?,
        post: form.parsed("delegate_post")?,
        term: (form.needed("delegate_from")?, form.needed("delegate_until")?),
        reason: form.text("delegate_reason").to_owned(),
    };
    let organisation = organisation(v)?;
    v.write(move |cx| post::acts::delegate(cx, &permit, &organisation, &new)).await
}

async fn end_delegation(v: Visit, Path(id): Path<Id<noun::Delegation>>) -> Answer {
    let given = v.read(move |cx| post::store::delegation(cx, id)).await?;
    let from = given.from_person;
    let permit = permit_for(&v, "post.delegate", from, &home(&v, from).await?.1.path)?;
    v.write(move |cx| post::acts::end_delegation(cx, &permit, id)).await?;
    Ok(v.see(&format!("/organisation/persons/{from}"), "org-delegation-taken-back"))
}

async fn arrange(v: Visit, Path(id): Path<PersonId>, form: Form) -> Answer {
    let done = try_arrange(&v, id, &form).await;
    answer(&v, id, form, done, "org-liaison-arranged").await
}

async fn try_arrange(v: &Visit, id: PersonId, form: &Form) -> Result<Liaison> {
    let permit = permit_at(v, "liaison.edit", &home(v, id).await?.1.path)?;
    let unit: Id<noun::Unit> = form.needed("tie_unit")?;
    let term = (form.needed::<Date>("tie_from")?, form.parsed("tie_to")?);
    let reason = form.text("tie_reason").trim().to_owned();
    v.write(move |cx| {
        let unit = unit::store::unit(cx, unit)?;
        let tie = Liaison {
            id: cx.new_id(),
            who: Tied::Person(id),
            to: journal::Ref::new("unit", unit.id),
            to_name: unit.name,
            from_on: term.0,
            to_on: term.1,
            reason,
        };
        liaison::arrange(cx, &permit, tie)
    })
    .await
}

async fn end_liaison(v: Visit, Path(id): Path<Id<noun::Liaison>>) -> Answer {
    let tie = v.read(move |cx| liaison::store::find(cx, id)).await?;
    let Tied::Person(person) = tie.who else { return Err(Refusal::not_found("org.no-such-liaison").into()) };
    let permit = permit_at(&v, "liaison.edit", &home(&v, person).await?.1.path)?;
    v.write(move |cx| {
        let last = cx.today().max(tie.from_on);
        liaison::end(cx, &permit, id, last)
    })
    .await?;
    Ok(v.see(&format!("/organisation/persons/{person}"), "org-liaison-ended"))
}

/// Issues a one-time link and shows it once; nobody ever makes up a password for somebody.
async fn invite(v: Visit, Path(id): Path<PersonId>) -> Answer {
    let permit = v.permit("account.manage", &Subject::tenant())?;
    let policy = v.app.policy().clone();
    let secret = v
        .write(move |cx| {
            let person = person::person(cx, id)?;
            let has_account = account::of_person(cx, id)?.is_some();
            let purpose = if has_account { Purpose::Reset } else { Purpose::Invite };
            link::issue(cx, &permit, &policy, Holder { person: id, name: &person.name }, purpose)
        })
        .await?;
    let url = format!("{}/link/{}", v.origin, secret.reveal());
    shown(&v, id, (Form::default(), Some(url)), StatusCode::OK).await
}
