//! Clients are tried: a token is obtained and checked, or the object is named that is to blame.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use idpctl_emulator::Config;
use serde_json::{Value, json};

use crate::org::{Output, TestOrg};
use crate::signing_in::{Keys, keys};

/// A service app with a key of its own and two of the org's scopes.
const WORKER: &str = "
apiVersion: idpctl/v1
kind: App
metadata: {name: billing-worker}
spec:
  label: Billing worker
  status: ACTIVE
  settings:
    oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: billing-worker}
spec:
  token_endpoint_auth_method: private_key_jwt
  jwks: {file: keys/billing-worker.json}
  private_key: {env: IDPCTL_BILLING_WORKER_KEY, kid: ours}
---
apiVersion: idpctl/v1
kind: Grant
metadata: {name: billing-worker}
spec: {scopes: [okta.users.read, okta.groups.read]}
";

/// An org with the service app, whose key only we have.
struct World {
    org: TestOrg,
    keys: Keys,
}

impl World {
    fn new() -> Self {
        Self::declaring(WORKER)
    }

    fn declaring(manifest: &str) -> Self {
        // Assertions are dated by the machine's clock, and so must the org be.
        let mut org = TestOrg::with(Config::default());
        let keys = keys();
        org.set("IDPCTL_BILLING_WORKER_KEY", &keys.pem);
        org.write("keys/billing-worker.json", json!({"keys": [keys.public]}).to_string());
        org.write("manifests/billing-worker.yaml", manifest);
        let _ = org.run("apply --auto-approve").ends_with(0);
        Self { org, keys }
    }

    fn app(&self) -> String {
        format!("/api/v1/apps/{}", self.org.id("Billing worker"))
    }

    /// Runs the binary, and asserts that it said nothing of key, assertion or token, and changed nothing.
    fn run(&self, arguments: &str) -> Output {
        let output = self.org.run(arguments);
        let said = output.everything();
        assert!(!said.contains("eyJ") && !said.contains("PRIVATE KEY-----"), "{output}");
        let body: String = self.keys.pem.lines().filter(|line| !line.starts_with('-')).collect();
        assert!(!said.contains(&body[..20]) && !said.contains(&body[body.len() - 20..]), "{output}");
        assert!(output.writes().iter().all(|request| request.ends_with("/v1/token")), "{output}");
        output
    }
}

#[test]
fn a_service_app_gets_a_token_of_the_org_for_what_it_was_granted() {
    let world = World::new();
    let verified = world.run("verify -vv").ends_with(0);
    assert_eq!(verified.writes(), ["POST /oauth2/v1/token"]);
    insta::assert_snapshot!(world.run("verify"), @"
    ok            App/billing-worker  token from the org for okta.groups.read okta.users.read, 60 min

    1 ok.
    [exit status: 0]
    ");
    insta::assert_snapshot!(world.run("verify --format json").ends_with(0).stdout, @r#"
    {
      "format_version": 1,
      "project": "default",
      "checks": [
        {
          "client": "App/billing-worker",
          "origin": "manifests/billing-worker.yaml:4:18",
          "server": null,
          "scopes": [
            "okta.groups.read",
            "okta.users.read"
          ],
          "outcome": "ok",
          "lifetime_seconds": 3600
        }
      ],
      "summary": {
        "ok": 1,
        "failed": 0,
        "not_verified": 0,
        "not_tried": 0,
        "unpromised": 0
      }
    }
    "#);
}

#[test]
fn whatever_keeps_a_service_app_from_its_token_is_named() {
    let world = World::new();
    let app = world.app();
    let mut told = Vec::new();
    let mut tell = |world: &World| told.push(world.run("verify").ends_with(1).to_string());
    let none = Value::Null;

    let grants = world.org.get(&format!("{app}/grants"));
    let grant = grants.as_array().unwrap().iter().find(|grant| grant["scopeId"] == "okta.users.read").unwrap();
    world.org.send("DELETE", &format!("{app}/grants/{}", grant["id"].as_str().unwrap()), &none);
    tell(&world);
    let _ = world.org.run("apply --auto-approve").ends_with(0);

    world.org.send("POST", &format!("{app}/lifecycle/deactivate"), &none);
    tell(&world);
    let _ = world.org.run("apply --auto-approve").ends_with(0);

    world.org.edit("Billing worker", |app| app["settings"]["oauthClient"]["jwks"]["keys"] = json!([keys().public]));
    tell(&world);
    let _ = world.org.run("apply --auto-approve").ends_with(0);

    world.org.edit("Billing worker", |app| app["settings"]["oauthClient"]["dpop_bound_access_tokens"] = json!(true));
    let _ = world.run("verify").ends_with(0);
    world.org.send("POST", &format!("{app}/lifecycle/deactivate"), &none);
    world.org.send("DELETE", &app, &none);
    tell(&world);
    insta::assert_snapshot!(told.join("\n\n"), @"
    failed        App/billing-worker  token from the org for okta.groups.read okta.users.read
        the server said: 400 consent_required, You are not allowed any of the requested scopes
        Grant/billing-worker/okta.users.read (manifests/billing-worker.yaml:22:17): the scope is not granted
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    failed        App/billing-worker  token from the org for okta.groups.read okta.users.read
        the server said: 401 invalid_client, Client authentication failed. Either the client or the client credentials are invalid
        App/billing-worker (manifests/billing-worker.yaml:4:18): it is INACTIVE
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    failed        App/billing-worker  token from the org for okta.groups.read okta.users.read
        the server said: 401 invalid_client, The client_assertion signature is invalid
        App/billing-worker/key/ours (manifests/billing-worker.yaml:16:16): it is none of the client's keys
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]

    failed        App/billing-worker  token from the org for okta.groups.read okta.users.read
        App/billing-worker (manifests/billing-worker.yaml:4:18): it is not there
        hint: make it as it is declared
            idpctl apply

    1 failed.
    [exit status: 1]
    ");
}

#[test]
fn a_key_that_cannot_be_used_is_named_with_what_to_do() {
    let mut world = World::new();
    let mut told = Vec::new();
    world.org.unset("IDPCTL_BILLING_WORKER_KEY");
    told.push(world.run("verify").ends_with(1).to_string());
    world.org.set("IDPCTL_BILLING_WORKER_KEY", keys().pem);
    told.push(world.run("verify").ends_with(1).to_string());
    world.org.set("IDPCTL_BILLING_WORKER_KEY", "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----\n");
    told.push(world.run("verify").ends_with(1).to_string());
    world.org.set("IDPCTL_BILLING_WORKER_KEY", "what is this");
    told.push(world.run("verify").ends_with(1).to_string());
    world.org.set("IDPCTL_BILLING_WORKER_KEY", world.keys.pem.clone());
    world.org.replace("manifests/billing-worker.yaml", ", kid: ours", ", kid: theirs");
    told.push(world.run("verify").ends_with(1).to_string());
    world.org.replace("manifests/billing-worker.yaml", "  private_key: {env: IDPCTL_BILLING_WORKER_KEY, kid: theirs}\n", "");
    let plan = world.run("plan --detailed-exitcode --format json").ends_with(0);
    assert_eq!(plan.json()["actions"], json!([]), "no plan knows of it");
    told.push(world.run("verify").ends_with(1).to_string());
    insta::assert_snapshot!(told.join("\n\n"), @"
    not verified  App/billing-worker  token from the org for okta.groups.read okta.users.read
        ClientCredentials/billing-worker (manifests/billing-worker.yaml:17:3): the variable `IDPCTL_BILLING_WORKER_KEY` is not set
        hint: set the variable, for example with a secret manager's `run` command around idpctl, or provide the file

    1 not verified.
    [exit status: 1]

    failed        App/billing-worker  token from the org for okta.groups.read okta.users.read
        the server said: 401 invalid_client, The client_assertion signature is invalid
        ClientCredentials/billing-worker (manifests/billing-worker.yaml:17:3): the public half of {env: IDPCTL_BILLING_WORKER_KEY} is none of the client's keys
        hint: refer to the right key; or add its public half to `jwks`, and have that applied
            idpctl apply

    1 failed.
    [exit status: 1]

    not verified  App/billing-worker  token from the org for okta.groups.read okta.users.read
        ClientCredentials/billing-worker (manifests/billing-worker.yaml:17:3): the key of {env: IDPCTL_BILLING_WORKER_KEY} cannot be used: it is in the SEC1 form (`EC PRIVATE KEY`): convert it to PKCS#8, with `openssl pkcs8 -topk8 -nocrypt -in KEY -out KEY8`

    1 not verified.
    [exit status: 1]

    not verified  App/billing-worker  token from the org for okta.groups.read okta.users.read
        ClientCredentials/billing-worker (manifests/billing-worker.yaml:17:3): {env: IDPCTL_BILLING_WORKER_KEY} holds neither a PEM nor a JWK: what belongs there is the private key itself

    1 not verified.
    [exit status: 1]

    failed        App/billing-worker  token from the org for okta.groups.read okta.users.read
        the server said: 401 invalid_client, The client_assertion JWT kid is invalid
        ClientCredentials/billing-worker (manifests/billing-worker.yaml:17:3): it goes by the `kid` `theirs`, and the client's key by `ours`
        hint: say the `kid` of the client's key beside it

    1 failed.
    [exit status: 1]

    not tried     App/billing-worker
        App/billing-worker (manifests/billing-worker.yaml:4:18): no manifest says where its private key is to be had
        hint: say so in its ClientCredentials document, for `verify` alone: `private_key: {env: IDPCTL_…}`

    1 not tried.
    [exit status: 1]
    ");
}

#[test]
fn a_key_in_a_file_is_used_unless_everybody_can_read_it() {
    let world = World::declaring(&WORKER.replace("env: IDPCTL_BILLING_WORKER_KEY", "file: secrets/key.pem"));
    world.org.write("secrets/key.pem", &world.keys.pem);
    let mode = |mode| fs::set_permissions(world.org.path("secrets/key.pem"), Permissions::from_mode(mode)).expect("it is ours");
    mode(0o600);
    let _ = world.run("verify").ends_with(0);
    mode(0o644);
    insta::assert_snapshot!(world.run("verify").ends_with(1), @"
    not verified  App/billing-worker  token from the org for okta.groups.read okta.users.read
        ClientCredentials/billing-worker (manifests/billing-worker.yaml:17:3): the key of {file: secrets/key.pem} cannot be used: `secrets/key.pem` can be read by every user of this machine: `chmod 600` it (or mount it with mode 0400), and replace the key if others had access

    1 not verified.
    [exit status: 1]
    ");
}

#[test]
fn what_is_applied_is_tried_if_that_is_asked_for() {
    let mut org = TestOrg::with(Config::default());
    let keys = keys();
    org.set("IDPCTL_BILLING_WORKER_KEY", &keys.pem);
    org.write("keys/billing-worker.json", json!({"keys": [keys.public]}).to_string());
    org.write("manifests/billing-worker.yaml", WORKER);
    let applied = org.run("apply --auto-approve --verify").ends_with(0);
    let (_, after) = applied.stdout.split_once("applied   ").expect("something was applied");
    insta::assert_snapshot!(after, @"
    create App/billing-worker
    applied   create Grant/billing-worker/okta.groups.read
    applied   create Grant/billing-worker/okta.users.read

    3 applied.

    ok            App/billing-worker  token from the org for okta.groups.read okta.users.read, 60 min

    1 ok.
    ");
    let again = org.run("apply --auto-approve --verify").ends_with(0).to_string();
    insta::assert_snapshot!(again.replace(org.org.org_id(), "00oORG"), @"
    Plan for `default` in http://ORG (00oORG)

    Nothing to do: the org is as declared.
    ------- stderr -------
    Nothing was changed, so there is nothing to verify; `idpctl verify` verifies everything.
    [exit status: 0]
    ");

    org.unset("IDPCTL_BILLING_WORKER_KEY");
    org.replace("manifests/billing-worker.yaml", "okta.groups.read", "okta.groups.manage");
    let applied = org.run("apply --auto-approve --verify --format json").ends_with(4);
    insta::assert_snapshot!(applied.json()["verification"], @r#"{"format_version":1,"project":"default","checks":[{"client":"App/billing-worker","origin":"manifests/billing-worker.yaml:4:18","server":null,"scopes":["okta.groups.manage","okta.users.read"],"outcome":"not_verified","blames":[{"address":"ClientCredentials/billing-worker","origin":"manifests/billing-worker.yaml:17:3","what":"the variable `IDPCTL_BILLING_WORKER_KEY` is not set","remedy":"set the variable, for example with a secret manager's `run` command around idpctl, or provide the file"}]}],"summary":{"ok":0,"failed":0,"not_verified":1,"not_tried":0,"unpromised":0}}"#);
    org.replace("manifests/billing-worker.yaml", "okta.groups.manage", "okta.apps.read");
    org.faults(&["/oauth2/v1/token 500"]);
    org.set("IDPCTL_BILLING_WORKER_KEY", &keys.pem);
    let applied = org.run("apply --auto-approve --verify --timeout 2s").ends_with(4);
    assert!(applied.stdout.contains("1 applied.") && applied.stdout.contains("not verified  App/billing-worker"), "{applied}");
}
