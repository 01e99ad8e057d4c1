//! The SQL of cases: heads, what hangs on them, lists, the board.

pub(crate) mod board;
mod conditions;
mod filter;
pub(crate) mod hangings;
pub(crate) mod head;
pub(crate) mod imports;
mod list;
mod moved;
pub(crate) mod notices;
pub(crate) mod parts;
pub(crate) mod people;
mod shapes;

use db::Statement;

pub use board::{
    Recount, board, count_by_channel, count_by_state, desk, recount_tally, representative_counts,
};
pub use filter::{CasePage, CaseRow, Filter, Mine, Names, Office, Sight, Sort};
pub use hangings::{delete_view, duplicates, hangings, save_view, timeline, views};
pub use head::head;
pub use imports::{find_import, imports, imports_of_file, mapping, moved_since, verify_cases};
pub use list::{count, heads, list, representative_lists, with_names, within_sight};
pub use moved::follow_units;
pub use notices::{mark_seen, notices, notices_for_raiser, unseen};
pub use parts::{find, find_slip};
pub use people::{names, names_of};
pub use shapes::{
    Audience, Board, BoardCell, BoardRow, CaseFinding, Desk, Duplicate, Hangings, NoticeRow, Related,
    StateCounts, TimelineEvent, ViewRow,
};

/// The tables of cases.
pub const MIGRATIONS: &[db::Migration] =
    &[db::Migration { module: "case", version: 1, sql: include_str!("../../schema/0001.sql") }];

/// Every registered statement, for the tests that prepare each on both engines.
/// [`representative_lists`] and [`representative_counts`] give those put together from fragments.
pub static STATEMENTS: &[&Statement] = &[
    &moved::HEAD_UNIT,
    &moved::HEAD_DEPARTMENT,
    &moved::PARTY,
    &moved::TALLY,
    &head::FIND,
    &head::INSERT,
    &head::UPDATE,
    &head::NEXT,
    &head::BY_NUMBER,
    &head::BY_ID,
    &head::BY_SOURCE,
    &head::FOLLOW,
    &head::DUE_FALLBACKS,
    &head::PUT_OFF,
    &parts::TEXT,
    &parts::PARTIES,
    &parts::CLOCKS,
    &parts::SLIPS,
    &parts::SLIP,
    &parts::HISTORY,
    &parts::OPEN_PARTS,
    &parts::PUT_PARTY,
    &parts::PUT_CLOCK,
    &parts::PUT_SLIP,
    &parts::ADD_EVENT,
    &parts::INSERT_TEXT,
    &parts::UPDATE_TEXT,
    &parts::ADD_BANDS,
    &parts::LATE_CLOCKS,
    &parts::TOLD,
    &parts::WORDS,
    &people::UNIT,
    &people::PERSON,
    &people::AT_UNIT,
    &people::POSTS_OF,
    &board::ADD_TALLY,
    &board::TALLIES,
    &board::RECOUNT,
    &notices::ADD,
    &notices::WAITING,
    &notices::SEEN,
    &notices::ALL_SEEN,
    &notices::FOR_RAISER,
    &hangings::EVENTS,
    &hangings::SURVIVOR,
    &hangings::ATTACHMENTS,
    &hangings::ADD_ATTACHMENT,
    &hangings::PARTS,
    &hangings::DUPLICATES,
    &hangings::PUT_VIEW,
    &hangings::DROP_VIEW,
    &hangings::VIEWS,
    &hangings::FOLLOWERS,
    &imports::ADD,
    &imports::FIND,
    &imports::LATEST,
    &imports::SAME_FILE,
    &imports::PUT_MAPPING,
    &imports::MAPPING,
    &imports::MOVED,
    &imports::OF_IMPORT,
    &imports::UNDO,
    &imports::TALLIES_OF_IMPORT,
    &imports::REMOVALS[0],
    &imports::REMOVALS[1],
    &imports::REMOVALS[2],
    &imports::REMOVALS[3],
    &imports::REMOVALS[4],
    &imports::REMOVALS[5],
    &imports::REMOVALS[6],
    &imports::REMOVALS[7],
    &imports::REMOVALS[8],
    &imports::REMOVALS[9],
    &imports::PUT_RECEIPT,
    &imports::BY_NUMBER,
    &imports::BY_TOKEN,
    &imports::WRONG,
    &imports::RAISED,
    &imports::UNDONE,
    &imports::UNJOURNALLED,
    &crate::import::store::UNITS,
];
