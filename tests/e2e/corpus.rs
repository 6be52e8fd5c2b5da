//! Every rule for manifests has a file in `tests/corpus/` that breaks it and nothing else; what is said about it stands beside it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use idpctl::desired::{Desired, resolve};
use idpctl::diagnostic::{Code, Diagnostics, codes};
use idpctl::manifest::{Loaded, Wish, load};
use idpctl::render::diagnostics::text;
use idpctl::secrets::{Files, key_sets};

fn corpus(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder)
}

fn cases(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(corpus(folder)).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = entries.filter(|name| name.ends_with(".yaml")).collect();
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
    settings.bind(|| insta::assert_snapshot!(case.trim_end_matches(".yaml"), shown));
}

fn codes_of(diagnostics: &Diagnostics) -> BTreeSet<Code> {
    diagnostics.sorted().into_iter().map(|diagnostic| diagnostic.code).collect()
}

/// Returns the codes that the project files of the corpus bring up.
fn project_files(check: impl Fn(&str, &str)) -> BTreeSet<Code> {
    let mut found = BTreeSet::new();
    for case in cases("project") {
        let repository = tempfile::tempdir().unwrap();
        fs::copy(corpus("project").join(&case), repository.path().join("idpctl.yaml")).unwrap();
        fs::create_dir(repository.path().join("manifests")).unwrap();
        fs::copy(corpus("valid/app-small.yaml"), repository.path().join("manifests/app.yaml")).unwrap();
        let (_, diagnostics, shown) = checked(repository.path(), &[]);
        check(&case, &shown);
        found.append(&mut codes_of(&diagnostics));
    }
    found
}

#[test]
fn every_invalid_manifest_is_refused_with_its_place_and_remedy() {
    let cases = cases("invalid");
    assert!(cases.len() >= 60, "{} cases", cases.len());
    for case in cases {
        let (_, diagnostics, shown) = checked(&corpus("invalid"), std::slice::from_ref(&case));
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
        let (desired, _, shown) = checked(&corpus("valid"), std::slice::from_ref(&case));
        assert_eq!(shown, "", "{case}");
        assert!(!desired.apps.is_empty());
    }
    let (desired, _, shown) = checked(&corpus("valid"), &[".".to_owned()]);
    assert_eq!(shown, "");
    assert_eq!(desired.apps.len(), 4);
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
    for case in cases("invalid") {
        found.append(&mut codes_of(&checked(&corpus("invalid"), &[case]).1));
    }
    let missing: Vec<_> = codes::all().map(|entry| entry.code).filter(|code| !found.contains(code) && !ELSEWHERE.contains(code)).collect();
    // The form of a secret's value is checked when the value is at hand.
    assert_eq!(missing, [codes::SECRET_FORM]);
}
