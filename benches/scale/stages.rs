//! What each stage takes at 100, 1,000 and 10,000 apps, and whether it grows with their number or faster.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use super::org::{Known, desired, documents, manifest, path, reader};
use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use idpctl::bind::{Details, bind};
use idpctl::desired::Desired;
use idpctl::diff::{self, SecretHashes, diff};
use idpctl::http::FnTransport;
use idpctl::manifest::SourceFile;
use idpctl::observe::{Expected, Silent, Sweep};
use idpctl::observed::Observed;
use idpctl::plan::{self, Choices, Plan};
use idpctl::program::{Program, program};
use idpctl::render::{self, Style};
use idpctl::review::review;
use idpctl_emulator::{Config, Org};
use tokio::runtime::Runtime;

const SIZES: [usize; 3] = [100, 1_000, 10_000];

/// How often each size is measured; the median counts.
const SAMPLES: usize = 10;

/// Pages of the list of apps as an org sent them, by the query that they answer.
type Pages = BTreeMap<String, http::Response<Vec<u8>>>;

/// Measures all stages, and prints the table of them.
pub(crate) fn run() {
    let mut criterion = Criterion::default()
        .sample_size(SAMPLES)
        .warm_up_time(Duration::from_millis(20))
        .measurement_time(Duration::from_millis(20))
        .without_plots()
        .configure_from_args();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let mut figures = Figures::default();
    for apps in SIZES {
        size(apps, &runtime, &mut criterion, &mut figures);
    }
    criterion.final_summary();
    print!("{}", figures.text());
}

fn size(apps: usize, runtime: &Runtime, criterion: &mut Criterion, figures: &mut Figures) {
    let files: Vec<_> = (0..apps).map(|n| SourceFile { name: path(n).into(), text: manifest(n, Known::ByLabel).into() }).collect();
    let org = Org::open(Config { seed_apps: apps, ..Config::default() }).expect("an org in memory opens");
    let pages = Arc::new(runtime.block_on(pages(&org)));
    let desired = desired(&documents(&files), true);
    let mut observed = runtime.block_on(decode(&pages, org.okta_token()));
    // Every grant is missing there.
    observed.grants = observed.apps.iter().map(|app| (app.id.clone(), Vec::new())).collect();

    let mut bench = |stage, run: &mut dyn FnMut() -> Duration| figures.bench(criterion, stage, apps, run);
    bench("load", &mut || timed(|| documents(black_box(&files))));
    bench("resolve", &mut || {
        let documents = documents(&files);
        timed(|| super::org::desired(black_box(&documents), true))
    });
    bench("decode", &mut || timed(|| runtime.block_on(decode(black_box(&pages), org.okta_token()))));
    compare(&desired, &observed, &mut bench);
    let mut head = desired.clone();
    head.apps.iter_mut().step_by(10).for_each(|app| app.body["label"] = "another".into());
    bench("review", &mut || timed(|| review(black_box(&desired), black_box(&head))));
}

/// The pure stages, from both sides to what is shown.
fn compare(desired: &Desired, observed: &Observed, bench: &mut impl FnMut(&'static str, &mut dyn FnMut() -> Duration)) {
    let hashes = SecretHashes::new();
    let (to_bind, to_diff) = (idpctl::bind::Choices::default(), diff::Choices::default());
    bench("bind", &mut || timed(|| bind(black_box(desired), black_box(observed), &to_bind)));
    let bound = bind(desired, observed, &to_bind);
    bench("diff", &mut || timed(|| diff(desired, observed, black_box(&bound), &hashes, &to_diff)));
    let changes = diff(desired, observed, &bound, &hashes, &to_diff);
    bench("program", &mut || timed(|| program(black_box(&changes))));
    let Program { actions, problems } = program(&changes);
    assert!(problems.is_empty() && actions.len() >= desired.apps.len(), "every app is a change");
    let plan = |actions| -> Plan {
        plan::plan(actions, &changes, &bound, observed, desired, Choices::default()).expect("nothing waits for itself")
    };
    bench("plan", &mut || {
        let actions = actions.clone();
        timed(|| plan(black_box(actions)))
    });
    let plan = plan(actions.clone());
    bench("approve", &mut || timed(|| assert!(plan::approve(black_box(&plan), &plan).is_empty(), "a plan covers itself")));
    bench("write", &mut || timed(|| plan::write(black_box(&plan))));
    bench("render", &mut || timed(|| render::plan::text(black_box(&plan), Style::default())));
}

/// Asks an org for its whole list.
async fn pages(org: &Org) -> Pages {
    let mut pages = Pages::new();
    let mut next = Some("http://127.0.0.1:7/api/v1/apps?filter=name+eq+%22oidc_client%22&limit=200".to_owned());
    while let Some(url) = next {
        let request = http::Request::get(&url).header("authorization", format!("SSWS {}", org.okta_token())).body(Vec::new());
        let answer = org.call(request.expect("a request")).await.expect("an answer");
        let mut links = answer.headers().get_all("link").iter().filter_map(|link| link.to_str().ok()).flat_map(|links| links.split(", "));
        next = links.find_map(|link| link.strip_prefix('<')?.strip_suffix(">; rel=\"next\"")).map(str::to_owned);
        pages.insert(key(&url.parse().expect("an address")), answer);
    }
    let metadata = http::Request::get("http://127.0.0.1:7/.well-known/okta-organization").body(Vec::new()).expect("a request");
    pages.insert("/.well-known/okta-organization".to_owned(), org.call(metadata).await.expect("an answer"));
    pages
}

/// What tells one page from another: where it begins.
fn key(uri: &http::Uri) -> String {
    let begins = uri.query().into_iter().flat_map(|query| query.split('&')).find(|part| part.starts_with("after="));
    begins.map_or_else(|| uri.path().to_owned(), str::to_owned)
}

/// Reads the list from pages that are at hand.
async fn decode(pages: &Arc<Pages>, token: &str) -> Observed {
    let pages = Arc::clone(pages);
    let answer = move |request: http::Request<Vec<u8>>| {
        let answer = pages.get(&key(request.uri())).cloned().expect("what is asked for is what was asked before");
        async move { Ok(answer) }
    };
    let reader = reader("http://127.0.0.1:7", token, Arc::new(FnTransport(answer)));
    let sweep =
        Sweep { reader, systems: [idpctl::address::System::Okta].into(), parallelism: NonZeroUsize::MIN, progress: Arc::new(Silent) };
    let listed = sweep.list(&Expected::default()).await.expect("the pages are those of a list");
    listed.details(Details::default()).await.expect("no details are asked for")
}

/// More than the processor's caches hold.
const CACHES: usize = 64 << 20;

/// Returns the processor time that something takes: on a busy machine a clock on the wall would measure the others too. The caches hold
/// other things when it begins, as they do in a run, which comes to every stage once: else a stage that is measured again and again
/// would find few apps in the caches and many in memory, and seem to grow faster than their number.
fn timed<T>(run: impl FnOnce() -> T) -> Duration {
    black_box(vec![1_u8; CACHES]);
    let start = processor();
    let outcome = run();
    let time = processor().saturating_sub(start);
    drop(outcome);
    time
}

/// Returns how long this thread has run.
fn processor() -> Duration {
    // The kernel brings the figure up to date when a thread offers to make way.
    std::thread::yield_now();
    let state = std::fs::read_to_string("/proc/thread-self/schedstat").expect("a thread can read how long it has run");
    let nanoseconds = state.split(' ').next().and_then(|first| first.parse().ok()).expect("the first figure is that");
    Duration::from_nanos(nanoseconds)
}

/// The median time of each stage by the number of apps.
#[derive(Default)]
struct Figures(Vec<(&'static str, BTreeMap<usize, Duration>)>);

impl Figures {
    fn bench(&mut self, criterion: &mut Criterion, stage: &'static str, apps: usize, run: &mut dyn FnMut() -> Duration) {
        let mut times = Vec::new();
        let mut group = criterion.benchmark_group(stage);
        group.sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements(apps as u64));
        group.bench_function(BenchmarkId::from_parameter(apps), |bencher| {
            bencher.iter_custom(|count| {
                let measured: Vec<_> = (0..count).map(|_| run()).collect();
                times.extend(&measured);
                measured.iter().sum()
            });
        });
        group.finish();
        times.sort();
        let Some(median) = times.get(times.len() / 2) else { return };
        match self.0.iter_mut().find(|(name, _)| *name == stage) {
            Some((_, by_size)) => drop(by_size.insert(apps, *median)),
            None => self.0.push((stage, [(apps, *median)].into())),
        }
    }

    /// Returns the table: a stage that grows with the number of apps takes the same time an app at every size.
    fn text(&self) -> String {
        let mut text = format!("{:<10}", "stage");
        text.extend(SIZES.map(|apps| format!("{:>14}", format!("{apps} apps"))));
        text.push_str("   an app at 10,000 over one at 1,000\n");
        for (stage, by_size) in &self.0 {
            let time = |apps| by_size.get(&apps).map(|time| time.as_secs_f64() * 1000.0);
            text.extend([format!("{stage:<10}")]);
            text.extend(SIZES.map(|apps| time(apps).map_or_else(|| format!("{:>14}", "-"), |ms| format!("{ms:>11.2} ms"))));
            let ratio = time(10_000).zip(time(1_000)).map(|(many, few)| many / few / 10.0);
            text.push_str(&ratio.map_or_else(|| "\n".to_owned(), |ratio| format!("   {ratio:.2}\n")));
        }
        text
    }
}
