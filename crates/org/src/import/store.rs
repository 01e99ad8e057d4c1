//! The SQL of imports.

use base::{
    Error, Id, Refusal, Result,
    noun::{self},
};
use db::{Cx, Row, Statement, values};
use office::read::Mapping;

use super::{Import, ImportKind};

static INSERT: Statement = Statement::new(
    "org.insert-import",
    "INSERT INTO org_import (id, kind, file_name, row_count, unit_id, made_by, made_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)",
);
static FIND: Statement = Statement::new(
    "org.find-import",
    "SELECT id, kind, file_name, row_count, unit_id, made_by, made_at, undone_at FROM org_import WHERE id = $1",
);
static RECENT: Statement = Statement::new(
    "org.recent-imports",
    "SELECT id, kind, file_name, row_count, unit_id, made_by, made_at, undone_at FROM org_import \
     ORDER BY made_at DESC, id DESC LIMIT 20",
);
static UNDO: Statement = Statement::new(
    "org.undo-import",
    "UPDATE org_import SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL",
);
static REMEMBER: Statement = Statement::new(
    "org.remember-mapping",
    "INSERT INTO org_mapping (kind, fingerprint, mapping) VALUES ($1, $2, $3) \
     ON CONFLICT (kind, fingerprint) DO UPDATE SET mapping = EXCLUDED.mapping",
);
static REMEMBERED: Statement = Statement::new(
    "org.remembered-mapping",
    "SELECT mapping FROM org_mapping WHERE kind = $1 AND fingerprint = $2",
);

pub(crate) const STATEMENTS: &[&Statement] = &[&INSERT, &FIND, &RECENT, &UNDO, &REMEMBER, &REMEMBERED];

fn read(row: &Row<'_>) -> Result<Import> {
    Ok(Import {
        id: row.get(0)?,
        kind: row.get(1)?,
        file_name: row.get(2)?,
        row_count: row.get(3)?,
        unit: row.get(4)?,
        made_by: row.get(5)?,
        made_at: row.get(6)?,
        undone_at: row.get(7)?,
    })
}

/// The import, refused as not found when there is none.
pub(crate) fn find(cx: &mut Cx<'_>, id: Id<noun::Import>) -> Result<Import> {
    cx.row(&FIND, values![id], read)?.ok_or_else(|| Refusal::not_found("org.no-such-import").into())
}

/// The twenty latest imports.
pub fn recent(cx: &mut Cx<'_>) -> Result<Vec<Import>> {
    cx.rows(&RECENT, &[], read)
}

pub(crate) fn insert(cx: &mut Cx<'_>, import: &Import) -> Result<()> {
    let values = values![
        import.id,
        &import.kind,
        &import.file_name,
        import.row_count,
        import.unit,
        &import.made_by,
        import.made_at,
    ];
    cx.execute(&INSERT, values).map(|_| ())
}

pub(crate) fn undo(cx: &mut Cx<'_>, id: Id<noun::Import>) -> Result<u64> {
    cx.execute(&UNDO, values![id, cx.now()])
}

pub(crate) fn remember(cx: &mut Cx<'_>, kind: ImportKind, mapping: &Mapping) -> Result<()> {
    let text = serde_json::to_string(mapping).map_err(Error::fault)?;
    cx.execute(&REMEMBER, values![kind.as_str(), &mapping.fingerprint, text]).map(|_| ())
}

/// The columns chosen last time for the same head.
pub(crate) fn remembered(cx: &mut Cx<'_>, kind: ImportKind, fingerprint: &str) -> Result<Option<Mapping>> {
    let text: Option<String> = cx.row(&REMEMBERED, values![kind.as_str(), fingerprint], |row| row.get(0))?;
    // A mapping that no longer reads is one nobody remembers.
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}
