//! Apps that bear our mark and have no document: which of them go.

use super::{Changes, Choices, LeftAlone};
use crate::bind::{Bound, Orphaned};
use crate::observed::{Aspect, Trace};

/// Decides for each orphan whether it goes or is left alone. `--select` never deletes an app.
pub(super) fn decide<'a>(bound: &Bound<'a>, choices: &Choices, changes: &mut Changes<'a>) {
    for orphan in &bound.orphans {
        if !choices.select.has(&orphan.address) {
            continue;
        }
        let asked = match orphan.why {
            Orphaned::DocumentGone => choices.prune,
            Orphaned::Superseded => choices.prune || choices.allow_replace.contains(&orphan.address),
            Orphaned::Copy => false,
        };
        if asked && !choices.select.is_narrow() {
            changes.orphans.push(orphan.clone());
            continue;
        }
        let (id, label) = (&orphan.live.id, &orphan.live.label);
        let (what, flag) = match orphan.why {
            // With `--prune` it would be refused: there is no flag to advise.
            Orphaned::DocumentGone if orphan.marker.protected => {
                (format!("the app {id} `{label}` is ours and no document declares it; it is protected"), None)
            }
            Orphaned::DocumentGone => (format!("the app {id} `{label}` is ours and no document declares it"), Some("--prune")),
            Orphaned::Superseded => (format!("the app {id} `{label}` was replaced by another"), Some("--prune")),
            Orphaned::Copy => (format!("the app {id} `{label}` bears a copy of this mark: somebody cloned the app"), None),
        };
        let flag = flag.map(|flag| if choices.select.is_narrow() { format!("{flag} without --select") } else { flag.to_owned() });
        let trace = Trace::app(id, &orphan.live.client_id, Aspect::Being);
        changes.left_alone.push(LeftAlone { address: orphan.address.clone(), what, flag, trace });
    }
}
