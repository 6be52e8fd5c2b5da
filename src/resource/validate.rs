//! Holds a document's `spec` against its field table and says everything that is wrong with it at once.

use indexmap::IndexMap;
use serde_json::Value;

use super::authorization_server::Part;
use super::field::{Field, Shape};
use super::jwk::PRIVATE;
use super::suggest::nearest;
use super::table::table;
use crate::address::Kind;
use crate::diagnostic::Code;
use crate::diagnostic::codes::{
    KNOWN_ADDITIONAL, MISSING_FIELD, NOT_EXACTLY_ONE, NULL_UNKNOWN, OUT_OF_BOUNDS, READ_ONLY_FIELD, RESERVED_PROFILE, SECRET_IN_MANIFEST,
    UNKNOWN_FIELD, UNKNOWN_VALUE, WRONG_TYPE,
};
use crate::json::{Path, Way, at};

/// Something that is wrong with a tree, and where in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Where, relative to `spec`.
    pub path: Path,
    /// Whether the member's name is at fault rather than its value.
    pub at_key: bool,
    /// The diagnostic's code.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// What is said at the marked text.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
}

impl Fault {
    fn value(path: &Path, code: Code, message: String) -> Self {
        Self { path: path.clone(), at_key: false, code, message, label: String::new(), help: None }
    }

    fn key(path: &Path, code: Code, message: String) -> Self {
        Self { at_key: true, ..Self::value(path, code, message) }
    }

    fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Adds everything that is wrong with the `spec` of a kind to a list.
pub fn validate(kind: Kind, spec: &Value, faults: &mut Vec<Fault>) {
    check(table(kind), &Way::Root, spec, faults);
    for (place, names) in [("accessPolicy", ["name", "id"]), ("jwks", ["keys", "file"]), ("settings.oauthClient.jwks", ["keys", "file"])] {
        // An authorization server's keys stand in its document alone.
        if kind != Kind::AuthorizationServer && at(spec, place).is_some() {
            exactly_one(&Path::of(place), spec, &names, faults);
        }
    }
    for i in 0..spec.get("client_secrets").and_then(Value::as_array).map_or(0, Vec::len) {
        exactly_one(&Path::of("client_secrets").index(i), spec, &["env", "file"], faults);
    }
    for i in 0..spec.get("groups").and_then(Value::as_array).map_or(0, Vec::len) {
        exactly_one(&Path::of("groups").index(i), spec, &["name", "id"], faults);
    }
    for source in ["RegistrationAccessToken", "private_key"] {
        exactly_one(&Path::of(source), spec, &["env", "file"], faults);
    }
    additional(kind, spec, faults);
    if kind == Kind::App && spec.get("profile").and_then(|profile| profile.get(super::marker::MEMBER)).is_some() {
        let marker = Path::of("profile").key(super::marker::MEMBER);
        faults.push(
            Fault::key(&marker, RESERVED_PROFILE, format!("`profile.{}` is idpctl's own", super::marker::MEMBER))
                .help("take it out: idpctl writes its mark there by itself"),
        );
    }
}

fn check(field: &Field, way: &Way<'_>, value: &Value, faults: &mut Vec<Fault>) {
    if value.is_null() {
        if field.rule.absent.is_none() {
            let path = &way.path();
            faults.push(
                Fault::value(path, NULL_UNKNOWN, format!("`{path}` cannot be null: what the server would make of it is not known"))
                    .help("say the value that it should have, or take the field out to leave it alone"),
            );
        }
        return;
    }
    match (&field.shape, value) {
        (Shape::Object(members), Value::Object(given)) => check_members(members, way, given, faults),
        (Shape::List(item), Value::Array(items)) => {
            for (i, inner) in items.iter().enumerate() {
                check(item, &Way::Index(way, i), inner, faults);
            }
        }
        (Shape::Text { min, max, choices }, Value::String(text)) => check_text(way, text, *min, *max, choices, faults),
        (Shape::Integer { min, max }, Value::Number(number)) => check_number(way, number, *min, *max, faults),
        (Shape::Flag, Value::Bool(_)) | (Shape::Free, Value::Object(_)) => {}
        (Shape::Either(branches), _) => match branches.iter().find(|b| fits(&b.shape, value)) {
            Some(branch) => check_branch(branch, way, value, faults),
            None => faults.push(wrong_type(field, &way.path(), value)),
        },
        _ => faults.push(wrong_type(field, &way.path(), value)),
    }
}

fn check_branch(branch: &Field, way: &Way<'_>, value: &Value, faults: &mut Vec<Fault>) {
    check(branch, way, value, faults);
    // Alternatives that are mappings are references: exactly one way of naming the thing.
    if let (Shape::Object(members), Value::Object(given)) = (&branch.shape, value)
        && given.len() != 1
    {
        let (path, names) = (&way.path(), members.keys().map(|n| format!("`{n}`")).collect::<Vec<_>>());
        faults.push(Fault::value(path, NOT_EXACTLY_ONE, format!("`{path}` needs exactly one of {}", names.join(", "))));
    }
}

fn check_members(members: &IndexMap<String, Field>, way: &Way<'_>, given: &serde_json::Map<String, Value>, faults: &mut Vec<Fault>) {
    for (name, inner) in given {
        match members.get(name) {
            Some(field) => check(field, &Way::Key(way, name), inner, faults),
            None => faults.push(unknown(members, &way.path(), name)),
        }
    }
    // A required field that is only misspelt has been reported as that.
    let meant =
        |name: &str| given.keys().any(|key| !members.contains_key(key) && nearest(key, members.keys().map(String::as_str)) == Some(name));
    for (name, field) in members {
        if field.required && !given.contains_key(name) && !meant(name) {
            let path = &way.path();
            let whose = if path.steps().is_empty() { "spec".to_owned() } else { format!("`{path}`") };
            faults.push(
                Fault::key(path, MISSING_FIELD, format!("{whose} needs `{name}`")).help(format!("add `{name}`: {}", lower(&field.doc))),
            );
        }
    }
}

fn unknown(members: &IndexMap<String, Field>, path: &Path, name: &str) -> Fault {
    let here = path.key(name);
    if let Some(fault) = of_client(members, &here, name) {
        return fault;
    }
    if name == "client_secret" {
        return Fault::key(&here, SECRET_IN_MANIFEST, "a secret is never written in a manifest".to_owned()).help(
            "declare it in a ClientCredentials document: `client_secrets: [{name: \"2026-09\", env: IDPCTL_…}]`, with the value in that environment variable",
        );
    }
    if PRIVATE.contains(&name) && ["kty", "env"].iter().any(|of_a_key| members.contains_key(*of_a_key)) {
        return Fault::key(&here, SECRET_IN_MANIFEST, format!("`{name}` is a part of a private key"))
            .help("declare the public key only, and treat this one as leaked: make a new pair");
    }
    if [Kind::App, Kind::ClientType].into_iter().any(|kind| super::read_only(kind).contains(&here.to_string().as_str())) {
        return Fault::key(&here, READ_ONLY_FIELD, format!("`{here}` is set by the server alone")).help("take it out");
    }
    if let Some(fault) = of_server(members, &here, name) {
        return fault;
    }
    let fault = Fault::key(&here, UNKNOWN_FIELD, format!("unknown field `{name}`"));
    match nearest(name, members.keys().map(String::as_str)) {
        Some(known) => fault.label(format!("did you mean `{known}`?")).help(format!("write `{known}`")),
        None if members.contains_key("audiences") => {
            fault.help("if Okta has this field and idpctl does not know it yet, set it below `spec.additionalFields`")
        }
        None if members.contains_key("WellKnownURL") || members.contains_key("OktaAppType") => {
            fault.help("if the portal has this field and idpctl does not know it yet, set it below `spec.additionalFields`")
        }
        None if path.steps().is_empty() || members.contains_key("grant_types") => {
            fault.help("if Okta has this field and idpctl does not know it yet, set it below `spec.additionalFields` of the App document")
        }
        None => fault.help(format!("known here: {}", members.keys().map(String::as_str).collect::<Vec<_>>().join(", "))),
    }
}

/// Returns what is wrong with a member that a dynamically registered client has and no manifest says.
fn of_client(members: &IndexMap<String, Field>, here: &Path, name: &str) -> Option<Fault> {
    if !(members.contains_key("client_name") && super::client::READ_ONLY.contains(&name)) {
        return None;
    }
    let help = match name {
        "client_id" => {
            "take it out, or say in `metadata.id` which client is meant; for a client id of your own declare an App and its ClientCredentials"
        }
        super::client::SECRET => "take it out, and say in `client_secret_output` which file the secret goes to",
        _ => "take it out",
    };
    let code = if name == super::client::SECRET { SECRET_IN_MANIFEST } else { READ_ONLY_FIELD };
    Some(Fault::key(here, code, format!("`{here}` is set by the server alone")).help(help))
}

/// Returns what is wrong with a member of an authorization server, or of a child of one, that an answer has and no manifest says.
fn of_server(members: &IndexMap<String, Field>, here: &Path, name: &str) -> Option<Fault> {
    let is_of = |part: &Part| matches!(&part.table().shape, Shape::Object(known) if std::ptr::eq(known, members));
    let part = Part::ALL.into_iter().find(is_of)?;
    let message = match part.implied() {
        Some((implied, value)) if implied == name => format!("`{here}` is implied: it is always `{value}`"),
        _ if part.read_only().contains(&name) => format!("`{here}` is set by the server alone"),
        _ => return None,
    };
    Some(Fault::key(here, READ_ONLY_FIELD, message).help("take it out"))
}

fn check_text(way: &Way<'_>, text: &str, min: Option<u64>, max: Option<u64>, choices: &[String], faults: &mut Vec<Fault>) {
    if !choices.is_empty() {
        if !choices.iter().any(|c| c == text) {
            let path = &way.path();
            let fault = Fault::value(path, UNKNOWN_VALUE, format!("`{path}` cannot be this: known are {}", choices.join(", ")));
            faults.push(match nearest(text, choices.iter().map(String::as_str)) {
                Some(known) => fault.label(format!("did you mean `{known}`?")),
                None => fault.label("not one of them"),
            });
        }
        return;
    }
    let length = text.chars().count() as u64;
    if min.is_some_and(|min| length < min) || max.is_some_and(|max| length > max) {
        let path = &way.path();
        let bounds = match (min, max) {
            (Some(min), Some(max)) => format!("{min} to {max}"),
            (Some(min), None) => format!("at least {min}"),
            (None, max) => format!("at most {}", max.unwrap_or_default()),
        };
        faults
            .push(Fault::value(path, OUT_OF_BOUNDS, format!("`{path}` must have {bounds} characters")).label(format!("this has {length}")));
    }
}

fn check_number(way: &Way<'_>, number: &serde_json::Number, min: Option<i64>, max: Option<i64>, faults: &mut Vec<Fault>) {
    let fits = number.as_i64().is_some_and(|n| min.is_none_or(|min| n >= min) && max.is_none_or(|max| n <= max));
    if !fits {
        let bounds = match (min, max) {
            (Some(min), Some(max)) => format!("a whole number from {min} to {max}"),
            (Some(min), None) => format!("a whole number from {min}"),
            _ => "a whole number".to_owned(),
        };
        let path = &way.path();
        faults.push(Fault::value(path, OUT_OF_BOUNDS, format!("`{path}` must be {bounds}")));
    }
}

fn wrong_type(field: &Field, path: &Path, value: &Value) -> Fault {
    let fault =
        Fault::value(path, WRONG_TYPE, format!("`{path}` must be {}", words(&field.shape))).label(format!("this is {}", word(value)));
    match (&field.shape, value) {
        (Shape::Text { .. }, Value::Number(_) | Value::Bool(_)) => fault.help("put it in quotes"),
        (Shape::List(_), Value::String(_)) => fault.help("put it in brackets: `[…]`"),
        (Shape::Flag, Value::String(_)) => fault.help("write true or false, without quotes"),
        (Shape::Object(members), Value::String(_)) if members.contains_key("env") => {
            let name = if members.contains_key("name") { "name: \"2026-09\", " } else { "" };
            Fault { code: SECRET_IN_MANIFEST, ..fault }.help(format!("a secret is never written in a manifest: `{{{name}env: IDPCTL_…}}`"))
        }
        _ => fault,
    }
}

fn fits(shape: &Shape, value: &Value) -> bool {
    matches!(
        (shape, value),
        (Shape::Text { .. }, Value::String(_)) | (Shape::Object(_) | Shape::Free, Value::Object(_)) | (Shape::List(_), Value::Array(_))
    )
}

fn words(shape: &Shape) -> String {
    match shape {
        Shape::Text { .. } => "a text".to_owned(),
        Shape::Flag => "true or false".to_owned(),
        Shape::Integer { .. } => "a whole number".to_owned(),
        Shape::List(_) => "a list".to_owned(),
        Shape::Object(_) | Shape::Free => "a mapping".to_owned(),
        Shape::Either(branches) => branches.iter().map(|b| words(&b.shape)).collect::<Vec<_>>().join(" or "),
    }
}

fn word(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

fn lower(doc: &str) -> String {
    let mut letters = doc.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn exactly_one(path: &Path, spec: &Value, names: &[&str], faults: &mut Vec<Fault>) {
    let Some(Value::Object(given)) = path.find(spec) else { return };
    if names.iter().filter(|name| given.contains_key(**name)).count() != 1 {
        let listed: Vec<_> = names.iter().map(|n| format!("`{n}`")).collect();
        faults.push(Fault::key(path, NOT_EXACTLY_ONE, format!("`{path}` needs exactly one of {}", listed.join(" and "))));
    }
}

/// `additionalFields` is for what the table does not know, and for nothing that must be kept from manifests.
fn additional(kind: Kind, spec: &Value, faults: &mut Vec<Fault>) {
    let root = Path::of("additionalFields");
    let Some(tree) = root.find(spec) else { return };
    let mut open = vec![(root, Some(table(kind)), tree)];
    while let Some((path, field, value)) = open.pop() {
        match (value, field.map(|f| &f.shape)) {
            (Value::Object(members), shape) if !matches!(shape, Some(Shape::Free)) => {
                for (name, inner) in members {
                    let known = shape.and_then(|s| if let Shape::Object(known) = s { known.get(name) } else { None });
                    let here = path.key(name);
                    if secret_like(name) {
                        faults.push(secret_additional(&here, name));
                    } else if super::read_only(kind).contains(&relative(&here).as_str()) {
                        faults.push(Fault::key(&here, READ_ONLY_FIELD, format!("`{name}` is set by the server alone")).help("take it out"));
                    } else {
                        open.push((here, known, inner));
                    }
                }
            }
            (Value::Array(items), None) => open.extend(items.iter().enumerate().map(|(i, item)| (path.index(i), None, item))),
            (_, Some(_)) => faults.push(
                Fault::key(&path, KNOWN_ADDITIONAL, format!("`{}` is a known field", relative(&path)))
                    .help("set it in its own place in `spec`"),
            ),
            _ => {}
        }
    }
}

fn relative(path: &Path) -> String {
    path.to_string().trim_start_matches("additionalFields.").to_owned()
}

fn secret_additional(path: &Path, name: &str) -> Fault {
    Fault::key(path, SECRET_IN_MANIFEST, format!("`{name}` looks like a secret, and secrets are never written in a manifest"))
        .help("take it out; client secrets are declared in a ClientCredentials document")
}

/// The one member of the API that looks like a secret and holds a word: how an authorization server encrypts access tokens.
const PLAIN: &str = "accessTokenEncryptedResponseAlgorithm";

/// Returns whether a member's name says that its value is one that must not be seen. Every member of every answer is asked about.
pub fn secret_like(name: &str) -> bool {
    let bytes = name.as_bytes();
    name != PLAIN && bytes.iter().enumerate().any(|(start, first)| words_with(*first).iter().any(|word| says(&bytes[start..], word)))
}

/// Returns the words for secrets that start with a letter.
fn words_with(first: u8) -> &'static [&'static str] {
    match first.to_ascii_lowercase() {
        b'a' => &["apikey", "accesstoken", "apitoken", "authtoken"],
        b'b' => &["bearertoken"],
        b'c' => &["credentialvalue"],
        b'p' => &["password", "passphrase", "privatekey"],
        b's' => &["secret"],
        _ => &[],
    }
}

/// Whether a name goes on with a word, whatever the case and the signs between its letters.
fn says(name: &[u8], word: &str) -> bool {
    let mut letters = name.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
    word.bytes().all(|letter| letters.next() == Some(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_like_a_secret_however_it_is_spelt() {
        for name in
            ["client_secret", "clientSecret", "API-Key", "PRIVATE_KEY_PEM", "aapikey", "x_a_p_i_t-o-k-e-n", "pass word", "geheim_é_s.ecret"]
        {
            assert!(secret_like(name), "{name}");
        }
        for name in [PLAIN, "", "token", "key", "passwor", "secre", "privatékey", "token_endpoint_auth_method", "autoKeyRotation"] {
            assert!(!secret_like(name), "{name}");
        }
    }
}
