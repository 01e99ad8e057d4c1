//! The driver of the embedded engine with nothing of ours around it. For measurements only: what
//! `luoshi bench` holds the platform against.

use std::{path::Path, time::Duration};

use base::{Error, Result};
use rusqlite::types::ValueRef;

use crate::Value;

/// A connection as a program without a platform would open it, as durable as ours.
pub struct Bare {
    connection: rusqlite::Connection,
}

impl Bare {
    /// Opens a database that has its tables already.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = rusqlite::Connection::open(path).map_err(Error::fault)?;
        connection.busy_timeout(Duration::from_secs(120)).map_err(Error::fault)?;
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; \
                 PRAGMA foreign_keys = OFF;",
            )
            .map_err(Error::fault)?;
        Ok(Self { connection })
    }

    /// Runs statements with their values in one transaction and returns when it is durable.
    pub fn commit<'a>(
        &mut self,
        work: impl IntoIterator<Item = (&'a str, &'a [Value<'static>])>,
    ) -> Result<()> {
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(Error::fault)?;
        for (sql, values) in work {
            let mut statement = self.connection.prepare_cached(sql).map_err(Error::fault)?;
            statement.execute(rusqlite::params_from_iter(values)).map_err(Error::fault)?;
        }
        self.connection.execute_batch("COMMIT").map_err(Error::fault)
    }

    /// The rows of a query.
    pub fn rows(&self, sql: &str) -> Result<Vec<Vec<Value<'static>>>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(Error::fault)?;
        let columns = statement.column_count();
        let mut rows = statement.query([]).map_err(Error::fault)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(Error::fault)? {
            let cells = (0..columns).map(|index| {
                Ok(match row.get_ref(index).map_err(Error::fault)? {
                    ValueRef::Integer(number) => Value::Int(number),
                    ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
                    _ => Value::Null,
                })
            });
            found.push(cells.collect::<Result<_>>()?);
        }
        Ok(found)
    }
}
