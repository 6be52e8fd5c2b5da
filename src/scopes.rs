//! What the manifests declare to the OAuth scopes that a command needs for it.
//!
//! A `manage` scope lets a client read as well.

use std::collections::BTreeSet;

use crate::address::Kind;
use crate::desired::Desired;
use crate::export::Choice;

/// The scope of the System Log.
pub const LOGS: &str = "okta.logs.read";

/// What somebody signs in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To read, as `plan` and `drift` do.
    Read,
    /// To read, and to ask the System Log who changed what.
    Watch,
    /// To write, as `apply` does.
    Write,
}

/// Returns the scopes without which something that is declared cannot be read, or written.
pub fn needed(desired: &Desired, purpose: Purpose) -> BTreeSet<String> {
    let verb = match purpose {
        Purpose::Read | Purpose::Watch => "read",
        Purpose::Write => "manage",
    };
    let any = |declares: fn(&crate::desired::App) -> bool| desired.apps.iter().any(declares);
    // The portal is no matter of scopes.
    let servers = !desired.servers.is_empty();
    let granted = desired.clients.iter().any(|client| client.grants.is_some());
    let apps = !desired.apps.is_empty() || (!servers && desired.clients.is_empty() && desired.portal.is_empty());
    let areas = [
        (apps, "apps", verb),
        // The clients of policies are looked up among them.
        (!apps && servers, "apps", "read"),
        (!desired.clients.is_empty(), "clients", verb),
        (servers, "authorizationServers", verb),
        (any(|app| app.grants.is_some()) || granted, "appGrants", verb),
        // Policies and groups are looked up by their names, and assigned as parts of the app.
        (any(|app| app.access_policy.is_some()), "policies", "read"),
        (any(|app| app.groups.as_ref().is_some_and(|groups| !groups.is_empty())), "groups", "read"),
        (purpose == Purpose::Watch, "logs", "read"),
    ];
    areas.into_iter().filter(|(is_needed, ..)| *is_needed).map(|(_, area, verb)| format!("okta.{area}.{verb}")).collect()
}

/// Returns the scopes without which something of a choice cannot be read for an export, beside what is declared already.
pub fn exported(choice: &Choice, desired: &Desired) -> BTreeSet<String> {
    let speaks = |kind: Kind| choice.speaks_of(kind);
    let apps = speaks(Kind::App);
    let of_apps = apps || [Kind::ClientCredentials, Kind::Grant, Kind::GroupAssignment].into_iter().any(speaks);
    let areas = [
        (of_apps || speaks(Kind::AuthorizationServer), "apps"),
        // What is granted to an app and who has it is read along with it.
        (apps || speaks(Kind::Grant) || speaks(Kind::Client), "appGrants"),
        (apps || speaks(Kind::GroupAssignment), "groups"),
        (apps, "policies"),
        (speaks(Kind::Client) || !desired.clients.is_empty(), "clients"),
        (speaks(Kind::AuthorizationServer), "authorizationServers"),
    ];
    areas.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, area)| format!("okta.{area}.read")).collect()
}

/// Returns those of some scopes to ask for: all, but to read none that manages what another lets read.
pub fn chosen(configured: &[String], purpose: Purpose) -> Vec<String> {
    let spare = |scope: &str| {
        let area = scope.strip_suffix(".manage");
        purpose != Purpose::Write && area.is_some_and(|area| configured.contains(&format!("{area}.read")))
    };
    configured.iter().filter(|scope| !spare(scope)).cloned().collect()
}

/// Returns the scopes that are needed and not held.
pub fn missing<'n>(needed: &'n BTreeSet<String>, held: &[String]) -> Vec<&'n str> {
    let is_held = |scope: &str| {
        let manages = scope.strip_suffix(".read").map(|area| format!("{area}.manage"));
        held.iter().any(|held| *held == scope || Some(held) == manages.as_ref())
    };
    needed.iter().map(String::as_str).filter(|scope| !is_held(scope)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn to_read_nothing_is_asked_for_that_manages_what_another_lets_read() {
        let configured = scopes("okta.appGrants.manage okta.apps.manage okta.apps.read okta.policies.read");
        assert_eq!(chosen(&configured, Purpose::Read), scopes("okta.appGrants.manage okta.apps.read okta.policies.read"));
        assert_eq!(chosen(&configured, Purpose::Write), configured);
    }

    #[test]
    fn managing_includes_reading_and_nothing_else_includes_anything() {
        let needed = scopes("okta.appGrants.read okta.apps.manage okta.policies.read").into_iter().collect();
        let held = scopes("okta.appGrants.manage okta.apps.read okta.policiesx.manage");
        assert_eq!(missing(&needed, &held), ["okta.apps.manage", "okta.policies.read"]);
        assert_eq!(missing(&needed, &[]).len(), 3);
    }

    #[test]
    fn authorization_servers_have_a_scope_of_their_own() {
        let text = "metadata: {name: orders}\nspec: {name: orders, audiences: [a]}\n";
        let scopes = |text: &str| scopes(text).into_iter().collect::<BTreeSet<_>>();
        let alone = crate::desired::server_tests::declared_beside("", text);
        assert_eq!(needed(&alone, Purpose::Read), scopes("okta.apps.read okta.authorizationServers.read"));
        assert_eq!(needed(&alone, Purpose::Write), scopes("okta.apps.read okta.authorizationServers.manage"));
        let beside_an_app = crate::desired::server_tests::declared(text);
        assert_eq!(needed(&beside_an_app, Purpose::Write), scopes("okta.apps.manage okta.authorizationServers.manage"));
    }

    #[test]
    fn an_export_needs_what_it_reads_and_no_more() {
        let needed = |patterns: &[&str]| {
            let patterns: Vec<_> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
            let choice = Choice { select: crate::select::Select::new(&patterns).unwrap(), ..Choice::default() };
            exported(&choice, &Desired::default()).into_iter().collect::<Vec<_>>().join(" ")
        };
        insta::assert_snapshot!([needed(&[]), needed(&["Grant/*"]), needed(&["Client/*"]), needed(&["AuthorizationServer/*"]), needed(&["ClientType/*"])].join("\n"), @"
        okta.appGrants.read okta.apps.read okta.authorizationServers.read okta.groups.read okta.policies.read
        okta.appGrants.read okta.apps.read
        okta.appGrants.read okta.clients.read
        okta.apps.read okta.authorizationServers.read
        ");
    }

    #[test]
    fn without_any_manifest_apps_are_what_matters() {
        assert_eq!(needed(&Desired::default(), Purpose::Read), ["okta.apps.read".to_owned()].into());
        assert_eq!(needed(&Desired::default(), Purpose::Write), ["okta.apps.manage".to_owned()].into());
    }
}
