//! What a whole `idpctl diff` of two git revisions takes over 1,000 manifests: processor time of the program and of the git that it runs.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::org::{Known, manifest, path};
use super::whole::processor;

const MANIFESTS: usize = 1_000;

/// How often it is run; the median counts.
const RUNS: usize = 5;

/// How many seconds of processor time it may take.
const LIMIT: f64 = 1.0;

/// Where a revision is kept for the length of a run, if the system has it: in memory. A file system that was made to forget thousands of files a
/// moment ago may take several times as long to make others (ext4 looks at each inode that was deleted lately), and that is what many runs
/// one after the other would measure.
const IN_MEMORY: &str = "/dev/shm";

/// Runs the program and prints what it took.
pub(crate) fn run() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let project = "apiVersion: idpctl/v1\nkind: Project\nproject: bench\ntargets: {default: {}}\n";
    fs::write(folder.path().join("idpctl.yaml"), project).expect("the folder takes a file");
    write(folder.path(), |text| text);
    git(folder.path(), &["init", "-q", "-b", "main"]);
    commit(folder.path());
    // Every tenth app differs, in a field and in a list.
    write(folder.path(), |text| {
        text.replace("0\n  status: ACTIVE", "0 once more\n  status: INACTIVE").replace("0.example.com/callback", "0.example.com/cb")
    });
    commit(folder.path());
    let kept = if in_memory().is_some() { "in memory" } else { "on a disk" };
    println!("\nidpctl diff of two revisions of {MANIFESTS} manifests, kept {kept}");
    for format in ["text", "json", "markdown"] {
        let mut runs: Vec<_> = (0..RUNS).map(|_| diff(folder.path(), format)).collect();
        runs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (seconds, bytes) = runs[RUNS / 2];
        let within = if seconds < LIMIT { "within" } else { "over" };
        println!("  {format:<9} {seconds:>6.2} s    {within} the limit of {LIMIT} s    {bytes} bytes");
    }
}

fn write(folder: &Path, edited: impl Fn(String) -> String) {
    for n in 0..MANIFESTS {
        let file = folder.join(path(n));
        fs::create_dir_all(file.parent().expect("a manifest is in a folder")).expect("the folder takes folders");
        fs::write(file, edited(manifest(n, Known::ByLabel))).expect("the folder takes a file");
    }
}

fn commit(folder: &Path) {
    git(folder, &["add", "-A"]);
    git(folder, &["-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "-q", "-m", "manifests"]);
}

fn git(folder: &Path, arguments: &[&str]) {
    let ended = Command::new("git").args(arguments).current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").status();
    assert!(ended.expect("git runs").success(), "git {arguments:?}");
}

fn in_memory() -> Option<&'static str> {
    Path::new(IN_MEMORY).is_dir().then_some(IN_MEMORY)
}

/// Returns the seconds of processor time that one run took, git included, and the length of what it said.
fn diff(folder: &Path, format: &str) -> (f64, usize) {
    let before = processor("/proc/self/stat", 15);
    let mut command = Command::new(env!("CARGO_BIN_EXE_idpctl"));
    command.args(["diff", "HEAD~1", "HEAD", "--exit-code", "--format", format]).current_dir(folder).stderr(Stdio::inherit());
    command.envs(in_memory().map(|folder| ("TMPDIR", folder)));
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2), "the revisions differ");
    (processor("/proc/self/stat", 15) - before, output.stdout.len())
}
