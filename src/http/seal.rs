//! What a credential authenticates that is kept outside of the process: a key for one purpose, derived from it.
//!
//! The key is derived with HKDF (RFC 5869) and authenticates with HMAC-SHA256. Nothing leads back from a tag to the key, nor from there to the
//! credential.

use std::fmt;

use aws_lc_rs::{hkdf, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Authenticates texts for one purpose. Its `Debug` shows nothing.
#[derive(Clone)]
pub struct Seal(hmac::Key);

impl Seal {
    /// Derives one from what is secret about a credential, for a purpose and what it is about.
    pub(super) fn new(material: &[u8], purpose: &str, about: &[&str]) -> Self {
        let lengths: Vec<_> = about.iter().map(|part| u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes()).collect();
        // With the length in front of each, no two lists of parts are the same text.
        let info: Vec<&[u8]> = about.iter().zip(&lengths).flat_map(|(part, length)| [&length[..], part.as_bytes()]).collect();
        let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, purpose.as_bytes()).extract(material);
        Self(secret.expand(&info, hmac::HMAC_SHA256).expect("a key as long as a hash can be derived").into())
    }

    /// Returns the tag of a text, in base64url.
    pub fn tag(&self, text: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, text))
    }

    /// Tells whether a tag is a text's, in a time that tells nothing of how wrong it is.
    pub fn fits(&self, text: &[u8], tag: &str) -> bool {
        URL_SAFE_NO_PAD.decode(tag).is_ok_and(|tag| hmac::verify(&self.0, text, &tag).is_ok())
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_fits_its_text_under_the_credential_purpose_and_subject_that_it_was_made_for() {
        let seal = |material: &str, purpose: &str, about: &[&str]| Seal::new(material.as_bytes(), purpose, about);
        let ours = seal("token", "cache", &["00o1", "payments"]);
        let tag = ours.tag(b"text");
        assert!(ours.fits(b"text", &tag) && tag.len() == 43);
        assert!(!ours.fits(b"texT", &tag));
        let others = [
            seal("token2", "cache", &["00o1", "payments"]),
            seal("token", "other", &["00o1", "payments"]),
            seal("token", "cache", &["00o2", "payments"]),
            seal("token", "cache", &["00o1p", "ayments"]),
            seal("token", "cache", &["00o1payments"]),
        ];
        assert!(others.iter().all(|other| !other.fits(b"text", &tag)));
        for wrong in ["", "0", &tag[..42], &format!("{tag}="), &format!("{tag}A"), "øø", &"A".repeat(43)] {
            assert!(!ours.fits(b"text", wrong), "{wrong}");
        }
        assert!(!format!("{ours:?}").contains(&tag[..8]));
    }
}
