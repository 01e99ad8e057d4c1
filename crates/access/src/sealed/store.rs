//! Rows of subject keys, sealed fields and their openings.

use base::{Id, Result, noun};
use db::{Cx, Row, Statement, values};
use journal::Ref;

use super::{MaskedField, Spot, Unsealing};

static KEY: Statement = Statement::new(
    "subject-key.find",
    "SELECT wrapped FROM subject_key WHERE subject_kind = $1 AND subject_id = $2",
);
static ADD_KEY: Statement = Statement::new(
    "subject-key.add",
    "INSERT INTO subject_key (subject_kind, subject_id, cipher, wrapped, made_at) VALUES ($1, $2, $3, $4, $5)",
);
static ANY_KEY: Statement = Statement::new(
    "subject-key.any",
    "SELECT subject_kind, subject_id, wrapped FROM subject_key \
     WHERE subject_kind > '' AND wrapped IS NOT NULL \
     ORDER BY subject_kind, subject_id LIMIT 1",
);
static ERASE_KEY: Statement = Statement::new(
    "subject-key.erase",
    "UPDATE subject_key SET wrapped = NULL, erased_at = $3 \
     WHERE subject_kind = $1 AND subject_id = $2 AND wrapped IS NOT NULL",
);
static ERASE_FIELDS: Statement = Statement::new(
    "sealed-field.erase",
    "DELETE FROM sealed_field WHERE subject_kind = $1 AND subject_id = $2",
);
static PUT: Statement = Statement::new(
    "sealed-field.put",
    "INSERT INTO sealed_field (subject_kind, subject_id, field, cipher, sealed, masked, blind, sealed_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (subject_kind, subject_id, field) DO UPDATE SET \
     cipher = EXCLUDED.cipher, sealed = EXCLUDED.sealed, masked = EXCLUDED.masked, \
     blind = EXCLUDED.blind, sealed_at = EXCLUDED.sealed_at",
);
static FIND: Statement = Statement::new(
    "sealed-field.find",
    "SELECT cipher, sealed, masked, blind FROM sealed_field \
     WHERE subject_kind = $1 AND subject_id = $2 AND field = $3",
);
static REMOVE: Statement = Statement::new(
    "sealed-field.remove",
    "DELETE FROM sealed_field WHERE subject_kind = $1 AND subject_id = $2 AND field = $3",
);
static MASKED: Statement = Statement::new(
    "sealed-field.masked",
    "SELECT field, masked FROM sealed_field WHERE subject_kind = $1 AND subject_id = $2 ORDER BY field",
);
static BY_BLIND: Statement = Statement::new(
    "sealed-field.by-blind",
    "SELECT subject_kind, subject_id FROM sealed_field WHERE blind = $1 AND field = $2 \
     ORDER BY subject_kind, subject_id",
);
static ADD_UNSEALING: Statement = Statement::new(
    "unsealing.add",
    "INSERT INTO unsealing (id, subject_kind, subject_id, field, opened_by, through, reason, at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
);
static UNSEALINGS: Statement = Statement::new(
    "unsealing.of",
    "SELECT field, opened_by, through, reason, at FROM unsealing \
     WHERE subject_kind = $1 AND subject_id = $2 ORDER BY at DESC, id DESC",
);

pub(crate) const STATEMENTS: [&Statement; 12] = [
    &KEY,
    &ADD_KEY,
    &ANY_KEY,
    &ERASE_KEY,
    &ERASE_FIELDS,
    &PUT,
    &FIND,
    &REMOVE,
    &MASKED,
    &BY_BLIND,
    &ADD_UNSEALING,
    &UNSEALINGS,
];

/// A subject's key; without `wrapped` the subject was erased.
pub(super) struct KeyRow {
    pub(super) wrapped: Option<String>,
}

/// A sealed field.
pub(super) struct SealedRow {
    pub(super) cipher: String,
    pub(super) sealed: String,
    pub(super) masked: String,
    pub(super) blind: Option<String>,
}

pub(super) fn key(cx: &mut Cx<'_>, subject: &Ref) -> Result<Option<KeyRow>> {
    cx.row(&KEY, values![subject.kind.as_ref(), &subject.id], |row| Ok(KeyRow { wrapped: row.get(0)? }))
}

pub(super) fn add_key(cx: &mut Cx<'_>, subject: &Ref, cipher: &str, wrapped: &str) -> Result<()> {
    let now = cx.now();
    cx.execute(&ADD_KEY, values![subject.kind.as_ref(), &subject.id, cipher, wrapped, now]).map(|_| ())
}

pub(super) fn any_key(cx: &mut Cx<'_>) -> Result<Option<(Ref, String)>> {
    cx.row(&ANY_KEY, &[], |row| Ok((subject(row)?, row.get(2)?)))
}

pub(super) fn erase(cx: &mut Cx<'_>, subject: &Ref) -> Result<u64> {
    let now = cx.now();
    cx.execute(&ERASE_FIELDS, values![subject.kind.as_ref(), &subject.id])?;
    cx.execute(&ERASE_KEY, values![subject.kind.as_ref(), &subject.id, now])
}

pub(super) fn put(cx: &mut Cx<'_>, spot: Spot<'_>, row: &SealedRow) -> Result<()> {
    let now = cx.now();
    let (kind, id) = (spot.subject.kind.as_ref(), &spot.subject.id);
    let values = values![kind, id, spot.field, &row.cipher, &row.sealed, &row.masked, &row.blind, now];
    cx.execute(&PUT, values).map(|_| ())
}

pub(super) fn find(cx: &mut Cx<'_>, spot: Spot<'_>) -> Result<Option<SealedRow>> {
    let (kind, id) = (spot.subject.kind.as_ref(), &spot.subject.id);
    cx.row(&FIND, values![kind, id, spot.field], |row| {
        Ok(SealedRow { cipher: row.get(0)?, sealed: row.get(1)?, masked: row.get(2)?, blind: row.get(3)? })
    })
}

pub(super) fn remove(cx: &mut Cx<'_>, spot: Spot<'_>) -> Result<()> {
    let (kind, id) = (spot.subject.kind.as_ref(), &spot.subject.id);
    cx.execute(&REMOVE, values![kind, id, spot.field]).map(|_| ())
}

pub(super) fn masked_of(cx: &mut Cx<'_>, subject: &Ref) -> Result<Vec<MaskedField>> {
    cx.rows(&MASKED, values![subject.kind.as_ref(), &subject.id], |row| {
        Ok(MaskedField { field: row.get(0)?, masked: row.get(1)? })
    })
}

pub(super) fn by_blind(cx: &mut Cx<'_>, field: &str, blind: &str) -> Result<Vec<Ref>> {
    cx.rows(&BY_BLIND, values![blind, field], subject)
}

fn subject(row: &Row<'_>) -> Result<Ref> {
    Ok(Ref { kind: row.get::<String>(0)?.into(), id: row.get(1)? })
}

pub(super) fn add_unsealing(cx: &mut Cx<'_>, subject: &Ref, unsealing: &Unsealing) -> Result<()> {
    let id: Id<noun::Entry> = cx.new_id();
    let Unsealing { field, by, through, reason, at } = unsealing;
    let values = values![id, subject.kind.as_ref(), &subject.id, field, by, through, reason, *at];
    cx.execute(&ADD_UNSEALING, values).map(|_| ())
}

pub(super) fn unsealings_of(cx: &mut Cx<'_>, subject: &Ref) -> Result<Vec<Unsealing>> {
    cx.rows(&UNSEALINGS, values![subject.kind.as_ref(), &subject.id], |row| {
        Ok(Unsealing {
            field: row.get(0)?,
            by: row.get(1)?,
            through: row.get(2)?,
            reason: row.get(3)?,
            at: row.get(4)?,
        })
    })
}
