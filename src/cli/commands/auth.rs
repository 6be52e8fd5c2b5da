//! `auth check`: the credentials to what can be read with them. Sends GETs alone.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::super::args::{Format, Manifests, Network};
use super::super::connect::{Connection, connect};
use super::super::declared::{Reach, check, show};
use super::super::error::CommandError;
use super::super::{Context, Exit};
use crate::http::{Error, Reader};
use crate::observe;
use crate::observed::{Clean, Org};
use crate::printable::printable_head;
use crate::render::advice;
use crate::request::{Request, segment};

/// Look at the credentials.
#[derive(Debug, Subcommand)]
pub(crate) enum AuthCommand {
    /// Say which org it is, as whom, and what can be read
    Check(CheckArgs),
}

/// Says which org the credentials belong to, who they sign in, and what can be read with them. Reading the secrets of one app leaves an entry in the org's log.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl auth check
  idpctl auth check --target staging --format json")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    manifests: Manifests,
    #[command(flatten)]
    network: Network,
    /// Choose the form of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// What is read, and what it is needed for.
const NEEDED: [(&str, &str); 4] = [
    ("apps", "for everything"),
    ("grants", "for manifests with a Grant"),
    ("secrets", "for manifests with client_secrets, unless --secrets skip"),
    ("policies", "for manifests with an accessPolicy"),
];

/// What came of one read.
enum Reading {
    Readable,
    /// There was nothing to try it on.
    Untried,
    Refused(Error),
}

/// Runs the command.
pub(crate) async fn run(command: &AuthCommand, context: &Context) -> Result<Exit, CommandError> {
    let AuthCommand::Check(args) = command;
    // Manifests with mistakes have credentials all the same: only the target matters here.
    let checked = check(&args.manifests, Reach::Org, context);
    let Some(target) = &checked.target else {
        show(&checked.diagnostics, &checked.sources, context.printer);
        return Err(CommandError::shown());
    };
    let connection = connect(target, &args.network, context)?.hiding(checked.at_hand());
    let reader = connection.reader();
    let org =
        observe::org(&reader).await.map_err(|error| hinted(error).doing(format!("could not read which org `{}` is", reader.org())))?;
    connection.expected.check(reader.org(), &org)?;
    let apps = match apps(&reader).await {
        Err(error) if error.is_unauthenticated() => return Err(hinted(error).doing("the credentials sign nobody in")),
        apps => apps,
    };
    let user = reader.get::<Clean>(Request::get("/api/v1/users/me")).await.ok();
    let user = user.and_then(|user| user.tree().tree()["profile"]["login"].as_str().map(|login| printable_head(login, 100)));
    let readings = readings(&reader, apps).await;
    let complete = readings.iter().all(|reading| !matches!(reading, Reading::Refused(_)));
    match args.format {
        Format::Json => context.printer.json(&tree(&org, &connection, user.as_deref(), &readings))?,
        Format::Text => context.printer.data(&text(&org, &connection, user.as_deref(), &readings))?,
    }
    Ok(if complete { Exit::Done } else { Exit::Error })
}

fn hinted(error: Error) -> CommandError {
    let advice = advice(&error);
    let error = CommandError::new(error);
    advice.into_iter().fold(error, CommandError::hint)
}

/// Reads the first app's id, if there is an app.
async fn apps(reader: &Reader) -> Result<Option<String>, Error> {
    let request = Request::get("/api/v1/apps").query("filter", "name eq \"oidc_client\"").query("limit", "1");
    Ok(reader.get::<Clean>(request).await?.tree().tree()[0]["id"].as_str().map(segment))
}

async fn readings(reader: &Reader, apps: Result<Option<String>, Error>) -> [Reading; 4] {
    let (apps, app) = match apps {
        Ok(app) => (Reading::Readable, app),
        Err(error) => (Reading::Refused(error), None),
    };
    let below = |rest: &str| app.as_ref().map(|app| Request::get(format!("/api/v1/apps/{app}/{rest}")));
    let grants = reading(reader, below("grants")).await;
    let secrets = reading(reader, below("credentials/secrets")).await;
    let policies = reading(reader, Some(Request::get("/api/v1/policies").query("type", "ACCESS_POLICY").query("limit", "1"))).await;
    [apps, grants, secrets, policies]
}

async fn reading(reader: &Reader, request: Option<Request>) -> Reading {
    match request {
        None => Reading::Untried,
        Some(request) => reader.get::<Clean>(request).await.map_or_else(Reading::Refused, |_| Reading::Readable),
    }
}

fn text(org: &Org, connection: &Connection, user: Option<&str>, readings: &[Reading]) -> String {
    let shown = |text: &str| printable_head(text, 200);
    let mut lines = vec![
        format!("Org          {} ({})", shown(&org.url), shown(&org.id)),
        format!("Credentials  {}", connection.how),
        format!("Signed in as {}", user.unwrap_or("somebody whose own profile cannot be read")),
    ];
    for ((name, why), reading) in NEEDED.iter().zip(readings) {
        lines.push(match reading {
            Reading::Readable => format!("{name:<12} can be read"),
            Reading::Untried => format!("{name:<12} not tried, for want of an app to try it on"),
            Reading::Refused(error) => format!("{name:<12} CANNOT be read ({why}): {error}"),
        });
        if let Reading::Refused(error) = reading {
            lines.extend(advice(error).map(|advice| format!("{:<12} {advice}", "")));
        }
    }
    lines.join("\n") + "\n"
}

fn tree(org: &Org, connection: &Connection, user: Option<&str>, readings: &[Reading]) -> Value {
    let reads: serde_json::Map<_, _> = NEEDED
        .iter()
        .zip(readings)
        .map(|((name, _), reading)| {
            let reading = match reading {
                Reading::Readable => json!({"readable": true}),
                Reading::Untried => json!({"readable": null}),
                Reading::Refused(error) => json!({"readable": false, "error": error.to_string()}),
            };
            ((*name).to_owned(), reading)
        })
        .collect();
    json!({"format_version": 1, "org": {"id": org.id, "url": org.url}, "credentials": connection.how, "user": user, "reads": reads})
}
