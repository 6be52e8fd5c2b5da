//! Reports with everything that can be in one: in plain words, and in the words of somebody who means harm.

use serde_json::{Value, json};

use crate::address::{Address, Kind};
use crate::diagnostic::{Code, Origin};
use crate::findings::{Finding, Severity, Standing};
use crate::json::Path;
use crate::plan::{Org, Portal};
use crate::report::{FieldView, ObjectView, Place, Remark, Report, Section, Shown, Subject, Turn};

/// Text that would do harm wherever it were more than text.
pub(crate) const HOSTILE: &str = "`````\n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %0A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) \"' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} ##[add-mask]x ##vso[y]";

/// Returns a place in a manifest.
pub(crate) fn origin(file: &str, line: u32) -> Origin {
    Origin { file: file.into(), start: 10, end: 20, line, column: 7 }
}

/// Returns a finding.
pub(crate) fn finding(code: u16, severity: Severity, standing: Standing, name: &str) -> Finding {
    Finding {
        code: Code(code),
        severity,
        standing,
        address: Address::new(Kind::App, name),
        path: Some(Path::of("settings.oauthClient.redirect_uris")),
        origin: Some(origin("manifests/web.yaml", 12)),
        what: "the redirect URI `http://portal.example.com/cb` is added, over plain http".to_owned(),
        remedy: "use https, or a loopback address for a native app".to_owned(),
        reason: None,
    }
}

fn field(path: &str, before: Option<Shown>, after: Option<Shown>) -> FieldView {
    FieldView { path: path.to_owned(), before, after, remark: None, origin: Some("manifests/web.yaml:12:7".to_owned()) }
}

fn value(value: impl Into<Option<Value>>) -> Option<Shown> {
    value.into().map(Shown::Value)
}

fn object(address: Address, turn: Turn, word: &'static str, fields: Vec<FieldView>) -> ObjectView {
    ObjectView { address, title: None, turn, word, was: None, fields, notes: Vec::new(), blame: Vec::new(), origin: None }
}

fn remark(name: &str, what: &str, flag: Option<&str>) -> Remark {
    Remark { address: Some(Address::new(Kind::App, name)), what: what.to_owned(), flag: flag.map(str::to_owned) }
}

/// Returns the report of a plan.
pub(crate) fn plan() -> Report {
    let web = Address::new(Kind::App, "web");
    let uris = |names: &[&str]| value(json!(names.iter().map(|name| format!("https://{name}.example.com/cb")).collect::<Vec<_>>()));
    let fields = vec![
        field("label", value(json!("Web")), value(json!("Web portal"))),
        field("settings.oauthClient.redirect_uris", uris(&["a", "b"]), uris(&["a", "c"])),
        field("client_secrets.2026-09", None, Some(Shown::Words("(secret, changed)".to_owned()))),
        field("mark", None, Some(Shown::Words("payments/web, manages secrets".to_owned()))),
    ];
    let kind = field("settings.oauthClient.application_type", value(json!("web")), value(json!("browser")));
    let kind = FieldView { remark: Some("cannot be changed: the app is replaced".to_owned()), ..kind };
    let replaced = ObjectView {
        title: Some("Single page".to_owned()),
        notes: vec!["replacement loses 12 users, its access policy and its logo".to_owned()],
        ..object(Address::new(Kind::App, "spa"), Turn::Replaced, "to replace", vec![kind])
    };
    let accepted =
        Finding { reason: Some("legacy client, gone by March".to_owned()), ..finding(4002, Severity::Medium, Standing::Accepted, "old") };
    let in_vain = Finding { reason: Some("trust me".to_owned()), ..finding(4001, Severity::Medium, Standing::New, "spa") };
    let section = Section {
        target: Some("prod".to_owned()),
        project: "payments".to_owned(),
        findings: vec![
            finding(4201, Severity::High, Standing::New, "web"),
            in_vain,
            accepted,
            finding(4202, Severity::Low, Standing::Before, "billing"),
        ],
        guards: vec![remark("spa", "the app would be replaced, and its users and groups lost", Some("--allow-replace App/spa"))],
        objects: vec![
            replaced,
            ObjectView { title: Some("Web".to_owned()), ..object(web.clone(), Turn::Changed, "to update", fields) },
            object(web.below(["secret", "2026-03"]), Turn::Removed, "to delete", Vec::new()),
        ],
        left_alone: vec![remark("stray", "is ours and no document declares it", Some("--prune"))],
        not_compared: vec![remark("worker", "its secret's reference does not resolve here: IDPCTL_WORKER is not set", None)],
        notes: vec![remark("web", "was found by its client_id", None)],
        ..Section::default()
    };
    Report {
        subject: Subject::Plan(Place {
            project: "payments".to_owned(),
            org: Some(Org { id: "00o1".to_owned(), url: "https://acme.okta.com".to_owned() }),
            portal: Some(Portal { url: "https://portal.example.com".to_owned() }),
        }),
        summary: "1 to update, 1 to replace, 1 to delete, with 4 requests: refused".to_owned(),
        command: "idpctl plan --target prod".to_owned(),
        sections: vec![section],
        closing: None,
    }
}

/// Returns the same with hostile text wherever text can come from outside.
pub(crate) fn hostile() -> Report {
    let mut report = plan();
    report.command = format!("idpctl plan --target '{HOSTILE}'");
    let Subject::Plan(place) = &mut report.subject else { unreachable!("it is a plan") };
    place.project = HOSTILE.to_owned();
    place.org = Some(Org { id: HOSTILE.to_owned(), url: HOSTILE.to_owned() });
    place.portal = Some(Portal { url: HOSTILE.to_owned() });
    let section = &mut report.sections[0];
    section.target = Some(HOSTILE.to_owned());
    section.project = HOSTILE.to_owned();
    let address = Address::new(Kind::App, HOSTILE).below([HOSTILE]);
    for finding in &mut section.findings {
        finding.address = address.clone();
        finding.path = Some(Path::root().key(HOSTILE));
        finding.origin = Some(origin(&format!("manifests/{}.yaml", HOSTILE.replace('\n', "")), 3));
        finding.what = format!("the label is `{HOSTILE}` {HOSTILE}");
        finding.remedy = HOSTILE.to_owned();
        finding.reason = Some(HOSTILE.to_owned());
    }
    let lists = [&mut section.guards, &mut section.left_alone, &mut section.not_compared, &mut section.notes];
    for remark in lists.into_iter().flatten() {
        *remark = Remark { address: Some(address.clone()), what: HOSTILE.to_owned(), flag: Some(HOSTILE.to_owned()) };
    }
    let long = HOSTILE.repeat(2_000_000 / HOSTILE.len());
    let tree = json!([HOSTILE, {HOSTILE: [HOSTILE, HOSTILE.repeat(50)]}]);
    let fields = || {
        vec![
            field(HOSTILE, value(json!(HOSTILE)), value(json!(long))),
            field(HOSTILE, value(tree.clone()), Some(Shown::Value(json!([HOSTILE])))),
            field(HOSTILE, value(json!([HOSTILE, "a"])), value(json!([HOSTILE, "b"]))),
            field("mark", None, Some(Shown::Words(HOSTILE.to_owned()))),
        ]
    };
    section.settings = fields();
    for object in &mut section.objects {
        object.address = address.clone();
        object.title = Some(HOSTILE.to_owned());
        object.was = Some((address.clone(), "label"));
        object.fields = fields();
        object.notes = vec![HOSTILE.to_owned()];
        object.origin = Some(format!("{HOSTILE}:1:1"));
    }
    report
}
