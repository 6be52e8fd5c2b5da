//! `diff` over real git repositories: what it says of revisions that are whole, broken or hostile, in every form.

use crate::scratch::{Scratch, WEB, changed};

#[test]
fn what_a_pull_request_changes_is_told_object_by_object() {
    let scratch = changed();
    insta::assert_snapshot!(scratch.run("diff HEAD~1 HEAD --target default --exit-code"), @r#"
    Difference between `HEAD~1` (963703362d) and `HEAD` (424b84d887)

    Target `default` of `payments`

    ~ rename App/robot "Worker"   (was App/worker, known by its label)
        status: "ACTIVE"   (released: declared no longer, and the live value stays)
        note: a label alone does not make it the same app: without `metadata.adopt: true` or `--adopt App/robot` another is made, and the old one stays

    ± replace App/web "Web"
        settings.oauthClient.application_type: "web" → "native"   (cannot be changed: another takes its place)

    - remove App/web/secret/2026-03

    + add App/web/secret/2026-09
        value: {"env":"IDPCTL_WEB_SECRET_NEW"}

    + add Grant/robot/okta.users.manage
    - remove Grant/worker/okta.users.read

    Findings
      high IDP4001 App/web (manifests/web.yaml:18:27): a secret is added and another retired in one go (cutover): consumers break until they have the new one
          Apply the new secret first; retire the old one in another change, when every consumer has switched.
          https://developer.okta.com/docs/guides/client-secret-rotation-key/main/
      high IDP4501 Grant/robot/okta.users.manage (manifests/worker.yaml:11:17): the client may change the org: `okta.users.manage`
          Grant the `read` scope if reading is enough; give the client an admin role for no more than it manages.
          https://developer.okta.com/docs/guides/implement-oauth-for-okta/main/

    2 added, 1 renamed, 1 replaced, 2 removed.

    What is removed here is declared no longer: it stays live until somebody prunes it (`--prune`).
    [exit status: 2]
    "#);
    // The working tree is the second commit.
    insta::assert_snapshot!(scratch.run("diff HEAD --target default --exit-code"), @"
    Difference between `HEAD` (424b84d887) and the working tree

    Target `default` of `payments`

    No difference: both declare the same.
    [exit status: 0]
    ");
    scratch.write("manifests/web.yaml", WEB);
    let _ = scratch.run("diff HEAD --target default --exit-code").ends_with(2);
    let _ = scratch.run("diff HEAD --target default").ends_with(0);
}

#[test]
fn every_target_is_resolved_by_itself() {
    let scratch = changed();
    scratch.edit("idpctl.yaml", "  default: {vars: {host: example.com}}", "  prod: {vars: {host: example.org}}");
    scratch.edit("idpctl.yaml", "staging: {vars:", "staging: {okta: {org_url: https://acme.oktapreview.com}, vars:");
    scratch.remove("manifests/worker.yaml");
    scratch.remove("keys/worker.json");
    insta::assert_snapshot!(scratch.run("diff HEAD~1 --all-targets --exit-code"), @r#"
    Difference between `HEAD~1` (963703362d) and the working tree

    Target `default` of `payments`

    The target is gone: nothing is planned for it any more, and what is live there stays.

    Target `prod` of `payments`

    The target is new.

    + add App/web "Web"
        label: "Web"
        settings.oauthClient.application_type: "native"
        settings.oauthClient.grant_types: ["authorization_code"]
        settings.oauthClient.response_types: ["code"]
        settings.oauthClient.redirect_uris: ["https://web.example.org/callback"]
        visibility.hide.iOS: true
        visibility.hide.web: true
        credentials.oauthClient.client_id: "web-client"

    + add App/web/secret/2026-09
        value: {"env":"IDPCTL_WEB_SECRET_NEW"}

    2 added.

    Target `staging` of `payments`

    okta.org_url: "https://acme.oktapreview.com"   (newly said)

    ± replace App/web "Web on staging"
        label: "Web (staging)" → "Web on staging"
        settings.oauthClient.application_type: "web" → "native"   (cannot be changed: another takes its place)

    - remove App/web/secret/2026-03

    + add App/web/secret/2026-09
        value: {"env":"IDPCTL_WEB_SECRET_NEW"}

    - remove App/worker "Worker"
    - remove Grant/worker/okta.users.read

    Findings
      high IDP4001 App/web (manifests/web.yaml:18:27): a secret is added and another retired in one go (cutover): consumers break until they have the new one
          Apply the new secret first; retire the old one in another change, when every consumer has switched.
          https://developer.okta.com/docs/guides/client-secret-rotation-key/main/

    1 added, 1 replaced, 3 removed.

    What is removed here is declared no longer: it stays live until somebody prunes it (`--prune`).
    [exit status: 2]
    "#);
}

#[test]
fn the_json_form_has_both_sides_and_their_places() {
    let scratch = Scratch::new();
    scratch.edit("manifests/worker.yaml", "  status: ACTIVE\n", "");
    scratch.edit("manifests/web.yaml", "env: IDPCTL_WEB_SECRET", "file: secrets/web");
    scratch.edit("overlays/staging/web.yaml", "Web (staging)", "Web on staging");
    insta::assert_snapshot!(scratch.run("diff HEAD --target staging --format json"), @r#"
    {
      "format_version": 1,
      "base": {
        "name": "HEAD",
        "commit": "963703362dd37f910ab9151fd2bfd1eb97ac57ee",
        "is_empty": false
      },
      "head": null,
      "targets": [
        {
          "target": "staging",
          "project": "payments",
          "presence": "both",
          "settings": [],
          "findings": [],
          "objects": [
            {
              "address": "App/web",
              "title": "Web on staging",
              "change": "changed",
              "base": "manifests/web.yaml:3:18",
              "head": "manifests/web.yaml:3:18",
              "fields": [
                {
                  "path": "label",
                  "change": "changed",
                  "before": "Web (staging)",
                  "after": "Web on staging",
                  "immutable": false,
                  "base": "overlays/staging/web.yaml:4:16",
                  "head": "overlays/staging/web.yaml:4:16"
                }
              ]
            },
            {
              "address": "App/web/secret/2026-03",
              "title": null,
              "change": "changed",
              "base": "manifests/web.yaml:18:27",
              "head": "manifests/web.yaml:18:27",
              "fields": [
                {
                  "path": "value",
                  "change": "changed",
                  "before": {
                    "env": "IDPCTL_WEB_SECRET"
                  },
                  "after": {
                    "file": "secrets/web"
                  },
                  "immutable": false,
                  "base": "manifests/web.yaml:18:27",
                  "head": "manifests/web.yaml:18:27"
                }
              ]
            },
            {
              "address": "App/worker",
              "title": "Worker",
              "change": "changed",
              "base": "manifests/worker.yaml:3:18",
              "head": "manifests/worker.yaml:3:18",
              "fields": [
                {
                  "path": "status",
                  "change": "released",
                  "before": "ACTIVE",
                  "immutable": false,
                  "base": "manifests/worker.yaml:3:18",
                  "head": null
                }
              ]
            }
          ],
          "summary": {
            "added": 0,
            "changed": 3,
            "renamed": 0,
            "replaced": 0,
            "removed": 0
          }
        }
      ]
    }
    [exit status: 0]
    "#);
}

#[test]
fn the_markdown_form_is_made_for_a_comment() {
    insta::assert_snapshot!(changed().run("diff HEAD~1 HEAD --target staging --format markdown"), @r#"
    **idpctl: 2 added, 1 renamed, 1 replaced, 2 removed** between `HEAD~1` (963703362d) and `HEAD` (424b84d887), for the target `staging`

    #### Target `staging` of `payments`

    <details><summary>~ <code>App/robot</code> renamed <code>Worker</code> (was <code>App/worker</code>, known by its label)</summary>

    ```diff
    - status: "ACTIVE"   (released: declared no longer, and the live value stays)
    ```

    ``a label alone does not make it the same app: without `metadata.adopt: true` or `--adopt App/robot` another is made, and the old one stays``

    </details>

    <details><summary>± <code>App/web</code> replaced <code>Web on staging</code></summary>

    ```diff
    - label: "Web (staging)"
    + label: "Web on staging"
    - settings.oauthClient.application_type: "web"
    + settings.oauthClient.application_type: "native"   (cannot be changed: another takes its place)
    ```

    </details>

    <details><summary>- <code>App/web/secret/2026-03</code> removed</summary>

    ```diff
    - value: {"env":"IDPCTL_WEB_SECRET"}
    ```

    </details>

    <details><summary>+ <code>App/web/secret/2026-09</code> added</summary>

    ```diff
    + value: {"env":"IDPCTL_WEB_SECRET_NEW"}
    ```

    </details>

    <details><summary>+ <code>Grant/robot/okta.users.manage</code> added</summary>

    </details>

    <details><summary>- <code>Grant/worker/okta.users.read</code> removed</summary>

    </details>

    What is removed here is declared no longer: it stays live until somebody prunes it (`--prune`).
    [exit status: 0]
    "#);
}

#[test]
fn manifests_that_are_broken_at_either_side_are_reported_as_such() {
    let scratch = Scratch::new();
    scratch.edit("manifests/web.yaml", "label:", "lable:");
    scratch.remove("keys/worker.json");
    scratch.commit("broken");
    scratch.edit("manifests/web.yaml", "lable:", "label:");
    scratch.edit("manifests/web.yaml", "${var.host}", "${var.hots}");
    insta::assert_snapshot!(scratch.run("diff HEAD --target default"), @r#"
    ------- stderr -------
    error[IDP0301]: unknown field `lable`
     --> HEAD:manifests/web.yaml:5:3
      |
    5 |   lable: Web
      |   ^^^^^ did you mean `label`?
      |
      = help: write `label`

    error[IDP0412]: the keys in `keys/worker.json` cannot be used: there is no such file
     --> HEAD:manifests/worker.yaml:7:128
      |
    7 | ...ient_credentials], response_types: [token], jwks: {file: keys/worker.json}}}
      |                                                             ^^^^^^^^^^^^^^^^
      |
      = help: write the public keys as `{"keys": […]}` into a file inside the repository

    error[IDP0401]: the variable `hots` is not defined
      --> manifests/web.yaml:11:23
       |
    11 |       redirect_uris: ['https://web.${var.hots}/callback']
       |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: did you mean `host`?

    error[IDP0412]: the keys in `keys/worker.json` cannot be used: there is no such file
     --> manifests/worker.yaml:7:128
      |
    7 | ...ient_credentials], response_types: [token], jwks: {file: keys/worker.json}}}
      |                                                             ^^^^^^^^^^^^^^^^
      |
      = help: write the public keys as `{"keys": […]}` into a file inside the repository

    4 errors
    [exit status: 1]
    "#);
    let _ = scratch.run("diff HEAD~1 HEAD --target default").ends_with(1);
}

#[test]
fn hostile_text_is_inert_in_every_form() {
    let scratch = Scratch::new();
    let hostile = r#""`````\n</details><script>alert(1)</script> | @everyone ::error::x \u001b[31m\u202e""#;
    scratch.edit("manifests/web.yaml", "label: Web", &format!("label: {hostile}"));
    scratch.edit("manifests/worker.yaml", "okta.users.read", "'`@everyone`<b>|'");
    for format in ["text", "json", "markdown"] {
        let output = scratch.run(&format!("diff HEAD --target default --format {format}")).ends_with(0);
        assert!(!output.stdout.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{output}");
        if format == "markdown" {
            insta::assert_snapshot!(output, @r#"
            **idpctl: 1 added, 1 changed, 1 removed** between `HEAD` (963703362d) and the working tree, for the target `default`

            #### Target `default` of `payments`

            <details><summary>~ <code>App/web</code> changed <code>&#96;&#96;&#96;&#96;&#96;\n&lt;/details&gt;&lt;script&gt;alert(1)&lt;/script&gt; &#124; &#64;everyone ::error::x \u{1b}[31m\u{202e}</code></summary>

            ``````diff
            - label: "Web"
            + label: "`````\n</details><script>alert(1)</script> | @everyone ::error::x \u{1b}[31m\u{202e}"
            ``````

            </details>

            <details><summary>+ <code>Grant/worker/&#96;&#64;everyone&#96;&lt;b&gt;&#124;</code> added</summary>

            </details>

            <details><summary>- <code>Grant/worker/okta.users.read</code> removed</summary>

            </details>

            What is removed here is declared no longer: it stays live until somebody prunes it (`--prune`).
            [exit status: 0]
            "#);
        }
    }
}
