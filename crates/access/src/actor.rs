//! Who acts: a person with the posts held today.

use base::{
    Id,
    noun::{Person, Post, Unit},
};
use serde::{Deserialize, Serialize};

/// Where a unit stands in the tree: the keys from the root down, each followed by a dot
/// (`1.4.23.`). A unit is in the subtree of another when its path begins with the other's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnitPath(pub String);

impl UnitPath {
    /// Whether this is `other` or lies below it.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }
}

impl std::fmt::Display for UnitPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A post held today, by oneself or by delegation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPost {
    /// The post.
    pub id: Id<Post>,
    /// The role's key in `regulations/roles.toml`.
    pub role: String,
    /// The unit it is held at.
    pub unit: Id<Unit>,
    /// Where that unit stands.
    pub unit_path: UnitPath,
    /// The unit's name, for the page head.
    pub unit_name: String,
    /// Whose post it is when it is held by delegation.
    pub for_person: Option<Id<Person>>,
}

/// Who acts. Made by the session or token check, never from what a request claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The person; `None` is the public: somebody who has not signed in.
    pub person: Option<Id<Person>>,
    /// The name shown.
    pub name: String,
    /// The posts held today.
    pub posts: Vec<HeldPost>,
}

impl Actor {
    /// Somebody who has not signed in.
    pub const fn public() -> Self {
        Self { person: None, name: String::new(), posts: Vec::new() }
    }

    /// As the journal writes it.
    pub fn journal_name(&self) -> String {
        self.person.map_or_else(|| "public".to_owned(), |person| format!("person:{person}"))
    }

    /// Whether the actor is this person, or holds a post for them.
    pub fn is_or_stands_for(&self, person: Id<Person>) -> bool {
        self.person == Some(person) || self.posts.iter().any(|post| post.for_person == Some(person))
    }

    /// Whether any post is held at exactly this unit or below it.
    pub fn has_post_within(&self, path: &UnitPath) -> bool {
        self.posts.iter().any(|post| post.unit_path.is_within(path))
    }
}
