//! Files, imports, the sealed contact.

use access::{MasterKey, Permit, sealed};
use base::{
    Id, Refusal, Result,
    noun::{Attachment, Import, Person, SavedView},
};
use db::Cx;
use journal::{Entry, Ref};
use serde_json::json;

use super::{NewAttachment, NewImport, On};
use crate::store::{hangings, head, imports, notices, parts};

/// Hangs a file on a case under `case.attach`.
pub fn attach(cx: &mut Cx<'_>, on: On<'_>, file: &NewAttachment) -> Result<Id<Attachment>> {
    on.permit.must_be("case.attach")?;
    if head::head(cx, on.case)?.is_none() {
        return Err(Refusal::not_found("case.no-such-case").into());
    }
    let by = if on.permit.through() == "@resident" { "resident".to_owned() } else { on.permit.who() };
    let id = hangings::add_attachment(cx, on.case, (&by, file))?;
    let body = json!({ "attachment": id, "name": file.name, "sha256": file.sha256, "size": file.size,
        "public": file.public, "through": on.permit.through() });
    journal::append(cx, &Entry::new("case.attached", Ref::new("case", on.case), body))?;
    Ok(id)
}

/// Opens a sealed field of whoever raised a case, `name` or `phone`, under `case.unseal` with a
/// reason that is kept and shown to them.
pub fn unseal_raiser(
    cx: &mut Cx<'_>,
    master: &MasterKey,
    on: On<'_>,
    (field, reason): (&str, &str),
) -> Result<String> {
    on.permit.must_be("case.unseal")?;
    let subject = Ref::new("case", on.case);
    sealed::unseal(cx, master, on.permit, sealed::Spot { subject: &subject, field }, reason)
}

/// Begins an import under `case.import`, before its cases are raised with the id it gives. The mapping
/// is remembered for the next file of the same template.
pub fn begin_import(
    cx: &mut Cx<'_>,
    permit: &Permit,
    (new, fingerprint): (&NewImport, &str),
) -> Result<Id<Import>> {
    permit.must_be("case.import")?;
    let id = imports::add(cx, new)?;
    imports::put_mapping(cx, fingerprint, &new.mapping)?;
    let body = json!({ "file": new.file_name, "sha256": new.sha256, "rows": new.rows, "by": permit.who() });
    journal::append(cx, &Entry::new("case.import-begun", Ref::new("import", id), body))?;
    Ok(id)
}

/// Undoes an import under `case.import.undo` with a reason, unless one of its cases has moved since;
/// those are named. Gives how many cases went. The journal keeps what they were.
pub fn undo_import(cx: &mut Cx<'_>, permit: &Permit, (import, reason): (Id<Import>, &str)) -> Result<u64> {
    permit.must_be("case.import.undo")?;
    if reason.trim().is_empty() {
        return Err(Refusal::invalid("case.missing-reason").field("reason").into());
    }
    let found = imports::find_import(cx, import)?.ok_or_else(|| Refusal::not_found("case.no-such-import"))?;
    if found.undone_at.is_some() {
        return Err(Refusal::conflict("case.import-undone-already").into());
    }
    let moved = imports::moved_since(cx, import)?;
    if !moved.is_empty() {
        let labels: Vec<&str> = moved.iter().map(|case| case.label.as_str()).collect();
        return Err(Refusal::conflict("case.import-moved").arg("numbers", labels.join("、")).into());
    }
    let cases = imports::remove_cases(cx, import)?;
    imports::mark_undone(cx, import, (permit.by(), reason.trim()))?;
    let body = json!({ "cases": cases, "reason": reason.trim(), "by": permit.who() });
    journal::append(cx, &Entry::new("case.import-undone", Ref::new("import", import), body))?;
    Ok(cases.len() as u64)
}

/// Notes that the person has seen all notices. Rows without history: call it in `write_operational`.
pub fn notices_seen(cx: &mut Cx<'_>, person: Id<Person>) -> Result<()> {
    notices::all_seen(cx, person)
}

/// Writes the search index anew from the words, `limit` cases after `seq`; gives the last one, or
/// `None` at the end. Rows without history: call it in `write_operational`.
pub fn reindex(cx: &mut Cx<'_>, seq: i64, limit: u32) -> Result<Option<i64>> {
    parts::reindex(cx, seq, limit)
}

/// Saves a view of the ledger under a name, in place of the person's one of that name.
pub fn save_view(cx: &mut Cx<'_>, person: Id<Person>, (name, query): (&str, &str)) -> Result<()> {
    hangings::save_view(cx, person, (name, query))?;
    journal::append(cx, &Entry::new("case.view-saved", Ref::new("person", person), json!({ "name": name })))
        .map(|_| ())
}

/// Deletes a view of the person's.
pub fn remove_view(cx: &mut Cx<'_>, person: Id<Person>, view: Id<SavedView>) -> Result<()> {
    hangings::delete_view(cx, person, view)?;
    journal::append(cx, &Entry::new("case.view-removed", Ref::new("person", person), json!({ "view": view })))
        .map(|_| ())
}
