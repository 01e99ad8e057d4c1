//! `GET /api/v1/units`, `/persons`, `/posts`: what the actor may see, a page at a time.

use access::{Scope, UnitPath};
use axum::http::StatusCode;
use base::{Result, noun};
use db::Cx;
use serde::Serialize;
use utoipa::OpenApi as _;
use utoipa::ToSchema;
use web::{Answer, Form, Gate, Paged, Route, Visit};

use crate::{
    pages::sight,
    person::{PersonLine, store::PersonQuery},
    post::PostLine,
    unit::{self, Unit},
};

/// How many rows a page has unless asked, and at most.
const PAGE: usize = 50;
const LARGEST_PAGE: usize = 200;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/units", Gate::Action("org.view"), units),
        Route::get("/api/v1/persons", Gate::Action("person.view"), persons),
        Route::get("/api/v1/posts", Gate::Action("person.view"), posts),
    ]
}

/// A page of rows and where the next begins.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// To be sent as `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitJson {
    /// Its id.
    pub id: String,
    /// The keys from the root down, each followed by a dot.
    pub path: String,
    /// The unit above.
    pub parent: Option<String>,
    /// The key of its kind.
    pub kind: String,
    /// Its full name.
    pub name: String,
    /// The name used in the house.
    pub short_name: Option<String>,
    /// The twelve digits of a division.
    pub code: Option<String>,
    /// Members of a Party organisation.
    pub members: Option<i64>,
    /// The first day, `2026-11-22`.
    pub opened_on: String,
    /// The last day.
    pub closed_on: Option<String>,
}

/// A person; telephone numbers are masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonJson {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The unit on whose list the person stands.
    pub unit: String,
    /// Its name.
    pub unit_name: String,
    /// The telephone number, masked.
    pub phone: Option<String>,
}

/// A post, past or present.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostJson {
    /// Its id.
    pub id: String,
    /// The role's key.
    pub role: String,
    /// The unit.
    pub unit: String,
    /// Its name.
    pub unit_name: String,
    /// The holder.
    pub person: String,
    /// The holder's name.
    pub person_name: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: Option<String>,
    /// Held in place of a holder.
    pub acting: bool,
}

impl From<Unit> for UnitJson {
    fn from(unit: Unit) -> Self {
        Self {
            id: unit.id.to_string(),
            path: unit.path.0,
            parent: unit.parent.map(|id| id.to_string()),
            kind: unit.kind,
            name: unit.name,
            short_name: unit.short_name,
            code: unit.code,
            members: unit.members,
            opened_on: unit.opened_on.to_string(),
            closed_on: unit.closed_on.map(|day| day.to_string()),
        }
    }
}

impl From<PersonLine> for PersonJson {
    fn from(line: PersonLine) -> Self {
        Self {
            id: line.id.to_string(),
            name: line.name,
            unit: line.unit.to_string(),
            unit_name: line.unit_name,
            phone: line.phone_masked,
        }
    }
}

impl From<PostLine> for PostJson {
    fn from(line: PostLine) -> Self {
        Self {
            id: line.id.to_string(),
            role: line.role,
            unit: line.unit.to_string(),
            unit_name: line.unit_name,
            person: line.person.to_string(),
            person_name: line.person_name,
            from: line.from_on.to_string(),
            to: line.to_on.map(|day| day.to_string()),
            acting: line.acting,
        }
    }
}

/// What a list was asked for.
struct Asked {
    cursor: String,
    size: usize,
    unit: Option<base::Id<noun::Unit>>,
    q: Option<String>,
}

fn asked(v: &Visit) -> Result<Asked> {
    let query = Form::of_query(v.query.as_deref());
    Ok(Asked {
        cursor: query.text("cursor").to_owned(),
        size: query.parsed::<usize>("limit")?.unwrap_or(PAGE).clamp(1, LARGEST_PAGE),
        unit: query.parsed("unit")?,
        q: query.given("q").map(str::to_owned),
    })
}

/// The subtree asked for, or that of the root; every row within is then held against the scope.
fn within(cx: &mut Cx<'_>, asked: &Asked) -> Result<UnitPath> {
    if let Some(unit) = asked.unit {
        return Ok(unit::store::unit(cx, unit)?.path);
    }
    Ok(unit::store::root(cx)?.map_or_else(|| UnitPath(String::new()), |root| root.path))
}

/// The units of the tree, by id. `unit` limits to a subtree.
#[utoipa::path(
    get, path = "/api/v1/units", tag = "organisation",
    params(("unit" = Option<String>, Query, description = "Only this unit and those below it"), ("cursor" = Option<String>, Query), ("limit" = Option<usize>, Query)),
    responses((status = 200, body = Page<UnitJson>), (status = 401), (status = 403))
)]
pub async fn units(v: Visit) -> Answer {
    v.permit("org.view", &access::Subject::tenant())?;
    let asked = asked(&v)?;
    let size = asked.size;
    let found = v
        .read(move |cx| {
            let path = within(cx, &asked)?;
            unit::store::page(cx, &path, &asked.cursor, asked.size + 1)
        })
        .await?;
    let paged = Paged::cut(found, size, |unit| unit.id.to_string());
    Ok(v.json(StatusCode::OK, &page::<_, UnitJson>(paged)))
}

fn page<A, B: From<A>>(paged: Paged<A>) -> Page<B> {
    Page { items: paged.rows.into_iter().map(B::from).collect(), next: paged.next }
}

/// The persons the actor may see, by name. `q` looks into names, `unit` limits to a subtree.
#[utoipa::path(
    get, path = "/api/v1/persons", tag = "organisation",
    params(("q" = Option<String>, Query), ("unit" = Option<String>, Query), ("cursor" = Option<String>, Query), ("limit" = Option<usize>, Query)),
    responses((status = 200, body = Page<PersonJson>), (status = 401), (status = 403))
)]
pub async fn persons(v: Visit) -> Answer {
    let asked = asked(&v)?;
    let size = asked.size;
    let scope = sight(&v);
    let found = v
        .read(move |cx| {
            let query = PersonQuery {
                within: asked.unit.map(|_| within(cx, &asked)).transpose()?,
                after: asked.cursor.rsplit_once('~').map(|(name, id)| (name.to_owned(), id.to_owned())),
                size: asked.size + 1,
                part: asked.q,
            };
            crate::person::store::list(cx, &scope, &query)
        })
        .await?;
    let paged = Paged::cut(found, size, |line| format!("{}~{}", line.name, line.id));
    Ok(v.json(StatusCode::OK, &page::<_, PersonJson>(paged)))
}

/// The posts at units the actor may see persons of, past ones too, by id. `unit` limits to a subtree.
#[utoipa::path(
    get, path = "/api/v1/posts", tag = "organisation",
    params(("unit" = Option<String>, Query), ("cursor" = Option<String>, Query), ("limit" = Option<usize>, Query)),
    responses((status = 200, body = Page<PostJson>), (status = 401), (status = 403))
)]
pub async fn posts(v: Visit) -> Answer {
    let asked = asked(&v)?;
    let size = asked.size;
    let scope = sight(&v);
    let found = v
        .read(move |cx| {
            let path = within(cx, &asked)?;
            posts_in(cx, &scope, (&path, &asked))
        })
        .await?;
    let paged = Paged::cut(found, size, |line| line.id.to_string());
    Ok(v.json(StatusCode::OK, &page::<_, PostJson>(paged)))
}

/// The posts in a scope: those of each of its subtrees within the one asked for, merged by id.
fn posts_in(cx: &mut Cx<'_>, scope: &Scope, (path, asked): (&UnitPath, &Asked)) -> Result<Vec<PostLine>> {
    let places = if scope.everything {
        vec![path.clone()]
    } else {
        let reach = scope.subtrees.iter().chain(&scope.units);
        // Of two nested subtrees the inner one is what both hold.
        let inner = reach.filter_map(|place| {
            if path.is_within(place) {
                Some(path.clone())
            } else {
                place.is_within(path).then(|| place.clone())
            }
        });
        inner.collect()
    };
    let mut found = Vec::new();
    for place in places {
        found.extend(crate::post::store::page(cx, &place, &asked.cursor, asked.size + 1)?);
    }
    found.sort_by_key(|line| line.id);
    found.dedup_by_key(|line| line.id);
    found.truncate(asked.size + 1);
    Ok(found)
}

/// The interface of the organisation, for the description of all interfaces.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Api::openapi()
}

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(units, persons, posts),
    tags((name = "organisation", description = "组织：单位、人员、职务。Units, persons and posts."))
)]
struct Api;
