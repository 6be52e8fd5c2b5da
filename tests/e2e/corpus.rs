//! Every rule for manifests has a file in `tests/corpus/` that breaks it and nothing else; what is said about it stands beside it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use idpctl::address::Kind;
use idpctl::desired::{Desired, resolve};
use idpctl::diagnostic::{Code, Diagnostics, Sources, codes};
use idpctl::manifest::{Loaded, SourceFile, Wish, load, read};
use idpctl::render::diagnostics::text;
use idpctl::resource::{Shape, every_leaf, table};
use idpctl::secrets::{Files, key_sets};
use serde_json::Value;

fn corpus(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder)
}

/// Returns the names of a folder's manifests, without their ending.
fn cases(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(corpus(folder)).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = entries.filter_map(|name| name.strip_suffix(".yaml").map(str::to_owned)).collect();
    names.sort();
    names
}

/// Checks the manifests as `validate` does.
fn checked(root: &Path, files: &[String]) -> (Desired, Diagnostics, String) {
    let variables = [("host".to_owned(), "a.example".to_owned()), ("big".to_owned(), "x".repeat(600_000))].into();
    let Loaded { documents, sources, mut diagnostics, .. } = load(root, files, &Wish { variables, ..Wish::default() });
    let keys = key_sets(&documents, &Files::new(root, None));
    let desired = resolve("payments", true, &documents, &keys, &mut diagnostics);
    let shown = text(&diagnostics, &sources, false);
    (desired, diagnostics, shown)
}

fn snapshot(folder: &str, case: &str, shown: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(corpus(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(case, shown));
}

fn codes_of(diagnostics: &Diagnostics) -> BTreeSet<Code> {
    diagnostics.sorted().into_iter().map(|diagnostic| diagnostic.code).collect()
}

/// Returns the codes that the project files of the corpus bring up.
fn project_files(check: impl Fn(&str, &str)) -> BTreeSet<Code> {
    let mut found = BTreeSet::new();
    for case in cases("project") {
        let repository = tempfile::tempdir().unwrap();
        fs::copy(corpus("project").join(format!("{case}.yaml")), repository.path().join("idpctl.yaml")).unwrap();
        fs::create_dir(repository.path().join("manifests")).unwrap();
        fs::copy(corpus("valid/app-small.yaml"), repository.path().join("manifests/app.yaml")).unwrap();
        let (_, diagnostics, shown) = checked(repository.path(), &[]);
        check(&case, &shown);
        found.append(&mut codes_of(&diagnostics));
    }
    found
}

/// Returns the codes that the repositories of the corpus bring up, which have defaults and overlays.
fn overlays(check: impl Fn(&str, &str)) -> BTreeSet<Code> {
    let entries = fs::read_dir(corpus("overlay")).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir()).map(|entry| entry.file_name().into_string().unwrap());
    let mut found = BTreeSet::new();
    for case in folders.collect::<BTreeSet<_>>() {
        let (_, diagnostics, shown) = checked(&corpus("overlay").join(&case), &[]);
        assert!(!diagnostics.is_empty(), "{case} is not refused");
        check(&case, &shown);
        found.append(&mut codes_of(&diagnostics));
    }
    found
}

#[test]
fn every_invalid_overlay_is_refused_with_its_place_and_remedy() {
    overlays(|case, shown| {
        assert!(!shown.contains("literally-the"), "{case} shows a secret:\n{shown}");
        snapshot("overlay", case, shown);
    });
}

#[test]
fn every_invalid_manifest_is_refused_with_its_place_and_remedy() {
    let cases = cases("invalid");
    assert!(cases.len() >= 60, "{} cases", cases.len());
    for case in cases {
        let (_, diagnostics, shown) = checked(&corpus("invalid"), &[format!("{case}.yaml")]);
        assert!(!diagnostics.is_empty(), "{case} is not refused");
        assert!(!shown.contains("literally-the"), "{case} shows a secret:\n{shown}");
        assert!(!shown.chars().any(|c| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{2069}').contains(&c)), "{case} is not inert");
        for diagnostic in diagnostics.sorted() {
            assert!(codes::find(diagnostic.code).is_some(), "{case}: {} is not documented", diagnostic.code);
        }
        snapshot("invalid", &case, &shown);
    }
}

#[test]
fn every_invalid_project_file_is_refused_with_its_place_and_remedy() {
    project_files(|case, shown| {
        assert!(!shown.contains("literally-the"), "{case} shows a secret:\n{shown}");
        snapshot("project", case, shown);
    });
}

#[test]
fn one_file_with_ten_faults_reports_all_ten() {
    let (_, diagnostics, _) = checked(&corpus("invalid"), &["ten-faults.yaml".to_owned()]);
    assert_eq!(diagnostics.len(), 10);
}

#[test]
fn valid_manifests_load_clean() {
    for case in cases("valid") {
        let (desired, _, shown) = checked(&corpus("valid"), &[format!("{case}.yaml")]);
        assert_eq!(shown, "", "{case}");
        let okta = !desired.apps.is_empty() || !desired.clients.is_empty() || !desired.servers.is_empty();
        assert!(okta || !desired.portal.is_empty());
    }
    let (desired, _, shown) = checked(&corpus("valid"), &[".".to_owned()]);
    assert_eq!(shown, "");
    assert_eq!((desired.apps.len(), desired.clients.len(), desired.portal.len(), desired.servers.len()), (6, 2, 3, 2));
}

/// What cannot be a file of the corpus, and is tested where it is found.
const ELSEWHERE: [Code; 8] = [
    codes::FILE_TOO_LARGE,
    codes::PATH_MISSING,
    codes::UNREADABLE,
    codes::LINK_OUTSIDE,
    codes::LINK_LOOP,
    codes::TARGET_UNKNOWN,
    codes::TARGET_CHOICE,
    codes::TARGET_EMULATOR,
];

#[test]
fn every_code_is_brought_up_by_a_file_of_the_corpus() {
    let mut found = project_files(|_, _| ());
    found.append(&mut overlays(|_, _| ()));
    for case in cases("invalid") {
        found.append(&mut codes_of(&checked(&corpus("invalid"), &[format!("{case}.yaml")]).1));
    }
    // From 600 on a code needs an org.
    let offline = codes::all().map(|entry| entry.code).filter(|code| code.0 < 600);
    let missing: Vec<_> = offline.filter(|code| !found.contains(code) && !ELSEWHERE.contains(code)).collect();
    // The form of a secret's value is checked when the value is at hand.
    assert_eq!(missing, [codes::SECRET_FORM]);
}

#[test]
fn what_real_orgs_hold_can_be_declared() {
    let shared = std::env::var_os("IDPCTL_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let Ok(recorded) = fs::read_to_string(shared.join("okta-recorded/apps.jsonl")) else {
        #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
        {
            eprintln!("skipped: {} is not there", shared.display());
        }
        return;
    };
    let mut specs = BTreeSet::new();
    for line in recorded.lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let answer = &exchange["response"];
        for app in answer.as_array().map_or(std::slice::from_ref(answer), Vec::as_slice) {
            if app["name"] == "oidc_client" && app["settings"]["oauthClient"].is_object() {
                specs.insert(declared(app).to_string());
            }
        }
    }
    assert!(specs.len() > 50, "{} different apps", specs.len());
    // Each without one of its fields as well: what is not declared is not assumed.
    let mut subsets = BTreeSet::new();
    for spec in &specs {
        let client = ["settings.oauthClient", "credentials.oauthClient"].map(idpctl::json::Path::of);
        let keys = idpctl::json::Path::of("settings.oauthClient.jwks.keys");
        let dropped = |path: &idpctl::json::Path| client.iter().any(|client| path.starts_with(client) && path != client) && *path != keys;
        for (path, _) in every_leaf(table(Kind::App)).iter().filter(|(path, _)| dropped(path)) {
            let mut subset: Value = serde_json::from_str(spec).unwrap();
            if path.remove(&mut subset).is_some() {
                subsets.insert(subset.to_string());
            }
        }
    }
    assert!(subsets.len() > specs.len());
    for spec in specs.iter().chain(&subsets) {
        let manifest = format!("apiVersion: idpctl/v1\nkind: App\nmetadata: {{name: web}}\nspec: {spec}\n");
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
        let file = SourceFile { name: "app.yaml".into(), text: manifest.into() };
        let documents = read(&[file], Some(&[].into()), &mut sources, &mut diagnostics);
        resolve("payments", true, &documents, &[].into(), &mut diagnostics);
        assert_eq!(text(&diagnostics, &sources, false), "");
    }
}

/// Returns every field of a live app that a manifest can declare.
fn declared(app: &Value) -> Value {
    let mut spec = Value::Object(serde_json::Map::new());
    for (path, field) in every_leaf(table(Kind::App)) {
        let value = path.find(app).filter(|value| !value.is_null() || field.rule.absent.is_some());
        if let Some(value) = value.filter(|_| !matches!(field.shape, Shape::Object(_))) {
            path.set(&mut spec, value.clone());
        }
    }
    // What Okta adds to each key is not part of it.
    let keys = idpctl::json::Path::of("settings.oauthClient.jwks.keys");
    if let Some(mut kept) = keys.find(&spec).cloned() {
        for key in kept.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            key.retain(|name, value| !matches!(name.as_str(), "id" | "status" | "created" | "lastUpdated" | "_links") && !value.is_null());
        }
        keys.set(&mut spec, kept);
    }
    spec
}
