//! What real orgs answered, as live state: every recorded OIDC app decodes, and declaring any part of it as it is changes nothing but
//! whose it is.

use std::collections::BTreeMap;
use std::path::PathBuf;

use idpctl::address::Kind;
use idpctl::json::Path;
use idpctl::observed::{Clean, LiveApp, LiveAssignment, LiveGroup, Observed, Org};
use idpctl::pipeline;
use idpctl::plan::Choices;
use idpctl::program::Verb;
use idpctl::resource::marker::Marker;
use idpctl::resource::{Compare, Shape, every_leaf, table};
use serde_json::{Map, Value, json};

use crate::generate::Dice;
use crate::world::declared;

/// Returns the file of a family of recorded exchanges, if it is at hand.
pub(crate) fn recorded(family: &str) -> Option<PathBuf> {
    let shared =
        std::env::var_os("IDPCTL_SHARED").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    Some(shared.join("okta-recorded").join(family)).filter(|file| file.exists())
}

#[expect(clippy::print_stderr, reason = "a test that was skipped says so")]
pub(crate) fn skipped() {
    eprintln!("skipped: the recorded exchanges are not there; name their folder's parent in IDPCTL_SHARED");
}

/// Returns what was answered to the requests of a family whose route is wanted.
fn answers(file: &PathBuf, wanted: impl Fn(&str) -> bool) -> Vec<Value> {
    let text = std::fs::read_to_string(file).expect("the recordings are text");
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    lines.filter(|line| line["route"].as_str().is_some_and(&wanted)).map(|mut line| line["response"].take()).collect()
}

/// Returns every distinct OIDC app of the recordings.
pub(crate) fn apps(file: &PathBuf) -> Vec<Value> {
    let answers = answers(file, |_| true).into_iter();
    let objects = answers.flat_map(|answer| match answer {
        Value::Array(items) => items,
        other => vec![other],
    });
    let distinct: BTreeMap<String, Value> =
        objects.filter(|object| object["name"] == "oidc_client").map(|object| (object.to_string(), object)).collect();
    distinct.into_values().collect()
}

/// Returns what a manifest can say of a field that is as recorded: keys without what the server adds to them.
fn declarable(compare: Compare, value: &Value) -> Value {
    if compare != Compare::Keys {
        return value.clone();
    }
    let known = ["kty", "kid", "use", "alg", "n", "e", "crv", "x", "y"];
    let key = |key: &Value| -> Map<String, Value> {
        known.iter().filter_map(|name| Some(((*name).to_owned(), key.get(*name).filter(|v| !v.is_null())?.clone()))).collect()
    };
    value.as_array().into_iter().flatten().map(|k| Value::Object(key(k))).collect()
}

/// Returns a manifest that declares some of an app's fields as they are.
fn some_of(app: &Value, dice: &mut Dice) -> Value {
    let mut spec = json!({"label": app["label"]});
    for (path, field) in every_leaf(table(Kind::App)) {
        let known = !matches!(field.shape, Shape::Object(_) | Shape::Free) && !field.rule.ours;
        let Some(value) = path.find(app).filter(|_| known && dice.below(2) == 0) else { continue };
        if value.is_null() && field.rule.absent.is_none() {
            continue;
        }
        path.set(&mut spec, declarable(field.rule.compare, value));
    }
    // Settings of refresh tokens are one thing: a leeway alone says nothing that could be checked.
    let refresh = Path::of("settings.oauthClient.refresh_token");
    if let (Some(_), Some(whole)) = (refresh.find(&spec), refresh.find(app)) {
        refresh.set(&mut spec, whole.clone());
    }
    json!({"apiVersion": "idpctl/v1", "kind": "App", "metadata": {"name": "recorded", "id": app["id"]}, "spec": spec})
}

#[test]
fn declaring_a_recorded_app_as_it_is_only_adopts_it() {
    let Some(file) = recorded("apps.jsonl") else {
        skipped();
        return;
    };
    let apps = apps(&file);
    assert!(apps.len() > 100, "{} recorded apps", apps.len());
    for (seed, app) in (0..).zip(&apps) {
        let live = LiveApp::read(&Clean::new(app)).unwrap_or_else(|| panic!("{app} does not decode"));
        let org = Org { id: "00o1".to_owned(), url: "https://recorded.example.com".to_owned() };
        let observed = Observed { org: Some(org), apps: vec![live], ..Observed::default() };
        let mut dice = Dice::new(seed);
        for _ in 0..8 {
            let manifest = some_of(app, &mut dice);
            let desired = declared(std::slice::from_ref(&manifest));
            let plan = pipeline::plan(&desired, &observed, &BTreeMap::new(), Choices::default());
            let plan = plan.unwrap_or_else(|error| panic!("{error:?}\n{manifest:#}"));
            let changed: Vec<_> = plan.actions.iter().flat_map(|a| a.fields.iter().map(|f| (a.verb, f.path.as_str()))).collect();
            assert_eq!(changed, [(Verb::Update, Marker::path().to_string().as_str())], "{manifest:#}\n{app:#}");
        }
    }
}

#[test]
fn declaring_recorded_assignments_as_they_are_changes_none() {
    let (Some(file), Some(of_apps)) = (recorded("app_groups.jsonl"), recorded("apps.jsonl")) else {
        skipped();
        return;
    };
    let app = apps(&of_apps).swap_remove(0);
    let lists = answers(&file, |route| route.contains("/groups") && !route.contains("group-push")).into_iter();
    let lists: Vec<Vec<Value>> = lists.map(|answer| answer.as_array().cloned().unwrap_or_else(|| vec![answer])).collect();
    let lists: Vec<_> = lists.into_iter().filter(|list| list.iter().any(|item| item["id"].is_string())).collect();
    assert!(lists.len() >= 8, "{} recorded answers", lists.len());
    for list in lists {
        let live: Vec<_> = list.iter().map(|item| LiveAssignment::read(&Clean::new(item)).unwrap_or_else(|| panic!("{item}"))).collect();
        let group = |item: &LiveAssignment| LiveGroup { id: item.group.clone(), name: format!("N {}", item.group), sort: String::new() };
        let app = LiveApp::read(&Clean::new(&app)).expect("a recorded app decodes");
        let org = Org { id: "00o1".to_owned(), url: "https://recorded.example.com".to_owned() };
        let groups = live.iter().map(group).collect();
        let assignments = [(app.id.clone(), live)].into();
        let reference = json!({"id": app.id});
        let observed = Observed { org: Some(org), apps: vec![app], assignments, groups, ..Observed::default() };
        let declare = |member: &str, before: &str| -> Value {
            let item = |item: &Value| {
                let text = format!("{before}{}", item["id"].as_str().unwrap_or_default());
                json!({member: text, "priority": item["priority"], "profile": item["profile"]})
            };
            let spec = json!({"app": reference, "groups": list.iter().map(item).collect::<Vec<_>>()});
            json!({"apiVersion": "idpctl/v1", "kind": "GroupAssignment", "metadata": {"name": "recorded", "prune": true}, "spec": spec})
        };
        for manifest in [declare("id", ""), declare("name", "N ")] {
            let choices = Choices { prune: true, ..Choices::default() };
            let plan = pipeline::plan(&declared(std::slice::from_ref(&manifest)), &observed, &BTreeMap::new(), choices);
            let plan = plan.unwrap_or_else(|error| panic!("{error:?}\n{manifest:#}"));
            assert!(plan.is_empty(), "{manifest:#}");
        }
    }
}
