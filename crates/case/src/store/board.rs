//! Counts: the board, the desk, tallies.

use std::collections::BTreeMap;

use access::Actor;
use base::{Date, Id, Result, noun::Unit};
use db::{Cx, Row, Statement, values};
use regulation::CountsAs;

use crate::{
    model::{CaseHead, Tally},
    store::{
        conditions::Conditions,
        filter::{Filter, Mine, Sight, Sort},
        list, notices, people,
        shapes::{Board, BoardCell, BoardRow, Desk, StateCounts},
    },
};

pub(super) static ADD_TALLY: Statement = Statement::new(
    "case.add-tally",
    "INSERT INTO case_tally (procedure, unit_id, unit_path, department_id, state, n) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (procedure, unit_id, unit_path, department_id, state) \
     DO UPDATE SET n = case_tally.n + EXCLUDED.n",
);
pub(super) static TALLIES: Statement = Statement::new(
    "case.tallies",
    "SELECT procedure, unit_id, unit_path, department_id, state, n FROM case_tally WHERE n <> 0 \
     ORDER BY procedure, unit_id, unit_path, department_id, state",
);
pub(super) static RECOUNT: Statement = Statement::new(
    "case.recount-tallies",
    "SELECT procedure, unit_id, unit_path, COALESCE(department_id, '') AS department, state, COUNT(*) \
     FROM case_head GROUP BY procedure, unit_id, unit_path, COALESCE(department_id, ''), state",
);

/// Adds to the tallies what a change adds and takes.
pub(crate) fn tally(cx: &mut Cx<'_>, changes: &BTreeMap<Tally, i64>) -> Result<()> {
    for (key, n) in changes.iter().filter(|(_, n)| **n != 0) {
        let values = values![&key.procedure, &key.unit, &key.unit_path, &key.department, &key.state, *n];
        cx.execute(&ADD_TALLY, values)?;
    }
    Ok(())
}

/// What moving a case from one head to another changes.
pub(crate) fn tally_move(cx: &mut Cx<'_>, before: &CaseHead, after: &CaseHead) -> Result<()> {
    let mut changes = BTreeMap::new();
    *changes.entry(before.tally()).or_insert(0) -= 1;
    *changes.entry(after.tally()).or_insert(0) += 1;
    tally(cx, &changes)
}

/// The maintained tallies, and the same counted anew: they are equal, or something is wrong.
pub fn recount_tally(cx: &mut Cx<'_>) -> Result<Recount> {
    let read = |row: &Row<'_>| {
        let key = Tally {
            procedure: row.get(0)?,
            unit: row.get(1)?,
            unit_path: row.get(2)?,
            department: row.get(3)?,
            state: row.get(4)?,
        };
        Ok((key, row.get::<i64>(5)?))
    };
    let maintained = cx.rows(&TALLIES, &[], read)?.into_iter().collect();
    let counted = cx.rows(&RECOUNT, &[], read)?.into_iter().collect();
    Ok(Recount { maintained, counted })
}

/// Tallies as maintained and as counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recount {
    /// As every change maintained them.
    pub maintained: BTreeMap<Tally, i64>,
    /// As the heads give them.
    pub counted: BTreeMap<Tally, i64>,
}

impl Recount {
    /// Whether they are equal.
    pub fn holds(&self) -> bool {
        self.maintained == self.counted
    }
}

/// How many cases are in each state: from the tallies for the units of the sight, and counted for the few
/// cases outside them to which the actor stands in a relation.
pub fn count_by_state(cx: &mut Cx<'_>, sight: &Sight, procedure: &str) -> Result<StateCounts> {
    let filter = Filter { procedure: Some(procedure.to_owned()), ..Filter::default() };
    let inside = Conditions::of(cx.engine(), &Sight { relations: Vec::new(), ..sight.clone() }, &filter);
    let sql = format!("SELECT state, CAST(SUM(n) AS BIGINT) FROM case_tally{} GROUP BY state", inside.text());
    let state = |row: &db::Row<'_>| Ok((row.get::<String>(0)?, row.get::<i64>(1)?));
    let mut counts: StateCounts =
        cx.rows_of("case.count-by-state", &sql, inside.values(), state)?.into_iter().collect();
    if !sight.everything && !sight.relations.is_empty() {
        let outside = Conditions::outside(cx.engine(), sight, &filter);
        let sql = format!("SELECT state, COUNT(*) FROM case_head{} GROUP BY state", outside.text());
        for (state, n) in cx.rows_of("case.count-outside", &sql, outside.values(), state)? {
            *counts.entry(state).or_default() += n;
        }
    }
    counts.retain(|_, n| *n != 0);
    Ok(counts)
}

/// How many cases came in by each channel.
pub fn count_by_channel(cx: &mut Cx<'_>, sight: &Sight, procedure: &str) -> Result<StateCounts> {
    let filter = Filter { procedure: Some(procedure.to_owned()), ..Filter::default() };
    let conditions = Conditions::of(cx.engine(), sight, &filter);
    let sql = format!("SELECT channel, COUNT(*) FROM case_head{} GROUP BY channel", conditions.text());
    let counts = cx.rows_of("case.count-by-channel", &sql, conditions.values(), |row| {
        Ok((row.get::<Option<String>>(0)?.unwrap_or_default(), row.get::<i64>(1)?))
    })?;
    Ok(counts.into_iter().collect())
}

/// The days the board looks ahead.
const NEAR: u32 = 3;
const FAR: u32 = 7;

/// The board of overdue and promised dates by department, for a procedure on a day.
pub fn board(cx: &mut Cx<'_>, sight: &Sight, (procedure, today): (&str, Date)) -> Result<Board> {
    let filter = Filter { procedure: Some(procedure.to_owned()), ..Filter::default() };
    let mut conditions = Conditions::of(cx.engine(), sight, &filter);
    let sql = board_sql(&mut conditions, today);
    let mut rows = cx.rows_of("case.board", &sql, conditions.values(), |row| {
        let department: Option<Id<Unit>> = row.get(0)?;
        let numbers: Result<Vec<i64>> =
            (1..=7).map(|index| Ok(row.get::<Option<i64>>(index)?.unwrap_or(0))).collect();
        Ok((department, numbers?))
    })?;
    let names = people::names_of(cx, rows.iter().filter_map(|(unit, _)| *unit), std::iter::empty())?;
    rows.sort_by_key(|(unit, _)| unit.map(|unit| names.unit(unit)));
    let mut sums = vec![0; 7];
    for (_, numbers) in &rows {
        sums.iter_mut().zip(numbers).for_each(|(sum, n)| *sum += n);
    }
    let row = |department: Option<Id<Unit>>, numbers: &[i64], base: Filter| BoardRow {
        department,
        name: department.map(|unit| names.unit(unit)).unwrap_or_default(),
        ..cells(numbers, &base, today)
    };
    let total = row(None, &sums, filter.clone());
    let rows = rows.iter().map(|(department, numbers)| {
        let without_department = department.is_none();
        row(*department, numbers, Filter { department: *department, without_department, ..filter.clone() })
    });
    Ok(Board { rows: rows.collect(), total })
}

/// Sums of cases for which a condition holds, in the order of [`BoardRow`].
fn board_sql(conditions: &mut Conditions, today: Date) -> String {
    conditions.add("counts_as <> 'closed'");
    let mut day = |ahead: u32| conditions.bind(plus(today, ahead));
    let places = [day(0), day(NEAR), day(0), day(FAR), day(0), day(0)];
    let [from_near, near, from_far, far, late, word] = places;
    let sum = |condition: String| format!("CAST(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS BIGINT)");
    let sums = [
        sum("counts_as = 'open'".to_owned()),
        sum(format!("late_on >= {from_near} AND late_on <= {near}")),
        sum(format!("late_on >= {from_far} AND late_on <= {far}")),
        sum(format!("late_on < {late}")),
        sum("counts_as = 'handled'".to_owned()),
        sum("reopened > 0".to_owned()),
        sum(format!("next_word < {word}")),
    ];
    format!(
        "SELECT department_id, {} FROM case_head{} GROUP BY department_id",
        sums.join(", "),
        conditions.text()
    )
}

fn cells(numbers: &[i64], base: &Filter, today: Date) -> BoardRow {
    let n = |index: usize| numbers.get(index).copied().unwrap_or(0);
    let cell = |index: usize, filter: Filter| BoardCell { n: n(index), filter };
    let ahead = |days: u32| Filter {
        late_from: Some(today),
        late_through: Some(plus(today, days)),
        sort: Sort::Due,
        ..base.clone()
    };
    BoardRow {
        department: None,
        name: String::new(),
        open: cell(0, Filter { counts_as: Some(CountsAs::Open), ..base.clone() }),
        due_in_3: cell(1, ahead(NEAR)),
        due_in_7: cell(2, ahead(FAR)),
        overdue: cell(3, Filter { late_before: Some(today), sort: Sort::Due, ..base.clone() }),
        unconfirmed: cell(4, Filter { counts_as: Some(CountsAs::Handled), ..base.clone() }),
        returned: cell(5, Filter { reopened: true, not_closed: true, ..base.clone() }),
        next_word_late: cell(
            6,
            Filter { next_word_before: Some(today), sort: Sort::NextWord, ..base.clone() },
        ),
    }
}

const DAY: std::time::Duration = std::time::Duration::from_hours(24);

fn plus(day: Date, days: u32) -> Date {
    day.saturating_add(DAY * days)
}

/// The desk of a person on a day; each list holds at most `limit` rows.
pub fn desk(cx: &mut Cx<'_>, actor: &Actor, sight: &Sight, (today, limit): (Date, usize)) -> Result<Desk> {
    let ask =
        |mine: Mine| Filter { mine: Some(mine), not_closed: true, sort: Sort::Due, ..Filter::default() };
    let (mine, _) = list::heads(cx, &everything_of(sight), &ask(Mine::Holding), (None, limit))?;
    let soon = Filter { late_through: Some(plus(today, NEAR)), ..ask(Mine::Concerned) };
    let (soon_late, _) = list::heads(cx, &everything_of(sight), &soon, (None, limit))?;
    let waiting = Filter { mine: Some(Mine::Waiting), ..ask(Mine::Waiting) };
    let (waiting, _) = list::heads(cx, &everything_of(sight), &waiting, (None, limit))?;
    let unseen = notices::unseen(cx, actor)?;
    Ok(Desk {
        mine: list::with_names(cx, mine)?,
        waiting: list::with_names(cx, waiting)?,
        soon_late: list::with_names(cx, soon_late)?,
        unseen,
    })
}

/// What lies on one's own desk one may see, whatever the table of rights says about others' cases.
fn everything_of(sight: &Sight) -> Sight {
    Sight { everything: true, ..sight.clone() }
}

/// Statements put together here, for the test that prepares each on both engines.
pub fn representative_counts(engine: db::Engine) -> Vec<String> {
    let today = Date::constant(2026, 1, 1);
    [Sight::everything(), Sight::sample()]
        .iter()
        .map(|sight| {
            let mut conditions = Conditions::of(engine, sight, &Filter::default());
            board_sql(&mut conditions, today)
        })
        .collect()
}
