//! What is promised, what a token must claim, and what is to blame.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::*;
use crate::bind::server_tests::{all, live};
use crate::bind::{Choices, bind};
use crate::desired::Desired;
use crate::desired::server_tests::declared_beside;
use crate::json::Path;
use crate::observed::{Children, Clean, Id, LiveApp, LiveGrant, LiveSecret, Observed, Org, Servers, Status};
use crate::request::Issuer;
use crate::resource::authorization_server::Part;
use crate::secret::{Secret, SecretHash};

/// Two workers, one with a secret and one with a key; a site that asks for nobody, and a worker that nobody declares.
const APPS: &str = "apiVersion: idpctl/v1
kind: App
metadata: {name: worker}
spec:
  label: Worker
  status: ACTIVE
  settings: {oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}}
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: worker}
spec:
  client_id: the_worker
  token_endpoint_auth_method: client_secret_post
  client_secrets: [{name: new, env: IDPCTL_NEW}, {name: gone, env: IDPCTL_GONE, status: INACTIVE}]
---
apiVersion: idpctl/v1
kind: App
metadata: {name: keyed}
spec:
  label: Keyed
  settings:
    oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token], dpop_bound_access_tokens: true}
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: keyed}
spec: {token_endpoint_auth_method: private_key_jwt, private_key: {env: IDPCTL_KEY}}
---
apiVersion: idpctl/v1
kind: Grant
metadata: {name: keyed}
spec: {scopes: [okta.users.read, okta.apps.read]}
---
apiVersion: idpctl/v1
kind: App
metadata: {name: site}
spec:
  label: Site
  settings:
    oauthClient: {application_type: web, grant_types: [authorization_code], response_types: [code], redirect_uris: [https://a/b]}
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: elsewhere}
spec: {app: {client_id: other}, client_secrets: [{name: only, env: IDPCTL_OTHER}]}
";

/// A server with rules that overlap.
const ORDERS: &str = "metadata: {name: orders}
spec:
  name: orders
  audiences: [https://api.example.com/orders]
  scopes:
    - {name: orders.read}
    - {name: orders.write}
    - {name: orders.ask, consent: REQUIRED}
  policies:
    - name: everybody
      priority: 2
      conditions: {clients: {include: [ALL_CLIENTS]}}
      rules:
        - name: all
          priority: 1
          conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: ['*']}}
    - name: workers
      priority: 1
      conditions: {clients: {include: [worker, {client_id: other}]}}
      rules:
        - name: read
          priority: 1
          conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: [openid, orders.read]}}
          actions: {token: {accessTokenLifetimeMinutes: 60}}
        - {name: asleep, priority: 2, status: INACTIVE, conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: ['*']}}}
        - {name: people, priority: 3, conditions: {grantTypes: {include: [implicit]}, scopes: {include: ['*']}}}
    - name: unsaid
      rules: [{name: r, conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: [orders.write]}}}]
";

fn desired() -> Desired {
    declared_beside(APPS, ORDERS)
}

fn app(id: &str, label: &str, changes: &[(&str, Value)]) -> LiveApp {
    let client = json!({"application_type": "service", "grant_types": ["client_credentials"]});
    let mut tree = json!({"id": id, "name": "oidc_client", "label": label, "status": "ACTIVE", "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"client_id": id, "token_endpoint_auth_method": "client_secret_basic"}}, "settings": {"oauthClient": client}});
    for (path, value) in changes {
        Path::of(path).set(&mut tree, value.clone());
    }
    LiveApp::read(&Clean::new(&tree)).expect("an app")
}

fn marked(name: &str) -> (&'static str, Value) {
    ("profile.idpctl", json!({"owner": format!("payments/{name}"), "manages": []}))
}

const METHOD: &str = "credentials.oauthClient.token_endpoint_auth_method";
const CLIENT_ID: &str = "credentials.oauthClient.client_id";

/// An org that is as declared.
fn observed() -> Observed {
    let apps = vec![
        app("0oa1", "Worker", &[marked("worker"), (CLIENT_ID, json!("the_worker")), (METHOD, json!("client_secret_post"))]),
        app("0oa2", "Keyed", &[marked("keyed"), (METHOD, json!("private_key_jwt"))]),
        app("0oa3", "Site", &[marked("site"), ("settings.oauthClient.grant_types", json!(["authorization_code"]))]),
        app("other", "Other", &[]),
    ];
    let grant = |scope: &str| LiveGrant {
        id: format!("oag-{scope}"),
        scope: scope.to_owned(),
        issuer: "https://acme.okta.com".to_owned(),
        created_by: None,
    };
    let rule = |id: &str, name: &str, priority: u32, scopes: Value| {
        json!({"id": id, "name": name, "priority": priority, "conditions": {"grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": scopes}},
            "actions": {"token": {"accessTokenLifetimeMinutes": 60}}})
    };
    let policy = |id: &str, name: &str, priority: u32, clients: Value| json!({"id": id, "name": name, "priority": priority, "conditions": {"clients": {"include": clients}}});
    let below = Children {
        scopes: Some(all(
            Part::Scope,
            &json!([{"id": "scp1", "name": "orders.read"}, {"id": "scp2", "name": "orders.write"}, {"id": "scp3", "name": "orders.ask"}]),
        )),
        claims: None,
        policies: Some(all(
            Part::Policy,
            &json!([
                policy("00p2", "everybody", 2, json!(["ALL_CLIENTS"])),
                policy("00p1", "workers", 1, json!(["the_worker", "other"])),
                policy("00p3", "unsaid", 3, json!([])),
            ]),
        )),
        rules: [
            (Id("00p1".to_owned()), all(Part::Rule, &json!([rule("0pr1", "read", 1, json!(["orders.read"]))]))),
            (Id("00p2".to_owned()), all(Part::Rule, &json!([rule("0pr2", "all", 1, json!(["*"]))]))),
            (Id("00p3".to_owned()), Vec::new()),
        ]
        .into(),
    };
    let server = live(
        Part::Server,
        &json!({"id": "aus1", "name": "orders", "audiences": ["https://api.example.com/orders"], "issuerMode": "ORG_URL"}),
    );
    Observed {
        org: Some(Org { id: "00o1".to_owned(), url: "https://acme.okta.com".to_owned() }),
        grants: [(Id("0oa2".to_owned()), vec![grant("okta.apps.read"), grant("okta.users.read")])].into(),
        servers: Servers { listed: vec![server], below: [(Id("aus1".to_owned()), below)].into() },
        apps,
        ..Observed::default()
    }
}

/// Returns every promise, in a line each.
fn promised(desired: &Desired, observed: &Observed) -> String {
    let bound = bind(desired, observed, &Choices::default());
    assert!(!bound.problems.has_errors(), "{:?}", bound.problems);
    let registered = registered(&bound);
    let clients = clients(&bound, &registered);
    let mut out = String::new();
    for client in &clients {
        let with = match client.credentials() {
            Ok(credentials) => credentials.iter().map(|one| one.name().unwrap_or("a key").to_owned()).collect::<Vec<_>>().join(" and "),
            Err(Outcome::NotTried { why: blame } | Outcome::NotVerified { blame }) => format!("nothing: {}", blame.what),
            Err(outcome) => outcome.word().to_owned(),
        };
        writeln!(
            out,
            "{} is {:?}, by {}{} with {with}",
            client.address(),
            client.client_id,
            client.method,
            if client.bound { ", bound," } else { "" }
        )
        .unwrap();
    }
    for promise in promises(&clients, &bound) {
        let by = match &promise.by {
            By::Grants(_) => "grants".to_owned(),
            By::Rule { rule, .. } => rule.wanted.address.to_string(),
        };
        let (scopes, issuer) = (promise.scopes.join(" "), promise.issuer().map(|issuer| issuer.token_path()).unwrap_or_default());
        writeln!(out, "{}: {scopes} at {issuer} for {:?} by {by}", promise.client.address(), promise.lifetime).unwrap();
    }
    out
}

#[test]
fn each_scope_is_promised_by_the_first_rule_that_has_it() {
    insta::assert_snapshot!(promised(&desired(), &observed()), @r#"
    App/keyed is Some("0oa2"), by private_key_jwt, bound, with a key
    App/worker is Some("the_worker"), by client_secret_post with new
    ClientCredentials/elsewhere is Some("other"), by client_secret_basic with only
    App/keyed: okta.apps.read okta.users.read at /oauth2/v1/token for Some(3600) by grants
    App/keyed: orders.read orders.write at /oauth2/aus1/v1/token for None by AuthorizationServer/orders/policy/everybody/rule/all
    App/worker: orders.write at /oauth2/aus1/v1/token for None by AuthorizationServer/orders/policy/everybody/rule/all
    App/worker: orders.read at /oauth2/aus1/v1/token for Some(3600) by AuthorizationServer/orders/policy/workers/rule/read
    ClientCredentials/elsewhere: orders.write at /oauth2/aus1/v1/token for None by AuthorizationServer/orders/policy/everybody/rule/all
    ClientCredentials/elsewhere: orders.read at /oauth2/aus1/v1/token for Some(3600) by AuthorizationServer/orders/policy/workers/rule/read
    "#);
}

#[test]
fn what_is_not_there_yet_is_promised_all_the_same() {
    let none = Observed { apps: vec![app("other", "Other", &[])], ..Observed::default() };
    insta::assert_snapshot!(promised(&desired(), &none), @r#"
    App/keyed is None, by private_key_jwt, bound, with a key
    App/worker is Some("the_worker"), by client_secret_post with new
    ClientCredentials/elsewhere is Some("other"), by client_secret_basic with only
    App/keyed: okta.apps.read okta.users.read at /oauth2/v1/token for Some(3600) by grants
    App/keyed: orders.read orders.write at  for None by AuthorizationServer/orders/policy/everybody/rule/all
    App/worker: orders.write at  for None by AuthorizationServer/orders/policy/everybody/rule/all
    App/worker: orders.read at  for Some(3600) by AuthorizationServer/orders/policy/workers/rule/read
    ClientCredentials/elsewhere: orders.write at  for None by AuthorizationServer/orders/policy/everybody/rule/all
    ClientCredentials/elsewhere: orders.read at  for Some(3600) by AuthorizationServer/orders/policy/workers/rule/read
    "#);
}

#[test]
fn the_built_in_server_is_asked_by_its_alias() {
    let mut observed = observed();
    observed.servers.listed[0].own = true;
    let (desired, choices) = (declared_beside(APPS, &ORDERS.replace("name: orders\n", "name: default\n")), Choices::default());
    let bound = bind(&desired, &observed, &choices);
    let registered = registered(&bound);
    let clients = clients(&bound, &registered);
    let promises = promises(&clients, &bound);
    let promise = promises.iter().find(|promise| promise.server().is_some()).unwrap();
    assert_eq!(promise.issuer(), Some(Issuer::Server("default".to_owned())));
    let expected = Expected::of(promise, &["https://acme.okta.com".to_owned()], &Brought::default());
    assert_eq!(expected.issuers, ["https://acme.okta.com/oauth2/aus1", "https://acme.okta.com/oauth2/default"].map(str::to_owned).into());
}

/// Returns what is to blame for a refusal of the first promise to a client of some scope, in an org that was changed.
fn blamed(client: &str, scope: &str, refusal: (u16, &str), change: impl FnOnce(&mut Observed)) -> String {
    let (desired, mut observed) = (desired(), observed());
    change(&mut observed);
    let bound = bind(&desired, &observed, &Choices::default());
    let registered = registered(&bound);
    let clients = clients(&bound, &registered);
    let promises = promises(&clients, &bound);
    let promise =
        promises.iter().find(|promise| promise.client.address().name == client && promise.scopes.iter().any(|it| it == scope)).unwrap();
    let refusal = Refusal { status: refusal.0, code: Some(refusal.1.to_owned()), summary: None };
    let secret = Secret::new("the new secret".to_owned());
    let (hash, live) = (secret.hash(), observed.secrets.get(&Id("0oa1".to_owned())));
    let key = KeyFacts { public: json!({"kty": "EC", "x": "1", "y": "2"}), kid: None };
    let facts = Facts { observed: &observed, secrets: live.map(Vec::as_slice), hash: Some(&hash), key: Some(&key) };
    let credential = promise.client.credentials().unwrap()[0];
    let blames = match absent(promise) {
        Some(blame) => vec![blame],
        None => refused(promise, credential, &refusal, &facts),
    };
    told_of(&blames)
}

fn told_of(blames: &[Blame]) -> String {
    let line = |Blame { address, origin, what, remedy }: &Blame| {
        let place = origin.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{address} ({place}): {what} [{}]", remedy.replace("\n    ", ": "))
    };
    blames.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn edit(observed: &mut Observed, app: usize, path: &str, value: Value) {
    let mut tree = observed.apps[app].body.tree();
    Path::of(path).set(&mut tree, value);
    observed.apps[app].body = crate::json::Packed::of(&tree);
}

fn below(observed: &mut Observed) -> &mut Children {
    observed.servers.below.get_mut(&Id("aus1".to_owned())).unwrap()
}

#[test]
fn whoever_is_not_believed_is_told_why() {
    let refusal = (401, "invalid_client");
    let by_worker = |change: &dyn Fn(&mut Observed)| blamed("worker", "orders.read", refusal, change);
    let by_keyed = |change: &dyn Fn(&mut Observed)| blamed("keyed", "okta.users.read", refusal, change);
    let secret = |hash: SecretHash, status| LiveSecret { id: "ocs1".to_owned(), status, hash, created: String::new() };
    let known = |value: &str, status| {
        let secret = secret(SecretHash::of(value), status);
        move |observed: &mut Observed| drop(observed.secrets.insert(Id("0oa1".to_owned()), vec![secret.clone()]))
    };
    let key = |changes: Value| {
        move |observed: &mut Observed| {
            let mut key = json!({"kty": "EC", "kid": "k", "x": "1", "y": "2=", "status": "ACTIVE"});
            key.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            edit(observed, 1, "settings.oauthClient.jwks", json!({"keys": [key, {"kty": "EC", "kid": "l", "x": "3", "y": "4"}]}));
        }
    };
    let told = [
        by_worker(&|observed| drop(observed.apps.remove(0))),
        by_worker(&|observed| observed.apps[0].status = Status::Inactive),
        by_worker(&|observed| observed.apps[0].client_id = "another".to_owned()),
        by_worker(&|observed| edit(observed, 0, METHOD, json!("client_secret_basic"))),
        by_worker(&known("another", Status::Active)),
        by_worker(&known("the new secret", Status::Inactive)),
        by_worker(&known("the new secret", Status::Active)),
        by_worker(&|_| {}),
        by_keyed(&|observed| observed.apps[1].status = Status::Inactive),
        by_keyed(&|_| {}),
        by_keyed(&key(json!({"status": "INACTIVE"}))),
        by_keyed(&key(json!({}))),
        by_keyed(&|observed| edit(observed, 1, "settings.oauthClient.jwks_uri", json!("https://a/keys"))),
        by_keyed(&|observed| edit(observed, 1, "settings.oauthClient.application_type", json!("web"))),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    App/worker (apps.yaml:3:18): it is not there [make it as it is declared: idpctl apply]
    App/worker (apps.yaml:3:18): it is INACTIVE [make it as it is declared: idpctl apply]
    App/worker (apps.yaml:13:14): its client id is `another`, not `the_worker` [make it as it is declared: idpctl apply]
    App/worker (apps.yaml:14:31): it authenticates with `client_secret_basic` at the server, not with `client_secret_post` [make it as it is declared: idpctl apply]
    App/worker/secret/new (apps.yaml:15:27): the value of {env: IDPCTL_NEW} is none of the client's secrets [put the right value there; or, if it is to be a secret of the client, have it added: idpctl apply]
    App/worker/secret/new (apps.yaml:15:27): it is INACTIVE [make it as it is declared: idpctl apply]
    App/worker (apps.yaml:3:18): no token was issued [what was read of the org does not explain it: it may have changed meanwhile, or the machine's clock be wrong, so try again, and look for differences: idpctl plan]
    App/worker/secret/new (apps.yaml:15:27): the client was not believed [check its value; whether it is one of the client's is not known here, because the client's secrets could not be read]
    App/keyed (apps.yaml:19:18): it is INACTIVE [say `status: ACTIVE` of it, and have that applied: idpctl apply]
    ClientCredentials/keyed (apps.yaml:28:53): the public half of {env: IDPCTL_KEY} is none of the client's keys [refer to the right key; or add its public half to `jwks`, and have that applied: idpctl apply]
    ClientCredentials/keyed (apps.yaml:28:53): the public half of {env: IDPCTL_KEY} is none of the client's keys [refer to the right key; or add its public half to `jwks`, and have that applied: idpctl apply]
    ClientCredentials/keyed (apps.yaml:28:53): the client's key that it belongs to is INACTIVE [refer to another, or have that one activated at the server]
    ClientCredentials/keyed (apps.yaml:28:53): it does not say which of the client's keys it belongs to [say the `kid` of the client's key beside it]
    ClientCredentials/keyed (apps.yaml:28:53): the client was not believed [check the machine's clock, and that the public half of the key is what the client's `jwks` or `jwks_uri` holds]
    ClientCredentials/keyed (apps.yaml:28:53): the public half of {env: IDPCTL_KEY} is none of the client's keys [refer to the right key; or add its public half to `jwks`, and have that applied: idpctl apply]
    App/keyed (apps.yaml:23:37): it is a `web` application, and the org itself issues tokens to services alone [make it an app of `application_type: service`, which is another app, or take its grants out]
    ");
}

#[test]
fn what_lies_between_a_client_and_its_token_is_told() {
    let asked = |refusal, change: &dyn Fn(&mut Observed)| blamed("worker", "orders.read", refusal, change);
    let (denied, unknown) = ((401, "access_denied"), (400, "invalid_scope"));
    let policy = |observed: &mut Observed, change: &dyn Fn(&mut crate::observed::LivePart)| {
        change(below(observed).policies.as_mut().unwrap().iter_mut().find(|policy| policy.name() == "workers").unwrap());
    };
    let rule = |observed: &mut Observed, change: &dyn Fn(&mut crate::observed::LivePart)| {
        change(&mut below(observed).rules.get_mut(&Id("00p1".to_owned())).unwrap()[0]);
    };
    let set =
        |path: &'static str, value: Value| move |part: &mut crate::observed::LivePart| Path::of(path).set(&mut part.body, value.clone());
    let told = [
        asked((400, "unauthorized_client"), &|observed| edit(observed, 0, "settings.oauthClient.grant_types", json!([]))),
        asked((400, "invalid_dpop_proof"), &|observed| edit(observed, 0, "settings.oauthClient.dpop_bound_access_tokens", json!(true))),
        asked((404, "E0000007"), &|observed| observed.servers.listed.clear()),
        asked((404, "E0000007"), &|observed| observed.servers.listed[0].status = Some(Status::Inactive)),
        asked(unknown, &|observed| drop(below(observed).scopes.as_mut().unwrap().remove(0))),
        asked((400, "consent_required"), &|observed| set("consent", json!("REQUIRED"))(&mut below(observed).scopes.as_mut().unwrap()[0])),
        asked(denied, &|observed| below(observed).policies.as_mut().unwrap().retain(|policy| policy.name() != "workers")),
        asked(denied, &|observed| policy(observed, &|policy| policy.status = Some(Status::Inactive))),
        asked(denied, &|observed| policy(observed, &set("conditions.clients.include", json!(["other"])))),
        asked(denied, &|observed| below(observed).rules.clear()),
        asked(denied, &|observed| rule(observed, &|rule| rule.status = Some(Status::Inactive))),
        asked(denied, &|observed| rule(observed, &set("conditions.grantTypes.include", json!(["implicit"])))),
        asked(denied, &|observed| rule(observed, &set("conditions.scopes.include", json!([])))),
        asked(denied, &|_| {}),
        asked((400, "what"), &|observed| rule(observed, &set("conditions.scopes.include", json!([])))),
        blamed("keyed", "okta.users.read", (400, "consent_required"), |observed| observed.grants.clear()),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    App/worker (apps.yaml:7:68): its grant types lack `client_credentials` [make it as it is declared: idpctl apply]
    App/worker (apps.yaml:3:18): its proof of possession (DPoP) was not accepted [check the machine's clock: proofs are good for five minutes]
    AuthorizationServer/orders (servers.yaml:3:9): it is not there [make it as it is declared: idpctl apply]
    AuthorizationServer/orders (servers.yaml:3:9): it is INACTIVE [say `status: ACTIVE` of it, and have that applied: idpctl apply]
    AuthorizationServer/orders/scope/orders.read (servers.yaml:6:14): it is not there [make it as it is declared: idpctl apply]
    AuthorizationServer/orders/scope/orders.read (servers.yaml:6:14): it needs the consent of somebody, and a client that asks for itself has nobody [say `consent: FLEXIBLE` of it, and have that applied: idpctl apply]
    AuthorizationServer/orders/policy/workers (servers.yaml:17:13): it is not there [make it as it is declared: idpctl apply]
    AuthorizationServer/orders/policy/workers (servers.yaml:17:13): it is INACTIVE [say `status: ACTIVE` of it, and have that applied: idpctl apply]
    AuthorizationServer/orders/policy/workers (servers.yaml:19:40): it is not for the client App/worker [make it as it is declared: idpctl apply]
    AuthorizationServer/orders/policy/workers/rule/read (servers.yaml:21:17): it is not there [make it as it is declared: idpctl apply]
    AuthorizationServer/orders/policy/workers/rule/read (servers.yaml:21:17): it is INACTIVE [say `status: ACTIVE` of it, and have that applied: idpctl apply]
    AuthorizationServer/orders/policy/workers/rule/read (servers.yaml:23:46): it is not for the grant `client_credentials` [make it as it is declared: idpctl apply]
    AuthorizationServer/orders/policy/workers/rule/read (servers.yaml:23:87): it does not have the scope `orders.read` [make it as it is declared: idpctl apply]
    AuthorizationServer/orders/policy/workers (servers.yaml:17:13): no token was issued [what was read of the org does not explain it: it may have changed meanwhile, or the machine's clock be wrong, so try again, and look for differences: idpctl plan]
    AuthorizationServer/orders/policy/workers/rule/read (servers.yaml:23:87): it does not have the scope `orders.read` [make it as it is declared: idpctl apply]
    Grant/keyed/okta.apps.read (apps.yaml:33:34): the scope is not granted [make it as it is declared: idpctl apply]
    Grant/keyed/okta.users.read (apps.yaml:33:17): the scope is not granted [make it as it is declared: idpctl apply]
    ");
}

/// Returns what is to blame for a token that is not the promised one.
fn different_from(fault: Fault, change: impl FnOnce(&mut Observed)) -> String {
    let (desired, mut observed) = (desired(), observed());
    change(&mut observed);
    let bound = bind(&desired, &observed, &Choices::default());
    let registered = registered(&bound);
    let clients = clients(&bound, &registered);
    let promises = promises(&clients, &bound);
    let promise = promises.iter().find(|promise| promise.client.address().name == "worker" && promise.lifetime.is_some()).unwrap();
    let facts = Facts { observed: &observed, secrets: None, hash: None, key: None };
    told_of(&different(promise, &[fault], &facts))
}

#[test]
fn a_token_that_is_not_the_promised_one_has_somebody_to_blame() {
    let lists = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let none = |_: &mut Observed| {};
    let first = |name: &'static str, rules: Value| {
        move |observed: &mut Observed| {
            let below = below(observed);
            let policy = json!({"id": "00p9", "name": name, "priority": 0, "conditions": {"clients": {"include": ["ALL_CLIENTS"]}}});
            below.policies.as_mut().unwrap().push(live(Part::Policy, &policy));
            if !rules.is_null() {
                below.rules.insert(Id("00p9".to_owned()), all(Part::Rule, &rules));
            }
        }
    };
    let rule = json!([{"id": "0pr9", "name": "short", "conditions": {"grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["*"]}}}]);
    let shorter = |observed: &mut Observed| {
        let rules = below(observed).rules.get_mut(&Id("00p1".to_owned())).unwrap();
        Path::of("actions.token.accessTokenLifetimeMinutes").set(&mut rules[0].body, json!(5));
    };
    let told = [
        different_from(Fault::Issuer("https://evil".to_owned()), none),
        different_from(Fault::Audience("https://other".to_owned()), none),
        different_from(Fault::Client("another".to_owned()), none),
        different_from(Fault::Scopes(lists(&["orders.read"]), lists(&["a", "b"])), none),
        different_from(Fault::Lifetime(300), shorter),
        different_from(Fault::Lifetime(90), none),
        different_from(Fault::Lifetime(300), first("short", Value::Null)),
        different_from(Fault::Lifetime(300), first("short", rule)),
        different_from(Fault::Answered(60, 3600), none),
        different_from(Fault::Time, none),
        different_from(Fault::Unbound, none),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    AuthorizationServer/orders (servers.yaml:3:9): its tokens call it `https://evil` [look at its `issuerMode`, and at the address that idpctl is given of the org: an API that expects another issuer refuses this token]
    AuthorizationServer/orders (servers.yaml:4:14): its tokens are for `https://other` [make it as it is declared: idpctl apply]
    App/worker (apps.yaml:3:18): the token is of the client `another` [look for what stands between here and the org: this is another client's token]
    AuthorizationServer/orders/policy/workers/rule/read (servers.yaml:23:87): the token lacks `orders.read`, and has besides `a`, `b` [look for differences: idpctl plan]
    AuthorizationServer/orders/policy/workers/rule/read (servers.yaml:24:57): its tokens are good for 5 min, not for 60 min [make it as it is declared: idpctl apply]
    AuthorizationServer/orders/policy/workers/rule/read (servers.yaml:24:57): its tokens are good for 90 s, not for 60 min [look for differences: idpctl plan]
    AuthorizationServer/orders/policy/short (): it is tried first, and its tokens are good for 5 min [give AuthorizationServer/orders/policy/workers/rule/read a lower `priority` than that, or narrow the other: the first that matches decides]
    AuthorizationServer/orders/policy/short/rule/short (): it is tried first, and its tokens are good for 5 min [give AuthorizationServer/orders/policy/workers/rule/read a lower `priority` than that, or narrow the other: the first that matches decides]
    AuthorizationServer/orders (servers.yaml:3:9): the token is good for 60 min, and the answer says 1 min [look for what stands between here and the org]
    AuthorizationServer/orders (servers.yaml:3:9): the token that it issued is not good now [look at the clock of what issued it: an API would refuse this token]
    App/worker (apps.yaml:3:18): the token is not bound to the key that was proven (DPoP) [make it as it is declared: idpctl apply]
    ");
}
