//! Who: roles of posts, relations to a case, and who holds the ball.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Who may do something: everybody in a role, or whoever stands in a relation to the thing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Party {
    /// The key of a role in `roles.toml`, such as `office-clerk`.
    Role(String),
    /// Written with `@`, such as `@leader`.
    Relation(Relation),
}

/// How a person stands to the thing acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// `@leader` 责任领导: the responsible leader of the case.
    Leader,
    /// `@handler` 责任人: the person named to do the work.
    Handler,
    /// `@department` 责任部门: anyone with a post in the responsible department.
    Department,
    /// `@lead` 牵头部门: anyone in the lead department of joint handling.
    Lead,
    /// `@joint` 会办部门: anyone in one of the departments handling jointly.
    Joint,
    /// `@holder`: whoever holds the ball in the present state.
    Holder,
    /// `@raiser` 反映人: the resident who raised it, with or without an account.
    Raiser,
    /// `@verifier` 核验人: the person drawn by lot to check the result.
    Verifier,
    /// `@office`: the roles the procedure names as its office.
    Office,
    /// `@author`: whoever made the thing.
    Author,
    /// `@self`: the person the thing is about.
    Itself,
    /// `@anyone`: whoever is signed in.
    Anyone,
    /// `@public`: everybody, signed in or not.
    Public,
    /// `@clock`: the platform itself, when a term has run out.
    Clock,
}

impl Relation {
    /// Every relation with the word regulations use for it.
    pub const ALL: [(Self, &'static str); 14] = [
        (Self::Leader, "@leader"),
        (Self::Handler, "@handler"),
        (Self::Department, "@department"),
        (Self::Lead, "@lead"),
        (Self::Joint, "@joint"),
        (Self::Holder, "@holder"),
        (Self::Raiser, "@raiser"),
        (Self::Verifier, "@verifier"),
        (Self::Office, "@office"),
        (Self::Author, "@author"),
        (Self::Itself, "@self"),
        (Self::Anyone, "@anyone"),
        (Self::Public, "@public"),
        (Self::Clock, "@clock"),
    ];

    /// The word with its `@`.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(relation, _)| *relation == self).map_or("", |(_, word)| word)
    }

    /// The word without its `@`, as permits, conditions and journals name relations.
    pub fn name(self) -> &'static str {
        self.word().trim_start_matches('@')
    }

    /// Whether whoever stands so is part of the handling of the case, and so can never turn its
    /// second key.
    pub fn handles(self) -> bool {
        matches!(self, Self::Leader | Self::Handler | Self::Department | Self::Lead | Self::Joint)
    }
}

impl FromStr for Party {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.starts_with('@') {
            return Ok(Self::Role(text.to_owned()));
        }
        Relation::ALL
            .iter()
            .find(|(_, word)| *word == text)
            .map(|(relation, _)| Self::Relation(*relation))
            .ok_or_else(|| format!("`{text}` is not a relation"))
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(role) => f.write_str(role),
            Self::Relation(relation) => f.write_str(relation.word()),
        }
    }
}

impl TryFrom<String> for Party {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Party> for String {
    fn from(party: Party) -> Self {
        party.to_string()
    }
}

/// Who holds the ball while a case is in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holder {
    /// The office of the procedure.
    Office,
    /// The person named to do the work.
    Handler,
    /// The responsible leader.
    Leader,
    /// The responsible department, nobody in it being named yet.
    Department,
    /// The lead department together with those handling jointly.
    Joint,
    /// The resident who raised it.
    Resident,
    /// The verifier drawn by lot.
    Verifier,
    /// Nobody: only for closed states.
    Nobody,
}

impl Holder {
    /// The word regulations use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::Handler => "handler",
            Self::Leader => "leader",
            Self::Department => "department",
            Self::Joint => "joint",
            Self::Resident => "resident",
            Self::Verifier => "verifier",
            Self::Nobody => "nobody",
        }
    }

    /// Whether the holder is part of the handling of the case.
    pub fn handles(self) -> bool {
        matches!(self, Self::Handler | Self::Leader | Self::Department | Self::Joint)
    }
}
