//! How clients prove who they are at the token endpoints, rightly and wrongly.

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::{KeySize, PublicKeyComponents},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair,
    },
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

use super::*;
use crate::{
    access::Caller,
    families::Organization,
    ids::Seed,
    rsa::Drawn,
    store::{Store, Table, Trees, Tx},
    switches::Switches,
    tokens::UsedOnce,
};

const ENDPOINT: &str = "https://org.example.com/oauth2/default/v1/token";
const NOW: i64 = 1_767_225_600;
const SECRET: &str = "the-first-secret-of-more-than-32-characters";
const SECOND: &str = "the-second+secret&of=more%than:32-characters";

/// What clients are authenticated with and by.
#[derive(Default)]
struct World {
    switches: Switches,
    used: UsedOnce,
    apps: Vec<Value>,
}

impl World {
    /// A world with a client of each method, with two active secrets and one that is not.
    fn new() -> Self {
        let methods = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"];
        Self { apps: methods.map(|method| app(method, method, "ACTIVE")).into(), ..Self::default() }
    }

    fn with(mut self, switch: &str, value: &str) -> Self {
        self.switches.set(switch, value).unwrap();
        self
    }

    /// Returns the client that a request is by, or the refusal.
    fn ask(&self, header: Option<&str>, body: &str) -> String {
        self.ask_at(ENDPOINT, Some("application/x-www-form-urlencoded; charset=UTF-8"), header, body)
    }

    fn ask_at(&self, url: &str, content_type: Option<&str>, header: Option<&str>, body: &str) -> String {
        let mut request = http::Request::builder().method("POST").uri(url);
        for (name, value) in [("authorization", header), ("content-type", content_type)] {
            request = value.into_iter().fold(request, |request, value| request.header(name, value));
        }
        let call = Call::new(request.body(body.as_bytes().to_vec()).unwrap(), Some("https://org.example.com"));
        let (store, trees, seed) = (Store::memory(), Trees::default(), Seed::fixed());
        let organization = Organization::found(&seed, String::new());
        let mut tx = Tx::begin(store.tables(), store.tables(), &trees, &seed);
        for app in &self.apps {
            let id = app["id"].as_str().unwrap();
            tx.put(Table::Apps, id.into(), app).unwrap();
            tx.put(Table::ClientIds, id.into(), &id).unwrap();
        }
        let (switches, used, keys) = (&self.switches, &self.used, Drawn::default());
        let x = Exchange {
            call: &call,
            tx,
            switches,
            organization: &organization,
            now: String::new(),
            at: NOW,
            keys: &keys,
            used,
            caller: Caller::Nobody,
            disclosed: Vec::new(),
            number: 1,
            issued: None,
        };
        match form(&call, Endpoint::Token).and_then(|form| authenticate(&x, &form, ENDPOINT)) {
            Ok(app) => app.client_id().to_owned(),
            Err(refusal) => {
                let body = refusal.body("id").unwrap();
                let part = |name: &str, other: &str| body[name].as_str().or(body[other].as_str()).unwrap().to_owned();
                format!("{} {} {}", refusal.status, part("error", "errorCode"), part("error_description", "errorSummary"))
            }
        }
    }

    fn prove(&self, assertion: &str) -> String {
        let body = [("client_assertion_type", TYPE), ("client_assertion", assertion)];
        self.ask(None, &url::form_urlencoded::Serializer::new(String::new()).extend_pairs(body).finish())
    }

    /// Presents an assertion of the client with keys, after `change` had its way with header and claims.
    fn prove_changed(&self, key: &Signer, change: impl FnOnce(&mut Value, &mut Value)) -> String {
        let (mut header, mut claims) = parts("private_key_jwt", &key.name);
        header["kid"] = json!("one");
        change(&mut header, &mut claims);
        self.prove(&key.sign(&header, &claims))
    }

    fn set_keys(&mut self, keys: &[Value]) {
        self.apps[3]["body"]["settings"]["oauthClient"]["jwks"] = json!({"keys": keys});
    }
}

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn app(id: &str, method: &str, status: &str) -> Value {
    let secret = |value: &str, status: &str| json!({"id": value, "created": "", "last_updated": "", "status": status, "value": value});
    let secrets = match method {
        "private_key_jwt" | "none" => json!([]),
        _ => json!([secret(SECRET, "ACTIVE"), secret(SECOND, "ACTIVE"), secret("an-inactive-secret-of-more-than-32-letters", "INACTIVE")]),
    };
    json!({
        "id": id,
        "body": {
            "status": status,
            "credentials": {"oauthClient": {"client_id": id, "token_endpoint_auth_method": method}},
            "settings": {"oauthClient": {}},
        },
        "secrets": secrets,
        "access_policy": "",
        "id_token": null,
    })
}

fn basic(id: &str, secret: &str) -> String {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(id), encode(secret))))
}

fn post(id: &str, secret: &str) -> String {
    let pairs = [("client_id", id), ("client_secret", secret)];
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The header and claims of a good assertion.
fn parts(client: &str, algorithm: &str) -> (Value, Value) {
    let claims = json!({"iss": client, "sub": client, "aud": ENDPOINT, "iat": NOW, "exp": NOW + 3_600});
    (json!({"alg": algorithm}), claims)
}

fn message(header: &Value, claims: &Value) -> String {
    let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}", part(header), part(claims))
}

fn sealed(algorithm: &str, secret: &str, client: &str) -> String {
    let (header, claims) = parts(client, algorithm);
    let message = message(&header, &claims);
    let hash = match algorithm {
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    };
    let seal = hmac::sign(&hmac::Key::new(hash, secret.as_bytes()), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(seal))
}

/// A key pair, and the algorithm that it is used with.
struct Signer {
    name: String,
    pair: Pair,
}

enum Pair {
    Ec(EcdsaKeyPair),
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
}

impl Signer {
    fn ec(name: &str, scheme: &'static EcdsaSigningAlgorithm) -> Self {
        Self { name: name.into(), pair: Pair::Ec(EcdsaKeyPair::generate(scheme).unwrap()) }
    }

    fn es256() -> Self {
        Self::ec("ES256", &ECDSA_P256_SHA256_FIXED_SIGNING)
    }

    fn rsa(name: &str, encoding: &'static dyn RsaEncoding) -> Self {
        Self { name: name.into(), pair: Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap(), encoding) }
    }

    fn jwk(&self, kid: &str) -> Value {
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.pair {
            Pair::Ec(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at((pair.public_key().as_ref().len() - 1) / 2);
                json!({"kty": "EC", "crv": null, "kid": kid, "status": "ACTIVE", "use": null, "x": part(x), "y": part(y)})
            }
            Pair::Rsa(pair, _) => {
                let public: PublicKeyComponents<Vec<u8>> = pair.public_key().into();
                json!({"kty": "RSA", "kid": kid, "status": "ACTIVE", "use": "sig", "n": part(&public.n), "e": part(&public.e)})
            }
        }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let (message, random) = (message(header, claims), SystemRandom::new());
        let signature = match &self.pair {
            Pair::Ec(pair) => pair.sign(&random, message.as_bytes()).unwrap().as_ref().to_vec(),
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, message.as_bytes(), &mut signature).unwrap();
                signature
            }
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

#[test]
fn each_client_proves_itself_in_its_own_way_alone() {
    let world = World::new();
    for secret in [SECRET, SECOND] {
        assert_eq!(world.ask(Some(&basic("client_secret_basic", secret)), "scope=a"), "client_secret_basic");
        assert_eq!(world.ask(None, &post("client_secret_post", secret)), "client_secret_post");
        for algorithm in ["HS256", "HS384", "HS512"] {
            assert_eq!(world.prove(&sealed(algorithm, secret, "client_secret_jwt")), "client_secret_jwt");
        }
    }
    assert_eq!(world.ask(None, "client_id=none"), "none");
    let told = [
        world.ask(Some(&basic("client_secret_post", SECRET)), ""),
        world.ask(None, &post("client_secret_basic", SECRET)),
        world.ask(None, "client_id=client_secret_basic"),
        world.ask(None, &post("none", SECRET)),
        world.prove(&sealed("HS256", SECRET, "client_secret_basic")),
        world.prove(&sealed("HS256", SECRET, "private_key_jwt")),
    ];
    for told in told {
        assert_eq!(told, "401 invalid_client Client authentication failed. Either the client or the client credentials are invalid.");
    }
}

#[test]
fn what_is_wrong_with_credentials_is_told() {
    let mut world = World::new();
    world.apps.push(app("inactive", "client_secret_basic", "INACTIVE"));
    let good = basic("client_secret_basic", SECRET);
    let told = [
        world.ask(None, "grant_type=client_credentials"),
        world.ask(None, "client_id=&client_secret=one"),
        world.ask(None, "client_id=nobody"),
        world.ask(Some(&basic("nobody", SECRET)), ""),
        world.ask(Some(&basic("inactive", SECRET)), ""),
        world.ask(Some(&basic("client_secret_basic", "an-inactive-secret-of-more-than-32-letters")), ""),
        world.ask(Some(&basic("client_secret_basic", "")), ""),
        world.ask(None, &post("client_secret_post", "another")),
        world.ask(Some("Basic of-no-sort"), ""),
        world.ask(Some("SSWS 00token"), ""),
        world.ask(Some(&good), &post("client_secret_basic", SECRET)),
        world.ask(Some(&good), "client_assertion=a.b.c"),
        world.ask(None, &format!("{}&client_assertion=a.b.c", post("client_secret_post", SECRET))),
        world.ask(Some(&good), "client_id=client_secret_basic"),
        world.ask(None, "scope=a&scope=b"),
        world.ask_at(&format!("{ENDPOINT}?client_secret=one"), None, None, ""),
        world.ask_at(ENDPOINT, Some("application/json"), None, "{}"),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    401 invalid_client No client credentials found.
    401 invalid_client No client credentials found.
    401 invalid_client Invalid value for 'client_id' parameter.
    401 invalid_client Invalid value for 'client_id' parameter.
    401 invalid_client Client authentication failed. Either the client or the client credentials are invalid.
    401 invalid_client The client secret supplied for a confidential client is invalid.
    401 invalid_client The client secret supplied for a confidential client is invalid.
    401 invalid_client The client secret supplied for a confidential client is invalid.
    401 invalid_client Found Authentication header but was not valid client credentials.
    401 invalid_client Found Authentication header but was not valid client credentials.
    401 invalid_request Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.
    401 invalid_request Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.
    401 invalid_request Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.
    401 invalid_request Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.
    400 invalid_request The request contained multiple parameters with the same name.
    400 invalid_request Client credentials cannot be supplied via query parameters.
    400 E0000021 Bad request.  Accept and/or Content-Type headers likely do not match supported values.
    ");
}

#[test]
fn switches_say_what_no_source_does() {
    let good = basic("client_secret_basic", SECRET);
    let world = World::new().with("repeated-client-id", "accept");
    assert_eq!(world.ask(Some(&good), "client_id=client_secret_basic"), "client_secret_basic");
    assert!(world.ask(Some(&good), "client_id=client_secret_post").contains("Cannot supply multiple client credentials."));
    let world = World::new().with("basic-credentials", "raw");
    let raw = format!("Basic {}", STANDARD.encode(format!("client_secret_basic:{SECOND}")));
    assert_eq!(world.ask(Some(&raw), ""), "client_secret_basic");
    let form = |value: &str| {
        let switches = World::new().with("unknown-token-client", value).switches;
        refusal::unknown(switches.unknown_token_client()).body("id").unwrap()
    };
    let description = "Invalid value for 'client_id' parameter.";
    assert_eq!(form("oauth"), json!({"error": "invalid_client", "error_description": description}));
    assert_eq!((&form("okta")["errorCode"], &form("okta")["errorSummary"]), (&json!("invalid_client"), &json!(description)));
}

#[test]
fn every_algorithm_of_okta_signs() {
    let signers = [
        Signer::es256(),
        Signer::ec("ES384", &ECDSA_P384_SHA384_FIXED_SIGNING),
        Signer::ec("ES512", &ECDSA_P521_SHA512_FIXED_SIGNING),
        Signer::rsa("RS256", &RSA_PKCS1_SHA256),
        Signer::rsa("RS384", &RSA_PKCS1_SHA384),
        Signer::rsa("RS512", &RSA_PKCS1_SHA512),
    ];
    let mut world = World::new();
    for signer in &signers {
        world.set_keys(&[signer.jwk("one"), Signer::es256().jwk("another")]);
        assert_eq!(world.prove_changed(signer, |_, _| ()), "private_key_jwt", "{}", signer.name);
    }
}

#[test]
fn a_modulus_may_have_padding_and_a_zero_in_front() {
    let signer = Signer::rsa("RS256", &RSA_PKCS1_SHA256);
    let mut key = signer.jwk("one");
    let modulus = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap();
    let mut world = World::new();
    for bytes in [modulus.clone(), [vec![0], modulus].concat()] {
        key["n"] = json!(URL_SAFE.encode(bytes));
        world.set_keys(std::slice::from_ref(&key));
        assert_eq!(world.prove_changed(&signer, |_, _| ()), "private_key_jwt");
    }
}

#[test]
fn every_part_of_an_assertion_has_its_own_refusal() {
    let (signer, other) = (Signer::es256(), Signer::es256());
    let mut world = World::new();
    let mut resting = other.jwk("resting");
    resting["status"] = json!("INACTIVE");
    let mut encrypting = other.jwk("encrypting");
    encrypting["use"] = json!("enc");
    world.set_keys(&[signer.jwk("one"), resting, encrypting]);
    let set = |name: &'static str, value: Value| move |_: &mut Value, claims: &mut Value| claims[name] = value;
    let head = |name: &'static str, value: Value| move |header: &mut Value, _: &mut Value| header[name] = value;
    assert_eq!(world.prove_changed(&signer, set("aud", json!(["https://elsewhere.example.com", ENDPOINT]))), "private_key_jwt");
    let told = [
        world.ask(None, "client_assertion=a.b.c"),
        world.ask(None, "client_assertion=a.b.c&client_assertion_type=jwt"),
        world.prove("a.b.c"),
        world.prove_changed(&signer, set("iss", json!("nobody"))),
        world.prove_changed(&signer, |_, claims| (claims["iss"], claims["sub"]) = (json!("nobody"), json!("nobody"))),
        world.prove_changed(&signer, set("sub", Value::Null)),
        world.prove_changed(&signer, set("aud", json!("https://org.example.com/oauth2/default"))),
        world.prove_changed(&signer, set("exp", Value::Null)),
        world.prove_changed(&signer, set("exp", json!(NOW))),
        world.prove_changed(&signer, set("exp", json!(NOW + 3_601))),
        world.prove_changed(&signer, set("iat", json!(NOW + 1))),
        world.prove_changed(&signer, set("iat", json!("now"))),
        world.prove_changed(&signer, head("alg", json!("none"))),
        world.prove_changed(&signer, head("alg", json!("PS256"))),
        world.prove_changed(&signer, head("alg", json!("RS256"))),
        world.prove_changed(&signer, head("kid", json!("unknown"))),
        world.prove_changed(&signer, |header, _| drop(header.as_object_mut().unwrap().remove("kid"))),
        world.prove_changed(&other, head("kid", json!("resting"))),
        world.prove_changed(&other, head("kid", json!("encrypting"))),
        world.prove_changed(&other, |_, _| ()),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    400 invalid_request The client_assertion_type is invalid.
    400 invalid_request The client_assertion_type is invalid.
    401 invalid_client The parsing of the client_assertion failed.
    401 invalid_client The issuer claim for client_assertion is not a valid client_id.
    401 invalid_client The issuer claim for client_assertion is not a valid client_id.
    401 invalid_client The subject claim for client_assertion is not a valid client_id.
    401 invalid_client The audience claim for client_assertion must be the endpoint invoked for the request.
    401 invalid_client The client_assertion must contain the 'exp' claim as seconds since epoch.
    401 invalid_client The client_assertion token is expired.
    401 invalid_client The client_assertion token has an expiration too far into the future.
    401 invalid_client The client_assertion token must be issued before the current time.
    401 invalid_client The parsing of the client_assertion failed.
    401 invalid_client The client_assertion JWT signature algorithm is invalid.
    401 invalid_client The client_assertion JWT signature algorithm is invalid.
    401 invalid_client The client_assertion signature is invalid.
    401 invalid_client The client_assertion JWT kid is invalid.
    401 invalid_client The client_assertion JWT kid is invalid.
    401 invalid_client The client_assertion JWT kid is invalid.
    401 invalid_client The client_assertion JWT needs to be signed using a signing key.
    401 invalid_client The client_assertion signature is invalid.
    ");
}

#[test]
fn what_the_client_lacks_is_told() {
    let signer = Signer::es256();
    let mut world = World::new();
    let no_keys = world.prove_changed(&signer, |_, _| ());
    world.set_keys(&[signer.jwk("one")]);
    assert_eq!(world.prove_changed(&signer, |header, _| drop(header.as_object_mut().unwrap().remove("kid"))), "private_key_jwt");
    world.apps[3]["body"]["settings"]["oauthClient"]["jwks_uri"] = json!("https://client.example.com/keys");
    let elsewhere = world.prove_changed(&signer, |_, _| ());
    let wrong = world.prove(&sealed("HS256", "an-inactive-secret-of-more-than-32-letters", "client_secret_jwt"));
    for secret in world.apps[2]["secrets"].as_array_mut().unwrap() {
        secret["value"] = json!("fourteen-chars");
    }
    let short = world.prove(&sealed("HS256", "fourteen-chars", "client_secret_jwt"));
    world.apps[2]["secrets"] = json!([]);
    let none = world.prove(&sealed("HS256", SECRET, "client_secret_jwt"));
    insta::assert_snapshot!([no_keys, elsewhere, wrong, short, none].join("\n"), @"
    401 invalid_client The client does not have a JWKSet configured, but the client_assertion requires one.
    401 invalid_client Error retrieving the client JWKSet from jwks_uri.
    401 invalid_client The client_assertion signature is invalid.
    401 invalid_client The client secret is too short to verify a JWT HMAC.
    401 invalid_client The issuer and subject claim for client_assertion is invalid because the client does not have a client secret.
    ");
}

#[test]
fn an_assertion_with_an_id_works_once_unless_it_failed() {
    let (signer, other) = (Signer::es256(), Signer::es256());
    let mut world = World::new();
    world.set_keys(&[signer.jwk("one")]);
    let id = |_: &mut Value, claims: &mut Value| claims["jti"] = json!("id");
    assert!(world.prove_changed(&other, id).ends_with("signature is invalid."));
    assert_eq!(world.prove_changed(&signer, id), "private_key_jwt");
    let again = world.prove_changed(&signer, id);
    assert_eq!(again, "401 invalid_client The client_assertion token has already been used.");
    for _ in 0..2 {
        assert_eq!(world.prove_changed(&signer, |_, _| ()), "private_key_jwt");
    }
}
