//! What `diff` says of two revisions is what a plan sees: the one is applied, the other planned over it with everything that is no longer declared pruned.
//!
//! A plan knows more than two revisions: a field that is newly declared may have been at the server what it is to be, two references to one
//! group or policy are the same to it, and one secret stays whatever is pruned. So what it sees must be told, and what is told must be seen
//! where two revisions alone can tell.

use std::collections::BTreeSet;

use idpctl::address::{Address, Kind};
use idpctl::diagnostic::codes;
use idpctl::findings::{Finding, Standing};
use idpctl::plan::{Choices, Plan};
use idpctl::program::{Action, Verb};
use idpctl::render::Style;
use idpctl::render::plan::text;
use idpctl::resource::marker::Marker;
use idpctl::review::{Change, Entry, FieldDiff, Review, review};
use idpctl_emulator::Config;
use serde_json::{Value, json};

use crate::laws::History;
use crate::story::document;
use crate::world::{World, declared};

/// How many revisions each history has, by its seed.
const HISTORIES: [(std::ops::Range<u64>, usize); 2] = [(3000..3020, 4), (3040..3041, 40)];

/// How often something was compared, and what happened.
#[derive(Default)]
struct Tally {
    pairs: usize,
    empty: usize,
    seen: BTreeSet<String>,
    dangers: BTreeSet<String>,
    disagreements: Vec<String>,
}

fn choices() -> Choices {
    let allow_replace = [Address::new(Kind::App, "web-portal")].into();
    Choices { prune: true, max_deletes: Some(100), allow_replace, ..Choices::default() }
}

#[test]
fn a_diff_of_two_revisions_is_what_a_plan_sees() {
    let mut tally = Tally::default();
    let mut config = Config::default();
    config.switches.set("unknown-fields", "keep").expect("a switch of the emulator");
    for (seeds, revisions) in HISTORIES {
        for seed in seeds {
            let world = World::new(config.clone());
            world.run(async |world| history(seed, revisions, world, &mut tally).await);
        }
    }
    let found = &tally.disagreements;
    assert!(found.is_empty(), "{} disagreements, the first of which is {}", found.len(), found.first().map_or("", String::as_str));
    assert_eq!((tally.pairs, tally.empty), (20 * 4 * 3 + 40 * 39, 20 * 4 + 40), "each with each, and with itself");
    insta::assert_snapshot!(tally.dangers.into_iter().collect::<Vec<_>>().join(" "), @"IDP4001 IDP4201 IDP4401 IDP4402 IDP4403 IDP4405 IDP4406 IDP4407 IDP4408 IDP4409 IDP4501 IDP4502");
    insta::assert_snapshot!(tally.seen.into_iter().collect::<Vec<_>>().join("\n"), @"
    App added
    App changed
    App released
    App removed
    App replaced
    App/key removed
    App/secret added
    App/secret changed
    App/secret removed
    AuthorizationServer changed
    AuthorizationServer/policy added
    AuthorizationServer/policy changed
    AuthorizationServer/policy removed
    AuthorizationServer/scope added
    AuthorizationServer/scope changed
    AuthorizationServer/scope removed
    Grant added
    Grant changed
    Grant released
    Grant removed
    GroupAssignment added
    GroupAssignment changed
    GroupAssignment released
    GroupAssignment removed
    ");
}

/// What else a revision declares: an app that comes and goes, and an authorization server of which something differs every time.
pub(crate) fn others(n: usize) -> Vec<Value> {
    let text = |of: &str, of_how_many: usize| json!(format!("{of} {}", n % of_how_many));
    let service = json!({"application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"]});
    let app = json!({"label": text("Extra", 3), "settings": {"oauthClient": service}});
    let clients = if n.is_multiple_of(2) { json!(["ALL_CLIENTS"]) } else { json!(["web-portal"]) };
    let mut scopes = vec![json!({"name": "orders.read", "description": text("reads", 4), "consent": "IMPLICIT"})];
    scopes.extend((!n.is_multiple_of(3)).then(|| json!({"name": "orders.write"})));
    let rule = json!({"name": "all", "priority": 1, "conditions": {"grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["orders.read"]}},
        "actions": {"token": {"accessTokenLifetimeMinutes": 10 + n % 5}}});
    let rules = if n % 7 == 3 { vec![] } else { vec![rule] };
    let policy = json!({"name": "workers", "description": text("machines", 2), "priority": 1, "conditions": {"clients": {"include": clients}}, "rules": rules});
    let server = json!({"name": "orders", "description": text("orders", 6), "audiences": ["https://api.example.com"], "scopes": scopes, "policies": [policy]});
    vec![document("App", &format!("extra-{}", n % 3), app), document("AuthorizationServer", "orders", server)]
}

async fn history(seed: u64, revisions: usize, world: &World, tally: &mut Tally) {
    let mut history = History::new(seed, world).await;
    let documents: Vec<Vec<Value>> = (0..revisions).map(|n| [history.begins_again(world), others(n)].concat()).collect();
    let revisions: Vec<_> = documents.iter().map(|documents| declared(documents)).collect();
    for (at, base) in revisions.iter().enumerate() {
        // What an earlier revision left behind is nothing that two revisions tell.
        let world = world.fork();
        let (plan, observation) = world.plan(base, &choices()).await;
        let report = world.apply(&plan, &observation).await;
        assert!(report.is_complete(), "seed {seed}: {report:#?}");
        for (other, head) in revisions.iter().enumerate() {
            let review = review(base, head);
            assert_eq!(at == other, review.is_empty() && base == head, "seed {seed}, {at} to {other}: {}", lines(&review));
            let (planned, _) = world.try_plan(head, &choices()).await;
            let about = format!("seed {seed}, {at} to {other}");
            match planned {
                Ok(plan) => {
                    let found = [disagreements(&review, &plan), dangers(&review, &plan)].concat();
                    let both = || format!("{}\n{}", lines(&review), text(&plan, Style::default()));
                    tally.disagreements.extend((!found.is_empty()).then(|| format!("{about}: {}\n{}", found.join("\n"), both())));
                }
                // The org may have no room for a secret more: nothing is seen then.
                Err(why) => assert!(why.contains("secrets already"), "{about}: {why}"),
            }
            note(&review, tally);
        }
    }
}

fn note(review: &Review, tally: &mut Tally) {
    if review.is_empty() {
        tally.empty += 1;
    } else {
        tally.pairs += 1;
    }
    let dangers = review.findings.iter().filter(|finding| finding.standing == Standing::New);
    tally.dangers.extend(dangers.map(|finding| finding.code.to_string()));
    for entry in &review.entries {
        let of_parts = matches!(entry.address.kind, Kind::App | Kind::AuthorizationServer);
        let below = entry.address.child.first().filter(|_| of_parts).map(|child| format!("/{child}"));
        tally.seen.insert(format!("{}{} {}", entry.address.kind, below.unwrap_or_default(), entry.change.word()));
        let released = entry.change == Change::Changed && entry.fields.iter().any(|field| field.after.is_none());
        tally.seen.extend(released.then(|| format!("{} released", entry.address.kind)));
    }
}

/// Returns the dangers that a diff finds and a plan does not. Which secret goes and which app is meant a plan knows better, and what it finds
/// besides may have been released before: then two revisions do not tell what is there.
fn dangers(review: &Review, plan: &Plan) -> Vec<String> {
    let replaced = plan.actions.iter().any(|action| action.verb == Verb::Replace);
    let is_seen = |wanted: &Finding| {
        let same = |found: &&Finding| (found.code, &found.address, &found.what) == (wanted.code, &wanted.address, &wanted.what);
        plan.findings.iter().any(|found| same(&found) && found.standing == wanted.standing)
    };
    // What is declared for the first time may have been there.
    let first = |finding: &Finding| {
        let entry = review.entries.iter().find(|entry| entry.address == finding.address && entry.change == Change::Changed);
        let within = |field: &&FieldDiff| finding.path.as_ref().is_some_and(|path| path.starts_with(&field.path));
        entry.is_some_and(|entry| entry.fields.iter().find(within).is_some_and(|field| field.before.is_none()))
    };
    let found = review.findings.iter().filter(|finding| finding.standing == Standing::New && finding.code != codes::CUTOVER);
    let unseen = found.filter(|finding| !replaced && !first(finding) && !is_seen(finding));
    unseen.map(|finding| format!("{} of {} is not found: {}", finding.code, finding.address, finding.what)).collect()
}

/// Returns where a diff and a plan disagree.
fn disagreements(review: &Review, plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    let could_replace =
        |entry: &Entry| entry.change == Change::Replaced || entry.fields.iter().any(|field| field.immutable && field.before.is_none());
    let replaced = plan.actions.iter().any(|action| action.verb == Verb::Replace);
    if replaced && !review.entries.iter().any(could_replace) {
        found.push("a replacement is not told".to_owned());
    }
    // What stands below an app that is replaced is all new to the org.
    if replaced {
        return found;
    }
    let replacing = review.entries.iter().filter(|entry| entry.change == Change::Replaced);
    found.extend(replacing.map(|entry| format!("{} is told to be replaced and is not", entry.address)));
    let untold = plan.actions.iter().filter(|action| !is_told(action, review));
    found.extend(untold.map(|action| format!("{} is not told", action.address)));
    for entry in &review.entries {
        let unseen = entry.fields.iter().filter(|field| must_be_seen(entry, field) && !is_seen(entry, field, plan));
        found.extend(unseen.map(|field| format!("`{}` of {} is not seen", field.path, entry.address)));
        if matches!(entry.change, Change::Added | Change::Removed) && is_grant(&entry.address) {
            let verb = if entry.change == Change::Added { Verb::Create } else { Verb::Delete };
            let is = |action: &Action| is_grant(&action.address) && action.address.child == entry.address.child && action.verb == verb;
            found.extend((!plan.actions.iter().any(is)).then(|| format!("{} is not seen", entry.address)));
        }
    }
    found.extend((review.is_empty() && !plan.is_empty()).then(|| "nothing is told".to_owned()));
    found
}

/// Returns a diff for messages.
fn lines(review: &Review) -> String {
    let side = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), Value::to_string);
    let field = |field: &FieldDiff| format!("    {}: {} → {}\n", field.path, side(&field.before), side(&field.after));
    let entry =
        |entry: &Entry| format!("{} {}\n{}", entry.change.word(), entry.address, entry.fields.iter().map(field).collect::<String>());
    review.entries.iter().map(entry).collect()
}

fn is_grant(address: &Address) -> bool {
    address.kind == Kind::Grant
}

/// Returns whether a diff tells what an action does.
fn is_told(action: &Action, review: &Review) -> bool {
    let Action { address, verb, fields, .. } = action;
    let sort = |address: &Address| (address.kind, address.child.first().filter(|_| address.kind == Kind::App).cloned());
    let entries = || review.entries.iter().filter(|entry| sort(&entry.address) == sort(address));
    let has = |change: &Change| review.entries.iter().any(|entry| entry.address == *address && entry.change == *change);
    match (verb, address.child.as_slice()) {
        (Verb::Create, []) => has(&Change::Added),
        (Verb::Delete, []) => has(&Change::Removed),
        (Verb::Delete, _) if address.kind == Kind::AuthorizationServer => has(&Change::Removed),
        // What goes is named by what it is called at the server. A secret of another value is one that goes and one that comes, and where
        // secrets are declared for the first time, those that Okta made go.
        (Verb::Delete, [.., last]) => {
            let same = |entry: &Entry| !is_grant(address) || entry.address.child.last() == Some(last);
            let goes = |entry: &Entry| match entry.change {
                Change::Removed | Change::Changed => true,
                _ => address.child.first().is_some_and(|child| child == "secret"),
            };
            entries().any(|entry| same(entry) && goes(entry))
        }
        (Verb::Create, [..]) if !address.child.is_empty() => {
            entries().any(|entry| entry.address == *address && entry.change != Change::Removed)
        }
        _ => {
            let own = fields.iter().filter(|line| line.path != Marker::path().to_string());
            let entry = review.entries.iter().find(|entry| entry.address == *address);
            own.into_iter().all(|line| {
                // A secret goes along with another way of authenticating, changed or not.
                if line.secret {
                    let methods = |field: &FieldDiff| field.path.to_string().ends_with("token_endpoint_auth_method");
                    return entry.is_some_and(|entry| entry.fields.iter().any(methods));
                }
                entry.is_some_and(|entry| entry.change == Change::Added || entry.fields.iter().any(|field| covers(field, &line.path)))
            })
        }
    }
}

/// Returns whether a field of a diff is that of a plan's line, or within it: keys are cleared as a whole.
fn covers(field: &FieldDiff, path: &str) -> bool {
    let own = field.path.to_string();
    field.after.is_some() && (own == path || own.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

/// Returns whether two revisions alone tell that a plan sees something.
fn must_be_seen(entry: &Entry, field: &FieldDiff) -> bool {
    let path = field.path.to_string();
    let Address { kind, child, .. } = &entry.address;
    let of_a_body = *kind == Kind::App && child.is_empty() || matches!(kind, Kind::GroupAssignment | Kind::AuthorizationServer);
    // One key stays in force whatever is pruned.
    let told_otherwise = path.starts_with("metadata.") || path == "accessPolicy" || path.ends_with("jwks.keys");
    entry.change == Change::Changed && of_a_body && !told_otherwise && field.before.is_some() && field.after.is_some()
}

fn is_seen(entry: &Entry, field: &FieldDiff, plan: &Plan) -> bool {
    let action = plan.actions.iter().find(|action| action.address == entry.address);
    action.is_some_and(|action| action.fields.iter().any(|line| covers(field, &line.path)))
}
