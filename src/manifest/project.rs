//! The text of `idpctl.yaml` to the project: its name, its manifests, its targets.
//!
//! The file can be edited by a pull request, so nothing in it can lead out of the repository or send a credential anywhere: addresses in
//! it are assertions about where the credentials belong.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::envelope::is_dns_label;
use super::layers::Defaults;
use super::place::{origin_of, stays_inside};
use super::shape::{self, What};
use super::source::SourceFile;
use super::vars::is_variable_name;
use super::yaml::Written;
use super::{Positions, cover};
use crate::address::Kind;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Sources, codes};
use crate::json::Path;
use crate::resource::did_you_mean;

/// The name of the project file.
pub const PROJECT_FILE: &str = "idpctl.yaml";

/// The project of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// How the file is to be read.
    #[serde(rename = "apiVersion")]
    pub api_version: ApiVersion,
    /// Always `Project`.
    pub kind: ProjectKind,
    /// The ownership namespace, a DNS label; `default` if it is not given.
    #[schemars(length(min = 1, max = 63), pattern(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"))]
    pub project: Option<String>,
    /// Files and folders that hold the manifests, inside the repository; `manifests` if it is not given.
    pub manifests: Option<Vec<String>>,
    /// How objects of this project are recognised.
    #[serde(default)]
    pub ownership: Ownership,
    /// Fields of `spec` that every document of a kind has unless it says otherwise, by kind.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, Value>>")]
    pub defaults: BTreeMap<String, Value>,
    /// Where they stand.
    #[serde(skip)]
    pub(super) positions: Option<Arc<Positions>>,
    /// Where the manifests can be applied, by name.
    #[serde(default)]
    pub targets: BTreeMap<String, TargetEntry>,
}

/// How a file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ApiVersion {
    /// The only version there is.
    #[serde(rename = "idpctl/v1")]
    V1,
}

/// The kind of the project file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ProjectKind {
    /// The only kind that the project file can be of.
    Project,
}

/// How objects of a project are recognised at the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    /// By an entry in the app's profile.
    #[default]
    Marker,
    /// Not at all: nothing is written into profiles, and nothing can be pruned.
    None,
}

/// One target, as the project file describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetEntry {
    /// The emulated org, run inside the process for the length of a command.
    pub emulator: Option<EmulatorEntry>,
    /// Which Okta org the credentials have to belong to.
    pub okta: Option<OktaEntry>,
    /// Which Tyk portal the credentials have to belong to.
    pub tyk_portal: Option<PortalEntry>,
    /// Values for `${var.NAME}`.
    #[serde(default)]
    pub vars: BTreeMap<String, String>,
    /// Replaces the project's name for this target.
    pub project: Option<String>,
    /// Replaces the project's manifests for this target.
    pub manifests: Option<Vec<String>>,
    /// Folders of patches of the manifests for this target, put over them in this order.
    #[serde(default)]
    pub overlays: Vec<String>,
}

/// The emulated org of a target.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmulatorEntry {
    /// The folder, inside the repository, in which it keeps its state.
    pub data: String,
}

/// What is asserted about a target's Okta org.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OktaEntry {
    /// The org's address.
    pub org_url: Option<String>,
    /// The org's id.
    pub org_id: Option<String>,
}

/// What is asserted about a target's Tyk portal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PortalEntry {
    /// The portal's address.
    pub url: Option<String>,
}

impl Default for Project {
    fn default() -> Self {
        Self {
            api_version: ApiVersion::V1,
            kind: ProjectKind::Project,
            project: None,
            manifests: None,
            ownership: Ownership::Marker,
            defaults: BTreeMap::new(),
            positions: None,
            targets: BTreeMap::new(),
        }
    }
}

impl Project {
    /// Returns the defaults of a kind.
    pub fn defaults(&self, kind: Kind) -> Option<&Value> {
        self.defaults.get(kind.as_str())
    }

    /// Returns what lies under every document.
    pub(super) fn under(&self) -> Defaults {
        let of = self.defaults.iter().filter_map(|(kind, fields)| Some((kind.parse().ok()?, fields.clone())));
        Defaults { of: of.collect(), positions: self.positions.clone() }
    }
}

/// Returns the JSON Schema of the project file.
pub fn project_schema() -> Value {
    schema_for!(Project).to_value()
}

/// Reads the project file. `None` if it cannot be relied upon; why is among the diagnostics.
pub(super) fn read(file: &SourceFile, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Project> {
    let before = diagnostics.len();
    let documents = cover::read(file, sources, diagnostics);
    let mut documents = documents.into_iter();
    let Some(written) = documents.next() else {
        if diagnostics.len() == before {
            let message = format!("{PROJECT_FILE} holds no project");
            diagnostics
                .push(Diagnostic::error(codes::PROJECT_DOCUMENT, None, message).help("write `apiVersion: idpctl/v1` and `kind: Project`"));
        }
        return None;
    };
    for other in documents {
        let origin = other.positions.value(&Path::root());
        let message = format!("{PROJECT_FILE} holds more than one document");
        diagnostics.push(Diagnostic::error(codes::PROJECT_DOCUMENT, Some(origin), message).help("move manifests below manifests/"));
    }
    Reader { written: &written, diagnostics }.check();
    if diagnostics.len() > before {
        return None;
    }
    written
        .typed()
        .map(|project: Project| Project { positions: Some(Arc::new(written.positions.clone())), ..project })
        .map_err(|(path, why)| {
            let message = format!("{PROJECT_FILE} cannot be read: {why}");
            diagnostics.push(Diagnostic::error(codes::PROJECT_FIELD, Some(written.positions.value(&path)), message));
        })
        .ok()
}

struct Reader<'a> {
    written: &'a Written,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn check(&mut self) {
        let tree = self.written.tree.clone();
        if !tree.is_object() {
            return self.push(codes::PROJECT_DOCUMENT, &Path::root(), false, "the project is not a mapping", None);
        }
        for misfit in shape::misfits(&project_schema(), &tree) {
            self.misfit(misfit);
        }
        self.name(&tree["project"], &Path::of("project"));
        self.paths(&tree["manifests"], &Path::of("manifests"));
        for name in tree["defaults"].as_object().into_iter().flat_map(|defaults| defaults.keys()) {
            self.default_kind(name, &Path::of("defaults").key(name));
        }
        for (name, target) in tree["targets"].as_object().into_iter().flatten() {
            self.target(name, target, &Path::of("targets").key(name));
        }
    }

    fn misfit(&mut self, misfit: shape::Misfit) {
        let shape::Misfit { path, what, help } = misfit;
        match what {
            What::Unknown(name) => self.push(codes::PROJECT_FIELD, &path, true, format!("unknown key `{name}`"), help),
            What::Missing(name) => self.push(codes::PROJECT_FIELD, &path, false, format!("`{}` is missing", path.key(&name)), help),
            What::Type(wanted) => self.push(codes::PROJECT_FIELD, &path, false, format!("`{path}` is not {wanted}"), help),
        }
    }

    fn default_kind(&mut self, name: &str, path: &Path) {
        if name.parse::<Kind>().is_err() {
            let kinds = Kind::ALL.map(Kind::as_str);
            let help = did_you_mean(name, kinds).unwrap_or_else(|| format!("kinds are `{}`", kinds.join("`, `")));
            self.push(codes::PROJECT_VALUE, path, true, format!("there is no kind `{name}`"), Some(help));
        }
    }

    fn target(&mut self, name: &str, target: &Value, path: &Path) {
        if !is_dns_label(name) {
            let help = Some("use lower-case letters, digits and `-`".to_owned());
            self.push(codes::PROJECT_VALUE, path, true, format!("the target's name `{name}` is not a DNS label"), help);
        }
        let real = ["okta", "tyk_portal"].into_iter().find(|real| target.get(real).is_some_and(|entry| !entry.is_null()));
        if let Some(real) = real
            && target.get("emulator").is_some_and(|entry| !entry.is_null())
        {
            let related = self.written.positions.key(&path.key("emulator"));
            let origin = self.written.positions.key(&path.key(real));
            self.diagnostics.push(
                Diagnostic::error(codes::TARGET_KIND, Some(origin), format!("the target `{name}` is an emulator and a real org at once"))
                    .related(related, "the emulator")
                    .help(format!("keep `emulator` or `{real}`")),
            );
        }
        self.name(&target["project"], &path.key("project"));
        self.paths(&target["manifests"], &path.key("manifests"));
        self.paths(&target["overlays"], &path.key("overlays"));
        self.path(&target["emulator"]["data"], &path.key("emulator").key("data"));
        self.address(&target["okta"]["org_url"], &path.key("okta").key("org_url"));
        self.address(&target["tyk_portal"]["url"], &path.key("tyk_portal").key("url"));
        for name in target["vars"].as_object().into_iter().flat_map(|vars| vars.keys()) {
            if !is_variable_name(name) {
                let help = Some("use letters, digits and `_`, not a digit first".to_owned());
                self.push(codes::PROJECT_VALUE, &path.key("vars").key(name), true, format!("`{name}` cannot name a variable"), help);
            }
        }
    }

    fn name(&mut self, value: &Value, path: &Path) {
        if let Some(name) = value.as_str()
            && !is_dns_label(name)
        {
            let help = Some("use lower-case letters, digits and `-`, at most 63 characters".to_owned());
            self.push(codes::PROJECT_VALUE, path, false, format!("the project's name `{name}` is not a DNS label"), help);
        }
    }

    fn paths(&mut self, value: &Value, path: &Path) {
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            self.path(item, &path.index(index));
        }
    }

    fn path(&mut self, value: &Value, path: &Path) {
        if let Some(text) = value.as_str()
            && !stays_inside(text)
        {
            let help = Some("write a path relative to the repository, without `..`".to_owned());
            self.push(codes::PROJECT_VALUE, path, false, format!("the path `{text}` leads out of the repository"), help);
        }
    }

    fn address(&mut self, value: &Value, path: &Path) {
        if let Some(text) = value.as_str()
            && let Err(why) = origin_of(text)
        {
            let help = Some("write it as `https://acme.okta.com`".to_owned());
            self.push(codes::PROJECT_VALUE, path, false, format!("`{path}` is no address of a server: {why}"), help);
        }
    }

    fn push(&mut self, code: Code, path: &Path, at_key: bool, message: impl Into<String>, help: Option<String>) {
        let origin = if at_key { self.written.positions.key(path) } else { self.written.positions.value(path) };
        let diagnostic = Diagnostic::error(code, Some(origin), message);
        self.diagnostics.push(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> (Option<Project>, String) {
        let mut diagnostics = Diagnostics::default();
        let file = SourceFile { name: PROJECT_FILE.into(), text: text.into() };
        let project = read(&file, &mut Sources::default(), &mut diagnostics);
        let line = |d: &&Diagnostic| {
            let place = d.origin.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{place} {}: {}; {}", d.code, d.message, d.help.as_deref().unwrap_or("-"))
        };
        (project, diagnostics.sorted().iter().map(line).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn the_project_file_of_the_design_is_read() {
        let text = "apiVersion: idpctl/v1\nkind: Project\nproject: payments\nmanifests: [manifests]\nownership: none\ntargets:\n  \
            emulator: {emulator: {data: .idpctl/emulator}}\n  staging:\n    okta: {org_url: https://acme-staging.oktapreview.com, org_id: 00o1a2b3c4d5e6f7g8h9}\n    \
            tyk_portal: {url: http://127.0.0.1:3001}\n    vars: {host: portal.staging.example.com}\n    project: other\n    manifests: [a, b/c]\n";
        let (project, shown) = faults(text);
        assert_eq!(shown, "");
        let project = project.unwrap();
        assert_eq!((project.ownership, project.targets.len()), (Ownership::None, 2));
        assert_eq!(project.targets["staging"].vars["host"], "portal.staging.example.com");
        assert_eq!(project.targets["staging"].okta.as_ref().unwrap().org_id.as_deref(), Some("00o1a2b3c4d5e6f7g8h9"));
    }

    #[test]
    fn every_mistake_in_a_project_file_is_reported() {
        let (project, shown) = faults(
            "apiVersion: idpctl/v2\nkind: Projekt\nproject: Pay ments\nmanifests: [../other, /etc]\nownership: marks\ndefaults: {}\ncolour: red\ntargets:\n  \
             a: {emulator: {data: ../x}, okta: {org_url: https://u:p@acme.okta.com}}\n  b: {emulator: {}, vars: {1x: a, y: 2}}\n  \
             C: {okta: {org_url: http://acme.okta.com, orgid: 1}, overlays: [x]}\n  d: {tyk_portal: {url: https://a.example/path}}\n  e: {okta: https://acme.okta.com}\n",
        );
        assert_eq!(project, None);
        insta::assert_snapshot!(shown, @r#"
        idpctl.yaml:1:13 IDP0221: `apiVersion` is not one of `idpctl/v1`; did you mean `idpctl/v1`?
        idpctl.yaml:2:7 IDP0221: `kind` is not one of `Project`; did you mean `Project`?
        idpctl.yaml:3:10 IDP0223: the project's name `Pay ments` is not a DNS label; use lower-case letters, digits and `-`, at most 63 characters
        idpctl.yaml:4:13 IDP0223: the path `../other` leads out of the repository; write a path relative to the repository, without `..`
        idpctl.yaml:4:23 IDP0223: the path `/etc` leads out of the repository; write a path relative to the repository, without `..`
        idpctl.yaml:5:12 IDP0221: `ownership` is not one of `marker`, `none`; did you mean `marker`?
        idpctl.yaml:7:1 IDP0221: unknown key `colour`; known here: `apiVersion`, `kind`, `project`, `manifests`, `ownership`, `defaults`, `targets`
        idpctl.yaml:9:24 IDP0223: the path `../x` leads out of the repository; write a path relative to the repository, without `..`
        idpctl.yaml:9:31 IDP0224: the target `a` is an emulator and a real org at once; keep `emulator` or `okta`
        idpctl.yaml:9:47 IDP0223: `targets.a.okta.org_url` is no address of a server: it holds credentials; write it as `https://acme.okta.com`
        idpctl.yaml:10:17 IDP0221: `targets.b.emulator.data` is missing; -
        idpctl.yaml:10:28 IDP0223: `1x` cannot name a variable; use letters, digits and `_`, not a digit first
        idpctl.yaml:10:38 IDP0221: `targets.b.vars.y` is not a text; quote it: "2"
        idpctl.yaml:11:3 IDP0223: the target's name `C` is not a DNS label; use lower-case letters, digits and `-`
        idpctl.yaml:11:23 IDP0223: `targets.C.okta.org_url` is no address of a server: plain http is for this machine only; write it as `https://acme.okta.com`
        idpctl.yaml:11:45 IDP0221: unknown key `orgid`; did you mean `org_id`?
        idpctl.yaml:12:25 IDP0223: `targets.d.tyk_portal.url` is no address of a server: it holds more than a host and a port; write it as `https://acme.okta.com`
        idpctl.yaml:13:13 IDP0221: `targets.e.okta` is not a mapping; -
        "#);
    }

    #[test]
    fn the_project_file_holds_one_project_and_nothing_else() {
        insta::assert_snapshot!(["", "- a\n", "kind: Project\napiVersion: idpctl/v1\n---\nkind: App\n"].map(|text| faults(text).1).join("\n"), @"
         IDP0220: idpctl.yaml holds no project; write `apiVersion: idpctl/v1` and `kind: Project`
        idpctl.yaml:1:1 IDP0220: the project is not a mapping; -
        idpctl.yaml:4:1 IDP0220: idpctl.yaml holds more than one document; move manifests below manifests/
        ");
    }
}
