//! What authorization servers say about themselves to anybody: their metadata, and the keys to check their tokens with.
//!
//! The org itself is a server too, one without custom scopes.

use serde_json::{Map, Value, json};

use super::{document::Server, keys, rotation, scopes, server::find as find_server};
use crate::{
    answer::{Answer, Refusal},
    families::{Exchange, certificates},
};

/// Which of the two documents is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    OAuth,
    OpenId,
}

impl Protocol {
    /// Returns the protocol of a document below `.well-known`.
    pub(crate) fn of(document: &str) -> Option<Self> {
        match document {
            "oauth-authorization-server" => Some(Self::OAuth),
            "openid-configuration" => Some(Self::OpenId),
            _ => None,
        }
    }
}

const ORG_SCOPES: [&str; 7] = ["openid", "email", "profile", "address", "phone", "offline_access", "groups"];
const AUTH_METHODS: [&str; 5] = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"];
const RESPONSE_TYPES: [&str; 6] = ["code", "id_token", "code id_token", "code token", "id_token token", "code id_token token"];
const GRANT_TYPES: [&str; 4] = ["authorization_code", "implicit", "refresh_token", "password"];
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const ALGORITHMS: [&str; 9] = ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];
const ACCESS_CLAIMS: [&str; 10] = ["ver", "jti", "iss", "aud", "iat", "exp", "cid", "uid", "scp", "sub"];
const ID_CLAIMS: [&str; 31] = [
    "iss",
    "ver",
    "sub",
    "aud",
    "iat",
    "exp",
    "jti",
    "auth_time",
    "amr",
    "idp",
    "nonce",
    "name",
    "nickname",
    "preferred_username",
    "given_name",
    "middle_name",
    "family_name",
    "email",
    "email_verified",
    "profile",
    "zoneinfo",
    "locale",
    "address",
    "phone_number",
    "picture",
    "website",
    "gender",
    "birthdate",
    "updated_at",
    "at_hash",
    "c_hash",
];

/// Answers with the metadata of a server, or of the org.
pub(crate) fn document(x: &Exchange<'_>, server: Option<&str>, protocol: Protocol) -> Result<Answer, Refusal> {
    let server = server.map(|id| find_server(x, id)).transpose()?;
    let scopes = match &server {
        Some(server) => {
            let published = scopes::all(x, &server.id)?.into_iter().filter(scopes::Scope::is_published);
            published.map(|scope| scope.name).collect()
        }
        None => ORG_SCOPES.map(str::to_owned).to_vec(),
    };
    Ok(Answer::ok(members(x, server.as_ref(), protocol, &scopes).into()))
}

fn members(x: &Exchange<'_>, server: Option<&Server>, protocol: Protocol, scopes: &[String]) -> Map<String, Value> {
    let issuer = server.map_or_else(|| x.call.base.clone(), |server| server.issuer(x));
    let root = server.map_or_else(|| x.url("/oauth2"), |server| server.issuer(x));
    let end = |name: &str| json!(format!("{root}/v1/{name}"));
    let open_id = protocol == Protocol::OpenId;
    let mut said = Map::new();
    let mut say = |name: &str, value: Value| said.insert(name.to_owned(), value);
    say("issuer", json!(issuer));
    say("authorization_endpoint", end("authorize"));
    say("token_endpoint", end("token"));
    if open_id {
        say("userinfo_endpoint", end("userinfo"));
    }
    say("registration_endpoint", json!(x.url("/oauth2/v1/clients")));
    say("jwks_uri", end("keys"));
    say("response_types_supported", response_types(protocol));
    say("response_modes_supported", json!(["query", "fragment", "form_post", "okta_post_message"]));
    say("grant_types_supported", grant_types(protocol));
    say("subject_types_supported", json!(["public"]));
    if open_id {
        say("id_token_signing_alg_values_supported", json!(["RS256"]));
    }
    if open_id && server.is_some() {
        say("id_token_encryption_alg_values_supported", json!(["RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512"]));
        say("id_token_encryption_enc_values_supported", json!(["A256GCM"]));
    }
    say("scopes_supported", json!(scopes));
    say("token_endpoint_auth_methods_supported", json!(AUTH_METHODS));
    say("claims_supported", if open_id { json!(ID_CLAIMS) } else { json!(ACCESS_CLAIMS) });
    say("code_challenge_methods_supported", json!(["S256"]));
    for (name, path) in [("introspection", "introspect"), ("revocation", "revoke")] {
        say(&format!("{name}_endpoint"), end(path));
        say(&format!("{name}_endpoint_auth_methods_supported"), json!(AUTH_METHODS));
    }
    say("end_session_endpoint", end("logout"));
    say("request_parameter_supported", json!(true));
    say("request_object_signing_alg_values_supported", json!(ALGORITHMS));
    say("device_authorization_endpoint", end("device/authorize"));
    say("pushed_authorization_request_endpoint", end("par"));
    // Of a proof of possession, what has a public key.
    say("dpop_signing_alg_values_supported", json!(ALGORITHMS[3..]));
    said
}

fn response_types(protocol: Protocol) -> Value {
    let mut types = RESPONSE_TYPES.to_vec();
    if protocol == Protocol::OAuth {
        types.insert(1, "token");
    }
    json!(types)
}

fn grant_types(protocol: Protocol) -> Value {
    let mut types = GRANT_TYPES.to_vec();
    if protocol == Protocol::OAuth {
        types.push("client_credentials");
    }
    types.push(DEVICE_CODE);
    json!(types)
}

/// Answers with the key set of a server, or of the org, which has the keys of a client in it if one is named.
pub(crate) fn key_set(x: &mut Exchange<'_>, server: Option<&str>) -> Result<Answer, Refusal> {
    let (keys, rotated) = if let Some(id) = server {
        let server = find_server(x, id)?;
        (keys::published(x, &server.id, &server.keys)?, server.last_rotated)
    } else {
        let kid = x.organization.signing_kid.clone();
        let mut keys = keys::published(x, keys::ORG, &[kid])?;
        if let Some(client) = x.call.query.value("client_id") {
            keys.extend(certificates::published(x, client)?);
        }
        (keys, x.organization.created.clone())
    };
    let answer = Answer::ok(json!({"keys": keys}));
    Ok(answer.with_header("cache-control", rotation::cache_control(&rotated, x.at)))
}
