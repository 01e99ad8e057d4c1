//! The key a log signs its checkpoints with: Ed25519 (RFC 8032).

use base::{Error, Refusal, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::hash::HashName;

/// The private key of a log. The caller keeps its bytes where only the program can read them.
pub struct Keys {
    signing: SigningKey,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.public())
    }
}

impl Keys {
    /// A new key from the machine's randomness.
    pub fn generate() -> Result<Self> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(Error::fault)?;
        Ok(Self::from_bytes(&seed))
    }

    /// The key with this seed.
    pub fn from_bytes(seed: &[u8; 32]) -> Self {
        Self { signing: SigningKey::from_bytes(seed) }
    }

    /// The seed, to be kept secret.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.signing.to_bytes()
    }

    /// What everybody may know.
    pub fn public(&self) -> PublicKey {
        PublicKey { verifying: self.signing.verifying_key() }
    }

    /// The base64 of the signature over a text.
    pub(crate) fn sign(&self, text: &str) -> String {
        STANDARD.encode(self.signing.sign(text.as_bytes()).to_bytes())
    }
}

/// The public key of a log; written as the base64 of its 32 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    verifying: VerifyingKey,
}

impl PublicKey {
    /// Reads what [`ToString`] or [`PublicKey::verifier_key`] wrote.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let refused = || Refusal::invalid("journal.public-key-form");
        // The last part of a verifier key may itself contain `+`, so the long form is tried from the left.
        let long = text.trim().splitn(3, '+').nth(2).and_then(|part| STANDARD.decode(part).ok());
        let bytes = match long {
            Some(bytes) if bytes.len() == 33 && bytes[0] == ED25519 => bytes[1..].to_vec(),
            _ => STANDARD.decode(text.trim()).map_err(|_| refused())?,
        };
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| refused())?;
        VerifyingKey::from_bytes(&bytes).map(|verifying| Self { verifying }).map_err(|_| refused())
    }

    /// The key as C2SP signed-note writes it: `name+id+base64`.
    pub fn verifier_key(&self, origin: &str) -> String {
        let mut bytes = vec![ED25519];
        bytes.extend_from_slice(self.verifying.as_bytes());
        format!("{origin}+{}+{}", self.key_id(origin), STANDARD.encode(bytes))
    }

    /// The four bytes by which a signed note names its key, in hexadecimal (C2SP signed-note).
    pub fn key_id(&self, origin: &str) -> String {
        let digest =
            HashName::Sha256.digest(&[origin.as_bytes(), &[b'\n', ED25519], self.verifying.as_bytes()]);
        let [a, b, c, d, ..] = digest.0;
        format!("{:08x}", u32::from_be_bytes([a, b, c, d]))
    }

    /// Whether the base64 `signature` over `text` was made with this key.
    pub(crate) fn has_signed(&self, text: &str, signature: &str) -> bool {
        let Ok(bytes) = STANDARD.decode(signature) else { return false };
        Signature::from_slice(&bytes)
            .is_ok_and(|signature| self.verifying.verify_strict(text.as_bytes(), &signature).is_ok())
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&STANDARD.encode(self.verifying.as_bytes()))
    }
}

/// The signature type byte of Ed25519 in C2SP signed-note.
const ED25519: u8 = 1;
