//! Checkpoints: signed states of the log, in the form of C2SP tlog-checkpoint and signed-note.

use base::Refusal;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::{
    hash::{Digest, HashName},
    keys::{Keys, PublicKey},
    merkle::Tree,
};

/// A signed state of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Whose log this is; also the name of the key.
    pub origin: String,
    /// How many leaves.
    pub tree_size: u64,
    /// The hash of all of them.
    pub root: Digest,
    /// When it was signed, UTC.
    pub at: String,
    /// The algorithm of the tree.
    pub hash: HashName,
    /// The size of the checkpoint before, 0 for the first: a missing checkpoint is noticed.
    pub previous_size: u64,
    /// The key, as [`PublicKey::key_id`].
    pub key_id: String,
    /// Base64 of the Ed25519 signature over [`Checkpoint::text`].
    pub signature: String,
}

/// What a checkpoint says, before it is signed.
pub(crate) struct Statement<'a> {
    pub(crate) origin: &'a str,
    pub(crate) tree: Tree,
    pub(crate) at: String,
    pub(crate) hash: HashName,
    pub(crate) previous_size: u64,
}

impl Checkpoint {
    pub(crate) fn sign(said: Statement<'_>, keys: &Keys) -> Self {
        let mut checkpoint = Self {
            origin: said.origin.to_owned(),
            tree_size: said.tree.size,
            root: said.tree.root,
            at: said.at,
            hash: said.hash,
            previous_size: said.previous_size,
            key_id: keys.public().key_id(said.origin),
            signature: String::new(),
        };
        checkpoint.signature = keys.sign(&checkpoint.text());
        checkpoint
    }

    /// The tree it speaks of.
    pub const fn tree(&self) -> Tree {
        Tree { size: self.tree_size, root: self.root }
    }

    /// The signed text: origin, size and root, then three extension lines.
    pub fn text(&self) -> String {
        format!(
            "{}\n{}\n{}\nat {}\nhash {}\nprevious {}\n",
            self.origin,
            self.tree_size,
            self.root,
            self.at,
            self.hash.as_str(),
            self.previous_size
        )
    }

    /// The text with its signature line, as it is published.
    pub fn note(&self) -> String {
        let id = u32::from_str_radix(&self.key_id, 16).unwrap_or(0).to_be_bytes();
        let mut signed = id.to_vec();
        signed.extend(STANDARD.decode(&self.signature).unwrap_or_default());
        format!("{}\n\u{2014} {} {}\n", self.text(), self.origin, STANDARD.encode(signed))
    }

    /// Reads what [`Checkpoint::note`] wrote. The signature is not checked.
    pub fn parse(note: &str) -> Result<Self, Refusal> {
        Self::parsed(note).ok_or_else(|| Refusal::invalid("journal.checkpoint-form"))
    }

    fn parsed(note: &str) -> Option<Self> {
        let note = note.replace("\r\n", "\n");
        let (text, signatures) = note.split_once("\n\n")?;
        let mut lines = text.lines();
        let origin = lines.next().filter(|origin| !origin.is_empty())?.to_owned();
        let tree_size = lines.next()?.parse().ok()?;
        let root = lines.next()?.parse().ok()?;
        let at = lines.next()?.strip_prefix("at ")?.to_owned();
        let hash = HashName::named(lines.next()?.strip_prefix("hash ")?)?;
        let previous_size = lines.next()?.strip_prefix("previous ")?.parse().ok()?;
        if lines.next().is_some() {
            return None;
        }
        // Other signatures, such as those of witnesses, may stand beside ours.
        let ours = format!("\u{2014} {origin} ");
        let signed = signatures.lines().find_map(|line| line.strip_prefix(&ours))?;
        let signed = STANDARD.decode(signed.trim()).ok().filter(|bytes| bytes.len() == 68)?;
        let (id, signature) = signed.split_first_chunk()?;
        let (key_id, signature) = (format!("{:08x}", u32::from_be_bytes(*id)), STANDARD.encode(signature));
        Some(Self { origin, tree_size, root, at, hash, previous_size, key_id, signature })
    }

    /// Checks the signature; pure, needs no database.
    pub fn verify(&self, key: &PublicKey) -> Result<(), Refusal> {
        if self.key_id != key.key_id(&self.origin) {
            return Err(Refusal::invalid("journal.other-key").arg("key", &self.key_id));
        }
        if !key.has_signed(&self.text(), &self.signature) {
            return Err(Refusal::invalid("journal.signature-wrong").arg("size", self.tree_size));
        }
        Ok(())
    }
}
