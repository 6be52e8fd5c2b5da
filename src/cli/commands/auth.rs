//! `auth check`: the credentials to what can be read with them. Sends GETs alone, and what signs an app in.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::super::args::{Format, Manifests, Network};
use super::super::connect::{Connection, Signing, connect};
use super::super::declared::{Reach, check, show};
use super::super::error::CommandError;
use super::super::{Context, Exit};
use crate::desired::Desired;
use crate::http::{Error, Reader};
use crate::observe;
use crate::observed::{Clean, Org};
use crate::printable::printable_head;
use crate::render::advice;
use crate::request::{Request, segment};
use crate::resource::authorization_server::SERVERS;
use crate::resource::client::CLIENTS;
use crate::resource::oauth_provider::PROVIDERS;
use crate::scopes::{Purpose, missing, needed};

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
const NEEDED: [(&str, &str); 7] = [
    ("apps", "for everything but clients"),
    ("clients", "for manifests with a Client"),
    ("grants", "for manifests with a Grant"),
    ("secrets", "for manifests with client_secrets, unless --secrets skip"),
    ("policies", "for manifests with an accessPolicy"),
    ("groups", "for manifests with a GroupAssignment"),
    ("servers", "for manifests with an AuthorizationServer"),
];

/// What came of one read.
enum Reading {
    Readable,
    /// There was nothing to try it on.
    Untried,
    Refused(Error),
}

/// What was found out about an org.
struct Okta {
    org: Org,
    user: Option<String>,
    client_id: Option<String>,
    scopes: Option<Scopes>,
    readings: [Reading; 7],
    /// Which of these matter to the manifests.
    needed: [bool; 7],
}

/// What an app's token is good for, beside what these manifests need.
struct Scopes {
    held: Vec<String>,
    plan: BTreeSet<String>,
    apply: BTreeSet<String>,
}

/// What was found out about a portal.
struct Portal {
    url: String,
    providers: Reading,
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
    let connection = connect(target, Signing::ToSee(&checked.desired), &args.network, context)?.hiding(checked.at_hand());
    let reader = connection.reader();
    connection.must_have(reader.portal().is_none(), false)?;
    let okta = match reader.org() {
        Some(_) => Some(okta(&reader, &connection, &checked.desired).await?),
        None => None,
    };
    let portal = match reader.portal() {
        Some(_) => Some(portal(&reader, &connection).await?),
        None => None,
    };
    // An org without the feature lacks nothing that these manifests need.
    let spared = |error: &Error| error.is_feature_missing() && checked.desired.servers.is_empty();
    let readings = okta.iter().flat_map(|okta| okta.needed.into_iter().zip(&okta.readings));
    let readings = readings.chain(portal.iter().map(|portal| (true, &portal.providers)));
    let complete = readings.into_iter().all(|(needed, reading)| !(needed && matches!(reading, Reading::Refused(error) if !spared(error))));
    let scopes = okta.as_ref().and_then(|okta| okta.scopes.as_ref());
    let complete = complete && scopes.is_none_or(|scopes| missing(&scopes.plan, &scopes.held).is_empty());
    match args.format {
        Format::Json => context.printer.json(&tree(okta.as_ref(), portal.as_ref(), &connection))?,
        Format::Text => context.printer.data(&text(okta.as_ref(), portal.as_ref(), &connection))?,
    }
    Ok(if complete { Exit::Done } else { Exit::Error })
}

async fn okta(reader: &Reader, connection: &Connection, desired: &Desired) -> Result<Okta, CommandError> {
    let url = reader.org().map(ToString::to_string).unwrap_or_default();
    let org = observe::org(reader).await.map_err(|error| hinted(error).doing(format!("could not read which org `{url}` is")))?;
    connection.expected.check(reader.org(), &org)?;
    let [plan, apply] = [Purpose::Read, Purpose::Write].map(|purpose| needed(desired, purpose));
    let apps = match apps(reader).await {
        Err(error) if error.is_unauthenticated() => {
            let error = hinted(error).doing("the credentials sign nobody in");
            let [plan, apply] = [plan, apply].map(|scopes| Vec::from_iter(scopes).join(" "));
            let needs = reader.client_id().map(|_| format!("with these manifests `plan` needs {plan}, and `apply` needs {apply}"));
            return Err(needs.into_iter().fold(error, CommandError::hint));
        }
        apps => apps,
    };
    let user = match reader.client_id() {
        Some(_) => None,
        None => reader.get::<Clean>(Request::get("/api/v1/users/me")).await.ok(),
    };
    let user = user.and_then(|user| user.tree().tree()["profile"]["login"].as_str().map(|login| printable_head(login, 100)));
    let client_id = reader.client_id().map(|id| printable_head(id, 100));
    let scopes = reader.scopes().await.map(|held| Scopes { held, plan, apply });
    let needed = NEEDED.map(|(name, _)| is_needed(name, desired));
    Ok(Okta { org, user, client_id, scopes, readings: readings(reader, apps).await, needed })
}

async fn portal(reader: &Reader, connection: &Connection) -> Result<Portal, CommandError> {
    connection.expected.check_portal(reader.portal())?;
    let request = Request::get(PROVIDERS).query("per_page", "1");
    let providers = match reader.get::<Clean>(request).await {
        Err(error) if error.is_unauthenticated() => return Err(hinted(error).doing("the portal's credentials sign nobody in")),
        Err(error) => Reading::Refused(error),
        Ok(_) => Reading::Readable,
    };
    Ok(Portal { url: reader.portal().map(ToString::to_string).unwrap_or_default(), providers })
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

async fn readings(reader: &Reader, apps: Result<Option<String>, Error>) -> [Reading; 7] {
    let (apps, app) = match apps {
        Ok(app) => (Reading::Readable, app),
        Err(error) => (Reading::Refused(error), None),
    };
    let (clients, app) = match reader.get::<Clean>(Request::get(CLIENTS).query("limit", "1")).await {
        // The grants of a client are those of its app.
        Ok(listed) => (Reading::Readable, app.or_else(|| listed.tree().tree()[0]["client_id"].as_str().map(segment))),
        Err(error) => (Reading::Refused(error), app),
    };
    let below = |rest: &str| app.as_ref().map(|app| Request::get(format!("/api/v1/apps/{app}/{rest}")));
    let grants = reading(reader, below("grants")).await;
    let secrets = reading(reader, below("credentials/secrets")).await;
    let policies = reading(reader, Some(Request::get("/api/v1/policies").query("type", "ACCESS_POLICY").query("limit", "1"))).await;
    let groups = reading(reader, Some(Request::get("/api/v1/groups").query("limit", "1"))).await;
    let servers = reading(reader, Some(Request::get(SERVERS).query("limit", "1"))).await;
    [apps, clients, grants, secrets, policies, groups, servers]
}

/// Returns whether it matters that something can be read: the org's clients where some are declared, and the rest unless nothing else is.
fn is_needed(name: &str, desired: &Desired) -> bool {
    match name {
        "clients" => !desired.clients.is_empty(),
        "grants" if !desired.concerns_apps() => desired.clients.iter().any(|client| client.grants.is_some()),
        _ => desired.concerns_apps(),
    }
}

async fn reading(reader: &Reader, request: Option<Request>) -> Reading {
    match request {
        None => Reading::Untried,
        Some(request) => reader.get::<Clean>(request).await.map_or_else(Reading::Refused, |_| Reading::Readable),
    }
}

fn text(okta: Option<&Okta>, portal: Option<&Portal>, connection: &Connection) -> String {
    let shown = |text: &str| printable_head(text, 200);
    let mut lines = Vec::new();
    if let Some(Okta { org, user, client_id, scopes, readings, needed }) = okta {
        lines.push(format!("Org          {} ({})", shown(&org.url), shown(&org.id)));
        lines.push(format!("Credentials  {}", connection.how));
        lines.push(match (client_id, user) {
            (Some(client_id), _) => format!("Signed in as the app {client_id}"),
            (None, Some(user)) => format!("Signed in as {user}"),
            (None, None) => "Signed in as somebody whose own profile cannot be read".to_owned(),
        });
        if let Some(Scopes { held, plan, apply }) = scopes {
            lines.push(format!("Scopes       {}", shown(&held.join(" "))));
            lines.extend([("plan", plan), ("apply", apply)].map(|(command, needed)| format!("{command:<12} {}", verdict(needed, held))));
        }
        let told = NEEDED.iter().zip(readings).zip(needed).flat_map(|(((name, why), reading), needed)| match (reading, needed) {
            (Reading::Refused(_), false) => vec![format!("{name:<12} cannot be read, and need not be for these manifests")],
            _ => told(name, why, reading),
        });
        lines.extend(told);
    }
    if let Some(Portal { url, providers }) = portal {
        lines.push(format!("Portal       {}", shown(url)));
        lines.extend(told("providers", "for manifests with an OAuthProvider or a ClientType", providers));
    }
    lines.join("\n") + "\n"
}

/// Says whether a token is good for what is needed.
fn verdict(needed: &BTreeSet<String>, held: &[String]) -> String {
    let all = needed.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    match missing(needed, held).as_slice() {
        [] => format!("needs {all}"),
        missing => format!("needs {all}: this token LACKS {}", missing.join(" ")),
    }
}

fn told(name: &str, why: &str, reading: &Reading) -> Vec<String> {
    match reading {
        Reading::Readable => vec![format!("{name:<12} can be read")],
        Reading::Untried => vec![format!("{name:<12} not tried, for want of an app to try it on")],
        Reading::Refused(error) => {
            let line = format!("{name:<12} CANNOT be read ({why}): {error}");
            [line].into_iter().chain(advice(error).map(|advice| format!("{:<12} {advice}", ""))).collect()
        }
    }
}

fn tree(okta: Option<&Okta>, portal: Option<&Portal>, connection: &Connection) -> Value {
    let reading = |reading: &Reading| match reading {
        Reading::Readable => json!({"readable": true}),
        Reading::Untried => json!({"readable": null}),
        Reading::Refused(error) => json!({"readable": false, "error": error.to_string()}),
    };
    let readings = okta.into_iter().flat_map(|okta| NEEDED.iter().map(|(name, _)| *name).zip(&okta.readings));
    let readings = readings.chain(portal.map(|portal| ("providers", &portal.providers)));
    let reads: serde_json::Map<_, _> = readings.map(|(name, read)| (name.to_owned(), reading(read))).collect();
    let org = okta.map(|okta| json!({"id": okta.org.id, "url": okta.org.url}));
    let user = okta.and_then(|okta| okta.user.clone());
    let mut tree = json!({"format_version": 1, "org": org, "credentials": connection.how, "user": user, "reads": reads});
    if let Some(Scopes { held, plan, apply }) = okta.and_then(|okta| okta.scopes.as_ref()) {
        let of = |needed: &BTreeSet<String>| json!({"needs": needed, "missing": missing(needed, held)});
        tree["scopes"] = json!({"held": held, "plan": of(plan), "apply": of(apply)});
    }
    if let Some(client_id) = okta.and_then(|okta| okta.client_id.as_ref()) {
        tree["client_id"] = json!(client_id);
    }
    if let Some(portal) = portal {
        tree["portal"] = json!({"url": portal.url});
    }
    tree
}
