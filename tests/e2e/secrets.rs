//! Secret values: in the request that sets them, and nowhere else.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::liar::Liar;
use crate::org::{TestOrg, contract};

/// Every way of writing a value that somebody could read it back from.
fn spellings(value: &str) -> Vec<String> {
    let mut spellings = vec![value.to_owned()];
    for engine in [&BASE64_STANDARD_NO_PAD, &BASE64_URL_SAFE_NO_PAD] {
        // Inside a longer text the value may begin at any of three places; the characters at its ends depend on its neighbours.
        for before in 0..3 {
            let text = engine.encode([" ".repeat(before).as_bytes(), value.as_bytes()].concat());
            spellings.push(text[if before == 0 { 0 } else { before + 1 }..text.len() - 2].to_owned());
        }
    }
    spellings.extend(url::form_urlencoded::byte_serialize(value.as_bytes()).map(str::to_owned).reduce(|a, b| a + &b));
    spellings.push(spellings[spellings.len() - 1].replace('+', "%20"));
    let json = json!(value).to_string();
    spellings.push(json[1..json.len() - 1].to_owned());
    let twice = json!(json).to_string();
    spellings.push(twice[3..twice.len() - 3].to_owned());
    spellings
}

/// Returns the spellings of values that stand in a text.
fn leaks(text: &str, values: &[&str]) -> Vec<String> {
    values.iter().flat_map(|value| spellings(value)).filter(|spelling| text.contains(spelling.as_str())).collect()
}

/// Returns the text of every file below a folder, and its name.
fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: &Path| (path.display().to_string(), String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![read(&path)] }).collect()
}

const FROM_ENV: &str = r#"sentinel "env" \ of/the+portal & 100%"#;
const FROM_FILE: &str = r#"sentinel 'file' \" of?the=portal; ~"#;
const RETIRED: &str = "sentinel-retired/and+gone \\\"\" forever";

const MANIFEST: &str = r"
apiVersion: idpctl/v1
kind: App
metadata: {name: portal}
spec:
  label: Portal
  settings:
    oauthClient:
      application_type: web
      grant_types: [authorization_code, client_credentials]
      response_types: [code]
      redirect_uris: [https://portal.example.com/callback]
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: portal}
spec:
  client_id: portal
  client_secrets:
    - {name: one, env: IDPCTL_SENTINEL}
    - {name: two, file: secret}
---
apiVersion: idpctl/v1
kind: AuthorizationServer
metadata: {name: orders}
spec:
  name: orders
  audiences: [https://api.example.com]
  scopes: [{name: orders.read}]
  policies:
    - name: portals
      description: The one client
      conditions: {clients: {include: [portal]}}
      rules: [{name: r, conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: [orders.read]}}}]
---
apiVersion: idpctl/v1
kind: App
metadata: {name: generated}
spec:
  label: Generated
  settings:
    oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}
";

fn declared() -> TestOrg {
    let mut test = TestOrg::new();
    test.set("IDPCTL_SENTINEL", FROM_ENV);
    test.write("secret", format!("{FROM_FILE}\n"));
    test.write("manifests/portal.yaml", MANIFEST);
    test
}

/// The commands of a working day, at the highest verbosity.
const COMMANDS: [&str; 14] = [
    "validate --format json",
    "plan --requests --secrets compare",
    "plan --format json --out plan.json",
    "apply plan.json --format json",
    "apply --auto-approve --prune --max-deletes 100",
    "plan --prune --requests",
    "drift --secrets compare",
    "drift --secrets compare --format json",
    "output",
    "output --format shell",
    "verify",
    "verify --format json",
    "auth check",
    "auth check --format json",
];

/// What may go wrong with any of them.
const FAULTS: [&[&str]; 11] = [
    &[],
    &["500"],
    &["503"],
    &["POST 500"],
    &["POST reset-after"],
    &["PUT cut-off"],
    &["PUT 500", "DELETE reset-before"],
    &["reset-before"],
    &["cut-off"],
    &["429=30s"],
    &["/api/v1/apps/*/credentials/** cut-off"],
];

/// Runs everything, and returns where which value was found.
fn scan(test: &TestOrg, fault: &[&str], values: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for command in COMMANDS {
        test.faults(fault);
        let timeout = if command.starts_with("validate") { "" } else { "--timeout 1s" };
        let output = test.run(&format!("{command} -vvv --log-format json {timeout}"));
        for value in leaks(&output.everything(), values) {
            found.push(format!("{command} under {fault:?}: {value}"));
        }
    }
    for (name, text) in files(&test.path(".")) {
        // Where the secret is kept is where it belongs.
        if !name.ends_with("/secret") {
            found.extend(leaks(&text, values).into_iter().map(|value| format!("{name}: {value}")));
        }
    }
    found
}

/// Returns every secret that the org holds, whoever chose it.
fn held(test: &TestOrg) -> Vec<String> {
    let apps = test.get("/api/v1/apps?limit=200");
    let ids = apps.as_array().unwrap().iter().map(|app| app["id"].as_str().unwrap().to_owned());
    ids.flat_map(|id| test.org.live_secrets(&id)).map(|secret| secret.value).collect()
}

/// Runs everything under a fault: first from nothing, then with secrets at the server that nobody declared or that are to be retired.
fn assert_quiet(fault: &[&str]) {
    let test = declared();
    let token = test.org.okta_token().to_owned();
    let values = [FROM_ENV, FROM_FILE, &token];
    assert_eq!(scan(&test, fault, &values), [""; 0], "from nothing, under {fault:?}");
    test.faults(&[]);
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.write("secret", format!("{RETIRED}\n"));
    let mut values = held(&test);
    values.extend([FROM_ENV, FROM_FILE, RETIRED, &token].map(str::to_owned));
    let values: Vec<_> = values.iter().map(String::as_str).collect();
    assert_eq!(scan(&test, fault, &values), [""; 0], "with a rotation, under {fault:?}");
}

#[test]
fn no_secret_is_in_any_output_file_or_log_whatever_goes_wrong() {
    // Most of the time goes by waiting for retries.
    thread::scope(|scope| FAULTS.iter().for_each(|fault| drop(scope.spawn(|| assert_quiet(fault)))));
}

#[test]
fn no_secret_is_in_what_is_said_about_a_server_that_sends_it_back() {
    let mut test = declared();
    let token = test.org.okta_token().to_owned();
    let echo = json!({"errorCode": "E0000001", "errorSummary": format!("{FROM_ENV} {token}"), "errorId": token,
        "errorCauses": [{"errorSummary": format!("client_secret: {FROM_FILE} is known")}]});
    let app = json!([{"id": "0oa1", "name": "oidc_client", "label": 7, "client_secret": FROM_ENV, "credentials": {"oauthClient": {"client_secret": FROM_FILE}}}]);
    let json = ("content-type", "application/json");
    let location = format!("https://example.net/{token}");
    let liars = [
        Liar::new("400 Bad Request", &[json], echo.to_string().as_bytes()),
        Liar::new("500 Internal Server Error", &[json, ("x-okta-request-id", &token)], echo.to_string().as_bytes()),
        Liar::new("200 OK", &[json], app.to_string().as_bytes()),
        Liar::new("200 OK", &[("content-type", "text/plain")], format!("{FROM_ENV}\n{token}").as_bytes()),
        Liar::new("302 Found", &[("location", &location)], b""),
    ];
    let values = [FROM_ENV, FROM_FILE, &token];
    for liar in &liars {
        test.set("OKTA_CLIENT_ORGURL", liar.url());
        assert_eq!(scan(&test, &[], &values), [""; 0]);
    }
}

#[test]
fn no_secret_is_in_what_is_said_about_a_mistake() {
    let mut test = declared();
    let literal = "sentinel-literal-in-a-manifest";
    let values = [FROM_ENV, FROM_FILE, literal];
    let mistakes = [
        MANIFEST.replace("env: IDPCTL_SENTINEL", &format!("env: {literal}")),
        MANIFEST.replace("{name: one, env: IDPCTL_SENTINEL}", literal),
        MANIFEST.replace("env: IDPCTL_SENTINEL", &format!("value: {literal}")),
        MANIFEST.replace("client_id: portal", &format!("client_secret: {literal}")),
        MANIFEST.replace("  label: Portal", &format!("  label: Portal\n  credentials: {{oauthClient: {{client_secret: {literal}}}}}")),
        MANIFEST.replace("  label: Portal", &format!("  label: Portal\n  additionalFields: {{api_token: {literal}}}")),
        MANIFEST.replace("file: secret", "env: IDPCTL_SENTINEL"),
    ];
    for manifest in &mistakes {
        test.write("manifests/portal.yaml", manifest);
        for command in COMMANDS.iter().filter(|command| !command.contains("plan.json") && !command.starts_with("auth")) {
            let output = test.run(&format!("{command} -vvv --log-format json")).ends_with(1);
            assert_eq!(output.sent(), [""; 0], "{output}");
            assert_eq!(leaks(&output.everything(), &values), [""; 0], "{output}");
        }
    }
    test.write("manifests/portal.yaml", MANIFEST);
    test.write("plan.json", json!({"format_version": 1, "project": FROM_ENV, "actions": FROM_FILE}).to_string());
    test.set("OKTA_CLIENT_TOKEN", format!("{literal}\nwith a line break"));
    for command in ["apply plan.json", "plan", "auth check"] {
        let output = test.run(&format!("{command} -vvv --log-format json"));
        assert!([1, 3].contains(&output.status), "{output}");
        assert_eq!(leaks(&output.everything(), &values), [""; 0], "{output}");
    }
}

/// The emulator as a process of its own.
struct Emulator(Child);

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn no_secret_is_in_the_emulators_log() {
    let mut test = declared();
    let mut command = Command::new(env!("CARGO_BIN_EXE_idpctl"));
    command.args(["emulator", "--port", "0", "--log-requests", "-vvv", "--log-format", "json"]);
    let child = command.env_clear().envs(contract()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut emulator = Emulator(child);
    let mut hello = String::new();
    BufReader::new(emulator.0.stdout.take().unwrap()).read_line(&mut hello).unwrap();
    let hello: Value = serde_json::from_str(&hello).unwrap();
    let token = hello["okta_token"].as_str().unwrap();
    test.set("OKTA_CLIENT_ORGURL", hello["okta"].as_str().unwrap());
    test.set("OKTA_CLIENT_TOKEN", token);
    for command in COMMANDS {
        assert!([0, 2].contains(&test.run(command).status), "{command}");
    }
    emulator.0.kill().unwrap();
    let mut log = String::new();
    emulator.0.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("/api/v1/apps"), "{log}");
    assert_eq!(leaks(&log, &[FROM_ENV, FROM_FILE, token]), [""; 0]);
}

#[test]
fn the_scanner_finds_a_planted_secret_in_every_spelling() {
    let test = declared();
    let plants = [
        FROM_ENV.to_owned(),
        format!("basic {}", BASE64_STANDARD_NO_PAD.encode(format!("portal:{FROM_ENV}"))),
        format!("jwt {}", BASE64_URL_SAFE_NO_PAD.encode(format!("it is {FROM_ENV}!"))),
        format!("a=b&secret={}", url::form_urlencoded::byte_serialize(FROM_ENV.as_bytes()).collect::<String>()),
        json!({"secret": FROM_ENV}).to_string(),
        json!({"body": json!({"secret": FROM_ENV}).to_string()}).to_string(),
    ];
    for plant in plants {
        assert_ne!(leaks(&plant, &[FROM_ENV]), [""; 0], "{plant}");
        test.write(".idpctl/journal/planted.jsonl", &plant);
        assert_ne!(scan(&test, &[], &[FROM_ENV]), [""; 0], "{plant}");
    }
    assert_eq!(leaks("nothing to see", &[FROM_ENV, FROM_FILE]), [""; 0]);
}

fn refused(from: &str, to: &str, prepare: impl FnOnce(&TestOrg)) -> String {
    let test = declared();
    test.replace("manifests/portal.yaml", from, to);
    prepare(&test);
    let output = test.run("apply --auto-approve").ends_with(1);
    assert_eq!(output.sent(), [""; 0]);
    output.to_string()
}

#[test]
fn the_pipelines_own_credentials_cannot_be_named() {
    insta::assert_snapshot!(refused("IDPCTL_SENTINEL", "OKTA_CLIENT_TOKEN", |_| {}), @"
    ------- stderr -------
    error[IDP0410]: the variable `OKTA_CLIENT_TOKEN` does not start with `IDPCTL_`
      --> manifests/portal.yaml:20:24
       |
    20 |     - {name: one, env: OKTA_CLIENT_TOKEN}
       |                        ^^^^^^^^^^^^^^^^^
       |
       = help: name a variable that starts with `IDPCTL_`, or a file inside the repository or `--secret-dir`

    1 error
    [exit status: 1]
    ");
}

#[test]
fn a_file_outside_the_repository_cannot_be_named() {
    insta::assert_snapshot!(refused("file: secret", "file: ../../etc/passwd", |_| {}), @"
    ------- stderr -------
    error[IDP0410]: the path `../../etc/passwd` leads out of the repository
      --> manifests/portal.yaml:21:25
       |
    21 |     - {name: two, file: ../../etc/passwd}
       |                         ^^^^^^^^^^^^^^^^
       |
       = help: name a variable that starts with `IDPCTL_`, or a file inside the repository or `--secret-dir`

    1 error
    [exit status: 1]
    ");
}

#[test]
fn a_link_out_of_the_repository_is_not_followed() {
    let link = |test: &TestOrg| std::os::unix::fs::symlink("/etc/passwd", test.path("link")).unwrap();
    insta::assert_snapshot!(refused("file: secret", "file: link", link), @"
    ------- stderr -------
    error[IDP0410]: the file `link` cannot be used: a link leads out of the repository and the secret directory
      --> manifests/portal.yaml:21:14
       |
    21 |     - {name: two, file: link}
       |              ^^^
       |
       = help: name a variable that starts with `IDPCTL_`, or a file inside the repository or `--secret-dir`

    1 error
    [exit status: 1]
    ");
}

#[test]
fn a_literal_is_refused_with_what_to_write_instead() {
    insta::assert_snapshot!(refused("env: IDPCTL_SENTINEL", "value: not-so-secret-any-more", |_| {}), @"
    ------- stderr -------
    error[IDP0309]: `client_secrets[0]` needs exactly one of `env` and `file`
      --> manifests/portal.yaml:20:7
       |
    20 |     - {name: one, value: **********************}
       |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: keep exactly one of them

    error[IDP0301]: unknown field `value`
      --> manifests/portal.yaml:20:19
       |
    20 |     - {name: one, value: **********************}
       |                   ^^^^^
       |
       = help: known here: name, env, file, status

    2 errors
    [exit status: 1]
    ");
}
