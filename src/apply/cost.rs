//! What a plan costs: how many requests it takes from each bucket of the rate limits, and how long that lasts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::http::{Bucket, Governor};
use crate::plan::Plan;
use crate::program::{Action, Probe};

/// Returns how long a plan takes at least, within the rate budget and as far as the limits are known: each step looks before it writes.
pub fn forecast(plan: &Plan, governor: &Governor) -> Duration {
    let mut requests: BTreeMap<Bucket, u32> = BTreeMap::new();
    for step in plan.actions.iter().flat_map(|action| &action.steps) {
        for bucket in [looks_in(&step.probe), written_in(&step.call.path)] {
            *requests.entry(bucket).or_default() += 1;
        }
    }
    requests.into_iter().map(|(bucket, requests)| governor.forecast(bucket, requests)).max().unwrap_or_default()
}

/// Returns the bucket that an action waits for longest: the smallest of those that its writes are counted in.
pub(super) fn slowest(action: &Action) -> Bucket {
    action.steps.iter().map(|step| written_in(&step.call.path)).min().unwrap_or(Bucket::Public)
}

fn looks_in(probe: &Probe) -> Bucket {
    match probe {
        Probe::App(_) => Bucket::AppById,
        Probe::Find { .. } | Probe::Secrets(_) | Probe::Grants(_) | Probe::Assignment { .. } => Bucket::Apps,
        Probe::Client(_) | Probe::FindClient { .. } => Bucket::Clients,
        Probe::SecretFile(_) => Bucket::Public,
        Probe::ByPath { .. } | Probe::FindListed { .. } => Bucket::Portal,
        Probe::PartByPath { .. } | Probe::FindPart { .. } => Bucket::Management,
    }
}

fn written_in(path: &str) -> Bucket {
    Bucket::of(&without_slot(path))
}

/// Returns a path with one segment in the place of its slot, which may have several.
fn without_slot(path: &str) -> Cow<'_, str> {
    match (path.find('{'), path.find('}')) {
        (Some(from), Some(to)) if from < to => Cow::Owned(format!("{}id{}", &path[..from], &path[to + 1..])),
        _ => Cow::Borrowed(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_one_segment_whatever_stands_in_it() {
        let table = [
            "/api/v1/apps",
            "/api/v1/apps/{App/web}",
            "/api/v1/apps/{App/web}/grants",
            "/api/v1/policies",
            "/api/v1/authorizationServers/{AuthorizationServer/orders}/policies/{AuthorizationServer/orders/policy/p}/rules",
            "/portal-api/oauth-providers/{OAuthProvider/okta}/client-types/{ClientType/web}",
        ];
        let buckets = [Bucket::Apps, Bucket::AppById, Bucket::Apps, Bucket::Management, Bucket::Management, Bucket::Portal];
        assert_eq!(table.map(written_in), buckets);
        assert_eq!(without_slot("/api/v1/apps/}/{"), "/api/v1/apps/}/{", "a plan file may hold anything");
    }
}
