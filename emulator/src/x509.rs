//! A fresh RSA key becomes a self-signed certificate, in the form that Okta's signing certificates have.
//!
//! The private key is dropped: nothing here signs with it.

use aws_lc_rs::{
    digest::{SHA256, digest},
    error::Unspecified,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::civil::DateTime;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const UTF8_STRING: u8 = 0x0c;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
/// `sha256WithRSAEncryption` without parameters, as an `AlgorithmIdentifier`'s content.
const SHA256_WITH_RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00];
/// `rsaEncryption`, likewise.
const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
/// `organizationName`, `organizationalUnitName` and `commonName`.
const ORGANIZATION: &[u8] = &[0x06, 0x03, 0x55, 0x04, 0x0a];
const UNIT: &[u8] = &[0x06, 0x03, 0x55, 0x04, 0x0b];
const COMMON_NAME: &[u8] = &[0x06, 0x03, 0x55, 0x04, 0x03];

/// What is public of a key and its certificate, encoded as a JSON Web Key has it.
pub(crate) struct Certificate {
    pub(crate) n: String,
    pub(crate) e: String,
    pub(crate) x5c: String,
    pub(crate) thumbprint: String,
}

impl Certificate {
    /// Makes a key and signs its certificate, which names `common_name` and is good from one time to another.
    pub(crate) fn generate(common_name: &str, from: DateTime, to: DateTime) -> Result<Self, Unspecified> {
        let key = RsaKeyPair::generate(KeySize::Rsa2048)?;
        let public = key.public_key().as_ref();
        let (n, e) = numbers(public).ok_or(Unspecified)?;
        let mut serial = [0; 8];
        aws_lc_rs::rand::fill(&mut serial)?;
        let signed = to_be_signed(common_name, &serial, from, to, public);
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &signed, &mut signature)?;
        let whole = sequence(&[signed, tlv(SEQUENCE, SHA256_WITH_RSA), bits(&signature)]);
        Ok(Self {
            n: URL_SAFE_NO_PAD.encode(n),
            e: URL_SAFE_NO_PAD.encode(e),
            x5c: STANDARD.encode(&whole),
            thumbprint: URL_SAFE_NO_PAD.encode(digest(&SHA256, &whole)),
        })
    }
}

fn to_be_signed(common_name: &str, serial: &[u8], from: DateTime, to: DateTime, public: &[u8]) -> Vec<u8> {
    let name = sequence(&[part(ORGANIZATION, "Emulated org"), part(UNIT, "SSOProvider"), part(COMMON_NAME, common_name)]);
    sequence(&[
        tlv(VERSION, &tlv(INTEGER, &[2])),
        // The one in front keeps the number positive and free of needless zeros.
        tlv(INTEGER, &[&[0x01], serial].concat()),
        tlv(SEQUENCE, SHA256_WITH_RSA),
        name.clone(),
        sequence(&[time(from), time(to)]),
        name,
        sequence(&[tlv(SEQUENCE, RSA), bits(public)]),
    ])
}

/// One part of a distinguished name.
fn part(kind: &[u8], text: &str) -> Vec<u8> {
    tlv(SET, &tlv(SEQUENCE, &[kind, &tlv(UTF8_STRING, text.as_bytes())].concat()))
}

/// Years from 2050 on need the longer form.
fn time(at: DateTime) -> Vec<u8> {
    let text = at.strftime("%Y%m%d%H%M%SZ").to_string();
    match at.year() {
        ..2050 => tlv(UTC_TIME, &text.as_bytes()[2..]),
        _ => tlv(GENERALIZED_TIME, text.as_bytes()),
    }
}

fn bits(content: &[u8]) -> Vec<u8> {
    tlv(BIT_STRING, &[&[0], content].concat())
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(SEQUENCE, &parts.concat())
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut out = vec![tag];
    match content.len() {
        0 => out.push(0),
        1..128 => out.extend(length),
        _ => {
            out.push(0x80 | u8::try_from(length.len()).unwrap_or_default());
            out.extend(length);
        }
    }
    out.extend(content);
    out
}

/// Returns modulus and exponent of an encoded public key, without zeros in front.
fn numbers(public: &[u8]) -> Option<(&[u8], &[u8])> {
    let (content, _) = content(SEQUENCE, public)?;
    let (n, rest) = self::content(INTEGER, content)?;
    let (e, _) = self::content(INTEGER, rest)?;
    Some((positive(n), positive(e)))
}

fn positive(number: &[u8]) -> &[u8] {
    number.strip_prefix(&[0]).unwrap_or(number)
}

/// Returns the content of the value that the bytes start with, and what is behind it.
fn content(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = if *length < 0x80 {
        (usize::from(*length), rest)
    } else {
        let (length, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
        (length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
    };
    (*first == tag).then_some(())?;
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_certificate_is_signed_by_the_key_that_it_holds() {
        let from: DateTime = "2026-01-01T00:00:00".parse().unwrap();
        let made = Certificate::generate("00o1", from, "2051-01-01T00:00:00".parse().unwrap()).unwrap();
        let der = STANDARD.decode(&made.x5c).unwrap();
        let (whole, rest) = content(SEQUENCE, &der).unwrap();
        assert_eq!(rest, b"");
        let (_, after) = content(SEQUENCE, whole).unwrap();
        let signed = &whole[..whole.len() - after.len()];
        let (_, signature) = content(SEQUENCE, after).unwrap();
        let (signature, rest) = content(BIT_STRING, signature).unwrap();
        assert_eq!(rest, b"");
        let n = URL_SAFE_NO_PAD.decode(&made.n).unwrap();
        assert_eq!((n.len(), made.e.as_str()), (256, "AQAB"));
        let public = sequence(&[tlv(INTEGER, &[&[0], &n[..]].concat()), tlv(INTEGER, &[1, 0, 1])]);
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).verify(signed, &signature[1..]).unwrap();
        let text = String::from_utf8_lossy(signed);
        assert!(text.contains("260101000000Z") && text.contains("20510101000000Z") && text.contains("00o1"));
        assert_eq!(made.thumbprint, URL_SAFE_NO_PAD.encode(digest(&SHA256, &der)));
    }
}
