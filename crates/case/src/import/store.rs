//! The SQL of imports beside the acts: what somebody may know was imported, what is there already.

use std::collections::{HashMap, HashSet};

use access::{Scope, UnitPath};
use base::{
    Id, Result,
    noun::{Case, Import, Person},
};
use db::{Cx, Row, Statement, Value, values};

use crate::{acts::ImportRow, store::imports};

pub(crate) static UNITS: Statement = Statement::new(
    "case.units-of-import",
    "SELECT DISTINCT unit_path FROM case_head WHERE import_id = $1 ORDER BY unit_path",
);

/// How many values go into one statement: engines limit placeholders.
const AT_ONCE: usize = 1000;

/// Imports somebody may know of, the latest first, before `before`: their own, and those that brought cases
/// into their reach.
pub(crate) fn recent(
    cx: &mut Cx<'_>,
    (person, scope): (Option<Id<Person>>, &Scope),
    before: Option<&str>,
    size: usize,
) -> Result<Vec<ImportRow>> {
    let mut values: Vec<Value<'_>> =
        vec![before.unwrap_or("~").into(), i64::try_from(size).unwrap_or(i64::MAX).into()];
    let mut seen = vec![if scope.everything { "1 = 1".to_owned() } else { "1 = 0".to_owned() }];
    if let Some(person) = person {
        values.push(person.into());
        seen.push(format!("i.by_person = ${}", values.len()));
    }
    for path in &scope.subtrees {
        values.push(format!("{}%", path.0).into());
        seen.push(format!(
            "EXISTS (SELECT 1 FROM case_head h WHERE h.import_id = i.id AND h.unit_path LIKE ${})",
            values.len()
        ));
    }
    let sql = format!(
        "SELECT i.id, i.file_name, i.sha256, i.by_person, i.at, i.row_count, i.undone_at, i.undone_reason \
         FROM case_import i WHERE i.id < $1 AND ({}) ORDER BY i.id DESC LIMIT $2",
        seen.join(" OR ")
    );
    cx.rows_of("case.imports", &sql, &values, imports::import)
}

/// The units an import brought cases into.
pub(crate) fn units_of(cx: &mut Cx<'_>, import: Id<Import>) -> Result<Vec<UnitPath>> {
    cx.rows(&UNITS, values![import], |row| Ok(UnitPath(row.get(0)?)))
}

/// A case that is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct There {
    /// Its key.
    pub(crate) seq: i64,
    /// Its id.
    pub(crate) id: Id<Case>,
    /// Its number or the beginning of its id.
    pub(crate) label: String,
    /// Its title.
    pub(crate) title: String,
    /// Its words.
    pub(crate) detail: String,
    /// Where it is.
    pub(crate) unit_path: UnitPath,
}

const THERE: &str = "SELECT h.seq, h.id, h.number, h.title, t.detail, h.unit_path \
     FROM case_head h JOIN case_text t ON t.seq = h.seq WHERE ";

fn there(row: &Row<'_>) -> Result<There> {
    let id: Id<Case> = row.get(1)?;
    let number: Option<String> = row.get(2)?;
    Ok(There {
        seq: row.get(0)?,
        id,
        label: number.unwrap_or_else(|| id.to_string().chars().take(8).collect()),
        title: row.get(3)?,
        detail: row.get(4)?,
        unit_path: UnitPath(row.get(5)?),
    })
}

/// `$1, $2, $3`.
fn places(count: usize) -> String {
    (1..=count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

/// Which of these rows were loaded before.
pub(crate) fn of_sources(cx: &mut Cx<'_>, keys: &[&str]) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for part in keys.chunks(AT_ONCE) {
        let sql = format!("SELECT source_key FROM case_head WHERE source_key IN ({})", places(part.len()));
        let values: Vec<Value<'_>> = part.iter().map(|key| Value::from(*key)).collect();
        found.extend(cx.rows_of("case.of-sources", &sql, &values, |row| row.get::<String>(0))?);
    }
    Ok(found)
}

/// Which cases share a band with these: band, key of the case.
pub(crate) fn in_bands(cx: &mut Cx<'_>, bands: &[i64]) -> Result<Vec<(i64, i64)>> {
    let mut found = Vec::new();
    for part in bands.chunks(AT_ONCE) {
        let sql = format!("SELECT band, seq FROM case_band WHERE band IN ({})", places(part.len()));
        let values: Vec<Value<'_>> = part.iter().map(|band| Value::from(*band)).collect();
        found.extend(cx.rows_of("case.in-bands", &sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))?);
    }
    Ok(found)
}

/// Cases by their keys.
pub(crate) fn by_keys(cx: &mut Cx<'_>, keys: &[i64]) -> Result<HashMap<i64, There>> {
    let mut found = HashMap::new();
    for part in keys.chunks(AT_ONCE) {
        let sql = format!("{THERE} h.seq IN ({})", places(part.len()));
        let values: Vec<Value<'_>> = part.iter().map(|seq| Value::from(*seq)).collect();
        found.extend(
            cx.rows_of("case.by-keys", &sql, &values, there)?.into_iter().map(|case| (case.seq, case)),
        );
    }
    Ok(found)
}
