//! The SQL of cases: heads, what hangs on them, lists, the board.

mod filter;
mod shapes;

use access::Actor;
use base::{Date, Error, Id, Result, noun::Case};
use db::Cx;

pub use filter::{CasePage, CaseRow, Filter, Mine, Names, Sight, Sort};
pub use shapes::{
    Audience, Board, BoardCell, BoardRow, CaseFinding, Desk, Duplicate, Hangings, ImportState, NoticeRow,
    Related, StateCounts, TimelineEvent, ViewRow,
};

use crate::model::CaseSnapshot;

/// The tables of cases.
pub const MIGRATIONS: &[db::Migration] =
    &[db::Migration { module: "case", version: 1, sql: include_str!("../../schema/0001.sql") }];

fn soon<T>(_: impl Sized) -> Result<T> {
    Err(Error::fault("the body of this query follows"))
}

/// A case with everything rules ask.
pub fn find(cx: &mut Cx<'_>, id: Id<Case>) -> Result<Option<CaseSnapshot>> {
    soon((cx.now(), id))
}

/// The timeline, oldest first.
pub fn timeline(cx: &mut Cx<'_>, id: Id<Case>, audience: Audience) -> Result<Vec<TimelineEvent>> {
    soon((cx.now(), id, audience))
}

/// A page of the ledger. `page` is the cursor of the page before and the most rows.
pub fn list(
    cx: &mut Cx<'_>,
    sight: &Sight,
    filter: &Filter,
    page: (Option<&str>, usize),
) -> Result<CasePage> {
    soon((cx.now(), sight, filter, page))
}

/// How many cases are in each state.
pub fn count_by_state(cx: &mut Cx<'_>, sight: &Sight, procedure: &str) -> Result<StateCounts> {
    soon((cx.now(), sight, procedure))
}

/// The board of overdue and promised dates by department.
pub fn board(cx: &mut Cx<'_>, sight: &Sight, asked: (&str, Date)) -> Result<Board> {
    soon((cx.now(), sight, asked))
}

/// The desk of a person.
pub fn desk(cx: &mut Cx<'_>, actor: &Actor, sight: &Sight, asked: (Date, usize)) -> Result<Desk> {
    soon((cx.now(), actor, sight, asked))
}

/// Cases whose words are like these, most alike first.
pub fn duplicates(cx: &mut Cx<'_>, text: &str, at_least: f64) -> Result<Vec<Duplicate>> {
    soon((cx.now(), text, at_least))
}

/// What hangs on a case: files, parts, duplicates.
pub fn hangings(cx: &mut Cx<'_>, id: Id<Case>) -> Result<Hangings> {
    soon((cx.now(), id))
}

/// Names of units and persons of many heads, in two queries.
pub fn names(cx: &mut Cx<'_>, heads: &[crate::model::CaseHead]) -> Result<Names> {
    soon((cx.now(), heads))
}
