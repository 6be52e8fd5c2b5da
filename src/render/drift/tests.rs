//! Drift in text and JSON.

use super::*;
use crate::address::{Address, Kind};
use crate::observed::Trace;
use crate::plan::Org;

pub(in crate::render) fn items() -> Items {
    let web = Address::new(Kind::App, "web");
    let item = |address: &Address, what, cause| Item {
        address: address.clone(),
        what,
        cause,
        origin: Some("a.yaml:3:1".to_owned()),
        trace: Trace::default(),
        blame: None,
    };
    let field = |path: &str, declared, live| What::Field { path: path.to_owned(), declared, live };
    Items {
        findings: Vec::new(),
        project: "payments".to_owned(),
        org: Some(Org { id: "00o1".to_owned(), url: "https://acme.okta.com".to_owned() }),
        portal: None,
        items: vec![
            item(&web, field("label", Some(json!("Web")), Some(json!("\u{1b}[31mWeb\u{202e}"))), Cause::ChangedLive),
            item(&web, field("settings.notes.admin", None, Some(json!("x"))), Cause::Pending),
            item(&web, What::MarkLost, Cause::Either),
            item(&web, What::MarkDiffers, Cause::Pending),
            item(&web, What::Copy { id: "0oa2".to_owned() }, Cause::ChangedLive),
            item(&web.below(["secret", "ocs1"]), What::Undeclared { what: "a client secret".to_owned() }, Cause::Either),
            item(&Address::new(Kind::App, "worker"), What::Missing, Cause::Either),
            item(&Address::new(Kind::App, "x"), What::Foreign { why: "the app 0oa3 belongs to other/x".to_owned() }, Cause::Either),
        ],
        not_compared: vec![(web.below(["secret", "2026"]), "`IDPCTL_X` is not set".to_owned())],
        log: None,
        reading: None,
    }
}

#[test]
fn every_item_is_told_with_who_moved() {
    insta::assert_snapshot!(text(&items(), Style::default()), @r#"
    Drift of `payments` in https://acme.okta.com (00o1)

    App/web
        label: "Web" → "\u{1b}[31mWeb\u{202e}"   (changed live)
        settings.notes.admin: none → "x"   (pending)
        bears no mark of ours: somebody's PUT erased it, or the app was never adopted   (either)
        bears another mark than the documents call for   (pending)
        the app 0oa2 bears a copy of its mark: somebody cloned the app   (changed live)

    App/web/secret/ocs1
        a client secret   (either)

    App/worker
        is not there   (either)

    App/x
        the app 0oa3 belongs to other/x   (either)

    Not compared
      App/web/secret/2026: `IDPCTL_X` is not set

    8 items: 2 changed live, 2 pending (the manifest is newer than what was applied last), 4 either changed live or not applied yet.
    "#);
}

#[test]
fn the_json_form_tells_the_same() {
    let mut few = items();
    few.items.drain(1..5);
    insta::assert_snapshot!(super::super::json_text(&json(&few)), @r#"
    {
      "format_version": 1,
      "project": "payments",
      "org": {
        "id": "00o1",
        "url": "https://acme.okta.com"
      },
      "items": [
        {
          "address": "App/web",
          "cause": "changed_live",
          "origin": "a.yaml:3:1",
          "what": "field",
          "path": "label",
          "declared": "Web",
          "live": "\u001b[31mWeb\u202e"
        },
        {
          "address": "App/web/secret/ocs1",
          "cause": "either",
          "origin": "a.yaml:3:1",
          "what": "undeclared",
          "detail": "a client secret"
        },
        {
          "address": "App/worker",
          "cause": "either",
          "origin": "a.yaml:3:1",
          "what": "missing"
        },
        {
          "address": "App/x",
          "cause": "either",
          "origin": "a.yaml:3:1",
          "what": "foreign",
          "detail": "the app 0oa3 belongs to other/x"
        }
      ],
      "findings": [],
      "not_compared": [
        {
          "address": "App/web/secret/2026",
          "what": "`IDPCTL_X` is not set"
        }
      ],
      "summary": {
        "items": 4,
        "changed_live": 1,
        "pending": 0,
        "either": 3,
        "findings": 0
      }
    }
    "#);
}

#[test]
fn who_touched_it_is_told_below_what_it_explains_with_where_to_look() {
    let mut few = items();
    few.items.drain(2..);
    let remark = Some("no entry in the log".to_owned());
    let blame = Blame { touches: vec![crate::drift::blame::tests::touch("Jane\u{202e} `Doe`")], more: 2, remark: None };
    few.items[0].blame = Some(blame);
    few.items[1].blame = Some(Blame { remark, ..Blame::default() });
    few.not_compared.clear();
    few.log = Some(LogRead { since: "2026-08-24T00:00:00Z".parse().unwrap(), unread: None, cut: true });
    insta::assert_snapshot!(text(&few, Style::default()), @r#"
    Drift of `payments` in https://acme.okta.com (00o1)

    App/web
        label: "Web" → "\u{1b}[31mWeb\u{202e}"   (changed live)
            2026-11-22 01:02:01Z: the user `Jane\u{202e} 'Doe'` of id `00u1` updated the app, from the Admin Console at `/admin/app/oidc_client/instance/0oa1` with `Chrome`
              https://acme-admin.okta.com/report/system_log_2?search=uuid%20eq%20%22event-1%22&fromTime=2026-11-22T00%3A02%3A01Z&toTime=2026-11-22T02%3A02%3A01Z
            2 earlier entries of the log are about it as well
        settings.notes.admin: none → "x"   (pending)
            no entry in the log

    The org's log
      The org's log has more entries on these objects than were read: of some, nobody or not everybody is named.

    2 items: 1 changed live, 1 pending (the manifest is newer than what was applied last).
    "#);
    insta::assert_snapshot!(super::super::json_text(&json(&few)["items"][0]["blame"]), @r#"
    {
      "touches": [
        {
          "event": "event-1",
          "at": "2026-11-22T01:02:01Z",
          "type": "application.lifecycle.update",
          "what": "updated the app",
          "actor": {
            "sort": "user",
            "id": "00u1",
            "name": "Jane\u202e `Doe`"
          },
          "through": {
            "way": "admin_console",
            "agent": "Chrome",
            "path": "/admin/app/oidc_client/instance/0oa1"
          },
          "link": "https://acme-admin.okta.com/report/system_log_2?search=uuid%20eq%20%22event-1%22&fromTime=2026-11-22T00%3A02%3A01Z&toTime=2026-11-22T02%3A02%3A01Z",
          "search": "uuid eq \"event-1\""
        }
      ],
      "more": 2,
      "remark": null
    }
    "#);
    let report = crate::report::Report::from(&few);
    let comment = super::super::report::markdown(&report);
    insta::assert_snapshot!(comment, @r#"
    **idpctl: 2 items of drift: 1 changed live, 1 pending (the manifest is newer than what was applied last)** in `https://acme.okta.com` (`00o1`), for `payments`

    <details><summary>~ <code>App/web</code> differs</summary>

    ```diff
    - label: "Web"
    + label: "\u{1b}[31mWeb\u{202e}"   (changed live)
    + settings.notes.admin: "x"   (pending)
    ```

    - `2026-11-22 01:02:01Z`: the user `Jane\u{202e} 'Doe'` of id `00u1` updated the app, from the Admin Console at `/admin/app/oidc_client/instance/0oa1` with `Chrome` ([in the org's log](https://acme-admin.okta.com/report/system_log_2?search=uuid%20eq%20%22event-1%22&fromTime=2026-11-22T00%3A02%3A01Z&toTime=2026-11-22T02%3A02%3A01Z))
    - 2 earlier entries of the log are about it as well
    - no entry in the log

    </details>

    <details><summary>Notes (1)</summary>

    - the org's log has more entries on these objects than were read: of some, nobody or not everybody is named

    </details>

    Of each field, `-` is what the manifests declare, and `+` what is live.
    "#);
    let page = super::super::html::html(&report);
    super::super::inert::assert_page(&page.replace("https://acme-admin.okta.com/", "https://developer.okta.com/"));
    super::super::inert::assert_comment(&comment.replace("https://acme-admin.okta.com/", "https://developer.okta.com/"));
    let list = page.split_once("<ul class=\"remarks\">").unwrap().1.split_once("</ul>").unwrap().0;
    insta::assert_snapshot!(list, @r#"
    <li>2026-11-22 01:02:01Z: the user <code>Jane\u{202e} &#39;Doe&#39;</code> of id <code>00u1</code> updated the app, from the Admin Console at <code>/admin/app/oidc_client/instance/0oa1</code> with <code>Chrome</code>. <a href="https://acme-admin.okta.com/report/system_log_2?search=uuid%20eq%20%22event-1%22&#38;fromTime=2026-11-22T00%3A02%3A01Z&#38;toTime=2026-11-22T02%3A02%3A01Z" rel="noreferrer">in the org's log</a></li>
    <li>2 earlier entries of the log are about it as well.</li>
    <li>No entry in the log.</li>
    "#);
}

#[test]
fn no_drift_is_said_in_one_sentence() {
    let mut none = items();
    none.items.clear();
    let unread = text(&none, Style::default());
    none.not_compared.clear();
    insta::assert_snapshot!(format!("{}----\n{unread}", text(&none, Style::default())), @"
    Drift of `payments` in https://acme.okta.com (00o1)

    No drift: the org is as declared.
    ----
    Drift of `payments` in https://acme.okta.com (00o1)

    Not compared
      App/web/secret/2026: `IDPCTL_X` is not set

    No drift, as far as could be compared.
    ");
}
