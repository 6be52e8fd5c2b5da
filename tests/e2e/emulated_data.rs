//! The emulator's data: in use by somebody else, not to be opened, or on a full disk.

use std::io::{BufRead as _, BufReader};
use std::process::Child;

use serde_json::Value;

use crate::org::TestOrg;

/// An emulator in a process of its own, for as long as it lives.
struct Served(Child);

impl Served {
    /// Serves a folder of the repository, and points the runs to come at it.
    fn new(test: &mut TestOrg, script: &str) -> Self {
        let mut child = test.after(script, "emulator --data data").spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let hello: Value = serde_json::from_str(&line).expect("a line of JSON");
        test.set("OKTA_CLIENT_ORGURL", hello["okta"].as_str().unwrap());
        test.set("OKTA_CLIENT_TOKEN", hello["okta_token"].as_str().unwrap());
        Self(child)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn one_process_at_a_time_has_the_emulators_data() {
    let mut test = TestOrg::with_both();
    test.write("idpctl.yaml", "apiVersion: idpctl/v1\nkind: Project\ntargets: {local: {emulator: {data: data}}}\n");
    let first = Served::new(&mut test, "");
    insta::assert_snapshot!(test.run("emulator --data data"), @"
    ------- stderr -------
    error: this org is already being served: data/org.redb is open elsewhere

    hint: end the other one, use what it serves, or keep this org in another folder with `--data`
    [exit status: 1]
    ");
    insta::assert_snapshot!(test.run("plan --target local"), @"
    ------- stderr -------
    error: this org is already being served: ./data/org.redb is open elsewhere

    hint: wait until the other idpctl has ended, or end it; if it is an `idpctl emulator`, it printed what address and token to use instead
    [exit status: 1]
    ");
    drop(first);
    let _ = test.run("apply --target local --auto-approve").ends_with(0);
    let _ = test.run("plan --target local --detailed-exitcode").ends_with(0);
}

#[test]
fn data_that_cannot_be_opened_is_named() {
    let test = TestOrg::with_both();
    test.write("file", "");
    test.write("broken/org.redb", "not a database");
    insta::assert_snapshot!(test.run("emulator --data file"), @"
    ------- stderr -------
    error: could not open the org in file
    Caused by:
      1: File exists (os error 17)

    hint: what is there is no folder: name another, or make room for one
    [exit status: 1]
    ");
    insta::assert_snapshot!(test.run("emulator --data broken"), @"
    ------- stderr -------
    error: could not open the org in broken/org.redb
    Caused by:
      1: Not a redb database: magic number mismatch

    hint: if nothing in it is needed, delete it: a new org is made in its place
    [exit status: 1]
    ");
    insta::assert_snapshot!(test.run_after("ulimit -f 0", "emulator --data new"), @"
    ------- stderr -------
    error: could not open the org in new/org.redb
    Caused by:
      1: File too large (os error 27)

    hint: the limit on the size of files is too low: raise it with `ulimit -f`, then run it again
    [exit status: 1]
    ");
    let port = test.url().rsplit(':').next().unwrap();
    insta::assert_snapshot!(test.run(&format!("emulator --port {port}")).to_string().replace(port, "PORT"), @"
    ------- stderr -------
    error: could not listen on port PORT
    Caused by:
      1: Address already in use (os error 98)

    hint: something else listens there: end it, or choose another port (`--port 0` takes any that is free)
    [exit status: 1]
    ");
}

fn declare(test: &TestOrg, name: &str, padding: usize) {
    let spec = format!(
        "{{label: {name}, profile: {{padding: {}}}, settings: {{oauthClient: {{application_type: service, grant_types: [client_credentials], response_types: [token]}}}}}}",
        "x".repeat(padding)
    );
    test.write(&format!("manifests/{name}.yaml"), format!("apiVersion: idpctl/v1\nkind: App\nmetadata: {{name: {name}}}\nspec: {spec}\n"));
}

#[test]
fn an_emulator_on_a_full_disk_refuses_what_does_not_fit_and_goes_on() {
    let mut test = TestOrg::new();
    for (name, padding) in [("a", 10), ("b", 900_000), ("c", 10)] {
        declare(&test, name, padding);
    }
    let full = Served::new(&mut test, "ulimit -f 2500");
    let output = test.run("apply --auto-approve --parallelism 1").ends_with(4);
    let report = output.to_string();
    insta::assert_snapshot!(report[report.find("3 to create").unwrap()..], @"
    3 to create, with 3 requests.

    applied   create App/a
    failed    create App/b
        could not do POST /api/v1/apps?activate=true, which was sent 4 times
        caused by: `POST /api/v1/apps?activate=true` was answered 500: E0000009, Internal Server Error, request id ID, 1 attempt in TIME s
    applied   create App/c

    2 applied, 1 failed.
    What is done stays done: look at the reasons, then plan and apply again.
    [exit status: 4]
    ");
    drop(full);
    let _roomy = Served::new(&mut test, "");
    let again = test.run("apply --auto-approve").ends_with(0);
    assert!(again.stdout.contains("\n1 applied.\n") && again.stdout.contains("+ create App/b \"b\"\n"), "{again}");
    let _ = test.run("plan --detailed-exitcode").ends_with(0);
}
