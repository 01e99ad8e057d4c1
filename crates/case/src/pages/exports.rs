//! The ledger going out as a file.

use web::{Answer, Form, Gate, Route, Visit};

use super::{Rulebook, sight_of};
use crate::{
    export::{self, Format, Speaker},
    query::filter_of,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/cases/export.xlsx", Gate::Action("case.export"), export_xlsx),
        Route::get("/cases/export.csv", Gate::Action("case.export"), export_csv),
    ]
}

pub(crate) async fn export_xlsx(v: Visit) -> Answer {
    send(&v, Format::Xlsx).await
}

pub(crate) async fn export_csv(v: Visit) -> Answer {
    send(&v, Format::Csv).await
}

/// The ledger as the address says, under the visitor's own sight; the journal hears of it.
async fn send(v: &Visit, format: Format) -> Answer {
    let form = Form::of_query(v.query.as_deref());
    let filter = filter_of(form.pairs(), v.today())?;
    let (rulebook, sight, visit) = (Rulebook::of(&v.app)?, sight_of(v)?, v.clone());
    let asked = filter.clone();
    let (bytes, rows) = v
        .read(move |cx| {
            let (compendium, catalogue) = (rulebook.compendium.as_ref(), visit.app.catalogue());
            let speaker = Speaker { compendium, catalogue, language: visit.language };
            let table = export::table(cx, &speaker, &sight, &asked)?;
            Ok((format.write(&table)?, table.rows.len()))
        })
        .await?;
    v.write(move |cx| export::record(cx, &filter, (format, rows))).await?;
    let name = format!("{}-{}.{}", v.t("case-export-sheet"), v.today(), format.ending());
    Ok(v.file(&name, format.media_type(), bytes))
}
