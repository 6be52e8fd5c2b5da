//! The client and the sweep against the emulated org, in one paused time.

use std::collections::BTreeSet;

use idpctl_emulator::{Config, Org};
use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::bind::{Children, Details};
use crate::observe::{Expected, Silent, Sweep};
use crate::observed::{Clean, Id, LivePart};
use crate::request::Method;

fn writer(org: &Org, token: &str) -> Writer {
    let credentials = Credentials::ssws(BaseUrl::parse("http://127.0.0.1").unwrap(), Secret::new(token.to_owned())).unwrap();
    Writer::new(Arc::new(InProcessTransport::new(org.clone())), credentials, Governor::new(Budget::default()), policy())
}

fn open(config: Config) -> (Org, Writer) {
    let org = Org::open(config).unwrap();
    let writer = writer(&org, org.okta_token());
    (org, writer)
}

async fn list(writer: &Writer) -> crate::observe::Listed {
    let sweep = Sweep {
        reader: writer.reader().clone(),
        systems: [crate::address::System::Okta].into(),
        parallelism: 8.try_into().unwrap(),
        progress: Arc::new(Silent),
    };
    sweep.list(&Expected::default()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_sweep_reads_every_page_and_only_the_needed_details() {
    let (org, writer) = open(Config { seed_apps: 450, ..Config::default() });
    let listed = list(&writer).await;
    assert_eq!(listed.observed().apps.len(), 450);
    assert_eq!(listed.observed().org.as_ref().unwrap().id, org.org_id());
    let some: BTreeSet<Id> = listed.observed().apps.iter().step_by(50).map(|app| app.id.clone()).collect();
    let observed =
        listed.details(Details { secrets: some.clone(), grants: some.clone(), policies: true, ..Details::default() }).await.unwrap();
    assert_eq!((observed.secrets.len(), observed.grants.len()), (9, 9));
    assert!(!observed.policies.is_empty());
    assert_eq!(org.requests().len(), 1 + 3 + 1 + 9 + 9, "{:?}", org.requests());
    assert!(org.requests().iter().all(|seen| seen.method == "GET"));
}

#[tokio::test(start_paused = true)]
async fn what_a_server_was_born_with_is_read_as_its_own() {
    let (org, writer) = open(Config::default());
    let listed = list(&writer).await.with_servers().await.unwrap();
    let [server] = listed.observed().servers.listed.as_slice() else { panic!("a new org has one server") };
    assert!(server.own && server.name() == "default");
    let children = Children { scopes: true, claims: true, policies: Some(["Default Policy".to_owned()].into()) };
    let details = Details { servers: [(server.id.clone(), children)].into(), ..Details::default() };
    let id = server.id.clone();
    let observed = listed.details(details).await.unwrap();
    let below = &observed.servers.below[&id];
    let of = |parts: &Option<Vec<LivePart>>| parts.iter().flatten().map(|part| part.own).collect::<Vec<_>>();
    assert_eq!((of(&below.scopes).len(), of(&below.claims).len(), of(&below.policies).len()), (27, 19, 1));
    assert!([&below.scopes, &below.claims].into_iter().all(|parts| of(parts).iter().all(|own| *own)));
    assert_eq!(below.rules.values().map(Vec::len).collect::<Vec<_>>(), [1]);
    assert_eq!(org.requests().len(), 2 + 1 + 4, "{:?}", org.requests());
}

#[tokio::test(start_paused = true)]
async fn small_limits_are_kept_without_being_told() {
    let (org, writer) = open(Config { seed_apps: 60, rate_limits: "apps=20".parse().unwrap(), ..Config::default() });
    let started = Instant::now();
    let listed = list(&writer).await;
    let all: BTreeSet<Id> = listed.observed().apps.iter().map(|app| app.id.clone()).collect();
    listed.details(Details { grants: all, ..Details::default() }).await.unwrap();
    // 61 requests, ten a minute.
    assert!((360..=372).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    assert!(org.requests().iter().all(|seen| seen.status == Some(200)));
    assert_eq!(writer.reader().governor().counters()[&Bucket::Apps].told, 0);
}

#[tokio::test(start_paused = true)]
async fn errors_of_the_org_are_understood() {
    let (org, writer) = open(Config::default());
    let refused = self::writer(&org, "00wrong").reader().get::<Any>(Request::get("/api/v1/apps")).await.unwrap_err();
    assert!(refused.is_unauthenticated(), "{refused}");
    let missing = writer.reader().get::<Any>(Request::get("/api/v1/apps/0oaNothing")).await.unwrap_err();
    assert!(missing.is_not_found(), "{missing}");
    let unfit = json!({"name": "oidc_client", "label": "A", "signOnMode": "OPENID_CONNECT", "credentials": {},
        "settings": {"oauthClient": {"grant_types": ["password"]}}});
    let invalid = writer.send::<Any>(Request::new(Method::Post, "/api/v1/apps").body(unfit)).await.unwrap_err();
    assert!(invalid.is_invalid() && invalid.request_id().is_some(), "{invalid}");
}

#[tokio::test(start_paused = true)]
async fn faults_of_the_org_are_survived_or_left_open() {
    let faults = ["GET /api/v1/apps 503 x2", "POST /api/v1/apps reset-after"].map(|spec| spec.parse().unwrap());
    let (org, writer) = open(Config { faults: faults.to_vec(), ..Config::default() });
    assert!(list(&writer).await.observed().apps.is_empty());
    let body = json!({"name": "oidc_client", "label": "A", "signOnMode": "OPENID_CONNECT", "visibility": {"hide": {"iOS": true, "web": true}},
        "credentials": {"oauthClient": {"token_endpoint_auth_method": "client_secret_basic"}},
        "settings": {"oauthClient": {"application_type": "web", "grant_types": ["authorization_code"], "response_types": ["code"],
            "redirect_uris": ["https://a.example.com/cb"]}}});
    let error = writer.send::<Clean>(Request::new(Method::Post, "/api/v1/apps").body(body)).await.unwrap_err();
    assert!(error.is_ambiguous(), "{error}");
    assert_eq!(list(&writer).await.observed().apps.len(), 1, "it had been done");
    assert_eq!(org.requests().iter().filter(|seen| seen.method == "POST").count(), 1);
}
