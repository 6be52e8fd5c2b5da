//! The binary while it runs, and what a shell can do to it beforehand.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Command, Stdio};

use crate::org::{Output, TestOrg};

/// A run that has not ended.
pub(crate) struct Running<'a> {
    test: &'a TestOrg,
    child: Child,
    stderr: BufReader<ChildStderr>,
    said: String,
}

impl TestOrg {
    /// Starts the binary with arguments that are separated by spaces.
    pub(crate) fn start(&self, arguments: &str) -> Running<'_> {
        self.org.clear_requests();
        let arguments: Vec<_> = arguments.split_whitespace().collect();
        let mut child = self.command(&arguments).spawn().expect("the binary runs");
        let stderr = BufReader::new(child.stderr.take().expect("it is a pipe"));
        Running { test: self, child, stderr, said: String::new() }
    }

    /// Runs the binary from a shell in which something was done first, such as `ulimit -f 0` or `exec >/dev/full`.
    pub(crate) fn run_after(&self, script: &str, arguments: &str) -> Output {
        self.org.clear_requests();
        let output = self.after(script, arguments).output().expect("a shell runs");
        self.output(output.status.code(), &output.stdout, &output.stderr)
    }

    /// Returns a shell that does something and then becomes the binary.
    pub(crate) fn after(&self, script: &str, arguments: &str) -> Command {
        let script = format!("{script}\nexec \"$0\" \"$@\"");
        let words = ["-c", &script, env!("CARGO_BIN_EXE_idpctl")].into_iter().chain(arguments.split_whitespace());
        self.program("sh", &words.collect::<Vec<_>>())
    }

    /// Returns the names of all files and folders in a folder of the repository, sorted.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).expect("the folder is there");
        let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect();
        names.sort();
        names
    }
}

impl Running<'_> {
    /// Reads standard error until it says something.
    pub(crate) fn until(&mut self, text: &str) {
        while !self.said.contains(text) {
            let read = self.stderr.read_line(&mut self.said).expect("all output is UTF-8");
            assert!(read > 0, "it ended without saying {text}: {}", self.said);
        }
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let kill = Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", name, &pid]).stdin(Stdio::null()).status();
        assert!(kill.expect("a shell runs").success(), "SIG{name} cannot be sent");
    }

    /// Waits until it has ended. Whoever was ended by a signal has the status -1.
    pub(crate) fn end(mut self) -> Output {
        self.stderr.read_to_string(&mut self.said).expect("all output is UTF-8");
        let output = self.child.wait_with_output().expect("the child is gone");
        self.test.output(output.status.code(), &output.stdout, self.said.as_bytes())
    }
}
