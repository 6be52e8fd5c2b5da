//! The `DPoP` header of a request becomes a proof of possession of a key (RFC 9449), or Okta's reason why it is none.
//!
//! The descriptions are those of Okta's catalogue of OAuth errors, and so is the order in which faults are looked for as far as
//! it can be told.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use url::Url;

use super::{
    UsedOnce,
    jws::{ALGORITHMS, Jws, thumbprint},
};
use crate::{call::Call, path::octet};

/// How old a proof may be, in seconds.
const OLDEST: i64 = 5 * 60;
/// How far ahead the clock of somebody may be who is not in the future, in seconds.
const AHEAD: i64 = 60;
/// The members of a key that must not leave its owner.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A proof whose every claim fits the request, but for its nonce and for whether it was used before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proof {
    /// The thumbprint of the key.
    pub(crate) jkt: String,
    pub(crate) nonce: Option<String>,
    /// The first proof that a client sends to the token endpoint, to be told a nonce, needs none.
    pub(crate) jti: Option<String>,
    pub(crate) iat: i64,
}

impl Proof {
    /// Uses the proof, which works once.
    pub(crate) fn spend(&self, used: &UsedOnce, now: i64) -> Result<(), Fault> {
        let jti = self.jti.as_deref().ok_or(Fault::Id)?;
        let fresh = used.admit(&["DPoP", &self.jkt, jti], now, self.iat + OLDEST);
        if fresh { Ok(()) } else { Err(Fault::Used) }
    }

    /// Holds the proof's key against the one that an access token is bound to.
    pub(crate) fn check_binding(&self, jkt: &str) -> Result<(), Fault> {
        if self.jkt == jkt { Ok(()) } else { Err(Fault::Binding) }
    }
}

/// Why a request has no good proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Missing,
    Multiple,
    Unparsable,
    Type,
    Algorithm,
    /// It has no key.
    Key,
    Signature,
    Method,
    Address,
    IssuedAt,
    Future,
    Old,
    Expired,
    Id,
    Used,
    TokenHash,
    /// It is not by the key that the access token is bound to.
    Binding,
}

impl Fault {
    /// Returns the `error_description` that goes with `invalid_dpop_proof`.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Missing => "The DPoP proof JWT header is missing.",
            Self::Multiple => "Multiple DPoP proof JWT headers are not allowed.",
            Self::Unparsable => "The DPoP proof JWT cannot be parsed.",
            Self::Type => "'typ' must be 'dpop+jwt' in the DPoP proof JWT.",
            Self::Algorithm => "The DPoP proof JWT signature algorithm is invalid.",
            Self::Key => "The DPoP proof JWT is invalid.",
            Self::Signature => "The DPoP proof JWT signature is invalid.",
            Self::Method => "'htm' claim in the DPoP proof JWT is invalid.",
            Self::Address => "'htu' claim in the DPoP proof JWT is invalid.",
            Self::IssuedAt => "'iat' claim in the DPoP proof JWT is invalid.",
            Self::Future => "The DPoP proof JWT is issued in the future.",
            Self::Old => "The DPoP proof JWT is issued more than five minutes in the past.",
            Self::Expired => "The DPoP proof JWT is expired.",
            Self::Id => "'jti' claim in the DPoP proof JWT is invalid.",
            Self::Used => "The DPoP proof JWT has already been used.",
            Self::TokenHash => "'ath' claim in the DPoP proof does not match the presented access_token.",
            Self::Binding => "The access_token is not bound to the provided DPoP proof.",
        }
    }
}

/// Reads the proof of a request, and holds it against the request and the access token that is presented with it, if one is.
/// `now` is in seconds since 1970.
pub(crate) fn read(call: &Call, now: i64, token: Option<&str>) -> Result<Proof, Fault> {
    let text = match call.proofs.as_slice() {
        [] => return Err(Fault::Missing),
        [one] => one.as_deref().ok_or(Fault::Unparsable)?,
        [_, _, ..] => return Err(Fault::Multiple),
    };
    let jws = Jws::parse(text).ok_or(Fault::Unparsable)?;
    let jkt = key(&jws)?;
    let claim = |name: &str| jws.claims.get(name);
    if claim("htm") != Some(&Value::from(call.method.as_str())) {
        return Err(Fault::Method);
    }
    if !claim("htu").and_then(Value::as_str).is_some_and(|htu| is_address_of(call, htu)) {
        return Err(Fault::Address);
    }
    let iat = claim("iat").and_then(seconds).ok_or(Fault::IssuedAt)?;
    if iat > now.saturating_add(AHEAD) {
        return Err(Fault::Future);
    }
    if iat < now - OLDEST {
        return Err(Fault::Old);
    }
    if claim("exp").is_some_and(|exp| seconds(exp).is_none_or(|exp| exp <= now)) {
        return Err(Fault::Expired);
    }
    let jti = match claim("jti") {
        None => None,
        Some(Value::String(jti)) if !jti.is_empty() => Some(jti.clone()),
        Some(_) => return Err(Fault::Id),
    };
    if token.is_some_and(|token| claim("ath") != Some(&Value::from(hash(token)))) {
        return Err(Fault::TokenHash);
    }
    let nonce = claim("nonce").and_then(Value::as_str).map(str::to_owned);
    Ok(Proof { jkt, nonce, jti, iat })
}

/// Returns the thumbprint of the key that a proof carries and is signed with.
fn key(jws: &Jws<'_>) -> Result<String, Fault> {
    let kind = jws.header.get("typ").and_then(Value::as_str).unwrap_or_default();
    // Names of media types have no case.
    if !kind.eq_ignore_ascii_case("dpop+jwt") {
        return Err(Fault::Type);
    }
    if !jws.algorithm().is_some_and(|name| ALGORITHMS.contains(&name)) {
        return Err(Fault::Algorithm);
    }
    let jwk = jws.header.get("jwk").ok_or(Fault::Key)?;
    if !jwk.is_object() || PRIVATE.iter().any(|member| !jwk[member].is_null()) {
        return Err(Fault::Unparsable);
    }
    let thumbprint = thumbprint(jwk).ok_or(Fault::Unparsable)?;
    if jws.is_signed_by(jwk) { Ok(thumbprint) } else { Err(Fault::Signature) }
}

/// Says whether a URL is that of the request, without query and fragment.
///
/// Okta holds it against the path as it is when it is decoded: `a%40b` in the request is `a@b` in the proof
/// (okta-sdk-python issue 541).
fn is_address_of(call: &Call, htu: &str) -> bool {
    let decoded = percent_decoded(&call.path);
    let (Ok(given), Ok(own)) = (Url::parse(htu), Url::parse(&format!("{}{decoded}", call.base))) else {
        return false;
    };
    let bare = !htu.contains(['?', '#']) && given.username().is_empty() && given.password().is_none();
    bare && given.origin() == own.origin() && given.path() == own.path()
}

/// Decodes a path, but for what would no longer be part of a path then.
fn percent_decoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match octet(&bytes[at..]) {
            Some(byte) if !b"?#%".contains(&byte) => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| path.to_owned())
}

/// Reads a time, which may have a fraction.
pub(crate) fn seconds(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let whole = value.as_f64()?.trunc();
        // What is outside is no time, and what is inside can be told exactly.
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
        (whole.abs() < 1e12).then_some(whole as i64)
    })
}

/// Returns what `ath` says of an access token.
pub(crate) fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
    };
    use serde_json::json;

    use super::*;

    /// The example of RFC 9449, section 4.1.
    const EXAMPLE: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
    /// The example of section 7.1, and the access token that it goes with.
    const AT_RESOURCE: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
    const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    const JKT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    const NOW: i64 = 1_767_225_600;

    fn call(method: &str, url: &str, proofs: &[&[u8]]) -> Call {
        let mut request = http::Request::builder().method(method).uri(url);
        for proof in proofs {
            request = request.header("DPoP", *proof);
        }
        Call::new(request.body(Vec::new()).unwrap(), Some(&url[..url.find("/api").unwrap_or(url.rfind('/').unwrap())]))
    }

    /// A proof with a key of its own, after `change` had its way with header and claims.
    fn signed(change: impl FnOnce(&mut Value, &mut Value)) -> String {
        let (scheme, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pair = EcdsaKeyPair::generate(scheme).unwrap();
        let point = pair.public_key().as_ref();
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": part(&point[1..33]), "y": part(&point[33..])});
        let mut header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk});
        let mut claims = json!({"htm": "GET", "htu": "https://org.example.com/api/v1/apps", "iat": NOW, "jti": "one"});
        change(&mut header, &mut claims);
        let message = format!("{}.{}", part(header.to_string().as_bytes()), part(claims.to_string().as_bytes()));
        let signature = pair.sign(&random, message.as_bytes()).unwrap();
        format!("{message}.{}", part(signature.as_ref()))
    }

    fn verdict(proof: &str) -> Result<Proof, &'static str> {
        let call = call("GET", "https://org.example.com/api/v1/apps?limit=2", &[proof.as_bytes()]);
        read(&call, NOW, None).map_err(Fault::description)
    }

    fn fault(change: impl FnOnce(&mut Value, &mut Value)) -> &'static str {
        verdict(&signed(change)).expect_err("it is no good proof")
    }

    #[test]
    fn the_examples_of_rfc_9449_are_good_proofs() {
        let at_server = call("POST", "https://server.example.com/token", &[EXAMPLE.as_bytes()]);
        let proof = read(&at_server, 1_562_262_616, None).unwrap();
        let expected = Proof { jkt: JKT.into(), nonce: None, jti: Some("-BwC3ESc6acc2lTc".into()), iat: 1_562_262_616 };
        assert_eq!(proof, expected);
        let at_resource = call("GET", "https://resource.example.org/protectedresource", &[AT_RESOURCE.as_bytes()]);
        assert!(read(&at_resource, 1_562_262_618, Some(TOKEN)).is_ok());
        assert_eq!(read(&at_resource, 1_562_262_618, Some("another")), Err(Fault::TokenHash));
        assert_eq!(read(&at_resource, 1_562_262_918, Some(TOKEN)).map(|proof| proof.iat), Ok(1_562_262_618));
        assert_eq!(read(&at_resource, 1_562_262_919, Some(TOKEN)), Err(Fault::Old));
    }

    #[test]
    fn there_is_one_header_and_it_is_a_token() {
        let url = "https://org.example.com/api/v1/apps";
        let good = signed(|_, _| ());
        let told = |proofs: &[&[u8]]| read(&call("GET", url, proofs), NOW, None).unwrap_err();
        assert_eq!(told(&[]), Fault::Missing);
        assert_eq!(told(&[good.as_bytes(), good.as_bytes()]), Fault::Multiple);
        for broken in [&b""[..], b"one", b"a.b", b"a.b.c", b"\xff.\xfe.\xfd", b"e30.e30.!", format!("{good}.e30").as_bytes()] {
            assert_eq!(told(&[broken]), Fault::Unparsable);
        }
    }

    #[test]
    fn every_part_of_a_proof_has_its_own_refusal() {
        assert!(verdict(&signed(|_, _| ())).is_ok());
        let set = |name: &'static str, value: Value| move |_: &mut Value, claims: &mut Value| claims[name] = value;
        let head = |name: &'static str, value: Value| move |header: &mut Value, _: &mut Value| header[name] = value;
        let told = [
            fault(head("typ", json!("JWT"))),
            fault(head("alg", json!("none"))),
            fault(head("alg", json!("HS256"))),
            fault(|header, _| drop(header.as_object_mut().unwrap().remove("jwk"))),
            fault(|header, _| header["jwk"]["d"] = json!("AA")),
            fault(|header, _| header["jwk"]["x"] = header["jwk"]["y"].clone()),
            fault(head("alg", json!("RS256"))),
            fault(set("htm", json!("get"))),
            fault(set("htu", json!("https://org.example.com/api/v1/groups"))),
            fault(set("htu", json!("https://org.example.com/api/v1/apps?limit=2"))),
            fault(set("htu", json!("http://org.example.com/api/v1/apps"))),
            fault(set("iat", json!("now"))),
            fault(set("iat", json!(NOW + 61))),
            fault(set("iat", json!(NOW - 301))),
            fault(set("exp", json!(NOW))),
            fault(set("jti", json!(7))),
        ];
        insta::assert_snapshot!(told.join("\n"), @"
        'typ' must be 'dpop+jwt' in the DPoP proof JWT.
        The DPoP proof JWT signature algorithm is invalid.
        The DPoP proof JWT signature algorithm is invalid.
        The DPoP proof JWT is invalid.
        The DPoP proof JWT cannot be parsed.
        The DPoP proof JWT signature is invalid.
        The DPoP proof JWT signature is invalid.
        'htm' claim in the DPoP proof JWT is invalid.
        'htu' claim in the DPoP proof JWT is invalid.
        'htu' claim in the DPoP proof JWT is invalid.
        'htu' claim in the DPoP proof JWT is invalid.
        'iat' claim in the DPoP proof JWT is invalid.
        The DPoP proof JWT is issued in the future.
        The DPoP proof JWT is issued more than five minutes in the past.
        The DPoP proof JWT is expired.
        'jti' claim in the DPoP proof JWT is invalid.
        ");
    }

    #[test]
    fn a_url_may_be_written_in_more_than_one_way_but_not_encoded() {
        let of = |path: &str, htu: &str| is_address_of(&call("GET", &format!("https://org.example.com{path}"), &[]), htu);
        assert!(of("/api/v1/apps", "HTTPS://ORG.example.com:443/api/v1/apps"));
        assert!(!of("/api/v1/apps", "https://org.example.com/api/v1/apps/"));
        assert!(!of("/api/v1/apps", "https://user@org.example.com/api/v1/apps"));
        assert!(!of("/api/v1/apps", "/api/v1/apps"));
        assert!(of("/api/v1/users/a%40b", "https://org.example.com/api/v1/users/a@b"));
        assert!(!of("/api/v1/users/a%40b", "https://org.example.com/api/v1/users/a%40b"));
        assert!(of("/api/v1/users/a%3Fb%", "https://org.example.com/api/v1/users/a%3Fb%"));
    }

    #[test]
    fn a_proof_works_once_and_not_at_all_without_an_id() {
        let used = UsedOnce::default();
        let proof = verdict(&signed(|_, _| ())).unwrap();
        assert_eq!(proof.spend(&used, NOW), Ok(()));
        assert_eq!(proof.spend(&used, NOW + 300), Err(Fault::Used));
        let by_another = verdict(&signed(|_, _| ())).unwrap();
        assert_eq!(by_another.spend(&used, NOW), Ok(()));
        let nameless = Proof { jti: None, ..proof };
        assert_eq!(nameless.spend(&used, NOW), Err(Fault::Id));
        assert_eq!(nameless.check_binding(&nameless.jkt), Ok(()));
        assert_eq!(nameless.check_binding(JKT), Err(Fault::Binding));
    }
}
