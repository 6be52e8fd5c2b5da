//! A rule of a policy: which grants, people and scopes it lets through, and for how long its tokens live.

use schemars::JsonSchema;

use crate::resource::app::{GrantType, Status};

/// Which grants, people and scopes the policy lets through. Its name is its identity: another name is another rule
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Rule {
    /// The rule's name
    #[schemars(length(min = 1))]
    pub name: String,
    /// Where it stands among the policy's rules: they are tried in ascending order, and the first that matches decides
    #[schemars(range(min = 1))]
    pub priority: Option<u32>,
    /// Whether the rule is in force: ACTIVE or INACTIVE. Written with the lifecycle calls
    #[schemars(extend("x-idpctl" = {"facet": "status", "default": "ACTIVE"}))]
    pub status: Option<Status>,
    /// What a request must be for the rule to match
    pub conditions: RuleConditions,
    /// What the client gets
    pub actions: Option<Actions>,
}

/// What a request must be for a rule to match
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RuleConditions {
    /// The grants by which tokens are asked for
    pub grantTypes: Option<GrantTypes>,
    /// The people for whom tokens are asked for; needed with every grant but `client_credentials`
    pub people: Option<People>,
    /// The scopes that may be asked for
    pub scopes: Option<Scopes>,
}

/// The grants by which tokens are asked for
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct GrantTypes {
    /// The grant types
    #[schemars(extend("x-idpctl" = {"compare": "set"}))]
    pub include: Vec<GrantType>,
}

/// The people for whom tokens are asked for
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct People {
    /// Single users
    pub users: Option<Included>,
    /// Members of groups
    pub groups: Option<Included>,
}

/// Who is meant, and who is not
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Included {
    /// Ids of those who are; of groups also `EVERYONE`
    #[schemars(extend("x-idpctl" = {"compare": "set", "absent": [], "clear": "omit"}))]
    pub include: Option<Vec<String>>,
    /// Ids of those who are not
    #[schemars(extend("x-idpctl" = {"compare": "set", "absent": [], "clear": "omit"}))]
    pub exclude: Option<Vec<String>>,
}

/// The scopes that may be asked for
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Scopes {
    /// Names of scopes, or `*` for all
    #[schemars(extend("x-idpctl" = {"compare": "set", "absent": []}))]
    pub include: Option<Vec<String>>,
}

/// What the client gets
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Actions {
    /// The tokens
    pub token: Option<Token>,
}

/// The tokens that a rule lets a client have
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Token {
    /// For how many minutes an access token is good, at most a day
    #[schemars(range(min = 5, max = 1440))]
    pub accessTokenLifetimeMinutes: Option<u32>,
    /// For how many minutes a refresh token is good; 0 is without end
    #[schemars(range(min = 0))]
    pub refreshTokenLifetimeMinutes: Option<u32>,
    /// For how many minutes a refresh token is good without being used, at most five years
    #[schemars(range(min = 10, max = 2_628_000))]
    pub refreshTokenWindowMinutes: Option<u32>,
    /// What may change a token before it is issued. Null: nothing
    #[schemars(extend("x-idpctl" = {"absent": null, "clear": "omit"}))]
    pub inlineHook: Option<InlineHook>,
}

/// An inline hook
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct InlineHook {
    /// Its id (`cal…`)
    #[schemars(length(min = 1))]
    pub id: String,
}
