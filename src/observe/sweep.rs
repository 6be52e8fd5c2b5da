//! The whole org, read once: first the lists, then details of the apps that need them.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::error::{Error, Failure, Subject};
use super::progress::{Progress, Step};
use super::read;
use crate::bind::Details;
use crate::http::{self, BaseUrl, Bucket, Kind, Reader, TransportError};
use crate::observed::{AccessPolicy, Id, LiveGrant, LiveSecret, Observed, Org};
use crate::printable::printable_head;

/// How an org is read.
#[derive(Clone)]
pub struct Sweep {
    /// Who reads it.
    pub reader: Reader,
    /// How many requests are on their way at once at most.
    pub parallelism: NonZeroUsize,
    /// Who hears how far it has come.
    pub progress: Arc<dyn Progress>,
}

/// What a target says about its org. Nothing but its public metadata is asked of an org that differs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// Its address.
    pub org_url: Option<BaseUrl>,
    /// Its id.
    pub org_id: Option<String>,
}

/// An org whose apps are listed, and whose details are not read yet.
pub struct Listed {
    sweep: Sweep,
    observed: Observed,
}

impl Sweep {
    /// Reads which org it is, makes sure that it is the expected one, and lists its apps.
    pub async fn list(self, expected: &Expected) -> Result<Listed, Error> {
        let org = read::org(&self.reader)
            .await
            .map_err(|source| Failure { subject: Subject::Org { url: self.reader.org().to_string() }, source })?;
        expected.check(self.reader.org(), &org)?;
        let apps = read::apps(&self.reader, |apps| self.progress.tell(Step::Listed { apps })).await;
        let apps = apps.map_err(|source| Failure { subject: Subject::Apps, source })?;
        Ok(Listed { sweep: self, observed: Observed { org, apps, ..Observed::default() } })
    }
}

impl Expected {
    /// Makes sure that an org is the one that the target says.
    pub fn check(&self, credentials: &BaseUrl, org: &Org) -> Result<(), Error> {
        let found = |text: &str| printable_head(text, 200);
        // An org answers at its own address and at those of its custom domains; the metadata names its own.
        if let Some(url) = &self.org_url
            && url != credentials
            && BaseUrl::parse(&org.url).as_ref() != Ok(url)
        {
            return Err(Error::WrongOrg { what: "org_url", expected: url.to_string(), found: credentials.to_string() });
        }
        match &self.org_id {
            Some(id) if *id != org.id => Err(Error::WrongOrg { what: "org_id", expected: found(id), found: found(&org.id) }),
            _ => Ok(()),
        }
    }
}

impl Listed {
    /// Returns what is known so far: the org and its apps.
    pub fn observed(&self) -> &Observed {
        &self.observed
    }

    /// Reads the details. An app that turns out to be gone is left out.
    pub async fn details(self, needs: Details) -> Result<Observed, Error> {
        let Self { sweep, mut observed } = self;
        let wants = wants(needs);
        let (all, wait) = (count(wants.len()), sweep.forecast(&wants));
        sweep.progress.tell(Step::Remaining { requests: all, wait });
        let outcomes = sweep.read_all(wants, all).await;
        let untried = all - count(outcomes.len());
        let mut failures = Vec::new();
        let mut gone = BTreeSet::new();
        for (want, outcome) in outcomes {
            match outcome {
                Ok(Detail::Policies(policies)) => observed.policies = policies,
                Ok(Detail::Grants(id, grants)) => drop(observed.grants.insert(id, grants)),
                Ok(Detail::Secrets(id, secrets)) => drop(observed.secrets.insert(id, secrets)),
                Ok(Detail::Gone(id)) => drop(gone.insert(id)),
                Err(source) => failures.push(Failure { subject: want.subject(&observed), source }),
            }
        }
        if !failures.is_empty() {
            return Err(Error::Unread { failures, untried });
        }
        observed.apps.retain(|app| !gone.contains(&app.id));
        observed.grants.retain(|id, _| !gone.contains(id));
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
}

fn wants(details: Details) -> Vec<Want> {
    let Details { secrets, grants, policies } = details;
    let policies = policies.then_some(Want::Policies).into_iter();
    policies.chain(grants.into_iter().map(Want::Grants)).chain(secrets.into_iter().map(Want::Secrets)).collect()
}

impl Want {
    fn subject(self, observed: &Observed) -> Subject {
        let label = |id: &Id| observed.app(id).map(|app| app.label.clone()).unwrap_or_default();
        match self {
            Self::Policies => Subject::Policies,
            Self::Grants(id) => Subject::Grants { label: label(&id), id },
            Self::Secrets(id) => Subject::Secrets { label: label(&id), id },
        }
    }

    fn bucket(&self) -> Bucket {
        match self {
            Self::Policies => Bucket::Management,
            Self::Grants(_) | Self::Secrets(_) => Bucket::Apps,
        }
    }

    async fn read(&self, reader: &Reader) -> Outcome {
        let (id, outcome) = match self {
            Self::Policies => return read::policies(reader).await.map(Detail::Policies),
            Self::Grants(id) => (id, read::grants(reader, id).await.map(|grants| Detail::Grants(id.clone(), grants))),
            Self::Secrets(id) => (id, read::secrets(reader, id).await.map(|secrets| Detail::Secrets(id.clone(), secrets))),
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
    /// The app is not there any more.
    Gone(Id),
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
