//! The ledger (问题整改台账) on paper and as a workbook: exactly the rows that the list shows under the
//! same filter.

use base::Result;
use case::{
    export::{Speaker, table},
    store::{Filter, Sight},
};
use db::Cx;
use office::Table;

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
