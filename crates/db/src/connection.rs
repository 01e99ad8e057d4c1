//! One connection to one engine. The only place that names a driver's types.

use std::{collections::HashMap, time::Duration};

use base::{Error, Result};
use postgres::NoTls;

use crate::{Engine, Location, Row, Value};

/// Whether a connection may change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Write,
}

/// A connection with its prepared statements.
pub(crate) enum Connection {
    Sqlite { connection: rusqlite::Connection },
    Postgres { client: Box<postgres::Client>, prepared: HashMap<String, postgres::Statement> },
}

/// SQLite waits this long for another process (a backup, a shell) to let go of the file.
const BUSY: Duration = Duration::from_secs(10);

impl Connection {
    pub(crate) fn open(location: &Location, mode: Mode) -> Result<Self> {
        match location {
            Location::File(path) => {
                let connection = rusqlite::Connection::open(path).map_err(Error::fault)?;
                connection.busy_timeout(BUSY).map_err(Error::fault)?;
                connection.set_prepared_statement_cache_capacity(256);
                // FULL: a commit is on the disk before it is answered, also when the power fails.
                let query_only = if mode == Mode::Read { "ON" } else { "OFF" };
                connection
                    .execute_batch(&format!(
                        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                         PRAGMA cache_size = -65536; PRAGMA mmap_size = 1073741824; \
                         PRAGMA temp_store = MEMORY; PRAGMA secure_delete = FAST; PRAGMA query_only = {query_only};"
                    ))
                    .map_err(Error::fault)?;
                Ok(Self::Sqlite { connection })
            }
            Location::Schema { url, schema } => {
                let mut client = postgres::Client::connect(url, NoTls).map_err(Error::fault)?;
                client
                    .batch_execute(&format!(
                        "SET search_path TO {schema}; SET TIME ZONE 'UTC'; SET synchronous_commit TO on;"
                    ))
                    .map_err(Error::fault)?;
                Ok(Self::Postgres { client: Box::new(client), prepared: HashMap::new() })
            }
        }
    }

    pub(crate) const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres { .. } => Engine::Postgres,
        }
    }

    /// Whether the connection is gone and must be opened anew.
    pub(crate) fn is_broken(&self) -> bool {
        match self {
            Self::Sqlite { .. } => false,
            Self::Postgres { client, .. } => client.is_closed(),
        }
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite { connection } => connection.execute_batch(sql).map_err(Error::fault),
            Self::Postgres { client, .. } => client.batch_execute(sql).map_err(Error::fault),
        }
    }

    /// Runs a statement that returns no rows and says how many rows it changed.
    pub(crate) fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        match self {
            Self::Sqlite { connection } => {
                let mut statement = connection.prepare_cached(&numbered(sql)).map_err(Error::fault)?;
                let changed = statement.execute(rusqlite::params_from_iter(values)).map_err(Error::fault)?;
                Ok(changed as u64)
            }
            Self::Postgres { client, prepared } => {
                let statement = prepare(client, prepared, sql)?;
                client.execute(&statement, &as_postgres(values)).map_err(describe)
            }
        }
    }

    /// Runs a query and hands each row to `each`.
    pub(crate) fn query(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Sqlite { connection } => {
                let mut statement = connection.prepare_cached(&numbered(sql)).map_err(Error::fault)?;
                let mut rows = statement.query(rusqlite::params_from_iter(values)).map_err(Error::fault)?;
                while let Some(row) = rows.next().map_err(Error::fault)? {
                    each(&Row::Sqlite(row))?;
                }
                Ok(())
            }
            Self::Postgres { client, prepared } => {
                let statement = prepare(client, prepared, sql)?;
                let rows = client.query(&statement, &as_postgres(values)).map_err(describe)?;
                rows.iter().try_for_each(|row| each(&Row::Postgres(row)))
            }
        }
    }

    /// Prepares without running: proves that the engine understands the text.
    pub(crate) fn check(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite { connection } => {
                connection.prepare(&numbered(sql)).map(|_| ()).map_err(Error::fault)
            }
            Self::Postgres { client, .. } => client.prepare(sql).map(|_| ()).map_err(describe),
        }
    }
}

/// SQLite writes `?1` where PostgreSQL writes `$1`. Nothing else of a statement differs.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

fn prepare(
    client: &mut postgres::Client,
    prepared: &mut HashMap<String, postgres::Statement>,
    sql: &str,
) -> Result<postgres::Statement> {
    if let Some(statement) = prepared.get(sql) {
        return Ok(statement.clone());
    }
    let statement = client.prepare(sql).map_err(describe)?;
    prepared.insert(sql.to_owned(), statement.clone());
    Ok(statement)
}

fn as_postgres<'a>(values: &'a [Value<'a>]) -> Vec<&'a (dyn postgres::types::ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn postgres::types::ToSql + Sync)).collect()
}

/// The driver's `Display` says only "db error"; the server's own words are what the log needs.
fn describe(error: postgres::Error) -> Error {
    match error.as_db_error() {
        Some(detail) => Error::fault(format!("{} ({})", detail.message(), detail.code().code())),
        None => Error::fault(error),
    }
}
