//! What `drift --incremental` is asked, and what it has to say about how the org was read.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use jiff::SignedDuration;

use super::Context;
use super::args::duration;
use super::connect::Connection;
use super::declared::Declared;
use super::printer::Printer;
use crate::drift::Mode;
use crate::observe::{self, Because, FOLDER, Incremental, Sweep};
use crate::pipeline::{self, Observation, Watched};
use crate::plan::Choices;
use crate::printable::printable;

/// Whether only what has changed is read.
#[derive(Debug, Args)]
pub(super) struct Reread {
    /// Read of the org only what the System Log shows to be touched since the last run (scope `okta.logs.read`), and all of it whenever that cannot be told
    #[arg(long, help_heading = "Incremental")]
    incremental: bool,
    /// Read all of it if that was last done this long ago
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = duration, requires = "incremental", help_heading = "Incremental")]
    max_age: Duration,
    /// Keep what was read in this folder, for the next run [default: .idpctl/cache in the repository]
    #[arg(long, value_name = "DIR", requires = "incremental", help_heading = "Incremental")]
    cache_dir: Option<PathBuf>,
}

impl Reread {
    /// Tells whether the System Log is asked.
    pub(super) fn is_wanted(&self) -> bool {
        self.incremental
    }

    /// Reads the org, and returns how that was done and why, if it was another way than was asked for.
    pub(super) async fn observe(
        &self,
        declared: &Declared,
        choices: &Choices,
        connection: &Connection,
        sweep: Sweep,
        context: &Context,
    ) -> Result<(Observation, Mode, Option<String>), observe::Error> {
        let (desired, hashes, expected) = (&declared.desired, &declared.hashes, &connection.expected);
        if !self.incremental {
            return Ok((pipeline::observe(desired, hashes, choices, sweep, expected).await?, Mode::Full, None));
        }
        let folder = self.cache_dir.clone().unwrap_or_else(|| context.root.join(FOLDER));
        let (cache, unlogged) = (connection.cache(folder, &desired.project), connection.unlogged());
        let max_age = SignedDuration::try_from(self.max_age).unwrap_or(SignedDuration::MAX);
        let how = Incremental { keep: &cache, max_age, unlogged: &unlogged };
        let watched = pipeline::observe_again(desired, hashes, choices, sweep, expected, how).await?;
        let Watched { observation, mode, because, unkept } = watched;
        if let Some(because) = because.as_ref().filter(|because| because.is_a_matter()) {
            warn(because, context.printer);
        }
        if let Some(error) = unkept {
            context.printer.note(&format!("warning: what was read is not kept for the next run, which reads everything again: {error}"));
        }
        Ok((observation, mode, because.map(|because| because.to_string())))
    }
}

fn warn(because: &Because, printer: Printer) {
    printer.note(&format!("warning: everything is read: {}", printable(&because.to_string())));
    if let Some(remedy) = because.remedy() {
        printer.note(&format!("hint: {remedy}"));
    }
}
