//! An RSA key becomes a self-signed certificate as Okta's signing certificates are.

mod read;
mod request;

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::{Timestamp, ToSpan as _, civil::DateTime, tz::TimeZone};
use rcgen::{CertificateParams, DistinguishedName, DnType, DnValue, date_time_ymd};

pub(crate) use self::{read::Presented, request::Wanted};
use crate::{answer::Refusal, rsa::RsaKey};

/// `emailAddress` of PKCS #9.
const EMAIL: &[u64] = &[1, 2, 840, 113_549, 1, 9, 1];

/// A certificate as a JSON Web Key has it.
pub(crate) struct Certificate {
    /// The certificate itself, in base64.
    pub(crate) x5c: String,
    pub(crate) thumbprint: String,
}

impl Certificate {
    /// Takes the bytes of a certificate.
    pub(crate) fn of(der: &[u8]) -> Self {
        Self { x5c: STANDARD.encode(der), thumbprint: URL_SAFE_NO_PAD.encode(digest(&SHA256, der)) }
    }

    /// Makes the certificate of a key, as recorded ones are: who issues it is the org, its serial number is the millisecond in which it
    /// was made, and it is good from a minute earlier.
    pub(crate) fn self_signed(key: &RsaKey, org: &str, made: DateTime, until: DateTime) -> Result<Self, Refusal> {
        let from = made.checked_sub(1.minute()).map_err(|_| Refusal::internal())?;
        let mut params = CertificateParams::default();
        params.not_before = date_time_ymd(1970, 1, 1) + since_epoch(from)?;
        params.not_after = date_time_ymd(1970, 1, 1) + since_epoch(until)?;
        // Nothing here has milliseconds. The number takes them from the key, so that keys of one second have numbers of their own.
        let fraction = key.n.bytes().fold(0, |sum, byte| (sum * 7 + u64::from(byte)) % 1_000);
        params.serial_number = Some((since_epoch(made)?.as_secs() * 1_000 + fraction).into());
        params.distinguished_name = issuer(org)?;
        let made = params.self_signed(&key.for_certificates()?).map_err(|_| Refusal::internal())?;
        Ok(Self::of(made.der()))
    }
}

fn since_epoch(time: DateTime) -> Result<Duration, Refusal> {
    let time = time.to_zoned(TimeZone::UTC).map_err(|_| Refusal::internal())?.timestamp();
    time.duration_since(Timestamp::UNIX_EPOCH).try_into().map_err(|_| Refusal::internal())
}

fn issuer(org: &str) -> Result<DistinguishedName, Refusal> {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, country("US").ok_or_else(Refusal::internal)?);
    name.push(DnType::StateOrProvinceName, "California");
    name.push(DnType::LocalityName, "San Francisco");
    name.push(DnType::OrganizationName, "Okta");
    name.push(DnType::OrganizationalUnitName, "SSOProvider");
    name.push(DnType::CommonName, org);
    let address = "info@okta.com".try_into().map_err(|_| Refusal::internal())?;
    name.push(DnType::CustomDnType(EMAIL.to_vec()), DnValue::Ia5String(address));
    Ok(name)
}

fn country(code: &str) -> Option<DnValue> {
    code.try_into().ok().map(DnValue::PrintableString)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
    use serde_json::Value;

    use super::*;

    fn der(key: &RsaKey, org: &str, made: &str, until: &str) -> Vec<u8> {
        let certificate = Certificate::self_signed(key, org, made.parse().unwrap(), until.parse().unwrap());
        STANDARD.decode(certificate.unwrap().x5c).unwrap()
    }

    #[test]
    fn a_certificate_is_signed_by_the_key_that_it_holds() {
        let key = RsaKey::draw().unwrap();
        let der = der(&key, "acme", "2026-01-01T00:00:30", "2051-01-01T00:00:30");
        let number = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let public = RsaPublicKeyComponents { n: number(&key.n), e: number(&key.e) };
        // Around what is signed: the head of the whole, the name of the algorithm, and the head of the signature.
        let (signed, signature) = (&der[4..der.len() - 276], &der[der.len() - 256..]);
        public.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).unwrap();
        assert_eq!(second(&der), 1_767_225_630);
        let text = String::from_utf8_lossy(signed);
        assert!(text.contains("251231235930Z") && text.contains("20510101000030Z") && text.contains("acme"), "{text}");
    }

    /// The name of the algorithm `sha1WithRSAEncryption`.
    const SHA1_WITH_RSA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05];

    /// The second that the serial number is of.
    fn second(der: &[u8]) -> u64 {
        der[15..21].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)) / 1_000
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn recorded_certificates_differ_only_in_their_number_key_and_signature() {
        let shared = std::env::var_os("IDPCTL_SHARED").map(PathBuf::from);
        let shared = shared.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
        let Ok(lines) = fs::read_to_string(shared.join("okta-recorded/app_credentials.jsonl")) else {
            eprintln!("skipped: the recorded exchanges are not there; name their folder's parent in IDPCTL_SHARED");
            return;
        };
        let own = RsaKey::draw().unwrap();
        let mut compared = 0;
        for line in lines.lines() {
            let exchange: Value = serde_json::from_str(line).unwrap();
            for key in exchange["response"].as_array().into_iter().flatten().filter(|key| key["x5c"].is_array()) {
                let recorded = STANDARD.decode(key["x5c"][0].as_str().unwrap()).unwrap();
                // The oldest were signed with SHA-1, which nobody accepts any more.
                if recorded.windows(SHA1_WITH_RSA.len()).any(|at| at == SHA1_WITH_RSA) {
                    continue;
                }
                let until = key["expiresAt"].as_str().unwrap().trim_end_matches('Z');
                let name = recorded.windows(4).position(|at| at == [0x55, 0x04, 0x03, 0x0c]).unwrap() + 4;
                let name = str::from_utf8(&recorded[name + 1..][..recorded[name].into()]).unwrap();
                // Some end a second before ten years are over: each time was read from the clock anew.
                let from = Timestamp::from_second(second(&recorded).try_into().unwrap()).unwrap().to_string();
                let mut made = der(&own, name, from.trim_end_matches('Z'), until);
                assert_eq!(second(&made), second(&recorded));
                // Number, modulus and signature.
                let end = made.len();
                for (from, to) in [(15, 21), (end - 276 - 5 - 256, end - 276 - 5), (end - 256, end)] {
                    made[from..to].copy_from_slice(&recorded[from..to]);
                }
                assert_eq!(made, recorded);
                compared += 1;
            }
        }
        assert!(compared > 20, "only {compared} certificates were found");
    }
}
