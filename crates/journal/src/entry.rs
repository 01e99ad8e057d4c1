//! Entries: what kernels write, what is kept, and the bytes that are hashed.

use std::borrow::Cow;

use base::{Id, noun};
use serde::{Deserialize, Serialize};

use crate::{
    hash::{Digest, HashName},
    merkle,
};

/// Something an entry is about: a kind such as `case` and its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ref {
    /// The noun, in lower case: `case`, `unit`, `publication`.
    pub kind: Cow<'static, str>,
    /// Its id as text.
    pub id: String,
}

impl Ref {
    /// Names a thing.
    #[expect(clippy::needless_pass_by_value, reason = "an id or a text, without an ampersand at each call")]
    pub fn new(kind: &'static str, id: impl ToString) -> Self {
        Self { kind: Cow::Borrowed(kind), id: id.to_string() }
    }
}

/// An entry to be written. Time, actor and id come from the context.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What was done, `noun.verb`: `case.raised`.
    pub act: &'static str,
    /// What it was done to.
    pub subject: Ref,
    /// What is worth knowing later; `Value::Null` when nothing is.
    pub body: serde_json::Value,
}

impl Entry {
    /// An entry.
    pub const fn new(act: &'static str, subject: Ref, body: serde_json::Value) -> Self {
        Self { act, subject, body }
    }
}

/// An entry as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its id, as text because a changed row must be readable to be reported.
    pub id: String,
    /// When, UTC with six decimals.
    pub at: String,
    /// Who: `person:<id>`, `resident:<case id>`, `public`, `system:<job>`.
    pub actor: String,
    /// What was done.
    pub act: String,
    /// To what.
    pub subject: Ref,
    /// Canonical JSON.
    pub body: String,
}

impl Recorded {
    /// The body as a value; `Null` when the stored text is no JSON, which only a hand can cause.
    pub fn body(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The typed id; `None` when the stored text is no id, which only a hand can cause.
    pub fn id(&self) -> Option<Id<noun::Entry>> {
        self.id.parse().ok()
    }

    /// The RFC 9162 leaf hash over all columns.
    pub fn leaf_hash(&self, hash: HashName) -> Digest {
        self.head().leaf_hash(hash, &hash.digest(&[self.body.as_bytes()]))
    }

    /// The columns beside the body.
    pub(crate) fn head(&self) -> Head<'_> {
        Head {
            id: &self.id,
            at: &self.at,
            actor: &self.actor,
            act: &self.act,
            kind: &self.subject.kind,
            subject: &self.subject.id,
        }
    }
}

/// All columns of an entry but its body.
pub(crate) struct Head<'a> {
    pub(crate) id: &'a str,
    pub(crate) at: &'a str,
    pub(crate) actor: &'a str,
    pub(crate) act: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) subject: &'a str,
}

/// Keeps these bytes apart from anything else that may ever be hashed.
const DOMAIN: &[u8] = b"luoshi journal entry 1";

impl Head<'_> {
    /// The body goes in as its digest, so that a receipt can prove an entry without showing the body.
    /// Every part is preceded by its length, so no two entries give the same bytes.
    pub(crate) fn leaf_hash(&self, hash: HashName, body: &Digest) -> Digest {
        let parts: [&[u8]; 8] = [
            DOMAIN,
            self.id.as_bytes(),
            self.at.as_bytes(),
            self.actor.as_bytes(),
            self.act.as_bytes(),
            self.kind.as_bytes(),
            self.subject.as_bytes(),
            &body.0,
        ];
        let mut bytes = Vec::with_capacity(256);
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        merkle::leaf_hash(hash, &bytes)
    }
}

/// JSON with sorted member names and no blanks, whatever order the map type of the build keeps.
pub(crate) fn canonical(value: &serde_json::Value) -> String {
    fn sorted(value: &serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::Object(map) => {
                let mut members: Vec<_> = map.iter().collect();
                members.sort_by_key(|(name, _)| *name);
                members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect()
            }
            serde_json::Value::Array(items) => items.iter().map(sorted).collect(),
            other => other.clone(),
        }
    }
    sorted(value).to_string()
}
