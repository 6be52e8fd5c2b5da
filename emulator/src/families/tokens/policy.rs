//! Whether a server's policies let a client have its scopes, and for how long.
//!
//! Policies, then the rules of each, are looked at in their order, and the first rule that is for the request decides.

use serde_json::Value;

use super::scope;
use crate::{
    answer::Refusal,
    families::{Exchange, servers::Server},
    store::Table,
    switches::{NoMatchingPolicy, ScopesOutsideRules},
};

/// Returns how many seconds a client's token is good for.
pub(super) fn lifetime(x: &Exchange<'_>, server: &Server, client_id: &str, scopes: &[String]) -> Result<i64, Refusal> {
    let mut denied = None;
    let policies = in_force(x, Table::ServerPolicies, &format!("{}/", server.id));
    for policy in policies.into_iter().filter(|policy| is_for_client(policy, client_id)) {
        let id = policy["id"].as_str().unwrap_or_default();
        let rules = in_force(x, Table::ServerRules, &format!("{}/{id}/", server.id));
        for rule in rules.into_iter().filter(|rule| has(&rule["conditions"]["grantTypes"]["include"], "client_credentials")) {
            let outside = outside(rule, scopes);
            if outside.is_empty() {
                let minutes = rule["actions"]["token"]["accessTokenLifetimeMinutes"].as_i64();
                return Ok(minutes.ok_or_else(Refusal::internal)? * 60);
            }
            denied.get_or_insert(outside);
        }
    }
    let denied = denied.filter(|_| x.switches.scopes_outside_rules() == ScopesOutsideRules::Denied);
    let (status, text) = match denied {
        None => {
            let status = if x.switches.no_matching_policy() == NoMatchingPolicy::Unauthorized { 401 } else { 400 };
            (status, "Policy evaluation failed for this request, please check the policy configurations.".to_owned())
        }
        Some(denied) if denied.len() == scopes.len() => {
            (400, "Policy evaluation succeeded, but all the requested scopes were rejected.".to_owned())
        }
        Some(denied) => {
            let text = "Some of the requested scopes were denied by the policy. Denied scopes:";
            (400, format!("{text} {}.", scope::listed(&denied)))
        }
    };
    Err(Refusal::oauth(status, "access_denied", text))
}

/// Returns the active documents below `prefix` in their order.
fn in_force<'a>(x: &Exchange<'a>, table: Table, prefix: &str) -> Vec<&'a Value> {
    let rows = x.tx.starting_with(table, prefix).into_iter().map(|(_, row)| row);
    let mut rows: Vec<_> = rows.filter(|row| row["status"] == "ACTIVE").collect();
    rows.sort_by_key(|row| row["priority"].as_i64());
    rows
}

fn is_for_client(policy: &Value, client_id: &str) -> bool {
    let clients = &policy["conditions"]["clients"]["include"];
    has(clients, "ALL_CLIENTS") || has(clients, client_id)
}

/// Returns the scopes that a rule does not have.
fn outside(rule: &Value, scopes: &[String]) -> Vec<String> {
    let own = &rule["conditions"]["scopes"]["include"];
    scopes.iter().filter(|scope| !has(own, "*") && !has(own, scope)).cloned().collect()
}

fn has(list: &Value, text: &str) -> bool {
    list.as_array().is_some_and(|all| all.iter().any(|one| one == text))
}
