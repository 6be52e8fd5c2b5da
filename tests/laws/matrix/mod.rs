//! Every route that the client uses, under everything that can go wrong on the way to it and back, once and always.
//!
//! Whatever happens, a run ends in time; it either did what was asked or says which request kept it from that; it does nothing twice and
//! nothing else; and the next undisturbed run ends where an undisturbed run would have ended in the first place.

mod client_rows;
mod rows;
mod server_rows;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as _;
use std::fmt::Write as _;
use std::time::Duration;

use idpctl::apply::Outcome;
use idpctl::plan::Choices;
use idpctl::resource::app::{READ_ONLY, without};
use idpctl_emulator::{Config, Seen};
use indexmap::IndexMap;
use serde_json::{Value, json};
use tokio::time::Instant;

use self::rows::{Phase, Row, rows};
use crate::kills::servers;
use crate::scenario::{Contents, Live, SECRETS, secret_value};
use crate::story::{org, outcomes};
use crate::world::{World, declared};

/// When a reading of the org, and an apply, are given up.
const TIMEOUT: Duration = Duration::from_mins(1);
/// A clock that ticks in milliseconds may wake somebody a little late.
const TICK: Duration = Duration::from_millis(5);

const KINDS: [&str; 19] = [
    "429",
    "429-bare",
    "concurrency",
    "423",
    "500",
    "503",
    "error-200",
    "captive",
    "redirect",
    "reset-before",
    "reset-after",
    "cut-off",
    "slow=1s",
    "slow=2m",
    "wrong-type",
    "foreign-link",
    "endless",
    "hold",
    "hold-after",
];

/// An org that was made for a row, to be forked for each of its cells.
struct Prepared {
    row: Row,
    world: World,
    /// What somebody has in the org that no manifest speaks of: path and content.
    bystanders: BTreeMap<String, Value>,
    /// What is in the org after an undisturbed run.
    expected: BTreeSet<String>,
}

impl Prepared {
    async fn new(mut world: World, row: Row) -> Self {
        world.settle = Duration::from_secs(3);
        for before in &row.before {
            world.does(before, &row.choices).await;
        }
        let id = world.id_of("Portal").await;
        world.edited(&id, "settings.notes.admin", json!("by hand")).await;
        let theirs = world.made_web("Theirs").await;
        world
            .somebody("POST", &format!("/api/v1/apps/{theirs}/grants"), json!({"scopeId": "okta.users.read", "issuer": world.url()}))
            .await;
        let body = json!({"Name": "Theirs", "Type": "Other", "WellKnownURL": "https://idp.example.com"});
        let provider = world.in_portal("POST", "/oauth-providers", body).await["ID"].to_string();
        let body = json!({"Name": "server-side", "ResponseTypes": "token", "GrantType": "implicit"});
        world.in_portal("POST", &format!("/oauth-providers/{provider}/client-types"), body).await;
        let mut bystanders = BTreeMap::new();
        let there = world.in_portal("GET", &format!("/oauth-providers/{provider}"), Value::Null).await;
        bystanders.insert(format!("/portal-api/oauth-providers/{provider}"), there);
        let built_in = "/api/v1/authorizationServers/default/scopes";
        bystanders.insert(built_in.to_owned(), world.somebody("GET", built_in, Value::Null).await);
        for path in ["", "/grants", "/credentials/secrets"] {
            let path = format!("/api/v1/apps/{theirs}{path}");
            let there = world.somebody("GET", &path, Value::Null).await;
            bystanders.insert(path, there);
        }
        let undisturbed = world.fork();
        undisturbed.does(&row.after, &row.choices).await;
        let expected = everything(&undisturbed).await;
        assert_ne!(everything(&world).await, expected, "{}: there is something to do", row.name);
        Self { row, world, bystanders, expected }
    }

    /// Runs under a fault.
    async fn cell(&self, kind: &str, count: &str) -> Cell {
        let Row { name, method, path, passed, phase, after, choices, .. } = &self.row;
        let after_some = if *passed == 0 { String::new() } else { format!(" after {passed}") };
        let fault = format!("{method} {path} {kind}{after_some}{count}");
        let strikes = |now: Phase| if *phase == now { vec![fault.as_str()] } else { Vec::new() };
        let mut org = self.world.fork();
        org.timeout = Some(TIMEOUT);
        let desired = declared(after);
        let mut wrong = Wrong::default();
        org.suffers(&strikes(Phase::Plan));
        let begun = Instant::now();
        let read = org.try_observe(&desired, choices).await;
        wrong.unless(begun.elapsed() <= TIMEOUT + TICK, || format!("reading took {:?}", begun.elapsed()));
        let mut met = org.met(&self.row);
        let (outcome, text) = match &read {
            Err(error) => ("error", chain(error)),
            Ok(observation) => {
                let plan = org.plan_of(&desired, choices, observation).expect("the manifests fit");
                org.org.clear_requests();
                org.suffers(&strikes(Phase::Apply));
                let begun = Instant::now();
                let report = org.apply(&plan, observation).await;
                wrong.unless(begun.elapsed() <= TIMEOUT + TICK, || format!("applying took {:?}", begun.elapsed()));
                if *phase == Phase::Apply {
                    met = org.met(&self.row);
                }
                let word = report.outcomes.values().map(Outcome::word).find(|word| !["applied", "unchanged"].contains(word));
                (word.unwrap_or("done"), outcomes(&plan, &report))
            }
        };
        let requests = org.org.requests();
        org.suffers(&[]);
        org.timeout = None;
        let there = everything(&org).await;
        if outcome == "done" {
            wrong.unless(there == self.expected, || format!("what is said to be done is not: {there:#?}"));
        } else {
            let named = met.iter().any(|seen| text.contains(&format!("{} {}", seen.method, seen.path)));
            wrong.unless(named, || format!("the request is not named in\n{text}"));
        }
        wrong.unless(!met.is_empty(), || "the route is not used".to_owned());
        find_repetition(&requests, &mut wrong);
        self.find_anything_else(&org, &mut wrong).await;
        let again = org.tries(after, choices).await;
        wrong.unless(everything(&org).await == self.expected, || format!("the next run does not end where this one should have:\n{again}"));
        let plan = org.plan(&desired, choices).await.0;
        wrong.unless(plan.actions.is_empty(), || "a plan after the next run is not empty".to_owned());
        let wrong = wrong.0.into_iter().map(|what| format!("{name}: {fault}: {what}")).collect();
        Cell { outcome, requests: met.len(), wrong }
    }

    /// Finds out whether anything is there twice, and whether anybody else's things were touched.
    async fn find_anything_else(&self, org: &World, wrong: &mut Wrong) {
        for (path, there) in &self.bystanders {
            let now = match path.strip_prefix("/portal-api") {
                Some(path) => org.in_portal("GET", path, Value::Null).await,
                None => org.somebody("GET", path, Value::Null).await,
            };
            wrong.unless(now == *there, || format!("{path} is another"));
        }
        let mut names = BTreeSet::new();
        for (provider, object) in org.portal_objects().await {
            wrong.unless(names.insert(format!("{provider:?} {}", object["Name"])), || format!("{} is there twice", object["Name"]));
        }
        let mut labels = BTreeSet::new();
        for line in org.state().await.lines() {
            let id = line.split(' ').next().expect("a line starts with an id");
            let app = org.read(id).await;
            wrong.unless(labels.insert(app["label"].to_string()), || format!("{} is there twice", app["label"]));
            if app["credentials"]["oauthClient"]["client_id"] == "portal-client" {
                wrong.unless(app["settings"]["notes"]["admin"] == "by hand", || "a field that nobody declared is lost".to_owned());
            }
            let grants = org.somebody("GET", &format!("/api/v1/apps/{id}/grants"), Value::Null).await;
            let mut scopes = BTreeSet::new();
            for grant in grants.as_array().expect("a list") {
                wrong.unless(scopes.insert(grant["scopeId"].to_string()), || format!("{} is granted twice", grant["scopeId"]));
            }
            let mut values = BTreeSet::new();
            for (_, value) in org.secrets_of(id) {
                wrong.unless(values.insert(value), || format!("{} has a secret twice", app["label"]));
            }
        }
    }
}

/// What came of one run.
struct Cell {
    outcome: &'static str,
    /// How many requests the route got.
    requests: usize,
    /// What must not be.
    wrong: Vec<String>,
}

/// What must not be, and is.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn unless(&mut self, right: bool, what: impl FnOnce() -> String) {
        if !right {
            self.0.push(what());
        }
    }
}

/// Returns what is in the org and in the portal, but for ids, times and the values of secrets that the org made: where those are written.
async fn everything(world: &World) -> BTreeSet<String> {
    let mut all = contents(world).await;
    let servers = servers(world).await;
    let servers = Contents::of(&Live { apps: Vec::new(), servers, providers: Vec::new(), written: Vec::new() });
    assert_eq!(servers.faults(&servers), [""; 0]);
    all.insert(format!("{servers:?}"));
    for (provider, object) in world.portal_objects().await {
        let token = object["ID"].as_u64().filter(|_| provider.is_none()).and_then(|id| world.org.live_registration_token(&id.to_string()));
        let body = without(&object, &["ID", "CID", "CreatedAt", "UpdatedAt", "ClientTypes"]);
        all.insert(format!("{provider:?} {token:?} {body}"));
    }
    all
}

impl World {
    /// Returns every provider, and every client type with its provider's name.
    async fn portal_objects(&self) -> Vec<(Option<String>, Value)> {
        let mut objects = Vec::new();
        for provider in self.in_portal("GET", "/oauth-providers", Value::Null).await.as_array().expect("a list") {
            let path = format!("/oauth-providers/{}/client-types", provider["ID"]);
            let listed = self.in_portal("GET", &path, Value::Null).await;
            objects.extend(listed.as_array().expect("a list").iter().map(|item| (Some(provider["Name"].to_string()), item.clone())));
            objects.push((None, provider.clone()));
        }
        objects
    }

    /// Returns the requests that a row is about.
    fn met(&self, row: &Row) -> Vec<Seen> {
        let parts: Vec<_> = row.path.split('/').collect();
        let fits = |seen: &Seen| {
            let there: Vec<_> = seen.path.split('/').collect();
            seen.method == row.method && there.len() == parts.len() && parts.iter().zip(there).all(|(part, is)| *part == "*" || *part == is)
        };
        self.org.requests().into_iter().filter(fits).collect()
    }
}

/// Finds out whether a write was done twice, and whether anybody followed a link or a redirect.
fn find_repetition(requests: &[Seen], wrong: &mut Wrong) {
    let mut done: BTreeMap<String, usize> = BTreeMap::new();
    for seen in requests {
        wrong.unless(!seen.query.contains("elsewhere"), || format!("{} {}?{}", seen.method, seen.path, seen.query));
        // Whose answer is lost is of no use to anybody: another secret takes its place.
        if seen.path.ends_with("/lifecycle/newSecret") {
            continue;
        }
        *done.entry(format!("{} {}", seen.method, seen.path)).or_default() += usize::from(seen.method != "GET" && seen.done);
    }
    wrong.unless(done.values().all(|times| *times <= 1), || format!("done twice: {done:?}"));
}

fn chain(error: &idpctl::observe::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        write!(text, ": {cause}").expect("a String takes it");
        source = cause.source();
    }
    text
}

/// Returns what a row came to, for each outcome and number of requests the kinds of faults; and what must not be.
async fn line(prepared: &Prepared) -> (String, Vec<String>) {
    let (mut text, mut wrong) = (String::new(), Vec::new());
    for (word, count) in [("once", " x1"), ("always", "")] {
        let mut cells: BTreeMap<(&str, usize), Vec<&str>> = BTreeMap::new();
        for kind in KINDS {
            let cell = prepared.cell(kind, count).await;
            cells.entry((cell.outcome, cell.requests)).or_default().push(kind);
            wrong.extend(cell.wrong);
        }
        for ((outcome, requests), kinds) in cells {
            writeln!(text, "    {word:<6} {outcome} {requests}: {}", kinds.join(" ")).expect("a String takes it");
        }
    }
    (text, wrong)
}

/// Runs every cell of some rows; returns what they came to.
fn table(rows: Vec<Row>) -> String {
    let mut wrong = Vec::new();
    let mut table: IndexMap<String, String> = IndexMap::new();
    for row in rows {
        let name = format!("{}: {} {}\n", row.name, row.method, row.path);
        let (line, problems) = org(&[]).run(async |world| line(&Prepared::new(world.fork(), row).await).await);
        // Routes that come to the same are shown together.
        table.entry(line).or_default().push_str(&name);
        wrong.extend(problems);
    }
    let table: String = table.into_iter().map(|(line, names)| names + &line).collect();
    assert!(wrong.is_empty(), "{}\n{table}", wrong.join("\n"));
    table
}

/// Each line says how often the fault struck, what became of the run, how many requests the route got, and under which faults that was so.
#[test]
fn whatever_goes_wrong_on_any_route_is_got_over_or_said() {
    insta::assert_snapshot!(table(rows()), @"
    the org: GET /.well-known/okta-organization
        once   done 1: slow=1s foreign-link
        once   done 2: 429 429-bare concurrency 423 500 503 reset-before reset-after cut-off
        once   error 1: error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always done 1: slow=1s foreign-link
        always error 1: error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always error 6: 423 500 503 reset-before reset-after cut-off
        always error 8: 429 429-bare concurrency
    the list of apps: GET /api/v1/apps
    access policies: GET /api/v1/policies
    grants: GET /api/v1/apps/*/grants
    named groups: GET /api/v1/groups
    groups of an app: GET /api/v1/apps/*/groups
    secrets: GET /api/v1/apps/*/credentials/secrets
        once   done 1: slow=1s
        once   done 2: 429 429-bare concurrency 423 500 503 reset-before reset-after cut-off
        once   error 1: error-200 captive redirect slow=2m wrong-type foreign-link endless hold hold-after
        always done 1: slow=1s
        always error 1: error-200 captive redirect slow=2m wrong-type foreign-link endless hold hold-after
        always error 6: 423 500 503 reset-before reset-after cut-off
        always error 8: 429-bare concurrency
        always error 30: 429
    providers: GET /portal-api/oauth-providers
    client types: GET /portal-api/oauth-providers/*/client-types
        once   done 2: slow=1s foreign-link
        once   done 3: 429 429-bare concurrency 500 503 reset-before reset-after cut-off
        once   error 1: 423 error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always done 2: slow=1s foreign-link
        always error 1: 423 error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always error 6: 500 503 reset-before reset-after cut-off
        always error 8: 429 429-bare concurrency
    the list of apps before a create: GET /api/v1/apps
    grants before a write: GET /api/v1/apps/*/grants
    secrets before a write: GET /api/v1/apps/*/credentials/secrets
        once   done 1: slow=1s
        once   done 2: 429 429-bare concurrency 423 500 503 reset-before reset-after cut-off
        once   failed 1: error-200 captive redirect slow=2m wrong-type foreign-link endless hold hold-after
        always done 1: slow=1s
        always failed 1: error-200 captive redirect slow=2m wrong-type foreign-link endless hold hold-after
        always failed 6: 423 500 503 reset-before reset-after cut-off
        always failed 8: 429-bare concurrency
        always failed 29: 429
    an app before a write: GET /api/v1/apps/*
        once   done 1: slow=1s foreign-link
        once   done 2: 429 429-bare concurrency 423 500 503 reset-before reset-after cut-off
        once   failed 1: error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always done 1: slow=1s foreign-link
        always failed 1: error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always failed 6: 423 500 503 reset-before reset-after cut-off
        always failed 8: 429-bare concurrency
        always failed 30: 429
    an app after a write: GET /api/v1/apps/*
        once   done 2: slow=1s foreign-link
        once   done 3: 429 429-bare concurrency 423 500 503 reset-before reset-after cut-off
        once   in doubt 2: error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always done 2: slow=1s foreign-link
        always in doubt 2: error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always in doubt 7: 423 500 503 reset-before reset-after cut-off
        always in doubt 9: 429-bare concurrency
        always in doubt 31: 429
    a group's access before a write: GET /api/v1/apps/*/groups/*
        once   done 1: slow=1s wrong-type foreign-link
        once   done 2: 429 429-bare concurrency 423 500 503 reset-before reset-after cut-off
        once   failed 1: error-200 captive redirect slow=2m endless hold hold-after
        always done 1: slow=1s wrong-type foreign-link
        always failed 1: error-200 captive redirect slow=2m endless hold hold-after
        always failed 6: 423 500 503 reset-before reset-after cut-off
        always failed 8: 429-bare concurrency
        always failed 30: 429
    providers before a create: GET /portal-api/oauth-providers
    client types before a create: GET /portal-api/oauth-providers/*/client-types
        once   done 2: slow=1s foreign-link
        once   done 3: 429 429-bare concurrency 500 503 reset-before reset-after cut-off
        once   failed 1: 423 error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always done 2: slow=1s foreign-link
        always failed 1: 423 error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always failed 6: 500 503 reset-before reset-after cut-off
        always failed 8: 429 429-bare concurrency
    a provider before a write: GET /portal-api/oauth-providers/*
    a client type before a write: GET /portal-api/oauth-providers/*/client-types/*
        once   done 1: slow=1s foreign-link
        once   done 2: 429 429-bare concurrency 500 503 reset-before reset-after cut-off
        once   failed 1: 423 error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always done 1: slow=1s foreign-link
        always failed 1: 423 error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always failed 6: 500 503 reset-before reset-after cut-off
        always failed 8: 429 429-bare concurrency
    create an app: POST /api/v1/apps
    add a secret: POST /api/v1/apps/*/credentials/secrets
    deactivate a secret: POST /api/v1/apps/*/credentials/secrets/*/lifecycle/deactivate
    activate a secret: POST /api/v1/apps/*/credentials/secrets/*/lifecycle/activate
    delete a secret: DELETE /api/v1/apps/*/credentials/secrets/*
    grant a scope: POST /api/v1/apps/*/grants
    revoke a scope: DELETE /api/v1/apps/*/grants/*
        once   done 1: reset-after cut-off slow=1s wrong-type foreign-link endless
        once   done 2: 429 429-bare concurrency 423 500 503 error-200 captive reset-before
        once   failed 1: redirect
        once   in doubt 1: slow=2m hold hold-after
        always done 1: reset-after cut-off slow=1s wrong-type foreign-link endless
        always failed 1: redirect
        always failed 4: 500 503 error-200 captive reset-before
        always failed 6: 423
        always failed 8: 429-bare concurrency
        always failed 29: 429
        always in doubt 1: slow=2m hold hold-after
    update an app: PUT /api/v1/apps/*
    deactivate an app: POST /api/v1/apps/*/lifecycle/deactivate
    activate an app: POST /api/v1/apps/*/lifecycle/activate
    delete an app: DELETE /api/v1/apps/*
    assign a policy: PUT /api/v1/apps/*/policies/*
    deactivate a key: POST /api/v1/apps/*/credentials/jwks/*/lifecycle/deactivate
    delete a key: DELETE /api/v1/apps/*/credentials/jwks/*
    assign a group: PUT /api/v1/apps/*/groups/*
    withdraw a group: DELETE /api/v1/apps/*/groups/*
        once   done 1: reset-after cut-off slow=1s wrong-type foreign-link endless
        once   done 2: 429 429-bare concurrency 423 500 503 error-200 captive reset-before
        once   failed 1: redirect
        once   in doubt 1: slow=2m hold hold-after
        always done 1: reset-after cut-off slow=1s wrong-type foreign-link endless
        always failed 1: redirect
        always failed 4: 500 503 error-200 captive reset-before
        always failed 6: 423
        always failed 8: 429-bare concurrency
        always failed 30: 429
        always in doubt 1: slow=2m hold hold-after
    create a provider: POST /portal-api/oauth-providers
    update a provider: PUT /portal-api/oauth-providers/*
    create a client type: POST /portal-api/oauth-providers/*/client-types
    update a client type: PUT /portal-api/oauth-providers/*/client-types/*
    delete a client type: DELETE /portal-api/oauth-providers/*/client-types/*
        once   done 1: reset-after cut-off slow=1s wrong-type foreign-link endless
        once   done 2: 429 429-bare concurrency 500 503 error-200 captive reset-before
        once   failed 1: 423 redirect
        once   in doubt 1: slow=2m hold hold-after
        always done 1: reset-after cut-off slow=1s wrong-type foreign-link endless
        always failed 1: 423 redirect
        always failed 4: 500 503 error-200 captive reset-before
        always failed 8: 429 429-bare concurrency
        always in doubt 1: slow=2m hold hold-after
    ");
}

#[test]
fn a_list_is_whole_or_an_error_whatever_goes_wrong_on_a_later_page() {
    World::new(Config { frozen_clock: true, seed_apps: 401, ..Config::default() }).run(async |world| {
        let mut cells: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for kind in KINDS {
            let mut org = world.fork();
            org.timeout = Some(TIMEOUT);
            org.suffers(&[&format!("GET /api/v1/apps {kind} after 1")]);
            let read = org.try_observe(&declared(&[]), &Choices::default()).await;
            let met = org.org.requests().iter().filter(|seen| seen.path == "/api/v1/apps").count();
            let came = match read {
                Ok(observation) => format!("{} apps", observation.observed.apps.len()),
                Err(error) => {
                    assert!(chain(&error).contains("`GET /api/v1/apps?after="), "{kind}: {}", chain(&error));
                    "error".to_owned()
                }
            };
            cells.entry(format!("{came} {met}")).or_default().push(kind);
        }
        let table: String = cells.into_iter().map(|(came, kinds)| format!("{came}: {}\n", kinds.join(" "))).collect::<Vec<_>>().concat();
        insta::assert_snapshot!(table, @"
        401 apps 3: slow=1s
        error 2: error-200 captive redirect slow=2m wrong-type foreign-link endless hold hold-after
        error 31: 429
        error 7: 423 500 503 reset-before reset-after cut-off
        error 9: 429-bare concurrency
        ");
    });
}

/// Returns what is in an org, but for what differs from run to run: ids.
async fn contents(world: &World) -> BTreeSet<String> {
    let mut contents = BTreeSet::new();
    for line in world.state().await.lines() {
        let id = line.split(' ').next().expect("a line starts with an id");
        let app = world.read(id).await;
        let policy = app["_links"]["accessPolicy"]["href"].as_str().and_then(|href| href.rsplit('/').next()).unwrap_or_default().to_owned();
        let grants = world.somebody("GET", &format!("/api/v1/apps/{id}/grants"), Value::Null).await;
        let scopes: BTreeSet<_> = grants.as_array().into_iter().flatten().map(|g| g["scopeId"].to_string()).collect();
        let groups = world.somebody("GET", &format!("/api/v1/apps/{id}/groups"), Value::Null).await;
        let group = |g: &Value| format!("{} {} {}", g["id"], g["priority"], g["profile"]);
        let groups: BTreeSet<_> = groups.as_array().into_iter().flatten().map(group).collect();
        let files = world.files();
        let written =
            |value: &String| files.iter().filter(|(_, secret)| *secret == value).map(|(file, _)| file.clone()).collect::<Vec<_>>();
        let ours = |value: &String| SECRETS.into_iter().find(|name| secret_value(name) == *value);
        let secrets = world.secrets_of(id).into_iter().map(|(status, value)| format!("{status} {:?} {:?}", ours(&value), written(&value)));
        let secrets: BTreeSet<_> = secrets.collect();
        let body = without(&app, &READ_ONLY).to_string().replace(id, "{id}");
        contents.insert(format!("{} {policy} {scopes:?} {groups:?} {secrets:?} {body}", app["status"]));
    }
    contents
}
