//! Receipts: an entry, its place in the tree and the checkpoint that signs the tree, on one page or in
//! one QR code, checked by anyone without a database.

use base::{Id, Refusal, Result, noun};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use db::Cx;
use serde::{Deserialize, Serialize};

use super::{seal, store};
use crate::{
    checkpoint::Checkpoint,
    entry::{Head, Recorded, Ref},
    hash::{Digest, HashName},
    keys::PublicKey,
    merkle::{self, Tree},
};

/// Proof that an entry is in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The id of the entry.
    pub id: String,
    /// When it was written.
    pub at: String,
    /// By whom.
    pub actor: String,
    /// What was done.
    pub act: String,
    /// To what.
    pub subject: Ref,
    /// The body as canonical JSON; left out of the line for QR codes, and wherever it is not for the
    /// reader. The proof holds without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The hash of the body.
    pub body_hash: Digest,
    /// The place of the entry in the log.
    pub leaf: u64,
    /// The inclusion proof, nearest sibling first (RFC 9162, 2.1.3).
    pub path: Vec<Digest>,
    /// The signed tree.
    pub checkpoint: Checkpoint,
}

/// The receipt of an entry against the newest checkpoint.
pub fn receipt(cx: &mut Cx<'_>, id: Id<noun::Entry>) -> Result<Receipt> {
    let (entry, seq) =
        store::sealed_entry(cx, id)?.ok_or_else(|| Refusal::not_found("journal.no-such-entry"))?;
    let unsealed = || Refusal::conflict("journal.not-sealed-yet").arg("id", id);
    let leaf = seq.ok_or_else(unsealed)?;
    let checkpoint = seal::latest(cx)?.filter(|it| it.tree_size > leaf).ok_or_else(unsealed)?;
    let path = store::path(cx, checkpoint.hash, &merkle::inclusion_path(leaf, checkpoint.tree_size))?;
    Ok(Receipt::of(entry, leaf, path, checkpoint))
}

impl Receipt {
    fn of(entry: Recorded, leaf: u64, path: Vec<Digest>, checkpoint: Checkpoint) -> Self {
        let body_hash = checkpoint.hash.digest(&[entry.body.as_bytes()]);
        let Recorded { id, at, actor, act, subject, body } = entry;
        Self { id, at, actor, act, subject, body: Some(body), body_hash, leaf, path, checkpoint }
    }

    /// The same receipt without the content of the entry.
    #[must_use]
    pub fn without_body(self) -> Self {
        Self { body: None, ..self }
    }

    /// Checks everything against the public key of the log; pure, needs no database.
    pub fn verify(&self, key: &PublicKey) -> Result<(), Refusal> {
        self.checkpoint.verify(key)?;
        let hash = self.checkpoint.hash;
        if self.body.as_ref().is_some_and(|body| hash.digest(&[body.as_bytes()]) != self.body_hash) {
            return Err(Refusal::invalid("journal.receipt-body").arg("id", &self.id));
        }
        let head = Head {
            id: &self.id,
            at: &self.at,
            actor: &self.actor,
            act: &self.act,
            kind: &self.subject.kind,
            subject: &self.subject.id,
        };
        let leaf_hash = head.leaf_hash(hash, &self.body_hash);
        if !merkle::proves_inclusion(hash, self.leaf, leaf_hash, &self.path, self.checkpoint.tree()) {
            return Err(Refusal::invalid("journal.receipt-entry").arg("id", &self.id));
        }
        Ok(())
    }

    /// One line for a QR code, without the body: `LSR1.` and base64 for URLs.
    pub fn to_line(&self) -> String {
        let mut bytes = Vec::with_capacity(1024);
        let checkpoint = &self.checkpoint;
        for text in [
            &self.id,
            &self.at,
            &self.actor,
            &self.act,
            self.subject.kind.as_ref(),
            &self.subject.id,
            &checkpoint.origin,
            &checkpoint.at,
            checkpoint.hash.as_str(),
            &checkpoint.key_id,
            &checkpoint.signature,
        ] {
            bytes.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        for number in [self.leaf, checkpoint.tree_size, checkpoint.previous_size] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(&self.body_hash.0);
        bytes.extend_from_slice(&checkpoint.root.0);
        self.path.iter().for_each(|step| bytes.extend_from_slice(&step.0));
        format!("{LINE}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads what [`Receipt::to_line`] wrote.
    pub fn from_line(line: &str) -> Result<Self, Refusal> {
        let bytes = line.trim().strip_prefix(LINE).and_then(|rest| URL_SAFE_NO_PAD.decode(rest).ok());
        let receipt = bytes.and_then(|bytes| Self::from_bytes(&mut Reader { rest: &bytes }));
        receipt.ok_or_else(|| Refusal::invalid("journal.receipt-form"))
    }

    fn from_bytes(from: &mut Reader<'_>) -> Option<Self> {
        let (id, at, actor, act) = (from.text()?, from.text()?, from.text()?, from.text()?);
        let subject = Ref { kind: from.text()?.into(), id: from.text()? };
        let (origin, signed_at) = (from.text()?, from.text()?);
        let hash = HashName::named(&from.text()?)?;
        let (key_id, signature) = (from.text()?, from.text()?);
        let (leaf, tree_size, previous_size) = (from.number()?, from.number()?, from.number()?);
        let (body_hash, root) = (from.digest()?, from.digest()?);
        let mut path = Vec::new();
        while !from.rest.is_empty() {
            path.push(from.digest()?);
        }
        let checkpoint =
            Checkpoint { origin, tree_size, root, at: signed_at, hash, previous_size, key_id, signature };
        Some(Self { id, at, actor, act, subject, body: None, body_hash, leaf, path, checkpoint })
    }
}

/// Marks the form, so that a later one can be told apart.
const LINE: &str = "LSR1.";

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*first)
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(u32::from_be_bytes(self.take()?)).ok()?;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    fn number(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }

    fn digest(&mut self) -> Option<Digest> {
        self.take().map(Digest)
    }
}

/// Proof that one checkpoint continues another (RFC 9162, 2.1.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consistency {
    /// The earlier checkpoint.
    pub old: Checkpoint,
    /// The later one.
    pub new: Checkpoint,
    /// The proof.
    pub path: Vec<Digest>,
}

/// The proof that the log of `new` leaves begins with the log of `old` leaves; both are the sizes of
/// checkpoints.
pub fn consistency(cx: &mut Cx<'_>, old: u64, new: u64) -> Result<Consistency> {
    let (old, new) = (seal::checkpoint_of(cx, old)?, seal::checkpoint_of(cx, new)?);
    let spans = merkle::consistency_path(old.tree_size, new.tree_size);
    let path = store::path(cx, new.hash, &spans)?;
    Ok(Consistency { old, new, path })
}

impl Consistency {
    /// Checks both signatures and the proof; pure, needs no database.
    pub fn verify(&self, key: &PublicKey) -> Result<(), Refusal> {
        self.old.verify(key)?;
        self.new.verify(key)?;
        let (old, new): (Tree, Tree) = (self.old.tree(), self.new.tree());
        let same_log = self.old.origin == self.new.origin && self.old.hash == self.new.hash;
        if same_log && merkle::proves_consistency(self.new.hash, old, new, &self.path) {
            return Ok(());
        }
        Err(Refusal::invalid("journal.not-a-continuation").arg("old", old.size).arg("new", new.size))
    }
}
