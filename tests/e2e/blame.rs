//! `drift --blame`: a session in which several touch the org, told with who did what.

use std::sync::LazyLock;

use idpctl_emulator::Config;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio::runtime::Builder;

use crate::org::{Output, TestOrg};
use crate::signing_in::{Keys, keys};

const MANIFESTS: &str = r"
apiVersion: idpctl/v1
kind: App
metadata: {name: web}
spec:
  label: Web
  status: ACTIVE
  settings:
    oauthClient:
      application_type: web
      grant_types: [authorization_code]
      response_types: [code]
      redirect_uris: [https://a.example.com/cb]
      client_uri: https://a.example.com
---
apiVersion: idpctl/v1
kind: App
metadata: {name: worker}
spec:
  label: Worker
  credentials: {oauthClient: {token_endpoint_auth_method: client_secret_basic}}
  settings: {oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}}
---
apiVersion: idpctl/v1
kind: Grant
metadata: {name: worker}
spec: {scopes: [okta.users.read]}
---
apiVersion: idpctl/v1
kind: AuthorizationServer
metadata: {name: orders}
spec:
  name: orders
  audiences: [https://example.com/orders]
  scopes: [{name: orders.read}]
";

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

pub(crate) static KEYS: LazyLock<Keys> = LazyLock::new(keys);

/// Returns an org whose log has the machine's time, with everything applied.
pub(crate) fn applied() -> TestOrg {
    let test = TestOrg::with(Config::default());
    test.write("manifests/all.yaml", MANIFESTS);
    let _ = test.run("apply --auto-approve").ends_with(0);
    test
}

/// Somebody sends a request, with a user agent of their own.
pub(crate) fn by(test: &TestOrg, authorization: &str, agent: &[u8], [method, path]: [&str; 2], body: &Value) -> Value {
    let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let request = http::Request::builder().method(method).uri(format!("{}{path}", test.url())).header("authorization", authorization);
    let request = request.header("accept", "application/json").header("content-type", "application/json").header("user-agent", agent);
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let answer = runtime.block_on(test.org.call(request.body(bytes).expect("a request"))).expect("an answer");
    let (status, answer) = (answer.status(), serde_json::from_slice(answer.body()).unwrap_or_default());
    assert!(status.is_success(), "{method} {path}: {status} {answer}");
    answer
}

/// Makes a service app that signs in with our key, and grants it some scopes; returns its id.
pub(crate) fn service_app(test: &TestOrg, label: &str, scopes: &[&str]) -> String {
    let client = json!({"application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"],
        "jwks": {"keys": [KEYS.public]}});
    let body = json!({"name": "oidc_client", "label": label, "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"token_endpoint_auth_method": "private_key_jwt"}}, "settings": {"oauthClient": client}});
    let id = test.send("POST", "/api/v1/apps", &body)["id"].as_str().expect("an id").to_owned();
    for scope in scopes {
        test.send("POST", &format!("/api/v1/apps/{id}/grants"), &json!({"scopeId": scope, "issuer": test.url()}));
    }
    id
}

/// Signs a service app in; returns what its requests carry.
pub(crate) fn bearer(test: &TestOrg, id: &str, scope: &str) -> String {
    let (now, audience) = (Timestamp::now().as_second(), format!("{}/oauth2/v1/token", test.url()));
    let claims = json!({"iss": id, "sub": id, "aud": audience, "iat": now, "exp": now + 300, "jti": format!("{id}-{now}")});
    let header = Header { kid: Some("ours".to_owned()), ..Header::new(Algorithm::RS256) };
    let key = EncodingKey::from_rsa_pem(KEYS.pem.as_bytes()).expect("a key");
    let assertion = jsonwebtoken::encode(&header, &claims, &key).expect("a signature");
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let form = [("grant_type", "client_credentials"), ("scope", scope), ("client_assertion_type", kind), ("client_assertion", &assertion)];
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request =
        http::Request::post(audience).header("content-type", "application/x-www-form-urlencoded").header("accept", "application/json");
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let answer = runtime.block_on(test.org.call(request.body(form.into_bytes()).expect("a request"))).expect("an answer");
    let answer: Value = serde_json::from_slice(answer.body()).expect("JSON");
    format!("Bearer {}", answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")))
}

/// Has an administrator edit an app in a browser, a service app grant and delete, and a script with the API token do the rest.
fn session() -> TestOrg {
    let test = applied();
    let (web, worker, server) = (test.id("Web"), test.id("Worker"), test.get("/api/v1/authorizationServers?q=orders")[0]["id"].clone());
    let server = server.as_str().expect("an id").to_owned();
    let deployer = service_app(&test, "Deployer", &["okta.apps.manage", "okta.appGrants.manage", "okta.authorizationServers.manage"]);
    let deployer = bearer(&test, &deployer, "okta.apps.manage okta.appGrants.manage okta.authorizationServers.manage");
    let owner = format!("SSWS {}", test.org.okta_token());
    let mut app = test.app("Web");
    app["settings"]["oauthClient"]["client_uri"] = json!("https://evil.example.com");
    app["credentials"]["oauthClient"]["client_secret"] = json!("");
    by(&test, &owner, BROWSER.as_bytes(), ["PUT", &format!("/api/v1/apps/{web}")], &app);
    let grant = json!({"scopeId": "okta.groups.manage", "issuer": test.url()});
    by(&test, &deployer, b"okta-sdk-golang/4.1.2 golang/go1.23", ["POST", &format!("/api/v1/apps/{worker}/grants")], &grant);
    let scopes = test.get(&format!("/api/v1/authorizationServers/{server}/scopes"));
    let scope = scopes.as_array().expect("a list").iter().find(|scope| scope["name"] == "orders.read").expect("it is there")["id"].clone();
    let scope = format!("/api/v1/authorizationServers/{server}/scopes/{}", scope.as_str().expect("an id"));
    by(&test, &deployer, b"curl/8.7.1", ["DELETE", &scope], &Value::Null);
    by(&test, &owner, b"python-requests/2.32", ["POST", &format!("/api/v1/apps/{web}/lifecycle/deactivate")], &Value::Null);
    test
}

/// Returns an output without what differs from one run to the next: times, the events' ids, and the ids of what was made side by side.
fn steady(output: &Output) -> String {
    let is_time = |word: &str| word.len() == 10 && word.starts_with("20") && word.as_bytes()[4] == b'-';
    let is_clock = |word: &str| word.len() >= 9 && word.as_bytes()[2] == b':' && word.trim_end_matches(':').ends_with('Z');
    let is_event = |word: &str| word.trim_matches('"').len() == 36 && word.matches('-').count() == 4;
    let is_id = |part: &str| part.len() == 20 && part.chars().all(|c| c.is_ascii_alphanumeric()) && part[3..].starts_with("f0000");
    let word = |word: &str| match word {
        word if is_time(word) => "DATE".to_owned(),
        word if is_clock(word) => word.chars().map(|c| if c.is_ascii_digit() { 'N' } else { c }).collect(),
        word if is_event(word) => "\"EVENT\"".to_owned(),
        word => {
            let parts = word.split('/').map(|part| {
                let inner = part.trim_matches(['`', '(', ')']);
                if is_id(inner) { part.replace(inner, &format!("{}ID", &inner[..3])) } else { part.to_owned() }
            });
            parts.collect::<Vec<_>>().join("/")
        }
    };
    let text = output.to_string();
    let lines = text.lines().map(|line| line.split(' ').map(word).collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_session_is_told_with_who_did_what() {
    let test = session();
    let plain = test.run("drift --blame").ends_with(2);
    insta::assert_snapshot!(steady(&plain), @r#"
    Drift of `default` in http://ORG (00oID)

    App/web
        settings.oauthClient.client_uri: "https://a.example.com" → "https://evil.example.com"   (changed live)
            DATE NN:NN:NNZ: the API token `00TID` of the user `Org Admin` of id `00uID` updated the app, by the API at `/api/v1/apps/0oaID` with `Chrome`
              in the org's log: uuid eq "EVENT"
            DATE NN:NN:NNZ: the API token `00TID` of the user `Org Admin` of id `00uID` created the app, by the API at `/api/v1/apps` with `idpctl/0.1.0`
              in the org's log: uuid eq "EVENT"
        status: "ACTIVE" → "INACTIVE"   (either)
            DATE NN:NN:NNZ: the API token `00TID` of the user `Org Admin` of id `00uID` deactivated the app, by the API at `/api/v1/apps/0oaID/lifecycle/deactivate` with `python-requests/2.32`
              in the org's log: uuid eq "EVENT"
            DATE NN:NN:NNZ: the API token `00TID` of the user `Org Admin` of id `00uID` created the app, by the API at `/api/v1/apps` with `idpctl/0.1.0`
              in the org's log: uuid eq "EVENT"

    Grant/worker/okta.groups.manage
        scope `okta.groups.manage` is granted and not declared   (either)
            DATE NN:NN:NNZ: the service app `Deployer` of id `0oaID` granted the scope, by the API at `/api/v1/apps/0oaID/grants` with `okta-sdk-golang/4.1.2`
              in the org's log: uuid eq "EVENT"

    AuthorizationServer/orders/scope/orders.read
        is not there   (either)
            DATE NN:NN:NNZ: the service app `Deployer` of id `0oaID` deleted the scope, by the API at `/api/v1/authorizationServers/ausID/scopes/scpID` with `curl/8.7.1`
              in the org's log: uuid eq "EVENT"

    Findings
      high IDP4501 Grant/worker/okta.groups.manage: the client may change the org: `okta.groups.manage`
          `idpctl apply --prune` takes it away; who did it is in the org's log. The latest entry in the log: DATE NN:NN:NNZ: the service app `Deployer` of id `0oaID` granted the scope, by the API at `/api/v1/apps/0oaID/grants` with `okta-sdk-golang/4.1.2`
          https://developer.okta.com/docs/guides/implement-oauth-for-okta/main/

    4 items: 1 changed live, 3 either changed live or not applied yet.
    [exit status: 2]
    "#);
    let log = plain.requests.iter().filter(|seen| seen.path == "/api/v1/logs").count();
    assert_eq!(log, 1, "one query for all of them");
    insta::assert_snapshot!(steady(&test.run("drift --blame=full --select Grant/*").ends_with(2)), @r#"
    Drift of `default` in http://ORG (00oID)

    Grant/worker/okta.groups.manage
        scope `okta.groups.manage` is granted and not declared   (either)
            DATE NN:NN:NNZ: the service app `Deployer` of id `0oaID` granted the scope, by the API at `/api/v1/apps/0oaID/grants` with `okta-sdk-golang/4.1.2 golang/go1.23` from `127.0.0.1`
              in the org's log: uuid eq "EVENT"

    Findings
      high IDP4501 Grant/worker/okta.groups.manage: the client may change the org: `okta.groups.manage`
          `idpctl apply --prune` takes it away; who did it is in the org's log. The latest entry in the log: DATE NN:NN:NNZ: the service app `Deployer` of id `0oaID` granted the scope, by the API at `/api/v1/apps/0oaID/grants` with `okta-sdk-golang/4.1.2 golang/go1.23` from `127.0.0.1`
          https://developer.okta.com/docs/guides/implement-oauth-for-okta/main/

    1 item: 1 either changed live or not applied yet.
    [exit status: 2]
    "#);
    let json = test.run("drift --blame --format json").ends_with(2).json();
    let touch = &json["items"][0]["blame"]["touches"][0];
    assert_eq!(
        (touch["type"].as_str(), touch["actor"]["sort"].as_str()),
        (Some("application.lifecycle.update"), Some("api_token")),
        "{touch:#}"
    );
    assert_eq!((json["log"]["complete"].as_bool(), touch["through"].get("ip")), (Some(true), None));
    let without = test.run("drift --format json").ends_with(2).json();
    assert_eq!((without.get("log"), without["items"][0].get("blame")), (None, None), "nobody asked");
}

#[test]
fn a_log_that_cannot_be_read_is_said_so_and_drift_is_told_all_the_same() {
    let mut test = session();
    let reads = ["okta.apps.read", "okta.appGrants.read", "okta.authorizationServers.read"];
    let ours = service_app(&test, "idpctl", &reads);
    test.unset("OKTA_CLIENT_TOKEN");
    for (name, value) in [("AUTHORIZATIONMODE", "PrivateKey"), ("CLIENTID", &ours), ("PRIVATEKEY", &KEYS.pem)] {
        test.set(&format!("OKTA_CLIENT_{name}"), value);
    }
    let refused = test.run("drift --blame --select Grant/*").ends_with(2);
    insta::assert_snapshot!(steady(&refused).replace(&ours, "0oaOURS"), @"
    Drift of `default` in http://ORG (00oID)

    Grant/worker/okta.groups.manage
        scope `okta.groups.manage` is granted and not declared   (either)
            granted by `0oaf00001ILJO4MlF5d7`, as the grant itself says

    Findings
      high IDP4501 Grant/worker/okta.groups.manage: the client may change the org: `okta.groups.manage`
          `idpctl apply --prune` takes it away; who did it is in the org's log.
          https://developer.okta.com/docs/guides/implement-oauth-for-okta/main/

    The org's log
      Who did it is not known, because the org's log could not be read: `GET /api/v1/logs` was not sent, as nobody is signed in: `POST /oauth2/v1/token` was answered 400: consent_required, You are not allowed any of the requested scopes, request id ID, 1 attempt in TIME s; grant the service app the scope `okta.logs.read`, or use the token of an administrator who may see the System Log.

    1 item: 1 either changed live or not applied yet.
    [exit status: 2]
    ");
    test.send("POST", &format!("/api/v1/apps/{ours}/grants"), &json!({"scopeId": "okta.logs.read", "issuer": test.url()}));
    let read = test.run("drift --blame --select Grant/*").ends_with(2);
    assert!(read.stdout.contains("the service app `Deployer`"), "{read}");
    // What went wrong this time does not matter either.
    test.faults(&["GET /api/v1/logs 500"]);
    let broken = test.run("drift --blame --select Grant/* --timeout 2s").ends_with(2);
    assert!(broken.stdout.contains("who did it is not known") || broken.stdout.contains("Who did it is not known"), "{broken}");
}

#[test]
fn nobody_is_named_for_what_the_log_does_not_know() {
    let test = applied();
    test.write(
        "manifests/new.yaml",
        MANIFESTS.split("---").next().expect("a document").replace("{name: web}", "{name: new}").replace("label: Web", "label: New"),
    );
    insta::assert_snapshot!(steady(&test.run("drift --blame").ends_with(2)), @"
    Drift of `default` in http://ORG (00oID)

    App/new
        is not there   (either)
            no entry in the log since DATE NN:NN:NNZ: it was done before that, never, or so lately that the log does not show it yet

    1 item: 1 either changed live or not applied yet.
    [exit status: 2]
    ");
}
