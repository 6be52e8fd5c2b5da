//! `Client`: an OAuth client registered through Okta's dynamic registration endpoint, in the names of RFC 7591.
//!
//! Names are the endpoint's (okta-api.md, section 4). Id and secret are the server's to choose, and the secret is shown to nobody but the
//! file that the document names. A PUT that leaves a setting out is refused, so what is cleared is sent as what the server has without it.

#![expect(non_snake_case, reason = "`additionalFields` is called so in every kind")]

use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::app::{ApplicationType, GrantType, KeyEncryptionAlgorithm, ResponseType, SigningAlgorithm, TokenEndpointAuthMethod};
use super::credentials::PrivateKey;
use super::jwk::Jwks;

/// The path of the list of clients.
pub const CLIENTS: &str = "/oauth2/v1/clients";

/// The member of an answer that holds the secret.
pub const SECRET: &str = "client_secret";

/// The member that says how a client authenticates.
pub const METHOD: &str = "token_endpoint_auth_method";

/// How a client authenticates that says nothing of it (RFC 7591, section 2).
pub const DEFAULT_METHOD: &str = "client_secret_basic";

/// Members that only the server sets. The two times must not be sent back (okta-api.md, section 4).
pub const READ_ONLY: [&str; 5] = ["client_id", SECRET, "client_id_issued_at", "client_secret_expires_at", "_links"];

/// An OAuth client, registered through Okta's dynamic registration endpoint, for credentials that reach no more than `okta.clients.*`
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Client {
    /// The name that people see. A document without `metadata.id` finds its client by it
    #[schemars(length(min = 1, max = 100))]
    pub client_name: String,
    /// The sort of client. It cannot be changed later
    #[schemars(extend("x-idpctl" = {"immutable": true}))]
    pub application_type: Option<ApplicationType>,
    /// The grant types that the client may use
    #[schemars(extend("x-idpctl" = {"compare": "set"}))]
    pub grant_types: Option<Vec<GrantType>>,
    /// The response types that the client may ask for
    #[schemars(extend("x-idpctl" = {"compare": "set"}))]
    pub response_types: Option<Vec<ResponseType>>,
    /// Where users are sent back to. The first one counts more than the rest
    #[schemars(extend("x-idpctl" = {"compare": "first_then_set", "absent": []}))]
    pub redirect_uris: Option<Vec<String>>,
    /// Where users are sent after signing out
    #[schemars(extend("x-idpctl" = {"compare": "set", "absent": []}))]
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// How the client authenticates at the token endpoint
    pub token_endpoint_auth_method: Option<TokenEndpointAuthMethod>,
    /// A page about the client
    #[schemars(length(max = 1024), extend("x-idpctl" = {"absent": null}))]
    pub client_uri: Option<String>,
    /// The client's logo
    #[schemars(length(max = 1024), extend("x-idpctl" = {"absent": null}))]
    pub logo_uri: Option<String>,
    /// The client's terms of service
    #[schemars(extend("x-idpctl" = {"absent": null}))]
    pub tos_uri: Option<String>,
    /// The client's privacy policy
    #[schemars(extend("x-idpctl" = {"absent": null}))]
    pub policy_uri: Option<String>,
    /// Where a sign-in started by Okta begins
    #[schemars(extend("x-idpctl" = {"absent": null}))]
    pub initiate_login_uri: Option<String>,
    /// Where Okta signs users out of the client
    #[schemars(extend("x-idpctl" = {"absent": null}))]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether the session is named in that request
    #[schemars(extend("x-idpctl" = {"absent": false}))]
    pub frontchannel_logout_session_required: Option<bool>,
    /// The client's public keys. Keys that are not declared stay unless pruned
    pub jwks: Option<Jwks>,
    /// Where the client's public keys are to be had
    #[schemars(extend("x-idpctl" = {"absent": null}))]
    pub jwks_uri: Option<String>,
    /// The algorithm of signed request objects
    #[schemars(extend("x-idpctl" = {"absent": null}))]
    pub request_object_signing_alg: Option<SigningAlgorithm>,
    /// The algorithm by which ID tokens are encrypted
    #[schemars(extend("x-idpctl" = {"absent": null}))]
    pub id_token_encrypted_response_alg: Option<KeyEncryptionAlgorithm>,
    /// The private half of one of the client's keys. Used by `verify` alone: never sent, never part of a plan
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub private_key: Option<PrivateKey>,
    /// The file that the client's secret is written to. Where it is not there, a new secret is made
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub client_secret_output: Option<SecretOutput>,
    /// Fields of the API that this schema does not know yet, as a tree of them
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub additionalFields: Option<Map<String, Value>>,
}

/// Where a secret that the server makes goes
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SecretOutput {
    /// A file below `--secret-dir`, whose folder is there. It is its owner's alone (mode 0600), and never overwritten
    #[schemars(length(min = 1, max = 1024))]
    pub file: String,
}

/// Returns whether the endpoint makes new secrets for clients that authenticate in a way (okta-api.md, section 4).
pub fn renews_secrets(method: &str) -> bool {
    matches!(method, "client_secret_basic" | "client_secret_post")
}
