//! What has to be read for an export: first what the chosen objects have, then what that leads to.

use std::collections::{BTreeMap, BTreeSet};

use super::choice::Choice;
use super::chosen::{Sides, choose};
use crate::address::Kind;
use crate::bind::{Children, Details};
use crate::desired::GroupReference;
use crate::json::Path;
use crate::observed::Observed;

/// Returns what to read of the listed objects. Secrets, whose every read is an entry in the org's log, are read only if asked for.
pub fn details(sides: Sides<'_>, choice: &Choice, secrets: bool) -> Details {
    let chosen = choose(sides, choice, &BTreeMap::new());
    let mut details = Details::default();
    for app in &chosen.apps {
        let id = &app.live.id;
        let has = |kind: Kind| app.kinds.contains(&kind);
        if has(Kind::Grant) {
            details.grants.insert(id.clone());
        }
        if has(Kind::GroupAssignment) {
            details.assignments.insert(id.clone());
        }
        let method = app.live.body.find(&Path::of("credentials.oauthClient.token_endpoint_auth_method"));
        let by_secret = method.as_ref().and_then(|method| method.as_str()).is_some_and(|method| method.starts_with("client_secret"));
        if has(Kind::ClientCredentials) && secrets && by_secret {
            details.secrets.insert(id.clone());
        }
        details.policies |= has(Kind::App) && app.live.access_policy.is_some();
    }
    details.client_grants = chosen.clients.iter().map(|client| client.live.id.clone()).collect();
    let all = Children { scopes: true, claims: true, policies: Some(BTreeSet::new()) };
    details.servers = chosen.servers.iter().map(|server| (server.live.id.clone(), all.clone())).collect();
    if choice.speaks_of(Kind::ClientType) {
        let providers = sides.observed.portal.iter().flat_map(|portal| &portal.providers);
        details.client_types = providers.map(|provider| provider.id.clone()).collect();
    }
    details
}

/// Returns what to read once these are in: the groups that have the apps, by their names, and the rules of policies.
pub fn further_details(observed: &Observed) -> Details {
    let assignments = observed.assignments.values().flatten();
    let groups = assignments.filter_map(|assignment| Some(GroupReference::Name(assignment.name.clone()?))).collect();
    let below = observed.servers.below.iter();
    let rules = below.map(|(id, below)| {
        let policies = below.policies.iter().flatten().map(|policy| policy.id.clone());
        (id.clone(), policies.collect::<BTreeSet<_>>())
    });
    Details { groups, rules: rules.filter(|(_, policies)| !policies.is_empty()).collect(), ..Details::default() }
}
