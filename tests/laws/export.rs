//! The laws of `export`: what comes out of an org plans to nothing but adoption there, makes an equal one of an empty org, and is the same
//! whenever the org is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use idpctl::address::Kind;
use idpctl::desired::{Desired, KeySets};
use idpctl::diagnostic::{Diagnostics, Sources};
use idpctl::export::{Choice, Detail, Export, Repository, stream};
use idpctl::json::Path;
use idpctl::manifest::{self, Document, Project, SourceFile, Variables};
use idpctl::observed::{Clean, LiveApp, LiveGrant, LivePart, Observed, Org};
use idpctl::pipeline;
use idpctl::plan::{Choices, Plan, SecretsMode};
use idpctl::resource::authorization_server::Part;
use idpctl::resource::marker::Marker;
use idpctl::resource::{Field, Shape, every_leaf, leaves, same, table};
use idpctl::select::Select;
use idpctl_emulator::Config;
use idpctl_emulator::switches::TABLE;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::generate::Dice;
use crate::laws::History;
use crate::portal_laws::Nature;
use crate::real_objects::{apps as recorded_apps, recorded, skipped};
use crate::servers::Encryption;
use crate::story::{outcomes, text};
use crate::world::{World, declared, declared_text};
use crate::{client_laws, portal_laws, real_servers, servers};

/// What no export knows of: no manifest.
struct Nothing {
    project: Project,
    key_sets: KeySets,
    desired: Desired,
}

impl Nothing {
    fn new() -> Self {
        let desired = Desired { project: "laws".to_owned(), ownership: true, ..Desired::default() };
        Self { project: Project::default(), key_sets: KeySets::new(), desired }
    }

    fn repository(&self) -> Repository<'_> {
        Repository { project: &self.project, owner: "laws", ownership: true, documents: &[], key_sets: &self.key_sets }
    }

    fn export(&self, observed: &Observed, choice: &Choice) -> Export {
        pipeline::export(observed, &self.desired, &self.repository(), choice)
    }
}

/// Returns the fields that a plan changes, but for marks.
fn changes(plan: &Plan) -> String {
    let mut out = String::new();
    let mark = Marker::path().to_string();
    for action in &plan.actions {
        let fields: Vec<_> = action.fields.iter().map(|field| field.path.as_str()).filter(|path| *path != mark).collect();
        if action.fields.is_empty() || !fields.is_empty() {
            let _ = writeln!(out, "{:?} {}: {fields:?}", action.verb, action.address);
        }
    }
    out
}

/// Returns the places where two trees differ, by a table.
fn differing(row: &'static Field, one: &Value, other: &Value) -> Vec<String> {
    let (one_leaves, other_leaves) = (leaves(row, one), leaves(row, other));
    let all = one_leaves.iter().chain(&other_leaves);
    let differs = |path: &Path, field: Option<&'static Field>| {
        let [a, b] = [one, other].map(|tree| path.find(tree));
        !same(field, a.unwrap_or(&Value::Null), b) || !same(field, b.unwrap_or(&Value::Null), a)
    };
    let paths: BTreeMap<String, bool> = all.map(|leaf| (leaf.path.to_string(), differs(&leaf.path, leaf.field))).collect();
    let shown = |path: &String| format!("{path}: {:?} and {:?}", Path::of(path).find(one), Path::of(path).find(other));
    paths.iter().filter(|(_, differs)| **differs).map(|(path, _)| shown(path)).collect()
}

/// Returns a body that can be compared with that of another org.
fn portable(body: &Value, clients: &BTreeMap<String, String>) -> Value {
    let mut body = body.clone();
    for path in ["credentials.signing", "credentials.oauthClient.client_id", "profile.idpctl", "CID"] {
        Path::of(path).remove(&mut body);
    }
    let include = Path::of("conditions.clients.include");
    if let Some(Value::Array(ids)) = include.find(&body).cloned() {
        let mapped = ids.iter().map(|id| clients.get(id.as_str().unwrap_or_default()).map_or(id.clone(), |label| json!(label)));
        include.set(&mut body, mapped.collect());
    }
    body
}

/// Returns everything that was read of an org, by what it is called, with the table that compares it.
fn contents(observed: &Observed) -> BTreeMap<String, (&'static Field, Value)> {
    let mut found = BTreeMap::new();
    let clients = observed.apps.iter().map(|app| (app.client_id.clone(), app.label.clone())).collect();
    for app in &observed.apps {
        let mut body = portable(&app.body.tree(), &clients);
        body["status"] = json!(app.status.as_str());
        body["accessPolicy"] = json!(app.access_policy);
        if app.client_id != app.id.0 {
            body["own_client_id"] = json!(app.client_id);
        }
        let mut grants: Vec<_> = observed.grants.get(&app.id).into_iter().flatten().map(|grant| grant.scope.clone()).collect();
        grants.sort();
        body["granted"] = json!(grants);
        let groups = observed.assignments.get(&app.id).into_iter().flatten();
        let groups: BTreeMap<_, _> = groups.map(|group| (group.group.clone(), group.body.clone())).collect();
        body["assigned"] = json!(groups);
        found.insert(format!("app {}", app.label), (table(Kind::App), body));
    }
    for server in &observed.servers.listed {
        let mut put = |at: String, live: &LivePart| {
            let mut body = portable(&live.body, &clients);
            body["status"] = json!(live.status.map(idpctl::observed::Status::as_str));
            found.insert(at, (live.part.table(), body));
        };
        let at = format!("server {}", server.name());
        put(at.clone(), server);
        let Some(below) = observed.servers.below.get(&server.id) else { continue };
        for part in below.scopes.iter().chain(&below.claims).chain(&below.policies).flatten() {
            let here = format!("{at} {} {}", part.part.as_str(), part.key.join(" "));
            put(here.clone(), part);
            for rule in below.rules.get(&part.id).into_iter().flatten().filter(|_| part.part == Part::Policy) {
                put(format!("{here} rule {}", rule.name()), rule);
            }
        }
    }
    for provider in observed.portal.iter().flat_map(|portal| &portal.providers) {
        found.insert(format!("provider {}", provider.name), (table(provider.kind), portable(&provider.body, &clients)));
        for live in observed.portal.iter().flat_map(|portal| portal.client_types.get(&provider.id).into_iter().flatten()) {
            found.insert(
                format!("provider {} client type {}", provider.name, live.name),
                (table(live.kind), portable(&live.body, &clients)),
            );
        }
    }
    found
}

/// Returns where two orgs differ.
fn different_orgs(one: &Observed, other: &Observed) -> String {
    let (one, other) = (contents(one), contents(other));
    let names: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    let mut out = String::new();
    for name in names {
        match (one.get(name), other.get(name)) {
            (Some((row, a)), Some((_, b))) => {
                for place in differing(row, a, b) {
                    let _ = writeln!(out, "{name} {place}");
                }
            }
            (a, _) => {
                let _ = writeln!(out, "{name} is in the {} org alone", if a.is_some() { "first" } else { "second" });
            }
        }
    }
    out
}

/// Takes the mark off an app, as somebody's PUT does.
async fn unmark(world: &World, id: &str) {
    let mut app = world.read(id).await;
    app["profile"].as_object_mut().map(|profile| profile.remove("idpctl"));
    world.somebody("PUT", &format!("/api/v1/apps/{id}"), app).await;
}

/// Returns an export as manifests, without what pins them to the org that they come from.
fn unpinned(export: &Export) -> String {
    let mut documents = export.documents.clone();
    for document in &mut documents {
        document.metadata.remove("id");
    }
    stream(&documents)
}

/// Gives every variable that an export names a value.
fn give(world: &World, export: &Export) {
    world.give(export.stand_ins().into_iter().map(|s| (s.variable.clone(), format!("a value for {} that is long enough", s.variable))));
}

/// What manifests an org is made of before it is exported.
struct Origin {
    config: Config,
    documents: Vec<Value>,
}

/// Takes note of every field that documents say, by its kind or its part of an authorization server.
fn note(seen: &mut BTreeSet<String>, export: &Export) {
    let mut put = |word: &str, row: &'static Field, spec: &Value| {
        seen.extend(every_leaf(row).into_iter().filter(|(path, _)| path.find(spec).is_some()).map(|(path, _)| format!("{word} {path}")));
    };
    for document in &export.documents {
        let spec = Value::Object(document.spec.clone());
        if document.address.kind != Kind::AuthorizationServer {
            put(document.address.kind.as_str(), table(document.address.kind), &spec);
            continue;
        }
        put("server", Part::Server.table(), &spec);
        for (part, list) in [(Part::Scope, "scopes"), (Part::Claim, "claims"), (Part::Policy, "policies")] {
            for child in spec[list].as_array().into_iter().flatten() {
                put(part.as_str(), part.table(), child);
                child["rules"].as_array().into_iter().flatten().for_each(|rule| put("rule", Part::Rule.table(), rule));
            }
        }
    }
}

/// Returns the fields of the tables that nobody took note of.
fn never(seen: &BTreeSet<String>, tables: &[(&'static str, &'static Field)]) -> String {
    let whole = |field: &Field| !matches!(field.shape, Shape::Object(_));
    let all = tables.iter().flat_map(|(word, row)| {
        every_leaf(row).into_iter().filter(|(_, field)| whole(field)).map(move |(path, _)| format!("{word} {path}"))
    });
    all.filter(|field| !seen.contains(field)).collect::<Vec<_>>().join("\n")
}

/// Fills an org, exports it, and holds the export to its laws.
async fn obeys_the_laws(world: &World, origin: &Origin, dice: &mut Dice, under: &str, seen: &mut BTreeSet<String>) {
    let desired = declared(&origin.documents);
    let (plan, observation) = world.plan(&desired, &Choices::default()).await;
    let report = world.apply(&plan, &observation).await;
    assert!(report.is_complete(), "{under}\n{}", outcomes(&plan, &report));
    let listed = world.somebody("GET", "/api/v1/apps?limit=200", Value::Null).await;
    for app in listed.as_array().expect("a list").iter().filter(|app| app["name"] == "oidc_client" && dice.below(3) > 0) {
        unmark(world, app["id"].as_str().expect("an id")).await;
    }
    let nothing = Nothing::new();
    let compare = dice.below(2) == 0;
    let observed = world.observe_for_export(&nothing.repository(), &nothing.desired, &Choice::default(), compare).await;
    for detail in [Detail::Minimal, Detail::Full] {
        let choice = Choice { detail, ..Choice::default() };
        let export = nothing.export(&observed, &choice);
        note(seen, &export);
        let manifests = stream(&export.documents);
        let under = format!("{under} {detail:?}\n{manifests}\n{:#?}", export.left);
        // The same org in another order.
        let mut turned = observed.clone();
        turned.apps.reverse();
        turned.servers.listed.reverse();
        turned
            .servers
            .below
            .values_mut()
            .flat_map(|below| below.policies.iter_mut().chain(&mut below.scopes).chain(&mut below.claims))
            .for_each(|list| list.reverse());
        assert_eq!(stream(&nothing.export(&turned, &choice).documents), manifests, "{under}");
        // Only adoption, where it came from.
        give(world, &export);
        let again = declared_text("laws", &manifests);
        let (plan, _) = world.plan(&again, &Choices { secrets: SecretsMode::Skip, prune: true, ..Choices::default() }).await;
        assert_eq!(changes(&plan), "", "{under}\n{}", text(&plan));
        assert!(plan.guards.is_empty(), "{under}\n{}", text(&plan));
        // What is declared is not declared again.
        let documents = documents_of(&manifests);
        let beside = Repository { documents: &documents, ..nothing.repository() };
        let more = pipeline::export(&world.observe_for_export(&beside, &again, &choice, compare).await, &again, &beside, &choice);
        assert_eq!(stream(&more.documents), "", "{under}");
        // An equal org, of an empty one.
        let other = World::new(origin.config.clone());
        other.add_policy().await;
        other.groups(&crate::generate::GROUPS).await;
        give(&other, &export);
        let desired = declared_text("laws", &unpinned(&export));
        let (plan, observation) = other.plan(&desired, &Choices::default()).await;
        let report = other.apply(&plan, &observation).await;
        assert!(report.is_complete(), "{under}\n{}\n{}", text(&plan), outcomes(&plan, &report));
        let made = other.observe_for_export(&nothing.repository(), &nothing.desired, &Choice::default(), false).await;
        assert_eq!(different_orgs(&observed, &made), "", "{under}");
    }
}

/// Returns documents as they are read.
fn documents_of(manifests: &str) -> Vec<Document> {
    let file = SourceFile { name: "exported.yaml".into(), text: manifests.into() };
    let mut diagnostics = Diagnostics::default();
    let read = manifest::read(&[file], Some(&Variables::new()), &mut Sources::default(), &mut diagnostics);
    assert!(diagnostics.is_empty(), "{:#?}\n{manifests}", diagnostics.sorted());
    read
}

/// Returns the manifests of an org in memory, and what a plan with them changes but for marks.
fn planned(observed: &Observed) -> (Export, String) {
    let export = Nothing::new().export(observed, &Choice::default());
    let manifests = stream(&export.documents);
    let desired = declared_text("laws", &manifests);
    let plan = pipeline::plan(&desired, observed, &BTreeMap::new(), Choices { secrets: SecretsMode::Skip, ..Choices::default() });
    let plan = plan.unwrap_or_else(|error| panic!("{error:?}\n{manifests}"));
    (export, changes(&plan))
}

/// An org with nothing in it.
fn empty() -> Observed {
    let org = Org { id: "00o1".to_owned(), url: "https://recorded.example.com".to_owned() };
    Observed { org: Some(org), ..Observed::default() }
}

#[test]
fn an_exported_org_plans_to_nothing_but_adoption_and_makes_an_equal_one() {
    let mut seen = BTreeSet::new();
    for seed in 0..32 {
        let mut config = Config { frozen_clock: true, ..Config::default() };
        let mut dice = Dice::new(seed);
        // What nobody knows of Okta is otherwise in each org.
        let switches: Vec<_> =
            TABLE.iter().filter(|switch| !switch.name.starts_with("portal-") && switch.name != "api-access-management").collect();
        let switch = dice.pick(&switches);
        let value: &str = switch.values[dice.below(switch.values.len())];
        config.switches.set(switch.name, value).expect("a switch of the emulator");
        let under = format!("seed {seed}, {config:?}");
        for (switch, value) in [("unknown-fields", "keep"), ("portal-unknown-keys", "kept"), ("portal-it-token", "both")] {
            config.switches.set(switch, value).expect("a switch of the emulator");
        }
        World::new(config.clone()).run(async |world| {
            let mut history = History::new(seed, world).await;
            let people = ["00u1a2b3c4d5e6f7g8h9".to_owned(), world.groups(&["Sales"]).await.remove(0)];
            let mut documents = history.begins_again(world);
            let encryption = *dice.pick(&[Encryption::Never, Encryption::WithKeys, Encryption::WithKeysElsewhere]);
            documents.extend(servers::documents(&mut dice, 0, encryption, &people));
            let nature = Nature { shows_cids: true, id_token: Some("id_token"), keeps_unknown_keys: true };
            documents.extend(portal_laws::generation(&mut dice, &nature, &mut None));
            obeys_the_laws(world, &Origin { config, documents }, &mut dice, &under, &mut seen).await;
        });
    }
    let parts = Part::ALL.map(|part| (part.as_str(), part.table()));
    let kinds = [Kind::App, Kind::ClientCredentials, Kind::Grant, Kind::GroupAssignment, Kind::OAuthProvider, Kind::ClientType];
    let tables: Vec<_> = parts.into_iter().chain(kinds.map(|kind| (kind.as_str(), table(kind)))).collect();
    // What the org never shows, or shows here in another way: keys have one use, `additionalFields` of servers are kept by none, a client that
    // authenticates has a document for that, names are told apart, and no file, key or issuer of anybody's own is to be had from an org.
    insta::assert_snapshot!(never(&seen, &tables), @"
    server credentials.signing.use
    server additionalFields
    App settings.app
    App settings.oauthClient.jwks.file
    App settings.oauthClient.jwks_uri
    App accessPolicy.id
    ClientCredentials app
    ClientCredentials jwks.file
    ClientCredentials private_key.env
    ClientCredentials private_key.file
    ClientCredentials private_key.kid
    Grant app
    Grant client
    Grant issuer
    GroupAssignment app
    OAuthProvider RegistrationAccessToken.file
    ");
}

#[test]
fn registered_clients_are_exported_as_such_and_plan_to_nothing_but_adoption() {
    for seed in 0..24 {
        World::new(Config { frozen_clock: true, ..Config::default() }).run(async |world| {
            let mut dice = Dice::new(seed);
            let sort = dice.below(4);
            let (plan, observation) = world.plan(&declared(&client_laws::generation(&mut dice, sort)), &Choices::default()).await;
            assert!(world.apply(&plan, &observation).await.is_complete());
            let nothing = Nothing::new();
            let choice = Choice { select: Select::new(&["Client/*".to_owned()]).expect("a pattern"), ..Choice::default() };
            let observed = world.observe_for_export(&nothing.repository(), &nothing.desired, &choice, false).await;
            let export = nothing.export(&observed, &choice);
            let manifests = stream(&export.documents);
            assert!(export.documents.iter().any(|document| document.address.kind == Kind::Client), "{manifests}");
            let (plan, _) = world.plan(&declared_text("laws", &manifests), &Choices::default()).await;
            assert!(plan.is_empty() && plan.guards.is_empty(), "seed {seed}\n{manifests}\n{}", text(&plan));
        });
    }
}

#[test]
fn every_recorded_app_is_exported_and_plans_to_nothing_but_adoption() {
    let Some(file) = recorded("apps.jsonl") else { return skipped() };
    let read = |app: &Value| LiveApp::read(&Clean::new(app)).expect("a recorded app decodes");
    let recorded = recorded_apps(&file);
    assert!(recorded.len() > 100, "{} recorded apps", recorded.len());
    let mut left = BTreeSet::new();
    for app in &recorded {
        let (export, changed) = planned(&Observed { apps: vec![read(app)], ..empty() });
        assert_eq!(changed.as_str(), "", "{app:#}\n{}", stream(&export.documents));
        assert!(export.documents.iter().any(|document| document.address.kind == Kind::App), "{app:#}");
        left.extend(export.left);
    }
    // Nobody declares a key that is out of force: where it is not there it would be made, and be in force.
    let left: Vec<_> = left.into_iter().map(|left| format!("{}: {}", left.what, left.why)).collect();
    insta::assert_snapshot!(left.join("\n"), @"App/my-service-app-tf-5 settings.oauthClient.jwks.keys[0]: the key is INACTIVE, and a manifest declares keys that are in force");
    // All in one org: many have the same label.
    let apps: BTreeMap<String, LiveApp> = recorded.iter().map(|app| (app["id"].to_string(), read(app))).collect();
    let clients: BTreeSet<_> = apps.values().map(|app| app.client_id.clone()).collect();
    let apps: Vec<_> = clients.iter().filter_map(|client| apps.values().find(|app| app.client_id == *client).cloned()).collect();
    let (export, changed) = planned(&Observed { apps: apps.clone(), ..empty() });
    assert_eq!(changed.as_str(), "");
    assert_eq!(export.documents.iter().filter(|document| document.address.kind == Kind::App).count(), apps.len());
}

#[test]
fn every_recorded_part_of_an_authorization_server_is_exported_and_plans_to_nothing() {
    let Some(lines) = real_servers::recorded() else { return };
    let mut planned_parts = 0;
    for (part, object) in real_servers::objects(&lines) {
        let (_, observed) = real_servers::org_with(part, &object);
        let (export, changed) = planned(&observed);
        assert_eq!((changed.as_str(), export.left.as_slice()), ("", &[][..]), "{object:#}\n{}", stream(&export.documents));
        planned_parts += 1;
    }
    assert!(planned_parts > 80, "{planned_parts}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn whatever_an_org_holds_comes_out_as_manifests_that_plan_to_nothing_else(
        labels in prop::collection::vec(prop_oneof![any::<String>(), Just("Twin".to_owned())], 1..5),
        profile in tree(), unknown in tree(), grants in prop::collection::vec("[a-z. \u{7}\"]{0,12}", 0..3),
        odd in prop_oneof![any::<String>().prop_map(Value::from), tree()], at in 0usize..6,
    ) {
        let mut observed = empty();
        for (number, label) in labels.iter().enumerate() {
            let mut app = json!({"id": format!("0oa{number}"), "name": "oidc_client", "label": label, "status": "ACTIVE", "profile": {"a": profile},
                "credentials": {"oauthClient": {"client_id": format!("0oa{number}"), "token_endpoint_auth_method": "client_secret_basic"}},
                "settings": {"oauthClient": {"application_type": "web", "grant_types": ["authorization_code"], "tomorrow": unknown}}});
            let places = ["settings.oauthClient.grant_types", "credentials.oauthClient.client_id", "settings.oauthClient.redirect_uris",
                "settings.oauthClient.jwks.keys", "visibility.hide", "settings.oauthClient.client_uri"];
            if number == 0 {
                Path::of(places[at]).set(&mut app, odd.clone());
            }
            let Some(live) = LiveApp::read(&Clean::new(&app)) else { continue };
            let granted = grants.iter().map(|scope| LiveGrant { id: "oag1".to_owned(), scope: scope.clone(), issuer: "https://recorded.example.com".to_owned(), created_by: None });
            observed.grants.insert(live.id.clone(), granted.collect());
            observed.apps.push(live);
        }
        let (export, changed) = planned(&observed);
        prop_assert_eq!(changed.as_str(), "", "{}\n{:#?}", stream(&export.documents), export.left);
        documents_of(&stream(&export.documents));
    }
}

/// Returns any tree, as a profile or a field of tomorrow may hold it.
fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<String>().prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((prop_oneof![any::<String>(), Just("api_secret".to_owned())], inner), 0..3)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}
