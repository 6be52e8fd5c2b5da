//! Sets of public keys that Okta would refuse (okta-api.md, 0.2 and 2.2).

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use super::fault;
use crate::desired::draft::Draft;
use crate::diagnostic::{Diagnostics, codes};
use crate::json::Path;

const MAX_KEYS: usize = 50;
const MIN_RSA_BITS: usize = 2048;

pub(super) fn well_formed(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let path = Path::of("settings.oauthClient.jwks.keys");
    let Some(keys) = path.find(&draft.body).and_then(Value::as_array) else { return };
    let mut push = |path: &Path, message: String, help: &str| diagnostics.push(fault(draft, codes::KEY_FORM, path, message).help(help));
    if keys.len() > MAX_KEYS {
        push(
            &path,
            format!("a client has {MAX_KEYS} keys at most, and these are {}", keys.len()),
            "remove keys that are not used any more",
        );
    }
    let shown = draft.place(&path);
    for (here, message, help) in each(keys, &shown) {
        push(&path.join(&here.below(&shown).unwrap_or_default()), message, help);
    }
    let encrypting = keys.iter().enumerate().filter(|(_, key)| key["use"] == "enc");
    if let Some((index, _)) = encrypting.into_iter().nth(1) {
        let message = "two keys are for encryption, and only one can be in force".to_owned();
        push(&path.index(index).key("use"), message, "keep one of the two");
    }
}

/// Returns what is wrong with the keys of a set one by one, each with its place and what to do.
pub(super) fn each(keys: &[Value], path: &Path) -> Vec<(Path, String, &'static str)> {
    let mut found = Vec::new();
    for (index, key) in keys.iter().enumerate().filter(|(_, key)| key.is_object()) {
        let here = path.index(index);
        for wrong in wrong(key) {
            found.push((here.clone(), format!("`{here}` cannot be used: {wrong}"), "correct the key"));
        }
        let help = "give each key a `kid` of its own";
        match key["kid"].as_str() {
            None if keys.len() > 1 => found.push((here.clone(), format!("`{here}` has no `kid`, and there are several keys"), help)),
            Some(kid) if keys[..index].iter().any(|other| other["kid"] == kid) => {
                found.push((here.key("kid"), format!("the `kid` `{kid}` is used twice"), help));
            }
            _ => {}
        }
    }
    found
}

/// Returns what is wrong with a single key.
fn wrong(key: &Value) -> Vec<&'static str> {
    let mut found = Vec::new();
    let text = |member: &str| key[member].as_str();
    match text("kty") {
        Some("RSA") => {
            if text("n").is_none() || text("e").is_none() {
                found.push("an RSA key has `n` and `e`");
            } else if text("e").and_then(decoded).is_none() {
                found.push("`e` is not base64url");
            }
            match text("n").map(decoded) {
                Some(Some(modulus)) if bits(&modulus) < MIN_RSA_BITS => found.push("an RSA key has at least 2048 bits"),
                Some(None) => found.push("`n` is not base64url"),
                _ => {}
            }
        }
        Some("EC") => {
            if text("x").is_none() || text("y").is_none() {
                found.push("an EC key has `x` and `y`");
            } else if text("x").and_then(decoded).is_none() || text("y").and_then(decoded).is_none() {
                found.push("`x` or `y` is not base64url");
            }
            if text("use") == Some("enc") {
                found.push("a key for encryption is an RSA key");
            }
        }
        _ => {}
    }
    found
}

/// Reads base64url as leniently as Okta does: a key with padding or with bits after the last byte was accepted (recorded).
fn decoded(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true).with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&URL_SAFE, LENIENT).decode(text).ok()
}

fn bits(number: &[u8]) -> usize {
    let significant = number.iter().skip_while(|byte| **byte == 0);
    let (bytes, first) = (significant.clone().count(), significant.copied().next().unwrap_or_default());
    (bytes * 8).saturating_sub(first.leading_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    #[test]
    fn the_length_of_a_modulus_is_counted_in_bits() {
        let modulus = |first: u8, bytes: usize| URL_SAFE_NO_PAD.encode([vec![first], vec![1; bytes - 1]].concat());
        let rsa = |n: String| wrong(&json!({"kty": "RSA", "e": "AQAB", "n": n}));
        assert_eq!(rsa(modulus(0x80, 256)), Vec::<&str>::new());
        assert_eq!(rsa(modulus(0x7f, 256)), ["an RSA key has at least 2048 bits"]);
        assert_eq!(rsa(modulus(0, 257)), ["an RSA key has at least 2048 bits"]);
        assert_eq!(rsa("no base64".to_owned()), ["`n` is not base64url"]);
    }
}
