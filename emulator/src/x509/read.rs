//! The few things that must be known of a certificate that somebody presents: its RSA key, and until when it is good.
//!
//! A reader of DER as strict as DER is: what is not encoded in the one way that there is, or has something left over, is no
//! certificate. It knows no extension and checks no signature, since nobody here relies on who issued the certificate.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::civil::DateTime;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
/// `rsaEncryption` with its null, or without.
const RSA: [&[u8]; 2] = [
    &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00],
    &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01],
];

/// What is known of a certificate.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Presented {
    /// Modulus and exponent of the key, as a JSON Web Key has them; none if it is not an RSA key.
    pub(crate) key: Option<(String, String)>,
    pub(crate) until: DateTime,
}

impl Presented {
    /// Reads a certificate; none if the bytes are not exactly one.
    pub(crate) fn read(der: &[u8]) -> Option<Self> {
        let mut whole = Values(only(SEQUENCE, der)?);
        let mut signed = Values(whole.next(SEQUENCE)?);
        whole.next(SEQUENCE)?;
        whole.next(BIT_STRING)?;
        whole.end()?;
        if signed.0.first() == Some(&VERSION) {
            signed.next(VERSION)?;
        }
        signed.next(INTEGER)?;
        for _algorithm_and_issuer in 0..2 {
            signed.next(SEQUENCE)?;
        }
        let mut validity = Values(signed.next(SEQUENCE)?);
        validity.time()?;
        let until = validity.time()?;
        validity.end()?;
        let _subject = signed.next(SEQUENCE)?;
        let mut public = Values(signed.next(SEQUENCE)?);
        let algorithm = public.next(SEQUENCE)?;
        let key = public.next(BIT_STRING)?;
        public.end()?;
        let key = if RSA.contains(&algorithm) { Some(numbers(key)?) } else { None };
        Some(Self { key, until })
    }
}

fn numbers(key: &[u8]) -> Option<(String, String)> {
    let mut key = Values(only(SEQUENCE, key.strip_prefix(&[0])?)?);
    let (n, e) = (key.positive()?, key.positive()?);
    key.end()?;
    Some((URL_SAFE_NO_PAD.encode(n), URL_SAFE_NO_PAD.encode(e)))
}

/// Values one after another.
struct Values<'a>(&'a [u8]);

impl<'a> Values<'a> {
    /// Returns the content of the next value, which must be of a kind.
    fn next(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (first, rest) = self.0.split_first()?;
        let (length, rest) = length(rest)?;
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        (*first == tag).then_some(content)
    }

    fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }

    fn positive(&mut self) -> Option<&'a [u8]> {
        match self.next(INTEGER)? {
            [0, rest @ ..] if rest.first().is_some_and(|first| *first >= 0x80) => Some(rest),
            number @ [1..0x80, ..] => Some(number),
            _ => None,
        }
    }

    fn time(&mut self) -> Option<DateTime> {
        let short = self.0.first() == Some(&UTC_TIME);
        let text = self.next(if short { UTC_TIME } else { GENERALIZED_TIME })?;
        let (zone, digits) = text.split_last()?;
        if *zone != b'Z' || !digits.iter().all(u8::is_ascii_digit) || digits.len() != if short { 12 } else { 14 } {
            return None;
        }
        let (year, rest) = digits.split_at(digits.len() - 10);
        let year = match number(year) {
            year @ 0..50 if short => year + 2000,
            year if short => year + 1900,
            year => year,
        };
        let [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map(|at| i8::try_from(number(&rest[at..at + 2])).unwrap_or_default());
        DateTime::new(year, month, day, hour, minute, second, 0).ok()
    }
}

/// Returns the content of the one value that the bytes are.
fn only(tag: u8, bytes: &[u8]) -> Option<&[u8]> {
    let mut values = Values(bytes);
    let content = values.next(tag)?;
    values.end()?;
    Some(content)
}

/// Reads a length in the shortest form that it has, and returns what is behind it.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    match *first {
        short @ 0..=0x7f => Some((short.into(), rest)),
        // No certificate has more than four gigabytes.
        long @ 0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked((long & 0x7f).into())?;
            let length = digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit));
            (digits.first() != Some(&0) && length >= 0x80).then_some((length, rest))
        }
        _ => None,
    }
}

fn number(digits: &[u8]) -> i16 {
    digits.iter().fold(0, |sum, digit| sum * 10 + i16::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::{rsa::RsaKey, x509::Certificate};

    fn made(key: &RsaKey, until: &str) -> Vec<u8> {
        let made = Certificate::self_signed(key, "acme", "2026-01-01T00:00:00".parse().unwrap(), until.parse().unwrap());
        STANDARD.decode(made.unwrap().x5c).unwrap()
    }

    #[test]
    fn the_key_and_the_end_are_read_whatever_form_the_time_has() {
        let key = RsaKey::draw().unwrap();
        for until in ["2026-07-01T12:34:56", "2051-01-01T00:00:00"] {
            let read = Presented::read(&made(&key, until)).unwrap();
            assert_eq!(read, Presented { key: Some((key.n.clone(), key.e.clone())), until: until.parse().unwrap() });
        }
    }

    #[test]
    fn a_certificate_of_another_kind_of_key_has_no_key_to_compare() {
        let made = CertificateParams::new(["example.com".to_owned()]).unwrap().self_signed(&KeyPair::generate().unwrap()).unwrap();
        assert_eq!(Presented::read(made.der()).unwrap().key, None);
    }

    #[test]
    fn whatever_is_cut_off_added_or_changed_is_read_without_harm_and_what_is_read_is_a_certificate() {
        let der = made(&RsaKey::draw().unwrap(), "2051-01-01T00:00:00");
        for end in 0..der.len() {
            assert_eq!(Presented::read(&der[..end]), None, "cut off after {end}");
        }
        assert_eq!(Presented::read(&[&der[..], &[0]].concat()), None);
        let mut still_read = 0;
        for at in 0..der.len() {
            for byte in 0..=u8::MAX {
                let mut changed = der.clone();
                changed[at] = byte;
                still_read += usize::from(Presented::read(&changed).is_some());
            }
        }
        // Names, numbers, the key and the signature may say anything.
        assert!(still_read > der.len() * 128 && still_read < der.len() * 256, "{still_read}");
    }

    #[test]
    fn noise_is_no_certificate() {
        let mut noise = [0; 4_096];
        for _ in 0..2_000 {
            aws_lc_rs::rand::fill(&mut noise).unwrap();
            // So that it begins like one.
            noise[0] = SEQUENCE;
            noise[1..4].copy_from_slice(&[0x82, 0x0f, 0xfc]);
            noise[4] = SEQUENCE;
            assert_eq!(Presented::read(&noise), None);
        }
    }
}
