//! A PEM or a private JWK to a key that signs, or what is wrong with it and what to do.
//!
//! No part of the text, good or bad, is repeated in a message.

mod file;

use std::fmt;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::printable::printable_head;

pub use file::is_world_readable;
pub(crate) use file::read;

/// The private key of an app. Its `Debug` shows how it signs, and nothing of it.
#[derive(Clone)]
pub struct SigningKey {
    key: EncodingKey,
    algorithm: Algorithm,
    id: Option<String>,
}

/// Why a text is no key that can sign in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is neither PEM nor JWK, and no file has that name.
    #[error("it is neither a PEM nor a JWK, nor the path of a file that can be read ({0}): check that all of the key is there")]
    Unrecognised(std::io::ErrorKind),
    /// Others than its owner can read the file.
    #[error(
        "`{path}` can be read by every user of this machine: `chmod 600` it (or mount it with mode 0400), and replace the key if others had access"
    )]
    WorldReadable {
        /// The file.
        path: String,
    },
    /// The file is not a key's.
    #[error("`{path}` holds neither a PEM nor a JWK: name the file of the private key")]
    NotAKey {
        /// The file.
        path: String,
    },
    /// It asks for a password.
    #[error(
        "it is encrypted, and there is nobody to ask for its password: decrypt it where it is kept, with `openssl pkcs8 -in KEY -out PLAIN`, and hand that over"
    )]
    Encrypted,
    /// It is in the form that only curves have.
    #[error("it is in the SEC1 form (`EC PRIVATE KEY`): convert it to PKCS#8, with `openssl pkcs8 -topk8 -nocrypt -in KEY -out KEY8`")]
    Sec1,
    /// It is in the form of OpenSSH.
    #[error("it is in OpenSSH's form: convert it with `ssh-keygen -p -m PKCS8 -f KEY`, or make one with `openssl genrsa 3072`")]
    OpenSsh,
    /// It is the public half.
    #[error("it is the public half (`{0}`): the private key is needed, whose public half the app has")]
    Public(String),
    /// It is several.
    #[error("it is a set of keys: give the one private key (a member of `keys`) alone")]
    Set,
    /// It is of a kind that the token endpoint does not take.
    #[error("it is a key of a kind that cannot sign in (`{0}`): use RSA of 2048 bits or more, or a key on the curve P-256 or P-384")]
    Kind(String),
    /// It is for something else.
    #[error("it is a key to encrypt with (`use` is not `sig`): give the one that signs")]
    Use,
    /// A part of it is not there.
    #[error("its member `{0}` is missing or is not base64url: give the whole private JWK, as the Admin Console shows it when it is made")]
    Member(&'static str),
    /// Its parts do not fit.
    #[error("it is damaged, or too short: RSA needs 2048 bits or more, and all of the key must be there")]
    Unsound,
    /// Its name cannot be one.
    #[error("its `kid` is empty or too long")]
    Id,
}

impl SigningKey {
    /// Reads a key. A text that came through a variable may have `\n` for its line breaks.
    pub fn parse(text: &str) -> Option<Result<Self, KeyError>> {
        let text = text.trim();
        if text.starts_with('{') {
            return Some(serde_json::from_str(text).map_err(|_| KeyError::Unsound).and_then(|jwk: Map<_, _>| Self::of_jwk(&jwk)));
        }
        let at = text.find("-----BEGIN ")?;
        let text =
            Zeroizing::new(if text.contains('\n') { text[at..].to_owned() } else { text[at..].replace("\\r", "").replace("\\n", "\n") });
        Some(Self::of_pem(&text))
    }

    /// Returns the same under another name.
    pub fn named(self, id: &str) -> Result<Self, KeyError> {
        if id.is_empty() || id.len() > 255 { Err(KeyError::Id) } else { Ok(Self { id: Some(id.to_owned()), ..self }) }
    }

    /// Returns the name that it goes by in assertions, if it has one.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Returns its public half.
    pub fn public(&self) -> Value {
        let public = Jwk::from_encoding_key(&self.key, self.algorithm).ok();
        public.and_then(|public| serde_json::to_value(public).ok()).unwrap_or_default()
    }

    /// Returns what is secret about it, for keys that are derived from it.
    pub(in crate::http) fn material(&self) -> &[u8] {
        self.key.as_bytes()
    }

    fn of_pem(text: &str) -> Result<Self, KeyError> {
        let labels: Vec<_> =
            text.match_indices("-----BEGIN ").filter_map(|(at, begin)| text[at + begin.len()..].split_once("-----")).collect();
        let labels: Vec<_> = labels.into_iter().map(|(label, _)| label).collect();
        let Some(label) = labels.iter().find(|label| label.ends_with("PRIVATE KEY")) else {
            return Err(KeyError::Public(printable_head(labels.first().copied().unwrap_or_default(), 40)));
        };
        match *label {
            "ENCRYPTED PRIVATE KEY" => return Err(KeyError::Encrypted),
            _ if text.contains("Proc-Type: 4,ENCRYPTED") => return Err(KeyError::Encrypted),
            "EC PRIVATE KEY" => return Err(KeyError::Sec1),
            "OPENSSH PRIVATE KEY" => return Err(KeyError::OpenSsh),
            "PRIVATE KEY" | "RSA PRIVATE KEY" => {}
            other => return Err(KeyError::Kind(printable_head(other, 40))),
        }
        // What stands before the key (certificates, a comment) is not part of it.
        let start = text.find(&format!("-----BEGIN {label}-----")).ok_or(KeyError::Unsound)?;
        let end = format!("-----END {label}-----");
        let length = text[start..].find(&end).ok_or(KeyError::Unsound)? + end.len();
        let pem = &text.as_bytes()[start..start + length];
        if let Ok(key) = EncodingKey::from_rsa_pem(pem) {
            return Self::sound(key, Algorithm::RS256, None);
        }
        if let Ok(key) = EncodingKey::from_ec_pem(pem) {
            let curves = [Algorithm::ES256, Algorithm::ES384];
            let found = curves.into_iter().find_map(|algorithm| Self::sound(key.clone(), algorithm, None).ok());
            return found.ok_or_else(|| KeyError::Kind("EC on another curve".to_owned()));
        }
        if EncodingKey::from_ed_pem(pem).is_ok() { Err(KeyError::Kind("Ed25519".to_owned())) } else { Err(KeyError::Unsound) }
    }

    fn of_jwk(jwk: &Map<String, Value>) -> Result<Self, KeyError> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        if jwk.contains_key("keys") {
            return Err(KeyError::Set);
        }
        let kind = text("kty").ok_or(KeyError::Member("kty"))?;
        if !matches!(kind, "RSA" | "EC") {
            return Err(KeyError::Kind(printable_head(kind, 40)));
        }
        if !jwk.contains_key("d") {
            return Err(KeyError::Public("JWK without d".to_owned()));
        }
        if text("use").is_some_and(|usage| usage != "sig") {
            return Err(KeyError::Use);
        }
        let (key, fitting) = if kind == "RSA" {
            (rsa(jwk)?, &[Algorithm::RS256, Algorithm::RS384, Algorithm::RS512][..])
        } else {
            let (key, algorithm) = elliptic(jwk)?;
            (key, if algorithm == Algorithm::ES256 { &[Algorithm::ES256][..] } else { &[Algorithm::ES384][..] })
        };
        let algorithm = match text("alg") {
            None => fitting[0],
            Some(name) => {
                let named = fitting.iter().find(|algorithm| format!("{algorithm:?}") == name);
                *named.ok_or_else(|| KeyError::Kind(printable_head(&format!("{kind} with {name}"), 40)))?
            }
        };
        let key = Self::sound(key, algorithm, None)?;
        text("kid").map_or(Ok(key.clone()), |id| key.named(id))
    }

    /// Returns the key if it signs: what is too short or damaged does not.
    fn sound(key: EncodingKey, algorithm: Algorithm, id: Option<String>) -> Result<Self, KeyError> {
        let key = Self { key, algorithm, id };
        key.try_sign(&Header::new(algorithm), &json!({})).map(|_| key).ok_or(KeyError::Unsound)
    }

    fn try_sign(&self, header: &Header, claims: &impl Serialize) -> Option<String> {
        encode(header, claims, &self.key).ok()
    }

    /// Returns a JWT with some claims.
    pub(super) fn sign(&self, claims: &impl Serialize) -> String {
        let header = Header { kid: self.id.clone(), ..Header::new(self.algorithm) };
        self.try_sign(&header, claims).expect("the key signed when it was read")
    }
}

/// Reads one member that is a number or a coordinate.
fn member(jwk: &Map<String, Value>, name: &'static str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let text = jwk.get(name).and_then(Value::as_str).ok_or(KeyError::Member(name))?;
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map(Zeroizing::new).map_err(|_| KeyError::Member(name))
}

fn rsa(jwk: &Map<String, Value>) -> Result<EncodingKey, KeyError> {
    let number = |name| member(jwk, name);
    let public = |name| -> Result<Vec<u8>, KeyError> {
        let bytes = member(jwk, name)?;
        Ok(bytes.iter().skip_while(|byte| **byte == 0).copied().collect())
    };
    let [d, p, q, dp, dq, qi] = [number("d")?, number("p")?, number("q")?, number("dp")?, number("dq")?, number("qi")?];
    let public_key = PublicKeyComponents { n: public("n")?, e: public("e")? };
    let components = KeyPairComponents::<Vec<u8>, &[u8]> { public_key, d: &d, p: &p, q: &q, dP: &dp, dQ: &dq, qInv: &qi };
    let der = KeyPair::from_components(&components).ok().and_then(|pair| pair.as_der().ok()).ok_or(KeyError::Unsound)?;
    let inner = Zeroizing::new(STANDARD.encode(der.as_ref()));
    let pem = Zeroizing::new(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", *inner));
    EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| KeyError::Unsound)
}

fn elliptic(jwk: &Map<String, Value>) -> Result<(EncodingKey, Algorithm), KeyError> {
    let (scheme, algorithm) = match jwk.get("crv").and_then(Value::as_str) {
        Some("P-256") => (&ECDSA_P256_SHA256_FIXED_SIGNING, Algorithm::ES256),
        Some("P-384") => (&ECDSA_P384_SHA384_FIXED_SIGNING, Algorithm::ES384),
        Some(other) => return Err(KeyError::Kind(printable_head(&format!("EC on {other}"), 40))),
        None => return Err(KeyError::Member("crv")),
    };
    let point = [&[4][..], &member(jwk, "x")?, &member(jwk, "y")?].concat();
    let pair = EcdsaKeyPair::from_private_key_and_public_key(scheme, &member(jwk, "d")?, &point).map_err(|_| KeyError::Unsound)?;
    let der = pair.to_pkcs8v1().map_err(|_| KeyError::Unsound)?;
    Ok((EncodingKey::from_ec_der(der.as_ref()), algorithm))
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("algorithm", &self.algorithm).field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
