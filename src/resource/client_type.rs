//! `ClientType`: how the Tyk portal registers clients of one sort at a provider.
//!
//! Names are the portal's (tyk-portal-api.md, section 4). Lists are lists here and comma-separated on the wire.

#![expect(non_snake_case, reason = "fields carry the names of the API")]

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use super::oauth_provider::PROVIDERS;
use crate::address::{Address, Kind};

/// Returns the path of the list of a provider's client types, given the provider as it stands in a path: its id, or a slot.
pub fn list_below(provider: &str) -> String {
    format!("{PROVIDERS}/{provider}/client-types")
}

/// How the portal registers clients of one sort. What it has registered already keeps what it has
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ClientType {
    /// The provider at which clients are registered: an `OAuthProvider` document, or `{id: …}` or `{Name: …}` of one that none declares
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub provider: ProviderReference,
    /// What the portal shows to people who ask for access
    #[schemars(length(min = 1))]
    pub Name: String,
    /// More about it
    #[schemars(extend("x-idpctl" = {"absent": ""}))]
    pub Description: Option<String>,
    /// The response types of registered clients, at least one. `it_token`, as the portal's API description says, means `id_token`
    #[schemars(extend("x-idpctl" = {"compare": "csv", "alike": [["it_token", "id_token"]]}))]
    pub ResponseTypes: Vec<ResponseType>,
    /// The grant types of registered clients, at least one. `pkce` and `device_code` are the portal's own words
    #[schemars(extend("x-idpctl" = {"compare": "csv"}))]
    pub GrantType: Vec<GrantType>,
    /// How registered clients authenticate at the token endpoint
    #[schemars(extend("x-idpctl" = {"absent": ""}))]
    pub TokenEndpointAuthMethod: Option<AuthMethod>,
    /// The sort of application that Okta makes of a registered client; a provider of the type `Okta` needs it
    #[schemars(extend("x-idpctl" = {"absent": ""}))]
    pub OktaAppType: Option<OktaAppType>,
    /// The portal's identifier of your own choice, which stays the same across environments. It cannot be changed later
    #[schemars(length(min = 1, max = 100), extend("x-idpctl" = {"immutable": true}))]
    pub CID: Option<String>,
    /// Fields of the API that this schema does not know yet, as a tree of them
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub additionalFields: Option<Map<String, Value>>,
}

/// A response type of the portal
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the values are the documentation, and doc comments would change the schema's form")]
pub enum ResponseType {
    Code,
    Token,
    ItToken,
    IdToken,
    None,
}

/// A grant type of the portal
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the values are the documentation, and doc comments would change the schema's form")]
pub enum GrantType {
    AuthorizationCode,
    Pkce,
    ClientCredentials,
    DeviceCode,
    RefreshToken,
    Password,
    Implicit,
}

/// A way of authenticating that the portal can register
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the values are the documentation, and doc comments would change the schema's form")]
pub enum AuthMethod {
    ClientSecretBasic,
    ClientSecretPost,
}

/// A sort of application at Okta
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the values are the documentation, and doc comments would change the schema's form")]
pub enum OktaAppType {
    Web,
    Native,
    Browser,
    Service,
}

/// A provider that a client type belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProviderReference {
    /// The name of an `OAuthProvider` document.
    Document(String),
    /// The portal's id of a provider that no document declares.
    Id(String),
    /// The name of a provider that no document declares; it must be the only one.
    Name(String),
}

impl ProviderReference {
    /// Returns the reference that a manifest's value is: a name, or a mapping with one known member.
    pub fn read(value: &Value) -> Option<Self> {
        if let Some(name) = value.as_str() {
            return Some(Self::Document(name.to_owned()));
        }
        let members = value.as_object()?;
        let (key, text) = members.iter().next().filter(|_| members.len() == 1)?;
        let text = text.as_str()?.to_owned();
        match key.as_str() {
            "id" => Some(Self::Id(text)),
            "Name" => Some(Self::Name(text)),
            _ => None,
        }
    }

    /// Returns the document that declares the provider, if one does.
    pub fn address(&self) -> Option<Address> {
        match self {
            Self::Document(name) => Some(Address::new(Kind::OAuthProvider, name.clone())),
            Self::Id(_) | Self::Name(_) => None,
        }
    }
}

impl std::fmt::Display for ProviderReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Document(name) => write!(f, "OAuthProvider/{name}"),
            Self::Id(id) => write!(f, "{{id: {id}}}"),
            Self::Name(name) => write!(f, "{{Name: {name}}}"),
        }
    }
}

impl JsonSchema for ProviderReference {
    fn schema_name() -> Cow<'static, str> {
        "ProviderReference".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                {"type": "string", "description": "The name of an OAuthProvider document."},
                {
                    "type": "object",
                    "additionalProperties": false,
                    "minProperties": 1,
                    "maxProperties": 1,
                    "properties": {
                        "id": {"type": "string", "description": "The portal's id, a number in quotes, or its CID."},
                        "Name": {"type": "string", "description": "The name, if only one provider has it."},
                    },
                },
            ],
        })
    }
}
