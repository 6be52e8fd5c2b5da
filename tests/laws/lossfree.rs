//! What is not declared is not changed: an app that carries more than anybody declared, before and after.

use idpctl::json::Path;
use idpctl::plan::Choices;
use serde_json::{Value, json};

use crate::story::{document, org, pruning, web, with};
use crate::world::{World, secret_value};

const KEEPS: (&str, &str) = ("unknown-fields", "keep");
/// Every way in which Okta may treat what a PUT leaves out.
const WORLDS: [&[(&str, &str)]; 5] = [
    &[KEEPS],
    &[KEEPS, ("absent-client-secret", "regenerate")],
    &[KEEPS, ("null-fields", "null"), ("key-status-on-put", "active")],
    &[KEEPS, ("put-secret-replaces", "oldest"), ("omitted-credentials-on-put", "keep")],
    &[KEEPS, ("jwks-list", "wrapped"), ("absent-client-secret", "regenerate")],
];

fn key(kid: &str) -> Value {
    json!({"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "e": "AQAB", "n": format!("v{}Q", kid.repeat(340))})
}

/// Somebody makes an app with everything that an app can carry, some of which nobody knows, two secrets and two keys, one of them out
/// of force.
async fn laden(world: &World) -> String {
    let body = json!({
        "name": "oidc_client",
        "label": "Laden",
        "signOnMode": "OPENID_CONNECT",
        "field_of_tomorrow": {"deep": [1, {"x": null}]},
        "accessibility": {"selfService": false, "errorRedirectUrl": "https://a.example.com/error"},
        "visibility": {"autoLaunch": true, "autoSubmitToolbar": true, "hide": {"iOS": false, "web": false, "watch": true}},
        "profile": {"team": "payments", "secret_keeper": "ops", "tags": ["a", "b"]},
        "credentials": {
            "userNameTemplate": {"template": "${source.login}", "type": "CUSTOM", "pushStatus": "PUSH"},
            "oauthClient": {
                "client_id": "laden-client", "client_secret": secret_value("ONE"), "token_endpoint_auth_method": "client_secret_post",
                "pkce_required": true, "autoKeyRotation": false,
            },
        },
        "settings": {
            "notes": {"admin": "by hand", "enduser": "welcome"},
            "notifications": {"vpn": {"network": {"connection": "ON_NETWORK"}, "message": "use the VPN", "helpUrl": "https://a.example.com/vpn"}},
            "setting_of_tomorrow": true,
            "oauthClient": {
                "application_type": "web", "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
                "redirect_uris": ["https://a.example.com/cb"], "post_logout_redirect_uris": ["https://a.example.com/out"],
                "dpop_bound_access_tokens": true, "consent_method": "REQUIRED", "issuer_mode": "ORG_URL",
                "refresh_token": {"rotation_type": "ROTATE", "leeway": 15}, "client_uri": "https://a.example.com", "wildcard_redirect": "DISABLED",
                "oauth_field_of_tomorrow": ["kept"],
                "jwks": {"keys": [key("a"), key("b")]},
            },
        },
    });
    let id = world.made(body).await;
    world.somebody("POST", &format!("/api/v1/apps/{id}/credentials/secrets"), json!({"client_secret": secret_value("TWO")})).await;
    let keys = keys_of(&world.read(&id).await);
    let retired = keys[1]["id"].as_str().expect("a key has an id");
    world.somebody("POST", &format!("/api/v1/apps/{id}/credentials/jwks/{retired}/lifecycle/deactivate"), Value::Null).await;
    id
}

fn keys_of(app: &Value) -> Vec<Value> {
    Path::of("settings.oauthClient.jwks.keys").find(app).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Returns where two trees differ: path, before, after.
pub(crate) fn differences(before: &Value, after: &Value) -> String {
    fn walk(path: &Path, before: Option<&Value>, after: Option<&Value>, lines: &mut Vec<String>) {
        match (before, after) {
            (before, after) if before == after => {}
            (Some(Value::Object(a)), Some(Value::Object(b))) => {
                let names: std::collections::BTreeSet<_> = a.keys().chain(b.keys()).collect();
                for name in names {
                    walk(&path.key(name), a.get(name), b.get(name), lines);
                }
            }
            (Some(Value::Array(a)), Some(Value::Array(b))) => {
                for i in 0..a.len().max(b.len()) {
                    walk(&path.index(i), a.get(i), b.get(i), lines);
                }
            }
            (before, after) => {
                let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
                lines.push(format!("{path}: {} → {}", shown(before), shown(after)));
            }
        }
    }
    let mut lines = Vec::new();
    walk(&Path::root(), Some(before), Some(after), &mut lines);
    lines.join("\n")
}

/// Declares something of the laden app in each of those worlds, and returns what a GET shows to be different afterwards: the same in
/// all of them. Its secrets are always the same as before.
fn changed_by(documents: &impl Fn(&str) -> Vec<Value>, choices: &Choices) -> String {
    let told = WORLDS.map(|switches| {
        org(switches).run(async |org| {
            let id = laden(org).await;
            let (before, secrets) = (org.read(&id).await, org.secrets_of(&id));
            org.does(&documents(&id), choices).await;
            assert!(org.secrets_of(&id) == secrets, "the secrets are others under {switches:?}");
            differences(&before, &org.read(&id).await)
        })
    });
    for (telling, switches) in told.iter().zip(WORLDS) {
        assert_eq!(*telling, told[0], "{switches:?}");
    }
    told[0].clone()
}

/// Returns a document of the laden app, which is known by its client id.
fn of_laden(spec: Value) -> Value {
    with(document("App", "laden", with(spec, "label", json!("Laden"))), "spec.credentials.oauthClient.client_id", json!("laden-client"))
}

#[test]
fn a_new_label_changes_the_label_and_the_mark_alone() {
    let relabelled = |_: &str| vec![with(of_laden(json!({})), "spec.label", json!("Light"))];
    insta::assert_snapshot!(changed_by(&relabelled, &Choices::default()), @r#"
    label: "Laden" → "Light"
    profile.idpctl: nothing → {"owner":"laws/laden","manages":[],"applied":"25b61c8ee5ddefc2906dea95152d7493"}
    "#);
}

#[test]
fn one_setting_changes_itself_and_the_mark_alone() {
    let chosen = |path: &'static str, value: Value| {
        changed_by(&move |_: &str| vec![with(of_laden(json!({})), path, value.clone())], &Choices::default())
    };
    insta::assert_snapshot!(chosen("spec.settings.notifications.vpn.message", json!("no VPN")), @r#"
    profile.idpctl: nothing → {"owner":"laws/laden","manages":[],"applied":"74de1ffd529eee41a72e9162de9f94ed"}
    settings.notifications.vpn.message: "use the VPN" → "no VPN"
    "#);
    insta::assert_snapshot!(chosen("spec.visibility.hide.iOS", json!(true)), @r#"
    profile.idpctl: nothing → {"owner":"laws/laden","manages":[],"applied":"b0d6f0d9270fde27df4e56d179a4c541"}
    visibility.hide.iOS: false → true
    "#);
    insta::assert_snapshot!(chosen("spec.settings.oauthClient.refresh_token.leeway", json!(30)), @r#"
    profile.idpctl: nothing → {"owner":"laws/laden","manages":[],"applied":"543eecf34b47461f1560f4d66ee67408"}
    settings.oauthClient.refresh_token.leeway: 15 → 30
    "#);
    insta::assert_snapshot!(chosen("spec.profile.team", json!("billing")), @r#"
    profile.idpctl: nothing → {"owner":"laws/laden","manages":[],"applied":"086941917ae24cb9231283cd1b6a3fdc"}
    profile.team: "payments" → "billing"
    "#);
    insta::assert_snapshot!(chosen("spec.credentials.oauthClient.pkce_required", json!(false)), @r#"
    credentials.oauthClient.pkce_required: true → false
    profile.idpctl: nothing → {"owner":"laws/laden","manages":[],"applied":"995c78cb64bca031940f7625f2d10258"}
    "#);
}

#[test]
fn null_clears_one_setting_alone() {
    let cleared = |path: &'static str| changed_by(&move |_: &str| vec![with(of_laden(json!({})), path, Value::Null)], &Choices::default());
    insta::assert_snapshot!(cleared("spec.settings.notes.enduser"), @r#"
    profile.idpctl: nothing → {"owner":"laws/laden","manages":[],"applied":"f1612e45614d853ea719dfc0c6cd8890"}
    settings.notes.enduser: "welcome" → null
    "#);
    insta::assert_snapshot!(cleared("spec.profile.team"), @r#"
    profile.idpctl: nothing → {"owner":"laws/laden","manages":[],"applied":"731d934338b285e712fff89d0f9652a0"}
    profile.team: "payments" → nothing
    "#);
}

#[test]
fn a_declared_key_is_added_to_those_that_are_there() {
    let another = |_: &str| vec![with(of_laden(json!({})), "spec.settings.oauthClient.jwks.keys", json!([key("c")]))];
    org(&[KEEPS]).run(async |org| {
        let id = laden(org).await;
        let before = keys_of(&org.read(&id).await);
        insta::assert_snapshot!(org.does(&another(&id), &Choices::default()).await, @r#"
        ~ update App/laden "Laden"
            settings.oauthClient.jwks.keys:
                    "status": "INACTIVE",
                    "use": "sig"
              +   },
              +   {
              +     "alg": "RS256",
              +     "e": "AQAB",
              +     "kid": "c",
              +     "kty": "RSA",
              +     "n": "vccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc…(234 more characters, sha256 af6ddf1c)…cccccccccccccccccccccccccccccccccccccQ",
              +     "use": "sig"
                  }
                ]
            mark: none → laws/laden, manages keys

        Left alone
          App/laden/key/a: the public key `a` is not declared: adopting a client never retires its credentials
          App/laden/key/b: the public key `b` is not declared: adopting a client never retires its credentials

        Notes
          App/laden: the app 0oaf00000AId9MIMC5d7 has its client_id and bears no mark: either it was never ours, or a change of its profile lost the mark

        1 to update, with 1 request.
        "#);
        let after = keys_of(&org.read(&id).await);
        assert_eq!(after[..2], before[..], "the others are as they were");
        assert_eq!(after.len(), 3);
        assert_eq!(after[2]["kid"], "c");
    });
}

#[test]
fn a_key_is_pruned_by_its_own_calls_and_no_other_is_touched() {
    let declares = |kids: &[&str]| {
        let keys: Vec<_> = kids.iter().map(|kid| key(kid)).collect();
        [with(of_laden(json!({})), "spec.settings.oauthClient.jwks.keys", json!(keys))]
    };
    org(&[KEEPS]).run(async |org| {
        let id = laden(org).await;
        org.does(&declares(&["a", "c"]), &Choices::default()).await;
        let before = org.read(&id).await;
        org.org.clear_requests();
        insta::assert_snapshot!(org.does(&declares(&["c"]), &pruning()).await, @"
        - delete App/laden/key/b
        - delete App/laden/key/a

        2 to delete, with 3 requests.
        ");
        insta::assert_snapshot!(org.writes().replace(&id, "{id}"), @"
        DELETE /api/v1/apps/{id}/credentials/jwks/pksf00000EQ575b7g5d7
        POST /api/v1/apps/{id}/credentials/jwks/pksf00000CMMt82bF5d7/lifecycle/deactivate
        DELETE /api/v1/apps/{id}/credentials/jwks/pksf00000CMMt82bF5d7
        ");
        let after = org.read(&id).await;
        let rest: Vec<_> = keys_of(&before).into_iter().filter(|key| key["kid"] == "c").collect();
        assert_eq!(keys_of(&after), rest);
        let mut expected = before;
        Path::of("settings.oauthClient.jwks.keys").set(&mut expected, json!(rest));
        assert_eq!(differences(&expected, &after), "");
    });
}

#[test]
fn what_the_manifests_released_stays_as_it_is() {
    org(&[KEEPS]).run(async |org| {
        let declared = with(web("portal", "Portal"), "spec.settings.notes.admin", json!("hello"));
        org.does(&[declared], &Choices::default()).await;
        let before = org.read(&org.id_of("Portal").await).await;
        insta::assert_snapshot!(org.does(&[web("portal", "Portal")], &pruning()).await, @"Nothing to do: the org is as declared.");
        assert_eq!(differences(&before, &org.read(&org.id_of("Portal").await).await), "");
    });
}
