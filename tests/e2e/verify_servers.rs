//! Okta's guide to client credentials as manifests: from an empty org to a token, and whatever stands in between named.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::org::TestOrg;

/// The guide's server, scope, policy, rule and service app; its id and secret are of one's own choice.
const GUIDE: &str = r#"apiVersion: idpctl/v1
kind: AuthorizationServer
metadata: {name: orders}
spec:
  name: orders
  status: ACTIVE
  audiences: [https://api.example.com/orders]
  scopes:
    - {name: customScope, description: The scope of the guide}
  policies:
    - name: machines
      description: The one client
      priority: 1
      status: ACTIVE
      conditions: {clients: {include: [machine]}}
      rules:
        - name: client credentials
          priority: 1
          status: ACTIVE
          conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: [customScope]}}
          actions: {token: {accessTokenLifetimeMinutes: 30}}
---
apiVersion: idpctl/v1
kind: App
metadata: {name: machine}
spec:
  label: The client of the guide
  status: ACTIVE
  settings:
    oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: machine}
spec:
  client_id: custom_client_id
  client_secrets: [{name: "2026-09", env: IDPCTL_MACHINE_SECRET}]
  token_endpoint_auth_method: client_secret_basic
"#;

const SECRET: &str = "cust0mC1ient$secret: 100%";

/// An org that is made of the guide's manifests, and where its parts are.
struct Guide {
    org: TestOrg,
    app: String,
    server: String,
    scope: String,
    policy: String,
    rule: String,
}

fn empty(manifest: &str) -> TestOrg {
    let mut org = TestOrg::new();
    org.set("IDPCTL_MACHINE_SECRET", SECRET);
    org.write("manifests/guide.yaml", manifest);
    org
}

impl Guide {
    fn new() -> Self {
        Self::of(GUIDE)
    }

    fn of(manifest: &str) -> Self {
        let org = empty(manifest);
        let _ = org.run("apply --auto-approve").ends_with(0);
        let found = |list: &str, name: &str| {
            let all = org.get(list);
            let one = all.as_array().expect("a list").iter().find(|one| one["name"] == name).expect("it was made").clone();
            format!("{list}/{}", one["id"].as_str().expect("an id"))
        };
        let app = format!("/api/v1/apps/{}", org.id("The client of the guide"));
        let server = found("/api/v1/authorizationServers", "orders");
        let scope = found(&format!("{server}/scopes"), "customScope");
        let policy = found(&format!("{server}/policies"), "machines");
        let rule = found(&format!("{policy}/rules"), "client credentials");
        Self { org, app, server, scope, policy, rule }
    }

    /// Changes an object by hand.
    fn edit(&self, path: &str, change: impl FnOnce(&mut Value)) {
        let mut object = self.org.get(path);
        change(&mut object);
        self.org.send("PUT", path, &object);
    }

    fn switch_off(&self, path: &str) {
        self.org.send("POST", &format!("{path}/lifecycle/deactivate"), &Value::Null);
    }

    fn delete(&self, path: &str) {
        self.org.send("DELETE", path, &Value::Null);
    }

    /// Verifies, and asserts that nothing of a secret or token was said, and nothing was changed.
    fn verify(&self) -> String {
        let output = self.org.run("verify -vv");
        let said = output.everything();
        assert!(!said.contains("eyJ") && !said.contains(SECRET), "{output}");
        assert!(output.writes().iter().all(|request| request.starts_with("POST /oauth2/") && request.ends_with("/v1/token")), "{output}");
        let id = self.server.rsplit('/').next().expect("an id");
        self.org.run("verify").to_string().replace(id, "ausORDERS")
    }
}

/// Asks over a connection of its own for what the guide asks for, header by header.
fn ask(org: &TestOrg, server: &str) -> Value {
    let host = org.url().trim_start_matches("http://");
    let pair = BASE64_STANDARD.encode("custom_client_id:cust0mC1ient%24secret%3A+100%25");
    let body = "grant_type=client_credentials&scope=customScope";
    let id = server.rsplit('/').next().expect("an id");
    let request = format!(
        "POST /oauth2/{id}/v1/token HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\nAuthorization: Basic {pair}\r\nCache-Control: no-cache\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(host).expect("the org listens");
    stream.write_all(request.as_bytes()).expect("it can be asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (_, body) = answer.split_once("\r\n\r\n").expect("an answer has a body");
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

#[test]
fn the_guide_ends_with_a_verified_token() {
    let org = empty(GUIDE);
    insta::assert_snapshot!(org.run("apply --auto-approve --verify").ends_with(0), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create App/machine "The client of the guide"
        label: "The client of the guide"
        settings.oauthClient.application_type: "service"
        settings.oauthClient.grant_types: ["client_credentials"]
        settings.oauthClient.response_types: ["token"]
        credentials.oauthClient.client_id: "custom_client_id"
        credentials.oauthClient.token_endpoint_auth_method: "client_secret_basic"
        client_secrets.2026-09: (secret)
        mark: none → default/machine, manages secrets

    + create AuthorizationServer/orders "orders"
        name: "orders"
        audiences: ["https://api.example.com/orders"]

    + create AuthorizationServer/orders/policy/machines
        name: "machines"
        description: "The one client"
        priority: 1
        conditions.clients.include: ["{App/machine}"]

    + create AuthorizationServer/orders/scope/customScope
        name: "customScope"
        description: "The scope of the guide"

    + create AuthorizationServer/orders/policy/machines/rule/client credentials
        name: "client credentials"
        priority: 1
        conditions.grantTypes.include: ["client_credentials"]
        conditions.scopes.include: ["customScope"]
        actions.token.accessTokenLifetimeMinutes: 30

    5 to create, with 5 requests.

    applied   create App/machine
    applied   create AuthorizationServer/orders
    applied   create AuthorizationServer/orders/policy/machines
    applied   create AuthorizationServer/orders/policy/machines/rule/client credentials
    applied   create AuthorizationServer/orders/scope/customScope

    5 applied.

    ok            App/machine  token from orders for customScope, 30 min

    1 ok.
    [exit status: 0]
    "#);
    let servers = org.get("/api/v1/authorizationServers");
    let server = servers.as_array().unwrap().iter().find(|server| server["name"] == "orders").unwrap();
    let token = ask(&org, server["id"].as_str().unwrap());
    assert_eq!((&token["token_type"], &token["expires_in"], &token["scope"]), (&json!("Bearer"), &json!(1800), &json!("customScope")));
    insta::assert_snapshot!(org.run("verify").ends_with(0), @"
    ok            App/machine  token from orders for customScope, 30 min

    1 ok.
    [exit status: 0]
    ");
}

/// A way to break what the guide made.
type Break = (&'static str, fn(&Guide));

/// Makes what the guide makes, breaks it, and returns what is said of it, one way of breaking it after the other.
fn told(breaks: &[Break]) -> String {
    let tell = |(what, break_it): &Break| {
        let guide = Guide::new();
        break_it(&guide);
        format!("# {what}\n{}", guide.verify())
    };
    breaks.iter().map(tell).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn a_server_or_scope_that_is_removed_or_broken_is_named() {
    let breaks: [Break; 5] = [
        ("the server is deactivated", |guide| guide.switch_off(&guide.server)),
        ("the server is deleted", |guide| {
            guide.switch_off(&guide.server);
            guide.delete(&guide.server);
        }),
        ("the server is for another audience", |guide| guide.edit(&guide.server, |server| server["audiences"] = json!(["https://other"]))),
        ("the scope is deleted", |guide| guide.delete(&guide.scope)),
        ("the scope needs consent", |guide| guide.edit(&guide.scope, |scope| scope["consent"] = json!("REQUIRED"))),
    ];
    insta::assert_snapshot!(told(&breaks), @"
    # the server is deactivated
    failed        App/machine  token from orders for customScope
        the server said: 404 E0000007, Not found: Resource not found: ausORDERS (AuthorizationServer)
        AuthorizationServer/orders (manifests/guide.yaml:6:11): it is INACTIVE
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    # the server is deleted
    failed        App/machine  token from orders for customScope
        AuthorizationServer/orders (manifests/guide.yaml:5:9): it is not there
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    # the server is for another audience
    failed        App/machine  token from orders for customScope
        AuthorizationServer/orders (manifests/guide.yaml:7:14): its tokens are for `https://other`
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    # the scope is deleted
    failed        App/machine  token from orders for customScope
        the server said: 400 invalid_scope, One or more scopes are not configured for the authorization server resource
        AuthorizationServer/orders/scope/customScope (manifests/guide.yaml:9:14): it is not there
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    # the scope needs consent
    failed        App/machine  token from orders for customScope
        the server said: 400 consent_required, The following scopes require user consent and cannot be granted for the client credentials grant type: [customScope]
        AuthorizationServer/orders/scope/customScope (manifests/guide.yaml:9:14): it needs the consent of somebody, and a client that asks for itself has nobody
        hint: say `consent: FLEXIBLE` of it, and have that applied
            idpctl apply

    1 failed.
    [exit status: 1]
    ");
}

#[test]
fn a_policy_that_is_removed_or_broken_is_named() {
    let breaks: [Break; 4] = [
        ("the policy is deactivated", |guide| guide.switch_off(&guide.policy)),
        ("the policy is deleted", |guide| guide.delete(&guide.policy)),
        ("the policy is for another client", |guide| {
            let other = json!({"name": "oidc_client", "label": "Other", "signOnMode": "OPENID_CONNECT",
                "settings": {"oauthClient": {"application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"]}}});
            let other = guide.org.send("POST", "/api/v1/apps", &other);
            guide.edit(&guide.policy, |policy| policy["conditions"]["clients"]["include"] = json!([other["id"]]));
        }),
        ("another policy comes first", |guide| {
            let policy = json!({"type": "OAUTH_AUTHORIZATION_POLICY", "name": "by hand", "description": "x", "priority": 1, "status": "ACTIVE",
                "conditions": {"clients": {"include": ["ALL_CLIENTS"]}}});
            let policy = guide.org.send("POST", &format!("{}/policies", guide.server), &policy);
            let rule = json!({"type": "RESOURCE_ACCESS", "name": "r", "priority": 1, "status": "ACTIVE",
                "conditions": {"people": {}, "grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["*"]}},
                "actions": {"token": {"accessTokenLifetimeMinutes": 5, "refreshTokenLifetimeMinutes": 0, "refreshTokenWindowMinutes": 10080}}});
            let rules = format!("{}/policies/{}/rules", guide.server, policy["id"].as_str().unwrap());
            guide.org.send("POST", &rules, &rule);
        }),
    ];
    insta::assert_snapshot!(told(&breaks), @"
    # the policy is deactivated
    failed        App/machine  token from orders for customScope
        the server said: 401 access_denied, Policy evaluation failed for this request, please check the policy configurations
        AuthorizationServer/orders/policy/machines (manifests/guide.yaml:14:15): it is INACTIVE
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    # the policy is deleted
    failed        App/machine  token from orders for customScope
        the server said: 401 access_denied, Policy evaluation failed for this request, please check the policy configurations
        AuthorizationServer/orders/policy/machines (manifests/guide.yaml:11:13): it is not there
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    # the policy is for another client
    failed        App/machine  token from orders for customScope
        the server said: 401 access_denied, Policy evaluation failed for this request, please check the policy configurations
        AuthorizationServer/orders/policy/machines (manifests/guide.yaml:15:40): it is not for the client App/machine
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    # another policy comes first
    failed        App/machine  token from orders for customScope
        AuthorizationServer/orders/policy/by hand: it is tried first, and its tokens are good for 5 min
        hint: give AuthorizationServer/orders/policy/machines/rule/client credentials a lower `priority` than that, or narrow the other: the first that matches decides

    1 failed.
    [exit status: 1]
    ");
}

#[test]
fn a_rule_that_is_removed_or_broken_is_named() {
    let breaks: [Break; 5] = [
        ("the rule is deactivated", |guide| guide.switch_off(&guide.rule)),
        ("the rule is deleted", |guide| guide.delete(&guide.rule)),
        ("the rule is without the scope", |guide| {
            let another = guide.org.send("POST", &format!("{}/scopes", guide.server), &json!({"name": "another"}));
            guide.edit(&guide.rule, |rule| rule["conditions"]["scopes"]["include"] = json!([another["name"]]));
        }),
        ("the rule is for another grant", |guide| {
            guide.edit(&guide.rule, |rule| {
                rule["conditions"]["grantTypes"]["include"] = json!(["authorization_code"]);
                rule["conditions"]["people"] = json!({"groups": {"include": ["EVERYONE"]}});
            });
        }),
        ("the rule gives shorter tokens", |guide| {
            guide.edit(&guide.rule, |rule| rule["actions"]["token"]["accessTokenLifetimeMinutes"] = json!(5));
        }),
    ];
    insta::assert_snapshot!(told(&breaks), @"
    # the rule is deactivated
    failed        App/machine  token from orders for customScope
        the server said: 401 access_denied, Policy evaluation failed for this request, please check the policy configurations
        AuthorizationServer/orders/policy/machines/rule/client credentials (manifests/guide.yaml:19:19): it is INACTIVE
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    # the rule is deleted
    failed        App/machine  token from orders for customScope
        the server said: 401 access_denied, Policy evaluation failed for this request, please check the policy configurations
        AuthorizationServer/orders/policy/machines/rule/client credentials (manifests/guide.yaml:17:17): it is not there
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    # the rule is without the scope
    failed        App/machine  token from orders for customScope
        the server said: 401 access_denied, Policy evaluation failed for this request, please check the policy configurations
        AuthorizationServer/orders/policy/machines/rule/client credentials (manifests/guide.yaml:20:87): it does not have the scope `customScope`
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    # the rule is for another grant
    failed        App/machine  token from orders for customScope
        the server said: 401 access_denied, Policy evaluation failed for this request, please check the policy configurations
        AuthorizationServer/orders/policy/machines/rule/client credentials (manifests/guide.yaml:20:46): it is not for the grant `client_credentials`
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    # the rule gives shorter tokens
    failed        App/machine  token from orders for customScope
        AuthorizationServer/orders/policy/machines/rule/client credentials (manifests/guide.yaml:21:57): its tokens are good for 5 min, not for 30 min
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]
    ");
}

#[test]
fn a_client_or_secret_that_is_removed_or_broken_is_named() {
    let breaks: [Break; 6] = [
        ("the app is deactivated", |guide| guide.switch_off(&guide.app)),
        ("the app is deleted", |guide| {
            guide.switch_off(&guide.app);
            guide.delete(&guide.app);
        }),
        ("the app authenticates otherwise", |guide| {
            guide.edit(&guide.app, |app| {
                app["credentials"]["oauthClient"]["token_endpoint_auth_method"] = json!("client_secret_post");
                app["credentials"]["oauthClient"]["client_secret"] = json!(SECRET);
            });
        }),
        ("the secret is another", |guide| {
            guide.edit(&guide.app, |app| app["credentials"]["oauthClient"]["client_secret"] = json!("another secret of a good length"));
        }),
        ("the secret is deactivated", |guide| {
            let secrets = format!("{}/credentials/secrets", guide.app);
            let ours = guide.org.get(&secrets)[0]["id"].as_str().unwrap().to_owned();
            guide.org.send("POST", &secrets, &json!({"client_secret": "another secret of a good length"}));
            guide.switch_off(&format!("{secrets}/{ours}"));
        }),
        ("the secret is deleted", |guide| {
            let secrets = format!("{}/credentials/secrets", guide.app);
            let ours = guide.org.get(&secrets)[0]["id"].as_str().unwrap().to_owned();
            guide.org.send("POST", &secrets, &json!({"client_secret": "another secret of a good length"}));
            guide.switch_off(&format!("{secrets}/{ours}"));
            guide.delete(&format!("{secrets}/{ours}"));
        }),
    ];
    insta::assert_snapshot!(told(&breaks), @"
    # the app is deactivated
    failed        App/machine  token from orders for customScope
        the server said: 401 invalid_client, Client authentication failed. Either the client or the client credentials are invalid
        App/machine (manifests/guide.yaml:25:18): it is INACTIVE
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    # the app is deleted
    failed        App/machine  token from orders for customScope
        App/machine (manifests/guide.yaml:25:18): it is not there
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    # the app authenticates otherwise
    failed        App/machine  token from orders for customScope
        the server said: 401 invalid_client, Client authentication failed. Either the client or the client credentials are invalid
        App/machine (manifests/guide.yaml:38:31): it authenticates with `client_secret_post` at the server, not with `client_secret_basic`
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    # the secret is another
    failed        App/machine  token from orders for customScope
        the server said: 401 invalid_client, The client secret supplied for a confidential client is invalid
        App/machine/secret/2026-09 (manifests/guide.yaml:37:27): the value of {env: IDPCTL_MACHINE_SECRET} is none of the client's secrets
        hint: put the right value there; or, if it is to be a secret of the client, have it added
            idpctl apply

    1 failed.
    [exit status: 1]

    # the secret is deactivated
    failed        App/machine  token from orders for customScope
        the server said: 401 invalid_client, The client secret supplied for a confidential client is invalid
        App/machine/secret/2026-09 (manifests/guide.yaml:37:27): it is INACTIVE
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    # the secret is deleted
    failed        App/machine  token from orders for customScope
        the server said: 401 invalid_client, The client secret supplied for a confidential client is invalid
        App/machine/secret/2026-09 (manifests/guide.yaml:37:27): the value of {env: IDPCTL_MACHINE_SECRET} is none of the client's secrets
        hint: put the right value there; or, if it is to be a secret of the client, have it added
            idpctl apply

    1 failed.
    [exit status: 1]
    ");
}
