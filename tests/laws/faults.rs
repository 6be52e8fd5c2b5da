//! Answers that never come, lists that lag, and a server that does not do what it was asked.

use std::sync::Arc;
use std::time::Duration;

use idpctl::http::{FnTransport, TransportError};
use idpctl::json::Path;
use idpctl::plan::Choices;
use idpctl_emulator::Switches;
use serde_json::{Value, json};

use crate::portal::provider;
use crate::story::{app, document, grant, org, outcomes, pruning, web, with, with_client_id};
use crate::world::{World, declared};

fn none() -> Choices {
    Choices::default()
}

fn portal() -> [Value; 2] {
    [web("portal", "Portal"), grant("portal", &["okta.users.read"])]
}

/// Plans in peace, applies under some faults, and returns what became of it.
async fn under(world: &World, faults: &[&str], documents: &[Value]) -> String {
    let (plan, observation) = world.plan(&declared(documents), &none()).await;
    world.org.clear_requests();
    world.suffers(faults);
    let report = world.apply(&plan, &observation).await;
    world.suffers(&[]);
    outcomes(&plan, &report)
}

#[test]
fn a_create_whose_answer_never_came_is_found_and_not_sent_again() {
    org(&[]).run(async |org| {
        insta::assert_snapshot!(under(org, &["POST /api/v1/apps reset-after x1"], &portal()).await, @"
        applied   create App/portal
        applied   create Grant/portal/okta.users.read

        2 applied.
        ");
        insta::assert_snapshot!(org.writes(), @"
        POST /api/v1/apps
        POST /api/v1/apps/0oaf00000AId9MIMC5d7/grants
        ");
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000AId9MIMC5d7 "Portal" ACTIVE client_id: its id mark: laws/portal"#);
    });
}

#[test]
fn a_create_that_never_arrived_is_sent_again() {
    org(&[]).run(async |org| {
        insta::assert_snapshot!(under(org, &["POST /api/v1/apps reset-before x1"], &portal()).await, @"
        applied   create App/portal
        applied   create Grant/portal/okta.users.read

        2 applied.
        ");
        insta::assert_snapshot!(org.writes(), @"
        POST /api/v1/apps
        POST /api/v1/apps
        POST /api/v1/apps/0oaf00000AId9MIMC5d7/grants
        ");
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000AId9MIMC5d7 "Portal" ACTIVE client_id: its id mark: laws/portal"#);
    });
}

#[test]
fn a_grant_whose_answer_never_came_is_found_and_not_sent_again() {
    org(&[]).run(async |org| {
        insta::assert_snapshot!(under(org, &["POST /api/v1/apps/*/grants reset-after x1"], &portal()).await, @"
        applied   create App/portal
        applied   create Grant/portal/okta.users.read

        2 applied.
        ");
        insta::assert_snapshot!(org.writes(), @"
        POST /api/v1/apps
        POST /api/v1/apps/0oaf00000AId9MIMC5d7/grants
        ");
    });
}

#[test]
fn a_list_that_lags_is_asked_again_before_a_create_is_sent_twice() {
    let mut world = org(&[]);
    world.settle = Duration::from_secs(10);
    world.run(async |org| {
        let told =
            under(org, &["POST /api/v1/apps reset-after x1", "POST /api/v1/apps/*/grants reset-after x1", "list-lag=8s"], &portal()).await;
        insta::assert_snapshot!(told, @"
        applied   create App/portal
        applied   create Grant/portal/okta.users.read

        2 applied.
        ");
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000AId9MIMC5d7 "Portal" ACTIVE client_id: its id mark: laws/portal"#);
    });
}

#[test]
fn a_plan_from_a_list_that_lagged_makes_no_second_app() {
    let mut world = org(&[]);
    world.settle = Duration::from_secs(10);
    world.run(async |org| {
        org.suffers(&["list-lag=8s"]);
        let first = org.tries(&portal(), &none()).await;
        // The list shows nothing of it yet.
        let second = org.tries(&portal(), &none()).await;
        insta::assert_snapshot!(format!("{first}\n{second}"), @"
        applied   create App/portal
        applied   create Grant/portal/okta.users.read

        2 applied.

        unchanged create App/portal
        unchanged create Grant/portal/okta.users.read

        2 unchanged.
        ");
        org.suffers(&[]);
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000AId9MIMC5d7 "Portal" ACTIVE client_id: its id mark: laws/portal"#);
    });
}

#[test]
fn a_plan_from_lists_that_lagged_makes_no_second_secret_and_no_second_grant() {
    let client = |secrets: Value| document("ClientCredentials", "portal", json!({"client_secrets": secrets}));
    let one = json!({"name": "one", "env": "IDPCTL_ONE"});
    let two = json!({"name": "two", "env": "IDPCTL_TWO"});
    let mut world = org(&[]);
    world.settle = Duration::from_secs(10);
    world.run(async |org| {
        org.does(&[web("portal", "Portal"), client(json!([one])), grant("portal", &["okta.users.read"])], &none()).await;
        org.suffers(&["list-lag=8s"]);
        let more = [web("portal", "Portal"), client(json!([one, two])), grant("portal", &["okta.users.read", "okta.logs.read"])];
        let first = org.tries(&more, &none()).await;
        // The lists show nothing of it yet.
        let second = org.tries(&more, &none()).await;
        insta::assert_snapshot!(format!("{first}\n{second}"), @"
        applied   create App/portal/secret/two
        applied   create Grant/portal/okta.logs.read

        2 applied.

        unchanged create App/portal/secret/two
        unchanged create Grant/portal/okta.logs.read

        2 unchanged.
        ");
        org.suffers(&[]);
        assert_eq!(org.secrets_of(&org.id_of("Portal").await).len(), 2);
    });
}

#[test]
fn a_run_is_not_misled_by_lists_that_do_not_show_yet_what_it_did_itself() {
    let client = |names: &[&str]| {
        let entry = |name: &&str| json!({"name": name.to_lowercase(), "env": format!("IDPCTL_{name}")});
        document("ClientCredentials", "portal", json!({"client_secrets": names.iter().map(entry).collect::<Vec<_>>()}))
    };
    let native = |portal| with(portal, "spec.settings.oauthClient.application_type", json!("native"));
    let portal = |client_id| with_client_id(web("portal", "Portal"), client_id);
    let choices = Choices { allow_replace: [app("portal")].into(), ..pruning() };
    let mut world = org(&[]);
    world.settle = Duration::from_secs(10);
    world.run(async |org| {
        let mut told = Vec::new();
        for [before, after] in [
            // A secret is deleted that was active a moment ago.
            [[portal("portal-client"), client(&["ONE", "TWO"])], [portal("portal-client"), client(&["TWO", "THREE"])]],
            // A client id is taken that another app had a moment ago.
            [[portal("portal-client"), client(&["TWO", "THREE"])], [native(portal("portal-client")), client(&["TWO", "THREE"])]],
            // A mark is taken that another app bore a moment ago.
            [[native(portal("portal-client")), client(&["TWO"])], [native(portal("another-client")), client(&["TWO"])]],
        ] {
            org.does(&before, &choices).await;
            org.suffers(&["list-lag=8s"]);
            let (plan, observation) = org.plan(&declared(&after), &choices).await;
            // What was there before the plan has long settled.
            tokio::time::sleep(org.settle).await;
            told.push(outcomes(&plan, &org.apply(&plan, &observation).await));
            org.suffers(&[]);
        }
        insta::assert_snapshot!(told.join("\n"), @"
        applied   delete App/portal/secret/ocsf00000CMMQ1m9n5d7
        applied   create App/portal/secret/three

        2 applied.

        applied   replace App/portal
        applied   delete App/portal/0oaf00000AId9MIMC5d7
        applied   create App/portal/secret/three

        3 applied.

        applied   replace App/portal
        applied   delete App/portal/0oaf00000IXXYwgYH5d7

        2 applied.
        ");
    });
}

#[test]
fn a_create_that_nothing_could_recognise_is_in_doubt() {
    org(&[]).run(async |org| {
        let mut desired = declared(&portal());
        desired.ownership = false;
        let (plan, observation) = org.plan(&desired, &none()).await;
        org.suffers(&["POST /api/v1/apps reset-after x1"]);
        let report = org.apply(&plan, &observation).await;
        org.suffers(&[]);
        insta::assert_snapshot!(outcomes(&plan, &report), @"
        in doubt  create App/portal
            the answer to POST /api/v1/apps?activate=true never came (`POST /api/v1/apps?activate=true` got no answer, 1 attempt in 0.0 s), and what it makes bears nothing to know it by; look in Okta before trying again
        skipped   create Grant/portal/okta.users.read
            App/portal did not come about

        1 skipped, 1 in doubt.
        What is done stays done: look at the reasons, then plan and apply again.
        ");
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000AId9MIMC5d7 "Portal" ACTIVE client_id: its id mark: none"#);
    });
}

#[test]
fn a_field_that_the_server_drops_fails_the_action_and_skips_what_waits_for_it() {
    org(&[("consent-method", "absent")]).run(async |org| {
        let [app, grant] = portal();
        let documents = [with(app, "spec.settings.oauthClient.consent_method", json!("REQUIRED")), grant, web("shop", "Shop")];
        insta::assert_snapshot!(org.tries(&documents, &none()).await, @r#"
        failed    create App/portal
            the server accepted POST /api/v1/apps?activate=true and did not do what was asked: `settings.oauthClient.consent_method` is absent and not "REQUIRED"
        applied   create App/shop
        skipped   create Grant/portal/okta.users.read
            App/portal did not come about

        1 applied, 1 failed, 1 skipped.
        What is done stays done: look at the reasons, then plan and apply again.
        hint: look what it holds now; if it lacks a feature or does not know a value, declare what it keeps or leave the field out
        "#);
        // It goes on failing, on the one app that was made.
        insta::assert_snapshot!(org.tries(&documents, &none()).await, @r#"
        failed    update App/portal
            the server accepted PUT /api/v1/apps/0oaf00000AId9MIMC5d7 and did not do what was asked: `settings.oauthClient.consent_method` is absent and not "REQUIRED"
        skipped   create Grant/portal/okta.users.read
            App/portal did not come about

        1 failed, 1 skipped.
        What is done stays done: look at the reasons, then plan and apply again.
        hint: look what it holds now; if it lacks a feature or does not know a value, declare what it keeps or leave the field out
        "#);
        insta::assert_snapshot!(org.state().await, @r#"
        0oaf00000AId9MIMC5d7 "Portal" ACTIVE client_id: its id mark: laws/portal
        0oaf00000GToTgl015d7 "Shop" ACTIVE client_id: its id mark: laws/shop
        "#);
    });
}

#[test]
fn one_failure_stops_what_waits_for_it_and_nothing_else() {
    org(&[]).run(async |org| {
        let documents = [&portal()[..], &[web("shop", "Shop"), grant("shop", &["okta.users.read"])]].concat();
        insta::assert_snapshot!(under(org, &["POST /api/v1/apps 500 x4"], &documents).await, @"
        failed    create App/portal
            could not do POST /api/v1/apps?activate=true, which was sent 4 times
            caused by: `POST /api/v1/apps?activate=true` was answered 500: E0000009, Internal Server Error, request id BQCs89QzRocwXLcmUuwolXLxrHew2S7K, 1 attempt in 0.0 s
        applied   create App/shop
        skipped   create Grant/portal/okta.users.read
            App/portal did not come about
        applied   create Grant/shop/okta.users.read

        2 applied, 1 failed, 1 skipped.
        What is done stays done: look at the reasons, then plan and apply again.
        ");
        insta::assert_snapshot!(org.does(&documents, &none()).await, @r#"
        + create App/portal "Portal"
            label: "Portal"
            settings.oauthClient.application_type: "web"
            settings.oauthClient.grant_types: ["authorization_code"]
            settings.oauthClient.response_types: ["code"]
            settings.oauthClient.redirect_uris: ["https://a.example.com/cb"]
            mark: none → laws/portal, manages grants

        + create Grant/portal/okta.users.read

        2 to create, with 2 requests.
        "#);
    });
}

/// Puts somebody between idpctl and an org, who changes requests on their way, or answers them in its place.
fn between(mut world: World, meddle: fn(&mut http::Request<Vec<u8>>) -> Option<Value>) -> World {
    let org = world.org.clone();
    world.line = Some(Arc::new(FnTransport(move |mut request: http::Request<Vec<u8>>| {
        let (org, answer) = (org.clone(), meddle(&mut request));
        async move {
            let Some(answer) = answer else { return org.call(request).await.map_err(|reset| TransportError::Broken(reset.to_string())) };
            let answer = http::Response::builder().header("content-type", "application/json").body(answer.to_string().into_bytes());
            Ok(answer.expect("an answer"))
        }
    })));
    world
}

#[test]
fn a_deletion_that_is_answered_with_something_else_is_looked_after() {
    let somebody_else = |request: &mut http::Request<Vec<u8>>| {
        let asked = request.method() == "DELETE";
        asked.then(|| json!({"message": "sign in to this network first"}))
    };
    between(org(&[]), somebody_else).run(async |org| {
        org.does(&portal(), &pruning()).await;
        let (plan, observation) = org.plan(&declared(&[web("shop", "Shop")]), &pruning()).await;
        let report = org.apply(&plan, &observation).await;
        insta::assert_snapshot!(outcomes(&plan, &report), @"
        failed    delete App/portal
            the server accepted DELETE /api/v1/apps/0oaf00000AId9MIMC5d7 and did not do what was asked: the app 0oaf00000AId9MIMC5d7 is there already
        applied   create App/shop

        1 applied, 1 failed.
        What is done stays done: look at the reasons, then plan and apply again.
        hint: look what it holds now; if it lacks a feature or does not know a value, declare what it keeps or leave the field out
        ");
    });
}

/// Takes a member out of the body of every PUT.
fn without(path: &str, request: &mut http::Request<Vec<u8>>) {
    if request.method() == "PUT" {
        let mut body: Value = serde_json::from_slice(request.body()).expect("a body");
        Path::of(path).remove(&mut body);
        *request.body_mut() = body.to_string().into_bytes();
    }
}

#[test]
fn what_was_sent_back_as_it_was_and_is_lost_is_not_what_was_asked() {
    let forgets_notes = |request: &mut http::Request<Vec<u8>>| {
        without("settings.notes", request);
        None
    };
    between(org(&[]), forgets_notes).run(async |org| {
        org.does(&[web("portal", "Portal")], &none()).await;
        org.edited(&org.id_of("Portal").await, "settings.notes.admin", json!("by hand")).await;
        insta::assert_snapshot!(org.tries(&[web("portal", "Web Portal")], &none()).await, @"
        failed    update App/portal
            the server accepted PUT /api/v1/apps/0oaf00000AId9MIMC5d7 and did not do what was asked: `settings.notes.admin` was sent back as it was and came out otherwise

        1 failed.
        What is done stays done: look at the reasons, then plan and apply again.
        hint: look what it holds now; if it lacks a feature or does not know a value, declare what it keeps or leave the field out
        ");
    });
    let forgets_keys = |request: &mut http::Request<Vec<u8>>| {
        without("ScopeClaimName", request);
        None
    };
    between(org(&[("portal-unknown-keys", "kept"), ("portal-put", "replaces")]), forgets_keys).run(async |org| {
        let tomorrow = with(provider("okta-prod"), "spec.additionalFields", json!({"ScopeClaimName": "scp"}));
        org.does(&[tomorrow], &none()).await;
        insta::assert_snapshot!(org.tries(&[with(provider("okta-prod"), "spec.SSLInsecureSkipVerify", json!(true))], &none()).await, @"
        failed    update OAuthProvider/okta-prod
            the server accepted PUT /portal-api/oauth-providers/1 and did not do what was asked: `ScopeClaimName` was sent back as it was and came out otherwise

        1 failed.
        What is done stays done: look at the reasons, then plan and apply again.
        hint: look what it holds now; if it lacks a feature or does not know a value, declare what it keeps or leave the field out
        ");
    });
}

#[test]
fn a_create_that_is_answered_with_something_else_is_in_doubt() {
    let somebody_else = |request: &mut http::Request<Vec<u8>>| {
        let asked = request.method() == "POST";
        asked.then(|| json!({"message": "sign in to this network first"}))
    };
    between(org(&[]), somebody_else).run(async |org| {
        insta::assert_snapshot!(org.tries(&[web("shop", "Shop")], &none()).await, @"
        in doubt  create App/shop
            the answer to POST /api/v1/apps?activate=true does not show what was made

        1 in doubt.
        What is done stays done: look at the reasons, then plan and apply again.
        ");
    });
}

#[test]
fn an_app_that_is_made_with_another_secret_than_the_declared_one_is_not_what_was_asked() {
    let keeps_no_secret = |request: &mut http::Request<Vec<u8>>| {
        if request.method() == "POST" && request.uri().path() == "/api/v1/apps" {
            let mut body: Value = serde_json::from_slice(request.body()).expect("a body");
            body["credentials"]["oauthClient"].as_object_mut().expect("an object").remove("client_secret").expect("a secret");
            *request.body_mut() = body.to_string().into_bytes();
        }
        None
    };
    between(org(&[]), keeps_no_secret).run(async |org| {
        let secrets = json!({"client_secrets": [{"name": "one", "env": "IDPCTL_ONE"}]});
        insta::assert_snapshot!(org.tries(&[web("portal", "Portal"), document("ClientCredentials", "portal", secrets)], &none()).await, @"
        failed    create App/portal
            the server accepted POST /api/v1/apps?activate=true and did not do what was asked: the secret of {env: IDPCTL_ONE} is not there

        1 failed.
        What is done stays done: look at the reasons, then plan and apply again.
        hint: look what it holds now; if it lacks a feature or does not know a value, declare what it keeps or leave the field out
        ");
    });
}

#[test]
fn a_write_that_cannot_be_looked_after_is_told_rather_than_the_look() {
    org(&[]).run(async |org| {
        // Whether it was done is not known, and cannot be found out.
        let told = under(org, &["POST /api/v1/apps reset-after", "GET /api/v1/apps 500 after 1"], &portal()).await;
        insta::assert_snapshot!(told, @r#"
        in doubt  create App/portal
            `POST /api/v1/apps?activate=true` got no answer, 1 attempt in 0.0 s, and whether it was done could not be read (could not look for the app in the list: `GET /api/v1/apps?q=Portal&filter=name eq "oidc_client"&limit=200` was answered 500: E0000009, Internal Server Error, request id Yb8ddBkDUWu-xpqQdu0w3GXd3x0KnKTN, 6 attempts in 11.6 s); plan again to see
        skipped   create Grant/portal/okta.users.read
            App/portal did not come about

        1 skipped, 1 in doubt.
        What is done stays done: look at the reasons, then plan and apply again.
        "#);
        assert_eq!(org.writes(), "POST /api/v1/apps");
    });
    org(&[]).run(async |org| {
        // It certainly was not done.
        let told = under(org, &["POST /api/v1/apps 423", "GET /api/v1/apps 500 after 1"], &portal()).await;
        insta::assert_snapshot!(told, @"
        failed    create App/portal
            could not do POST /api/v1/apps?activate=true
            caused by: `POST /api/v1/apps?activate=true` was answered 423: E0000239, Policy priorities are being reconciled. Please try again later, request id 7GZGiO8wx1DAyIOX5dFbRiQai7S_7WzY, 6 attempts in 11.6 s
        skipped   create Grant/portal/okta.users.read
            App/portal did not come about

        1 failed, 1 skipped.
        What is done stays done: look at the reasons, then plan and apply again.
        ");
        assert_eq!(org.state().await, "");
    });
    org(&[]).run(async |org| {
        // It was answered well, but the answer does not tell.
        org.does(&portal(), &none()).await;
        let [app, grant] = portal();
        let told = under(org, &["GET /api/v1/apps/* captive after 1"], &[with(app, "spec.status", json!("INACTIVE")), grant]).await;
        insta::assert_snapshot!(told, @"
        in doubt  update App/portal
            `POST /api/v1/apps/0oaf00000AId9MIMC5d7/lifecycle/deactivate` was answered, and whether it was done could not be read (could not read the app 0oaf00000AId9MIMC5d7: `GET /api/v1/apps/0oaf00000AId9MIMC5d7` was answered 200 by `text/html`, not JSON, perhaps by something between us and the server, 1 attempt in 0.0 s); plan again to see

        1 in doubt.
        What is done stays done: look at the reasons, then plan and apply again.
        ");
    });
}

#[test]
fn an_update_that_came_out_otherwise_and_was_not_answered_is_in_doubt() {
    org(&[]).run(async |org| {
        org.does(&portal(), &none()).await;
        let mut switches = Switches::default();
        switches.set("consent-method", "absent").expect("a switch");
        org.org.set_switches(switches);
        let [app, grant] = portal();
        let app = with(with(app, "spec.label", json!("Web Portal")), "spec.settings.oauthClient.consent_method", json!("REQUIRED"));
        insta::assert_snapshot!(under(org, &["PUT /api/v1/apps/* reset-after x1"], &[app, grant]).await, @"
        in doubt  update App/portal
            `PUT /api/v1/apps/0oaf00000AId9MIMC5d7` got no answer, 1 attempt in 0.0 s, and what is there now is neither what was planned for nor what was asked: the app 0oaf00000AId9MIMC5d7 was changed since the plan was made; plan again to see how

        1 in doubt.
        What is done stays done: look at the reasons, then plan and apply again.
        ");
        insta::assert_snapshot!(org.writes(), @"PUT /api/v1/apps/0oaf00000AId9MIMC5d7");
    });
}

#[test]
fn what_somebody_changed_after_the_plan_is_not_overwritten() {
    org(&[]).run(async |org| {
        org.does(&portal(), &none()).await;
        let relabelled = [web("portal", "Web Portal"), grant("portal", &["okta.users.read", "okta.logs.read"])];
        let (plan, observation) = org.plan(&declared(&relabelled), &none()).await;
        let id = org.id_of("Portal").await;
        org.edited(&id, "settings.notes.admin", json!("by hand")).await;
        org.org.clear_requests();
        let report = org.apply(&plan, &observation).await;
        insta::assert_snapshot!(outcomes(&plan, &report), @"
        refused   update App/portal
            the app 0oaf00000AId9MIMC5d7 was changed since the plan was made; plan again to see how
        skipped   create Grant/portal/okta.logs.read
            App/portal did not come about

        1 skipped, 1 refused.
        What is done stays done: look at the reasons, then plan and apply again.
        ");
        insta::assert_snapshot!(org.requests(), @"GET /api/v1/apps/0oaf00000AId9MIMC5d7");
    });
}

#[test]
fn what_somebody_did_already_is_unchanged() {
    org(&[]).run(async |org| {
        org.does(&portal(), &none()).await;
        let relabelled = [web("portal", "Portal"), grant("portal", &["okta.users.read", "okta.logs.read"])];
        let (plan, observation) = org.plan(&declared(&relabelled), &none()).await;
        let id = org.id_of("Portal").await;
        let body = json!({"scopeId": "okta.logs.read", "issuer": "http://127.0.0.1:7"});
        org.somebody("POST", &format!("/api/v1/apps/{id}/grants"), body).await;
        org.org.clear_requests();
        let report = org.apply(&plan, &observation).await;
        insta::assert_snapshot!(outcomes(&plan, &report), @"
        unchanged create Grant/portal/okta.logs.read

        1 unchanged.
        ");
        insta::assert_snapshot!(org.requests(), @"GET /api/v1/apps/0oaf00000AId9MIMC5d7/grants");
    });
}

#[test]
fn what_cannot_be_read_does_not_count_as_gone() {
    org(&[]).run(async |org| {
        org.does(&portal(), &none()).await;
        let (plan, observation) = org.plan(&declared(&[web("shop", "Shop")]), &pruning()).await;
        org.suffers(&["GET /api/v1/apps/* 500"]);
        let report = org.apply(&plan, &observation).await;
        insta::assert_snapshot!(outcomes(&plan, &report), @"
        failed    delete App/portal
            could not read the app 0oaf00000AId9MIMC5d7
            caused by: `GET /api/v1/apps/0oaf00000AId9MIMC5d7` was answered 500: E0000009, Internal Server Error, request id qXa1jJduK_W6wVJhZZeY7vLeyQ6btyRq, 6 attempts in 11.6 s
        applied   create App/shop

        1 applied, 1 failed.
        What is done stays done: look at the reasons, then plan and apply again.
        ");
    });
    org(&[]).run(async |org| {
        let allowing = with(provider("okta-prod"), "metadata.prune", json!(true));
        org.does(std::slice::from_ref(&allowing), &none()).await;
        org.in_portal("POST", "/oauth-providers/1/client-types", json!({"Name": "Old", "ResponseTypes": "token", "GrantType": "implicit"}))
            .await;
        let (plan, observation) = org.plan(&declared(&[allowing]), &pruning()).await;
        org.suffers(&["GET /portal-api/** 500"]);
        let report = org.apply(&plan, &observation).await;
        insta::assert_snapshot!(outcomes(&plan, &report), @"
        failed    delete OAuthProvider/okta-prod/client-type/1
            could not read the ClientType at /portal-api/oauth-providers/1/client-types/1
            caused by: `GET /portal-api/oauth-providers/1/client-types/1` was answered 500: internal server error, 6 attempts in 11.6 s

        1 failed.
        What is done stays done: look at the reasons, then plan and apply again.
        ");
    });
}

#[test]
fn what_is_refused_when_part_of_it_is_done_has_failed() {
    org(&[]).run(async |org| {
        let [portal, _] = portal();
        let policy = |name: &str| with(portal.clone(), "spec.accessPolicy.name", json!(name));
        org.does(std::slice::from_ref(&portal), &none()).await;
        let relabelled = with(policy("One factor"), "spec.settings.notes.admin", json!("new"));
        let (plan, observation) = org.plan(&declared(&[relabelled]), &none()).await;
        let other = json!({"type": "ACCESS_POLICY", "name": "Another", "description": "for tests"});
        let other = org.somebody("POST", "/api/v1/policies", other).await;
        let id = org.id_of("Portal").await;
        org.somebody("PUT", &format!("/api/v1/apps/{id}/policies/{}", other["id"].as_str().expect("an id")), Value::Null).await;
        let report = org.apply(&plan, &observation).await;
        insta::assert_snapshot!(outcomes(&plan, &report), @"
        failed    update App/portal
            the action is done in part, and what is left does not fit any more: the app 0oaf00000AId9MIMC5d7 has the access policy rstf00000GToSNCIx5d7; plan again

        1 failed.
        What is done stays done: look at the reasons, then plan and apply again.
        ");
    });
}

#[test]
fn a_client_id_that_another_app_took_after_the_plan_is_refused() {
    org(&[]).run(async |org| {
        let documents = [with_client_id(web("portal", "Portal"), "portal-client")];
        let (plan, observation) = org.plan(&declared(&documents), &none()).await;
        org.does_as("others", &[with_client_id(web("theirs", "Portal"), "portal-client")], &none()).await;
        org.org.clear_requests();
        let report = org.apply(&plan, &observation).await;
        insta::assert_snapshot!(outcomes(&plan, &report), @"
        refused   create App/portal
            the app 0oaf00000AId9MIMC5d7 is there already

        1 refused.
        What is done stays done: look at the reasons, then plan and apply again.
        ");
        assert_eq!(org.writes(), "");
    });
}
