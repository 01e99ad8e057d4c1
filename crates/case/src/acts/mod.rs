//! What people may do with cases: each act journals and never commits.

mod asks;

pub use asks::{EXTRA, ImportRow, NewAttachment, NewCase, NewImport, On, Raised, Receipt, Resident};

use access::{Actor, MasterKey, Permit, UnitPath};
use base::{
    Error, Id, Result,
    noun::{Attachment, Case, Import},
};
use db::Cx;

use crate::{
    Rules,
    model::{CaseHead, Move, Mover, Proof},
};

fn soon<T>(_: impl Sized) -> Result<T> {
    Err(Error::fault("the body of this act follows"))
}

/// Leave to enter a case of this procedure in this unit: the table of rights (`case.create`) and the
/// procedure's own intake.
pub fn may_raise(rules: &Rules<'_>, actor: &Actor, at: (&str, &UnitPath)) -> Result<Permit> {
    soon((rules.rights, actor, at))
}

/// Raises a case (登记) under `case.create` (or `case.import`).
pub fn raise(cx: &mut Cx<'_>, rules: &Rules<'_>, by: (&Permit, &MasterKey), new: &NewCase) -> Result<Raised> {
    soon((cx.now(), rules.calendar, by, new))
}

/// Raises many at once: all or none. A refusal carries the arg `row`, counted from 0.
pub fn raise_many(
    cx: &mut Cx<'_>,
    rules: &Rules<'_>,
    by: (&Permit, &MasterKey),
    new: &[NewCase],
) -> Result<Vec<Raised>> {
    soon((cx.now(), rules.calendar, by, new))
}

/// Takes a move: the one door for every verb.
pub fn take(
    cx: &mut Cx<'_>,
    rules: &Rules<'_>,
    mover: Mover<'_>,
    asked: (Id<Case>, &Move),
) -> Result<CaseHead> {
    soon((cx.now(), rules.calendar, mover, asked))
}

/// Takes the same move on many cases: all or none. A refusal carries the arg `number` of its case.
pub fn take_many(
    cx: &mut Cx<'_>,
    rules: &Rules<'_>,
    actor: &Actor,
    asked: (&[Id<Case>], &Move),
) -> Result<Vec<CaseHead>> {
    soon((cx.now(), rules.calendar, actor, asked))
}

/// Does what is due by the calendar: fallbacks and notices of lateness. At most `limit` cases a run.
pub fn run_clock(cx: &mut Cx<'_>, rules: &Rules<'_>, limit: u32) -> Result<u32> {
    soon((cx.now(), rules.calendar, limit))
}

/// Hangs a file on a case under `case.attach`.
pub fn attach(cx: &mut Cx<'_>, on: On<'_>, file: &NewAttachment) -> Result<Id<Attachment>> {
    soon((cx.now(), on, file))
}

/// Opens what the resident's receipt opens: number and six digits.
pub fn prove_code(cx: &mut Cx<'_>, number: &str, code: &str) -> Result<Proof> {
    soon((cx.now(), number, code))
}

/// Opens what the token of the QR code opens.
pub fn prove_token(cx: &mut Cx<'_>, token: &str) -> Result<Proof> {
    soon((cx.now(), token))
}

/// Begins an import under `case.import`.
pub fn begin_import(cx: &mut Cx<'_>, permit: &Permit, new: &NewImport) -> Result<Id<Import>> {
    soon((cx.now(), permit, new))
}

/// Undoes an import under `case.import.undo`, unless one of its cases has moved since.
pub fn undo_import(cx: &mut Cx<'_>, permit: &Permit, asked: (Id<Import>, &str)) -> Result<u64> {
    soon((cx.now(), permit, asked))
}
