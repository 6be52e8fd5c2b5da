//! What somebody wants a certificate to say becomes a request for it, signed with the key that it is to be for.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, DistinguishedName, DnType, SanType};

use super::country;
use crate::{answer::Refusal, rsa::RsaKey};

/// What a request for a certificate asks for.
#[derive(Default)]
pub(crate) struct Wanted {
    params: CertificateParams,
}

impl Wanted {
    pub(crate) fn new() -> Self {
        let mut wanted = Self::default();
        wanted.params.distinguished_name = DistinguishedName::new();
        wanted
    }

    /// Adds a part of the subject's name. Only a country can be something that has no place in a certificate.
    #[must_use]
    pub(crate) fn name(&mut self, part: DnType, text: &str) -> Option<()> {
        let value = if part == DnType::CountryName { country(text)? } else { text.into() };
        self.params.distinguished_name.push(part, value);
        Some(())
    }

    /// Adds a host's name, if it is one that a certificate can have.
    #[must_use]
    pub(crate) fn host(&mut self, name: &str) -> Option<()> {
        self.params.subject_alt_names.push(SanType::DnsName(name.try_into().ok()?));
        Some(())
    }

    /// Returns the request in base64, signed with the key that the certificate is to be for.
    pub(crate) fn request(&self, key: &RsaKey) -> Result<String, Refusal> {
        let request = self.params.serialize_request(&key.for_certificates()?).map_err(|_| Refusal::internal())?;
        Ok(STANDARD.encode(request.der()))
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    #[test]
    fn a_request_is_signed_by_the_key_that_it_is_for() {
        let key = RsaKey::draw().unwrap();
        let mut wanted = Wanted::new();
        wanted.name(DnType::CountryName, "US").unwrap();
        wanted.name(DnType::CommonName, "Bücher").unwrap();
        wanted.host("books.example.com").unwrap();
        assert!(wanted.name(DnType::CountryName, "Ü").is_none() && wanted.host("bücher.example.com").is_none());
        let der = STANDARD.decode(wanted.request(&key).unwrap()).unwrap();
        let number = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let public = RsaPublicKeyComponents { n: number(&key.n), e: number(&key.e) };
        // The head of the whole, what is signed, twelve bytes and two lengths of the algorithm, and the signature.
        let (signed, signature) = (&der[4..der.len() - 276], &der[der.len() - 256..]);
        public.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).unwrap();
        let text = String::from_utf8_lossy(signed);
        assert!(text.contains("Bücher") && text.contains("books.example.com"));
    }
}
