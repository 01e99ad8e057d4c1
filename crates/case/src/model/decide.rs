//! The interpreter: whether a move is allowed, and what the case is afterwards.

use std::collections::BTreeMap;

use access::{Actor, Permit, RightsTable, Subject};
use base::{Date, Error, Id, Refusal, Result, Timestamp, clock};
use regulation::{
    CountsAs, Destination, DueRule, Effect, Field, Holder, Note, Party as By, Procedure, State, Transition,
    Verb,
};

use crate::{
    Rules,
    model::{
        Asked, CaseSnapshot, InBothLanguages, Known, Move, Mover, Party, Stance, Taken, Turn, after,
        check_fields, check_guards, field_values, refresh_clocks, stance,
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
    fn today(&self) -> Date {
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
    let todo = apply_effects(rules, &mut after_move, (transition, &standing), asking)?;
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
    let mut moves = Vec::new();
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
        moves.push(PossibleMove {
            transition,
            allowed,
            required: named(&transition.requires),
            optional: named(&transition.optional),
        });
    }
    Ok(moves)
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
fn due_by(
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

/// Puts a checked value where it belongs.
fn put(case: &mut CaseSnapshot, key: &str, value: &str, (known, now): (&Known, Timestamp)) -> Result<()> {
    let unit = |value: &str| {
        let found = known.units.values().find(|unit| unit.id.to_string() == value).cloned();
        found.ok_or_else(|| Error::fault("a checked unit is not known"))
    };
    let head = &mut case.head;
    let some = |value: &str| (!value.is_empty()).then(|| value.to_owned());
    match key {
        "title" => value.clone_into(&mut head.title),
        "channel" => head.channel = some(value),
        "class" => head.class = some(value),
        "category" => head.category = some(value),
        "unit" => {
            let unit = unit(value)?;
            (head.unit, head.unit_path) = (unit.id, unit.path);
        }
        "leader" => {
            head.leader = Some(value.parse().map_err(Error::fault)?);
            replace_party(case, "leader", now);
        }
        "person" => {
            head.handler = Some(value.parse().map_err(Error::fault)?);
            replace_party(case, "handler", now);
        }
        "department" => {
            let unit = unit(value)?;
            (head.department, head.department_path) = (Some(unit.id), Some(unit.path));
            replace_party(case, "department", now);
        }
        "due" => {
            head.due = Some(value.parse().map_err(Error::fault)?);
            head.due_provisional = false;
        }
        "co_departments" => {
            let units: Result<Vec<_>> = field_values(value).map(unit).collect();
            set_joint(case, units?, now);
        }
        "merged_into" => head.merged_into = Some(value.parse().map_err(Error::fault)?),
        _ => {
            case.fields.insert(key.to_owned(), value.to_owned());
        }
    }
    Ok(())
}

/// Ends the present party of a relation where the head now names another, and begins the new one.
fn replace_party(case: &mut CaseSnapshot, relation: &str, now: Timestamp) {
    let head = &case.head;
    let (person, unit) = match relation {
        "leader" => (head.leader, None),
        "handler" => (head.handler, None),
        _ => (None, head.department),
    };
    let unit_path = unit.and(head.department_path.clone());
    let mut stays = false;
    for party in case.parties.iter_mut().filter(|party| party.relation == relation && party.until.is_none()) {
        if party.person == person && party.unit == unit {
            stays = true;
        } else {
            party.until = Some(now);
            if relation == "department" {
                stays = false;
            }
        }
    }
    if !stays && (person.is_some() || unit.is_some()) {
        case.parties.push(Party {
            relation: relation.to_owned(),
            person,
            unit,
            unit_path,
            since: now,
            until: None,
            signed_at: None,
        });
    }
    if relation == "department" && !stays {
        // Those who handled jointly with the former department have no part in what follows.
        set_joint(case, Vec::new(), now);
    }
}

fn set_joint(case: &mut CaseSnapshot, units: Vec<crate::model::KnownUnit>, now: Timestamp) {
    for party in case.parties.iter_mut().filter(|party| party.relation == "joint" && party.until.is_none()) {
        if !units.iter().any(|unit| Some(unit.id) == party.unit) {
            party.until = Some(now);
        }
    }
    for unit in units {
        let known = case.present("joint").any(|party| party.unit == Some(unit.id));
        // The lead department does not handle jointly with itself.
        if !known && Some(unit.id) != case.head.department {
            case.parties.push(Party {
                relation: "joint".to_owned(),
                person: None,
                unit: Some(unit.id),
                unit_path: Some(unit.path),
                since: now,
                until: None,
                signed_at: None,
            });
        }
    }
}

/// Empties a field.
fn clear(case: &mut CaseSnapshot, key: &str, now: Timestamp) {
    let head = &mut case.head;
    match key {
        "leader" => {
            head.leader = None;
            replace_party(case, "leader", now);
        }
        "person" => {
            head.handler = None;
            replace_party(case, "handler", now);
        }
        "department" => {
            (head.department, head.department_path) = (None, None);
            replace_party(case, "department", now);
        }
        "co_departments" => set_joint(case, Vec::new(), now),
        "class" => head.class = None,
        "category" => head.category = None,
        "due" => (head.due, head.due_provisional) = (None, false),
        "merged_into" => head.merged_into = None,
        _ => {
            case.fields.remove(key);
        }
    }
}

/// Applies what needs no store; returns the rest.
fn apply_effects(
    rules: &Rules<'_>,
    case: &mut CaseSnapshot,
    (transition, standing): (&Transition, &Stance),
    asking: &Asking<'_>,
) -> Result<Vec<Todo>> {
    let procedure = rules.procedure(&case.head.procedure)?;
    let mut todo = Vec::new();
    if transition.verb() == Some(Verb::AnswerSlip) {
        todo.push(Todo::AnswerSlips);
    }
    for effect in &transition.effects {
        match effect {
            Effect::GiveNumber if case.head.number.is_none() => todo.push(Todo::GiveNumber),
            Effect::GiveNumber => {}
            // The number stays on the case as its name; that it is struck off is said by the state.
            Effect::CancelNumber => {
                case.fields.insert("number_cancelled_on".to_owned(), asking.today().to_string());
            }
            Effect::SetDue { to } => {
                let class = case.field("class");
                let day = due_by(
                    rules,
                    procedure,
                    (to, &class, case.head.due),
                    (asking.today(), &|key: &str| case.field(key)),
                );
                if let Some((day, provisional)) = day {
                    (case.head.due, case.head.due_provisional) = (Some(day), provisional);
                }
            }
            Effect::Set { field, value } => put(case, field, value, (asking.known, asking.now))?,
            Effect::Clear { fields } => fields.iter().for_each(|key| clear(case, key, asking.now)),
            Effect::IssueSlip { slip } => todo.push(Todo::IssueSlip(slip.clone())),
            Effect::DrawVerifier { among } => todo.push(Todo::DrawVerifier(among.clone())),
            Effect::MergeInto { field } => todo.push(merge_into(case, field, asking)?),
            Effect::OpenParts { field } => {
                let text = case.fields.remove(field).unwrap_or_default();
                let parts: Vec<String> =
                    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
                if parts.len() < 2 {
                    return Err(Refusal::invalid("case.too-few-parts").field(field).into());
                }
                todo.push(Todo::OpenParts(parts));
            }
            Effect::Countersign => countersign(case, (asking, standing))?,
            Effect::Tell { who } => todo.push(Todo::Tell(who.clone())),
        }
    }
    Ok(todo)
}

fn merge_into(case: &mut CaseSnapshot, field: &str, asking: &Asking<'_>) -> Result<Todo> {
    let written = case.field(field);
    let target = asking.known.cases.values().find(|known| {
        known.id.to_string() == written || known.merged_into.is_some_and(|into| into.to_string() == written)
    });
    let Some(target) = target else {
        return Err(Refusal::invalid("case.no-such-case").field(field).into());
    };
    let survivor = target.merged_into.unwrap_or(target.id);
    if survivor == case.head.id || target.id == case.head.id {
        return Err(Refusal::invalid("case.merge-into-itself").field(field).into());
    }
    if target.closed && target.merged_into.is_none() {
        return Err(Refusal::invalid("case.merge-into-closed").field(field).into());
    }
    case.head.merged_into = Some(survivor);
    Ok(Todo::FollowInto(survivor))
}

fn countersign(case: &mut CaseSnapshot, (asking, _): (&Asking<'_>, &Stance)) -> Result<()> {
    let Mover::Person(actor) = asking.mover else {
        return Err(Refusal::forbidden("case.not-yours").into());
    };
    let mut signed = false;
    for party in case
        .parties
        .iter_mut()
        .filter(|party| party.relation == "joint" && party.until.is_none() && party.signed_at.is_none())
    {
        if party.unit_path.as_ref().is_some_and(|path| actor.has_post_within(path)) {
            party.signed_at = Some(asking.now);
            signed = true;
        }
    }
    if signed { Ok(()) } else { Err(Refusal::conflict("case.already-countersigned").into()) }
}

/// Moves the case to its new state and lets the clocks follow.
fn settle(
    rules: &Rules<'_>,
    case: &mut CaseSnapshot,
    (procedure, transition): (&Procedure, &Transition),
    asking: &Asking<'_>,
) -> Result<Taken> {
    let from = case.head.state.clone();
    let to = match &transition.to {
        Destination::Same => from.clone(),
        Destination::Previous => previous(case, &from),
        Destination::State(key) => key.clone(),
    };
    let taken = Taken {
        transition: transition.key.clone(),
        verb: transition.verb().map(Verb::word).unwrap_or_default().to_owned(),
        at: asking.now,
        from: from.clone(),
        to: to.clone(),
        person: asking.mover.person(),
    };
    match transition.verb() {
        Some(Verb::Assign | Verb::Transfer) => case.head.assigned_at = Some(asking.now),
        Some(Verb::Reopen) => case.head.reopened += 1,
        Some(Verb::ExtendApprove) => case.head.extended += 1,
        _ => {}
    }
    case.head.version += 1;
    // A state entered again, as when another verifier is drawn, is entered anew.
    let anew = transition.to.state().is_some();
    let step =
        Step { taken: &transition.key, anew: anew || to != from, word: transition.public, now: asking.now };
    enter(rules, case, procedure, (&to, &step))?;
    case.history.push(taken.clone());
    Ok(taken)
}

/// The state the case was in before it came into `state`.
fn previous(case: &CaseSnapshot, state: &str) -> String {
    let into = case.history.iter().rev().find(|taken| taken.to == state && taken.from != state);
    into.map_or_else(|| state.to_owned(), |taken| taken.from.clone())
}

/// How a state is entered.
pub(crate) struct Step<'a> {
    /// The transition, or `intake`.
    pub(crate) taken: &'a str,
    /// Whether the time in the state begins.
    pub(crate) anew: bool,
    /// Whether the resident has heard a word by it.
    pub(crate) word: bool,
    /// When.
    pub(crate) now: Timestamp,
}

/// Puts the case into a state: who holds the ball, what the resident is promised, what runs.
pub(crate) fn enter(
    rules: &Rules<'_>,
    case: &mut CaseSnapshot,
    procedure: &Procedure,
    (to, step): (&str, &Step<'_>),
) -> Result<()> {
    let state =
        procedure.state(to).ok_or_else(|| Error::fault(format!("{} has no state {to}", procedure.key)))?;
    let today = clock::day_of(step.now);
    let head = &mut case.head;
    to.clone_into(&mut head.state);
    (head.counts_as, head.column, head.holder) = (state.counts_as, state.column, state.holder);
    head.updated_at = step.now;
    match state.counts_as {
        CountsAs::Open => (head.handled_at, head.closed_at) = (None, None),
        CountsAs::Handled => {
            head.handled_at = head.handled_at.or(Some(step.now));
            head.closed_at = None;
        }
        CountsAs::Closed => head.closed_at = Some(step.now),
    }
    if !state.is_closed() {
        // A case that goes on by itself follows no other.
        head.merged_into = None;
    }
    let promised = state.next_word_within.map(|term| after(rules.calendar, today, term).date);
    head.next_word = match (promised, head.next_word) {
        // A promise is renewed by a word and by nothing else.
        (Some(new), Some(old)) if !step.word => Some(new.min(old)),
        (new, _) => new,
    };
    if step.anew {
        head.fallback_on =
            state.fallback.as_ref().map(|fallback| after(rules.calendar, today, fallback.after).date);
    }
    case.head.holder_person = match state.holder {
        Holder::Handler => case.head.handler,
        Holder::Leader => case.head.leader,
        Holder::Verifier => case.verifier(),
        _ => None,
    };
    case.head.holder_unit = match state.holder {
        Holder::Handler | Holder::Department | Holder::Joint => case.head.department,
        _ => None,
    };
    let turn = Turn { taken: step.taken, today, closed: state.is_closed() };
    refresh_clocks(case, procedure, (rules.compendium, rules.calendar), &turn);
    Ok(())
}
