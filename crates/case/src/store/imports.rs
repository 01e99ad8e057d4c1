//! Imports, receipts, and the comparison of cases with the journal.

use std::collections::BTreeSet;

use base::{
    Id, Result, Timestamp,
    noun::{Case, Import, Person},
};
use db::{Cx, Row, Statement, values};
use sha2::{Digest as _, Sha256};

use crate::{
    acts::{ImportRow, NewImport},
    store::{
        notices::label,
        parts::SEARCH,
        shapes::{CaseFinding, Related},
    },
};

pub(super) static ADD: Statement = Statement::new(
    "case.add-import",
    "INSERT INTO case_import (id, file_name, sha256, mapping, by_person, at, row_count) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)",
);
pub(super) static FIND: Statement = Statement::new(
    "case.import",
    "SELECT id, file_name, sha256, by_person, at, row_count, undone_at, undone_reason FROM case_import \
     WHERE id = $1",
);
pub(super) static LATEST: Statement = Statement::new(
    "case.imports",
    "SELECT id, file_name, sha256, by_person, at, row_count, undone_at, undone_reason FROM case_import \
     ORDER BY id DESC LIMIT $1",
);
pub(super) static SAME_FILE: Statement = Statement::new(
    "case.imports-of-file",
    "SELECT id, file_name, sha256, by_person, at, row_count, undone_at, undone_reason FROM case_import \
     WHERE sha256 = $1 AND undone_at IS NULL ORDER BY id",
);
pub(super) static PUT_MAPPING: Statement = Statement::new(
    "case.put-mapping",
    "INSERT INTO case_import_mapping (fingerprint, mapping, updated_at) VALUES ($1, $2, $3) \
     ON CONFLICT (fingerprint) DO UPDATE SET mapping = EXCLUDED.mapping, updated_at = EXCLUDED.updated_at",
);
pub(super) static MAPPING: Statement =
    Statement::new("case.mapping", "SELECT mapping FROM case_import_mapping WHERE fingerprint = $1");
pub(super) static MOVED: Statement = Statement::new(
    "case.import-moved",
    "SELECT id, number, title, state FROM case_head WHERE import_id = $1 AND version > 1 ORDER BY seq LIMIT 20",
);
pub(super) static OF_IMPORT: Statement =
    Statement::new("case.of-import", "SELECT id, seq FROM case_head WHERE import_id = $1 ORDER BY seq");
pub(super) static UNDO: Statement = Statement::new(
    "case.undo-import",
    "UPDATE case_import SET undone_at = $2, undone_by = $3, undone_reason = $4 \
     WHERE id = $1 AND undone_at IS NULL",
);
pub(super) static TALLIES_OF_IMPORT: Statement = Statement::new(
    "case.tallies-of-import",
    "SELECT procedure, unit_id, unit_path, COALESCE(department_id, '') AS department, state, COUNT(*) \
     FROM case_head WHERE import_id = $1 \
     GROUP BY procedure, unit_id, unit_path, COALESCE(department_id, ''), state",
);

/// What an undone import takes with it, heads last.
pub(super) static REMOVALS: [Statement; 10] = [
    Statement::new(
        "case.undo-bands",
        "DELETE FROM case_band WHERE seq IN (SELECT seq FROM case_head WHERE import_id = $1)",
    ),
    Statement::new(
        "case.undo-text",
        "DELETE FROM case_text WHERE case_id IN (SELECT id FROM case_head WHERE import_id = $1)",
    ),
    Statement::new(
        "case.undo-events",
        "DELETE FROM case_event WHERE case_id IN (SELECT id FROM case_head WHERE import_id = $1)",
    ),
    Statement::new(
        "case.undo-clocks",
        "DELETE FROM case_clock WHERE case_id IN (SELECT id FROM case_head WHERE import_id = $1)",
    ),
    Statement::new(
        "case.undo-parties",
        "DELETE FROM case_party WHERE case_id IN (SELECT id FROM case_head WHERE import_id = $1)",
    ),
    Statement::new(
        "case.undo-slips",
        "DELETE FROM case_slip WHERE case_id IN (SELECT id FROM case_head WHERE import_id = $1)",
    ),
    Statement::new(
        "case.undo-attachments",
        "DELETE FROM case_attachment WHERE case_id IN (SELECT id FROM case_head WHERE import_id = $1)",
    ),
    Statement::new(
        "case.undo-notices",
        "DELETE FROM case_notice WHERE case_id IN (SELECT id FROM case_head WHERE import_id = $1)",
    ),
    Statement::new(
        "case.undo-receipts",
        "DELETE FROM case_receipt WHERE case_id IN (SELECT id FROM case_head WHERE import_id = $1)",
    ),
    Statement::new("case.undo-heads", "DELETE FROM case_head WHERE import_id = $1"),
];

/// Reads the columns of an import in the order every query here and beside names them.
pub(crate) fn import(row: &Row<'_>) -> Result<ImportRow> {
    Ok(ImportRow {
        id: row.get(0)?,
        file_name: row.get(1)?,
        sha256: row.get(2)?,
        by: row.get(3)?,
        at: row.get(4)?,
        rows: row.get(5)?,
        undone_at: row.get(6)?,
        undone_reason: row.get(7)?,
    })
}

/// An import.
pub fn find_import(cx: &mut Cx<'_>, id: Id<Import>) -> Result<Option<ImportRow>> {
    cx.row(&FIND, values![id], import)
}

/// The latest imports.
pub fn imports(cx: &mut Cx<'_>, limit: u32) -> Result<Vec<ImportRow>> {
    cx.rows(&LATEST, values![limit], import)
}

/// Imports of the very same file that stand.
pub fn imports_of_file(cx: &mut Cx<'_>, sha256: &str) -> Result<Vec<ImportRow>> {
    cx.rows(&SAME_FILE, values![sha256], import)
}

/// The mapping remembered for a template, as JSON.
pub fn mapping(cx: &mut Cx<'_>, fingerprint: &str) -> Result<Option<serde_json::Value>> {
    cx.row(&MAPPING, values![fingerprint], |row| row.get(0))
}

/// Remembers the mapping of a template; part of the act that imports with it.
pub(crate) fn put_mapping(cx: &mut Cx<'_>, fingerprint: &str, mapping: &serde_json::Value) -> Result<()> {
    let now = cx.now();
    cx.execute(&PUT_MAPPING, values![fingerprint, mapping, now]).map(|_| ())
}

pub(crate) fn add(cx: &mut Cx<'_>, new: &NewImport) -> Result<Id<Import>> {
    let (id, now) = (cx.new_id(), cx.now());
    let values = values![id, &new.file_name, &new.sha256, &new.mapping, new.by, now, new.rows];
    cx.execute(&ADD, values)?;
    Ok(id)
}

/// Cases of an import that have moved since, at most twenty.
pub fn moved_since(cx: &mut Cx<'_>, import: Id<Import>) -> Result<Vec<Related>> {
    cx.rows(&MOVED, values![import], |row| {
        let id = row.get(0)?;
        Ok(Related { id, label: label(row.get(1)?, id), title: row.get(2)?, state: row.get(3)? })
    })
}

/// Takes every case of an import away and gives their ids. The journal keeps what they were.
pub(crate) fn remove_cases(cx: &mut Cx<'_>, import: Id<Import>) -> Result<Vec<Id<Case>>> {
    let cases =
        cx.rows(&OF_IMPORT, values![import], |row| Ok((row.get::<Id<Case>>(0)?, row.get::<i64>(1)?)))?;
    let tallies = cx.rows(&TALLIES_OF_IMPORT, values![import], |row| {
        let key = crate::model::Tally {
            procedure: row.get(0)?,
            unit: row.get(1)?,
            unit_path: row.get(2)?,
            department: row.get(3)?,
            state: row.get(4)?,
        };
        Ok((key, -row.get::<i64>(5)?))
    })?;
    super::board::tally(cx, &tallies.into_iter().collect())?;
    for (_, seq) in &cases {
        SEARCH.remove(cx, *seq)?;
    }
    for statement in &REMOVALS {
        cx.execute(statement, values![import])?;
    }
    Ok(cases.into_iter().map(|(id, _)| id).collect())
}

/// Marks an import as undone; says whether it stood.
pub(crate) fn mark_undone(
    cx: &mut Cx<'_>,
    import: Id<Import>,
    by: (Option<Id<Person>>, &str),
) -> Result<bool> {
    let now = cx.now();
    Ok(cx.execute(&UNDO, values![import, now, by.0, by.1])? == 1)
}

pub(super) static PUT_RECEIPT: Statement = Statement::new(
    "case.put-receipt",
    "INSERT INTO case_receipt (case_id, number, code_digest, token_digest, wrong) VALUES ($1, $2, $3, $4, 0)",
);
pub(super) static BY_NUMBER: Statement = Statement::new(
    "case.receipt-by-number",
    "SELECT case_id, code_digest, wrong, wrong_at FROM case_receipt WHERE number = $1",
);
pub(super) static BY_TOKEN: Statement =
    Statement::new("case.receipt-by-token", "SELECT case_id FROM case_receipt WHERE token_digest = $1");
pub(super) static WRONG: Statement = Statement::new(
    "case.receipt-wrong",
    "UPDATE case_receipt SET wrong = $2, wrong_at = $3 WHERE case_id = $1",
);

/// What is kept of a receipt.
pub(crate) struct ReceiptRow {
    pub(crate) case: Id<Case>,
    pub(crate) code_digest: String,
    pub(crate) wrong: i64,
    pub(crate) wrong_at: Option<Timestamp>,
}

pub(crate) fn put_receipt(
    cx: &mut Cx<'_>,
    case: Id<Case>,
    (number, code, token): (&str, &str, &str),
) -> Result<()> {
    cx.execute(&PUT_RECEIPT, values![case, number, code, token]).map(|_| ())
}

pub(crate) fn receipt_by_number(cx: &mut Cx<'_>, number: &str) -> Result<Option<ReceiptRow>> {
    cx.row(&BY_NUMBER, values![number], |row| {
        Ok(ReceiptRow {
            case: row.get(0)?,
            code_digest: row.get(1)?,
            wrong: row.get(2)?,
            wrong_at: row.get(3)?,
        })
    })
}

pub(crate) fn receipt_by_token(cx: &mut Cx<'_>, digest: &str) -> Result<Option<Id<Case>>> {
    cx.row(&BY_TOKEN, values![digest], |row| row.get(0))
}

pub(crate) fn count_wrong(cx: &mut Cx<'_>, case: Id<Case>, wrong: i64) -> Result<()> {
    let now = cx.now();
    cx.execute(&WRONG, values![case, wrong, now]).map(|_| ())
}

// The journal is read here by its own table: to hold every case against it, one by one through its
// timeline, would take a query per case.
pub(super) static RAISED: Statement = Statement::new(
    "case.raised-entries",
    "SELECT e.id, e.subject_id, e.body, t.detail FROM journal_entry e \
     LEFT JOIN case_head h ON h.id = e.subject_id LEFT JOIN case_text t ON t.seq = h.seq \
     WHERE e.id > $1 AND e.act = 'case.raised' ORDER BY e.id LIMIT 500",
);
pub(super) static UNDONE: Statement = Statement::new(
    "case.undone-entries",
    "SELECT e.id, e.body FROM journal_entry e WHERE e.id > $1 AND e.act = 'case.import-undone' \
     ORDER BY e.id LIMIT 100",
);
pub(super) static UNJOURNALLED: Statement = Statement::new(
    "case.unjournalled",
    "SELECT seq, id FROM case_head WHERE seq > $1 AND NOT EXISTS (SELECT 1 FROM journal_entry e \
     WHERE e.subject_kind = 'case' AND e.subject_id = case_head.id AND e.act = 'case.raised') \
     ORDER BY seq LIMIT 100",
);

/// Holds every case against the journal: each that was raised is there with the words it was raised
/// with, and none is there that was not raised. Part of `luoshi verify`.
pub fn verify_cases(cx: &mut Cx<'_>) -> Result<Vec<CaseFinding>> {
    let undone = undone_cases(cx)?;
    let mut findings = Vec::new();
    let mut after = String::new();
    loop {
        let page = cx.rows(&RAISED, values![&after], |row| {
            Ok(RaisedEntry { id: row.get(0)?, case: row.get(1)?, body: row.get(2)?, detail: row.get(3)? })
        })?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.id);
        findings.extend(page.iter().filter(|entry| !undone.contains(&entry.case)).filter_map(finding));
    }
    let mut seq = 0_i64;
    loop {
        let page =
            cx.rows(&UNJOURNALLED, values![seq], |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?)))?;
        let Some((last, _)) = page.last() else { return Ok(findings) };
        seq = *last;
        findings.extend(page.into_iter().map(|(_, id)| CaseFinding::Unjournalled(id)));
    }
}

struct RaisedEntry {
    id: String,
    case: String,
    body: serde_json::Value,
    detail: Option<String>,
}

fn finding(entry: &RaisedEntry) -> Option<CaseFinding> {
    let Some(detail) = &entry.detail else { return Some(CaseFinding::Gone(entry.case.clone())) };
    let kept = entry.body.get("detail_sha256").and_then(serde_json::Value::as_str);
    (kept != Some(&digest(detail))).then(|| CaseFinding::Altered(entry.case.clone()))
}

fn undone_cases(cx: &mut Cx<'_>) -> Result<BTreeSet<String>> {
    let (mut all, mut after) = (BTreeSet::new(), String::new());
    loop {
        let page = cx.rows(&UNDONE, values![&after], |row| {
            Ok((row.get::<String>(0)?, row.get::<serde_json::Value>(1)?))
        })?;
        let Some((last, _)) = page.last() else { return Ok(all) };
        after.clone_from(last);
        for (_, body) in &page {
            let cases = body.get("cases").and_then(serde_json::Value::as_array).into_iter().flatten();
            all.extend(cases.filter_map(|case| case.as_str().map(str::to_owned)));
        }
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn digest(text: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing into a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
