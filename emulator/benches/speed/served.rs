//! An org served by a process of its own, and what the system says of that process.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use idpctl_emulator::{Config, Data, Org};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::connection::Connection;
use crate::now;

/// The argument that makes this program a server.
pub(crate) const SERVE: &str = "serve";

/// Where the folders are made: on the disk that the program was built on.
const FOLDERS: &str = env!("CARGO_TARGET_TMPDIR");

/// Stands for an org in memory.
const NOWHERE: &str = "-";

/// Serves an org, as the words after [`SERVE`] say: where it is, and how many apps a new one has.
pub(crate) fn serve(words: &[String]) {
    let data = if words[0] == NOWHERE { Data::Memory } else { Data::Directory(PathBuf::from(&words[0])) };
    let seed_apps = words[1].parse().expect("a number of apps");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let org = Org::open(Config { data, seed_apps, ..Config::default() }).expect("the org opens");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let hello = serde_json::json!({"address": address, "token": org.okta_token()});
        let mut output = std::io::stdout();
        writeln!(output, "{hello}").and_then(|()| output.flush()).expect("somebody reads");
        let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).expect("a signal");
        org.serve(listener, async move {
            terminated.recv().await.unwrap_or_default();
        })
        .await
        .expect("it is served");
    });
}

/// Returns a new folder for an org.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(FOLDERS).expect("a folder can be made")
}

/// A process that serves an org.
pub(crate) struct Served {
    child: Child,
    address: String,
    token: String,
    /// How long it took until it was ready.
    pub(crate) took: Duration,
}

impl Served {
    /// Starts a process and waits until it is ready.
    pub(crate) fn start(folder: Option<&Path>, apps: usize) -> Self {
        let program = std::env::current_exe().expect("this program is somewhere");
        let mut command = Command::new(program);
        command.arg(SERVE).arg(folder.map_or(Path::new(NOWHERE), |folder| folder)).arg(apps.to_string()).stdout(Stdio::piped());
        // What tests hold to the contract is not held to it here: no server that is released has the check.
        command.env("IDPCTL_SHARED", NOWHERE);
        let begun = now();
        let mut child = command.spawn().expect("the program starts");
        let mut hello = String::new();
        BufReader::new(child.stdout.take().expect("the output is a pipe")).read_line(&mut hello).expect("the server says where it is");
        let took = begun.elapsed();
        let hello: Value = serde_json::from_str(&hello).expect("the server says so in JSON");
        let text = |member: &str| hello[member].as_str().expect("the server says where it is").to_owned();
        Self { child, address: text("address"), token: text("token"), took }
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(&self.address, &self.token)
    }

    /// Returns the memory that the process has and the most that it has had, in megabytes.
    pub(crate) fn memory(&self) -> (f64, f64) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("the server runs");
        let megabytes = |name: &str| {
            let kilobytes = status.lines().find_map(|line| line.strip_prefix(name)?.strip_suffix("kB")?.trim().parse::<f64>().ok());
            kilobytes.expect("a process has memory") * 1024.0 / 1e6
        };
        (megabytes("VmRSS:"), megabytes("VmHWM:"))
    }

    /// Returns the seconds of processor time that the process has had (proc(5), fields 14 and 15).
    pub(crate) fn processor(&self) -> f64 {
        let state = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("the server runs");
        let (_, fields) = state.rsplit_once(") ").expect("a state has the process's name");
        fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<f64>().expect("a number of ticks") / 100.0).sum()
    }

    /// Returns how many bytes the process has had written to the disk (proc(5), `io`).
    pub(crate) fn written(&self) -> f64 {
        let io = fs::read_to_string(format!("/proc/{}/io", self.child.id())).expect("the server runs");
        let bytes = io.lines().find_map(|line| line.strip_prefix("write_bytes: ")?.parse().ok());
        bytes.expect("a process has written so many bytes")
    }

    /// Ends the process as somebody who has time.
    pub(crate) fn end(mut self) {
        let ended = Command::new("kill").arg(self.child.id().to_string()).status().expect("a signal can be sent");
        assert!(ended.success(), "the server runs");
        self.child.wait().expect("it was started here");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
