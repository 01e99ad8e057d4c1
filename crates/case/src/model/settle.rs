//! Entering a state: who holds the ball, what is promised, what runs.

use base::{Error, Result, Timestamp, clock};
use regulation::{CountsAs, Destination, Holder, Procedure, Transition, Verb};

use crate::{
    Rules,
    model::{Asking, CaseSnapshot, Taken, Turn, after, refresh_clocks},
};

/// Moves the case to its new state and lets the clocks follow.
pub(super) fn settle(
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
