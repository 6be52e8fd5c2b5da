//! The life of a client's secrets: each chapter ends with the right ones at the server.

use idpctl::plan::Choices;
use serde_json::{Value, json};

use crate::story::{document, org, pruning, web, with, with_client_id};
use crate::world::{World, declared, secret_value};

fn none() -> Choices {
    Choices::default()
}

/// Returns the documents of a client with some secrets (name and status).
fn client(secrets: &[(&str, &str)]) -> [Value; 2] {
    let entries: Vec<_> = secrets.iter().map(|(name, status)| entry(name, status)).collect();
    [web("portal", "Portal"), credentials(json!({"client_secrets": entries}))]
}

fn entry(name: &str, status: &str) -> Value {
    json!({"name": name.to_lowercase(), "env": format!("IDPCTL_{name}"), "status": status})
}

fn credentials(spec: Value) -> Value {
    document("ClientCredentials", "portal", with(spec, "client_id", json!("portal-client")))
}

/// Returns the secrets that the org really holds, by the name of the variable that has the value, and their status.
async fn held(world: &World) -> Vec<String> {
    let id = world.id_of("Portal").await;
    let name = |value: &str| ["ONE", "TWO", "THREE"].into_iter().find(|name| secret_value(name) == value).unwrap_or("(Okta's own)");
    world.secrets_of(&id).iter().map(|(status, value)| format!("{} {status}", name(value))).collect()
}

const ONE: (&str, &str) = ("ONE", "ACTIVE");
const TWO: (&str, &str) = ("TWO", "ACTIVE");
const THREE: (&str, &str) = ("THREE", "ACTIVE");
const ONE_RETIRED: (&str, &str) = ("ONE", "INACTIVE");

/// Every way in which Okta may treat the secret of a client that is changed.
const WORLDS: [&[(&str, &str)]; 6] = [
    &[],
    &[("absent-client-secret", "regenerate")],
    &[("auth-method-change", "keep")],
    &[("put-secret-replaces", "oldest")],
    &[("absent-client-secret", "regenerate"), ("put-secret-replaces", "oldest")],
    &[("auth-method-change", "keep"), ("absent-client-secret", "regenerate"), ("omitted-credentials-on-put", "keep")],
];

/// Tells the same story in each of those worlds, and returns what the plans showed: the same in all of them.
fn everywhere(story: &impl AsyncFn(&World) -> String) -> String {
    let told = WORLDS.map(|switches| org(switches).run(story));
    for (telling, switches) in told.iter().zip(WORLDS) {
        assert_eq!(*telling, told[0], "{switches:?}");
    }
    told[0].clone()
}

#[test]
fn a_secret_is_declared_rotated_retired_and_pruned() {
    let story = everywhere(&async |org| {
        let mut told = Vec::new();
        let chapters: [(&[_], _, &[&str]); 5] = [
            (&[ONE], none(), &["ONE ACTIVE"]),
            (&[ONE, TWO], none(), &["ONE ACTIVE", "TWO ACTIVE"]),
            (&[ONE_RETIRED, TWO], none(), &["ONE INACTIVE", "TWO ACTIVE"]),
            (&[TWO], none(), &["ONE INACTIVE", "TWO ACTIVE"]),
            (&[TWO], pruning(), &["TWO ACTIVE"]),
        ];
        for (declared, choices, left) in chapters {
            told.push(org.does(&client(declared), &choices).await);
            assert_eq!(held(org).await, left);
        }
        told.join("----\n")
    });
    insta::assert_snapshot!(story, @r#"
    + create App/portal "Portal"
        label: "Portal"
        settings.oauthClient.application_type: "web"
        settings.oauthClient.grant_types: ["authorization_code"]
        settings.oauthClient.response_types: ["code"]
        settings.oauthClient.redirect_uris: ["https://a.example.com/cb"]
        credentials.oauthClient.client_id: "portal-client"
        client_secrets.one: (secret)
        mark: none → laws/portal, manages secrets

    1 to create, with 1 request.
    ----
    + create App/portal/secret/two
        client_secret: (secret)

    1 to create, with 1 request.
    ----
    ~ update App/portal/secret/one
        status: "ACTIVE" → "INACTIVE"

    1 to update, with 1 request.
    ----
    Left alone
      App/portal/secret/ocsf00000CMMQ1m9n5d7: a client secret (INACTIVE, made 2026-01-01T00:00:00.000Z) that is not declared
          --prune

    Nothing to do: all that is declared is in the org.
    ----
    - delete App/portal/secret/ocsf00000CMMQ1m9n5d7

    1 to delete, with 1 request.
    "#);
}

#[test]
fn the_answer_to_a_create_shows_that_the_secret_is_held() {
    org(&[]).run(async |org| {
        let (plan, observation) = org.plan(&declared(&client(&[ONE])), &none()).await;
        org.org.clear_requests();
        assert!(org.apply(&plan, &observation).await.is_complete());
        insta::assert_snapshot!(org.requests(), @"
        GET /api/v1/apps
        POST /api/v1/apps
        ");
    });
}

#[test]
fn a_retired_secret_can_be_put_in_force_again() {
    org(&[]).run(async |org| {
        org.does(&client(&[ONE, TWO]), &none()).await;
        org.does(&client(&[ONE_RETIRED, TWO]), &none()).await;
        insta::assert_snapshot!(org.does(&client(&[ONE, TWO]), &none()).await, @r#"
        ~ update App/portal/secret/one
            status: "INACTIVE" → "ACTIVE"

        1 to update, with 1 request.
        "#);
        assert_eq!(held(org).await, ["ONE ACTIVE", "TWO ACTIVE"]);
    });
}

#[test]
fn a_change_of_something_else_keeps_every_secret() {
    let told = everywhere(&async |org| {
        org.does(&client(&[ONE, TWO]), &none()).await;
        let [app, credentials] = client(&[ONE, TWO]);
        let told = org.does(&[with(app, "spec.settings.notes.admin", json!("hello")), credentials], &none()).await;
        assert_eq!(held(org).await, ["ONE ACTIVE", "TWO ACTIVE"]);
        told
    });
    insta::assert_snapshot!(told, @r#"
    ~ update App/portal "Portal"
        settings.notes.admin: null → "hello"

    1 to update, with 1 request.
    "#);
}

#[test]
fn a_client_that_changes_its_method_without_a_declared_secret_is_left_with_one() {
    let portal = with_client_id(web("portal", "Portal"), "portal-client");
    let changed = [with(portal, "spec.credentials.oauthClient.token_endpoint_auth_method", json!("client_secret_post"))];
    let told = everywhere(&async |org| {
        org.does(&client(&[ONE, TWO]), &none()).await;
        let told = org.does(&changed, &pruning()).await;
        assert_eq!(held(org).await.len(), 1);
        told
    });
    insta::assert_snapshot!(told, @r#"
    - delete App/portal/secret/ocsf00000CMMQ1m9n5d7

    ~ update App/portal "Portal"
        credentials.oauthClient.token_endpoint_auth_method: "client_secret_basic" → "client_secret_post"
        note: Okta makes a new client secret when the way of authenticating changes: consumers must be told

    Left alone
      App/portal/secret/ocsf00000EQ5zq7HU5d7: a client secret (ACTIVE, made 2026-01-01T00:00:00.000Z) that is not declared: it is what the client lives on: no declared secret is in force

    1 to update, 1 to delete, with 3 requests.
    "#);
}

#[test]
fn a_third_secret_has_no_place_until_one_is_retired() {
    org(&[]).run(async |org| {
        org.does(&client(&[ONE, TWO]), &none()).await;
        insta::assert_snapshot!(org.shows(&client(&[TWO, THREE]), &none()).await, @"
        App/portal has 2 secrets already, and Okta keeps 2 a client
          help: retire one first that is not declared: ocsf00000CMMQ1m9n5d7 (ACTIVE, made 2026-01-01T00:00:00.000Z); with --prune, or in Okta
        ");
        // With pruning there is room; but who has the old one is cut off.
        insta::assert_snapshot!(org.does(&client(&[TWO, THREE]), &pruning()).await, @"
        - delete App/portal/secret/ocsf00000CMMQ1m9n5d7

        + create App/portal/secret/three
            client_secret: (secret)

        Findings
          high IDP4001 App/portal (generated.yaml:41:17): a secret is added and another retired in one go (cutover): consumers break until they have the new one
              Apply the new secret first; retire the old one in another change, when every consumer has switched.
              https://developer.okta.com/docs/guides/client-secret-rotation-key/main/

        1 to create, 1 to delete, with 3 requests.
        ");
        assert_eq!(held(org).await, ["TWO ACTIVE", "THREE ACTIVE"]);
    });
}

#[test]
fn adding_one_and_retiring_another_at_once_is_a_finding() {
    org(&[]).run(async |org| {
        org.does(&client(&[ONE]), &none()).await;
        insta::assert_snapshot!(org.does(&client(&[ONE_RETIRED, TWO]), &none()).await, @r#"
        + create App/portal/secret/two
            client_secret: (secret)

        ~ update App/portal/secret/one
            status: "ACTIVE" → "INACTIVE"

        Findings
          high IDP4001 App/portal (generated.yaml:41:17): a secret is added and another retired in one go (cutover): consumers break until they have the new one
              Apply the new secret first; retire the old one in another change, when every consumer has switched.
              https://developer.okta.com/docs/guides/client-secret-rotation-key/main/

        1 to create, 1 to update, with 2 requests.
        "#);
        assert_eq!(held(org).await, ["ONE INACTIVE", "TWO ACTIVE"]);
    });
}

#[test]
fn a_secret_without_a_value_is_not_compared_and_refused_before_the_first_write() {
    let unset = client(&[("UNSET", "ACTIVE")]);
    let both = client(&[ONE, ("UNSET", "ACTIVE")]);
    let two = client(&[TWO, ("UNSET", "ACTIVE")]);
    org(&[]).run(async |org| {
        org.org.clear_requests();
        insta::assert_snapshot!(org.tries(&unset, &none()).await, @"
        refused   create App/portal
            the value of {env: IDPCTL_UNSET} is not at hand

        1 refused.
        What is done stays done: look at the reasons, then plan and apply again.
        ");
        assert_eq!(org.writes(), "");
        org.does(&client(&[ONE]), &none()).await;
        insta::assert_snapshot!(org.shows(&unset, &pruning()).await, @"
        Not compared
          App/portal/secret/unset: the variable IDPCTL_UNSET is not set

        Nothing to do, as far as could be compared.
        ");
        insta::assert_snapshot!(org.shows(&both, &pruning()).await, @"
        Not compared
          App/portal/secret/unset: the variable IDPCTL_UNSET is not set

        Nothing to do, as far as could be compared.
        ");
        // The live one may be the one that could not be looked up: it is not pruned.
        insta::assert_snapshot!(org.shows(&two, &pruning()).await, @"
        + create App/portal/secret/two
            client_secret: (secret)

        Left alone
          App/portal/secret/ocsf00000CMMQ1m9n5d7: a client secret (ACTIVE, made 2026-01-01T00:00:00.000Z) that is not declared: a declared secret could not be looked up, and this may be it

        Not compared
          App/portal/secret/unset: the variable IDPCTL_UNSET is not set

        1 to create, with 1 request.
        ");
        assert_eq!(held(org).await, ["ONE ACTIVE"]);
    });
}

#[test]
fn secrets_that_may_not_be_read_are_not_compared() {
    use idpctl::plan::SecretsMode;
    org(&[]).run(async |org| {
        org.does(&client(&[ONE]), &none()).await;
        org.org.clear_requests();
        let choices = Choices { secrets: SecretsMode::Skip, ..pruning() };
        insta::assert_snapshot!(org.shows(&client(&[TWO]), &choices).await, @"
        Not compared
          App/portal/secret/two: the live secrets were not read (--secrets skip)

        Nothing to do, as far as could be compared.
        ");
        assert!(org.org.requests().iter().all(|r| !r.path.contains("secrets")), "{:?}", org.org.requests());
    });
}

/// Returns the documents of a client that authenticates in some way.
fn by_method(method: &str, secrets: &[(&str, &str)]) -> [Value; 2] {
    let [app, credentials] = client(secrets);
    let credentials = with(credentials, "spec.token_endpoint_auth_method", json!(method));
    [app, credentials]
}

#[test]
fn another_way_of_using_a_secret_keeps_the_declared_ones() {
    let told = everywhere(&async |org| {
        org.does(&by_method("client_secret_basic", &[ONE, TWO]), &none()).await;
        let told = org.does(&by_method("client_secret_post", &[ONE, TWO]), &none()).await;
        let mut secrets = held(org).await;
        secrets.sort();
        assert_eq!(secrets, ["ONE ACTIVE", "TWO ACTIVE"]);
        told
    });
    insta::assert_snapshot!(told, @r#"
    ~ update App/portal "Portal"
        credentials.oauthClient.token_endpoint_auth_method: "client_secret_basic" → "client_secret_post"
        client_secrets.one: (secret, changed)

    1 to update, with 1 request.
    "#);
}

#[test]
fn another_way_of_using_a_secret_may_come_with_another_secret() {
    let told = everywhere(&async |org| {
        org.does(&by_method("client_secret_basic", &[ONE]), &none()).await;
        let told = org.does(&by_method("client_secret_post", &[ONE, TWO]), &none()).await;
        let mut secrets = held(org).await;
        secrets.sort();
        assert_eq!(secrets, ["ONE ACTIVE", "TWO ACTIVE"]);
        told
    });
    insta::assert_snapshot!(told, @r#"
    + create App/portal/secret/two
        client_secret: (secret)

    ~ update App/portal "Portal"
        credentials.oauthClient.token_endpoint_auth_method: "client_secret_basic" → "client_secret_post"
        client_secrets.one: (secret, changed)

    1 to create, 1 to update, with 2 requests.
    "#);
}

#[test]
fn another_way_of_using_a_secret_that_nobody_declared_says_what_okta_does() {
    org(&[]).run(async |org| {
        let method = |method: &str| [web("portal", "Portal"), credentials(json!({"token_endpoint_auth_method": method}))];
        org.does(&method("client_secret_basic"), &none()).await;
        insta::assert_snapshot!(org.does(&method("client_secret_post"), &none()).await, @r#"
        ~ update App/portal "Portal"
            credentials.oauthClient.token_endpoint_auth_method: "client_secret_basic" → "client_secret_post"
            note: Okta makes a new client secret when the way of authenticating changes: consumers must be told

        1 to update, with 1 request.
        "#);
    });
}

#[test]
fn a_client_that_signs_has_no_secrets_any_more() {
    let told = everywhere(&async |org| {
        org.does(&by_method("client_secret_basic", &[ONE]), &none()).await;
        let uri = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://a.example.com/keys"});
        let signing = [web("portal", "Portal"), credentials(uri)];
        let told = org.does(&signing, &none()).await;
        assert_eq!(held(org).await, Vec::<String>::new());
        told
    });
    insta::assert_snapshot!(told, @r#"
    ~ update App/portal "Portal"
        settings.oauthClient.jwks_uri: none → "https://a.example.com/keys"
        credentials.oauthClient.token_endpoint_auth_method: "client_secret_basic" → "private_key_jwt"
        note: Okta removes the client's secrets: it no longer authenticates with one

    1 to update, with 1 request.
    "#);
}

#[test]
fn a_client_without_a_secret_gets_the_declared_one() {
    let told = everywhere(&async |org| {
        let public = credentials(json!({"token_endpoint_auth_method": "none", "pkce_required": true}));
        org.does(&[web("portal", "Portal"), public], &none()).await;
        assert_eq!(held(org).await, Vec::<String>::new());
        let told = org.does(&by_method("client_secret_basic", &[ONE, TWO]), &none()).await;
        assert_eq!(held(org).await, ["ONE ACTIVE", "TWO ACTIVE"]);
        told
    });
    insta::assert_snapshot!(told, @r#"
    ~ update App/portal "Portal"
        credentials.oauthClient.token_endpoint_auth_method: "none" → "client_secret_basic"
        mark: laws/portal → laws/portal, manages secrets
        client_secrets.one: (secret, changed)

    + create App/portal/secret/two
        client_secret: (secret)

    1 to create, 1 to update, with 2 requests.
    "#);
}

#[test]
fn adoption_never_retires_a_secret() {
    org(&[]).run(async |org| {
        let id = org.made_web("Portal").await;
        org.somebody("POST", &format!("/api/v1/apps/{id}/credentials/secrets"), json!({"client_secret": secret_value("TWO")})).await;
        let [app, _] = client(&[]);
        let pinned = with(app, "metadata.id", json!(id));
        let declares = |secrets: &[(&str, &str)]| {
            let entries: Vec<_> = secrets.iter().map(|(name, status)| entry(name, status)).collect();
            [pinned.clone(), document("ClientCredentials", "portal", json!({"client_secrets": entries}))]
        };
        insta::assert_snapshot!(org.shows(&declares(&[TWO]), &pruning()).await, @r#"
        ~ update App/portal "Portal"
            mark: none → laws/portal, manages secrets

        Left alone
          App/portal/secret/ocsf00000EQ5zq7HU5d7: a client secret (ACTIVE, made 2026-01-01T00:00:00.000Z) that is not declared: adopting a client never retires its credentials

        1 to update, with 1 request.
        "#);
        org.tries(&declares(&[TWO]), &pruning()).await;
        assert_eq!(held(org).await, ["(Okta's own) ACTIVE", "TWO ACTIVE"]);
        // It is ours now, and whoever still asks for it has been told what goes.
        insta::assert_snapshot!(org.does(&declares(&[TWO]), &pruning()).await, @"
        - delete App/portal/secret/ocsf00000EQ5zq7HU5d7

        1 to delete, with 2 requests.
        ");
        assert_eq!(held(org).await, ["TWO ACTIVE"]);
    });
}

#[test]
fn a_client_is_never_left_without_a_secret() {
    org(&[]).run(async |org| {
        org.does(&client(&[ONE]), &none()).await;
        // Nobody declares secrets any more: the one in force stays, whatever is pruned.
        insta::assert_snapshot!(org.does(&[with_client_id(web("portal", "Portal"), "portal-client")], &pruning()).await, @"
        Left alone
          App/portal/secret/ocsf00000CMMQ1m9n5d7: a client secret (ACTIVE, made 2026-01-01T00:00:00.000Z) that is not declared: it is what the client lives on: no declared secret is in force

        Nothing to do: all that is declared is in the org.
        ");
        assert_eq!(held(org).await, ["ONE ACTIVE"]);
    });
}
