//! What it costs to read again only what has changed: requests of an org of any size, and time under Okta's limits.

use std::sync::Arc;
use std::time::Duration;

use idpctl::desired::Desired;
use idpctl::diff::SecretHashes;
use idpctl::drift::Mode;
use idpctl::observe::{Expected, Incremental, Silent, Sweep};
use idpctl::pipeline::{self, Watched};
use idpctl::plan::{Choices, SecretsMode};
use idpctl_emulator::{Config, Org};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::incremental::Memory;
use crate::rates::{Run, figure, paused};
use crate::story::{document, with};
use crate::world::declared;

/// After so long what was done is no news any more, and every window is another.
const LATER: Duration = Duration::from_mins(10);

/// An org with apps that are granted a scope each, and manifests that say so.
struct Portfolio {
    org: Org,
    ids: Vec<String>,
    desired: Desired,
    memory: Memory,
    /// How many apps have other grants than are declared.
    drifted: usize,
}

async fn call(org: &Org, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let request = http::Request::builder().method(method).uri(format!("http://127.0.0.1:7{path}"));
    let request = request.header("authorization", format!("SSWS {}", org.okta_token())).header("content-type", "application/json");
    let answer =
        org.call(request.header("accept", "application/json").body(text.into_bytes()).expect("a request")).await.expect("an answer");
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
}

/// Does something as soon as the limits allow it.
async fn done(org: &Org, method: &str, path: &str, body: &Value) -> Value {
    loop {
        match call(org, method, path, body).await {
            (429, _) => sleep(Duration::from_secs(10)).await,
            (status, answer) if status < 300 => return answer,
            (status, answer) => panic!("{method} {path}: {status} {answer}"),
        }
    }
}

impl Portfolio {
    async fn new(apps: usize, limits: &str) -> Self {
        let rate_limits = limits.parse().expect("limits");
        let config = Config { seed_apps: apps, rate_limits, latency: Duration::from_millis(50), ..Config::default() };
        let org = Org::open(config).expect("an org in memory opens");
        // From here on it goes by paused time alone.
        sleep(Duration::from_hours(1)).await;
        let mut ids: Vec<String> = Vec::new();
        while ids.len() < apps {
            let after = ids.last().map(|id| format!("&after={id}")).unwrap_or_default();
            let page = done(&org, "GET", &format!("/api/v1/apps?filter=name+eq+%22oidc_client%22&limit=200{after}"), &Value::Null).await;
            ids.extend(page.as_array().expect("a list").iter().map(|app| app["id"].as_str().expect("an id").to_owned()));
        }
        let granted = json!({"scopeId": "okta.users.read", "issuer": "http://127.0.0.1:7"});
        for id in &ids {
            done(&org, "POST", &format!("/api/v1/apps/{id}/grants"), &granted).await;
        }
        // Of apps that are not ours, an undeclared grant is none of our business unless the document says so.
        let grants = ids.iter().enumerate().map(|(n, id)| {
            let grant = document("Grant", &format!("app-{n}"), json!({"app": {"id": id}, "scopes": ["okta.users.read"]}));
            with(grant, "metadata.prune", json!(true))
        });
        let desired = declared(&grants.collect::<Vec<_>>());
        sleep(LATER).await;
        Self { org, ids, desired, memory: Memory::default(), drifted: 0 }
    }

    /// Reads what has changed, and returns how, with how many requests, and how long it took.
    async fn read(&self) -> (Mode, usize, Duration) {
        sleep(LATER).await;
        self.org.clear_requests();
        let run = Run::new(&self.org);
        let reader = run.reader();
        let parallelism = std::num::NonZeroUsize::new(8).expect("eight is not zero");
        let systems = [idpctl::address::System::Okta].into();
        let sweep = Sweep { reader: reader.clone(), systems, parallelism, progress: Arc::new(Silent) };
        let how = Incremental { keep: &self.memory, max_age: SignedDuration::from_hours(24), unlogged: &reader };
        let choices = Choices { secrets: SecretsMode::Skip, ..Choices::default() };
        let began = Instant::now();
        let watched = pipeline::observe_again(&self.desired, &SecretHashes::new(), &choices, sweep, &Expected::default(), how).await;
        let Watched { observation, mode, .. } = watched.expect("the org is read");
        let took = began.elapsed();
        let items =
            pipeline::drift(&self.desired, &observation.observed, &SecretHashes::new(), &choices).expect("the manifests fit the org");
        assert_eq!(items.items.len(), self.drifted, "what has changed is found");
        (mode, self.org.requests().len(), took)
    }

    /// Somebody revokes what is declared of some apps, and grants others what is not.
    async fn change(&mut self, apps: usize) {
        let undeclared = json!({"scopeId": "okta.groups.read", "issuer": "http://127.0.0.1:7"});
        for (n, id) in self.ids[..apps].iter().enumerate() {
            let grants = format!("/api/v1/apps/{id}/grants");
            if n % 2 == 0 {
                done(&self.org, "POST", &grants, &undeclared).await;
            } else {
                let granted = done(&self.org, "GET", &grants, &Value::Null).await;
                let grant = granted[0]["id"].as_str().expect("an id");
                done(&self.org, "DELETE", &format!("{grants}/{grant}"), &Value::Null).await;
            }
        }
        self.drifted = apps;
    }
}

#[test]
fn five_thousand_unchanged_apps_take_five_requests_and_each_changed_one_its_own() {
    paused(async {
        let mut portfolio = Portfolio::new(5_000, "unlimited").await;
        let (mode, whole, _) = portfolio.read().await;
        assert_eq!(mode, Mode::Full);
        let (mode, unchanged, _) = portfolio.read().await;
        assert!(matches!(mode, Mode::Incremental { touched: 0, .. }), "{mode:?}");
        portfolio.change(10).await;
        let (mode, changed, _) = portfolio.read().await;
        assert!(matches!(mode, Mode::Incremental { touched: 10, .. }), "{mode:?}");
        figure("5,000 apps with grants", &format!("{whole} requests for all, {unchanged} for none changed, {changed} for ten changed"));
        // Of each app that has changed, itself and its grants.
        assert!(unchanged <= 5 && changed <= 5 + 2 * 10, "{unchanged} and {changed}");
    });
}

#[test]
fn within_the_limits_a_full_reading_takes_what_its_bucket_takes_and_another_one_seconds() {
    paused(async {
        let mut portfolio = Portfolio::new(1_000, "okta").await;
        let (mode, requests, whole) = portfolio.read().await;
        assert_eq!(mode, Mode::Full);
        // A thousand lists of grants and five pages, fifty a minute, of which the first do not wait.
        let floor = Duration::from_mins((1_005_u64.div_ceil(50)) - 1);
        let (mode, few, unchanged) = portfolio.read().await;
        assert!(matches!(mode, Mode::Incremental { touched: 0, .. }), "{mode:?}");
        portfolio.change(10).await;
        let (_, some, changed) = portfolio.read().await;
        let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
        let [whole_s, floor_s, unchanged_s, changed_s] = [whole, floor, unchanged, changed].map(seconds);
        figure(
            "1,000 apps with grants within Okta's limits",
            &format!(
                "all in {whole_s} ({requests} requests; the bucket alone takes {floor_s}), none changed in {unchanged_s} ({few}), ten changed in {changed_s} ({some})"
            ),
        );
        assert!(whole <= floor.mul_f64(1.05), "{whole:?} and {floor:?}");
        assert!(unchanged < Duration::from_secs(5) && changed < Duration::from_secs(10), "{unchanged:?} and {changed:?}");
    });
}
