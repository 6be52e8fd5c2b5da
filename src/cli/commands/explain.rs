//! `explain`: what a kind, a field or a code is, out of the tables that everything else goes by.

use std::fmt::Write as _;

use clap::Args;
use serde_json::Value;

use super::super::error::CommandError;
use super::super::{Context, Exit};
use crate::address::{Kind, System};
use crate::diagnostic::{Code, codes};
use crate::json::Path;
use crate::printable::printable;
use crate::resource::authorization_server::Part;
use crate::resource::{Clear, Compare, Facet, Field, Shape, did_you_mean, every_leaf, table};

/// Looks up a kind, a field of it, or the code of a message.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl explain                         the kinds there are
  idpctl explain App
  idpctl explain App.settings.oauthClient.redirect_uris
  idpctl explain IDP0301")]
pub(crate) struct ExplainArgs {
    /// A kind, a field or a code
    #[arg(value_name = "KIND[.field] | CODE")]
    what: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &ExplainArgs, context: &Context) -> Result<Exit, CommandError> {
    context.printer.data(&explained(args.what.as_deref().unwrap_or_default())?)?;
    Ok(Exit::Done)
}

fn explained(what: &str) -> Result<String, CommandError> {
    if what.is_empty() {
        return Ok(kinds());
    }
    if let Some(number) = what.strip_prefix("IDP") {
        return number.parse().ok().map(Code).and_then(codes::find).map(code).ok_or_else(|| unknown("code", what, None));
    }
    let (kind, path) = what.split_once('.').unwrap_or((what, ""));
    let kind = kind.parse::<Kind>().map_err(|_| unknown("kind", kind, did_you_mean(kind, Kind::ALL.map(Kind::as_str))))?;
    let path = path.strip_prefix("spec.").unwrap_or(path);
    if path.is_empty() {
        return Ok(of_kind(kind));
    }
    let mut way = Path::root();
    let mut field = table(kind);
    for name in path.split('.') {
        let members = members(field);
        let Some(next) = members.iter().find(|member| member.name == name) else {
            let known = members.iter().map(|member| member.name.as_str());
            return Err(unknown("field", &way.key(name).to_string(), did_you_mean(name, known)));
        };
        way = way.key(name);
        field = next;
    }
    Ok(of_field(kind, &way, field))
}

fn unknown(sort: &str, what: &str, help: Option<String>) -> CommandError {
    let error = CommandError::new(format!("there is no {sort} `{}`", printable(what)));
    match help {
        Some(help) => error.hint(help),
        None => error.hint("`idpctl explain` lists the kinds, `idpctl explain KIND` its fields"),
    }
}

fn kinds() -> String {
    let width = Kind::ALL.iter().map(|kind| kind.as_str().len()).max().unwrap_or_default();
    let lines = Kind::ALL.map(|kind| format!("{:width$}  {}\n", kind.as_str(), table(kind).doc));
    lines.concat()
}

fn code(entry: &codes::Entry) -> String {
    let codes::Entry { code, title, explanation, remedy, danger } = entry;
    let text = format!("{code}: {title}\n\n{explanation}\n\nWhat to do: {remedy}\n");
    let Some(codes::Danger { severity, link }) = danger else { return text };
    let accept = format!("To accept it, with the reason, in the document: `metadata: {{accept: {{{code}: \"…\"}}}}`.");
    format!("{text}\nA finding of severity {}. {accept}\n{link}\n", severity.as_str())
}

fn of_kind(kind: Kind) -> String {
    let mut out = format!("{kind}: {}\n\nFields of `spec`:\n", table(kind).doc);
    for (path, field) in every_leaf(table(kind)) {
        let required = if field.required { ", required" } else { "" };
        writeln!(out, "  {path}: {}{required}", shape(field)).expect("writing to a String does not fail");
    }
    out
}

/// Returns the fields below one, those of a list's items included.
fn members(field: &Field) -> Vec<&Field> {
    match &field.shape {
        Shape::Object(members) => members.values().collect(),
        Shape::List(item) => members(item),
        Shape::Either(branches) => branches.iter().flat_map(members).collect(),
        Shape::Text { .. } | Shape::Flag | Shape::Integer { .. } | Shape::Free => Vec::new(),
    }
}

fn of_field(kind: Kind, path: &Path, field: &Field) -> String {
    let Field { name: _, doc, shape: form, required, rule } = field;
    let mut lines = vec![format!("{kind}.{path}: {}", shape(field)), String::new(), format!("{doc}."), String::new()];
    if let Some(at) = &rule.at {
        lines.push(format!("In the API's object it is `{at}`."));
    }
    if rule.compare == Compare::WriteOnly {
        lines.push("A manifest says where its value is to be had, never the value.".to_owned());
    } else if is_list_of_objects(field) {
        lines.push("Each item is an object of its own at the server, with requests and a line of the plan of its own.".to_owned());
    } else if rule.ours {
        lines.push("It is idpctl's own; the API has no such field.".to_owned());
    }
    // What is ours and no list of children is nothing that is there.
    let is_there =
        !rule.ours || rule.compare == Compare::WriteOnly || rule.facet != Facet::Body || matches!(form, Shape::List(_) | Shape::Free);
    match (*required, is_there) {
        (true, _) => lines.push("It must be said.".to_owned()),
        (false, true) => lines.push("Absent: not managed; what is there stays.".to_owned()),
        (false, false) => {}
    }
    lines.extend(null(field));
    lines.extend(match rule.compare {
        Compare::Exact => None,
        Compare::Set => Some("The order of the list does not matter.".to_owned()),
        Compare::FirstThenSet => Some("Which item is first matters; the order of the others does not.".to_owned()),
        Compare::Keys => Some("Keys that are not declared stay, unless pruned.".to_owned()),
        Compare::Csv => Some("The order of the list does not matter. On the wire it is one text, separated by commas.".to_owned()),
        Compare::WriteOnly => Some("The server never shows it, so it is never compared.".to_owned()),
    });
    lines.extend(rule.alike.iter().map(|group| format!("These mean the same: {}.", group.join(", "))));
    if rule.immutable {
        lines.push(match kind.system() {
            System::Okta if kind == Kind::Client => {
                "It cannot be changed: another value means another client, which `--allow-replace` must allow.".to_owned()
            }
            System::Okta => "It cannot be changed: another value means another app, which `--allow-replace` must allow.".to_owned(),
            System::Portal => "It cannot be changed: another value is refused.".to_owned(),
        });
    }
    lines.extend(match rule.facet {
        Facet::Body => None,
        Facet::Status => Some("It is written with the lifecycle calls, apart from the other fields.".to_owned()),
        Facet::AccessPolicy => Some("It is written with a call of its own, apart from the other fields.".to_owned()),
    });
    let below = members(field);
    if !below.is_empty() {
        lines.push(String::new());
        lines.push("Fields:".to_owned());
        lines.extend(below.iter().map(|member| format!("  {}: {}", member.name, shape(member))));
    }
    lines.join("\n") + "\n"
}

/// Returns whether the items of a list are objects of their own at the server, rather than values of a field.
fn is_list_of_objects(field: &Field) -> bool {
    matches!(&field.shape, Shape::List(item) if Part::ALL.into_iter().any(|part| std::ptr::eq(part.table(), &raw const **item)))
}

fn null(field: &Field) -> Option<String> {
    let shown = match field.rule.absent.as_ref()? {
        Value::Null => "nothing".to_owned(),
        value => value.to_string(),
    };
    Some(match field.rule.clear {
        Clear::Default => format!("null: cleared; the server then has {shown}."),
        Clear::Omit => format!("null: cleared, by leaving it out; the server then has {shown}."),
    })
}

fn shape(field: &Field) -> String {
    let range = |min: Option<String>, max: Option<String>| match (min, max) {
        (Some(min), Some(max)) => format!(" from {min} to {max}"),
        (Some(min), None) => format!(" from {min}"),
        (None, Some(max)) => format!(" up to {max}"),
        (None, None) => String::new(),
    };
    match &field.shape {
        Shape::Text { choices, .. } if !choices.is_empty() => format!("one of {}", choices.join(", ")),
        Shape::Text { min: None, max: None, .. } => "a text".to_owned(),
        Shape::Text { min: Some(1), max: None, .. } => "a text that is not empty".to_owned(),
        Shape::Text { min, max, .. } => {
            format!("a text of{} characters", range(min.map(|n| n.to_string()), max.map(|n| n.to_string())))
        }
        Shape::Flag => "true or false".to_owned(),
        Shape::Integer { min, max } => format!("a whole number{}", range(min.map(|n| n.to_string()), max.map(|n| n.to_string()))),
        Shape::List(item) => format!("a list, each item {}", shape(item)),
        Shape::Object(_) => "an object".to_owned(),
        Shape::Free => "an object with members of your choice".to_owned(),
        Shape::Either(branches) => branches.iter().map(shape).collect::<Vec<_>>().join(", or "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(what: &str) -> String {
        explained(what).unwrap_or_else(|error| error.lines().join("\n") + "\n")
    }

    #[test]
    fn kinds_fields_and_codes_are_explained() {
        let table = [
            "",
            "Grant",
            "App.settings.oauthClient.redirect_uris",
            "App.spec.settings.oauthClient.application_type",
            "App.settings.oauthClient.refresh_token",
            "ClientCredentials.jwks.keys.kty",
            "ClientCredentials.jwks_uri",
            "App.accessPolicy",
            "IDP0103",
        ];
        insta::assert_snapshot!(table.map(shown).join("----\n"), @"
        App                  What an app is: its label, how people see it, and the OAuth settings of its client
        ClientCredentials    How a client proves who it is: its id, its secrets or its keys
        Grant                Which Okta API scopes an app may use. Each scope is an object of its own
        GroupAssignment      Which groups have access to an app. Each group's assignment is an object of its own
        Client               An OAuth client, registered through Okta's dynamic registration endpoint, for credentials that reach no more than `okta.clients.*`
        AuthorizationServer  A custom authorization server: who issues tokens, and under which rules
        OAuthProvider        An identity provider at which the portal registers clients: the parent of client types
        ClientType           How the portal registers clients of one sort. What it has registered already keeps what it has
        ----
        Grant: Which Okta API scopes an app may use. Each scope is an object of its own

        Fields of `spec`:
          app: a text, or an object
          client: a text of from 1 to 63 characters
          issuer: a text
          scopes: a list, each item a text, required
        ----
        App.settings.oauthClient.redirect_uris: a list, each item a text

        Where users are sent back to. The first one counts more than the rest.

        Absent: not managed; what is there stays.
        null: cleared; the server then has [].
        Which item is first matters; the order of the others does not.
        ----
        App.settings.oauthClient.application_type: one of web, native, browser, service

        The sort of client. It cannot be changed later.

        Absent: not managed; what is there stays.
        It cannot be changed: another value means another app, which `--allow-replace` must allow.
        ----
        App.settings.oauthClient.refresh_token: an object

        How refresh tokens are renewed; only with the grant `refresh_token`.

        Absent: not managed; what is there stays.

        Fields:
          rotation_type: one of STATIC, ROTATE
          leeway: a whole number from 0 to 60
        ----
        ClientCredentials.jwks.keys.kty: one of RSA, EC

        The sort of key.

        It must be said.
        ----
        ClientCredentials.jwks_uri: a text

        Where the client's public keys are to be had.

        In the API's object it is `settings.oauthClient.jwks_uri`.
        Absent: not managed; what is there stays.
        null: cleared, by leaving it out; the server then has nothing.
        ----
        App.accessPolicy: an object

        The access policy (authentication policy) of the app, by name or id. Written with a call of its own.

        It is idpctl's own; the API has no such field.
        Absent: not managed; what is there stays.
        It is written with a call of its own, apart from the other fields.

        Fields:
          name: a text
          id: a text
        ----
        IDP0103: a key is given twice

        YAML readers disagree about which of the two counts, so a reviewer cannot know either.

        What to do: Remove one of the two.
        ");
    }

    #[test]
    fn the_items_of_lists_are_explained_as_well() {
        let table = [
            "AuthorizationServer",
            "AuthorizationServer.policies",
            "AuthorizationServer.scopes.name",
            "AuthorizationServer.policies.rules.conditions",
            "AuthorizationServer.policies.conditions.clients.include",
        ];
        insta::assert_snapshot!(table.map(shown).join("----\n"), @"
        AuthorizationServer: A custom authorization server: who issues tokens, and under which rules

        Fields of `spec`:
          name: a text that is not empty, required
          description: a text
          audiences: a list, each item a text
          issuerMode: one of ORG_URL, CUSTOM_URL, DYNAMIC
          status: one of ACTIVE, INACTIVE
          credentials: an object
          credentials.signing: an object
          credentials.signing.rotationMode: one of AUTO, MANUAL
          credentials.signing.use: one of sig
          accessTokenEncryptedResponseAlgorithm: one of RSA-OAEP-256, RSA-OAEP-384, RSA-OAEP-512
          jwks: an object
          jwks.keys: a list, each item an object
          jwks_uri: a text
          scopes: a list, each item an object
          claims: a list, each item an object
          policies: a list, each item an object
          additionalFields: an object with members of your choice
        ----
        AuthorizationServer.policies: a list, each item an object

        Which clients the server issues tokens to, and by which rules. Policies that are not declared stay unless pruned.

        Each item is an object of its own at the server, with requests and a line of the plan of its own.
        Absent: not managed; what is there stays.

        Fields:
          name: a text of from 1 to 100 characters
          description: a text of from 1 to 255 characters
          priority: a whole number from 1
          status: one of ACTIVE, INACTIVE
          conditions: an object
          rules: a list, each item an object
        ----
        AuthorizationServer.scopes.name: a text that is not empty

        The scope, as it stands in requests and tokens.

        It must be said.
        ----
        AuthorizationServer.policies.rules.conditions: an object

        What a request must be for the rule to match.

        It must be said.

        Fields:
          grantTypes: an object
          people: an object
          scopes: an object
        ----
        AuthorizationServer.policies.conditions.clients.include: a list, each item a text, or an object

        The clients, or `ALL_CLIENTS` alone.

        It must be said.
        The order of the list does not matter.

        Fields:
          id: a text
          client_id: a text
          label: a text
        ");
    }

    #[test]
    fn a_near_miss_is_pointed_out() {
        insta::assert_snapshot!(["Apps", "App.setings", "App.settings.x\u{1b}", "IDP9999", "IDPx"].map(shown).join(""), @r"
        error: there is no kind `Apps`

        hint: did you mean `App`?
        error: there is no field `setings`

        hint: did you mean `settings`?
        error: there is no field `settings.x\u{1b}`

        hint: `idpctl explain` lists the kinds, `idpctl explain KIND` its fields
        error: there is no code `IDP9999`

        hint: `idpctl explain` lists the kinds, `idpctl explain KIND` its fields
        error: there is no code `IDPx`

        hint: `idpctl explain` lists the kinds, `idpctl explain KIND` its fields
        ");
    }
}
