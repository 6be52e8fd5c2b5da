//! A server in a process of its own, which dies with no warning.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::line::Server;

/// A server until it is killed.
pub(crate) struct Victim(Child);

impl Victim {
    pub(crate) fn start(mut command: Command) -> Self {
        Self(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the binary runs"))
    }

    /// Waits until it says where it is.
    pub(crate) fn ready(&mut self) -> Server {
        let mut hello = String::new();
        BufReader::new(self.0.stdout.as_mut().expect("it is a pipe")).read_line(&mut hello).expect("it says where it is");
        let hello: Value = serde_json::from_str(&hello).expect("a line of JSON");
        let text = |name: &str| hello[name].as_str().expect("it says where it is and what it wants to see").to_owned();
        Server { address: text("okta").replace("http://", ""), okta_token: text("okta_token"), portal_token: text("tyk_portal_token") }
    }

    /// Returns the id of the process.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    pub(crate) fn kill(mut self) {
        self.0.kill().expect("it runs until it is killed");
        self.0.wait().expect("it was started here");
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // After a failure it may still run; otherwise it has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
