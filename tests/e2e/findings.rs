//! Dangers that changes bring: each with manifests that bring it and manifests that come close, and what becomes of them in every command.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use idpctl::desired::{Desired, resolve};
use idpctl::diagnostic::{Diagnostics, Sources, codes};
use idpctl::findings::{Finding, Standing};
use idpctl::manifest::{Loaded, Wish, load};
use idpctl::render::sarif::sarif;
use idpctl::report::{Report, marks};
use idpctl::review::{Comparison, Presence, Side, TargetReview, review};
use idpctl::secrets::{Files, key_sets};
use serde_json::Value;

use crate::org::TestOrg;
use crate::scratch::Scratch;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/finding")
}

/// Dangers that only an org and its portal together show: `issuers` has them.
const OF_ORGS: [u16; 2] = [4101, 4102];

fn declared(code: &str, file: &str) -> Desired {
    let root = corpus().join(code);
    let Loaded { documents, mut diagnostics, .. } = load(&root, &[format!("{file}.yaml")], &Wish::default());
    let keys = key_sets(&documents, &Files::new(&root, None));
    let desired = resolve("payments", true, &documents, &keys, &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{code}/{file}: {diagnostics:?}");
    desired
}

/// Dangers that an object keeps, and that are told when something else of it changes. The others are in the change itself; of a grant, which is
/// there or not, nothing else can change.
const STATES: [u16; 13] = [4104, 4201, 4202, 4203, 4301, 4302, 4303, 4401, 4402, 4403, 4404, 4406, 4409];

/// Returns the same with something else in every object, which endangers nobody.
fn touched(mut desired: Desired) -> Desired {
    let apps = desired.apps.iter_mut().map(|app| &mut app.body);
    let policies = desired.servers.iter_mut().flat_map(|server| server.policies.iter_mut().flatten());
    let parts = policies.flat_map(|policy| std::iter::once(&mut policy.own).chain(policy.rules.iter_mut().flatten()));
    let bodies = apps.chain(parts.map(|part| &mut part.body)).chain(desired.portal.iter_mut().map(|object| &mut object.body));
    bodies.for_each(|body| body["description"] = "something else".into());
    desired
}

fn found(code: &str, head: &str) -> Vec<Finding> {
    review(&declared(code, "base"), &declared(code, head)).findings
}

/// Returns findings, each with the text of the manifest that it points at.
fn shown(code: &str, findings: &[Finding]) -> String {
    let folder = code;
    findings.iter().fold(String::new(), |mut out, finding| {
        let Finding { code, severity, standing, address, path, origin: place, what, remedy: _, reason: _ } = finding;
        let path = path.as_ref().map(ToString::to_string).unwrap_or_default();
        let origin = place.as_ref().map(ToString::to_string).unwrap_or_default();
        let marked = place.as_ref().map(|place| {
            let text = fs::read_to_string(corpus().join(folder).join(&*place.file)).expect("the file is there");
            text[place.start as usize..place.end as usize].to_owned()
        });
        writeln!(out, "{code} {} {standing:?} {address} {path} {origin} {marked:?}\n    {what}", severity.as_str())
            .expect("a String takes all");
        out
    })
}

#[test]
fn each_danger_is_found_where_it_is_and_not_where_it_almost_is() {
    let mut out = String::new();
    for entry in codes::all().filter(|entry| entry.danger.is_some() && !OF_ORGS.contains(&entry.code.0)) {
        let code = entry.code.to_string();
        let brought = found(&code, "head");
        assert!(
            brought.iter().any(|finding| finding.code == entry.code),
            "{code}/head.yaml does not bring {code}:\n{}",
            shown(&code, &brought)
        );
        out.push_str(&shown(&code, &brought));
        let near = found(&code, "near");
        assert!(near.iter().all(|finding| finding.code != entry.code), "{code}/near.yaml brings {code}:\n{}", shown(&code, &near));
        // What was there before is no finding of whatever else changes.
        let head = declared(&code, "head");
        let later = review(&head, &touched(head.clone())).findings;
        assert!(later.iter().all(|finding| finding.standing == Standing::Before), "{code}:\n{later:#?}");
        let stays = STATES.contains(&entry.code.0);
        assert_eq!(later.iter().any(|finding| finding.code == entry.code), stays, "{code}:\n{later:#?}");
    }
    let folders = fs::read_dir(corpus()).expect("the corpus is there").count();
    assert_eq!(folders + OF_ORGS.len(), codes::all().filter(|entry| entry.danger.is_some()).count(), "a folder of no danger");
    insta::assert_snapshot!(out);
}

const WEB: &str = "apiVersion: idpctl/v1
kind: App
metadata: {name: web}
spec:
  label: Web
  settings:
    oauthClient:
      application_type: web
      grant_types: [authorization_code]
      response_types: [code]
      redirect_uris: [https://web.example.com/cb]
";

/// The same with the implicit grant, and another label.
fn implicit() -> String {
    WEB.replace("[authorization_code]", "[authorization_code, implicit]").replace("label: Web", "label: Shop")
}

fn accepting(text: &str) -> String {
    text.replace("{name: web}", "{name: web, accept: {IDP4401: 'legacy client, gone by March'}}")
}

#[test]
fn what_a_change_adds_is_refused_by_its_severity_in_every_command() {
    let test = TestOrg::new();
    test.write("manifests/web.yaml", WEB);
    let _ = test.run("validate --fail-on low").ends_with(0);
    let _ = test.run("apply --auto-approve --fail-on low").ends_with(0);
    test.write("manifests/web.yaml", implicit());
    insta::assert_snapshot!(test.run("validate --fail-on high"), @"
    Findings
      high IDP4401 App/web (manifests/web.yaml:9:41): the implicit grant puts tokens into URLs, where histories, logs and other sites read them, and binds them to nobody
          Use the authorization code grant with PKCE.
          https://www.rfc-editor.org/rfc/rfc9700#section-2.1.2

    1 document is valid.
    ------- stderr -------
    refused: 1 finding of severity high (`--fail-on`): put it right, or accept it with a reason in `metadata.accept` of the document
    [exit status: 3]
    ");
    insta::assert_snapshot!(test.run("plan --fail-on medium --out plan.json"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update App/web "Web"
        label: "Web" → "Shop"
        settings.oauthClient.grant_types: ["authorization_code"] → ["authorization_code", "implicit"]

    Findings
      high IDP4401 App/web (manifests/web.yaml:9:41): the implicit grant puts tokens into URLs, where histories, logs and other sites read them, and binds them to nobody
          Use the authorization code grant with PKCE.
          https://www.rfc-editor.org/rfc/rfc9700#section-2.1.2

    Refused
      1 finding of severity medium or worse (`--fail-on`): put it right, or accept it with a reason in `metadata.accept` of the document

    1 to update, with 1 request. It is refused; what would allow it is said above.
    [exit status: 3]
    "#);
    let refused = test.run("apply --auto-approve --fail-on high").ends_with(3);
    assert_eq!(refused.writes(), [""; 0]);
    // The plan says how bad a danger may not be, and a file that says otherwise allows no more than the command line.
    let refused = test.run("apply plan.json").ends_with(3);
    assert_eq!(refused.writes(), [""; 0]);
    test.write("plan.json", test.read("plan.json").replace(r#""fail_on": "medium""#, r#""fail_on": "low""#));
    let _ = test.run("apply plan.json --fail-on high").ends_with(3);
    let _ = test.run("apply --auto-approve").ends_with(0);
    // It is there now: a later change does not add it, and nothing is said where nothing changes.
    test.write("manifests/web.yaml", implicit().replace("label: Shop", "label: Store"));
    insta::assert_snapshot!(test.run("plan --fail-on low"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update App/web "Shop"
        label: "Shop" → "Store"

    There before
      high IDP4401 App/web (manifests/web.yaml:9:41): the implicit grant puts tokens into URLs, where histories, logs and other sites read them, and binds them to nobody

    1 to update, with 1 request.
    [exit status: 0]
    "#);
    let _ = test.run("apply --auto-approve --fail-on low").ends_with(0);
    let said = test.run("plan --fail-on low").ends_with(0);
    assert!(!said.everything().contains("IDP4401"), "{said}");
}

#[test]
fn what_is_accepted_with_a_reason_is_told_and_stops_nothing() {
    let test = TestOrg::new();
    test.write("manifests/web.yaml", accepting(&implicit()));
    insta::assert_snapshot!(test.run("plan --fail-on low"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create App/web "Shop"
        label: "Shop"
        settings.oauthClient.application_type: "web"
        settings.oauthClient.grant_types: ["authorization_code", "implicit"]
        settings.oauthClient.response_types: ["code"]
        settings.oauthClient.redirect_uris: ["https://web.example.com/cb"]
        mark: none → default/web

    Accepted
      high IDP4401 App/web (manifests/web.yaml:9:41): the implicit grant puts tokens into URLs, where histories, logs and other sites read them, and binds them to nobody
          accepted: legacy client, gone by March

    1 to create, with 1 request.
    [exit status: 0]
    "#);
    let _ = test.run("validate --fail-on low").ends_with(0);
    let _ = test.run("apply --auto-approve --fail-on low").ends_with(0);
}

#[test]
fn somebody_s_hand_in_the_org_is_a_finding_of_the_drift() {
    let test = TestOrg::new();
    test.write("manifests/web.yaml", WEB);
    let _ = test.run("apply --auto-approve").ends_with(0);
    let mut app = test.app("Web");
    app["settings"]["oauthClient"]["redirect_uris"] = serde_json::json!(["https://web.example.com/cb", "http://web.example.com/cb"]);
    let _ = test.send("PUT", &format!("/api/v1/apps/{}", test.id("Web")), &app);
    insta::assert_snapshot!(test.run("drift --fail-on high"), @r#"
    Drift of `default` in http://ORG (00of00000000j617U5d7)

    App/web
        settings.oauthClient.redirect_uris:   (changed live)
            "https://web.example.com/cb"
          + "http://web.example.com/cb"

    Findings
      high IDP4302 App/web (manifests/web.yaml:11:22): the redirect URI `http://web.example.com/cb` is plain http to another machine: whoever is on the way reads the code
          `idpctl apply` puts it back; who did it is in the org's log.
          https://www.rfc-editor.org/rfc/rfc9700#section-2.6

    1 item: 1 changed live.
    ------- stderr -------
    refused: 1 finding of severity high (`--fail-on`): put it right, or accept it with a reason in `metadata.accept` of the document
    [exit status: 3]
    "#);
    let _ = test.run("drift").ends_with(2);
    // What the manifests say since is nobody's hand.
    test.write("manifests/web.yaml", WEB.replace("label: Web", "label: Shop"));
    let pending = test.run("drift --fail-on low").ends_with(2);
    assert!(pending.stdout.contains("(pending)"), "{pending}");
    // The plan that puts it back adds nothing.
    let _ = test.run("plan --fail-on low --detailed-exitcode").ends_with(2);
}

#[test]
fn an_acceptance_does_not_count_in_the_change_that_brings_the_danger() {
    let scratch = Scratch::new();
    scratch.remove("manifests/worker.yaml");
    scratch.write("manifests/web.yaml", WEB);
    scratch.commit("without");
    scratch.write("manifests/web.yaml", &accepting(&implicit()));
    insta::assert_snapshot!(scratch.run("diff HEAD --target default --fail-on high"), @r#"
    Difference between `HEAD` (c976e06bbe) and the working tree

    Target `default` of `payments`

    ~ change App/web "Shop"
        label: "Web" → "Shop"
        settings.oauthClient.grant_types: ["authorization_code"] → ["authorization_code", "implicit"]
        metadata.accept.IDP4401: "legacy client, gone by March"   (was not declared)

    Findings
      high IDP4401 App/web (manifests/web.yaml:9:41): the implicit grant puts tokens into URLs, where histories, logs and other sites read them, and binds them to nobody
          Use the authorization code grant with PKCE.
          https://www.rfc-editor.org/rfc/rfc9700#section-2.1.2
          accepted in this very change, which does not count: legacy client, gone by March

    1 changed.
    ------- stderr -------
    refused: 1 finding of severity high (`--fail-on`): put it right, or accept it with a reason in `metadata.accept` of the document
    [exit status: 3]
    "#);
    // Once somebody has seen it, it counts for what comes later, and what was there is no finding.
    scratch.write("manifests/web.yaml", &accepting(WEB));
    scratch.commit("accepted");
    scratch.write("manifests/web.yaml", &accepting(&implicit()));
    insta::assert_snapshot!(scratch.run("diff HEAD --target default --fail-on low"), @r#"
    Difference between `HEAD` (202d8b2779) and the working tree

    Target `default` of `payments`

    ~ change App/web "Shop"
        label: "Web" → "Shop"
        settings.oauthClient.grant_types: ["authorization_code"] → ["authorization_code", "implicit"]

    Accepted
      high IDP4401 App/web (manifests/web.yaml:9:41): the implicit grant puts tokens into URLs, where histories, logs and other sites read them, and binds them to nobody
          accepted: legacy client, gone by March

    1 changed.
    [exit status: 0]
    "#);
    scratch.commit("brought");
    scratch.write("manifests/web.yaml", &implicit().replace("label: Shop", "label: Store"));
    insta::assert_snapshot!(scratch.run("diff HEAD --target default --fail-on low --exit-code"), @r#"
    Difference between `HEAD` (e638e5272e) and the working tree

    Target `default` of `payments`

    ~ change App/web "Store"
        label: "Shop" → "Store"
        metadata.accept.IDP4401: "legacy client, gone by March"   (released: declared no longer, and the live value stays)

    There before
      high IDP4401 App/web (manifests/web.yaml:9:41): the implicit grant puts tokens into URLs, where histories, logs and other sites read them, and binds them to nobody

    1 changed.
    [exit status: 2]
    "#);
}

#[test]
fn a_danger_of_a_layer_stands_where_the_layer_says_it() {
    let scratch = Scratch::new();
    scratch.edit("idpctl.yaml", "{visibility:", "{settings: {oauthClient: {consent_method: REQUIRED}}, visibility:");
    scratch.commit("consent");
    scratch.edit("idpctl.yaml", "REQUIRED", "TRUSTED");
    scratch.write(
        "overlays/staging/web.yaml",
        "apiVersion: idpctl/v1\nkind: App\nmetadata: {name: web}\npatch:\n  settings:\n    oauthClient:\n      redirect_uris:\n        - https://web.example.com/cb\n        - http://web.example.com/cb\n",
    );
    let found = |target: &str| {
        let shown = scratch.run(&format!("diff HEAD --target {target} --format json")).ends_with(0).json();
        let findings = shown["targets"][0]["findings"].as_array().expect("a list").clone();
        findings.iter().map(|finding| format!("{} {} {}", finding["code"], finding["address"], finding["origin"])).collect::<Vec<_>>()
    };
    insta::assert_snapshot!(found("staging").join("\n"), @r#"
    "IDP4302" "App/web" "overlays/staging/web.yaml:9:11"
    "IDP4408" "App/web" "idpctl.yaml:4:59"
    "IDP4408" "App/worker" "idpctl.yaml:4:59"
    "#);
    insta::assert_snapshot!(found("default").join("\n"), @r#"
    "IDP4408" "App/web" "idpctl.yaml:4:59"
    "IDP4408" "App/worker" "idpctl.yaml:4:59"
    "#);
}

#[test]
fn the_list_in_the_documentation_is_the_one_in_the_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/findings.md");
    let made = idpctl::render::findings::reference();
    if std::env::var_os("IDPCTL_WRITE_DOCS").is_some() {
        fs::write(&file, &made).expect("the page can be written");
    }
    let kept = fs::read_to_string(&file).expect("the page is there");
    assert!(kept == made, "docs/findings.md is not what the code says: run this test with IDPCTL_WRITE_DOCS=1 and look at the difference");
}

/// Returns a log for code scanning, once it fits the published schema.
fn scanned(log: Value) -> Value {
    static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
        // A bracket is closed there that nobody opened, in the pattern of a property that we do not write.
        let text = include_str!("../sarif/sarif-schema-2.1.0.json").replace("{2}]?$", "{2}$");
        let schema = serde_json::from_str(&text).expect("the schema is JSON");
        jsonschema::options().should_validate_formats(true).build(&schema).expect("the schema is one")
    });
    let faults: Vec<_> = SCHEMA.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    log
}

/// Returns where the results of a log are, as `RULE FILE:LINE:COLUMN`.
fn places(log: &Value) -> Vec<String> {
    let results = log["runs"][0]["results"].as_array().expect("a list");
    let place = |result: &Value| {
        let place = &result["locations"][0]["physicalLocation"];
        let (file, region) = (place["artifactLocation"]["uri"].as_str().unwrap_or_default(), &place["region"]);
        format!("{} {file}:{}:{}", result["ruleId"].as_str().unwrap_or_default(), region["startLine"], region["startColumn"])
    };
    let mut places: Vec<_> = results.iter().map(place).collect();
    places.sort();
    places
}

#[test]
fn code_scanning_is_told_every_danger_of_the_corpus_on_its_line() {
    for entry in codes::all().filter(|entry| entry.danger.is_some() && !OF_ORGS.contains(&entry.code.0)) {
        let code = entry.code.to_string();
        let side = |name: &str| Side { name: name.to_owned(), commit: "0".repeat(40), is_empty: false };
        let review = review(&declared(&code, "base"), &declared(&code, "head"));
        let place = |finding: &Finding| format!("{} {}", finding.code, finding.origin.as_ref().expect("it is declared"));
        let mut expected: Vec<_> = review.findings.iter().map(place).collect();
        expected.sort();
        let target = TargetReview { target: None, project: "payments".to_owned(), presence: Presence::Both, review };
        let report = Report::from(&Comparison { base: side("base"), head: Some(side("head")), targets: vec![target] });
        let log = sarif(&marks(&report.found(), &Diagnostics::default(), &Sources::default()), "diff");
        assert_eq!(places(&scanned(log)), expected, "{code}");
    }
}

#[test]
fn code_scanning_is_told_every_mistake_of_the_corpus_on_its_line() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/invalid");
    let mut files: Vec<_> = fs::read_dir(&folder).expect("the corpus is there").map(|file| file.expect("a file").path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "yaml"));
    files.sort();
    assert!(files.len() > 200, "{} files", files.len());
    for file in files {
        let name = file.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let Loaded { documents, sources, mut diagnostics, .. } = load(&folder, std::slice::from_ref(&name), &Wish::default());
        let keys = key_sets(&documents, &Files::new(&folder, None));
        let _ = resolve("payments", true, &documents, &keys, &mut diagnostics);
        let log = scanned(sarif(&marks(&[], &diagnostics, &sources), "validate"));
        let told: BTreeSet<_> = places(&log).into_iter().collect();
        for diagnostic in diagnostics.sorted() {
            if let Some(origin) = &diagnostic.origin {
                assert!(
                    told.contains(&format!("{} {origin}", diagnostic.code)),
                    "{name}: {} at {origin} is not told: {told:?}",
                    diagnostic.code
                );
            }
        }
    }
}
