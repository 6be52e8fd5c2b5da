//! Rate limits: which bucket a request falls into, and what is left of it.
//!
//! A window opens with the first request after the last one closed and lasts as long as its limits say, in tokio's time. The
//! default is so large that nobody meets it, but the headers are there all the same.

use std::{collections::BTreeMap, str::FromStr, time::Duration};

use serde_json::Value;
use tokio::time::Instant;

use crate::error::Error;

const UNLIMITED: u32 = 1_000_000;
const MINUTE: Duration = Duration::from_mins(1);

/// The buckets that Okta counts requests in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Bucket {
    /// All of `/api/v1/apps` but an app by its id.
    Apps,
    /// `/api/v1/apps/{id}` alone.
    App,
    /// All of `/api/v1/groups` but a group by its id.
    Groups,
    /// `/api/v1/groups/{id}` alone.
    Group,
    Logs,
    /// `/oauth2/v1/clients`.
    Clients,
    /// The endpoints of the org's own authorization server, and the rest of `/oauth2`.
    OAuth,
    /// The endpoints of all custom authorization servers together.
    Servers,
    /// The rest of `/api/v1`.
    Api,
}

impl Bucket {
    const ALL: [(Self, &'static str, u32); 9] = [
        (Self::Apps, "apps", 100),
        (Self::App, "app", 500),
        (Self::Groups, "groups", 500),
        (Self::Group, "group", 1_000),
        (Self::Logs, "logs", 120),
        (Self::Clients, "clients", 100),
        (Self::OAuth, "oauth2", 2_000),
        (Self::Servers, "servers", 2_000),
        (Self::Api, "api", 1_200),
    ];

    /// Returns the bucket of a path, or `None` where Okta does not count.
    pub(crate) fn of(segments: &[&str]) -> Option<Self> {
        Some(match segments {
            ["api", "v1", "apps", _] => Self::App,
            ["api", "v1", "apps", ..] => Self::Apps,
            ["api", "v1", "groups", _] => Self::Group,
            ["api", "v1", "groups", ..] => Self::Groups,
            ["api", "v1", "logs", ..] => Self::Logs,
            ["oauth2", "v1", "clients", ..] => Self::Clients,
            ["oauth2", "v1", "keys"] | ["oauth2", _, "v1", "keys"] | ["oauth2", _, ".well-known", _] => return None,
            ["oauth2", "v1", ..] => Self::OAuth,
            // Apart from the org's own, and one for all of them (Okta's support article on the rate limits of authorization servers).
            ["oauth2", _, "v1", ..] => Self::Servers,
            ["oauth2", ..] => Self::OAuth,
            ["api", "v1", ..] => Self::Api,
            _ => return None,
        })
    }
}

/// How many requests a window admits, by bucket.
///
/// Written as `unlimited`, as `okta` (the published table of a workforce org), as a list such as
/// `apps=25,app=100,window=60s`, or as the path of a JSON file with the same names. Buckets that are not named are unlimited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimits {
    limits: BTreeMap<Bucket, u32>,
    window: Duration,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { limits: BTreeMap::new(), window: MINUTE }
    }
}

impl FromStr for RateLimits {
    type Err = Error;

    fn from_str(spec: &str) -> Result<Self, Error> {
        let refuse = |problem: String| Error::RateLimits { spec: spec.into(), problem };
        match spec {
            "unlimited" => return Ok(Self::default()),
            "okta" => {
                let limits = Bucket::ALL.iter().map(|&(bucket, _, limit)| (bucket, limit));
                return Ok(Self { limits: limits.collect(), window: MINUTE });
            }
            _ => {}
        }
        let mut limits = Self::default();
        if spec.contains('=') {
            for part in spec.split(',') {
                let (name, value) = part.split_once('=').unwrap_or((part, ""));
                limits.set(name.trim(), value.trim()).map_err(refuse)?;
            }
            return Ok(limits);
        }
        let text = std::fs::read_to_string(spec).map_err(|error| {
            refuse(format!("expected `okta`, `unlimited`, a list such as `apps=25,window=60s`, or a JSON file ({error})"))
        })?;
        let Ok(Value::Object(entries)) = serde_json::from_str(&text) else {
            return Err(refuse("the file is not a JSON object".into()));
        };
        for (name, value) in &entries {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            limits.set(name, &value).map_err(refuse)?;
        }
        Ok(limits)
    }
}

impl RateLimits {
    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        if name == "window" {
            self.window = crate::faults::duration(value).ok_or_else(|| format!("`{value}` is not a duration such as `60s`"))?;
            return Ok(());
        }
        let known = Bucket::ALL.iter().find(|(_, known, _)| *known == name);
        let Some(&(bucket, ..)) = known else {
            let names: Vec<_> = Bucket::ALL.iter().map(|(_, name, _)| *name).collect();
            return Err(format!("no bucket `{name}`: there are {} and `window`", names.join(", ")));
        };
        let limit = value.parse().map_err(|_| format!("`{value}` is not a number of requests"))?;
        self.limits.insert(bucket, limit);
        Ok(())
    }

    fn limit(&self, bucket: Bucket) -> u32 {
        self.limits.get(&bucket).copied().unwrap_or(UNLIMITED)
    }
}

/// What the `X-Rate-Limit-*` headers say about one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// How long until the window closes.
    pub(crate) reset: Duration,
    pub(crate) admitted: bool,
}

/// The open windows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Windows {
    open: BTreeMap<Bucket, (Instant, u32)>,
}

impl Windows {
    /// Counts a request.
    pub(crate) fn admit(&mut self, bucket: Bucket, limits: &RateLimits) -> Allowance {
        let now = Instant::now();
        let window = self.open.entry(bucket).or_insert((now, 0));
        if now >= window.0 + limits.window {
            *window = (now, 0);
        }
        let limit = limits.limit(bucket);
        let admitted = window.1 < limit;
        if admitted {
            window.1 += 1;
        }
        Allowance { limit, remaining: limit - window.1, reset: (window.0 + limits.window) - now, admitted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_app_by_its_id_is_outside_the_small_bucket() {
        let of = |path: &str| Bucket::of(&path[1..].split('/').collect::<Vec<_>>());
        assert_eq!(of("/api/v1/apps"), Some(Bucket::Apps));
        assert_eq!(of("/api/v1/apps/0oa1"), Some(Bucket::App));
        assert_eq!(of("/api/v1/apps/0oa1/grants"), Some(Bucket::Apps));
        assert_eq!(of("/api/v1/policies"), Some(Bucket::Api));
        assert_eq!(of("/oauth2/v1/keys"), None);
        assert_eq!(of("/oauth2/aus1/v1/keys"), None);
        assert_eq!(of("/oauth2/aus1/.well-known/openid-configuration"), None);
        assert_eq!(of("/oauth2/v1/token"), Some(Bucket::OAuth));
        assert_eq!(of("/oauth2/aus1/v1/token"), Some(Bucket::Servers));
        assert_eq!(of("/oauth2/default/v1/token"), Some(Bucket::Servers));
        assert_eq!(of("/api/v1/authorizationServers"), Some(Bucket::Api));
        assert_eq!(of("/.well-known/okta-organization"), None);
    }

    #[test]
    fn limits_are_read_from_a_name_a_list_or_a_file() {
        let okta: RateLimits = "okta".parse().unwrap();
        assert_eq!(okta.limit(Bucket::Apps), 100);
        let listed: RateLimits = "apps=25, window=10s".parse().unwrap();
        assert_eq!(listed.limit(Bucket::Apps), 25);
        assert_eq!(listed.limit(Bucket::App), UNLIMITED);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("limits.json");
        std::fs::write(&file, r#"{"apps": 25, "window": "10s"}"#).unwrap();
        assert_eq!(file.to_str().unwrap().parse::<RateLimits>().unwrap(), listed);
    }

    #[test]
    fn a_wrong_bucket_is_told_what_there_is() {
        let error = "pears=3".parse::<RateLimits>().unwrap_err();
        insta::assert_snapshot!(error, @"`pears=3` does not say rate limits: no bucket `pears`: there are apps, app, groups, group, logs, clients, oauth2, servers, api and `window`");
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_admits_its_limit_and_opens_again_when_it_is_over() {
        let limits: RateLimits = "apps=2,window=60s".parse().unwrap();
        let mut windows = Windows::default();
        let first = windows.admit(Bucket::Apps, &limits);
        assert_eq!((first.remaining, first.reset), (1, MINUTE));
        tokio::time::advance(Duration::from_secs(20)).await;
        assert!(windows.admit(Bucket::Apps, &limits).admitted);
        let third = windows.admit(Bucket::Apps, &limits);
        assert_eq!((third.admitted, third.remaining, third.reset), (false, 0, Duration::from_secs(40)));
        assert!(windows.admit(Bucket::App, &limits).admitted);
        tokio::time::advance(Duration::from_secs(40)).await;
        assert!(windows.admit(Bucket::Apps, &limits).admitted);
    }
}
