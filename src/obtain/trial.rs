//! Every promise tried: read what is there, ask for each promised token, and say what is to blame where one is not as promised.
//!
//! A client's secrets, whose every read leaves an entry in the org's log, are read only when the org does not believe that client.

use std::collections::{BTreeMap, BTreeSet};

use super::{Obtained, Obtaining};
use crate::address::{Address, System};
use crate::bind::{self, Details, bind};
use crate::desired::Desired;
use crate::diagnostic::Diagnostics;
use crate::http::{ClientMeans, TokenRequest};
use crate::observe::{self, Expected, Sweep};
use crate::observed::{Id, LiveSecret, Observed};
use crate::render::advice;
use crate::secret::SecretHash;
use crate::verify::{
    Blame, Brought, Check, Claims, Client, Credential, Expected as Promised, Facts, KeyFacts, Outcome, Promise, Refusal, Report,
    Unreadable, absent, clients, different, faults, promises, refused, registered, told, unreadable,
};

/// What a client proves itself with, or why that is not at hand.
pub type Means = Result<ClientMeans, Box<Blame>>;

/// What is tried, and with what.
pub struct Trial<'t> {
    /// How tokens are asked for.
    pub obtaining: Obtaining,
    /// What the target says of its org.
    pub expected: &'t Expected,
    /// Returns what a client proves itself with.
    pub means: &'t dyn Fn(&Client<'_>, Credential<'_>) -> Means,
    /// Tells whether what some documents declare is to be tried.
    pub concerns: &'t dyn Fn(&BTreeSet<Address>) -> bool,
}

/// Why nothing could be tried.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The org could not be read.
    #[error(transparent)]
    Unread(#[from] observe::Error),
    /// Declarations that cannot be matched.
    #[error("the manifests do not fit the org")]
    Problems(Diagnostics),
}

/// A token that is asked for.
struct Try<'a> {
    promise: &'a Promise<'a>,
    credential: Credential<'a>,
    request: TokenRequest,
}

impl Trial<'_> {
    /// Tries everything that is promised, and chosen.
    pub async fn run(&self, desired: &Desired) -> Result<Report, Error> {
        let observed = self.observe(desired).await?;
        let bound = bind(desired, &observed, &bind::Choices::default());
        if bound.problems.has_errors() {
            return Err(Error::Problems(bound.problems));
        }
        let registered = registered(&bound);
        let clients = clients(&bound, &registered);
        let promises = promises(&clients, &bound);
        let chosen: Vec<_> = promises.iter().filter(|promise| (self.concerns)(&promise.documents())).collect();
        let mut checks: Vec<_> = self.unpromised(&clients, &promises);
        let (mut tries, mut said) = (Vec::new(), BTreeSet::new());
        for (place, promise) in chosen.into_iter().enumerate() {
            for planned in self.planned(promise) {
                match planned {
                    Ok(one) => tries.push((place, one)),
                    // What is said of a client as such is said once, whatever is promised to it.
                    Err(check) if check.scopes.is_empty() && !said.insert(check.client.clone()) => {}
                    Err(check) => checks.push((place, *check)),
                }
            }
        }
        checks.extend(self.tried(tries, &observed).await);
        // Sorting is stable: what was tried with each secret of a client stays in their order.
        checks.sort_by(|(a, one), (b, other)| (&one.client, a).cmp(&(&other.client, b)));
        Ok(Report { checks: checks.into_iter().map(|(_, check)| check).collect() })
    }

    /// Reads what promises are made of: apps, grants, and servers with all that lies on a client's road.
    async fn observe(&self, desired: &Desired) -> Result<Observed, observe::Error> {
        let Obtaining { reader, clock: _, parallelism, progress } = &self.obtaining;
        let (reader, progress, parallelism) = (reader.clone(), std::sync::Arc::clone(progress), *parallelism);
        let sweep = Sweep { reader, systems: [System::Okta].into(), parallelism, progress };
        let listed = sweep.list_for(desired, self.expected).await?;
        let bound = bind(desired, listed.observed(), &bind::Choices::default());
        let Details { grants, client_grants, mut servers, .. } = bind::details(desired, &bound, None);
        for children in servers.values_mut() {
            children.scopes = true;
        }
        listed.details(Details { grants, client_grants, servers, ..Details::default() }).await
    }

    /// Returns the clients to which nothing is promised.
    fn unpromised(&self, clients: &[Client<'_>], promises: &[Promise<'_>]) -> Vec<(usize, Check)> {
        let promised: BTreeSet<_> = promises.iter().map(|promise| promise.client.address()).collect();
        let left = clients.iter().filter(|client| !promised.contains(client.address()) && (self.concerns)(&client.documents()));
        left.map(|client| (0, Check::of_client(client, Outcome::Unpromised))).collect()
    }

    /// Returns what is to be asked for a promise, once with each secret of the client; or why that is of no use.
    fn planned<'a>(&self, promise: &'a Promise<'a>) -> Vec<Result<Try<'a>, Box<Check>>> {
        let client = promise.client;
        let credentials = match client.credentials() {
            Ok(credentials) => credentials,
            Err(outcome) => return vec![Err(Box::new(Check::of_client(client, outcome)))],
        };
        let request = |credential| {
            if let Some(blame) = absent(promise) {
                return Err(Box::new(Outcome::Failed { blames: vec![blame], told: None }));
            }
            let means = (self.means)(client, credential).map_err(|blame| Box::new(Outcome::NotVerified { blame }))?;
            let known = promise.issuer().zip(client.client_id.clone());
            let (issuer, client_id) = known.expect("what is not absent has an id");
            Ok(TokenRequest { issuer, client_id, means, scopes: promise.scopes.clone(), bound: client.bound })
        };
        let planned = |credential| match request(credential) {
            Ok(request) => Ok(Try { promise, credential, request }),
            Err(outcome) => Err(Box::new(Check::of(promise, Some(credential), *outcome))),
        };
        credentials.into_iter().map(planned).collect()
    }

    async fn tried(&self, tries: Vec<(usize, Try<'_>)>, observed: &Observed) -> Vec<(usize, Check)> {
        let requests = tries.iter().map(|(_, one)| one.request.clone()).collect();
        let obtained = self.obtaining.all(requests).await;
        let doubted =
            tries.iter().zip(&obtained).filter(|(_, obtained)| matches!(obtained, Obtained::Refused(refusal) if refusal.is_of_client()));
        let mut secrets = BTreeMap::new();
        for ((_, one), _) in doubted {
            if let (Credential::Secret(_), Some(live)) = (one.credential, one.promise.client.live)
                && !secrets.contains_key(&live.id)
            {
                // Without them the diagnosis says that they could not be read.
                let read = observe::secrets(&self.obtaining.reader, &live.id).await.ok();
                secrets.insert(live.id.clone(), read);
            }
        }
        let judge = Judge { observed, secrets, addresses: self.addresses(observed) };
        let check = |((place, one), obtained): ((usize, Try<'_>), Obtained)| {
            (place, Check::of(one.promise, Some(one.credential), judge.outcome(&one, obtained)))
        };
        tries.into_iter().zip(obtained).map(check).collect()
    }

    /// Returns what the org may call itself: by its own account, and as it was asked.
    fn addresses(&self, observed: &Observed) -> Vec<String> {
        let asked = self.obtaining.reader.org().map(|url| url.to_string().trim_end_matches('/').to_owned());
        observed.org.iter().map(|org| org.url.clone()).chain(asked).collect()
    }
}

/// Who judges what came of requests for tokens.
struct Judge<'a> {
    observed: &'a Observed,
    /// The live secrets of clients that were not believed, where they could be read.
    secrets: BTreeMap<Id, Option<Vec<LiveSecret>>>,
    addresses: Vec<String>,
}

impl Judge<'_> {
    fn outcome(&self, tried: &Try<'_>, obtained: Obtained) -> Outcome {
        match obtained {
            Obtained::Untold(error) => {
                Outcome::NotVerified { blame: Box::new(tried.promise.client.blame(in_full(&error), advice(&error).unwrap_or_default())) }
            }
            Obtained::Refused(refusal) => self.refused(tried, &refusal),
            Obtained::Token(Ok(claims), brought) => self.claimed(tried, &claims, &brought),
            Obtained::Token(Err(why @ Unreadable::Encrypted), _) => {
                Outcome::NotVerified { blame: Box::new(tried.credential.blame(format!("a token was issued, but {why}"), "")) }
            }
            Obtained::Token(Err(why), _) => Outcome::Failed { blames: vec![unreadable(tried.promise, &why)], told: None },
        }
    }

    fn claimed(&self, tried: &Try<'_>, claims: &Claims, brought: &Brought) -> Outcome {
        let expected = Promised::of(tried.promise, &self.addresses, brought);
        let faults = faults(claims, &expected);
        if faults.is_empty() {
            return Outcome::Verified { lifetime: brought.lifetime };
        }
        let facts = Facts { observed: self.observed, secrets: None, hash: None, key: None };
        Outcome::Failed { blames: different(tried.promise, &faults, &facts), told: None }
    }

    fn refused(&self, tried: &Try<'_>, refusal: &Refusal) -> Outcome {
        let Try { promise, credential, request } = tried;
        let live = promise.client.live.and_then(|live| self.secrets.get(&live.id)).and_then(Option::as_deref);
        let (hash, key) = known(&request.means);
        let facts = Facts { observed: self.observed, secrets: live, hash: hash.as_ref(), key: key.as_ref() };
        Outcome::Failed { blames: refused(promise, *credential, refusal, &facts), told: Some(told(refusal)) }
    }
}

/// Returns what may be known of what a client proves itself with.
fn known(means: &ClientMeans) -> (Option<SecretHash>, Option<KeyFacts>) {
    match means {
        ClientMeans::Basic(secret) | ClientMeans::Post(secret) | ClientMeans::SecretJwt(secret) => (Some(secret.hash()), None),
        ClientMeans::KeyJwt(key) => (None, Some(KeyFacts { public: key.public(), kid: key.id().map(str::to_owned) })),
    }
}

/// Returns an error with its causes, in one line.
fn in_full(error: &crate::http::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
