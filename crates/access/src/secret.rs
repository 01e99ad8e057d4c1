//! Random secrets that are shown once, and the digests that are kept of them.

use base::{Error, Result};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// A secret of 256 bits. Shown once; only its [`Digest`] is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A fresh secret from the machine's randomness. Secrets do not come from `cx`, whose ids a
    /// seed can make repeat.
    pub(crate) fn fresh(prefix: &str) -> Result<Self> {
        Ok(Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random::<32>()?))))
    }

    /// The text to hand over: a cookie, a link, a bearer token.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The SHA-256 of a secret, as the tables keep it. A secret of 256 random bits needs no salt and no
/// slow hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest(String);

impl Digest {
    /// The digest of what a browser or client presents.
    pub fn of(presented: &str) -> Self {
        Self(hex(&Sha256::digest(presented.as_bytes())))
    }

    /// As the tables keep it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(Error::fault)?;
    Ok(bytes)
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_do_not_show_in_debug_text() {
        let (one, two) = (Secret::fresh("luoshi_").unwrap(), Secret::fresh("luoshi_").unwrap());
        assert_ne!(one, two);
        assert_eq!(one.reveal().len(), "luoshi_".len() + 43);
        assert_eq!(format!("{one:?}"), "Secret(…)");
        assert_eq!(one.digest(), Digest::of(one.reveal()));
    }

    #[test]
    fn the_digest_is_sha_256_in_hexadecimal() {
        // FIPS 180-4, the example "abc".
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of("abc").as_str(), expected);
    }
}
