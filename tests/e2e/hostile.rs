//! Text that is made to do harm: escapes for terminals, marks that turn the writing round, line breaks, a megabyte.

use serde_json::{Value, json};

use crate::fixture::SECRET;
use crate::org::{Output, TestOrg};

/// A red screen title, text that reads backwards, a line of our own making, a NUL, and C1 controls.
const HOSTILE: &str = "x\u{1b}]0;pwned\u{7}\u{1b}[31m\u{202e}\u{2066}ab\r\nerror: all is well\u{0}\u{9b}2J\u{85}\u{2028}";

/// Every command that shows something of the org.
const SHOWING: [&str; 9] = [
    "plan",
    "plan --prune --requests",
    "plan --out plan.json --format json",
    "drift",
    "drift --format json",
    "output",
    "output --format shell",
    "auth check",
    "apply --auto-approve --prune",
];

/// Whether a character can do anything but stand there.
fn is_active(c: char) -> bool {
    let turns = matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (c.is_control() && c != '\n') || turns || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn assert_inert(output: &Output, command: &str) {
    let everything = output.everything();
    let active: Vec<_> = everything.chars().filter(|c| is_active(*c)).collect();
    assert_eq!(active, ['\0'; 0], "{command}: {output}");
    // A line that a text from outside begins is a line that we seem to say.
    assert!(!everything.lines().any(|line| line.starts_with("error: all is well")), "{command}: {output}");
    if command.contains("--format json") && !output.stdout.is_empty() {
        let _ = output.json();
    }
}

/// Both apps applied, and everything about the first that can be edited by hand made hostile.
pub(crate) fn edited(hostile: &str) -> TestOrg {
    let test = TestOrg::with_both();
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.edit("Web portal", |app| {
        app["label"] = json!(hostile.chars().take(90).collect::<String>());
        app["settings"]["notes"]["admin"] = json!(hostile);
        app["settings"]["oauthClient"]["client_uri"] = json!(format!("https://example.com/{hostile}"));
        app["profile"][hostile] = json!({hostile: [hostile]});
        app["profile"]["idpctl"]["owner"] = json!(format!("{hostile}/{hostile}"));
    });
    test.replace("manifests/web-portal.yaml", "  visibility", "  profile: {team: payments}\n  visibility");
    test.replace(
        "manifests/web-portal.yaml",
        "    oauthClient:\n",
        "    notes: {admin: declared}\n    oauthClient:\n      client_uri: https://example.com\n",
    );
    let policy = json!({"type": "ACCESS_POLICY", "name": hostile.chars().take(50).collect::<String>(), "description": "made by hand"});
    test.send("POST", "/api/v1/policies", &policy);
    test.replace(
        "manifests/billing-worker.yaml",
        "  label: Billing worker",
        "  label: Billing worker\n  accessPolicy: {name: No such policy}",
    );
    test
}

fn assert_all_inert(test: &TestOrg) {
    for command in SHOWING {
        for flags in ["", "--color always", "-vvv", "-vvv --log-format json"] {
            let output = test.run(&format!("{command} {flags}"));
            if flags.contains("always") {
                // Colour is ours: nothing else may follow an escape.
                let plain = anstream::adapter::strip_str(&output.everything()).to_string();
                assert!(!plain.contains("pwned\u{7}") && !output.everything().contains("\u{1b}]"), "{output}");
                assert!(!plain.chars().any(is_active), "{command}: {output}");
            } else {
                assert_inert(&output, command);
            }
        }
    }
}

#[test]
fn hostile_text_in_the_org_is_inert_wherever_it_is_shown() {
    let test = edited(HOSTILE);
    assert_all_inert(&test);
    test.replace("manifests/billing-worker.yaml", "  accessPolicy: {name: No such policy}\n", "");
    assert_all_inert(&test);
}

#[test]
fn hostile_text_in_the_org_is_shown_as_what_it_is() {
    let test = TestOrg::with_both();
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.edit("Web portal", |app| app["label"] = json!(HOSTILE));
    insta::assert_snapshot!(test.run("plan"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update App/web-portal "x\u{1b}]0;pwned\u{7}\u{1b}[31m\u{202e}\u{2066}ab\r\nerror: all is well\u{0}\u{9b}2J\u{85}\u{2028}"
        label:
          - x\u{1b}]0;pwned\u{7}\u{1b}[31m\u{202e}\u{2066}ab
          - error: all is well\u{0}\u{9b}2J\u{85}\u{2028}
          + Web portal

    1 to update, with 1 request.
    [exit status: 0]
    "#);
    let _ = test.run("apply --auto-approve").ends_with(0);
    assert_eq!(test.app("Web portal")["label"], "Web portal");
    test.assert_laws("");
}

#[test]
fn a_megabyte_in_the_org_is_shown_in_a_few_lines() {
    let test = TestOrg::with_both();
    let _ = test.run("apply --auto-approve").ends_with(0);
    let long = "\u{1b}[31mlong\u{202e} ".repeat(80_000);
    test.edit("Web portal", |app| {
        app["settings"]["notes"]["admin"] = json!(long);
        app["profile"]["note"] = json!("x".repeat(900_000));
    });
    test.replace("manifests/web-portal.yaml", "  visibility", "  profile: {note: short}\n  visibility");
    test.replace("manifests/web-portal.yaml", "    oauthClient:\n", "    notes: {admin: declared}\n    oauthClient:\n");
    for command in ["plan", "plan --requests", "drift", "drift -vvv --log-format json"] {
        let output = test.run(command);
        assert_inert(&output, command);
        assert!(output.everything().len() < 20_000, "{command}: {} bytes", output.everything().len());
    }
    for command in ["plan --format json", "drift --format json"] {
        assert_inert(&test.run(command), command);
    }
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.assert_laws("");
}

#[test]
fn hostile_text_in_a_manifest_is_inert_wherever_it_is_shown() {
    let mut test = TestOrg::new();
    test.set("IDPCTL_WEB_PORTAL_SECRET", SECRET);
    let document = |kind: &str, metadata: Value, spec: Value| {
        json!({"apiVersion": "idpctl/v1", "kind": kind, "metadata": metadata, "spec": spec}).to_string()
    };
    let name = || json!({"name": "web"});
    let client =
        || json!({"oauthClient": {"grant_types": ["client_credentials"], "application_type": "service", "response_types": ["token"]}});
    // JSON writes line breaks and controls as escapes, and a bidi mark as it is: written as an escape it reaches the checks after the reader.
    let escaped = |text: String| text.replace('\u{202e}', "\\u202e").replace('\u{2066}', "\\u2066").replace('\u{2028}', "\\u2028");
    let manifests = [
        document("App", name(), json!({"label": HOSTILE, "settings": client()})),
        document("App", name(), json!({"label": "Web", "settings": client(), "profile": {HOSTILE: {HOSTILE: HOSTILE}}})),
        document("App", name(), json!({"label": "Web", "settings": client(), "profile": {"note": "x\u{1b}[31m".repeat(50_000)}})),
        document("App", name(), json!({"label": "Web", HOSTILE: 1})),
        document("App", json!({"name": HOSTILE}), json!({"label": "Web"})),
        document(HOSTILE, name(), json!({"label": "Web"})),
        document("Grant", name(), json!({"app": HOSTILE, "scopes": [HOSTILE], "issuer": HOSTILE})),
        document("App", name(), json!({"label": "Web", "accessPolicy": {"name": HOSTILE}, "settings": client()})),
        document("ClientCredentials", name(), json!({"client_id": HOSTILE, "client_secrets": [{"name": HOSTILE, "file": HOSTILE}]})),
        format!("apiVersion: idpctl/v1\nkind: App\nmetadata: {{name: web}}\nspec: {{label: \"{HOSTILE}\"}}\n"),
        format!("{}: 1\n", "k".repeat(1_000_000)),
    ];
    for manifest in manifests.into_iter().flat_map(|manifest| [escaped(manifest.clone()), manifest]) {
        test.write("manifests/web.yaml", &manifest);
        for command in
            ["validate", "validate --format json", "plan --requests", "plan --format json", "drift", "apply --auto-approve", "output"]
        {
            let output = test.run(&format!("{command} -vvv"));
            assert_inert(&output, command);
            assert!(command.contains("json") || output.everything().len() < 40_000, "{command}: {} bytes", output.everything().len());
        }
    }
}

#[test]
fn hostile_arguments_are_shown_inert() {
    let test = TestOrg::with_both();
    for arguments in [
        vec!["plan", "--target", "\u{1b}[31mx\u{202e}"],
        vec!["plan", "-f", "\u{1b}[31mx\u{202e}.yaml"],
        vec!["plan", "--select", "App/\u{1b}[31mx\u{202e}"],
        vec!["output", "\u{1b}[31mx\u{202e}"],
        vec!["apply", "\u{1b}[31mx\u{202e}.json"],
        vec!["explain", "\u{1b}[31mx\u{202e}"],
    ] {
        let output = test.run_with(&arguments);
        assert_inert(&output, "");
    }
}
