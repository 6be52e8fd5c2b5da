//! Org and portal, read once, side by side: first the lists, then details of what needs them.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::error::{Error, Failure, Subject};
use super::progress::{Progress, Step};
use super::want::{Detail, Outcome, Want, count, wants};
use super::{client, portal, read, server};
use crate::address::System;
use crate::bind::Details;
use crate::desired::{Client, Desired};
use crate::http::{self, BaseUrl, Bucket, Kind, Reader, TransportError};
use crate::observed::{LiveApp, Observed, Org, Portal};
use crate::printable::printable_head;

/// How org and portal are read.
#[derive(Clone)]
pub struct Sweep {
    /// Who reads them.
    pub reader: Reader,
    /// Which of them are read.
    pub systems: BTreeSet<System>,
    /// How many requests are on their way at once at most.
    pub parallelism: NonZeroUsize,
    /// Who hears how far it has come.
    pub progress: Arc<dyn Progress>,
}

/// What a target says about its org and its portal. Nothing but its public metadata is asked of an org that differs, and nothing at all of
/// a portal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// The org's address.
    pub org_url: Option<BaseUrl>,
    /// Its id.
    pub org_id: Option<String>,
    /// The portal's address.
    pub portal_url: Option<BaseUrl>,
}

/// An org and a portal whose apps and providers are listed, and whose details are not read yet.
pub struct Listed {
    sweep: Sweep,
    observed: Observed,
}

impl Sweep {
    /// Lists what some manifests speak of.
    pub async fn list_for(self, desired: &Desired, expected: &Expected) -> Result<Listed, Error> {
        let mut listed = if desired.concerns_apps() { self.list(expected).await? } else { self.list_without_apps(expected).await? };
        if !desired.clients.is_empty() {
            let ids = desired.clients.iter().filter_map(|client| client.metadata.id.as_deref()).collect();
            listed = listed.with_clients(&ids, &desired.clients.iter().map(Client::name).collect()).await?;
        }
        if !desired.servers.is_empty() {
            listed = listed.with_servers().await?;
        }
        Ok(listed)
    }

    /// Reads which org it is, makes sure that it is the expected one, and lists its apps; beside that it lists the portal's providers.
    pub async fn list(self, expected: &Expected) -> Result<Listed, Error> {
        self.lists(expected, true).await
    }

    /// Does the same but for the apps, which some credentials cannot read.
    pub async fn list_without_apps(self, expected: &Expected) -> Result<Listed, Error> {
        self.lists(expected, false).await
    }

    async fn lists(self, expected: &Expected, apps: bool) -> Result<Listed, Error> {
        let reads = |system| self.systems.contains(&system);
        if reads(System::Portal) {
            expected.check_portal(self.reader.portal())?;
        }
        let okta = async { if reads(System::Okta) { self.okta(expected, apps).await.map(Some) } else { Ok(None) } };
        let portal = async { if reads(System::Portal) { self.portal().await.map(Some) } else { Ok(None) } };
        let (okta, portal) = match tokio::join!(okta, portal) {
            (Ok(okta), Ok(portal)) => (okta, portal),
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => return Err(error),
            (Err(one), Err(other)) => return Err(one.and(other)),
        };
        let (org, apps) = okta.unzip();
        let observed = Observed { org, apps: apps.unwrap_or_default(), portal, ..Observed::default() };
        Ok(Listed { sweep: self, observed })
    }

    async fn okta(&self, expected: &Expected, apps: bool) -> Result<(Org, Vec<LiveApp>), Error> {
        let url = self.reader.org().map(ToString::to_string).unwrap_or_default();
        let org = read::org(&self.reader).await.map_err(|source| Failure { subject: Subject::Org { url }, source })?;
        expected.check(self.reader.org(), &org)?;
        if !apps {
            return Ok((org, Vec::new()));
        }
        let apps = read::apps(&self.reader, |apps| self.progress.tell(Step::Listed { apps })).await;
        Ok((org, apps.map_err(|source| Failure { subject: Subject::Apps, source })?))
    }

    async fn portal(&self) -> Result<Portal, Error> {
        let providers = portal::providers(&self.reader).await.map_err(|source| Failure { subject: Subject::Providers, source })?;
        let url = self.reader.portal().map(ToString::to_string).unwrap_or_default();
        Ok(Portal { url, providers, ..Portal::default() })
    }
}

impl Expected {
    /// Makes sure that an org is the one that the target says.
    pub fn check(&self, credentials: Option<&BaseUrl>, org: &Org) -> Result<(), Error> {
        let found = |text: &str| printable_head(text, 200);
        // An org answers at its own address and at those of its custom domains; the metadata names its own.
        if let Some(url) = &self.org_url
            && Some(url) != credentials
            && BaseUrl::parse(&org.url).as_ref() != Ok(url)
        {
            let theirs = credentials.map(ToString::to_string).unwrap_or_default();
            return Err(Error::WrongPlace { what: "org_url", expected: url.to_string(), found: theirs });
        }
        match &self.org_id {
            Some(id) if *id != org.id => Err(Error::WrongPlace { what: "org_id", expected: found(id), found: found(&org.id) }),
            _ => Ok(()),
        }
    }

    /// Makes sure that the portal is the one that the target says.
    pub fn check_portal(&self, credentials: Option<&BaseUrl>) -> Result<(), Error> {
        match (&self.portal_url, credentials) {
            (Some(url), Some(theirs)) if url != theirs => {
                Err(Error::WrongPlace { what: "tyk_portal.url", expected: url.to_string(), found: theirs.to_string() })
            }
            _ => Ok(()),
        }
    }
}

impl Listed {
    /// Returns what is known so far: the apps and the providers.
    pub fn observed(&self) -> &Observed {
        &self.observed
    }

    /// Lists the org's authorization servers too, for what they say of the portal's providers alone: nothing else comes to a stop where that
    /// is not allowed.
    pub async fn with_issuers(mut self) -> Result<Self, Error> {
        match server::servers(&self.sweep.reader).await {
            Ok(listed) => self.observed.servers.listed = listed,
            Err(error) if error.is_denied() => self.observed.denied = Some(denied(&Subject::Servers, &error)),
            Err(source) => return Err(Failure { subject: Subject::Servers, source }.into()),
        }
        Ok(self)
    }

    /// Lists the org's authorization servers too.
    pub async fn with_servers(mut self) -> Result<Self, Error> {
        let listed = server::servers(&self.sweep.reader).await;
        self.observed.servers.listed = listed.map_err(|source| Failure { subject: Subject::Servers, source })?;
        Ok(self)
    }

    /// Lists the org's authorization servers too, if it has such. Orgs without API Access Management have none, and say so with an error
    /// (okta-api.md, section 0.1).
    pub async fn with_any_servers(mut self) -> Result<Self, Error> {
        match server::servers(&self.sweep.reader).await {
            Ok(listed) => self.observed.servers.listed = listed,
            Err(error) if error.is_feature_missing() => {}
            Err(source) => return Err(Failure { subject: Subject::Servers, source }.into()),
        }
        Ok(self)
    }

    /// Lists all of the org's dynamically registered clients too.
    pub async fn with_all_clients(mut self) -> Result<Self, Error> {
        let listed = client::clients(&self.sweep.reader).await;
        self.observed.clients = listed.map_err(|source| Failure { subject: Subject::Clients, source })?;
        Ok(self)
    }

    /// Returns the same with what was read before, of which more details are to be read.
    pub fn resumed(sweep: Sweep, observed: Observed) -> Self {
        Self { sweep, observed }
    }

    /// Lists the org's dynamically registered clients too, and keeps those that have one of some client ids or names.
    pub async fn with_clients(mut self, ids: &BTreeSet<&str>, names: &BTreeSet<&str>) -> Result<Self, Error> {
        let listed = client::clients(&self.sweep.reader).await;
        let mut listed = listed.map_err(|source| Failure { subject: Subject::Clients, source })?;
        listed.retain(|client| ids.contains(client.id.0.as_str()) || names.contains(client.name.as_str()));
        self.observed.clients = listed;
        Ok(self)
    }

    /// Reads the details. An app that turns out to be gone is left out.
    pub async fn details(self, needs: Details) -> Result<Observed, Error> {
        let Self { sweep, mut observed } = self;
        let wants = wants(needs);
        let (all, wait) = (wants.iter().map(Want::requests).sum(), sweep.forecast(&wants));
        let tried = wants.len();
        sweep.progress.tell(Step::Remaining { requests: all, wait });
        // Better said at once than when the time is up.
        let left = sweep.reader.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if let Some(left) = left.filter(|left| *left < wait) {
            return Err(Error::TooLong { requests: all, wait, left });
        }
        let outcomes = sweep.read_all(wants, all).await;
        let untried = count(tried - outcomes.len());
        let mut failures = Vec::new();
        let mut gone = BTreeSet::new();
        for (want, outcome) in outcomes {
            match outcome {
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
                Err(source) => failures.push(Failure { subject: want.subject(&observed), source }),
            }
        }
        if !failures.is_empty() {
            return Err(Error::Unread { failures, untried });
        }
        observed.apps.retain(|app| !gone.contains(&app.id));
        observed.clients.retain(|client| !gone.contains(&client.id));
        observed.grants.retain(|id, _| !gone.contains(id));
        observed.assignments.retain(|id, _| !gone.contains(id));
        observed.secrets.retain(|id, _| !gone.contains(id));
        observed.servers.listed.retain(|server| !gone.contains(&server.id));
        observed.servers.below.retain(|id, _| !gone.contains(id));
        Ok(observed)
    }
}

impl Sweep {
    fn forecast(&self, wants: &[Want]) -> Duration {
        let mut requests: BTreeMap<Bucket, u32> = BTreeMap::new();
        for want in wants {
            *requests.entry(want.bucket()).or_default() += want.requests();
        }
        let forecasts = requests.into_iter().map(|(bucket, requests)| self.reader.governor().forecast(bucket, requests));
        forecasts.max().unwrap_or_default()
    }

    /// Reads all, so many at once, and stops early only when every further read would fail in the same way.
    async fn read_all(&self, wants: Vec<Want>, of: u32) -> BTreeMap<Want, Outcome> {
        let mut waiting = wants.into_iter();
        let mut running = JoinSet::new();
        let mut outcomes = BTreeMap::new();
        let mut hopeless = false;
        let mut done = 0;
        loop {
            while !hopeless && running.len() < self.parallelism.get() {
                let Some(want) = waiting.next() else { break };
                let reader = self.reader.clone();
                running.spawn(async move { (want.read(&reader).await, want) });
            }
            let Some(joined) = running.join_next().await else { return outcomes };
            // No task is ever aborted, so what is not an outcome is a panic, which goes on here.
            let (outcome, want) = joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            hopeless |= outcome.as_ref().is_err_and(is_hopeless);
            done += want.requests();
            outcomes.insert(want, outcome);
            self.progress.tell(Step::Done { requests: done, of });
        }
    }
}

fn denied(subject: &Subject, error: &http::Error) -> String {
    format!("{subject} cannot be read: {error}")
}

fn is_hopeless(error: &http::Error) -> bool {
    match error.kind() {
        Kind::TimedOut | Kind::TooLate | Kind::Starved { .. } => true,
        Kind::Transport(fault) => !matches!(fault, TransportError::TooLarge { .. }),
        _ => error.is_unauthenticated(),
    }
}
