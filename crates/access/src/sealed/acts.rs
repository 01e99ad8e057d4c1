//! Sealing, finding, opening, erasing.

use base::{Error, Refusal, Result};
use db::Cx;
use journal::{Entry, Ref};
use serde_json::json;

use super::{
    Spot, Unsealing,
    cipher::{CIPHER, MasterKey, SubjectKey},
    mask, store,
};
use crate::Permit;

/// A reason shorter than this says nothing.
const LEAST_REASON: usize = 4;

/// Seals a value, in place of any there was, and returns its masked form. Part of the act that
/// received the value, which journals it. An empty value removes the field.
pub fn seal(cx: &mut Cx<'_>, master: &MasterKey, spot: Spot<'_>, plain: &str) -> Result<String> {
    let plain = plain.trim();
    if plain.is_empty() {
        remove(cx, spot)?;
        return Ok(String::new());
    }
    let key = key_for_sealing(cx, master, spot.subject)?;
    let row = store::SealedRow {
        cipher: CIPHER.to_owned(),
        sealed: key.seal(&field_aad(spot), plain)?,
        masked: mask::masked(spot.field, plain),
        blind: mask::searchable(spot.field, plain).map(|normal| master.blind(spot.field, &normal)),
    };
    store::put(cx, spot, &row)?;
    Ok(row.masked)
}

/// Removes one sealed field; part of the act that removes it.
pub fn remove(cx: &mut Cx<'_>, spot: Spot<'_>) -> Result<()> {
    store::remove(cx, spot)
}

/// The subjects whose field has this value, found without opening any. Only `phone`, `id-number` and
/// `bank-account` can be found.
pub fn find_by_blind(cx: &mut Cx<'_>, master: &MasterKey, field: &str, value: &str) -> Result<Vec<Ref>> {
    match mask::searchable(field, value) {
        Some(normal) => store::by_blind(cx, field, &master.blind(field, &normal)),
        None => Ok(Vec::new()),
    }
}

/// Opens a sealed field. Needs a permit for some `….unseal` and a reason; journals who, what and why,
/// never the value, and leaves a row the subject can be shown.
pub fn unseal(
    cx: &mut Cx<'_>,
    master: &MasterKey,
    permit: &Permit,
    spot: Spot<'_>,
    reason: &str,
) -> Result<String> {
    must_end_with(permit, ".unseal")?;
    let reason = checked_reason(reason)?;
    let row = store::find(cx, spot)?.ok_or_else(|| Refusal::not_found("access.nothing-sealed"))?;
    if row.cipher != CIPHER {
        return Err(Error::fault(format!("sealed with {}, which this program does not know", row.cipher)));
    }
    let key = store::key(cx, spot.subject)?.and_then(|key| key.wrapped).ok_or_else(erased)?;
    let plain =
        SubjectKey::unwrap(master, &key_aad(spot.subject), &key)?.open(&field_aad(spot), &row.sealed)?;
    let unsealing = Unsealing {
        field: spot.field.to_owned(),
        by: permit.who(),
        through: permit.through().to_owned(),
        reason: reason.to_owned(),
        at: cx.now(),
    };
    store::add_unsealing(cx, spot.subject, &unsealing)?;
    let body =
        json!({ "field": spot.field, "by": unsealing.by, "through": unsealing.through, "reason": reason });
    journal::append(cx, &Entry::new("sealed.opened", spot.subject.clone(), body))?;
    Ok(plain)
}

/// Erases a subject: its key, its ciphertexts and masks are deleted, and a ciphertext left over
/// anywhere is noise. A backup made before still holds key and ciphertext until it is removed in its
/// turn. Needs a permit for some `….erase` and a reason.
pub fn erase(cx: &mut Cx<'_>, permit: &Permit, subject: &Ref, reason: &str) -> Result<()> {
    must_end_with(permit, ".erase")?;
    let reason = checked_reason(reason)?;
    if store::erase(cx, subject)? == 0 {
        return Err(Refusal::not_found("access.nothing-sealed").into());
    }
    let body = json!({ "by": permit.who(), "through": permit.through(), "reason": reason });
    journal::append(cx, &Entry::new("sealed.erased", subject.clone(), body)).map(|_| ())
}

/// Whether `master` is the key this database was sealed with; asked at start, so that a wrong file is
/// found before anything is written with it.
pub fn check_master(cx: &mut Cx<'_>, master: &MasterKey) -> Result<()> {
    let Some((subject, wrapped)) = store::any_key(cx)? else { return Ok(()) };
    match SubjectKey::unwrap(master, &key_aad(&subject), &wrapped) {
        Ok(_) => Ok(()),
        Err(_) => Err(Refusal::conflict("access.master-key-other").into()),
    }
}

fn key_for_sealing(cx: &mut Cx<'_>, master: &MasterKey, subject: &Ref) -> Result<SubjectKey> {
    let aad = key_aad(subject);
    match store::key(cx, subject)? {
        Some(store::KeyRow { wrapped: Some(wrapped) }) => SubjectKey::unwrap(master, &aad, &wrapped),
        // Who asked to be forgotten is not remembered again by accident.
        Some(_) => Err(erased().into()),
        None => {
            let key = SubjectKey::generate()?;
            store::add_key(cx, subject, CIPHER, &key.wrapped(master, &aad)?)?;
            Ok(key)
        }
    }
}

fn must_end_with(permit: &Permit, ending: &str) -> Result<()> {
    if permit.action().ends_with(ending) {
        return Ok(());
    }
    Err(Error::fault(format!("a permit for {} does not cover {ending}", permit.action())))
}

fn checked_reason(reason: &str) -> Result<&str> {
    let reason = reason.trim();
    if reason.chars().filter(|c| c.is_alphanumeric()).count() < LEAST_REASON {
        return Err(Refusal::invalid("access.reason-short")
            .field("reason")
            .arg("least", LEAST_REASON)
            .into());
    }
    Ok(reason)
}

fn erased() -> Refusal {
    Refusal::conflict("access.subject-erased")
}

/// Binds a subject's key to its subject. Kinds and ids hold no NUL.
fn key_aad(subject: &Ref) -> String {
    format!("subject-key\0{}\0{}", subject.kind, subject.id)
}

/// Binds a ciphertext to its subject and field, so that two cannot be swapped.
fn field_aad(spot: Spot<'_>) -> String {
    format!("sealed-field\0{}\0{}\0{}", spot.subject.kind, spot.subject.id, spot.field)
}
