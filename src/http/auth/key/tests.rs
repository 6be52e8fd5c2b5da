//! The examples of the RFCs, and everything that is no key.

use aws_lc_rs::signature::{ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaSigningAlgorithm, Ed25519KeyPair};
use jsonwebtoken::{DecodingKey, Validation, crypto, decode};

use super::*;

/// RFC 7515, appendix A.2.
fn rfc7515_rsa() -> Value {
    json!({"kty": "RSA",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        "e": "AQAB",
        "d": "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ",
        "p": "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc",
        "q": "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc",
        "dp": "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0",
        "dq": "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU",
        "qi": "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U"})
}

/// RFC 7515, appendix A.3.
fn rfc7515_ec() -> Value {
    json!({"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"})
}

/// What the examples sign, up to the second dot: a header, and the claims that both share.
const CLAIMS: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

fn key(jwk: &Value) -> Result<SigningKey, KeyError> {
    SigningKey::parse(&jwk.to_string()).expect("it is JSON")
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

fn elliptic(scheme: &'static EcdsaSigningAlgorithm) -> String {
    pem("PRIVATE KEY", EcdsaKeyPair::generate(scheme).unwrap().to_pkcs8v1().unwrap().as_ref())
}

#[test]
fn the_rsa_example_of_rfc_7515_is_signed_as_it_is_there() {
    let rsa = key(&rfc7515_rsa()).unwrap();
    let message = format!("eyJhbGciOiJSUzI1NiJ9.{CLAIMS}");
    let signature = crypto::sign(message.as_bytes(), &rsa.key, rsa.algorithm).unwrap();
    assert_eq!(
        signature,
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    );
}

#[test]
fn what_the_elliptic_example_of_rfc_7515_signs_its_public_half_verifies() {
    let ec = key(&rfc7515_ec()).unwrap().named("mine").unwrap();
    assert_eq!(format!("{ec:?}"), r#"SigningKey { algorithm: ES256, id: Some("mine"), .. }"#);
    let jwt = ec.sign(&json!({"iss": "joe", "exp": 4_000_000_000_i64}));
    let public = rfc7515_ec();
    let decoding = DecodingKey::from_ec_components(public["x"].as_str().unwrap(), public["y"].as_str().unwrap()).unwrap();
    let read = decode::<Value>(&jwt, &decoding, &Validation::new(Algorithm::ES256)).unwrap();
    assert_eq!((read.header.kid.as_deref(), &read.claims["iss"]), (Some("mine"), &json!("joe")));
    let example = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    assert!(crypto::verify(example, format!("eyJhbGciOiJFUzI1NiJ9.{CLAIMS}").as_bytes(), &decoding, Algorithm::ES256).unwrap());
}

#[test]
fn a_key_may_be_written_in_several_ways() {
    let rsa = key(&rfc7515_rsa()).unwrap();
    let pkcs1 = pem("RSA PRIVATE KEY", rsa.key.as_bytes());
    let p384 = elliptic(&ECDSA_P384_SHA384_FIXED_SIGNING);
    let named = |jwk: Value, member: &str, value: &str| {
        let mut jwk = jwk;
        jwk[member] = json!(value);
        jwk.to_string()
    };
    let ways = [
        pkcs1.clone(),
        pkcs1.replace('\n', "\\n"),
        pkcs1.replace('\n', "\r\n"),
        format!("key of the app\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n{pkcs1}"),
        elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING),
        p384,
        named(rfc7515_rsa(), "kid", "SIGNING_KEY"),
        named(rfc7515_rsa(), "alg", "RS512"),
        named(rfc7515_ec(), "use", "sig"),
    ];
    let told = ways.map(|text| format!("{:?}", SigningKey::parse(&text).unwrap().unwrap()));
    insta::assert_snapshot!(told.join("\n"), @r#"
    SigningKey { algorithm: RS256, id: None, .. }
    SigningKey { algorithm: RS256, id: None, .. }
    SigningKey { algorithm: RS256, id: None, .. }
    SigningKey { algorithm: RS256, id: None, .. }
    SigningKey { algorithm: ES256, id: None, .. }
    SigningKey { algorithm: ES384, id: None, .. }
    SigningKey { algorithm: RS256, id: Some("SIGNING_KEY"), .. }
    SigningKey { algorithm: RS512, id: None, .. }
    SigningKey { algorithm: ES256, id: None, .. }
    "#);
}

#[test]
fn what_is_no_key_is_refused_with_what_to_do() {
    let without = |mut jwk: Value, member: &str| {
        jwk.as_object_mut().unwrap().remove(member);
        jwk.to_string()
    };
    let with = |mut jwk: Value, member: &str, value: &str| {
        jwk[member] = json!(value);
        jwk.to_string()
    };
    let seed = [7; 32];
    let ed = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap().to_pkcs8().unwrap();
    let cases = [
        pem("EC PRIVATE KEY", b"x"),
        format!("-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----\n{}", pem("EC PRIVATE KEY", b"x")),
        pem("ENCRYPTED PRIVATE KEY", b"x"),
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----"
            .to_owned(),
        pem("OPENSSH PRIVATE KEY", b"x"),
        pem("PUBLIC KEY", b"x"),
        pem("CERTIFICATE", b"x"),
        pem("PRIVATE KEY", ed.as_ref()),
        elliptic(&ECDSA_P521_SHA512_FIXED_SIGNING),
        pem("DSA PRIVATE KEY", b"x"),
        pem("PRIVATE KEY", b"hush"),
        "-----BEGIN PRIVATE KEY-----\nhush".to_owned(),
        "{hush".to_owned(),
        json!({"keys": [rfc7515_rsa()]}).to_string(),
        json!({"kty": "oct", "k": "hush"}).to_string(),
        json!({"kty": "OKP", "crv": "Ed25519", "d": "hush"}).to_string(),
        without(rfc7515_rsa(), "d"),
        without(rfc7515_rsa(), "dp"),
        with(rfc7515_rsa(), "qi", "hush!"),
        with(rfc7515_rsa(), "q", "AQAB"),
        with(rfc7515_rsa(), "alg", "ES256"),
        with(rfc7515_rsa(), "use", "enc"),
        with(rfc7515_rsa(), "kid", ""),
        with(rfc7515_ec(), "crv", "secp256k1"),
        with(rfc7515_ec(), "d", "AQAB"),
        without(rfc7515_ec(), "kty"),
    ];
    let told = cases.map(|text| match SigningKey::parse(&text) {
        Some(Err(error)) => error.to_string(),
        other => format!("{other:?}"),
    });
    assert!(!told.concat().contains("hush"));
    insta::assert_snapshot!(told.join("\n"), @"
    it is in the SEC1 form (`EC PRIVATE KEY`): convert it to PKCS#8, with `openssl pkcs8 -topk8 -nocrypt -in KEY -out KEY8`
    it is in the SEC1 form (`EC PRIVATE KEY`): convert it to PKCS#8, with `openssl pkcs8 -topk8 -nocrypt -in KEY -out KEY8`
    it is encrypted, and there is nobody to ask for its password: decrypt it where it is kept, with `openssl pkcs8 -in KEY -out PLAIN`, and hand that over
    it is encrypted, and there is nobody to ask for its password: decrypt it where it is kept, with `openssl pkcs8 -in KEY -out PLAIN`, and hand that over
    it is in OpenSSH's form: convert it with `ssh-keygen -p -m PKCS8 -f KEY`, or make one with `openssl genrsa 3072`
    it is the public half (`PUBLIC KEY`): the private key is needed, whose public half the app has
    it is the public half (`CERTIFICATE`): the private key is needed, whose public half the app has
    it is a key of a kind that cannot sign in (`Ed25519`): use RSA of 2048 bits or more, or a key on the curve P-256 or P-384
    it is a key of a kind that cannot sign in (`EC on another curve`): use RSA of 2048 bits or more, or a key on the curve P-256 or P-384
    it is a key of a kind that cannot sign in (`DSA PRIVATE KEY`): use RSA of 2048 bits or more, or a key on the curve P-256 or P-384
    it is damaged, or too short: RSA needs 2048 bits or more, and all of the key must be there
    it is damaged, or too short: RSA needs 2048 bits or more, and all of the key must be there
    it is damaged, or too short: RSA needs 2048 bits or more, and all of the key must be there
    it is a set of keys: give the one private key (a member of `keys`) alone
    it is a key of a kind that cannot sign in (`oct`): use RSA of 2048 bits or more, or a key on the curve P-256 or P-384
    it is a key of a kind that cannot sign in (`OKP`): use RSA of 2048 bits or more, or a key on the curve P-256 or P-384
    it is the public half (`JWK without d`): the private key is needed, whose public half the app has
    its member `dp` is missing or is not base64url: give the whole private JWK, as the Admin Console shows it when it is made
    its member `qi` is missing or is not base64url: give the whole private JWK, as the Admin Console shows it when it is made
    it is damaged, or too short: RSA needs 2048 bits or more, and all of the key must be there
    it is a key of a kind that cannot sign in (`RSA with ES256`): use RSA of 2048 bits or more, or a key on the curve P-256 or P-384
    it is a key to encrypt with (`use` is not `sig`): give the one that signs
    its `kid` is empty or too long
    it is a key of a kind that cannot sign in (`EC on secp256k1`): use RSA of 2048 bits or more, or a key on the curve P-256 or P-384
    it is damaged, or too short: RSA needs 2048 bits or more, and all of the key must be there
    its member `kty` is missing or is not base64url: give the whole private JWK, as the Admin Console shows it when it is made
    ");
}

#[test]
fn what_is_neither_key_nor_file_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes");
    std::fs::write(&file, "buy milk").unwrap();
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&file, permissions).unwrap();
    let told = ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", folder.path().to_str().unwrap(), file.to_str().unwrap()]
        .map(|value| read(value).unwrap_err().to_string().replace(folder.path().to_str().unwrap(), "FOLDER"));
    insta::assert_snapshot!(told.join("\n"), @"
    it is neither a PEM nor a JWK, nor the path of a file that can be read (entity not found): check that all of the key is there
    it is neither a PEM nor a JWK, nor the path of a file that can be read (is a directory): check that all of the key is there
    `FOLDER/notes` holds neither a PEM nor a JWK: name the file of the private key
    ");
}
