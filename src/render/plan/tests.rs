//! One plan with every action and every hostile text, as text and as JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::*;
use crate::address::{Address, Kind};
use crate::diagnostic::{Origin, codes};
use crate::findings::{Finding, Standing};
use crate::json::{Fingerprint, Path};
use crate::observed::{Id, Status};
use crate::plan::{Choices, FORMAT_VERSION, GuardRule, Org};
use crate::program::{Action, Body, Call, Edit, Expect, Line, Probe, Step, Subject};
use crate::request::Method;
use crate::resource::marker::{Facility, Marker, Owner};
use crate::secret::SecretRef;

const HOSTILE: &str = "| <b>\"quoted\"</b> \u{1b}[31mred\u{9b}0m \u{202e}drow\u{2066} line\nbreak ø☕日 @here `code`";

fn line(path: &str, before: Option<Value>, after: Option<Value>) -> Line {
    Line {
        path: path.to_owned(),
        before,
        after,
        secret: false,
        forces_replacement: false,
        origin: Some("manifests/web.yaml:7:3".to_owned()),
    }
}

fn secret(path: &str) -> Line {
    Line { secret: true, ..line(path, None, None) }
}

fn marker() -> Marker {
    let owner = Owner { project: "payments".to_owned(), name: "web-portal".to_owned() };
    Marker { owner, manages: [Facility::Secrets, Facility::Grants].into(), protected: true, superseded: false, applied: None }
}

fn action(address: &Address, verb: Verb, title: &str) -> Action {
    let (fields, steps, notes) = (Vec::new(), Vec::new(), Vec::new());
    Action { address: address.clone(), verb, title: title.to_owned(), fields, steps, after: BTreeSet::new(), lane: None, notes }
}

fn step(method: Method, path: &str, body: Body, probe: Probe, pre: Vec<Expect>, post: Vec<Expect>) -> Step {
    Step { call: Call { method, path: path.to_owned(), query: Vec::new(), body }, probe, pre, post }
}

fn create() -> Action {
    let address = Address::new(Kind::App, "web-portal");
    let reference = SecretRef::Env("IDPCTL_WEB_PORTAL_SECRET".to_owned());
    let tree = json!({"name": "oidc_client", "label": HOSTILE, "credentials": {"oauthClient": {}}});
    let body = Body::Json { tree, secrets: [(Path::of("credentials.oauthClient.client_secret"), reference)].into(), clients: Vec::new() };
    let probe = Probe::Find {
        label: HOSTILE.to_owned(),
        owner: Some("payments/web-portal".to_owned()),
        client_id: Some("custom_client_id".to_owned()),
    };
    let post = vec![Expect::Fields(Vec::new()), Expect::StatusIs(Status::Active), Expect::Marked(marker())];
    let mut made = step(Method::Post, "/api/v1/apps", body, probe, vec![Expect::NoApp], post);
    made.call.query.push(("activate".to_owned(), "true".to_owned()));
    let uris: Vec<_> = (1..=4).map(|n| format!("https://portal-{n}.example.com/authorization-code/callback")).collect();
    let fields = vec![
        line("label", None, Some(json!(HOSTILE))),
        line("settings.oauthClient.redirect_uris", None, Some(json!(uris))),
        line("settings.oauthClient.grant_types", None, Some(json!(["authorization_code"]))),
        secret("client_secrets.2026-09"),
    ];
    Action { fields, steps: vec![made], ..action(&address, Verb::Create, HOSTILE) }
}

fn update() -> Action {
    let address = Address::new(Kind::App, "billing");
    let app = Subject::Slot(address.clone());
    let edits = vec![
        Edit { path: Path::of("label"), value: Some(json!("New")) },
        Edit { path: Path::of("settings.oauthClient").key("odd.\u{202e}name"), value: None },
    ];
    let reference = SecretRef::File("secrets/billing".to_owned());
    let body =
        Body::Edited { edits, secrets: [(Path::of("credentials.oauthClient.client_secret"), reference)].into(), clients: Vec::new() };
    let pre = vec![Expect::BodyIs(Fingerprint::of(&json!({})))];
    let fields = vec![
        line("label", Some(json!("Old")), Some(json!("New"))),
        line(
            "settings.oauthClient.redirect_uris",
            Some(json!(["https://a.example.com"])),
            Some(json!(["https://a.example.com", "https://b.example.com"])),
        ),
        line("settings.notes.admin", Some(json!("a".repeat(1_000_000))), Some(json!(format!("{HOSTILE}\nsecond line\n")))),
        line("profile.team", Some(json!({"name": "x"})), None),
        line("profile.idpctl", None, Some(json!(marker()))),
        line("status", Some(json!("ACTIVE")), Some(json!("INACTIVE"))),
        secret("client_secrets.2026-09"),
    ];
    let steps = vec![
        step(
            Method::Put,
            &format!("/api/v1/apps/{app}"),
            body,
            Probe::App(app.clone()),
            pre,
            vec![Expect::Fields(Vec::new()), Expect::Marked(marker())],
        ),
        step(
            Method::Post,
            &format!("/api/v1/apps/{app}/lifecycle/deactivate"),
            Body::None,
            Probe::App(app.clone()),
            vec![Expect::StatusIs(Status::Active)],
            vec![Expect::StatusIs(Status::Inactive)],
        ),
    ];
    Action { fields, steps, ..action(&address, Verb::Update, "Old") }
}

fn replace() -> Action {
    let address = Address::new(Kind::App, "spa");
    let immutable = line("settings.oauthClient.application_type", Some(json!("web")), Some(json!("browser")));
    let fields = vec![Line { forces_replacement: true, ..immutable }, line("label", None, Some(json!("SPA")))];
    let notes = vec!["OUTAGE: the old app goes first, because the client id is the same".to_owned()];
    Action { fields, notes, ..action(&address, Verb::Replace, "SPA") }
}

fn deletions() -> Vec<Action> {
    let scope = Address::new(Kind::Grant, "billing").below(["okta.users.read"]);
    let grant = Address::new(Kind::App, "billing").below(["secret", "ocs1"]);
    let hostile = Address::new(Kind::App, HOSTILE);
    let app = Subject::Id(Id("0oa1".to_owned()));
    let revoke = step(
        Method::Delete,
        "/api/v1/apps/0oa1/grants/oag1",
        Body::None,
        Probe::Grants(app),
        vec![Expect::GrantIs("oag1".to_owned())],
        vec![Expect::GrantGone("oag1".to_owned())],
    );
    vec![
        Action { steps: vec![revoke], ..action(&scope, Verb::Delete, "okta.users.read") },
        action(&grant, Verb::Delete, "client secret"),
        action(&hostile, Verb::Delete, HOSTILE),
    ]
}

fn note(name: &str, what: &str, flag: Option<&str>) -> Note {
    Note { address: Address::new(Kind::App, name), what: what.to_owned(), flag: flag.map(str::to_owned) }
}

fn everything() -> Plan {
    let spa = Address::new(Kind::App, "spa");
    let mut actions = vec![create(), update(), replace()];
    actions.extend(deletions());
    Plan {
        format_version: FORMAT_VERSION,
        project: "payments".to_owned(),
        org: Some(Org { id: "00o1a2b3c4d5e6f7g8h9".to_owned(), url: "https://acme.okta.com".to_owned() }),
        portal: None,
        choices: Choices::default(),
        bindings: BTreeMap::new(),
        actions,
        guards: vec![
            Guard {
                address: None,
                rule: GuardRule::MaxDeletes,
                why: "6 deletions, and 5 are allowed".to_owned(),
                flag: Some("--max-deletes 6".to_owned()),
            },
            Guard {
                address: Some(spa.clone()),
                rule: GuardRule::Replacement,
                why: "`settings.oauthClient.application_type` cannot be changed".to_owned(),
                flag: Some("--allow-replace App/spa".to_owned()),
            },
            Guard { address: Some(spa.clone()), rule: GuardRule::Protected, why: "it is protected".to_owned(), flag: None },
        ],
        findings: findings(&spa),
        left_alone: vec![note("old", HOSTILE, Some("--prune")), note("copy", "somebody cloned the app", None)],
        not_compared: vec![note("web-portal", "`IDPCTL_X` is not set", None)],
        notes: vec![note("billing", "its mark was lost", None)],
    }
}

fn findings(address: &Address) -> Vec<Finding> {
    let place = Origin { file: "manifests/spa.yaml".into(), start: 0, end: 0, line: 7, column: 3 };
    let new = Finding::new(codes::CUTOVER, address.clone(), format!("cutover {HOSTILE}")).at(Some(place));
    let unread = Finding { reason: Some(format!("because {HOSTILE}")), ..Finding::new(codes::NARROWED, address.clone(), "narrowed") };
    let accepted = Finding {
        standing: Standing::Accepted,
        reason: Some("legacy".to_owned()),
        ..Finding::new(codes::IMPLICIT, address.clone(), "implicit")
    };
    let before = Finding { standing: Standing::Before, reason: None, ..accepted.clone() };
    vec![new, unread, accepted, before]
}

fn nothing() -> Plan {
    let plan = everything();
    let none = || Vec::new();
    Plan { actions: Vec::new(), guards: Vec::new(), findings: Vec::new(), left_alone: none(), not_compared: none(), notes: none(), ..plan }
}

#[test]
fn a_plan_says_what_would_change_and_why_it_is_refused() {
    insta::assert_snapshot!(text(&everything(), Style::default()), @r#"
    Plan for `payments` in https://acme.okta.com (00o1a2b3c4d5e6f7g8h9)

    + create App/web-portal "| <b>\"quoted\"</b> \u{1b}[31mred\u{9b}0m \u{202e}drow\u{2066} line\nbreak ø☕日 @here `code`"
        label: "| <b>\"quoted\"</b> \u{1b}[31mred\u{9b}0m \u{202e}drow\u{2066} line\nbreak ø☕日 @here `code`"
        settings.oauthClient.redirect_uris:
          + "https://portal-1.example.com/authorization-code/callback"
          + "https://portal-2.example.com/authorization-code/callback"
          + "https://portal-3.example.com/authorization-code/callback"
          + "https://portal-4.example.com/authorization-code/callback"
        settings.oauthClient.grant_types: ["authorization_code"]
        client_secrets.2026-09: (secret)
        mark: none → payments/web-portal, manages grants and secrets, protected

    ~ update App/billing "Old"
        label: "Old" → "New"
        settings.oauthClient.redirect_uris: ["https://a.example.com"] → ["https://a.example.com", "https://b.example.com"]
        settings.notes.admin:
          - aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…(999880 more characters, sha256 6baf4c35)…aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
          + | <b>"quoted"</b> \u{1b}[31mred\u{9b}0m \u{202e}drow\u{2066} line
          + break ø☕日 @here `code`
          + second line
        profile.team: {"name":"x"} → none
        mark: none → payments/web-portal, manages grants and secrets, protected
        status: "ACTIVE" → "INACTIVE"
        client_secrets.2026-09: (secret, changed)

    ± replace App/spa "SPA"
        settings.oauthClient.application_type: "web" → "browser"   (cannot be changed: the app is replaced)
        label: "SPA"
        note: OUTAGE: the old app goes first, because the client id is the same

    - delete Grant/billing/okta.users.read
    - delete App/billing/secret/ocs1
    - delete App/| <b>"quoted"<%2Fb> \u{1b}[31mred\u{9b}0m \u{202e}drow\u{2066} line\nbreak ø☕日 @here `code` "| <b>\"quoted\"</b> \u{1b}[31mred\u{9b}0m \u{202e}drow\u{2066} line\nbreak ø☕日 @here `code`"

    Findings
      high IDP4001 App/spa (manifests/spa.yaml:7:3): cutover | <b>"quoted"</b> \u{1b}[31mred\u{9b}0m \u{202e}drow\u{2066} line\nbreak ø☕日 @here `code`
          Apply the new secret first; retire the old one in another change, when every consumer has switched.
          https://developer.okta.com/docs/guides/client-secret-rotation-key/main/
      low IDP4105 App/spa: narrowed
          Revoke the credentials that must not have it, or change the clients at the provider.
          https://www.rfc-editor.org/rfc/rfc9700#section-2.3
          accepted in this very change, which does not count: because | <b>"quoted"</b> \u{1b}[31mred\u{9b}0m \u{202e}drow\u{2066} line\nbreak ø☕日 @here `code`

    Accepted
      high IDP4401 App/spa: implicit
          accepted: legacy

    There before
      high IDP4401 App/spa: implicit

    Refused
      6 deletions, and 5 are allowed
          --max-deletes 6
      App/spa: `settings.oauthClient.application_type` cannot be changed
          --allow-replace App/spa
      App/spa: it is protected

    Left alone
      App/old: | <b>"quoted"</b> \u{1b}[31mred\u{9b}0m \u{202e}drow\u{2066} line\nbreak ø☕日 @here `code`
          --prune
      App/copy: somebody cloned the app

    Not compared
      App/web-portal: `IDPCTL_X` is not set

    Notes
      App/billing: its mark was lost

    1 to create, 1 to update, 1 to replace, 3 to delete, with 4 requests. It is refused for several reasons; what would allow it is said above.
    "#);
}

#[test]
fn the_requests_of_a_plan_are_shown_with_what_must_hold_for_them() {
    let plan = Plan { actions: everything().actions, ..nothing() };
    let shown = text(&plan, Style { requests: true, ..Style::default() });
    let requests: Vec<_> = shown.lines().filter(|line| line.starts_with("       ") || line.contains("/api/")).collect();
    insta::assert_snapshot!(requests.join("\n"), @r#"
    1. POST /api/v1/apps?activate=true
       {
         "name": "oidc_client",
         "label": "| <b>\"quoted\"</b> \u001b[31mred\u{9b}0m \u{202e}drow\u{2066} line\nbreak ø☕日 @here `code`",
         "credentials": {
           "oauthClient": {
             "client_secret": "(secret from {env: IDPCTL_WEB_PORTAL_SECRET})"
           }
         }
       }
       looks at the apps with the label "| <b>\"quoted\"</b> \u{1b}[31mred\u{9b}0m \u{202e}drow\u{2066} line\nbreak ø☕日 @here `code`" and the mark payments/web-portal or the client id custom_client_id
       sent if there is no such app
       done when the app is there, and the app is ACTIVE, and it bears the mark payments/web-portal, manages grants and secrets, protected
    1. PUT /api/v1/apps/{App/billing}
       the live app, with
         label = "New"
         settings.oauthClient["odd.\u{202e}name"] taken out
         credentials.oauthClient.client_secret = (secret from {file: secrets/billing})
       looks at the app {App/billing}
       sent if the app is as it was planned for (fingerprint 44136fa355b3678a1146ad16f7e8649e)
       done when the app is there, and it bears the mark payments/web-portal, manages grants and secrets, protected
    2. POST /api/v1/apps/{App/billing}/lifecycle/deactivate
       looks at the app {App/billing}
       sent if the app is ACTIVE
       done when the app is INACTIVE
    1. DELETE /api/v1/apps/0oa1/grants/oag1
       looks at the grants of 0oa1
       sent if the grant oag1 is there
       done when the grant oag1 is gone
    "#);
}

#[test]
fn nothing_to_do_is_said_in_one_sentence() {
    let unread = Plan { not_compared: everything().not_compared, ..nothing() };
    let refused = Plan { guards: everything().guards, ..nothing() };
    let shown = [nothing(), unread, refused].map(|plan| text(&plan, Style::default())).join("\n----\n");
    insta::assert_snapshot!(shown, @"
    Plan for `payments` in https://acme.okta.com (00o1a2b3c4d5e6f7g8h9)

    Nothing to do: the org is as declared.

    ----
    Plan for `payments` in https://acme.okta.com (00o1a2b3c4d5e6f7g8h9)

    Not compared
      App/web-portal: `IDPCTL_X` is not set

    Nothing to do, as far as could be compared.

    ----
    Plan for `payments` in https://acme.okta.com (00o1a2b3c4d5e6f7g8h9)

    Refused
      6 deletions, and 5 are allowed
          --max-deletes 6
      App/spa: `settings.oauthClient.application_type` cannot be changed
          --allow-replace App/spa
      App/spa: it is protected

    Nothing is planned. It is refused for several reasons; what would allow it is said above.
    ");
}

#[test]
fn what_many_have_in_common_is_said_once() {
    let why = "the live secrets were not read (--secrets skip)";
    let not_compared = ["a", "b", "c", "d", "e"].map(|name| note(name, why, None)).to_vec();
    insta::assert_snapshot!(text(&Plan { not_compared, ..nothing() }, Style::default()), @"
    Plan for `payments` in https://acme.okta.com (00o1a2b3c4d5e6f7g8h9)

    Not compared
      App/a, App/b, App/c and 2 more: the live secrets were not read (--secrets skip)

    Nothing to do, as far as could be compared.
    ");
}

#[test]
fn colour_changes_nothing_but_colour() {
    let plan = everything();
    let coloured = text(&plan, Style { colour: true, requests: true, ..Style::default() });
    assert!(coloured.contains("\u{1b}["));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), text(&plan, Style { requests: true, ..Style::default() }));
}

#[test]
fn hostile_text_is_inert_and_long_text_is_short() {
    let plan = everything();
    let text = text(&plan, Style { requests: true, ..Style::default() });
    assert!(text.len() < 12_000, "{} bytes", text.len());
    let json = super::super::json_text(&json(&plan));
    for shown in [&text, &json] {
        assert!(shown.chars().all(|c| c == '\n' || crate::printable::printable(c.encode_utf8(&mut [0; 4])).len() == c.len_utf8()));
    }
}

#[test]
fn the_json_form_is_the_plan_file_with_a_summary() {
    let tree = json(&everything());
    insta::assert_json_snapshot!(tree["summary"], @r#"
    {
      "create": 1,
      "update": 1,
      "replace": 1,
      "delete": 3,
      "requests": 4,
      "findings": 4,
      "guards": 3,
      "left_alone": 2,
      "not_compared": 1
    }
    "#);
    let mut file = tree;
    file.as_object_mut().unwrap().shift_remove("summary");
    assert_eq!(crate::plan::read(&file.to_string()).unwrap(), everything());
}
