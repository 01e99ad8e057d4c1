//! The list: what is owed, what lies drafted, what was issued.

use std::collections::BTreeSet;

use askama::Template;
use base::{Id, noun, noun::Unit};
use web::{Answer, Form, Visit, cursor_after};

use crate::{
    model::{Publication, State},
    owed::{self, Owed, Standing},
    store::{self, Reader},
    view::{Desk, may_read},
};

const PAGE: usize = 24;

/// A period without an issue.
struct OwedView {
    clause: String,
    unit: Id<Unit>,
    unit_name: String,
    title: String,
    period: String,
    day: String,
    due: String,
    tone: &'static str,
    standing: String,
    draft: Option<Id<noun::Publication>>,
}

/// A line of the list.
pub(super) struct Line {
    pub(super) id: Id<noun::Publication>,
    pub(super) title: String,
    pub(super) number: String,
    pub(super) period: String,
    pub(super) unit: String,
    pub(super) tone: &'static str,
    pub(super) state: String,
    pub(super) when: String,
}

/// A publication as a line of a list.
pub(super) fn line(v: &Visit, publication: &Publication) -> Line {
    let (tone, state, at) = match &publication.state {
        State::Draft => ("wait", "publication-state-draft", publication.drafted_at),
        State::Issued(issue) => ("met", "publication-state-issued", issue.at),
        State::Removed(_, removal) => ("exempt", "publication-state-removed", removal.at),
    };
    Line {
        id: publication.id,
        title: publication.document.frame.title.clone(),
        number: publication.document.number.clone().unwrap_or_default(),
        period: publication.document.period.key.clone(),
        unit: publication.document.unit.clone(),
        tone,
        state: v.t(state),
        when: v.moment(at),
    }
}

#[derive(Template)]
#[template(path = "publications.html")]
struct ListPage<'a> {
    v: &'a Visit,
    owed: Vec<OwedView>,
    lines: Vec<Line>,
    next: Option<String>,
}

pub(super) async fn page(v: Visit) -> Answer {
    let query = Form::of_query(v.query.as_deref());
    let cursor = query.given("cursor").map(str::to_owned);
    let (desk, units) = (Desk::of(&v)?, units_to_draft_for(&v));
    let (owed, page) = v
        .read(move |cx| {
            let owed = owed::owed(cx, desk.press(), &units)?;
            Ok((owed, store::list(cx, Reader::Office, cursor.as_deref(), PAGE)?))
        })
        .await?;
    let lines = page.rows.iter().filter(|one| may_read(&v, one)).map(|one| line(&v, one)).collect();
    let next = page.next.map(|cursor| cursor_after(query.pairs(), &cursor));
    let owed = owed.into_iter().map(|owed| owed_view(&v, owed)).collect();
    Ok(v.page(&ListPage { v: &v, owed, lines, next }))
}

/// The units the actor drafts for: those of the posts that carry the right themselves, not what lies
/// below them.
fn units_to_draft_for(v: &Visit) -> Vec<Id<Unit>> {
    let carried = v.app.rights().scope(&v.actor, "publication.draft").subtrees;
    let units: BTreeSet<Id<Unit>> =
        v.actor.posts.iter().filter(|post| carried.contains(&post.unit_path)).map(|post| post.unit).collect();
    units.into_iter().collect()
}

fn owed_view(v: &Visit, owed: Owed) -> OwedView {
    let (tone, standing) = match owed.standing {
        Standing::Running => ("plain", "publication-standing-running"),
        Standing::Due => ("risk", "publication-standing-due"),
        Standing::Late => ("late", "publication-standing-late"),
    };
    OwedView {
        clause: owed.clause,
        unit: owed.unit,
        unit_name: owed.unit_name,
        title: v.pick(&owed.title.0, &owed.title.1).to_owned(),
        day: owed.period.start.to_string(),
        period: owed.period.key,
        due: owed.due.map(|due| due.date.to_string()).unwrap_or_default(),
        tone,
        standing: v.t(standing),
        draft: owed.draft,
    }
}
