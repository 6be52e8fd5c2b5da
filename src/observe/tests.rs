//! What is read of an org, with which requests, and what is kept of it.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::time::Duration;

use super::*;
use crate::bind::{Children, Details};
use crate::http::{BaseUrl, Budget, Credentials, FnTransport, Governor, Jitter, Reader, RetryPolicy};
use crate::observed::{Id, LivePart, Observed, Status};
use crate::secret::{Secret, SecretHash};

/// An org as a function of the path and query, and what was asked of it.
#[derive(Clone)]
struct Org {
    asked: Arc<Mutex<Vec<String>>>,
    transport: Arc<dyn crate::http::Transport>,
}

impl Org {
    fn new(answers: impl Fn(&str) -> (u16, Value) + Send + Sync + 'static) -> Self {
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&asked);
        let transport = FnTransport(move |request: http::Request<Vec<u8>>| {
            let path = request.uri().path_and_query().unwrap().to_string();
            let signed = if request.headers().contains_key("authorization") { "" } else { " (unsigned)" };
            kept.lock().unwrap().push(format!("{}{signed}", path.clone()));
            let (status, body) = answers(&path);
            let mut response = http::Response::builder().status(status).header("content-type", "application/json");
            if let Some(next) = body["next"].as_str() {
                response = response.header("link", format!("<https://acme.okta.com{next}>; rel=\"next\""));
            }
            if let Some(limit) = body["limit"].as_u64() {
                let now = "Sat, 21 Nov 2026 03:11:15 GMT";
                response = response.header("date", now).header("x-rate-limit-limit", limit).header("x-rate-limit-remaining", limit - 1);
                response = response.header("x-rate-limit-reset", "1795230735");
            }
            let body = body.get("page").unwrap_or(&body).to_string();
            // The longer the path, the sooner the answer, so that answers do not come in the order of the requests.
            let latency = Duration::from_millis(1000_u64.saturating_sub(path.len() as u64));
            async move {
                tokio::time::sleep(latency).await;
                Ok(response.body(body.into_bytes()).unwrap())
            }
        });
        Self { asked, transport: Arc::new(transport) }
    }

    fn transport(&self) -> Arc<dyn crate::http::Transport> {
        Arc::clone(&self.transport)
    }

    fn credentials() -> Credentials {
        Credentials::ssws(BaseUrl::parse("https://acme.okta.com").unwrap(), Secret::new("00-token".to_owned())).unwrap()
    }

    fn reader(&self) -> Reader {
        let policy = RetryPolicy { jitter: Jitter::from_fn(|_| 0), failures: 1, ..RetryPolicy::default() };
        Reader::new(self.transport(), Self::credentials(), Governor::new(Budget::default()), policy)
    }

    async fn list(&self, expected: &Expected) -> Result<Listed, Error> {
        let sweep = Sweep {
            reader: self.reader(),
            systems: [crate::address::System::Okta].into(),
            parallelism: 3.try_into().unwrap(),
            progress: Arc::new(Silent),
        };
        sweep.list(expected).await
    }

    async fn observe(&self, needs: Details) -> Result<Observed, Error> {
        self.list(&Expected::default()).await?.details(needs).await
    }

    fn asked(&self) -> String {
        self.asked.lock().unwrap().join("\n")
    }
}

fn app(id: &str) -> Value {
    json!({"id": id, "name": "oidc_client", "label": format!("App {id}"), "status": "ACTIVE", "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"client_id": id, "client_secret": "hush-hush", "token_endpoint_auth_method": "client_secret_basic"}},
        "settings": {"oauthClient": {"grant_types": ["authorization_code"]}}})
}

fn ids(names: &[&str]) -> std::collections::BTreeSet<Id> {
    names.iter().map(|name| Id((*name).to_owned())).collect()
}

/// A sound org with three apps on two pages.
fn sound(path: &str) -> (u16, Value) {
    let grant = |id: &str, scope: &str, source: &str| json!({"id": id, "scopeId": scope, "issuer": "https://acme.okta.com", "source": source, "createdBy": {"id": "00u1"}});
    match path {
        "/.well-known/okta-organization" => (200, json!({"id": "00o1", "_links": {"organization": {"href": "https://acme.okta.com/"}}})),
        "/api/v1/apps?filter=name+eq+%22oidc_client%22&limit=200" => (
            200,
            json!({"page": [app("0oa1"), {"id": "0oaX", "name": "saasure"}, app("0oa2")], "next": "/api/v1/apps?after=0oa2&limit=200"}),
        ),
        "/api/v1/apps?after=0oa2&limit=200" => (200, json!([app("0oa3")])),
        "/api/v1/policies?type=ACCESS_POLICY" => (200, json!([{"id": "rst1", "name": "Any two factors", "system": true}])),
        path if path.ends_with("/grants") => {
            (200, json!([grant("oag1", "okta.users.read", "ADMIN"), grant("oag2", "profile", "END_USER")]))
        }
        path if path.ends_with("/secrets") => {
            let hashed = json!({"id": "ocs1", "status": "ACTIVE", "client_secret": "hush-hush", "secret_hash": "ungWv48Bz-pBQUDeXa4iIw", "created": "2026-01-01T00:00:00.000Z"});
            (200, json!([hashed, {"id": "ocs2", "status": "INACTIVE", "client_secret": "hush", "created": "2026-01-01T00:00:00.000Z"}]))
        }
        _ => (404, json!({"errorCode": "E0000007", "errorSummary": "Not found: Resource not found"})),
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_is_needed_is_read() {
    let org = Org::new(sound);
    let needs = Details { secrets: ids(&["0oa2"]), grants: ids(&["0oa3", "0oa1"]), policies: true, ..Details::default() };
    let observed = org.observe(needs).await.unwrap();
    insta::assert_snapshot!(org.asked(), @r"
    /.well-known/okta-organization (unsigned)
    /api/v1/apps?filter=name+eq+%22oidc_client%22&limit=200
    /api/v1/apps?after=0oa2&limit=200
    /api/v1/policies?type=ACCESS_POLICY
    /api/v1/apps/0oa1/grants
    /api/v1/apps/0oa3/grants
    /api/v1/apps/0oa2/credentials/secrets
    ");
    let apps: Vec<&str> = observed.apps.iter().map(|app| app.id.0.as_str()).collect();
    assert_eq!(apps, ["0oa1", "0oa2", "0oa3"]);
    let read = observed.org.clone().unwrap();
    assert_eq!((read.id.as_str(), read.url.as_str()), ("00o1", "https://acme.okta.com"));
    assert_eq!(observed.policies[0].id, "rst1");
    let scopes: Vec<(&str, &str)> =
        observed.grants.iter().flat_map(|(id, grants)| grants.iter().map(|grant| (id.0.as_str(), grant.scope.as_str()))).collect();
    assert_eq!(scopes, [("0oa1", "okta.users.read"), ("0oa3", "okta.users.read")], "what people granted for themselves is not ours");
    let secrets = &observed.secrets[&Id("0oa2".to_owned())];
    assert_eq!([&secrets[0].hash, &secrets[1].hash], [&SecretHash::of("abc"), &SecretHash::of("hush")]);
    assert_eq!(secrets.iter().map(|secret| secret.status).collect::<Vec<_>>(), [Status::Active, Status::Inactive]);
    assert!(!format!("{observed:?}").contains("hush"));
}

#[tokio::test(start_paused = true)]
async fn an_app_that_is_gone_meanwhile_is_left_out() {
    let org = Org::new(|path| match path {
        "/api/v1/apps/0oa2/grants" => sound("/nothing"),
        path => sound(path),
    });
    let needs = Details { secrets: ids(&["0oa2"]), grants: ids(&["0oa1", "0oa2"]), ..Details::default() };
    let observed = org.observe(needs).await.unwrap();
    assert_eq!(observed.apps.iter().map(|app| app.id.clone()).collect::<std::collections::BTreeSet<_>>(), ids(&["0oa1", "0oa3"]));
    assert_eq!(observed.grants.into_keys().collect::<std::collections::BTreeSet<_>>(), ids(&["0oa1"]));
    assert!(observed.secrets.is_empty());
    assert!(org.asked().lines().any(|asked| asked == "/api/v1/apps/0oa2"), "{}", org.asked());
}

#[tokio::test(start_paused = true)]
async fn an_app_that_is_still_there_is_not_taken_for_gone() {
    let org = Org::new(|path| match path {
        "/api/v1/apps/0oa2/grants" => sound("/nothing"),
        "/api/v1/apps/0oa2" => (200, app("0oa2")),
        path => sound(path),
    });
    let error = org.observe(Details { grants: ids(&["0oa2"]), ..Details::default() }).await.unwrap_err();
    assert!(error.failures()[0].source.is_not_found(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn all_that_cannot_be_read_is_named() {
    let org = Org::new(|path| match path {
        "/api/v1/apps/0oa1/grants" | "/api/v1/apps/0oa3/credentials/secrets" => {
            (403, json!({"errorCode": "E0000006", "errorSummary": "You do not have permission to perform the requested action"}))
        }
        "/api/v1/policies?type=ACCESS_POLICY" => (200, json!([{"id": "../../users", "name": "x"}])),
        path => sound(path),
    });
    let needs = Details { secrets: ids(&["0oa3"]), grants: ids(&["0oa1", "0oa2"]), policies: true, ..Details::default() };
    insta::assert_snapshot!(org.observe(needs).await.unwrap_err(), @r#"
    3 reads failed
      the list of access policies: `GET /api/v1/policies?type=ACCESS_POLICY` was answered by what is no `Vec<AccessPolicy>`: [{"id":"../../users","name":"x"}], 1 attempt in 1.0 s: expected an id of letters, digits, `_` and `-` at `[0].id`
      the grants of app `App 0oa1` (0oa1): `GET /api/v1/apps/0oa1/grants` was answered 403: E0000006, You do not have permission to perform the requested action, 1 attempt in 1.0 s
      the secrets of app `App 0oa3` (0oa3): `GET /api/v1/apps/0oa3/credentials/secrets` was answered 403: E0000006, You do not have permission to perform the requested action, 1 attempt in 1.0 s
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_is_not_accepted_is_tried_a_few_times_only() {
    let org = Org::new(|path| match path {
        path if path.ends_with("/grants") => (401, json!({"errorCode": "E0000011", "errorSummary": "Invalid token provided"})),
        path => sound(path),
    });
    let many: Vec<String> = (0..500).map(|n| format!("0oa{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let error = org.observe(Details { grants: ids(&many), ..Details::default() }).await.unwrap_err();
    let asked = org.asked().matches("/grants").count();
    assert_eq!(asked, 3, "as many as are on their way at once");
    assert!(error.to_string().ends_with("(497 more reads were not tried)"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_in_time_is_not_begun() {
    let org = Org::new(|path| match path {
        "/api/v1/apps?filter=name+eq+%22oidc_client%22&limit=200" => (200, json!({"page": [app("0oa1")], "limit": 20})),
        path => sound(path),
    });
    let policy = RetryPolicy::default().timeout(Duration::from_mins(10));
    let reader = |policy| Reader::new(org.transport(), Org::credentials(), Governor::new(Budget::default()), policy);
    let sweep = |policy| Sweep {
        reader: reader(policy),
        systems: [crate::address::System::Okta].into(),
        parallelism: 2.try_into().unwrap(),
        progress: Arc::new(Silent),
    };
    let many: Vec<String> = (0..500).map(|n| format!("0oa{n}")).collect();
    let many = || Details { grants: ids(&many.iter().map(String::as_str).collect::<Vec<_>>()), ..Details::default() };
    let error = sweep(policy).list(&Expected::default()).await.unwrap().details(many()).await.unwrap_err();
    insta::assert_snapshot!(error, @"500 more requests take about 51 min within the rate budget, and 10 min are left");
    assert_eq!(org.asked().matches("/grants").count(), 0);
    let patient = sweep(RetryPolicy::default()).list(&Expected::default()).await.unwrap().details(many()).await;
    assert_eq!(patient.unwrap().grants.len(), 500);
}

#[tokio::test(start_paused = true)]
async fn another_org_is_shown_no_credential() {
    let expected = |url: Option<&str>, id: Option<&str>| Expected {
        org_url: url.map(|url| BaseUrl::parse(url).unwrap()),
        org_id: id.map(str::to_owned),
        portal_url: None,
    };
    let mut texts = Vec::new();
    for wrong in [expected(Some("https://other.okta.com"), None), expected(Some("https://acme.okta.com"), Some("00o2"))] {
        let org = Org::new(sound);
        texts.push(org.list(&wrong).await.err().unwrap().to_string());
        assert_eq!(org.asked(), "/.well-known/okta-organization (unsigned)");
    }
    insta::assert_snapshot!(texts.join("\n"), @r"
    the credentials are for another org: the target's `org_url` is `https://other.okta.com`, theirs is `https://acme.okta.com`
    the credentials are for another org: the target's `org_id` is `00o2`, theirs is `00o1`
    ");
    for right in [expected(Some("https://acme.okta.com/"), Some("00o1")), expected(None, Some("00o1"))] {
        assert_eq!(Org::new(sound).list(&right).await.unwrap().observed().apps.len(), 3);
    }
    let at_custom_domain = Org::new(|path| match path {
        "/.well-known/okta-organization" => {
            (200, json!({"id": "00o1", "_links": {"organization": {"href": "https://acme-staging.okta.com"}}}))
        }
        path => sound(path),
    });
    assert!(at_custom_domain.list(&expected(Some("https://acme-staging.okta.com"), None)).await.is_ok());
}

#[derive(Default)]
struct Told(Mutex<Vec<Step>>);

impl Progress for Told {
    fn tell(&self, step: Step) {
        self.0.lock().unwrap().push(step);
    }
}

#[tokio::test(start_paused = true)]
async fn progress_is_told() {
    let told = Arc::new(Told::default());
    let sweep = Sweep {
        reader: Org::new(sound).reader(),
        systems: [crate::address::System::Okta].into(),
        parallelism: 2.try_into().unwrap(),
        progress: Arc::<Told>::clone(&told),
    };
    let listed = sweep.list(&Expected::default()).await.unwrap();
    listed.details(Details { grants: ids(&["0oa1", "0oa2"]), ..Details::default() }).await.unwrap();
    let steps = told.0.lock().unwrap().iter().map(|step| format!("{step:?}")).collect::<Vec<_>>();
    insta::assert_snapshot!(steps.join("\n"), @r"
    Listed { apps: 3 }
    Listed { apps: 4 }
    Remaining { requests: 2, wait: 0ns }
    Done { requests: 1, of: 2 }
    Done { requests: 2, of: 2 }
    ");
}

fn part(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name, "status": "ACTIVE", "claimType": "RESOURCE", "system": false})
}

/// A sound org with three authorization servers on two pages.
fn with_servers(path: &str) -> (u16, Value) {
    match path.strip_prefix("/api/v1/authorizationServers").unwrap_or("") {
        "?limit=200" => {
            let page = [part("aus1", "default"), part("aus2", "orders")];
            (200, json!({"page": page, "next": "/api/v1/authorizationServers?after=aus2&limit=200"}))
        }
        "?after=aus2&limit=200" => (200, json!([part("aus3", "other")])),
        "/aus2/scopes?limit=200" => (200, json!([part("scp1", "orders.read"), part("scp2", "openid")])),
        "/aus2/policies" => (200, json!([part("00p1", "workers"), part("00p2", "people"), part("00p3", "undeclared")])),
        "/aus2/policies/00p1/rules" => (200, json!([part("0pr1", "client credentials")])),
        "/aus2/policies/00p2/rules" => (200, json!([])),
        "/aus1/claims" => (200, json!([part("ocl1", "sub")])),
        _ => sound(path),
    }
}

fn children(scopes: bool, claims: bool, policies: Option<&[&str]>) -> Children {
    let policies = policies.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
    Children { scopes, claims, policies }
}

fn below(servers: impl IntoIterator<Item = (&'static str, Children)>) -> Details {
    let servers = servers.into_iter().map(|(id, children)| (Id(id.to_owned()), children)).collect();
    Details { servers, ..Details::default() }
}

async fn observe_servers(org: &Org, needs: Details) -> Result<Observed, Error> {
    org.list(&Expected::default()).await?.with_servers().await?.details(needs).await
}

#[tokio::test(start_paused = true)]
async fn of_a_server_only_the_children_that_are_managed_are_read() {
    let org = Org::new(with_servers);
    let needs = below([
        ("aus1", children(false, true, None)),
        ("aus2", children(true, false, Some(&["people", "workers", "not there yet"]))),
        ("aus3", children(false, false, None)),
    ]);
    let observed = observe_servers(&org, needs).await.unwrap();
    let asked = org.asked();
    let asked: Vec<&str> = asked.lines().filter(|asked| asked.contains("authorizationServers")).collect();
    insta::assert_snapshot!(asked.join("\n"), @"
    /api/v1/authorizationServers?limit=200
    /api/v1/authorizationServers?after=aus2&limit=200
    /api/v1/authorizationServers/aus1/claims
    /api/v1/authorizationServers/aus2/scopes?limit=200
    /api/v1/authorizationServers/aus2/policies
    /api/v1/authorizationServers/aus2/policies/00p1/rules
    /api/v1/authorizationServers/aus2/policies/00p2/rules
    ");
    let listed: Vec<&str> = observed.servers.listed.iter().map(LivePart::name).collect();
    assert_eq!(listed, ["default", "orders", "other"]);
    let orders = &observed.servers.below[&Id("aus2".to_owned())];
    let names = |parts: &[LivePart]| parts.iter().map(|part| part.name().to_owned()).collect::<Vec<_>>();
    assert_eq!(orders.scopes.as_deref().map(names), Some(vec!["orders.read".to_owned(), "openid".to_owned()]));
    assert_eq!(orders.claims, None);
    assert_eq!(orders.policies.as_deref().map(names).map(|all| all.len()), Some(3));
    assert_eq!(orders.rules.iter().map(|(policy, rules)| (policy.0.as_str(), rules.len())).collect::<Vec<_>>(), [("00p1", 1), ("00p2", 0)]);
    assert_eq!(observed.servers.below.len(), 2, "of a server without managed children nothing is read");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_gone_meanwhile_is_left_out_and_one_that_is_there_is_not() {
    let needs = || below([("aus2", children(true, false, Some(&["workers"])))]);
    let gone = Org::new(|path| if path.contains("aus2/") || path.ends_with("/aus2") { sound("/nothing") } else { with_servers(path) });
    let observed = observe_servers(&gone, needs()).await.unwrap();
    assert_eq!(observed.servers.listed.iter().map(|server| server.id.0.as_str()).collect::<Vec<_>>(), ["aus1", "aus3"]);
    assert!(observed.servers.below.is_empty());
    let there = Org::new(|path| match path {
        "/api/v1/authorizationServers/aus2/policies/00p1/rules" => sound("/nothing"),
        "/api/v1/authorizationServers/aus2" => (200, part("aus2", "orders")),
        path => with_servers(path),
    });
    insta::assert_snapshot!(observe_servers(&there, needs()).await.unwrap_err(), @"could not read the policies of authorization server `orders` (aus2) and their rules");
}

#[tokio::test(start_paused = true)]
async fn an_org_without_authorization_servers_is_said_to_be_one() {
    let org = Org::new(|path| match path {
        "/api/v1/authorizationServers?limit=200" => {
            (401, json!({"errorCode": "E0000015", "errorSummary": "You do not have permission to access the feature you are requesting"}))
        }
        path => with_servers(path),
    });
    let error = observe_servers(&org, Details::default()).await.unwrap_err();
    insta::assert_snapshot!(format!("{error}: {}", std::error::Error::source(&error).unwrap()), @"could not read the list of authorization servers: `GET /api/v1/authorizationServers?limit=200` was answered 401: E0000015, You do not have permission to access the feature you are requesting, 1 attempt in 1.0 s");
}
