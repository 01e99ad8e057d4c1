//! Effects of a transition, as far as they need no store.

use base::{Refusal, Result};
use regulation::{Effect, Transition, Verb};

use crate::{
    Rules,
    model::{
        Asking, CaseSnapshot, Mover, Todo,
        decide::due_by,
        put::{clear, put},
    },
};

/// Applies what needs no store; returns the rest.
pub(super) fn apply_effects(
    rules: &Rules<'_>,
    case: &mut CaseSnapshot,
    transition: &Transition,
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
            Effect::Countersign => countersign(case, asking)?,
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

fn countersign(case: &mut CaseSnapshot, asking: &Asking<'_>) -> Result<()> {
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
