//! What acts are asked and what they answer.

use std::collections::BTreeMap;

use access::Permit;
use base::{
    Id, Timestamp,
    noun::{Case, Import, Person, Unit},
};

/// A case to be raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCase {
    /// The procedure's key.
    pub procedure: String,
    /// One line.
    pub title: String,
    /// What was said, kept as it is for ever.
    pub detail: String,
    /// Where it is.
    pub unit: Id<Unit>,
    /// The channel's code.
    pub channel: Option<String>,
    /// Other fields of the procedure by key: `category`, `place`, `class` …
    pub fields: BTreeMap<String, String>,
    /// The resident's name, sealed at once.
    pub raiser: Option<String>,
    /// How to reach the resident, sealed at once.
    pub contact: Option<String>,
    /// Whether there is a resident to tell and ask, who then gets a receipt.
    pub resident: Resident,
    /// Who entered it.
    pub author: Option<Id<Person>>,
    /// When it came in, where that is not now: imports and demo data.
    pub raised_at: Option<Timestamp>,
    /// What keeps a second load of the same row from making a second case.
    pub source_key: Option<String>,
    /// The import it comes with.
    pub import: Option<Id<Import>>,
    /// What a workbook holds besides, verbatim by column title. Not checked against the procedure: kept
    /// among the case's fields under [`EXTRA`] and the title, and exported again.
    pub extra: Vec<(String, String)>,
    /// The answer that had been given before the case came in: kept as the case's answer and searched.
    pub answer: Option<String>,
}

/// Begins the keys of fields that a workbook brought and no regulation names.
pub const EXTRA: &str = "x:";

impl NewCase {
    /// A case with nothing but what every case has.
    pub fn new(procedure: &str, title: &str, detail: &str, unit: Id<Unit>) -> Self {
        Self {
            procedure: procedure.to_owned(),
            title: title.to_owned(),
            detail: detail.to_owned(),
            unit,
            channel: None,
            fields: BTreeMap::new(),
            raiser: None,
            contact: None,
            resident: Resident::Absent,
            author: None,
            raised_at: None,
            source_key: None,
            import: None,
            extra: Vec::new(),
            answer: None,
        }
    }
}

/// Whether somebody stands behind a case who can be told and asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resident {
    /// Raised by a resident who gave a name.
    Named,
    /// Raised by a resident who gave none; the receipt alone is the way back.
    Anonymous,
    /// Nobody who could be asked: a workbook of a meeting, a survey, an inspection. Its results are
    /// confirmed by a verifier drawn by lot.
    Absent,
}

/// A case that was raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// The id in addresses.
    pub id: Id<Case>,
    /// The key of lists.
    pub seq: i64,
    /// The number, where one hangs on it from the start.
    pub number: Option<String>,
    /// The state it begins in.
    pub state: String,
    /// The receipt; `None` where there is no resident, or the case was there already.
    pub receipt: Option<Receipt>,
    /// Whether a case of this source key was there already and nothing was done.
    pub known_before: bool,
}

/// What a resident follows a case with. Shown once; only digests are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The case's number, or the first eight letters of its id.
    pub number: String,
    /// Six digits to type with the number.
    pub code: String,
    /// For the QR code: opens the case by itself.
    pub token: String,
}

/// An import about to be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewImport {
    /// The file's name.
    pub file_name: String,
    /// SHA-256 of the file in hexadecimal.
    pub sha256: String,
    /// Which column was read as what, as JSON.
    pub mapping: serde_json::Value,
    /// How many rows.
    pub rows: i64,
    /// Who imports.
    pub by: Option<Id<Person>>,
}

/// An import that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// Its id.
    pub id: Id<Import>,
    /// The file's name.
    pub file_name: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Who imported.
    pub by: Option<Id<Person>>,
    /// When.
    pub at: Timestamp,
    /// How many rows.
    pub rows: i64,
    /// When it was undone.
    pub undone_at: Option<Timestamp>,
    /// Why it was undone.
    pub undone_reason: Option<String>,
}

/// A file to be hung on a case; its bytes are in the object store already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttachment {
    /// Where the object store keeps it.
    pub object_key: String,
    /// The name it came with.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Whether the resident may see it.
    pub public: bool,
}

/// A permit together with the case it was given for.
#[derive(Debug, Clone, Copy)]
pub struct On<'a> {
    /// The leave.
    pub permit: &'a Permit,
    /// The case.
    pub case: Id<Case>,
}
