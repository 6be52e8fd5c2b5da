//! The command line as it is typed, and its help.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

#[cfg(feature = "emulator")]
use super::commands::emulator;
use super::commands::{
    apply, auth, comment, completions, diff, drift, explain, export, graph, man, output, plan, schema, validate, verify,
};
use crate::address::Address;
use crate::findings::{Finding, Severity, refusal};
use crate::http::Budget;

const LONG: &str = "\
Declarative reconciler for OAuth clients: manifests in git describe Okta apps, their credentials and the scopes granted to them, and the client types of a Tyk developer portal; idpctl shows how org and portal differ from them and makes them so.

Nothing is written but by `apply`, nothing that is not declared is changed, and nothing is deleted unless asked for with `--prune`.";

const AFTER: &str = "\
Examples:
  idpctl validate                        check the manifests, offline
  idpctl plan                            show what would change
  idpctl plan --out plan.json            save the plan, to be approved
  idpctl apply plan.json                 do exactly what was approved, or refuse
  idpctl drift                           show what changed behind our back
  idpctl export --out manifests          write what is in the org as manifests
  idpctl diff origin/main                show what a branch would change, without credentials
  idpctl graph                           draw what needs what, as a Mermaid diagram
  idpctl comment diff.md                 post that as the one comment of a pull request
  idpctl verify                          obtain a token with each client, and check it
  idpctl explain App.settings            look up a field
  idpctl explain IDP0301                 look up a code

Exit status:
  0  done, or in sync
  1  error, wrong usage, invalid manifests, something unread, or a promise not kept (verify)
  2  differences found (drift, diff --exit-code, plan --detailed-exitcode)
  3  refused: a guard, a plan that no longer fits, or a finding (--fail-on)
  4  apply incomplete: something failed, was skipped, is in doubt or not verified (--verify)

Environment:
  OKTA_CLIENT_ORGURL       the org, for example https://acme.okta.com
  OKTA_CLIENT_TOKEN        an API token of that org
  OKTA_CLIENT_AUTHORIZATIONMODE=PrivateKey
                           sign in as a service app instead, with
  OKTA_CLIENT_CLIENTID     its client_id
  OKTA_CLIENT_PRIVATEKEY   its private key: a PEM, a JWK, or the path of either
  OKTA_CLIENT_PRIVATEKEYID the `kid` of that key, if it is not in it
  OKTA_CLIENT_SCOPES       the scopes to ask for, if not those that the manifests need
  OKTA_API_TOKEN, OKTA_ORG_NAME, OKTA_BASE_URL
                           the same, as the Terraform provider names them
  ~/.okta/okta.yaml        read where none of these is set
  TYK_PORTAL_URL           the developer portal, for example https://portal.example.com
  TYK_PORTAL_TOKEN         the API credential of an admin of that portal
  GITHUB_TOKEN, GITLAB_TOKEN
                           what `comment` posts with; nothing else looks at them
  IDPCTL_NOTIFY_URL        the webhook that `drift --notify` posts to; no manifest may name it
  IDPCTL_…                 values that manifests refer to as {env: IDPCTL_…}
  HTTPS_PROXY, NO_PROXY    how to reach the org
  NO_COLOR, CLICOLOR_FORCE whether output has colour";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "idpctl", version, about = "Keep OAuth clients as the manifests in git declare them", long_about = LONG, after_long_help = AFTER)]
#[command(propagate_version = true, disable_help_subcommand = true, max_term_width = 110)]
pub(crate) struct Cli {
    /// The flags of every command.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The flags of every command.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Global {
    /// Say whether output has colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    pub(crate) color: Color,
    /// Say more on standard error; repeat it for requests (-vv)
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Global options")]
    pub(crate) verbose: u8,
    /// Choose the form of log lines
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text", help_heading = "Global options")]
    pub(crate) log_format: LogFormat,
}

/// Whether output has colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// Where a terminal shows it
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

/// The form of what a command says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check manifests, offline
    Validate(validate::ValidateArgs),
    /// Show what would change
    Plan(plan::PlanArgs),
    /// Change it, after a yes
    Apply(apply::ApplyArgs),
    /// Show what changed behind our back
    Drift(drift::DriftArgs),
    /// Write what is in the org as manifests
    Export(export::ExportArgs),
    /// Show what differs between the manifests of two git revisions, offline
    Diff(diff::DiffArgs),
    /// Draw which declared object needs which, offline
    Graph(graph::GraphArgs),
    /// Post or edit the one comment of a pull request or merge request
    Comment(comment::CommentArgs),
    /// Obtain the tokens that clients are promised, and check them
    Verify(verify::VerifyArgs),
    /// Print ids and client ids of declared objects
    Output(output::OutputArgs),
    /// Write the JSON Schemas that editors use
    Schema(schema::SchemaArgs),
    /// Look up a kind, a field or a code
    Explain(explain::ExplainArgs),
    /// Look at the credentials
    #[command(subcommand)]
    Auth(auth::AuthCommand),
    /// Run a local Okta org and Tyk portal
    #[cfg(feature = "emulator")]
    Emulator(emulator::EmulatorArgs),
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
    /// Print the manual page
    Man(man::ManArgs),
}

/// Which manifests, and for which target.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Manifests {
    /// Read this file or folder instead of the project's manifests; repeatable
    #[arg(short, long = "file", value_name = "PATH", help_heading = "Manifests")]
    pub(crate) files: Vec<String>,
    /// Choose a target of idpctl.yaml
    #[arg(long, value_name = "NAME", help_heading = "Manifests")]
    pub(crate) target: Option<String>,
    /// Set a variable that manifests use as ${var.NAME}; repeatable
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable, help_heading = "Manifests")]
    pub(crate) vars: Vec<(String, String)>,
    /// Let manifests refer to files in this folder too; the secrets that the org makes for clients are written there
    #[arg(long, value_name = "DIR", help_heading = "Manifests")]
    pub(crate) secret_dir: Option<PathBuf>,
}

impl Manifests {
    /// Returns the variables of the command line; the last of a name counts.
    pub(crate) fn variables(&self) -> BTreeMap<String, String> {
        self.vars.iter().cloned().collect()
    }
}

/// How the org is talked to.
#[derive(Debug, Clone, Args)]
pub(crate) struct Network {
    /// Give up after this long
    #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = duration, help_heading = "Network")]
    pub(crate) timeout: Duration,
    /// Have at most this many requests under way at once
    #[arg(long, value_name = "N", default_value = "8", help_heading = "Network")]
    pub(crate) parallelism: NonZeroUsize,
    /// Use at most this share of the org's rate limits
    #[arg(long, value_name = "SHARE", default_value = "50%", help_heading = "Network")]
    pub(crate) rate_budget: Budget,
}

/// What a plan may do, beyond what the manifests say.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Planning {
    /// Plan for these objects only: KIND/NAME, with globs; repeatable
    #[arg(long, value_name = "PATTERN", help_heading = "Planning")]
    pub(crate) select: Vec<String>,
    /// Delete what is ours and no longer declared
    #[arg(long, help_heading = "Planning")]
    pub(crate) prune: bool,
    /// Say whether live client secrets are read and compared; each read is an entry in the org's log [default: compare]
    #[arg(long, value_name = "MODE", help_heading = "Planning")]
    pub(crate) secrets: Option<Secrets>,
    /// Allow this many deletions and replacements [default: 5]
    #[arg(long, value_name = "N", help_heading = "Planning")]
    pub(crate) max_deletes: Option<usize>,
    /// Allow this app to be deleted and made anew; repeatable
    #[arg(long, value_name = "ADDRESS", help_heading = "Planning")]
    pub(crate) allow_replace: Vec<Address>,
    /// Allow changes to the very app that idpctl signs in as
    #[arg(long, help_heading = "Planning")]
    pub(crate) allow_own_app: bool,
    /// Allow this document to take over an app that its label alone identifies; repeatable
    #[arg(long, value_name = "ADDRESS", help_heading = "Planning")]
    pub(crate) adopt: Vec<Address>,
    /// Send this provider's registration token again, which the portal never shows; repeatable
    #[arg(long, value_name = "ADDRESS", help_heading = "Planning")]
    pub(crate) resend: Vec<Address>,
    #[command(flatten)]
    pub(crate) review: Review,
}

/// How bad a danger a change may not add.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Review {
    /// End with 3 if the change adds a danger that is as bad as this or worse, and that nobody has accepted; `apply` then changes nothing
    #[arg(long, value_name = "SEVERITY", help_heading = "Review")]
    fail_on: Option<FailOn>,
}

impl Review {
    /// Returns how bad a danger may not be; `None` if any may be.
    pub(crate) fn fail_on(self) -> Option<Severity> {
        self.fail_on.map(|fail_on| match fail_on {
            FailOn::Low => Severity::Low,
            FailOn::Medium => Severity::Medium,
            FailOn::High => Severity::High,
        })
    }

    /// Returns why findings are a reason to refuse, if they are.
    pub(crate) fn refusal<'f>(self, findings: impl IntoIterator<Item = &'f Finding>) -> Option<String> {
        refusal(findings, self.fail_on()?)
    }
}

/// A severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Any danger
    Low,
    /// What weakens a protection or breaks somebody's work, and worse
    Medium,
    /// What may cost accounts or the org
    High,
}

/// Whether live secrets are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Secrets {
    /// Read them and compare their hashes
    Compare,
    /// Leave them alone
    Skip,
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if crate::manifest::is_variable_name(name) => Ok((name.to_owned(), value.to_owned())),
        Some((name, _)) => Err(format!("`{name}` cannot name a variable: use letters, digits and `_`, not a digit first")),
        None => Err("write NAME=VALUE".to_owned()),
    }
}

/// Reads a length of time such as `90s`, `5m` or `1h 30m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let parsed = text.parse::<jiff::SignedDuration>().ok().and_then(|duration| Duration::try_from(duration).ok());
    parsed.filter(|duration| !duration.is_zero()).ok_or_else(|| "write a length of time such as 90s, 5m or 1h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> String {
        let error = Cli::try_parse_from(line.split(' ')).expect_err("it is wrong");
        error.to_string().lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn the_definition_is_sound() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn wrong_usage_is_said_in_words() {
        let lines = [
            "idpctl plan --var 1x=2",
            "idpctl plan --timeout soon",
            "idpctl plan --timeout -5s",
            "idpctl plan --rate-budget 110%",
            "idpctl plan --allow-replace web-portal",
            "idpctl plan --parallelism 0",
            "idpctl apply plan.json --prune",
            "idpctl apply plan.json --target prod",
            "idpctl validate --prune",
        ];
        insta::assert_snapshot!(lines.map(refused).join("\n"), @"
        error: invalid value '1x=2' for '--var <NAME=VALUE>': `1x` cannot name a variable: use letters, digits and `_`, not a digit first
        error: invalid value 'soon' for '--timeout <DURATION>': write a length of time such as 90s, 5m or 1h
        error: unexpected argument '-5' found
        error: invalid value '110%' for '--rate-budget <SHARE>': a rate budget is a share such as `50%` or `0.5`, above zero and at most the whole
        error: invalid value 'web-portal' for '--allow-replace <ADDRESS>': `web-portal` is not an address: write KIND/NAME, for example App/web-portal
        error: invalid value '0' for '--parallelism <N>': number would be zero for non-zero type
        error: the argument '[PLAN]' cannot be used with '--prune'
        error: the argument '[PLAN]' cannot be used with '--target <NAME>'
        error: unexpected argument '--prune' found
        ");
    }

    #[test]
    fn a_length_of_time_is_read_as_people_write_it() {
        let read = ["90s", "5m", "1h 30m", "0s", "5"].map(|text| duration(text).map(|d| d.as_secs()).ok());
        assert_eq!(read, [Some(90), Some(300), Some(5_400), None, None]);
    }
}
