//! Tests of the repository itself: what the house style says about its sources, read from the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules of `idpctl` in the order in which data flows: each may import those above it and no others.
const ORDER: [&str; 37] = [
    "address",
    "secret",
    "printable",
    "request",
    "json",
    "select",
    "diagnostic",
    "resource",
    "manifest",
    "observed",
    "desired",
    "bind",
    "diff",
    "findings",
    "program",
    "plan",
    "drift",
    "review",
    "export",
    "graph",
    "report",
    "verify",
    "scopes",
    "forge",
    "render",
    // Effects begin here.
    "clock",
    "env",
    "http",
    "secrets",
    "revision",
    "observe",
    "obtain",
    "comment",
    "notify",
    "apply",
    "pipeline",
    "cli",
];

/// The last pure module of the order.
const LAST_PURE: &str = "render";

/// Files of pure modules that touch the world all the same.
const IMPURE: [&str; 1] = ["manifest/source.rs"];

/// Imports that point down: values that somebody has to show. Nothing else of those modules is named.
const DOWNWARD: [(&str, &str); 2] = [
    ("render/advice.rs", "crate::http::{Error, Kind, TransportError}"),
    ("render/outcomes.rs", "crate::apply::{Failure, Outcome, Report}"),
];

/// Words that a pure module does not hold.
const EFFECTS: [&str; 13] = [
    "async",
    "await",
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::time::Instant",
    "std::time::SystemTime",
    "Timestamp::now",
    "Instant::now",
    "SystemTime::now",
    "reqwest",
    "tokio",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns every file below a folder of the repository, by its path from there, sorted; what is built or local is left out.
fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            match entry.file_type().unwrap() {
                kind if kind.is_dir() && !["target", ".git", ".idpctl"].contains(&name.as_str()) => {
                    // What fuzzing has gathered is as arbitrary as it gets.
                    folders
                        .extend(Some(entry.path()).filter(|path| !["fuzz/corpus", "fuzz/artifacts"].iter().any(|it| path.ends_with(it))));
                }
                kind if kind.is_file() && name != ".git" => found.push(entry.path()),
                _ => {}
            }
        }
    }
    let base = root().join(folder);
    let mut names: Vec<_> = found.iter().map(|path| path.strip_prefix(&base).unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn sources(folder: &str) -> Vec<String> {
    files(folder).into_iter().filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "rs")).collect()
}

fn is_test(file: &str) -> bool {
    file.ends_with("tests.rs") || file.contains("/tests/")
}

/// Returns the lines of a source file that are code of the product: no comments, and nothing from its tests on.
fn code(text: &str) -> Vec<(usize, &str)> {
    let lines: Vec<_> = text.lines().collect();
    let tests = lines.windows(2).position(|pair| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod tests")).unwrap_or(lines.len());
    let lines = lines[..tests].iter().enumerate().map(|(i, line)| (i + 1, *line));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//")).collect()
}

/// Returns every line of code in `src` with its file, its number and the module that it belongs to.
fn each_line(mut look: impl FnMut(&str, &str, usize, &str)) {
    for file in sources("src").iter().filter(|file| !is_test(file)) {
        let module = file.split(['/', '.']).next().unwrap();
        let text = fs::read_to_string(root().join("src").join(file)).unwrap();
        for (number, line) in code(&text) {
            look(file, module, number, line);
        }
    }
}

fn has_word(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| !line[..at].ends_with(part) && !line[at + word.len()..].starts_with(part))
}

fn rank(module: &str) -> Option<usize> {
    ORDER.iter().position(|known| *known == module)
}

#[test]
fn every_module_has_a_place_in_the_order() {
    let library = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let declared: BTreeSet<_> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';'))).collect();
    assert_eq!(declared, ORDER.into_iter().collect());
}

#[test]
fn pure_modules_have_no_effects() {
    let mut found = Vec::new();
    each_line(|file, module, number, line| {
        let pure = rank(module) <= rank(LAST_PURE) && rank(module).is_some() && !IMPURE.contains(&file);
        for word in EFFECTS.iter().filter(|word| pure && has_word(line, word)) {
            found.push(format!("src/{file}:{number} has `{word}`: {line}"));
        }
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn imports_only_point_up() {
    let (mut found, mut excused) = (Vec::new(), BTreeSet::new());
    each_line(|file, module, number, line| {
        let imported = line.match_indices("crate::").filter(|(at, _)| !line[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
        for (at, prefix) in imported {
            let name = line[at + prefix.len()..].split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
            let downward = rank(name) > rank(module) && rank(module).is_some();
            match DOWNWARD.iter().find(|(excused, import)| *excused == file && line.contains(import)) {
                Some(excuse) if downward => drop(excused.insert(excuse)),
                _ if downward => found.push(format!("src/{file}:{number} imports what is below it: {line}")),
                _ => {}
            }
        }
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert_eq!(excused, DOWNWARD.iter().collect(), "an import that is excused is there no more");
}

#[test]
fn one_file_alone_names_the_yaml_library() {
    let mut naming = BTreeSet::new();
    each_line(|file, _, _, line| {
        if has_word(line, "serde_yaml") {
            naming.insert(file.to_owned());
        }
    });
    assert_eq!(naming, ["manifest/yaml.rs".to_owned()].into());
}

#[test]
fn every_source_file_says_what_it_is_for() {
    for folder in ["src", "emulator/src", "tests/e2e", "tests/laws", "emulator/tests/org"] {
        for file in sources(folder) {
            let text = fs::read_to_string(root().join(folder).join(&file)).unwrap();
            assert!(text.starts_with("//! "), "{folder}/{file} does not open with `//!`");
        }
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    for folder in ["src", "emulator/src", "tests", "emulator/tests"] {
        for file in sources(folder) {
            let text = fs::read_to_string(root().join(folder).join(&file)).unwrap();
            let tests = folder.contains("tests") || is_test(&file);
            let (lines, limit) =
                if tests { (text.lines().count(), 600) } else { (code(&text).last().map_or(0, |(number, _)| *number), 400) };
            assert!(lines <= limit, "{folder}/{file} has {lines} lines, more than {limit}");
        }
    }
}

#[test]
fn every_source_file_is_compiled() {
    let roots = [("src", "lib.rs"), ("src", "main.rs"), ("emulator/src", "lib.rs"), ("tests/e2e", "main.rs"), ("tests/laws", "main.rs")];
    // What both test binaries are about stands beside them.
    let roots = roots.into_iter().chain([("emulator/tests/org", "main.rs"), ("tests", "scenario.rs"), ("tests", "inert.rs")]);
    let mut compiled = BTreeSet::new();
    let mut open: Vec<_> = roots.map(|(folder, file)| Path::new(folder).join(file)).collect();
    while let Some(file) = open.pop() {
        let text = fs::read_to_string(root().join(&file)).unwrap();
        let owner = matches!(file.file_name().and_then(|name| name.to_str()), Some("mod.rs" | "lib.rs" | "main.rs"));
        let below = if owner { file.parent().unwrap().to_owned() } else { file.with_extension("") };
        for line in text.lines().map(str::trim_start) {
            let name = line.split_once("mod ").and_then(|(before, rest)| {
                (before.is_empty() || before.starts_with("pub")).then_some(rest)?.strip_suffix(';').map(str::to_owned)
            });
            let candidates = name.map(|name| [below.join(format!("{name}.rs")), below.join(name).join("mod.rs")]);
            open.extend(candidates.into_iter().flatten().filter(|path| root().join(path).is_file()));
        }
        compiled.insert(file);
    }
    let there: BTreeSet<PathBuf> = ["src", "emulator/src", "tests", "emulator/tests"]
        .into_iter()
        .flat_map(|folder| sources(folder).into_iter().map(move |file| Path::new(folder).join(file)))
        .collect();
    assert_eq!(there.difference(&compiled).collect::<Vec<_>>(), Vec::<&PathBuf>::new(), "no `mod` names these");
}

/// Without the feature a number of seventeen digits is read as its neighbour, and a saved plan never fits. No other test can tell: a library
/// that only tests use turns the feature on for all of them.
#[test]
fn what_is_shipped_reads_numbers_to_the_last_digit() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let line = manifest.lines().find(|line| line.starts_with("serde_json = { version")).unwrap();
    assert!(line.contains("\"float_roundtrip\""), "{line}");
}

/// What is released would else hold every exchange to a file that nobody but a developer has.
#[test]
fn what_is_shipped_does_not_check_the_contract() {
    let tree = |edges: &str| {
        let mut cargo = std::process::Command::new(env!("CARGO"));
        cargo.args(["tree", "--offline", "--locked", "--workspace", "--prefix", "none", "--edges", edges]).current_dir(root());
        let output = cargo.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(!tree("normal,build").contains("jsonschema"));
    assert!(tree("normal,dev").contains("jsonschema"));
}

#[test]
fn nothing_names_a_place_on_somebodys_machine() {
    // Put together here, so that this file does not hold them.
    let needles = ["tmp", "root", "work", "Users", "var/folders"].map(|folder| format!("/{folder}/"));
    for file in files(".") {
        let Ok(text) = fs::read_to_string(root().join(&file)) else { continue };
        for (i, line) in text.lines().enumerate() {
            for needle in &needles {
                let absolute = line
                    .match_indices(needle.as_str())
                    .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "}./-_".contains(c)));
                assert!(!absolute, "{file}:{} names a path of one machine: {line}", i + 1);
            }
        }
    }
}
