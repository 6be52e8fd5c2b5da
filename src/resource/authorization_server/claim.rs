//! A claim of an authorization server: what it writes into tokens.

use schemars::JsonSchema;

use crate::resource::app::Status;

/// What the server writes into tokens. Its name and its sort of token are its identity: both sorts may have a claim of one name
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Claim {
    /// The claim, as it stands in tokens
    #[schemars(length(min = 1))]
    pub name: String,
    /// The sort of token that it is written into: access tokens (`RESOURCE`) or ID tokens (`IDENTITY`)
    pub claimType: ClaimType,
    /// What `value` is: an expression, the filter of a person's groups, or nothing, because the claim is Okta's own (`SYSTEM`)
    pub valueType: ValueType,
    /// The expression, or the filter
    #[schemars(length(min = 1))]
    pub value: Option<String>,
    /// How groups are compared with `value`; only with `valueType: GROUPS`
    pub group_filter_type: Option<GroupFilterType>,
    /// Whether it is in every token, rather than only where it is asked for. Claims of access tokens always are
    pub alwaysIncludeInToken: Option<bool>,
    /// Whether the claim is in use: ACTIVE or INACTIVE
    #[schemars(extend("x-idpctl" = {"absent": "ACTIVE"}))]
    pub status: Option<Status>,
    /// When the claim is written
    pub conditions: Option<ClaimConditions>,
}

/// When a claim is written
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ClaimConditions {
    /// The scopes of which one must be granted; without any the claim is for all
    #[schemars(extend("x-idpctl" = {"compare": "set", "absent": []}))]
    pub scopes: Option<Vec<String>>,
}

/// A sort of token
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "UPPERCASE")]
pub enum ClaimType {
    Resource,
    Identity,
}

/// What a claim's value is
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "UPPERCASE")]
pub enum ValueType {
    Expression,
    Groups,
    System,
}

/// How groups are compared with a claim's value
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GroupFilterType {
    StartsWith,
    Equals,
    Contains,
    Regex,
}
