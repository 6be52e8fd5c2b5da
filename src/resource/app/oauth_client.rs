//! `settings.oauthClient`: what the OAuth client may do.

use schemars::JsonSchema;

use crate::resource::jwk::Jwks;

/// What the OAuth client may do
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct OAuthClientSettings {
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
    #[schemars(extend("x-idpctl" = {"compare": "set", "absent": [], "clear": "omit"}))]
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// A page about the client
    #[schemars(length(max = 1024), extend("x-idpctl" = {"absent": null}))]
    pub client_uri: Option<String>,
    /// The client's logo
    #[schemars(length(max = 1024), extend("x-idpctl" = {"absent": null}))]
    pub logo_uri: Option<String>,
    /// The client's terms of service
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub tos_uri: Option<String>,
    /// The client's privacy policy
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub policy_uri: Option<String>,
    /// Where a sign-in started by Okta begins
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub initiate_login_uri: Option<String>,
    /// Whether users are asked for consent
    #[schemars(extend("x-idpctl" = {"default": "TRUSTED"}))]
    pub consent_method: Option<ConsentMethod>,
    /// Which URL stands as issuer in ID tokens
    pub issuer_mode: Option<IssuerMode>,
    /// How a sign-in started by Okta works
    pub idp_initiated_login: Option<IdpInitiatedLogin>,
    /// Whether a redirect URI may hold a wildcard in its lowest label
    #[schemars(extend("x-idpctl" = {"absent": "DISABLED"}))]
    pub wildcard_redirect: Option<WildcardRedirect>,
    /// How refresh tokens are renewed; only with the grant `refresh_token`
    pub refresh_token: Option<RefreshToken>,
    /// Whether access tokens are bound to a key (DPoP, RFC 9449)
    #[schemars(extend("x-idpctl" = {"absent": false}))]
    pub dpop_bound_access_tokens: Option<bool>,
    /// Whether the client takes part in single logout
    #[schemars(extend("x-idpctl" = {"absent": false}))]
    pub participate_slo: Option<bool>,
    /// Where Okta signs users out of the client
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether the session is named in that request
    #[schemars(extend("x-idpctl" = {"absent": false, "clear": "omit"}))]
    pub frontchannel_logout_session_required: Option<bool>,
    /// From which network zones the client may be used
    pub network: Option<Network>,
    /// The client's public keys. Keys that are not declared stay unless pruned
    pub jwks: Option<Jwks>,
    /// Where the client's public keys are to be had
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub jwks_uri: Option<String>,
    /// The algorithm of signed request objects
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub request_object_signing_alg: Option<SigningAlgorithm>,
    /// The algorithm of signed backchannel authentication requests
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub backchannel_authentication_request_signing_alg: Option<SigningAlgorithm>,
    /// The algorithm by which ID tokens are encrypted
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub id_token_encrypted_response_alg: Option<KeyEncryptionAlgorithm>,
    /// How the result of a backchannel authentication is delivered; only with the CIBA grant
    #[schemars(extend("x-idpctl" = {"default": "poll"}))]
    pub backchannel_token_delivery_mode: Option<BackchannelDelivery>,
    /// The id of the authenticator of backchannel authentication; only with the CIBA grant
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub backchannel_custom_authenticator_id: Option<String>,
    /// The sector of pairwise subjects
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub sector_identifier_uri: Option<String>,
    /// Whether clients see the same subject
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub subject_type: Option<SubjectType>,
}

/// How a sign-in started by Okta works
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct IdpInitiatedLogin {
    /// Whether, and how
    #[schemars(extend("x-idpctl" = {"absent": "DISABLED"}))]
    pub mode: Option<IdpInitiatedLoginMode>,
    /// The scopes that are asked for
    #[schemars(extend("x-idpctl" = {"compare": "set", "absent": []}))]
    pub default_scope: Option<Vec<String>>,
}

/// How refresh tokens are renewed
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RefreshToken {
    /// Whether each use gives a new one
    pub rotation_type: Option<RotationType>,
    /// For how many seconds the old one still works; only with `ROTATE` (Okta drops it with `STATIC`: recorded)
    #[schemars(range(min = 0, max = 60), extend("x-idpctl" = {"absent": 30}))]
    pub leeway: Option<u32>,
}

/// From which network zones the client may be used
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Network {
    /// Anywhere, or from the zones only
    #[schemars(extend("x-idpctl" = {"absent": "ANYWHERE"}))]
    pub connection: Option<NetworkConnection>,
    /// Zone ids, or `ALL_IP_ZONES`
    #[schemars(extend("x-idpctl" = {"compare": "set", "absent": [], "clear": "omit"}))]
    pub include: Option<Vec<String>>,
    /// Zone ids, or `ALL_IP_ZONES`
    #[schemars(extend("x-idpctl" = {"compare": "set", "absent": [], "clear": "omit"}))]
    pub exclude: Option<Vec<String>>,
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, JsonSchema)]
        pub enum $name { $(#[schemars(rename = $word)] $variant),+ }
    )+};
}

words! {
    /// The sort of client
    ApplicationType { Web = "web", Native = "native", Browser = "browser", Service = "service" }
    /// A grant type that Okta knows
    GrantType {
        AuthorizationCode = "authorization_code",
        Implicit = "implicit",
        RefreshToken = "refresh_token",
        ClientCredentials = "client_credentials",
        Password = "password",
        InteractionCode = "interaction_code",
        Saml2Bearer = "urn:ietf:params:oauth:grant-type:saml2-bearer",
        TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange",
        DeviceCode = "urn:ietf:params:oauth:grant-type:device_code",
        JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer",
        Ciba = "urn:openid:params:grant-type:ciba",
        Otp = "urn:okta:params:oauth:grant-type:otp",
        Oob = "urn:okta:params:oauth:grant-type:oob",
        MfaOtp = "http://auth0.com/oauth/grant-type/mfa-otp",
        MfaOob = "http://auth0.com/oauth/grant-type/mfa-oob",
    }
    /// What the authorization endpoint may answer with
    ResponseType { Code = "code", Token = "token", IdToken = "id_token" }
    /// Whether users are asked for consent
    ConsentMethod { Trusted = "TRUSTED", Required = "REQUIRED" }
    /// Which URL stands as issuer in ID tokens
    IssuerMode { BaseUrl = "ORG_URL", CustomUrl = "CUSTOM_URL", Dynamic = "DYNAMIC" }
    /// Whether and how Okta starts a sign-in
    IdpInitiatedLoginMode { Disabled = "DISABLED", Spec = "SPEC", Okta = "OKTA" }
    /// Whether a redirect URI may hold a wildcard
    WildcardRedirect { Disabled = "DISABLED", Subdomain = "SUBDOMAIN" }
    /// Whether each use of a refresh token gives a new one
    RotationType { Static = "STATIC", Rotate = "ROTATE" }
    /// Where a client may be used from
    NetworkConnection { Anywhere = "ANYWHERE", Zone = "ZONE" }
    /// A signature algorithm
    SigningAlgorithm {
        Hs256 = "HS256", Hs384 = "HS384", Hs512 = "HS512",
        Rs256 = "RS256", Rs384 = "RS384", Rs512 = "RS512",
        Es256 = "ES256", Es384 = "ES384", Es512 = "ES512",
    }
    /// A key encryption algorithm
    KeyEncryptionAlgorithm { Rsa256 = "RSA-OAEP-256", Rsa384 = "RSA-OAEP-384", Rsa512 = "RSA-OAEP-512" }
    /// How the result of a backchannel authentication is delivered
    BackchannelDelivery { Poll = "poll", Ping = "ping", Push = "push" }
    /// Whether clients see the same subject
    SubjectType { Public = "public", Pairwise = "pairwise" }
}
