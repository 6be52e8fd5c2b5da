//! Text that is made to do harm, in the forms that forges, runners and browsers read: it is text in every one of them.

use serde_json::json;

use crate::hostile::edited;
use crate::inert::{assert_annotations, assert_comment, assert_no_command, assert_page, assert_printable};
use crate::org::Output;
use crate::scratch::Scratch;

/// Markup of every sort, a mention, commands of runners, the ends of what it may stand in, escapes for terminals, and marks that turn the writing round.
pub(crate) const HOSTILE: &str = "a|`````</summary></details><script>alert(1)</script><img src=x onerror=alert(1)> @everyone #1\n::error::x\n%0A::set-output name=a::b\n\
    ##[add-mask]c ##vso[task.setvariable]d --> ]]> ![x](https://evil.example/) **b** [l](u) \u{1b}[31m\u{202e}\u{200b}\r\n~~~\n```\n\"' x=y";

/// Checks what a command says in every form.
pub(crate) fn assert_inert(run: impl Fn(&str) -> Output) {
    let text = run("");
    assert_no_command(&text.stdout);
    assert_no_command(&run("--format json").stdout);
    let comment = run("--format markdown");
    assert_comment(&comment.stdout);
    assert!(comment.stdout.chars().count() <= 65_000 && !comment.stdout.is_empty());
    let page = run("--format html");
    assert_page(&page.stdout);
    assert!(page.stdout.len() < 500_000, "{} bytes", page.stdout.len());
    let annotations = run("--format github");
    assert_annotations(&annotations.stdout);
    let log = run("--format sarif");
    assert_eq!(log.json()["version"], "2.1.0");
    for output in [&text, &comment, &page, &annotations, &log] {
        assert_printable(&output.everything());
        assert_no_command(&output.stderr);
        assert_eq!(output.status, text.status, "the form says nothing about how it went");
    }
}

#[test]
fn hostile_text_in_the_org_is_text_in_every_form() {
    let test = edited(HOSTILE);
    test.replace("manifests/billing-worker.yaml", "  accessPolicy: {name: No such policy}\n", "");
    for command in ["plan --prune", "plan", "drift"] {
        assert_inert(|form| test.run(&format!("{command} {form}")));
    }
}

#[test]
fn two_megabytes_in_the_org_are_a_few_lines_in_every_form() {
    let test = edited(HOSTILE);
    test.replace("manifests/billing-worker.yaml", "  accessPolicy: {name: No such policy}\n", "");
    test.edit("Billing worker", |app| app["settings"]["notes"] = json!({"admin": HOSTILE.repeat(2_000_000 / HOSTILE.len())}));
    test.replace("manifests/billing-worker.yaml", "  settings:\n", "  settings:\n    notes: {admin: short}\n");
    assert_inert(|form| test.run(&format!("plan {form}")));
}

#[test]
fn hostile_text_in_a_manifest_is_text_in_every_form() {
    let scratch = Scratch::new();
    // What turns the writing round has no place in a manifest as it is, and may be written as an escape.
    let written = |text: &str| {
        let text = serde_json::to_string(text).expect("text is JSON");
        text.replace('\u{202e}', "\\u202e").replace('\u{200b}', "\\u200b")
    };
    let (whole, begin, end) = (written(HOSTILE), written(&HOSTILE[..90]), written(&HOSTILE[90..180]));
    scratch.edit("manifests/web.yaml", "label: Web", &format!("label: {begin}\n  profile: {{note: {whole}, {whole}: {whole}}}"));
    scratch.edit("manifests/web.yaml", "[authorization_code]", "[authorization_code, implicit]");
    scratch.edit("manifests/web.yaml", "response_types: [code]", "response_types: [code, token]");
    let registered = format!(
        "apiVersion: idpctl/v1\nkind: Client\nmetadata: {{name: robot, accept: {{IDP4401: {whole}}}}}\nspec:\n  client_name: {end}\n  \
         application_type: web\n  redirect_uris: ['https://a.example/cb']\n  grant_types: [authorization_code, implicit]\n  response_types: [code, token]\n"
    );
    // A field that begins a line may be called like a command.
    let additional = "  additionalFields: {'::warning::y': 1, '##[error]z': {'::notice::a': [1]}}\n";
    scratch.edit("manifests/web.yaml", "---\n", &format!("{additional}---\n"));
    scratch.write("manifests/a,b%0A::error::x`|@everyone<b>.yaml", &registered);
    let command = "diff HEAD --target default";
    assert!(scratch.run(command).ends_with(0).stdout.contains("IDP4401"));
    assert_inert(|form| scratch.run(&format!("{command} {form}")));
}
