//! The context of a piece of work: transaction, time, ids, actor. Nothing is ambient.

use base::{Date, Error, Id, Ids, Result, Timestamp, clock};

use crate::{Engine, Row, Statement, Value, connection::Connection};

/// Who asks, and when. Made at the edge, once per request or job.
#[derive(Debug, Clone)]
pub struct Caller {
    /// `person:<id>`, `resident:<case id>`, `public` or `system:<job>`; written into the journal.
    pub actor: String,
    /// The moment the request came in.
    pub now: Timestamp,
}

/// A transaction together with everything a rule may need from outside.
pub struct Cx<'a> {
    connection: &'a mut Connection,
    caller: &'a Caller,
    ids: &'a Ids,
    changes: u64,
    journalled: bool,
}

impl<'a> Cx<'a> {
    pub(crate) fn new(connection: &'a mut Connection, caller: &'a Caller, ids: &'a Ids) -> Self {
        Self { connection, caller, ids, changes: 0, journalled: false }
    }

    /// The moment of the request.
    pub fn now(&self) -> Timestamp {
        self.caller.now
    }

    /// The day of the request in China.
    pub fn today(&self) -> Date {
        clock::day_of(self.caller.now)
    }

    /// Who acts.
    pub fn actor(&self) -> &str {
        &self.caller.actor
    }

    /// A fresh id.
    pub fn new_id<K>(&self) -> Id<K> {
        self.ids.next(self.caller.now)
    }

    /// The engine underneath; for [`crate::search`] and the tests only.
    pub fn engine(&self) -> Engine {
        self.connection.engine()
    }

    /// Runs a statement and says how many rows it changed.
    pub fn execute(&mut self, statement: &Statement, values: &[Value<'_>]) -> Result<u64> {
        let changed =
            self.connection.execute(statement.sql, values).map_err(|error| named(statement.name, &error))?;
        self.changes += changed;
        Ok(changed)
    }

    /// All rows of a query, each read by `read`.
    pub fn rows<T>(
        &mut self,
        statement: &Statement,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.rows_of(statement.name, statement.sql, values, read)
    }

    /// The first row of a query, if there is one.
    pub fn row<T>(
        &mut self,
        statement: &Statement,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.rows(statement, values, read)?.into_iter().next())
    }

    /// A single number such as a count; 0 when there is no row or it is null.
    pub fn number(&mut self, statement: &Statement, values: &[Value<'_>]) -> Result<i64> {
        Ok(self.row(statement, values, |row| row.get::<Option<i64>>(0))?.flatten().unwrap_or(0))
    }

    /// The rows of a query put together from registered fragments: a list with filters.
    /// `sql` must be made of constants only; every value goes through a placeholder.
    pub fn rows_of<T>(
        &mut self,
        name: &'static str,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        self.connection
            .query(sql, values, &mut |row| {
                found.push(read(row)?);
                Ok(())
            })
            .map_err(|error| named(name, &error))?;
        Ok(found)
    }

    /// Runs a statement put together from constants; for [`crate::search`] and migrations.
    pub(crate) fn execute_text(&mut self, name: &str, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        let changed = self.connection.execute(sql, values).map_err(|error| named(name, &error))?;
        self.changes += changed;
        Ok(changed)
    }

    /// Says that the changes of this work are in the journal. Called by the journal only.
    pub fn mark_journalled(&mut self) {
        self.journalled = true;
    }

    /// Whether rows were changed without a journal entry.
    pub(crate) fn is_unjournalled(&self) -> bool {
        self.changes > 0 && !self.journalled
    }
}

fn named(name: &str, error: &Error) -> Error {
    match error {
        Error::Fault(cause) => Error::Fault(format!("{name}: {cause}")),
        Error::Refused(refusals) => Error::Refused(refusals.clone()),
    }
}
