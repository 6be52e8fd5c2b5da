//! The three laws for the portal's kinds, over all their fields and whatever the portal does where nobody knows.

use std::collections::BTreeMap;

use idpctl::address::Kind;
use idpctl::apply::Outcome;
use idpctl::plan::{Choices, write};
use idpctl::resource::{every_leaf, table};
use idpctl_emulator::Config;
use idpctl_emulator::switches::{Switch, TABLE};
use serde_json::{Map, Value, json};

use crate::generate::Dice;
use crate::story::{document, text};
use crate::world::{World, declared};

/// What a portal is like, as far as manifests must know it.
pub(crate) struct Nature {
    pub(crate) shows_cids: bool,
    /// The spelling that the portal takes; `None` for either.
    pub(crate) id_token: Option<&'static str>,
    pub(crate) keeps_unknown_keys: bool,
}

/// Returns the switches about the portal.
fn switches() -> Vec<&'static Switch> {
    TABLE.iter().filter(|switch| switch.name.starts_with("portal-")).collect()
}

fn config(chosen: &BTreeMap<&'static str, &'static str>) -> (Config, Nature) {
    let mut config = Config { frozen_clock: true, ..Config::default() };
    for (name, value) in chosen {
        config.switches.set(name, value).expect("a switch of the emulator");
    }
    let is = |name: &str, value: &str| chosen.get(name).copied() == Some(value);
    let default = |name: &str| switches().iter().find(|s| s.name == name).map(|s| s.values[0]).expect("a switch of this name");
    let spelling = chosen.get("portal-it-token").copied().unwrap_or_else(|| default("portal-it-token"));
    let nature = Nature {
        shows_cids: !is("portal-cid", "hidden"),
        id_token: Some(spelling).filter(|spelling| *spelling != "both"),
        keeps_unknown_keys: is("portal-unknown-keys", "kept"),
    };
    (config, nature)
}

/// Makes documents of one generation; what was declared before and is not any more is left out or nulled.
pub(crate) fn generation(dice: &mut Dice, nature: &Nature, cids: &mut Option<[String; 2]>) -> Vec<Value> {
    let sort = *dice.pick(&["Okta", "Other", "Keycloak"]);
    let mut provider = Map::new();
    provider.insert("Name".into(), json!("Provider"));
    provider.insert("Type".into(), json!(sort));
    provider.insert("WellKnownURL".into(), json!(format!("https://idp.example.com/{}/.well-known/openid-configuration", dice.below(3))));
    provider.insert("RegistrationAccessToken".into(), if dice.below(4) == 0 { Value::Null } else { json!({"env": "IDPCTL_ONE"}) });
    optional(dice, &mut provider, "SSLInsecureSkipVerify", &[json!(true), json!(false), Value::Null]);
    let mut client_type = Map::new();
    client_type.insert("provider".into(), json!("p"));
    client_type.insert("Name".into(), json!("Type"));
    let it = |dice: &mut Dice| nature.id_token.unwrap_or_else(|| *dice.pick(&["it_token", "id_token"]));
    let mut responses = vec![json!("code"), json!("token"), json!(it(dice)), json!("none")];
    let mut grants: Vec<Value> =
        ["authorization_code", "client_credentials", "pkce", "device_code", "refresh_token", "password", "implicit"]
            .map(Value::from)
            .into();
    for list in [&mut responses, &mut grants] {
        // The first two of the grants are what Okta wants of some sort.
        while list.len() > 2 && dice.below(2) == 0 {
            let out = 2 + dice.below(list.len() - 2);
            list.remove(out);
        }
        let turn = dice.below(list.len());
        list.rotate_left(turn);
    }
    client_type.insert("ResponseTypes".into(), json!(responses));
    client_type.insert("GrantType".into(), json!(grants));
    optional(dice, &mut client_type, "Description", &[json!("One"), json!("Two, with a comma"), json!(""), Value::Null]);
    optional(dice, &mut client_type, "TokenEndpointAuthMethod", &[json!("client_secret_basic"), json!("client_secret_post"), Value::Null]);
    let sorts = ["web", "native", "browser", "service"].map(Value::from);
    if sort == "Okta" {
        client_type.insert("OktaAppType".into(), dice.pick(&sorts).clone());
    } else {
        optional(dice, &mut client_type, "OktaAppType", &[sorts[0].clone(), sorts[3].clone(), Value::Null]);
    }
    if nature.keeps_unknown_keys {
        optional(dice, &mut provider, "additionalFields", &[json!({"ScopeClaimName": "scp"}), json!({"ScopeClaimName": "scope"})]);
        optional(dice, &mut client_type, "additionalFields", &[json!({"Tomorrow": ["x", "y"]}), json!({"Tomorrow": [1]})]);
    }
    if nature.shows_cids
        && let Some([one, other]) = cids
    {
        provider.insert("CID".into(), json!(one));
        client_type.insert("CID".into(), json!(other));
    }
    vec![document("OAuthProvider", "p", Value::Object(provider)), document("ClientType", "c", Value::Object(client_type))]
}

fn optional(dice: &mut Dice, spec: &mut Map<String, Value>, field: &str, values: &[Value]) {
    if dice.below(4) > 0 {
        spec.insert(field.into(), dice.pick(values).clone());
    }
}

/// What happened to the fields, and how often plan and apply ran.
#[derive(Default)]
struct Tally {
    cycles: usize,
    seen: BTreeMap<String, [bool; 3]>,
}

impl Tally {
    fn note(&mut self, documents: &[Value], before: Option<&[Value]>) {
        for (i, document) in documents.iter().enumerate() {
            for (field, value) in document["spec"].as_object().into_iter().flatten() {
                let seen = self.seen.entry(format!("{}.{field}", document["kind"].as_str().unwrap_or_default())).or_default();
                let earlier = before.and_then(|b| b[i]["spec"].get(field));
                seen[0] |= !value.is_null();
                seen[1] |= earlier.is_some_and(|earlier| !earlier.is_null() && !value.is_null() && earlier != value);
                seen[2] |= value.is_null();
            }
        }
    }
}

async fn obeys_the_laws(world: &World, documents: &[Value], under: &str, tally: &mut Tally) {
    let (desired, choices) = (declared(documents), Choices::default());
    let (plan, observation) = world.plan(&desired, &choices).await;
    assert_eq!(write(&plan), write(&world.plan(&desired, &choices).await.0), "{under}: the same input gives the same bytes");
    let report = world.apply(&plan, &observation).await;
    let shown = || serde_json::to_string_pretty(documents).expect("JSON");
    assert!(report.is_complete(), "{under}\n{}\n{}", crate::story::outcomes(&plan, &report), shown());
    let (after, again) = world.plan(&desired, &choices).await;
    assert!(after.is_empty(), "{under}: a plan after an apply is empty:\n{}\nafter\n{}\n{}", text(&after), text(&plan), shown());
    world.sent();
    let twice = world.apply(&plan, &again).await;
    assert!(twice.outcomes.values().all(|o| matches!(o, Outcome::Unchanged)), "{under}: applying twice is applying once: {twice:#?}");
    assert_eq!(world.sent(), "", "{under}");
    tally.cycles += 2;
}

/// Runs a history of some generations in a portal of its own.
fn history(seed: u64, chosen: &BTreeMap<&'static str, &'static str>, generations: usize, tally: &mut Tally) {
    let (config, nature) = config(chosen);
    let under = format!("{chosen:?} seed {seed}");
    World::new(config).run(async |world| {
        let mut dice = Dice::new(seed);
        let mut cids = (dice.below(2) == 0).then(|| ["provider-cid".to_owned(), "type-cid".to_owned()]);
        let mut before: Option<Vec<Value>> = None;
        for _ in 0..generations {
            let made = generation(&mut dice, &nature, &mut cids);
            tally.note(&made, before.as_deref());
            obeys_the_laws(world, &made, &under, tally).await;
            before = Some(made);
        }
    });
}

#[test]
fn every_field_of_the_portals_kinds_obeys_the_three_laws() {
    let mut tally = Tally::default();
    for seed in 0..200 {
        history(seed, &[("portal-unknown-keys", "kept"), ("portal-it-token", "both")].into(), 5, &mut tally);
    }
    assert_eq!(tally.cycles, 2_000);
    let mut never = Vec::new();
    for kind in [Kind::OAuthProvider, Kind::ClientType] {
        for (path, field) in every_leaf(table(kind)).into_iter().filter(|(path, _)| path.steps().len() == 1) {
            let seen = tally.seen.get(&format!("{kind}.{path}")).copied().unwrap_or_default();
            let wanted = [true, !field.rule.immutable, field.rule.absent.is_some()];
            for (what, name) in ["set", "changed", "nulled"].iter().enumerate() {
                if wanted[what] && !seen[what] {
                    never.push(format!("{kind}.{path} {name}"));
                }
            }
        }
    }
    // A provider's token has no other value here; names are what objects are found by; a client type stays with its provider.
    insta::assert_snapshot!(never.join("\n"), @"
    OAuthProvider.Name changed
    OAuthProvider.RegistrationAccessToken changed
    ClientType.provider changed
    ClientType.Name changed
    ");
}

/// Switches that no request of idpctl can tell apart: it sends texts and no lists, asks for JSON, has the right token, takes any 2xx for a
/// success, makes no second object of a name, and says of an Okta provider's client types what they are.
const UNSEEN: [&str; 6] = [
    "portal-array-input",
    "portal-bad-token",
    "portal-missing-accept",
    "portal-post-status",
    "portal-duplicate-name",
    "portal-okta-without-app-type",
];

#[test]
fn the_laws_hold_under_every_combination_of_what_nobody_knows() {
    // All of them against each other takes minutes: that is for whoever changes the portal's rules.
    let all = std::env::var_os("IDPCTL_EVERY_COMBINATION").is_some();
    let (unseen, seen): (Vec<&Switch>, Vec<&Switch>) = switches().into_iter().partition(|switch| !all && UNSEEN.contains(&switch.name));
    assert!(all || unseen.len() == UNSEEN.len(), "every name is a switch's");
    let combinations: usize = seen.iter().map(|switch| switch.values.len()).product();
    let mut tally = Tally::default();
    for number in 0..combinations {
        let mut rest = number;
        let mut chosen = BTreeMap::new();
        for switch in &seen {
            chosen.insert(switch.name, switch.values[rest % switch.values.len()]);
            rest /= switch.values.len();
        }
        // Those take turns, so that each value of each is met with many combinations of the others.
        for (i, switch) in unseen.iter().enumerate() {
            chosen.insert(switch.name, switch.values[(number / (i + 1)) % switch.values.len()]);
        }
        history(number as u64, &chosen, 2, &mut tally);
    }
    assert_eq!(tally.cycles, combinations * 4);
}
