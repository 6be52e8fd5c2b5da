//! One detail of an org or portal to be read: which requests it takes, and what comes of them.

use std::collections::BTreeSet;

use super::error::Subject;
use super::{client, groups, portal, read, server};
use crate::bind::{Children, Details};
use crate::desired::GroupReference;
use crate::http::{self, Bucket, Reader};
use crate::observed::{AccessPolicy, Id, LiveAssignment, LiveGrant, LiveGroup, LivePart, LivePortal, LiveSecret, Observed, ScopeUser};

/// One detail to be read; in the order in which they are asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Want {
    Policies,
    Grants(Id),
    /// Of a dynamically registered client.
    ClientGrants(Id),
    Secrets(Id),
    Assignments(Id),
    /// Of an authorization server.
    Scopes(Id),
    /// Of an authorization server.
    Claims(Id),
    /// Of an authorization server, with the rules of those that have one of the names.
    ServerPolicies(Id, BTreeSet<String>),
    /// Of an authorization server: those of some of its policies.
    Rules(Id, BTreeSet<Id>),
    /// Of a provider.
    ClientTypes(Id),
    Groups(BTreeSet<GroupReference>),
    /// The portal's products and plans.
    ScopeUsers,
}

/// Returns the details to be read, one by one.
pub(super) fn wants(details: Details) -> Vec<Want> {
    let Details { secrets, grants, client_grants, assignments, groups, policies, servers, rules, client_types, scope_users } = details;
    let groups = (!groups.is_empty()).then_some(Want::Groups(groups));
    let policies = policies.then_some(Want::Policies).into_iter();
    let client_types = client_types.into_iter().map(Want::ClientTypes);
    let apps = grants
        .into_iter()
        .map(Want::Grants)
        .chain(client_grants.into_iter().map(Want::ClientGrants))
        .chain(secrets.into_iter().map(Want::Secrets))
        .chain(assignments.into_iter().map(Want::Assignments));
    let servers = servers.into_iter().flat_map(|(id, Children { scopes, claims, policies })| {
        let policies = policies.map(|with_rules| Want::ServerPolicies(id.clone(), with_rules));
        [scopes.then(|| Want::Scopes(id.clone())), claims.then_some(Want::Claims(id)), policies].into_iter().flatten()
    });
    let rules = rules.into_iter().map(|(server, policies)| Want::Rules(server, policies));
    policies
        .chain(apps)
        .chain(servers)
        .chain(rules)
        .chain(client_types)
        .chain(groups)
        .chain(scope_users.then_some(Want::ScopeUsers))
        .collect()
}

impl Want {
    /// Returns what it is called where it cannot be read.
    pub(super) fn subject(self, observed: &Observed) -> Subject {
        let label = |id: &Id| observed.app(id).map(|app| app.label.clone()).unwrap_or_default();
        let server = |id: &Id| {
            let listed = observed.servers.listed.iter().find(|server| server.id == *id);
            listed.map(|server| server.name().to_owned()).unwrap_or_default()
        };
        match self {
            Self::Policies => Subject::Policies,
            Self::Scopes(id) => Subject::Scopes { name: server(&id), id },
            Self::Claims(id) => Subject::Claims { name: server(&id), id },
            Self::ServerPolicies(id, _) | Self::Rules(id, _) => Subject::ServerPolicies { name: server(&id), id },
            Self::Grants(id) => Subject::Grants { label: label(&id), id },
            Self::ClientGrants(id) => {
                let client = observed.clients.iter().find(|client| client.id == id);
                Subject::Grants { label: client.map(|client| client.name.clone()).unwrap_or_default(), id }
            }
            Self::Secrets(id) => Subject::Secrets { label: label(&id), id },
            Self::Assignments(id) => Subject::Assignments { label: label(&id), id },
            Self::Groups(_) => Subject::Groups,
            Self::ScopeUsers => Subject::ScopeUsers,
            Self::ClientTypes(id) => {
                let mut providers = observed.portal.iter().flat_map(|portal| &portal.providers);
                let name = providers.find(|provider| provider.id == id).map(|provider| provider.name.clone()).unwrap_or_default();
                Subject::ClientTypes { id, name }
            }
        }
    }

    /// Returns which rate limit its requests count against.
    pub(super) fn bucket(&self) -> Bucket {
        match self {
            Self::Policies | Self::Scopes(_) | Self::Claims(_) | Self::ServerPolicies(..) | Self::Rules(..) => Bucket::Management,
            Self::Grants(_) | Self::ClientGrants(_) | Self::Secrets(_) | Self::Assignments(_) => Bucket::Apps,
            Self::Groups(_) => Bucket::Groups,
            Self::ClientTypes(_) | Self::ScopeUsers => Bucket::Portal,
        }
    }

    /// Returns how many requests it takes at most, but for further pages.
    pub(super) fn requests(&self) -> u32 {
        match self {
            Self::ServerPolicies(_, with_rules) => count(with_rules.len()).saturating_add(1),
            Self::Rules(_, policies) => count(policies.len()),
            // A list of the portal is read until a page brings nothing new.
            Self::ScopeUsers => 4,
            _ => 1,
        }
    }

    /// Reads it. What is not found may be what it belongs to or what is below that, and an object that is wrongly taken for gone would
    /// be made again: so its owner is asked for.
    pub(super) async fn read(&self, reader: &Reader) -> Outcome {
        let (owner, outcome) = match self {
            Self::Policies => return read::policies(reader).await.map(Detail::Policies),
            Self::Groups(named) => return groups::groups(reader, named).await.map(Detail::Groups),
            Self::ScopeUsers => return portal::scope_users(reader).await.map(Detail::ScopeUsers),
            Self::ClientTypes(id) => {
                return match portal::client_types(reader, id).await {
                    Ok(client_types) => Ok(Detail::ClientTypes(id.clone(), client_types)),
                    Err(error) if error.is_not_found() => Ok(Detail::GoneProvider(id.clone())),
                    Err(error) => Err(error),
                };
            }
            Self::Grants(id) | Self::ClientGrants(id) => {
                (id, read::grants(reader, id).await.map(|grants| Detail::Grants(id.clone(), grants)))
            }
            Self::Secrets(id) => (id, read::secrets(reader, id).await.map(|secrets| Detail::Secrets(id.clone(), secrets))),
            Self::Assignments(id) => {
                (id, groups::assignments(reader, id).await.map(|assignments| Detail::Assignments(id.clone(), assignments)))
            }
            Self::Scopes(id) => (id, server::scopes(reader, id).await.map(|scopes| Detail::Scopes(id.clone(), scopes))),
            Self::Claims(id) => (id, server::claims(reader, id).await.map(|claims| Detail::Claims(id.clone(), claims))),
            Self::ServerPolicies(id, with_rules) => {
                (id, server::policies(reader, id, with_rules).await.map(|read| Detail::ServerPolicies(id.clone(), read)))
            }
            Self::Rules(id, policies) => (id, server::rules(reader, id, policies).await.map(|rules| Detail::Rules(id.clone(), rules))),
        };
        let error = match outcome {
            Err(error) if error.is_not_found() => error,
            outcome => return outcome,
        };
        let asked = match self {
            Self::Scopes(_) | Self::Claims(_) | Self::ServerPolicies(..) | Self::Rules(..) => server::server(reader, owner).await.map(drop),
            Self::ClientGrants(_) => client::client(reader, owner).await.map(drop),
            _ => read::app(reader, owner).await.map(drop),
        };
        match asked {
            Err(asked) if asked.is_not_found() => Ok(Detail::Gone(owner.clone())),
            Ok(()) | Err(_) => Err(error),
        }
    }
}

/// Returns a number of requests.
pub(super) fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// What one read of details gives.
pub(super) enum Detail {
    Policies(Vec<AccessPolicy>),
    Grants(Id, Vec<LiveGrant>),
    Secrets(Id, Vec<LiveSecret>),
    Assignments(Id, Vec<LiveAssignment>),
    Groups(Vec<LiveGroup>),
    Scopes(Id, Vec<LivePart>),
    Claims(Id, Vec<LivePart>),
    ServerPolicies(Id, server::Policies),
    Rules(Id, server::Rules),
    ClientTypes(Id, Vec<LivePortal>),
    ScopeUsers(Vec<ScopeUser>),
    /// The app or authorization server is not there any more.
    Gone(Id),
    /// The provider is not there any more.
    GoneProvider(Id),
}

/// What came of a read.
pub(super) type Outcome = Result<Detail, http::Error>;
