//! The README's console blocks are what the program says: each is replayed, in order, in a copy of the example.
//!
//! A block below `<!-- file: NAME -->` is written to a file of that name before that. A line that starts with `$ ` is a command (`\` continues it), the lines below are its output. A line `…` stands for any number of lines.
//! Ids, times and the cargo wrapper differ from run to run and are replaced on both sides.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::org::contract;

/// A command of the README and what it says there.
struct Shown {
    command: String,
    output: Vec<String>,
    line: usize,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the commands of the console blocks of a text.
fn shown(text: &str) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    let mut inside = false;
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        match (inside, line.strip_prefix("$ ")) {
            (false, _) => inside = line == "```console",
            (true, _) if line == "```" => inside = false,
            (true, Some(first)) => {
                let mut command = first.to_owned();
                while let Some(open) = command.strip_suffix('\\') {
                    command = format!("{open}{}", lines.next().expect("a continued command goes on").1.trim_start());
                }
                found.push(Shown { command, output: Vec::new(), line: number + 1 });
            }
            (true, None) => found.last_mut().expect("a block begins with a command").output.push(line.to_owned()),
        }
    }
    for shown in &mut found {
        while shown.output.last().is_some_and(String::is_empty) {
            shown.output.pop();
        }
    }
    found
}

/// Returns the files that the text shows, with their names.
fn files(text: &str) -> Vec<(&str, &str)> {
    let shown = text.split("<!-- file: ").skip(1);
    let file = |shown: &'_ str| -> Option<(usize, usize, usize)> {
        let name = shown.find(" -->\n```yaml\n")?;
        let start = name + " -->\n```yaml\n".len();
        Some((name, start, start + shown[start..].find("```")?))
    };
    shown.map(|shown| file(shown).map(|(name, start, end)| (&shown[..name], &shown[start..end])).expect("a file has a block")).collect()
}

/// Tells whether an output is what stands in the README, where `…` is any number of lines.
fn agrees(expected: &[String], got: &[String]) -> bool {
    match expected.split_first() {
        None => got.is_empty(),
        Some((first, rest)) if first == "…" => (0..=got.len()).any(|skipped| agrees(rest, &got[skipped..])),
        Some((first, rest)) => got.split_first().is_some_and(|(line, others)| same(first, line) && agrees(rest, others)),
    }
}

fn same(expected: &str, got: &str) -> bool {
    inert(expected) == inert(got)
}

/// Replaces what differs from run to run: ids, ports and durations.
fn inert(line: &str) -> String {
    let mut kept = String::new();
    for word in line.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '.')) {
        let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let id = bare.len() == 20 && ["00o", "0oa", "aus", "rst", "oag", "ocs"].iter().any(|prefix| bare.starts_with(prefix));
        let duration = bare.split_once('.').is_some_and(|(whole, part)| [whole, part].iter().all(|digits| digits.parse::<u32>().is_ok()));
        match (id, duration) {
            (true, _) => kept.push_str(&word.replace(bare, "ID")),
            (_, true) => kept.push_str(&word.replace(bare, "0.0")),
            _ => kept.push_str(word),
        }
    }
    kept
}

/// Runs a command as a newcomer would, in the folder, with nothing of this environment but where programs are.
fn run(command: &str, folder: &Path) -> Vec<String> {
    let bin = folder.join("bin");
    let mut path = OsString::from(&bin);
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let command = command.replace("cargo run --locked -- ", "idpctl ");
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder)
        .envs(contract())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target) } else { _ = fs::copy(entry.path(), target).unwrap() }
    }
}

#[test]
#[cfg(unix)]
fn what_the_readme_shows_is_what_happens() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("manifests"), &folder.path().join("manifests"));
    fs::copy(root().join("idpctl.yaml"), folder.path().join("idpctl.yaml")).unwrap();
    fs::create_dir(folder.path().join("bin")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_idpctl"), folder.path().join("bin/idpctl")).unwrap();
    for (name, text) in files(&readme) {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let commands = shown(&readme);
    assert!(commands.len() >= 10, "{} commands", commands.len());
    for Shown { command, output, line } in commands {
        let got = run(&command, folder.path());
        let trimmed = &got[..got.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1)];
        assert!(agrees(&output, trimmed), "README.md:{line}: `{command}` says something else now:\n\n{}\n", trimmed.join("\n"));
    }
}

#[test]
fn the_readme_names_one_test_command_that_the_gate_can_read() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let after: Vec<_> = readme.split("<!-- the test command -->\n").skip(1).collect();
    assert_eq!(after.len(), 1);
    assert!(after[0].starts_with("```sh\ncargo test"), "{:.80}", after[0]);
}

#[test]
fn an_elision_stands_for_any_number_of_lines_and_an_id_for_any_id() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let got = lines("a 0oaf000008EuXvY765d7 b\nc\nd\n3 attempts in 1.3 s");
    assert!(agrees(&lines("a 0oaf00000CMMPYwGn5d7 b\n…\n3 attempts in 0.9 s"), &got));
    assert!(agrees(&lines("…"), &got));
    assert!(!agrees(&lines("…\nc\n3 attempts in 1.3 s"), &got));
    assert!(!agrees(&lines("a 0oaf00000CMMPYwGn5d7 x\n…"), &got));
}

#[test]
fn every_file_that_a_page_names_is_there() {
    let pages = ["README.md", "docs/ci.md", "docs/emulator.md", "docs/security.md"]
        .map(|page| fs::read_to_string(root().join(page)).unwrap())
        .join("\n");
    let named = pages.split('`').skip(1).step_by(2).map(|code| code.trim_end_matches('/'));
    let paths: Vec<_> = named
        .filter(|code| ["src/", "tests/", "schemas/", "manifests/", "docs/", "ci/"].iter().any(|folder| code.starts_with(folder)))
        .collect();
    assert!(paths.len() >= 15, "{paths:?}");
    let gone: Vec<_> = paths.into_iter().filter(|path| !root().join(path).exists()).collect();
    assert_eq!(gone, [""; 0]);
}

#[test]
fn every_command_and_every_exit_status_is_in_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_idpctl")).arg("--help").env_clear().output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let part = |title: &str| -> Vec<String> {
        let lines = help.lines().skip_while(|line| *line != title).skip(1).take_while(|line| !line.is_empty());
        lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
    };
    let (commands, statuses) = (part("Commands:"), part("Exit status:"));
    assert_eq!((commands.len(), statuses.len()), (16, 5), "{help}");
    let unnamed: Vec<_> = commands.into_iter().filter(|name| !readme.contains(&format!("`{name}"))).collect();
    assert_eq!(unnamed, [""; 0]);
    let untold: Vec<_> = statuses.into_iter().filter(|status| !readme.contains(&format!("\n| {status} | "))).collect();
    assert_eq!(untold, [""; 0]);
}
