//! What a whole `idpctl plan` over 10,000 apps takes against the emulated org, served by a process of its own: processor time, memory, and
//! the share of each stage.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use super::org::{Known, desired, manifest, path, reader};
use idpctl::diff::SecretHashes;
use idpctl::http::ReqwestTransport;
use idpctl::observe::{Expected, Silent, Sweep};
use idpctl::pipeline;
use idpctl::plan::Choices;
use idpctl::render::{self, Style};

const APPS: usize = 10_000;

/// How often each figure is taken; the median counts.
const RUNS: usize = 5;

/// What a plan may take: seconds of processor time, and megabytes.
const LIMITS: (f64, f64) = (1.5, 200.0);

/// Runs the program and prints what it took.
pub(crate) fn run() {
    let server = Server::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime starts");
    let ids = runtime.block_on(server.client_ids());
    println!("\nidpctl plan over {APPS} apps, the emulated org being served by another process");
    let cases = [
        ("every app is taken over by its label", "", Known::ByLabel),
        ("every app is as declared, 100 lack their grants", "ownership: none\n", Known::ByClientId(&ids)),
    ];
    for (what, project, known) in cases {
        let repository = Repository::new(project, known);
        let mut runs: Vec<_> = (0..RUNS).map(|_| server.plan(repository.0.path())).collect();
        runs.sort_by(|a, b| a.processor.total_cmp(&b.processor));
        let Run { processor, megabytes, summary } = &runs[RUNS / 2];
        let within = |figure: f64, limit| if figure < limit { "within" } else { "over" };
        let (seconds, most) = LIMITS;
        println!("\n{what}: {summary}");
        println!("  processor  {processor:>7.2} s    {} the limit of {seconds} s", within(*processor, seconds));
        println!("  memory     {megabytes:>7.0} MB   {} the limit of {most} MB", within(*megabytes, most));
        let shares = median(&(0..RUNS).map(|_| runtime.block_on(stages(&server, &repository))).collect::<Vec<_>>());
        let all: f64 = shares.iter().map(|(_, seconds)| seconds).sum();
        for (stage, seconds) in shares {
            println!("    {stage:<8} {seconds:>7.2} s   {:>3.0} %", 100.0 * seconds / all);
        }
    }
}

/// The emulated org, served by the program itself.
struct Server {
    child: Child,
    url: String,
    token: String,
}

/// What one run took.
struct Run {
    processor: f64,
    megabytes: f64,
    summary: String,
}

impl Server {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_idpctl"));
        command.args(["emulator", "--seed-apps", &APPS.to_string()]).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut hello = String::new();
        let output = child.stdout.take().expect("the output is a pipe");
        BufReader::new(output).read_line(&mut hello).expect("the server says where it is");
        let hello: serde_json::Value = serde_json::from_str(&hello).expect("the server says so in JSON");
        let text = |member: &str| hello[member].as_str().expect("the server says where it is").to_owned();
        Self { child, url: text("okta"), token: text("okta_token") }
    }

    fn sweep(&self) -> Sweep {
        let transport = Arc::new(ReqwestTransport::new().expect("a client"));
        let parallelism = NonZeroUsize::new(8).expect("eight is not zero");
        Sweep {
            reader: reader(&self.url, &self.token, transport),
            systems: [idpctl::address::System::Okta].into(),
            parallelism,
            progress: Arc::new(Silent),
        }
    }

    /// Returns the client ids of the seeded apps, in the order of their labels.
    async fn client_ids(&self) -> Vec<String> {
        let listed = self.sweep().list(&Expected::default()).await.expect("the org is read");
        let mut apps: Vec<_> = listed.observed().apps.iter().map(|app| (app.label.clone(), app.client_id.clone())).collect();
        apps.sort();
        apps.into_iter().map(|(_, id)| id).collect()
    }

    /// Runs `idpctl plan` in a folder.
    fn plan(&self, folder: &Path) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_idpctl"));
        command.arg("plan").current_dir(folder).env_clear();
        command.env("OKTA_CLIENT_ORGURL", &self.url).env("OKTA_CLIENT_TOKEN", &self.token);
        let output = fs::File::create(folder.join("output")).expect("the folder takes a file");
        let before = processor("/proc/self/stat", 15);
        let mut child = command.stdout(output).spawn().expect("the program starts");
        let status = format!("/proc/{}/status", child.id());
        let mut peak = 0.0;
        let ended = loop {
            peak = fs::read_to_string(&status).ok().and_then(|status| high_water(&status)).unwrap_or(peak);
            if let Some(ended) = child.try_wait().expect("the program can be waited for") {
                break ended;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        assert!(ended.success(), "the plan failed: {ended}");
        let output = fs::read_to_string(folder.join("output")).expect("the plan is text");
        let summary = output.lines().last().unwrap_or_default().to_owned();
        Run { processor: processor("/proc/self/stat", 15) - before, megabytes: peak, summary }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends with this process in any case.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder with manifests.
struct Repository(tempfile::TempDir);

impl Repository {
    fn new(project: &str, known: Known<'_>) -> Self {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let project =
            format!("apiVersion: idpctl/v1\nkind: Project\nproject: bench\nmanifests: [manifests]\n{project}targets: {{default: {{}}}}\n");
        fs::write(folder.path().join("idpctl.yaml"), project).expect("the folder takes a file");
        for n in 0..APPS {
            let file = folder.path().join(path(n));
            fs::create_dir_all(file.parent().expect("a manifest is in a folder")).expect("the folder takes folders");
            fs::write(file, manifest(n, known)).expect("the folder takes a file");
        }
        Self(folder)
    }
}

/// Goes through the stages in this process, and returns the processor time of each.
async fn stages(server: &Server, repository: &Repository) -> Vec<(&'static str, f64)> {
    let mut clock = Stages::new();
    let wish = idpctl::manifest::Wish { target: None, variables: [].into(), real_org_at_hand: true };
    let loaded = idpctl::manifest::load(repository.0.path(), &[], &wish);
    clock.ends("load");
    let target = loaded.target.expect("the project has a target");
    let desired = desired(&loaded.documents, target.ownership == idpctl::manifest::Ownership::Marker);
    drop(loaded.documents);
    clock.ends("resolve");
    let (hashes, choices) = (SecretHashes::new(), Choices::default());
    let observation = pipeline::observe(&desired, &hashes, &choices, server.sweep(), &Expected::default()).await.expect("the org is read");
    clock.ends("observe");
    let to_bind = pipeline::adoptions(&choices);
    let bound = idpctl::bind::bind(&desired, &observation.observed, &to_bind);
    clock.ends("bind");
    let changes = idpctl::diff::diff(&desired, &observation.observed, &bound, &hashes, &idpctl::diff::Choices::default());
    clock.ends("diff");
    let program = idpctl::program::program(&changes);
    clock.ends("program");
    let plan = idpctl::plan::plan(program.actions, &changes, &bound, &observation.observed, &desired, choices);
    clock.ends("plan");
    let text = render::plan::text(&plan.expect("nothing waits for itself"), Style::default());
    clock.ends("render");
    assert!(!text.is_empty(), "a plan is shown");
    clock.stages
}

/// Processor time of this process, stage by stage.
struct Stages {
    at: f64,
    stages: Vec<(&'static str, f64)>,
}

impl Stages {
    fn new() -> Self {
        Self { at: processor("/proc/self/stat", 13), stages: Vec::new() }
    }

    fn ends(&mut self, stage: &'static str) {
        let now = processor("/proc/self/stat", 13);
        self.stages.push((stage, now - self.at));
        self.at = now;
    }
}

/// Returns the median of each stage.
fn median(runs: &[Vec<(&'static str, f64)>]) -> Vec<(&'static str, f64)> {
    let stage = |n: usize| {
        let mut seconds: Vec<_> = runs.iter().map(|run| run[n].1).collect();
        seconds.sort_by(f64::total_cmp);
        (runs[0][n].0, seconds[seconds.len() / 2])
    };
    (0..runs[0].len()).map(stage).collect()
}

/// Returns the seconds of processor time, the program's own and the system's, that stand in two fields of a process's state: its own from
/// field 13, those of the children that it has waited for from field 15, counted from 0 in hundredths (proc(5)).
pub(super) fn processor(file: &str, field: usize) -> f64 {
    let state = fs::read_to_string(file).expect("a process can read its own state");
    // The name, in brackets, may hold anything.
    let (_, fields) = state.rsplit_once(") ").expect("a state has the process's name");
    let ticks = |n: usize| fields.split(' ').nth(n - 2).and_then(|ticks| ticks.parse::<f64>().ok()).expect("a state has many fields");
    (ticks(field) + ticks(field + 1)) / 100.0
}

/// Returns the most memory that a process has had, in megabytes.
fn high_water(status: &str) -> Option<f64> {
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB")?.trim().parse::<f64>().ok())?;
    Some(kilobytes * 1024.0 / 1e6)
}
