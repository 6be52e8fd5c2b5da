//! A document's tree to its kind, name and metadata: everything around `spec`.
//!
//! A document whose kind and name are known is passed on even if something else is wrong with it, so that references to it are not
//! reported as well.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::document::Metadata;
use super::shape::{self, What};
use super::yaml::Written;
use crate::address::Kind;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Origin, codes};
use crate::json::Path;
use crate::resource::nearest;

/// The only `apiVersion` there is.
pub const API_VERSION: &str = "idpctl/v1";

/// What stands at the top of a text that is about one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A document.
    Document,
    /// A patch of one.
    Patch,
}

impl Form {
    const fn members(self) -> &'static [&'static str] {
        match self {
            Self::Document => &["apiVersion", "kind", "metadata", "spec"],
            Self::Patch => &["apiVersion", "kind", "metadata", "patch", "unset"],
        }
    }
}

static DANGERS: LazyLock<Vec<String>> =
    LazyLock::new(|| codes::all().filter(|entry| entry.danger.is_some()).map(|entry| entry.code.to_string()).collect());

static HEADER: LazyLock<Value> = LazyLock::new(|| schema_for!(Header).to_value());

/// What every document has in `metadata`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Stable identity in git: a DNS label, unique per kind.
    #[schemars(length(min = 1, max = 63), pattern(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"))]
    pub name: String,
    /// The server's id of the object, where it has to be pinned.
    pub id: Option<String>,
    /// Allows taking over an object that is recognised by its label alone.
    #[serde(default)]
    pub adopt: bool,
    /// Forbids deletion and replacement, even after the document is gone.
    #[serde(default)]
    pub protected: bool,
    /// Allows `--prune` under parents that are not ours.
    #[serde(default)]
    pub prune: bool,
    /// Dangers that are known and accepted: the code of each, such as IDP4401, and why.
    #[serde(default)]
    #[schemars(extend("propertyNames" = {"pattern": "^IDP4[0-9]{3}$"}))]
    pub accept: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "read to hold the envelope to its type; the members were taken from the tree")]
struct Envelope {
    api_version: String,
    kind: String,
    metadata: Header,
    #[serde(alias = "patch")]
    spec: Option<IgnoredAny>,
    unset: Option<IgnoredAny>,
}

/// What stands around `spec`.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) metadata: Metadata,
}

/// Reads what stands around `spec`. `None` if it is not clear who the document is about.
pub(super) fn read(written: &Written, form: Form, diagnostics: &mut Diagnostics) -> Option<Read> {
    let faults_before = diagnostics.len();
    let mut reader = Reader { written, form, diagnostics };
    let tree = &written.tree;
    if !tree.is_object() {
        let help = format!("it has the members `{}`", form.members().join("`, `"));
        reader.push(codes::NOT_A_MAPPING, reader.value(""), "the document is not a mapping", help);
        return None;
    }
    if tree["kind"] == "Project" {
        let help = "`kind: Project` is read from idpctl.yaml at the root of the repository only";
        reader.push(codes::PROJECT_ELSEWHERE, reader.value("kind"), "a project is not a manifest", help);
        return None;
    }
    let meant = reader.members();
    let missing = |member: &str| tree.get(member).is_none_or(Value::is_null) && meant.contains(&member);
    let kind = if missing("kind") { None } else { reader.kind() };
    let name = if missing("metadata") { None } else { reader.metadata() };
    match form {
        Form::Document if !missing("spec") => reader.spec(),
        Form::Patch => reader.patch(),
        Form::Document => {}
    }
    let (kind, name) = (kind?, name?);
    let metadata = if diagnostics.len() == faults_before {
        match written.shaped::<Envelope>() {
            Ok(Envelope { metadata, .. }) => metadata.into(),
            Err((path, why)) => {
                let origin = written.positions.value(&path);
                diagnostics.push(Diagnostic::error(codes::METADATA, Some(origin), format!("the document cannot be read: {why}")));
                Metadata::default()
            }
        }
    } else {
        Metadata::default()
    };
    Some(Read { kind, name, metadata })
}

/// Returns what a document that was put together says in `metadata`, if all of it is sound.
pub(super) fn metadata(written: &Written) -> Option<Metadata> {
    Header::deserialize(&written.tree["metadata"]).ok().map(Metadata::from)
}

impl From<Header> for Metadata {
    fn from(Header { name: _, id, adopt, protected, prune, accept }: Header) -> Self {
        // What is no code has been reported.
        let accept = accept.into_iter().filter_map(|(code, reason)| Some((code.parse().ok()?, reason))).collect();
        Self { id, adopt, protected, prune, accept }
    }
}

struct Reader<'a> {
    written: &'a Written,
    form: Form,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    /// Checks the names at the top, and returns those that misspelt ones most likely stand for: they are not missing as well.
    fn members(&mut self) -> Vec<&'static str> {
        let mut meant = Vec::new();
        for name in self.written.tree.as_object().into_iter().flat_map(|members| members.keys()) {
            let members = self.form.members();
            if members.contains(&name.as_str()) {
                continue;
            }
            let near = nearest(name, members.iter().copied());
            meant.extend(near);
            let help = match (self.form, name.as_str(), near) {
                (Form::Document, "patch" | "unset", _) => {
                    "a patch belongs into a folder that a target names under `overlays`, apart from the manifests".to_owned()
                }
                (Form::Patch, "spec", _) => "a patch says `patch`, and only what is otherwise than in the document".to_owned(),
                (_, _, Some(near)) => format!("did you mean `{near}`?"),
                (Form::Document, _, None) => "fields of the object belong into `spec`".to_owned(),
                (Form::Patch, _, None) => "fields of the object belong into `patch`".to_owned(),
            };
            self.push(codes::UNKNOWN_TOP_KEY, self.key(&[name]), format!("unknown key `{name}`"), help);
        }
        let help = format!("write `apiVersion: {API_VERSION}`");
        match &self.written.tree["apiVersion"] {
            Value::Null if meant.contains(&"apiVersion") => {}
            Value::Null => self.push(codes::API_VERSION, self.value("apiVersion"), "`apiVersion` is missing", help),
            Value::String(version) if version == API_VERSION => {}
            other => {
                let message = format!("`apiVersion` is {}, which is not known", shown(other));
                self.push(codes::API_VERSION, self.value("apiVersion"), message, help);
            }
        }
        meant
    }

    fn kind(&mut self) -> Option<Kind> {
        let kinds = || format!("kinds are `{}`", Kind::ALL.map(Kind::as_str).join("`, `"));
        let at = self.value("kind");
        let word = match &self.written.tree["kind"] {
            Value::Null => {
                self.push(codes::KIND, at, "`kind` is missing", kinds());
                return None;
            }
            Value::String(word) => word,
            other => {
                self.push(codes::KIND, at, format!("`kind` is {}, which is not a text", shown(other)), kinds());
                return None;
            }
        };
        if let Ok(kind) = word.parse() {
            return Some(kind);
        }
        let help = nearest(word, Kind::ALL.map(Kind::as_str));
        let help = help.map_or_else(kinds, |near| format!("did you mean `{near}`?"));
        self.push(codes::KIND, at, format!("there is no kind {}", shown(&Value::from(word.as_str()))), help);
        None
    }

    fn metadata(&mut self) -> Option<String> {
        let tree = &self.written.tree["metadata"];
        let help = "write `metadata: {name: …}`, a DNS label";
        if !tree.is_object() {
            let message = if tree.is_null() { "`metadata` is missing" } else { "`metadata` is not a mapping" };
            self.push(codes::METADATA, self.value("metadata"), message, help);
            return None;
        }
        for misfit in shape::misfits(&HEADER, tree) {
            let path = Path::of("metadata").join(&misfit.path);
            let member = matches!(misfit.what, What::Type(_)) && path != Path::of("metadata.name");
            let (code, at, message) = match misfit.what {
                What::Unknown(name) => {
                    (codes::METADATA, self.written.positions.key(&path), format!("unknown member `{name}` of `metadata`"))
                }
                What::Missing(name) => (codes::NAME, self.written.positions.value(&path), format!("`metadata.{name}` is missing")),
                What::Type(wanted) if path == Path::of("metadata.name") => {
                    (codes::NAME, self.written.positions.value(&path), format!("`metadata.name` is not {wanted}"))
                }
                What::Type(wanted) => (codes::METADATA, self.written.positions.value(&path), format!("`{path}` is not {wanted}")),
            };
            let help = misfit.help.unwrap_or_else(|| if member { format!("correct or remove `{path}`") } else { help.to_owned() });
            self.push(code, at, message, help);
        }
        self.accept();
        let name = tree["name"].as_str()?;
        if !is_dns_label(name) {
            let help = "use lower-case letters, digits and `-`, not at the ends, at most 63 characters";
            self.push(codes::NAME, self.value("metadata.name"), format!("{} is not a DNS label", shown(&tree["name"])), help);
        }
        Some(name.to_owned())
    }

    /// Checks that what is accepted are dangers, each with a reason.
    fn accept(&mut self) {
        for (code, reason) in self.written.tree["metadata"]["accept"].as_object().into_iter().flatten() {
            let place = Path::of("metadata.accept").key(code);
            let known = code.parse().ok().and_then(codes::find).filter(|entry| entry.danger.is_some());
            if known.is_none() {
                let message = format!("{} is no code of a danger", shown(&Value::from(code.as_str())));
                let near = nearest(code, DANGERS.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
                let help = near.unwrap_or_else(|| "write the code that the finding has, such as `IDP4401`".to_owned());
                self.push(codes::ACCEPT, self.written.positions.key(&place), message, help);
            } else if reason.as_str().is_some_and(|reason| reason.trim().is_empty()) {
                let help = "say why, and until when: whoever reads the report has nothing else to go by";
                self.push(codes::ACCEPT, self.written.positions.value(&place), format!("`{code}` is accepted without a reason"), help);
            }
        }
    }

    fn spec(&mut self) {
        let spec = self.written.tree.get("spec");
        if spec.is_some_and(Value::is_object) {
            return;
        }
        let message = if spec.is_none_or(Value::is_null) { "`spec` is missing" } else { "`spec` is not a mapping" };
        self.push(codes::SPEC, self.value("spec"), message, "write `spec:` and the fields below it; `spec: {}` manages none");
    }

    fn patch(&mut self) {
        let tree = &self.written.tree;
        let help = "write `patch:` and the fields that are otherwise for this target, or `unset:` and a list of paths";
        match tree.get("patch") {
            Some(Value::Object(_)) => {}
            Some(_) => self.push(codes::PATCH_FORM, self.value("patch"), "`patch` is not a mapping", help),
            None => {
                let more = tree["metadata"].as_object().is_some_and(|metadata| metadata.len() > 1);
                if tree.get("unset").is_none() && tree.get("spec").is_none() && !more {
                    self.push(codes::PATCH_FORM, self.value("kind"), "the patch changes nothing", help);
                }
            }
        }
    }

    fn value(&self, path: &str) -> Origin {
        self.written.positions.value(&Path::of(path))
    }

    fn key(&self, steps: &[&str]) -> Origin {
        self.written.positions.key(&steps.iter().fold(Path::root(), |path, step| path.key(step)))
    }

    fn push(&mut self, code: Code, at: Origin, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(code, Some(at), message).help(help));
    }
}

/// Returns whether a text is a DNS label in lower case.
pub fn is_dns_label(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// Returns whether a text can be a server's id, which ends up in the path of requests.
pub fn is_server_id(id: &str) -> bool {
    (1..=100).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if text.chars().count() <= 80 => format!("`{text}`"),
        Value::String(_) => "a long text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
        Value::Null | Value::Bool(_) | Value::Number(_) => format!("`{value}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_know_every_member_of_metadata() {
        let members = |schema: &Value| schema["properties"].as_object().map(|members| members.keys().cloned().collect::<Vec<_>>());
        let shown = crate::resource::document_schema(Kind::App);
        assert_eq!(members(&shown["properties"]["metadata"]), members(&HEADER));
    }
}
