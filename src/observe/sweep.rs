//! Org and portal, read once, side by side: first the lists, then details of what needs them.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::error::{Error, Failure, Subject};
use super::progress::{Progress, Step};
use super::{groups, portal, read};
use crate::address::System;
use crate::bind::Details;
use crate::desired::GroupReference;
use crate::http::{self, BaseUrl, Bucket, Kind, Reader, TransportError};
use crate::observed::{AccessPolicy, Id, LiveApp, LiveAssignment, LiveGrant, LiveGroup, LivePortal, LiveSecret, Observed, Org, Portal};
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
    /// Reads which org it is, makes sure that it is the expected one, and lists its apps; beside that it lists the portal's providers.
    pub async fn list(self, expected: &Expected) -> Result<Listed, Error> {
        let reads = |system| self.systems.contains(&system);
        if reads(System::Portal) {
            expected.check_portal(self.reader.portal())?;
        }
        let okta = async { if reads(System::Okta) { self.okta(expected).await.map(Some) } else { Ok(None) } };
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

    async fn okta(&self, expected: &Expected) -> Result<(Org, Vec<LiveApp>), Error> {
        let url = self.reader.org().map(ToString::to_string).unwrap_or_default();
        let org = read::org(&self.reader).await.map_err(|source| Failure { subject: Subject::Org { url }, source })?;
        expected.check(self.reader.org(), &org)?;
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

    /// Reads the details. An app that turns out to be gone is left out.
    pub async fn details(self, needs: Details) -> Result<Observed, Error> {
        let Self { sweep, mut observed } = self;
        let wants = wants(needs);
        let (all, wait) = (count(wants.len()), sweep.forecast(&wants));
        sweep.progress.tell(Step::Remaining { requests: all, wait });
        // Better said at once than when the time is up.
        let left = sweep.reader.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if let Some(left) = left.filter(|left| *left < wait) {
            return Err(Error::TooLong { requests: all, wait, left });
        }
        let outcomes = sweep.read_all(wants, all).await;
        let untried = all - count(outcomes.len());
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
                Ok(Detail::GoneProvider(id)) => observed.portal.get_or_insert_default().providers.retain(|provider| provider.id != id),
                Ok(Detail::Gone(id)) => drop(gone.insert(id)),
                Err(source) => failures.push(Failure { subject: want.subject(&observed), source }),
            }
        }
        if !failures.is_empty() {
            return Err(Error::Unread { failures, untried });
        }
        observed.apps.retain(|app| !gone.contains(&app.id));
        observed.grants.retain(|id, _| !gone.contains(id));
        observed.assignments.retain(|id, _| !gone.contains(id));
        observed.secrets.retain(|id, _| !gone.contains(id));
        Ok(observed)
    }
}

/// One detail to be read; in the order in which they are asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Want {
    Policies,
    Grants(Id),
    Secrets(Id),
    Assignments(Id),
    /// Of a provider.
    ClientTypes(Id),
    Groups(BTreeSet<GroupReference>),
}

fn wants(details: Details) -> Vec<Want> {
    let Details { secrets, grants, assignments, groups, policies, client_types } = details;
    let groups = (!groups.is_empty()).then_some(Want::Groups(groups)).into_iter();
    let assignments = assignments.into_iter().map(Want::Assignments);
    let policies = policies.then_some(Want::Policies).into_iter();
    let client_types = client_types.into_iter().map(Want::ClientTypes);
    let secrets = secrets.into_iter().map(Want::Secrets);
    policies.chain(grants.into_iter().map(Want::Grants)).chain(secrets).chain(assignments).chain(client_types).chain(groups).collect()
}

impl Want {
    fn subject(self, observed: &Observed) -> Subject {
        let label = |id: &Id| observed.app(id).map(|app| app.label.clone()).unwrap_or_default();
        match self {
            Self::Policies => Subject::Policies,
            Self::Grants(id) => Subject::Grants { label: label(&id), id },
            Self::Secrets(id) => Subject::Secrets { label: label(&id), id },
            Self::Assignments(id) => Subject::Assignments { label: label(&id), id },
            Self::Groups(_) => Subject::Groups,
            Self::ClientTypes(id) => {
                let mut providers = observed.portal.iter().flat_map(|portal| &portal.providers);
                let name = providers.find(|provider| provider.id == id).map(|provider| provider.name.clone()).unwrap_or_default();
                Subject::ClientTypes { id, name }
            }
        }
    }

    fn bucket(&self) -> Bucket {
        match self {
            Self::Policies => Bucket::Management,
            Self::Grants(_) | Self::Secrets(_) | Self::Assignments(_) => Bucket::Apps,
            Self::Groups(_) => Bucket::Groups,
            Self::ClientTypes(_) => Bucket::Portal,
        }
    }

    async fn read(&self, reader: &Reader) -> Outcome {
        let (id, outcome) = match self {
            Self::Policies => return read::policies(reader).await.map(Detail::Policies),
            Self::Grants(id) => (id, read::grants(reader, id).await.map(|grants| Detail::Grants(id.clone(), grants))),
            Self::Secrets(id) => (id, read::secrets(reader, id).await.map(|secrets| Detail::Secrets(id.clone(), secrets))),
            Self::Groups(named) => return groups::groups(reader, named).await.map(Detail::Groups),
            Self::Assignments(id) => {
                (id, groups::assignments(reader, id).await.map(|assignments| Detail::Assignments(id.clone(), assignments)))
            }
            Self::ClientTypes(id) => {
                return match portal::client_types(reader, id).await {
                    Ok(client_types) => Ok(Detail::ClientTypes(id.clone(), client_types)),
                    Err(error) if error.is_not_found() => Ok(Detail::GoneProvider(id.clone())),
                    Err(error) => Err(error),
                };
            }
        };
        match outcome {
            // Not found may be the app or what is below it, and an app that is wrongly taken for gone would be created again: ask for it.
            Err(error) if error.is_not_found() => match read::app(reader, id).await {
                Err(asked) if asked.is_not_found() => Ok(Detail::Gone(id.clone())),
                Ok(_) | Err(_) => Err(error),
            },
            outcome => outcome,
        }
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// What one read of details gives.
enum Detail {
    Policies(Vec<AccessPolicy>),
    Grants(Id, Vec<LiveGrant>),
    Secrets(Id, Vec<LiveSecret>),
    Assignments(Id, Vec<LiveAssignment>),
    Groups(Vec<LiveGroup>),
    ClientTypes(Id, Vec<LivePortal>),
    /// The app is not there any more.
    Gone(Id),
    /// The provider is not there any more.
    GoneProvider(Id),
}

type Outcome = Result<Detail, http::Error>;

impl Sweep {
    fn forecast(&self, wants: &[Want]) -> Duration {
        let mut requests: BTreeMap<Bucket, u32> = BTreeMap::new();
        for want in wants {
            *requests.entry(want.bucket()).or_default() += 1;
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
            outcomes.insert(want, outcome);
            self.progress.tell(Step::Done { requests: count(outcomes.len()), of });
        }
    }
}

fn is_hopeless(error: &http::Error) -> bool {
    match error.kind() {
        Kind::TimedOut | Kind::TooLate | Kind::Starved { .. } => true,
        Kind::Transport(fault) => !matches!(fault, TransportError::TooLarge { .. }),
        _ => error.is_unauthenticated(),
    }
}
