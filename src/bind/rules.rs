//! The rules of identity for apps that a manifest declares.

use std::collections::{BTreeMap, BTreeSet};

use super::index::LiveIndex;
use super::{AMBIGUOUS, Bound, BoundApp, Choices, How, NOT_THERE, Refusal, TWICE};
use crate::desired::{App, Desired};
use crate::diagnostic::Diagnostic;
use crate::observed::{Id, LiveApp};
use crate::resource::marker::Owner;

/// The matches made so far.
pub(super) struct Matching<'a, 'c> {
    desired: &'a Desired,
    live: &'c LiveIndex<'a>,
    choices: &'c Choices,
    documents: BTreeSet<&'a str>,
    open: Vec<&'a App>,
    taken: BTreeMap<&'a Id, &'a App>,
    /// Names of the documents that have a live app.
    matched: BTreeSet<&'a str>,
    bound: Bound<'a>,
}

impl<'a, 'c> Matching<'a, 'c> {
    pub(super) fn new(desired: &'a Desired, live: &'c LiveIndex<'a>, choices: &'c Choices) -> Self {
        let open: Vec<_> = desired.apps.iter().filter(|app| app.is_declared()).collect();
        let documents = open.iter().map(|app| app.address.name.as_str()).collect();
        let (taken, matched) = (BTreeMap::new(), BTreeSet::new());
        Self { desired, live, choices, documents, open, taken, matched, bound: Bound::default() }
    }

    /// `metadata.id` pins one app.
    pub(super) fn by_id(&mut self) {
        for app in std::mem::take(&mut self.open) {
            let Some(id) = &app.metadata.id else {
                self.open.push(app);
                continue;
            };
            match self.live.with_id(id).next() {
                Some(live) => self.take(app, live, How::Id),
                None => self.problem(
                    Diagnostic::error(
                        NOT_THERE,
                        Some(app.origin.clone()),
                        format!("{} is pinned to `{id}`, and there is no such OIDC app", app.address),
                    )
                    .help("correct `metadata.id`, or take it out to have the app created"),
                ),
            }
        }
    }

    /// Our own mark, as written when the app was created or adopted.
    pub(super) fn by_marker(&mut self) {
        for app in std::mem::take(&mut self.open) {
            let owner = Owner { project: self.desired.project.clone(), name: app.address.name.clone() };
            let marked: Vec<_> = self.free(self.live.with_owner(&owner)).collect();
            // A replacement under way left two marked apps: the one that is not superseded is the one.
            let current: Vec<_> = marked.iter().copied().filter(|live| live.marker.as_ref().is_some_and(|m| !m.superseded)).collect();
            let candidates = if current.is_empty() { marked } else { current };
            match candidates.as_slice() {
                [] => self.open.push(app),
                [only] => self.take_marked(app, only),
                // Copies are normal: people clone apps by GET and POST, mark included.
                several => match app.client_id().and_then(|id| several.iter().find(|live| live.client_id == id)) {
                    Some(live) => self.take(app, live, How::Marker),
                    None => self.problem(ambiguous(app, several, &format!("bear the mark of {}", app.address)).help(
                        "one of them is a copy that somebody made: declare the `client_id` of the right one, or pin it with `metadata.id`",
                    )),
                },
            }
        }
    }

    /// The declared client id; it is unique in an org.
    pub(super) fn by_client_id(&mut self) {
        for app in std::mem::take(&mut self.open) {
            let Some(id) = app.client_id() else {
                self.open.push(app);
                continue;
            };
            let Some(live) = self.live.with_client_id(id).next() else {
                self.open.push(app);
                continue;
            };
            if let Some(other) = self.taken.get(&live.id) {
                let twice = format!(
                    "{} declares client_id `{id}`, and the app that has it ({}) is already {}",
                    app.address, live.id, other.address
                );
                self.problem(
                    Diagnostic::error(TWICE, Some(app.origin.clone()), twice)
                        .related(other.origin.clone(), "this document has it")
                        .help("give one of them another client_id, or take one of the documents out"),
                );
            } else if let Some(why) = self.not_ours(app, live) {
                self.refuse(app, live, why);
            } else {
                self.take(app, live, How::ClientId);
            }
        }
    }

    /// The label, which is not unique: an adoption that somebody must have asked for.
    pub(super) fn by_label(&mut self) {
        for app in std::mem::take(&mut self.open) {
            let label = app.label().unwrap_or_default();
            let candidates: Vec<_> = self.free(self.live.with_label(label)).filter(|live| self.not_ours(app, live).is_none()).collect();
            if !app.metadata.adopt && !self.choices.adopt.contains(&app.address) {
                for live in candidates {
                    let note = format!(
                        "an app with this label is there already ({}); to take it over instead of making another: --adopt {}",
                        live.id, app.address
                    );
                    self.bound.notes.push((app.address.clone(), note));
                }
                self.bound.apps.push(BoundApp::New(app));
                continue;
            }
            match candidates.as_slice() {
                [] => {
                    let theirs = self.free(self.live.with_label(label)).next().and_then(|live| Some((live, self.not_ours(app, live)?)));
                    match theirs {
                        Some((live, why)) => self.refuse(app, live, why),
                        None => self.bound.apps.push(BoundApp::New(app)),
                    }
                }
                [only] => self.take(app, only, How::Label),
                several => self.problem(
                    ambiguous(app, several, &format!("have the label of {}, which is to adopt one", app.address))
                        .help("pin the right one with `metadata.id`"),
                ),
            }
        }
    }

    pub(super) fn finish(self) -> Bound<'a> {
        self.bound
    }

    /// Leaves out the apps that a document has.
    fn free(&self, apps: impl Iterator<Item = &'a LiveApp>) -> impl Iterator<Item = &'a LiveApp> {
        apps.filter(|live| !self.taken.contains_key(&live.id))
    }

    fn take(&mut self, app: &'a App, live: &'a LiveApp, how: How) {
        if let Some(other) = self.taken.get(&live.id) {
            let twice = format!("{} and {} both mean the app {}", other.address, app.address, live.id);
            self.problem(Diagnostic::error(TWICE, Some(app.origin.clone()), twice).related(other.origin.clone(), "and this one"));
            return;
        }
        if how == How::Id
            && let Some(why) = self.not_ours(app, live)
        {
            self.refuse(app, live, why);
            return;
        }
        self.taken.insert(&live.id, app);
        self.matched.insert(&app.address.name);
        if let (How::ClientId | How::Label | How::Id, Some(mark)) = (how, &live.marker)
            && mark.owner.name != app.address.name
        {
            self.bound.notes.push((app.address.clone(), format!("was App/{} until now: the document was renamed", mark.owner.name)));
        }
        if how == How::ClientId && self.desired.ownership && live.marker.is_none() {
            let note = format!(
                "the app {} has its client_id and bears no mark: either it was never ours, or a change of its profile lost the mark",
                live.id
            );
            self.bound.notes.push((app.address.clone(), note));
        }
        self.bound.apps.push(BoundApp::Both(app, live, how));
    }

    /// A marked app whose client id is not the declared one is to be replaced, unless another app has that client id already.
    fn take_marked(&mut self, app: &'a App, live: &'a LiveApp) {
        let rival = app
            .client_id()
            .filter(|id| live.client_id != *id)
            .and_then(|id| self.live.with_client_id(id).find(|other| other.id != live.id));
        match rival {
            Some(rival) => self.problem(
                ambiguous(app, &[live, rival], &format!("fit {}: the first bears its mark, the second has its client_id", app.address))
                    .help("pin the right one with `metadata.id`"),
            ),
            None => self.take(app, live, How::Marker),
        }
    }

    /// Says why an app may not be taken: another project's mark, or the mark of another document of ours that is still there.
    fn not_ours(&self, app: &App, live: &LiveApp) -> Option<String> {
        let mark = live.marker.as_ref().filter(|_| self.desired.ownership)?;
        if mark.owner.project != self.desired.project {
            return Some(format!("the app {} belongs to project `{}` (as {})", live.id, mark.owner.project, mark.owner.name));
        }
        let theirs = mark.owner.name != app.address.name && self.documents.contains(mark.owner.name.as_str());
        let theirs_is_taken = self.matched.contains(mark.owner.name.as_str());
        (theirs && !theirs_is_taken)
            .then(|| format!("the app {} bears the mark of App/{}, which is still declared", live.id, mark.owner.name))
    }

    fn refuse(&mut self, app: &App, live: &LiveApp, why: String) {
        let live = live.id.clone();
        self.bound.refused.push(Refusal { address: app.address.clone(), origin: app.origin.clone(), live, why });
    }

    fn problem(&mut self, diagnostic: Diagnostic) {
        self.bound.problems.push(diagnostic);
    }
}

fn ambiguous(app: &App, candidates: &[&LiveApp], what: &str) -> Diagnostic {
    let listed: Vec<_> =
        candidates.iter().map(|live| format!("{} (client_id {}, {})", live.id, live.client_id, live.status.as_str())).collect();
    Diagnostic::error(AMBIGUOUS, Some(app.origin.clone()), format!("{} live apps {what}: {}", candidates.len(), listed.join(", ")))
}
