//! `Grant`: which Okta API scopes an app may use.

use schemars::JsonSchema;

use super::reference::Reference;

/// Which Okta API scopes an app may use. Each scope is an object of its own
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Grant {
    /// The app that the scopes are granted to; by default the `App` or `Client` document of the same name
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub app: Option<Reference>,
    /// The `Client` document that the scopes are granted to, in the place of an app
    #[schemars(length(min = 1, max = 63), extend("x-idpctl" = {"ours": true}))]
    pub client: Option<String>,
    /// The authorization server that the scopes belong to: the org's own URL, which is the default
    pub issuer: Option<String>,
    /// The scopes, for example `okta.users.read`
    #[schemars(extend("x-idpctl" = {"compare": "set"}))]
    pub scopes: Vec<String>,
}
