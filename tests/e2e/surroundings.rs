//! A full disk, a closed stream, a folder that is read-only, gone or a circle: one clear error each, and nothing half written.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;

use serde_json::Value;

use crate::org::{Output, TestOrg};

const FULL: &str = "ulimit -f 0";

#[test]
fn a_plan_that_does_not_fit_on_the_disk_is_not_saved_in_part() {
    let test = TestOrg::with_both();
    let before = test.names(".");
    let output = test.run_after(FULL, "plan --out plan.json");
    assert_eq!((output.status, test.names(".")), (1, before));
    insta::assert_snapshot!(output.stderr, @"
    error: could not write `plan.json`
    Caused by:
      1: File too large (os error 27)

    hint: the limit on the size of files is too low: raise it with `ulimit -f`, then run it again
    ");
    test.write("plan.json", "an earlier plan");
    let _ = test.run_after(FULL, "plan --out plan.json").ends_with(1);
    assert_eq!(test.read("plan.json"), "an earlier plan");
}

#[test]
fn a_journal_that_does_not_fit_on_the_disk_stops_nothing() {
    let test = TestOrg::with_both();
    let output = test.run_after(FULL, "apply --auto-approve --parallelism 1");
    insta::assert_snapshot!(output.stderr, @"warning: no journal is kept, because .idpctl/journal cannot be written (File too large (os error 27)); what is applied does not depend on it");
    assert_eq!((output.status, output.writes().len()), (0, 4));
    assert_eq!(test.names(".idpctl/journal"), [""; 0]);
    test.assert_laws("");
}

#[test]
fn a_journal_that_fits_in_part_holds_whole_lines() {
    let test = TestOrg::with_both();
    let output = test.run_after("ulimit -f 1", "apply --auto-approve --parallelism 1").ends_with(0);
    insta::assert_snapshot!(output.stderr, @"warning: the journal ends here, because .idpctl/journal cannot be written (File too large (os error 27)); what is applied does not depend on it");
    let names = test.names(".idpctl/journal");
    assert_eq!(names.len(), 1, "{names:?}");
    let journal = test.read(&format!(".idpctl/journal/{}", names[0]));
    let lines: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!lines.is_empty() && journal.ends_with('\n'), "{journal}");
    test.assert_laws("");
}

#[test]
fn schemas_and_pages_that_do_not_fit_on_the_disk_are_not_written_in_part() {
    let test = TestOrg::with_both();
    insta::assert_snapshot!(test.run_after(FULL, "schema --out out"), @"
    ------- stderr -------
    error: could not write `out/manifest.schema.json`
    Caused by:
      1: File too large (os error 27)

    hint: the limit on the size of files is too low: raise it with `ulimit -f`, then run it again
    [exit status: 1]
    ");
    insta::assert_snapshot!(test.run_after(FULL, "man --out out"), @"
    ------- stderr -------
    error: could not write `out/idpctl.1`
    Caused by:
      1: File too large (os error 27)

    hint: the limit on the size of files is too low: raise it with `ulimit -f`, then run it again
    [exit status: 1]
    ");
    assert_eq!(test.names("out"), [""; 0]);
}

#[test]
fn output_that_cannot_be_written_is_an_error() {
    let test = TestOrg::with_both();
    insta::assert_snapshot!(test.run_after("exec >/dev/full", "plan"), @"
    ------- stderr -------
    error: could not write to standard output
    Caused by:
      1: No space left on device (os error 28)

    hint: make room on the disk, then run it again
    [exit status: 1]
    ");
    for command in ["plan --format json", "validate", "explain App", "man", "schema", "completions bash", "--help", "plan -h", "--version"]
    {
        let output = test.run_after("exec >/dev/full", command).ends_with(1);
        assert!(output.stderr.starts_with("error: could not write to standard output\n"), "{command}: {output}");
    }
    let _ = test.run_after("exec >/dev/full", "plan --out plan.json").ends_with(1);
    assert!(!test.path("plan.json").exists(), "what cannot be shown is not saved");
    let output = test.run_after("exec >/dev/full", "apply --auto-approve").ends_with(1);
    assert_eq!(output.writes(), [""; 0], "what cannot be shown is not applied");
    assert!(!test.path(".idpctl").exists());
}

#[test]
fn outcomes_that_cannot_be_written_where_they_belong_are_told_all_the_same() {
    let test = TestOrg::with_both();
    let _ = test.run("plan --out plan.json").ends_with(0);
    insta::assert_snapshot!(test.run_after("exec >/dev/full", "apply plan.json"), @"
    ------- stderr -------
    applied   create App/billing-worker
    applied   create App/web-portal
    applied   create Grant/billing-worker/okta.groups.read
    applied   create Grant/billing-worker/okta.users.read

    4 applied.
    error: could not write to standard output
    Caused by:
      1: No space left on device (os error 28)

    hint: the outcomes stand above instead
    [exit status: 1]
    ");
    test.assert_laws("");
}

#[test]
fn output_that_nobody_reads_to_its_end_is_no_error() {
    let test = TestOrg::with_both();
    for command in ["plan", "plan --format json", "--help", "validate"] {
        let mut child = test.after("sleep 0", command).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        insta::allow_duplicates!(insta::assert_snapshot!(test.output(output.status.code(), b"", &output.stderr), @"[exit status: 0]"));
    }
}

#[test]
fn a_run_without_anywhere_to_complain_does_its_work() {
    let test = TestOrg::with_both();
    let output = test.run_after("exec 2>/dev/full", "apply --auto-approve -vv").ends_with(0);
    assert_eq!(output.writes().len(), 4);
    let _ = test.run_after("exec >&- 2>&- <&-", "plan --detailed-exitcode").ends_with(0);
    test.assert_laws("");
}

#[test]
fn a_home_is_not_needed() {
    let test = TestOrg::with_both();
    let with_home = test.run("plan");
    let without = test.run_after("unset HOME LC_ALL PATH TMPDIR", "plan");
    assert_eq!(without.to_string(), with_home.to_string());
    let _ = test.run_after("HOME=/nowhere/at/all", "apply --auto-approve").ends_with(0);
}

#[test]
fn a_working_directory_that_is_gone_is_said() {
    let test = TestOrg::with_both();
    insta::assert_snapshot!(test.run_after("mkdir gone && cd gone && rmdir ../gone", "plan"), @"
    ------- stderr -------
    error: the working directory cannot be used
    Caused by:
      1: No such file or directory (os error 2)

    hint: it may have been deleted: change into the repository, and try again
    [exit status: 1]
    ");
}

#[test]
fn manifests_that_are_links_in_a_circle_are_named_and_nothing_is_sent() {
    let test = TestOrg::with_both();
    for (to, from) in
        [("b.yaml", "a.yaml"), ("a.yaml", "b.yaml"), ("team-b", "team-a"), ("team-a", "team-b"), ("..", "all"), ("gone", "team")]
    {
        symlink(to, test.path("manifests").join(from)).unwrap();
    }
    let output = test.run("apply --auto-approve --prune");
    assert_eq!(output.sent(), [""; 0]);
    insta::assert_snapshot!(output, @"
    ------- stderr -------
    error[IDP0131]: `manifests/a.yaml` cannot be read: Too many levels of symbolic links (os error 40)
     |
     = help: check where the link leads

    error[IDP0131]: `manifests/b.yaml` cannot be read: Too many levels of symbolic links (os error 40)
     |
     = help: check where the link leads

    error[IDP0131]: `manifests/team-a` cannot be read: Too many levels of symbolic links (os error 40)
     |
     = help: check where the link leads

    error[IDP0131]: `manifests/team-b` cannot be read: Too many levels of symbolic links (os error 40)
     |
     = help: check where the link leads

    error[IDP0131]: `manifests/team` cannot be read: No such file or directory (os error 2)
     |
     = help: check where the link leads

    error[IDP0133]: the link `manifests/all/manifests` leads back to a folder above it
     |
     = help: remove the link

    6 errors
    [exit status: 1]
    ");
}

#[test]
fn a_manifest_folder_that_is_a_link_to_itself_is_named() {
    let test = TestOrg::with_both();
    symlink("loop", test.path("loop")).unwrap();
    insta::assert_snapshot!(test.run("validate -f loop"), @"
    ------- stderr -------
    error[IDP0131]: `loop` cannot be read: Too many levels of symbolic links (os error 40)
     |
     = help: check where the link leads

    1 error
    [exit status: 1]
    ");
}

/// Runs the binary as somebody who may not write to the repository. The superuser may do everything, so it is not who runs it.
pub(crate) fn powerless(test: &TestOrg, arguments: &str) -> Output {
    let binary = test.path("../idpctl");
    if !binary.exists() {
        // Copied by another process: while a file is open for writing here, a child that another test starts holds it too, and it cannot be run.
        let copied = test.program("cp", &[env!("CARGO_BIN_EXE_idpctl"), binary.to_str().unwrap()]).status().unwrap();
        assert!(copied.success());
        fs::set_permissions(test.path(".."), Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = test.program(&binary, &arguments.split_whitespace().collect::<Vec<_>>());
    if fs::metadata(&binary).unwrap().uid() == 0 {
        command.uid(65_534).gid(65_534);
    }
    let mode = |mode| fs::set_permissions(test.path("."), Permissions::from_mode(mode)).unwrap();
    test.org.clear_requests();
    mode(0o555);
    let output = command.output().unwrap();
    mode(0o755);
    test.output(output.status.code(), &output.stdout, &output.stderr)
}

#[test]
fn a_folder_that_is_read_only_takes_no_plan_and_stops_no_apply() {
    let test = TestOrg::with_both();
    let before = test.names(".");
    let output = powerless(&test, "plan --out plan.json");
    insta::assert_snapshot!(output.stderr, @"
    error: could not write `plan.json`
    Caused by:
      1: Permission denied (os error 13)

    hint: check which user this runs as, and what it may read and write there
    ");
    assert_eq!((output.status, test.names(".")), (1, before.clone()));
    let output = powerless(&test, "apply --auto-approve");
    insta::assert_snapshot!(output.stderr, @"warning: no journal is kept, because .idpctl/journal cannot be written (Permission denied (os error 13)); what is applied does not depend on it");
    assert_eq!((output.status, output.writes().len(), test.names(".")), (0, 4, before));
}

#[test]
fn manifests_that_may_not_be_read_are_named_and_nothing_is_sent() {
    let test = TestOrg::with_both();
    for folder in ["closed", "listed/team"] {
        test.write(&format!("manifests/{folder}/app.yaml"), "");
    }
    let mode = |path: &str, mode| fs::set_permissions(test.path(path), Permissions::from_mode(mode)).unwrap();
    for closed in ["manifests/web-portal.yaml", "manifests/closed", "keys/billing-worker.json"] {
        mode(closed, 0o000);
    }
    mode("manifests/listed", 0o444);
    let output = powerless(&test, "apply --auto-approve --prune");
    for open in ["manifests/closed", "manifests/listed"] {
        mode(open, 0o755);
    }
    assert_eq!(output.sent(), [""; 0]);
    insta::assert_snapshot!(output, @r#"
    ------- stderr -------
    error[IDP0131]: `manifests/closed` cannot be read: Permission denied (os error 13)
     |
     = help: check its permissions

    error[IDP0131]: `manifests/listed/team` cannot be read: Permission denied (os error 13)
     |
     = help: check its permissions

    error[IDP0131]: `manifests/web-portal.yaml` cannot be read: Permission denied (os error 13)
     |
     = help: check its permissions

    error[IDP0412]: the keys in `keys/billing-worker.json` cannot be used: it cannot be read (permission denied)
      --> manifests/billing-worker.yaml:15:16
       |
    15 |   jwks: {file: keys/billing-worker.json}
       |                ^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write the public keys as `{"keys": […]}` into a file inside the repository

    4 errors
    [exit status: 1]
    "#);
}
