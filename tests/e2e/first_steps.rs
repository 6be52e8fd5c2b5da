//! What somebody meets who has just cloned the repository: the example, the emulator target, and the first things that go wrong.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::org::contract;

const SECRETS: [(&str, &str); 3] = [
    ("IDPCTL_BOOKING_SECRET", "kittiwake-over-the-bow"),
    ("IDPCTL_BOOKING_SECRET_OLD", "gannet-under-the-stern"),
    ("IDPCTL_QUAY_SECRET", "puffin-on-the-gangway"),
];

/// Returns a copy of the example.
fn example() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (from, to) in [("idpctl.yaml", "idpctl.yaml"), ("manifests", "manifests"), ("manifests/keys", "manifests/keys")] {
        let (from, to) = (Path::new(env!("CARGO_MANIFEST_DIR")).join(from), folder.path().join(to));
        if from.is_file() {
            fs::copy(from, to).unwrap();
            continue;
        }
        fs::create_dir(&to).unwrap();
        for file in fs::read_dir(from).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
    folder
}

/// Runs a command there, with these variables and no others; returns all that it says and how it ends, with ids and ports replaced.
fn said(folder: &TempDir, variables: &[(&str, &str)], line: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idpctl"));
    command.args(line.split(' ')).current_dir(folder.path()).env_clear().env("HOME", folder.path()).envs(variables.iter().copied());
    command.envs(contract());
    let output = command.output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    format!("{out}{err}exit {}", output.status.code().unwrap())
}

/// Compares with what differs from run to run and from place to place replaced.
fn stable(check: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\b(0oa|00o)\w{17}\b", "[$1]");
    settings.add_filter(r"\d+ attempts in \d+\.\d s", "[n] attempts in [t] s");
    settings.add_filter(r"127\.0\.0\.1:\d+", "127.0.0.1:[port]");
    settings.add_filter(r"\(os error \d+\)", "(os error [n])");
    settings.bind(check);
}

#[test]
fn a_plan_without_credentials_says_where_to_get_them_and_what_to_do_without() {
    insta::assert_snapshot!(said(&example(), &[], "plan"), @"
    error: there are no credentials in the environment

    hint: set the org and a token of it,
        export OKTA_CLIENT_ORGURL=https://acme.okta.com OKTA_CLIENT_TOKEN=…
      or try it on the emulator, with `--target emulator`
    exit 1
    ");
}

#[test]
fn an_org_that_does_not_answer_is_one_error_with_its_cause() {
    // A port that was free a moment ago, so that nobody answers there.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let variables = [("OKTA_CLIENT_ORGURL", url.as_str()), ("OKTA_CLIENT_TOKEN", "00-not-a-real-token")];
    stable(|| {
        insta::assert_snapshot!(said(&example(), &variables, "plan --timeout 5s"), @"
        error: could not read which org `http://127.0.0.1:[port]` is
        Caused by:
          1: `GET /.well-known/okta-organization` got no answer, [n] attempts in [t] s
          2: could not connect: tcp connect error: Connection refused (os error [n])

        hint: check `OKTA_CLIENT_ORGURL`, the network, and `HTTPS_PROXY` if there is a proxy
        exit 1
        ");
    });
}

#[test]
fn credentials_that_are_incomplete_are_not_taken_for_none() {
    let variables = [("OKTA_CLIENT_ORGURL", "https://acme.okta.com")];
    insta::assert_snapshot!(said(&example(), &variables, "plan"), @"
    error: the environment gives no credentials
    Caused by:
      1: `OKTA_CLIENT_TOKEN` is not set, but `OKTA_CLIENT_ORGURL` is: set both
    exit 1
    ");
}

#[test]
fn an_apply_that_cannot_have_its_secrets_changes_nothing() {
    let folder = example();
    let first = said(&folder, &[], "apply --auto-approve --target emulator");
    insta::assert_snapshot!(first.split_once("requests.\n").unwrap().1, @"
    error: nothing was changed, because declared secrets cannot be had: the variable `IDPCTL_BOOKING_SECRET` is not set; the variable `IDPCTL_QUAY_SECRET` is not set

    hint: set the variables, for example with a secret manager's `run` command around idpctl
    exit 1
    ");
    let plan = said(&folder, &SECRETS, "plan --target emulator");
    assert!(plan.contains("13 to create, with 14 requests."), "{plan}");
}

#[test]
fn what_is_protected_stays_when_its_document_is_gone() {
    let folder = example();
    let applied = said(&folder, &SECRETS, "apply --auto-approve --target emulator");
    assert!(applied.ends_with("13 applied.\nexit 0"), "{applied}");
    fs::remove_file(folder.path().join("manifests/booking-web.yaml")).unwrap();
    let plan = said(&folder, &SECRETS[2..], "plan --target emulator");
    stable(|| {
        insta::assert_snapshot!(plan, @"
        Plan for `harbourlight` in http://localhost ([00o])

        Left alone
          App/booking-web: the app [0oa] `Harbourlight Booking` is ours and no document declares it; it is protected

        Nothing to do: all that is declared is in the org.
        exit 0
        ");
    });
    let pruned = said(&folder, &SECRETS[2..], "apply --target emulator --prune --auto-approve");
    stable(|| {
        insta::assert_snapshot!(pruned, @r#"
        Plan for `harbourlight` in http://localhost ([00o])

        - delete App/booking-web "Harbourlight Booking"
            note: the app [0oa] goes, with everything that hangs on it

        Refused
          App/booking-web: the app [0oa] is protected, and stays so after its document is gone; to delete it, declare it again without `protected`, apply, and take it out then

        1 to delete, with 2 requests. It is refused; what would allow it is said above.
        error: the plan is refused, and nothing was changed:
          App/booking-web: the app [0oa] is protected, and stays so after its document is gone; to delete it, declare it again without `protected`, apply, and take it out then
        exit 3
        "#);
    });
}
