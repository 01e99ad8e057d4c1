//! Effects that need the store: numbers, slips, the lot, parts, duplicates, notices.

use std::collections::BTreeSet;

use access::UnitPath;
use base::{
    Error, Id, Refusal, Result,
    noun::{Case, Person},
};
use db::Cx;
use regulation::{Holder, Party as By, Procedure, Relation, Restart, Verb};
use serde_json::{Value, json};

use super::{raise, tell};
use crate::{
    Rules,
    model::{CaseSnapshot, Draw, Move, Mover, Outcome, Party, Slip, Todo, after, draw},
    store::{
        hangings, head, notices,
        notices::Recipient,
        people::{self, Holding},
    },
};

/// What becomes part of the case itself and may still refuse.
pub(super) fn before_saving(
    cx: &mut Cx<'_>,
    rules: &Rules<'_>,
    (outcome, mover): (&mut Outcome, Mover<'_>),
    (request, fields): (&Move, &mut Value),
) -> Result<()> {
    let procedure = rules.procedure(&outcome.case.head.procedure)?;
    for todo in outcome.todo.clone() {
        match todo {
            Todo::GiveNumber => {
                let year = cx.today().year();
                let n = head::take_numbers(cx, &raise::sequence(procedure, year), 1)?;
                let n = u32::try_from(n).map_err(Error::fault)?;
                outcome.case.head.number = Some(procedure.number.render(year, n));
                fields["number"] = json!(outcome.case.head.number);
            }
            Todo::IssueSlip(slip) => {
                let issued = issue_slip(cx, rules, (&outcome.case, mover), (&slip, request))?;
                fields["slip"] = json!({ "number": issued.number, "due": issued.due.to_string() });
                outcome.case.head.slips_open += 1;
                outcome.case.slips.push(issued);
            }
            Todo::AnswerSlips => {
                let now = cx.now();
                let mut answered = Vec::new();
                for slip in outcome.case.slips.iter_mut().filter(|slip| slip.answered_at.is_none()) {
                    slip.answered_at = Some(now);
                    slip.answered_by = mover.person();
                    slip.answer.clone_from(&request.note);
                    answered.push(slip.number.clone());
                }
                outcome.case.head.slips_open = 0;
                fields["slips"] = json!(answered);
            }
            Todo::DrawVerifier(among) => {
                let drawn = draw_verifier(cx, &outcome.case, &among)?;
                fields["draw"] = json!(drawn);
                seat_verifier(cx, &mut outcome.case, drawn.drawn);
            }
            Todo::FollowInto(_) | Todo::OpenParts(_) | Todo::Tell(_) => {}
        }
    }
    Ok(())
}

/// What follows once the case is saved.
pub(super) fn after_saving(
    cx: &mut Cx<'_>,
    rules: &Rules<'_>,
    outcome: &Outcome,
    fields: &mut Value,
) -> Result<()> {
    let procedure = rules.procedure(&outcome.case.head.procedure)?;
    let key = format!("{}.{}", procedure.key, outcome.taken.transition);
    for todo in &outcome.todo {
        match todo {
            Todo::FollowInto(survivor) => {
                head::follow(cx, outcome.case.head.id, *survivor)?;
                tell_followers(cx, *survivor, &key)?;
            }
            Todo::OpenParts(lines) => {
                let mut opened = Vec::new();
                for line in lines {
                    let part = raise::raise_part(cx, rules, &outcome.case, line)?;
                    opened.push(json!({ "id": part.id, "number": part.number }));
                }
                fields["opened"] = Value::Array(opened);
            }
            Todo::Tell(who) => tell::tell(cx, procedure, &outcome.case, (who, &key))?,
            Todo::GiveNumber | Todo::IssueSlip(_) | Todo::AnswerSlips | Todo::DrawVerifier(_) => {}
        }
    }
    tell_new_verifier(cx, procedure, outcome, &key)?;
    if outcome.visible {
        // Whoever raised a duplicate hears with the case it was merged into.
        tell_followers(cx, outcome.case.head.id, &key)?;
        if outcome.case.head.has_raiser && !matches!(outcome.through.as_str(), "@resident") {
            notices::leave(cx, Recipient::Raiser, outcome.case.head.id, &key)?;
        }
    }
    Ok(())
}

/// Whoever the lot has fallen on must hear of it, whatever the file says.
fn tell_new_verifier(cx: &mut Cx<'_>, procedure: &Procedure, outcome: &Outcome, key: &str) -> Result<()> {
    if outcome.todo.iter().any(|todo| matches!(todo, Todo::DrawVerifier(_))) {
        let verifier = [By::Relation(Relation::Verifier)];
        tell::tell(cx, procedure, &outcome.case, (&verifier, key))?;
    }
    Ok(())
}

fn tell_followers(cx: &mut Cx<'_>, survivor: Id<Case>, key: &str) -> Result<()> {
    for duplicate in hangings::followers(cx, survivor)? {
        notices::leave(cx, Recipient::Raiser, duplicate, key)?;
    }
    Ok(())
}

fn issue_slip(
    cx: &mut Cx<'_>,
    rules: &Rules<'_>,
    (case, mover): (&CaseSnapshot, Mover<'_>),
    (reference, request): (&str, &Move),
) -> Result<Slip> {
    let slip = rules
        .compendium
        .slip(reference)
        .ok_or_else(|| Error::fault(format!("no regulation has the slip {reference}")))?;
    let year = cx.today().year();
    let sequence = match slip.number.restarts {
        Restart::Year => format!("case.slip.{reference}.{year}"),
        Restart::Never => format!("case.slip.{reference}"),
    };
    let n = u32::try_from(head::take_numbers(cx, &sequence, 1)?).map_err(Error::fault)?;
    let end = after(rules.calendar, cx.today(), slip.answer_within);
    // The reason is whichever given value is a reason of this slip.
    let reasons = slip_reasons(rules, reference, &slip.reasons);
    let reason = request.fields.values().find(|value| reasons.contains(&value.as_str())).cloned();
    Ok(Slip {
        id: cx.new_id(),
        case: case.head.id,
        slip: reference.to_owned(),
        number: slip.number.render(year, n),
        reason,
        note: request.note.clone(),
        issued_by: mover.person(),
        issued_at: cx.now(),
        due: end.date,
        provisional: end.provisional,
        answered_at: None,
        answered_by: None,
        answer: None,
    })
}

fn slip_reasons<'a>(rules: &Rules<'a>, reference: &str, list: &str) -> Vec<&'a str> {
    let own = reference.split_once('/').map(|(regulation, _)| format!("{regulation}/{list}"));
    let found = if list.contains('/') {
        rules.compendium.code_list(list)
    } else {
        own.and_then(|name| rules.compendium.code_list(&name))
    };
    found.map(|list| list.items.iter().map(|item| item.key.as_str()).collect()).unwrap_or_default()
}

/// Draws among persons in these roles, in the unit of the case first and then in the units above it.
/// Left out are everybody who took part in the handling, everybody with a post in a department that
/// did, and everybody drawn before.
fn draw_verifier(cx: &mut Cx<'_>, case: &CaseSnapshot, among: &[By]) -> Result<Draw> {
    let roles: Vec<&str> = among
        .iter()
        .filter_map(|party| match party {
            By::Role(role) => Some(role.as_str()),
            By::Relation(_) => None,
        })
        .collect();
    let today = cx.today();
    let mut candidates = people::in_roles(cx, &roles, &case.head.unit_path, today)?;
    // The nearest unit first.
    candidates.sort_by_key(|holding| (std::cmp::Reverse(holding.path.0.len()), holding.person));
    let barred = barred(case);
    let departments: Vec<&UnitPath> =
        case.parties.iter().filter_map(|party| party.unit_path.as_ref()).collect();
    let seed = cx.new_id::<()>().to_string();
    let mut rest = candidates.as_slice();
    while let Some(first) = rest.first() {
        let here: Vec<&Holding> = rest.iter().take_while(|holding| holding.path == first.path).collect();
        rest = &rest[here.len()..];
        let mut pool = Vec::new();
        for holding in here.iter().filter(|holding| !barred.contains(&holding.person)) {
            let posts = people::post_paths(cx, holding.person, today)?;
            let handles = posts.iter().any(|post| departments.iter().any(|path| post.is_within(path)));
            if !handles {
                pool.push(holding.person);
            }
        }
        if let Some(drawn) = draw(case.head.id, pool, &seed) {
            return Ok(drawn);
        }
    }
    Err(Refusal::conflict("case.nobody-to-draw").into())
}

/// Everybody who may not be drawn by name.
fn barred(case: &CaseSnapshot) -> BTreeSet<Id<Person>> {
    let parties = case.parties.iter().filter_map(|party| party.person);
    let said_done = [Verb::Handled.word(), Verb::Explain.word(), Verb::Report.word()];
    let reporters =
        case.history.iter().filter(|taken| said_done.contains(&taken.verb.as_str())).filter_map(|t| t.person);
    parties.chain(reporters).collect()
}

fn seat_verifier(cx: &Cx<'_>, case: &mut CaseSnapshot, person: Id<Person>) {
    let now = cx.now();
    for party in case.parties.iter_mut().filter(|p| p.relation == "verifier" && p.until.is_none()) {
        party.until = Some(now);
    }
    case.parties.push(Party {
        relation: "verifier".to_owned(),
        person: Some(person),
        unit: None,
        unit_path: None,
        since: now,
        until: None,
        signed_at: None,
    });
    if case.head.holder == Holder::Verifier {
        case.head.holder_person = Some(person);
    }
}
