//! Values that must not be seen, and the one digest by which they are compared.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

/// A client secret in memory. It has no `Display`, and its `Debug` shows nothing.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a value in.
    pub fn new(value: String) -> Self {
        Self(SecretString::from(value))
    }

    /// Returns the value. Only for the request that sets it, and for checking its form.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Returns what Okta would show as this secret's `secret_hash`.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(self.expose())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Okta's `secret_hash`: base64url without padding of the first 16 bytes of SHA-256 of the secret
/// (verified against recorded pairs). Unsalted, so it is as sensitive as a weak secret: it has no `Display` or
/// `Serialize`, and its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretHash(String);

impl SecretHash {
    /// Returns the hash of a plaintext.
    pub fn of(plaintext: &str) -> Self {
        let sum = digest(&SHA256, plaintext.as_bytes());
        Self(URL_SAFE_NO_PAD.encode(&sum.as_ref()[..16]))
    }

    /// Takes a hash as the server shows it.
    pub fn from_server(hash: &str) -> Self {
        Self(hash.to_owned())
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

/// Where a secret's value is to be had. The reference is no secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretRef {
    /// An environment variable whose name starts with `IDPCTL_`.
    Env(String),
    /// A file inside the repository or the secret directory.
    File(String),
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "{{env: {name}}}"),
            Self::File(path) => write!(f, "{{file: {path}}}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_a_secret_nor_its_hash_shows_in_debug() {
        let secret = Secret::new("cust0mC1ient$secret".to_owned());
        assert_eq!(format!("{secret:?} {:?}", secret.hash()), "Secret(…) SecretHash(…)");
    }

    #[test]
    fn the_hash_is_half_a_sha256_in_base64url() {
        // echo -n abc | sha256sum starts ba7816bf8f01cfea414140de5dae2223
        assert_eq!(SecretHash::of("abc"), SecretHash::from_server("ungWv48Bz-pBQUDeXa4iIw"));
    }
}
