//! The first page of the ledger with its rows drawn, against a bare query with the same drawing.

use access::Scope;
use base::Result;
use case::store::{Filter, Sight};
use db::{Bare, Value};

use super::{file_of, population::County, quantiles, times};

const ROWS: usize = 50;
const ROUNDS: usize = 400;

/// Measures and says.
pub(super) fn measure(county: &County, say: &mut dyn FnMut(String)) -> Result<()> {
    let scope = Scope { subtrees: vec![county.sees.clone()], ..Scope::default() };
    let sight = Sight::within(&access::Actor::public(), &scope);
    let db = &county.tenant.db;
    let caller = db.caller("system:bench");
    let mut drawn = 0;
    let ours = times(ROUNDS, || {
        let sight = sight.clone();
        let page =
            db.read_now(&caller, move |cx| case::store::list(cx, &sight, &Filter::default(), (None, ROWS)))?;
        let rows = page.rows.iter().map(|row| {
            let head = &row.head;
            let due = head.due.map(|day| day.to_string()).unwrap_or_default();
            let cells =
                [&head.label(), &head.title, &head.state, &row.unit, &due, &head.raised_at.to_string()];
            draw(cells.map(String::as_str))
        });
        drawn = rows.collect::<String>().len();
        Ok(())
    })?;
    let bare = Bare::open(&file_of(&county.home, &county.tenant.code))?;
    // Every column of the head, as a page needs them, and the name of the unit. The plus keeps SQLite to the
    // order of the key, which is what somebody who tunes the bare query would ask for.
    let sql = format!(
        "SELECT h.number, h.title, h.state, u.name, h.due, h.raised_at, h.* FROM case_head h \
         JOIN unit u ON u.id = h.unit_id WHERE +h.unit_path >= '{0}' AND +h.unit_path < '{1}/' \
         ORDER BY h.seq DESC LIMIT {ROWS}",
        county.sees.0,
        county.sees.0.trim_end_matches('.'),
    );
    let mut drawn_bare = 0;
    let theirs = times(ROUNDS, || {
        let rows = bare.rows(&sql)?;
        let page = rows.iter().map(|row| {
            let cell = |index: usize| match row.get(index) {
                Some(Value::Text(text)) => text.as_ref(),
                _ => "",
            };
            draw([cell(0), cell(1), cell(2), cell(3), cell(4), cell(5)])
        });
        drawn_bare = page.collect::<String>().len();
        Ok(())
    })?;
    let ((ours, ours_95), (theirs, theirs_95)) = (quantiles(&ours), quantiles(&theirs));
    say(format!(
        "first page of the ledger, {ROWS} rows drawn: Luoshi {ours:.2} ms (p95 {ours_95:.2}), {drawn} bytes"
    ));
    say(format!(
        "  bare query with the same drawing {theirs:.2} ms (p95 {theirs_95:.2}), {drawn_bare} bytes; ratio {:.2}",
        theirs / ours.max(1e-6)
    ));
    Ok(())
}

/// A row of a table.
fn draw(cells: [&str; 6]) -> String {
    let mut row = String::from("<tr>");
    for cell in cells {
        row.push_str("<td>");
        for c in cell.chars() {
            match c {
                '<' => row.push_str("&lt;"),
                '>' => row.push_str("&gt;"),
                '&' => row.push_str("&amp;"),
                '"' => row.push_str("&quot;"),
                _ => row.push(c),
            }
        }
        row.push_str("</td>");
    }
    row + "</tr>"
}
