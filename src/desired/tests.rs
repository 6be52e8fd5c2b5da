//! What several documents declare together.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Desired, KeySets, resolve};
use crate::diagnostic::{Diagnostics, Sources};
use crate::manifest::{Document, SourceFile, read};

fn documents(text: &str) -> Vec<Document> {
    let mut diagnostics = Diagnostics::default();
    let file = SourceFile { name: "a.yaml".into(), text: text.into() };
    let documents = read(&[file], Some(&[].into()), &mut Sources::default(), &mut diagnostics);
    assert!(diagnostics.is_empty(), "{:?}", diagnostics.sorted());
    documents
}

fn resolved(documents: &[Document], keys: &KeySets) -> Desired {
    let mut diagnostics = Diagnostics::default();
    let desired = resolve("payments", true, documents, keys, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{:?}", diagnostics.sorted());
    desired
}

fn shown(desired: &Desired) -> String {
    let mut out = String::new();
    for app in &desired.apps {
        let documents: Vec<_> = app.documents.iter().map(ToString::to_string).collect();
        writeln!(out, "{} as {} from {}", app.address, app.reference, documents.join(", ")).unwrap();
        writeln!(out, "  body {}", app.body).unwrap();
        for (path, origin) in &app.origins {
            writeln!(out, "  {path} at {origin}").unwrap();
        }
        writeln!(
            out,
            "  status {:?}, policy {:?}, manages {:?}, prunable {:?}",
            app.status,
            app.access_policy,
            app.manages(),
            app.prunable
        )
        .unwrap();
        for secret in app.secrets.iter().flatten() {
            writeln!(out, "  {} {} {:?} at {}", secret.address, secret.reference, secret.status, secret.origin).unwrap();
        }
        for grant in app.grants.iter().flatten() {
            writeln!(out, "  {} {:?} at {}", grant.address, grant.issuer, grant.origin).unwrap();
        }
        for group in app.groups.iter().flatten() {
            writeln!(out, "  {} {:?} at {}: {}", group.address, group.group, group.origin, group.body).unwrap();
            for (path, origin) in &group.origins {
                writeln!(out, "    {path} at {origin}").unwrap();
            }
        }
    }
    out
}

const WEB: &str = "apiVersion: idpctl/v1
kind: App
metadata: {name: web, protected: true}
spec:
  label: Web
  status: INACTIVE
  accessPolicy: {name: Any two factors}
  visibility: {hide: {iOS: true}}
  settings:
    notes: {admin: null}
    oauthClient: {grant_types: [authorization_code, refresh_token], post_logout_redirect_uris: [], refresh_token: {rotation_type: STATIC, leeway: 0}}
  profile: {team: {name: payments}, old: null}
  additionalFields: {settings: {oauthClient: {tomorrow: {deep: [1]}}}}
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: web}
spec:
  client_id: custom_client_id
  client_secrets:
    - {name: new, env: IDPCTL_NEW}
    - {name: old, file: secrets/old, status: INACTIVE}
---
apiVersion: idpctl/v1
kind: Grant
metadata: {name: scopes}
spec: {app: web, scopes: [okta.users.read, okta.groups.read], issuer: https://acme.okta.com/}
---
apiVersion: idpctl/v1
kind: Grant
metadata: {name: more, prune: true}
spec: {app: web, scopes: []}
";

const FOREIGN: &str = "apiVersion: idpctl/v1
kind: Grant
metadata: {name: a-scopes}
spec: {app: {label: Of others}, scopes: [okta.users.read]}
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: their-keys, prune: true}
spec: {app: {label: Of others}, jwks: {file: keys.json}}
";

fn keys() -> KeySets {
    [("keys.json".to_owned(), Ok(json!([{"kty": "EC", "kid": "a", "x": "AQAB", "y": "AQAB"}])))].into()
}

#[test]
fn documents_about_one_app_make_one_object_whose_fields_know_their_places() {
    insta::assert_snapshot!(shown(&resolved(&documents(WEB), &KeySets::new())), @r#"
    App/web as App/web from App/web, ClientCredentials/web, Grant/more, Grant/scopes
      body {"label":"Web","visibility":{"hide":{"iOS":true}},"settings":{"notes":{"admin":null},"oauthClient":{"grant_types":["authorization_code","refresh_token"],"post_logout_redirect_uris":[],"refresh_token":{"rotation_type":"STATIC"},"tomorrow":{"deep":[1]}}},"profile":{"team":{"name":"payments"},"old":null},"credentials":{"oauthClient":{"client_id":"custom_client_id"}}}
      credentials.oauthClient.client_id at a.yaml:19:14
      label at a.yaml:5:10
      profile.old at a.yaml:12:42
      profile.team at a.yaml:12:19
      settings.notes.admin at a.yaml:10:20
      settings.oauthClient.grant_types at a.yaml:11:32
      settings.oauthClient.grant_types[0] at a.yaml:11:33
      settings.oauthClient.grant_types[1] at a.yaml:11:53
      settings.oauthClient.post_logout_redirect_uris at a.yaml:11:96
      settings.oauthClient.refresh_token.rotation_type at a.yaml:11:131
      settings.oauthClient.tomorrow.deep at a.yaml:13:64
      visibility.hide.iOS at a.yaml:8:28
      status Some(Inactive), policy Some(Name("Any two factors")), manages [Grants, Secrets], prunable [Grants]
      App/web/secret/new {env: IDPCTL_NEW} Active at a.yaml:21:14
      App/web/secret/old {file: secrets/old} Inactive at a.yaml:22:14
      Grant/scopes/okta.groups.read Some("https://acme.okta.com") at a.yaml:27:44
      Grant/scopes/okta.users.read Some("https://acme.okta.com") at a.yaml:27:27
    "#);
}

#[test]
fn an_app_that_no_document_declares_is_one_object_too() {
    insta::assert_snapshot!(shown(&resolved(&documents(FOREIGN), &keys())), @r#"
    ClientCredentials/their-keys as {label: Of others} from ClientCredentials/their-keys, Grant/a-scopes
      body {"settings":{"oauthClient":{"jwks":{"keys":[{"kty":"EC","kid":"a","x":"AQAB","y":"AQAB"}]}}}}
      settings.oauthClient.jwks.keys at a.yaml:9:46
      status None, policy None, manages [Grants, Keys], prunable [Keys, Secrets]
      Grant/a-scopes/okta.users.read None at a.yaml:4:42
    "#);
}

#[test]
fn the_order_of_documents_does_not_matter() {
    let mut documents = documents(&format!("{WEB}---\n{FOREIGN}"));
    let first = resolved(&documents, &keys());
    for _ in 1..documents.len() {
        documents.rotate_left(1);
        assert_eq!(resolved(&documents, &keys()), first);
    }
}

#[test]
fn whatever_a_broken_manifest_holds_resolving_does_not_panic() {
    let odd = [json!(null), json!(1), json!("x"), json!([]), json!([null, 1, {}]), json!({}), json!({"a": 1}), json!(true)];
    let documents = documents(&format!("{WEB}---\n{FOREIGN}"));
    let places = [
        "",
        "app",
        "label",
        "status",
        "settings",
        "settings.oauthClient",
        "settings.oauthClient.grant_types",
        "settings.oauthClient.redirect_uris",
        "settings.oauthClient.jwks",
        "settings.oauthClient.jwks.keys",
        "profile",
        "additionalFields",
        "client_id",
        "client_secrets",
        "jwks",
        "scopes",
        "accessPolicy",
        "issuer",
        "credentials",
    ];
    for place in places.map(crate::json::Path::of) {
        for value in &odd {
            let broken: Vec<Document> = documents
                .iter()
                .map(|document| {
                    let mut document = document.clone();
                    place.set(&mut document.spec, Value::clone(value));
                    document
                })
                .collect();
            let mut diagnostics = Diagnostics::default();
            let desired = resolve("payments", true, &broken, &keys(), &mut diagnostics);
            assert!(!desired.apps.is_empty() || diagnostics.has_errors());
        }
    }
}

#[test]
fn every_field_of_an_assigned_group_remembers_where_it_stands() {
    let text = "apiVersion: idpctl/v1
kind: GroupAssignment
metadata: {name: of-others, prune: true}
spec:
  app: {id: 0oa1}
  groups:
    - {id: 00g1, profile: {role: null, seats: {of: [1]}}}
    - name: Sales
      priority: 2
";
    insta::assert_snapshot!(shown(&resolved(&documents(text), &KeySets::new())), @r#"
    GroupAssignment/of-others as {id: 0oa1} from GroupAssignment/of-others
      body {}
      status None, policy None, manages [Groups], prunable [Groups]
      GroupAssignment/of-others/00g1 Id("00g1") at a.yaml:7:12: {"profile":{"role":null,"seats":{"of":[1]}}}
        profile.role at a.yaml:7:34
        profile.seats at a.yaml:7:47
      GroupAssignment/of-others/Sales Name("Sales") at a.yaml:8:13: {"priority":2}
        priority at a.yaml:9:17
    "#);
}
