//! The ledger handed out under the filters of the list.

use axum::extract::Path;
use base::{Refusal, Result};
use case::store::{Filter, Sight};
use web::{Answer, Form, Visit};

use crate::{
    files::media_type,
    ledger::{for_paper, ledger},
    view::Desk,
};

/// What the address asks for, and what the visitor may take away.
fn asked(v: &Visit) -> Result<(Filter, Sight)> {
    let query = Form::of_query(v.query.as_deref());
    let today = base::clock::day_of(v.caller.now);
    let filter = case::query::filter_of(query.pairs(), today)?;
    let scope = v.app.rights().scope(&v.actor, "case.export");
    Ok((filter, Sight::within(&v.actor, &scope)))
}

pub(super) async fn file(v: Visit, Path(format): Path<String>) -> Answer {
    let (filter, sight) = asked(&v)?;
    let desk = Desk::of(&v)?;
    let table = v.read(move |cx| ledger(cx, desk.press(), &sight, &filter)).await?;
    let bytes = match format.as_str() {
        "xlsx" => table.to_xlsx()?,
        "docx" => office::document::landscape(&for_paper(table.clone()))?,
        _ => return Err(Refusal::not_found("publication.no-such-format").into()),
    };
    let name = format!("{}.{format}", table.title);
    Ok(v.file(&name, media_type(&format), bytes))
}
