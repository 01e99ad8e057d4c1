//! The ledger: filters, orders, pages by key.

use base::{Date, Refusal, Result};
use db::{Cx, Engine, Value};

use crate::{
    model::CaseHead,
    store::{
        conditions::Conditions,
        filter::{CasePage, CaseRow, Filter, Mine, Names, Sight, Sort},
        head, people,
        shapes::Duplicate,
    },
};

/// Where a page begins: after this key in this part of the order.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cursor {
    /// The sorted column's value; `None` among the rows that have none, which come last.
    key: Option<String>,
    seq: i64,
}

impl Cursor {
    fn parse(text: &str) -> Result<Self> {
        let unreadable = || Refusal::invalid("case.cursor").field("cursor");
        let (seq, key) = text.split_once('~').map_or((text, None), |(seq, key)| (seq, Some(key.to_owned())));
        Ok(Self { key, seq: seq.parse().map_err(|_| unreadable())? })
    }

    fn text(&self) -> String {
        self.key.as_ref().map_or_else(|| self.seq.to_string(), |key| format!("{}~{key}", self.seq))
    }
}

/// One stretch of an order. Rows without a value make a stretch of their own at the end, so that each
/// stretch is read straight from an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stretch {
    Keyed(&'static str),
    WithoutKey(&'static str),
    BySeq,
}

fn stretches(sort: Sort) -> &'static [Stretch] {
    match sort {
        Sort::Newest | Sort::Oldest => &[Stretch::BySeq],
        Sort::Due => &[Stretch::Keyed("late_on"), Stretch::WithoutKey("late_on")],
        Sort::NextWord => &[Stretch::Keyed("next_word"), Stretch::WithoutKey("next_word")],
        Sort::Updated => &[Stretch::Keyed("updated_at")],
    }
}

fn key_of(head: &CaseHead, sort: Sort) -> Option<String> {
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    match sort {
        Sort::Newest | Sort::Oldest => None,
        Sort::Due => day(head.late_on),
        Sort::NextWord => day(head.next_word),
        Sort::Updated => Some(base::clock::to_text(head.updated_at)),
    }
}

/// A page of the ledger. `page` is the cursor of the page before and the most rows.
pub fn list(
    cx: &mut Cx<'_>,
    sight: &Sight,
    filter: &Filter,
    page: (Option<&str>, usize),
) -> Result<CasePage> {
    let (heads, next) = heads(cx, sight, filter, page)?;
    Ok(CasePage { rows: with_names(cx, heads)?, next })
}

/// The heads of a page and where the next begins.
pub fn heads(
    cx: &mut Cx<'_>,
    sight: &Sight,
    filter: &Filter,
    (cursor, limit): (Option<&str>, usize),
) -> Result<(Vec<CaseHead>, Option<String>)> {
    let cursor = cursor.map(Cursor::parse).transpose()?;
    let mut found: Vec<CaseHead> = Vec::new();
    for stretch in stretches(filter.sort) {
        let Some(start) = begins(*stretch, cursor.as_ref()) else { continue };
        let wanted = limit + 1 - found.len();
        let (sql, values) = page_sql(cx.engine(), (sight, filter), (*stretch, start), wanted);
        found.extend(cx.rows_of("case.list", &sql, &values, |row| head::read(row, 0))?);
        if found.len() > limit {
            break;
        }
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more);
    let next = last.map(|head| Cursor { key: key_of(head, filter.sort), seq: head.seq }.text());
    Ok((found, next))
}

/// Where a stretch begins under a cursor: `None` when the page before has passed it.
#[expect(clippy::option_option, reason = "passed, from the start, after a key")]
fn begins(stretch: Stretch, cursor: Option<&Cursor>) -> Option<Option<&Cursor>> {
    match (stretch, cursor) {
        (_, None) | (Stretch::BySeq, Some(_)) => Some(cursor),
        (Stretch::Keyed(_), Some(at)) => at.key.is_some().then_some(cursor),
        (Stretch::WithoutKey(_), Some(at)) => Some(if at.key.is_none() { cursor } else { None }),
    }
}

fn page_sql(
    engine: Engine,
    (sight, filter): (&Sight, &Filter),
    (stretch, start): (Stretch, Option<&Cursor>),
    wanted: usize,
) -> (String, Vec<Value<'static>>) {
    let mut conditions = Conditions::of(engine, sight, filter);
    let falling = matches!(filter.sort, Sort::Newest | Sort::Updated);
    let (order, than) = if falling { ("DESC", "<") } else { ("ASC", ">") };
    let order_by = match stretch {
        Stretch::Keyed(column) => {
            conditions.add(format!("{column} IS NOT NULL"));
            if let Some((key, seq)) = start.and_then(|at| at.key.clone().map(|key| (key, at.seq))) {
                let (bound, again) = (conditions.bind(key.clone()), conditions.bind(key));
                let seq = conditions.bind(seq);
                conditions
                    .add(format!("({column} {than} {bound} OR ({column} = {again} AND seq {than} {seq}))"));
            }
            format!("{column} {order}, seq {order}")
        }
        Stretch::WithoutKey(column) => {
            conditions.add(format!("{column} IS NULL"));
            after_seq(&mut conditions, start, than);
            format!("seq {order}")
        }
        Stretch::BySeq => {
            after_seq(&mut conditions, start, than);
            format!("seq {order}")
        }
    };
    let limit = conditions.bind(i64::try_from(wanted).unwrap_or(i64::MAX));
    let columns = head::COLUMNS;
    let sql =
        format!("SELECT {columns} FROM case_head{} ORDER BY {order_by} LIMIT {limit}", conditions.text());
    (sql, conditions.values().to_vec())
}

fn after_seq(conditions: &mut Conditions, start: Option<&Cursor>, than: &str) {
    if let Some(at) = start {
        let seq = conditions.bind(at.seq);
        conditions.add(format!("seq {than} {seq}"));
    }
}

/// The heads with the names people read.
pub fn with_names(cx: &mut Cx<'_>, heads: Vec<CaseHead>) -> Result<Vec<CaseRow>> {
    let names = people::names(cx, &heads)?;
    Ok(heads.into_iter().map(|head| row_of(head, &names)).collect())
}

fn row_of(head: CaseHead, names: &Names) -> CaseRow {
    let holder =
        head.holder_person.map(|id| names.person(id)).or_else(|| head.holder_unit.map(|id| names.unit(id)));
    CaseRow {
        unit: names.unit(head.unit),
        department: head.department.map(|id| names.unit(id)),
        leader: head.leader.map(|id| names.person(id)),
        handler: head.handler.map(|id| names.person(id)),
        holder,
        head,
    }
}

/// How many cases a filter lists.
pub fn count(cx: &mut Cx<'_>, sight: &Sight, filter: &Filter) -> Result<i64> {
    let conditions = Conditions::of(cx.engine(), sight, filter);
    let sql = format!("SELECT COUNT(*) FROM case_head{}", conditions.text());
    let found = cx.rows_of("case.count", &sql, conditions.values(), |row| row.get::<i64>(0))?;
    Ok(found.first().copied().unwrap_or(0))
}

/// The statements of representative lists, for the test that prepares each on both engines.
pub fn representative_lists(engine: Engine) -> Vec<String> {
    let sights = [Sight::everything(), Sight::sample()];
    let all_mine = [
        Mine::Holding,
        Mine::Leader,
        Mine::Handler,
        Mine::Department,
        Mine::Verifier,
        Mine::Author,
        Mine::Concerned,
        Mine::Waiting,
    ];
    let mut filters: Vec<Filter> =
        all_mine.into_iter().map(|mine| Filter { mine: Some(mine), ..Filter::default() }).collect();
    filters.extend([Filter::default(), Filter::sample()]);
    let starts = [
        None,
        Some(Cursor { key: Some("2026-01-01".to_owned()), seq: 7 }),
        Some(Cursor { key: None, seq: 7 }),
    ];
    let mut all = Vec::new();
    for sort in [Sort::Newest, Sort::Oldest, Sort::Due, Sort::NextWord, Sort::Updated] {
        for filter in &filters {
            let filter = Filter { sort, ..filter.clone() };
            for sight in &sights {
                for start in &starts {
                    for stretch in stretches(sort) {
                        all.push(page_sql(engine, (sight, &filter), (*stretch, start.as_ref()), 50).0);
                    }
                }
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// Of near duplicates, those the actor may see.
pub fn within_sight(cx: &mut Cx<'_>, sight: &Sight, found: Vec<Duplicate>) -> Result<Vec<Duplicate>> {
    if found.is_empty() {
        return Ok(found);
    }
    let mut conditions = Conditions::of(cx.engine(), sight, &Filter::default());
    conditions.one_of("seq", found.iter().map(|duplicate| duplicate.seq.into()).collect());
    let sql = format!("SELECT seq FROM case_head{}", conditions.text());
    let seen = cx.rows_of("case.within-sight", &sql, conditions.values(), |row| row.get::<i64>(0))?;
    Ok(found.into_iter().filter(|duplicate| seen.contains(&duplicate.seq)).collect())
}
