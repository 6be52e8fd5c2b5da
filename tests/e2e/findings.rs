//! Dangers that changes bring: each with manifests that bring it and manifests that come close, and what becomes of them in every command.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use idpctl::desired::{Desired, resolve};
use idpctl::diagnostic::codes;
use idpctl::findings::Finding;
use idpctl::manifest::{Loaded, Wish, load};
use idpctl::review::review;
use idpctl::secrets::{Files, key_sets};

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

fn found(code: &str, head: &str) -> Vec<Finding> {
    review(&declared(code, "base"), &declared(code, head)).findings
}

fn shown(findings: &[Finding]) -> String {
    findings.iter().fold(String::new(), |mut out, finding| {
        let Finding { code, severity, standing, address, path, origin, what, remedy: _, reason: _ } = finding;
        let path = path.as_ref().map(ToString::to_string).unwrap_or_default();
        let origin = origin.as_ref().map(ToString::to_string).unwrap_or_default();
        writeln!(out, "{code} {} {standing:?} {address} {path} {origin}\n    {what}", severity.as_str()).expect("a String takes all");
        out
    })
}

#[test]
fn each_danger_is_found_where_it_is_and_not_where_it_almost_is() {
    let mut out = String::new();
    for entry in codes::all().filter(|entry| entry.danger.is_some() && !OF_ORGS.contains(&entry.code.0)) {
        let code = entry.code.to_string();
        let brought = found(&code, "head");
        assert!(brought.iter().any(|finding| finding.code == entry.code), "{code}/head.yaml does not bring {code}:\n{}", shown(&brought));
        out.push_str(&shown(&brought));
        let near = found(&code, "near");
        assert!(near.iter().all(|finding| finding.code != entry.code), "{code}/near.yaml brings {code}:\n{}", shown(&near));
        // What was there before is no finding of whatever else changes.
        let head = declared(&code, "head");
        assert_eq!(review(&head, &head).findings, []);
    }
    let folders = fs::read_dir(corpus()).expect("the corpus is there").count();
    assert_eq!(folders + OF_ORGS.len(), codes::all().filter(|entry| entry.danger.is_some()).count(), "a folder of no danger");
    insta::assert_snapshot!(out);
}
