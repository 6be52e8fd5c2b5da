//! One comparison with every sort of change and hostile text, in every form.

use serde_json::{Value, json as tree};

use super::{json, markdown, text};
use crate::address::{Address, Kind};
use crate::diagnostic::Origin;
use crate::json::Path;
use crate::render::{Style, json_text};
use crate::review::{Change, Comparison, Entry, FieldDiff, Identity, Presence, Review, Side, TargetReview};

fn diff(path: &str, before: impl Into<Option<Value>>, after: impl Into<Option<Value>>) -> FieldDiff {
    let origin = Origin { file: "m/a.yaml".into(), start: 0, end: 1, line: 3, column: 7 };
    FieldDiff { path: Path::of(path), before: before.into(), after: after.into(), base: None, head: Some(origin), immutable: false }
}

fn entry(address: Address, title: &str, change: Change, fields: Vec<FieldDiff>) -> Entry {
    Entry { address, title: (!title.is_empty()).then(|| title.to_owned()), change, fields, base: None, head: None }
}

fn app(name: &str) -> Address {
    Address::new(Kind::App, name)
}

fn comparison(entries: Vec<Entry>) -> Comparison {
    let review = Review { settings: Vec::new(), entries, findings: Vec::new() };
    let side = Side { name: "origin/main".to_owned(), commit: "0123456789abcdef0123456789abcdef01234567".to_owned(), is_empty: false };
    let target = TargetReview { target: Some("prod".to_owned()), project: "payments".to_owned(), presence: Presence::Both, review };
    Comparison { base: side, head: None, targets: vec![target] }
}

fn all() -> Comparison {
    let uris = |names: &[&str]| tree!(names.iter().map(|name| format!("https://{name}.example.com/callback")).collect::<Vec<_>>());
    let kind = FieldDiff { immutable: true, ..diff("settings.oauthClient.application_type", tree!("web"), tree!("browser")) };
    let renamed = |by| Change::Renamed { from: app("old"), by };
    comparison(vec![
        entry(app("added"), "Added", Change::Added, vec![diff("label", None, tree!("Added")), diff("status", None, tree!("ACTIVE"))]),
        entry(
            app("changed"),
            "Changed",
            Change::Changed,
            vec![
                diff("label", tree!("Before"), tree!("Changed")),
                diff("visibility.autoLaunch", tree!(false), None),
                diff("settings.notes.admin", None, Value::Null),
                diff("settings.oauthClient.redirect_uris", uris(&["a", "b"]), uris(&["a", "c"])),
                FieldDiff { immutable: true, ..diff("credentials.oauthClient.client_id", None, tree!("client-one")) },
            ],
        ),
        entry(app("changed").below(["secret", "2026"]), "", Change::Removed, vec![diff("value", tree!({"env": "IDPCTL_X"}), None)]),
        entry(app("renamed"), "Renamed", renamed(Identity::ClientId), Vec::new()),
        entry(app("renamed-too"), "Renamed too", renamed(Identity::Label), vec![diff("label", tree!("a"), tree!("b"))]),
        entry(app("replaced"), "Replaced", Change::Replaced, vec![kind]),
        entry(Address::new(Kind::Grant, "changed").below(["okta.users.read"]), "", Change::Added, Vec::new()),
    ])
}

const HOSTILE: &str = "`````\n</summary></details><script>alert(1)</script> | @everyone #1 ::error::x \u{1b}[31m\u{202e}\u{200b} ![x](https://evil.example/) **b** [l](u)";

fn hostile() -> Comparison {
    let value = tree!(HOSTILE);
    let named = Address::new(Kind::AuthorizationServer, "x").below(["scope", HOSTILE]);
    let mut comparison = comparison(vec![
        entry(app("web"), HOSTILE, Change::Changed, vec![diff("label", value.clone(), tree!(HOSTILE.repeat(20_000)))]),
        entry(
            named,
            HOSTILE,
            Change::Added,
            vec![FieldDiff { path: Path::root().key(HOSTILE), ..diff("x", None, tree!([HOSTILE, {HOSTILE: HOSTILE}])) }],
        ),
    ]);
    comparison.base.name = HOSTILE.replace('\n', " ");
    comparison.targets[0].target = Some(HOSTILE.to_owned());
    comparison.targets[0].review.settings.push(diff("project", value.clone(), tree!("b")));
    comparison
}

#[test]
fn text_says_what_became_of_each_object() {
    insta::assert_snapshot!(text(&all(), Style::default()), @r#"
    Difference between `origin/main` (0123456789) and the working tree

    Target `prod` of `payments`

    + add App/added "Added"
        label: "Added"
        status: "ACTIVE"

    ~ change App/changed "Changed"
        label: "Before" → "Changed"
        visibility.autoLaunch: false   (released: declared no longer, and the live value stays)
        settings.notes.admin: null   (was not declared)
        settings.oauthClient.redirect_uris:
            "https://a.example.com/callback"
          - "https://b.example.com/callback"
          + "https://c.example.com/callback"
        credentials.oauthClient.client_id: "client-one"   (was not declared; it cannot be changed, so an object that has another value is replaced or refused)

    - remove App/changed/secret/2026
    ~ rename App/renamed "Renamed"   (was App/old, known by its client_id)

    ~ rename App/renamed-too "Renamed too"   (was App/old, known by its label)
        label: "a" → "b"
        note: a label alone does not make it the same app: without `metadata.adopt: true` or `--adopt App/renamed-too` another is made, and the old one stays

    ± replace App/replaced "Replaced"
        settings.oauthClient.application_type: "web" → "browser"   (cannot be changed: another takes its place)

    + add Grant/changed/okta.users.read

    2 added, 1 changed, 2 renamed, 1 replaced, 1 removed.

    What is removed here is declared no longer: it stays live until somebody prunes it (`--prune`).
    "#);
}

#[test]
fn markdown_has_the_sum_first_and_a_block_for_each_object() {
    insta::assert_snapshot!(markdown(&all()), @r#"
    **idpctl: 2 added, 1 changed, 2 renamed, 1 replaced, 1 removed** between `origin/main` (0123456789) and the working tree, for the target `prod`

    #### Target `prod` of `payments`

    <details><summary>+ <code>App/added</code> added <code>Added</code></summary>

    ```diff
    + label: "Added"
    + status: "ACTIVE"
    ```

    </details>

    <details><summary>~ <code>App/changed</code> changed <code>Changed</code></summary>

    ```diff
    - label: "Before"
    + label: "Changed"
    - visibility.autoLaunch: false   (released: declared no longer, and the live value stays)
    + settings.notes.admin: null   (was not declared)
      settings.oauthClient.redirect_uris:
        "https://a.example.com/callback"
    -   "https://b.example.com/callback"
    +   "https://c.example.com/callback"
    + credentials.oauthClient.client_id: "client-one"   (was not declared; it cannot be changed, so an object that has another value is replaced or refused)
    ```

    </details>

    <details><summary>- <code>App/changed/secret/2026</code> removed</summary>

    ```diff
    - value: {"env":"IDPCTL_X"}
    ```

    </details>

    <details><summary>~ <code>App/renamed</code> renamed <code>Renamed</code> (was <code>App/old</code>, known by its client_id)</summary>

    </details>

    <details><summary>~ <code>App/renamed-too</code> renamed <code>Renamed too</code> (was <code>App/old</code>, known by its label)</summary>

    ```diff
    - label: "a"
    + label: "b"
    ```

    ``a label alone does not make it the same app: without `metadata.adopt: true` or `--adopt App/renamed-too` another is made, and the old one stays``

    </details>

    <details><summary>± <code>App/replaced</code> replaced <code>Replaced</code></summary>

    ```diff
    - settings.oauthClient.application_type: "web"
    + settings.oauthClient.application_type: "browser"   (cannot be changed: another takes its place)
    ```

    </details>

    <details><summary>+ <code>Grant/changed/okta.users.read</code> added</summary>

    </details>

    What is removed here is declared no longer: it stays live until somebody prunes it (`--prune`).
    "#);
}

#[test]
fn json_tells_what_is_not_there_from_null() {
    let mut few = all();
    few.targets[0].review.entries.truncate(2);
    few.targets[0].review.entries.remove(0);
    insta::assert_snapshot!(json_text(&json(&few)), @r#"
    {
      "format_version": 1,
      "base": {
        "name": "origin/main",
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "is_empty": false
      },
      "head": null,
      "targets": [
        {
          "target": "prod",
          "project": "payments",
          "presence": "both",
          "settings": [],
          "findings": [],
          "objects": [
            {
              "address": "App/changed",
              "title": "Changed",
              "change": "changed",
              "base": null,
              "head": null,
              "fields": [
                {
                  "path": "label",
                  "change": "changed",
                  "before": "Before",
                  "after": "Changed",
                  "immutable": false,
                  "base": null,
                  "head": "m/a.yaml:3:7"
                },
                {
                  "path": "visibility.autoLaunch",
                  "change": "released",
                  "before": false,
                  "immutable": false,
                  "base": null,
                  "head": "m/a.yaml:3:7"
                },
                {
                  "path": "settings.notes.admin",
                  "change": "declared",
                  "after": null,
                  "immutable": false,
                  "base": null,
                  "head": "m/a.yaml:3:7"
                },
                {
                  "path": "settings.oauthClient.redirect_uris",
                  "change": "changed",
                  "before": [
                    "https://a.example.com/callback",
                    "https://b.example.com/callback"
                  ],
                  "after": [
                    "https://a.example.com/callback",
                    "https://c.example.com/callback"
                  ],
                  "immutable": false,
                  "base": null,
                  "head": "m/a.yaml:3:7"
                },
                {
                  "path": "credentials.oauthClient.client_id",
                  "change": "declared",
                  "after": "client-one",
                  "immutable": true,
                  "base": null,
                  "head": "m/a.yaml:3:7"
                }
              ]
            }
          ],
          "summary": {
            "added": 0,
            "changed": 1,
            "renamed": 0,
            "replaced": 0,
            "removed": 0
          }
        }
      ]
    }
    "#);
}

#[test]
fn targets_are_told_apart_and_what_does_not_differ_is_said_in_a_sentence() {
    let mut several = comparison(Vec::new());
    let target =
        |name: &str, presence| TargetReview { target: Some(name.to_owned()), presence, ..comparison(Vec::new()).targets.remove(0) };
    several.targets.extend([target("qa", Presence::New), target("old", Presence::Gone)]);
    several.base.is_empty = true;
    insta::assert_snapshot!(format!("{}\n----\n{}", text(&several, Style::default()), markdown(&several)), @"
    Difference between `origin/main` (0123456789) and the working tree

    `origin/main` holds no manifests yet.

    Target `prod` of `payments`

    No difference: both declare the same.

    Target `qa` of `payments`

    The target is new.

    Target `old` of `payments`

    The target is gone: nothing is planned for it any more, and what is live there stays.

    ----
    **idpctl: no object differs, but the project or its targets do** between `origin/main` (0123456789) and the working tree, for 3 targets

    `origin/main` holds no manifests yet.

    #### Target `prod` of `payments`

    No difference.

    #### Target `qa` of `payments`

    The target is new.

    #### Target `old` of `payments`

    The target is gone: nothing is planned for it any more, and what is live there stays.
    ");
    let mut one = comparison(Vec::new());
    one.targets[0].target = None;
    insta::assert_snapshot!(format!("{}\n----\n{}", text(&one, Style::default()), markdown(&one)), @"
    Difference between `origin/main` (0123456789) and the working tree

    No difference: both declare the same.

    ----
    **idpctl: no difference** between `origin/main` (0123456789) and the working tree
    ");
}

#[test]
fn hostile_text_is_inert_in_text_and_markdown() {
    insta::assert_snapshot!(text(&hostile(), Style::default()), @r#"
    Difference between `````` </summary></details><script>alert(1)</script> | @everyone #1 ::error::x \u{1b}[31m\u{202e}\u{200b} ![x](https://evil.example/) **b** [l](u)` (0123456789) and the working tree

    Target ``````\n</summary></details><script>alert(1)</script> | @everyone #1 ::error::x \u{1b}[31m\u{202e}\u{200b} ![x](https://evil.example/) **b** [l](u)` of `payments`

    project:
      - `````
      - </summary></details><script>alert(1)</script> | @everyone #1 ::error::x \u{1b}[31m\u{202e}\u{200b} ![x](https://evil.example/) **b** [l](u)
      + b

    ~ change App/web "`````\n</summary></details><script>alert(1)</script> | @everyone #1 ::error::x \u{1b}[31m\u{202e}\u{200b} ![x](https://evil.example/) **b** [l](u)"
        label:
          2 lines, sha256 1599f8fc → 20001 lines, sha256 5dde0674

    + add AuthorizationServer/x/scope/`````\n<%2Fsummary><%2Fdetails><script>alert(1)<%2Fscript> | @everyone #1 ::error::x \u{1b}[31m\u{202e}\u{200b} ![x](https:%2F%2Fevil.example%2F) **b** [l](u) "`````\n</summary></details><script>alert(1)</script> | @everyone #1 ::error::x \u{1b}[31m\u{202e}\u{200b} ![x](https://evil.example/) **b** [l](u)"
        ["`````\n</summary></details><script>alert(1)</script> | @everyone #1 ::error::x \u001b[31m\u{202e}\u{200b} ![x](https://evil.example/) **b** [l](u)"]:
          + [
          +   "`````\n</summary></details><script>alert(1)</script> | @everyone #1 ::error::x \u001b[31m\u{202e}\u{200b} ![x](https://evil.example/) **b** [l](u)",
          +   {
          +     "`````\n</summary></details><script>alert(1)</script> | @everyone #1 ::error…(154 more characters, sha256 8d7847f1)…[x](https://evil.example/) **b** [l](u)"
          +   }
          + ]

    1 added, 1 changed.
    "#);
    let text = markdown(&hostile());
    assert!(text.chars().count() < 65_000);
    insta::assert_snapshot!(text, @r#"
    **idpctl: 1 added, 1 changed** between `````` ````` </summary></details><script>alert(1)</script> | @everyone #1 ::error::x \u{1b}[31m\u{202e}\u{200b} ![x](https://evil.example/) **b** [l](u) `````` (0123456789) and the working tree, for the target `````` `````\n</summary></details><script>alert(1)</script> | @everyone #1 ::error::x \u{1b}[31m\u{202e}\u{200b} ![x](https://evil.example/) **b** [l](u) ``````

    #### Target `````` `````\n</summary></details><script>alert(1)</script> | @everyone #1 ::error::x \u{1b}[31m\u{202e}\u{200b} ![x](https://evil.example/) **b** [l](u) `````` of `payments`

    ``````diff
      project:
    -   `````
    -   </summary></details><script>alert(1)</script> | @everyone #1 ::error::x \u{1b}[31m\u{202e}\u{200b} ![x](https://evil.example/) **b** [l](u)
    +   b
    ``````

    <details><summary>~ <code>App/web</code> changed <code>&#96;&#96;&#96;&#96;&#96;\n&lt;/summary&gt;&lt;/details&gt;&lt;script&gt;alert(1)&lt;/script&gt; &#124; &#64;everyone #1 ::error::x \u{1b}[31m\u{202e}\u{200b} ![x](https://evil.example/) **b** [l](u)</code></summary>

    ```diff
      label:
        2 lines, sha256 1599f8fc → 20001 lines, sha256 5dde0674
    ```

    </details>

    <details><summary>+ <code>AuthorizationServer/x/scope/&#96;&#96;&#96;&#96;&#96;\n&lt;%2Fsummary&gt;&lt;%2Fdetails&gt;&lt;script&gt;alert(1)&lt;%2Fscript&gt; &#124; &#64;everyone #1 ::error::x \u{1b}[31m\u{202e}\u{200b} ![x](https:%2F%2Fevil.example%2F) **b** [l](u)</code> added <code>&#96;&#96;&#96;&#96;&#96;\n&lt;/summary&gt;&lt;/details&gt;&lt;script&gt;alert(1)&lt;/script&gt; &#124; &#64;everyone #1 ::error::x \u{1b}[31m\u{202e}\u{200b} ![x](https://evil.example/) **b** [l](u)</code></summary>

    ``````diff
      ["`````\n</summary></details><script>alert(1)</script> | @everyone #1 ::error::x \u001b[31m\u{202e}\u{200b} ![x](https://evil.example/) **b** [l](u)"]:
    +   [
    +     "`````\n</summary></details><script>alert(1)</script> | @everyone #1 ::error::x \u001b[31m\u{202e}\u{200b} ![x](https://evil.example/) **b** [l](u)",
    +     {
    +       "`````\n</summary></details><script>alert(1)</script> | @everyone #1 ::error…(154 more characters, sha256 8d7847f1)…[x](https://evil.example/) **b** [l](u)"
    +     }
    +   ]
    ``````

    </details>
    "#);
}

#[test]
fn what_has_no_room_in_a_comment_is_left_out_whole_and_named() {
    let long = |n: usize| tree!(format!("{n:0100}"));
    let fields = |count: usize| (0..count).map(|n| diff(&format!("profile.field{n}"), long(n), long(n + 1))).collect::<Vec<_>>();
    let mut entries: Vec<_> = (0..200).map(|n| entry(app(&format!("app-{n:03}")), "x", Change::Changed, fields(5))).collect();
    entries.push(entry(app("zz"), "The one that matters", Change::Replaced, fields(1)));
    entries.push(entry(app("zzz"), "Too large by itself", Change::Replaced, fields(400)));
    let text = markdown(&comparison(entries));
    let length = text.chars().count();
    assert!((64_000..=65_000).contains(&length), "{length}");
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    assert!(text.contains("The one that matters"));
    let wide = Address::new(Kind::Grant, "x").below([&"\u{202e}".repeat(400)]);
    let mut hostile = comparison((0..500).map(|_| entry(wide.clone(), "", Change::Added, Vec::new())).collect());
    hostile.base.name = "\u{202e}".repeat(1_000);
    hostile.targets[0].review.settings = (0..5_000).map(|n| diff("project", long(n), None)).collect();
    let length = markdown(&hostile).chars().count();
    assert!((50_000..=65_000).contains(&length), "{length}");
    let (_, rest) = text.split_once("left out").unwrap();
    insta::assert_snapshot!(rest, @", for want of room in a comment:** `App/zzz` replaced, `App/app-051` changed, `App/app-052` changed, `App/app-053` changed, `App/app-054` changed, `App/app-055` changed, `App/app-056` changed, `App/app-057` changed, `App/app-058` changed, `App/app-059` changed, `App/app-060` changed, `App/app-061` changed, `App/app-062` changed, `App/app-063` changed, `App/app-064` changed, `App/app-065` changed, `App/app-066` changed, `App/app-067` changed, `App/app-068` changed, `App/app-069` changed and 130 more. Everything: `idpctl diff 0123456789`");
}
