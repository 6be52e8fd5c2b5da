//! The metadata of the org and its servers, held to what they do: every address, grant type, method and algorithm is tried.

use std::collections::BTreeMap;

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeySize, PublicKeyComponents},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use idpctl_emulator::Org;
use serde_json::{Value, json};

use crate::{
    support::{create, get, send, server, web},
    token_support::{BASE, Key, NOW, SECRET, TOKEN, basic, body, drawn, header, keyed, post, post_keyed, proof_claims, sealed, secretive},
};

const DOCUMENTS: [&str; 2] = ["openid-configuration", "oauth-authorization-server"];

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_address_is_served_but_those_for_people() {
    let org = drawn().await;
    let (id, _) = server(&org, "Own").await;
    let mut told = BTreeMap::new();
    for root in ["", "/oauth2/default", &format!("/oauth2/{id}")] {
        for document in DOCUMENTS {
            let said = get(&org, &format!("{root}/.well-known/{document}")).await;
            assert_eq!(said["issuer"], format!("{BASE}{root}"));
            for (name, url) in said.as_object().unwrap() {
                let Some(path) = url.as_str().and_then(|url| url.strip_prefix(BASE)).filter(|_| name != "issuer") else { continue };
                let method = if name == "jwks_uri" { "GET" } else { "POST" };
                let answer = body_of(&org, method, path).await;
                let told = told.entry(name.clone()).or_insert_with(Vec::new);
                if !told.contains(&answer) {
                    told.push(answer);
                }
            }
        }
    }
    let told: Vec<_> = told.iter().map(|(name, answers)| format!("{name}: {}", answers.join(", "))).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    authorization_endpoint: 404 E0000008
    device_authorization_endpoint: 404 E0000008
    end_session_endpoint: 404 E0000008
    introspection_endpoint: 401 invalid_client
    jwks_uri: 200 keys
    pushed_authorization_request_endpoint: 404 E0000008
    registration_endpoint: 400 invalid_client_metadata
    revocation_endpoint: 401 invalid_client
    token_endpoint: 401 invalid_client
    userinfo_endpoint: 404 E0000008
    ");
}

/// What a bare request is answered with, by its status and error.
async fn body_of(org: &Org, method: &str, path: &str) -> String {
    let (status, answer) = send(org, method, path, Value::Null).await;
    let error = answer["errorCode"].as_str().or(answer["error"].as_str()).unwrap_or("keys");
    format!("{status} {error}")
}

#[tokio::test]
async fn every_grant_type_is_known_but_the_one_that_has_no_request_for_a_token() {
    let org = drawn().await;
    let mut app = web("For people");
    app["credentials"]["oauthClient"]["client_id"] = json!("person");
    app["credentials"]["oauthClient"]["client_secret"] = json!(SECRET);
    create(&org, app).await;
    let mut listed: Vec<String> = Vec::new();
    for document in DOCUMENTS {
        let said = get(&org, &format!("/oauth2/default/.well-known/{document}")).await;
        listed.extend(texts(&said["grant_types_supported"]).into_iter().map(str::to_owned));
    }
    listed.sort();
    listed.dedup();
    let mut told = Vec::new();
    for grant in &listed {
        let response = post(&org, TOKEN, &[("authorization", &basic("person"))], &[("grant_type", grant)]).await;
        told.push(format!("{grant}: {}", body(&response)["error"].as_str().unwrap()));
    }
    insta::assert_snapshot!(told.join("\n"), @"
    authorization_code: invalid_grant
    client_credentials: unauthorized_client
    implicit: unsupported_grant_type
    password: unauthorized_client
    refresh_token: unauthorized_client
    urn:ietf:params:oauth:grant-type:device_code: unauthorized_client
    ");
    let magic = body(&post(&org, TOKEN, &[("authorization", &basic("person"))], &[("grant_type", "magic")]).await);
    let known = magic["error_description"].as_str().unwrap().split_once('[').unwrap().1.trim_end_matches("].");
    let missing: Vec<_> = known.split(", ").filter(|known| !listed.iter().any(|grant| grant == known)).collect();
    assert_eq!(missing, [""; 0], "known and not listed");
}

#[tokio::test]
async fn every_method_of_authentication_works_at_every_endpoint() {
    let org = drawn().await;
    let key = Key::draw();
    for method in ["client_secret_basic", "client_secret_post", "client_secret_jwt"] {
        create(&org, secretive(method, method)).await;
    }
    keyed(&org, "private_key_jwt", &key, &[], false).await;
    let mut public = web("In a browser");
    public["credentials"]["oauthClient"] = json!({"client_id": "public", "token_endpoint_auth_method": "none", "pkce_required": true});
    public["settings"]["oauthClient"]["application_type"] = json!("browser");
    create(&org, public).await;
    let mut told = Vec::new();
    let said = get(&org, "/oauth2/default/.well-known/oauth-authorization-server").await;
    for (name, form) in [
        ("token", &[("grant_type", "client_credentials"), ("scope", "customScope")][..]),
        ("introspection", &[("token", "t")]),
        ("revocation", &[("token", "t")]),
    ] {
        let path = said[format!("{name}_endpoint")].as_str().unwrap().strip_prefix(BASE).unwrap();
        for method in texts(&said[format!("{name}_endpoint_auth_methods_supported")]) {
            let claims = json!({"iss": method, "sub": method, "aud": format!("{BASE}{path}"), "exp": NOW + 60});
            let response = match method {
                "client_secret_basic" => post(&org, path, &[("authorization", &basic(method))], form).await,
                "client_secret_post" => post(&org, path, &[], &[form, &[("client_id", method), ("client_secret", SECRET)]].concat()).await,
                "client_secret_jwt" => post_keyed(&org, path, &[], &sealed(&claims, SECRET), form).await,
                "private_key_jwt" => post_keyed(&org, path, &[], &key.sign(&json!({"alg": "ES256", "kid": "own"}), &claims), form).await,
                _ => post(&org, path, &[], &[form, &[("client_id", "public")]].concat()).await,
            };
            let error = body(&response)["error"].as_str().map_or_else(String::new, |error| format!(" {error}"));
            told.push(format!("{name} {method}: {}{error}", response.status().as_u16()));
        }
    }
    insta::assert_snapshot!(told.join("\n"), @"
    token client_secret_basic: 200
    token client_secret_post: 200
    token client_secret_jwt: 200
    token private_key_jwt: 200
    token none: 400 unauthorized_client
    introspection client_secret_basic: 200
    introspection client_secret_post: 200
    introspection client_secret_jwt: 200
    introspection private_key_jwt: 200
    introspection none: 200
    revocation client_secret_basic: 200
    revocation client_secret_post: 200
    revocation client_secret_jwt: 200
    revocation private_key_jwt: 200
    revocation none: 200
    ");
}

/// A key pair for one of the algorithms of proofs.
enum Pair {
    Ec(EcdsaKeyPair, &'static str),
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
}

impl Pair {
    fn draw(algorithm: &str) -> Self {
        let ec = |scheme: &'static EcdsaSigningAlgorithm, curve| Self::Ec(EcdsaKeyPair::generate(scheme).unwrap(), curve);
        let rsa = |encoding: &'static dyn RsaEncoding| Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap(), encoding);
        match algorithm {
            "ES256" => ec(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256"),
            "ES384" => ec(&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384"),
            "ES512" => ec(&ECDSA_P521_SHA512_FIXED_SIGNING, "P-521"),
            "RS256" => rsa(&RSA_PKCS1_SHA256),
            "RS384" => rsa(&RSA_PKCS1_SHA384),
            "RS512" => rsa(&RSA_PKCS1_SHA512),
            _ => panic!("{algorithm} is no algorithm of proofs"),
        }
    }

    fn public(&self) -> Value {
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Ec(pair, curve) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                json!({"kty": "EC", "crv": curve, "x": part(x), "y": part(y)})
            }
            Self::Rsa(pair, _) => {
                let public: PublicKeyComponents<Vec<u8>> = pair.public_key().into();
                json!({"kty": "RSA", "n": part(&public.n), "e": part(&public.e)})
            }
        }
    }

    fn proof(&self, algorithm: &str, more: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = json!({"typ": "dpop+jwt", "alg": algorithm, "jwk": self.public()});
        let message = format!("{}.{}", part(&header), part(&proof_claims(TOKEN, more)));
        let signature = match self {
            Self::Ec(pair, _) => pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec(),
            Self::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
                signature
            }
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

#[tokio::test]
async fn every_algorithm_of_proofs_binds_a_token() {
    let org = drawn().await;
    create(&org, secretive("machine", "client_secret_basic")).await;
    let ask = async |proof: &str| {
        let form = [("grant_type", "client_credentials"), ("scope", "customScope")];
        post(&org, TOKEN, &[("authorization", &basic("machine")), ("dpop", proof)], &form).await
    };
    let said = get(&org, "/oauth2/default/.well-known/oauth-authorization-server").await;
    let nonce = header(&ask(&Key::draw().proof(TOKEN, &json!({}))).await, "dpop-nonce").to_owned();
    let algorithms = texts(&said["dpop_signing_alg_values_supported"]);
    assert_eq!(algorithms.len(), 6);
    for algorithm in algorithms {
        let issued = body(&ask(&Pair::draw(algorithm).proof(algorithm, &json!({"nonce": nonce, "jti": algorithm}))).await);
        assert_eq!(issued["token_type"], "DPoP", "{algorithm}: {issued}");
    }
}
