//! What a verification finds, in a form that a program can count and a text can be made of.

use serde::Serialize;

use crate::{
    checkpoint::Checkpoint,
    entry::{Recorded, Ref},
    merkle::Node,
};

/// An entry a finding is about, as far as it is still known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Suspect {
    /// Its place in the log.
    pub leaf: Option<u64>,
    /// Its id; empty when nothing is left of it.
    pub id: String,
    /// When it was written.
    pub at: Option<String>,
    /// What was done.
    pub act: Option<String>,
    /// To what.
    pub subject: Option<Ref>,
}

impl Suspect {
    pub(crate) fn of(entry: &Recorded, leaf: Option<u64>) -> Self {
        Self {
            leaf,
            id: entry.id.clone(),
            at: Some(entry.at.clone()),
            act: Some(entry.act.clone()),
            subject: Some(entry.subject.clone()),
        }
    }

    fn args(&self, into: &mut Vec<(&'static str, String)>) {
        let dash = || "\u{2014}".to_owned();
        into.push(("leaf", self.leaf.map_or_else(dash, |leaf| leaf.to_string())));
        into.push(("id", if self.id.is_empty() { dash() } else { self.id.clone() }));
        into.push(("at", self.at.clone().unwrap_or_else(dash)));
        into.push(("act", self.act.clone().unwrap_or_else(dash)));
        let subject = self.subject.as_ref().map(|subject| format!("{} {}", subject.kind, subject.id));
        into.push(("subject", subject.unwrap_or_else(dash)));
    }
}

/// Leaves `first..=last` and what is known of the two entries at the ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Range {
    /// The first entry.
    pub first: Suspect,
    /// The last entry.
    pub last: Suspect,
}

impl Range {
    fn args(&self, into: &mut Vec<(&'static str, String)>) {
        self.first.args(into);
        let mut last = Vec::new();
        self.last.args(&mut last);
        let names = [("leaf", "last-leaf"), ("id", "last-id"), ("at", "last-at")];
        for (name, value) in last {
            if let Some((_, renamed)) = names.iter().find(|(known, _)| *known == name) {
                into.push((renamed, value));
            }
        }
    }
}

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "kebab-case")]
pub enum Finding {
    /// A column of the entry is not what was sealed, or not what its own hash says.
    EntryChanged(Suspect),
    /// There is a leaf, and no entry.
    EntryDeleted(Suspect),
    /// The entry claims a place in the log that belongs to another.
    EntryAdded(Suspect),
    /// The leaf of the entry is not what the tree was made of.
    LeafChanged(Suspect),
    /// The entry was sealed, and its leaf is gone.
    LeafDeleted(Suspect),
    /// There is a leaf outside of the signed log.
    LeafAdded(Suspect),
    /// Within these entries something was changed together with its leaf.
    RangeChanged(Range),
    /// The log is signed or published with these entries, and their leaves are gone.
    RangeDeleted(Range),
    /// An interior node is not the hash of what is below.
    NodeChanged {
        /// Which.
        node: Node,
        /// The entries below.
        range: Range,
    },
    /// An interior node is gone.
    NodeDeleted {
        /// Which.
        node: Node,
        /// The entries below.
        range: Range,
    },
    /// There are interior nodes that belong to no part of the tree.
    NodesAdded {
        /// How many.
        count: u64,
    },
    /// A checkpoint does not carry a good signature of this log's key.
    CheckpointChanged {
        /// Its size as it stands.
        size: i64,
    },
    /// The checkpoint over so many entries is gone.
    CheckpointDeleted {
        /// Its size.
        size: u64,
    },
    /// A published checkpoint that was handed to the verification is not signed with this log's key.
    PublishedUnsigned {
        /// Its size.
        size: u64,
    },
    /// A parameter of the log is not what the checkpoints were signed with.
    ParameterChanged {
        /// Which.
        name: String,
        /// What it was.
        signed: String,
    },
    /// There is a parameter the program never wrote.
    ParameterAdded {
        /// Which.
        name: String,
    },
}

impl Finding {
    /// The stable name, also the key of its sentence.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::EntryChanged(_) => "journal.entry-changed",
            Self::EntryDeleted(_) => "journal.entry-deleted",
            Self::EntryAdded(_) => "journal.entry-added",
            Self::LeafChanged(_) => "journal.leaf-changed",
            Self::LeafDeleted(_) => "journal.leaf-deleted",
            Self::LeafAdded(_) => "journal.leaf-added",
            Self::RangeChanged(_) => "journal.range-changed",
            Self::RangeDeleted(_) => "journal.range-deleted",
            Self::NodeChanged { .. } => "journal.node-changed",
            Self::NodeDeleted { .. } => "journal.node-deleted",
            Self::NodesAdded { .. } => "journal.nodes-added",
            Self::CheckpointChanged { .. } => "journal.checkpoint-changed",
            Self::CheckpointDeleted { .. } => "journal.checkpoint-deleted",
            Self::PublishedUnsigned { .. } => "journal.published-unsigned",
            Self::ParameterChanged { .. } => "journal.parameter-changed",
            Self::ParameterAdded { .. } => "journal.parameter-added",
        }
    }

    /// The values its sentence needs.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        let mut args = Vec::new();
        match self {
            Self::EntryChanged(it)
            | Self::EntryDeleted(it)
            | Self::EntryAdded(it)
            | Self::LeafChanged(it)
            | Self::LeafDeleted(it)
            | Self::LeafAdded(it) => it.args(&mut args),
            Self::RangeChanged(range) | Self::RangeDeleted(range) => range.args(&mut args),
            Self::NodeChanged { node, range } | Self::NodeDeleted { node, range } => {
                range.args(&mut args);
                args.push(("level", node.level.to_string()));
                args.push(("index", node.index.to_string()));
            }
            Self::NodesAdded { count } => args.push(("count", count.to_string())),
            Self::CheckpointChanged { size } => args.push(("size", size.to_string())),
            Self::CheckpointDeleted { size } | Self::PublishedUnsigned { size } => {
                args.push(("size", size.to_string()));
            }
            Self::ParameterChanged { name, signed } => {
                args.extend([("name", name.clone()), ("value", signed.clone())]);
            }
            Self::ParameterAdded { name } => args.push(("name", name.clone())),
        }
        args
    }

    /// The entries it names: one, or the ends of a range.
    pub fn suspects(&self) -> Vec<&Suspect> {
        match self {
            Self::EntryChanged(it)
            | Self::EntryDeleted(it)
            | Self::EntryAdded(it)
            | Self::LeafChanged(it)
            | Self::LeafDeleted(it)
            | Self::LeafAdded(it) => vec![it],
            Self::RangeChanged(range)
            | Self::RangeDeleted(range)
            | Self::NodeChanged { range, .. }
            | Self::NodeDeleted { range, .. } => vec![&range.first, &range.last],
            _ => Vec::new(),
        }
    }
}

/// How many findings are kept; the rest are counted.
const KEPT: usize = 1000;

/// The outcome of a verification.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many sealed entries were checked.
    pub entries: u64,
    /// How many entries wait for the sealer. One added by hand with a proper hash looks like these.
    pub unsealed: u64,
    /// How many checkpoints were checked.
    pub checkpoints: u64,
    /// What does not fit, at most the first thousand.
    pub findings: Vec<Finding>,
    /// How many findings there are beyond those.
    pub more: u64,
    /// The newest checkpoint, if its signature is good.
    pub latest: Option<Checkpoint>,
}

impl Report {
    /// Whether everything fits.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    pub(crate) fn add(&mut self, finding: Finding) {
        if self.findings.len() < KEPT {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }
}
