//! What commands show in the forms that are made for a pull request: comments, pages, and what forges put on the lines of a manifest.

use serde_json::json;

use crate::org::TestOrg;

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
