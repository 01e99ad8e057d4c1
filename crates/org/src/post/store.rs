//! The SQL of posts, seats and delegations.

use access::{HeldPost, UnitPath};
use base::{
    Date, Id, Refusal, Result,
    noun::{self},
};
use db::{Cx, Row, Statement, values};
use serde::Serialize;

use super::{Delegation, Post};
use crate::unit::store::subtree;

macro_rules! columns {
    () => {
        "q.id, q.person_id, q.role, q.unit_id, q.from_on, q.to_on, q.acting, q.note, q.handed_over_to"
    };
}

static FIND: Statement = Statement::new(
    "org.find-post",
    concat!("SELECT ", columns!(), " FROM post q WHERE q.id = $1 AND q.withdrawn_at IS NULL"),
);
static OF_PERSON: Statement = Statement::new(
    "org.posts-of-person",
    concat!(
        "SELECT ",
        columns!(),
        " FROM post q WHERE q.person_id = $1 AND q.withdrawn_at IS NULL ORDER BY q.from_on DESC, q.id DESC"
    ),
);
static OF_SEAT: Statement = Statement::new(
    "org.posts-of-seat",
    concat!(
        "SELECT ",
        columns!(),
        " FROM post q WHERE q.unit_id = $1 AND q.role = $2 AND q.withdrawn_at IS NULL"
    ),
);
// Held by oneself, then held for others: both on the day, both while the post itself is held.
static HELD: Statement = Statement::new(
    "org.held-posts",
    "SELECT q.id, q.role, q.unit_id, u.path, u.name, CAST(NULL AS TEXT) AS for_person, q.from_on FROM post q \
     JOIN unit u ON u.id = q.unit_id WHERE q.person_id = $1 AND q.withdrawn_at IS NULL AND q.from_on <= $2 \
     AND (q.to_on IS NULL OR q.to_on >= $2) \
     UNION ALL \
     SELECT q.id, q.role, q.unit_id, u.path, u.name, d.from_person AS for_person, q.from_on FROM delegation d \
     JOIN post q ON q.id = d.post_id JOIN unit u ON u.id = q.unit_id WHERE d.to_person = $1 AND d.from_on <= $2 \
     AND d.to_on >= $2 AND q.withdrawn_at IS NULL AND q.from_on <= $2 AND (q.to_on IS NULL OR q.to_on >= $2) \
     ORDER BY 7, 1",
);
static ROLES_FROM: Statement = Statement::new(
    "org.roles-held-from",
    "SELECT q.role FROM post q WHERE q.person_id = $1 AND q.withdrawn_at IS NULL \
     AND (q.to_on IS NULL OR q.to_on >= $2) \
     UNION SELECT q.role FROM delegation d JOIN post q ON q.id = d.post_id WHERE d.to_person = $1 \
     AND d.to_on >= $2 AND q.withdrawn_at IS NULL AND (q.to_on IS NULL OR q.to_on >= $2)",
);
static INSERT: Statement = Statement::new(
    "org.insert-post",
    "INSERT INTO post (id, person_id, role, unit_id, from_on, to_on, acting, note, import_id, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)",
);
static END: Statement = Statement::new(
    "org.end-post",
    "UPDATE post SET to_on = $2, handed_over_to = $3, version = version + 1 WHERE id = $1",
);
static END_ALL: Statement = Statement::new(
    "org.end-posts-of-unit",
    "UPDATE post SET to_on = $2, version = version + 1 WHERE unit_id = $1 AND (to_on IS NULL OR to_on > $2)",
);
static DROP_SEATS: Statement =
    Statement::new("org.drop-seats-of-unit", "DELETE FROM seat WHERE unit_id = $1");
static ADD_SEAT: Statement = Statement::new(
    "org.add-seat",
    "INSERT INTO seat (unit_id, role) VALUES ($1, $2) ON CONFLICT (unit_id, role) DO NOTHING",
);
static DROP_SEAT: Statement =
    Statement::new("org.drop-seat", "DELETE FROM seat WHERE unit_id = $1 AND role = $2");
static LINES: Statement = Statement::new(
    "org.post-lines-within",
    "SELECT q.id, q.role, q.unit_id, u.name, q.person_id, p.name, q.from_on, q.to_on, q.acting, p.phone_masked \
     FROM post q JOIN unit u ON u.id = q.unit_id JOIN person p ON p.id = q.person_id \
     WHERE u.path LIKE $1 AND q.withdrawn_at IS NULL AND q.from_on <= $2 AND (q.to_on IS NULL OR q.to_on >= $2) \
     ORDER BY u.sort, u.key, q.from_on, q.id",
);
static PAGE: Statement = Statement::new(
    "org.page-of-posts",
    "SELECT q.id, q.role, q.unit_id, u.name, q.person_id, p.name, q.from_on, q.to_on, q.acting, p.phone_masked \
     FROM post q JOIN unit u ON u.id = q.unit_id JOIN person p ON p.id = q.person_id \
     WHERE q.id > $1 AND u.path LIKE $2 AND q.withdrawn_at IS NULL ORDER BY q.id LIMIT $3",
);
static VACANT: Statement = Statement::new(
    "org.vacant-seats",
    "SELECT s.unit_id, u.name, s.role FROM seat s JOIN unit u ON u.id = s.unit_id \
     WHERE u.path LIKE $1 AND u.withdrawn_at IS NULL AND (u.closed_on IS NULL OR u.closed_on >= $2) \
     AND NOT EXISTS (SELECT 1 FROM post q WHERE q.unit_id = s.unit_id AND q.role = s.role \
     AND q.withdrawn_at IS NULL AND q.from_on <= $2 AND (q.to_on IS NULL OR q.to_on >= $2)) \
     ORDER BY u.sort, u.key, s.role",
);
static DELEGATE: Statement = Statement::new(
    "org.insert-delegation",
    "INSERT INTO delegation (id, post_id, from_person, to_person, from_on, to_on, reason) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)",
);
static DELEGATIONS: Statement = Statement::new(
    "org.delegations-of-person",
    "SELECT id, post_id, from_person, to_person, from_on, to_on, reason FROM delegation \
     WHERE from_person = $1 OR to_person = $1 ORDER BY from_on DESC, id DESC",
);
static DELEGATION: Statement = Statement::new(
    "org.find-delegation",
    "SELECT id, post_id, from_person, to_person, from_on, to_on, reason FROM delegation WHERE id = $1",
);
static END_DELEGATION: Statement =
    Statement::new("org.end-delegation", "UPDATE delegation SET to_on = $2 WHERE id = $1");
static DROP_DELEGATION: Statement =
    Statement::new("org.drop-delegation", "DELETE FROM delegation WHERE id = $1");
static OF_IMPORT: Statement = Statement::new(
    "org.changed-posts-of-import",
    "SELECT COUNT(*) FROM post WHERE import_id = $1 AND withdrawn_at IS NULL AND version > 1",
);
static FOREIGN: Statement = Statement::new(
    "org.later-posts-of-imported",
    "SELECT COUNT(*) FROM post q JOIN person p ON p.id = q.person_id WHERE p.import_id = $1 \
     AND q.withdrawn_at IS NULL AND (q.import_id IS NULL OR q.import_id <> $1)",
);
static WITHDRAW: Statement = Statement::new(
    "org.withdraw-posts",
    "UPDATE post SET withdrawn_at = $2, version = version + 1 WHERE import_id = $1 AND withdrawn_at IS NULL",
);

pub(crate) const STATEMENTS: &[&Statement] = &[
    &FIND,
    &OF_PERSON,
    &OF_SEAT,
    &HELD,
    &ROLES_FROM,
    &INSERT,
    &END,
    &END_ALL,
    &DROP_SEATS,
    &ADD_SEAT,
    &DROP_SEAT,
    &LINES,
    &PAGE,
    &VACANT,
    &DELEGATE,
    &DELEGATIONS,
    &DELEGATION,
    &END_DELEGATION,
    &DROP_DELEGATION,
    &OF_IMPORT,
    &FOREIGN,
    &WITHDRAW,
];

fn read(row: &Row<'_>) -> Result<Post> {
    Ok(Post {
        id: row.get(0)?,
        person: row.get(1)?,
        role: row.get(2)?,
        unit: row.get(3)?,
        from_on: row.get(4)?,
        to_on: row.get(5)?,
        acting: row.get::<i64>(6)? == 1,
        note: row.get(7)?,
        handed_over_to: row.get(8)?,
    })
}

/// The post, refused as not found when there is none.
pub fn post(cx: &mut Cx<'_>, id: Id<noun::Post>) -> Result<Post> {
    cx.row(&FIND, values![id], read)?
        .ok_or_else(|| Refusal::not_found("org.no-such-post").field("post").into())
}

/// Every post a person ever held, the latest first.
pub fn all_of(cx: &mut Cx<'_>, person: Id<noun::Person>) -> Result<Vec<Post>> {
    cx.rows(&OF_PERSON, values![person], read)
}

/// Every post ever held in a role at a unit.
pub(crate) fn of_seat(cx: &mut Cx<'_>, unit: Id<noun::Unit>, role: &str) -> Result<Vec<Post>> {
    cx.rows(&OF_SEAT, values![unit, role], read)
}

/// The posts a person holds today, their own first and then those delegated to them.
pub fn posts_of(cx: &mut Cx<'_>, person: Id<noun::Person>) -> Result<Vec<HeldPost>> {
    let mut posts = cx.rows(&HELD, values![person, cx.today()], |row| {
        Ok(HeldPost {
            id: row.get(0)?,
            role: row.get(1)?,
            unit: row.get(2)?,
            unit_path: UnitPath(row.get(3)?),
            unit_name: row.get(4)?,
            for_person: row.get(5)?,
        })
    })?;
    posts.sort_by_key(|post| post.for_person.is_some());
    Ok(posts)
}

/// The roles a person holds on `day` or will hold later, delegated ones too.
pub(crate) fn roles_from(cx: &mut Cx<'_>, person: Id<noun::Person>, day: Date) -> Result<Vec<String>> {
    cx.rows(&ROLES_FROM, values![person, day], |row| row.get(0))
}

pub(crate) fn insert(cx: &mut Cx<'_>, post: &Post, import: Option<Id<noun::Import>>) -> Result<()> {
    let values = values![
        post.id,
        post.person,
        &post.role,
        post.unit,
        post.from_on,
        post.to_on,
        i64::from(post.acting),
        &post.note,
        import,
    ];
    cx.execute(&INSERT, values).map(|_| ())
}

pub(crate) fn end(
    cx: &mut Cx<'_>,
    id: Id<noun::Post>,
    last: Date,
    handed_over_to: Option<Id<noun::Person>>,
) -> Result<()> {
    cx.execute(&END, values![id, last, handed_over_to]).map(|_| ())
}

/// Ends every post at a unit on its last day and takes its seats away.
pub(crate) fn end_all_at(cx: &mut Cx<'_>, unit: Id<noun::Unit>, last: Date) -> Result<u64> {
    cx.execute(&DROP_SEATS, values![unit])?;
    cx.execute(&END_ALL, values![unit, last])
}

pub(crate) fn add_seat(cx: &mut Cx<'_>, unit: Id<noun::Unit>, role: &str) -> Result<u64> {
    cx.execute(&ADD_SEAT, values![unit, role])
}

pub(crate) fn drop_seat(cx: &mut Cx<'_>, unit: Id<noun::Unit>, role: &str) -> Result<u64> {
    cx.execute(&DROP_SEAT, values![unit, role])
}

/// A post with the names that go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostLine {
    /// The post.
    pub id: Id<noun::Post>,
    /// The role's key.
    pub role: String,
    /// The unit.
    pub unit: Id<noun::Unit>,
    /// Its name.
    pub unit_name: String,
    /// Who holds it.
    pub person: Id<noun::Person>,
    /// The holder's name.
    pub person_name: String,
    /// The first day.
    pub from_on: Date,
    /// The last day.
    pub to_on: Option<Date>,
    /// Held in place of a holder.
    pub acting: bool,
    /// The holder's telephone number as shown on screens.
    pub phone_masked: Option<String>,
}

fn read_line(row: &Row<'_>) -> Result<PostLine> {
    Ok(PostLine {
        id: row.get(0)?,
        role: row.get(1)?,
        unit: row.get(2)?,
        unit_name: row.get(3)?,
        person: row.get(4)?,
        person_name: row.get(5)?,
        from_on: row.get(6)?,
        to_on: row.get(7)?,
        acting: row.get::<i64>(8)? == 1,
        phone_masked: row.get(9)?,
    })
}

/// The posts held today at `path` and below it, by place of the unit.
pub fn held_within(cx: &mut Cx<'_>, path: &UnitPath) -> Result<Vec<PostLine>> {
    cx.rows(&LINES, values![subtree(path), cx.today()], read_line)
}

/// A page of posts within `path`, past ones too, after `after`.
pub(crate) fn page(cx: &mut Cx<'_>, path: &UnitPath, after: &str, size: usize) -> Result<Vec<PostLine>> {
    let limit = i64::try_from(size).unwrap_or(i64::MAX);
    cx.rows(&PAGE, values![after, subtree(path), limit], read_line)
}

/// A seat nobody holds today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vacancy {
    /// Where.
    pub unit: Id<noun::Unit>,
    /// Its name.
    pub unit_name: String,
    /// The role's key.
    pub role: String,
}

/// The seats at `path` and below it that nobody holds today.
pub fn vacancies_within(cx: &mut Cx<'_>, path: &UnitPath) -> Result<Vec<Vacancy>> {
    cx.rows(&VACANT, values![subtree(path), cx.today()], |row| {
        Ok(Vacancy { unit: row.get(0)?, unit_name: row.get(1)?, role: row.get(2)? })
    })
}

fn read_delegation(row: &Row<'_>) -> Result<Delegation> {
    Ok(Delegation {
        id: row.get(0)?,
        post: row.get(1)?,
        from_person: row.get(2)?,
        to_person: row.get(3)?,
        from_on: row.get(4)?,
        to_on: row.get(5)?,
        reason: row.get(6)?,
    })
}

pub(crate) fn delegate(cx: &mut Cx<'_>, given: &Delegation) -> Result<()> {
    let values = values![
        given.id,
        given.post,
        given.from_person,
        given.to_person,
        given.from_on,
        given.to_on,
        &given.reason,
    ];
    cx.execute(&DELEGATE, values).map(|_| ())
}

/// The delegations a person gave or was given, the latest first.
pub fn delegations_of(cx: &mut Cx<'_>, person: Id<noun::Person>) -> Result<Vec<Delegation>> {
    cx.rows(&DELEGATIONS, values![person], read_delegation)
}

/// The delegation, refused as not found when there is none.
pub fn delegation(cx: &mut Cx<'_>, id: Id<noun::Delegation>) -> Result<Delegation> {
    cx.row(&DELEGATION, values![id], read_delegation)?
        .ok_or_else(|| Refusal::not_found("org.no-such-delegation").into())
}

/// Ends a delegation on `last`; one that has not begun by then is taken back whole.
pub(crate) fn end_delegation(cx: &mut Cx<'_>, given: &Delegation, last: Date) -> Result<()> {
    if last < given.from_on {
        return cx.execute(&DROP_DELEGATION, values![given.id]).map(|_| ());
    }
    cx.execute(&END_DELEGATION, values![given.id, last]).map(|_| ())
}

/// How many posts of an import were changed since, or given to its persons beside it.
pub(crate) fn touched_since(cx: &mut Cx<'_>, import: Id<noun::Import>) -> Result<i64> {
    Ok(cx.number(&OF_IMPORT, values![import])? + cx.number(&FOREIGN, values![import])?)
}

pub(crate) fn withdraw(cx: &mut Cx<'_>, import: Id<noun::Import>) -> Result<u64> {
    cx.execute(&WITHDRAW, values![import, cx.now()])
}
