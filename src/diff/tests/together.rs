//! Comparisons of what is declared with what is live.

use serde_json::{Value, json};

use super::super::*;
use crate::bind::bind;
use crate::desired::{KeySets, resolve};
use crate::diagnostic::Sources;
use crate::manifest::{SourceFile, Variables, read};
use crate::observed::{AccessPolicy, Clean, Id, Org};

fn desired(documents: &[Value]) -> Desired {
    let text = documents.iter().map(|d| format!("---\n{d:#}\n")).collect::<Vec<_>>().concat();
    let mut diagnostics = Diagnostics::default();
    let file = SourceFile { name: "a.yaml".into(), text: text.as_str().into() };
    let read = read(&[file], Some(&Variables::new()), &mut Sources::default(), &mut diagnostics);
    let desired = resolve("payments", true, &read, &KeySets::new(), &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{:#?}", diagnostics.sorted());
    desired
}

fn document(kind: &str, spec: &Value) -> Value {
    json!({"apiVersion": "idpctl/v1", "kind": kind, "metadata": {"name": "web"}, "spec": spec})
}

fn policy(id: &str, name: &str) -> AccessPolicy {
    AccessPolicy { id: id.to_owned(), name: name.to_owned(), system: false }
}

/// An org with one app, which bears our mark, and three access policies.
fn org(body: &Value) -> Observed {
    let mut app = json!({"id": "0oa1", "label": "Web", "status": "ACTIVE", "name": "oidc_client", "signOnMode": "OPENID_CONNECT",
        "profile": {"idpctl": {"owner": "payments/web", "manages": ["grants"]}},
        "settings": {"oauthClient": {"application_type": "web", "grant_types": ["authorization_code"]}},
        "_links": {"accessPolicy": {"href": "https://acme.okta.com/api/v1/policies/rst1"}}});
    for (name, value) in body.as_object().unwrap() {
        app["settings"]["oauthClient"][name] = value.clone();
    }
    Observed {
        org: Some(Org { id: "00o1".to_owned(), url: "https://acme.okta.com".to_owned() }),
        apps: vec![LiveApp::read(&Clean::new(&app)).unwrap()],
        policies: vec![policy("rst1", "One"), policy("rst2", "Two"), policy("rst3", "Two")],
        ..Observed::default()
    }
}

/// Returns what differs, in words.
fn compared(documents: &[Value], observed: &Observed) -> String {
    let desired = desired(documents);
    let changes =
        diff(&desired, observed, &bind(&desired, observed, &crate::bind::Choices::default()), &SecretHashes::new(), &Choices::default());
    let field = |f: &FieldChange| {
        let shown = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), Value::to_string);
        format!("{} {} → {}", f.path, shown(f.before.as_ref()), shown(f.after.as_ref()))
    };
    let mut lines = Vec::new();
    for entry in &changes.apps {
        if let Some(Change::Create { fields } | Change::Update { fields } | Change::Replace { fields, .. }) = &entry.change {
            lines.extend(fields.iter().map(field));
        }
        lines.extend(entry.grants.iter().map(|grant| match grant {
            GrantChange::Add(wanted) => format!("grant {}", wanted.scope),
            GrantChange::Revoke(address, _) => format!("revoke {address}"),
        }));
    }
    lines.extend(changes.left_alone.iter().map(|left| format!("left alone: {}", left.what)));
    lines.extend(changes.problems.sorted().iter().map(|p| format!("{} ({})", p.message, p.help.as_deref().unwrap_or_default())));
    if lines.is_empty() { "nothing".to_owned() } else { lines.join("; ") }
}

fn web(client: &Value) -> Value {
    document("App", &json!({"label": "Web", "settings": {"oauthClient": client}}))
}

#[test]
fn each_field_is_compared_in_the_way_of_its_row() {
    let differs = |declared: Value, live: Value| compared(&[web(&declared)], &org(&live));
    // The order of a set does not count, that of other lists does, null equals what the server has by itself.
    let (one, two) = (json!(["code", "id_token"]), json!(["id_token", "code"]));
    let uris = |first: &str, rest: &str| json!([format!("https://{first}.example.com"), format!("https://{rest}.example.com")]);
    insta::assert_snapshot!([
        differs(json!({"response_types": one}), json!({"response_types": two})),
        differs(json!({"redirect_uris": uris("a", "b")}), json!({"redirect_uris": uris("b", "a")})),
        differs(json!({"post_logout_redirect_uris": uris("a", "b")}), json!({"post_logout_redirect_uris": uris("b", "a")})),
        differs(json!({"dpop_bound_access_tokens": null}), json!({"dpop_bound_access_tokens": false})),
        differs(json!({"dpop_bound_access_tokens": null}), json!({})),
        differs(json!({"dpop_bound_access_tokens": null}), json!({"dpop_bound_access_tokens": true})),
        differs(json!({"client_uri": null}), json!({"client_uri": "https://a.example.com"})),
        differs(json!({}), json!({"client_uri": "https://a.example.com"})),
    ].join("\n"), @r#"
    nothing
    settings.oauthClient.redirect_uris ["https://b.example.com","https://a.example.com"] → ["https://a.example.com","https://b.example.com"]
    nothing
    nothing
    nothing
    settings.oauthClient.dpop_bound_access_tokens true → false
    settings.oauthClient.client_uri "https://a.example.com" → null
    nothing
    "#);
}

#[test]
fn an_access_policy_is_found_by_its_name_if_there_is_one_of_that_name() {
    let differs = |policy: Value| compared(&[document("App", &json!({"label": "Web", "accessPolicy": policy}))], &org(&json!({})));
    insta::assert_snapshot!([
        differs(json!({"name": "One"})),
        differs(json!({"id": "rst2"})),
        differs(json!({"name": "Two"})),
        differs(json!({"name": "Three"})),
    ].join("\n"), @r#"
    nothing
    accessPolicy "One (rst1)" → "Two (rst2)"
    2 access policies are named `Two`: rst2, rst3 (refer to it by `id`)
    there is no access policy named `Three` (the org has `One`, `Two`, `Two`)
    "#);
}

#[test]
fn a_grant_is_the_same_under_every_name_of_the_orgs_own_issuer() {
    let live = |issuer: &str| {
        let grant = LiveGrant { id: "oag1".to_owned(), scope: "okta.users.read".to_owned(), issuer: issuer.to_owned(), created_by: None };
        Observed { grants: [(Id("0oa1".to_owned()), vec![grant])].into(), ..org(&json!({})) }
    };
    let differs =
        |spec: Value, issuer: &str| compared(&[document("App", &json!({"label": "Web"})), document("Grant", &spec)], &live(issuer));
    let scopes = json!(["okta.users.read"]);
    insta::assert_snapshot!([
        differs(json!({"scopes": scopes}), "https://acme.okta.com"),
        differs(json!({"scopes": scopes}), "https://login.example.com"),
        differs(json!({"scopes": scopes, "issuer": "https://acme.okta.com/"}), "https://login.example.com"),
        differs(json!({"scopes": scopes, "issuer": "https://login.example.com"}), "https://login.example.com"),
        differs(json!({"scopes": scopes, "issuer": "https://other.okta.com"}), "https://login.example.com"),
        differs(json!({"scopes": []}), "https://acme.okta.com"),
    ].join("\n"), @"
    nothing
    nothing
    nothing
    nothing
    grant okta.users.read; left alone: scope `okta.users.read` is granted and not declared
    left alone: scope `okta.users.read` is granted and not declared
    ");
}
