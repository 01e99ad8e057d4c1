//! The ledger: filter, views, sort, tick, assign.

use std::str::FromStr;

use askama::Template;
use axum::{extract::Path, http::StatusCode};
use base::{
    Id, Language, Refusal, Result,
    noun::{Case, SavedView},
};
use regulation::{CodeItem, Compendium, RoleGroup, Titled};
use web::{Answer, Form, Gate, Route, Visit, cursor_after};

use super::{
    Rulebook, sight_of,
    view::{RowView, Words},
};
use crate::{
    acts,
    model::Move,
    query::filter_of,
    store::{self, CasePage, Filter, StateCounts, ViewRow},
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/cases", Gate::Action("case.view"), page),
        Route::post("/cases/assign", Gate::Action("case.bulk-assign"), assign),
        Route::post("/cases/views", Gate::Action("case.view"), save_view),
        Route::post("/cases/views/{id}/remove", Gate::Action("case.view"), remove_view),
    ]
}

/// Rows on a page.
const PAGE: usize = 50;

/// Words of the address a filter's selects do not show and the form must carry along.
const KEPT: [&str; 11] = [
    "column",
    "counts_as",
    "state",
    "leader",
    "handler",
    "mine",
    "word_owed",
    "reopened",
    "slip_open",
    "import",
    "procedure",
];

struct Tab {
    href: String,
    name: String,
    n: Option<i64>,
    on: bool,
}

struct Select {
    name: &'static str,
    label: String,
    value: String,
    options: Vec<(String, String)>,
    optional: bool,
}

#[derive(Template)]
#[template(path = "ledger.html")]
struct LedgerPage<'a> {
    v: &'a Visit,
    form: Form,
    empty: Form,
    summary: String,
    tabs: Vec<Tab>,
    selects: Vec<Select>,
    kept: &'static [&'static str],
    filtered: bool,
    rows: Vec<RowView>,
    may_create: bool,
    may_import: bool,
    may_export: bool,
    may_assign: bool,
    classes: Vec<(String, String)>,
    leaders: Vec<(String, String)>,
    departments: Vec<(String, String)>,
    persons: Vec<(String, String)>,
    export_query: String,
    first_page: Option<String>,
    next_page: Option<String>,
    views: Vec<(String, String, String)>,
}

/// Everything the page reads, in one snapshot.
struct Found {
    page: CasePage,
    counts: StateCounts,
    views: Vec<ViewRow>,
    units: Vec<(String, String)>,
    choices: Choices,
}

/// What the forms of cases choose from.
#[derive(Default)]
pub(super) struct Choices {
    pub(super) persons: Vec<(String, String)>,
    pub(super) leaders: Vec<(String, String)>,
    pub(super) departments: Vec<(String, String)>,
}

/// The persons and departments around the actor's own posts.
pub(super) fn choices(cx: &mut db::Cx<'_>, v: &Visit, compendium: &Compendium) -> Result<Choices> {
    let mut choices = Choices::default();
    let mut homes: Vec<access::UnitPath> =
        v.actor.posts.iter().filter_map(|post| township_of(&post.unit_path)).collect();
    homes.sort();
    homes.dedup();
    let organisation = v.app.service::<org::Organisation>()?;
    for home in homes {
        let mut persons: Vec<(RoleGroup, String, String)> = Vec::new();
        for person in org::person_choices(cx, &home)? {
            let working: Vec<(RoleGroup, &(String, String))> =
                person.posts.iter().filter_map(|post| Some((works_in(compendium, &post.0)?, post))).collect();
            let Some(group) = working.iter().map(|(group, _)| *group).min() else { continue };
            let titles: Vec<String> =
                working.iter().map(|(_, (role, unit))| format!("{unit}{}", v.role_title(role))).collect();
            persons.push((group, format!("{}（{}）", person.name, titles.join("、")), person.id.to_string()));
        }
        // Leaders first, then the office, the departments, the villages.
        persons.sort();
        let line = |(_, words, id): &(RoleGroup, String, String)| (id.clone(), words.clone());
        let leaders = persons.iter().filter(|(group, ..)| *group == RoleGroup::Leadership);
        choices.leaders.extend(leaders.map(line));
        choices.persons.extend(persons.iter().map(line));
        let mut units = org::units_within(cx, &home)?;
        units.retain(|unit| unit.path != home && organisation.kind(&unit.kind).is_ok_and(org::Kind::handles));
        units.sort_by_key(|unit| (unit.code.is_some(), unit.sort));
        choices.departments.extend(units.into_iter().map(|unit| (unit.id.to_string(), unit.name)));
    }
    Ok(choices)
}

/// The group of a role whose holders handle cases; Party branches, delegates and administrators do not.
fn works_in(compendium: &Compendium, role: &str) -> Option<RoleGroup> {
    let group = compendium.roles().get(role)?.group;
    let works = [RoleGroup::Leadership, RoleGroup::Office, RoleGroup::Department, RoleGroup::Village];
    works.contains(&group).then_some(group)
}

/// The township a unit belongs to: the second step of its path; the county itself has none.
pub(super) fn township_of(path: &access::UnitPath) -> Option<access::UnitPath> {
    let mut parts = path.0.split_inclusive('.');
    let (root, township) = (parts.next()?, parts.next()?);
    Some(access::UnitPath(format!("{root}{township}")))
}

/// The procedure the ledger is of: the one asked for, else the first of the compendium.
pub(super) fn procedure_of(compendium: &Compendium, asked: Option<&str>) -> Result<String> {
    let found = match asked {
        Some(key) => compendium.procedure(key),
        None => compendium.procedures().next(),
    };
    found.map(|procedure| procedure.key.clone()).ok_or_else(|| {
        Refusal::not_found("case.no-such-procedure").arg("procedure", asked.unwrap_or("")).into()
    })
}

async fn page(v: Visit) -> Answer {
    let form = Form::of_query(v.query.as_deref());
    shown(&v, form, StatusCode::OK).await
}

async fn shown(v: &Visit, form: Form, status: StatusCode) -> Answer {
    let book = Rulebook::of(&v.app)?;
    let filter = filter_of(form.pairs(), v.today())?;
    let found = read(v, &book, &filter, form.given("cursor").map(str::to_owned)).await?;
    let words = Words { v, compendium: &book.compendium };
    let procedure = procedure_of(&book.compendium, filter.procedure.as_deref())?;
    let filtered = form.pairs().iter().any(|(name, value)| name != "cursor" && !value.is_empty());
    let export_query = query_without_cursor(&form);
    let total: i64 = found.counts.values().sum();
    let page = LedgerPage {
        v,
        summary: summary(v, &filter, found.page.rows.len(), total),
        tabs: tabs(&words, &procedure, &filter, &found),
        selects: selects(&words, &procedure, &form, &found),
        kept: &KEPT,
        filtered,
        may_create: v.might("case.create"),
        may_import: v.might("case.import"),
        may_export: v.might("case.export"),
        may_assign: v.might("case.bulk-assign"),
        classes: options(v.language, classes(&book.compendium, &procedure)),
        leaders: found.choices.leaders,
        departments: found.choices.departments,
        persons: found.choices.persons,
        first_page: form.given("cursor").map(|_| format!("/cases{export_query}")),
        next_page: found
            .page
            .next
            .as_deref()
            .map(|next| format!("/cases{}", cursor_after(form.pairs(), next))),
        rows: found.page.rows.into_iter().map(|row| words.row(row)).collect(),
        views: found.views.into_iter().map(|view| (view.name, view.query, view.id.to_string())).collect(),
        empty: form.emptied(),
        export_query,
        form,
    };
    Ok(v.page_with(status, &page))
}

async fn read(v: &Visit, book: &Rulebook, filter: &Filter, cursor: Option<String>) -> Result<Found> {
    let (visit, book, filter, sight) = (v.clone(), book.clone(), filter.clone(), sight_of(v)?);
    v.read(move |cx| {
        let procedure = procedure_of(&book.compendium, filter.procedure.as_deref())?;
        let person = visit.actor.person;
        Ok(Found {
            page: store::list(cx, &sight, &filter, (cursor.as_deref(), PAGE))?,
            counts: store::count_by_state(cx, &sight, &procedure)?,
            views: person.map_or(Ok(Vec::new()), |person| store::views(cx, person))?,
            units: places(cx, &visit)?,
            choices: if visit.might("case.bulk-assign") {
                choices(cx, &visit, &book.compendium)?
            } else {
                Choices::default()
            },
        })
    })
    .await
}

/// Townships and villages the actor may look at, by path, for the filter.
fn places(cx: &mut db::Cx<'_>, v: &Visit) -> Result<Vec<(String, String)>> {
    let scope = v.app.rights().scope(&v.actor, "case.view");
    let mut roots = scope.subtrees;
    if scope.everything {
        roots = org::unit::root(cx)?.into_iter().map(|unit| unit.path).collect();
    }
    let mut found = Vec::new();
    for root in roots {
        let units = org::units_within(cx, &root)?;
        let places = units.into_iter().filter(|unit| unit.code.is_some());
        found.extend(places.map(|unit| (unit.path.0, unit.name)));
    }
    Ok(found)
}

fn query_without_cursor(form: &Form) -> String {
    let kept = form.pairs().iter().filter(|(name, value)| name != "cursor" && !value.is_empty());
    let mut out = form_urlencoded::Serializer::new(String::new());
    out.extend_pairs(kept);
    let query = out.finish();
    if query.is_empty() { query } else { format!("?{query}") }
}

/// Says what the number under the head means: of the whole ledger, or of what is shown.
fn summary(v: &Visit, filter: &Filter, shown: usize, total: i64) -> String {
    if *filter == Filter::default() {
        return v.t1("case-ledger-total", "n", total);
    }
    let shown = i64::try_from(shown).unwrap_or(i64::MAX);
    v.t2("case-ledger-filtered", ("shown", shown), ("total", total))
}

fn tabs(words: &Words<'_>, procedure: &str, filter: &Filter, found: &Found) -> Vec<Tab> {
    let (v, states) = (words.v, words.compendium.procedure(procedure));
    let count = |column: &str| -> i64 {
        let in_column = states.into_iter().flat_map(|procedure| &procedure.states);
        in_column
            .filter(|state| crate::model::column_word(state.column) == column)
            .filter_map(|state| found.counts.get(&state.key))
            .sum()
    };
    let asked = filter.column.map(crate::model::column_word);
    let all = Tab {
        href: "/cases".into(),
        name: v.t("case-tab-all"),
        n: Some(found.counts.values().sum()),
        on: *filter == Filter::default(),
    };
    let columns = ["incoming", "doing", "waiting", "unconfirmed", "closed"].map(|column| Tab {
        href: format!("/cases?column={column}"),
        name: v.t(&format!("case-column-{column}")),
        n: Some(count(column)),
        on: asked == Some(column),
    });
    let late = Tab {
        href: "/cases?overdue=1&sort=due".into(),
        name: v.t("case-tab-overdue"),
        n: None,
        on: filter.late_before.is_some(),
    };
    let saved = found.views.iter().map(|view| Tab {
        href: format!("/cases{}", view.query),
        name: view.name.clone(),
        n: None,
        on: false,
    });
    std::iter::once(all).chain(columns).chain([late]).chain(saved).collect()
}

fn classes<'a>(compendium: &'a Compendium, procedure: &str) -> &'a [CodeItem] {
    compendium.procedure(procedure).map_or(&[], |procedure| compendium.classes(procedure))
}

/// Code items as the options of a select.
pub(super) fn options(language: Language, items: &[CodeItem]) -> Vec<(String, String)> {
    items.iter().map(|item| (item.key.clone(), item.title(language).to_owned())).collect()
}

fn selects(words: &Words<'_>, procedure: &str, form: &Form, found: &Found) -> Vec<Select> {
    let v = words.v;
    let channels = words.compendium.procedure(procedure).map_or(&[][..], |p| words.compendium.channels(p));
    let select = |name: &'static str, key: &str, options: Vec<(String, String)>, optional: bool| Select {
        name,
        label: v.t(key),
        value: form.text(name).to_owned(),
        options,
        optional,
    };
    let due =
        ["3", "7", "30"].map(|days| (days.to_owned(), v.t1("case-due-within-days", "n", days))).to_vec();
    let sorts = ["newest", "oldest", "due", "next-word", "updated"];
    vec![
        select("unit", "case-unit", found.units.clone(), false),
        select("channel", "case-channel", options(v.language, channels), true),
        select("class", "case-class", options(v.language, classes(words.compendium, procedure)), true),
        select("department", "case-department", found.choices.departments.clone(), true),
        select("due_within", "case-due-within", due, true),
        select(
            "sort",
            "case-sort",
            sorts.map(|sort| (sort.to_owned(), v.t(&format!("case-sort-{sort}")))).to_vec(),
            true,
        ),
    ]
}

/// Assigns the ticked cases at once, all or none; what was refused is named with its number.
async fn assign(v: Visit, form: Form) -> Answer {
    let back = form.text("back").to_owned();
    match try_assign(&v, &form).await {
        Ok(count) => Ok(v.see_with(local(&back), "case-assigned-many", &count.to_string())),
        Err(error) => {
            let query = back.split_once('?').map(|(_, query)| query.to_owned());
            let shown_again = Form::of_query(query.as_deref()).refused(error)?;
            shown(&v, shown_again, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

/// An address of this site; anything else is the ledger.
fn local(back: &str) -> &str {
    if back.starts_with("/cases") { back } else { "/cases" }
}

async fn try_assign(v: &Visit, form: &Form) -> Result<usize> {
    let ids: Vec<Id<Case>> = form.all("case").into_iter().filter_map(|id| Id::from_str(id).ok()).collect();
    if ids.is_empty() {
        return Err(Refusal::invalid("case.none-ticked").field("case").into());
    }
    let mut asked = Move::new("assign");
    for field in ["class", "leader", "department", "person"] {
        asked = asked.field(field, form.required(field)?);
    }
    if let Some(due) = form.given("due") {
        asked = asked.field("due", due);
    }
    let (book, actor, count) = (Rulebook::of(&v.app)?, v.actor.clone(), ids.len());
    v.write(move |cx| acts::take_many(cx, &book.rules(), &actor, (&ids, &asked))).await?;
    Ok(count)
}

async fn save_view(v: Visit, form: Form) -> Answer {
    let name = form.required("name")?.to_owned();
    let query = form.text("query").to_owned();
    let person = v.actor.person.ok_or_else(|| Refusal::unauthenticated("access.sign-in-first"))?;
    let to = format!("/cases{}", if query.starts_with('?') { query.as_str() } else { "" });
    v.write(move |cx| acts::save_view(cx, person, (&name, &query))).await?;
    Ok(v.see(&to, "case-view-saved"))
}

async fn remove_view(v: Visit, Path(id): Path<Id<SavedView>>) -> Answer {
    let person = v.actor.person.ok_or_else(|| Refusal::unauthenticated("access.sign-in-first"))?;
    v.write(move |cx| acts::remove_view(cx, person, id)).await?;
    Ok(v.see("/cases", "case-view-removed"))
}
