//! The SQL of the entries; that of the log stands in `log/store.rs`.

use std::borrow::Cow;

use base::{Id, Result, noun};
use db::{Cx, Row, Statement, Value, values};

use crate::{
    entry::{Entry, Head, Recorded, Ref, canonical},
    hash::HashName,
};

// One statement, so that journalling costs one round trip: both hashes are computed beforehand and the
// parameter of the log picks one.
static APPEND: Statement = Statement::new(
    "journal.append",
    "INSERT INTO journal_entry (id, at, actor, act, subject_kind, subject_id, body, hash) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, \
     CASE (SELECT value FROM journal_parameter WHERE name = 'hash') WHEN 'sm3' THEN $9 ELSE $8 END)",
);
static OF_SUBJECT: Statement = Statement::new(
    "journal.of-subject",
    "SELECT id, at, actor, act, subject_kind, subject_id, body FROM journal_entry \
     WHERE subject_kind = $1 AND subject_id = $2 ORDER BY id",
);
static BY_ID: Statement = Statement::new(
    "journal.by-id",
    "SELECT id, at, actor, act, subject_kind, subject_id, body, seq FROM journal_entry WHERE id = $1",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&APPEND, &OF_SUBJECT, &BY_ID];

/// Writes an entry in the transaction of the change it tells of.
pub fn append(cx: &mut Cx<'_>, entry: &Entry) -> Result<Id<noun::Entry>> {
    let id = cx.new_id::<noun::Entry>();
    let (id_text, at) = (id.to_string(), base::clock::to_text(cx.now()));
    let (actor, body) = (cx.actor().to_owned(), canonical(&entry.body));
    let head = Head {
        id: &id_text,
        at: &at,
        actor: &actor,
        act: entry.act,
        kind: &entry.subject.kind,
        subject: &entry.subject.id,
    };
    let hashed = |hash: HashName| head.leaf_hash(hash, &hash.digest(&[body.as_bytes()])).to_string();
    let values = [
        Value::from(head.id),
        Value::from(head.at),
        Value::from(head.actor),
        Value::from(head.act),
        Value::from(head.kind),
        Value::from(head.subject),
        Value::from(&body),
        Value::from(hashed(HashName::Sha256)),
        Value::from(hashed(HashName::Sm3)),
    ];
    cx.execute(&APPEND, &values)?;
    cx.mark_journalled();
    Ok(id)
}

/// The timeline of a thing, oldest first.
pub fn entries_of(cx: &mut Cx<'_>, subject: &Ref) -> Result<Vec<Recorded>> {
    cx.rows(&OF_SUBJECT, values![subject.kind.as_ref(), &subject.id], |row| recorded(row, 0))
}

/// An entry and its place in the log, once it has one.
pub(crate) fn entry(cx: &mut Cx<'_>, id: Id<noun::Entry>) -> Result<Option<(Recorded, Option<i64>)>> {
    cx.row(&BY_ID, values![id], |row| Ok((recorded(row, 0)?, row.get(7)?)))
}

/// The entry whose columns begin at `first`, in the order of the table.
pub(crate) fn recorded(row: &Row<'_>, first: usize) -> Result<Recorded> {
    Ok(Recorded {
        id: row.get(first)?,
        at: row.get(first + 1)?,
        actor: row.get(first + 2)?,
        act: row.get(first + 3)?,
        subject: Ref { kind: Cow::Owned(row.get(first + 4)?), id: row.get(first + 5)? },
        body: row.get(first + 6)?,
    })
}
