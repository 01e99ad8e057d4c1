//! Migrations: forward only, one sequence per module, from any released version.

use std::collections::HashMap;

use base::{Error, Result, Timestamp, clock};

use crate::{Engine, Value, connection::Connection, search};

/// One step of a module's schema.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The module whose tables these are.
    pub module: &'static str,
    /// 1, 2, 3 … without gaps.
    pub version: u32,
    /// Statements of the portable subset, separated by `;`. A line `-- search: NAME` makes a
    /// full-text index of that name.
    pub sql: &'static str,
}

/// Brings the schema up to date. The first schema was written before the first release, so a
/// database made by any release can be brought here.
pub(crate) fn migrate(connection: &mut Connection, steps: &[Migration], now: Timestamp) -> Result<()> {
    connection.batch(
        "CREATE TABLE IF NOT EXISTS schema_version (
            module TEXT NOT NULL, version BIGINT NOT NULL, applied_at TEXT NOT NULL,
            PRIMARY KEY (module, version))",
    )?;
    let mut reached: HashMap<String, i64> = HashMap::new();
    connection.query("SELECT module, MAX(version) FROM schema_version GROUP BY module", &[], &mut |row| {
        reached.insert(row.get(0)?, row.get(1)?);
        Ok(())
    })?;
    for step in steps {
        let at = reached.get(step.module).copied().unwrap_or(0);
        if i64::from(step.version) <= at {
            continue;
        }
        if i64::from(step.version) != at + 1 {
            return Err(Error::fault(format!("{} lacks schema version {}", step.module, at + 1)));
        }
        apply(connection, step, now)?;
        reached.insert(step.module.to_owned(), step.version.into());
    }
    Ok(())
}

fn apply(connection: &mut Connection, step: &Migration, now: Timestamp) -> Result<()> {
    let engine = connection.engine();
    connection.batch("BEGIN")?;
    let done = connection.batch(&for_engine(engine, step.sql)).and_then(|()| {
        let values = [Value::from(step.module), Value::from(step.version), Value::from(clock::to_text(now))];
        connection
            .execute("INSERT INTO schema_version (module, version, applied_at) VALUES ($1, $2, $3)", &values)
    });
    match done {
        Ok(_) => connection.batch("COMMIT"),
        Err(error) => {
            connection.batch("ROLLBACK")?;
            Err(Error::fault(format!("schema {} {}: {error}", step.module, step.version)))
        }
    }
}

/// The two words in which the engines differ: SQLite keeps rows by `INTEGER PRIMARY KEY`, and each
/// has its own full-text index.
fn for_engine(engine: Engine, sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    for line in sql.lines() {
        if let Some(name) = line.trim().strip_prefix("-- search:") {
            out.push_str(&search::definition(engine, name.trim()));
        } else if engine == Engine::Sqlite {
            out.push_str(&line.replace("BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY"));
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}
