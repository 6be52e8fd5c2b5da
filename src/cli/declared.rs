//! The manifests of a run: read, resolved, checked, with the values of their secrets.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::args::Manifests;
use super::error::CommandError;
use super::printer::Printer;
use super::{Context, connect};
use crate::desired::{Desired, KeySets, resolve};
use crate::diagnostic::{Diagnostics, Sources, codes};
use crate::diff::SecretHashes;
use crate::manifest::{Document, Loaded, Ownership, Project, Target, Wish, load};
use crate::observed::Written;
use crate::render;
use crate::secret::{Secret, SecretRef};
use crate::secrets::{Files, Outputs, Resolution, Resolver, key_sets};

/// What the manifests say, or what is wrong with them.
pub(super) struct Checked {
    /// What they declare; good for nothing while the diagnostics have errors.
    pub(super) desired: Desired,
    /// The target; `None` only if there are errors.
    pub(super) target: Option<Target>,
    /// How many documents there are.
    pub(super) documents: usize,
    pub(super) sources: Sources,
    pub(super) diagnostics: Diagnostics,
    outputs: Outputs,
    secrets: BTreeMap<SecretRef, Result<Secret, String>>,
}

/// What the manifests declare, without errors.
pub(super) struct Declared {
    pub(super) desired: Desired,
    pub(super) target: Target,
    /// What live secrets are compared with.
    pub(super) hashes: SecretHashes,
    /// The files that secrets which the server makes go to.
    pub(super) outputs: Outputs,
    sources: Sources,
    secrets: BTreeMap<SecretRef, Result<Secret, String>>,
}

/// Whether a command is about to use the credentials in the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// It stays offline.
    Offline,
    /// It asks the org.
    Org,
}

/// Reads and checks the manifests.
pub(super) fn check(manifests: &Manifests, reach: Reach, context: &Context) -> Checked {
    let Context { env, root, .. } = context;
    let real_org_at_hand = reach == Reach::Org && connect::real_org_at_hand(env);
    let wish = Wish { target: manifests.target.clone(), variables: manifests.variables(), real_org_at_hand };
    let Resolved { desired, documents, target, keys: _, project: _, sources, mut diagnostics, files } =
        read(root, manifests, &wish).resolved();
    let resolver = Resolver::new(env, &files);
    let found = resolver.resolve_all(&desired, &mut diagnostics);
    let value = |resolution: &Resolution| match resolution {
        Resolution::Resolved(value) => Ok(value.clone()),
        Resolution::Unresolved(why) => Err(why.in_full()),
    };
    let secrets = found.resolutions().iter().map(|(reference, resolution)| (reference.clone(), value(resolution))).collect();
    let outputs = Outputs::new(manifests.secret_dir.as_deref());
    Checked { desired, target, documents: documents.len(), sources, diagnostics, outputs, secrets }
}

/// What the manifests below some folder say, before anything is looked up that they refer to.
pub(super) struct Read {
    pub(super) loaded: Loaded,
    pub(super) files: Files,
}

/// What the manifests below some folder declare.
pub(super) struct Resolved {
    pub(super) desired: Desired,
    pub(super) documents: Vec<Document>,
    /// The target; `None` only if there are errors.
    pub(super) target: Option<Target>,
    /// The key sets in files that documents name.
    pub(super) keys: KeySets,
    pub(super) project: Project,
    pub(super) sources: Sources,
    pub(super) diagnostics: Diagnostics,
    pub(super) files: Files,
}

/// What it means that there is no manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Undeclared {
    /// Nothing is declared yet.
    Nothing,
    /// Somebody named what is not there.
    Mistake,
}

/// Returns the same without the errors that there is no manifest, where that is none.
pub(super) fn tolerant(mut resolved: Resolved, undeclared: Undeclared) -> Resolved {
    if undeclared == Undeclared::Nothing {
        let none = [codes::NO_DOCUMENTS, codes::PATH_MISSING];
        let mut rest = Diagnostics::default();
        let others = resolved.diagnostics.sorted().into_iter().filter(|diagnostic| !none.contains(&diagnostic.code));
        others.for_each(|diagnostic| rest.push(diagnostic.clone()));
        resolved.diagnostics = rest;
    }
    resolved
}

/// Reads the manifests below a folder that stands for the repository.
pub(super) fn read(root: &Path, manifests: &Manifests, wish: &Wish) -> Read {
    Read { loaded: load(root, &manifests.files, wish), files: Files::new(root, manifests.secret_dir.as_deref()) }
}

impl Read {
    /// Resolves them, and checks what they declare.
    pub(super) fn resolved(self) -> Resolved {
        let Self { loaded: Loaded { documents, project: file, target, sources, mut diagnostics }, files } = self;
        let keys = key_sets(&documents, &files);
        let (project, ownership) = target.as_ref().map_or(("default", Ownership::Marker), |target| (&target.project, target.ownership));
        let desired = resolve(project, ownership == Ownership::Marker, &documents, &keys, &mut diagnostics);
        Resolved { desired, documents, target, keys, project: file, sources, diagnostics, files }
    }
}

/// Reads the manifests for a command that asks the org. Warnings are shown; errors end it before anything is sent.
pub(super) fn load_for_org(manifests: &Manifests, context: &Context) -> Result<Declared, CommandError> {
    let Checked { desired, target, documents: _, sources, diagnostics, outputs, secrets } = check(manifests, Reach::Org, context);
    show(&diagnostics, &sources, context.printer);
    match target {
        Some(target) if !diagnostics.has_errors() => {
            let hash = |value: &Result<Secret, String>| value.as_ref().map(Secret::hash).map_err(Clone::clone);
            let hashes = secrets.iter().map(|(reference, value)| (reference.clone(), hash(value))).collect();
            Ok(Declared { desired, target, hashes, outputs, sources, secrets })
        }
        _ => Err(CommandError::shown()),
    }
}

/// Shows diagnostics on standard error.
pub(super) fn show(diagnostics: &Diagnostics, sources: &Sources, printer: Printer) {
    if !diagnostics.is_empty() {
        printer.note(&render::diagnostics::text(diagnostics, sources, printer.note_style().colour));
    }
}

impl Checked {
    /// Returns every value that is at hand.
    pub(super) fn at_hand(&self) -> impl Iterator<Item = Secret> {
        at_hand(&self.secrets)
    }
}

fn at_hand(secrets: &BTreeMap<SecretRef, Result<Secret, String>>) -> impl Iterator<Item = Secret> {
    secrets.values().filter_map(|value| value.as_ref().ok()).cloned()
}

impl Declared {
    /// Returns the texts of the manifests.
    pub(super) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Shows diagnostics about these manifests, and returns the error that ends the command.
    pub(super) fn refuse(&self, problems: &Diagnostics, printer: Printer) -> CommandError {
        show(problems, &self.sources, printer);
        CommandError::shown()
    }

    /// Returns why some secrets have no value here, each once.
    pub(super) fn missing(&self, needed: impl IntoIterator<Item = SecretRef>) -> Vec<String> {
        needed.into_iter().filter_map(|reference| self.value(&reference).err()).collect()
    }

    /// Returns every value that is at hand.
    pub(super) fn at_hand(&self) -> impl Iterator<Item = Secret> {
        at_hand(&self.secrets)
    }

    /// Returns which of the files that the secrets of clients go to are there.
    pub(super) fn written(&self) -> BTreeMap<String, Written> {
        let outputs = self.desired.clients.iter().filter_map(|client| client.output.as_ref());
        outputs.map(|output| (output.file.clone(), self.outputs.look(&output.file))).collect()
    }

    /// Returns the values of some secrets; if any is missing, an error that names them all.
    pub(super) fn values(&self, needed: BTreeSet<SecretRef>) -> Result<BTreeMap<SecretRef, Secret>, CommandError> {
        let missing = self.missing(needed.iter().cloned());
        if missing.is_empty() {
            return Ok(needed.into_iter().filter_map(|reference| self.value(&reference).ok().map(|value| (reference, value))).collect());
        }
        let error = format!("nothing was changed, because declared secrets cannot be had: {}", missing.join("; "));
        Err(CommandError::new(error).hint("set the variables, for example with a secret manager's `run` command around idpctl"))
    }

    /// Returns a secret's value, or why there is none here.
    pub(super) fn value(&self, reference: &SecretRef) -> Result<Secret, String> {
        self.secrets.get(reference).cloned().unwrap_or_else(|| Err(format!("{reference} is not declared")))
    }
}
