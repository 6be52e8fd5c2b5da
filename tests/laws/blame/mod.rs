//! Who changed what: random changes of every kind, each by one of several, and of each item of drift the log names the one whose change it is.

mod changes;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use idpctl::desired::Desired;
use idpctl::drift::blame::{Detail, Known, LogRead, Sort, blame, terms};
use idpctl::drift::{Item, Items, What};
use idpctl::observe::touches;
use idpctl::observed::{Touched, touched};
use idpctl::pipeline;
use idpctl::plan::{Choices, SecretsMode};
use idpctl::resource::app::{READ_ONLY, without};
use idpctl_emulator::{Config, event_types};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::generate::Dice;
use crate::story::web;
use crate::world::{World, declared};
use changes::{Change, Step, changes, manifests};

/// How many histories there are besides one for each change by itself.
const HISTORIES: u64 = 40;

/// Who does something: what signs them in, and what the log calls them.
#[derive(Clone)]
struct Actor {
    authorization: String,
    id: String,
    sort: Sort,
}

/// The org as it is declared, before anybody changes anything.
struct Ground {
    world: World,
    desired: Desired,
    ids: BTreeMap<String, String>,
    copied: Value,
    actors: Vec<Actor>,
}

impl Ground {
    async fn new(world: &World) -> Self {
        let [sales, support, night] = world.groups(&["Sales", "Support", "Night shift"]).await.try_into().expect("three");
        for asleep in ["ACTIVE", "INACTIVE"] {
            let (plan, observation) = world.plan(&declared(&manifests(asleep)), &comparing()).await;
            let report = world.apply(&plan, &observation).await;
            assert!(report.is_complete(), "{report:#?}");
        }
        let desired = declared(&manifests("INACTIVE"));
        let mut ids = BTreeMap::from([("sales", sales), ("support", support), ("night", night)].map(|(name, id)| (name.to_owned(), id)));
        let list = async |path: &str, name: &str| {
            let listed = world.somebody("GET", path, Value::Null).await;
            let known = |one: &Value| Some((one[name].as_str()?.to_owned(), one["id"].as_str()?.to_owned()));
            listed.as_array().expect("a list").iter().filter_map(known).collect::<BTreeMap<_, _>>()
        };
        for (label, id) in list("/api/v1/apps?limit=200", "label").await {
            ids.insert(label.to_lowercase(), id);
        }
        ids.extend(list("/api/v1/authorizationServers?limit=200", "name").await);
        let server = format!("/api/v1/authorizationServers/{}", ids["orders"]);
        for part in ["scopes", "claims", "policies"] {
            ids.extend(list(&format!("{server}/{part}"), "name").await);
        }
        let rules = list(&format!("{server}/policies/{}/rules", ids["first"]), "name").await;
        for (name, rule) in [("tokens", "tokens"), ("unused", "spare"), ("quiet", "resting"), ("busy", "busy")] {
            ids.insert(name.to_owned(), rules[rule].clone());
        }
        ids.insert("grant".to_owned(), list(&format!("/api/v1/apps/{}/grants", ids["worker"]), "scopeId").await["okta.users.read"].clone());
        let secrets = list(&format!("/api/v1/apps/{}/credentials/secrets", ids["resting"]), "client_secret").await;
        ids.insert("slept".to_owned(), secrets[&crate::world::secret_value("TWO")].clone());
        let secrets = list(&format!("/api/v1/apps/{}/credentials/secrets", ids["web"]), "client_secret").await;
        for name in ["ONE", "TWO"] {
            ids.insert(name.to_lowercase(), secrets[&crate::world::secret_value(name)].clone());
        }
        let access = list("/api/v1/policies?type=ACCESS_POLICY", "name").await;
        ids.insert("access".to_owned(), access.iter().find(|(name, _)| *name != "One factor").expect("the org's own").1.clone());
        let mut copied = without(&world.read(&ids["copied"]).await, &READ_ONLY);
        for path in ["credentials.oauthClient.client_id", "credentials.oauthClient.client_secret", "credentials.signing"] {
            idpctl::json::Path::of(path).remove(&mut copied);
        }
        let owner = world.somebody("GET", "/api/v1/users/me", Value::Null).await["id"].as_str().expect("an id").to_owned();
        let token = format!("SSWS {}", world.org.okta_token());
        let mut actors = vec![Actor { authorization: token, id: owner, sort: Sort::Token }];
        for label in ["Deployer", "Terraform", "A script"] {
            actors.push(service_app(world, label).await);
        }
        world.org.clear_requests();
        Self { world: world.fork(), desired, ids, copied, actors }
    }

    fn filled(&self, text: &str) -> String {
        self.ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
    }

    async fn carry_out(&self, world: &World, change: &Change, actor: &Actor) {
        for step in &change.steps {
            let (method, path, body) = match step {
                Step::Send(method, path, Value::String(_)) => (*method, *path, self.copied.clone()),
                Step::Send(method, path, body) => (*method, *path, body.clone()),
                Step::Edit(path, field, value) => {
                    let mut body = world.somebody("GET", &self.filled(path), Value::Null).await;
                    for date in ["client_id_issued_at", "client_secret_expires_at"] {
                        idpctl::json::Path::of(date).remove(&mut body);
                    }
                    if path.contains("/apps/") {
                        body = without(&body, &READ_ONLY);
                        idpctl::json::Path::of("credentials.oauthClient.client_secret").set(&mut body, json!(""));
                    }
                    idpctl::json::Path::of(field).set(&mut body, value.clone());
                    ("PUT", *path, body)
                }
            };
            let path = self.filled(path);
            let (status, answer) = world.by_hand(method, &path, actor.authorization.clone(), &body).await;
            assert!((200..300).contains(&status), "{method} {path}: {status} {answer:#}");
        }
    }
}

fn comparing() -> Choices {
    Choices { secrets: SecretsMode::Compare, ..Choices::default() }
}

static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).expect("a key can be made"));

/// Makes a service app that may do what the changes need, and signs it in.
async fn service_app(world: &World, label: &str) -> Actor {
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let [n, e] = [KEY.public_key().modulus(), KEY.public_key().exponent()].map(|number| part(number.big_endian_without_leading_zero()));
    let public = json!({"kty": "RSA", "kid": "ours", "use": "sig", "n": n, "e": e});
    let client = json!({"application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"], "jwks": {"keys": [public]}});
    let id = world
        .made(json!({"name": "oidc_client", "label": label, "signOnMode": "OPENID_CONNECT",
            "credentials": {"oauthClient": {"token_endpoint_auth_method": "private_key_jwt"}}, "settings": {"oauthClient": client}}))
        .await;
    let scopes = ["apps", "appGrants", "clients", "clients.register", "authorizationServers", "policies", "groups"];
    let scopes = scopes.map(|area| if area.contains('.') { format!("okta.{area}") } else { format!("okta.{area}.manage") });
    for scope in &scopes {
        let body = json!({"scopeId": scope, "issuer": world.url()});
        world.somebody("POST", &format!("/api/v1/apps/{id}/grants"), body).await;
    }
    let now = Timestamp::now().as_second();
    let claims =
        json!({"iss": id, "sub": id, "aud": format!("{}/oauth2/v1/token", world.url()), "iat": now, "exp": now + 300, "jti": label});
    let der: Pkcs8V1Der<'_> = KEY.as_der().expect("a key can be written");
    let signer = EncodingKey::from_rsa_pem(pem(der.as_ref()).as_bytes()).expect("a key");
    let header = Header { kid: Some("ours".to_owned()), ..Header::new(Algorithm::RS256) };
    let assertion = jsonwebtoken::encode(&header, &claims, &signer).expect("a signature");
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("scope", &scopes.join(" "))
        .append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        .append_pair("client_assertion", &assertion)
        .finish();
    let request = http::Request::post(format!("{}/oauth2/v1/token", world.url()))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json")
        .header("content-length", form.len());
    let answer = world.org.call(request.body(form.into_bytes()).expect("a request")).await.expect("an answer");
    let answer: Value = serde_json::from_slice(answer.body()).expect("JSON");
    let token = answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}"));
    Actor { authorization: format!("Bearer {token}"), id, sort: Sort::App }
}

fn pem(der: &[u8]) -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", base64::engine::general_purpose::STANDARD.encode(der))
}

fn aspect(item: &Item) -> &'static str {
    match &item.what {
        What::Field { path, .. } if path == "status" => "status",
        What::Field { path, .. } if path == "accessPolicy" => "policy",
        What::Field { .. } | What::MarkLost | What::MarkDiffers => "body",
        What::Missing | What::Undeclared { .. } | What::Copy { .. } | What::Foreign { .. } => "being",
    }
}

/// Finds drift and asks who did it; returns the items and how often the log was asked.
async fn blamed(world: &World, desired: &Desired, us: Option<&str>) -> (Items, usize) {
    let observation = world.observe(desired, &comparing()).await;
    let items = pipeline::drift(desired, &observation.observed, &world.hashes(), &comparing()).expect("the manifests fit");
    let now = Timestamp::now();
    let since = now - SignedDuration::from_hours(90 * 24);
    world.org.clear_requests();
    let found = touches(&world.reader(), &terms(&items), since, now + SignedDuration::from_mins(1)).await.expect("the log is read");
    let asked = world.org.requests().len();
    let log = LogRead { since, unread: None, cut: found.cut };
    let known = Known { events: &found.events, log: &log, us, good: &BTreeMap::new(), detail: Detail::Plain };
    (blame(items, &known), asked)
}

/// Has some changes made, each by somebody, and checks that each is blamed on them.
async fn holds(ground: &Ground, done: &[(&Change, &Actor)], us: Option<&Actor>) -> BTreeSet<String> {
    let world = ground.world.fork();
    for (change, actor) in done {
        ground.carry_out(&world, change, actor).await;
    }
    // The last one who touched an aspect of an object is the one whom the log can name.
    let expected: BTreeMap<_, _> =
        done.iter().map(|(change, actor)| ((ground.filled(change.item), change.aspect), (change, actor))).collect();
    let (items, asked) = blamed(&world, &ground.desired, us.map(|us| us.id.as_str())).await;
    assert!(asked <= 2, "{asked} queries for {} items", items.items.len());
    let (mut seen, mut types) = (BTreeSet::new(), BTreeSet::new());
    for item in &items.items {
        let address = item.address.to_string();
        let is = |(place, about): &&(String, &str)| {
            *about == aspect(item) && (address == *place || (place.ends_with('/') && address.starts_with(place)))
        };
        let place = expected.keys().find(is).unwrap_or_else(|| panic!("nobody did this: {item:#?}"));
        let (change, actor) = expected[place];
        seen.insert(place);
        let touch = item.blame.as_ref().expect("it was asked").touches.first().unwrap_or_else(|| panic!("nobody is named: {item:#?}"));
        let ours = us.is_some_and(|us| us.id == actor.id);
        let sort = if ours { &Sort::Ourselves } else { &actor.sort };
        assert_eq!((touch.who.id.as_ref(), &touch.who.sort), (Some(&actor.id), sort), "{item:#?}");
        types.extend(item.blame.iter().flat_map(|blame| &blame.touches).map(|touch| touch.kind.clone()));
        assert!(change.types.contains(&touch.kind.as_str()), "{} is none of {:?}", touch.kind, change.types);
    }
    let all: BTreeSet<_> = expected.keys().collect();
    assert_eq!(seen, all, "every change is drift");
    types
}

#[test]
fn whoever_made_a_change_is_named_for_it() {
    World::new(Config::default()).run(async |world| {
        let ground = Ground::new(world).await;
        let changes = changes();
        let mut dice = Dice::new(7);
        let mut types = BTreeSet::new();
        for change in &changes {
            let actor = dice.pick(&ground.actors).clone();
            types.extend(holds(&ground, &[(change, &actor)], None).await);
        }
        // Of one request, what is told of the app stands for what is told of its client. Groups are nobody's to declare, and neither is
        // which server trusts which; a server that nobody declares is no drift.
        let told = |name: &&str| types.contains(&name.replace("app.oauth2.client.lifecycle", "application.lifecycle"));
        let untold = event_types().filter(|name| touched(name) != Touched::Nothing && !told(name));
        insta::assert_snapshot!(untold.collect::<Vec<_>>().join("\n"), @"
        group.lifecycle.create
        group.profile.update
        group.lifecycle.delete
        app.oauth2.trusted_server.add
        app.oauth2.trusted_server.delete
        ");
        for seed in 0..HISTORIES {
            let mut dice = Dice::new(seed);
            let mut left: Vec<_> = changes.iter().collect();
            let mut done = Vec::new();
            for _ in 0..2 + dice.below(9) {
                let change = left.remove(dice.below(left.len()));
                done.push((change, &ground.actors[dice.below(ground.actors.len())]));
            }
            let us = (dice.below(2) == 0).then(|| &ground.actors[1]);
            holds(&ground, &done, us).await;
        }
    });
}

#[test]
fn many_objects_are_asked_for_with_one_query_for_each_forty() {
    World::new(Config::default()).run(async |world| {
        let documents: Vec<_> = (0..100).map(|n| web(&format!("app-{n}"), &format!("App {n}"))).collect();
        let desired = declared(&documents);
        let (plan, observation) = world.plan(&desired, &Choices::default()).await;
        assert!(world.apply(&plan, &observation).await.is_complete());
        for app in &observation_of(world, &desired).await {
            world.edited(app, "label", json!("Renamed")).await;
        }
        let (items, asked) = blamed(world, &desired, None).await;
        assert_eq!((items.items.len(), asked), (100, 3));
        assert!(items.items.iter().all(|item| item.blame.as_ref().is_some_and(|blame| !blame.touches.is_empty())));
    });
}

async fn observation_of(world: &World, desired: &Desired) -> Vec<String> {
    let observation = world.observe(desired, &Choices::default()).await;
    observation.observed.apps.iter().map(|app| app.id.0.clone()).collect()
}
