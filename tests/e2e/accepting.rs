//! `drift --accept`: what somebody did in the Admin Console becomes a small change of the manifests, and nothing else of them is touched.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use serde_json::{Value, json};

use crate::org::TestOrg;

const PROJECT: &str = "apiVersion: idpctl/v1
kind: Project
project: shop
defaults: {App: {visibility: {hide: {iOS: true, web: true}}}}
targets:
  default: {vars: {host: shop.example}, overlays: [overlays/default]}
  other: {vars: {host: other.example}}
";

const SHOP: &str = r#"# The shop, and who may call it.
apiVersion: idpctl/v1
kind: App
metadata: {name: shop}
spec:
  label: 'Shop'           # shown to people
  # who signs in here
  settings:
    oauthClient:
      application_type: web
      grant_types: [authorization_code]
      response_types: [code]
      redirect_uris:
        - "https://${var.host}/callback"   # production
        # only for developers
        - http://localhost:8080/callback   # local

      consent_method: REQUIRED
  profile: {team: shop}   # whom to ask
---
apiVersion: idpctl/v1
kind: GroupAssignment
metadata: {name: shop}
spec:
  groups:
    - {name: Support, priority: 0}   # they help
"#;

const WORKER: &str = "apiVersion: idpctl/v1
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
spec:
  scopes:
    - okta.users.read    # looks people up
    # needed since the migration
    - okta.groups.read
";

const ORDERS: &str = "apiVersion: idpctl/v1
kind: AuthorizationServer
metadata: {name: orders}
spec:
  name: Orders
  audiences: [https://api.example.com/orders]
  scopes:
    - {name: orders.read, description: Read orders}   # the first one
  claims: []
  policies:
    - name: workers
      description: Machines
      priority: 1
      conditions: {clients: {include: [worker]}}
      rules:
        - name: tokens
          priority: 1
          conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: [orders.read]}}
          actions: {token: {accessTokenLifetimeMinutes: 30}}   # half an hour
";

const STAGED: &str = "apiVersion: idpctl/v1
kind: App
metadata: {name: shop}
patch:
  settings: {notes: {admin: Ask the shop team}}   # for this target alone
";

/// Returns an org that is as its manifests declare.
fn shop() -> TestOrg {
    let test = TestOrg::new();
    test.send("POST", "/api/v1/groups", &json!({"profile": {"name": "Support"}}));
    test.send("POST", "/api/v1/groups", &json!({"profile": {"name": "Sales"}}));
    test.write("idpctl.yaml", PROJECT);
    test.write("manifests/shop.yaml", SHOP);
    test.write("manifests/worker.yaml", WORKER);
    test.write("manifests/orders.yaml", ORDERS);
    test.write("overlays/default/shop.yaml", STAGED);
    let _ = test.run("apply --auto-approve").ends_with(0);
    test
}

/// Returns the path of an object in a list, by its name.
fn path(test: &TestOrg, list: &str, name: &str) -> String {
    let listed = test.get(list);
    let found = listed.as_array().expect("a list").iter().find(|object| object["name"] == name).expect("it is there");
    format!("{list}/{}", found["id"].as_str().expect("an id"))
}

fn by_hand(test: &TestOrg, path: &str, change: impl FnOnce(&mut Value)) {
    let mut object = test.get(path);
    change(&mut object);
    test.send("PUT", path, &object);
}

/// Somebody works in the Admin Console.
fn console(test: &TestOrg) {
    test.edit("Shop", |app| {
        app["label"] = json!("The Shop");
        let client = &mut app["settings"]["oauthClient"];
        client["redirect_uris"] = json!(["https://shop.example/callback", "https://shop.example/login"]);
        client["consent_method"] = json!("TRUSTED");
        app["settings"]["notes"]["admin"] = json!("Ask Sales\nand wait");
        app["visibility"]["hide"]["web"] = json!(false);
        app["profile"]["zone"] = json!("not declared");
    });
    let group = |name: &str| {
        let groups = test.get("/api/v1/groups");
        let found = groups.as_array().unwrap().iter().find(|group| group["profile"]["name"] == name).unwrap().clone();
        found["id"].as_str().unwrap().to_owned()
    };
    let id = test.id("The Shop");
    test.send("PUT", &format!("/api/v1/apps/{id}/groups/{}", group("Sales")), &json!({"priority": 5}));
    test.send("DELETE", &format!("/api/v1/apps/{id}/groups/{}", group("Support")), &Value::Null);
    let grants = format!("/api/v1/apps/{}/grants", test.id("Worker"));
    let users = test.get(&grants).as_array().unwrap().iter().find(|grant| grant["scopeId"] == "okta.users.read").unwrap().clone();
    test.send("DELETE", &format!("{grants}/{}", users["id"].as_str().unwrap()), &Value::Null);
    test.send("POST", &grants, &json!({"scopeId": "okta.logs.read", "issuer": test.url()}));
    let server = path(test, "/api/v1/authorizationServers", "Orders");
    let policy = path(test, &format!("{server}/policies"), "workers");
    by_hand(test, &path(test, &format!("{policy}/rules"), "tokens"), |rule| {
        rule["actions"]["token"]["accessTokenLifetimeMinutes"] = json!(45);
    });
    test.send("POST", &format!("{server}/scopes"), &json!({"name": "orders.write", "description": "Write orders", "consent": "REQUIRED"}));
    test.send(
        "POST",
        &format!("{server}/claims"),
        &json!({"name": "team", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": "\"orders\"", "conditions": {"scopes": []}}),
    );
    test.send("DELETE", &path(test, &format!("{policy}/rules"), "tokens"), &Value::Null);
    test.send(
        "POST",
        &format!("{policy}/rules"),
        &json!({
            "name": "by hand", "priority": 1, "type": "RESOURCE_ACCESS",
            "conditions": {"grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["orders.read"]}, "people": {"groups": {"include": ["EVERYONE"]}}},
            "actions": {"token": {"accessTokenLifetimeMinutes": 10, "refreshTokenLifetimeMinutes": 0, "refreshTokenWindowMinutes": 10080}},
        }),
    );
}

#[test]
fn what_was_done_in_the_console_becomes_a_small_change_of_the_manifests() {
    let test = shop();
    console(&test);
    let first = test.run("drift --accept App/shop");
    insta::assert_snapshot!(first, @r#"
    --- a/manifests/shop.yaml
    +++ b/manifests/shop.yaml
    @@ -3,7 +3,8 @@
     kind: App
     metadata: {name: shop}
     spec:
    -  label: 'Shop'           # shown to people
    +  label: 'The Shop'           # shown to people
    +  visibility: {hide: {web: false}}
       # who signs in here
       settings:
         oauthClient:
    @@ -12,10 +13,9 @@
           response_types: [code]
           redirect_uris:
             - "https://${var.host}/callback"   # production
    -        # only for developers
    -        - http://localhost:8080/callback   # local
    +        - https://shop.example/login

    -      consent_method: REQUIRED
    +      consent_method: TRUSTED
       profile: {team: shop}   # whom to ask
     ---
     apiVersion: idpctl/v1
    --- a/overlays/default/shop.yaml
    +++ b/overlays/default/shop.yaml
    @@ -2,4 +2,4 @@
     kind: App
     metadata: {name: shop}
     patch:
    -  settings: {notes: {admin: Ask the shop team}}   # for this target alone
    +  settings: {notes: {admin: "Ask Sales\nand wait"}}   # for this target alone

    Drift of `shop` in http://ORG (00of00000000j617U5d7)

    Grant/worker/okta.logs.read
        scope `okta.logs.read` is granted and not declared   (either)

    Grant/worker/okta.users.read
        is not there   (either)

    GroupAssignment/shop/00gf00000AIdRu4zA5d7
        the group `Sales` (00gf00000AIdRu4zA5d7) is assigned and not declared   (either)

    GroupAssignment/shop/Support
        is not there   (either)

    AuthorizationServer/orders/claim/RESOURCE/team
        the claim `team` (oclf00001WlOVnF6W5d7) is not declared   (either)

    AuthorizationServer/orders/policy/workers/rule/by hand
        the rule `by hand` (0prf00001Yp7VzCmI5d7) is not declared   (either)

    AuthorizationServer/orders/policy/workers/rule/tokens
        is not there   (either)

    AuthorizationServer/orders/scope/orders.write
        the scope `orders.write` (scpf00001UhfwGtNy5d7) is not declared   (either)

    8 items: 8 either changed live or not applied yet.
    ------- stderr -------
    note: only the target `default` was looked at; `idpctl diff HEAD --all-targets` shows what becomes of the others
    [exit status: 2]
    "#);
    let rest = test.run_with(&["drift", "--accept", "*/*", "--format", "json"]);
    assert_eq!(rest.json()["items"], json!([]), "{rest}");
    insta::assert_snapshot!(rest.stderr.as_str(), @r#"
    note: only the target `default` was looked at; `idpctl diff HEAD --all-targets` shows what becomes of the others
    --- a/manifests/orders.yaml
    +++ b/manifests/orders.yaml
    @@ -6,14 +6,27 @@
       audiences: [https://api.example.com/orders]
       scopes:
         - {name: orders.read, description: Read orders}   # the first one
    -  claims: []
    +    - {name: orders.write, description: Write orders, consent: REQUIRED}
    +  claims:
    +    - name: team
    +      claimType: RESOURCE
    +      valueType: EXPRESSION
    +      value: "\"orders\""
    +      alwaysIncludeInToken: true
       policies:
         - name: workers
           description: Machines
           priority: 1
           conditions: {clients: {include: [worker]}}
           rules:
    -        - name: tokens
    +        - name: by hand
               priority: 1
    -          conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: [orders.read]}}
    -          actions: {token: {accessTokenLifetimeMinutes: 30}}   # half an hour
    +          conditions:
    +            grantTypes: {include: [client_credentials]}
    +            people: {groups: {include: [EVERYONE]}}
    +            scopes: {include: [orders.read]}
    +          actions:
    +            token:
    +              accessTokenLifetimeMinutes: 10
    +              refreshTokenLifetimeMinutes: 0
    +              refreshTokenWindowMinutes: 10080
    --- a/manifests/shop.yaml
    +++ b/manifests/shop.yaml
    @@ -23,4 +23,4 @@
     metadata: {name: shop}
     spec:
       groups:
    -    - {name: Support, priority: 0}   # they help
    +    - {id: 00gf00000AIdRu4zA5d7}
    --- a/manifests/worker.yaml
    +++ b/manifests/worker.yaml
    @@ -11,6 +11,6 @@
     metadata: {name: worker}
     spec:
       scopes:
    -    - okta.users.read    # looks people up
         # needed since the migration
         - okta.groups.read
    +    - okta.logs.read
    "#);
    let _ = test.run("drift").ends_with(0);
    let plan = test.run("plan --detailed-exitcode --format json").ends_with(0).json();
    assert_eq!(plan["actions"], json!([]));
    assert_eq!(test.read("idpctl.yaml"), PROJECT);
    test.assert_laws("");
}

#[test]
fn hostile_live_values_are_inert_and_read_back_equal() {
    let test = shop();
    let hostile = "--- # ${var.host} $${x} \"q\" 'q'\n---\n- a: {b}\n\u{1b}[31m\u{202e}::error::x\r\n##[group]y\t*&!|>%@`";
    test.edit("Shop", |app| {
        app["label"] = json!("yes");
        app["profile"]["team"] = json!(hostile);
        app["settings"]["notes"]["admin"] = json!("1.0");
    });
    insta::assert_snapshot!(test.run("drift --accept App/shop"), @r#"
    --- a/manifests/shop.yaml
    +++ b/manifests/shop.yaml
    @@ -3,7 +3,7 @@
     kind: App
     metadata: {name: shop}
     spec:
    -  label: 'Shop'           # shown to people
    +  label: 'yes'           # shown to people
       # who signs in here
       settings:
         oauthClient:
    @@ -16,7 +16,7 @@
             - http://localhost:8080/callback   # local

           consent_method: REQUIRED
    -  profile: {team: shop}   # whom to ask
    +  profile: {team: "--- # $${var.host} $$${x} \"q\" 'q'\n---\n- a: {b}\n\u001b[31m\u202e::error::x\r\n#\u{23}[group]y\t*&!|>%@`"}   # whom to ask
     ---
     apiVersion: idpctl/v1
     kind: GroupAssignment
    --- a/overlays/default/shop.yaml
    +++ b/overlays/default/shop.yaml
    @@ -2,4 +2,4 @@
     kind: App
     metadata: {name: shop}
     patch:
    -  settings: {notes: {admin: Ask the shop team}}   # for this target alone
    +  settings: {notes: {admin: "1.0"}}   # for this target alone

    Drift of `shop` in http://ORG (00of00000000j617U5d7)

    No drift: the org is as declared.
    ------- stderr -------
    note: only the target `default` was looked at; `idpctl diff HEAD --all-targets` shows what becomes of the others
    [exit status: 0]
    "#);
    let _ = test.run("drift").ends_with(0);
    let _ = test.run("plan --detailed-exitcode").ends_with(0);
}

#[test]
fn an_object_that_is_gone_takes_its_documents_and_their_patches_with_it() {
    let test = shop();
    let server = path(&test, "/api/v1/authorizationServers", "Orders");
    for object in [format!("/api/v1/apps/{}", test.id("Shop")), server] {
        test.send("POST", &format!("{object}/lifecycle/deactivate"), &Value::Null);
        test.send("DELETE", &object, &Value::Null);
    }
    let output = test.run("drift --accept App/shop --accept AuthorizationServer/orders");
    assert!(
        output.status == 0 && !test.path("manifests/shop.yaml").exists() && !test.path("overlays/default/shop.yaml").exists(),
        "{output}"
    );
    assert!(!test.path("manifests/orders.yaml").exists());
    assert_eq!(test.read("manifests/worker.yaml"), WORKER);
    let _ = test.run("drift").ends_with(0);
}

#[test]
fn what_cannot_be_accepted_is_told_with_what_to_do_and_nothing_is_written() {
    let test = shop();
    test.edit("Shop", |app| {
        app["label"] = json!("The Shop");
        app["settings"]["oauthClient"]["redirect_uris"] = json!(["https://elsewhere.example/callback"]);
    });
    let worker = test.id("Worker");
    test.send("POST", &format!("/api/v1/apps/{worker}/lifecycle/deactivate"), &Value::Null);
    test.send("DELETE", &format!("/api/v1/apps/{worker}"), &Value::Null);
    test.replace("manifests/orders.yaml", "Read orders", "Read all orders");
    let before = ["manifests/shop.yaml", "manifests/worker.yaml", "manifests/orders.yaml"].map(|file| test.read(file));
    let said =
        ["drift --accept App/shop --accept App/none --accept shop", "drift --accept App/*", "drift --accept App/worker --format json"];
    insta::assert_snapshot!(said.map(|line| test.run(line).ends_with(1).to_string()).join("\n\n"), @"
    ------- stderr -------
    error: what was chosen cannot be accepted, and nothing was written:
      App/none: no item of drift is there; `idpctl drift` lists them
      App/shop: what differs is written with the variable `${var.host}`, which other targets have otherwise: edit it by hand, or run `idpctl apply`
      shop: it is no pattern of addresses: write KIND/NAME, for example App/web
    [exit status: 1]

    ------- stderr -------
    error: what was chosen cannot be accepted, and nothing was written:
      App/shop: what differs is written with the variable `${var.host}`, which other targets have otherwise: edit it by hand, or run `idpctl apply`
    [exit status: 1]

    ------- stderr -------
    error[IDP0420]: there is no document `App/worker`
      --> manifests/orders.yaml:14:40
       |
    14 |       conditions: {clients: {include: [worker]}}
       |                                        ^^^^^^
       |
       = help: for an app that no manifest declares write `{client_id: …}`, and for every client `ALL_CLIENTS`

    1 error
    error: no manifests say what is live, as the errors above tell of what they would be; nothing was written

    hint: accept less, or more, or edit the manifests by hand
    [exit status: 1]
    ");
    assert_eq!(["manifests/shop.yaml", "manifests/worker.yaml", "manifests/orders.yaml"].map(|file| test.read(file)), before);
}

#[test]
fn a_manifest_that_is_newer_than_what_was_applied_is_taken_back_only_by_its_name() {
    let test = shop();
    test.replace("manifests/shop.yaml", "REQUIRED", "TRUSTED");
    insta::assert_snapshot!(test.run("drift --accept App/*").ends_with(1), @"
    ------- stderr -------
    error: what was chosen cannot be accepted, and nothing was written:
      App/shop: the manifest is newer than what was applied last: `idpctl apply` brings it to the org; name it exactly to take the manifest back to what is live
    [exit status: 1]
    ");
    let _ = test.run("drift --accept App/shop").ends_with(0);
    assert_eq!(test.read("manifests/shop.yaml"), SHOP);
}

#[test]
fn files_that_cannot_be_replaced_stay_as_they_are() {
    let test = shop();
    let elsewhere = tempfile::tempdir().expect("a folder");
    fs::rename(test.path("manifests/shop.yaml"), elsewhere.path().join("shop.yaml")).expect("it can be moved");
    symlink(elsewhere.path().join("shop.yaml"), test.path("manifests/shop.yaml")).expect("a link");
    test.edit("Shop", |app| app["label"] = json!("The Shop"));
    let files = format!(
        "drift --accept App/shop -f manifests/worker.yaml -f manifests/orders.yaml -f {}",
        elsewhere.path().join("shop.yaml").display()
    );
    let outside = test.run(&files).ends_with(1).to_string().replace(elsewhere.path().to_str().unwrap(), "ELSEWHERE");
    insta::assert_snapshot!(outside, @"
    ------- stderr -------
    error: `ELSEWHERE/shop.yaml` lies outside the repository, and nothing was written

    hint: run idpctl in the repository that the manifest belongs to
    [exit status: 1]
    ");
    assert_eq!(fs::read_to_string(elsewhere.path().join("shop.yaml")).unwrap(), SHOP);
    fs::remove_file(test.path("manifests/shop.yaml")).expect("the link is there");
    test.write("manifests/shop.yaml", SHOP);
    fs::set_permissions(test.path("manifests/shop.yaml"), fs::Permissions::from_mode(0o640)).expect("they can be set");
    // A shell's limit stands for a full disk: what is beside the file does not fit.
    let full = test.run_after("ulimit -f 0", "drift --accept App/shop").ends_with(1).to_string();
    insta::assert_snapshot!(full, @"
    ------- stderr -------
    error: could not write `manifests/shop.yaml`, and nothing was written
    Caused by:
      1: File too large (os error 27)

    hint: the limit on the size of files is too low: raise it with `ulimit -f`, then run it again
    [exit status: 1]
    ");
    assert_eq!(test.read("manifests/shop.yaml"), SHOP);
    let _ = test.run("drift --accept App/shop").ends_with(0);
    assert_eq!(fs::metadata(test.path("manifests/shop.yaml")).unwrap().permissions().mode() & 0o777, 0o640);
    let names = fs::read_dir(test.path("manifests")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.into_iter().all(|name| !name.starts_with('.')), "nothing stays beside the manifests");
}

#[test]
fn a_run_that_is_killed_leaves_each_file_as_it_was_or_as_it_is_to_be() {
    let test = shop();
    test.edit("Shop", |app| {
        app["label"] = json!("The Shop");
        app["settings"]["notes"]["admin"] = json!("Ask Sales");
    });
    let files = ["manifests/shop.yaml", "overlays/default/shop.yaml"];
    let _ = test.kill_at("drift --accept App/shop", "GET /api/v1/apps", 1);
    let killed = files.map(|file| test.read(file));
    test.write(files[0], SHOP);
    test.write(files[1], STAGED);
    let _ = test.run("drift --accept App/shop").ends_with(0);
    for (file, (killed, before)) in files.iter().zip(killed.iter().zip([SHOP, STAGED])) {
        assert!(killed == before || *killed == test.read(file), "{file}: {killed}");
    }
}

#[test]
fn client_types_and_registered_clients_are_accepted_too() {
    let mut test = TestOrg::new().with_portal();
    test.set("IDPCTL_REGISTRATION", "00-registers-clients-at-okta");
    test.write("manifests/portal.yaml", PORTAL);
    fs::create_dir_all(test.path("secrets")).expect("a folder");
    let _ = test.run("apply --auto-approve --secret-dir secrets").ends_with(0);
    let providers = "/portal-api/oauth-providers";
    let provider = test.get(providers)[0]["ID"].to_string();
    let types = format!("{providers}/{provider}/client-types");
    let mut client_type = test.get(&types)[0].clone();
    client_type["GrantType"] = json!("client_credentials,authorization_code");
    client_type["Description"] = json!("now with words");
    test.send("PUT", &format!("{types}/{}", client_type["ID"]), &client_type);
    let clients = test.get("/oauth2/v1/clients");
    let mut client = clients.as_array().unwrap().iter().find(|client| client["client_name"] == "Registered").unwrap().clone();
    client["redirect_uris"] = json!(["https://b.example.com/callback"]);
    for member in ["client_id_issued_at", "client_secret_expires_at"] {
        client.as_object_mut().unwrap().remove(member);
    }
    let path = format!("/oauth2/v1/clients/{}", client["client_id"].as_str().unwrap());
    test.send("PUT", &path, &client);
    insta::assert_snapshot!(test.run_with(&["drift", "--secret-dir", "secrets", "--accept", "*/*"]), @"
    --- a/manifests/portal.yaml
    +++ b/manifests/portal.yaml
    @@ -13,9 +13,9 @@
     spec:
       provider: okta-prod
       Name: Server-side application
    -  Description: without   # none yet
    +  Description: now with words   # none yet
       ResponseTypes: [code]
    -  GrantType: [authorization_code, refresh_token]   # for people
    +  GrantType: [authorization_code, client_credentials]   # for people
       TokenEndpointAuthMethod: client_secret_basic
       OktaAppType: web
     ---
    @@ -27,6 +27,6 @@
       application_type: web
       grant_types: [authorization_code]
       response_types: [code]
    -  redirect_uris: [https://a.example.com/callback]   # the only one
    +  redirect_uris: [https://b.example.com/callback]   # the only one
       token_endpoint_auth_method: client_secret_basic
       client_secret_output: {file: registered}

    Drift of `default` in http://ORG (00of00000000j617U5d7) and the portal http://ORG

    Not compared
      OAuthProvider/okta-prod: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta-prod

    No drift, as far as could be compared.
    [exit status: 0]
    ");
    let _ = test.run("plan --detailed-exitcode --secret-dir secrets").ends_with(0);
}

const PORTAL: &str = "apiVersion: idpctl/v1
kind: OAuthProvider
metadata: {name: okta-prod}
spec:
  Name: Okta prod
  Type: Okta
  WellKnownURL: https://acme.okta.com/oauth2/default/.well-known/openid-configuration
  RegistrationAccessToken: {env: IDPCTL_REGISTRATION}
---
apiVersion: idpctl/v1
kind: ClientType
metadata: {name: server-side}
spec:
  provider: okta-prod
  Name: Server-side application
  Description: without   # none yet
  ResponseTypes: [code]
  GrantType: [authorization_code, refresh_token]   # for people
  TokenEndpointAuthMethod: client_secret_basic
  OktaAppType: web
---
apiVersion: idpctl/v1
kind: Client
metadata: {name: registered}
spec:
  client_name: Registered
  application_type: web
  grant_types: [authorization_code]
  response_types: [code]
  redirect_uris: [https://a.example.com/callback]   # the only one
  token_endpoint_auth_method: client_secret_basic
  client_secret_output: {file: registered}
";
