//! `AuthorizationServer`: who issues tokens, and under which rules. Its scopes, claims, policies and rules are nested in one document,
//! because they are nothing without it, and each is an object of its own at Okta (`/api/v1/authorizationServers/…`).
//!
//! Names and nesting are the API's; only that children are lists of their parent is ours. One struct gives the tables of all five: the
//! row of a child is that of the items of its list ([`Part::table`]). What the server has where a field is left out is okta-api.md,
//! section 5.

#![expect(non_snake_case, reason = "fields carry the names of the API")]

pub mod born_with;
mod claim;
mod client;
mod part;
mod policy;
mod rule;
mod scope;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::app::{IssuerMode, KeyEncryptionAlgorithm, Status};

pub use claim::Claim;
pub use client::PolicyClient;
pub use part::{Part, SERVERS, claims_below, policies_below, rules_below, scopes_below};
pub use policy::Policy;
pub use rule::Rule;
pub use scope::Scope;

/// The name of the server that every org has; it is found, and never made or deleted.
pub const DEFAULT: &str = "default";

/// A custom authorization server: who issues tokens, and under which rules
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct AuthorizationServer {
    /// The server's name in the org. `default` is the built-in one
    #[schemars(length(min = 1))]
    pub name: String,
    /// What the server is for
    #[schemars(extend("x-idpctl" = {"absent": null}))]
    pub description: Option<String>,
    /// Who the tokens are for, their `aud`. Okta takes exactly one
    #[schemars(extend("x-idpctl" = {"compare": "set"}))]
    pub audiences: Option<Vec<String>>,
    /// Which URL stands as issuer in tokens
    pub issuerMode: Option<IssuerMode>,
    /// Whether the server issues tokens at all: ACTIVE or INACTIVE. Written with the lifecycle calls
    #[schemars(extend("x-idpctl" = {"facet": "status", "default": "ACTIVE"}))]
    pub status: Option<Status>,
    /// How the server's signing keys are renewed
    pub credentials: Option<Credentials>,
    /// The algorithm by which access tokens are encrypted. Null: they are not
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub accessTokenEncryptedResponseAlgorithm: Option<KeyEncryptionAlgorithm>,
    /// The public keys that access tokens may be encrypted with, at most five
    pub jwks: Option<EncryptionKeys>,
    /// Where those keys are to be had
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub jwks_uri: Option<String>,
    /// What clients can ask the server for. Scopes that are not declared stay unless pruned
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub scopes: Option<Vec<Scope>>,
    /// What the server writes into tokens. Claims that are not declared stay unless pruned
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub claims: Option<Vec<Claim>>,
    /// Which clients the server issues tokens to, and by which rules. Policies that are not declared stay unless pruned
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub policies: Option<Vec<Policy>>,
    /// Fields of the API that this schema does not know yet, as a tree of them
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub additionalFields: Option<Map<String, Value>>,
}

/// How the server's signing keys are renewed
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Credentials {
    /// The keys that tokens are signed with
    pub signing: Option<Signing>,
}

/// The keys that tokens are signed with
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Signing {
    /// Whether Okta renews them by itself, every 90 days, or somebody does by hand
    pub rotationMode: Option<RotationMode>,
    /// What the keys are for; Okta takes `sig` alone, and does not show it
    #[schemars(extend("x-idpctl" = {"absent": "sig"}))]
    pub r#use: Option<SigningUse>,
}

/// Who renews signing keys
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the values are the documentation, and doc comments would change the schema's form")]
pub enum RotationMode {
    Auto,
    Manual,
}

/// What signing keys are for
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the value is the documentation, and a doc comment would change the schema's form")]
pub enum SigningUse {
    Sig,
}

/// The public keys that access tokens may be encrypted with
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EncryptionKeys {
    /// The keys
    #[schemars(extend("x-idpctl" = {"compare": "keys"}))]
    pub keys: Option<Vec<EncryptionKey>>,
}

/// A public key for encryption (RFC 7517)
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EncryptionKey {
    /// The sort of key; RSA is the only one
    pub kty: EncryptionKeyType,
    /// The key's id; several keys need one each
    #[schemars(length(min = 1, max = 255))]
    pub kid: Option<String>,
    /// What the key is for: encryption
    pub r#use: EncryptionUse,
    /// Whether it is the one that tokens are encrypted with; of all keys at most one is
    pub status: Option<Status>,
    /// The modulus
    pub n: String,
    /// The exponent
    pub e: String,
}

/// The sort of a key for encryption
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the value is the documentation, and a doc comment would change the schema's form")]
pub enum EncryptionKeyType {
    Rsa,
}

/// What a key for encryption is for
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the value is the documentation, and a doc comment would change the schema's form")]
pub enum EncryptionUse {
    Enc,
}
