//! My desk: mine to do, waiting for others, about to be late.

use askama::Template;
use base::{Id, noun::Case};
use web::{Answer, Form, Gate, Route, Visit};

use super::{
    Rulebook, sight_of,
    view::{RowView, Words},
};
use crate::store;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/", Gate::Public, page), Route::post("/notices/seen", Gate::SignedIn, notices_seen)]
}

/// Rows of each list on the desk.
const ROWS: usize = 20;
/// Lines of the bell on the desk.
const NOTICES: usize = 8;

/// A number that leads to its rows.
pub(super) struct Tile {
    pub(super) href: String,
    pub(super) n: i64,
    pub(super) words: String,
    pub(super) tone: &'static str,
}

struct Part {
    title: String,
    none: String,
    href: &'static str,
    rows: Vec<RowView>,
    more: bool,
}

struct Notice {
    case: Id<Case>,
    words: String,
    when: String,
}

#[derive(Template)]
#[template(path = "desk.html")]
struct DeskPage<'a> {
    v: &'a Visit,
    greeting: String,
    today: String,
    may_create: bool,
    tiles: Vec<Tile>,
    notices: Vec<Notice>,
    newest: String,
    parts_of_desk: Vec<Part>,
}

/// Staff come to their desk, everybody else to the residents' pages.
async fn page(v: Visit) -> Answer {
    if v.actor.person.is_none() {
        return Ok(v.redirect("/public"));
    }
    let book = Rulebook::of(&v.app)?;
    let (sight, actor, today) = (sight_of(&v)?, v.actor.clone(), v.today());
    let (desk, bell) = v
        .read(move |cx| {
            let desk = store::desk(cx, &actor, &sight, (today, ROWS + 1))?;
            Ok((desk, store::notices(cx, &actor, NOTICES)?))
        })
        .await?;
    let words = Words { v: &v, compendium: &book.compendium };
    let part = |title: &str, none: &str, href, rows: Vec<store::CaseRow>| Part {
        title: v.t(title),
        none: v.t(none),
        href,
        more: rows.len() > ROWS,
        rows: rows.into_iter().take(ROWS).map(|row| words.row(row)).collect(),
    };
    let tiles = tiles(&v, &desk);
    let newest = bell.first().map(|notice| notice.id.to_string()).unwrap_or_default();
    let notices = bell
        .into_iter()
        .filter(|notice| notice.seen_at.is_none())
        .map(|notice| Notice {
            words: notice_words(&words, &notice),
            when: v.moment(notice.at),
            case: notice.case,
        })
        .collect();
    let page = DeskPage {
        v: &v,
        greeting: v.t1("case-desk-of", "name", v.actor.name.as_str()),
        today: format!(
            "{} {}",
            v.date(today),
            v.t(&format!("case-weekday-{}", today.weekday().to_monday_one_offset()))
        ),
        may_create: v.might("case.create"),
        tiles,
        notices,
        newest,
        parts_of_desk: vec![
            part("case-desk-soon", "case-desk-soon-none", "/cases?due_within=3&sort=due", desk.soon_late),
            part("case-desk-mine", "case-desk-mine-none", "/cases?mine=holding&sort=due", desk.mine),
            part(
                "case-desk-waiting",
                "case-desk-waiting-none",
                "/cases?mine=leader&sort=next-word",
                desk.waiting,
            ),
        ],
    };
    Ok(v.page(&page))
}

fn tiles(v: &Visit, desk: &store::Desk) -> Vec<Tile> {
    let today = v.today();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let late = desk.soon_late.iter().filter(|row| row.head.is_late(today)).count();
    let tile = |href: &str, n: usize, key: &str, tone| Tile {
        href: href.to_owned(),
        n: count(n),
        words: v.t(key),
        tone,
    };
    vec![
        tile("/cases?mine=holding&sort=due", desk.mine.len(), "case-tile-mine", "wait"),
        tile("/cases?overdue=1&sort=due", late, "case-tile-late", if late > 0 { "late" } else { "met" }),
        tile("/cases?due_within=3&sort=due", desk.soon_late.len() - late, "case-tile-soon", "risk"),
        tile("/cases?mine=leader&sort=next-word", desk.waiting.len(), "case-tile-waiting", "plain"),
    ]
}

/// A line of the bell: what happened to which case.
fn notice_words(words: &Words<'_>, notice: &store::NoticeRow) -> String {
    let thing = format!("{} {}", notice.label, notice.title);
    match notice.key.split_once('.') {
        Some(("late", clock)) => {
            let title = words
                .compendium
                .procedures()
                .find_map(|procedure| procedure.clock(clock))
                .map_or(clock, |clock| regulation::Titled::title(clock, words.v.language));
            words.v.t2("case-notice-late", ("clock", title), ("case", thing.as_str()))
        }
        Some((procedure, transition)) => {
            let done = words.transition(procedure, transition);
            words.v.t2("case-notice-moved", ("what", done.as_str()), ("case", thing.as_str()))
        }
        None => thing,
    }
}

async fn notices_seen(v: Visit, form: Form) -> Answer {
    let (actor, through) = (v.actor.clone(), form.needed("through")?);
    v.tenant.db.write_operational(&v.caller, move |cx| store::mark_seen(cx, &actor, through)).await?;
    Ok(v.redirect("/"))
}
