//! A signed JSON Web Token in its compact form: taken apart, and verified with a public key.
//!
//! Nothing in it is to be trusted before [`Jws::is_signed_by`] has said so.

use aws_lc_rs::{
    hmac,
    signature::{ECDSA_P521_SHA512_FIXED, UnparsedPublicKey},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey, crypto,
    jwk::{Jwk, ThumbprintHash},
};
use serde_json::{Map, Value};

/// The algorithms with a public key that Okta takes.
pub(crate) const ALGORITHMS: [&str; 6] = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];

/// The algorithms with a shared secret that Okta takes.
pub(crate) const HMACS: [&str; 3] = ["HS256", "HS384", "HS512"];

/// A token that was taken apart.
pub(crate) struct Jws<'a> {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    /// Header and claims as they are signed.
    message: &'a str,
    signature: &'a str,
}

impl<'a> Jws<'a> {
    /// Takes a token apart; none if it is not in three parts, or they are not what they should be.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (message, signature) = text.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        URL_SAFE_NO_PAD.decode(signature).ok()?;
        Some(Self { header: object(header)?, claims: object(claims)?, message, signature })
    }

    /// Returns the name of the algorithm, if the header has one.
    pub(crate) fn algorithm(&self) -> Option<&str> {
        self.header.get("alg")?.as_str()
    }

    /// Says whether a public key made the signature, by the algorithm of the header, which must be one of [`ALGORITHMS`].
    pub(crate) fn is_signed_by(&self, jwk: &Value) -> bool {
        self.verify(jwk).is_some_and(|good| good)
    }

    /// Says whether a shared secret made the signature, by the algorithm of the header, which must be one of [`HMACS`].
    pub(crate) fn is_sealed_by(&self, secret: &[u8]) -> bool {
        let algorithm = match self.algorithm() {
            Some("HS256") => hmac::HMAC_SHA256,
            Some("HS384") => hmac::HMAC_SHA384,
            Some("HS512") => hmac::HMAC_SHA512,
            _ => return false,
        };
        let seal = URL_SAFE_NO_PAD.decode(self.signature).unwrap_or_default();
        hmac::verify(&hmac::Key::new(algorithm, secret), self.message.as_bytes(), &seal).is_ok()
    }

    fn verify(&self, jwk: &Value) -> Option<bool> {
        let part = |name: &str| jwk[name].as_str();
        let on = |curve: &str| jwk["kty"] == "EC" && (jwk["crv"].is_null() || jwk["crv"] == curve);
        let (algorithm, key) = match self.algorithm()? {
            name @ ("RS256" | "RS384" | "RS512") if jwk["kty"] == "RSA" => {
                let algorithm = name.parse::<Algorithm>().ok()?;
                (algorithm, DecodingKey::from_rsa_components(part("n")?, part("e")?).ok()?)
            }
            "ES256" if on("P-256") => (Algorithm::ES256, DecodingKey::from_ec_components(part("x")?, part("y")?).ok()?),
            "ES384" if on("P-384") => (Algorithm::ES384, DecodingKey::from_ec_components(part("x")?, part("y")?).ok()?),
            // The library knows no ES512, which is one of Okta's.
            "ES512" if on("P-521") => {
                let decoded = |name: &str| URL_SAFE_NO_PAD.decode(part(name)?).ok();
                let point = [vec![4], decoded("x")?, decoded("y")?].concat();
                let signature = URL_SAFE_NO_PAD.decode(self.signature).ok()?;
                let key = UnparsedPublicKey::new(&ECDSA_P521_SHA512_FIXED, point);
                return Some(key.verify(self.message.as_bytes(), &signature).is_ok());
            }
            _ => return None,
        };
        crypto::verify(self.signature, self.message.as_bytes(), &key, algorithm).ok()
    }
}

/// Returns a key's thumbprint by RFC 7638; none for what is no whole public key.
pub(crate) fn thumbprint(jwk: &Value) -> Option<String> {
    let jwk: Jwk = serde_json::from_value(jwk.clone()).ok()?;
    jwk.thumbprint(ThumbprintHash::SHA256).ok()
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The example of RFC 7515, appendix A.2.
    const RS256: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    const MODULUS: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    /// The example of RFC 7515, appendix A.3.
    const ES256: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    /// The example of RFC 7515, appendix A.4.
    const ES512: &str = "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";

    fn p256() -> Value {
        json!({"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})
    }

    #[test]
    fn the_examples_of_rfc_7515_are_signed_by_their_keys_and_by_no_others() {
        let rsa = json!({"kty": "RSA", "n": MODULUS, "e": "AQAB"});
        let ec = p256();
        let (signed_rsa, signed_ec) = (Jws::parse(RS256).unwrap(), Jws::parse(ES256).unwrap());
        assert!(signed_rsa.is_signed_by(&rsa) && signed_ec.is_signed_by(&ec));
        assert!(!signed_rsa.is_signed_by(&ec) && !signed_ec.is_signed_by(&rsa));
        // Okta itself gives the curve back as null if it was not sent.
        assert!(signed_ec.is_signed_by(&json!({"kty": "EC", "crv": null, "x": ec["x"], "y": ec["y"]})));
        let forged = ES256.replacen("Jqb2Ui", "Jqb2Yi", 1);
        assert!(!Jws::parse(&forged).unwrap().is_signed_by(&ec));
    }

    #[test]
    fn es512_is_verified_as_well() {
        let key = json!({
            "kty": "EC",
            "crv": "P-521",
            "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
            "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2",
        });
        // The payload of that example is no JSON, so that it cannot be parsed as a token.
        let (message, signature) = ES512.rsplit_once('.').unwrap();
        let header = serde_json::from_str(r#"{"alg": "ES512"}"#).unwrap();
        let signed = Jws { header, claims: Map::new(), message, signature };
        assert!(signed.is_signed_by(&key));
        assert!(!Jws { message: &message[1..], ..signed }.is_signed_by(&key));
        assert!(Jws::parse(ES512).is_none());
    }

    #[test]
    fn the_secret_of_rfc_7515_seals_its_example_and_no_other_does() {
        // Appendix A.1.
        let example = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let secret =
            URL_SAFE_NO_PAD.decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow").unwrap();
        let sealed = Jws::parse(example).unwrap();
        assert!(sealed.is_sealed_by(&secret));
        assert!(!sealed.is_sealed_by(&secret[1..]));
        assert!(!Jws::parse(RS256).unwrap().is_sealed_by(&secret));
    }

    #[test]
    fn thumbprints_are_those_of_the_rfcs() {
        // RFC 7638, section 3.1.
        let rsa = json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB",
            "alg": "RS256",
            "kid": "2011-04-29",
        });
        assert_eq!(thumbprint(&rsa).as_deref(), Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
        // RFC 9449, section 6.1: the key of its proofs.
        let ec = json!({"kty": "EC", "crv": "P-256", "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"});
        assert_eq!(thumbprint(&ec).as_deref(), Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"));
        assert_eq!(thumbprint(&json!({"kty": "RSA", "e": "AQAB"})), None);
    }
}
