//! Events to what of an earlier reading holds no longer.
//!
//! An event is taken to touch more rather than less: all of an app if it is about a part of it, all that is below an authorization server if it is about
//! something there. One that cannot be mapped to anything is an error, and never nothing.

use std::collections::BTreeSet;

use super::because::Because;
use super::reach::Reach;
use crate::observed::{Children, Deed, Event, EventTarget, Id, LiveAssignment, Observed, Touched, event_type};

/// What is to be read again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is about a list of its own")]
pub(super) struct Stale {
    /// Apps, by their ids, with everything below them; clients, as far as an app's id tells.
    pub(super) apps: BTreeSet<Id>,
    /// Apps whose groups are.
    assignments: BTreeSet<Id>,
    /// The groups that are named.
    groups: bool,
    /// The access policies.
    policies: bool,
    /// The list of authorization servers.
    servers: bool,
    /// What is below some of them.
    below: BTreeSet<Id>,
    /// What is below all of them.
    all_below: bool,
}

/// So many requests are too few to be worth a full sweep, however small the org.
const FEW: usize = 20;

/// How many apps a page of their list holds.
const PAGE: usize = 200;

/// The families of types that may be about what manifests declare: wider than what is known of them, so that a new type is noticed.
const FAMILIES: [&str; 6] = ["application.", "app.oauth2", "app.keys.", "oauth2.", "policy.", "group."];

/// What of the families is known to be no matter of anybody who declares, and too much to be read: what people and tokens do.
const NOISE: [&str; 19] = [
    "application.user_membership.",
    "application.provision.",
    "application.integration.",
    "application.cache.",
    "app.oauth2.token.",
    "app.oauth2.authorize",
    "app.oauth2.signon",
    "app.oauth2.consent.",
    "app.oauth2.as.token.",
    "app.oauth2.as.authorize",
    "app.oauth2.as.consent.",
    "app.oauth2.as.evaluate.",
    "app.oauth2.as.key.",
    "app.oauth2.client_id_rate_limit",
    "app.oauth2.invalid_client",
    "policy.evaluate_sign_on",
    "policy.execute.",
    "group.user_membership.",
    "group.privilege.",
];

/// Returns the filter that admits what may be about what manifests declare.
pub(super) fn filter() -> String {
    let any = |beginnings: &[&str]| {
        let conditions: Vec<_> = beginnings.iter().map(|beginning| format!("eventType sw \"{beginning}\"")).collect();
        conditions.join(" or ")
    };
    format!("({}) and not ({})", any(&FAMILIES), any(&NOISE))
}

impl Stale {
    /// Returns what some events have touched of what was read before.
    pub(super) fn of(events: &[Event], observed: &Observed) -> Result<Self, Because> {
        let mut stale = Self::default();
        for event in events {
            stale.note(event, observed).map_err(|()| Because::Unmapped { event: event.kind.clone() })?;
        }
        Ok(stale)
    }

    /// Takes an event in. What failed may have been done in part, so it makes no difference.
    fn note(&mut self, event: &Event, observed: &Observed) -> Result<(), ()> {
        let known = event_type(&event.kind).map_or(Touched::Unknown, |known| known.touched);
        match known {
            // The key that signs an app's tokens is part of it.
            Touched::Nothing if event.kind != "app.keys.rotate" => Ok(()),
            Touched::App | Touched::Credentials | Touched::Grants | Touched::Assignments | Touched::AccessPolicy | Touched::Nothing => {
                self.app(event, observed)
            }
            Touched::Server => {
                let servers: Vec<_> = of_kind(event, "AuthorizationServer").collect();
                self.servers = true;
                self.below.extend(servers.iter().map(|target| Id(target.id.clone())));
                if servers.is_empty() { Err(()) } else { Ok(()) }
            }
            Touched::Scope | Touched::Claim | Touched::Policy | Touched::Rule => {
                self.part(event, known, observed);
                Ok(())
            }
            Touched::Group => self.group(event, observed),
            Touched::Unknown => Err(()),
        }
    }

    /// Which of the targets is the app, its type tells, or that the id is one of an app. Which types of targets the events of OAuth clients have is
    /// not documented (okta-api.md, section 12).
    fn app(&mut self, event: &Event, observed: &Observed) -> Result<(), ()> {
        let is_app = |target: &&EventTarget| {
            let known =
                || observed.apps.iter().any(|app| app.id.0 == target.id) || observed.clients.iter().any(|client| client.id.0 == target.id);
            target.kind == "AppInstance" || target.id.starts_with("0oa") || known()
        };
        let by_client_id = |target: &EventTarget| {
            let of = observed.apps.iter().find(|app| app.client_id == target.id && target.kind != "AppInstance");
            of.map(|app| app.id.clone())
        };
        let found: BTreeSet<Id> = event.targets.iter().filter(is_app).map(|target| Id(target.id.clone())).collect();
        let by_client_id: BTreeSet<Id> = event.targets.iter().filter_map(by_client_id).collect();
        let any = !found.is_empty() || !by_client_id.is_empty();
        self.apps.extend(found.into_iter().chain(by_client_id));
        if any { Ok(()) } else { Err(()) }
    }

    /// A part of an authorization server, or a policy of another sort. Where no server is named, the one that the part is known of is meant, or it may be any.
    fn part(&mut self, event: &Event, touched: Touched, observed: &Observed) {
        let named: Vec<_> = of_kind(event, "AuthorizationServer").map(|target| Id(target.id.clone())).collect();
        if !named.is_empty() {
            self.below.extend(named);
            return;
        }
        let ids: BTreeSet<&str> = event.targets.iter().map(|target| target.id.as_str()).collect();
        let parts = |children: &Children| {
            let lists = [&children.scopes, &children.claims, &children.policies].into_iter().flatten().chain(children.rules.values());
            lists.flatten().any(|part| ids.contains(part.id.0.as_str()))
        };
        let of: Vec<_> = observed.servers.below.iter().filter(|(_, children)| parts(children)).map(|(id, _)| id.clone()).collect();
        if touched == Touched::Policy || touched == Touched::Rule {
            let is_access = observed.policies.iter().any(|policy| ids.contains(policy.id.as_str()));
            self.policies |= is_access || of.is_empty();
            // An app whose policy is deleted is given another.
            let loses = event_type(&event.kind).is_some_and(|known| known.deed == Deed::Removed);
            let has = |policy: &Option<String>| policy.as_deref().is_some_and(|policy| ids.contains(policy));
            self.apps.extend(observed.apps.iter().filter(|app| loses && has(&app.access_policy)).map(|app| app.id.clone()));
            if is_access {
                return;
            }
        }
        self.all_below |= of.is_empty();
        self.below.extend(of);
    }

    fn group(&mut self, event: &Event, observed: &Observed) -> Result<(), ()> {
        let groups: BTreeSet<&str> = of_kind(event, "UserGroup").map(|target| target.id.as_str()).collect();
        let has = |assigned: &Vec<LiveAssignment>| assigned.iter().any(|of| groups.contains(of.group.as_str()));
        self.assignments.extend(observed.assignments.iter().filter(|(_, assigned)| has(assigned)).map(|(id, _)| id.clone()));
        self.groups = true;
        if groups.is_empty() { Err(()) } else { Ok(()) }
    }

    /// Forgets what is to be read again.
    pub(super) fn forget(&self, observed: &mut Observed, reach: &mut Reach) {
        let Self { apps, assignments, groups, policies, servers, below, all_below } = self;
        let clients: BTreeSet<_> = observed.apps.iter().filter(|app| apps.contains(&app.id)).map(|app| app.client_id.clone()).collect();
        observed.grants.retain(|id, _| !apps.contains(id) && !clients.contains(&id.0));
        observed.assignments.retain(|id, _| !apps.contains(id) && !assignments.contains(id));
        if *groups {
            reach.groups.clear();
        }
        reach.policies &= !policies;
        reach.servers &= !servers;
        observed.servers.below.retain(|id, _| !all_below && !below.contains(id));
    }

    /// Returns how many objects are to be read again.
    pub(super) fn count(&self) -> usize {
        let Self { apps, assignments, groups, policies, servers: _, below, all_below } = self;
        apps.union(assignments).count() + below.len() + [groups, policies, all_below].iter().filter(|it| ***it).count()
    }

    /// Tells whether all that was read before can be read with fewer requests than what is stale.
    pub(super) fn is_too_much(&self, observed: &Observed, reach: &Reach) -> bool {
        let Self { apps, assignments, groups, policies, servers, below, all_below } = self;
        let details = |id: &Id| usize::from(observed.grants.contains_key(id)) + usize::from(observed.assignments.contains_key(id));
        let children = |read: &Children| {
            let lists = usize::from(read.scopes.is_some()) + usize::from(read.claims.is_some()) + usize::from(read.policies.is_some());
            lists + read.rules.len()
        };
        let stale_below = observed.servers.below.iter().filter(|(id, _)| *all_below || below.contains(id));
        let lists = [(reach.policies, *policies), (reach.servers, *servers), (!reach.groups.is_empty(), *groups)];
        let of_clients = usize::from(reach.clients.is_some());
        let again = apps.iter().map(|id| 1 + of_clients + details(id)).sum::<usize>()
            + assignments.difference(apps).count()
            + stale_below.map(|(_, read)| children(read)).sum::<usize>()
            + lists.iter().filter(|(read, stale)| *read && *stale).count();
        let whole = (observed.apps.len() / PAGE + 1) * (usize::from(reach.apps) + of_clients)
            + observed.grants.len()
            + observed.assignments.len()
            + observed.servers.below.values().map(children).sum::<usize>()
            + lists.iter().filter(|(read, _)| *read).count();
        again > whole.max(FEW)
    }
}

fn of_kind<'e>(event: &'e Event, kind: &'static str) -> impl Iterator<Item = &'e EventTarget> {
    event.targets.iter().filter(move |target| target.kind == kind)
}
