//! Ledgers of problems out of workbooks: read purely, shown beforehand, taken in all or nothing, undone whole.

pub mod job;
pub mod names;
pub mod prepare;
pub mod row;
pub mod sheet;
pub(crate) mod store;
#[cfg(test)]
mod tests;
pub mod twins;
pub mod upload;

use access::{Actor, MasterKey, Permit, RightsTable, Subject};
use base::{Error, Id, Refusal, Result, noun::Import};
use db::Cx;

pub use job::run_job;
pub use prepare::{File, Importer, Prepared, places, prepare};
pub use sheet::{Choices, OnRefusal, OnTwin};
pub(crate) use store::recent;

use crate::{
    Rules,
    acts::{self, ImportRow, NewCase, NewImport},
};

/// An import that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Its id.
    pub id: Id<Import>,
    /// How many cases it brought.
    pub raised: usize,
    /// How many rows the ledger knew already.
    pub known: usize,
}

/// How many cases are raised between two words about progress.
const STEP: usize = 200;

/// Takes what was prepared into the ledger, all or none, in the caller's transaction. `tick` hears how many
/// cases have been raised so far.
pub fn load(
    cx: &mut Cx<'_>,
    rules: &Rules<'_>,
    (permit, master): (&Permit, &MasterKey),
    (prepared, file): (&Prepared, File<'_>),
    tick: &dyn Fn(usize),
) -> Result<Loaded> {
    let new = NewImport {
        file_name: file.name.to_owned(),
        sha256: file.sha256.to_owned(),
        mapping: serde_json::to_value(&prepared.mapping).map_err(Error::fault)?,
        rows: i64::try_from(prepared.drafts.len()).map_err(Error::fault)?,
        by: permit.by(),
    };
    let id = acts::begin_import(cx, permit, (&new, &prepared.mapping.fingerprint))?;
    let (mut raised, mut known, mut refused) = (0, 0, Vec::new());
    for part in prepared.drafts.chunks(STEP) {
        let cases: Vec<NewCase> =
            part.iter().map(|draft| NewCase { import: Some(id), ..draft.case.clone() }).collect();
        match acts::raise_many(cx, rules, (permit, master), &cases) {
            Ok(done) => {
                known += done.iter().filter(|case| case.known_before).count();
                raised += done.iter().filter(|case| !case.known_before).count();
            }
            Err(Error::Refused(refusals)) => {
                refused.extend(refusals.into_iter().map(|refusal| with_row(refusal, part)));
            }
            Err(fault) => return Err(fault),
        }
        tick(raised + known);
    }
    if refused.is_empty() {
        Ok(Loaded { id, raised, known: known + prepared.known })
    } else {
        Err(Error::Refused(refused))
    }
}

/// A refusal of the act with the number of the row in the file.
fn with_row(mut refusal: Refusal, part: &[row::Draft]) -> Refusal {
    for (name, value) in &mut refusal.args {
        if name == "row"
            && let Some(draft) = value.parse::<usize>().ok().and_then(|at| part.get(at))
        {
            *value = draft.row.to_string();
        }
    }
    refusal
}

/// Leave to undo an import: for every unit it brought cases into, or as whoever made it.
pub fn permit_to_undo(
    cx: &mut Cx<'_>,
    rights: &RightsTable,
    actor: &Actor,
    import: &ImportRow,
) -> Result<Permit> {
    let own = import.by.is_some() && import.by == actor.person;
    let relations = || if own { vec!["author"] } else { Vec::new() };
    let mut permit = rights.permit(actor, "case.import.undo", &Subject::tenant().related(relations()));
    // Leave for one of its units is not leave for the others.
    for path in store::units_of(cx, import.id)? {
        permit = rights.permit(actor, "case.import.undo", &Subject::of_unit(&path).related(relations()));
        if permit.is_err() {
            break;
        }
    }
    Ok(permit?)
}

/// SHA-256 of a file in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing into a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
