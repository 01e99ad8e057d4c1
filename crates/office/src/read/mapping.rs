//! Which column of a file holds which field.

use serde::{Deserialize, Serialize};

use super::Header;
use crate::dates;

/// A titled column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its place, from 0 for column A.
    pub index: usize,
    /// Its title, cleaned of line breaks and padding.
    pub title: String,
}

/// A field that is looked for, under every name it is known by; the usual name first.
#[derive(Debug, Clone, Copy)]
pub struct FieldHint<'a> {
    /// The field.
    pub key: &'a str,
    /// Its names.
    pub names: &'a [&'a str],
}

/// Which column was chosen for each field; fields without a column are absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The [`Header::fingerprint`] of the head it was made for.
    pub fingerprint: String,
    /// The choices, in the order of the hints.
    pub chosen: Vec<Chosen>,
}

/// One field and its column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// The field.
    pub key: String,
    /// The column, from 0.
    pub column: usize,
    /// The title of that column, by which it is found again when columns have moved.
    pub title: String,
}

impl Mapping {
    /// The column of a field.
    pub fn column(&self, key: &str) -> Option<usize> {
        self.chosen.iter().find(|chosen| chosen.key == key).map(|chosen| chosen.column)
    }

    /// A mapping a person has made; choices of columns the head does not have are left out.
    pub fn by_hand<'a>(header: &Header, choices: impl IntoIterator<Item = (&'a str, usize)>) -> Self {
        let mut mapping = Self { fingerprint: header.fingerprint(), chosen: Vec::new() };
        for (key, index) in choices {
            if let Some(column) = header.columns.iter().find(|column| column.index == index) {
                mapping.choose(key, column);
            }
        }
        mapping
    }

    fn choose(&mut self, key: &str, column: &Column) {
        let free = self.chosen.iter().all(|chosen| chosen.key != key && chosen.column != column.index);
        if free {
            self.chosen.push(Chosen {
                key: key.to_owned(),
                column: column.index,
                title: column.title.clone(),
            });
        }
    }
}

/// Proposes a column for each field: as remembered, else by its exact name, else by a title that contains
/// its name; else none. Exact names of all fields go before any containing title, longer names before
/// shorter, and a column is used once, so 反对数 is never taken for 点赞数 because both end in 数.
pub fn propose_mapping(header: &Header, hints: &[FieldHint<'_>], remembered: Option<&Mapping>) -> Mapping {
    let mut mapping = Mapping { fingerprint: header.fingerprint(), chosen: Vec::new() };
    for before in remembered.iter().flat_map(|remembered| &remembered.chosen) {
        if let Some(column) =
            again(header, before).filter(|_| hints.iter().any(|hint| hint.key == before.key))
        {
            mapping.choose(&before.key, column);
        }
    }
    // A person decided about this very template, also about what it does not hold.
    if remembered.is_some_and(|remembered| remembered.fingerprint == mapping.fingerprint) {
        return in_order(mapping, hints);
    }
    let rank = |hint: &FieldHint<'_>| hint.names.len();
    let deepest = hints.iter().map(rank).max().unwrap_or(0);
    for depth in 0..deepest {
        for hint in hints {
            let Some(name) = hint.names.get(depth).map(|name| normalised(name)) else { continue };
            let exact = |column: &&Column| is_named(&column.title, &name);
            if let Some(column) = header.columns.iter().find(exact) {
                mapping.choose(hint.key, column);
            }
        }
    }
    for (_, hint, column) in containing(header, hints) {
        mapping.choose(hint.key, column);
    }
    in_order(mapping, hints)
}

/// The column of an earlier choice: the same place under the same title, else the only one so titled.
fn again<'a>(header: &'a Header, before: &Chosen) -> Option<&'a Column> {
    let title = normalised(&before.title);
    let same = |column: &&Column| normalised(&column.title) == title;
    let here = header.columns.iter().filter(same).find(|column| column.index == before.column);
    let only = || {
        let mut all = header.columns.iter().filter(same);
        all.next().filter(|_| all.next().is_none())
    };
    here.or_else(only)
}

/// Whether a title is this name, itself or in its lowest level (`联系方式/电话` is 电话).
fn is_named(title: &str, name: &str) -> bool {
    let title = normalised(title);
    title == *name || title.rsplit('/').next() == Some(name)
}

/// Every title that contains a name of a field, those the name covers most first.
fn containing<'h, 'a>(
    header: &'h Header,
    hints: &'h [FieldHint<'a>],
) -> Vec<(usize, &'h FieldHint<'a>, &'h Column)> {
    let mut found = Vec::new();
    for hint in hints {
        for name in hint.names.iter().map(|name| normalised(name)) {
            let length = name.chars().count();
            // One character is in too many titles to say anything.
            if length < 2 {
                continue;
            }
            for column in &header.columns {
                let title = normalised(&column.title);
                if title.contains(&name) {
                    let uncovered = title.chars().count() - length;
                    found.push((uncovered * 100 / (uncovered + length), hint, column));
                }
            }
        }
    }
    found.sort_by_key(|(uncovered, _, column)| (*uncovered, column.index));
    found
}

fn in_order(mut mapping: Mapping, hints: &[FieldHint<'_>]) -> Mapping {
    mapping.chosen.sort_by_key(|chosen| hints.iter().position(|hint| hint.key == chosen.key));
    mapping
}

/// A title as it is compared: no spaces, no stars, half-width, lower case, no remark in brackets about
/// being required.
pub(super) fn normalised(title: &str) -> String {
    let plain: String =
        dates::half_width(title).chars().filter(|c| !c.is_whitespace() && *c != '*').collect();
    let lower = plain.to_lowercase();
    let bare = ["(必填)", "(选填)", "(必填项)", "[必填]", "【必填】"]
        .iter()
        .fold(lower, |title, remark| title.replace(remark, ""));
    bare.trim_end_matches(':').to_owned()
}
