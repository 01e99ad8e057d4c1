//! Full-text search behind one interface: FTS5 in SQLite, `tsvector` with GIN in PostgreSQL.
//!
//! The text arrives cut into terms (crate `text`). The index yields a superset of the rows that
//! contain the query; the caller's `LIKE` on the folded text decides exactly.

use base::Result;

use crate::{Cx, Engine, Value};

/// A full-text index over rows with a BIGINT key. Made by `-- search: NAME` in a schema.
#[derive(Debug, Clone, Copy)]
pub struct SearchIndex {
    /// The table that holds it, for instance `case_search`.
    pub name: &'static str,
}

/// One term of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// The term as it stands.
    Whole(String),
    /// Any term that begins so.
    Prefix(String),
}

/// The statements that make the index.
pub(crate) fn definition(engine: Engine, name: &str) -> String {
    match engine {
        // detail=full keeps order, which prefix queries need; columnsize=0 saves a table we never rank by.
        Engine::Sqlite => format!(
            "CREATE VIRTUAL TABLE {name} USING fts5(terms, content='', contentless_delete=1, \
             tokenize=\"unicode61 remove_diacritics 0\", prefix='1');"
        ),
        Engine::Postgres => format!(
            "CREATE TABLE {name} (seq BIGINT PRIMARY KEY, terms TSVECTOR NOT NULL); \
             CREATE INDEX {name}_terms ON {name} USING GIN (terms);"
        ),
    }
}

impl SearchIndex {
    /// Puts or replaces the terms of row `seq`.
    pub fn put(&self, cx: &mut Cx<'_>, seq: i64, terms: &[String]) -> Result<()> {
        let name = self.name;
        match cx.engine() {
            Engine::Sqlite => {
                let sql = format!("INSERT OR REPLACE INTO {name} (rowid, terms) VALUES ($1, $2)");
                cx.execute_text(name, &sql, &[Value::Int(seq), terms.join(" ").into()])?;
            }
            Engine::Postgres => {
                let mut distinct: Vec<&str> = terms.iter().map(String::as_str).collect();
                distinct.sort_unstable();
                distinct.dedup();
                let sql = format!(
                    "INSERT INTO {name} (seq, terms) VALUES ($1, array_to_tsvector(string_to_array($2, ' '))) \
                     ON CONFLICT (seq) DO UPDATE SET terms = EXCLUDED.terms"
                );
                cx.execute_text(name, &sql, &[Value::Int(seq), distinct.join(" ").into()])?;
            }
        }
        Ok(())
    }

    /// Takes row `seq` out.
    pub fn remove(&self, cx: &mut Cx<'_>, seq: i64) -> Result<()> {
        let key = if cx.engine() == Engine::Sqlite { "rowid" } else { "seq" };
        let sql = format!("DELETE FROM {} WHERE {key} = $1", self.name);
        cx.execute_text(self.name, &sql, &[Value::Int(seq)])?;
        Ok(())
    }

    /// A condition on `column` (a BIGINT) that holds for the rows with all `terms`, and the value for
    /// its placeholder `$placeholder`. `None` when there is nothing to look for.
    pub fn condition(
        &self,
        engine: Engine,
        column: &str,
        placeholder: usize,
        terms: &[Term],
    ) -> Option<(String, Value<'static>)> {
        if terms.is_empty() {
            return None;
        }
        let name = self.name;
        let (sql, query): (String, Vec<String>) = match engine {
            Engine::Sqlite => (
                format!("{column} IN (SELECT rowid FROM {name} WHERE {name} MATCH ${placeholder})"),
                terms.iter().map(sqlite_term).collect(),
            ),
            Engine::Postgres => (
                format!(
                    "{column} IN (SELECT seq FROM {name} WHERE terms @@ CAST(CAST(${placeholder} AS TEXT) AS TSQUERY))"
                ),
                terms.iter().map(postgres_term).collect(),
            ),
        };
        let joint = if engine == Engine::Sqlite { " AND " } else { " & " };
        Some((sql, query.join(joint).into()))
    }
}

fn sqlite_term(term: &Term) -> String {
    match term {
        Term::Whole(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        Term::Prefix(text) => format!("\"{}\"*", text.replace('"', "\"\"")),
    }
}

fn postgres_term(term: &Term) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
    match term {
        Term::Whole(text) => quoted(text),
        Term::Prefix(text) => format!("{}:*", quoted(text)),
    }
}
