//! What came of single reads, put where it belongs.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{Error, Failure, Subject};
use super::sweep::denied;
use super::want::{Detail, Outcome, Want, count};
use crate::observed::{Id, LiveApp, LiveClient, Observed};

/// Takes in what was read, of so many reads that were to be made. Children of what turns out to be gone go with it.
pub(super) fn take_in(observed: &mut Observed, outcomes: BTreeMap<Want, Outcome>, of: usize) -> Result<(), Error> {
    let untried = count(of - outcomes.len());
    let mut failures = Vec::new();
    let mut gone = BTreeSet::new();
    let mut apps = BTreeMap::new();
    for (want, outcome) in outcomes {
        match outcome {
            Ok(Detail::App(app)) => drop(apps.insert(app.id.clone(), *app)),
            Ok(Detail::Client(client)) => take_client(&mut observed.clients, client),
            Ok(Detail::NoClient(id)) => observed.clients.retain(|client| client.id != id),
            Ok(Detail::Policies(policies)) => observed.policies = policies,
            Ok(Detail::Grants(id, grants)) => drop(observed.grants.insert(id, grants)),
            Ok(Detail::Assignments(id, assignments)) => drop(observed.assignments.insert(id, assignments)),
            Ok(Detail::Groups(groups)) => observed.groups = groups,
            Ok(Detail::Secrets(id, secrets)) => drop(observed.secrets.insert(id, secrets)),
            Ok(Detail::ClientTypes(id, client_types)) => {
                drop(observed.portal.get_or_insert_default().client_types.insert(id, client_types));
            }
            Ok(Detail::ScopeUsers(users)) => observed.portal.get_or_insert_default().scope_users = users,
            Err(error) if want == Want::ScopeUsers && error.is_denied() => observed.denied = Some(denied(&Subject::ScopeUsers, &error)),
            Ok(Detail::Scopes(id, scopes)) => observed.servers.below.entry(id).or_default().scopes = Some(scopes),
            Ok(Detail::Claims(id, claims)) => observed.servers.below.entry(id).or_default().claims = Some(claims),
            Ok(Detail::ServerPolicies(id, (policies, rules))) => {
                let below = observed.servers.below.entry(id).or_default();
                (below.policies, below.rules) = (Some(policies), rules);
            }
            Ok(Detail::Rules(id, rules)) => observed.servers.below.entry(id).or_default().rules = rules,
            Ok(Detail::GoneProvider(id)) => observed.portal.get_or_insert_default().providers.retain(|provider| provider.id != id),
            Ok(Detail::Gone(id)) => drop(gone.insert(id)),
            Err(source) => failures.push(Failure { subject: want.subject(observed), source }),
        }
    }
    if !failures.is_empty() {
        return Err(Error::Unread { failures, untried });
    }
    take_apps(&mut observed.apps, apps);
    let stays = |id: &Id| !gone.contains(id);
    observed.apps.retain(|app| stays(&app.id));
    observed.clients.retain(|client| stays(&client.id));
    observed.grants.retain(|id, _| stays(id));
    observed.assignments.retain(|id, _| stays(id));
    observed.secrets.retain(|id, _| stays(id));
    observed.servers.listed.retain(|server| stays(&server.id));
    observed.servers.below.retain(|id, _| stays(id));
    Ok(())
}

/// Puts apps in the places of what they were; what is new comes last.
fn take_apps(apps: &mut Vec<LiveApp>, mut read: BTreeMap<Id, LiveApp>) {
    for app in apps.iter_mut() {
        if let Some(now) = read.remove(&app.id) {
            *app = now;
        }
    }
    apps.extend(read.into_values());
}

fn take_client(clients: &mut Vec<LiveClient>, read: LiveClient) {
    match clients.iter_mut().find(|client| client.id == read.id) {
        Some(client) => *client = read,
        None => clients.push(read),
    }
}
