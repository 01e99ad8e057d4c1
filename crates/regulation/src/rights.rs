//! Roles of posts and the one table of rights.

use access::Right;
use serde::{Deserialize, Serialize};

use crate::{
    keyed::{self, Keyed},
    titled::titled,
};

/// What a post is: `role × unit` makes a post.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
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
    /// Other words people write for it in workbooks.
    #[serde(default)]
    pub also: Vec<String>,
    /// The kinds of unit it exists in.
    pub fits: Vec<String>,
    /// Where it stands in lists.
    pub group: RoleGroup,
    /// At most one person holds it in a unit at a time.
    #[serde(default)]
    pub sole: bool,
}

/// The groups roles are listed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoleGroup {
    /// 领导班子.
    Leadership,
    /// 党政综合办公室.
    Office,
    /// 部门.
    Department,
    /// 村（社区）.
    Village,
    /// 党组织.
    Party,
    /// 监督与代表.
    Supervision,
    /// 上级机关.
    Superior,
    /// 三员: system, security and audit administration. They hold no rights over business.
    Administration,
}

/// An action that rights name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Stable name.
    #[serde(skip)]
    pub key: String,
    /// 中文名, as a denial names it.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub title_en: String,
}

/// `roles.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// The roles in the order of the file.
    #[serde(deserialize_with = "keyed::list")]
    pub roles: Vec<Role>,
}

impl Roles {
    /// The role with this key.
    pub fn get(&self, key: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.key == key)
    }
}

/// `rights.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rights {
    /// What rows may name, with titles.
    #[serde(deserialize_with = "keyed::list")]
    pub actions: Vec<Action>,
    /// The rows.
    pub rights: Vec<Right>,
}

impl Rights {
    /// The rows for an action.
    pub fn of<'a>(&'a self, action: &'a str) -> impl Iterator<Item = &'a Right> {
        self.rights.iter().filter(move |right| right.action == action)
    }

    /// The action with this key.
    pub fn action(&self, key: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.key == key)
    }
}

titled!(Role, Action);

impl Keyed for Role {
    fn set_key(&mut self, key: String) {
        self.key = key;
    }
}
impl Keyed for Action {
    fn set_key(&mut self, key: String) {
        self.key = key;
    }
}
