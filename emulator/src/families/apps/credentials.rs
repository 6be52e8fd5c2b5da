//! `credentials` of a client: its id, how it authenticates, and what a create or replace does to its secrets.

use serde_json::{Map, Value, json};

use super::{
    document::{App, Secret},
    fields::{Field, Problems, Shape, Unset, object},
};
use crate::{
    answer::Refusal,
    families::Exchange,
    ids::Kind,
    store::Table,
    switches::{AbsentSecret, AuthMethodChange, ChangedImmutable, DuplicateClientId, OmittedCredentials, PutSecret},
};

const METHODS: Shape = Shape::OneOf(&["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"]);
/// Recordings have `suffix`, the specification `userSuffix`.
const TEMPLATE: [Field; 5] = [
    Field::new("template", Shape::AnyText, Unset::Text("${source.login}")),
    Field::new("type", Shape::OneOf(&["NONE", "BUILT_IN", "CUSTOM"]), Unset::Text("BUILT_IN")),
    Field::new("suffix", Shape::AnyText, Unset::Absent),
    Field::new("userSuffix", Shape::AnyText, Unset::Absent),
    Field::new("pushStatus", Shape::OneOf(&["PUSH", "DONT_PUSH", "NOT_CONFIGURED"]), Unset::Absent),
];

/// Builds `userNameTemplate`, which a PUT may leave out.
pub(super) fn user_name_template(x: &Exchange<'_>, sent: &Value, before: Option<&App>, problems: &mut Problems) -> Result<Value, Refusal> {
    let template = object(sent, "userNameTemplate")?;
    let kept = before.map(|app| &app.body["credentials"]["userNameTemplate"]);
    if template.is_null()
        && let Some(kept) = kept.filter(|kept| kept.is_object())
    {
        return Ok(kept.clone());
    }
    let mut built = Map::new();
    for field in &TEMPLATE {
        field.read(template, &mut built, x.switches, problems)?;
    }
    if built["type"] == "CUSTOM" && !built.contains_key("pushStatus") {
        built.insert("pushStatus".into(), json!("DONT_PUSH"));
    }
    Ok(built.into())
}

/// Builds `oauthClient` without a secret.
pub(super) fn client(
    x: &Exchange<'_>,
    sent: &Value,
    application_type: &str,
    id: &str,
    before: Option<&App>,
    problems: &mut Problems,
) -> Result<Map<String, Value>, Refusal> {
    let mut sent = sent.as_object().cloned().unwrap_or_default();
    if let Some(before) = before
        && x.switches.omitted_credentials() == OmittedCredentials::Keep
    {
        for name in ["autoKeyRotation", "token_endpoint_auth_method", "pkce_required"] {
            if sent.get(name).is_none_or(Value::is_null) {
                let kept = &before.body["credentials"]["oauthClient"][name];
                sent.insert(name.into(), kept.clone());
            }
        }
    }
    let sent = Value::Object(sent);
    let client_id = client_id(x, &sent, id, before, problems)?;
    let public = matches!(application_type, "browser" | "native");
    let unset = [
        Field::new("autoKeyRotation", Shape::Flag, Unset::Flag(true)),
        Field::new("token_endpoint_auth_method", METHODS, Unset::Text("client_secret_basic")),
        Field::new("pkce_required", Shape::Flag, Unset::Flag(public)),
    ];
    let mut built = Map::new();
    for field in unset {
        field.read(&sent, &mut built, x.switches, problems)?;
        if field.name == "autoKeyRotation" {
            built.insert("client_id".into(), json!(client_id));
        }
    }
    Ok(built)
}

fn client_id(x: &Exchange<'_>, sent: &Value, id: &str, before: Option<&App>, problems: &mut Problems) -> Result<String, Refusal> {
    let wanted = match &sent["client_id"] {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.as_str()),
        _ => return Err(Refusal::malformed()),
    };
    if let Some(before) = before {
        let kept = before.client_id();
        if wanted.is_some_and(|wanted| wanted != kept) && x.switches.changed_client_id() == ChangedImmutable::Refuse {
            problems.of("client_id", "The client_id of an existing client can't be changed.");
        }
        return Ok(kept.to_owned());
    }
    let Some(wanted) = wanted else {
        return Ok(id.to_owned());
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || "$-_.+!*'(),".contains(c);
    if !(6..=100).contains(&wanted.chars().count()) {
        problems.of("client_id", "must be between 6 and 100 characters long");
    } else if !wanted.chars().all(allowed) || wanted == "ALL_CLIENTS" {
        problems.of("client_id", "may only hold alphanumerics and $-_.+!*'(), and is not ALL_CLIENTS");
    }
    if x.tx.row(Table::ClientIds, wanted).is_some() {
        let refusal = Refusal::invalid("client_id", "client_id: An OAuth 2.0 client with this client_id already exists.");
        return Err(match x.switches.duplicate_client_id() {
            DuplicateClientId::Conflict => refusal.with_status(409),
            DuplicateClientId::BadRequest => refusal,
        });
    }
    Ok(wanted.to_owned())
}

/// Says why a secret cannot be used with an authentication method, in Okta's words.
pub(in crate::families) fn check_secret(secret: &str, method: &str) -> Result<(), Refusal> {
    let cause = if method == "private_key_jwt" {
        "'client_secret' can't be used when 'token_endpoint_auth_method' is 'private_key_jwt'."
    } else if !secret.bytes().all(|b| (0x20..=0x7e).contains(&b)) {
        "client_secret: ''client_secret'' must only contain printable ASCII: [x20-x7E]+"
    } else if secret.len() > 100 {
        "client_secret: 'client_secret' can't be more than '100' characters long."
    } else if method == "client_secret_jwt" && secret.len() < 32 {
        "client_secret: 'client_secret' must be at least '32' characters long when 'token_endpoint_auth_method' is 'client_secret_jwt'."
    } else if secret.len() < 14 {
        "client_secret: 'client_secret' must be at least '14' characters long."
    } else {
        return Ok(());
    };
    Err(Refusal::invalid("client_secret", cause))
}

/// Returns the secrets that a client has after it was created or replaced.
pub(super) fn secrets(x: &mut Exchange<'_>, sent: &Value, method: &str, before: Option<&App>) -> Result<Vec<Secret>, Refusal> {
    let given = match &sent["client_secret"] {
        Value::Null => None,
        Value::String(text) => Some(text.as_str()),
        _ => return Err(Refusal::malformed()),
    };
    let wanted = given.filter(|text| !text.is_empty());
    if let Some(wanted) = wanted
        && method != "none"
    {
        check_secret(wanted, method)?;
    }
    if !method.starts_with("client_secret_") {
        return Ok(Vec::new());
    }
    let mut secrets = before.map(|app| app.secrets.clone()).unwrap_or_default();
    if secrets.is_empty() {
        secrets.push(new_secret(x, wanted, "ACTIVE"));
        return Ok(secrets);
    }
    if let Some(wanted) = wanted {
        if !secrets.iter().any(|secret| secret.value == wanted) {
            overwrite(x, &mut secrets, Some(wanted));
        }
        return Ok(secrets);
    }
    let changed = before.is_some_and(|app| app.auth_method() != method);
    let regenerate = (changed && x.switches.auth_method_change() == AuthMethodChange::Regenerate)
        || (given.is_none() && x.switches.absent_secret() == AbsentSecret::Regenerate);
    if regenerate {
        overwrite(x, &mut secrets, None);
    }
    Ok(secrets)
}

/// Overwrites an active secret, with a generated value if none is given.
pub(in crate::families) fn overwrite(x: &mut Exchange<'_>, secrets: &mut Vec<Secret>, value: Option<&str>) {
    let mut active = secrets.iter().enumerate().filter(|(_, secret)| secret.is_active());
    let place = match x.switches.put_secret() {
        PutSecret::Oldest => active.next(),
        PutSecret::Newest => active.next_back(),
    };
    let place = place.map(|(place, _)| place);
    let secret = new_secret(x, value, "ACTIVE");
    if let Some(place) = place {
        secrets.remove(place);
    }
    secrets.push(secret);
}

/// Makes a secret, with a generated value if none is given.
pub(in crate::families) fn new_secret(x: &mut Exchange<'_>, value: Option<&str>, status: &str) -> Secret {
    let value = match value {
        Some(value) => value.to_owned(),
        None => x.tx.new_client_secret(),
    };
    Secret { id: x.tx.new_id(Kind::Secret), created: x.now.clone(), last_updated: x.now.clone(), status: status.to_owned(), value }
}
