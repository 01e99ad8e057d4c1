//! The table of rights names only roles and actions that exist, and keeps the administrators out of
//! business.

use crate::{Compendium, Party, RoleGroup, finding::Finding};

use super::{Report, party};

/// Actions on business, which the three administrators never hold (三员分立).
const BUSINESS: [&str; 3] = ["case.", "publication.", "regulation.edit"];

pub(crate) fn check(compendium: &Compendium) -> Vec<Finding> {
    let files = compendium.files().iter().filter(|file| file.path.rsplit('/').next() == Some("rights.toml"));
    files.flat_map(|file| check_file(compendium, Report::on(file), &file.text)).collect()
}

fn check_file(compendium: &Compendium, mut report: Report<'_>, text: &str) -> Vec<Finding> {
    // What cannot be read was reported when the file was added.
    let Ok(table) = toml::from_str::<crate::Rights>(text) else { return Vec::new() };
    for (index, right) in table.rights.iter().enumerate() {
        let at = index.to_string();
        let path = ["rights", at.as_str()];
        if compendium.rights().action(&right.action).is_none() {
            report.error(&path, "regulation.unknown-action", &[("action", &right.action)]);
        }
        for word in &right.by {
            match party(word) {
                Err(_) => report.error(&path, "regulation.unknown-relation", &[("relation", word)]),
                Ok(Party::Role(role)) => check_role(compendium, &mut report, &path, (&role, &right.action)),
                Ok(Party::Relation(_)) => {}
            }
        }
    }
    report.findings
}

fn check_role(compendium: &Compendium, report: &mut Report<'_>, path: &[&str], right: (&str, &str)) {
    let (role, action) = right;
    match compendium.roles().get(role) {
        None => report.error(path, "regulation.unknown-role", &[("role", role)]),
        Some(known) if known.group == RoleGroup::Administration => {
            if BUSINESS.iter().any(|business| action.starts_with(business)) {
                let args = [("role", role), ("action", action)];
                report.error(path, "regulation.administrator-does-business", &args);
            }
        }
        Some(_) => {}
    }
}
