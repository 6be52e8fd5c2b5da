//! An org of which an earlier reading is kept: only what the log shows to be touched is read again, by the same reads that a sweep makes. The portal,
//! which has no log, is read whole.

use jiff::{SignedDuration, Timestamp};

use super::because::Because;
use super::cache::{Keep, Kept, Unusable};
use super::error::Error;
use super::log::{Cursor, follow, latest};
use super::place::{DELAY, Place, RETENTION, Since};
use super::reach::{Chosen, Reach};
use super::snapshot::Snapshot;
use super::stale::{Stale, filter};
use super::sweep::{Expected, Listed, Sweep};
use super::take_in::take_in;
use super::want::{Detail, Want, count};
use crate::address::System;
use crate::bind::{Details, is_between};
use crate::desired::Desired;
use crate::http::{self, Reader};
use crate::observed::{Event, Id, Observed, Org};

/// What an incremental reading goes by.
#[derive(Clone, Copy)]
pub struct Incremental<'k> {
    /// Where earlier readings are kept.
    pub keep: &'k dyn Keep,
    /// How long ago all of the org may have been read.
    pub max_age: SignedDuration,
    /// What reads the org where the log may not be read: it may be signed in without the scope for that.
    pub unlogged: &'k Reader,
}

/// What an incremental reading begins with.
#[derive(Debug)]
pub struct Begun {
    /// Which org it is; `None` if none is read.
    pub org: Option<Org>,
    /// What there is to go on from, or why all is to be read.
    pub base: Result<Base, Because>,
    /// How the next one will go on; `None` if the log cannot be followed from here.
    pub next: Option<Next>,
}

/// An earlier reading, and what of it holds no longer.
#[derive(Debug)]
pub struct Base {
    observed: Observed,
    reach: Reach,
    stale: Stale,
    swept: Timestamp,
}

/// How the next reading goes on.
#[derive(Debug)]
pub struct Next {
    as_of: Timestamp,
    swept: Timestamp,
    place: Place,
}

impl Base {
    /// Returns when all of the org was read last, by its own clock.
    pub fn swept(&self) -> Timestamp {
        self.swept
    }

    /// Returns how many objects are read again.
    pub fn touched(&self) -> usize {
        self.stale.count()
    }
}

impl Sweep {
    /// Finds out what there is to go on from. The log is followed before anything else is read, so that what changes meanwhile is found the next time.
    pub async fn begin(&self, desired: &Desired, expected: &Expected, how: Incremental<'_>, secrets: bool) -> Result<Begun, Error> {
        if !self.systems.contains(&System::Okta) {
            return Ok(Begun { org: None, base: Err(Because::NoOrg), next: None });
        }
        let (org, now) = self.org(expected).await?;
        let Some(now) = now else { return Ok(Begun { org: Some(org), base: Err(Because::Clock), next: None }) };
        let kept = usable(how.keep.take(&org), now, how.max_age, desired, secrets);
        let since = kept.as_ref().map_or(now - DELAY, |kept| kept.place.since);
        let (base, next) = match self.shown(since, now).await {
            Ok((shown, latest)) => {
                let place = Place::at(now, &shown, &latest);
                let base = kept.and_then(|kept| base(kept, shown));
                let swept = base.as_ref().map_or(now, |base| base.swept);
                (base, Some(Next { as_of: now, swept, place }))
            }
            Err(error) if is_denied(&error) => (Err(Because::Denied { why: told(&error) }), None),
            Err(error) if kept.is_ok() => {
                // The place may be what is wrong: from another one it may go on.
                let anew = self.shown(now - DELAY, now).await.ok();
                let place = anew.map(|(shown, latest)| Place::at(now, &shown, &latest));
                let next = place.map(|place| Next { as_of: now, swept: now, place });
                (Err(Because::Log { why: told(&error) }), next)
            }
            Err(error) => (Err(Because::Log { why: told(&error) }), None),
        };
        Ok(Begun { org: Some(org), base, next })
    }

    /// Returns what the log shows from a time on, and if that is nothing the latest events of before.
    async fn shown(&self, since: Timestamp, now: Timestamp) -> Result<(Vec<Event>, Vec<Event>), http::Error> {
        let filter = filter();
        let shown = follow(&self.reader, Cursor::since(since, &filter)).await?.events;
        let before = if shown.is_empty() { latest(&self.reader, now - RETENTION, &filter).await? } else { Vec::new() };
        Ok((shown, before))
    }

    /// Goes on from an earlier reading.
    pub async fn list_again(self, desired: &Desired, expected: &Expected, org: Org, base: Base) -> Result<Listed, Error> {
        let reads = |system| self.systems.contains(&system);
        if reads(System::Portal) {
            expected.check_portal(self.reader.portal())?;
        }
        let okta = self.refresh(desired, base);
        let portal = async { if reads(System::Portal) { self.portal().await.map(Some) } else { Ok(None) } };
        let ((mut observed, held), portal) = match tokio::join!(okta, portal) {
            (Ok(okta), Ok(portal)) => (okta, portal),
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => return Err(error),
            (Err(one), Err(other)) => return Err(one.and(other)),
        };
        (observed.org, observed.portal) = (Some(org), portal);
        if desired.servers.is_empty() && !is_between(desired, &observed) {
            observed.servers = crate::observed::Servers::default();
        }
        let mut listed = Listed { sweep: self, observed, held }.with_the_rest(desired).await?;
        let servers = &mut listed.observed.servers;
        servers.below.retain(|id, _| servers.listed.iter().any(|server| server.id == *id));
        Ok(listed)
    }

    /// Reads again what holds no longer of the apps and clients, and forgets what else does not.
    async fn refresh(&self, desired: &Desired, base: Base) -> Result<(Observed, Reach), Error> {
        let Base { mut observed, mut reach, stale, swept: _ } = base;
        stale.forget(&mut observed, &mut reach);
        if !desired.concerns_apps() {
            observed.apps.clear();
        }
        let chosen = Chosen::by(desired);
        observed.clients.retain(|client| chosen.has(client));
        let apps = stale.apps.iter().filter(|_| desired.concerns_apps()).cloned().map(Want::App);
        let clients = stale.apps.iter().filter(|_| !desired.clients.is_empty() && reach.clients.is_some()).cloned().map(Want::Client);
        let wants: Vec<_> = apps.chain(clients).collect();
        let of = wants.len();
        let outcomes = self.read_all(wants, count(of)).await;
        let is_known = |id: &Id| observed.clients.iter().any(|client| client.id == *id);
        let elsewhere = outcomes.values().any(|outcome| matches!(outcome, Ok(Detail::NoClient(id)) if !is_known(id)));
        take_in(&mut observed, outcomes, of)?;
        observed.clients.retain(|client| chosen.has(client));
        if elsewhere {
            // An app whose client id is another may be any of the clients.
            reach.clients = None;
            let clients = &observed.clients;
            observed.grants.retain(|id, _| !clients.iter().any(|client| client.id == *id));
        }
        Ok((observed, reach))
    }
}

/// Returns what is kept if it can be gone on from.
fn usable(
    taken: Result<Option<Kept<'static>>, Unusable>,
    now: Timestamp,
    max_age: SignedDuration,
    desired: &Desired,
    secrets: bool,
) -> Result<Kept<'static>, Because> {
    let kept = taken.map_err(Because::Unusable)?.ok_or(Because::First)?;
    if secrets {
        return Err(Because::Secrets);
    }
    // Servers that answer for one org agree in the time, but for seconds.
    if kept.as_of > now + DELAY {
        return Err(Because::Clock);
    }
    if now.duration_since(kept.as_of) >= RETENTION || now.duration_since(kept.place.since) >= RETENTION {
        return Err(Because::Retention);
    }
    if now.duration_since(kept.swept) > max_age {
        return Err(Because::Old { swept: kept.swept, most: max_age });
    }
    if desired.concerns_apps() && !kept.snapshot.reach().apps {
        return Err(Because::Wider);
    }
    Ok(kept)
}

/// Returns what was kept as the ground of a reading.
fn base(kept: Kept<'static>, shown: Vec<Event>) -> Result<Base, Because> {
    let events = match kept.place.news(shown) {
        Since::New(events) => events,
        Since::Gap => return Err(Because::Gap),
        Since::Silent => return Err(Because::Silent),
    };
    let (observed, reach) = kept.snapshot.restore();
    let stale = Stale::of(&events, &observed)?;
    if stale.is_too_much(&observed, &reach) {
        return Err(Because::TooMuch { touched: stale.count() });
    }
    Ok(Base { observed, reach, stale, swept: kept.swept })
}

impl Next {
    /// Returns what is to be kept of a reading for some manifests, which were found to need some details.
    pub fn kept<'o>(self, desired: &Desired, observed: &'o Observed, needs: &Details) -> Option<Kept<'o>> {
        let Self { as_of, swept, place } = self;
        let snapshot = Snapshot::of(observed, Reach::of(desired, observed, needs))?;
        Some(Kept { as_of, swept, place, snapshot })
    }
}

fn is_denied(error: &http::Error) -> bool {
    error.is_denied() || error.is_unauthenticated()
}

/// Returns why a request failed, with what stands behind it. The request itself is long and always the same.
fn told(error: &http::Error) -> String {
    let mut told = format!("it {}", error.kind());
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        told = format!("{told}: {inner}");
        cause = inner.source();
    }
    told
}
