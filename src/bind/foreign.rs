//! Apps that no manifest declares, but that some document speaks of.

use std::collections::BTreeMap;

use super::index::LiveIndex;
use super::{AMBIGUOUS, Bound, BoundApp, How, NOT_THERE, TWICE};
use crate::desired::{App, Desired};
use crate::diagnostic::Diagnostic;
use crate::observed::{Id, LiveApp};
use crate::resource::Reference;

/// Finds the app that each such document refers to.
pub(super) fn bind<'a>(desired: &'a Desired, live: &LiveIndex<'a>, bound: &mut Bound<'a>) {
    let mut taken = bound.apps.iter().filter_map(|app| Some((&app.live()?.id, app.wanted()))).collect();
    for app in desired.apps.iter().filter(|app| !app.is_declared()) {
        let candidates = referred_to(&app.reference, live);
        let error = |code, message: String| Diagnostic::error(code, Some(app.origin.clone()), message);
        match candidates.as_slice() {
            [] => bound.problems.push(
                error(NOT_THERE, format!("{} refers to the app {}, and there is none", app.address, app.reference))
                    .help("correct the reference, or declare the app in an App document"),
            ),
            [live] => take(app, live, &mut taken, bound),
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

fn take<'a>(app: &'a App, live: &'a LiveApp, taken: &mut BTreeMap<&'a Id, &'a App>, bound: &mut Bound<'a>) {
    match taken.insert(&live.id, app) {
        Some(other) => {
            let twice = format!("{} refers to the app {}, which is {}", app.address, live.id, other.address);
            let help = format!("refer to it by its name: `app: {}`", other.address.name);
            bound
                .problems
                .push(Diagnostic::error(TWICE, Some(app.origin.clone()), twice).related(other.origin.clone(), "declared here").help(help));
            taken.insert(&live.id, other);
        }
        None => bound.apps.push(BoundApp::Both(app, live, How::Reference)),
    }
}

fn referred_to<'a>(reference: &Reference, live: &LiveIndex<'a>) -> Vec<&'a LiveApp> {
    match reference {
        Reference::Name(_) => Vec::new(),
        Reference::Id(id) => live.with_id(id).collect(),
        Reference::ClientId(id) => live.with_client_id(id).collect(),
        Reference::Label(label) => live.with_label(label).collect(),
    }
}
