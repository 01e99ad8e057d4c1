//! Clocks: when they start, stop, pause and go on. A clock runs for its holder only.

use base::{
    Date, Timestamp,
    calendar::{Calendar, DayKind, Deadline, Term},
    clock,
};
use regulation::{Clock, Compendium, Holder, Procedure};

use crate::model::{CaseSnapshot, ClockRun};

/// What a change does to the clocks of a case.
pub(crate) struct Turn<'a> {
    /// The transition taken, or `intake`.
    pub(crate) taken: &'a str,
    /// The day.
    pub(crate) today: Date,
    /// Whether the case has ended.
    pub(crate) closed: bool,
}

/// When a term that begins today ends.
pub(crate) fn after(calendar: &Calendar, today: Date, term: Term) -> Deadline {
    calendar.deadline(today, term)
}

/// Stops, starts, pauses and resumes the clocks, and sets the day the case becomes late.
pub(crate) fn refresh_clocks(
    case: &mut CaseSnapshot,
    procedure: &Procedure,
    rules: (&Compendium, &Calendar),
    turn: &Turn<'_>,
) {
    let (compendium, calendar) = rules;
    for clock in &procedure.clocks {
        if turn.closed || clock.stops_on.iter().any(|key| key == turn.taken) {
            stop(case, &clock.key, turn.today);
        }
        if !turn.closed && clock.starts_on.iter().any(|key| key == turn.taken) {
            start(case, clock, (compendium, calendar), turn.today);
        }
        follow_field(case, clock, turn.today);
        pause_or_resume(case, clock, calendar, turn.today);
    }
    case.head.late_on = case.clocks.iter().filter(|run| run.is_running()).map(|run| run.due).min();
}

fn stop(case: &mut CaseSnapshot, key: &str, today: Date) {
    for run in case.clocks.iter_mut().filter(|run| run.key == key && run.is_active()) {
        run.stopped_on = Some(today);
        // A clock that pauses ran out before the pause or not at all.
        run.was_late = Some(run.paused_on.unwrap_or(today) > run.due);
    }
}

fn start(case: &mut CaseSnapshot, clock: &Clock, rules: (&Compendium, &Calendar), today: Date) {
    let Some(deadline) = end_of(case, clock, rules, today) else { return };
    stop(case, &clock.key, today);
    let earlier = case.clocks.iter().filter(|run| run.key == clock.key).map(|run| run.run).max();
    case.clocks.push(ClockRun {
        key: clock.key.clone(),
        run: earlier.unwrap_or(0) + 1,
        started_on: today,
        due: deadline.date,
        provisional: deadline.provisional,
        paused_on: None,
        remaining_days: None,
        stopped_on: None,
        was_late: None,
        told_at: None,
    });
}

fn end_of(
    case: &CaseSnapshot,
    clock: &Clock,
    (compendium, calendar): (&Compendium, &Calendar),
    today: Date,
) -> Option<Deadline> {
    if let Some(field) = &clock.until {
        let date = case.field(field).parse().ok()?;
        return Some(Deadline { date, provisional: field == "due" && case.head.due_provisional });
    }
    let slip = clock.slip.as_deref().and_then(|slip| compendium.slip(slip)).map(|slip| slip.answer_within);
    clock.term.or(slip).map(|term| after(calendar, today, term))
}

/// A clock that runs until the day in a field follows that field when it changes.
fn follow_field(case: &mut CaseSnapshot, clock: &Clock, today: Date) {
    let Some(field) = &clock.until else { return };
    let Ok(day) = case.field(field).parse::<Date>() else { return };
    let provisional = field == "due" && case.head.due_provisional;
    for run in case.clocks.iter_mut().filter(|run| run.key == clock.key && run.is_active()) {
        if run.due != day {
            run.due = day;
            run.provisional = provisional;
            run.told_at = None;
            run.remaining_days = run.paused_on.map(|_| days_between(today, day));
        }
    }
}

fn pause_or_resume(case: &mut CaseSnapshot, clock: &Clock, calendar: &Calendar, today: Date) {
    let runs = runs_for(clock, case.head.holder);
    let working = clock.term.is_some_and(|term| term.kind == DayKind::Working);
    let mut moved_to = None;
    for run in case.clocks.iter_mut().filter(|run| run.key == clock.key && run.is_active()) {
        match run.paused_on {
            None if !runs => {
                run.paused_on = Some(today);
                run.remaining_days = Some(remaining(calendar, today, run.due, working));
            }
            Some(_) if runs => {
                let left = run.remaining_days.take().unwrap_or(0);
                run.paused_on = None;
                // What was late when the ball went elsewhere stays late.
                if let Ok(days) = u32::try_from(left) {
                    let term = if working { Term::working(days) } else { Term::calendar(days).exact() };
                    let end = after(calendar, today, term);
                    moved_to = (end.date != run.due).then_some(end);
                    run.due = end.date;
                    run.provisional |= end.provisional;
                }
            }
            _ => {}
        }
    }
    // The due date that everybody reads is the day the clock now holds its holder to.
    if let (Some(end), Some("due")) = (moved_to, clock.until.as_deref()) {
        case.head.due = Some(end.date);
    }
}

fn runs_for(clock: &Clock, holder: Holder) -> bool {
    clock.runs_while.is_empty() || clock.runs_while.contains(&holder)
}

fn remaining(calendar: &Calendar, today: Date, due: Date, working: bool) -> i64 {
    if !working || due < today {
        return days_between(today, due);
    }
    i64::from(calendar.working_days_between(today, due))
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// Whether people may be disturbed: on working days from nine to six.
pub fn in_working_hours(calendar: &Calendar, now: Timestamp) -> bool {
    let here = clock::in_china(now);
    calendar.is_working_day(here.date()) && (9..18).contains(&here.hour())
}
