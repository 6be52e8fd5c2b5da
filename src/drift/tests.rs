//! Which differences are drift, and who is behind them.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::desired::{Desired, resolve};
use crate::diagnostic::{Diagnostics, Sources};
use crate::manifest::{SourceFile, read};
use crate::observed::{Clean, Id, LiveApp, LiveGrant, Observed};
use crate::pipeline;
use crate::plan::Choices;

const MANIFESTS: &str = "\
apiVersion: idpctl/v1
kind: App
metadata: {name: web}
spec:
  label: Web
  status: ACTIVE
  settings: {oauthClient: {application_type: web, grant_types: [authorization_code], redirect_uris: [https://a.example.com]}}
---
apiVersion: idpctl/v1
kind: Grant
metadata: {name: web}
spec: {scopes: [okta.users.read]}
";

fn desired(manifests: &str) -> Desired {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let file = SourceFile { name: "a.yaml".into(), text: manifests.into() };
    let documents = read(&[file], Some(&BTreeMap::new()), &mut sources, &mut diagnostics);
    let desired = resolve("payments", true, &documents, &BTreeMap::new(), &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{:#?}", diagnostics.sorted());
    desired
}

/// Returns an app that bears the mark which an apply of some manifests leaves.
fn live(id: &str, manifests: &str) -> Value {
    let applied = desired(manifests);
    let app = &applied.apps[0];
    let mut tree = json!({"id": id, "status": "ACTIVE"});
    for (name, member) in app.body.as_object().unwrap() {
        tree[name] = member.clone();
    }
    Marker::path().set(&mut tree, app.marker("payments").to_value());
    tree
}

fn observed(apps: impl IntoIterator<Item = Value>, scopes: &[&str]) -> Observed {
    let apps: Vec<_> = apps.into_iter().map(|tree| LiveApp::read(&Clean::new(&tree)).unwrap()).collect();
    let grant = |scope: &&str| LiveGrant {
        id: format!("oag-{scope}"),
        scope: (*scope).to_owned(),
        issuer: "https://acme.okta.com".to_owned(),
        created_by: None,
    };
    let grants = apps.iter().map(|app| (app.id.clone(), scopes.iter().map(grant).collect()));
    let org = crate::observed::Org { id: "00o1".to_owned(), url: "https://acme.okta.com".to_owned() };
    Observed { org: Some(org), grants: grants.collect::<BTreeMap<Id, _>>(), apps, ..Observed::default() }
}

fn shown(manifests: &str, observed: &Observed) -> String {
    let items = pipeline::drift(&desired(manifests), observed, &BTreeMap::new(), &Choices::default()).unwrap();
    crate::render::drift::text(&items, crate::render::Style::default())
}

#[test]
fn an_org_that_is_as_declared_has_no_drift() {
    let observed = observed([live("0oa1", MANIFESTS)], &["okta.users.read"]);
    insta::assert_snapshot!(shown(MANIFESTS, &observed), @"
    Drift of `payments` in https://acme.okta.com (00o1)

    No drift: the org is as declared.
    ");
}

#[test]
fn the_mark_tells_what_was_changed_live_from_what_is_pending() {
    let mut tree = live("0oa1", MANIFESTS);
    tree["label"] = json!("Renamed by hand");
    let changed_live = shown(MANIFESTS, &observed([tree], &["okta.users.read"]));
    let newer = MANIFESTS.replace("label: Web", "label: Web 2");
    let pending = shown(&newer, &observed([live("0oa1", MANIFESTS)], &["okta.users.read"]));
    insta::assert_snapshot!(format!("{changed_live}----\n{pending}"), @r#"
    Drift of `payments` in https://acme.okta.com (00o1)

    App/web
        label: "Web" → "Renamed by hand"   (changed live)

    1 item: 1 changed live.
    ----
    Drift of `payments` in https://acme.okta.com (00o1)

    App/web
        label: "Web 2" → "Web"   (pending)

    1 item: 1 pending (the manifest is newer than what was applied last).
    "#);
}

#[test]
fn what_the_mark_does_not_cover_may_be_either() {
    let mut tree = live("0oa1", MANIFESTS);
    tree["status"] = json!("INACTIVE");
    insta::assert_snapshot!(shown(MANIFESTS, &observed([tree], &[])), @r#"
    Drift of `payments` in https://acme.okta.com (00o1)

    App/web
        status: "ACTIVE" → "INACTIVE"   (either)

    Grant/web/okta.users.read
        is not there   (either)

    2 items: 2 either changed live or not applied yet.
    "#);
}

#[test]
fn a_mark_that_was_erased_is_lost_rather_than_a_missing_app() {
    let manifests = MANIFESTS.replace("metadata: {name: web}\nspec:\n", "metadata: {name: web, id: 0oa1b2c3d4e5f6g7h8i9}\nspec:\n");
    let mut tree = live("0oa1b2c3d4e5f6g7h8i9", &manifests);
    tree["profile"] = json!({});
    tree["label"] = json!("Somebody's PUT");
    insta::assert_snapshot!(shown(&manifests, &observed([tree], &["okta.users.read"])), @r#"
    Drift of `payments` in https://acme.okta.com (00o1)

    App/web
        label: "Web" → "Somebody's PUT"   (either)
        bears no mark of ours: somebody's PUT erased it, or the app was never adopted   (either)

    2 items: 2 either changed live or not applied yet.
    "#);
}

#[test]
fn missing_undeclared_and_copied_objects_are_items() {
    let other = MANIFESTS.replace("name: web", "name: worker").replace("label: Web", "label: Worker");
    let observed = observed([live("0oa1", MANIFESTS), live("0oa2", MANIFESTS), live("0oa3", &other)], &["okta.apps.manage"]);
    let manifests = format!("{MANIFESTS}---\n{}", MANIFESTS.replace("name: web", "name: new").replace("label: Web", "label: New"));
    let ambiguous = pipeline::drift(&desired(&manifests), &observed, &BTreeMap::new(), &Choices::default());
    assert!(matches!(ambiguous, Err(pipeline::Error::Problems(_))), "two apps bear one mark, and no client_id decides");
    let manifests = manifests.replacen("metadata: {name: web}", "metadata: {name: web, id: 0oa1}", 1);
    let manifests = manifests.replace("0oa1", "0oa1b2c3d4e5f6g7h8i9");
    let mut observed = observed;
    observed.apps[0].id = Id("0oa1b2c3d4e5f6g7h8i9".to_owned());
    let grants = observed.grants.remove(&Id("0oa1".to_owned())).unwrap();
    observed.grants.insert(observed.apps[0].id.clone(), grants);
    insta::assert_snapshot!(shown(&manifests, &observed), @"
    Drift of `payments` in https://acme.okta.com (00o1)

    App/new
        is not there   (either)

    App/web
        the app 0oa2 bears a copy of its mark: somebody cloned the app   (changed live)

    App/worker
        the app 0oa3 `Worker` is ours and no document declares it   (either)

    Grant/web/okta.apps.manage
        scope `okta.apps.manage` is granted and not declared   (either)

    Grant/web/okta.users.read
        is not there   (either)

    Findings
      high IDP4501 Grant/web/okta.apps.manage: the client may change the org: `okta.apps.manage`
          `idpctl apply --prune` takes it away; who did it is in the org's log.
          https://developer.okta.com/docs/guides/implement-oauth-for-okta/main/

    5 items: 1 changed live, 4 either changed live or not applied yet.
    ");
}

#[test]
fn another_projects_app_is_an_item_and_not_taken_over() {
    let mut tree = live("0oa1b2c3d4e5f6g7h8i9", MANIFESTS);
    tree["profile"]["idpctl"]["owner"] = json!("other/web");
    let manifests = MANIFESTS.replacen("metadata: {name: web}", "metadata: {name: web, id: 0oa1b2c3d4e5f6g7h8i9}", 1);
    insta::assert_snapshot!(shown(&manifests, &observed([tree], &["okta.users.read"])), @"
    Drift of `payments` in https://acme.okta.com (00o1)

    App/web
        the app 0oa1b2c3d4e5f6g7h8i9 belongs to project `other` (as web)   (either)

    1 item: 1 either changed live or not applied yet.
    ");
}

#[test]
fn of_an_authorization_server_every_part_can_drift() {
    use crate::bind::server_tests::{ORDERS, observed};
    use crate::desired::server_tests::declared;
    let text = |manifests: &str, observed: &Observed| {
        let items = pipeline::drift(&declared(manifests), observed, &BTreeMap::new(), &Choices::default()).unwrap();
        let text = crate::render::drift::text(&items, crate::render::Style::default());
        text.split_once("AuthorizationServer").map(|(_, rest)| format!("AuthorizationServer{rest}")).unwrap_or(text)
    };
    let mut observed = Observed { org: Some(crate::observed::Org { id: "00o1".to_owned(), url: "https://a".to_owned() }), ..observed() };
    insta::assert_snapshot!(text(&ORDERS.replace("audiences: [a]", "audiences: [a]\n  status: INACTIVE"), &observed), @r#"
    AuthorizationServer/orders
        audiences: ["a"] → none   (either)
        status: "INACTIVE" → "ACTIVE"   (either)

    AuthorizationServer/orders/claim/IDENTITY/groups
        the claim `groups` (ocl1) is not declared   (either)

    AuthorizationServer/orders/claim/RESOURCE/groups
        valueType: "EXPRESSION" → none   (either)
        value: "x" → none   (either)

    AuthorizationServer/orders/policy/new
        is not there   (either)

    AuthorizationServer/orders/policy/old
        the policy `old` (00p3) is not declared   (either)

    AuthorizationServer/orders/policy/workers
        conditions.clients.include: ["other", "{App/billing-worker}"] → none   (either)

    AuthorizationServer/orders/policy/workers/rule/old
        the rule `old` (0pr2) is not declared   (either)

    AuthorizationServer/orders/policy/workers/rule/s
        is not there   (either)

    AuthorizationServer/orders/scope/orders.new
        is not there   (either)

    AuthorizationServer/orders/scope/orders.old
        the scope `orders.old` (scp4) is not declared   (either)

    13 items: 13 either changed live or not applied yet.
    "#);
    let ordered = "metadata: {name: orders}\nspec:\n  name: orders\n  audiences: [a]\n  policies: [{name: workers, priority: 1}, {name: loose, priority: 2}, {name: old, priority: 3}]\n";
    let mut turned = observed.clone();
    let policies = turned.servers.below.get_mut(&Id("aus1".to_owned())).unwrap().policies.as_mut().unwrap();
    for (policy, priority) in policies.iter_mut().zip([2, 1, 3, 4]) {
        policy.body["priority"] = json!(priority);
    }
    insta::assert_snapshot!(text(ordered, &turned), @r#"
    AuthorizationServer/orders
        audiences: ["a"] → none   (either)

    AuthorizationServer/orders/policy/loose
        priority: 2 → 1   (either)

    AuthorizationServer/orders/policy/workers
        priority: 1 → 2   (either)

    4 items: 4 either changed live or not applied yet.
    "#);
    observed.servers.listed.pop();
    insta::assert_snapshot!(text(ORDERS, &observed), @"
    AuthorizationServer/orders
        is not there   (either)

    2 items: 2 either changed live or not applied yet.
    ");
    let text = text("metadata: {name: default}\nspec: {name: default, scopes: []}\n", &observed);
    assert!(!text.contains("AuthorizationServer"), "what Okta makes along with a server is nobody's drift: {text}");
}
