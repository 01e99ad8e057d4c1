//! How somebody stands to a case.

use access::{Actor, HeldPost, UnitPath};
use regulation::{Holder, Party, Procedure, Relation, Verb};

use crate::model::{CaseSnapshot, Mover};

/// How a mover stands to a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stance {
    /// The relations by name, without `@`.
    pub relations: Vec<&'static str>,
    /// The roles held where the case is or above it.
    pub roles: Vec<String>,
    /// The unit of the first post.
    pub unit: String,
    /// Whether the mover took part in the handling, now or earlier, in person or through a principal.
    pub in_chain: bool,
}

impl Stance {
    /// Whether the mover stands so.
    pub fn has(&self, relation: Relation) -> bool {
        self.relations.contains(&relation.name())
    }
}

/// How `mover` stands to `case`. A delegate stands for the principal in everything but the lot: the
/// verifier is one person and cannot send another.
pub fn stance(case: &CaseSnapshot, procedure: &Procedure, mover: Mover<'_>) -> Stance {
    match mover {
        Mover::Clock => Stance { relations: vec![Relation::Clock.name()], ..Stance::default() },
        Mover::Resident(proof) if proof.case() == case.head.id => {
            Stance { relations: with_holder(vec![Relation::Raiser], case.head.holder), ..Stance::default() }
        }
        Mover::Resident(_) => Stance::default(),
        Mover::Person(actor) => of_actor(case, procedure, actor),
    }
}

fn of_actor(case: &CaseSnapshot, procedure: &Procedure, actor: &Actor) -> Stance {
    let head = &case.head;
    let stands_for = |person: Option<_>| person.is_some_and(|person| actor.is_or_stands_for(person));
    let in_department = head.department_path.as_ref().is_some_and(|path| actor.has_post_within(path));
    let mut joint = case.present("joint").peekable();
    let is_joint_case = joint.peek().is_some();
    let in_joint =
        joint.any(|party| party.unit_path.as_ref().is_some_and(|path| actor.has_post_within(path)));
    let is_verifier = actor.person.is_some() && actor.person == case.verifier();
    let found = [
        (Relation::Leader, stands_for(head.leader)),
        (Relation::Handler, stands_for(head.handler)),
        (Relation::Department, in_department),
        (Relation::Lead, in_department && is_joint_case),
        (Relation::Joint, in_joint),
        (Relation::Verifier, is_verifier),
        (Relation::Author, actor.person.is_some() && actor.person == head.author),
        (Relation::Office, holds_office(procedure, actor, &head.unit_path)),
    ];
    let relations = found.into_iter().filter(|(_, so)| *so).map(|(relation, _)| relation).collect();
    let reaching = |post: &&HeldPost| head.unit_path.is_within(&post.unit_path);
    Stance {
        relations: with_holder(relations, head.holder),
        roles: actor.posts.iter().filter(reaching).map(|post| post.role.clone()).collect(),
        unit: actor.posts.first().map(|post| post.unit.to_string()).unwrap_or_default(),
        in_chain: took_part(case, actor),
    }
}

/// Whether the actor holds one of the posts that form the procedure's office over this unit.
pub(crate) fn holds_office(procedure: &Procedure, actor: &Actor, unit_path: &UnitPath) -> bool {
    actor.posts.iter().any(|post| {
        unit_path.is_within(&post.unit_path)
            && procedure.office.iter().any(|party| matches!(party, Party::Role(role) if *role == post.role))
    })
}

/// Adds `holder` for whoever holds the ball.
fn with_holder(mut relations: Vec<Relation>, holder: Holder) -> Vec<&'static str> {
    let holds = |relation: &Relation| match holder {
        Holder::Office => *relation == Relation::Office,
        Holder::Handler => *relation == Relation::Handler,
        Holder::Leader => *relation == Relation::Leader,
        Holder::Department => *relation == Relation::Department,
        Holder::Joint => matches!(relation, Relation::Joint | Relation::Lead),
        Holder::Resident => *relation == Relation::Raiser,
        Holder::Verifier => *relation == Relation::Verifier,
        Holder::Nobody => false,
    };
    if relations.iter().any(holds) {
        relations.push(Relation::Holder);
    }
    relations.into_iter().map(Relation::name).collect()
}

/// Whether the actor, or somebody the actor stands for, ever was part of the handling: as leader,
/// person in charge, in a responsible or joint department, or by reporting the case as done.
///
/// Invariant: whoever handled a case never turns its second key
/// (`no_path_leads_from_raised_to_struck_off_without_a_second_key`).
fn took_part(case: &CaseSnapshot, actor: &Actor) -> bool {
    let as_party = case.parties.iter().filter(|party| party.relation != "verifier").any(|party| {
        party.person.is_some_and(|person| actor.is_or_stands_for(person))
            || party.unit_path.as_ref().is_some_and(|path| actor.has_post_within(path))
    });
    let said_done = [Verb::Handled.word(), Verb::Explain.word()];
    let as_reporter = case
        .history
        .iter()
        .filter(|taken| said_done.contains(&taken.verb.as_str()))
        .any(|taken| taken.person.is_some_and(|person| actor.is_or_stands_for(person)));
    as_party || as_reporter
}

/// The relations alone, as permits take them.
pub fn stance_relations(case: &CaseSnapshot, procedure: &Procedure, mover: Mover<'_>) -> Vec<&'static str> {
    stance(case, procedure, mover).relations
}
