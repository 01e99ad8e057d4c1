//! What the checker has to say: where, what, how it is mended.

use std::borrow::Cow;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The regulation is refused.
    Error,
    /// The regulation works; somebody should look.
    Warning,
}

/// One thing wrong with a file of the compendium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, relative to the compendium.
    pub file: String,
    /// The line, counted from one.
    pub line: usize,
    /// How bad it is.
    pub severity: Severity,
    /// Key of the sentence, such as `regulation.unknown-role`. The mend stands under the same key with
    /// `-mend` appended.
    pub key: Cow<'static, str>,
    /// Values for both sentences.
    pub args: Vec<(Cow<'static, str>, String)>,
}

impl Finding {
    /// Key of the sentence that says how it is mended.
    pub fn mend(&self) -> String {
        format!("{}-mend", self.key)
    }

    /// The value of an argument, or nothing.
    pub fn arg(&self, name: &str) -> &str {
        self.args.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}
