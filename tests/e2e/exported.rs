//! An emulated org as a fixture: written down, made again, and served from there.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};

use idpctl_emulator::{Config, Data, Org};
use serde_json::Value;

use crate::org::{Output, TestOrg};

/// A repository with an org in the folder `data` that the manifests were applied to.
fn applied() -> TestOrg {
    let test = TestOrg::with_both();
    test.write("idpctl.yaml", "apiVersion: idpctl/v1\nkind: Project\ntargets: {local: {emulator: {data: data}}}\n");
    let _ = test.run("apply --target local --auto-approve").ends_with(0);
    test
}

/// Returns what an org in a folder of the repository answers.
fn answers(test: &TestOrg, folder: &str) -> Vec<String> {
    let config = Config { data: Data::Directory(test.path(folder)), base: Some("http://org".into()), ..Config::default() };
    let org = Org::open_kept(config).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let paths =
        ["apps", "groups", "policies?type=ACCESS_POLICY", "authorizationServers", "logs", "users/me"].map(|path| format!("/api/v1/{path}"));
    let ask = |path: &String| {
        let request = http::Request::get(path).header("authorization", format!("SSWS {}", org.okta_token())).body(Vec::new()).unwrap();
        String::from_utf8(runtime.block_on(org.call(request)).unwrap().into_body()).unwrap()
    };
    paths.iter().map(ask).collect()
}

fn fed(test: &TestOrg, arguments: &str, text: &str) -> Output {
    let mut child = test.command(&arguments.split(' ').collect::<Vec<_>>()).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    test.output(output.status.code(), &output.stdout, &output.stderr)
}

/// Starts an emulator and returns it with what it says when it is ready.
fn started(mut command: Command) -> (Child, Value) {
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, serde_json::from_str(&line).expect("a line of JSON"))
}

fn end(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn an_org_is_the_same_after_it_was_written_down_and_read_back() {
    let test = applied();
    insta::assert_snapshot!(test.run("emulator export --data data --out org.json"), @"
    ------- stderr -------
    The document holds the tokens and client secrets of the emulated org in clear: keep it as you keep those.
    [exit status: 0]
    ");
    assert_eq!(fs::metadata(test.path("org.json")).unwrap().permissions().mode() & 0o777, 0o600);
    insta::assert_snapshot!(test.run("emulator import org.json --data copy"), @"
    ------- stderr -------
    The org is in the folder. To serve it:
        idpctl emulator --data copy
    [exit status: 0]
    ");
    let again = test.run("emulator export --data copy").ends_with(0);
    assert_eq!(again.stdout, test.read("org.json"), "an export of an import is the export");
    assert_eq!(answers(&test, "copy"), answers(&test, "data"));
    let _ = fed(&test, "emulator import - --data piped", &again.stdout).ends_with(0);
    test.write("idpctl.yaml", "apiVersion: idpctl/v1\nkind: Project\ntargets: {local: {emulator: {data: piped}}}\n");
    let _ = test.run("plan --target local --detailed-exitcode").ends_with(0);
}

#[test]
fn a_served_org_begins_with_a_fixture_every_time_and_leaves_no_folder() {
    let mut test = applied();
    let _ = test.run("emulator export --data data --out org.json").ends_with(0);
    test.remove("idpctl.yaml");
    let before = test.names(".");
    for label in ["one", "other"] {
        let (child, hello) = started(test.command(&["emulator", "--import", "org.json", "--base", "https://okta.example.test"]));
        test.set("OKTA_CLIENT_ORGURL", hello["okta"].as_str().unwrap());
        test.set("OKTA_CLIENT_TOKEN", hello["okta_token"].as_str().unwrap());
        let plan = test.run("plan --detailed-exitcode").ends_with(0);
        assert!(plan.stdout.contains("Nothing to do"), "{label}: {plan}");
        test.write("manifests/more.yaml", MORE.replace("NAME", label));
        let applied = test.run("apply --auto-approve").ends_with(0);
        assert!(applied.stdout.contains("\n1 applied.\n"), "{label}: {applied}");
        end(child);
        test.remove("manifests/more.yaml");
    }
    let left: Vec<_> = test.names(".").into_iter().filter(|name| name != ".idpctl" && !before.contains(name)).collect();
    assert_eq!(left, [""; 0]);
}

const MORE: &str = "apiVersion: idpctl/v1\nkind: App\nmetadata: {name: NAME}\nspec: {label: NAME, settings: {oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}}}\n";

#[test]
fn what_cannot_be_exported_is_said_and_nothing_is_made_or_overwritten() {
    let test = applied();
    test.write("taken.json", "somebody's");
    let mut said = vec![
        test.run("emulator export --data data --out taken.json").to_string(),
        test.run("emulator export --data nowhere").to_string(),
        test.run("emulator export --data data --out nowhere/org.json").to_string(),
        test.run("emulator export --data data --out /dev/full").to_string(),
        test.run_after("exec >/dev/full", "emulator export --data data").to_string(),
    ];
    let (child, _) = started(test.command(&["emulator", "--data", "data"]));
    said.push(test.run("emulator export --data data").to_string());
    end(child);
    insta::assert_snapshot!(said.join("\n\n"), @"
    ------- stderr -------
    error: `taken.json` is there already, and nothing was written

    hint: name another file, or delete that one first
    [exit status: 1]

    ------- stderr -------
    error: there is no org in nowhere

    hint: name the folder that `idpctl emulator --data DIR` was given
    [exit status: 1]

    ------- stderr -------
    error: could not write `nowhere/org.json`
    Caused by:
      1: No such file or directory (os error 2)

    hint: check that the path is right, and that its folder is there
    [exit status: 1]

    ------- stderr -------
    error: could not write `/dev/full`
    Caused by:
      1: No space left on device (os error 28)

    hint: make room on the disk, then run it again
    [exit status: 1]

    ------- stderr -------
    error: could not write to standard output
    Caused by:
      1: No space left on device (os error 28)

    hint: make room on the disk, then run it again
    [exit status: 1]

    ------- stderr -------
    error: this org is already being served: data/org.redb is open elsewhere

    hint: end what serves it, then export: what it has answered is all there
    [exit status: 1]
    ");
    assert_eq!((test.read("taken.json").as_str(), test.names(".").iter().any(|name| name.contains("tmp"))), ("somebody's", false));
    assert!(!test.path("nowhere").exists());
}

#[test]
fn what_cannot_be_imported_is_said_with_its_place_and_leaves_no_org_behind() {
    let test = applied();
    let export = test.run("emulator export --data data").ends_with(0).stdout;
    test.write("org.json", &export);
    test.write("cut.json", &export[..40]);
    test.write("foreign.json", "{\"format\": \"something-else/3\",\n \"tables\": {}}");
    test.write("deep.json", "[".repeat(100_000));
    test.write("bytes.json", [0xff, 0xfe, 0x00]);
    test.write(
        "secret.json",
        "{\"format\": \"idpctl-emulator/1\", \"given_out\": 1, \"tables\": {\"apps\": {\"0oa1\": \"a value that is nobody's business\"}}}",
    );
    test.write("file", "");
    let mut said = Vec::new();
    for file in ["none.json", "cut.json", "foreign.json", "deep.json", "bytes.json", "secret.json", "manifests"] {
        said.push(test.run(&format!("emulator import {file} --data new")).to_string());
    }
    said.push(fed(&test, "emulator import - --data new", "{\"format\":\n  nonsense}").to_string());
    assert!(!test.path("new").exists(), "who reads nothing makes nothing");
    said.push(test.run("emulator import org.json --data data").to_string());
    said.push(test.run("emulator import org.json --data file").to_string());
    said.push(test.run_after("ulimit -f 64", "emulator import org.json --data full").to_string());
    assert_eq!(test.names("full"), [""; 0]);
    let _ = test.run("emulator import org.json --data full").ends_with(0);
    let (child, _) = started(test.command(&["emulator", "--data", "data"]));
    said.push(test.run("emulator import org.json --data data").to_string());
    end(child);
    said.push(test.run("emulator --import cut.json").to_string());
    insta::assert_snapshot!(said.join("\n\n"), @"
    ------- stderr -------
    error: could not read `none.json`
    Caused by:
      1: No such file or directory (os error 2)

    hint: check that the path is right, and that its folder is there
    [exit status: 1]

    ------- stderr -------
    error: cut.json:3:5: this is not JSON: EOF while parsing a string

    hint: what can be imported is what this wrote:
        idpctl emulator export --data DIR --out FILE
    [exit status: 1]

    ------- stderr -------
    error: could not import `foreign.json`
    Caused by:
      1: this is not an exported org: its `format` is not `idpctl-emulator/1`

    hint: what can be imported is what this wrote:
        idpctl emulator export --data DIR --out FILE
    [exit status: 1]

    ------- stderr -------
    error: deep.json:1:128: this is not JSON: recursion limit exceeded

    hint: what can be imported is what this wrote:
        idpctl emulator export --data DIR --out FILE
    [exit status: 1]

    ------- stderr -------
    error: bytes.json:1:1: this is not JSON: expected value

    hint: what can be imported is what this wrote:
        idpctl emulator export --data DIR --out FILE
    [exit status: 1]

    ------- stderr -------
    error: could not import `secret.json`
    Caused by:
      1: this is not an exported org: its org cannot be read

    hint: what can be imported is what this wrote:
        idpctl emulator export --data DIR --out FILE
    [exit status: 1]

    ------- stderr -------
    error: could not read `manifests`
    Caused by:
      1: Is a directory (os error 21)

    hint: name a file: this is a folder
    [exit status: 1]

    ------- stderr -------
    error: standard input:2:4: this is not JSON: expected ident

    hint: what can be imported is what this wrote:
        idpctl emulator export --data DIR --out FILE
    [exit status: 1]

    ------- stderr -------
    error: there is an org already in data

    hint: name another folder with `--data`, or delete that one if nothing in it is needed
    [exit status: 1]

    ------- stderr -------
    error: could not open the org in file
    Caused by:
      1: File exists (os error 17)

    hint: what is there is no folder: name another, or make room for one
    [exit status: 1]

    ------- stderr -------
    error: could not open the org in full/org.redb
    Caused by:
      1: File too large (os error 27)

    hint: the limit on the size of files is too low: raise it with `ulimit -f`, then run it again
    [exit status: 1]

    ------- stderr -------
    error: this org is already being served: data/org.redb is open elsewhere

    hint: an import makes a new org: name a folder that has none
    [exit status: 1]

    ------- stderr -------
    error: cut.json:3:5: this is not JSON: EOF while parsing a string

    hint: what can be imported is what this wrote:
        idpctl emulator export --data DIR --out FILE
    [exit status: 1]
    ");
}

#[test]
fn a_file_that_may_not_be_read_is_said() {
    let test = applied();
    let _ = test.run("emulator export --data data --out org.json").ends_with(0);
    fs::set_permissions(test.path("org.json"), Permissions::from_mode(0o000)).unwrap();
    // The superuser may read everything.
    if fs::read(test.path("org.json")).is_ok() {
        return;
    }
    let said = test.run("emulator import org.json --data new").ends_with(1).to_string();
    assert!(said.contains("could not read `org.json`") && said.contains("check which user this runs as"), "{said}");
}
