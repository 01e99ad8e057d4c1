//! The ledger (问题整改台账) on paper and as a workbook: exactly the rows that the list shows under the
//! same filter.

use base::Result;
use case::{
    export::{Speaker, table},
    store::{Filter, Sight},
};
use db::Cx;
use office::{Cell, Table};

use crate::model::Press;

/// The ledger under a filter, with its title and the day.
pub fn ledger(cx: &mut Cx<'_>, press: Press<'_>, sight: &Sight, filter: &Filter) -> Result<Table> {
    let speaker = Speaker {
        compendium: press.compendium,
        catalogue: press.catalogue,
        language: base::Language::Chinese,
    };
    let made = table(cx, &speaker, sight, filter)?;
    let unit = match &filter.unit_path {
        Some(path) => org::units_within(cx, path)?.into_iter().find(|unit| unit.path == *path),
        None => org::unit::root(cx)?,
    };
    let unit = unit.map(|unit| unit.name).unwrap_or_default();
    let day = office::document::chinese_date(cx.today());
    let procedure = filter.procedure.as_deref().and_then(|key| press.compendium.procedure(key));
    let what = procedure.map(|procedure| procedure.title.as_str()).unwrap_or_default();
    Ok(Table {
        title: press.say("publication-ledger-title", &[("unit", &unit), ("what", what)]),
        subtitle: press.say("publication-as-of", &[("day", &day)]),
        ..made
    })
}

/// Narrower columns would print a character to the line.
const NARROWEST: u16 = 12;
/// Wider ones would leave the others no room.
const WIDEST: u16 = 30;

/// The same table for paper: columns without a word are left out, and days stand without their hours.
pub fn for_paper(mut table: Table) -> Table {
    let filled: Vec<bool> = (0..table.columns.len())
        .map(|at| {
            table.rows.is_empty()
                || table.rows.iter().any(|row| row.get(at).is_some_and(|cell| !cell.is_blank()))
        })
        .collect();
    let keep = |at: usize| filled.get(at).copied().unwrap_or(false);
    let columns = std::mem::take(&mut table.columns).into_iter().enumerate();
    table.columns = columns.filter(|(at, _)| keep(*at)).map(|(_, column)| column).collect();
    for column in &mut table.columns {
        column.width = column.width.clamp(NARROWEST, WIDEST);
    }
    for row in &mut table.rows {
        let cells = std::mem::take(row).into_iter().enumerate().filter(|(at, _)| keep(*at));
        *row = cells
            .map(|(_, cell)| match cell {
                Cell::Moment(moment) => Cell::Date(moment.date()),
                other => other,
            })
            .collect();
    }
    table
}
