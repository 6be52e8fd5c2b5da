//! What a step expects of what is there, and what is said where it does not hold.

use serde_json::{Value, json};

use crate::address::Kind;
use crate::apply::expect::{Secrets, differences};
use crate::apply::probe::Seen;
use crate::bind::fixture::{live, marked};
use crate::json::{Fingerprint, Path};
use crate::observed::{Clean, LiveApp, LiveAssignment, LiveGrant, LivePortal, LiveSecret, Status};
use crate::program::{Declared, Expect};
use crate::resource::marker::Marker;
use crate::secret::{Secret, SecretHash, SecretRef};

/// Returns what is said of each expectation.
fn said(expected: impl IntoIterator<Item = Expect>, seen: &Seen) -> String {
    let secret = |name: &str| (SecretRef::Env(name.to_owned()), Secret::new(name.to_lowercase()));
    let secrets: Secrets = [secret("ONE"), secret("TWO")].into();
    let line = |expect: Expect| {
        let differences = differences(std::slice::from_ref(&expect), seen, &secrets);
        let said = if differences.is_empty() { "holds".to_owned() } else { differences.join("; ") };
        format!("{said}\n")
    };
    expected.into_iter().map(line).collect()
}

fn an_app() -> LiveApp {
    let keys = json!({"keys": [{"id": "pks1", "status": "ACTIVE"}, {"id": "pks2", "status": "INACTIVE"}, {"id": "pks3"}]});
    let app = live("0oa1", "Portal", &[("settings.oauthClient.jwks", keys), marked("payments/portal")]);
    LiveApp { access_policy: Some("rst1".to_owned()), ..app }
}

fn field(path: &str, value: Value) -> Expect {
    Expect::Fields(vec![Declared { path: Path::of(path), value }])
}

fn mark(of: &LiveApp, change: fn(&mut Marker)) -> Marker {
    let mut mark = of.marker.clone().expect("it is marked");
    change(&mut mark);
    mark
}

fn of_an_app(app: &LiveApp) -> Vec<Expect> {
    let key = |id: &str, status| Expect::KeyIs { id: id.to_owned(), status };
    vec![
        Expect::NoApp,
        Expect::AsCreated,
        Expect::BodyIs(app.facets().body),
        Expect::BodyIs(Fingerprint::of(&json!("before"))),
        field("label", json!("Portal")),
        field("label", json!("Shop")),
        Expect::Marked(mark(app, |_| ())),
        Expect::Marked(mark(app, |mark| "shop".clone_into(&mut mark.owner.name))),
        Expect::Superseded(mark(app, |mark| mark.superseded = true)),
        Expect::AppRetired,
        Expect::StatusIs(Status::Active),
        Expect::StatusIs(Status::Inactive),
        Expect::PolicyIs(Some("rst1".to_owned())),
        Expect::PolicyIs(None),
        key("pks1", Status::Active),
        key("pks1", Status::Inactive),
        key("pks2", Status::Active),
        key("pks3", Status::Active),
        key("pks4", Status::Active),
        Expect::KeyGone("pks1".to_owned()),
        Expect::KeyGone("pks4".to_owned()),
        Expect::KeyRetired("pks1".to_owned()),
        Expect::KeyRetired("pks2".to_owned()),
        Expect::KeyRetired("pks4".to_owned()),
        Expect::Granted("okta.users.read".to_owned()),
    ]
}

#[test]
fn what_an_app_is_expected_to_be() {
    let app = an_app();
    insta::assert_snapshot!(said(of_an_app(&app), &Seen::App(Some(Box::new(app)))), @r#"
    the app 0oa1 is there already
    holds
    holds
    the app 0oa1 was changed since the plan was made; plan again to see how
    holds
    `label` is "Portal" and not "Shop"
    holds
    the app 0oa1 bears the mark of payments/portal
    the mark of the app 0oa1 does not say what it is to say
    the app 0oa1 is in force
    holds
    the app 0oa1 is ACTIVE
    holds
    the app 0oa1 has the access policy rst1
    holds
    the key pks1 is ACTIVE
    the key pks2 is INACTIVE
    holds
    the key pks4 is gone
    the key pks1 is there
    holds
    the key pks1 is in force
    holds
    holds
    this is a bug in idpctl: a step expects Granted("okta.users.read") of something that its probe does not read
    "#);
}

#[test]
fn what_is_expected_of_an_app_that_is_gone() {
    insta::assert_snapshot!(said(of_an_app(&an_app()), &Seen::App(None)), @"
    holds
    the app is not there
    the app is not there
    the app is not there
    the app is not there
    the app is not there
    the app is not there
    the app is not there
    holds
    holds
    the app is not there
    the app is not there
    the app is not there
    the app is not there
    the app is not there
    the app is not there
    the app is not there
    the app is not there
    the app is not there
    holds
    holds
    holds
    holds
    holds
    the app is not there
    ");
}

#[test]
fn what_an_inactive_app_without_mark_and_policy_is_expected_to_be() {
    let app = live("0oa1", "Portal", &[("status", json!("INACTIVE"))]);
    let expected = [
        Expect::Marked(mark(&an_app(), |_| ())),
        Expect::AppRetired,
        Expect::StatusIs(Status::Active),
        Expect::PolicyIs(Some("rst1".to_owned())),
        Expect::PolicyIs(None),
    ];
    insta::assert_snapshot!(said(expected, &Seen::App(Some(Box::new(app)))), @"
    the app 0oa1 bears no mark
    holds
    the app 0oa1 is INACTIVE
    the app 0oa1 has the access policy (none)
    holds
    ");
}

#[test]
fn what_secrets_are_expected_to_be() {
    let there = [("ocs1", Status::Active, "one"), ("ocs2", Status::Inactive, "three")];
    let there = there.map(|(id, status, value)| LiveSecret {
        id: id.to_owned(),
        status,
        hash: SecretHash::of(value),
        created: "2026-01-01T00:00:00.000Z".to_owned(),
    });
    let [one, two, unknown] = ["ONE", "TWO", "UNKNOWN"].map(|name| SecretRef::Env(name.to_owned()));
    let expected = [
        Expect::SecretHeld { reference: one.clone(), status: Status::Active },
        Expect::SecretHeld { reference: one.clone(), status: Status::Inactive },
        Expect::SecretHeld { reference: two.clone(), status: Status::Active },
        Expect::SecretHeld { reference: unknown.clone(), status: Status::Active },
        Expect::SecretMissing(one),
        Expect::SecretMissing(two),
        Expect::SecretMissing(unknown),
        Expect::SecretIs { id: "ocs2".to_owned(), status: Status::Inactive },
        Expect::SecretIs { id: "ocs2".to_owned(), status: Status::Active },
        Expect::SecretIs { id: "ocs3".to_owned(), status: Status::Active },
        Expect::SecretRetired("ocs1".to_owned()),
        Expect::SecretRetired("ocs2".to_owned()),
        Expect::SecretRetired("ocs3".to_owned()),
        Expect::SecretGone("ocs1".to_owned()),
        Expect::SecretGone("ocs3".to_owned()),
        Expect::NoApp,
    ];
    insta::assert_snapshot!(said(expected, &Seen::Secrets(there.to_vec())), @"
    holds
    the secret of {env: ONE} is ACTIVE
    the secret of {env: TWO} is not there
    the secret of {env: UNKNOWN} is not there
    the secret of {env: ONE} is there already
    holds
    holds
    holds
    the secret ocs2 is INACTIVE
    the secret ocs3 is not there
    the secret ocs1 is in force
    holds
    holds
    the secret ocs1 is there
    holds
    this is a bug in idpctl: a step expects NoApp of something that its probe does not read
    ");
}

#[test]
fn what_grants_are_expected_to_be() {
    let granted = LiveGrant {
        id: "oag1".to_owned(),
        scope: "okta.users.read".to_owned(),
        issuer: "https://acme.okta.com".to_owned(),
        created_by: None,
    };
    let each = |of: fn(String) -> Expect, texts: [&str; 2]| texts.map(|text| of(text.to_owned()));
    let scopes = ["okta.users.read", "okta.logs.read"];
    let expected = [
        each(Expect::Granted, scopes),
        each(Expect::NotGranted, scopes),
        each(Expect::GrantIs, ["oag1", "oag2"]),
        each(Expect::GrantGone, ["oag1", "oag2"]),
        [Expect::NoApp, Expect::NoObject],
    ];
    insta::assert_snapshot!(said(expected.into_iter().flatten(), &Seen::Grants(vec![granted])), @"
    holds
    scope `okta.logs.read` is not granted
    scope `okta.users.read` is granted already
    holds
    holds
    the grant oag2 is gone
    the grant oag1 is there
    holds
    this is a bug in idpctl: a step expects NoApp of something that its probe does not read
    this is a bug in idpctl: a step expects NoObject of something that its probe does not read
    ");
}

#[test]
fn what_an_assignment_of_a_group_is_expected_to_be() {
    let answer = json!({"id": "00g1", "priority": 3, "profile": {"role": "a"}, "lastUpdated": "2026-01-01T00:00:00.000Z"});
    let assignment = LiveAssignment::read(&Clean::new(&answer)).expect("an assignment");
    let expected = || {
        vec![
            Expect::NoObject,
            Expect::Fields(Vec::new()),
            Expect::BodyIs(assignment.fingerprint()),
            Expect::BodyIs(Fingerprint::of(&json!("before"))),
            field("priority", json!(3)),
            field("priority", json!(0)),
            field("profile.role", json!("b")),
            field("profile.gone", Value::Null),
            Expect::AppRetired,
        ]
    };
    insta::assert_snapshot!(said(expected(), &Seen::Assignment(Some(Box::new(assignment.clone())))), @r#"
    the group 00g1 is assigned already
    holds
    holds
    the assignment of the group 00g1 was changed since the plan was made; plan again to see how
    holds
    `priority` is 3 and not 0
    `profile.role` is "a" and not "b"
    holds
    this is a bug in idpctl: a step expects AppRetired of something that its probe does not read
    "#);
    insta::assert_snapshot!(said(expected(), &Seen::Assignment(None)), @"
    holds
    the group is not assigned
    the group is not assigned
    the group is not assigned
    the group is not assigned
    the group is not assigned
    the group is not assigned
    the group is not assigned
    the group is not assigned
    ");
}

#[test]
fn what_an_object_of_the_portal_is_expected_to_be() {
    let answer = json!({"ID": 1, "Name": "Server-side", "Description": "", "GrantType": "authorization_code,implicit"});
    let object = LivePortal::read(Kind::ClientType, &Clean::new(&answer)).expect("a client type");
    let expected = || {
        vec![
            Expect::NoObject,
            Expect::BodyIs(object.fingerprint()),
            Expect::BodyIs(Fingerprint::of(&json!("before"))),
            field("GrantType", json!(["implicit", "authorization_code"])),
            field("GrantType", json!(["implicit"])),
            Expect::Sent(Path::of("RegistrationAccessToken")),
            Expect::AppRetired,
        ]
    };
    insta::assert_snapshot!(said(expected(), &Seen::Object(Some(Box::new(object.clone())))), @r#"
    the ClientType 1 is there already
    holds
    the ClientType 1 was changed since the plan was made; plan again to see how
    holds
    `GrantType` is "authorization_code,implicit" and not ["implicit"]
    whether `RegistrationAccessToken` was sent cannot be read
    this is a bug in idpctl: a step expects AppRetired of something that its probe does not read
    "#);
    insta::assert_snapshot!(said(expected(), &Seen::Object(None)), @"
    holds
    the object is not there
    the object is not there
    the object is not there
    the object is not there
    the object is not there
    the object is not there
    ");
}
