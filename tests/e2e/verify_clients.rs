//! Clients of every sort are tried at one server, each in its own way, and all that is left out is chosen or said.

use idpctl_emulator::{Config, Switches};
use serde_json::{Value, json};

use crate::org::{Output, TestOrg};
use crate::signing_in::{Keys, keys};

/// A server for all clients and for one.
const SERVER: &str = "apiVersion: idpctl/v1
kind: AuthorizationServer
metadata: {name: fares}
spec:
  name: fares
  audiences: [https://api.example.com/fares]
  scopes:
    - {name: fares.read, description: Read}
    - {name: fares.write, description: Write}
    - {name: fares.ask, description: Ask, consent: REQUIRED}
  policies:
    - name: key holders
      description: Who has a key
      priority: 1
      conditions: {clients: {include: [keyed]}}
      rules:
        - name: write
          priority: 1
          conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: [fares.write]}}
          actions: {token: {accessTokenLifetimeMinutes: 10}}
    - name: everybody
      description: Whoever there is
      priority: 2
      conditions: {clients: {include: [ALL_CLIENTS]}}
      rules:
        - name: read
          priority: 1
          conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: [fares.read]}}
          actions: {token: {accessTokenLifetimeMinutes: 60}}
---
apiVersion: idpctl/v1
kind: App
metadata: {name: site}
spec:
  label: Site
  settings:
    oauthClient: {application_type: web, grant_types: [authorization_code], response_types: [code], redirect_uris: [https://a.example/b]}
";

/// Returns the documents of a service app.
fn service(name: &str, client: &str, credentials: &str) -> String {
    format!(
        "---
apiVersion: idpctl/v1
kind: App
metadata: {{name: {name}}}
spec:
  label: {name}
  settings:
    oauthClient: {{application_type: service, grant_types: [client_credentials], response_types: [token]{client}}}
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {{name: {name}}}
spec: {credentials}
"
    )
}

const SECRET: &str = "a secret: of 100% and more than 32 characters";

struct Clients {
    org: TestOrg,
    keys: Keys,
}

impl Clients {
    fn new() -> Self {
        Self::with(Config::default())
    }

    fn with(config: Config) -> Self {
        // Assertions are dated by the machine's clock, and so must the org be.
        let mut org = TestOrg::with(config);
        let keys = keys();
        org.set("IDPCTL_SECRET", SECRET);
        org.set("IDPCTL_OLDER", format!("{SECRET}, older"));
        org.set("IDPCTL_KEY", &keys.pem);
        org.write("keys/keyed.json", json!({"keys": [keys.public]}).to_string());
        let by = |method: &str, secrets: &str| format!("{{token_endpoint_auth_method: {method}, client_secrets: [{secrets}]}}");
        let secret = "{name: only, env: IDPCTL_SECRET}";
        let two = "{name: new, env: IDPCTL_SECRET}, {name: old, env: IDPCTL_OLDER}";
        let manifest = [
            SERVER.to_owned(),
            service("basic", "", &by("client_secret_basic", secret)),
            service("posting", "", &by("client_secret_post", two)),
            service("sealing", "", &by("client_secret_jwt", secret)),
            service(
                "keyed",
                ", dpop_bound_access_tokens: true",
                "{token_endpoint_auth_method: private_key_jwt, jwks: {file: keys/keyed.json}, private_key: {env: IDPCTL_KEY, kid: ours}}",
            ),
            service("left", "", "{token_endpoint_auth_method: client_secret_basic}"),
            "---\napiVersion: idpctl/v1\nkind: Grant\nmetadata: {name: keyed}\nspec: {scopes: [okta.users.read]}\n".to_owned(),
        ];
        org.write("manifests/fares.yaml", manifest.concat());
        let _ = org.run("apply --auto-approve").ends_with(0);
        Self { org, keys }
    }

    /// Runs the binary, and asserts that it said nothing of a secret, key, assertion or token.
    fn run(&self, arguments: &str) -> Output {
        let output = self.org.run(arguments);
        let said = output.everything();
        let body: String = self.keys.pem.lines().filter(|line| !line.starts_with('-')).collect();
        assert!(!said.contains("eyJ") && !said.contains(SECRET) && !said.contains(&body[..20]), "{output}");
        output
    }

    fn server(&self) -> String {
        let servers = self.org.get("/api/v1/authorizationServers");
        let server = servers.as_array().expect("a list").iter().find(|server| server["name"] == "fares").expect("it was made");
        server["id"].as_str().expect("an id").to_owned()
    }

    fn app(&self, label: &str) -> String {
        format!("/api/v1/apps/{}", self.org.id(label))
    }
}

#[test]
fn every_client_is_tried_in_its_own_way() {
    let clients = Clients::new();
    let verified = clients.run("verify -vv");
    let asked = verified.writes();
    assert!(asked.iter().all(|request| request.starts_with("POST /oauth2/") && request.ends_with("/v1/token")), "{asked:?}");
    // Three with one secret each and one with two; a key twice and at the org, where each proof is asked for anew.
    assert_eq!(asked.len(), 4 + 3 * 2, "{asked:?}");
    insta::assert_snapshot!(clients.run("verify"), @r#"
    ok            App/basic  token from fares for fares.read, 60 min
    ok            App/keyed  token from the org for okta.users.read, 60 min
    ok            App/keyed  token from fares for fares.read, 60 min
    ok            App/keyed  token from fares for fares.write, 10 min
    not tried     App/left
        App/left (manifests/fares.yaml:93:18): no manifest says where a secret of it is to be had
        hint: declare one in its ClientCredentials document: `client_secrets: [{name: "2026-09", env: IDPCTL_…}]`
    ok            App/posting  token from fares for fares.read, with the secret new, 60 min
    ok            App/posting  token from fares for fares.read, with the secret old, 60 min
    ok            App/sealing  token from fares for fares.read, 60 min

    7 ok, 1 not tried.
    [exit status: 0]
    "#);
    insta::assert_snapshot!(clients.run("verify App/posting --format json").ends_with(0).stdout, @r#"
    {
      "format_version": 1,
      "project": "default",
      "checks": [
        {
          "client": "App/posting",
          "origin": "manifests/fares.yaml:54:18",
          "server": "AuthorizationServer/fares",
          "scopes": [
            "fares.read"
          ],
          "outcome": "ok",
          "secret": "new",
          "lifetime_seconds": 3600
        },
        {
          "client": "App/posting",
          "origin": "manifests/fares.yaml:54:18",
          "server": "AuthorizationServer/fares",
          "scopes": [
            "fares.read"
          ],
          "outcome": "ok",
          "secret": "old",
          "lifetime_seconds": 3600
        }
      ],
      "summary": {
        "ok": 2,
        "failed": 0,
        "not_verified": 0,
        "not_tried": 0,
        "unpromised": 0
      }
    }
    "#);
}

#[test]
fn what_is_tried_can_be_chosen() {
    let clients = Clients::new();
    let runs =
        ["verify Grant/keyed", "verify --select */keyed App/basic", "verify AuthorizationServer/*", "verify App/site", "verify App/left"];
    let told = runs.map(|run| format!("$ idpctl {run}\n{}", clients.run(run)));
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    $ idpctl verify Grant/keyed
    ok            App/keyed  token from the org for okta.users.read, 60 min

    1 ok.
    [exit status: 0]

    $ idpctl verify --select */keyed App/basic
    ok            App/basic  token from fares for fares.read, 60 min
    ok            App/keyed  token from the org for okta.users.read, 60 min
    ok            App/keyed  token from fares for fares.read, 60 min
    ok            App/keyed  token from fares for fares.write, 10 min

    4 ok.
    [exit status: 0]

    $ idpctl verify AuthorizationServer/*
    ok            App/basic  token from fares for fares.read, 60 min
    ok            App/keyed  token from fares for fares.read, 60 min
    ok            App/keyed  token from fares for fares.write, 10 min
    not tried     App/left
        App/left (manifests/fares.yaml:93:18): no manifest says where a secret of it is to be had
        hint: declare one in its ClientCredentials document: `client_secrets: [{name: "2026-09", env: IDPCTL_…}]`
    ok            App/posting  token from fares for fares.read, with the secret new, 60 min
    ok            App/posting  token from fares for fares.read, with the secret old, 60 min
    ok            App/sealing  token from fares for fares.read, 60 min

    6 ok, 1 not tried.
    [exit status: 0]

    $ idpctl verify App/site
    ------- stderr -------
    error: no client that asks for tokens of its own has to do with such an address

    hint: `idpctl verify` without an address tries every client that can use `client_credentials`
    [exit status: 1]

    $ idpctl verify App/left
    not tried     App/left
        App/left (manifests/fares.yaml:93:18): no manifest says where a secret of it is to be had
        hint: declare one in its ClientCredentials document: `client_secrets: [{name: "2026-09", env: IDPCTL_…}]`

    1 not tried.
    [exit status: 1]
    "#);
}

#[test]
fn a_key_that_tokens_are_bound_to_is_proven() {
    let clients = Clients::new();
    clients.org.replace("manifests/fares.yaml", "dpop_bound_access_tokens: true", "dpop_bound_access_tokens: false");
    insta::assert_snapshot!(clients.run("verify App/keyed Grant/keyed"), @"
    failed        App/keyed  token from the org for okta.users.read
        the server said: 400 invalid_dpop_proof, The DPoP proof JWT header is missing
        App/keyed (manifests/fares.yaml:84:132): its tokens are bound to keys (DPoP) at the server
        hint: make it as it is declared
            idpctl apply
    failed        App/keyed  token from fares for fares.read
        the server said: 400 invalid_dpop_proof, The DPoP proof JWT header is missing
        App/keyed (manifests/fares.yaml:84:132): its tokens are bound to keys (DPoP) at the server
        hint: make it as it is declared
            idpctl apply
    failed        App/keyed  token from fares for fares.write
        the server said: 400 invalid_dpop_proof, The DPoP proof JWT header is missing
        App/keyed (manifests/fares.yaml:84:132): its tokens are bound to keys (DPoP) at the server
        hint: make it as it is declared
            idpctl apply

    3 failed.
    [exit status: 1]
    ");
    clients.org.replace("manifests/fares.yaml", ", dpop_bound_access_tokens: false", "");
    let _ = clients.run("verify App/keyed").ends_with(0);
}

#[test]
fn the_built_in_server_is_asked_by_its_alias() {
    let clients = Clients::new();
    let server = "---
apiVersion: idpctl/v1
kind: AuthorizationServer
metadata: {name: default}
spec:
  name: default
  scopes: [{name: everything}]
  policies:
    - name: keys
      description: Who has a key
      priority: 1
      conditions: {clients: {include: [keyed]}}
      rules: [{name: all, conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: ['*']}}}]
";
    clients.org.write("manifests/default.yaml", server);
    let applied = clients.org.run("apply --auto-approve --verify").ends_with(0);
    assert!(applied.sent().contains(&"POST /oauth2/default/v1/token".to_owned()), "{applied}");
    let told = applied.stdout.split("applied.").last().expect("something was applied").trim_start();
    insta::assert_snapshot!(told, @"
    ok            App/keyed  token from default for everything, 60 min

    1 ok.
    ");
}

#[test]
fn what_could_not_be_asked_is_no_failure_of_the_client() {
    let clients = Clients::new();
    let mut told = Vec::new();
    for (faults, flags) in
        [(["/oauth2/*/v1/keys 500"], "--timeout 2s"), (["/oauth2/*/v1/token 503"], "--timeout 2s"), (["/oauth2/*/v1/token captive"], "")]
    {
        clients.org.faults(&faults);
        let run = clients.run(&format!("verify App/basic {flags}")).ends_with(1).to_string();
        told.push(format!("# {}\n{}", faults[0], run.replace(&clients.server(), "ausFARES")));
    }
    clients.org.faults(&["/oauth2/*/v1/token 503 x2"]);
    let _ = clients.run("verify App/basic").ends_with(0);
    insta::assert_snapshot!(told.join("\n\n"), @"
    # /oauth2/*/v1/keys 500
    not verified  App/basic  token from fares for fares.read
        App/basic (manifests/fares.yaml:41:18): `GET /oauth2/ausFARES/v1/keys` was answered 500: E0000009, Internal Server Error, request id ID, N attempts in TIME s

    1 not verified.
    [exit status: 1]

    # /oauth2/*/v1/token 503
    not verified  App/basic  token from fares for fares.read
        App/basic (manifests/fares.yaml:41:18): `POST /oauth2/ausFARES/v1/token` was answered 503 without a reason, N attempts in TIME s

    1 not verified.
    [exit status: 1]

    # /oauth2/*/v1/token captive
    not verified  App/basic  token from fares for fares.read
        App/basic (manifests/fares.yaml:41:18): `POST /oauth2/ausFARES/v1/token` was answered 200 by `text/html`, not JSON, perhaps by something between us and the server, 1 attempt in TIME s
        hint: check that `OKTA_CLIENT_ORGURL` is the org's own address, such as https://acme.okta.com

    1 not verified.
    [exit status: 1]
    ");
}

/// Takes the scopes of all rules away, and every grant of the client with a key.
fn narrowed(clients: &Clients) {
    let policies = format!("/api/v1/authorizationServers/{}/policies", clients.server());
    for policy in clients.org.get(&policies).as_array().unwrap() {
        let rules = format!("{policies}/{}/rules", policy["id"].as_str().unwrap());
        for rule in clients.org.get(&rules).as_array().unwrap() {
            let mut rule = rule.clone();
            rule["conditions"]["scopes"]["include"] = json!(["fares.ask"]);
            clients.org.send("PUT", &format!("{rules}/{}", rule["id"].as_str().unwrap()), &rule);
        }
    }
    let grants = format!("{}/grants", clients.app("keyed"));
    for grant in clients.org.get(&grants).as_array().unwrap() {
        clients.org.send("DELETE", &format!("{grants}/{}", grant["id"].as_str().unwrap()), &Value::Null);
    }
}

#[test]
fn other_words_for_a_refusal_name_the_same_object() {
    let switches: [&[(&str, &str)]; 3] = [
        &[],
        &[("no-matching-policy", "400"), ("scopes-outside-rules", "denied"), ("ungranted-scopes", "invalid-scope")],
        &[("basic-credentials", "raw")],
    ];
    let runs = switches.map(|switches| {
        let mut all = Switches::default();
        for (name, value) in switches {
            all.set(name, value).expect("there is such a switch");
        }
        let clients = Clients::with(Config { switches: all, ..Config::default() });
        narrowed(&clients);
        format!("# {switches:?}\n{}", clients.run("verify App/keyed App/basic").ends_with(1))
    });
    insta::assert_snapshot!(runs.join("\n\n"), @r#"
    # []
    failed        App/basic  token from fares for fares.read
        the server said: 401 access_denied, Policy evaluation failed for this request, please check the policy configurations
        AuthorizationServer/fares/policy/everybody/rule/read (manifests/fares.yaml:28:87): it does not have the scope `fares.read`
        hint: make it as it is declared
            idpctl apply
    failed        App/keyed  token from the org for okta.users.read
        the server said: 400 consent_required, You are not allowed any of the requested scopes
        Grant/keyed/okta.users.read (manifests/fares.yaml:107:17): the scope is not granted
        hint: make it as it is declared
            idpctl apply
    failed        App/keyed  token from fares for fares.read
        the server said: 401 access_denied, Policy evaluation failed for this request, please check the policy configurations
        AuthorizationServer/fares/policy/everybody/rule/read (manifests/fares.yaml:28:87): it does not have the scope `fares.read`
        hint: make it as it is declared
            idpctl apply
    failed        App/keyed  token from fares for fares.write
        the server said: 401 access_denied, Policy evaluation failed for this request, please check the policy configurations
        AuthorizationServer/fares/policy/key holders/rule/write (manifests/fares.yaml:19:87): it does not have the scope `fares.write`
        hint: make it as it is declared
            idpctl apply

    4 failed.
    [exit status: 1]

    # [("no-matching-policy", "400"), ("scopes-outside-rules", "denied"), ("ungranted-scopes", "invalid-scope")]
    failed        App/basic  token from fares for fares.read
        the server said: 400 access_denied, Policy evaluation succeeded, but all the requested scopes were rejected
        AuthorizationServer/fares/policy/everybody/rule/read (manifests/fares.yaml:28:87): it does not have the scope `fares.read`
        hint: make it as it is declared
            idpctl apply
    failed        App/keyed  token from the org for okta.users.read
        the server said: 400 invalid_scope, The requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource owner
        Grant/keyed/okta.users.read (manifests/fares.yaml:107:17): the scope is not granted
        hint: make it as it is declared
            idpctl apply
    failed        App/keyed  token from fares for fares.read
        the server said: 400 access_denied, Policy evaluation succeeded, but all the requested scopes were rejected
        AuthorizationServer/fares/policy/everybody/rule/read (manifests/fares.yaml:28:87): it does not have the scope `fares.read`
        hint: make it as it is declared
            idpctl apply
    failed        App/keyed  token from fares for fares.write
        the server said: 400 access_denied, Policy evaluation succeeded, but all the requested scopes were rejected
        AuthorizationServer/fares/policy/key holders/rule/write (manifests/fares.yaml:19:87): it does not have the scope `fares.write`
        hint: make it as it is declared
            idpctl apply

    4 failed.
    [exit status: 1]

    # [("basic-credentials", "raw")]
    failed        App/basic  token from fares for fares.read
        the server said: 401 invalid_client, The client secret supplied for a confidential client is invalid
        App/basic/secret/only (manifests/fares.yaml:50:81): the client was not believed, though the secret is one of its own
        hint: id and secret are form-encoded in the header (RFC 6749, 2.3.1), and a server that does not decode them takes none but letters, digits and `*-._`: try such a secret, or `client_secret_post`
    failed        App/keyed  token from the org for okta.users.read
        the server said: 400 consent_required, You are not allowed any of the requested scopes
        Grant/keyed/okta.users.read (manifests/fares.yaml:107:17): the scope is not granted
        hint: make it as it is declared
            idpctl apply
    failed        App/keyed  token from fares for fares.read
        the server said: 401 access_denied, Policy evaluation failed for this request, please check the policy configurations
        AuthorizationServer/fares/policy/everybody/rule/read (manifests/fares.yaml:28:87): it does not have the scope `fares.read`
        hint: make it as it is declared
            idpctl apply
    failed        App/keyed  token from fares for fares.write
        the server said: 401 access_denied, Policy evaluation failed for this request, please check the policy configurations
        AuthorizationServer/fares/policy/key holders/rule/write (manifests/fares.yaml:19:87): it does not have the scope `fares.write`
        hint: make it as it is declared
            idpctl apply

    4 failed.
    [exit status: 1]
    "#);
}
