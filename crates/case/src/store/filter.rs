//! What a list is asked for, and what it gives.

use std::collections::HashMap;

use access::{Actor, Scope, UnitPath};
use base::{
    Date, Id, Ids, Timestamp,
    noun::{Import, Person, Unit},
};
use regulation::{Column, CountsAs};

use crate::{Rules, model::CaseHead};

/// What an actor may see of the cases: the scope of `case.view` together with who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// Every case.
    pub everything: bool,
    /// Cases in these subtrees.
    pub subtrees: Vec<UnitPath>,
    /// Cases of exactly these units.
    pub units: Vec<UnitPath>,
    /// The actor and those the actor stands for.
    pub persons: Vec<Id<Person>>,
    /// Every unit the actor belongs to: those of the posts and all above them.
    pub belongs_to: Vec<UnitPath>,
    /// The relations through which the actor sees cases: `leader`, `department` …
    pub relations: Vec<String>,
    /// Where the actor is the office of a procedure.
    pub offices: Vec<Office>,
}

/// A post in the office of a procedure, and how far down it reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    /// The procedure's key.
    pub procedure: String,
    /// The unit of the post.
    pub path: UnitPath,
}

impl Sight {
    /// What `actor` may see of the cases.
    pub fn of(rules: &Rules<'_>, actor: &Actor) -> Self {
        let scope = rules.rights.scope(actor, "case.view");
        Self { offices: offices(rules, actor), ..Self::within(actor, &scope) }
    }

    /// What `actor` may see under a scope, such as that of `case.export`.
    pub fn within(actor: &Actor, scope: &Scope) -> Self {
        let principals = actor.posts.iter().filter_map(|post| post.for_person);
        let mut persons: Vec<Id<Person>> = actor.person.into_iter().chain(principals).collect();
        persons.sort_unstable();
        persons.dedup();
        let mut belongs_to: Vec<UnitPath> =
            actor.posts.iter().flat_map(|post| path_and_above(&post.unit_path)).collect();
        belongs_to.sort();
        belongs_to.dedup();
        Self {
            everything: scope.everything,
            subtrees: scope.subtrees.clone(),
            units: scope.units.clone(),
            persons,
            belongs_to,
            relations: scope.relations.clone(),
            offices: Vec::new(),
        }
    }

    /// A sight with something in every part, for tests over statements.
    pub(crate) fn sample() -> Self {
        let ids = Ids::seeded(11);
        let path = || UnitPath("1.4.".to_owned());
        Self {
            everything: false,
            subtrees: vec![path()],
            units: vec![path()],
            persons: vec![ids.next(Timestamp::UNIX_EPOCH)],
            belongs_to: vec![path()],
            relations: ["leader", "handler", "department", "lead", "joint", "verifier", "raiser", "author"]
                .map(str::to_owned)
                .to_vec(),
            offices: vec![Office { procedure: "p".to_owned(), path: path() }],
        }
    }

    /// Everything: for jobs, reports of the whole tenant and tests.
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }
}

fn offices(rules: &Rules<'_>, actor: &Actor) -> Vec<Office> {
    let mut all = Vec::new();
    for procedure in rules.compendium.procedures() {
        let in_office = |role: &str| procedure.office.iter().any(|party| party.to_string() == role);
        for post in actor.posts.iter().filter(|post| in_office(&post.role)) {
            all.push(Office { procedure: procedure.key.clone(), path: post.unit_path.clone() });
        }
    }
    all
}

/// The path itself and every path above it: `1.4.` gives `1.` and `1.4.`.
pub(crate) fn path_and_above(path: &UnitPath) -> Vec<UnitPath> {
    let mut at = String::new();
    let mut all = Vec::new();
    for part in path.0.split_inclusive('.') {
        at.push_str(part);
        all.push(UnitPath(at.clone()));
    }
    all
}

/// How a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sort {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// The earliest running clock first; cases without one last.
    Due,
    /// The earliest promised word first; cases without one last.
    NextWord,
    /// What moved last first.
    Updated,
}

/// How a case must stand to the actor to be on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mine {
    /// The actor, or the actor's unit, holds the ball.
    Holding,
    /// The actor is responsible leader.
    Leader,
    /// The actor is the person in charge.
    Handler,
    /// The case lies with a department of the actor's.
    Department,
    /// The actor is the verifier drawn.
    Verifier,
    /// The actor entered it.
    Author,
    /// The actor is responsible in any way: holds the ball, or is leader, person in charge or in the
    /// department.
    Concerned,
    /// The actor is responsible, but somebody else holds the ball.
    Waiting,
}

/// What a list is asked for. Empty means everything.
#[expect(clippy::struct_excessive_bools, reason = "each is a box to tick, independent of the others")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this procedure.
    pub procedure: Option<String>,
    /// In one of these states.
    pub states: Vec<String>,
    /// In this column.
    pub column: Option<Column>,
    /// Counting so.
    pub counts_as: Option<CountsAs>,
    /// Not ended yet.
    pub not_closed: bool,
    /// In this unit or below it.
    pub unit_path: Option<UnitPath>,
    /// Come in by this channel.
    pub channel: Option<String>,
    /// Of this class.
    pub class: Option<String>,
    /// About this.
    pub category: Option<String>,
    /// With this department.
    pub department: Option<Id<Unit>>,
    /// With no department yet.
    pub without_department: bool,
    /// Under this leader.
    pub leader: Option<Id<Person>>,
    /// With this person in charge.
    pub handler: Option<Id<Person>>,
    /// A running clock ran out before this day: pass today for what is overdue.
    pub late_before: Option<Date>,
    /// A running clock runs out from `late_from` …
    pub late_from: Option<Date>,
    /// … up to and including this day: pass today and today + n for what is at risk.
    pub late_through: Option<Date>,
    /// The word promised was due before this day: pass today for what is owed.
    pub next_word_before: Option<Date>,
    /// Came back at least once.
    pub reopened: bool,
    /// A slip waits for an answer.
    pub slip_open: bool,
    /// Title, words, answer or number contain this text.
    pub q: Option<String>,
    /// Came with this import.
    pub import: Option<Id<Import>>,
    /// Raised on this day or later (in China).
    pub raised_from: Option<Date>,
    /// Raised on this day or earlier.
    pub raised_through: Option<Date>,
    /// Standing so to the actor.
    pub mine: Option<Mine>,
    /// In which order.
    pub sort: Sort,
}

impl Filter {
    /// A filter with everything asked for, for tests over statements.
    pub(crate) fn sample() -> Self {
        let ids = Ids::seeded(12);
        let (text, day) = (|| Some("x".to_owned()), Some(Date::constant(2026, 1, 1)));
        let at = Timestamp::UNIX_EPOCH;
        Self {
            procedure: text(),
            states: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()],
            column: Some(Column::Doing),
            counts_as: Some(CountsAs::Open),
            not_closed: true,
            unit_path: Some(UnitPath("1.".to_owned())),
            channel: text(),
            class: text(),
            category: text(),
            department: Some(ids.next(at)),
            without_department: true,
            leader: Some(ids.next(at)),
            handler: Some(ids.next(at)),
            late_before: day,
            late_from: day,
            late_through: day,
            next_word_before: day,
            reopened: true,
            slip_open: true,
            q: Some("路灯 a".to_owned()),
            import: Some(ids.next(at)),
            raised_from: day,
            raised_through: day,
            mine: Some(Mine::Holding),
            sort: Sort::Newest,
        }
    }
}

/// A head with the names people read.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRow {
    /// The head.
    pub head: CaseHead,
    /// The name of the unit.
    pub unit: String,
    /// The name of the department.
    pub department: Option<String>,
    /// The name of the responsible leader.
    pub leader: Option<String>,
    /// The name of the person in charge.
    pub handler: Option<String>,
    /// The name of whoever holds the ball, where it is a person or a unit.
    pub holder: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct CasePage {
    /// The rows.
    pub rows: Vec<CaseRow>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
}

/// Names of units and persons, found in two queries for a whole page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Units by id.
    pub units: HashMap<Id<Unit>, String>,
    /// Persons by id.
    pub persons: HashMap<Id<Person>, String>,
}

impl Names {
    /// The name of a unit; empty when it is not known.
    pub fn unit(&self, id: Id<Unit>) -> String {
        self.units.get(&id).cloned().unwrap_or_default()
    }

    /// The name of a person; empty when it is not known.
    pub fn person(&self, id: Id<Person>) -> String {
        self.persons.get(&id).cloned().unwrap_or_default()
    }
}
