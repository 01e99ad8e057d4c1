//! The board: what is late, at risk, unconfirmed, by department; every number leads to its rows.

use askama::Template;
use web::{Answer, Form, Gate, Route, Visit};

use super::{Rulebook, desk::Tile, ledger::procedure_of, sight_of, view::Words};
use crate::{
    query::address_of,
    store::{self, BoardCell, BoardRow},
};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/board", Gate::Action("case.board"), page)]
}

struct Cell {
    n: i64,
    href: String,
    tone: &'static str,
}

struct Line {
    name: String,
    cells: Vec<Cell>,
}

/// A bar of a chart, in units of its view box.
struct Bar {
    name: String,
    n: i64,
    tone: &'static str,
    y: usize,
    text_y: usize,
    width: i64,
    end: i64,
}

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage<'a> {
    v: &'a Visit,
    as_of: String,
    tiles: Vec<Tile>,
    bars: Vec<Bar>,
    chart_height: usize,
    channels: Vec<Bar>,
    channel_height: usize,
    heads: Vec<String>,
    departments: Vec<Line>,
}

const HEADS: [&str; 7] = [
    "case-board-open",
    "case-board-overdue",
    "case-board-due-3",
    "case-board-due-7",
    "case-board-unconfirmed",
    "case-board-returned",
    "case-board-word",
];

async fn page(v: Visit) -> Answer {
    let form = Form::of_query(v.query.as_deref());
    let book = Rulebook::of(&v.app)?;
    let procedure = procedure_of(&book.compendium, form.given("procedure"))?;
    let (sight, today, asked) = (sight_of(&v)?, v.today(), procedure.clone());
    let (board, counts, by_channel) = v
        .read(move |cx| {
            let board = store::board(cx, &sight, (&asked, today))?;
            let counts = store::count_by_state(cx, &sight, &asked)?;
            Ok((board, counts, store::count_by_channel(cx, &sight, &asked)?))
        })
        .await?;
    let words = Words { v: &v, compendium: &book.compendium };
    let states = book.compendium.procedure(&procedure).map_or(&[][..], |procedure| &procedure.states);
    let bars = bars(states.iter().filter_map(|state| {
        let n = counts.get(&state.key).copied().filter(|n| *n > 0)?;
        Some((words.state(&procedure, &state.key), n, tone_of(state.column)))
    }));
    let items = book.compendium.procedure(&procedure).map_or(&[][..], |p| book.compendium.channels(p));
    let channels = self::bars(items.iter().filter_map(|item| {
        let n = by_channel.get(&item.key).copied().filter(|n| *n > 0)?;
        Some((regulation::Titled::title(item, v.language).to_owned(), n, "wait"))
    }));
    let page = BoardPage {
        as_of: v.t2(
            "case-board-as-of",
            ("moment", v.moment(v.caller.now)),
            ("n", counts.values().sum::<i64>()),
        ),
        tiles: tiles(&v, &board.total),
        chart_height: bars.len() * 26 + 4,
        bars,
        channel_height: channels.len() * 26 + 4,
        channels,
        heads: HEADS.iter().map(|key| v.t(key)).collect(),
        departments: board.rows.iter().map(|row| line(&v, row)).collect(),
        v: &v,
    };
    Ok(v.page(&page))
}

fn tone_of(column: regulation::Column) -> &'static str {
    match column {
        regulation::Column::Incoming | regulation::Column::Doing => "wait",
        regulation::Column::Waiting => "exempt",
        regulation::Column::Unconfirmed => "risk",
        regulation::Column::Closed => "met",
    }
}

/// The widest bar takes 340 of the 520 units; the rest is for names and numbers.
fn bars(rows: impl Iterator<Item = (String, i64, &'static str)>) -> Vec<Bar> {
    let rows: Vec<_> = rows.collect();
    let most = rows.iter().map(|(_, n, _)| *n).max().unwrap_or(1).max(1);
    let bar = |(at, (name, n, tone)): (usize, (String, i64, &'static str))| {
        let width = (n * 340 / most).max(2);
        Bar { name, n, tone, y: at * 26 + 2, text_y: at * 26 + 16, width, end: 126 + width }
    };
    rows.into_iter().enumerate().map(bar).collect()
}

fn cells(row: &BoardRow) -> [(&BoardCell, &'static str); 7] {
    [
        (&row.open, ""),
        (&row.overdue, "late"),
        (&row.due_in_3, "risk"),
        (&row.due_in_7, ""),
        (&row.unconfirmed, "risk"),
        (&row.returned, ""),
        (&row.next_word_late, "late"),
    ]
}

fn tiles(v: &Visit, total: &BoardRow) -> Vec<Tile> {
    let tones = ["wait", "late", "risk", "plain", "risk", "plain", "late"];
    cells(total)
        .into_iter()
        .zip(HEADS)
        .zip(tones)
        .map(|(((cell, _), key), tone)| Tile {
            href: address_of(&cell.filter),
            n: cell.n,
            words: v.t(key),
            tone: if cell.n == 0 { "plain" } else { tone },
        })
        .collect()
}

fn line(v: &Visit, row: &BoardRow) -> Line {
    let name = if row.department.is_none() { v.t("case-no-department") } else { row.name.clone() };
    let cells = cells(row)
        .into_iter()
        .map(|(cell, tone)| Cell { n: cell.n, href: address_of(&cell.filter), tone })
        .collect();
    Line { name, cells }
}
