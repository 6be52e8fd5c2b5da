//! idpctl signs in as a service app of the org, with that app's private key.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use idpctl_emulator::Config;
use serde_json::{Value, json};

use crate::org::{Output, TestOrg};

/// A key, as the app has it and as we have it.
pub(crate) struct Keys {
    pub(crate) public: Value,
    pub(crate) pem: String,
}

/// Makes a new key of RSA.
pub(crate) fn keys() -> Keys {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key can be made");
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let components = pair.public_key();
    let [n, e] = [components.modulus(), components.exponent()].map(|number| part(number.big_endian_without_leading_zero()));
    let der: Pkcs8V1Der<'_> = pair.as_der().expect("a key can be written");
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.as_ref()));
    Keys { public: json!({"kty": "RSA", "kid": "ours", "use": "sig", "n": n, "e": e}), pem }
}

/// An org with a service app of ours, which was granted some scopes, and an environment that signs in as it.
struct World {
    org: TestOrg,
    app: String,
    keys: Keys,
}

const MANIFEST: &str = r"
apiVersion: idpctl/v1
kind: App
metadata: {name: billing-worker}
spec:
  label: Billing worker
  settings:
    oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}
---
apiVersion: idpctl/v1
kind: Grant
metadata: {name: billing-worker}
spec: {scopes: [okta.users.read]}
";

const ALL: &str = "okta.apps.manage okta.apps.read okta.appGrants.manage okta.appGrants.read";

impl World {
    fn new(granted: &str) -> Self {
        Self::with(granted, &json!({}))
    }

    fn with(granted: &str, settings: &Value) -> Self {
        // The app's assertions are dated by the machine's clock, and so must the org be.
        let mut org = TestOrg::with(Config::default());
        let keys = keys();
        let mut client = json!({"application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"],
            "jwks": {"keys": [keys.public]}});
        client.as_object_mut().expect("it is one").extend(settings.as_object().expect("it is one").clone());
        let app = org.send(
            "POST",
            "/api/v1/apps",
            &json!({"name": "oidc_client", "label": "idpctl", "signOnMode": "OPENID_CONNECT",
            "credentials": {"oauthClient": {"token_endpoint_auth_method": "private_key_jwt"}}, "settings": {"oauthClient": client}}),
        );
        let app = app["id"].as_str().expect("an id").to_owned();
        for scope in granted.split(' ') {
            let issuer = org.url().to_owned();
            org.send("POST", &format!("/api/v1/apps/{app}/grants"), &json!({"scopeId": scope, "issuer": issuer}));
        }
        org.unset("OKTA_CLIENT_TOKEN");
        for (name, value) in [("AUTHORIZATIONMODE", "PrivateKey"), ("CLIENTID", &app), ("PRIVATEKEY", &keys.pem), ("SCOPES", granted)] {
            org.set(&format!("OKTA_CLIENT_{name}"), value);
        }
        org.write("manifests/worker.yaml", MANIFEST);
        Self { org, app, keys }
    }

    /// Asserts that nothing of key, assertion, proof or token was said. A PEM's lines and the parts of a JWT all begin like this.
    fn discreet(&self, output: Output) -> Output {
        let said = output.everything();
        assert!(!said.contains("eyJ") && !said.contains("PRIVATE KEY-----"), "{output}");
        let body: String = self.keys.pem.lines().filter(|line| !line.starts_with('-')).collect();
        assert!(!said.contains(&body[..20]) && !said.contains(&body[body.len() - 20..]), "{output}");
        output
    }

    fn run(&self, arguments: &str) -> Output {
        self.discreet(self.org.run(arguments))
    }
}

fn tokens(output: &Output) -> usize {
    output.sent().iter().filter(|request| *request == "POST /oauth2/v1/token").count()
}

#[test]
fn a_service_app_plans_and_applies_with_one_token_for_each_run() {
    let world = World::new(ALL);
    let plan = world.run("plan -vv").ends_with(0);
    assert_eq!(plan.writes(), ["POST /oauth2/v1/token"], "{plan}");
    let apply = world.run("apply --auto-approve -vv").ends_with(0);
    assert_eq!(tokens(&apply), 1, "what reads and what writes share it: {:?}", apply.sent());
    assert!(world.org.app("Billing worker")["id"].is_string());
    let again = world.run("plan --detailed-exitcode").ends_with(0);
    assert_eq!(tokens(&again), 1);
}

#[test]
fn an_app_whose_tokens_are_bound_proves_that_they_are_its_own() {
    let world = World::with(ALL, &json!({"dpop_bound_access_tokens": true}));
    let apply = world.run("apply --auto-approve -vv").ends_with(0);
    assert_eq!(tokens(&apply), 3, "without a proof, without a nonce, and with both: {:?}", apply.sent());
    world.org.faults(&["GET /api/v1/apps 503 x1"]);
    let plan = world.run("plan --detailed-exitcode").ends_with(0);
    assert!(plan.requests.iter().filter(|seen| seen.path.starts_with("/api/")).all(|seen| matches!(seen.status, Some(200 | 503))));
    let check = world.run("auth check").ends_with(1);
    assert!(check.stdout.contains("apps         can be read") && check.stdout.contains("lacks the scope `okta.policies.read`"), "{check}");
}

#[test]
fn auth_check_says_which_app_is_signed_in_and_which_scope_it_lacks() {
    let world = World::new("okta.apps.read");
    let told = world.run("auth check").to_string().replace(&world.app, "0oaAPP");
    insta::assert_snapshot!(told.replace(world.org.org.org_id(), "00oORG"), @"
    Org          http://ORG (00oORG)
    Credentials  the private key of a service app (private_key_jwt)
    Signed in as the app 0oaAPP
    Scopes       okta.apps.read
    plan         needs okta.appGrants.read okta.apps.read: this token LACKS okta.appGrants.read
    apply        needs okta.appGrants.manage okta.apps.manage: this token LACKS okta.appGrants.manage okta.apps.manage
    apps         can be read
    clients      cannot be read, and need not be for these manifests
    grants       CANNOT be read (for manifests with a Grant): `GET /api/v1/apps/0oaAPP/grants` was answered 403: E0000006, You do not have permission to perform the requested action, lacks the scope `okta.appGrants.read`, request id ID, 1 attempt in TIME s
                 grant the app the scope in the Admin Console, under Applications > the app > Okta API Scopes, and name it in `OKTA_CLIENT_SCOPES`
    secrets      can be read
    policies     CANNOT be read (for manifests with an accessPolicy): `GET /api/v1/policies?type=ACCESS_POLICY&limit=1` was answered 403: E0000006, You do not have permission to perform the requested action, lacks the scope `okta.policies.read`, request id ID, 1 attempt in TIME s
                 grant the app the scope in the Admin Console, under Applications > the app > Okta API Scopes, and name it in `OKTA_CLIENT_SCOPES`
    groups       CANNOT be read (for manifests with a GroupAssignment): `GET /api/v1/groups?limit=1` was answered 403: E0000006, You do not have permission to perform the requested action, lacks the scope `okta.groups.read`, request id ID, 1 attempt in TIME s
                 grant the app the scope in the Admin Console, under Applications > the app > Okta API Scopes, and name it in `OKTA_CLIENT_SCOPES`
    servers      CANNOT be read (for manifests with an AuthorizationServer): `GET /api/v1/authorizationServers?limit=1` was answered 403: E0000006, You do not have permission to perform the requested action, lacks the scope `okta.authorizationServers.read`, request id ID, 1 attempt in TIME s
                 grant the app the scope in the Admin Console, under Applications > the app > Okta API Scopes, and name it in `OKTA_CLIENT_SCOPES`
    [exit status: 1]
    ");
    let json = world.run("auth check --format json").ends_with(1).json();
    assert_eq!((&json["client_id"], &json["user"]), (&json!(world.app), &Value::Null));
}

#[test]
fn scopes_that_only_read_plan_but_do_not_apply() {
    let world = World::new("okta.apps.read okta.appGrants.read");
    assert_eq!(tokens(&world.run("plan").ends_with(0)), 1);
    let apply = world.run("apply --auto-approve").ends_with(4);
    assert!(apply.everything().contains("lacks the scope `okta.apps.manage`"), "{apply}");
}

#[test]
fn authorization_servers_alone_are_written_without_managing_apps() {
    let world = World::new("okta.apps.read okta.authorizationServers.manage");
    let server = "apiVersion: idpctl/v1\nkind: AuthorizationServer\nmetadata: {name: orders}\nspec:\n  name: Orders\n  audiences: [https://api.example.com]\n  scopes: [{name: orders.read}]\n";
    world.org.write("manifests/worker.yaml", server);
    let _ = world.run("apply --auto-approve").ends_with(0);
    let check = world.run("auth check --format json").json();
    insta::assert_snapshot!(check["scopes"]["apply"], @r#"{"needs":["okta.apps.read","okta.authorizationServers.manage"],"missing":[]}"#);
    assert_eq!(check["reads"]["servers"]["readable"], true);
    let less = World::new("okta.apps.read");
    less.org.write("manifests/worker.yaml", server);
    assert!(less.run("plan").ends_with(1).stderr.contains("lacks the scope `okta.authorizationServers.read`"));
}

#[test]
fn a_command_asks_for_no_more_than_it_needs() {
    let mut world = World::new("okta.apps.read okta.appGrants.read");
    // What is not granted would be refused: reading does not ask for it, applying does.
    world.org.set("OKTA_CLIENT_SCOPES", ALL);
    for command in ["plan", "drift", "output", "verify"] {
        let run = world.run(command);
        assert!(!run.everything().contains("not signed in") && run.sent().contains(&"GET /api/v1/apps".to_owned()), "{run}");
    }
    let apply = world.run("apply --auto-approve").ends_with(1);
    assert!(apply.stderr.contains("consent_required"), "{apply}");
    world.org.unset("OKTA_CLIENT_SCOPES");
    assert_eq!(tokens(&world.run("plan").ends_with(0)), 1);
    let check = world.run("auth check --format json").ends_with(1).json();
    insta::assert_snapshot!(check["scopes"], @r#"{"held":["okta.appGrants.read","okta.apps.read"],"plan":{"needs":["okta.appGrants.read","okta.apps.read"],"missing":[]},"apply":{"needs":["okta.appGrants.manage","okta.apps.manage"],"missing":["okta.appGrants.manage","okta.apps.manage"]}}"#);
    let mut writer = World::new("okta.apps.manage okta.appGrants.manage");
    writer.org.unset("OKTA_CLIENT_SCOPES");
    assert_eq!(tokens(&writer.run("apply --auto-approve").ends_with(0)), 1);
}

#[test]
fn whatever_is_wrong_with_app_or_key_is_said_with_what_to_do() {
    let mut world = World::new("okta.apps.read okta.appGrants.read");
    let mut told = Vec::new();
    world.org.set("OKTA_CLIENT_SCOPES", "okta.apps.read,okta.groups.read");
    told.push(world.run("plan").ends_with(1).to_string());
    world.org.set("OKTA_CLIENT_SCOPES", "okta.apps.read");
    world.org.set("OKTA_CLIENT_PRIVATEKEYID", "another");
    told.push(world.run("plan").ends_with(1).to_string());
    world.org.unset("OKTA_CLIENT_PRIVATEKEYID");
    world.org.set("OKTA_CLIENT_PRIVATEKEY", keys().pem);
    told.push(world.run("plan").ends_with(1).to_string());
    world.org.set("OKTA_CLIENT_CLIENTID", "0oaNobody");
    told.push(world.run("auth check").ends_with(1).to_string());
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    ------- stderr -------
    error: could not read the list of apps
    Caused by:
      1: `GET /api/v1/apps?filter=name eq "oidc_client"&limit=200` was not sent, as nobody is signed in
      2: `POST /oauth2/v1/token` was answered 400: consent_required, You are not allowed any of the requested scopes, request id ID, 1 attempt in TIME s

    hint: a scope in `OKTA_CLIENT_SCOPES`, or where that is not set one that the manifests need, is none or is not granted: grant it in the Admin Console, under Applications > the app > Okta API Scopes; `idpctl auth check` says which are needed
    [exit status: 1]

    ------- stderr -------
    error: could not read the list of apps
    Caused by:
      1: `GET /api/v1/apps?filter=name eq "oidc_client"&limit=200` was not sent, as nobody is signed in
      2: `POST /oauth2/v1/token` was answered 401: invalid_client, The client_assertion JWT kid is invalid, request id ID, 1 attempt in TIME s

    hint: check that `OKTA_CLIENT_CLIENTID` names an active service app that signs in with `private_key_jwt`, that it has the public half of `OKTA_CLIENT_PRIVATEKEY`, with `OKTA_CLIENT_PRIVATEKEYID` for its `kid` if that is set, and the machine's clock
    [exit status: 1]

    ------- stderr -------
    error: could not read the list of apps
    Caused by:
      1: `GET /api/v1/apps?filter=name eq "oidc_client"&limit=200` was not sent, as nobody is signed in
      2: `POST /oauth2/v1/token` was answered 401: invalid_client, The client_assertion signature is invalid, request id ID, 1 attempt in TIME s

    hint: check that `OKTA_CLIENT_CLIENTID` names an active service app that signs in with `private_key_jwt`, that it has the public half of `OKTA_CLIENT_PRIVATEKEY`, with `OKTA_CLIENT_PRIVATEKEYID` for its `kid` if that is set, and the machine's clock
    [exit status: 1]

    ------- stderr -------
    error: the credentials sign nobody in
    Caused by:
      1: `GET /api/v1/apps?filter=name eq "oidc_client"&limit=1` was not sent, as nobody is signed in
      2: `POST /oauth2/v1/token` was answered 401: invalid_client, The issuer claim for client_assertion is not a valid client_id, request id ID, 1 attempt in TIME s

    hint: check that `OKTA_CLIENT_CLIENTID` names an active service app that signs in with `private_key_jwt`, that it has the public half of `OKTA_CLIENT_PRIVATEKEY`, with `OKTA_CLIENT_PRIVATEKEYID` for its `kid` if that is set, and the machine's clock
    hint: with these manifests `plan` needs okta.appGrants.read okta.apps.read, and `apply` needs okta.appGrants.manage okta.apps.manage
    [exit status: 1]
    "#);
}

#[test]
fn a_key_in_a_file_is_read_unless_everybody_can() {
    let mut world = World::new("okta.apps.read okta.appGrants.read");
    let one_line = world.keys.pem.trim().replace('\n', "\\n");
    world.org.set("OKTA_CLIENT_PRIVATEKEY", one_line);
    assert_eq!(tokens(&world.run("plan").ends_with(0)), 1);
    world.org.write("key.pem", &world.keys.pem);
    world.org.set("OKTA_CLIENT_PRIVATEKEY", "key.pem");
    let mode = |mode| fs::set_permissions(world.org.path("key.pem"), Permissions::from_mode(mode)).expect("it is ours");
    mode(0o600);
    assert_eq!(tokens(&world.run("plan").ends_with(0)), 1);
    mode(0o644);
    let refused = world.run("plan").ends_with(1);
    assert_eq!(refused.sent(), [""; 0]);
    insta::assert_snapshot!(refused, @"
    ------- stderr -------
    error: the environment gives no credentials
    Caused by:
      1: the key in `OKTA_CLIENT_PRIVATEKEY` cannot be used
      2: `key.pem` can be read by every user of this machine: `chmod 600` it (or mount it with mode 0400), and replace the key if others had access
    [exit status: 1]
    ");
}

#[test]
fn requests_that_wait_for_a_token_fail_together_with_it() {
    let world = World::new("okta.apps.read okta.appGrants.read");
    world.org.faults(&["POST /oauth2/v1/token 503 x2"]);
    let plan = world.run("plan").ends_with(0);
    assert_eq!(tokens(&plan), 3, "a request for a token is tried again");
    let app = format!("/api/v1/apps/{}", world.app);
    world.org.send("POST", &format!("{app}/lifecycle/deactivate"), &Value::Null);
    assert_eq!(tokens(&world.run("plan").ends_with(1)), 1, "and not, where that is of no use");
}

#[test]
fn the_settings_of_oktas_own_tools_sign_in_where_the_environment_says_nothing() {
    let mut world = World::new("okta.apps.read okta.appGrants.read");
    let key = world.keys.pem.replace('\n', "\n      ");
    let client = format!("orgUrl: {}\n    authorizationMode: PrivateKey\n    clientId: {}", world.org.url(), world.app);
    let scopes = "scopes: [okta.apps.read, okta.appGrants.read]\n    connectionTimeout: 30";
    let file = "../home/.okta/okta.yaml";
    world.org.write(file, format!("okta:\n  client:\n    {client}\n    {scopes}\n    privateKey: |\n      {key}"));
    let mode = |mode| fs::set_permissions(world.org.path(file), Permissions::from_mode(mode)).expect("it is ours");
    mode(0o600);
    let org = world.org.url().to_owned();
    world.org = world.org.without_org();
    assert_eq!(tokens(&world.run("plan").ends_with(0)), 1);
    let mode = |mode| fs::set_permissions(world.org.path(file), Permissions::from_mode(mode)).expect("it is ours");
    mode(0o644);
    let exposed = world.run("plan").ends_with(1).to_string();
    mode(0o600);
    world.org.write(file, "okta: {client: {token: eyHush, token: other}}");
    mode(0o600);
    let twice = world.run("plan").ends_with(1);
    assert!(!twice.everything().contains("eyHush"));
    let twice = twice.to_string();
    world.org.set("OKTA_CLIENT_ORGURL", org);
    let half = world.run("plan").ends_with(1);
    insta::assert_snapshot!(format!("{exposed}\n\n{twice}\n\n{half}"), @"
    ------- stderr -------
    error: `~/.okta/okta.yaml` gives no credentials
    Caused by:
      1: every user of this machine can read it

    hint: keep it to yourself, and replace what it holds if others had access
        chmod 600 ~/.okta/okta.yaml
    [exit status: 1]

    ------- stderr -------
    error: `~/.okta/okta.yaml` gives no credentials
    Caused by:
      1: it is not YAML that can be read (line 1)

    hint: it must be one document, without anchors, tags, and keys that are given twice
    [exit status: 1]

    ------- stderr -------
    error: the environment gives no credentials
    Caused by:
      1: `OKTA_CLIENT_TOKEN` is not set, but `OKTA_CLIENT_ORGURL` is: set both
    [exit status: 1]
    ");
}

#[test]
fn the_app_that_is_signed_in_as_is_changed_only_when_that_is_meant() {
    let world = World::new(ALL);
    let own = |more: &str| {
        format!(
            "apiVersion: idpctl/v1\nkind: App\nmetadata: {{name: idpctl}}\nspec:\n  label: idpctl\n  credentials: {{oauthClient: {{client_id: {}}}}}\n{more}",
            world.app
        )
    };
    let scopes = "---\napiVersion: idpctl/v1\nkind: Grant\nmetadata: {name: idpctl}\nspec: {scopes: [okta.apps.manage, okta.apps.read, okta.appGrants.read]}\n";
    world.org.write("manifests/worker.yaml", own(scopes));
    let adopted = world.run("apply --auto-approve").ends_with(0);
    assert!(!adopted.stdout.contains("refused"), "its mark alone changes: {adopted}");
    world.org.write("manifests/worker.yaml", own("  status: INACTIVE\n"));
    insta::assert_snapshot!(world.run("apply --auto-approve --prune"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update App/idpctl "idpctl"
        status: "ACTIVE" → "INACTIVE"

    - delete Grant/idpctl/okta.apps.read
    - delete Grant/idpctl/okta.apps.manage
    - delete Grant/idpctl/okta.appGrants.read
    - delete Grant/idpctl/okta.appGrants.manage

    Refused
      App/idpctl: it is the app that idpctl signs in as, and would be changed and deprived of scopes: idpctl could lock itself out
          --allow-own-app

    1 to update, 4 to delete, with 5 requests. It is refused; what would allow it is said above.
    ------- stderr -------
    error: the plan is refused, and nothing was changed:
      App/idpctl: it is the app that idpctl signs in as, and would be changed and deprived of scopes: idpctl could lock itself out
          --allow-own-app
    [exit status: 3]
    "#);
    world.org.write("manifests/worker.yaml", own("  label: Somebody else\n").replace("  label: idpctl\n", ""));
    let _ = world.run("apply --auto-approve --allow-own-app").ends_with(0);
    world.org.write("manifests/worker.yaml", MANIFEST);
    insta::assert_snapshot!(world.run("plan --prune"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create App/billing-worker "Billing worker"
        label: "Billing worker"
        settings.oauthClient.application_type: "service"
        settings.oauthClient.grant_types: ["client_credentials"]
        settings.oauthClient.response_types: ["token"]
        mark: none → default/billing-worker, manages grants

    + create Grant/billing-worker/okta.users.read

    - delete App/idpctl "Somebody else"
        note: the app 0oaf000008Euf57TO5d7 goes, with everything that hangs on it

    Refused
      App/idpctl: it is the app that idpctl signs in as, and would be deleted: idpctl could lock itself out
          --allow-own-app

    2 to create, 1 to delete, with 4 requests. It is refused; what would allow it is said above.
    [exit status: 3]
    "#);
}
