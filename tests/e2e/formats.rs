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
    scratch.edit("manifests/web.yaml", "'https://web.${var.host}/callback'", "'http://web.${var.host}/callback', 'https://*.${var.host}/x'");
    insta::assert_snapshot!(scratch.run("diff HEAD~1 --target default --format github --fail-on high"), @"");
    insta::assert_snapshot!(scratch.run("diff HEAD~1 --all-targets --format github"), @"");
}

#[test]
fn mistakes_on_the_later_side_of_a_diff_are_annotations_too() {
    let scratch = changed();
    scratch.edit("manifests/web.yaml", "label: Web", "lable: Web");
    scratch.edit("overlays/staging/web.yaml", "spec: {", "spec: {");
    insta::assert_snapshot!(scratch.run("diff HEAD --target default --format github"), @"");
    insta::assert_snapshot!(scratch.run("validate --target default --format github"), @"");
    let log = scratch.run("validate --target default --format sarif").ends_with(1).json();
    insta::assert_json_snapshot!(log["runs"][0]["results"], @"");
}

#[test]
fn code_scanning_is_told_the_lines_of_manifests_and_of_overlays() {
    let scratch = changed();
    scratch.edit("overlays/staging/web.yaml", "Web on staging", "Web on staging\n  settings: {oauthClient: {grant_types: [authorization_code, implicit], response_types: [code, token]}}");
    let log = scratch.run("diff HEAD --target staging --format sarif").ends_with(0).json();
    insta::assert_json_snapshot!(log["runs"][0]["results"], @"");
}
