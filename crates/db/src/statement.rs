//! Registered statements.

/// A statement as a constant: one SQL text for both engines, found by name in errors and tests.
///
/// A module lists its statements, and a test prepares every one on both engines.
#[derive(Debug)]
pub struct Statement {
    /// `module.verb-noun`, unique.
    pub name: &'static str,
    /// The text, with `$1`, `$2` … for values.
    pub sql: &'static str,
}

impl Statement {
    /// Names a statement.
    pub const fn new(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql }
    }
}
