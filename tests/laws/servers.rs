//! The three laws for authorization servers and what they consist of, over all their fields, in one history after another.

use std::collections::{BTreeMap, BTreeSet};

use idpctl::apply::Outcome;
use idpctl::json::Path;
use idpctl::plan::{Choices, write};
use idpctl::program::{Action, Expect};
use idpctl::resource::authorization_server::Part;
use idpctl::resource::{Field, Shape, every_leaf};
use idpctl_emulator::Config;
use idpctl_emulator::switches::TABLE;
use serde_json::{Value, json};

use crate::generate::Dice;
use crate::story::{document, outcomes, text, web, with};
use crate::world::{World, declared};

/// What nobody knows about authorization servers: each history has its own answers.
const SWITCHES: [&str; 5] = ["omitted-server-members", "server-priorities", "system-parts", "default-server-policy", "lifecycle-repeat"];

/// How many histories there are, each of some generations.
const HISTORIES: u64 = 150;
const GENERATIONS: usize = 5;

/// Returns a public key that is long enough; nobody has its private part.
fn key(kid: &str, status: &str) -> Value {
    json!({"kty": "RSA", "use": "enc", "kid": kid, "e": "AQAB", "n": format!("v{}Q", kid.repeat(340)), "status": status})
}

/// Returns the fields of a part that a manifest can say: whole, not what only holds others, and not lists of children.
fn fields(part: Part) -> impl Iterator<Item = (Path, &'static Field)> {
    every_leaf(part.table()).into_iter().filter(|(_, field)| {
        let holds = matches!(field.shape, Shape::Object(_) | Shape::Free);
        !field.rule.ours && (!holds || field.rule.absent.is_some())
    })
}

/// Returns some of the fields of a part.
fn some_of(dice: &mut Dice, part: Part, value: impl Fn(&mut Dice, &str, &Field) -> Option<Value>) -> Value {
    let mut tree = json!({});
    for (path, field) in fields(part) {
        if field.rule.absent.is_some() && dice.below(6) == 0 {
            path.set(&mut tree, Value::Null);
        } else if let Some(value) = (dice.below(3) > 0).then(|| value(dice, &path.to_string(), field)).flatten() {
            path.set(&mut tree, value);
        }
    }
    tree
}

/// Returns a value that a field can have by itself.
fn any(dice: &mut Dice, field: &Field) -> Option<Value> {
    match &field.shape {
        Shape::Flag => Some(json!(dice.below(2) == 0)),
        Shape::Text { choices, .. } if !choices.is_empty() => Some(json!(dice.pick(choices))),
        Shape::Integer { min, max } => Some(json!(dice.pick(&[min.unwrap_or(0), max.unwrap_or(1_000)]))),
        Shape::Text { .. } => Some(json!(dice.pick(&["one", "two \u{2603} | `x` <b>", "yes"]))),
        Shape::List(_) | Shape::Object(_) | Shape::Free | Shape::Either(_) => None,
    }
}

/// Returns some of some names, in any order.
fn among(dice: &mut Dice, names: &[&str]) -> Value {
    let mut chosen: Vec<&str> = names.iter().copied().filter(|_| dice.below(3) > 0).collect();
    let turn = dice.below(chosen.len());
    chosen.rotate_left(turn);
    json!(chosen)
}

fn scope(dice: &mut Dice, name: &str) -> Value {
    let scope = some_of(dice, Part::Scope, |dice, path, field| if path == "name" { None } else { any(dice, field) });
    with(scope, "name", json!(name))
}

fn claim(dice: &mut Dice, name: &str, token: &str) -> Value {
    let groups = dice.below(2) == 0;
    let mut claim = some_of(dice, Part::Claim, |dice, path, field| match path {
        "name" | "claimType" | "valueType" | "group_filter_type" | "value" => None,
        // Of access tokens it is always true.
        "alwaysIncludeInToken" if token == "RESOURCE" => Some(json!(true)),
        "conditions.scopes" => Some(among(dice, &["orders.read", "orders.write"])),
        _ => any(dice, field),
    });
    for (member, value) in [("name", name), ("claimType", token), ("valueType", if groups { "GROUPS" } else { "EXPRESSION" })] {
        claim[member] = json!(value);
    }
    claim["value"] = json!(dice.pick(&["\"a\"", "\"b\""]));
    if groups {
        claim["group_filter_type"] = json!(dice.pick(&["STARTS_WITH", "EQUALS", "CONTAINS", "REGEX"]));
    }
    claim
}

/// Returns siblings, each with a priority of its own or none, in any order.
fn placed(dice: &mut Dice, names: &[&str], make: impl Fn(&mut Dice, &str) -> Value) -> Value {
    let first = dice.below(names.len());
    let stretch = *dice.pick(&[1, 1, 10]);
    let siblings = names.iter().enumerate().filter_map(|(index, name)| {
        let priority = 1 + (first + index) % names.len() * stretch;
        let made = (dice.below(4) > 0).then(|| make(dice, name))?;
        Some(if dice.below(4) > 0 { with(made, "priority", json!(priority)) } else { made })
    });
    json!(siblings.collect::<Vec<_>>())
}

fn policy(dice: &mut Dice, name: &str, people: &[String; 2]) -> Value {
    let mut policy = some_of(dice, Part::Policy, |dice, path, field| match path {
        "name" | "priority" => None,
        "conditions.clients.include" if dice.below(4) == 0 => Some(json!(["ALL_CLIENTS"])),
        "conditions.clients.include" => Some(among(dice, &["web", "worker"])),
        _ => any(dice, field),
    });
    policy["name"] = json!(name);
    if dice.below(4) > 0 {
        policy["rules"] = placed(dice, &["tokens {a}", "second / b", "third"], |dice, name| rule(dice, name, people));
    }
    policy
}

fn rule(dice: &mut Dice, name: &str, [user, group]: &[String; 2]) -> Value {
    let mut rule = some_of(dice, Part::Rule, |dice, path, field| match path {
        "name" | "priority" | "conditions.grantTypes.include" | "actions.token.refreshTokenLifetimeMinutes" => None,
        "actions.token.accessTokenLifetimeMinutes" => Some(json!(dice.pick(&[5, 60, 1_440]))),
        "actions.token.inlineHook.id" => Some(json!(dice.pick(&["cal1a2b3c4d5e6f7g8h9", "cal2b3c4d5e6f7g8h9i"]))),
        "conditions.scopes.include" => {
            Some(dice.pick(&[json!(["*"]), json!(["orders.read", "openid"]), json!(["orders.read"]), json!([])]).clone())
        }
        "conditions.people.users.include" | "conditions.people.users.exclude" => Some(among(dice, &[user])),
        "conditions.people.groups.include" => Some(among(dice, &["EVERYONE", group])),
        "conditions.people.groups.exclude" => Some(among(dice, &[group])),
        _ => any(dice, field),
    });
    rule["name"] = json!(name);
    let with_people = dice.below(2) == 0;
    let grants: &[&str] = if with_people { &["authorization_code", "refresh_token", "password"] } else { &["client_credentials"] };
    Path::of("conditions.grantTypes.include").set(&mut rule, json!(grants.iter().rev().collect::<Vec<_>>()));
    if with_people {
        Path::of("conditions.people.groups.include").set(&mut rule, json!(["EVERYONE"]));
    }
    if dice.below(2) == 0 {
        Path::of("actions.token.refreshTokenLifetimeMinutes").set(&mut rule, json!(dice.pick(&[0, 2_000])));
    }
    rule
}

/// How an org's access tokens are encrypted, in a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    Never,
    WithKeys,
    WithKeysElsewhere,
}

fn server(dice: &mut Dice, encryption: Encryption, people: &[String; 2]) -> Value {
    let mut spec = some_of(dice, Part::Server, |dice, path, field| match path {
        "name" | "audiences" | "jwks.keys" | "jwks_uri" | "accessTokenEncryptedResponseAlgorithm" => None,
        _ => any(dice, field),
    });
    spec["name"] = json!("orders");
    spec["audiences"] = json!([dice.pick(&["https://a.example.com", "https://b.example.com"])]);
    for member in ["jwks_uri", "accessTokenEncryptedResponseAlgorithm"] {
        spec.as_object_mut().expect("an object").remove(member);
    }
    let algorithm = dice.pick(&[json!("RSA-OAEP-256"), json!("RSA-OAEP-512"), Value::Null]).clone();
    match encryption {
        Encryption::Never => {}
        // Tokens are encrypted with a key that is in force.
        Encryption::WithKeys => {
            let keys = [["ACTIVE", "INACTIVE"], ["INACTIVE", "ACTIVE"]][dice.below(2)];
            spec["jwks"] = json!({"keys": [key("a", keys[0]), key("b", keys[1])]});
            spec["accessTokenEncryptedResponseAlgorithm"] = algorithm;
        }
        Encryption::WithKeysElsewhere => {
            let place = dice.pick(&[json!("https://a.example.com/keys"), json!("https://b.example.com/keys"), Value::Null]).clone();
            spec["accessTokenEncryptedResponseAlgorithm"] = if place.is_null() { Value::Null } else { algorithm };
            spec["jwks_uri"] = place;
        }
    }
    if dice.below(5) > 0 {
        // What rules and claims name is always there.
        let names = ["orders.read", "orders.write", "openid", "https://a.example.com/b"];
        let scopes: Vec<_> = names.into_iter().filter(|name| name.starts_with("orders.") || dice.below(2) == 0).collect();
        spec["scopes"] = scopes.into_iter().map(|name| scope(dice, name)).collect();
    }
    if dice.below(4) > 0 {
        let claims = [("team", "RESOURCE"), ("team", "IDENTITY"), ("crew", "RESOURCE")];
        let claims: Vec<_> = claims.into_iter().filter(|_| dice.below(3) > 0).collect();
        spec["claims"] = claims.into_iter().map(|(name, token)| claim(dice, name, token)).collect();
        if dice.below(2) == 0 {
            let born = json!({"name": "email", "claimType": "IDENTITY", "valueType": "SYSTEM", "alwaysIncludeInToken": dice.below(2) == 0});
            spec["claims"].as_array_mut().expect("a list").push(born);
        }
    }
    if dice.below(5) > 0 {
        spec["policies"] = placed(dice, &["first", "second", "third"], |dice, name| policy(dice, name, people));
    }
    document("AuthorizationServer", "orders", spec)
}

/// What happened to the fields, and how often plan and apply ran.
#[derive(Default)]
struct Tally {
    cycles: usize,
    /// By field: whether it was set, changed, nulled.
    seen: BTreeMap<(Part, String), [bool; 3]>,
    /// What every object of a history had last, by its address.
    last: BTreeMap<String, Value>,
}

impl Tally {
    fn note(&mut self, document: &Value) {
        let spec = &document["spec"];
        self.note_one(Part::Server, String::new(), spec);
        for (part, list) in [(Part::Scope, "scopes"), (Part::Claim, "claims"), (Part::Policy, "policies")] {
            for child in spec[list].as_array().into_iter().flatten() {
                let whose = format!("{list} {} {}", child["name"], child["claimType"]);
                for rule in child["rules"].as_array().into_iter().flatten() {
                    self.note_one(Part::Rule, format!("{whose} {}", rule["name"]), rule);
                }
                self.note_one(part, whose, child);
            }
        }
    }

    fn note_one(&mut self, part: Part, which: String, tree: &Value) {
        let before = self.last.insert(which, tree.clone());
        for (path, _) in fields(part) {
            let Some(value) = path.find(tree) else { continue };
            let earlier = before.as_ref().and_then(|before| path.find(before));
            let seen = self.seen.entry((part, path.to_string())).or_default();
            seen[0] |= !value.is_null();
            seen[1] |= earlier.is_some_and(|earlier| !earlier.is_null() && !value.is_null() && earlier != value);
            seen[2] |= value.is_null();
        }
    }
}

fn places(action: &Action) -> bool {
    action.steps.iter().flat_map(|step| &step.post).any(|expect| matches!(expect, Expect::Placed(_)))
}

async fn obeys_the_laws(world: &World, documents: &[Value], under: &str, tally: &mut Tally) {
    let (desired, choices) = (declared(documents), Choices { prune: true, max_deletes: Some(100), ..Choices::default() });
    let (plan, observation) = world.plan(&desired, &choices).await;
    assert_eq!(write(&plan), write(&world.plan(&desired, &choices).await.0), "{under}: the same input gives the same bytes");
    let shown = || serde_json::to_string_pretty(documents).expect("JSON");
    let report = world.apply(&plan, &observation).await;
    assert!(report.is_complete(), "{under}\n{}\n{}", outcomes(&plan, &report), shown());
    let (after, again) = world.plan(&desired, &choices).await;
    assert!(after.is_empty(), "{under}: a plan after an apply is empty:\n{}\nafter\n{}\n{}", text(&after), text(&plan), shown());
    // The same plan again is no run of the program's; of priorities it would find other numbers than were sent, where the org has its own.
    if !plan.actions.iter().any(places) {
        world.org.clear_requests();
        let twice = world.apply(&plan, &again).await;
        let unchanged = |outcome: &Outcome| matches!(outcome, Outcome::Unchanged);
        assert!(twice.outcomes.values().all(unchanged), "{under}: applying twice is applying once\n{}", outcomes(&plan, &twice));
        assert_eq!(world.writes(), "", "{under}");
        tally.cycles += 1;
    }
    tally.cycles += 1;
}

/// Returns the manifests of a generation: two apps, a server for them, and at times the built-in one.
pub(crate) fn documents(dice: &mut Dice, generation: usize, encryption: Encryption, people: &[String; 2]) -> Vec<Value> {
    let mut documents = vec![web("web", "Web"), web("worker", &format!("Worker {generation}")), server(dice, encryption, people)];
    if dice.below(3) == 0 {
        // The built-in one, of which nothing is pruned.
        let scopes = ["own"].map(|name| scope(dice, name));
        documents.push(document("AuthorizationServer", "built-in", json!({"name": "default", "scopes": scopes, "policies": []})));
    }
    documents
}

/// Returns what an org is made from of which nobody knows some things, and how its tokens are encrypted.
pub(crate) fn any_org(dice: &mut Dice) -> (Config, Encryption) {
    let mut config = Config { frozen_clock: true, ..Config::default() };
    let mut keeps = false;
    for switch in TABLE.iter().filter(|switch| SWITCHES.contains(&switch.name)) {
        let value = switch.values[dice.below(switch.values.len())];
        config.switches.set(switch.name, value).expect("a switch of the emulator");
        keeps |= value == "keep";
    }
    // Nothing ends encryption where a member that is left out stays.
    let encryption =
        if keeps { Encryption::Never } else { *dice.pick(&[Encryption::Never, Encryption::WithKeys, Encryption::WithKeysElsewhere]) };
    (config, encryption)
}

/// Runs a history of some generations in an org of its own.
fn history(seed: u64, tally: &mut Tally) {
    let mut dice = Dice::new(seed);
    let (config, encryption) = any_org(&mut dice);
    tally.last.clear();
    World::new(config).run(async |world| {
        let group = world.groups(&["Sales"]).await.remove(0);
        let people = ["00u1a2b3c4d5e6f7g8h9".to_owned(), group];
        for generation in 0..GENERATIONS {
            let documents = documents(&mut dice, generation, encryption, &people);
            tally.note(&documents[2]);
            obeys_the_laws(world, &documents, &format!("seed {seed}, generation {generation}"), tally).await;
        }
    });
}

#[test]
fn every_field_of_authorization_servers_obeys_the_three_laws() {
    let mut tally = Tally::default();
    for seed in 0..HISTORIES {
        history(seed, &mut tally);
    }
    assert!(tally.cycles > 1_000, "{} cycles", tally.cycles);
    let mut never = BTreeSet::new();
    for part in Part::ALL {
        for (path, field) in fields(part) {
            let seen = tally.seen.get(&(part, path.to_string())).copied().unwrap_or_default();
            for (what, name) in ["set", "changed", "nulled"].into_iter().enumerate() {
                if !seen[what] && (what < 2 || field.rule.absent.is_some()) {
                    never.insert(format!("{} {path} {name}", part.as_str()));
                }
            }
        }
    }
    // Objects are found by what does not change here; a claim's token is one of these; signing keys have one use.
    insta::assert_snapshot!(Vec::from_iter(never).join("\n"), @"
    claim claimType changed
    claim name changed
    policy name changed
    rule name changed
    scope name changed
    server credentials.signing.use changed
    server name changed
    ");
}
