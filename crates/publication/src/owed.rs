//! Which issues are owed: the periods of every recurring publication that nobody has reported on yet.

use base::{
    Date, Id, Result,
    cadence::Cadence,
    calendar::Deadline,
    clock,
    noun::{self, Unit},
};
use case::store::{Filter, Sight, Sort};
use db::Cx;

use crate::{
    model::{Press, Span, State},
    store,
};

/// How many periods are looked back over: a year of months, which is what a list can usefully show.
const LOOK_BACK: usize = 12;

/// A period of a recurring publication without an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// `regulation-id/clause-key`.
    pub clause: String,
    /// The clause's titles, Chinese and English.
    pub title: (String, String),
    /// The unit that owes it.
    pub unit: Id<Unit>,
    /// Its name.
    pub unit_name: String,
    /// The period.
    pub period: Span,
    /// Until when it is to be issued.
    pub due: Option<Deadline>,
    /// The draft that waits to be issued.
    pub draft: Option<Id<noun::Publication>>,
    /// How it stands.
    pub standing: Standing,
}

/// How a period without an issue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The period goes on; it may be reported on already.
    Running,
    /// The period is over and the issue is due.
    Due,
    /// The day it was due has passed.
    Late,
}

/// What these units owe today, the latest period first.
pub fn owed(cx: &mut Cx<'_>, press: Press<'_>, units: &[Id<Unit>]) -> Result<Vec<Owed>> {
    let mut all = Vec::new();
    for (name, clause) in press.clauses() {
        let (Some(every), Some(about)) = (&clause.every, &clause.about) else { continue };
        let cadence = Cadence::parse(every)?;
        for unit in units {
            let unit = org::unit::unit(cx, *unit)?;
            let Some(first) = first_day(cx, about, &unit)? else { continue };
            let periods: Vec<Span> = cadence.periods_between(first, cx.today()).map(Span::from).collect();
            let skipped = periods.len().saturating_sub(LOOK_BACK);
            let Some(from) = periods.get(skipped).map(|period| period.start) else { continue };
            let known = store::of_unit(cx, &name, unit.id, from)?;
            for period in periods.into_iter().skip(skipped) {
                let mut of_period = known.iter().filter(|one| one.document.period == period);
                if of_period.clone().any(|one| matches!(one.state, State::Issued(_))) {
                    continue;
                }
                let draft = of_period.find(|one| one.state == State::Draft).map(|one| one.id);
                let due = clause.due_after.map(|term| press.calendar.deadline(period.end, term));
                all.push(Owed {
                    clause: name.clone(),
                    title: (clause.title.clone(), clause.title_en.clone()),
                    unit: unit.id,
                    unit_name: unit.name.clone(),
                    standing: standing(&period, due, cx.today()),
                    period,
                    due,
                    draft,
                });
            }
        }
    }
    all.sort_by_key(|owed| std::cmp::Reverse(owed.period.start));
    Ok(all)
}

/// The day of the unit's first case: nothing is owed about the time before.
fn first_day(cx: &mut Cx<'_>, procedure: &str, unit: &org::unit::Unit) -> Result<Option<Date>> {
    let filter = Filter {
        procedure: Some(procedure.to_owned()),
        unit_path: Some(unit.path.clone()),
        sort: Sort::Oldest,
        ..Filter::default()
    };
    let page = case::store::list(cx, &Sight::everything(), &filter, (None, 1))?;
    Ok(page.rows.first().map(|row| clock::day_of(row.head.raised_at)))
}

fn standing(period: &Span, due: Option<Deadline>, today: Date) -> Standing {
    if today <= period.end {
        Standing::Running
    } else if due.is_some_and(|due| due.date < today) {
        Standing::Late
    } else {
        Standing::Due
    }
}
