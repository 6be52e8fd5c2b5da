//! `comment`: a text to the one comment of a pull request or merge request. Neither manifests nor org are looked at.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::super::args::duration;
use super::super::error::CommandError;
use super::super::waiting::Attentive;
use super::super::{Context, Exit};
use crate::comment::{self, Client, Surroundings, Wish, advice, surroundings};
use crate::forge::{Forge, Marker, Outcome, What, without_actions};
use crate::http::{ReqwestTransport, RetryPolicy};
use crate::printable::printable;

/// Posts Markdown as the one comment of a pull request (GitHub) or merge request (GitLab), or edits the one that it posted before. The text is
/// written to standard output too, so it is in the job's log whatever the forge says.
///
/// Where it belongs is read from the pipeline's own variables. That the forge does not take the comment is a warning, which says what to do, and no
/// error: it is no reason to stop a pipeline. A comment of somebody else is never touched, even if it bears the same hidden first line.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl diff origin/main --format markdown | idpctl comment
                                         in a job on GitHub or GitLab: what a branch would change
  idpctl comment diff.md                 post a file; run it again, and the same comment is edited
  idpctl comment plan.md --id plan-production
                                         one comment more, with a name of its own
  idpctl comment diff.md --forge github --number 7
                                         from anywhere, with GITHUB_TOKEN and GITHUB_REPOSITORY set
  idpctl comment diff.md --forge gitlab --number 7
                                         from anywhere, with GITLAB_TOKEN, CI_API_V4_URL and CI_PROJECT_ID set

GitHub (`permissions: {pull-requests: write}`):
  GITHUB_TOKEN                           the job's token, `${{ github.token }}`
  GITHUB_REPOSITORY, GITHUB_API_URL      set in every job; without the latter https://api.github.com
  GITHUB_EVENT_PATH, GITHUB_REF          set in every job: which pull request it is about

GitLab:
  GITLAB_TOKEN                           a project access token with the scope `api`: a job's own will not do
  CI_API_V4_URL, CI_PROJECT_ID           set in every job
  CI_MERGE_REQUEST_IID                   set in pipelines for merge requests")]
pub(crate) struct CommentArgs {
    /// The Markdown [default: standard input]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Name the comment, so that there can be several: one for staging, one for production
    #[arg(long, value_name = "NAME", default_value = "idpctl")]
    id: String,
    /// Say which forge it is, where the environment does not
    #[arg(long, value_name = "FORGE")]
    forge: Option<ForgeName>,
    /// Say which pull request or merge request it is about, where the environment does not
    #[arg(long, value_name = "N")]
    number: Option<NonZeroU64>,
    /// End with 1 if the forge does not take the comment
    #[arg(long)]
    strict: bool,
    /// Give up after this long
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = duration)]
    timeout: Duration,
}

/// A forge as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ForgeName {
    /// github.com, or a GitHub Enterprise server
    Github,
    /// gitlab.com, or another GitLab
    Gitlab,
}

/// More bytes than any forge takes in a comment.
const LONGEST: u64 = 4 * 1_000_000;

/// Runs the command.
pub(crate) async fn run(args: &CommentArgs, context: &Context) -> Result<Exit, CommandError> {
    let CommentArgs { file, id, forge, number, strict, timeout } = args;
    let marker: Marker = id.parse().map_err(|error| CommandError::new(error).doing("`--id` cannot name a comment"))?;
    let body = read(file.as_deref())?;
    context.printer.data(&body)?;
    if body.trim().is_empty() {
        return Err(CommandError::new("there is no text to post").hint("check that what writes the Markdown wrote it"));
    }
    let forge = forge.map(|forge| match forge {
        ForgeName::Github => Forge::GitHub,
        ForgeName::Gitlab => Forge::GitLab,
    });
    let surroundings = surroundings(&context.env, Wish { forge, number: number.map(NonZeroU64::get) }).map_err(|missing| {
        let remedies = missing.remedies.clone();
        remedies.into_iter().fold(CommandError::new(missing), CommandError::hint)
    })?;
    let forge = surroundings.thread.forge();
    let text = marker.mark(&if forge == Forge::GitLab { without_actions(&body) } else { body.as_str().into() });
    let length = text.chars().count();
    if length > forge.longest() {
        let error = CommandError::new(format!(
            "the text is too long: {length} characters with its first line, and {forge} takes {}",
            forge.longest()
        ));
        return Err(error.hint("`idpctl diff --format markdown` keeps below that; cut what others write before it is posted"));
    }
    match posted(&surroundings, &marker, text, *timeout, context).await {
        Ok(outcome) => {
            context.printer.note(&said(&surroundings, &outcome));
            Ok(Exit::Done)
        }
        Err(error) if *strict => Err(error),
        Err(error) => {
            context.printer.warning(&error);
            Ok(Exit::Done)
        }
    }
}

/// Posts the text. What goes wrong from here on is the forge's.
async fn posted(at: &Surroundings, marker: &Marker, text: String, timeout: Duration, context: &Context) -> Result<Outcome, CommandError> {
    let Surroundings { thread, api, token, .. } = at;
    let forge = thread.forge();
    let doing = || format!("the comment was not posted to {thread} at {api}");
    let failed = |error: comment::Error| {
        let advice = advice(forge, &error);
        CommandError::new(error).doing(doing()).hint(advice).hint("the text stands above, on standard output")
    };
    let transport = ReqwestTransport::new().map_err(|error| CommandError::new(error).doing(doing()))?;
    let printer = context.printer;
    let transport = Arc::new(Attentive::new(Arc::new(transport), move |line: &str| printer.interject(line)));
    let policy = RetryPolicy { failures: 4, longest: Duration::from_secs(10), ..RetryPolicy::default() }.timeout(timeout);
    let client = Client::new(transport, forge, api.clone(), token.clone(), policy);
    comment::post(&client, thread, marker, text).await.map_err(failed)
}

fn said(at: &Surroundings, outcome: &Outcome) -> String {
    let what = match outcome.what {
        What::Created => "created",
        What::Edited => "edited",
        What::Unchanged => "unchanged",
    };
    let page = at.page(&outcome.comment).unwrap_or_else(|| format!("comment {} of {}", outcome.comment.id, at.thread));
    let left = outcome.left.iter().map(|id| format!("\nwarning: another comment of this name, {id}, could not be removed"));
    format!("{what} {page}{}", left.collect::<Vec<_>>().concat())
}

/// Reads the text, or as much of it as tells that it is too long.
fn read(file: Option<&Path>) -> Result<String, CommandError> {
    let named = file.filter(|path| *path != Path::new("-"));
    let what = named.map_or_else(|| "standard input".to_owned(), |path| format!("`{}`", printable(&path.display().to_string())));
    let failed = |error: io::Error| CommandError::new(error).doing(format!("could not read {what}"));
    let mut bytes = Vec::new();
    let read = |from: &mut dyn Read, bytes: &mut Vec<u8>| from.take(LONGEST + 1).read_to_end(bytes);
    match named {
        Some(path) => File::open(path).and_then(|mut file| read(&mut file, &mut bytes)).map_err(failed)?,
        None if io::stdin().is_terminal() => {
            let error = CommandError::new("there is no text to post: standard input is a terminal");
            return Err(error.hint("name a file, or pipe the Markdown in\n    idpctl diff origin/main --format markdown | idpctl comment"));
        }
        None => read(&mut io::stdin().lock(), &mut bytes).map_err(failed)?,
    };
    if bytes.len() as u64 > LONGEST {
        return Err(
            CommandError::new(format!("{what} is longer than {LONGEST} bytes, which no forge takes as a comment")).hint("post less")
        );
    }
    String::from_utf8(bytes)
        .map_err(|error| CommandError::new(error).doing(format!("{what} is not UTF-8")).hint("write the Markdown as UTF-8"))
}
