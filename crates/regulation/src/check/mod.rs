//! The checker: refuses what cannot run, what closes with one key, and what crosses a red line.

mod lines;
mod procedure;
mod red_line;
mod rights;
#[cfg(test)]
mod tests;

use std::str::FromStr;

use lines::Lines;

use crate::{
    Compendium, Numbering, Party, Regulation, Restart,
    compendium::SourceFile,
    finding::{Finding, Severity},
};

/// A file that is not TOML or not a regulation.
pub(crate) fn unreadable(file: &SourceFile, error: &toml::de::Error) -> Finding {
    let message = error.message();
    let named = |prefix: &str| Some(message.strip_prefix(prefix)?.split('`').next()?.to_owned());
    // The reader's messages are English and about Rust types; the three that people meet are worded here.
    let (key, args) = if let Some(name) = named("unknown field `").or_else(|| named("unknown variant `")) {
        ("regulation.unknown-word", vec![("word".into(), name)])
    } else if let Some(name) = named("missing field `") {
        ("regulation.missing-key", vec![("word".into(), name)])
    } else if message.ends_with("is not a term: write 15d or 5wd") {
        ("regulation.term-unreadable", vec![("value".into(), named("`").unwrap_or_default())])
    } else {
        ("regulation.unreadable", vec![("cause".into(), message.to_owned())])
    };
    let offset = error.span().map_or(0, |span| span.start);
    Finding {
        file: file.path.clone(),
        line: lines::line_at(&file.text, offset),
        severity: Severity::Error,
        key: key.into(),
        args,
    }
}

/// Everything wrong with the files that could be read.
pub(crate) fn compendium(compendium: &Compendium) -> Vec<Finding> {
    let mut findings = Vec::new();
    for regulation in compendium.regulations() {
        let Some(file) = compendium.file(&regulation.file) else { continue };
        let mut report = Report::on(file);
        whole(compendium, regulation, &mut report);
        for index in 0..regulation.procedures.len() {
            procedure::check(compendium, regulation, index, &mut report);
        }
        red_line::check(regulation, &mut report);
        findings.append(&mut report.findings);
    }
    findings.extend(rights::check(compendium));
    findings
}

/// Collects what is found in one file.
pub(crate) struct Report<'a> {
    file: &'a str,
    lines: Lines<'a>,
    findings: Vec<Finding>,
}

impl<'a> Report<'a> {
    fn on(file: &'a SourceFile) -> Self {
        Self { file: &file.path, lines: Lines::of(&file.text), findings: Vec::new() }
    }

    fn add(&mut self, severity: Severity, path: &[&str], key: &'static str, args: &[(&'static str, &str)]) {
        self.findings.push(Finding {
            file: self.file.to_owned(),
            line: self.lines.line(path),
            severity,
            key: key.into(),
            args: args.iter().map(|(name, value)| ((*name).into(), (*value).to_owned())).collect(),
        });
    }

    pub(crate) fn error(&mut self, path: &[&str], key: &'static str, args: &[(&'static str, &str)]) {
        self.add(Severity::Error, path, key, args);
    }

    /// Reports every role that is not in `roles.toml`.
    pub(crate) fn parties(&mut self, compendium: &Compendium, path: &[&str], parties: &[Party]) {
        for party in parties {
            if let Party::Role(role) = party
                && compendium.roles().get(role).is_none()
            {
                self.error(path, "regulation.unknown-role", &[("role", role)]);
            }
        }
    }

    /// Reports a number that could come twice.
    pub(crate) fn numbering(&mut self, path: &[&str], number: &Numbering) {
        let yearly = number.restarts == Restart::Year;
        if !number.pattern.contains("{n}") || (yearly && !number.pattern.contains("{year}")) {
            self.error(path, "regulation.number-pattern", &[("pattern", &number.pattern)]);
        }
    }
}

/// Slips, publications and names that must be unique.
fn whole(compendium: &Compendium, regulation: &Regulation, report: &mut Report<'_>) {
    if regulation.in_force.to.is_some_and(|to| to < regulation.in_force.from) {
        report.error(&["in_force", "to"], "regulation.never-in-force", &[]);
    }
    for (index, slip) in regulation.slips.iter().enumerate() {
        let at = index.to_string();
        report.numbering(&["slip", &at, "number"], &slip.number);
        report.parties(compendium, &["slip", &at, "answered_by"], &slip.answered_by);
        report.parties(compendium, &["slip", &at, "signed_by"], &slip.signed_by);
        if !has_list(compendium, regulation, &slip.reasons) {
            report.error(&["slip", &at, "reasons"], "regulation.unknown-list", &[("list", &slip.reasons)]);
        }
    }
    for (index, publication) in regulation.publications.iter().enumerate() {
        let at = index.to_string();
        report.parties(compendium, &["publication", &at, "drafted_by"], &publication.drafted_by);
        report.parties(compendium, &["publication", &at, "issued_by"], &publication.issued_by);
        if let Some(number) = &publication.number {
            report.numbering(&["publication", &at, "number"], number);
        }
        if let Some(about) = &publication.about
            && compendium.procedure(about).is_none()
        {
            report.error(
                &["publication", &at, "about"],
                "regulation.unknown-procedure",
                &[("procedure", about)],
            );
        }
    }
    for (index, procedure) in regulation.procedures.iter().enumerate() {
        let elsewhere =
            compendium.regulation_of(&procedure.key).is_some_and(|other| other.id != regulation.id);
        let twice = regulation.procedures[..index].iter().any(|other| other.key == procedure.key);
        if elsewhere || twice {
            let path = ["procedure", &index.to_string(), "key"];
            report.error(&path, "regulation.procedure-twice", &[("procedure", &procedure.key)]);
        }
    }
}

/// Whether a list exists, in this regulation or as `regulation-id/key`.
pub(crate) fn has_list(compendium: &Compendium, regulation: &Regulation, reference: &str) -> bool {
    compendium.code_list(reference).is_some()
        || regulation.code_lists.iter().any(|list| list.key == reference)
}

/// A party as the table of rights writes it.
pub(crate) fn party(text: &str) -> Result<Party, String> {
    Party::from_str(text)
}
