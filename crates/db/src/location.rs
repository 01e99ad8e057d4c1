//! Where a tenant's database is.

use std::path::PathBuf;

use base::{Error, Refusal};

use crate::Engine;

/// A tenant's database: a file or a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// An SQLite file.
    File(PathBuf),
    /// A schema of a PostgreSQL database.
    Schema {
        /// `postgres://user@host:port/database`.
        url: String,
        /// The schema, letters, digits and `_` only.
        schema: String,
    },
}

impl Location {
    /// A schema, its name checked because it is written into statements.
    pub fn schema(url: impl Into<String>, schema: impl Into<String>) -> Result<Self, Error> {
        let schema = schema.into();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if schema.is_empty() || schema.len() > 60 || !schema.chars().all(fits) {
            return Err(Refusal::invalid("db.schema-name").arg("schema", &schema).into());
        }
        Ok(Self::Schema { url: url.into(), schema })
    }

    /// The engine behind it.
    pub const fn engine(&self) -> Engine {
        match self {
            Self::File(_) => Engine::Sqlite,
            Self::Schema { .. } => Engine::Postgres,
        }
    }
}
