//! The tree of units, and the roster of posts for the wall.

use std::collections::HashMap;

use access::{Scope, UnitPath};
use askama::Template;
use base::{Id, Result, noun};
use office::{
    Cell, Table,
    table::{Column, Kind},
};
use web::{Answer, Form, Visit};

use super::{kind_title, organisation, role_title, sight};
use crate::{
    kind::{Organisation, Side},
    post::{self, PostLine, Vacancy},
    unit::{self, Unit},
};

/// A unit of the tree with what stands below it.
#[derive(Template)]
#[template(path = "unit-node.html")]
struct Node {
    id: Id<noun::Unit>,
    name: String,
    kind: String,
    holders: String,
    members: Option<String>,
    vacant: Option<String>,
    count: usize,
    is_open: bool,
    /// What belongs to the administration, then Party organisations, then others.
    below: Vec<Node>,
}

#[derive(Template)]
#[template(path = "tree.html")]
struct TreePage<'a> {
    v: &'a Visit,
    q: String,
    roots: Vec<Node>,
    found: Option<Vec<(Unit, String)>>,
    tiles: Vec<(String, usize)>,
    vacancies: Vec<(Vacancy, String)>,
    may_persons: bool,
    may_import: bool,
}

/// Everything the tree shows, read in one snapshot.
struct Shown {
    units: Vec<Unit>,
    posts: Vec<PostLine>,
    vacancies: Vec<Vacancy>,
}

pub(super) async fn tree(v: Visit) -> Answer {
    v.permit("org.view", &access::Subject::tenant())?;
    let organisation = organisation(&v)?;
    let query = Form::of_query(v.query.as_deref());
    let q = query.text("q").trim().to_owned();
    let shown = v
        .read(|cx| {
            let Some(root) = unit::store::root(cx)? else {
                return Ok(Shown { units: Vec::new(), posts: Vec::new(), vacancies: Vec::new() });
            };
            Ok(Shown {
                units: unit::units_within(cx, &root.path)?,
                posts: post::store::held_within(cx, &root.path)?,
                vacancies: post::vacancies_within(cx, &root.path)?,
            })
        })
        .await?;
    let found = (!q.is_empty()).then(|| found(&v, &organisation, &shown.units, &q));
    let tiles = tiles(&v, &organisation, &shown);
    let roots = Planter { v: &v, organisation: &organisation, shown: &shown }.roots();
    let vacancies = shown
        .vacancies
        .iter()
        .map(|seat| (seat.clone(), role_title(&v, &organisation, &seat.role)))
        .collect();
    let (may_persons, may_import) = (v.might("person.view"), v.might("person.import") || v.might("org.edit"));
    Ok(v.page(&TreePage { v: &v, q, roots, found, tiles, vacancies, may_persons, may_import }))
}

/// The units whose name, short name or code contains `q`, with the names above each.
fn found(v: &Visit, organisation: &Organisation, units: &[Unit], q: &str) -> Vec<(Unit, String)> {
    let plain = crate::name::plain(q);
    let contains = |text: &str| crate::name::plain(text).contains(&plain);
    let names: HashMap<Id<noun::Unit>, &Unit> = units.iter().map(|unit| (unit.id, unit)).collect();
    let place = |unit: &Unit| {
        let above = unit.parent.and_then(|id| names.get(&id)).map_or("", |parent| parent.name.as_str());
        format!("{above} · {}", kind_title(v, organisation, &unit.kind))
    };
    units
        .iter()
        .filter(|unit| {
            contains(&unit.name)
                || unit.short_name.as_deref().is_some_and(contains)
                || unit.code.as_deref().is_some_and(|code| code.starts_with(&plain))
        })
        .map(|unit| (unit.clone(), place(unit)))
        .collect()
}

fn tiles(v: &Visit, organisation: &Organisation, shown: &Shown) -> Vec<(String, usize)> {
    let mut tiles = Vec::new();
    for kind in &organisation.kinds {
        let count = shown.units.iter().filter(|unit| unit.kind == kind.key).count();
        if count > 0 {
            tiles.push((v.pick(&kind.title, &kind.title_en).to_owned(), count));
        }
    }
    tiles
}

/// Makes the nested tree out of flat rows.
struct Planter<'a> {
    v: &'a Visit,
    organisation: &'a Organisation,
    shown: &'a Shown,
}

impl Planter<'_> {
    fn roots(&self) -> Vec<Node> {
        let mut children: HashMap<Option<Id<noun::Unit>>, Vec<&Unit>> = HashMap::new();
        for unit in &self.shown.units {
            children.entry(unit.parent).or_default().push(unit);
        }
        for siblings in children.values_mut() {
            siblings.sort_by_key(|unit| self.side(unit));
        }
        let roots = children.get(&None).cloned().unwrap_or_default();
        roots.into_iter().map(|unit| self.node(unit, &children)).collect()
    }

    fn side(&self, unit: &Unit) -> u8 {
        match self.organisation.kind(&unit.kind).map(|kind| kind.side) {
            Ok(Side::Administration) => 0,
            Ok(Side::Party) => 1,
            _ => 2,
        }
    }

    fn node(&self, unit: &Unit, children: &HashMap<Option<Id<noun::Unit>>, Vec<&Unit>>) -> Node {
        let below: Vec<Node> = children
            .get(&Some(unit.id))
            .into_iter()
            .flatten()
            .map(|child| self.node(child, children))
            .collect();
        let posts = self.shown.posts.iter().filter(|post| post.unit == unit.id);
        let holders: Vec<String> = posts
            .filter(|post| self.organisation.role(&post.role).is_ok_and(|role| role.sole))
            .map(|post| format!("{} {}", role_title(self.v, self.organisation, &post.role), post.person_name))
            .collect();
        let vacant = self.shown.vacancies.iter().filter(|seat| seat.unit == unit.id).count();
        Node {
            id: unit.id,
            name: unit.name.clone(),
            kind: kind_title(self.v, self.organisation, &unit.kind),
            holders: holders.join("，"),
            members: unit.members.map(|members| self.v.t1("org-members-count", "count", members)),
            vacant: (vacant > 0).then(|| self.v.t1("org-vacant-count", "count", vacant)),
            count: below.iter().map(|node| node.count + 1).sum(),
            // A county opens on its townships; what is below them is one step away.
            is_open: unit.depth() == 0,
            below,
        }
    }
}

#[derive(Template)]
#[template(path = "roster.html")]
struct RosterPage<'a> {
    v: &'a Visit,
    lines: Vec<RosterLine>,
    lead: String,
    within: String,
}

struct RosterLine {
    unit: Id<noun::Unit>,
    unit_name: String,
    role: String,
    /// Nobody: the seat is vacant.
    person: Option<(Id<noun::Person>, String)>,
    phone: String,
    from: String,
    is_acting: bool,
}

/// The roster of what the actor may see: posts held today and seats that are vacant.
async fn lines(v: &Visit) -> Result<Vec<RosterLine>> {
    let organisation = organisation(v)?;
    let within = Form::of_query(v.query.as_deref()).parsed::<Id<noun::Unit>>("unit")?;
    let scope = sight(v);
    let (posts, vacancies) = v
        .read(move |cx| {
            let mut places = places_of(cx, &scope)?;
            if let Some(unit) = within {
                let unit = unit::store::unit(cx, unit)?;
                let seen = places.iter().any(|place| unit.path.is_within(place));
                places = if seen { vec![unit.path] } else { Vec::new() };
            }
            let (mut posts, mut vacancies) = (Vec::new(), Vec::new());
            for place in places {
                posts.extend(post::store::held_within(cx, &place)?);
                vacancies.extend(post::vacancies_within(cx, &place)?);
            }
            Ok((posts, vacancies))
        })
        .await?;
    let mut lines: Vec<RosterLine> = posts
        .into_iter()
        .map(|post| RosterLine {
            unit: post.unit,
            unit_name: post.unit_name,
            role: role_title(v, &organisation, &post.role),
            person: Some((post.person, post.person_name)),
            phone: post.phone_masked.unwrap_or_default(),
            from: post.from_on.to_string(),
            is_acting: post.acting,
        })
        .collect();
    for seat in vacancies {
        let after = lines.iter().rposition(|line| line.unit == seat.unit).map_or(lines.len(), |at| at + 1);
        let line = RosterLine {
            unit: seat.unit,
            unit_name: seat.unit_name,
            role: role_title(v, &organisation, &seat.role),
            person: None,
            phone: String::new(),
            from: String::new(),
            is_acting: false,
        };
        lines.insert(after, line);
    }
    Ok(lines)
}

/// The heads of the subtrees a scope reaches, none of them within another.
pub(super) fn places_of(cx: &mut db::Cx<'_>, scope: &Scope) -> Result<Vec<UnitPath>> {
    if scope.everything {
        return Ok(unit::store::root(cx)?.into_iter().map(|root| root.path).collect());
    }
    let all: Vec<&UnitPath> = scope.subtrees.iter().chain(&scope.units).collect();
    let is_outer = |path: &&&UnitPath| !all.iter().any(|other| *other != **path && path.is_within(other));
    let mut places: Vec<UnitPath> = all.iter().filter(is_outer).map(|path| (*path).clone()).collect();
    places.sort();
    places.dedup();
    Ok(places)
}

pub(super) async fn roster(v: Visit) -> Answer {
    let lines = lines(&v).await?;
    let today = base::clock::day_of(v.caller.now).to_string();
    let lead = v.t2("org-roster-lead", ("day", today.as_str()), ("count", lines.len()));
    let within = v.query.clone().map(|query| format!("?{query}")).unwrap_or_default();
    Ok(v.page(&RosterPage { v: &v, lines, lead, within }))
}

pub(super) async fn roster_workbook(v: Visit) -> Answer {
    let lines = lines(&v).await?;
    let column = |key: &str, width| Column::new(v.t(key), width, Kind::Text);
    let columns = vec![
        column("org-unit", 28),
        column("org-role", 22),
        column("org-person-name", 12),
        column("org-phone", 16),
        column("org-since", 12),
    ];
    let cells = |line: &RosterLine| {
        let name = line.person.as_ref().map_or_else(|| v.t("org-vacant"), |(_, name)| name.clone());
        let role = if line.is_acting {
            v.t1("org-acting-role", "role", line.role.as_str())
        } else {
            line.role.clone()
        };
        [&line.unit_name, &role, &name, &line.phone, &line.from]
            .map(|text| Cell::text(text.as_str()))
            .to_vec()
    };
    let table = Table {
        sheet: v.t("org-roster"),
        title: v.t("org-roster"),
        subtitle: format!("{} {}", v.tenant.name, base::clock::day_of(v.caller.now)),
        columns,
        rows: lines.iter().map(cells).collect(),
        made: base::clock::in_china(v.caller.now).datetime(),
        ..Table::default()
    };
    let name = format!("{}.xlsx", v.t("org-roster"));
    Ok(v.file(&name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", table.to_xlsx()?))
}
