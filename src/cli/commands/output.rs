//! `output`: the ids and client ids of declared objects, for scripts. Sends GETs alone.

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::super::args::{Manifests, Network};
use super::super::connect::{Signing, connect};
use super::super::declared::load_for_org;
use super::super::error::CommandError;
use super::super::{Context, Exit};
use crate::address::{Address, Kind};
use crate::bind::{self, BoundApp, BoundClient, BoundPortal, BoundServer, Details, bind, details};
use crate::printable::printable;
use crate::scopes::Purpose;
use crate::select::Select;

/// Prints what org and portal call the declared objects: their ids, the client ids of apps, and the issuers of authorization servers.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl output
  idpctl output App/web-portal
  eval \"$(idpctl output --format shell)\"
  echo \"$IDPCTL_APP_WEB_PORTAL_CLIENT_ID\"")]
pub(crate) struct OutputArgs {
    /// Print these only: KIND/NAME, with globs
    #[arg(value_name = "ADDRESS")]
    addresses: Vec<String>,
    #[command(flatten)]
    manifests: Manifests,
    #[command(flatten)]
    network: Network,
    /// Choose the form of the output
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    format: OutputFormat,
}

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// One object, by address
    Json,
    /// Lines that a shell can read as assignments
    Shell,
}

/// What org or portal call one declared object.
struct Known {
    address: Address,
    /// Its ids; `None` if it is not there.
    ids: Option<Ids>,
}

/// What an object is called.
#[derive(Clone)]
struct Ids {
    id: String,
    /// Of an app its client id, of an authorization server its issuer.
    more: Option<String>,
}

/// Returns what else there is to be known of a kind's objects than their ids.
const fn besides(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::App | Kind::ClientCredentials | Kind::Grant | Kind::GroupAssignment | Kind::Client => Some("client_id"),
        Kind::AuthorizationServer => Some("issuer"),
        Kind::OAuthProvider | Kind::ClientType => None,
    }
}

/// Runs the command.
pub(crate) async fn run(args: &OutputArgs, context: &Context) -> Result<Exit, CommandError> {
    let select = Select::new(&args.addresses).map_err(CommandError::new)?;
    let declared = load_for_org(&args.manifests, context)?;
    let connection =
        connect(&declared.target, Signing::For(Purpose::Read, &declared.desired), &args.network, context)?.hiding(declared.at_hand());
    let sweep = connection.sweep(&declared, &args.network, context)?;
    let listed = sweep.list_for(&declared.desired, &connection.expected).await?;
    let bound = bind(&declared.desired, listed.observed(), &bind::Choices::default());
    let needs = Details { client_types: details(&declared.desired, &bound, None).client_types, ..Details::default() };
    let observed = listed.details(needs).await?;
    let bound = bind(&declared.desired, &observed, &bind::Choices::default());
    if bound.problems.has_errors() {
        return Err(declared.refuse(&bound.problems, context.printer));
    }
    let chosen = bound.apps.iter().filter(|app| app.wanted().documents.iter().any(|document| select.has(document)));
    let portal = bound.portal.iter().filter(|object| select.has(&object.wanted.address));
    let servers = bound.servers.iter().filter(|server| select.has(&server.wanted.own.address));
    let clients = bound.clients.iter().filter(|client| client.wanted.documents.iter().any(|document| select.has(document)));
    let okta = chosen.map(known).chain(clients.map(registered)).chain(servers.map(known_server));
    let mut known: Vec<_> = okta.chain(portal.map(known_to_portal)).collect();
    known.sort_by(|a, b| a.address.cmp(&b.address));
    if known.is_empty() {
        return Err(
            CommandError::new("no declared object has such an address").hint("`idpctl output` without an address prints all of them")
        );
    }
    match args.format {
        OutputFormat::Json => context.printer.json(&tree(&known))?,
        OutputFormat::Shell => context.printer.data(&shell(&known))?,
    }
    let missing: Vec<_> = known.iter().filter(|known| known.ids.is_none()).collect();
    for known in &missing {
        context.printer.note(&format!("warning: {} is not there yet", printable(&known.address.to_string())));
    }
    Ok(if missing.is_empty() { Exit::Done } else { Exit::Error })
}

fn known(app: &BoundApp<'_>) -> Known {
    let ids = app.live().map(|live| Ids { id: live.id.to_string(), more: Some(live.client_id.clone()) });
    Known { address: app.wanted().address.clone(), ids }
}

fn registered(client: &BoundClient<'_>) -> Known {
    let ids = client.live.map(|(live, _)| Ids { id: live.id.to_string(), more: Some(live.id.to_string()) });
    Known { address: client.wanted.address.clone(), ids }
}

fn known_server(server: &BoundServer<'_>) -> Known {
    let ids = server.live.map(|live| Ids { id: live.id.to_string(), more: live.issuer.clone() });
    Known { address: server.wanted.own.address.clone(), ids }
}

fn known_to_portal(object: &BoundPortal<'_>) -> Known {
    let ids = object.live.map(|live| Ids { id: live.id.to_string(), more: None });
    Known { address: object.wanted.address.clone(), ids }
}

fn tree(known: &[Known]) -> Value {
    let entry = |known: &Known| {
        let id = known.ids.as_ref().map(|ids| ids.id.as_str());
        let mut entry = json!({"id": id});
        if let Some(name) = besides(known.address.kind) {
            entry[name] = json!(known.ids.as_ref().and_then(|ids| ids.more.as_deref()));
        }
        (known.address.to_string(), entry)
    };
    json!({"format_version": 1, "objects": known.iter().map(entry).collect::<Map<_, _>>()})
}

fn shell(known: &[Known]) -> String {
    let lines = known.iter().filter_map(|known| {
        let Ids { id, more } = known.ids.as_ref()?;
        let kind = known.address.kind.as_str().to_ascii_uppercase();
        let prefix = format!("IDPCTL_{kind}_{}", known.address.name.to_ascii_uppercase().replace('-', "_"));
        let more = besides(known.address.kind).zip(more.as_ref());
        let more = more.map(|(name, value)| format!("{prefix}_{}={}\n", name.to_ascii_uppercase(), quoted(value)));
        Some(format!("{prefix}_ID={}\n{}", quoted(id), more.unwrap_or_default()))
    });
    lines.collect()
}

/// Returns a text as one word of a POSIX shell, whatever it holds.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn several() -> [Known; 5] {
        let known = |kind, name: &str, ids: Option<(&str, Option<&str>)>| Known {
            address: Address::new(kind, name),
            ids: ids.map(|(id, more)| Ids { id: id.to_owned(), more: more.map(str::to_owned) }),
        };
        [
            known(Kind::App, "web-portal", Some(("0oa1", Some("it's $(x)")))),
            known(Kind::App, "worker", None),
            known(Kind::AuthorizationServer, "orders", Some(("aus1", Some("https://acme.okta.com/oauth2/aus1")))),
            known(Kind::AuthorizationServer, "other", None),
            known(Kind::OAuthProvider, "okta", Some(("1", None))),
        ]
    }

    #[test]
    fn a_shell_cannot_be_made_to_run_anything() {
        insta::assert_snapshot!(shell(&several()), @r"
        IDPCTL_APP_WEB_PORTAL_ID='0oa1'
        IDPCTL_APP_WEB_PORTAL_CLIENT_ID='it'\''s $(x)'
        IDPCTL_AUTHORIZATIONSERVER_ORDERS_ID='aus1'
        IDPCTL_AUTHORIZATIONSERVER_ORDERS_ISSUER='https://acme.okta.com/oauth2/aus1'
        IDPCTL_OAUTHPROVIDER_OKTA_ID='1'
        ");
    }

    #[test]
    fn what_is_not_there_is_null() {
        insta::assert_snapshot!(tree(&several()), @r#"{"format_version":1,"objects":{"App/web-portal":{"id":"0oa1","client_id":"it's $(x)"},"App/worker":{"id":null,"client_id":null},"AuthorizationServer/orders":{"id":"aus1","issuer":"https://acme.okta.com/oauth2/aus1"},"AuthorizationServer/other":{"id":null,"issuer":null},"OAuthProvider/okta":{"id":"1"}}}"#);
    }
}
