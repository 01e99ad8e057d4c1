//! Taking a move: the one door for every verb.

use base::{Error, Id, Refusal, Result, noun::Case};
use db::Cx;
use journal::{Entry, Ref};
use regulation::FieldKind;
use serde_json::json;

use access::Actor;

use super::effects;
use crate::{
    Rules,
    model::{Asking, CaseHead, CaseSnapshot, Known, Move, Mover, Outcome, decide, wanted},
    store::{board, head, parts, people},
};

/// Takes a move: the one door for every verb.
pub fn take(
    cx: &mut Cx<'_>,
    rules: &Rules<'_>,
    mover: Mover<'_>,
    (id, request): (Id<Case>, &Move),
) -> Result<CaseHead> {
    let before = parts::find(cx, id)?.ok_or_else(|| Refusal::not_found("case.no-such-case"))?;
    let known = known(cx, rules, &before, request)?;
    let asking = Asking { mover, now: cx.now(), known: &known };
    let mut outcome = decide(rules, &before, request, &asking)?;
    // Everything that may still refuse comes before the first row is written.
    let mut fields = json!(outcome.fields);
    effects::before_saving(cx, rules, (&mut outcome, mover), (request, &mut fields))?;
    if !parts::save(cx, &before, &outcome.case)? {
        return Err(Refusal::conflict("case.stale").arg("number", before.head.label()).into());
    }
    if parts::moved_tally(&before.head, &outcome.case.head) {
        board::tally_move(cx, &before.head, &outcome.case.head)?;
    }
    effects::after_saving(cx, rules, &outcome, &mut fields)?;
    write_down(cx, (&outcome, mover), request, &fields)?;
    Ok(outcome.case.head)
}

/// What the store knows of the persons, units and cases that the values name.
fn known(cx: &mut Cx<'_>, rules: &Rules<'_>, case: &CaseSnapshot, request: &Move) -> Result<Known> {
    let procedure = rules.procedure(&case.head.procedure)?;
    let mut known = Known::default();
    let today = cx.today();
    for (kind, value) in wanted(procedure, &request.fields) {
        match kind {
            FieldKind::Person => {
                if let Some(person) = people::person(cx, &value, today)? {
                    known.persons.insert(value, person);
                }
            }
            FieldKind::Unit => {
                if let Some(unit) = people::unit(cx, &value)? {
                    known.units.insert(value, unit);
                }
            }
            _ => {
                if let Some(found) = head::named(cx, &value)? {
                    known.cases.insert(value, found);
                }
            }
        }
    }
    Ok(known)
}

/// The line of the timeline and the entry of the journal.
fn write_down(
    cx: &mut Cx<'_>,
    (outcome, mover): (&Outcome, Mover<'_>),
    request: &Move,
    fields: &serde_json::Value,
) -> Result<()> {
    let case = &outcome.case;
    let written = |note: &Option<String>| {
        note.as_deref().map(str::trim).filter(|note| !note.is_empty()).map(str::to_owned)
    };
    let (note, private_note) = (written(&request.note), written(&request.private_note));
    let n = i64::try_from(case.history.len()).map_err(Error::fault)?;
    parts::add_event(
        cx,
        &parts::NewEvent {
            case: case.head.id,
            n,
            taken: &outcome.taken,
            actor: &mover.word(),
            through: &outcome.through,
            note: note.as_deref(),
            private_note: private_note.as_deref(),
            fields,
            visible: outcome.visible,
        },
    )?;
    let body = json!({
        "move": outcome.taken.transition,
        "verb": outcome.taken.verb,
        "from": outcome.taken.from,
        "to": outcome.taken.to,
        "by": mover.word(),
        "through": outcome.through,
        "version": case.head.version,
        "fields": fields,
        "note": note,
        "private_note_sha256": private_note.as_deref().map(crate::store::imports::digest),
    });
    journal::append(cx, &Entry::new("case.moved", Ref::new("case", case.head.id), body)).map(|_| ())
}

/// Takes the same move on many cases: all or none. A refusal carries the arg `number` of its case.
pub fn take_many(
    cx: &mut Cx<'_>,
    rules: &Rules<'_>,
    actor: &Actor,
    (ids, request): (&[Id<Case>], &Move),
) -> Result<Vec<CaseHead>> {
    let mut heads = Vec::with_capacity(ids.len());
    let mut refusals = Vec::new();
    // A version belongs to one case; many cases are taken as they stand.
    let request = Move { version: None, ..request.clone() };
    for id in ids {
        match take(cx, rules, Mover::Person(actor), (*id, &request)) {
            Ok(head) => heads.push(head),
            Err(Error::Refused(found)) => {
                let label = head::head(cx, *id)?.map_or_else(|| id.to_string(), |head| head.label());
                refusals.extend(found.into_iter().map(|mut refusal| {
                    refusal.args.retain(|(name, _)| name != "number");
                    refusal.arg("number", &label).arg("case", id)
                }));
            }
            Err(fault) => return Err(fault),
        }
    }
    if refusals.is_empty() { Ok(heads) } else { Err(Error::Refused(refusals)) }
}
