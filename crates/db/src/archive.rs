//! Backup and restore in one engine-neutral form: every table as lines of JSON from one snapshot.
//!
//! Taken while the program runs; restores into either engine, so it is also the way from SQLite to
//! PostgreSQL and back.

use std::io::{BufRead, Write};

use base::{Error, Refusal, Result};
use serde_json::{Map, Value as Json, json};

use crate::{Cx, Engine, Statement, Value};

static TABLES_SQLITE: Statement = Statement::new(
    "archive.tables-sqlite",
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
);
static TABLES_POSTGRES: Statement = Statement::new(
    "archive.tables-postgres",
    "SELECT CAST(table_name AS TEXT) FROM information_schema.tables \
     WHERE table_schema = current_schema() ORDER BY 1",
);
static COLUMNS_SQLITE: Statement =
    Statement::new("archive.columns-sqlite", "SELECT name FROM pragma_table_info($1) ORDER BY cid");
static COLUMNS_POSTGRES: Statement = Statement::new(
    "archive.columns-postgres",
    "SELECT CAST(column_name AS TEXT) FROM information_schema.columns \
     WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position",
);

/// What an archive held.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ArchiveSummary {
    /// Tables written or read.
    pub tables: u64,
    /// Rows written or read.
    pub rows: u64,
}

/// The tables with data. Search indexes are rebuilt by their owners after a restore.
fn tables(cx: &mut Cx<'_>) -> Result<Vec<String>> {
    let statement = if cx.engine() == Engine::Sqlite { &TABLES_SQLITE } else { &TABLES_POSTGRES };
    let names = cx.rows(statement, &[], |row| row.get::<String>(0))?;
    Ok(names.into_iter().filter(|name| !name.contains("_search") && name != "schema_version").collect())
}

fn columns(cx: &mut Cx<'_>, table: &str) -> Result<Vec<String>> {
    let statement = if cx.engine() == Engine::Sqlite { &COLUMNS_SQLITE } else { &COLUMNS_POSTGRES };
    cx.rows(statement, &[table.into()], |row| row.get(0))
}

/// Writes every table as JSON lines: `{"table": …, "columns": […]}` and then a row a line.
pub fn write_archive(cx: &mut Cx<'_>, out: &mut dyn Write) -> Result<ArchiveSummary> {
    let mut summary = ArchiveSummary::default();
    for table in tables(cx)? {
        let names = columns(cx, &table)?;
        writeln!(out, "{}", json!({ "table": table, "columns": names })).map_err(Error::fault)?;
        let sql = format!("SELECT {} FROM {table}", names.join(", "));
        let lines = cx.rows_of("archive.read", &sql, &[], |row| {
            let cells = (0..names.len()).map(|index| row.any(index).map(to_json));
            Ok(Json::Array(cells.collect::<Result<_>>()?).to_string())
        })?;
        for line in &lines {
            writeln!(out, "{line}").map_err(Error::fault)?;
        }
        summary.tables += 1;
        summary.rows += lines.len() as u64;
    }
    Ok(summary)
}

/// Reads what [`write_archive`] wrote into a database that has the schema and no rows.
pub fn read_archive(cx: &mut Cx<'_>, from: &mut dyn BufRead) -> Result<ArchiveSummary> {
    let known = tables(cx)?;
    let mut summary = ArchiveSummary::default();
    let mut insert = String::new();
    for line in from.lines() {
        let line = line.map_err(Error::fault)?;
        match serde_json::from_str(&line).map_err(|_| damaged())? {
            Json::Object(head) => {
                insert = insertion(cx, &head, &known)?;
                summary.tables += 1;
            }
            Json::Array(cells) if !insert.is_empty() => {
                let values: Vec<Value<'_>> = cells.iter().map(from_json).collect::<Result<_>>()?;
                cx.execute_text("archive.write", &insert, &values)?;
                summary.rows += 1;
            }
            _ => return Err(damaged()),
        }
    }
    Ok(summary)
}

fn insertion(cx: &mut Cx<'_>, head: &Map<String, Json>, known: &[String]) -> Result<String> {
    let table = head.get("table").and_then(Json::as_str).ok_or_else(damaged)?;
    let wanted: Vec<String> =
        head.get("columns").and_then(|c| serde_json::from_value(c.clone()).ok()).ok_or_else(damaged)?;
    // Names go into the statement text, so only names this schema knows are let through.
    if !known.iter().any(|name| name == table) {
        return Err(Refusal::invalid("db.archive-unknown-table").arg("table", table).into());
    }
    let existing = columns(cx, table)?;
    if let Some(column) = wanted.iter().find(|column| !existing.contains(column)) {
        return Err(Refusal::invalid("db.archive-unknown-column")
            .arg("table", table)
            .arg("column", column)
            .into());
    }
    let count = format!("SELECT COUNT(*) FROM {table}");
    if cx.rows_of("archive.count", &count, &[], |row| row.get::<i64>(0))?.first() != Some(&0) {
        return Err(Refusal::conflict("db.archive-not-empty").arg("table", table).into());
    }
    let places: Vec<String> = (1..=wanted.len()).map(|n| format!("${n}")).collect();
    Ok(format!("INSERT INTO {table} ({}) VALUES ({})", wanted.join(", "), places.join(", ")))
}

fn damaged() -> Error {
    Refusal::invalid("db.archive-damaged").into()
}

fn to_json(value: Value<'static>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(n) => n.into(),
        Value::Text(text) => text.into_owned().into(),
    }
}

fn from_json(cell: &Json) -> Result<Value<'_>> {
    match cell {
        Json::Null => Ok(Value::Null),
        Json::Number(n) => n.as_i64().map(Value::Int).ok_or_else(damaged),
        Json::String(text) => Ok(text.as_str().into()),
        _ => Err(damaged()),
    }
}
