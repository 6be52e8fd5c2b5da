//! `OAuthProvider`: an identity provider as the Tyk portal knows it, at which it registers clients.
//!
//! Names are the portal's (tyk-portal-api.md, section 3). Its settings concern clients that are registered from now on; those that it has
//! registered keep what they have.

#![expect(non_snake_case, reason = "fields carry the names of the API")]

use schemars::JsonSchema;
use serde_json::{Map, Value};

/// The path of the portal's list of providers.
pub const PROVIDERS: &str = "/portal-api/oauth-providers";

/// The field that the portal takes and never shows.
pub const TOKEN: &str = "RegistrationAccessToken";

/// An identity provider at which the portal registers clients: the parent of client types
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct OAuthProvider {
    /// What the provider is called in the portal
    #[schemars(length(min = 1))]
    pub Name: String,
    /// The sort of the provider; everything that has no word of its own here, such as Auth0, is `Other`
    pub Type: ProviderType,
    /// The provider's discovery document, for example <https://acme.okta.com/oauth2/default/.well-known/openid-configuration>
    #[schemars(length(min = 1))]
    pub WellKnownURL: String,
    /// What the portal registers clients with, for Okta an API token; sent with every write, again with `--resend`. Null: there is none
    #[schemars(extend("x-idpctl" = {"compare": "write_only", "absent": "", "ours": true}))]
    pub RegistrationAccessToken: Option<SecretSource>,
    /// Whether the portal accepts any certificate of the provider
    #[schemars(extend("x-idpctl" = {"absent": false}))]
    pub SSLInsecureSkipVerify: Option<bool>,
    /// The portal's identifier of your own choice, which stays the same across environments. It cannot be changed later
    #[schemars(length(min = 1, max = 100), extend("x-idpctl" = {"immutable": true}))]
    pub CID: Option<String>,
    /// Fields of the API that this schema does not know yet, as a tree of them
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub additionalFields: Option<Map<String, Value>>,
}

/// A sort of provider
#[derive(Debug, JsonSchema)]
#[expect(missing_docs, reason = "the values are the documentation, and doc comments would change the schema's form")]
pub enum ProviderType {
    Keycloak,
    Gluu,
    Okta,
    Other,
}

/// Where a secret value is to be had, by exactly one of a variable and a file
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SecretSource {
    /// The environment variable that holds the value; its name starts with `IDPCTL_`
    pub env: Option<String>,
    /// The file that holds the value, inside the repository or `--secret-dir`
    pub file: Option<String>,
}
