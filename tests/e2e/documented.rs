//! The emulator's page in `docs/` is true: its faults, flags and switches are those of the program, and its scripts run.

use std::fs;
use std::path::Path;
use std::process::Command;

use idpctl_emulator::{Fault, Switches, faults, switches};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    fs::read_to_string(root().join("docs/emulator.md")).unwrap()
}

fn help(argument: &str) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_idpctl")).args(["emulator", argument]).env_clear().env("COLUMNS", "1000").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Returns a text with one blank where there are many, so that it does not matter how it is wrapped.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the code blocks of a language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    text.split(&format!("\n```{language}\n")).skip(1).map(|rest| &rest[..rest.find("\n```").unwrap()]).collect()
}

#[test]
fn the_page_and_the_help_have_every_kind_of_fault_and_no_other() {
    let (page, help) = (page(), unwrapped(&help("--help")));
    let rows = faults::KINDS.iter().map(|(form, what)| format!("| `{form}` | {what} |\n")).collect::<Vec<_>>().concat();
    assert!(page.contains(&format!("| kind | what happens |\n|---|---|\n{rows}\n")), "the table should be\n{rows}");
    for (form, what) in faults::KINDS {
        assert!(help.contains(&unwrapped(&format!("{form} {what}"))), "{form}");
    }
}

#[test]
fn every_fault_and_switch_that_is_shown_is_one() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let texts = [page(), readme, help("--help"), help("-h")];
    let mut shown = Vec::new();
    for text in &texts {
        for rest in text.split("--fault ").skip(1) {
            let (rest, end) = rest.strip_prefix('\'').map_or((rest, [' ', '`', '\n']), |rest| (rest, ['\''; 3]));
            shown.push(&rest[..rest.find(end).unwrap()]);
        }
    }
    shown.retain(|spec| !spec.starts_with(['[', '<']));
    assert!(shown.len() >= 12, "{shown:?}");
    for spec in shown {
        spec.parse::<Fault>().unwrap_or_else(|error| panic!("{error}"));
    }
    for (name, value) in [("absent-client-secret", "regenerate"), ("api-access-management", "absent"), ("portal-put", "replaces")] {
        assert!(texts[0].contains(&format!("`{name}`")), "{name}");
        Switches::default().set(name, value).unwrap();
    }
    assert!(texts[0].contains("`idpctl emulator --help` lists them all"));
    for switch in switches::TABLE {
        let entry = unwrapped(&format!("{} = {} {}", switch.name, switch.values.join(" | "), switch.about));
        assert!(unwrapped(&texts[2]).contains(&entry), "{entry}");
    }
}

#[test]
fn every_flag_of_the_emulator_is_on_its_page() {
    let (page, help) = (page(), help("-h"));
    let flags = help.lines().skip_while(|line| *line != "Options:").take_while(|line| !line.is_empty());
    let flags: Vec<_> = flags.filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--"))).collect();
    assert!(flags.len() > 10, "{flags:?}");
    let untold: Vec<_> = flags.into_iter().filter(|flag| !["--help", "--version"].contains(flag) && !page.contains(*flag)).collect();
    assert_eq!(untold, [""; 0]);
}

/// Runs a script as a newcomer would, in an empty folder; returns all that it says.
fn run(script: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("bin")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_idpctl"), folder.path().join("bin/idpctl")).unwrap();
    let path = format!("{}:{}", folder.path().join("bin").display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh").args(["-euc", script]).current_dir(folder.path()).env_clear().env("PATH", path).output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code(), said)
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn the_scripts_of_the_page_run() {
    let page = page();
    let scripts = blocks(&page, "sh");
    assert_eq!(scripts.len(), 4);
    for script in &scripts {
        assert_eq!(run(&format!("if false; then\n{script}\nfi")), (Some(0), String::new()), "{script}");
    }
    if run("curl --version && jq --version").0 != Some(0) {
        eprintln!("skipped: curl or jq is not installed");
        return;
    }
    let (status, said) = run(scripts[0]);
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(status, Some(0), "{said}");
    assert!(lines[0].starts_with("0oa") && lines.contains(&"application.lifecycle.create"), "{said}");
    let (status, said) = run(&scripts[1].replace("make test", "idpctl auth check"));
    assert_eq!((status, said.contains("Signed in as admin@example.com")), (Some(0), true), "{said}");
    let (status, said) = run(scripts[2]);
    assert_eq!((status, said.trim_end().split('.').count()), (Some(0), 3), "a token has three parts: {said}");
}
