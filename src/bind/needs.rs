//! Which details of the live apps a comparison needs.

use std::collections::{BTreeMap, BTreeSet};

use super::{Bound, BoundApp, Issuer};
use crate::address::Kind;
use crate::desired::{Desired, GroupReference, Policy, Server};
use crate::observed::Id;
use crate::resource::marker::Facility;
use crate::secret::SecretRef;

/// The details that are to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// Apps whose secrets are.
    pub secrets: BTreeSet<Id>,
    /// Apps whose grants are.
    pub grants: BTreeSet<Id>,
    /// Dynamically registered clients whose grants are.
    pub client_grants: BTreeSet<Id>,
    /// Apps whose groups are.
    pub assignments: BTreeSet<Id>,
    /// Groups that documents name.
    pub groups: BTreeSet<GroupReference>,
    /// Whether access policies are.
    pub policies: bool,
    /// Authorization servers of whose children some are.
    pub servers: BTreeMap<Id, Children>,
    /// Policies of authorization servers whose rules are, by the server.
    pub rules: BTreeMap<Id, BTreeSet<Id>>,
    /// Providers whose client types are.
    pub client_types: BTreeSet<Id>,
    /// Whether the portal's products and plans are.
    pub scope_users: bool,
}

/// Which children of an authorization server are to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Children {
    /// Whether its scopes are.
    pub scopes: bool,
    /// Whether its claims are.
    pub claims: bool,
    /// Whether its policies are; if so, with the rules of those that have one of these names.
    pub policies: Option<BTreeSet<String>>,
}

/// Returns what must be read: children only where a document or the app's mark says that they are managed, and secrets, whose every
/// read leaves an entry in the org's log, only where the value of a declared one is at hand (`resolved`).
pub fn details(desired: &Desired, bound: &Bound<'_>, resolved: Option<&BTreeSet<SecretRef>>) -> Details {
    let policies = desired.apps.iter().any(|app| app.access_policy.is_some());
    let groups = desired.apps.iter().flat_map(|app| app.groups.iter().flatten()).map(|assignment| assignment.group.clone()).collect();
    let mut details = Details { groups, policies, ..Details::default() };
    for app in &bound.apps {
        let BoundApp::Both(wanted, live, _) = app else { continue };
        let marked = |facility| live.marker.as_ref().is_some_and(|m| m.manages.contains(&facility));
        if wanted.grants.is_some() || marked(Facility::Grants) {
            details.grants.insert(live.id.clone());
        }
        if wanted.groups.is_some() || marked(Facility::Groups) {
            details.assignments.insert(live.id.clone());
        }
        let comparable = |resolved: &BTreeSet<SecretRef>| match &wanted.secrets {
            Some(declared) => declared.is_empty() || declared.iter().any(|secret| resolved.contains(&secret.reference)),
            None => marked(Facility::Secrets),
        };
        if resolved.is_some_and(comparable) {
            details.secrets.insert(live.id.clone());
        }
    }
    let granted = bound.clients.iter().filter(|client| client.wanted.grants.is_some());
    details.client_grants = granted.filter_map(|client| Some(client.live?.0.id.clone())).collect();
    for server in &bound.servers {
        let Some(live) = server.live else { continue };
        let Server { own: _, metadata: _, scopes, claims, policies } = server.wanted;
        let with_rules = |policies: &Vec<Policy>| {
            let managed = policies.iter().filter(|policy| policy.rules.is_some());
            managed.map(|policy| policy.own.name().to_owned()).collect()
        };
        let children = Children { scopes: scopes.is_some(), claims: claims.is_some(), policies: policies.as_ref().map(with_rules) };
        details.servers.extend((children != Children::default()).then(|| (live.id.clone(), children)));
    }
    for object in &bound.portal {
        // A provider's own document needs them for pruning alone.
        let own = object.live.filter(|_| object.wanted.kind() == Kind::OAuthProvider && object.wanted.metadata.prune);
        details.client_types.extend(own.map(|provider| provider.id.clone()));
    }
    for discovered in &bound.discoveries {
        let Issuer::Server(live) = discovered.issuer else { continue };
        details.servers.entry(live.id.clone()).or_default().scopes = true;
        details.scope_users = true;
        details.client_types.extend(discovered.live.map(|live| live.id.clone()));
    }
    details.client_types.extend(bound.parents.iter().copied().cloned());
    details
}
