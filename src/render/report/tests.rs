//! Reports as Markdown: what stands where, what a forge makes of it, and what there is no room for.

use super::super::inert::assert_comment;
use super::fixture::{finding, hostile, plan};
use super::markdown;
use crate::findings::{Severity, Standing};
use crate::report::{Report, Section};

#[test]
fn findings_stand_above_what_is_refused_and_that_above_the_objects() {
    insta::assert_snapshot!(markdown(&plan()), @r#"
    **idpctl: 1 to update, 1 to replace, 1 to delete, with 4 requests: refused; findings: 1 high, 1 medium** in `https://acme.okta.com` (`00o1`) and the portal `https://portal.example.com`, for `payments`

    #### Target `prod` of `payments`

    **Findings**

    - **high** [IDP4201](https://developer.okta.com/docs/guides/configure-access-policy/main/) a policy that is opened to every client: `App/web` `settings.oauthClient.redirect_uris`, at `manifests/web.yaml:12:7`
      the redirect URI `http://portal.example.com/cb` is added, over plain http.
      _What to do:_ use https, or a loopback address for a native app
    - **medium** [IDP4001](https://developer.okta.com/docs/guides/client-secret-rotation-key/main/) one secret comes and another goes in one apply: `App/spa` `settings.oauthClient.redirect_uris`, at `manifests/web.yaml:12:7`
      the redirect URI `http://portal.example.com/cb` is added, over plain http.
      _What to do:_ use https, or a loopback address for a native app
      Accepted in this very change, which does not count: `trust me`

    **Refused**

    - `App/spa`: the app would be replaced, and its users and groups lost (`--allow-replace App/spa`)

    <details><summary>± <code>App/spa</code> to replace <code>Single page</code></summary>

    ```diff
    - settings.oauthClient.application_type: "web"
    + settings.oauthClient.application_type: "browser"   (cannot be changed: the app is replaced)
    ```

    replacement loses 12 users, its access policy and its logo

    </details>

    <details><summary>~ <code>App/web</code> to update <code>Web</code></summary>

    ```diff
    - label: "Web"
    + label: "Web portal"
      settings.oauthClient.redirect_uris:
        "https://a.example.com/cb"
    -   "https://b.example.com/cb"
    +   "https://c.example.com/cb"
    + client_secrets.2026-09: (secret, changed)
    + mark: payments/web, manages secrets
    ```

    </details>

    <details><summary>- <code>App/web/secret/2026-03</code> to delete</summary>

    </details>

    <details><summary>Known findings (2)</summary>

    - medium [IDP4002](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/) `App/old` at `manifests/web.yaml:12:7`: the redirect URI `http://portal.example.com/cb` is added, over plain http (accepted: `legacy client, gone by March`)
    - low [IDP4202](https://www.rfc-editor.org/rfc/rfc9700#section-2.3) `App/billing` at `manifests/web.yaml:12:7`: the redirect URI `http://portal.example.com/cb` is added, over plain http (there before)

    </details>

    <details><summary>Left alone (1)</summary>

    - `App/stray`: is ours and no document declares it (`--prune`)

    </details>

    <details><summary>Not compared (1)</summary>

    - `App/worker`: its secret's reference does not resolve here: `IDPCTL_WORKER` is not set

    </details>

    <details><summary>Notes (1)</summary>

    - `App/web`: was found by its `client_id`

    </details>
    "#);
}

#[test]
fn nobody_s_text_is_more_than_text_to_a_forge() {
    assert_comment(&markdown(&plan()));
    let text = markdown(&hostile());
    assert_comment(&text);
    insta::assert_snapshot!(text.lines().take(16).collect::<Vec<_>>().join("\n"), @r#"
    **idpctl: 1 to update, 1 to replace, 1 to delete, with 4 requests: refused; findings: 1 high, 1 medium** in `````` `````\n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y] `````` (`````` `````\n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y] ``````) and the portal `````` `````\n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y] ``````, for `````` `````\n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y] ``````

    #### Target `````` `````\n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y] `````` of `````` `````\n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y] ``````

    **Findings**

    - **high** [IDP4201](https://developer.okta.com/docs/guides/configure-access-policy/main/) a policy that is opened to every client: ``````App/`````\n<%2Fsummary><%2Fdetails><script>alert(1)<%2Fscript> | @everyone #1 \n::error::x %250A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https:%2F%2Fevil.example%2F) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 %7B%7B 7*7 %7D%7D #\u{23}[add-mask]x #\u{23}vso[y]/`````\n<%2Fsummary><%2Fdetails><script>alert(1)<%2Fscript> | @everyone #1 \n::error::x %250A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https:%2F%2Fevil.example%2F) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 %7B%7B 7*7 %7D%7D #\u{23}[add-mask]x #\u{23}vso[y]`````` ``````["`````\n</summary></details><script>alert(1)</script> | @everyone #1 \n::error:…(124 more characters, sha256 e2aed1e1)…eef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y]"]``````, at ``````manifests/`````</summary></details><script>alert(1)</script> | @everyone #1 ::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y].yaml:3:7``````
      the label is `    \n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y]     \n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y] `.
      _What to do:_ `   \n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y] `
      Accepted in this very change, which does not count: `````` `````\n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y] ``````
    - **medium** [IDP4001](https://developer.okta.com/docs/guides/client-secret-rotation-key/main/) one secret comes and another goes in one apply: ``````App/`````\n<%2Fsummary><%2Fdetails><script>alert(1)<%2Fscript> | @everyone #1 \n::error::x %250A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https:%2F%2Fevil.example%2F) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 %7B%7B 7*7 %7D%7D #\u{23}[add-mask]x #\u{23}vso[y]/`````\n<%2Fsummary><%2Fdetails><script>alert(1)<%2Fscript> | @everyone #1 \n::error::x %250A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https:%2F%2Fevil.example%2F) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 %7B%7B 7*7 %7D%7D #\u{23}[add-mask]x #\u{23}vso[y]`````` ``````["`````\n</summary></details><script>alert(1)</script> | @everyone #1 \n::error:…(124 more characters, sha256 e2aed1e1)…eef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y]"]``````, at ``````manifests/`````</summary></details><script>alert(1)</script> | @everyone #1 ::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y].yaml:3:7``````
      the label is `    \n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y]     \n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y] `.
      _What to do:_ `   \n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y] `
      Accepted in this very change, which does not count: `````` `````\n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y] ``````

    **Refused**
    "#);
}

#[test]
fn objects_are_cut_before_findings_and_those_that_were_there_before_objects() {
    let many = |count: usize| {
        let mut report = plan();
        let added = (0..count).map(|n| finding(4201, Severity::High, Standing::New, &format!("app-{n:04}")));
        report.sections[0].findings = added.chain([finding(4202, Severity::Low, Standing::Before, "billing")]).collect();
        report
    };
    let told = |report: &Report| {
        let text = markdown(report);
        assert_comment(&text);
        let length = text.chars().count();
        assert!(length <= 65_000, "{length}");
        let findings = text.matches("**high**").count();
        let rest = text.lines().find(|line| line.contains(" left out")).unwrap_or_default();
        format!("{findings} findings, {} objects; {rest}", text.matches("</summary>\n\n```diff").count()).trim_end().to_owned()
    };
    insta::assert_snapshot!([10, 178, 179, 5_000].map(|count| told(&many(count))).join("\n"), @"
    10 findings, 2 objects;
    178 findings, 2 objects; **3 notes left out, for want of room in a comment:** `IDP4202 App/billing`, `App/worker`, `App/web`. Everything: `idpctl plan --target prod`
    179 findings, 1 objects; **1 object, 3 notes left out, for want of room in a comment:** `App/web` to update, `IDP4202 App/billing`, `App/worker`, `App/web`. Everything: `idpctl plan --target prod`
    179 findings, 0 objects; **4821 findings, 1 refusal, 3 objects, 4 notes left out, for want of room in a comment:** `IDP4201 App/app-0179`, `IDP4201 App/app-0180`, `IDP4201 App/app-0181`, `IDP4201 App/app-0182`, `IDP4201 App/app-0183`, `IDP4201 App/app-0184`, `IDP4201 App/app-0185`, `IDP4201 App/app-0186`, `IDP4201 App/app-0187`, `IDP4201 App/app-0188`, `IDP4201 App/app-0189`, `IDP4201 App/app-0190`, `IDP4201 App/app-0191`, `IDP4201 App/app-0192`, `IDP4201 App/app-0193`, `IDP4201 App/app-0194`, `IDP4201 App/app-0195`, `IDP4201 App/app-0196`, `IDP4201 App/app-0197`, `IDP4201 App/app-0198` and 4809 more. Everything: `idpctl plan --target prod`
    ");
    let of_many_targets = Report {
        sections: (0..2_000).map(|n| Section { target: Some(format!("target-{n:04}")), ..many(5).sections.remove(0) }).collect(),
        ..plan()
    };
    insta::assert_snapshot!(told(&of_many_targets), @"174 findings, 0 objects; **9826 findings, 2000 refusals, 6000 objects, 8000 notes left out, for want of room in a comment:** `IDP4201 App/app-0004`, `IDP4201 App/app-0000`, `IDP4201 App/app-0001`, `IDP4201 App/app-0002`, `IDP4201 App/app-0003`, `IDP4201 App/app-0004`, `IDP4201 App/app-0000`, `IDP4201 App/app-0001`, `IDP4201 App/app-0002`, `IDP4201 App/app-0003`, `IDP4201 App/app-0004`, `IDP4201 App/app-0000`, `IDP4201 App/app-0001`, `IDP4201 App/app-0002`, `IDP4201 App/app-0003`, `IDP4201 App/app-0004`, `IDP4201 App/app-0000`, `IDP4201 App/app-0001`, `IDP4201 App/app-0002`, `IDP4201 App/app-0003` and 25806 more. Everything: `idpctl plan --target prod`");
}
