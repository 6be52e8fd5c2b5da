//! What was kept is what is taken, by who kept it alone; and the file takes no harm.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::desired::GroupReference;
use crate::http::BaseUrl;
use crate::observe::reach::{Chosen, Reach};
use crate::observed::{
    AccessPolicy, Children, Clean, Event, EventId, Id, LiveApp, LiveAssignment, LiveClient, LiveGrant, LiveGroup, LivePart, Observed,
    Servers,
};
use crate::resource::authorization_server::Part;
use crate::secret::Secret;

fn credentials(token: &str) -> Credentials {
    let url = BaseUrl::parse("https://acme.okta.com").unwrap();
    Credentials::ssws(url, Secret::new(token.to_owned())).unwrap()
}

fn org(id: &str) -> Org {
    Org { id: id.to_owned(), url: "https://acme.okta.com".to_owned() }
}

fn place() -> Place {
    let at: Timestamp = "2026-09-01T08:00:00Z".parse().unwrap();
    Place { since: at, known: [EventId("e1".to_owned())].into(), witness: Some((EventId("e1".to_owned()), at)) }
}

fn kept<'o>(observed: &'o Observed, reach: &Reach) -> Kept<'o> {
    let at: Timestamp = "2026-09-01T08:30:00Z".parse().unwrap();
    Kept { as_of: at, swept: at, place: place(), snapshot: Snapshot::of(observed, reach.clone()).unwrap() }
}

/// Returns an org with one of everything, made of some tree.
fn observed(tree: &Value, text: &str) -> (Observed, Reach) {
    let clean = |fixed: Value| {
        let mut tree = if tree.is_object() { tree.clone() } else { json!({"tree": tree}) };
        tree.as_object_mut().unwrap().extend(fixed.as_object().unwrap().clone());
        Clean::new(&tree)
    };
    let app = clean(json!({"id": "0oa1", "label": text, "status": "ACTIVE", "name": "oidc_client", "any_secret": "s3cret-sentinel",
        "credentials": {"oauthClient": {"client_id": "c1", "client_secret": "s3cret-sentinel"}},
        "profile": {"idpctl": {"owner": "payments/web", "manages": ["grants"]}}, "_links": {"accessPolicy": {"href": "https://a/rst1"}}}));
    let part = |part: Part, id: &str| {
        let answer = clean(json!({"id": id, "name": text, "status": "INACTIVE", "claimType": "RESOURCE", "system": false, "priority": 1}));
        LivePart::read(part, &answer).unwrap()
    };
    let children = Children {
        scopes: Some(vec![part(Part::Scope, "scp1")]),
        claims: None,
        policies: Some(vec![part(Part::Policy, "00p1")]),
        rules: BTreeMap::from([(Id("00p1".to_owned()), vec![part(Part::Rule, "0pr1")])]),
    };
    let grant = LiveGrant { id: "oag1".into(), scope: text.to_owned(), issuer: "https://a".into(), created_by: None };
    let observed = Observed {
        org: Some(org("00o1")),
        apps: vec![LiveApp::read(&app).unwrap()],
        clients: LiveClient::read(&clean(json!({"client_id": "c1", "client_name": text, "client_secret": "s3cret-sentinel"})))
            .into_iter()
            .collect(),
        grants: BTreeMap::from([(Id("0oa1".to_owned()), vec![grant]), (Id("0oa2".to_owned()), Vec::new())]),
        assignments: BTreeMap::from([(
            Id("0oa1".to_owned()),
            LiveAssignment::read(&clean(json!({"id": "00g1", "priority": 0}))).into_iter().collect(),
        )]),
        groups: vec![LiveGroup { id: "00g1".into(), name: text.to_owned(), sort: "OKTA_GROUP".into() }],
        policies: vec![AccessPolicy { id: "rst1".into(), name: text.to_owned(), system: true }],
        servers: Servers { listed: vec![part(Part::Server, "aus1")], below: BTreeMap::from([(Id("aus1".to_owned()), children)]) },
        ..Observed::default()
    };
    let reach = Reach {
        apps: true,
        clients: Some(Chosen { ids: ["c1".to_owned()].into(), names: [text.to_owned()].into() }),
        groups: [GroupReference::Name(text.to_owned()), GroupReference::Id("00g1".to_owned())].into(),
        policies: true,
        servers: true,
    };
    (observed, reach)
}

fn tree() -> impl Strategy<Value = Value> {
    let number = prop_oneof![any::<i64>().prop_map(Value::from), any::<u64>().prop_map(Value::from), any::<f64>().prop_map(Value::from)];
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), number, ".{0,8}".prop_map(Value::from)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".{0,6}", inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_taken_is_what_was_kept_and_holds_no_secret(tree in tree(), text in ".{0,12}") {
        let (observed, reach) = observed(&tree, &text);
        let (kept, seal) = (kept(&observed, &reach), credentials("t").seal("test", &[]).unwrap());
        let file = sealed(&kept, &seal).unwrap();
        prop_assert!(!String::from_utf8_lossy(&file).contains("s3cret-sentinel"));
        let taken = opened(&file, &seal).unwrap();
        prop_assert_eq!(&taken, &kept);
        let (again, far) = taken.snapshot.restore();
        prop_assert_eq!(format!("{again:?}"), format!("{:?}", Observed { denied: None, ..observed }));
        prop_assert_eq!(far, reach);
    }

    #[test]
    fn a_file_with_a_byte_of_it_changed_or_missing_is_refused(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let (observed, reach) = observed(&json!({"a": 1}), "text");
        let seal = credentials("t").seal("test", &[]).unwrap();
        let mut file = sealed(&kept(&observed, &reach), &seal).unwrap();
        let at = at.index(file.len());
        if cut { file.truncate(at) } else { file[at] ^= byte.max(1) }
        prop_assert!(opened(&file, &seal).is_err());
    }
}

#[test]
fn the_form_of_the_file_changes_with_its_version_only() {
    let (observed, reach) = observed(&json!({"tomorrow": [1, {"a": null}]}), "web");
    let file = sealed(&kept(&observed, &reach), &credentials("t").seal("test", &[]).unwrap()).unwrap();
    insta::assert_snapshot!(String::from_utf8(file).unwrap(), @r#"
    idpctl-cache 1 rLqR3k78JFJ0g1tiytJaq2ZCSXYok2qTj5oWoVNI2pk
    {"as_of":"2026-09-01T08:30:00Z","swept":"2026-09-01T08:30:00Z","place":{"since":"2026-09-01T08:00:00Z","known":["e1"],"witness":["e1","2026-09-01T08:00:00Z"]},"snapshot":{"org":{"id":"00o1","url":"https://acme.okta.com"},"reach":{"apps":true,"clients":{"ids":["c1"],"names":["web"]},"groups":[{"name":"web"},{"id":"00g1"}],"policies":true,"servers":true},"apps":[{"id":"0oa1","label":"web","client_id":"c1","status":"ACTIVE","access_policy":"rst1","marker":{"owner":"payments/web","manages":["grants"]},"body":{"tomorrow":[1,{"a":null}],"label":"web","name":"oidc_client","credentials":{"oauthClient":{"client_id":"c1"}},"profile":{"idpctl":{"owner":"payments/web","manages":["grants"]}}},"withheld":[["any_secret"]]}],"clients":[{"id":"c1","name":"web","body":{"tomorrow":[1,{"a":null}],"client_name":"web"},"withheld":[]}],"grants":{"0oa1":[{"id":"oag1","scope":"web","issuer":"https://a","created_by":null}],"0oa2":[]},"assignments":{"0oa1":[{"group":"00g1","name":null,"body":{"tomorrow":[1,{"a":null}],"priority":0,"profile":{}}}]},"groups":[{"id":"00g1","name":"web","sort":"OKTA_GROUP"}],"policies":[{"id":"rst1","name":"web","system":true}],"servers":[{"part":"server","id":"aus1","key":["web"],"status":"INACTIVE","own":false,"issuer":null,"body":{"tomorrow":[1,{"a":null}],"name":"web","claimType":"RESOURCE","system":false,"priority":1},"withheld":[]}],"below":{"aus1":{"scopes":[{"part":"scope","id":"scp1","key":["web"],"status":null,"own":false,"issuer":null,"body":{"tomorrow":[1,{"a":null}],"name":"web","status":"INACTIVE","claimType":"RESOURCE","priority":1},"withheld":[]}],"claims":null,"policies":[{"part":"policy","id":"00p1","key":["web"],"status":"INACTIVE","own":false,"issuer":null,"body":{"tomorrow":[1,{"a":null}],"name":"web","status":"INACTIVE","claimType":"RESOURCE","priority":1},"withheld":[]}],"rules":{"00p1":[{"part":"rule","id":"0pr1","key":["web"],"status":"INACTIVE","own":false,"issuer":null,"body":{"tomorrow":[1,{"a":null}],"name":"web","status":"INACTIVE","claimType":"RESOURCE","priority":1},"withheld":[]}]}}}}}
    "#);
}

#[test]
fn a_file_is_read_back_by_who_wrote_it_about_the_same_org_and_project() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("deep/cache");
    let cache = |project: &str, token: &str| Cache::new(&at, project, credentials(token));
    let (ours, observed) = (cache("payments", "t"), observed(&json!({}), "web"));
    let kept = kept(&observed.0, &observed.1);
    assert!(ours.take(&org("00o1")).unwrap().is_none(), "nothing was kept yet");
    for _ in 0..2 {
        ours.put(&org("00o1"), &kept).unwrap();
    }
    assert_eq!(ours.take(&org("00o1")).unwrap(), Some(kept));
    let path = ours.path(&org("00o1"));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&at), fs::read_dir(&at).unwrap().count()), (0o600, 0o700, 1), "and nothing stays beside it");
    let elsewhere = [(cache("payments", "t"), "00o2"), (cache("payroll", "t"), "00o1"), (cache("payments", "other"), "00o1")];
    for (other, id) in elsewhere {
        let at = other.path(&org(id));
        if at != path {
            assert!(other.take(&org(id)).unwrap().is_none(), "each has a file of its own");
            fs::copy(&path, &at).unwrap();
        }
        assert!(matches!(other.take(&org(id)), Err(Unusable::Unauthentic)));
    }
}

#[test]
fn what_is_no_file_of_ours_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path(), "payments", credentials("t"));
    let path = cache.path(&org("00o1"));
    let mut said = Vec::new();
    let texts = ["", "\n", "idpctl-cache", "idpctl-cache 2 00\n{}\n", "idpctl-cache 1\n{}\n", "idpctl-cache 1 00\n{}\n", "ø"];
    for text in texts.map(str::to_owned).into_iter().chain([format!("idpctl-cache {}\n{{}}\n", "1".repeat(1 << 20))]) {
        fs::write(&path, &text).unwrap();
        said.push(cache.take(&org("00o1")).expect_err("it is refused").to_string());
    }
    let seal = cache.seal(&org("00o1")).unwrap();
    fs::write(&path, format!("idpctl-cache 1 {}\n{{}}\n", seal.tag(b"idpctl-cache 1\n{}\n"))).unwrap();
    said.push(cache.take(&org("00o1")).expect_err("it is refused").to_string());
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    said.push(cache.take(&org("00o1")).expect_err("it is refused").to_string());
    assert!(cache.put(&org("00o1"), &kept(&observed(&json!({}), "").0, &Reach::default())).is_err(), "a folder is in its place");
    fs::remove_dir(&path).unwrap();
    // A link could lead to what never ends.
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    said.push(cache.take(&org("00o1")).expect_err("it is refused").to_string());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "and nothing stays beside it");
    insta::assert_snapshot!(said.join("\n"), @"
    it is no file that idpctl wrote
    it is no file that idpctl wrote
    it is no file that idpctl wrote
    another version of idpctl wrote it
    another version of idpctl wrote it
    it is damaged, was altered, or was written about another org or project or with another credential
    it is no file that idpctl wrote
    it is no file that idpctl wrote
    its text does not fit (missing field `as_of` at line 2 column 2)
    it is no file that idpctl wrote
    it is no file that idpctl wrote
    ");
}

#[test]
fn the_log_goes_on_before_what_may_still_come_and_a_witness_that_does_not_come_is_a_gap() {
    let now: Timestamp = "2026-09-01T08:00:00Z".parse().unwrap();
    let event = |id: &str, ago: i64| {
        let at = (now - jiff::SignedDuration::from_secs(ago)).to_string();
        Event::read(&json!({"uuid": id, "published": at, "eventType": "application.lifecycle.update"})).unwrap()
    };
    let busy = Place::at(now, &[event("a", 300), event("b", 100), event("c", 2)], &[]);
    assert_eq!(busy.since, now - super::super::place::DELAY);
    assert_eq!(busy.known, [EventId("b".to_owned())].into(), "what happened a moment ago has to come once more");
    let shown = |ids: &[&str]| busy.news(ids.iter().map(|id| event(id, 30)).collect());
    assert_eq!(shown(&["c", "late", "b"]), super::super::place::Since::New(vec![event("c", 30), event("late", 30)]));
    assert_eq!(shown(&["late"]), super::super::place::Since::Gap);
    let quiet = Place::at(now, &[], &[event("a", 86_400)]);
    assert_eq!((now.duration_since(quiet.since).as_secs(), quiet.known.len()), (86_401, 1));
    let silent = Place::at(now, &[], &[]);
    assert_eq!(silent.news(vec![event("a", 1)]), super::super::place::Since::Silent, "others may have come and gone");
    assert_eq!((silent.since, silent.witness, silent.known.len()), (now - super::super::place::DELAY, None, 0));
    let ancient = Place::at(now, &[], &[event("a", 90 * 86_400)]);
    assert_eq!((ancient.since, ancient.witness), (silent.since, None), "it will not be there for long");
}
