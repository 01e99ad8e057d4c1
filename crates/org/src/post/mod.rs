//! Posts: a person in a role at a unit, from a day to a day; delegation; seats that ought to be filled.

pub mod acts;
pub(crate) mod store;

use base::{
    Date, Id,
    noun::{self},
};

pub use acts::{action_for, delegate, drop_seat, end, end_delegation, give, hand_over, need_seat};
pub use store::{
    PostLine, Vacancy, all_of, delegation, delegations_of, held_within, post, posts_of, vacancies_within,
};

/// A post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Its id.
    pub id: Id<noun::Post>,
    /// Who holds it.
    pub person: Id<noun::Person>,
    /// The role's key.
    pub role: String,
    /// Where.
    pub unit: Id<noun::Unit>,
    /// The first day.
    pub from_on: Date,
    /// The last day.
    pub to_on: Option<Date>,
    /// Held in place of a holder.
    pub acting: bool,
    /// The document of appointment and the like.
    pub note: String,
    /// Who took it over.
    pub handed_over_to: Option<Id<noun::Person>>,
}

impl Post {
    /// Whether it is held on some day that `other` is.
    pub fn overlaps(&self, other: &Self) -> bool {
        let before = |one: &Self, two: &Self| one.to_on.is_some_and(|last| last < two.from_on);
        !before(self, other) && !before(other, self)
    }
}

/// How a post is held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tenure {
    /// In one's own right.
    #[default]
    Full,
    /// In place of a holder (代理、临时负责).
    Acting,
}

/// A post to be given.
#[derive(Debug, Clone)]
pub struct NewPost {
    /// To whom.
    pub person: Id<noun::Person>,
    /// The role's key.
    pub role: String,
    /// Where.
    pub unit: Id<noun::Unit>,
    /// The first day and, where it is known, the last.
    pub term: (Date, Option<Date>),
    /// How it is held.
    pub tenure: Tenure,
    /// The document of appointment and the like.
    pub note: String,
    /// The import that brings it.
    pub import: Option<Id<noun::Import>>,
}

/// A post handed to somebody else.
#[derive(Debug, Clone)]
pub struct HandOver {
    /// The post.
    pub post: Id<noun::Post>,
    /// Who takes it over.
    pub to: Id<noun::Person>,
    /// The successor's first day; the predecessor's last is the day before.
    pub on: Date,
    /// The document of appointment and the like.
    pub note: String,
}

/// Leave to act in somebody's post for some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Its id.
    pub id: Id<noun::Delegation>,
    /// The post.
    pub post: Id<noun::Post>,
    /// Whose post it is.
    pub from_person: Id<noun::Person>,
    /// Who acts.
    pub to_person: Id<noun::Person>,
    /// The first day.
    pub from_on: Date,
    /// The last day.
    pub to_on: Date,
    /// Why.
    pub reason: String,
}

/// A delegation to be given: of one post, or of all one holds today.
#[derive(Debug, Clone)]
pub struct NewDelegation {
    /// Whose posts.
    pub from: Id<noun::Person>,
    /// Who acts.
    pub to: Id<noun::Person>,
    /// The post; all of them where none is named.
    pub post: Option<Id<noun::Post>>,
    /// The first and the last day.
    pub term: (Date, Date),
    /// Why.
    pub reason: String,
}
