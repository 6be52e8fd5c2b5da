//! What real orgs answered about authorization servers: every recorded server, scope, claim, policy and rule is read, and declared as it
//! is compares equal to itself; and what was sent to make one compares equal to what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use idpctl::json::Path;
use idpctl::observed::{Children, Clean, Id, LiveApp, LivePart, Observed, Org, Servers};
use idpctl::pipeline;
use idpctl::plan::Choices;
use idpctl::resource::authorization_server::{Part, PolicyClient, born_with};
use idpctl::resource::{Compare, Field, Shape, every_leaf, leaves, same};
use serde_json::{Value, json};

use crate::generate::Dice;

/// Returns the recorded exchanges on authorization servers, if they are at hand.
pub(crate) fn recorded() -> Option<Vec<Value>> {
    let shared =
        std::env::var_os("IDPCTL_SHARED").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let file = shared.join("okta-recorded/authorization_servers.jsonl");
    if !file.exists() {
        skipped();
        return None;
    }
    let text = std::fs::read_to_string(file).expect("the recordings are text");
    Some(text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect())
}

#[expect(clippy::print_stderr, reason = "a test that was skipped says so")]
fn skipped() {
    eprintln!("skipped: the recorded exchanges are not there; name their folder's parent in IDPCTL_SHARED");
}

/// Returns what an exchange was about, if that is a part of an authorization server.
fn part(line: &Value) -> Option<Part> {
    let route = line["route"].as_str()?.strip_prefix("/api/v1/authorizationServers")?;
    let (list, _) = route.rsplit_once("/{").filter(|_| route.ends_with('}')).unwrap_or((route, ""));
    match list.rsplit('/').next()? {
        "" => Some(Part::Server),
        "scopes" => Some(Part::Scope),
        "claims" => Some(Part::Claim),
        "policies" => Some(Part::Policy),
        "rules" => Some(Part::Rule),
        _ => None,
    }
}

/// Returns every distinct object of the recordings.
pub(crate) fn objects(lines: &[Value]) -> Vec<(Part, Value)> {
    let mut distinct = BTreeMap::new();
    for line in lines.iter().filter(|line| line["status"].as_u64().is_some_and(|status| status < 300)) {
        let Some(part) = part(line) else { continue };
        let answers = match &line["response"] {
            Value::Array(items) => items.clone(),
            Value::Object(_) => vec![line["response"].clone()],
            _ => continue,
        };
        distinct.extend(answers.into_iter().map(|answer| ((part, answer.to_string()), answer)));
    }
    distinct.into_iter().map(|((part, _), object)| (part, object)).collect()
}

/// Returns the fields of a part that a manifest can say: whole, not what only holds others, and not ours.
fn fields(part: Part) -> impl Iterator<Item = (Path, &'static Field)> {
    every_leaf(part.table()).into_iter().filter(|(_, field)| {
        let holds = matches!(field.shape, Shape::Object(_) | Shape::Free);
        !field.rule.ours && (!holds || field.rule.absent.is_some())
    })
}

/// Returns the paths of declared fields that differ from an object.
fn differing(part: Part, declared: &Value, live: &Value) -> Vec<String> {
    let differs = leaves(part.table(), declared).into_iter().filter(|leaf| !same(leaf.field, leaf.value, leaf.path.find(live)));
    differs.map(|leaf| leaf.path.to_string()).collect()
}

/// Returns a value as somebody else might write it: the items of a set in another order, one of them twice.
fn reworded(field: &Field, value: &Value) -> Value {
    match value {
        Value::Array(items) if field.rule.compare == Compare::Set => items.iter().rev().chain(items.first()).cloned().collect(),
        other => other.clone(),
    }
}

#[test]
fn every_recorded_object_declared_as_it_is_compares_equal_to_itself() {
    let Some(lines) = recorded() else { return };
    let objects = objects(&lines);
    let mut declared: BTreeMap<Part, BTreeSet<String>> = BTreeMap::new();
    for (seed, (part, object)) in (0..).zip(&objects) {
        let live = LivePart::read(*part, &Clean::new(object)).unwrap_or_else(|| panic!("{object} does not decode"));
        assert_eq!(live.withheld, [], "{object}");
        let mut dice = Dice::new(seed);
        for round in 0..8 {
            let mut tree = json!({});
            for (path, field) in fields(*part) {
                let Some(value) = path.find(object).filter(|_| round == 0 || dice.below(2) == 0) else { continue };
                if value.is_null() && field.rule.absent.is_none() {
                    continue;
                }
                path.set(&mut tree, reworded(field, value));
                declared.entry(*part).or_default().insert(path.to_string());
            }
            // The status of servers is no part of the body.
            let mut shown = live.body.clone();
            shown["status"] = object["status"].clone();
            assert_eq!(differing(*part, &tree, &shown), [""; 0], "{tree:#}\n{object:#}");
        }
    }
    let count = |part: Part| objects.iter().filter(|(other, _)| *other == part).count();
    insta::assert_snapshot!(Part::ALL.map(|part| format!("{}: {}", part.as_str(), count(part))).join(", "), @"server: 14, scope: 28, claim: 21, policy: 5, rule: 14");
    let never: Vec<_> = Part::ALL
        .into_iter()
        .flat_map(|part| fields(part).map(move |(path, _)| (part, path.to_string())))
        .filter(|(part, path)| !declared.get(part).is_some_and(|paths| paths.contains(path)))
        .map(|(part, path)| format!("{} {path}", part.as_str()))
        .collect();
    insta::assert_snapshot!(never.join("\n"), @"
    server credentials.signing.use
    server accessTokenEncryptedResponseAlgorithm
    server jwks.keys
    server jwks_uri
    claim group_filter_type
    rule conditions.people.users.include
    rule conditions.people.groups.exclude
    ");
}

/// Returns what a manifest says of an object that is as recorded.
fn declared_as_it_is(part: Part, object: &Value) -> Value {
    let mut tree = json!({});
    for (path, field) in fields(part) {
        if let Some(value) = path.find(object).filter(|value| !value.is_null() || field.rule.absent.is_some()) {
            path.set(&mut tree, value.clone());
        }
    }
    let clients = Path::of("conditions.clients.include");
    if let Some(Value::Array(included)) = clients.find(&tree).cloned() {
        let client = |id: &Value| if id == PolicyClient::ALL { id.clone() } else { json!({"client_id": id}) };
        clients.set(&mut tree, included.iter().map(client).collect());
    }
    tree
}

/// Returns the apps that an object names by their client ids.
pub(crate) fn clients(object: &Value) -> Vec<LiveApp> {
    let included = Path::of("conditions.clients.include").find(object).and_then(Value::as_array).cloned().unwrap_or_default();
    let app = |(number, id): (usize, &Value)| {
        let tree = json!({"id": format!("0oa{number}"), "name": "oidc_client", "label": "Recorded", "status": "ACTIVE",
            "credentials": {"oauthClient": {"client_id": id}}});
        LiveApp::read(&Clean::new(&tree)).expect("an app")
    };
    included.iter().filter(|id| *id != PolicyClient::ALL).enumerate().map(app).collect()
}

/// Returns an org with one recorded object, in a server and a policy of its own where it needs one, and what a manifest says of it.
pub(crate) fn org_with(part: Part, object: &Value) -> (Value, Observed) {
    let read = |part, tree: &Value| LivePart::read(part, &Clean::new(tree)).expect("an object");
    // Scopes that Okta keeps for itself are the built-in server's.
    let own = object["name"].as_str().is_some_and(|name| name.starts_with("okta."));
    let server =
        json!({"id": "aus1", "name": if own { "default" } else { "orders" }, "audiences": ["a"], "status": "ACTIVE", "default": own});
    let policy = json!({"id": "00p1", "name": "p", "status": "ACTIVE"});
    let (declared, live) = (declared_as_it_is(part, object), read(part, object));
    let mut listed = read(Part::Server, &server);
    let mut spec = json!({"name": server["name"], "audiences": ["a"]});
    let mut below = Children::default();
    match part {
        Part::Server => (listed, spec) = (live, declared),
        Part::Scope => (spec["scopes"], below.scopes) = (json!([declared]), Some(vec![live])),
        Part::Claim => (spec["claims"], below.claims) = (json!([declared]), Some(vec![live])),
        Part::Policy => (spec["policies"], below.policies) = (json!([declared]), Some(vec![live])),
        Part::Rule => {
            spec["policies"] = json!([{"name": "p", "rules": [declared]}]);
            below = Children {
                policies: Some(vec![read(Part::Policy, &policy)]),
                rules: [(Id("00p1".to_owned()), vec![live])].into(),
                ..below
            };
        }
    }
    let metadata = json!({"name": "recorded", "id": listed.id, "prune": true});
    let manifest = json!({"apiVersion": "idpctl/v1", "kind": "AuthorizationServer", "metadata": metadata, "spec": spec});
    let org = Org { id: "00o1".to_owned(), url: "https://recorded.example.com".to_owned() };
    let servers = Servers { below: [(listed.id.clone(), below)].into(), listed: vec![listed] };
    (manifest, Observed { org: Some(org), apps: clients(object), servers, ..Observed::default() })
}

#[test]
fn every_recorded_object_declared_as_it_is_plans_to_nothing() {
    let Some(lines) = recorded() else { return };
    let mut planned = 0;
    for (part, object) in objects(&lines) {
        let (manifest, observed) = org_with(part, &object);
        let choices = Choices { prune: true, ..Choices::default() };
        let plan = pipeline::plan(&crate::world::declared(std::slice::from_ref(&manifest)), &observed, &BTreeMap::new(), choices);
        let plan = plan.unwrap_or_else(|error| panic!("{error:?}\n{manifest:#}"));
        assert!(plan.is_empty() && plan.left_alone.is_empty(), "{manifest:#}\n{object:#}\n{:#?}", plan.actions);
        planned += 1;
    }
    assert_eq!(planned, 14 + 28 + 21 + 5 + 14);
}

#[test]
fn what_was_sent_compares_equal_to_what_came_of_it() {
    let Some(lines) = recorded() else { return };
    let mut written = 0;
    for line in lines.iter().filter(|line| line["request"].is_object() && line["response"].is_object()) {
        let Some(part) = part(line).filter(|_| line["status"].as_u64().is_some_and(|status| status < 300)) else { continue };
        let known = |path: &Path| every_leaf(part.table()).into_iter().any(|(known, field)| known == *path && !field.rule.ours);
        let mut sent = json!({});
        for leaf in leaves(part.table(), &line["request"]).into_iter().filter(|leaf| known(&leaf.path)) {
            leaf.path.set(&mut sent, leaf.value.clone());
        }
        assert_eq!(differing(part, &sent, &line["response"]), [""; 0], "{line:#}");
        written += 1;
    }
    assert!(written > 25, "{written} recorded writes");
}

#[test]
fn every_recorded_member_is_known_or_the_servers_own() {
    let Some(lines) = recorded() else { return };
    let mut unknown = BTreeSet::new();
    for (part, object) in objects(&lines) {
        let live = LivePart::read(part, &Clean::new(&object)).expect("an object");
        for leaf in leaves(part.table(), &live.body).into_iter().filter(|leaf| leaf.field.is_none()) {
            unknown.insert(format!("{} {}", part.as_str(), leaf.path));
        }
    }
    // What stands in every request and no manifest says.
    assert_eq!(unknown.into_iter().collect::<Vec<_>>(), ["policy type", "rule type"]);
}

#[test]
fn what_every_recorded_server_was_born_with_is_what_the_table_says() {
    let Some(lines) = recorded() else { return };
    let mut own = BTreeSet::new();
    for (part, object) in objects(&lines).into_iter().filter(|(part, _)| matches!(part, Part::Scope | Part::Claim)) {
        let key = part.key(&object).expect("a name");
        let reserved = key.iter().any(|name| name.starts_with("okta."));
        assert_eq!(born_with::is_born_with(part, &key), object["system"] == true || reserved, "{object}");
        own.extend((object["system"] == true).then(|| format!("{} {}", part.as_str(), key.join(" "))));
    }
    assert_eq!(own.len(), 7 + 19, "{own:#?}");
}
