//! How far the reading has come: a bar on a terminal, a line now and then otherwise.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::Instant;

use super::printer::Printer;
use crate::observe::{Progress, Step};

/// Without a terminal a line is written this often.
const EVERY: Duration = Duration::from_secs(10);
/// Waits shorter than this are not worth a word.
const WORTH_SAYING: Duration = Duration::from_secs(3);

/// Shows on a terminal how far the reading has come.
pub(crate) struct Bar(ProgressBar);

/// Writes how far the reading has come, a line at a time.
pub(crate) struct Lines {
    printer: Printer,
    last: Mutex<Instant>,
}

impl Bar {
    /// Returns a bar that is drawn on standard error.
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(ProgressStyle::with_template("{spinner} {msg}").expect("the template is a constant"));
        Self(bar)
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn tell(&self, step: Step) {
        self.0.set_message(words(step));
        self.0.tick();
    }
}

impl Lines {
    /// Returns lines on standard error.
    pub(crate) fn new(printer: Printer) -> Self {
        Self { printer, last: Mutex::new(Instant::now()) }
    }
}

impl Progress for Lines {
    fn tell(&self, step: Step) {
        let long = matches!(step, Step::Remaining { wait, .. } if wait >= WORTH_SAYING);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if long || last.elapsed() >= EVERY {
            *last = Instant::now();
            self.printer.note(&words(step));
        }
    }
}

fn words(step: Step) -> String {
    match step {
        Step::Listed { apps } => format!("Listed {apps} apps so far."),
        Step::Remaining { requests, wait } if wait >= WORTH_SAYING => {
            format!("{requests} more requests to read; the rate limit makes them take about {} s.", wait.as_secs())
        }
        Step::Remaining { requests, .. } => format!("{requests} more requests to read."),
        Step::Asked { tokens, of } => format!("Asked for {tokens} of {of} tokens."),
        Step::Done { requests, of } => format!("Read {requests} of {of}."),
    }
}
