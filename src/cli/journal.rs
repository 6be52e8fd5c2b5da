//! The record of an apply: `.idpctl/journal/<time>.jsonl`, a line for each thing that happened. For people; the program never reads it.
//!
//! Every line in it is whole, and a journal that cannot be written stops nothing.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::json;

use super::printer::Printer;
use crate::apply::{Entry, Journal};
use crate::clock::Clock;

/// Where journals are, relative to the repository.
const FOLDER: &str = ".idpctl/journal";

const NONE: &str = "no journal is kept";

/// A journal in a file.
pub(super) struct FileJournal<C> {
    lines: Mutex<Option<Lines>>,
    clock: C,
    printer: Printer,
}

impl<C: Clock> FileJournal<C> {
    /// Begins a journal. That it cannot be written is said, and stops nothing.
    pub(super) fn begin(root: &Path, clock: C, printer: Printer) -> Self {
        let name = clock.now().strftime("%Y-%m-%dT%H-%M-%S%.fZ.jsonl").to_string();
        let folder = root.join(FOLDER);
        let path = folder.join(name);
        let file = fs::create_dir_all(&folder).and_then(|()| File::create_new(&path));
        let lines = file.map(|file| Lines { file, path, length: 0 });
        let lines = lines.map_err(|error| complain(printer, NONE, &error)).ok();
        Self { lines: Mutex::new(lines), clock, printer }
    }
}

impl<C: Clock> Journal for FileJournal<C> {
    fn record(&self, entry: &Entry) {
        let mut line = json!({"time": self.clock.now().to_string()});
        if let (Some(line), Ok(serde_json::Value::Object(entry))) = (line.as_object_mut(), serde_json::to_value(entry)) {
            line.extend(entry);
        }
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = lines.as_mut()
            && let Err(error) = open.append(format!("{line}\n").as_bytes())
        {
            complain(self.printer, if open.length == 0 { NONE } else { "the journal ends here" }, &error);
            *lines = None;
        }
    }
}

fn complain(printer: Printer, what: &str, error: &io::Error) {
    printer.note(&format!("warning: {what}, because {FOLDER} cannot be written ({error}); what is applied does not depend on it"));
}

/// A file of whole lines.
struct Lines {
    file: File,
    path: PathBuf,
    length: u64,
}

impl Lines {
    /// Appends a line whole or not at all.
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(line) {
            // On a full disk the beginning of a line may fit. Where that cannot be mended, the error that is told stands for both.
            drop(if self.length == 0 { fs::remove_file(&self.path) } else { self.file.set_len(self.length) });
            return Err(error);
        }
        self.length += line.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{Address, Kind};
    use crate::clock::FixedClock;

    #[test]
    fn what_happened_stands_in_the_journal_a_line_each() {
        let folder = tempfile::tempdir().unwrap();
        let clock = FixedClock("2026-09-01T08:30:00Z".parse().unwrap());
        let journal = FileJournal::begin(folder.path(), clock, Printer::new(anstream::ColorChoice::Never));
        let address = Address::new(Kind::App, "web");
        journal.record(&Entry { address: address.clone(), request: Some("POST /api/v1/apps".to_owned()), event: "sending", detail: None });
        journal.record(&Entry { address, request: None, event: "applied", detail: None });
        let text = fs::read_to_string(folder.path().join(FOLDER).join("2026-09-01T08-30-00Z.jsonl")).unwrap();
        insta::assert_snapshot!(text, @r#"
        {"time":"2026-09-01T08:30:00Z","address":"App/web","request":"POST /api/v1/apps","event":"sending"}
        {"time":"2026-09-01T08:30:00Z","address":"App/web","event":"applied"}
        "#);
    }
}
