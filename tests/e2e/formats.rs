//! What commands show in the forms that are made for a pull request: comments, pages, and what forges put on the lines of a manifest.

use serde_json::json;

use crate::org::TestOrg;
use crate::scratch::changed;

/// Both apps applied, one changed by hand, one manifest changed, one document gone.
fn departed() -> TestOrg {
    let test = TestOrg::with_both();
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.edit("Web portal", |app| app["visibility"]["hide"]["web"] = json!(false));
    test.replace("manifests/web-portal.yaml", "label: Web portal", "label: The web portal");
    test.replace("manifests/billing-worker.yaml", "[okta.users.read, okta.groups.read]", "[okta.users.read]");
    test
}

#[test]
fn a_plan_is_a_comment() {
    insta::assert_snapshot!(departed().run("plan --prune --format markdown"), @r#"
    **idpctl: 1 to update, 1 to delete, with 2 requests** in `http://ORG` (`00of00000000j617U5d7`), for `default`

    <details><summary>~ <code>App/web-portal</code> to update <code>Web portal</code></summary>

    ```diff
    - label: "Web portal"
    + label: "The web portal"
    - visibility.hide.web: false
    + visibility.hide.web: true
    ```

    </details>

    <details><summary>- <code>Grant/billing-worker/okta.groups.read</code> to delete</summary>

    </details>
    [exit status: 0]
    "#);
}

#[test]
fn drift_is_a_comment() {
    insta::assert_snapshot!(departed().run("drift --format markdown"), @r#"
    **idpctl: 3 items of drift: 2 pending (the manifest is newer than what was applied last), 1 either changed live or not applied yet** in `http://ORG` (`00of00000000j617U5d7`), for `default`

    <details><summary>~ <code>App/web-portal</code> differs</summary>

    ```diff
    - label: "The web portal"
    + label: "Web portal"   (pending)
    - visibility.hide.web: true
    + visibility.hide.web: false   (pending)
    ```

    </details>

    <details><summary>+ <code>Grant/billing-worker/okta.groups.read</code> undeclared</summary>

    scope `okta.groups.read` is granted and not declared (either)

    </details>

    <details><summary>Not compared (1)</summary>

    - `App/web-portal/secret/2026-09`: the live secrets were not read (`--secrets` skip)

    </details>

    Of each field, `-` is what the manifests declare, and `+` what is live.
    [exit status: 2]
    "#);
}

#[test]
fn findings_of_a_diff_are_annotations_and_nothing_else_is_printed() {
    let scratch = changed();
    scratch.edit(
        "manifests/web.yaml",
        "'https://web.${var.host}/callback'",
        "'http://web.${var.host}/callback', 'https://*.${var.host}/x'",
    );
    insta::assert_snapshot!(scratch.run("diff HEAD~1 --target default --format github --fail-on high"), @"
    ::error file=manifests/web.yaml,line=18,col=27,endColumn=35,title=IDP4001%3A one secret comes and another goes in one apply::App/web: a secret is added and another retired in one go (cutover): consumers break until they have the new one%0AApply the new secret first; retire the old one in another change, when every consumer has switched.
    ::error file=manifests/web.yaml,line=11,col=58,endColumn=82,title=IDP4301%3A a redirect URI with a wildcard::App/web: the redirect URI `https://*.example.com/x` holds a wildcard: whoever has one host below it is sent codes and tokens%0AWrite each redirect URI in full.
    ::error file=manifests/web.yaml,line=11,col=23,endColumn=55,title=IDP4302%3A a redirect URI that is plain http to another machine::App/web: the redirect URI `http://web.example.com/callback` is plain http to another machine: whoever is on the way reads the code%0AUse https.
    ::error file=manifests/worker.yaml,line=11,col=17,endColumn=33,title=IDP4501%3A a client that may change the org::Grant/robot/okta.users.manage: the client may change the org: `okta.users.manage`%0AGrant the `read` scope if reading is enough; give the client an admin role for no more than it manages.
    ------- stderr -------
    refused: 4 findings of severity high (`--fail-on`): put it right, or accept it with a reason in `metadata.accept` of the document
    [exit status: 3]
    ");
    insta::assert_snapshot!(scratch.run("diff HEAD~1 --all-targets --format github"), @"
    ::error file=manifests/web.yaml,line=18,col=27,endColumn=35,title=IDP4001%3A one secret comes and another goes in one apply::App/web: a secret is added and another retired in one go (cutover): consumers break until they have the new one (for default, staging)%0AApply the new secret first; retire the old one in another change, when every consumer has switched.
    ::error file=manifests/web.yaml,line=11,col=58,endColumn=82,title=IDP4301%3A a redirect URI with a wildcard::App/web: the redirect URI `https://*.example.com/x` holds a wildcard: whoever has one host below it is sent codes and tokens (for default)%0AWrite each redirect URI in full.
    ::error file=manifests/web.yaml,line=11,col=23,endColumn=55,title=IDP4302%3A a redirect URI that is plain http to another machine::App/web: the redirect URI `http://web.example.com/callback` is plain http to another machine: whoever is on the way reads the code (for default)%0AUse https.
    ::error file=manifests/worker.yaml,line=11,col=17,endColumn=33,title=IDP4501%3A a client that may change the org::Grant/robot/okta.users.manage: the client may change the org: `okta.users.manage` (for default, staging)%0AGrant the `read` scope if reading is enough; give the client an admin role for no more than it manages.
    ::error file=manifests/web.yaml,line=11,col=58,endColumn=82,title=IDP4301%3A a redirect URI with a wildcard::App/web: the redirect URI `https://*.staging.example.com/x` holds a wildcard: whoever has one host below it is sent codes and tokens (for staging)%0AWrite each redirect URI in full.
    ::error file=manifests/web.yaml,line=11,col=23,endColumn=55,title=IDP4302%3A a redirect URI that is plain http to another machine::App/web: the redirect URI `http://web.staging.example.com/callback` is plain http to another machine: whoever is on the way reads the code (for staging)%0AUse https.
    [exit status: 0]
    ");
}

#[test]
fn mistakes_on_the_later_side_of_a_diff_are_annotations_too() {
    let scratch = changed();
    scratch.edit("manifests/web.yaml", "label: Web", "lable: Web");
    insta::assert_snapshot!(scratch.run("diff HEAD --target default --format github"), @"
    ::error file=manifests/web.yaml,line=5,col=3,endColumn=7,title=IDP0301%3A an unknown field::unknown field `lable`%0Awrite `label`
    ------- stderr -------
    error[IDP0301]: unknown field `lable`
     --> manifests/web.yaml:5:3
      |
    5 |   lable: Web
      |   ^^^^^ did you mean `label`?
      |
      = help: write `label`

    1 error
    [exit status: 1]
    ");
    insta::assert_snapshot!(scratch.run("validate --target default --format github"), @"
    ::error file=manifests/web.yaml,line=5,col=3,endColumn=7,title=IDP0301%3A an unknown field::unknown field `lable`%0Awrite `label`
    [exit status: 1]
    ");
    let log = scratch.run("validate --target default --format sarif").ends_with(1).json();
    insta::assert_json_snapshot!(log["runs"][0]["results"], @r#"
    [
      {
        "ruleId": "IDP0301",
        "ruleIndex": 0,
        "level": "error",
        "message": {
          "text": "Unknown field `lable`. Write `label`."
        },
        "locations": [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "manifests/web.yaml",
                "uriBaseId": "%SRCROOT%"
              },
              "region": {
                "startLine": 5,
                "startColumn": 3,
                "endLine": 5,
                "endColumn": 8
              }
            }
          }
        ],
        "partialFingerprints": {
          "primaryLocationLineHash": "0eabe17e676f69871cc45e84136dcca3:1"
        }
      }
    ]
    "#);
}

#[test]
fn code_scanning_is_told_the_lines_of_manifests_and_of_overlays() {
    let scratch = changed();
    scratch.edit(
        "overlays/staging/web.yaml",
        "Web on staging",
        "Web on staging, settings: {oauthClient: {grant_types: [authorization_code, implicit], response_types: [code, token]}}",
    );
    let log = scratch.run("diff HEAD --target staging --format sarif").ends_with(0).json();
    insta::assert_json_snapshot!(log["runs"][0]["results"], @r#"
    [
      {
        "ruleId": "IDP4401",
        "ruleIndex": 0,
        "level": "error",
        "message": {
          "text": "The implicit grant puts tokens into URLs, where histories, logs and other sites read them, and binds them to nobody. Use the authorization code grant with PKCE."
        },
        "locations": [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "overlays/staging/web.yaml",
                "uriBaseId": "%SRCROOT%"
              },
              "region": {
                "startLine": 4,
                "startColumn": 91,
                "endLine": 4,
                "endColumn": 99
              }
            },
            "logicalLocations": [
              {
                "fullyQualifiedName": "App/web settings.oauthClient.grant_types[1]",
                "kind": "object"
              }
            ]
          }
        ],
        "partialFingerprints": {
          "primaryLocationLineHash": "248461605396439f47e9cd1c056fc475:1"
        },
        "baselineState": "new"
      }
    ]
    "#);
}
