//! A scope of an authorization server: what a client can ask it for.

use schemars::JsonSchema;

/// What a client can ask the server for. Its name is its identity: another name is another scope
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Scope {
    /// The scope, as it stands in requests and tokens
    #[schemars(length(min = 1))]
    pub name: String,
    /// What people who are asked for consent see
    #[schemars(extend("x-idpctl" = {"absent": "", "clear": "omit"}))]
    pub displayName: Option<String>,
    /// More about it
    #[schemars(extend("x-idpctl" = {"absent": "", "clear": "omit"}))]
    pub description: Option<String>,
    /// Whether people are asked for consent. A scope that needs consent is not for `client_credentials`
    #[schemars(extend("x-idpctl" = {"absent": "IMPLICIT"}))]
    pub consent: Option<Consent>,
    /// Whether the scope is granted where a request names none
    #[schemars(extend("x-idpctl" = {"absent": false}))]
    pub default: Option<bool>,
    /// Whether people may refuse this scope and grant the others
    #[schemars(extend("x-idpctl" = {"absent": false}))]
    pub optional: Option<bool>,
    /// Whether the server's metadata name the scope
    #[schemars(extend("x-idpctl" = {"absent": "NO_CLIENTS"}))]
    pub metadataPublish: Option<MetadataPublish>,
}

/// Whether people are asked for consent
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "UPPERCASE")]
pub enum Consent {
    Implicit,
    Flexible,
    Required,
}

/// Whether the server's metadata name a scope
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MetadataPublish {
    NoClients,
    AllClients,
}
