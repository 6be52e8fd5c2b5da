//! The record of an apply: `.idpctl/journal/<time>.jsonl`, a line for each thing that happened. For people; the program never reads it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde_json::json;

use super::printer::Printer;
use crate::apply::{Entry, Journal};
use crate::clock::Clock;

/// Where journals are, relative to the repository.
const FOLDER: &str = ".idpctl/journal";

/// A journal in a file.
pub(super) struct FileJournal<C> {
    file: Mutex<Option<File>>,
    clock: C,
    printer: Printer,
}

impl<C: Clock> FileJournal<C> {
    /// Begins a journal. That it cannot be written is said, and stops nothing.
    pub(super) fn begin(root: &Path, clock: C, printer: Printer) -> Self {
        let name = clock.now().strftime("%Y-%m-%dT%H-%M-%S%.fZ.jsonl").to_string();
        let folder = root.join(FOLDER);
        let file = fs::create_dir_all(&folder).and_then(|()| File::create_new(folder.join(name)));
        let file = file.map_err(|error| complain(printer, &error)).ok();
        Self { file: Mutex::new(file), clock, printer }
    }
}

impl<C: Clock> Journal for FileJournal<C> {
    fn record(&self, entry: &Entry) {
        let mut line = json!({"time": self.clock.now().to_string()});
        if let (Some(line), Ok(serde_json::Value::Object(entry))) = (line.as_object_mut(), serde_json::to_value(entry)) {
            line.extend(entry);
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = file.as_mut()
            && let Err(error) = writeln!(open, "{line}").and_then(|()| open.flush())
        {
            complain(self.printer, &error);
            *file = None;
        }
    }
}

fn complain(printer: Printer, error: &io::Error) {
    printer.note(&format!("warning: no journal is kept, because {FOLDER} cannot be written: {error}"));
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
