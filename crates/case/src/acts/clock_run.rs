//! What the platform does by itself when terms run out.

use base::{Date, Error, Id, Result, noun::Case};
use db::Cx;
use journal::{Entry, Ref};
use regulation::{Party, Relation};
use serde_json::json;

use super::{take, tell};
use crate::{
    Rules,
    model::{Move, Mover, in_working_hours},
    store::{
        head,
        parts::{self, LateClock},
    },
};

/// Does what is due by the calendar: fallbacks of silent holders at once, notices of lateness in
/// working hours, each once. At most `limit` matters a run; gives how many were seen to.
pub fn run_clock(cx: &mut Cx<'_>, rules: &Rules<'_>, limit: u32) -> Result<u32> {
    let today = cx.today();
    let mut done = 0;
    for case in head::due_fallbacks(cx, today, limit)? {
        fall_back(cx, rules, case)?;
        done += 1;
    }
    if in_working_hours(rules.calendar, cx.now()) && done < limit {
        for late in parts::late_clocks(cx, today, limit - done)? {
            tell_late(cx, rules, &late)?;
            done += 1;
        }
    }
    Ok(done)
}

fn fall_back(cx: &mut Cx<'_>, rules: &Rules<'_>, id: Id<Case>) -> Result<()> {
    let Some(found) = head::head(cx, id)? else { return Ok(()) };
    let procedure = rules.procedure(&found.procedure)?;
    let fallback = procedure.state(&found.state).and_then(|state| state.fallback.as_ref());
    let Some(fallback) = fallback else { return Ok(()) };
    match take::take(cx, rules, Mover::Clock, (id, &Move::new(&fallback.take))) {
        Ok(_) => Ok(()),
        Err(Error::Refused(refusals)) => {
            let reason = refusals.first().map(|refusal| refusal.key.to_string()).unwrap_or_default();
            put_off(cx, rules, (id, &fallback.take), &reason)
        }
        Err(fault) => Err(fault),
    }
}

/// What cannot be done today, as when there is nobody to draw, is tried again on the next working day,
/// and the office is told why.
fn put_off(
    cx: &mut Cx<'_>,
    rules: &Rules<'_>,
    (id, transition): (Id<Case>, &str),
    reason: &str,
) -> Result<()> {
    let Some(case) = parts::find(cx, id)? else { return Ok(()) };
    let procedure = rules.procedure(&case.head.procedure)?;
    head::put_off(cx, id, next_try(rules, cx.today()))?;
    let office = [Party::Relation(Relation::Office)];
    tell::tell(cx, procedure, &case, (&office, &format!("stuck.{transition}")))?;
    let body = json!({ "move": transition, "reason": reason });
    journal::append(cx, &Entry::new("case.fallback-put-off", Ref::new("case", id), body)).map(|_| ())
}

/// The last day of waiting: on the working day after it the platform tries again.
fn next_try(rules: &Rules<'_>, today: Date) -> Date {
    let tomorrow = today.tomorrow().unwrap_or(today);
    let day = rules.calendar.working_day_from(tomorrow);
    day.yesterday().unwrap_or(today)
}

fn tell_late(cx: &mut Cx<'_>, rules: &Rules<'_>, late: &LateClock) -> Result<()> {
    let now = cx.now();
    parts::clock_told(cx, late, now)?;
    let Some(case) = parts::find(cx, late.case)? else { return Ok(()) };
    let procedure = rules.procedure(&case.head.procedure)?;
    if let Some(clock) = procedure.clock(&late.key) {
        let key = format!("late.{}", clock.key);
        tell::tell(cx, procedure, &case, (&clock.tell_when_late, &key))?;
    }
    let body = json!({ "clock": late.key, "run": late.run });
    journal::append(cx, &Entry::new("case.late-told", Ref::new("case", late.case), body)).map(|_| ())
}
