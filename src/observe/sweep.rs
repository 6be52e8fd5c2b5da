//! Org and portal, read once, side by side: first the lists, then details of what needs them.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::error::{Error, Failure, Subject};
use super::progress::{Progress, Step};
use super::reach::{Chosen, Reach, trim};
use super::take_in::take_in;
use super::want::{Outcome, Want, wants};
use super::{client, portal, read, server};
use crate::address::System;
use crate::bind::Details;
use crate::desired::Desired;
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
    pub(super) sweep: Sweep,
    pub(super) observed: Observed,
    /// What of it was read before and still holds.
    pub(super) held: Reach,
}

impl Sweep {
    /// Lists what some manifests speak of.
    pub async fn list_for(self, desired: &Desired, expected: &Expected) -> Result<Listed, Error> {
        self.list_known(desired, expected, None).await
    }

    /// Lists what some manifests speak of, where it may be known already which org it is.
    pub async fn list_known(self, desired: &Desired, expected: &Expected, org: Option<Org>) -> Result<Listed, Error> {
        self.lists(expected, desired.concerns_apps(), org).await?.with_the_rest(desired).await
    }

    /// Reads which org it is, makes sure that it is the expected one, and lists its apps; beside that it lists the portal's providers.
    pub async fn list(self, expected: &Expected) -> Result<Listed, Error> {
        self.lists(expected, true, None).await
    }

    /// Does the same but for the apps, which some credentials cannot read.
    pub async fn list_without_apps(self, expected: &Expected) -> Result<Listed, Error> {
        self.lists(expected, false, None).await
    }

    async fn lists(self, expected: &Expected, apps: bool, org: Option<Org>) -> Result<Listed, Error> {
        let reads = |system| self.systems.contains(&system);
        if reads(System::Portal) {
            expected.check_portal(self.reader.portal())?;
        }
        let okta = async { if reads(System::Okta) { self.okta(expected, apps, org).await.map(Some) } else { Ok(None) } };
        let portal = async { if reads(System::Portal) { self.portal().await.map(Some) } else { Ok(None) } };
        let (okta, portal) = match tokio::join!(okta, portal) {
            (Ok(okta), Ok(portal)) => (okta, portal),
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => return Err(error),
            (Err(one), Err(other)) => return Err(one.and(other)),
        };
        let (org, apps) = okta.unzip();
        let observed = Observed { org, apps: apps.unwrap_or_default(), portal, ..Observed::default() };
        Ok(Listed { sweep: self, observed, held: Reach::default() })
    }

    async fn okta(&self, expected: &Expected, apps: bool, known: Option<Org>) -> Result<(Org, Vec<LiveApp>), Error> {
        let org = match known {
            Some(org) => org,
            None => self.org(expected).await?.0,
        };
        if !apps {
            return Ok((org, Vec::new()));
        }
        let apps = read::apps(&self.reader, |apps| self.progress.tell(Step::Listed { apps })).await;
        Ok((org, apps.map_err(|source| Failure { subject: Subject::Apps, source })?))
    }

    /// Reads which org it is and what time it is there, and makes sure that it is the expected one.
    pub(super) async fn org(&self, expected: &Expected) -> Result<(Org, Option<Timestamp>), Error> {
        let url = self.reader.org().map(ToString::to_string).unwrap_or_default();
        let (org, now) = read::org_and_time(&self.reader).await.map_err(|source| Failure { subject: Subject::Org { url }, source })?;
        expected.check(self.reader.org(), &org)?;
        Ok((org, now))
    }

    pub(super) async fn portal(&self) -> Result<Portal, Error> {
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
        if self.held.servers {
            return Ok(self);
        }
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
        Self { sweep, observed, held: Reach::default() }
    }

    /// Lists the org's dynamically registered clients too, and keeps those that are chosen.
    pub(super) async fn with_clients(mut self, chosen: &Chosen) -> Result<Self, Error> {
        let listed = client::clients(&self.sweep.reader).await;
        let mut listed = listed.map_err(|source| Failure { subject: Subject::Clients, source })?;
        listed.retain(|client| chosen.has(client));
        self.observed.clients = listed;
        Ok(self)
    }

    /// Lists what else some manifests speak of, unless it was read before and still holds.
    pub(super) async fn with_the_rest(mut self, desired: &Desired) -> Result<Self, Error> {
        let chosen = Chosen::by(desired);
        if !desired.clients.is_empty() && !self.held.clients.as_ref().is_some_and(|held| held.covers(&chosen)) {
            self = self.with_clients(&chosen).await?;
        }
        if !desired.servers.is_empty() && !self.held.servers {
            self = self.with_servers().await?;
        }
        Ok(self)
    }

    /// Reads the details. An app that turns out to be gone is left out.
    pub async fn details(self, needs: Details) -> Result<Observed, Error> {
        let Self { sweep, mut observed, held } = self;
        let wants = wants(held.missing(&needs, &observed));
        let (all, wait) = (wants.iter().map(Want::requests).sum(), sweep.forecast(&wants));
        let tried = wants.len();
        sweep.progress.tell(Step::Remaining { requests: all, wait });
        // Better said at once than when the time is up.
        let left = sweep.reader.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if let Some(left) = left.filter(|left| *left < wait) {
            return Err(Error::TooLong { requests: all, wait, left });
        }
        let outcomes = sweep.read_all(wants, all).await;
        take_in(&mut observed, outcomes, tried)?;
        if held != Reach::default() {
            trim(&mut observed, &needs);
        }
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
    pub(super) async fn read_all(&self, wants: Vec<Want>, of: u32) -> BTreeMap<Want, Outcome> {
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

pub(super) fn denied(subject: &Subject, error: &http::Error) -> String {
    format!("{subject} cannot be read: {error}")
}

fn is_hopeless(error: &http::Error) -> bool {
    match error.kind() {
        Kind::TimedOut | Kind::TooLate | Kind::Starved { .. } => true,
        Kind::Transport(fault) => !matches!(fault, TransportError::TooLarge { .. }),
        _ => error.is_unauthenticated(),
    }
}
