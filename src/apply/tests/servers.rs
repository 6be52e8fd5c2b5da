//! Authorization servers against the emulated org: from nothing to all of it, and from all of it to what is left.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use idpctl_emulator::{Config, Org};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::apply::{NoJournal, Options, Outcome, Report, apply};
use crate::desired::Desired;
use crate::desired::server_tests::{declared_beside, shown};
use crate::diff::SecretHashes;
use crate::http::{BaseUrl, Budget, Credentials, FnTransport, Governor, InProcessTransport, Jitter, RetryPolicy, Transport as _, Writer};
use crate::observe::{Expected, Silent, Sweep};
use crate::pipeline;
use crate::plan::{Choices, Plan, approve};
use crate::secret::Secret;
use crate::secrets::Outputs;

const APP: &str = "apiVersion: idpctl/v1
kind: App
metadata: {name: billing-worker}
spec:
  label: Billing worker
  credentials: {oauthClient: {token_endpoint_auth_method: client_secret_basic}}
  settings: {oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}}
";

/// Everything that can be said of a server, with the braces of a slot in a name.
const ORDERS: &str = "metadata: {name: orders}
spec:
  name: orders
  description: Orders
  audiences: ['https://api.example.com']
  status: INACTIVE
  scopes:
    - {name: openid, metadataPublish: NO_CLIENTS}
    - {name: orders.read, consent: FLEXIBLE, description: Read orders}
  claims:
    - {name: team, claimType: RESOURCE, valueType: EXPRESSION, value: '\"x\"', conditions: {scopes: [orders.read]}}
    - {name: team, claimType: IDENTITY, valueType: EXPRESSION, value: '\"y\"'}
  policies:
    - {name: everybody, description: All, priority: 20, status: INACTIVE, conditions: {clients: {include: [ALL_CLIENTS]}}}
    - name: workers
      description: Workers
      priority: 10
      conditions: {clients: {include: [billing-worker]}}
      rules:
        - name: tokens {a}
          priority: 9
          conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: [orders.read]}}
          actions: {token: {accessTokenLifetimeMinutes: 30}}
        - {name: spare, priority: 5, status: INACTIVE, conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: ['*']}}}
";

struct World {
    org: Org,
    writer: Writer,
}

/// What becomes of an answer to a write on its way: given the path, and the object.
type OnTheWay = fn(&str, &mut Value);

impl World {
    fn new(faults: &[&str]) -> Self {
        Self::with(faults, |_, _| ())
    }

    fn with(faults: &[&str], on_the_way: OnTheWay) -> Self {
        let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
        let org = Org::open(Config { faults, ..Config::default() }).unwrap();
        let token = Secret::new(org.okta_token().to_owned());
        let credentials = Credentials::ssws(BaseUrl::parse("http://127.0.0.1").unwrap(), token).unwrap();
        let inner = InProcessTransport::new(org.clone());
        let transport = Arc::new(FnTransport(move |request: http::Request<Vec<u8>>| {
            let (inner, path, reads) = (inner.clone(), request.uri().path().to_owned(), request.method() == http::Method::GET);
            async move {
                let mut answer = inner.send(request).await?;
                if let Ok(mut object) = serde_json::from_slice::<Value>(answer.body())
                    && !reads
                {
                    on_the_way(&path, &mut object);
                    *answer.body_mut() = object.to_string().into_bytes();
                }
                Ok(answer)
            }
        }));
        let policy = RetryPolicy { jitter: Jitter::from_fn(|_| 0), ..RetryPolicy::default() };
        let writer = Writer::new(transport, credentials, Governor::new(Budget::default()), policy);
        Self { org, writer }
    }

    async fn plan(&self, desired: &Desired, prune: bool) -> (Plan, Instant) {
        let sweep = Sweep {
            reader: self.writer.reader().clone(),
            systems: [crate::address::System::Okta].into(),
            parallelism: 8.try_into().unwrap(),
            progress: Arc::new(Silent),
        };
        let (hashes, choices) = (SecretHashes::new(), Choices { prune, ..Choices::default() });
        let observation = pipeline::observe(desired, &hashes, &choices, sweep, &Expected::default()).await.unwrap();
        match pipeline::plan(desired, &observation.observed, &hashes, choices) {
            Ok(plan) => (plan, observation.at),
            Err(pipeline::Error::Problems(problems)) => panic!("{}", shown(&problems)),
            Err(other) => panic!("{other}"),
        }
    }

    async fn apply(&self, plan: &Plan, observed_at: Instant) -> Report {
        let (_, stop) = watch::channel(false);
        let options = Options {
            parallelism: 8.try_into().unwrap(),
            settle: Duration::from_secs(2),
            observed_at,
            stop,
            outputs: Outputs::default(),
            journal: Arc::new(NoJournal),
        };
        apply(plan, self.writer.clone(), BTreeMap::new(), options).await
    }

    /// Makes the org what is declared, and makes sure that nothing is left to do.
    async fn converge(&self, desired: &Desired) {
        let (plan, at) = self.plan(desired, true).await;
        assert_eq!(said(&self.apply(&plan, at).await, |outcome| !matches!(outcome, Outcome::Applied)), "");
        let (rest, _) = self.plan(desired, true).await;
        assert_eq!(addresses(&rest), "");
    }

    /// Returns the writes that were answered, but for the app's.
    fn writes(&self) -> String {
        let writes = self.org.requests().into_iter().filter(|seen| seen.method != "GET" && !seen.path.starts_with("/api/v1/apps"));
        writes.map(|seen| format!("{} {}\n", seen.method, seen.path)).collect::<Vec<_>>().concat()
    }
}

fn addresses(plan: &Plan) -> String {
    plan.actions.iter().map(|action| format!("{:?} {}\n", action.verb, action.address)).collect::<Vec<_>>().concat()
}

fn said(report: &Report, which: impl Fn(&Outcome) -> bool) -> String {
    let line = |outcome: &Outcome| match outcome {
        Outcome::Failed { why } => format!("failed: {why}"),
        Outcome::Refused { why } | Outcome::Skipped { why } | Outcome::InDoubt { why } => format!("{}: {why}", outcome.word()),
        Outcome::Applied | Outcome::Unchanged => outcome.word().to_owned(),
    };
    let lines = report.outcomes.iter().filter(|(_, outcome)| which(outcome));
    lines.map(|(address, outcome)| format!("{address} {}\n", line(outcome))).collect::<Vec<_>>().concat()
}

#[tokio::test(start_paused = true)]
async fn a_server_is_made_whole_changed_and_emptied_again() {
    let world = World::new(&[]);
    world.converge(&declared_beside(APP, ORDERS)).await;
    // The order of the policies the other way round, another status everywhere, and nobody but the declared app.
    let other = ORDERS
        .replace("priority: 20, status: INACTIVE", "priority: 5, status: ACTIVE")
        .replace("priority: 5, status: INACTIVE, conditions: {grantTypes", "priority: 50, status: ACTIVE, conditions: {grantTypes")
        .replace("  status: INACTIVE\n", "  status: ACTIVE\n")
        .replace("[ALL_CLIENTS]", "[billing-worker]")
        .replace("NO_CLIENTS", "ALL_CLIENTS")
        .replace("FLEXIBLE", "IMPLICIT")
        .replace("'\"x\"'", "'\"z\"'");
    world.converge(&declared_beside(APP, &other)).await;
    world
        .converge(&declared_beside(
            APP,
            "metadata: {name: orders}\nspec: {name: orders, audiences: [b], scopes: [], claims: [], policies: []}\n",
        ))
        .await;
}

#[tokio::test(start_paused = true)]
async fn what_an_approved_plan_left_undone_is_covered_by_it() {
    let world = World::new(&["POST /api/v1/authorizationServers/*/scopes 500 x4", "POST /api/v1/authorizationServers/*/policies 423 x2"]);
    let desired = declared_beside(APP, ORDERS);
    let (approved, at) = world.plan(&desired, false).await;
    let report = world.apply(&approved, at).await;
    insta::assert_snapshot!(said(&report, |outcome| !matches!(outcome, Outcome::Applied)), @"
    AuthorizationServer/orders/claim/RESOURCE/team skipped: AuthorizationServer/orders/scope/orders.read did not come about
    AuthorizationServer/orders/policy/workers/rule/tokens %7Ba%7D skipped: AuthorizationServer/orders/scope/orders.read did not come about
    AuthorizationServer/orders/scope/orders.read failed: could not do POST /api/v1/authorizationServers/ausf00000EQ5CKs445d7/scopes, which was sent 4 times
    ");
    let (rest, at) = world.plan(&desired, false).await;
    assert_eq!(approve(&rest, &approved), []);
    assert!(world.apply(&rest, at).await.is_complete());
    assert_eq!(addresses(&world.plan(&desired, false).await.0), "");
    let sent = |what: &str| world.writes().lines().filter(|line| line.starts_with("POST") && line.ends_with(what)).count();
    assert_eq!(sent("/policies"), 2 + 2, "what was refused because priorities were being reconciled was sent again");
}

#[tokio::test(start_paused = true)]
async fn what_was_done_without_an_answer_is_found_and_not_done_twice() {
    let faults = ["scopes", "claims", "policies", "policies/*/rules"]
        .map(|list| format!("POST /api/v1/authorizationServers/*/{list} reset-after x1"));
    let world = World::new(&faults.iter().map(String::as_str).collect::<Vec<_>>());
    world.converge(&declared_beside(APP, ORDERS)).await;
    let made = |what: &str| world.writes().lines().filter(|line| line.starts_with("POST") && line.ends_with(what)).count();
    assert_eq!((made("/scopes"), made("/claims"), made("/policies"), made("/rules")), (1, 2, 2, 2));
}

#[tokio::test(start_paused = true)]
async fn whatever_number_comes_of_a_priority_is_fine() {
    let world = World::with(&[], |path, object| {
        if path.contains("/policies") && object.get("priority").is_some() {
            object["priority"] = json!(1);
        }
    });
    world.converge(&declared_beside(APP, ORDERS)).await;
    let reordered = ORDERS.replace("priority: 20", "priority: 3").replace("priority: 9", "priority: 3");
    world.converge(&declared_beside(APP, &reordered)).await;
}

#[tokio::test(start_paused = true)]
async fn a_priority_whose_answer_never_came_is_sent_again_though_more_than_it_was_changed() {
    let world = World::new(&[]);
    world.converge(&declared_beside(APP, ORDERS)).await;
    world.org.set_faults(vec!["PUT /api/v1/authorizationServers/*/policies/* reset-after x2".parse().unwrap()]);
    let reordered = ORDERS.replace("priority: 20", "priority: 3").replace("description: All", "description: Others");
    world.converge(&declared_beside(APP, &reordered)).await;
    let written = world.writes();
    assert!(written.lines().filter(|line| line.starts_with("PUT") && line.contains("/policies/")).count() > 2, "{written}");
}

#[tokio::test(start_paused = true)]
async fn a_field_that_comes_out_otherwise_fails_its_object_and_those_below() {
    let world = World::with(&[], |path, object| {
        if path.ends_with("/policies") && object["name"] == "workers" {
            object["conditions"]["clients"]["include"] = json!([]);
        }
        if path.ends_with("/scopes") {
            object["consent"] = json!("IMPLICIT");
        }
    });
    let (plan, at) = world.plan(&declared_beside(APP, ORDERS), false).await;
    insta::assert_snapshot!(said(&world.apply(&plan, at).await, |outcome| !matches!(outcome, Outcome::Applied)), @r#"
    AuthorizationServer/orders/claim/RESOURCE/team skipped: AuthorizationServer/orders/scope/orders.read did not come about
    AuthorizationServer/orders/policy/everybody skipped: AuthorizationServer/orders/policy/workers did not come about
    AuthorizationServer/orders/policy/workers failed: the server accepted POST /api/v1/authorizationServers/ausf00000EQ5CKs445d7/policies and did not do what was asked: `conditions.clients.include` is [] and not ["0oaf000008Euf57TO5d7"]
    AuthorizationServer/orders/policy/workers/rule/spare skipped: AuthorizationServer/orders/policy/workers did not come about
    AuthorizationServer/orders/policy/workers/rule/tokens %7Ba%7D skipped: AuthorizationServer/orders/policy/workers did not come about
    AuthorizationServer/orders/scope/orders.read failed: the server accepted POST /api/v1/authorizationServers/ausf00000EQ5CKs445d7/scopes and did not do what was asked: `consent` is "IMPLICIT" and not "FLEXIBLE"
    "#);
}

#[tokio::test(start_paused = true)]
async fn what_was_changed_since_the_plan_was_made_is_refused() {
    let world = World::new(&[]);
    world.converge(&declared_beside(APP, ORDERS)).await;
    let (late, at) = world.plan(&declared_beside(APP, &ORDERS.replace("Read orders", "Read")), false).await;
    world.converge(&declared_beside(APP, &ORDERS.replace("FLEXIBLE", "IMPLICIT"))).await;
    let report = world.apply(&late, at).await;
    let told = said(&report, |_| true);
    assert!(told.starts_with("AuthorizationServer/orders/scope/orders.read refused: the scope scp"), "{told}");
    assert!(told.ends_with(" was changed since the plan was made; plan again to see how\n"), "{told}");
}
