//! What `drift` does for a clock besides its report: a file of metrics, and a message to a webhook when something is new.
//!
//! Whether something is new is told by a stamp of what was posted last, in `.idpctl/cache`. It holds nothing of the report, and nobody who does
//! not know the webhook can make one that keeps a message back.

use std::fs;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::Context;
use super::error::CommandError;
use super::file::write_file;
use crate::clock::{Clock as _, SystemClock};
use crate::drift::{Items, Reading};
use crate::http::RetryPolicy;
use crate::notify::{Error, VARIABLE, Webhook};
use crate::render::{metrics, notice};

/// Where stamps are kept, relative to the repository.
const FOLDER: &str = ".idpctl/cache";
/// More bytes than a stamp's file has.
const LONGEST: u64 = 4096;

/// What is told besides the report.
#[derive(Debug, Args)]
pub(super) struct Watch {
    /// Write metrics for Prometheus to this file, as its textfile collector reads it (FILE.prom); it is replaced whole, and only by runs that
    /// came to their end
    #[arg(long, value_name = "FILE", help_heading = "Clock")]
    metrics_file: Option<PathBuf>,
    /// Post the report to the webhook in `IDPCTL_NOTIFY_URL` if it is another than the last one that was posted
    #[arg(long, value_name = "FORM", num_args = 0..=1, require_equals = true, default_missing_value = "json", help_heading = "Clock")]
    notify: Option<Form>,
    /// Post it even if nothing is new
    #[arg(long, requires = "notify", help_heading = "Clock")]
    notify_always: bool,
}

/// The form of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// The whole report, for programs
    Json,
    /// A few lines, as Slack and what speaks like it take them
    Slack,
}

impl Watch {
    /// Returns the webhook, if a message is wanted. Fails before anything is read if there is none.
    pub(super) fn webhook(&self, context: &Context) -> Result<Option<Webhook>, CommandError> {
        if self.notify.is_none() {
            return Ok(None);
        }
        Webhook::from_env(&context.env, RetryPolicy::default()).map(Some).map_err(refused)
    }

    /// Writes and posts what is wanted of a drift. Both are tried; the first that fails is the error.
    pub(super) async fn tell(
        &self,
        drift: &Items,
        reading: &Reading,
        target: Option<&str>,
        webhook: Option<&Webhook>,
        context: &Context,
    ) -> Result<(), CommandError> {
        let written = match &self.metrics_file {
            Some(path) => write_file(path, &metrics::metrics(drift, target, reading, SystemClock.now())),
            None => Ok(()),
        };
        let posted = match webhook {
            Some(webhook) => self.post(webhook, drift, target, context).await,
            None => Ok(()),
        };
        match (written, posted) {
            (Err(error), Err(other)) => {
                context.printer.error(&other);
                Err(error)
            }
            (written, posted) => written.and(posted),
        }
    }

    async fn post(&self, webhook: &Webhook, drift: &Items, target: Option<&str>, context: &Context) -> Result<(), CommandError> {
        let stamps = Stamps::of(&context.root, drift, target);
        let stamp = webhook.stamp(&notice::substance(drift));
        // That there is no drift is news only to somebody who was told of some.
        let news = stamps.last().map_or(!drift.items.is_empty(), |last| last != stamp);
        if news || self.notify_always {
            let body = match self.notify {
                Some(Form::Slack) => notice::slack(drift),
                Some(Form::Json) | None => notice::generic(drift),
            };
            webhook.post(&body).await.map_err(refused)?;
        }
        stamps.keep(&stamp)
    }
}

fn refused(error: Error) -> CommandError {
    let hint = match &error {
        Error::NotSet | Error::Address(_) => {
            let hint =
                format!("set the address that whoever receives the messages gave you,\n    export {VARIABLE}=https://hooks.example.com/…");
            return CommandError::new(error).hint(hint);
        }
        Error::Status { status: 400..=499, .. } => {
            format!("check `{VARIABLE}`, and that what listens there takes this form: --notify=slack and --notify=json differ")
        }
        Error::Status { status: 300..=399, .. } => {
            format!("redirects are not followed: put the address that it leads to into `{VARIABLE}`")
        }
        Error::Status { .. } | Error::Transport { .. } | Error::TimedOut { .. } => {
            "the report above is whole; it is posted the next time".to_owned()
        }
    };
    CommandError::new(error).doing("could not post the report").hint(hint)
}

/// The stamps of what was posted last about one project, target, org and portal.
struct Stamps(PathBuf);

impl Stamps {
    fn of(root: &Path, drift: &Items, target: Option<&str>) -> Self {
        let org = drift.org.as_ref().map(|org| &org.id);
        let portal = drift.portal.as_ref().map(|portal| &portal.url);
        let about = json!([drift.project, target, org, portal]).to_string();
        let name = URL_SAFE_NO_PAD.encode(&digest(&SHA256, about.as_bytes()).as_ref()[..12]);
        Self(root.join(FOLDER).join(format!("posted-{name}.json")))
    }

    /// Returns the last one. What cannot be read, or is none of ours, is none: a message too many does no harm.
    fn last(&self) -> Option<String> {
        let is_ours = fs::symlink_metadata(&self.0).is_ok_and(|found| found.is_file() && found.len() < LONGEST);
        let text = is_ours.then(|| fs::read_to_string(&self.0).ok()).flatten()?;
        serde_json::from_str::<Value>(&text).ok()?.get("stamp")?.as_str().map(str::to_owned)
    }

    fn keep(&self, stamp: &str) -> Result<(), CommandError> {
        if self.last().as_deref() == Some(stamp) {
            return Ok(());
        }
        if let Some(folder) = self.0.parent() {
            let made = fs::create_dir_all(folder);
            made.map_err(|error| CommandError::new(error).doing(format!("could not make `{FOLDER}`, where it is kept what was posted")))?;
        }
        write_file(&self.0, &format!("{}\n", json!({"format_version": 1, "stamp": stamp})))
    }
}
