//! An access policy of an authorization server: which clients its rules are for.

use schemars::JsonSchema;

use super::client::PolicyClient;
use super::rule::Rule;
use crate::resource::app::Status;

/// Which clients the rules in it are for. Its name is its identity: another name is another policy
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Policy {
    /// The policy's name
    #[schemars(length(min = 1, max = 100))]
    pub name: String,
    /// What the policy is for
    #[schemars(length(min = 1, max = 255))]
    pub description: Option<String>,
    /// Where it stands among the server's policies: they are tried in ascending order, and the first that matches decides
    #[schemars(range(min = 1))]
    pub priority: Option<u32>,
    /// Whether the policy is in force: ACTIVE or INACTIVE. Written with the lifecycle calls
    #[schemars(extend("x-idpctl" = {"facet": "status", "default": "ACTIVE"}))]
    pub status: Option<Status>,
    /// Which clients it is for
    pub conditions: Option<PolicyConditions>,
    /// What those clients can have. Rules that are not declared stay unless pruned
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub rules: Option<Vec<Rule>>,
}

/// Which clients a policy is for
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PolicyConditions {
    /// Which clients it is for
    pub clients: Option<Clients>,
}

/// Which clients a policy is for
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Clients {
    /// The clients, or `ALL_CLIENTS` alone
    #[schemars(extend("x-idpctl" = {"compare": "set"}))]
    pub include: Vec<PolicyClient>,
}
