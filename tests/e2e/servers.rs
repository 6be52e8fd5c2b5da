//! Authorization servers with all that they consist of: made, changed, looked after and pruned by the built binary.

use serde_json::{Value, json};

use crate::org::{TestOrg, frozen};

const WORKER: &str = "
apiVersion: idpctl/v1
kind: App
metadata: {name: worker}
spec:
  label: Worker
  credentials: {oauthClient: {token_endpoint_auth_method: client_secret_basic}}
  settings: {oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}}
";

const ORDERS: &str = "
apiVersion: idpctl/v1
kind: AuthorizationServer
metadata: {name: orders}
spec:
  name: Orders
  audiences: [https://api.example.com/orders]
  scopes:
    - {name: openid, metadataPublish: NO_CLIENTS}
    - {name: orders.read, description: Read orders}
  claims:
    - {name: team, claimType: RESOURCE, valueType: EXPRESSION, value: '\"orders\"', conditions: {scopes: [orders.read]}}
  policies:
    - name: everybody else
      description: Nobody yet
      priority: 2
      status: INACTIVE
      conditions: {clients: {include: [ALL_CLIENTS]}}
    - name: workers
      description: Machines
      priority: 1
      conditions: {clients: {include: [worker]}}
      rules:
        - name: tokens
          priority: 1
          conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: [orders.read]}}
          actions: {token: {accessTokenLifetimeMinutes: 30}}
";

const BUILT_IN: &str = "
apiVersion: idpctl/v1
kind: AuthorizationServer
metadata: {name: built-in}
spec: {name: default, scopes: [{name: hello}], claims: [], policies: []}
";

/// Returns a repository that declares an app and a server for it.
fn declared() -> TestOrg {
    let test = TestOrg::new();
    test.write("manifests/worker.yaml", WORKER);
    test.write("manifests/orders.yaml", ORDERS);
    test
}

/// Returns the path of an object of the server, by its name.
fn path(test: &TestOrg, list: &str, name: &str) -> String {
    let listed = test.get(list);
    let found = listed
        .as_array()
        .expect("a list")
        .iter()
        .find(|object| object["name"] == name)
        .unwrap_or_else(|| panic!("{name} is not in {listed}"));
    format!("{list}/{}", found["id"].as_str().expect("an id"))
}

fn orders(test: &TestOrg) -> String {
    path(test, "/api/v1/authorizationServers", "Orders")
}

/// Somebody changes an object by hand.
fn by_hand(test: &TestOrg, path: &str, change: impl FnOnce(&mut Value)) {
    let mut object = test.get(path);
    change(&mut object);
    test.send("PUT", path, &object);
}

#[test]
fn a_server_is_made_with_all_that_it_consists_of_and_its_app() {
    let test = declared();
    insta::assert_snapshot!(test.run("apply --auto-approve"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create App/worker "Worker"
        label: "Worker"
        credentials.oauthClient.token_endpoint_auth_method: "client_secret_basic"
        settings.oauthClient.application_type: "service"
        settings.oauthClient.grant_types: ["client_credentials"]
        settings.oauthClient.response_types: ["token"]
        mark: none → default/worker

    + create AuthorizationServer/orders "Orders"
        name: "Orders"
        audiences: ["https://api.example.com/orders"]

    + create AuthorizationServer/orders/policy/workers
        name: "workers"
        description: "Machines"
        priority: 1
        conditions.clients.include: ["{App/worker}"]

    + create AuthorizationServer/orders/scope/openid
        name: "openid"
        metadataPublish: "NO_CLIENTS"
        note: Okta makes it along with the server; it is found and changed

    + create AuthorizationServer/orders/scope/orders.read
        name: "orders.read"
        description: "Read orders"

    + create AuthorizationServer/orders/claim/RESOURCE/team
        name: "team"
        claimType: "RESOURCE"
        valueType: "EXPRESSION"
        value: "\"orders\""
        conditions.scopes: ["orders.read"]

    + create AuthorizationServer/orders/policy/everybody else
        name: "everybody else"
        description: "Nobody yet"
        priority: 2
        status: "INACTIVE"
        conditions.clients.include: ["ALL_CLIENTS"]

    + create AuthorizationServer/orders/policy/workers/rule/tokens
        name: "tokens"
        priority: 1
        conditions.grantTypes.include: ["client_credentials"]
        conditions.scopes.include: ["orders.read"]
        actions.token.accessTokenLifetimeMinutes: 30

    8 to create, with 9 requests.

    applied   create App/worker
    applied   create AuthorizationServer/orders
    applied   create AuthorizationServer/orders/claim/RESOURCE/team
    applied   create AuthorizationServer/orders/policy/everybody else
    applied   create AuthorizationServer/orders/policy/workers
    applied   create AuthorizationServer/orders/policy/workers/rule/tokens
    applied   create AuthorizationServer/orders/scope/openid
    applied   create AuthorizationServer/orders/scope/orders.read

    8 applied.
    [exit status: 0]
    "#);
    test.assert_laws("");
    test.assert_laws("--prune");
    let server = orders(&test);
    let policy = test.get(&path(&test, &format!("{server}/policies"), "workers"));
    let client = test.app("Worker")["credentials"]["oauthClient"]["client_id"].clone();
    assert_eq!(policy["conditions"]["clients"]["include"], json!([client]));
    let told = test.run("output").ends_with(0).json();
    assert_eq!(told["objects"]["AuthorizationServer/orders"]["issuer"], test.get(&server)["issuer"]);
    assert_eq!(told["objects"]["AuthorizationServer/orders"].as_object().unwrap().len(), 2);
}

#[test]
fn whatever_somebody_changed_is_found_and_set_right() {
    let test = declared();
    let _ = test.run("apply --auto-approve").ends_with(0);
    let server = orders(&test);
    let [scopes, policies] = ["scopes", "policies"].map(|list| format!("{server}/{list}"));
    by_hand(&test, &server, |server| server["audiences"] = json!(["https://api.example.com/bills"]));
    by_hand(&test, &path(&test, &scopes, "orders.read"), |scope| scope["consent"] = json!("REQUIRED"));
    test.send("POST", &scopes, &json!({"name": "orders.write"}));
    let workers = path(&test, &policies, "workers");
    by_hand(&test, &workers, |policy| policy["conditions"]["clients"]["include"] = json!(["ALL_CLIENTS"]));
    test.send("DELETE", &path(&test, &format!("{workers}/rules"), "tokens"), &Value::Null);
    test.send("POST", &format!("{}/lifecycle/activate", path(&test, &policies, "everybody else")), &Value::Null);
    insta::assert_snapshot!(test.run("drift"), @r#"
    Drift of `default` in http://ORG (00of00000000j617U5d7)

    AuthorizationServer/orders
        audiences: ["https://api.example.com/orders"] → ["https://api.example.com/bills"]   (either)

    AuthorizationServer/orders/policy/everybody else
        status: "INACTIVE" → "ACTIVE"   (either)

    AuthorizationServer/orders/policy/workers
        conditions.clients.include: ["{App/worker}"] → ["ALL_CLIENTS"]   (either)

    AuthorizationServer/orders/policy/workers/rule/tokens
        is not there   (either)

    AuthorizationServer/orders/scope/orders.write
        the scope `orders.write` (scpf00001ILJujdFm5d7) is not declared   (either)

    Findings
      high IDP4201 AuthorizationServer/orders/policy/everybody else (manifests/orders.yaml:18:40): the policy is open to every client there is and will be
          `idpctl apply` puts it back; who did it is in the org's log.
          https://developer.okta.com/docs/guides/configure-access-policy/main/
      high IDP4201 AuthorizationServer/orders/policy/workers (manifests/orders.yaml:22:40): the policy is open to every client there is and will be
          `idpctl apply` puts it back; who did it is in the org's log.
          https://developer.okta.com/docs/guides/configure-access-policy/main/

    5 items: 5 either changed live or not applied yet.
    [exit status: 2]
    "#);
    insta::assert_snapshot!(test.run("apply --auto-approve --prune"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update AuthorizationServer/orders "Orders"
        audiences: ["https://api.example.com/bills"] → ["https://api.example.com/orders"]

    ~ update AuthorizationServer/orders/policy/everybody else
        status: "ACTIVE" → "INACTIVE"

    ~ update AuthorizationServer/orders/policy/workers
        conditions.clients.include: ["ALL_CLIENTS"] → ["{App/worker}"]

    + create AuthorizationServer/orders/policy/workers/rule/tokens
        name: "tokens"
        priority: 1
        conditions.grantTypes.include: ["client_credentials"]
        conditions.scopes.include: ["orders.read"]
        actions.token.accessTokenLifetimeMinutes: 30

    - delete AuthorizationServer/orders/scope/orders.write

    1 to create, 3 to update, 1 to delete, with 5 requests.

    applied   update AuthorizationServer/orders
    applied   update AuthorizationServer/orders/policy/everybody else
    applied   update AuthorizationServer/orders/policy/workers
    applied   create AuthorizationServer/orders/policy/workers/rule/tokens
    applied   delete AuthorizationServer/orders/scope/orders.write

    5 applied.
    [exit status: 0]
    "#);
    test.assert_laws("--prune");
    assert_eq!(test.run("drift").status, 0);
}

#[test]
fn the_built_in_server_is_found_by_its_name_and_pruned_only_if_its_document_says_so() {
    let test = TestOrg::new();
    test.write("manifests/built-in.yaml", BUILT_IN);
    insta::assert_snapshot!(test.run("apply --auto-approve --prune"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create AuthorizationServer/built-in/scope/hello
        name: "hello"

    Left alone
      AuthorizationServer/built-in/policy/Default Policy: the policy `Default Policy` (00pezzzzzxwHXPPen5d7) is not declared; `metadata.prune: true` in the document would allow pruning below the built-in server

    1 to create, with 1 request.

    applied   create AuthorizationServer/built-in/scope/hello

    1 applied.
    [exit status: 0]
    "#);
    test.assert_laws("--prune");
    test.write("manifests/built-in.yaml", BUILT_IN.replace("{name: built-in}", "{name: built-in, prune: true}"));
    insta::assert_snapshot!(test.run("apply --auto-approve --prune"), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    - delete AuthorizationServer/built-in/policy/Default Policy
        note: its rules go with it

    1 to delete, with 2 requests.

    applied   delete AuthorizationServer/built-in/policy/Default Policy

    1 applied.
    [exit status: 0]
    ");
    test.assert_laws("--prune");
    let own = test.get("/api/v1/authorizationServers/default/scopes").as_array().unwrap().len();
    assert!(own > 7, "{own} scopes");
    // Without its document it is nobody's, and there all the same.
    test.remove("manifests/built-in.yaml");
    test.write("manifests/worker.yaml", WORKER);
    assert!(test.run("apply --auto-approve --prune").ends_with(0).writes().iter().all(|write| !write.contains("authorizationServers")));
}

#[test]
fn a_server_that_is_selected_without_the_app_that_it_needs_is_refused() {
    let test = declared();
    insta::assert_snapshot!(test.run("plan --select AuthorizationServer/orders"), @"
    ------- stderr -------
    error[IDP0609]: AuthorizationServer/orders/policy/workers is for App/worker, which is not there and not selected
      --> manifests/orders.yaml:22:40
       |
    22 |       conditions: {clients: {include: [worker]}}
       |                                        ^^^^^^
       |
       = help: select it too, with `--select App/worker`, or apply it first

    1 error
    [exit status: 1]
    ");
    assert_eq!(test.run("drift --select AuthorizationServer/orders").status, 2);
    let _ = test.run("apply --auto-approve --select App/worker").ends_with(0);
    let _ = test.run("apply --auto-approve --select AuthorizationServer/*").ends_with(0);
    test.assert_laws("");
}

#[test]
fn a_client_that_is_replaced_takes_its_policies_with_it() {
    let test = declared();
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.write(
        "manifests/worker.yaml",
        format!(
            "{WORKER}---\napiVersion: idpctl/v1\nkind: ClientCredentials\nmetadata: {{name: worker}}\nspec: {{client_id: the_worker}}\n"
        ),
    );
    let _ = test.run("plan --out plan.json --allow-replace App/worker").ends_with(0);
    let applied = test.run("apply plan.json --allow-replace App/worker").ends_with(0);
    assert!(applied.stdout.contains("applied   update AuthorizationServer/orders/policy/workers"), "{applied}");
    let workers = path(&test, &format!("{}/policies", orders(&test)), "workers");
    assert_eq!(test.get(&workers)["conditions"]["clients"]["include"], json!(["the_worker"]));
    test.assert_laws("");
}

#[test]
fn policies_are_put_into_another_order_and_keep_it() {
    let policies = |names: [&str; 3]| {
        let policy = |(place, name): (usize, &str)| {
            format!("    - {{name: {name}, description: x, priority: {}, conditions: {{clients: {{include: [worker]}}}}}}\n", place + 1)
        };
        let policies: String = names.into_iter().enumerate().map(policy).collect();
        format!(
            "apiVersion: idpctl/v1\nkind: AuthorizationServer\nmetadata: {{name: orders}}\nspec:\n  name: Orders\n  audiences: [a]\n  policies:\n{policies}"
        )
    };
    let test = declared();
    test.write("manifests/orders.yaml", policies(["one", "two", "three"]));
    // One at a time: the client id, which fingerprints know, tells the order in which things were made.
    let _ = test.run("apply --auto-approve --parallelism 1").ends_with(0);
    test.assert_laws("");
    test.write("manifests/orders.yaml", policies(["two", "one", "three"]));
    insta::assert_snapshot!(test.run("plan --out plan.json --requests"), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update AuthorizationServer/orders/policy/two
        priority: 2 → 1
        1. PUT /api/v1/authorizationServers/{AuthorizationServer/orders}/policies/{AuthorizationServer/orders/policy/two}
           the live policy, with
             priority = 1
           looks at /api/v1/authorizationServers/{AuthorizationServer/orders}/policies/{AuthorizationServer/orders/policy/two}
           sent if the policy is as it was planned for (fingerprint 9704337c8b1f88b7dbbc56d646a6b05e)
           done when these are as declared: name, description, and the priority 1 was sent, whatever number the policy gets

    ~ update AuthorizationServer/orders/policy/one
        priority: 1 → 2
        1. PUT /api/v1/authorizationServers/{AuthorizationServer/orders}/policies/{AuthorizationServer/orders/policy/one}
           the live policy, with
             priority = 2
           looks at /api/v1/authorizationServers/{AuthorizationServer/orders}/policies/{AuthorizationServer/orders/policy/one}
           sent if the policy is as it was planned for (fingerprint abb1a7d2873e4becee8bd693504b6afe)
           done when these are as declared: name, description, and the priority 2 was sent, whatever number the policy gets

    ~ update AuthorizationServer/orders/policy/three
        priority: 3 again, since what is moved may push it on
        1. PUT /api/v1/authorizationServers/{AuthorizationServer/orders}/policies/{AuthorizationServer/orders/policy/three}
           the live policy, with
             priority = 3
           looks at /api/v1/authorizationServers/{AuthorizationServer/orders}/policies/{AuthorizationServer/orders/policy/three}
           sent if the policy is as it was planned for (fingerprint c816d1cf1a0eb2ae51d981aba5f3a142)
           done when these are as declared: name, description, and the priority 3 was sent, whatever number the policy gets

    3 to update, with 3 requests.
    ------- stderr -------
    The plan is saved. To apply it, or be refused if it no longer fits:
        idpctl apply plan.json
    [exit status: 0]
    ");
    let _ = test.run("apply plan.json").ends_with(0);
    test.assert_laws("");
}

#[test]
fn an_org_without_the_feature_says_so_and_blames_no_credential() {
    let mut config = frozen();
    config.switches.set("api-access-management", "absent").unwrap();
    let test = TestOrg::with(config);
    test.write("manifests/worker.yaml", WORKER);
    let _ = test.run("auth check").ends_with(0);
    let _ = test.run("plan").ends_with(0);
    test.write("manifests/orders.yaml", ORDERS);
    insta::assert_snapshot!(test.run("plan"), @"
    ------- stderr -------
    error: could not read the list of authorization servers
    Caused by:
      1: `GET /api/v1/authorizationServers?limit=200` was answered 401: E0000015, You do not have permission to access the feature you are requesting, request id ID, 1 attempt in TIME s

    hint: this is not about the credentials: the org lacks a feature, such as API Access Management for custom authorization servers; have Okta switch it on, or leave out the documents that need it
    [exit status: 1]
    ");
    insta::assert_snapshot!(test.run("auth check"), @"
    Org          http://ORG (00of00000000j617U5d7)
    Credentials  an API token (SSWS)
    Signed in as admin@example.com
    apps         can be read
    clients      can be read
    grants       not tried, for want of an app to try it on
    secrets      not tried, for want of an app to try it on
    policies     can be read
    groups       can be read
    servers      CANNOT be read (for manifests with an AuthorizationServer): `GET /api/v1/authorizationServers?limit=1` was answered 401: E0000015, You do not have permission to access the feature you are requesting, request id ID, 1 attempt in TIME s
                 this is not about the credentials: the org lacks a feature, such as API Access Management for custom authorization servers; have Okta switch it on, or leave out the documents that need it
    [exit status: 1]
    ");
}

#[test]
fn a_server_needs_no_app_and_has_the_portal_beside_it() {
    let test = TestOrg::new().with_portal();
    test.write("manifests/built-in.yaml", BUILT_IN);
    test.write("manifests/provider.yaml", "
apiVersion: idpctl/v1
kind: OAuthProvider
metadata: {name: okta}
spec: {Name: Okta, Type: Okta, WellKnownURL: https://acme.okta.com/oauth2/default/.well-known/openid-configuration, RegistrationAccessToken: null}
");
    let applied = test.run("apply --auto-approve").ends_with(0);
    assert!(applied.stdout.contains("applied   create AuthorizationServer/built-in/scope/hello"), "{applied}");
    assert!(applied.stdout.contains("applied   create OAuthProvider/okta"), "{applied}");
    test.assert_laws("");
}

#[test]
fn a_server_that_lost_a_race_for_its_name_is_found_and_a_second_of_the_name_is_refused() {
    let mut config = frozen();
    config.switches.set("duplicate-server-names", "accept").unwrap();
    let test = TestOrg::with(config);
    test.write("manifests/worker.yaml", WORKER);
    test.write("manifests/orders.yaml", ORDERS);
    for _ in 0..2 {
        test.send("POST", "/api/v1/authorizationServers", &json!({"name": "Orders", "audiences": ["https://api.example.com/orders"]}));
    }
    insta::assert_snapshot!(test.run("plan"), @"
    ------- stderr -------
    error[IDP0601]: 2 authorization servers have the name of AuthorizationServer/orders: ausf000008EuxowR85d7, ausf000011rVVlfa25d7
     --> manifests/orders.yaml:6:9
      |
    6 |   name: Orders
      |         ^^^^^^
      |
      = help: pin the right one with `metadata.id`

    1 error
    [exit status: 1]
    ");
}
