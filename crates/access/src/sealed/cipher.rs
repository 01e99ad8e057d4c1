//! The master key and AES-256-GCM. The name of the cipher stands in every sealed row, so that another
//! (SM4-GCM) can be added without touching what is there.

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use base::{Error, Refusal, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::secret;

/// The cipher rows are sealed with today.
pub(super) const CIPHER: &str = "AES-256-GCM";

/// Bytes of the nonce before each ciphertext (NIST SP 800-38D section 8.2.2: 96 random bits).
const NONCE: usize = 12;

/// The key that wraps every subject's key. Lives in the file `master.key` beside the data, not in the
/// database: a stolen database opens nothing.
#[derive(Clone)]
pub struct MasterKey {
    bytes: [u8; 32],
}

impl MasterKey {
    /// A fresh key.
    pub fn generate() -> Result<Self> {
        Ok(Self { bytes: secret::random()? })
    }

    /// The key of a file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let bytes = bytes.try_into().map_err(|_| Refusal::invalid("access.master-key-form"))?;
        Ok(Self { bytes })
    }

    /// What goes into the file: 32 bytes.
    pub const fn to_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Seals something small that belongs to no subject. `aad` says what it is, so that it opens only
    /// in its own place.
    pub fn seal(&self, aad: &str, plain: &[u8]) -> Result<String> {
        encrypt(&self.derived("wrap"), aad.as_bytes(), plain)
    }

    /// Opens what [`MasterKey::seal`] sealed.
    pub fn open(&self, aad: &str, sealed: &str) -> Result<Vec<u8>> {
        decrypt(&self.derived("wrap"), aad.as_bytes(), sealed)
    }

    /// The keyed digest under which a value is found without being readable.
    pub(super) fn blind(&self, field: &str, normal: &str) -> String {
        secret::hex(&keyed(&self.derived("blind index"), &format!("{field}\0{normal}")))
    }

    /// A key for one purpose (NIST SP 800-108 with HMAC-SHA-256, one block).
    fn derived(&self, purpose: &str) -> [u8; 32] {
        keyed(&self.bytes, &format!("luoshi {purpose} 1"))
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// The key of one subject.
pub(super) struct SubjectKey {
    bytes: [u8; 32],
}

impl SubjectKey {
    pub(super) fn generate() -> Result<Self> {
        Ok(Self { bytes: secret::random()? })
    }

    /// As the table keeps it: wrapped by the master key, bound to the subject.
    pub(super) fn wrapped(&self, master: &MasterKey, aad: &str) -> Result<String> {
        master.seal(aad, &self.bytes)
    }

    pub(super) fn unwrap(master: &MasterKey, aad: &str, wrapped: &str) -> Result<Self> {
        let bytes = master.open(aad, wrapped)?;
        Ok(Self { bytes: bytes.try_into().map_err(|_| Error::fault("a subject key of another length"))? })
    }

    pub(super) fn seal(&self, aad: &str, plain: &str) -> Result<String> {
        encrypt(&self.bytes, aad.as_bytes(), plain.as_bytes())
    }

    pub(super) fn open(&self, aad: &str, sealed: &str) -> Result<String> {
        String::from_utf8(decrypt(&self.bytes, aad.as_bytes(), sealed)?).map_err(Error::fault)
    }
}

fn keyed(key: &[u8; 32], text: &str) -> [u8; 32] {
    // HMAC takes a key of any length, so this cannot fail.
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes any key");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

fn encrypt(key: &[u8; 32], aad: &[u8], plain: &[u8]) -> Result<String> {
    let nonce = secret::random::<NONCE>()?;
    let mut sealed = nonce.to_vec();
    let payload = Payload { msg: plain, aad };
    let body = Aes256Gcm::new(key.into())
        .encrypt(&Nonce::from(nonce), payload)
        .map_err(|_| Error::fault("encryption failed"))?;
    sealed.extend_from_slice(&body);
    Ok(STANDARD_NO_PAD.encode(sealed))
}

fn decrypt(key: &[u8; 32], aad: &[u8], sealed: &str) -> Result<Vec<u8>> {
    let bytes = STANDARD_NO_PAD.decode(sealed).map_err(Error::fault)?;
    let (nonce, body) =
        bytes.split_first_chunk::<NONCE>().ok_or_else(|| Error::fault("a sealed value too short"))?;
    Aes256Gcm::new(key.into())
        .decrypt(&Nonce::from(*nonce), Payload { msg: body, aad })
        .map_err(|_| Error::fault("a sealed value does not open: changed, moved, or another master key"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_master_key_survives_its_file_and_does_not_show() {
        let key = MasterKey::generate().unwrap();
        let again = MasterKey::from_bytes(key.to_bytes()).unwrap();
        assert_eq!(again.open("a", &key.seal("a", b"x").unwrap()).unwrap(), b"x");
        let short = MasterKey::from_bytes(&[0; 31]).unwrap_err();
        assert_eq!(short.refusals()[0].key, "access.master-key-form");
        assert_eq!(format!("{key:?}"), "MasterKey(…)");
    }

    #[test]
    fn keyed_digests_are_hmac_sha_256() {
        // RFC 4231 test case 2 has the key "Jefe", which HMAC fills up with zeros.
        let mut key = [0u8; 32];
        key[..4].copy_from_slice(b"Jefe");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(secret::hex(&keyed(&key, "what do ya want for nothing?")), expected);
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_only_in_its_place_and_unchanged(
            plain in "\\PC{0,80}", aad in "[a-z]{1,8}", other in "[a-z]{1,8}", flip in any::<prop::sample::Index>(),
        ) {
            let (key, other_key) = (MasterKey { bytes: [7; 32] }, MasterKey { bytes: [8; 32] });
            let sealed = key.seal(&aad, plain.as_bytes()).unwrap();
            prop_assert_eq!(key.open(&aad, &sealed).unwrap(), plain.as_bytes());
            prop_assert!(aad == other || key.open(&other, &sealed).is_err());
            prop_assert!(other_key.open(&aad, &sealed).is_err());
            let mut bytes = STANDARD_NO_PAD.decode(&sealed).unwrap();
            let at = flip.index(bytes.len());
            bytes[at] ^= 1;
            prop_assert!(key.open(&aad, &STANDARD_NO_PAD.encode(bytes)).is_err());
        }
    }
}
