//! `ClientCredentials`: how a client proves who it is. It contributes to the live object of an app.

#![expect(non_snake_case, reason = "fields carry the names of the API")]

use schemars::JsonSchema;

use super::app::TokenEndpointAuthMethod;
use super::jwk::Jwks;
use super::reference::Reference;

/// How a client proves who it is: its id, its secrets or its keys
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ClientCredentials {
    /// The app whose client this is; by default the `App` document of the same name
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub app: Option<Reference>,
    /// The OAuth client id, if it is to be one of your own; Okta takes the app's id otherwise. It cannot be changed later
    #[schemars(length(min = 6, max = 100), extend("x-idpctl" = {"immutable": true, "at": "credentials.oauthClient.client_id"}))]
    pub client_id: Option<String>,
    /// The client's secrets, two at most. They are compared by their hashes and never shown
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub client_secrets: Option<Vec<ClientSecret>>,
    /// How the client authenticates at the token endpoint
    #[schemars(extend("x-idpctl" = {"at": "credentials.oauthClient.token_endpoint_auth_method"}))]
    pub token_endpoint_auth_method: Option<TokenEndpointAuthMethod>,
    /// Whether the authorization code flow needs PKCE (RFC 7636)
    #[schemars(extend("x-idpctl" = {"at": "credentials.oauthClient.pkce_required"}))]
    pub pkce_required: Option<bool>,
    /// Whether Okta rotates its own signing keys for the client
    #[schemars(extend("x-idpctl" = {"absent": true, "at": "credentials.oauthClient.autoKeyRotation"}))]
    pub autoKeyRotation: Option<bool>,
    /// The client's public keys. Keys that are not declared stay unless pruned
    #[schemars(extend("x-idpctl" = {"at": "settings.oauthClient.jwks"}))]
    pub jwks: Option<Jwks>,
    /// Where the client's public keys are to be had
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit", "at": "settings.oauthClient.jwks_uri"}))]
    pub jwks_uri: Option<String>,
    /// The private half of one of the client's keys. Used by `verify` alone: never sent, never part of a plan
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub private_key: Option<PrivateKey>,
}

/// Where the private half of a key is to be had (a PEM or a JWK), by exactly one of a variable and a file
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PrivateKey {
    /// The environment variable that holds the key; its name starts with `IDPCTL_`
    pub env: Option<String>,
    /// The file that holds the key, inside the repository or `--secret-dir`
    pub file: Option<String>,
    /// Which of the client's public keys it belongs to, if the key itself does not say so
    #[schemars(length(min = 1, max = 255))]
    pub kid: Option<String>,
}

/// One secret of a client: a name for people, and where its value is to be had
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ClientSecret {
    /// What the secret is called in plans and reports; Okta does not see it
    #[schemars(length(min = 1, max = 64))]
    pub name: String,
    /// The environment variable that holds the value; its name starts with `IDPCTL_`
    pub env: Option<String>,
    /// The file that holds the value, inside the repository or `--secret-dir`
    pub file: Option<String>,
    /// ACTIVE (the default) or INACTIVE, for a secret on its way out
    pub status: Option<super::app::Status>,
}
