//! When the signing keys of a server rotate: when somebody asks for it, and by themselves once the active key has signed for its term.
//!
//! What they do by themselves follows from the clock alone. It is written down, and told to the log, when somebody comes who
//! would notice that it was not.

use jiff::{SignedDuration, Timestamp};

use super::document::{Server, default_id, key_id};
use crate::{
    answer::Refusal,
    call::Call,
    families::Exchange,
    ids::Seed,
    store::{Table, Tables, Tx},
};

/// How long a key signs under automatic rotation.
const TERM: SignedDuration = SignedDuration::from_hours(90 * 24);

impl Server {
    /// Lets the next key sign, expires the one that did, and makes a new next one. What had expired before is gone.
    pub(super) fn rotate(&mut self, tx: &mut Tx<'_>) -> Result<(), Refusal> {
        let [active, next, expired @ ..] = self.keys.as_slice() else {
            return Err(Refusal::internal());
        };
        for gone in expired {
            tx.remove(Table::SigningKeys, format!("{}/{gone}", self.id));
        }
        let new = key_id(tx.seed(), &self.id, self.rotations + 2);
        self.keys = vec![next.clone(), new, active.clone()];
        self.rotations += 1;
        Ok(())
    }

    /// Says whether the keys should have rotated by themselves.
    fn is_overdue(&self, now: i64) -> bool {
        self.rotation_mode == "AUTO" && age(&self.last_rotated, now) >= TERM.as_secs()
    }
}

/// Returns how many seconds there are since a time.
fn age(since: &str, now: i64) -> i64 {
    since.parse::<Timestamp>().map_or(0, |since| now - since.as_second())
}

/// Returns when keys that were rotated at a time rotate by themselves.
pub(super) fn next(last: &str) -> Option<String> {
    let next = last.parse::<Timestamp>().ok()?.checked_add(TERM).ok()?;
    Some(next.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string())
}

/// Returns what the `Cache-Control` of a key set says that was rotated at a time: it is good until the next rotation would be.
pub(super) fn cache_control(last: &str, now: i64) -> String {
    let left = TERM.as_secs() - age(last, now).rem_euclid(TERM.as_secs());
    format!("max-age={left}, must-revalidate")
}

/// Returns the servers whose keys should have rotated by themselves, of those that a request at a path would show something of.
pub(crate) fn overdue(tables: &Tables, seed: &Seed, now: i64, segments: &[&str]) -> Vec<String> {
    let servers = tables.table(Table::Servers);
    let is_overdue = |id: &str| servers.get(id).and_then(|row| row.read::<Server>().ok()).is_some_and(|server| server.is_overdue(now));
    match *segments {
        ["api", "v1", "authorizationServers" | "logs"] => servers.keys().filter(|id| is_overdue(id)).cloned().collect(),
        ["api", "v1", "authorizationServers", named, ..] | ["oauth2", named, "v1", ..] => {
            let id = if named == "default" { default_id(seed) } else { named.to_owned() };
            Some(id).filter(|id| is_overdue(id)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the request by which the org itself rotates the keys of a server.
pub(crate) fn call(id: &str) -> Call {
    let path = format!("/api/v1/authorizationServers/{id}/credentials/lifecycle/keyRotate");
    let mut request = http::Request::new(Vec::new());
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = path.parse().unwrap_or_default();
    Call::new(request, None)
}

/// Rotates the keys of a server as often as they should have rotated, and as if it had been done in time.
pub(crate) fn catch_up(x: &mut Exchange<'_>, id: &str) -> Result<(), Refusal> {
    let mut server: Server = x.tx.get(Table::Servers, id)?.ok_or_else(Refusal::internal)?;
    while server.is_overdue(x.at) {
        server.last_rotated = next(&server.last_rotated).ok_or_else(Refusal::internal)?;
        server.rotate(&mut x.tx)?;
    }
    server.write(&mut x.tx)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROTATED: &str = "2025-03-13T23:23:10.000Z";

    fn at(time: &str) -> i64 {
        time.parse::<Timestamp>().unwrap().as_second()
    }

    #[test]
    fn a_key_signs_for_ninety_days() {
        assert_eq!(next(ROTATED).unwrap(), "2025-06-11T23:23:10.000Z");
    }

    #[test]
    fn a_key_set_is_good_until_the_next_rotation_and_then_until_the_one_after() {
        assert_eq!(cache_control(ROTATED, at(ROTATED)), "max-age=7776000, must-revalidate");
        assert_eq!(cache_control(ROTATED, at("2025-06-11T23:23:09Z")), "max-age=1, must-revalidate");
        assert_eq!(cache_control(ROTATED, at("2025-06-11T23:23:10Z")), "max-age=7776000, must-revalidate");
    }
}
