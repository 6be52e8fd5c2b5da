//! `App`: an OAuth integration, as Okta's `/api/v1/apps` shows it.
//!
//! Names and nesting are the API's. What the server has where a field is left out is okta-api.md, section 1.3.

#![expect(non_snake_case, reason = "fields carry the names of the API")]

mod normalise;
mod oauth_client;

use schemars::JsonSchema;
use serde_json::{Map, Value};

pub use normalise::{CONDITIONAL, READ_ONLY, VOLATILE, normalise, without};
pub use oauth_client::OAuthClientSettings;
pub(super) use oauth_client::{ApplicationType, GrantType, IssuerMode, KeyEncryptionAlgorithm, ResponseType, SigningAlgorithm};

/// What an app is: its label, how people see it, and the OAuth settings of its client
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct App {
    /// The name that people see. Several apps may have the same one
    #[schemars(length(min = 1, max = 100))]
    pub label: String,
    /// Whether the client works at all: ACTIVE or INACTIVE. Written with the lifecycle calls
    #[schemars(extend("x-idpctl" = {"facet": "status", "default": "ACTIVE"}))]
    pub status: Option<Status>,
    /// The sign-on mode; only `OPENID_CONNECT` is known so far, and implied
    #[schemars(extend("x-idpctl" = {"immutable": true, "default": "OPENID_CONNECT"}))]
    pub signOnMode: Option<SignOnMode>,
    /// Self-service and the pages for errors and sign-in
    pub accessibility: Option<Accessibility>,
    /// Where users see the app
    pub visibility: Option<Visibility>,
    /// How the app's users are named, and the client's credentials
    pub credentials: Option<Credentials>,
    /// The app's settings, with those of its OAuth client
    pub settings: Option<Settings>,
    /// Attributes of your own. Each member is managed by itself; null removes it. The member `idpctl` is ours
    pub profile: Option<Map<String, Value>>,
    /// The access policy (authentication policy) of the app, by name or id. Written with a call of its own
    #[schemars(extend("x-idpctl" = {"facet": "access_policy", "ours": true}))]
    pub accessPolicy: Option<AccessPolicy>,
    /// Fields of the API that this schema does not know yet, as a tree of them
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub additionalFields: Option<Map<String, Value>>,
}

/// A sign-on mode that can be managed
#[derive(Debug, JsonSchema)]
pub enum SignOnMode {
    #[schemars(rename = "OPENID_CONNECT")]
    #[expect(missing_docs, reason = "the value is the documentation, and a doc comment would change the schema's form")]
    OpenIdConnect,
}

/// Whether an object is in force
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the values are the documentation, and doc comments would change the schema's form")]
pub enum Status {
    Active,
    Inactive,
}

/// An access policy, by exactly one of its name and its id
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct AccessPolicy {
    /// The policy's name; it must be the only one of that name
    pub name: Option<String>,
    /// The policy's id
    pub id: Option<String>,
}

/// Self-service and the pages for errors and sign-in
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Accessibility {
    /// Whether users may ask for the app themselves
    #[schemars(extend("x-idpctl" = {"absent": false}))]
    pub selfService: Option<bool>,
    /// A page of your own for errors
    #[schemars(extend("x-idpctl" = {"absent": null}))]
    pub errorRedirectUrl: Option<String>,
    /// A page of your own for signing in
    #[schemars(extend("x-idpctl" = {"absent": null}))]
    pub loginRedirectUrl: Option<String>,
}

/// Where users see the app
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Visibility {
    /// Whether the app is started when a user signs in
    #[schemars(extend("x-idpctl" = {"absent": false}))]
    pub autoLaunch: Option<bool>,
    /// Whether the browser plugin submits the sign-in form by itself
    #[schemars(extend("x-idpctl" = {"absent": false}))]
    pub autoSubmitToolbar: Option<bool>,
    /// Where the app is hidden
    pub hide: Option<Hide>,
    /// Which of the app's links are shown. Each member is managed by itself
    #[schemars(extend("x-idpctl" = {"default": {"oidc_client_link": true}}))]
    pub appLinks: Option<Map<String, Value>>,
}

/// Where the app is hidden
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Hide {
    /// On iOS
    pub iOS: Option<bool>,
    /// On the web dashboard
    pub web: Option<bool>,
}

/// How the app's users are named, and the client's credentials
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Credentials {
    /// How the user name in the app is made
    pub userNameTemplate: Option<UserNameTemplate>,
    /// The client's id and how it proves who it is. A `ClientCredentials` document may say the same instead
    pub oauthClient: Option<OAuthClientCredentials>,
}

/// How the user name in the app is made
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct UserNameTemplate {
    /// An expression, for example `${source.login}`
    #[schemars(extend("x-idpctl" = {"absent": "${source.login}"}))]
    pub template: Option<String>,
    /// The sort of template
    #[schemars(extend("x-idpctl" = {"absent": "BUILT_IN"}))]
    pub r#type: Option<UserNameTemplateType>,
    /// What is added at the end, as recorded exchanges name it
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub suffix: Option<String>,
    /// What is added at the end, as Okta's specification names it
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub userSuffix: Option<String>,
    /// Whether a changed user name is pushed to the app
    pub pushStatus: Option<PushStatus>,
}

/// The sort of user name template
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the values are the documentation, and doc comments would change the schema's form")]
pub enum UserNameTemplateType {
    None,
    BuiltIn,
    Custom,
}

/// Whether a changed user name is pushed to the app
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the values are the documentation, and doc comments would change the schema's form")]
pub enum PushStatus {
    Push,
    DontPush,
    NotConfigured,
}

/// The client's id and how it proves who it is
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct OAuthClientCredentials {
    /// The OAuth client id, if it is to be one of your own; Okta takes the app's id otherwise. It cannot be changed later
    #[schemars(length(min = 6, max = 100), extend("x-idpctl" = {"immutable": true}))]
    pub client_id: Option<String>,
    /// How the client authenticates at the token endpoint
    pub token_endpoint_auth_method: Option<TokenEndpointAuthMethod>,
    /// Whether Okta rotates its own signing keys for the client
    #[schemars(extend("x-idpctl" = {"absent": true}))]
    pub autoKeyRotation: Option<bool>,
    /// Whether the authorization code flow needs PKCE (RFC 7636)
    pub pkce_required: Option<bool>,
}

/// How a client authenticates at the token endpoint
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the values are the documentation, and doc comments would change the schema's form")]
pub enum TokenEndpointAuthMethod {
    ClientSecretBasic,
    ClientSecretPost,
    ClientSecretJwt,
    PrivateKeyJwt,
    None,
}

/// The app's settings, with those of its OAuth client
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Settings {
    /// Settings of catalogue integrations. Each member is managed by itself
    pub app: Option<Map<String, Value>>,
    /// Notes shown to administrators and users
    pub notes: Option<Notes>,
    /// What users are told about a VPN
    pub notifications: Option<Notifications>,
    /// Whether everybody is assigned (federation broker mode)
    #[schemars(extend("x-idpctl" = {"absent": false}))]
    pub implicitAssignment: Option<bool>,
    /// Whether accounts are provisioned by hand
    #[schemars(extend("x-idpctl" = {"absent": false}))]
    pub manualProvisioning: Option<bool>,
    /// The id of an inline hook
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub inlineHookId: Option<String>,
    /// The id of an identity store
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub identityStoreId: Option<String>,
    /// The settings of the OAuth client
    pub oauthClient: Option<OAuthClientSettings>,
}

/// Notes shown to administrators and users
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Notes {
    /// For administrators
    #[schemars(extend("x-idpctl" = {"absent": null}))]
    pub admin: Option<String>,
    /// For users
    #[schemars(extend("x-idpctl" = {"absent": null}))]
    pub enduser: Option<String>,
}

/// What users are told
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Notifications {
    /// When a VPN is needed, and what to say about it
    pub vpn: Option<Vpn>,
}

/// When a VPN is needed, and what to say about it
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Vpn {
    /// Where the notice is shown
    pub network: Option<VpnNetwork>,
    /// What the notice says
    #[schemars(extend("x-idpctl" = {"absent": null}))]
    pub message: Option<String>,
    /// Where to read more
    #[schemars(extend("x-idpctl" = {"absent": null}))]
    pub helpUrl: Option<String>,
}

/// Where a VPN notice is shown
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct VpnNetwork {
    /// Whether and where
    #[schemars(extend("x-idpctl" = {"absent": "DISABLED"}))]
    pub connection: Option<VpnConnection>,
    /// Ids of the zones that count
    #[schemars(extend("x-idpctl" = {"compare": "set", "absent": [], "clear": "omit"}))]
    pub include: Option<Vec<String>>,
    /// Ids of the zones that do not
    #[schemars(extend("x-idpctl" = {"compare": "set", "absent": [], "clear": "omit"}))]
    pub exclude: Option<Vec<String>>,
}

/// Whether and where a VPN notice is shown
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the values are the documentation, and doc comments would change the schema's form")]
pub enum VpnConnection {
    Disabled,
    Anywhere,
    OnNetwork,
    OffNetwork,
    Zone,
}
