//! The table of rights, and the permit only it can make. What the table does not grant is denied.

use std::collections::BTreeMap;

use base::{Id, Refusal, noun::Person};
use serde::{Deserialize, Serialize};

use crate::{Actor, HeldPost, UnitPath};

/// How far a right of a post reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// The unit of the post and everything below it.
    Subtree,
    /// The unit of the post only.
    Unit,
    /// What does not belong to a unit, or everything of the tenant.
    Tenant,
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Right {
    /// What may be done, `kernel.verb`.
    pub action: String,
    /// Roles by key, or relations to the subject written `@leader`, `@handler` …
    pub by: Vec<String>,
    /// How far the roles' right reaches. Relations need no reach: they are to one subject.
    #[serde(default = "subtree")]
    pub reach: Reach,
}

const fn subtree() -> Reach {
    Reach::Subtree
}

/// What an action is done to.
#[derive(Debug, Clone, Default)]
pub struct Subject<'a> {
    /// The unit the thing belongs to; `None` for things of the whole tenant.
    pub unit_path: Option<&'a UnitPath>,
    /// How the actor stands to the thing, as the kernel found it: `leader`, `handler`, `raiser` …
    pub relations: Vec<&'static str>,
}

impl<'a> Subject<'a> {
    /// Something that belongs to the tenant as a whole.
    pub const fn tenant() -> Self {
        Self { unit_path: None, relations: Vec::new() }
    }

    /// Something that belongs to a unit.
    pub const fn of_unit(path: &'a UnitPath) -> Self {
        Self { unit_path: Some(path), relations: Vec::new() }
    }

    /// The same, and how the actor stands to it.
    #[must_use]
    pub fn related(mut self, relations: Vec<&'static str>) -> Self {
        self.relations = relations;
        self
    }
}

/// Leave to do one thing. Only [`RightsTable`] makes it; acts ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    action: String,
    by: Option<Id<Person>>,
    through: String,
}

impl Permit {
    /// What is permitted.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// The person who acts, if it is one.
    pub const fn by(&self) -> Option<Id<Person>> {
        self.by
    }

    /// The role or relation that carries it, for the journal.
    pub fn through(&self) -> &str {
        &self.through
    }

    /// An act's first line: a permit for something else is our mistake, never the reader's.
    pub fn must_be(&self, action: &str) -> base::Result<()> {
        if self.action == action {
            return Ok(());
        }
        Err(base::Error::fault(format!("a permit for {} was handed to an act of {action}", self.action)))
    }

    /// The person, or what stands in for one: `person:<id>`, `job:<name>`, `@resident`.
    pub fn who(&self) -> String {
        self.by.map_or_else(|| self.through.clone(), |person| format!("person:{person}"))
    }

    /// Leave for the program itself: scheduled work, imports carrying out a permitted request, demo
    /// data. `job` is what the journal will say.
    pub fn for_job(action: &str, job: &str) -> Self {
        Self { action: action.to_owned(), by: None, through: format!("job:{job}") }
    }

    /// Leave for a resident who proved to hold a receipt; the kernel that checked it says for what.
    pub fn for_resident(action: &str) -> Self {
        Self { action: action.to_owned(), by: None, through: "@resident".to_owned() }
    }
}

/// What an actor may see of a kind of thing, for the WHERE of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Everything of the tenant.
    pub everything: bool,
    /// Everything in these subtrees.
    pub subtrees: Vec<UnitPath>,
    /// Everything of exactly these units.
    pub units: Vec<UnitPath>,
    /// Besides, whatever the actor stands in one of these relations to (`leader`, `handler` …).
    pub relations: Vec<String>,
}

/// The table of rights, by action.
#[derive(Debug, Clone, Default)]
pub struct RightsTable {
    rows: BTreeMap<String, Vec<Right>>,
}

impl RightsTable {
    /// The table made of these rows.
    pub fn new(rights: Vec<Right>) -> Self {
        let mut rows: BTreeMap<String, Vec<Right>> = BTreeMap::new();
        for right in rights {
            rows.entry(right.action.clone()).or_default().push(right);
        }
        Self { rows }
    }

    /// Every row, by action, for the printed table.
    pub fn rows(&self) -> impl Iterator<Item = &Right> {
        self.rows.values().flatten()
    }

    /// Leave for `actor` to do `action` to `subject`, or the reason why not.
    pub fn permit(&self, actor: &Actor, action: &str, subject: &Subject<'_>) -> Result<Permit, Refusal> {
        let rows = self.rows.get(action).map_or(&[][..], Vec::as_slice);
        rows.iter()
            .find_map(|row| grants(&row.by, row.reach, actor, subject))
            .map(|through| Permit { action: action.to_owned(), by: actor.person, through })
            .ok_or_else(|| denial(actor, action))
    }

    /// Leave by a list of roles and relations that a regulation names itself, such as the `by` of a
    /// procedure's transition. Roles reach their subtree.
    pub fn permit_by(
        &self,
        actor: &Actor,
        by: &[String],
        action: &str,
        subject: &Subject<'_>,
    ) -> Result<Permit, Refusal> {
        grants(by, Reach::Subtree, actor, subject)
            .map(|through| Permit { action: action.to_owned(), by: actor.person, through })
            .ok_or_else(|| denial(actor, action))
    }

    /// Whether the actor might do `action` to anything at all: what the menu and the route's first
    /// check ask.
    pub fn might(&self, actor: &Actor, action: &str) -> bool {
        let Some(rows) = self.rows.get(action) else { return false };
        rows.iter().flat_map(|row| &row.by).any(|by| {
            by == "@public"
                || actor.person.is_some()
                    && (by.starts_with('@') || actor.posts.iter().any(|post| &post.role == by))
        })
    }

    /// What the actor may do `action` to, as a scope for lists.
    pub fn scope(&self, actor: &Actor, action: &str) -> Scope {
        let mut scope = Scope::default();
        for row in self.rows.get(action).into_iter().flatten() {
            scope.relations.extend(row.by.iter().filter_map(|by| by.strip_prefix('@')).map(str::to_owned));
            for post in posts_of(actor, &row.by) {
                match row.reach {
                    Reach::Subtree => scope.subtrees.push(post.unit_path.clone()),
                    Reach::Unit => scope.units.push(post.unit_path.clone()),
                    Reach::Tenant => scope.everything = true,
                }
            }
        }
        scope.subtrees.sort();
        scope.subtrees.dedup();
        scope
    }
}

fn posts_of<'a>(actor: &'a Actor, by: &'a [String]) -> impl Iterator<Item = &'a HeldPost> {
    actor.posts.iter().filter(move |post| by.contains(&post.role))
}

/// The role or relation through which the actor may, if there is one.
fn grants(by: &[String], reach: Reach, actor: &Actor, subject: &Subject<'_>) -> Option<String> {
    let related = by.iter().find(|name| {
        name.strip_prefix('@').is_some_and(|name| {
            name == "public"
                || actor.person.is_some() && name == "anyone"
                || subject.relations.contains(&name)
        })
    });
    if let Some(name) = related {
        return Some(name.clone());
    }
    let reaches = |post: &&HeldPost| match (reach, subject.unit_path) {
        (Reach::Tenant, _) => true,
        (_, None) => false,
        (Reach::Subtree, Some(path)) => path.is_within(&post.unit_path),
        (Reach::Unit, Some(path)) => *path == post.unit_path,
    };
    posts_of(actor, by).find(reaches).map(|post| post.role.clone())
}

/// Why not: somebody who has not signed in is asked to, anybody else is told which posts were asked.
pub fn denial(actor: &Actor, action: &str) -> Refusal {
    if actor.person.is_none() {
        return Refusal::unauthenticated("access.sign-in-first");
    }
    if actor.posts.is_empty() {
        return Refusal::forbidden("access.no-post").arg("action", action);
    }
    let posts: Vec<&str> = actor.posts.iter().map(|post| post.role.as_str()).collect();
    Refusal::forbidden("access.no-right").arg("action", action).arg("posts", posts.join(", "))
}

#[cfg(test)]
mod tests {
    use base::{Ids, Timestamp};

    use super::*;

    fn actor(role: &str, path: &str) -> Actor {
        let ids = Ids::seeded(3);
        let now = Timestamp::UNIX_EPOCH;
        Actor {
            person: Some(ids.next(now)),
            name: "李某".into(),
            posts: vec![HeldPost {
                id: ids.next(now),
                role: role.into(),
                unit: ids.next(now),
                unit_path: UnitPath(path.into()),
                unit_name: "某镇".into(),
                for_person: None,
            }],
        }
    }

    fn table() -> RightsTable {
        RightsTable::new(vec![
            Right {
                action: "case.view".into(),
                by: vec!["clerk".into(), "@leader".into()],
                reach: Reach::Subtree,
            },
            Right { action: "case.seal".into(), by: vec!["clerk".into()], reach: Reach::Unit },
        ])
    }

    #[test]
    fn a_post_reaches_its_subtree_and_no_neighbour() {
        let clerk = actor("clerk", "1.4.");
        let (below, beside) = (UnitPath("1.4.9.".into()), UnitPath("1.40.".into()));
        assert!(table().permit(&clerk, "case.view", &Subject::of_unit(&below)).is_ok());
        let denied = table().permit(&clerk, "case.view", &Subject::of_unit(&beside)).unwrap_err();
        assert_eq!(denied.key, "access.no-right");
        let mut between_posts = clerk.clone();
        between_posts.posts.clear();
        let denied = table().permit(&between_posts, "case.view", &Subject::of_unit(&below)).unwrap_err();
        assert_eq!(denied.key, "access.no-post");
        assert!(table().permit(&clerk, "case.seal", &Subject::of_unit(&below)).is_err());
    }

    #[test]
    fn a_relation_needs_no_post() {
        let nobody = actor("driver", "1.4.");
        let elsewhere = UnitPath("1.5.".into());
        let subject = Subject::of_unit(&elsewhere).related(vec!["leader"]);
        assert_eq!(table().permit(&nobody, "case.view", &subject).unwrap().through(), "@leader");
    }

    #[test]
    fn what_is_not_in_the_table_is_denied_and_the_public_is_asked_to_sign_in() {
        assert!(table().permit(&actor("clerk", "1."), "case.burn", &Subject::tenant()).is_err());
        let denied = table().permit(&Actor::public(), "case.view", &Subject::tenant()).unwrap_err();
        assert_eq!(denied.key, "access.sign-in-first");
    }
}
