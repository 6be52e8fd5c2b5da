//! A thousand apps within Okta's rate limits, on paused time: never a 429 by our own doing, little of the budget unused, waits as told, and
//! a forecast that comes true.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use idpctl::apply::{self, NoJournal};
use idpctl::desired::Desired;
use idpctl::diff::SecretHashes;
use idpctl::http::{
    BaseUrl, Bucket, Budget, Credentials, Governor, InProcessTransport, Jitter, Reader, RetryPolicy, Sending, Transport, Writer,
};
use idpctl::observe::{self, Expected, Progress, Step, Sweep};
use idpctl::pipeline::{self, Observation};
use idpctl::plan::{Choices, Plan};
use idpctl::secret::Secret;
use idpctl::secrets::Outputs;
use idpctl_emulator::{Config, Org};
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::story::{grant, web, with};
use crate::world::declared_by;

const LATENCY: Duration = Duration::from_millis(50);
/// After so long, what was sent before counts no more.
const A_WINDOW: Duration = Duration::from_secs(62);
const PARALLELISM: NonZeroUsize = NonZeroUsize::new(8).expect("eight is not zero");
/// The default budget, half of what the small bucket and that of apps by id hold.
const BUDGET: [(Bucket, f64); 2] = [(Bucket::Apps, 50.0), (Bucket::AppById, 250.0)];

/// A request that was answered, as the client's side sees it.
#[derive(Debug, Clone, Copy)]
struct Sent {
    bucket: Bucket,
    at: Instant,
    answered: Instant,
    /// Which event the sending and the answer were, counted from the first: several happen at one instant.
    order: [usize; 2],
    status: u16,
    reset: i64,
    /// What the answer asks to wait: reset − date + 1 s.
    wait: Duration,
}

/// Keeps what is sent to an org and what comes back.
struct Tap {
    org: InProcessTransport,
    sent: Mutex<Vec<Sent>>,
    events: AtomicUsize,
}

impl Transport for Tap {
    fn send(&self, request: http::Request<Vec<u8>>) -> Sending<'_> {
        Box::pin(async move {
            let (bucket, at) = (Bucket::of(request.uri().path()), Instant::now());
            let sending = self.events.fetch_add(1, Ordering::Relaxed);
            let answer = self.org.send(request).await?;
            let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
            let date = header("date").and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).expect("an answer has a date");
            let reset = header("x-rate-limit-reset").and_then(|reset| reset.parse().ok()).unwrap_or_default();
            let wait = Duration::from_secs(u64::try_from(reset - date.timestamp().as_second() + 1).unwrap_or_default());
            let order = [sending, self.events.fetch_add(1, Ordering::Relaxed)];
            let sent = Sent { bucket, at, answered: Instant::now(), order, status: answer.status().as_u16(), reset, wait };
            self.sent.lock().expect("no test has panicked").push(sent);
            Ok(answer)
        })
    }
}

/// Keeps what is told of the reading.
#[derive(Default)]
struct Heard(Mutex<Vec<(Instant, Step)>>);

impl Progress for Heard {
    fn tell(&self, step: Step) {
        self.0.lock().expect("no test has panicked").push((Instant::now(), step));
    }
}

/// One run with a governor of its own, as every process has.
pub(crate) struct Run {
    tap: Arc<Tap>,
    writer: Writer,
    heard: Arc<Heard>,
    parallelism: NonZeroUsize,
}

impl Run {
    pub(crate) fn new(org: &Org) -> Self {
        let tap = Arc::new(Tap { org: InProcessTransport::new(org.clone()), sent: Mutex::default(), events: AtomicUsize::new(0) });
        let url = BaseUrl::parse("http://127.0.0.1:7").expect("a loopback address");
        let credentials = Credentials::ssws(url, Secret::new(org.okta_token().to_owned())).expect("a token that can stand in a header");
        let policy = RetryPolicy { jitter: Jitter::from_fn(|_| 0), ..RetryPolicy::default() };
        let writer = Writer::new(Arc::clone(&tap) as _, credentials, Governor::new(Budget::default()), policy);
        Self { tap, writer, heard: Arc::default(), parallelism: PARALLELISM }
    }

    pub(crate) fn reader(&self) -> Reader {
        self.writer.reader().clone()
    }

    async fn plan(&self, desired: &Desired) -> (Plan, Observation) {
        let (hashes, choices) = (SecretHashes::new(), Choices::default());
        let sweep = Sweep {
            reader: self.reader(),
            systems: [idpctl::address::System::Okta].into(),
            parallelism: self.parallelism,
            progress: Arc::clone(&self.heard) as _,
        };
        let observation = pipeline::observe(desired, &hashes, &choices, sweep, &Expected::default()).await.expect("the org is read");
        let plan = pipeline::plan(desired, &observation.observed, &hashes, choices).expect("the manifests fit the org");
        (plan, observation)
    }

    async fn apply(&self, plan: &Plan, observation: &Observation) {
        let options = apply::Options {
            parallelism: self.parallelism,
            settle: Duration::from_secs(10),
            observed_at: observation.at,
            stop: watch::channel(false).1,
            outputs: Outputs::default(),
            journal: Arc::new(NoJournal),
        };
        let report = apply::apply(plan, self.writer.clone(), BTreeMap::new(), options).await;
        assert!(report.is_complete(), "{report:#?}");
    }

    fn sent(&self) -> MutexGuard<'_, Vec<Sent>> {
        self.tap.sent.lock().expect("no test has panicked")
    }

    /// Returns what was sent since the last time.
    fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut self.sent())
    }
}

/// Opens an org with some limits. Its clock is ahead of this machine's, so that it goes by paused time alone.
pub(crate) async fn org(limits: &str, faults: &[&str]) -> Org {
    let faults = faults.iter().map(|fault| fault.parse().expect("a fault")).collect();
    let rate_limits = limits.parse().expect("limits");
    let org = Org::open(Config { rate_limits, faults, latency: LATENCY, ..Config::default() }).expect("an org in memory opens");
    sleep(Duration::from_hours(1)).await;
    org
}

pub(crate) fn paused<T>(what: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime starts").block_on(what)
}

/// Returns an app with a note, if there is one, and with grants.
fn documents(n: usize, note: Option<&str>, scopes: &[&str]) -> [Value; 2] {
    let name = format!("app-{n:04}");
    let app = web(&name, &format!("App {n:04}"));
    let app = note.map_or_else(|| app.clone(), |note| with(app.clone(), "spec.settings.notes.admin", note.into()));
    [app, grant(&name, scopes)]
}

/// Returns so many apps with a grant each.
fn portfolio(project: &str, apps: usize) -> Desired {
    declared_by(project, &(0..apps).flat_map(|n| documents(n, None, &["okta.users.read"])).collect::<Vec<_>>())
}

/// What some requests made of the budget of their bucket.
struct Use {
    requests: usize,
    windows: usize,
    told: usize,
    by_window: f64,
    by_clock: f64,
}

/// Returns the requests of one bucket by the window that they were counted in.
fn windows(sent: &[Sent], bucket: Bucket) -> Vec<Vec<Sent>> {
    let mut sent: Vec<_> = sent.iter().copied().filter(|sent| sent.bucket == bucket).collect();
    sent.sort_by_key(|sent| (sent.reset, sent.at));
    // The org rounds up to whole seconds, so that one window may bear two names.
    sent.chunk_by(|one, other| other.reset - one.reset <= 2).map(<[Sent]>::to_vec).collect()
}

/// Measures the use of a bucket from a moment on. Of all windows of the server that are whole, which all but the last are: their requests,
/// over the budget of so many windows (`by_window`), and over the budget of the time until the last one opened (`by_clock`).
fn used(sent: &[Sent], bucket: Bucket, from: Instant) -> Use {
    let windows = windows(sent, bucket);
    let (last, whole) = windows.split_last().expect("something was sent");
    let requests: usize = whole.iter().map(Vec::len).sum();
    let budget = BUDGET.iter().find(|(known, _)| *known == bucket).map(|(_, budget)| budget).expect("a bucket with a known budget");
    let count = |n: usize| f64::from(u32::try_from(n).expect("few requests"));
    Use {
        requests: requests + last.len(),
        windows: windows.len(),
        told: sent.iter().filter(|sent| sent.status == 429).count(),
        by_window: count(requests) / (budget * count(whole.len())),
        by_clock: count(requests) / (budget * (last[0].at - from).as_secs_f64() / 60.0),
    }
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, windows, told, by_window, by_clock } = self;
        let [by_window, by_clock] = [by_window, by_clock].map(|share| share * 100.0);
        write!(
            f,
            "{requests} requests in {windows} windows, {told} told 429; of the budget {by_window:.1} % by window, {by_clock:.1} % by clock"
        )
    }
}

#[expect(clippy::print_stderr, reason = "figures for whoever asks for them with --nocapture")]
pub(crate) fn figure(what: &str, figure: &dyn fmt::Display) {
    eprintln!("{what}: {figure}");
}

/// Makes sure that a window saw no more of a run's requests than its budget.
fn assert_within_budget(sent: &[Sent]) {
    for window in windows(sent, Bucket::Apps) {
        assert!(window.len() <= 50, "{} requests in the window to {}", window.len(), window[0].reset);
    }
}

/// Says how the budget was used, and makes sure that it was.
fn assert_used(what: &str, sent: &[Sent], from: Instant) {
    assert_within_budget(sent);
    let used = used(sent, Bucket::Apps, from);
    figure(what, &used);
    assert_eq!(used.told, 0, "{what}: {used}");
    assert!(used.by_window >= 0.99 && used.by_clock >= 0.95, "{what}: {used}");
}

#[test]
fn a_thousand_apps_take_no_longer_than_the_budget_says() {
    paused(async {
        let (org, apps) = (org("okta", &[]).await, portfolio("laws", 1000));
        let run = Run::new(&org);
        let (plan, observation) = run.plan(&apps).await;
        run.take();
        let began = Instant::now();
        run.apply(&plan, &observation).await;
        assert_used("apply, 1000 creates with a grant each", &run.take(), began);

        sleep(A_WINDOW).await;
        let (run, began) = (Run::new(&org), Instant::now());
        assert!(run.plan(&apps).await.0.is_empty());
        let sent = run.take();
        assert_used("plan of 1000 apps with grants", &sent, began);
        assert_forecast(&run, &sent);

        // Updates are counted in another bucket than what is made, and neither holds up the other.
        let changed = (0..1100).flat_map(|n| {
            let scopes = ["okta.users.read", "okta.apps.read"];
            documents(n, (n < 1000).then_some("changed"), if n % 4 == 0 { &scopes } else { &scopes[..1] })
        });
        let (plan, observation) = run.plan(&declared_by("laws", &changed.collect::<Vec<_>>())).await;
        run.take();
        sleep(A_WINDOW).await;
        let began = Instant::now();
        run.apply(&plan, &observation).await;
        let sent = run.take();
        assert_used("apply, 1000 updates, 100 creates, 375 grants", &sent, began);
        figure("  and the bucket of apps by id meanwhile", &used(&sent, Bucket::AppById, began));
    });
}

#[test]
fn two_runs_at_once_are_never_told_429() {
    paused(async {
        let org = org("okta", &[]).await;
        let [ours, theirs] = ["ours", "theirs"].map(|project| (Run::new(&org), portfolio(project, 200)));
        let began = Instant::now();
        let applies = async |(run, desired): &(Run, Desired)| {
            let (plan, observation) = run.plan(desired).await;
            run.apply(&plan, &observation).await;
            assert!(run.plan(desired).await.0.is_empty());
        };
        tokio::join!(applies(&ours), applies(&theirs));
        let each = [ours, theirs].map(|(run, _)| run.take());
        for sent in &each {
            assert_within_budget(sent);
            figure("two runs at once, each", &used(sent, Bucket::Apps, began));
        }
        let both = used(&each.concat(), Bucket::Apps, began);
        figure("both together, of one budget", &both);
        assert_eq!(both.told, 0);
        assert!(both.by_clock > 1.6, "{both}");
    });
}

#[test]
fn what_others_take_is_theirs_and_nobody_is_told_429() {
    paused(async {
        let (org, apps) = (org("okta", &[]).await, portfolio("laws", 100));
        let production = Run::new(&org).tap;
        // Production takes the other half, five at a time.
        let others = async {
            loop {
                let token = format!("SSWS {}", org.okta_token());
                let request = || http::Request::get("http://127.0.0.1:7/api/v1/apps?limit=1").header("authorization", &token);
                let [first, second, third, fourth, fifth] =
                    [(); 5].map(|()| production.send(request().body(Vec::new()).expect("a request")));
                _ = tokio::join!(first, second, third, fourth, fifth);
                sleep(Duration::from_millis(6_500)).await;
            }
        };
        let run = Run::new(&org);
        let ours = async {
            let (plan, observation) = run.plan(&apps).await;
            run.apply(&plan, &observation).await;
        };
        tokio::select! {
            () = ours => {}
            () = others => {}
        }
        let (ours, theirs) = (run.take(), std::mem::take(&mut *production.sent.lock().expect("no test has panicked")));
        assert_within_budget(&ours);
        assert!(theirs.len() > 300, "{}", theirs.len());
        assert!(ours.iter().chain(&theirs).all(|sent| sent.status == 200 || sent.status == 201));
        figure("beside others who take half", &used(&ours, Bucket::Apps, ours[0].at));
    });
}

/// Makes sure that after each 429 nothing is sent in its bucket until the headers allow it, and that something is at that very moment.
fn assert_waits_as_told(sent: &[Sent]) {
    let told = || sent.iter().filter(|sent| sent.status == 429);
    for one in told() {
        let until = one.answered + one.wait;
        let later = sent.iter().filter(|other| other.bucket == one.bucket && other.order[0] > one.order[1]);
        let first = later.min_by_key(|other| other.order[0]).expect("it is sent again");
        // Others that were under way may have been told to wait for longer.
        let others = told().filter(|other| other.bucket == one.bucket && other.order[1] < first.order[0]);
        let last = others.map(|other| other.answered + other.wait).max().map_or(until, |other| other.max(until));
        assert_eq!(first.at, last, "sent {:?} after a 429 that said {:?}", first.at - one.answered, one.wait);
    }
}

#[test]
fn told_429_the_bucket_waits_exactly_as_the_headers_say() {
    let faults = [
        "GET /api/v1/apps/*/grants 429=17 x1",
        "GET /api/v1/apps/*/grants 429=17 after 3 x8",
        "GET /api/v1/apps/*/grants 429=90 after 20 x2",
        "POST /api/v1/apps 429=30 after 2 x3",
        "/api/v1/apps/*/grants 429=5 every 7",
        "429=0 every 9",
    ];
    for fault in faults {
        for parallelism in [NonZeroUsize::MIN, PARALLELISM] {
            paused(async {
                let (org, apps) = (org("unlimited", &[fault]).await, portfolio("laws", 20));
                let run = Run { parallelism, ..Run::new(&org) };
                let (plan, observation) = run.plan(&apps).await;
                run.apply(&plan, &observation).await;
                assert!(run.plan(&apps).await.0.is_empty());
                let sent = run.take();
                assert!(sent.iter().any(|sent| sent.status == 429), "{fault}");
                assert_waits_as_told(&sent);
                assert_eq!(org.requests().iter().filter(|seen| seen.method == "POST" && seen.status < Some(300)).count(), 40);
            });
        }
    }
}

#[test]
fn told_that_there_are_too_many_at_once_each_request_backs_off() {
    paused(async {
        let org = org("okta", &["GET /api/v1/apps concurrency x3"]).await;
        let run = Run::new(&org);
        run.plan(&portfolio("laws", 1)).await;
        let sent = run.take();
        let told: Vec<_> = sent.iter().filter(|sent| sent.bucket == Bucket::Apps).collect();
        let pauses: Vec<_> = told.windows(2).map(|pair| (pair[1].at - pair[0].answered).as_millis()).collect();
        assert_eq!((told.iter().map(|sent| sent.status).collect::<Vec<_>>(), pauses), (vec![429, 429, 429, 200], vec![250, 500, 1000]));
    });
}

/// Makes sure that what was told after listing came true: as many requests, and as long, to a second for each window.
fn assert_forecast(run: &Run, sent: &[Sent]) {
    let heard = run.heard.0.lock().expect("no test has panicked");
    let told = heard.iter().find_map(|(at, step)| match step {
        Step::Remaining { requests, wait } => Some((*at, *requests, *wait)),
        Step::Listed { .. } | Step::Done { .. } | Step::Asked { .. } => None,
    });
    let (at, requests, wait) = told.expect("what remains is told");
    let followed: Vec<_> = sent.iter().copied().filter(|sent| sent.at >= at).collect();
    let took = heard.last().expect("steps were told").0 - at;
    figure(&format!("forecast for {requests} requests"), &format!("{wait:?}, and it took {took:?}"));
    assert_eq!(followed.len(), usize::try_from(requests).expect("few requests"));
    let windows = u32::try_from(windows(&followed, Bucket::Apps).len()).expect("few windows");
    assert!(wait.abs_diff(took) <= Duration::from_secs(1) * windows, "{wait:?} {took:?}");
}

#[test]
fn the_forecast_after_listing_comes_true() {
    paused(async {
        let (org, apps) = (org("okta", &[]).await, portfolio("laws", 130));
        let run = Run::new(&org);
        let (plan, observation) = run.plan(&apps).await;
        run.apply(&plan, &observation).await;
        for used_before in [0, 30, 49, 50] {
            sleep(A_WINDOW).await;
            let run = Run::new(&org);
            for _ in 0..used_before {
                observe::apps_labelled(&run.reader(), "App").await.expect("the org is read");
            }
            assert!(run.plan(&apps).await.0.is_empty());
            assert_forecast(&run, &run.take());
        }
    });
}
