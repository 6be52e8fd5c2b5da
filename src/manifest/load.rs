//! Paths to documents: the composition of the module.

use std::collections::BTreeMap;
use std::path;
use std::sync::Arc;

use serde_json::Value;

use super::envelope::{self, Form, is_server_id};
use super::layers::{Defaults, Layers};
use super::misplaced::misplaced;
use super::position::Layer;
use super::project::{self, PROJECT_FILE, Project};
use super::source::{self, Named, SourceFile};
use super::target::{self, Target, Wish};
use super::vars::{Filler, Variables};
use super::yaml::Written;
use super::{Document, Positions, cover, patch};
use crate::address::Kind;
use crate::diagnostic::{Diagnostic, Diagnostics, Sources, codes};
use crate::json::{Path, Way, at};
use crate::resource::{Fault, validate};

/// Everything that was read.
///
/// # Guarantees
/// All mistakes are among the diagnostics, not only the first of each file. While there are errors, the documents are good for finding
/// more mistakes and for nothing else.
#[derive(Debug)]
pub struct Loaded {
    /// The documents, in the order of files and of their places in them.
    pub documents: Vec<Document>,
    /// The project file, or what stands in for a missing one.
    pub project: Project,
    /// The target; `None` only if there are errors.
    pub target: Option<Target>,
    /// The texts, with what looks like a secret covered.
    pub sources: Sources,
    /// What is wrong.
    pub diagnostics: Diagnostics,
}

/// Reads the project file at the repository's root, chooses the target, and reads its manifests, or the given files and folders instead.
pub fn load(root: &path::Path, files: &[String], wish: &Wish) -> Loaded {
    let mut diagnostics = Diagnostics::default();
    let mut sources = Sources::default();
    let project = match source::file(root, PROJECT_FILE, &mut diagnostics) {
        Some(file) => project::read(&file, &mut sources, &mut diagnostics),
        None if diagnostics.is_empty() => Some(Project::default()),
        None => None,
    };
    let target = project.as_ref().and_then(|project| target::choose(project, wish, &mut diagnostics));
    let default = vec!["manifests".to_owned()];
    let paths = match &target {
        _ if !files.is_empty() => files,
        Some(target) => &target.manifests,
        None => project.as_ref().and_then(|project| project.manifests.as_ref()).unwrap_or(&default),
    };
    let named = if files.is_empty() { Named::ByProject } else { Named::ByUser };
    let found = source::find(root, paths, named, &mut diagnostics);
    let variables = target.as_ref().map(|target| &target.variables);
    let overlays = target.as_ref().map(|target| target.overlays.as_slice()).unwrap_or_default();
    let mut layers = Layers { defaults: project.as_ref().map(Project::under).unwrap_or_default(), ..Layers::default() };
    for overlay in overlays {
        let files = source::find(root, std::slice::from_ref(overlay), Named::ByProject, &mut diagnostics);
        for (of, patch) in patch::read(&files, &mut sources, &mut diagnostics) {
            layers.patches.entry(of).or_default().push(patch);
        }
    }
    check_defaults(&layers.defaults, &mut diagnostics);
    let documents = read_between(&found, &layers, variables, &mut sources, &mut diagnostics);
    // Of files that the command line names, some documents are missing on purpose.
    if files.is_empty() {
        layers.refuse_strays(&documents, &mut diagnostics);
    }
    if documents.is_empty() && !diagnostics.has_errors() {
        let message = format!("no document was found in `{}`", paths.join("`, `"));
        let help = "manifests are files that end in `.yaml` or `.yml`; name others with `--file`, or under `manifests` in idpctl.yaml";
        diagnostics.push(Diagnostic::error(codes::NO_DOCUMENTS, None, message).help(help));
    }
    Loaded { documents, project: project.unwrap_or_default(), target, sources, diagnostics }
}

/// Returns the names of a project's targets; none if there is no project file, or none that can be read, which [`load`] reports.
pub fn targets(root: &path::Path) -> Vec<String> {
    let mut unsaid = Diagnostics::default();
    let file = source::file(root, PROJECT_FILE, &mut unsaid);
    let project = file.and_then(|file| project::read(&file, &mut Sources::default(), &mut unsaid));
    project.map(|project| project.targets.into_keys().collect()).unwrap_or_default()
}

/// Reads the documents of files as they are. Without variables, references to them stay as they are.
pub fn read(files: &[SourceFile], variables: Option<&Variables>, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Vec<Document> {
    read_between(files, &Layers::default(), variables, sources, diagnostics)
}

/// Returns the documents of some texts over the defaults that a project has for every document, in their order.
pub fn read_over(
    project: &Project,
    files: &[SourceFile],
    variables: &Variables,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Vec<Document> {
    let layers = Layers { defaults: project.under(), ..Layers::default() };
    read_between(files, &layers, Some(variables), sources, diagnostics)
}

fn read_between(
    files: &[SourceFile],
    layers: &Layers,
    variables: Option<&Variables>,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Vec<Document> {
    let mut documents = Vec::new();
    for file in files {
        for written in cover::read(file, sources, diagnostics) {
            documents.extend(document(written, layers, variables, diagnostics));
        }
    }
    refuse_duplicates(&documents, diagnostics);
    documents
}

fn document(mut written: Written, layers: &Layers, variables: Option<&Variables>, diagnostics: &mut Diagnostics) -> Option<Document> {
    let mut read = envelope::read(&written, Form::Document, diagnostics);
    if let Some(read) = &mut read
        && layers.complete(read.kind, &read.name, &mut written, diagnostics)
    {
        // What is wrong with it has been reported where it is written.
        read.metadata = envelope::metadata(&written).unwrap_or_else(|| read.metadata.clone());
    }
    let Written { mut tree, positions, .. } = written;
    let mut filler = Filler { variables, positions: &positions, diagnostics, filled: 0 };
    if let Some(spec) = tree.get_mut("spec") {
        filler.fill(spec, &Way::Key(&Way::Root, "spec"));
    }
    if let Some(id) = tree.get_mut("metadata").and_then(|metadata| metadata.get_mut("id")) {
        filler.fill(id, &Way::Key(&Way::Key(&Way::Root, "metadata"), "id"));
    }
    let envelope::Read { kind, name, mut metadata } = read?;
    if let Some(id) = tree["metadata"]["id"].as_str() {
        if variables.is_some() && !is_server_id(id) && !id.contains("${") {
            let origin = positions.value(&Path::of("metadata.id"));
            let help = "copy the id from the server, for example `0oa1b2c3d4e5f6g7h8i9`";
            diagnostics.push(Diagnostic::error(codes::METADATA, Some(origin), "`metadata.id` is not an id").help(help));
        }
        metadata.id = Some(id.to_owned());
    }
    let spec = tree["spec"].take();
    if spec.is_object() {
        fields(kind, &spec, &positions, diagnostics);
    }
    Some(Document { kind, name, metadata, spec, positions })
}

/// Reports what is wrong with defaults in themselves, once, whatever documents there are. What they lack the documents may have.
fn check_defaults(defaults: &Defaults, diagnostics: &mut Diagnostics) {
    let Some(positions) = &defaults.positions else { return };
    for (kind, fields) in &defaults.of {
        let mut alone = Positions::clone(positions);
        alone.put_over(Layer { at: Path::of("spec"), source: Arc::clone(positions), from: Path::of("defaults").key(kind.as_str()) });
        let mut found = Diagnostics::default();
        self::fields(*kind, fields, &alone, &mut found);
        found.sorted().into_iter().filter(|fault| fault.code != codes::MISSING_FIELD).for_each(|fault| diagnostics.push(fault.clone()));
    }
}

fn fields(kind: Kind, spec: &Value, positions: &Positions, diagnostics: &mut Diagnostics) {
    let mut faults = Vec::new();
    validate(kind, spec, &mut faults);
    if kind == Kind::App && at(spec, "additionalFields.name").is_some() {
        let implied = Path::of("additionalFields.name");
        diagnostics.push(
            Diagnostic::error(codes::KNOWN_ADDITIONAL, Some(positions.key(&Path::of("spec").join(&implied))), "`name` is implied")
                .help("take it out: the name of every OIDC app is `oidc_client`"),
        );
    }
    for Fault { path, at_key, code, mut message, label, mut help } in faults {
        if kind == Kind::App && path == Path::of("signOnMode") && code == codes::UNKNOWN_VALUE {
            "this sign-on mode is not supported yet".clone_into(&mut message);
            help = Some("leave the app out until a later version; `OPENID_CONNECT` is the only mode so far, and implied".to_owned());
        }
        if code == codes::UNKNOWN_FIELD && label.is_empty() {
            help = misplaced(kind, &path).or(help);
        }
        let path = Path::of("spec").join(&path);
        let origin = if at_key { positions.key(&path) } else { positions.value(&path) };
        let diagnostic = Diagnostic::error(code, Some(origin), message).label(label);
        diagnostics.push(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }
}

fn refuse_duplicates(documents: &[Document], diagnostics: &mut Diagnostics) {
    let mut first = BTreeMap::new();
    let origin = |document: &Document| document.positions.value(&Path::of("metadata.name"));
    for document in documents {
        let before = *first.entry((document.kind, document.name.as_str())).or_insert(document);
        if !std::ptr::eq(before, document) {
            let message = format!("the name `{}` is used twice", document.address());
            let diagnostic = Diagnostic::error(codes::DUPLICATE_NAME, Some(origin(document)), message).label("second");
            diagnostics.push(diagnostic.related(origin(before), "first").help("rename or remove one of the two"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const APP: &str = "apiVersion: idpctl/v1\nkind: App\nmetadata: {name: web}\nspec: {label: \"${var.label}\"}\n";

    fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    fn shown(loaded: &Loaded) -> String {
        let label = |document: &Document| format!("{} {}", document.address(), document.spec["label"]);
        let mut lines: Vec<String> = loaded.documents.iter().map(label).collect();
        lines.extend(loaded.diagnostics.sorted().iter().map(|d| format!("{}: {}", d.code, d.message)));
        lines.join("\n")
    }

    #[test]
    fn without_a_project_file_the_manifests_folder_is_read() {
        let dir = repository(&[("manifests/a.yaml", APP)]);
        let wish = Wish { variables: [("label".to_owned(), "x: [y]".to_owned())].into(), ..Wish::default() };
        let loaded = load(dir.path(), &[], &wish);
        assert_eq!(shown(&loaded), r#"App/web "x: [y]""#);
        assert_eq!(loaded.target.unwrap().project, "default");
    }

    #[test]
    fn the_project_file_names_manifests_and_variables_and_the_command_line_goes_over_it() {
        let project = "apiVersion: idpctl/v1\nkind: Project\nmanifests: [m]\ntargets: {prod: {vars: {label: From the target}}}\n";
        let dir = repository(&[("idpctl.yaml", project), ("m/a.yaml", APP), ("n/b.yaml", &APP.replace("web", "other"))]);
        assert_eq!(shown(&load(dir.path(), &[], &Wish::default())), r#"App/web "From the target""#);
        assert_eq!(shown(&load(dir.path(), &["n".to_owned()], &Wish::default())), r#"App/other "From the target""#);
    }

    #[test]
    fn mistakes_of_the_project_and_of_the_manifests_are_reported_together() {
        let project = "apiVersion: idpctl/v1\nkind: Project\ntargets: {a: {}, b: {}}\n";
        let dir = repository(&[("idpctl.yaml", project), ("manifests/a.yaml", &APP.replace("label:", "lable:"))]);
        insta::assert_snapshot!(shown(&load(dir.path(), &["manifests".to_owned(), "none".to_owned()], &Wish::default())), @"
        App/web null
        IDP0130: there is no file or folder `none`
        IDP0231: the project has several targets
        IDP0301: unknown field `lable`
        ");
        let empty = repository(&[("manifests/a.txt", APP)]);
        insta::assert_snapshot!(shown(&load(empty.path(), &[], &Wish::default())), @"IDP0134: no document was found in `manifests`");
    }

    #[test]
    fn a_document_is_put_between_what_lies_under_and_over_it() {
        let project = "apiVersion: idpctl/v1\nkind: Project\n\
             defaults: {App: {status: ACTIVE, visibility: {autoLaunch: false, hide: {iOS: true, web: true}}}}\n\
             targets: {prod: {vars: {label: Shop}, overlays: [o/eu, o/prod]}}\n";
        let app = "apiVersion: idpctl/v1\nkind: App\nmetadata: {name: web}\nspec:\n  label: ${var.label}\n  visibility: {hide: {web: false}}\n  settings: {oauthClient: {redirect_uris: [https://a, https://b], logo_uri: https://l}}\n";
        let patch = |rest: &str| format!("apiVersion: idpctl/v1\nkind: App\nmetadata: {{name: web, protected: true}}\n{rest}");
        let dir = repository(&[
            ("idpctl.yaml", project),
            ("manifests/a.yaml", app),
            (
                "o/eu/a.yaml",
                &patch("patch: {label: \"${var.label} EU\", settings: {oauthClient: {redirect_uris: [https://eu]}}}\nunset: [status]\n"),
            ),
            ("o/prod/a.yaml", &patch("patch: {label: \"Production ${var.label}\", settings: {oauthClient: {logo_uri: null}}}\n")),
        ]);
        let loaded = load(dir.path(), &[], &Wish::default());
        assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics.sorted());
        let document = &loaded.documents[0];
        insta::assert_snapshot!(document.spec, @r#"{"label":"Production Shop","visibility":{"hide":{"web":false,"iOS":true},"autoLaunch":false},"settings":{"oauthClient":{"redirect_uris":["https://eu"],"logo_uri":null}}}"#);
        assert!(document.metadata.protected);
        let places = [
            "label",
            "visibility.hide.web",
            "visibility.hide.iOS",
            "visibility.autoLaunch",
            "settings.oauthClient.redirect_uris",
            "settings.oauthClient.logo_uri",
            "status",
        ];
        let places = places.map(|path| format!("{path}: {}", document.origin(&Path::of(path))));
        insta::assert_snapshot!(places.join("\n"), @"
        label: o/prod/a.yaml:4:16
        visibility.hide.web: manifests/a.yaml:6:28
        visibility.hide.iOS: idpctl.yaml:3:78
        visibility.autoLaunch: idpctl.yaml:3:59
        settings.oauthClient.redirect_uris: o/eu/a.yaml:4:75
        settings.oauthClient.logo_uri: o/prod/a.yaml:4:78
        status: idpctl.yaml:3:26
        ");
        let name = document.positions.value(&Path::of("metadata.name"));
        assert_eq!(name.to_string(), "manifests/a.yaml:3:18");
    }
}
