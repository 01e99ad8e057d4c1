//! The checker: refuses what cannot run, what closes with one key, and what crosses a red line.

use crate::{
    Compendium,
    compendium::SourceFile,
    finding::{Finding, Severity},
};

/// A file that is not TOML or not a regulation.
pub(crate) fn unreadable(file: &SourceFile, error: &toml::de::Error) -> Finding {
    let offset = error.span().map_or(0, |span| span.start);
    Finding {
        file: file.path.clone(),
        line: file.text[..offset.min(file.text.len())].matches('\n').count() + 1,
        severity: Severity::Error,
        key: "regulation.unreadable".into(),
        args: vec![("cause".into(), error.message().to_owned())],
    }
}

pub(crate) fn compendium(_compendium: &Compendium) -> Vec<Finding> {
    Vec::new()
}
