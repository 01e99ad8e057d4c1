//! The interpreter: whether a move is allowed, and what the case is afterwards.

use std::collections::BTreeMap;

use access::{Actor, Permit, RightsTable, Subject};
use base::{Date, Error, Id, Refusal, Result, Timestamp, clock};
use regulation::{DueRule, Field, Note, Party as By, Procedure, State, Transition};

use crate::{
    Rules,
    model::{
        Asked, CaseSnapshot, InBothLanguages, Known, Move, Mover, Stance, Taken, after, apply::apply_effects,
        check_fields, check_guards, put::put, settle::settle, stance,
    },
};

/// What a move has made of a case.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The case afterwards.
    pub case: CaseSnapshot,
    /// The line of the timeline.
    pub taken: Taken,
    /// The role or relation it was done through.
    pub through: String,
    /// The values that were given, as they are kept.
    pub fields: BTreeMap<String, String>,
    /// Whether the resident sees the note.
    pub visible: bool,
    /// What is left to do with the help of the store.
    pub todo: Vec<Todo>,
}

/// What an effect asks of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Todo {
    /// Hang a number on the case.
    GiveNumber,
    /// Issue a slip of this kind.
    IssueSlip(String),
    /// Note the answer to the open slips.
    AnswerSlips,
    /// Draw a verifier among persons in these roles.
    DrawVerifier(Vec<By>),
    /// Tie the duplicates of this case to the one it was merged into.
    FollowInto(Id<base::noun::Case>),
    /// Open these parts.
    OpenParts(Vec<String>),
    /// Tell somebody.
    Tell(Vec<By>),
}

/// A move the page may offer.
#[derive(Debug, Clone)]
pub struct PossibleMove<'a> {
    /// The transition.
    pub transition: &'a Transition,
    /// Whether the actor may take it now, and if not, why.
    pub allowed: Result<(), Refusal>,
    /// Fields that must be given.
    pub required: Vec<&'a Field>,
    /// Fields that may be given.
    pub optional: Vec<&'a Field>,
}

/// Who asks, when, and what the store knows of the things named.
pub(crate) struct Asking<'a> {
    pub(crate) mover: Mover<'a>,
    pub(crate) now: Timestamp,
    pub(crate) known: &'a Known,
}

impl Asking<'_> {
    pub(super) fn today(&self) -> Date {
        clock::day_of(self.now)
    }
}

/// Takes a move on a copy of the case, or says everything that stands against it.
pub(crate) fn decide(
    rules: &Rules<'_>,
    case: &CaseSnapshot,
    request: &Move,
    asking: &Asking<'_>,
) -> Result<Outcome> {
    let procedure = rules.procedure(&case.head.procedure)?;
    if request.version.is_some_and(|version| version != case.head.version) {
        return Err(Refusal::conflict("case.stale").arg("number", case.head.label()).into());
    }
    let transition = procedure
        .transition(&request.transition)
        .ok_or_else(|| Refusal::invalid("case.no-such-move").arg("move", &request.transition))?;
    let standing = stance(case, procedure, asking.mover);
    let through = may(rules, case, (procedure, transition), (asking, &standing))?;
    let given = with_defaults(rules, procedure, (case, transition), (request, asking.today()));
    let fields = check_fields(
        &given,
        &Asked { requires: &transition.requires, optional: &transition.optional },
        (rules.compendium, procedure),
        (asking.known, asking.today()),
    );
    let fields = match (fields, check_note(transition, request, asking.mover)) {
        (Ok(fields), Ok(())) => fields,
        (Ok(_), Err(refusal)) => return Err(refusal.into()),
        (Err(refusals), Ok(())) => return Err(Error::Refused(refusals)),
        (Err(mut refusals), Err(refusal)) => {
            refusals.push(refusal);
            return Err(Error::Refused(refusals));
        }
    };
    let mut after_move = case.clone();
    for (key, value) in &fields {
        put(&mut after_move, key, value, (asking.known, asking.now))?;
    }
    let guarded = check_guards(transition, &after_move, procedure, (&standing, asking.today()))?;
    if !guarded.is_empty() {
        return Err(Error::Refused(guarded));
    }
    let todo = apply_effects(rules, &mut after_move, transition, asking)?;
    let taken = settle(rules, &mut after_move, (procedure, transition), asking)?;
    let visible = transition.public || matches!(asking.mover, Mover::Resident(_));
    Ok(Outcome { case: after_move, taken, through, fields, visible, todo })
}

/// What the page offers: every move of this state that anybody like the actor could take, the ones
/// that cannot be taken now with the reason.
pub fn possible_moves<'a>(
    rules: &Rules<'a>,
    mover: Mover<'_>,
    case: &CaseSnapshot,
    now: Timestamp,
) -> Result<Vec<PossibleMove<'a>>> {
    let procedure = rules.procedure(&case.head.procedure)?;
    let Some(state) = procedure.state(&case.head.state) else { return Ok(Vec::new()) };
    let standing = stance(case, procedure, mover);
    let known = Known::default();
    let asking = Asking { mover, now, known: &known };
    let mut offered = Vec::new();
    for transition in procedure.transitions_from(state) {
        let allowed = match may(rules, case, (procedure, transition), (&asking, &standing)) {
            Ok(_) => guards_before_asking(transition, case, procedure, (&standing, asking.today()))?
                .map_or(Ok(()), Err),
            Err(Error::Refused(refusals)) => match refusals.into_iter().next() {
                // Whoever has no part in a move is not shown it at all.
                Some(refusal) if is_denial(&refusal) => continue,
                Some(refusal) => Err(refusal),
                None => continue,
            },
            Err(fault) => return Err(fault),
        };
        let named = |keys: &'a [String]| keys.iter().filter_map(|key| procedure.field(key)).collect();
        offered.push(PossibleMove {
            transition,
            allowed,
            required: named(&transition.requires),
            optional: named(&transition.optional),
        });
    }
    Ok(offered)
}

fn is_denial(refusal: &Refusal) -> bool {
    matches!(refusal.key.as_ref(), "access.no-right" | "access.sign-in-first" | "case.not-yours")
}

/// A condition on a field that the move itself asks for can only be tried once it is given.
fn guards_before_asking(
    transition: &Transition,
    case: &CaseSnapshot,
    procedure: &Procedure,
    standing: (&Stance, Date),
) -> Result<Option<Refusal>> {
    let asked = transition.requires.iter().chain(&transition.optional);
    let names: Vec<String> =
        asked.flat_map(|key| [format!("case.fields.{key}"), format!("case.{key}")]).collect();
    let mut settled = transition.clone();
    settled.guards.retain(|rule| !names.iter().any(|name| rule.when.contains(name.as_str())));
    Ok(check_guards(&settled, case, procedure, standing)?.into_iter().next())
}

/// Whether the mover may take the transition from where the case stands; gives the role or relation.
fn may(
    rules: &Rules<'_>,
    case: &CaseSnapshot,
    (procedure, transition): (&Procedure, &Transition),
    (asking, standing): (&Asking<'_>, &Stance),
) -> Result<String> {
    let state = procedure
        .state(&case.head.state)
        .ok_or_else(|| Error::fault(format!("{} has no state {}", procedure.key, case.head.state)))?;
    if !transition.from.includes(state) {
        return Err(Refusal::conflict("case.not-from-this-state")
            .titled("move", transition)
            .titled("state", state)
            .into());
    }
    let permit = permit(rules.rights, case, transition, (asking.mover, standing))?;
    // Invariant: whoever handled a case turns no second key, also if some file says so
    // (`whoever_handles_a_case_cannot_close_it`).
    if procedure.needs_second_key(transition) && standing.in_chain {
        return Err(Refusal::forbidden("case.needs-second-key").titled("move", transition).into());
    }
    if matches!(permit.through(), "@verifier") && case.verifier() != asking.mover.person() {
        return Err(Refusal::forbidden("case.not-yours").into());
    }
    check_limits(rules, case, transition, asking.today())?;
    let closes = procedure.leads_to(transition).is_some_and(State::is_closed);
    // The parent closes last; only the resident may take the whole matter back.
    if closes && case.open_parts > 0 && !matches!(asking.mover, Mover::Resident(_)) {
        return Err(Refusal::conflict("case.parts-open").arg("n", case.open_parts).into());
    }
    Ok(permit.through().to_owned())
}

fn permit(
    rights: &RightsTable,
    case: &CaseSnapshot,
    transition: &Transition,
    (mover, standing): (Mover<'_>, &Stance),
) -> Result<Permit> {
    let by: Vec<String> = transition.by.iter().map(ToString::to_string).collect();
    let stands = |name: &str| by.iter().any(|by| by.strip_prefix('@') == Some(name));
    match mover {
        Mover::Clock if stands("clock") => Ok(Permit::for_job("case.move", "clock")),
        Mover::Resident(proof) if proof.case() == case.head.id && (stands("raiser") || stands("public")) => {
            Ok(Permit::for_resident("case.move"))
        }
        Mover::Resident(_) | Mover::Clock => Err(Refusal::forbidden("case.not-yours").into()),
        Mover::Person(actor) => Ok(person_permit(rights, case, (actor, standing), &by)?),
    }
}

/// The table of rights opens the door; the transition says who goes through.
fn person_permit(
    rights: &RightsTable,
    case: &CaseSnapshot,
    (actor, standing): (&Actor, &Stance),
    by: &[String],
) -> Result<Permit, Refusal> {
    let subject = Subject::of_unit(&case.head.unit_path).related(standing.relations.clone());
    rights.permit(actor, "case.move", &subject)?;
    rights.permit_by(actor, by, "case.move", &subject)
}

fn check_limits(rules: &Rules<'_>, case: &CaseSnapshot, transition: &Transition, today: Date) -> Result<()> {
    if let Some(limit) = transition.limit {
        let times = case.history.iter().filter(|taken| taken.transition == transition.key).count();
        if times >= limit as usize {
            return Err(Refusal::conflict("case.limit-reached")
                .titled("move", transition)
                .arg("limit", limit)
                .into());
        }
    }
    let Some(window) = &transition.within else { return Ok(()) };
    let since = window.since.iter().filter_map(|key| case.last_taken(key)).max();
    let last_day = since.map(|at| after(rules.calendar, clock::day_of(at), window.term).date);
    if last_day.is_none_or(|day| day < today) {
        let day = last_day.map(|day| day.to_string()).unwrap_or_default();
        return Err(Refusal::conflict("case.window-closed")
            .titled("move", transition)
            .arg("day", day)
            .into());
    }
    Ok(())
}

fn check_note(transition: &Transition, request: &Move, mover: Mover<'_>) -> Result<(), Refusal> {
    let written = request.note.as_deref().is_some_and(|note| !note.trim().is_empty());
    match transition.note {
        Note::Required if !written && !matches!(mover, Mover::Clock) => {
            Err(Refusal::invalid("case.missing-note").titled("move", transition).field("note"))
        }
        Note::None if written => Err(Refusal::invalid("case.unexpected-note").field("note")),
        _ => Ok(()),
    }
}

/// Adds the values that stand in the regulation for fields left empty: the term of the class.
fn with_defaults(
    rules: &Rules<'_>,
    procedure: &Procedure,
    (case, transition): (&CaseSnapshot, &Transition),
    (request, today): (&Move, Date),
) -> BTreeMap<String, String> {
    let mut given = request.fields.clone();
    for key in transition.requires.iter().chain(&transition.optional) {
        let missing = given.get(key).is_none_or(|value| value.trim().is_empty());
        let rule = procedure.field(key).and_then(|field| field.default.as_ref());
        if let (true, Some(rule)) = (missing, rule) {
            let class = given.get("class").cloned().unwrap_or_else(|| case.field("class"));
            let current = case.head.due;
            if let Some(day) =
                due_by(rules, procedure, (rule, &class, current), (today, &|key: &str| case.field(key)))
            {
                given.insert(key.clone(), day.0.to_string());
            }
        }
    }
    given
}

/// The day a rule gives, and whether it is provisional.
pub(super) fn due_by(
    rules: &Rules<'_>,
    procedure: &Procedure,
    (rule, class, current): (&DueRule, &str, Option<Date>),
    (today, field): (Date, &dyn Fn(&str) -> String),
) -> Option<(Date, bool)> {
    match rule {
        DueRule::ClassTerm => {
            let term = rules.compendium.classes(procedure).iter().find(|item| item.key == class)?.term?;
            let end = after(rules.calendar, today, term);
            Some((end.date, end.provisional))
        }
        DueRule::Field(key) => field(key).parse().ok().map(|day| (day, false)),
        DueRule::Term(term) => {
            let end = after(rules.calendar, today, *term);
            // Never earlier than the day already set.
            Some(match current {
                Some(day) if day > end.date => (day, false),
                _ => (end.date, end.provisional),
            })
        }
    }
}
