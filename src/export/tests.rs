//! What `export` makes of one live object, by itself and for somebody who knows more of it than the org does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::*;
use crate::bind::bind;
use crate::desired::KeySets;
use crate::json::Path;
use crate::manifest::Project;
use crate::observed::{Clean, LiveApp, LiveGrant, Observed, Org};

fn org(apps: &[Value]) -> Observed {
    let apps = apps.iter().map(|app| LiveApp::read(&Clean::new(app)).expect("an app")).collect();
    Observed { org: Some(Org { id: "00o1".to_owned(), url: "https://a.example.com".to_owned() }), apps, ..Observed::default() }
}

fn web(id: &str, label: &str) -> Value {
    json!({"id": id, "name": "oidc_client", "label": label, "status": "ACTIVE", "accessibility": {"selfService": false},
        "visibility": {"hide": {"web": true}, "appLinks": {"oidc_client_link": true}},
        "credentials": {"signing": {"kid": "k"}, "oauthClient": {"client_id": id, "token_endpoint_auth_method": "none", "pkce_required": true}},
        "settings": {"oauthClient": {"application_type": "browser", "grant_types": ["authorization_code"], "redirect_uris": ["https://a"], "client_uri": null}}})
}

/// Returns what comes of an org beside no manifests, with some fields under all documents.
fn exported(observed: &Observed, choice: &Choice, defaults: &Value) -> Export {
    let project = json!({"apiVersion": "idpctl/v1", "kind": "Project", "defaults": defaults});
    let project: Project = serde_json::from_value(project).expect("a project");
    let (keys, desired) = (KeySets::new(), Desired { project: "p".to_owned(), ownership: true, ..Desired::default() });
    let bound = bind(&desired, observed, &recognising(&desired));
    let sides = Sides { observed, desired: &desired, bound: &bound, documents: &[] };
    export(sides, &Repository { project: &project, owner: "p", ownership: true, documents: &[], key_sets: &keys }, choice)
}

fn shown(export: &Export) -> String {
    let left = export.left.iter().map(|left| format!("{}: {}\n", left.what, left.why));
    stream(&export.documents) + &left.collect::<String>()
}

#[test]
fn what_a_new_app_has_by_itself_is_left_out_unless_the_project_has_another_default() {
    let observed = org(&[web("0oa1", "Web")]);
    insta::assert_snapshot!(shown(&exported(&observed, &Choice::default(), &json!({}))), @"
    apiVersion: idpctl/v1
    kind: App
    metadata:
      name: web
      adopt: true
    spec:
      label: Web
      visibility:
        hide:
          web: true
      credentials:
        oauthClient:
          token_endpoint_auth_method: none
          pkce_required: true
      settings:
        oauthClient:
          application_type: browser
          grant_types:
            - authorization_code
          redirect_uris:
            - https://a
    ");
    let defaults = json!({"App": {"status": "INACTIVE", "accessibility": {"errorRedirectUrl": "https://error"}, "visibility": {"hide": {"iOS": true}}}});
    let export = exported(&observed, &Choice::default(), &defaults);
    insta::assert_snapshot!(shown(&export).lines().filter(|line| line.contains("status") || line.contains("Redirect") || line.contains("iOS")).collect::<Vec<_>>().join("\n"), @"
      status: ACTIVE
        errorRedirectUrl: null
    App/web visibility.hide.iOS: the project's defaults say it, and it has none
    ");
}

#[test]
fn names_children_and_fields_may_be_given_from_outside() {
    let mut observed = org(&[web("0oa1", "Web"), web("0oa2", "Other")]);
    let grant = |scope: &str| LiveGrant {
        id: "oag1".to_owned(),
        scope: scope.to_owned(),
        issuer: "https://a.example.com/".to_owned(),
        created_by: None,
    };
    observed.grants.insert(Id("0oa1".to_owned()), vec![grant("okta.users.read"), grant("okta.apps.read")]);
    let live = (Kind::App, Id("0oa1".to_owned()));
    let wanted = Wanted {
        kinds: [Kind::App, Kind::Grant].into(),
        fields: Some([Path::of("settings.oauthClient.redirect_uris")].into()),
        children: Some(["okta.users.read".to_owned()].into()),
    };
    let choice =
        Choice { names: [(live.clone(), "from-elsewhere".to_owned())].into(), wanted: Some([(live, wanted)].into()), ..Choice::default() };
    insta::assert_snapshot!(shown(&exported(&observed, &choice, &json!({}))), @"
    apiVersion: idpctl/v1
    kind: App
    metadata:
      name: from-elsewhere
      adopt: true
    spec:
      label: Web
      settings:
        oauthClient:
          redirect_uris:
            - https://a
    ---
    apiVersion: idpctl/v1
    kind: Grant
    metadata:
      name: from-elsewhere
    spec:
      scopes:
        - okta.users.read
    ");
}

#[test]
fn what_cannot_be_declared_is_told_and_the_rest_is() {
    let mut odd = web("0oa1", "Web");
    odd["settings"]["oauthClient"]["grant_types"] = json!(["authorization_code", "urn:of:tomorrow"]);
    odd["settings"]["oauthClient"]["jwks"] = json!({"keys": [
        {"kty": "EC", "kid": "old", "status": "INACTIVE", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "kid": "now", "status": "ACTIVE", "id": "pks1", "use": null, "crv": "P-256", "x": "AA", "y": "AA", "x5t": "t"}]});
    odd["tomorrow"] = json!({"a": [1], "nothing": null, "none": [], "apiKey": {"b": 1}});
    let mut theirs = web("0oa2", "Theirs");
    theirs["profile"] = json!({"idpctl": {"owner": "q/theirs"}});
    let observed = org(&[odd, theirs, web("0oa3", &"x".repeat(101)), web("0oa4", "Web")]);
    insta::assert_snapshot!(shown(&exported(&observed, &Choice::default(), &json!({}))), @r#"
    apiVersion: idpctl/v1
    kind: App
    metadata:
      name: web-0oa1
      id: "0oa1"
    spec:
      label: Web
      visibility:
        hide:
          web: true
      credentials:
        oauthClient:
          token_endpoint_auth_method: none
          pkce_required: true
      settings:
        oauthClient:
          application_type: browser
          redirect_uris:
            - https://a
          jwks:
            keys:
              - kty: EC
                kid: now
                crv: P-256
                x: AA
                "y": AA
      additionalFields:
        tomorrow:
          a:
            - 1
    ---
    apiVersion: idpctl/v1
    kind: App
    metadata:
      name: web-0oa4
      id: "0oa4"
    spec:
      label: Web
      visibility:
        hide:
          web: true
      credentials:
        oauthClient:
          token_endpoint_auth_method: none
          pkce_required: true
      settings:
        oauthClient:
          application_type: browser
          grant_types:
            - authorization_code
          redirect_uris:
            - https://a
    App/web-0oa1 additionalFields.tomorrow.apiKey: `apiKey` looks like a secret, and secrets are never written in a manifest
    App/web-0oa1 settings.oauthClient.grant_types: `settings.oauthClient.grant_types[1]` cannot be this: known are authorization_code, implicit, refresh_token, client_credentials, password, interaction_code, urn:ietf:params:oauth:grant-type:saml2-bearer, urn:ietf:params:oauth:grant-type:token-exchange, urn:ietf:params:oauth:grant-type:device_code, urn:ietf:params:oauth:grant-type:jwt-bearer, urn:openid:params:grant-type:ciba, urn:okta:params:oauth:grant-type:otp, urn:okta:params:oauth:grant-type:oob, http://auth0.com/oauth/grant-type/mfa-otp, http://auth0.com/oauth/grant-type/mfa-oob
    App/web-0oa1 settings.oauthClient.jwks.keys[0]: the key is INACTIVE, and a manifest declares keys that are in force
    App/web-0oa1 settings.oauthClient.jwks.keys[1].x5t: a manifest cannot say it of a key
    the app 0oa2 "Theirs": it belongs to the project `q` (as theirs)
    the app 0oa3 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… (41 more characters)": `label` must have 1 to 100 characters
    "#);
}

#[test]
fn files_take_nobodys_place_and_none_is_larger_than_a_manifest_may_be() {
    let document = |name: &str| NewDocument::new(Address::new(Kind::App, name), name, serde_json::Map::new());
    let mut large = document("large");
    large.spec.insert("label".to_owned(), json!("x".repeat(700_000)));
    let mut larger = large.clone();
    larger.address = Address::new(Kind::App, "larger");
    let documents = [document("con"), document("com1"), document("a"), large, larger];
    let taken: BTreeSet<String> = ["apps/a.yaml", "apps/a-2.yaml", "apps.yaml"].map(str::to_owned).into();
    let named = |layout: Layout| {
        let files = files(&documents, layout, &taken);
        files.iter().map(|file| format!("{}: {}", file.name, file.documents.len())).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(named(Layout::App), @"
    apps/a-3.yaml: 1
    apps/com1-.yaml: 1
    apps/con-.yaml: 1
    apps/large.yaml: 1
    apps/large-2.yaml: 1
    ");
    insta::assert_snapshot!(named(Layout::Kind), @"
    apps-2.yaml: 4
    apps-3.yaml: 1
    ");
    let _: BTreeMap<String, Value> = BTreeMap::new();
}
