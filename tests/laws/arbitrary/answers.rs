//! Bytes to the answers of an org, and through reading it, planning and applying, on a clock that stands still unless everybody waits.
//!
//! The org is sound for the most part: it answers what it was asked, and here and there something else. Laws: all of it ends, and no later
//! than the deadline allows; every action has an outcome; what is said of it is inert; a secret is in nothing but the one member of the
//! requests that set it; and what an org shows under a secret's name is in nothing that is kept or said.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderValue, Response, StatusCode};
use idpctl::apply::{self, NoJournal, Report};
use idpctl::bind::Details;
use idpctl::http::{BaseUrl, Budget, Credentials, FnTransport, Governor, Jitter, Reader, RetryPolicy, Transport, TransportError, Writer};
use idpctl::json::{Path, Step};
use idpctl::observe::{self, Expected, Silent, Sweep};
use idpctl::observed::{Clean, LiveApp, Observed};
use idpctl::plan::{Plan, write};
use idpctl::render::{self, Style, json_text};
use idpctl::secret::Secret;
use idpctl::secrets::Outputs;
use idpctl::{pipeline, program};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::bytes::Bytes;
use super::org::Objects;
use super::plans::{self, ORG};
use super::trees::{mutate, places, tree};
use super::{HUSH, assert_inert, chain};

/// A secret that the org alone knows: it can be told by its name only.
const UNHEARD: &str = "unheard-3Kp8vN1rTs6";
/// Names under which an org may show a secret.
const SECRET: [&str; 6] = ["client_secret", "secret_hash", "password", "accessToken", "privateKey", "apiKey"];
const STATUSES: [u16; 12] = [200, 404, 500, 401, 403, 400, 409, 423, 429, 204, 302, 503];
const DEADLINE: Duration = Duration::from_mins(15);
/// What is left to do after the deadline: every request fails at once, and a failed write is looked after again some times.
const AFTERMATH: Duration = Duration::from_mins(15);

/// Takes bytes as what an org answers while it is read and planned for (the first is even), or while a plan is applied. How often something
/// is wrong is the first byte's choice, and which part of the plan is applied the next two's.
pub(crate) fn run(data: &[u8]) {
    let (first, rest) = data.split_first().unwrap_or((&0, &[]));
    let mut bytes = Bytes::new(rest);
    if first % 2 == 0 {
        within_time(read(Org::new(rest, usize::from(*first) % 60)));
    } else {
        let plan = plans::part(u32::from_be_bytes([0, bytes.byte(), bytes.byte(), bytes.byte()]));
        within_time(written(Org::new(bytes.rest(), usize::from(*first) % 60), &plan));
    }
}

/// Returns what an org in which all is well makes of the whole plan.
pub(crate) fn applied() -> Vec<String> {
    let report = within_time(written(Org::new(&[], 0), plans::plan()));
    report.outcomes.iter().map(|(address, outcome)| format!("{address} {}", outcome.word())).collect()
}

fn within_time<T>(what: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime starts");
    runtime.block_on(async {
        let began = Instant::now();
        let result = what.await;
        assert!(began.elapsed() <= DEADLINE + AFTERMATH, "{:?}", began.elapsed());
        result
    })
}

/// An org that chooses by an input's bytes.
struct Org {
    choices: Mutex<Vec<u8>>,
    objects: Mutex<Objects>,
    /// In how many of a hundred answers something is wrong.
    faults: usize,
}

type Outcome = Result<Response<Vec<u8>>, TransportError>;

impl Org {
    fn new(choices: &[u8], faults: usize) -> Arc<Self> {
        Arc::new(Self { choices: Mutex::new(choices.to_vec()), objects: Mutex::new(Objects::new()), faults })
    }

    fn answer(&self, request: &http::Request<Vec<u8>>) -> (Duration, Outcome) {
        kept_in_its_place(request);
        let mut left = self.choices.lock().expect("no panic");
        let data = std::mem::take(&mut *left);
        let mut bytes = Bytes::new(&data);
        let answer = self.choose(request, &mut bytes);
        *left = bytes.rest().to_vec();
        answer
    }

    fn choose(&self, request: &http::Request<Vec<u8>>, bytes: &mut Bytes<'_>) -> (Duration, Outcome) {
        let (mut status, mut body) = self.objects.lock().expect("no panic").answer(request);
        let mut headers = vec![("content-type", "application/json".to_owned())];
        let mut raw = None;
        let after = Duration::from_millis(20);
        if bytes.chance(self.faults) {
            match bytes.below(9) {
                0 => return (after, Err(TransportError::Broken("reset".to_owned()))),
                1 => return (after, Err(TransportError::TooLarge { limit: 64 << 20 })),
                2 => raw = Some(bytes.some(64).to_vec()),
                3 => body = tree(bytes, 4),
                4 => {
                    status = *bytes.pick(&STATUSES);
                    body = problem(bytes);
                }
                5 => {
                    let value = bytes.pick(&["text/html", "application/json; charset=utf-8", "application/problem+json", HUSH, ""]);
                    (*value).clone_into(&mut headers[0].1);
                }
                6 => {
                    status = *bytes.pick(&STATUSES);
                    let value = bytes.pick(&["https://elsewhere.example.com/\u{7f}", "<https://acme.okta.com/x>; rel=next", HUSH, "1"]);
                    headers.push((*bytes.pick(&["location", "link", "x-okta-request-id", "retry-after"]), (*value).to_owned()));
                }
                _ => mutate(&mut body, bytes),
            }
            plant(&mut body, bytes);
        }
        let body = raw.unwrap_or_else(|| if status == 204 { Vec::new() } else { body.to_string().into_bytes() });
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(status).expect("a status");
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                response.headers_mut().append(name, value);
            }
        }
        (after, Ok(response))
    }
}

fn problem(bytes: &mut Bytes<'_>) -> Value {
    let code = bytes.pick(&["E0000007", "E0000001", "E0000239", "E0000268", "E0000047", "E0000015", "\u{1b}[31m"]);
    json!({"errorCode": code, "errorSummary": format!("Api validation failed: {HUSH}"), "errorId": HUSH,
        "errorCauses": [{"errorSummary": format!("the token {HUSH}-2 \u{202e}{}", bytes.text(12))}], "error_description": HUSH})
}

/// Puts a secret that only the org knows under a secret's name, somewhere but in a profile, which is nobody's place for one.
fn plant(body: &mut Value, bytes: &mut Bytes<'_>) {
    let in_profile = |path: &Path| path.steps().contains(&Step::Key("profile".to_owned()));
    let objects: Vec<Path> =
        places(body).into_iter().filter(|path| !in_profile(path) && path.find(body).is_some_and(Value::is_object)).collect();
    if !objects.is_empty() {
        bytes.pick(&objects).key(bytes.pick::<&str>(&SECRET)).set(body, json!(UNHEARD));
    }
}

/// A secret is sent in the member that sets it, and nowhere else.
fn kept_in_its_place(request: &http::Request<Vec<u8>>) {
    assert!(!request.uri().to_string().contains(HUSH), "{}", request.uri());
    let signed = request.headers().get("authorization").is_none_or(|value| value == "SSWS 00-token");
    assert!(signed && request.headers().iter().all(|(_, value)| !value.as_bytes().windows(HUSH.len()).any(|part| part == HUSH.as_bytes())));
    let Ok(mut body) = serde_json::from_slice::<Value>(request.body()) else { return };
    for path in ["client_secret", "credentials.oauthClient.client_secret"] {
        Path::of(path).remove(&mut body);
    }
    assert!(!body.to_string().contains(HUSH), "{body}");
}

fn connection(org: &Arc<Org>, reads_only: bool) -> (Arc<dyn Transport>, Credentials, Governor, RetryPolicy) {
    let org = Arc::clone(org);
    let transport = FnTransport(move |request: http::Request<Vec<u8>>| {
        assert!(!reads_only || request.method() == "GET", "a plan cannot write");
        let (after, outcome) = org.answer(&request);
        async move {
            sleep(after).await;
            outcome
        }
    });
    let token = Secret::new("00-token".to_owned());
    let credentials = Credentials::ssws(BaseUrl::parse(ORG).expect("an address"), token).expect("a token");
    let policy = RetryPolicy { jitter: Jitter::from_fn(|most| most / 2), ..RetryPolicy::default() }.timeout(DEADLINE);
    let hidden = plans::values().map(|(_, secret)| secret);
    (Arc::new(transport), credentials.hiding(hidden), Governor::new(Budget::default()), policy)
}

/// Reads the org, every route of it, and plans.
async fn read(org: Arc<Org>) {
    let (transport, credentials, governor, policy) = connection(&org, true);
    let reader = Reader::new(transport, credentials, governor, policy);
    let sweep = Sweep {
        reader: reader.clone(),
        systems: [idpctl::address::System::Okta].into(),
        parallelism: NonZeroUsize::MIN,
        progress: Arc::new(Silent),
    };
    match details(sweep).await {
        Ok(observed) => planned(&observed),
        Err(error) => said(&chain(&error)),
    }
    for app in observe::apps_labelled(&reader, "web").await.unwrap_or_default() {
        unseen(&format!("{app:?}"));
    }
}

async fn details(sweep: Sweep) -> Result<Observed, observe::Error> {
    let listed = sweep.list(&Expected::default()).await?;
    let ids: BTreeSet<_> = listed.observed().apps.iter().map(|app| app.id.clone()).collect();
    listed.details(Details { secrets: ids.clone(), grants: ids, policies: true, ..Details::default() }).await
}

fn planned(observed: &Observed) {
    unseen(&format!("{observed:?}"));
    match pipeline::plan(plans::desired(), observed, &plans::hashes(), plans::choices()) {
        Ok(plan) => {
            unseen(&write(&plan));
            let addresses: BTreeSet<_> = plan.actions.iter().map(|action| &action.address).collect();
            assert_eq!(addresses.len(), plan.actions.len(), "every action has an address of its own");
            said(&render::plan::text(&plan, Style { requests: true, ..Style::default() }));
            made_once_is_made(&plan.actions, observed);
        }
        Err(pipeline::Error::Problems(problems)) => unseen(&format!("{problems:?}")),
        Err(error) => said(&chain(&error)),
    }
}

/// An update that is made as the plan says leaves nothing to be updated.
fn made_once_is_made(actions: &[program::Action], observed: &Observed) {
    let mut after = observed.clone();
    let mut made = Vec::new();
    for action in actions.iter().filter(|action| action.verb == program::Verb::Update && action.address.child.is_empty()) {
        let Some(live) = after.apps.iter_mut().find(|app| action.address.name == *app.marker.as_ref().map_or("", |m| &m.owner.name)) else {
            continue;
        };
        for step in &action.steps {
            if let program::Body::Edited { edits, .. } = &step.call.body {
                edit(live, edits);
                made.push(action.address.clone());
            }
        }
    }
    let Ok(plan) = pipeline::plan(plans::desired(), &after, &plans::hashes(), plans::choices()) else { return };
    for action in plan.actions.iter().filter(|action| action.verb == program::Verb::Update && made.contains(&action.address)) {
        let again = action.steps.iter().any(|step| matches!(step.call.body, program::Body::Edited { .. }));
        assert!(!again, "{} is to be updated again: {:#?}", action.address, action.fields);
    }
}

fn edit(live: &mut LiveApp, edits: &[program::Edit]) {
    let mut tree = live.body.tree();
    for program::Edit { path, value } in edits {
        match value {
            Some(value) => path.set(&mut tree, value.clone()),
            None => drop(path.remove(&mut tree)),
        }
    }
    for (name, value) in [("id", &live.id.0), ("status", &live.status.as_str().to_owned())] {
        tree[name] = json!(value);
    }
    let policy = live.access_policy.take();
    if let Some(app) = LiveApp::read(&Clean::new(&tree)) {
        *live = LiveApp { access_policy: policy, ..app };
    }
}

/// Applies a plan.
async fn written(org: Arc<Org>, plan: &Plan) -> Report {
    let (transport, credentials, governor, policy) = connection(&org, false);
    let options = apply::Options {
        parallelism: NonZeroUsize::MIN.saturating_add(3),
        settle: Duration::from_secs(5),
        observed_at: Instant::now(),
        stop: watch::channel(false).1,
        outputs: Outputs::default(),
        journal: Arc::new(NoJournal),
    };
    let report = apply::apply(plan, Writer::new(transport, credentials, governor, policy), plans::values().collect(), options).await;
    assert_eq!(report.outcomes.len(), plan.actions.len(), "every action has an outcome");
    said(&render::outcomes::text(plan, &report, Style::default()));
    said(&json_text(&render::outcomes::json(plan, &report)));
    report
}

/// What people see is inert and without secrets.
fn said(text: &str) {
    assert_inert(text);
    assert!(!text.contains(HUSH), "{text}");
    unseen(text);
}

fn unseen(text: &str) {
    assert!(!text.contains(UNHEARD), "{text}");
}
