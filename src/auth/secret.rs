//! The secrets of API keys: `vbt_` and 56 letters and digits.
//!
//! The 56 characters are lower-case base32hex (RFC 4648) of 35 bytes: 32 random ones, and the first three of the SHA-256 of
//! these. Secret scanners find keys by `vbt_[0-9a-v]{56}` and check the last three bytes.

use data_encoding::BASE32_DNSSEC;
use sha2::{Digest as _, Sha256};
use std::fmt;

const PREFIX: &str = "vbt_";
const RANDOM_BYTES: usize = 32;
const CHECKSUM_BYTES: usize = 3;

/// The fewest characters of an admin key that an operator made up.
pub const MIN_SECRET: usize = 32;

/// The SHA-256 of a secret.
pub type Digest = [u8; 32];

/// The digest of a secret. Secrets are random, so that a slow hash would add nothing.
pub fn digest(secret: &str) -> Digest {
    Sha256::digest(secret).into()
}

/// The secret of an API key, which is shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new secret of 256 random bits.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut random = [0; RANDOM_BYTES];
        getrandom::fill(&mut random)?;
        Ok(Self::from_bytes(&random))
    }

    fn from_bytes(random: &[u8; RANDOM_BYTES]) -> Self {
        let bytes = [&random[..], &checksum(random)].concat();
        Self(format!("{PREFIX}{}", BASE32_DNSSEC.encode(&bytes)))
    }

    /// The secret itself: never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub fn digest(&self) -> Digest {
        digest(&self.0)
    }

    /// Whether a text has the form of a secret and the right checksum.
    pub fn is_complete(text: &str) -> bool {
        let bytes = text.strip_prefix(PREFIX).and_then(|rest| BASE32_DNSSEC.decode(rest.as_bytes()).ok());
        let bytes = bytes.filter(|bytes| bytes.len() == RANDOM_BYTES + CHECKSUM_BYTES);
        bytes.is_some_and(|bytes| bytes[RANDOM_BYTES..] == checksum(&bytes[..RANDOM_BYTES]))
    }
}

fn checksum(random: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let digest = Sha256::digest(random);
    [digest[0], digest[1], digest[2]]
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_recognised_and_a_mistyped_one_is_not() {
        let secret = Secret::generate().unwrap();
        let text = secret.expose();
        assert_eq!(text.len(), 60);
        assert!(
            text.starts_with("vbt_") && text[4..].bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'v')),
            "{text}"
        );
        assert!(Secret::is_complete(text));
        for at in 4..text.len() {
            let mut mistyped = text.as_bytes().to_vec();
            mistyped[at] = if mistyped[at] == b'0' { b'1' } else { b'0' };
            assert!(!Secret::is_complete(std::str::from_utf8(&mistyped).unwrap()), "{at}");
        }
        assert!(!Secret::is_complete(&text[..59]));
        assert!(!Secret::is_complete(&text[4..]));
        assert_ne!(secret, Secret::generate().unwrap());
        assert_eq!(format!("{secret:?}"), "Secret(hidden)");
    }

    /// An example for those who write a scanner.
    #[test]
    fn the_secret_of_zeros() {
        let secret = Secret::from_bytes(&[0; RANDOM_BYTES]);
        let zeros = "0".repeat(51);
        assert_eq!(secret.expose(), format!("vbt_{zeros}6cq3q"));
    }
}
