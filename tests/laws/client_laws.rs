//! The three laws for dynamically registered clients, over all their fields and whatever Okta does where nobody knows; and that none of
//! them loses what nobody declares, a secret or a client when a run is killed.

use std::collections::BTreeMap;

use idpctl::address::{Address, Kind};
use idpctl::apply::Outcome;
use idpctl::plan::{Choices, GuardRule, Plan, write};
use idpctl::resource::{every_leaf, table};
use idpctl_emulator::Config;
use serde_json::{Map, Value, json};

use crate::generate::{Dice, key};
use crate::story::{document, outcomes, text, with};
use crate::world::{World, declared};

/// The sorts of client, each with the grant types and the response types that it may have, those that it must have first.
const SORTS: [(&str, &[&str], &[&str]); 4] = [
    ("web", &["authorization_code", "refresh_token", "client_credentials", "implicit"], &["code", "token", "id_token"]),
    ("native", &["authorization_code", "refresh_token", "implicit"], &["code", "id_token"]),
    ("browser", &["authorization_code", "refresh_token", "implicit"], &["code", "token"]),
    ("service", &["client_credentials", "implicit"], &["token"]),
];

/// Fields with values of no consequence to others.
fn plain() -> Vec<(&'static str, Vec<Value>)> {
    let page =
        |name: &str| vec![json!(format!("https://{name}.example.com/1")), json!(format!("https://{name}.example.com/2")), Value::Null];
    let uris = |name: &str| json!([format!("https://{name}.example.com/a"), format!("https://{name}.example.com/b")]);
    vec![
        ("client_uri", page("client")),
        ("logo_uri", page("logo")),
        ("tos_uri", page("terms")),
        ("policy_uri", page("policy")),
        ("initiate_login_uri", page("login")),
        ("post_logout_redirect_uris", vec![uris("out"), json!([]), json!(["https://out.example.com/b"]), Value::Null]),
        ("request_object_signing_alg", vec![json!("RS256"), json!("ES384"), Value::Null]),
        ("id_token_encrypted_response_alg", vec![json!("RSA-OAEP-256"), json!("RSA-OAEP-512"), Value::Null]),
    ]
}

/// Makes the documents of one generation of a client.
pub(crate) fn generation(dice: &mut Dice, sort: usize) -> Vec<Value> {
    let (sort, grants, responses) = SORTS[sort];
    let mut spec = Map::new();
    spec.insert("client_name".into(), json!("Generated"));
    spec.insert("application_type".into(), json!(sort));
    let implicit = dice.below(2) == 0;
    let mut some: Vec<_> = grants[..1].to_vec();
    some.extend(grants[1..].iter().filter(|grant| **grant != "implicit" && dice.below(2) == 0));
    some.extend(implicit.then_some("implicit"));
    let tokens = implicit || some.contains(&"client_credentials");
    let mut replies: Vec<_> = responses.iter().filter(|response| **response == "code" || tokens).copied().collect();
    let turn = dice.below(some.len());
    some.rotate_left(turn);
    if replies.len() > 1 && dice.below(2) == 0 {
        replies.pop();
    }
    spec.insert("grant_types".into(), json!(some));
    spec.insert("response_types".into(), json!(replies));
    let redirects = [json!(["https://a.example.com/cb"]), json!(["https://b.example.com/cb", "https://a.example.com/cb"])];
    spec.insert("redirect_uris".into(), dice.pick(&redirects).clone());
    if some.contains(&"client_credentials") && dice.below(3) == 0 {
        spec.insert("redirect_uris".into(), Value::Null);
    }
    for (field, values) in plain() {
        if dice.below(3) > 0 {
            spec.insert(field.into(), dice.pick(&values).clone());
        }
    }
    if matches!(sort, "web" | "browser") && dice.below(3) > 0 {
        let uri = dice.pick(&[json!("https://front.example.com/1"), json!("https://front.example.com/2"), Value::Null]).clone();
        if !uri.is_null() || dice.below(2) == 0 {
            spec.insert("frontchannel_logout_session_required".into(), dice.pick(&[json!(true), json!(false), Value::Null]).clone());
        }
        spec.insert("frontchannel_logout_uri".into(), uri);
    }
    credentials(dice, sort, &mut spec);
    let mut made = vec![with(document("Client", "made", Value::Object(spec)), "metadata.adopt", json!(true))];
    if dice.below(3) > 0 {
        let scopes = dice.pick(&[json!(["okta.users.read"]), json!(["okta.groups.read", "okta.users.read"]), json!([])]).clone();
        made.push(document("Grant", "made", json!({"scopes": scopes})));
    }
    made
}

fn credentials(dice: &mut Dice, sort: &str, spec: &mut Map<String, Value>) {
    let methods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
    // A service that does not authenticate gets no token: Okta's apps of that sort have none of them.
    let method = *dice.pick(if sort == "service" { &methods[..3] } else { &methods });
    spec.insert("token_endpoint_auth_method".into(), json!(method));
    if method.starts_with("client_secret") {
        spec.insert("client_secret_output".into(), json!({"file": format!("made-{}", dice.below(2))}));
    }
    match (method, dice.below(4)) {
        ("private_key_jwt", 0) | (_, 1) => {
            spec.insert("jwks_uri".into(), dice.pick(&[json!("https://keys.example.com/1"), json!("https://keys.example.com/2")]).clone());
        }
        ("private_key_jwt", _) | (_, 2) => {
            spec.insert("jwks".into(), dice.pick(&[json!({"keys": [key("a")]}), json!({"keys": [key("b"), key("c")]})]).clone());
            if dice.below(2) == 0 {
                spec.insert("jwks_uri".into(), Value::Null);
            }
        }
        _ => {}
    }
}

/// What happened to the fields, and how often plan and apply ran.
#[derive(Default)]
struct Tally {
    cycles: usize,
    secrets: usize,
    replaced: usize,
    seen: BTreeMap<String, [bool; 3]>,
}

impl Tally {
    fn note(&mut self, documents: &[Value], before: Option<&[Value]>) {
        for (path, field) in every_leaf(table(Kind::Client)).into_iter().filter(|(path, _)| path.steps().len() == 1) {
            let value = |documents: &[Value]| path.find(&documents[0]["spec"]).cloned();
            let Some(now) = value(documents) else { continue };
            let seen = self.seen.entry(field.name.clone()).or_default();
            seen[0] |= !now.is_null();
            seen[1] |= before.and_then(value).is_some_and(|earlier| !earlier.is_null() && !now.is_null() && earlier != now);
            seen[2] |= now.is_null();
        }
    }
}

fn choices() -> Choices {
    Choices { prune: true, allow_replace: [Address::new(Kind::Client, "made")].into(), max_deletes: Some(20), ..Choices::default() }
}

/// Plans, once the files are deleted whose secrets are to be replaced.
async fn planned(world: &World, documents: &[Value]) -> (Plan, idpctl::pipeline::Observation) {
    let (plan, observation) = world.plan(&declared(documents), &choices()).await;
    let told = plan.guards.iter().any(|guard| guard.rule == GuardRule::SecretFile);
    if !told {
        return (plan, observation);
    }
    for file in plan.outputs() {
        world.forget(file);
    }
    world.plan(&declared(documents), &choices()).await
}

async fn obeys_the_laws(world: &World, documents: &[Value], under: &str, tally: &mut Tally) {
    let (plan, observation) = planned(world, documents).await;
    let shown = || serde_json::to_string_pretty(documents).expect("JSON");
    assert_eq!(plan.guards, [], "{under}\n{}\n{}", text(&plan), shown());
    assert_eq!(write(&plan), write(&planned(world, documents).await.0), "{under}: the same input gives the same bytes");
    tally.secrets += plan.outputs().len();
    tally.replaced += usize::from(plan.actions.iter().any(|action| action.verb == idpctl::program::Verb::Replace));
    let report = world.apply(&plan, &observation).await;
    assert!(report.is_complete(), "{under}\n{}\n{}", outcomes(&plan, &report), shown());
    let (after, again) = planned(world, documents).await;
    assert!(after.is_empty(), "{under}: a plan after an apply is empty:\n{}\nafter\n{}\n{}", text(&after), text(&plan), shown());
    world.org.clear_requests();
    let twice = world.apply(&plan, &again).await;
    assert!(
        twice.outcomes.values().all(|outcome| matches!(outcome, Outcome::Unchanged)),
        "{under}: applying twice is applying once: {twice:#?}"
    );
    assert_eq!(world.writes(), "", "{under}");
    secrets_are_held(world, documents, under).await;
    // Whoever names another file takes the old one away: what a file that is there holds nobody can tell.
    let file = documents[0]["spec"]["client_secret_output"]["file"].as_str();
    ["made-0", "made-1"].into_iter().filter(|other| file != Some(*other)).for_each(|other| world.forget(other));
    tally.cycles += 2;
}

/// The file holds the secret of the client.
async fn secrets_are_held(world: &World, documents: &[Value], under: &str) {
    let Some(file) = documents[0]["spec"]["client_secret_output"]["file"].as_str() else { return };
    let listed = world.somebody("GET", "/oauth2/v1/clients?q=Generated", Value::Null).await;
    let id = listed[0]["client_id"].as_str().expect("a client").to_owned();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{under}");
    let values: Vec<_> = world.secrets_of(&id).into_iter().map(|(_, value)| value).collect();
    assert_eq!(values, [world.written(file)], "{under}");
}

fn histories(seeds: std::ops::Range<u64>, config: &Config, tally: &mut Tally) {
    for seed in seeds {
        World::new(config.clone()).run(async |world| {
            let mut dice = Dice::new(seed);
            let mut before: Option<Vec<Value>> = None;
            let mut sort = dice.below(4);
            for _ in 0..5 {
                if dice.below(5) == 0 {
                    sort = dice.below(4);
                }
                let made = generation(&mut dice, sort);
                tally.note(&made, before.as_deref());
                obeys_the_laws(world, &made, &format!("seed {seed}"), tally).await;
                before = Some(made);
            }
        });
    }
}

#[test]
fn every_field_of_a_client_obeys_the_three_laws() {
    let mut tally = Tally::default();
    histories(0..200, &Config { frozen_clock: true, ..Config::default() }, &mut tally);
    assert_eq!(tally.cycles, 2_000);
    assert!(tally.secrets > 300 && tally.replaced > 50, "{} {}", tally.secrets, tally.replaced);
    let mut never = Vec::new();
    for (path, field) in every_leaf(table(Kind::Client)).into_iter().filter(|(path, _)| path.steps().len() == 1) {
        let seen = tally.seen.get(&field.name).copied().unwrap_or_default();
        let wanted = [true, true, field.rule.absent.is_some()];
        for (what, name) in ["set", "changed", "nulled"].iter().enumerate() {
            if wanted[what] && !seen[what] {
                never.push(format!("{path} {name}"));
            }
        }
    }
    // A client is found by its name; the emulated org keeps no field that it does not know.
    insta::assert_snapshot!(never.join("\n"), @"
    client_name changed
    private_key set
    private_key changed
    additionalFields set
    additionalFields changed
    ");
}

#[test]
fn the_laws_hold_whatever_okta_does_with_clients_where_nobody_knows() {
    let ways = [
        [("unknown-client", "401"), ("auth-method-change", "keep")],
        [("omitted-client-settings", "reset"), ("chosen-client-credentials", "ignore")],
        [("duplicate-client-names", "refuse"), ("put-secret-replaces", "oldest")],
    ];
    for way in ways {
        let mut config = Config { frozen_clock: true, ..Config::default() };
        for (name, value) in way {
            config.switches.set(name, value).expect("a switch of the emulator");
        }
        let mut tally = Tally::default();
        histories(0..25, &config, &mut tally);
        assert_eq!(tally.cycles, 250);
    }
}

#[test]
fn a_plan_from_a_list_that_lagged_makes_no_second_client_and_no_second_secret() {
    let mut world = World::new(Config { frozen_clock: true, ..Config::default() });
    world.settle = std::time::Duration::from_secs(10);
    world.run(async |world| {
        let spec =
            json!({"client_name": "Generated", "redirect_uris": ["https://a.example.com/cb"], "client_secret_output": {"file": "made-0"}});
        let documents = [
            with(document("Client", "made", spec), "metadata.adopt", json!(true)),
            document("Grant", "made", json!({"scopes": ["okta.users.read"]})),
        ];
        world.suffers(&["list-lag=8s"]);
        let first = world.tries(&documents, &choices()).await;
        let second = world.tries(&documents, &choices()).await;
        insta::assert_snapshot!(format!("{first}\n{second}"), @"
        applied   create Grant/made/okta.users.read
        applied   create Client/made
        applied   create Client/made/secret

        3 applied.

        unchanged create Grant/made/okta.users.read
        unchanged create Client/made
        unchanged create Client/made/secret

        3 unchanged.
        ");
        world.suffers(&[]);
        secrets_are_held(world, &documents, "a list that lags").await;
    });
}
