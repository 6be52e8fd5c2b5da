//! Okta's guide for service apps, as manifests: a client is registered with a key and granted a scope, and then idpctl itself signs in as it.

use idpctl_emulator::Config;
use serde_json::{Value, json};

use crate::org::{Output, TestOrg};
use crate::signing_in::{Keys, keys};

/// The guide's body and its grant; the key comes in the place of `KEY`.
const GUIDE: &str = "
apiVersion: idpctl/v1
kind: Client
metadata: {name: service-client, adopt: true}
spec:
  client_name: Service client name
  grant_types: [client_credentials]
  response_types: [token]
  token_endpoint_auth_method: private_key_jwt
  application_type: service
  jwks: {keys: [KEY]}
---
apiVersion: idpctl/v1
kind: Grant
metadata: {name: service-client}
spec: {scopes: [okta.users.read]}
";

/// An org in which the administrator's token has carried the guide out, and an environment that signs in as its client.
struct World {
    org: TestOrg,
    client: String,
    keys: Keys,
}

impl World {
    fn new() -> Self {
        // Assertions are dated by the machine's clock, and so must the org be.
        let mut org = TestOrg::with(Config::default());
        let keys = keys();
        org.write("manifests/service.yaml", GUIDE.replace("KEY", &keys.public.to_string()));
        let _ = org.run("apply --auto-approve").ends_with(0);
        let _ = org.run("plan --detailed-exitcode").ends_with(0);
        let client = org.run("output").ends_with(0).json()["objects"]["Client/service-client"]["client_id"].clone();
        let client = client.as_str().expect("a client id").to_owned();
        org.unset("OKTA_CLIENT_TOKEN");
        for (name, value) in [("AUTHORIZATIONMODE", "PrivateKey"), ("CLIENTID", &client), ("PRIVATEKEY", &keys.pem)] {
            org.set(&format!("OKTA_CLIENT_{name}"), value);
        }
        Self { org, client, keys }
    }

    /// Has the org demand a proof of possession for every token of the client, as the Admin Console does with new service apps.
    fn bound(self) -> Self {
        let path = format!("/api/v1/apps/{}", self.client);
        let mut app = self.org.get(&path);
        app["settings"]["oauthClient"]["dpop_bound_access_tokens"] = json!(true);
        self.org.send("PUT", &path, &app);
        self
    }

    fn grant(&self, scopes: &[&str]) {
        for scope in scopes {
            let body = json!({"scopeId": scope, "issuer": self.org.url()});
            self.org.send("POST", &format!("/api/v1/apps/{}/grants", self.client), &body);
        }
    }

    fn run(&self, arguments: &str) -> Output {
        let output = self.org.run(arguments);
        let said = output.everything();
        assert!(!said.contains("eyJ") && !said.contains("PRIVATE KEY-----"), "{output}");
        let body: String = self.keys.pem.lines().filter(|line| !line.starts_with('-')).collect();
        assert!(!said.contains(&body[..20]), "{output}");
        output
    }
}

#[test]
fn the_guides_client_is_registered_with_the_guides_body_and_granted_its_scope() {
    let world = World::new();
    let client = world.org.get(&format!("/oauth2/v1/clients/{}", world.client));
    let shown = ["client_name", "grant_types", "response_types", "token_endpoint_auth_method", "application_type"]
        .map(|name| client[name].to_string());
    insta::assert_snapshot!(shown.join("\n"), @r#"
    "Service client name"
    ["client_credentials"]
    ["token"]
    "private_key_jwt"
    "service"
    "#);
    assert_eq!(client["jwks"]["keys"][0]["n"], world.keys.public["n"]);
    let grants = world.org.get(&format!("/api/v1/apps/{}/grants", world.client));
    assert_eq!(
        grants.as_array().map(|grants| grants.iter().map(|grant| grant["scopeId"].clone()).collect()),
        Some(vec![json!("okta.users.read")])
    );
}

#[test]
fn idpctl_signs_in_as_the_client_with_proofs_and_reads_what_its_scopes_allow() {
    let mut world = World::new().bound();
    // What the guide grants lets nobody read clients: the missing scope is named.
    world.org.set("OKTA_CLIENT_SCOPES", "okta.users.read");
    let refused = world.run("plan").ends_with(1);
    insta::assert_snapshot!(refused.to_string().replace(&world.client, "0oaID"), @"
    ------- stderr -------
    error: could not read the list of clients
    Caused by:
      1: `GET /oauth2/v1/clients?limit=200` was answered 403: E0000006, You do not have permission to perform the requested action, lacks the scope `okta.clients.read`, request id ID, 1 attempt in TIME s

    hint: grant the app the scope in the Admin Console, under Applications > the app > Okta API Scopes, and name it in `OKTA_CLIENT_SCOPES`
    hint: see what can be read, and what that is needed for
        idpctl auth check
    [exit status: 1]
    ");
    assert_eq!(refused.sent().iter().filter(|request| *request == "POST /oauth2/v1/token").count(), 3, "{:?}", refused.sent());
    world.grant(&["okta.clients.read", "okta.appGrants.read"]);
    let replaced = "scopes: [okta.users.read, okta.clients.read, okta.appGrants.read]";
    world.org.replace("manifests/service.yaml", "scopes: [okta.users.read]", replaced);
    world.org.unset("OKTA_CLIENT_SCOPES");
    let plan = world.run("plan --detailed-exitcode").ends_with(0);
    let asked: Vec<_> = plan.sent().into_iter().filter(|request| request.contains("/v1/") && !request.contains("token")).collect();
    assert_eq!(asked, ["GET /oauth2/v1/clients", &format!("GET /api/v1/apps/{}/grants", world.client)], "no app is asked for");
    let _ = world.run("drift").ends_with(0);
    world.org.replace(
        "manifests/service.yaml",
        "client_name: Service client name",
        "client_name: Service client name\n  tos_uri: https://service.example.com/terms",
    );
    world.org.set("OKTA_CLIENT_SCOPES", "okta.clients.read okta.appGrants.read");
    let guarded = world.run("apply --auto-approve").ends_with(3);
    assert!(guarded.stderr.contains("Client/service-client: it is the client that idpctl signs in as, and would be changed"), "{guarded}");
    let apply = world.run("apply --auto-approve --allow-own-app").ends_with(4);
    assert!(apply.stdout.contains("lacks the scope `okta.clients.manage`"), "{apply}");
}

#[test]
fn auth_check_asks_for_no_more_than_clients_where_nothing_else_is_declared() {
    let mut world = World::new().bound();
    world.grant(&["okta.clients.manage", "okta.appGrants.manage"]);
    world.org.set("OKTA_CLIENT_SCOPES", "okta.clients.manage okta.appGrants.manage");
    let told = world.run("auth check").ends_with(0).to_string();
    insta::assert_snapshot!(told.replace(&world.client, "0oaID").replace(world.org.org.org_id(), "00oORG"), @"
    Org          http://ORG (00oORG)
    Credentials  the private key of a service app (private_key_jwt)
    Signed in as the app 0oaID
    Scopes       okta.appGrants.manage okta.clients.manage
    plan         needs okta.appGrants.read okta.clients.read
    apply        needs okta.appGrants.manage okta.clients.manage
    apps         cannot be read, and need not be for these manifests
    clients      can be read
    grants       can be read
    secrets      cannot be read, and need not be for these manifests
    policies     cannot be read, and need not be for these manifests
    groups       cannot be read, and need not be for these manifests
    servers      cannot be read, and need not be for these manifests
    [exit status: 0]
    ");
    let json: Value = world.run("auth check --format json").ends_with(0).json();
    assert_eq!(json["reads"]["clients"], json!({"readable": true}));
    world.org.set("OKTA_CLIENT_SCOPES", "okta.appGrants.manage");
    let lacking = world.run("auth check").ends_with(1);
    assert!(lacking.stdout.contains("this token LACKS okta.clients.read"), "{lacking}");
}
