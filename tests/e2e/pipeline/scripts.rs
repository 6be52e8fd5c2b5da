//! The scripts by themselves: whatever stands in their variables, a repository or an org is data to them.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use super::github::root;
use super::is_possible;
use super::site::Site;

/// Runs a script in a folder; returns how it ended and what it said.
fn run(site: &Site, folder: &Path, script: &Path, env: &[(&str, &str)]) -> (i32, String) {
    let mut bash = Command::new("bash");
    let path = std::env::var("PATH").unwrap();
    bash.arg(script).current_dir(folder).env_clear().env("PATH", path).env("HOME", site.path("home")).env("GIT_CONFIG_GLOBAL", "/dev/null");
    let output = bash.env("CTL_BINARY", env!("CARGO_BIN_EXE_idpctl")).envs(env.iter().copied()).stdin(Stdio::null()).output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code().unwrap_or(-1), said)
}

fn step(site: &Site, env: &[(&str, &str)]) -> (i32, String) {
    let env = [&[("CTL_REPORTS", "reports")], env].concat();
    run(site, &site.path("clone"), &root().join("ci/run.sh"), &env)
}

fn report(site: &Site, file: &str) -> String {
    fs::read_to_string(site.path("clone/reports").join(file)).unwrap()
}

#[test]
fn no_input_is_taken_for_anything_but_what_it_is() {
    if !is_possible() {
        return;
    }
    let site = Site::new();
    let hostile = ["--prune", "$(touch made)", "`touch made`", "; touch made", "a b", "*", "'", "\"", "\n"];
    for text in hostile {
        for (command, name) in [("plan", "CTL_TARGET"), ("diff", "CTL_BASE"), ("diff", "CTL_HEAD"), ("diff", "CTL_ARGS")] {
            let (status, said) = step(&site, &[("CTL_COMMAND", command), ("CTL_BASE", "HEAD"), (name, text)]);
            // White space alone, as arguments, is none.
            let expected = if name == "CTL_ARGS" && text == "\n" { "0" } else { "1" };
            assert_eq!((status, report(&site, "status")), (0, expected.to_owned()), "{name}={text}: {said}");
        }
    }
    assert!(!site.path("clone/made").exists());
    for command in ["", "emulator", "plan --prune", "-h"] {
        let (status, said) = step(&site, &[("CTL_COMMAND", command)]);
        assert_eq!((status, said), (1, format!("error: the command is one of diff, plan, apply and drift, not `{command}`\n")));
    }
    assert_eq!(step(&site, &[("CTL_COMMAND", "apply")]), (1, "error: `apply` needs an approved plan\n".to_owned()));
    let (_, said) = step(&site, &[("CTL_COMMAND", "diff"), ("CTL_BASE", "HEAD"), ("CTL_ARGS", " --exit-code\n --target  default ")]);
    assert!(said.contains("No difference"), "{said}");
}

#[test]
fn no_folder_leads_out_of_the_repository() {
    if !is_possible() {
        return;
    }
    let site = Site::new();
    symlink(site.path("home"), site.path("clone/out")).unwrap();
    for folder in ["out", "..", "manifests/../..", "/"] {
        let (status, said) = step(&site, &[("CTL_COMMAND", "drift"), ("CTL_FOLDER", folder)]);
        assert_eq!((status, said), (1, format!("error: the folder `{folder}` leads out of the repository\n")));
    }
    // A link where the reports go to is not followed, and what it leads to stays.
    fs::remove_dir_all(site.path("clone/reports")).unwrap();
    fs::write(site.path("home/kept"), "kept").unwrap();
    symlink(site.path("home"), site.path("clone/reports")).unwrap();
    let (status, said) = step(&site, &[("CTL_COMMAND", "diff"), ("CTL_BASE", "HEAD")]);
    assert_eq!((status, report(&site, "status")), (0, "0".to_owned()), "{said}");
    let home: Vec<_> = fs::read_dir(site.path("home")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(home, ["kept"]);
}

#[test]
fn text_of_the_org_stays_inside_its_block() {
    if !is_possible() {
        return;
    }
    let site = Site::new();
    let label = "````\n::error::x <script> @everyone";
    let app = serde_json::json!({
        "name": "oidc_client", "label": label, "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"client_id": "web-client", "token_endpoint_auth_method": "client_secret_basic"}},
        "settings": {"oauthClient": {"application_type": "web", "grant_types": ["authorization_code"], "response_types": ["code"], "redirect_uris": ["https://web.example.com/callback"]}},
    });
    site.org("POST", "/api/v1/apps", &app.to_string());
    let org = [("OKTA_CLIENT_ORGURL", &site.url[..]), ("OKTA_CLIENT_TOKEN", &site.token), ("CTL_COMMAND", "plan")];
    let (status, said) = step(&site, &org);
    assert_eq!(status, 0, "{said}");
    insta::assert_snapshot!(site.steady(&report(&site, "report.md")), @r#"
    **idpctl: 1 to update, with 1 request** in `http://ORG` (`ID`), for `payments`

    #### Target `default` of `payments`

    <details><summary>~ <code>App/web</code> to update <code>&#96;&#96;&#96;&#96;\n::error::x &lt;script&gt; &#64;everyone</code></summary>

    `````diff
    - label: "````\n::error::x <script> @everyone"
    + label: "Web"
    + mark: payments/web, manages secrets
    `````

    </details>

    <details><summary>Not compared (1)</summary>

    - `App/web/secret/2026-03`: the variable `IDPCTL_WEB_SECRET` is not set

    </details>

    <details><summary>Notes (1)</summary>

    - `App/web`: the app `ID` has its `client_id` and bears no mark: either it was never ours, or a change of its profile lost the mark

    </details>
    "#);
    assert!(!said.lines().any(|line| line.starts_with("::")), "{said}");
}

#[test]
fn a_checkout_without_its_parents_says_what_is_missing() {
    if !is_possible() {
        return;
    }
    let site = Site::new();
    site.branch("change");
    site.edit("manifests/web.yaml", "label: Web", "label: Website");
    let head = site.commit("change");
    let merge = site.merge_of(&head);
    site.git(&["push", "-q", "origin", &format!("{merge}:refs/pull/1/merge")]);
    let folder = site.checkout(&merge, 1);
    let script = root().join("ci/run.sh");
    let (status, said) = run(&site, &folder, &script, &[("CTL_COMMAND", "diff"), ("GITHUB_EVENT_NAME", "pull_request")]);
    assert_eq!(status, 1);
    insta::assert_snapshot!(said, @"error: the merge of this pull request is not checked out with its parents: check it out with `fetch-depth: 2` and no `ref`, or say with which revision it is compared (`base`)");
    let (status, said) = run(&site, &folder, &script, &[("CTL_COMMAND", "diff")]);
    assert_eq!((status, said), (1, "error: this is no pull request: say which revision is compared (`base`)\n".to_owned()));
}

#[test]
fn a_build_sees_no_credentials_and_no_file_of_the_repository() {
    if !is_possible() {
        return;
    }
    let site = Site::new();
    // A stand-in of cargo says where it was begun and what it was given, and leaves a program.
    let sources = site.path("sources");
    fs::create_dir_all(sources.join("ci")).unwrap();
    fs::copy(root().join("ci/install.sh"), sources.join("ci/install.sh")).unwrap();
    let program = |path: &Path, text: &str| {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    };
    let cargo = "#!/bin/sh\npwd >\"$HOME/where\"\nenv >\"$HOME/env\"\necho \"$@\" >\"$HOME/arguments\"\nmkdir -p target/ci/bin\nprintf '#!/bin/sh\\necho idpctl 1\\n' >target/ci/bin/idpctl\nchmod +x target/ci/bin/idpctl\n";
    program(&site.path("tools/cargo"), cargo);
    let path = format!("{}:{}", site.path("tools").display(), without_idpctl());
    let output = site.path("home/output");
    let secrets = [
        "OKTA_CLIENT_TOKEN",
        "TYK_PORTAL_TOKEN",
        "IDPCTL_WEB_SECRET",
        "GITHUB_TOKEN",
        "GITLAB_TOKEN",
        "CI_JOB_TOKEN",
        "ACTIONS_RUNTIME_TOKEN",
    ];
    let mut env: Vec<_> = secrets.map(|name| (name, "nobody-may-see-this")).into();
    env.extend([("CTL_BINARY", "idpctl"), ("PATH", &path), ("GITHUB_OUTPUT", output.to_str().unwrap())]);
    let (status, said) = run(&site, &site.path("clone"), &sources.join("ci/install.sh"), &env);
    assert_eq!(status, 0, "{said}");
    let told = |name: &str| fs::read_to_string(site.path("home").join(name)).unwrap();
    assert_eq!(told("where").trim_end(), fs::canonicalize(&sources).unwrap().display().to_string());
    assert!(!told("env").contains("nobody-may-see-this"), "{}", told("env"));
    assert!(told("arguments").starts_with("install --locked --quiet --path "), "{}", told("arguments"));
    assert_eq!(told("output"), format!("binary={}/target/ci/bin/idpctl\n", sources.display()));
    // A program that was asked for by another name is not replaced by this one.
    let (status, said) = run(&site, &site.path("clone"), &sources.join("ci/install.sh"), &[("CTL_BINARY", "idpctl-7"), ("PATH", &path)]);
    assert_eq!((status, said), (1, "error: there is no program `idpctl-7` here\n".to_owned()));
}

/// Returns the search path without any folder in which there is an idpctl.
fn without_idpctl() -> String {
    let path = std::env::var("PATH").unwrap();
    path.split(':').filter(|folder| !Path::new(folder).join("idpctl").exists()).collect::<Vec<_>>().join(":")
}

#[test]
fn the_verdict_is_how_the_command_ended() {
    if !is_possible() {
        return;
    }
    let site = Site::new();
    let reports = site.path("clone/reports");
    fs::create_dir(&reports).unwrap();
    for (status, ends) in [("0", 0), ("1", 1), ("2", 2), ("3", 3), ("4", 4), ("137", 137), ("", 1), ("x", 1)] {
        fs::write(reports.join("status"), status).unwrap();
        let verdict = root().join("ci/verdict.sh");
        let (code, said) = run(&site, &site.path("clone"), &verdict, &[("CTL_REPORTS", "reports")]);
        assert_eq!((code, said.is_empty()), (ends, ends == 0), "{status}: {said}");
        let (code, said) = run(&site, &site.path("clone"), &verdict, &[("CTL_REPORTS", "reports"), ("GITHUB_ACTIONS", "true")]);
        assert_eq!((code, said.starts_with("::error title=idpctl::")), (ends, ends != 0), "{status}: {said}");
    }
}
