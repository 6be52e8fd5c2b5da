//! The changes that somebody can make, and the manifests that they are drift from.

use serde_json::{Value, json};

use crate::generate::key;
use crate::story::{document, grant, web, with, with_client_id};

/// A change: its item, the aspect of the item, the types of entry that may tell of it, and what is sent. In paths `{…}` is an id.
pub(super) struct Change {
    pub(super) item: &'static str,
    pub(super) aspect: &'static str,
    pub(super) types: &'static [&'static str],
    pub(super) steps: Vec<Step>,
}

pub(super) enum Step {
    /// A request as it is; what it answers may be meant by `{made}` afterwards.
    Send(&'static str, &'static str, Value),
    /// An object is read, a member of it is set or, with null, taken out, and it is put back.
    Edit(&'static str, &'static str, Value),
}

const APP: &[&str] = &["application.lifecycle.update", "app.oauth2.client.lifecycle.update"];
const BROKER: &[&str] = &[
    "application.lifecycle.update",
    "application.configuration.enable_fed_broker_mode",
    "application.configuration.disable_fed_broker_mode",
];
const OFF: &[&str] = &["application.lifecycle.deactivate", "app.oauth2.client.lifecycle.deactivate"];
const ON: &[&str] = &["application.lifecycle.activate", "app.oauth2.client.lifecycle.activate"];
const DELETED: &[&str] = &["application.lifecycle.delete", "app.oauth2.client.lifecycle.delete"];
const MADE: &[&str] = &["application.lifecycle.create", "app.oauth2.client.lifecycle.create"];

/// Returns the changes.
pub(super) fn changes() -> Vec<Change> {
    [of_apps(), of_what_hangs_on_apps(), of_servers(), of_parts()].into_iter().flatten().collect()
}

fn change(item: &'static str, aspect: &'static str, types: &'static [&'static str], steps: Vec<Step>) -> Change {
    Change { item, aspect, types, steps }
}

/// Of apps and their secrets.
fn of_apps() -> Vec<Change> {
    use Step::{Edit, Send};
    let web = "/api/v1/apps/{web}";
    let client = "settings.oauthClient.redirect_uris";
    vec![
        change("App/web", "body", APP, vec![Edit(web, client, json!(["https://evil.example.com/cb"]))]),
        change("App/web", "body", APP, vec![Edit(web, "label", json!("Renamed"))]),
        change("App/web", "body", APP, vec![Edit(web, "profile", json!({}))]),
        change("App/web", "body", BROKER, vec![Edit(web, "settings.implicitAssignment", json!(true))]),
        change("App/erased", "being", APP, vec![Edit("/api/v1/apps/{erased}", "profile", json!({}))]),
        change("App/web", "status", OFF, vec![Send("POST", "/api/v1/apps/{web}/lifecycle/deactivate", Value::Null)]),
        change("App/web", "policy", &["policy.mapping.create"], vec![Send("PUT", "/api/v1/apps/{web}/policies/{access}", Value::Null)]),
        change("App/resting", "body", BROKER, vec![Edit("/api/v1/apps/{resting}", "settings.implicitAssignment", json!(false))]),
        change("App/resting", "status", ON, vec![Send("POST", "/api/v1/apps/{resting}/lifecycle/activate", Value::Null)]),
        change(
            "App/resting/secret/two",
            "status",
            &["app.oauth2.credentials.lifecycle.activate"],
            vec![Send("POST", "/api/v1/apps/{resting}/credentials/secrets/{slept}/lifecycle/activate", Value::Null)],
        ),
        change(
            "App/web/secret/two",
            "status",
            &["app.oauth2.credentials.lifecycle.deactivate"],
            vec![Send("POST", "/api/v1/apps/{web}/credentials/secrets/{two}/lifecycle/deactivate", Value::Null)],
        ),
        change(
            "App/web/secret/one",
            "being",
            &["app.oauth2.credentials.lifecycle.delete"],
            vec![
                Send("POST", "/api/v1/apps/{web}/credentials/secrets/{one}/lifecycle/deactivate", Value::Null),
                Send("DELETE", "/api/v1/apps/{web}/credentials/secrets/{one}", Value::Null),
            ],
        ),
    ]
}

/// Of keys, grants and groups, of apps that come and go, and of clients.
fn of_what_hangs_on_apps() -> Vec<Change> {
    use Step::{Edit, Send};
    vec![
        change(
            "App/spare/secret/",
            "being",
            &["app.oauth2.credentials.lifecycle.create"],
            vec![Send("POST", "/api/v1/apps/{spare}/credentials/secrets", json!({}))],
        ),
        change(
            "App/worker/key/c",
            "being",
            &["app.oauth2.credentials.lifecycle.create"],
            vec![Send("POST", "/api/v1/apps/{worker}/credentials/jwks", with(key("c"), "status", json!("INACTIVE")))],
        ),
        change(
            "App/doomed",
            "being",
            DELETED,
            vec![
                Send("POST", "/api/v1/apps/{doomed}/lifecycle/deactivate", Value::Null),
                Send("DELETE", "/api/v1/apps/{doomed}", Value::Null),
            ],
        ),
        change("App/copied", "being", MADE, vec![Send("POST", "/api/v1/apps", json!("{copied}"))]),
        change(
            "Grant/worker/okta.apps.read",
            "being",
            &["app.oauth2.admin.consent.grant"],
            vec![Send("POST", "/api/v1/apps/{worker}/grants", json!({"scopeId": "okta.apps.read", "issuer": "http://127.0.0.1:7"}))],
        ),
        change(
            "Grant/worker/okta.users.read",
            "being",
            &["app.oauth2.admin.consent.revoke"],
            vec![Send("DELETE", "/api/v1/apps/{worker}/grants/{grant}", Value::Null)],
        ),
        change(
            "GroupAssignment/web/{support}",
            "being",
            &["group.application_assignment.add"],
            vec![Send("PUT", "/api/v1/apps/{web}/groups/{support}", json!({}))],
        ),
        change(
            "GroupAssignment/web/Night shift",
            "being",
            &["group.application_assignment.remove"],
            vec![Send("DELETE", "/api/v1/apps/{web}/groups/{night}", Value::Null)],
        ),
        change(
            "GroupAssignment/web/Sales",
            "body",
            &["group.application_assignment.update"],
            vec![Send("PUT", "/api/v1/apps/{web}/groups/{sales}", json!({"priority": 0, "profile": {"role": "writer"}}))],
        ),
        change("Client/robot", "body", APP, vec![Edit("/oauth2/v1/clients/{robot}", "client_uri", json!("https://evil.example.com"))]),
        change("Client/lost", "being", DELETED, vec![Send("DELETE", "/oauth2/v1/clients/{lost}", Value::Null)]),
    ]
}

/// Of authorization servers, and of what is put in and out of force below them.
fn of_servers() -> Vec<Change> {
    use Step::{Edit, Send};
    let server = "/api/v1/authorizationServers/{orders}";
    vec![
        change(
            "AuthorizationServer/silenced",
            "status",
            &["oauth2.as.activated"],
            vec![Send("POST", "/api/v1/authorizationServers/{silenced}/lifecycle/activate", Value::Null)],
        ),
        change(
            "AuthorizationServer/orders/policy/silent",
            "status",
            &["policy.lifecycle.activate"],
            vec![Send("POST", "/api/v1/authorizationServers/{orders}/policies/{silent}/lifecycle/activate", Value::Null)],
        ),
        change(
            "AuthorizationServer/orders/policy/first/rule/resting",
            "status",
            &["policy.rule.activate"],
            vec![Send("POST", "/api/v1/authorizationServers/{orders}/policies/{first}/rules/{quiet}/lifecycle/activate", Value::Null)],
        ),
        change(
            "AuthorizationServer/orders/policy/first/rule/busy",
            "status",
            &["policy.rule.deactivate"],
            vec![Send("POST", "/api/v1/authorizationServers/{orders}/policies/{first}/rules/{busy}/lifecycle/deactivate", Value::Null)],
        ),
        change("AuthorizationServer/orders", "body", &["oauth2.as.updated"], vec![Edit(server, "description", json!("Not ours"))]),
        change(
            "AuthorizationServer/idle",
            "status",
            &["oauth2.as.deactivated"],
            vec![Send("POST", "/api/v1/authorizationServers/{idle}/lifecycle/deactivate", Value::Null)],
        ),
        change(
            "AuthorizationServer/gone",
            "being",
            &["oauth2.as.deleted"],
            vec![
                Send("POST", "/api/v1/authorizationServers/{gone}/lifecycle/deactivate", Value::Null),
                Send("DELETE", "/api/v1/authorizationServers/{gone}", Value::Null),
            ],
        ),
    ]
}

/// Of what authorization servers consist of.
fn of_parts() -> Vec<Change> {
    use Step::{Edit, Send};
    vec![
        change(
            "AuthorizationServer/orders/scope/read",
            "body",
            &["oauth2.scope.updated"],
            vec![Edit("/api/v1/authorizationServers/{orders}/scopes/{read}", "description", json!("Not ours"))],
        ),
        change(
            "AuthorizationServer/orders/scope/old",
            "being",
            &["oauth2.scope.deleted"],
            vec![Send("DELETE", "/api/v1/authorizationServers/{orders}/scopes/{old}", Value::Null)],
        ),
        change(
            "AuthorizationServer/orders/scope/new",
            "being",
            &["oauth2.scope.created"],
            vec![Send("POST", "/api/v1/authorizationServers/{orders}/scopes", json!({"name": "new"}))],
        ),
        change(
            "AuthorizationServer/orders/claim/RESOURCE/team",
            "body",
            &["oauth2.claim.updated"],
            vec![Edit("/api/v1/authorizationServers/{orders}/claims/{team}", "value", json!("\"b\""))],
        ),
        change(
            "AuthorizationServer/orders/claim/RESOURCE/former",
            "being",
            &["oauth2.claim.deleted"],
            vec![Send("DELETE", "/api/v1/authorizationServers/{orders}/claims/{former}", Value::Null)],
        ),
        change(
            "AuthorizationServer/orders/claim/RESOURCE/extra",
            "being",
            &["oauth2.claim.created"],
            vec![Send(
                "POST",
                "/api/v1/authorizationServers/{orders}/claims",
                json!({"name": "extra", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": "\"x\""}),
            )],
        ),
        change(
            "AuthorizationServer/orders/policy/first",
            "body",
            &["policy.lifecycle.update"],
            vec![Edit("/api/v1/authorizationServers/{orders}/policies/{first}", "description", json!("Not ours"))],
        ),
        change(
            "AuthorizationServer/orders/policy/first",
            "status",
            &["policy.lifecycle.deactivate"],
            vec![Send("POST", "/api/v1/authorizationServers/{orders}/policies/{first}/lifecycle/deactivate", Value::Null)],
        ),
        change(
            "AuthorizationServer/orders/policy/last",
            "being",
            &["policy.lifecycle.delete"],
            vec![Send("DELETE", "/api/v1/authorizationServers/{orders}/policies/{last}", Value::Null)],
        ),
        change(
            "AuthorizationServer/orders/policy/opened",
            "being",
            &["policy.lifecycle.create"],
            vec![Send(
                "POST",
                "/api/v1/authorizationServers/{orders}/policies",
                json!({"type": "OAUTH_AUTHORIZATION_POLICY", "name": "opened", "description": "x", "priority": 9,
                "conditions": {"clients": {"include": ["ALL_CLIENTS"]}}}),
            )],
        ),
        change(
            "AuthorizationServer/orders/policy/first/rule/tokens",
            "body",
            &["policy.rule.update"],
            vec![Edit(
                "/api/v1/authorizationServers/{orders}/policies/{first}/rules/{tokens}",
                "actions.token.accessTokenLifetimeMinutes",
                json!(15),
            )],
        ),
        change(
            "AuthorizationServer/orders/policy/first/rule/spare",
            "being",
            &["policy.rule.delete"],
            vec![Send("DELETE", "/api/v1/authorizationServers/{orders}/policies/{first}/rules/{unused}", Value::Null)],
        ),
        change(
            "AuthorizationServer/orders/policy/first/rule/wide",
            "being",
            &["policy.rule.add"],
            vec![Send("POST", "/api/v1/authorizationServers/{orders}/policies/{first}/rules", rule("wide", "*"))],
        ),
    ]
}

fn rule(name: &str, scope: &str) -> Value {
    json!({"type": "RESOURCE_ACCESS", "name": name, "priority": 9, "actions": {"token": {"accessTokenLifetimeMinutes": 60}},
        "conditions": {"people": {"groups": {"include": ["EVERYONE"]}}, "grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": [scope]}}})
}

/// Returns the manifests, in which some things are in force or not.
pub(super) fn manifests(asleep: &str) -> Vec<Value> {
    let service = |name: &str| {
        let client = json!({"application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"],
            "jwks": {"keys": [key("a"), key("b")]}});
        let credentials = json!({"oauthClient": {"token_endpoint_auth_method": "private_key_jwt"}});
        document("App", name, json!({"label": name, "credentials": credentials, "settings": {"oauthClient": client}}))
    };
    let app = [("status", json!("ACTIVE")), ("accessPolicy.name", json!("One factor")), ("settings.implicitAssignment", json!(false))];
    let app = app
        .into_iter()
        .fold(with_client_id(web("web", "Web"), "web-client"), |app, (path, value)| with(app, &format!("spec.{path}"), value));
    let secrets = |name: &str, entries: &[&str]| {
        let entries: Vec<_> = entries.iter().map(|one| json!({"name": one.to_lowercase(), "env": format!("IDPCTL_{one}")})).collect();
        document("ClientCredentials", name, json!({"client_secrets": entries}))
    };
    let client = |name: &str| {
        let spec = json!({"client_name": name, "application_type": "web", "grant_types": ["authorization_code"], "response_types": ["code"],
            "redirect_uris": ["https://a.example.com/cb"], "client_uri": "https://example.com",
            "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key("a")]}});
        with(document("Client", name, spec), "metadata.adopt", json!(true))
    };
    let server = |name: &str, more: Value| {
        let spec = json!({"name": name, "description": "Ours", "audiences": ["https://example.com"], "status": "ACTIVE"});
        let more = more.as_object().cloned().unwrap_or_default();
        document("AuthorizationServer", name, more.into_iter().fold(spec, |spec, (field, value)| with(spec, &field, value)))
    };
    let claim = |name: &str| json!({"name": name, "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": "\"a\""});
    let policy = |name: &str, rules: Value| json!({"name": name, "description": name, "status": "ACTIVE", "conditions": {"clients": {"include": ["worker"]}}, "rules": rules});
    let rule = |name: &str| {
        json!({"name": name, "actions": {"token": {"accessTokenLifetimeMinutes": 60}},
            "conditions": {"grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["read"]}}})
    };
    let orders = json!({
        "scopes": [{"name": "read", "description": "Ours"}, {"name": "old"}],
        "claims": [claim("team"), claim("former")],
        "policies": [
            policy("first", json!([rule("tokens"), rule("spare"), with(rule("resting"), "status", json!(asleep)), with(rule("busy"), "status", json!("ACTIVE"))])),
            policy("last", json!([])),
            with(policy("silent", json!([])), "status", json!(asleep)),
        ],
    });
    let groups = json!([{"name": "Sales", "profile": {"role": "reader"}}, {"name": "Night shift"}]);
    vec![
        app,
        secrets("web", &["ONE", "TWO"]),
        document("GroupAssignment", "web", json!({"groups": groups})),
        web("doomed", "Doomed"),
        with_client_id(web("copied", "Copied"), "copied-client"),
        web("erased", "Erased"),
        web("spare", "Spare"),
        secrets("spare", &["THREE"]),
        service("worker"),
        grant("worker", &["okta.users.read", "okta.groups.read"]),
        client("robot"),
        client("lost"),
        server("orders", orders),
        server("idle", json!({})),
        server("gone", json!({})),
        server("silenced", json!({"status": asleep})),
        with(with(web("resting", "Resting"), "spec.status", json!(asleep)), "spec.settings.implicitAssignment", json!(true)),
        with(
            secrets("resting", &["ONE", "TWO"]),
            "spec.client_secrets",
            json!([
                {"name": "one", "env": "IDPCTL_ONE"}, {"name": "two", "env": "IDPCTL_TWO", "status": asleep},
            ]),
        ),
    ]
}
