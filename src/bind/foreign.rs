//! Apps that no manifest declares, but that some document speaks of.

use super::{AMBIGUOUS, Bound, BoundApp, How, NOT_THERE, TWICE};
use crate::desired::{App, Desired};
use crate::diagnostic::Diagnostic;
use crate::observed::{LiveApp, Observed};
use crate::resource::Reference;

/// Finds the app that each such document refers to.
pub(super) fn bind<'a>(desired: &'a Desired, observed: &'a Observed, bound: &mut Bound<'a>) {
    for app in desired.apps.iter().filter(|app| !app.is_declared()) {
        let candidates: Vec<_> = observed.apps.iter().filter(|live| fits(&app.reference, live)).collect();
        let error = |code, message: String| Diagnostic::error(code, Some(app.origin.clone()), message);
        match candidates.as_slice() {
            [] => bound.problems.push(
                error(NOT_THERE, format!("{} refers to the app {}, and there is none", app.address, app.reference))
                    .help("correct the reference, or declare the app in an App document"),
            ),
            [live] => take(app, live, bound),
            several => {
                let ids: Vec<_> = several.iter().map(|live| live.id.0.as_str()).collect();
                bound.problems.push(
                    error(
                        AMBIGUOUS,
                        format!("{} refers to the app {}, and there are {}: {}", app.address, app.reference, ids.len(), ids.join(", ")),
                    )
                    .help("refer to it by `id`"),
                );
            }
        }
    }
}

fn take<'a>(app: &'a App, live: &'a LiveApp, bound: &mut Bound<'a>) {
    match bound.apps.iter().find(|other| other.live().is_some_and(|l| l.id == live.id)) {
        Some(other) => {
            let twice = format!("{} refers to the app {}, which is {}", app.address, live.id, other.wanted().address);
            let help = format!("refer to it by its name: `app: {}`", other.wanted().address.name);
            bound.problems.push(
                Diagnostic::error(TWICE, Some(app.origin.clone()), twice)
                    .related(other.wanted().origin.clone(), "declared here")
                    .help(help),
            );
        }
        None => bound.apps.push(BoundApp::Both(app, live, How::Reference)),
    }
}

fn fits(reference: &Reference, live: &LiveApp) -> bool {
    match reference {
        Reference::Name(_) => false,
        Reference::Id(id) => live.id.0 == *id,
        Reference::ClientId(id) => live.client_id == *id,
        Reference::Label(label) => live.label == *label,
    }
}
