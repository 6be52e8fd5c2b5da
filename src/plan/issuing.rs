//! What a plan lets authorization servers issue that somebody should look at: tokens for clients that nobody names, and of every scope.

use serde_json::Value;

use super::Finding;
use crate::diagnostic::codes::{ANY_CLIENT, ANY_SCOPE};
use crate::diff::{Changes, PartChanges};
use crate::json::Path;
use crate::observed::Status;
use crate::resource::authorization_server::{Part, PolicyClient};

/// Where a policy names its clients.
const CLIENTS: &str = "conditions.clients.include";
/// Where a rule names its scopes.
const SCOPES: &str = "conditions.scopes.include";

/// Returns the policies and rules that are opened: those in force for all, which were not so before.
pub(super) fn findings(changes: &Changes<'_>) -> Vec<Finding> {
    let found = changes.servers.iter().filter_map(|entry| {
        let (code, list, word) = match entry.wanted.part {
            Part::Policy => (ANY_CLIENT, CLIENTS, PolicyClient::ALL),
            Part::Rule => (ANY_SCOPE, SCOPES, "*"),
            Part::Server | Part::Scope | Part::Claim => return None,
        };
        let what = match entry.wanted.part {
            Part::Policy => "the policy is opened to every client there is and will be; name the App documents that it is for",
            _ => "the rule lets clients have every scope that the server has and will have; name the scopes that they need",
        };
        is_opened(entry, list, word).then(|| Finding {
            code: code.to_string(),
            address: entry.wanted.address.clone(),
            what: what.to_owned(),
        })
    });
    found.collect()
}

/// Returns whether a word will stand in a list of an object that is in force, and did not.
fn is_opened(entry: &PartChanges<'_>, list: &str, word: &str) -> bool {
    let PartChanges { wanted, live, server: _, policy: _, change, awaits: _, born: _ } = entry;
    let has = |list: Option<&Value>| list.and_then(Value::as_array).is_some_and(|list| list.iter().any(|item| item == word));
    let there = live.and_then(|live| Path::of(list).find(&live.body));
    let active = |status: Option<Status>| status.unwrap_or(Status::Active) == Status::Active;
    let before = live.is_some_and(|live| active(live.status)) && has(there);
    let declared = match wanted.part {
        Part::Policy => wanted.clients.as_ref().map(|clients| clients.iter().any(|(client, _)| *client == PolicyClient::All)),
        _ => wanted.value(list).map(|declared| has(Some(declared))),
    };
    let status = wanted.status.as_ref().map(|(status, _)| *status).or_else(|| live.and_then(|live| live.status));
    change.is_some() && !before && active(status) && declared.unwrap_or_else(|| has(there))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bind;
    use crate::bind::server_tests::{all, live};
    use crate::desired::server_tests::declared;
    use crate::diff::{Choices, SecretHashes, diff};
    use crate::observed::{Children, Id, Observed, Servers};

    /// Returns what is found where an org becomes as is declared of a policy and its rule.
    fn found(observed: &Observed, policy: &str, rule: &str) -> Vec<String> {
        let text = format!(
            "metadata: {{name: orders}}\nspec:\n  name: orders\n  audiences: [a]\n  policies: [{{name: p, {policy}, rules: [{{name: r, {rule}}}]}}]\n"
        );
        let desired = declared(&text);
        let bound = bind::bind(&desired, observed, &bind::Choices::default());
        let changes = diff(&desired, observed, &bound, &SecretHashes::new(), &Choices::default());
        findings(&changes).into_iter().map(|finding| format!("{} {}", finding.code, finding.address.child.join("/"))).collect()
    }

    fn org(status: &str, clients: &[&str], scopes: &[&str]) -> Observed {
        let policies = json!([{"id": "00p1", "name": "p", "status": status, "conditions": {"clients": {"include": clients}}}]);
        let rules = json!([{"id": "0pr1", "name": "r", "status": status, "conditions": {"scopes": {"include": scopes}}}]);
        let rules = [(Id("00p1".to_owned()), all(Part::Rule, &rules))].into();
        let children = Children { policies: Some(all(Part::Policy, &policies)), rules, ..Children::default() };
        let server = live(Part::Server, &json!({"id": "aus1", "name": "orders", "audiences": ["a"], "default": false}));
        Observed { servers: Servers { listed: vec![server], below: [(Id("aus1".to_owned()), children)].into() }, ..Observed::default() }
    }

    const ALL: &str = "conditions: {clients: {include: [ALL_CLIENTS]}}";
    const EVERY: &str = "conditions: {scopes: {include: ['*']}}";

    #[test]
    fn what_is_opened_is_found_and_what_was_open_is_not() {
        let both = ["IDP4201 policy/p", "IDP4202 policy/p/rule/r"];
        assert_eq!(found(&Observed::default(), ALL, EVERY), both);
        assert_eq!(found(&org("ACTIVE", &["x"], &["read"]), ALL, EVERY), both);
        assert_eq!(
            found(&org("INACTIVE", &["ALL_CLIENTS"], &["*"]), &format!("status: ACTIVE, {ALL}"), "status: ACTIVE, conditions: {}"),
            both
        );
        assert_eq!(
            found(&org("ACTIVE", &["ALL_CLIENTS"], &["*"]), &format!("description: d, {ALL}"), &format!("priority: 2, {EVERY}")),
            [""; 0]
        );
        let idle = |rest: &str| format!("status: INACTIVE, {rest}");
        assert_eq!(found(&Observed::default(), &idle(ALL), &idle(EVERY)), [""; 0]);
        let named = ("conditions: {clients: {include: [billing-worker]}}", "conditions: {scopes: {include: [read]}}");
        assert_eq!(found(&org("ACTIVE", &["ALL_CLIENTS"], &["*"]), named.0, named.1), [""; 0]);
    }
}
