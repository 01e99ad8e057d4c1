//! A supervision slip on screen and on paper, for whoever may see its case.

use askama::Template;
use axum::extract::Path;
use base::{Id, Refusal, Result, noun};
use web::{Answer, Visit};

use crate::{
    files::media_type,
    slip::{SlipSheet, chosen, sheet},
    view::Desk,
};

#[derive(Template)]
#[template(path = "slip.html")]
struct SlipPage<'a> {
    v: &'a Visit,
    case: Id<noun::Case>,
    which: String,
    day: String,
    slip: SlipSheet,
}

/// The slip, as if it were not there for whoever may not see the case.
async fn found(v: &Visit, case: Id<noun::Case>, which: String) -> Result<SlipSheet> {
    let (desk, visit, rules) = (Desk::of(v)?, v.clone(), case::Rulebook::of(&v.app)?);
    v.read(move |cx| {
        let found = case::visible(cx, &visit, &rules, case)?;
        let slip = chosen(&found, &which).ok_or_else(|| Refusal::not_found("publication.no-such-slip"))?;
        sheet(cx, desk.press(), &found, slip)
    })
    .await
}

pub(super) async fn page(v: Visit, Path((case, which)): Path<(Id<noun::Case>, String)>) -> Answer {
    let slip = found(&v, case, which.clone()).await?;
    Ok(v.page(&SlipPage { v: &v, case, which, day: v.date(slip.date), slip }))
}

pub(super) async fn docx(v: Visit, Path((case, which)): Path<(Id<noun::Case>, String)>) -> Answer {
    let slip = found(&v, case, which).await?;
    let bytes = slip.to_docx(Desk::of(&v)?.press())?;
    Ok(v.file(&format!("{}.docx", slip.number), media_type("docx"), bytes))
}
