//! The bell: who is to be told what.

use access::Actor;
use base::{
    Id, Result,
    noun::{Case, Notice, Person},
};
use db::{Cx, Statement, Value, values};

use crate::store::{
    people::{padded, placeholders},
    shapes::NoticeRow,
};

pub(super) static ADD: Statement = Statement::new(
    "case.add-notice",
    "INSERT INTO case_notice (id, recipient, case_id, key, at) VALUES ($1, $2, $3, $4, $5)",
);
pub(super) static WAITING: Statement = Statement::new(
    "case.notice-waiting",
    "SELECT COUNT(*) FROM case_notice WHERE recipient = $1 AND case_id = $2 AND key = $3 AND seen_at IS NULL",
);
pub(super) static SEEN: Statement = Statement::new(
    "case.notice-seen",
    "UPDATE case_notice SET seen_at = $2 WHERE recipient = $1 AND seen_at IS NULL AND id <= $3",
);
pub(super) static ALL_SEEN: Statement = Statement::new(
    "case.notices-all-seen",
    "UPDATE case_notice SET seen_at = $2 WHERE recipient = $1 AND seen_at IS NULL",
);
pub(super) static FOR_RAISER: Statement = Statement::new(
    "case.notices-for-raiser",
    "SELECT n.id, n.case_id, h.number, h.title, n.key, n.at, n.seen_at FROM case_notice n \
     JOIN case_head h ON h.id = n.case_id WHERE n.case_id = $1 AND n.recipient = 'raiser' ORDER BY n.id",
);

/// Whom a notice is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Recipient {
    Person(Id<Person>),
    Raiser,
}

impl Recipient {
    fn word(self) -> String {
        match self {
            Self::Person(person) => format!("person:{person}"),
            Self::Raiser => "raiser".to_owned(),
        }
    }
}

/// Leaves a notice, unless the same one waits unseen.
pub(crate) fn leave(cx: &mut Cx<'_>, to: Recipient, case: Id<Case>, key: &str) -> Result<()> {
    let recipient = to.word();
    if cx.number(&WAITING, values![&recipient, case, key])? > 0 {
        return Ok(());
    }
    let (id, now) = (cx.new_id::<Notice>(), cx.now());
    cx.execute(&ADD, values![id, recipient, case, key, now]).map(|_| ())
}

fn recipients(actor: &Actor) -> Vec<String> {
    let principals = actor.posts.iter().filter_map(|post| post.for_person);
    actor.person.into_iter().chain(principals).map(|person| Recipient::Person(person).word()).collect()
}

/// How many notices an actor, or whom the actor stands for, has not seen.
pub fn unseen(cx: &mut Cx<'_>, actor: &Actor) -> Result<i64> {
    let recipients = recipients(actor);
    if recipients.is_empty() {
        return Ok(0);
    }
    let (places, size) = placeholders(1, recipients.len());
    let sql = format!("SELECT COUNT(*) FROM case_notice WHERE recipient IN ({places}) AND seen_at IS NULL");
    let bound = padded(recipients.iter().map(Value::from).collect(), size);
    let found = cx.rows_of("case.unseen-notices", &sql, &bound, |row| row.get::<i64>(0))?;
    Ok(found.first().copied().unwrap_or(0))
}

/// The latest notices of an actor, and of whom the actor stands for; newest first.
pub fn notices(cx: &mut Cx<'_>, actor: &Actor, limit: usize) -> Result<Vec<NoticeRow>> {
    let recipients = recipients(actor);
    if recipients.is_empty() {
        return Ok(Vec::new());
    }
    let (places, size) = placeholders(2, recipients.len());
    let sql = format!(
        "SELECT n.id, n.case_id, h.number, h.title, n.key, n.at, n.seen_at FROM case_notice n \
         JOIN case_head h ON h.id = n.case_id WHERE n.recipient IN ({places}) ORDER BY n.id DESC LIMIT $1"
    );
    let mut bound = vec![Value::Int(i64::try_from(limit).unwrap_or(i64::MAX))];
    bound.extend(padded(recipients.iter().map(Value::from).collect(), size));
    cx.rows_of("case.notices", &sql, &bound, read)
}

/// What the resident of a case was told, oldest first.
pub fn notices_for_raiser(cx: &mut Cx<'_>, case: Id<Case>) -> Result<Vec<NoticeRow>> {
    cx.rows(&FOR_RAISER, values![case], read)
}

fn read(row: &db::Row<'_>) -> Result<NoticeRow> {
    let (case, number): (Id<Case>, Option<String>) = (row.get(1)?, row.get(2)?);
    Ok(NoticeRow {
        id: row.get(0)?,
        case,
        label: label(number, case),
        title: row.get(3)?,
        key: row.get(4)?,
        at: row.get(5)?,
        seen_at: row.get(6)?,
    })
}

/// The number, or the first eight letters of the id.
pub(super) fn label(number: Option<String>, id: Id<Case>) -> String {
    number.unwrap_or_else(|| id.to_string().chars().take(8).collect())
}

/// Notes that a person has seen everything.
pub(crate) fn all_seen(cx: &mut Cx<'_>, person: Id<Person>) -> Result<()> {
    let now = cx.now();
    cx.execute(&ALL_SEEN, values![Recipient::Person(person).word(), now]).map(|_| ())
}

/// Notes that an actor has seen the notices up to and including `through`. Rows without history: call
/// it in `write_operational`.
pub fn mark_seen(cx: &mut Cx<'_>, actor: &Actor, through: Id<Notice>) -> Result<()> {
    let now = cx.now();
    for recipient in recipients(actor) {
        cx.execute(&SEEN, values![recipient, now, through])?;
    }
    Ok(())
}
