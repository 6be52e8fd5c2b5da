//! Who is named for what, and what is not told of them.

use serde_json::{Value, json};

use super::*;
use crate::address::Kind;
use crate::drift::{Cause, What};
use crate::observed::{Aspect, Id, LiveGrant, Trace};

/// Returns an entry by somebody, through something.
fn event(number: u8, kind: &str, targets: &Value, more: &Value) -> Event {
    let mut entry = json!({
        "uuid": format!("event-{number}"), "published": format!("2026-11-22T01:02:{number:02}.000Z"), "eventType": kind,
        "actor": {"id": "00u1", "type": "User", "alternateId": "jane@example.com", "displayName": "Jane Doe"},
        "outcome": {"result": "SUCCESS"}, "transaction": {"id": format!("t{number}"), "detail": {}},
        "client": {"ipAddress": "203.0.113.9", "userAgent": {"rawUserAgent": "Mozilla/5.0 (X11; Linux) Chrome/142.0 Safari/537.36"}},
        "debugContext": {"debugData": {"requestUri": "/admin/app/oidc_client/instance/0oa1"}},
        "target": targets.as_array().unwrap().iter().map(|id| json!({"id": id, "type": "AppInstance", "displayName": format!("name of {id}")})).collect::<Vec<_>>(),
    });
    for (pointer, value) in more.as_object().unwrap() {
        *entry.pointer_mut(pointer).unwrap() = value.clone();
    }
    Event::read(&entry).unwrap()
}

/// Returns a touch by a user with a name, at an org with an Admin Console.
pub(crate) fn touch(name: &str) -> Touch {
    let event = event(1, "application.lifecycle.update", &json!(["0oa1"]), &json!({"/actor/displayName": name}));
    Touch::of(&event, None, Some("https://acme.okta.com"), Detail::Plain)
}

fn told(trace: Trace, events: &[Event], detail: Detail, good: Option<&str>) -> String {
    let address = Address::new(Kind::App, "web");
    let items = Items {
        project: "payments".to_owned(),
        org: Some(crate::plan::Org { id: "00o1".to_owned(), url: "https://acme.okta.com".to_owned() }),
        portal: None,
        items: vec![Item::new(address.clone(), What::Missing, Cause::Either, None, trace)],
        findings: Vec::new(),
        not_compared: Vec::new(),
        reading: None,
        log: None,
    };
    let log = LogRead { since: "2026-08-24T00:00:00Z".parse().unwrap(), unread: None, cut: false };
    let good = good.map(|at| (address, at.parse().unwrap())).into_iter().collect();
    let blamed = blame(items, &Known { events, log: &log, us: Some("0oaUs"), good: &good, detail });
    let Blame { touches, more, remark } = blamed.items[0].blame.clone().unwrap();
    let more = (more > 0).then(|| format!("and {more} more"));
    touches.iter().map(Touch::words).chain(more).chain(remark).collect::<Vec<_>>().join("\n")
}

fn app(aspect: Aspect) -> Trace {
    Trace::app(&Id("0oa1".to_owned()), "0oa1", aspect)
}

#[test]
fn everybody_is_named_by_what_they_are() {
    const UPDATE: &str = "application.lifecycle.update";
    let by = |number, id: &str, kind: &str, name: &str, more: Value| {
        let mut all =
            json!({"/actor/id": id, "/actor/type": kind, "/actor/displayName": name, "/actor/alternateId": format!("{id}@example.com")});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event(number, UPDATE, &json!(["0oa1"]), &all)
    };
    let api = |agent: &str| json!({"/client/userAgent/rawUserAgent": agent, "/debugContext/debugData/requestUri": "/api/v1/apps/0oa1", "/client/ipAddress": "198.51.100.7"});
    let mut token = by(2, "00u2", "User", "ci@example.com", api("okta-sdk-golang/4.1.2 golang/go1.23 linux/amd64"));
    token.api_token = Some("00T1".to_owned());
    let mut nobody =
        by(7, "", "", "", json!({"/client/userAgent/rawUserAgent": "jane@laptop", "/debugContext/debugData/requestUri": "/users/x%40y"}));
    nobody.actor.login = None;
    let events = [
        by(1, "00u1", "User", "Jane Doe", json!({})),
        token,
        by(3, "0oaCi", "PublicClientApp", "Terraform", api("curl/8.7.1")),
        by(4, "0oaUs", "PublicClientApp", "idpctl", api("idpctl/0.1.0")),
        by(5, "00u0", "SystemPrincipal", "Okta System", json!({})),
        by(6, "00u0", "SystemPrincipal", "Okta System", json!({"/transaction/id": "unknown"})),
        nobody,
        by(8, "x", "Robot", "a `b", json!({"/eventType": "application.lifecycle.rename"})),
    ];
    let each = |detail| {
        events.iter().map(|event| told(app(Aspect::Body), std::slice::from_ref(event), detail, None)).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(each(Detail::Plain), @"
    2026-11-22 01:02:01Z: the user `Jane Doe` of id `00u1` updated the app, from the Admin Console at `/admin/app/oidc_client/instance/0oa1` with `Chrome`
    2026-11-22 01:02:02Z: the API token `00T1` of the user of id `00u2` updated the app, by the API at `/api/v1/apps/0oa1` with `okta-sdk-golang/4.1.2`
    2026-11-22 01:02:03Z: the service app `Terraform` of id `0oaCi` updated the app, by the API at `/api/v1/apps/0oa1` with `curl/8.7.1`
    2026-11-22 01:02:04Z: idpctl itself, as the service app `idpctl` of id `0oaUs`, updated the app, by the API at `/api/v1/apps/0oa1` with `idpctl/0.1.0`
    2026-11-22 01:02:05Z: Okta itself updated the app, from the Admin Console at `/admin/app/oidc_client/instance/0oa1` with `Chrome`
    2026-11-22 01:02:06Z: Okta (its support, as it seems) updated the app, from the Admin Console at `/admin/app/oidc_client/instance/0oa1` with `Chrome`
    2026-11-22 01:02:07Z: somebody whom the log does not name updated the app at `/users/(address withheld)` with `another program`
    2026-11-22 01:02:08Z: an actor of type `Robot`, which is called `a 'b` of id `x`, did `application.lifecycle.rename`, from the Admin Console at `/admin/app/oidc_client/instance/0oa1` with `Chrome`
    ");
    insta::assert_snapshot!(each(Detail::Full), @"
    2026-11-22 01:02:01Z: the user `Jane Doe` of id `00u1` with the login `00u1@example.com` updated the app, from the Admin Console at `/admin/app/oidc_client/instance/0oa1` with `Mozilla/5.0 (X11; Linux) Chrome/142.0 Safari/537.36` from `203.0.113.9`
    2026-11-22 01:02:02Z: the API token `00T1` of the user `ci@example.com` of id `00u2` with the login `00u2@example.com` updated the app, by the API at `/api/v1/apps/0oa1` with `okta-sdk-golang/4.1.2 golang/go1.23 linux/amd64` from `198.51.100.7`
    2026-11-22 01:02:03Z: the service app `Terraform` of id `0oaCi` with the login `0oaCi@example.com` updated the app, by the API at `/api/v1/apps/0oa1` with `curl/8.7.1` from `198.51.100.7`
    2026-11-22 01:02:04Z: idpctl itself, as the service app `idpctl` of id `0oaUs` with the login `0oaUs@example.com`, updated the app, by the API at `/api/v1/apps/0oa1` with `idpctl/0.1.0` from `198.51.100.7`
    2026-11-22 01:02:05Z: Okta itself updated the app, from the Admin Console at `/admin/app/oidc_client/instance/0oa1` with `Mozilla/5.0 (X11; Linux) Chrome/142.0 Safari/537.36` from `203.0.113.9`
    2026-11-22 01:02:06Z: Okta (its support, as it seems) updated the app, from the Admin Console at `/admin/app/oidc_client/instance/0oa1` with `Mozilla/5.0 (X11; Linux) Chrome/142.0 Safari/537.36` from `203.0.113.9`
    2026-11-22 01:02:07Z: somebody whom the log does not name updated the app at `/users/x%40y` with `jane@laptop` from `203.0.113.9`
    2026-11-22 01:02:08Z: an actor of type `Robot`, which is called `a 'b` of id `x` with the login `x@example.com`, did `application.lifecycle.rename`, from the Admin Console at `/admin/app/oidc_client/instance/0oa1` with `Mozilla/5.0 (X11; Linux) Chrome/142.0 Safari/537.36` from `203.0.113.9`
    ");
    assert!(!each(Detail::Plain).contains("@example") && !each(Detail::Plain).contains("198.51"), "nobody's address is told");
}

#[test]
fn what_touched_another_part_failed_or_was_before_it_was_good_explains_nothing() {
    let at = |number, kind: &str| event(number, kind, &json!(["0oa1"]), &json!({}));
    let failed = Event { succeeded: false, ..at(9, "application.lifecycle.update") };
    let events = [
        at(1, "application.lifecycle.create"),
        at(2, "application.lifecycle.update"),
        at(3, "application.lifecycle.deactivate"),
        event(4, "app.oauth2.admin.consent.grant", &json!(["0oa1", "okta.users.read"]), &json!({})),
        at(5, "app.oauth2.client.read_client_secret"),
        event(6, "application.lifecycle.update", &json!(["0oa2"]), &json!({})),
        failed,
    ];
    let types = |aspect, good| told(app(aspect), &events, Detail::Plain, good);
    insta::assert_snapshot!(types(Aspect::Body, None), @"
    2026-11-22 01:02:02Z: the user `Jane Doe` of id `00u1` updated the app, from the Admin Console at `/admin/app/oidc_client/instance/0oa1` with `Chrome`
    2026-11-22 01:02:01Z: the user `Jane Doe` of id `00u1` created the app, from the Admin Console at `/admin/app/oidc_client/instance/0oa1` with `Chrome`
    ");
    insta::assert_snapshot!(types(Aspect::Status, None), @"
    2026-11-22 01:02:03Z: the user `Jane Doe` of id `00u1` deactivated the app, from the Admin Console at `/admin/app/oidc_client/instance/0oa1` with `Chrome`
    2026-11-22 01:02:01Z: the user `Jane Doe` of id `00u1` created the app, from the Admin Console at `/admin/app/oidc_client/instance/0oa1` with `Chrome`
    ");
    insta::assert_snapshot!(types(Aspect::Body, Some("2026-11-22T01:02:01Z")), @"2026-11-22 01:02:02Z: the user `Jane Doe` of id `00u1` updated the app, from the Admin Console at `/admin/app/oidc_client/instance/0oa1` with `Chrome`");
    insta::assert_snapshot!(types(Aspect::Keys, Some("2026-11-22T01:02:30Z")), @"no entry in the log since 2026-11-22 01:02:30Z: it was done before that, never, or so lately that the log does not show it yet");
    let grant = |scope: &str| LiveGrant {
        id: "oag1".to_owned(),
        scope: scope.to_owned(),
        issuer: String::new(),
        created_by: Some("00u9".to_owned()),
    };
    let of = |scope| told(Trace::grant(&["0oa1"], &grant(scope)), &events, Detail::Plain, None);
    insta::assert_snapshot!(format!("{}\n{}", of("okta.users.read"), of("okta.apps.read")), @"
    2026-11-22 01:02:04Z: the user `Jane Doe` of id `00u1` granted the scope, from the Admin Console at `/admin/app/oidc_client/instance/0oa1` with `Chrome`
    granted by `00u9`, as the grant itself says; no entry in the log since 2026-08-24 00:00:00Z: it was done before that, never, or so lately that the log does not show it yet
    ");
}

#[test]
fn what_came_before_our_own_write_is_not_told_and_one_request_is_one_touch() {
    let ours = |number| {
        event(number, "application.lifecycle.update", &json!(["0oa1"]), &json!({"/actor/id": "0oaUs", "/actor/type": "PublicClientApp"}))
    };
    let theirs = |number| event(number, "application.lifecycle.update", &json!(["0oa1"]), &json!({}));
    let twin =
        Event { kind: "app.oauth2.client.lifecycle.update".to_owned(), id: crate::observed::EventId("twin".to_owned()), ..theirs(3) };
    let lines = |events: &[Event]| {
        told(app(Aspect::Body), events, Detail::Plain, None).lines().map(|line| line[17..50].to_owned()).collect::<Vec<_>>()
    };
    insta::assert_debug_snapshot!(lines(&[theirs(1), ours(2), theirs(3), twin, theirs(3)]), @r#"
    [
        "03Z: the user `Jane Doe` of id `0",
    ]
    "#);
    insta::assert_debug_snapshot!(lines(&[theirs(1), ours(2)]), @r#"
    [
        "02Z: idpctl itself, as the servic",
    ]
    "#);
    let many: Vec<_> = (1..=8).map(theirs).collect();
    assert!(told(app(Aspect::Body), &many, Detail::Plain, None).ends_with("and 3 more"));
}
