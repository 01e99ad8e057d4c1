//! Kinds of unit and roles of posts, as data.

use access::policy::Separation;
use base::{Error, Refusal, Result};
use serde::Deserialize;

use crate::unit::PathsMoved;

const SHIPPED_KINDS: &str = include_str!("../unit-kinds.toml");

/// The side of the tree a unit stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Government and what belongs to it.
    Administration,
    /// 党组织.
    Party,
    /// Enterprises, schools, associations.
    Other,
}

/// A kind of unit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Stable name.
    #[serde(skip)]
    pub key: String,
    /// 中文名.
    pub title: String,
    /// English title.
    pub title_en: String,
    /// Where it stands.
    pub side: Side,
    /// Kinds whose roles it takes besides its own.
    #[serde(default)]
    pub counts_as: Vec<String>,
}

/// A role posts are made of. The program hands in those of `regulations/roles.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Stable name.
    #[serde(skip)]
    pub key: String,
    /// 中文名.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub title_en: String,
    /// The kinds of unit it exists in.
    pub fits: Vec<String>,
    /// The group it is listed in.
    pub group: String,
    /// At most one person holds it at a unit at a time.
    #[serde(default)]
    pub sole: bool,
    /// Other words people write for it in workbooks.
    #[serde(default)]
    pub also: Vec<String>,
}

impl Kind {
    /// Whether cases are handled there: government and what belongs to it.
    pub fn handles(&self) -> bool {
        self.side == Side::Administration
    }
}

impl Role {
    /// Whether only the security administrator may give it (三员).
    pub fn is_administration(&self) -> bool {
        self.group == "administration"
    }
}

/// What the organisation kernel is told when the program starts. Registered as a service.
#[derive(Debug, Clone)]
pub struct Organisation {
    /// Kinds of unit in the order they are offered.
    pub kinds: Vec<Kind>,
    /// Roles in the order they are offered.
    pub roles: Vec<Role>,
    /// Roles one person may not hold together.
    pub separation: Separation,
    /// What other kernels do when paths change.
    pub moved: Vec<PathsMoved>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindFile {
    kinds: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleFile {
    roles: toml::Table,
}

impl Organisation {
    /// The shipped kinds with the roles of a `roles.toml`.
    pub fn new(roles_toml: &str, separation: Separation) -> Result<Self> {
        let kinds: KindFile = toml::from_str(SHIPPED_KINDS).map_err(Error::fault)?;
        let roles: RoleFile = toml::from_str(roles_toml).map_err(Error::fault)?;
        let kinds = entries::<Kind>(kinds.kinds)?;
        let roles = entries::<Role>(roles.roles)?;
        Ok(Self {
            kinds: kinds.into_iter().map(|(key, kind)| Kind { key, ..kind }).collect(),
            roles: roles.into_iter().map(|(key, role)| Role { key, ..role }).collect(),
            separation,
            moved: Vec::new(),
        })
    }

    /// The kind of this key.
    pub fn kind(&self, key: &str) -> Result<&Kind> {
        let found = self.kinds.iter().find(|kind| kind.key == key);
        found.ok_or_else(|| Refusal::invalid("org.no-such-kind").field("kind").arg("kind", key).into())
    }

    /// The role of this key.
    pub fn role(&self, key: &str) -> Result<&Role> {
        let found = self.roles.iter().find(|role| role.key == key);
        found.ok_or_else(|| Refusal::invalid("org.no-such-role").field("role").arg("role", key).into())
    }

    /// Whether a role exists in units of a kind.
    pub fn fits(&self, role: &Role, kind: &str) -> bool {
        let also = self.kinds.iter().find(|known| known.key == kind).map(|known| known.counts_as.as_slice());
        role.fits.iter().any(|fit| fit == kind || also.is_some_and(|also| also.contains(fit)))
    }

    /// The roles that exist in units of a kind.
    pub fn roles_for(&self, kind: &str) -> Vec<&Role> {
        self.roles.iter().filter(|role| self.fits(role, kind)).collect()
    }

    /// The role people mean by a word, where several fit the one that exists in this kind of unit.
    pub fn role_called(&self, word: &str, kind: &str) -> Option<&Role> {
        let word = crate::name::plain(word);
        let is_called = |role: &&Role| {
            std::iter::once(&role.title)
                .chain([&role.title_en, &role.key])
                .chain(&role.also)
                .any(|name| crate::name::plain(name) == word)
        };
        let mut called = self.roles.iter().filter(is_called).filter(|role| self.fits(role, kind));
        called.next()
    }
}

fn entries<T: serde::de::DeserializeOwned>(table: toml::Table) -> Result<Vec<(String, T)>> {
    table.into_iter().map(|(key, value)| Ok((key, value.try_into::<T>().map_err(Error::fault)?))).collect()
}
