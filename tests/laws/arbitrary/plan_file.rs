//! Bytes to a saved plan, and through everything that is done with one before anything is sent.
//!
//! Laws: a plan that can be read is what is read of what is written of it; it covers itself; every request of a plan that it covers stands
//! in it; and what is shown of it, or of why it cannot be read, is inert.

use std::collections::BTreeSet;

use idpctl::plan::{Plan, approve, ordered, read, write};
use idpctl::render::{self, Style, json_text};
use serde_json::Value;

use super::bytes::Bytes;
use super::plans::part;
use super::trees::mutate;
use super::{assert_inert, chain};

/// Takes bytes as a file: as they are, or (`m` first) as changes of a file that is a part of a plan.
pub(crate) fn run(data: &[u8]) {
    match data.split_first() {
        Some((b'm', changes)) => {
            let mut bytes = Bytes::new(changes);
            // Two actions are enough to be confused with each other.
            let fresh = part(1 << bytes.below(19) | 1 << bytes.below(19));
            let mut tree = serde_json::to_value(&fresh).expect("a plan is JSON");
            mutate(&mut tree, &mut bytes);
            checked(&tree.to_string(), &fresh);
        }
        _ => checked(&String::from_utf8_lossy(data), &part(1)),
    }
}

fn checked(text: &str, fresh: &Plan) {
    let saved = match read(text) {
        Ok(saved) => saved,
        Err(error) => return assert_inert(&chain(&error)),
    };
    assert_eq!(read(&write(&saved)).expect("what is written can be read"), saved);
    let addresses: BTreeSet<_> = saved.actions.iter().map(|action| &action.address).collect();
    if addresses.len() == saved.actions.len() {
        assert_eq!(approve(&saved, &saved), [], "a plan covers itself");
    }
    covered_in_full(fresh, &saved);
    covered_in_full(&saved, fresh);
    shown(&saved);
    // Actions that wait for each other are an error, and any other order is a good one.
    if let Ok(order) = ordered(saved.actions.clone()) {
        assert_eq!(order.len(), saved.actions.len());
    }
}

/// Every request of a plan that another one covers stands in that one.
fn covered_in_full(fresh: &Plan, approved: &Plan) {
    if !approve(fresh, approved).is_empty() {
        return;
    }
    for action in &fresh.actions {
        let known = approved.actions.iter().find(|known| known.address == action.address).expect("an action that is covered is known");
        for step in &action.steps {
            assert!(known.steps.iter().any(|known| known.call == step.call), "{}: {:?} was not approved", action.address, step.call);
        }
    }
}

fn shown(saved: &Plan) {
    assert_inert(&render::plan::text(saved, Style { requests: true, width: 20, ..Style::default() }));
    let tree = render::plan::json(saved);
    let text = json_text(&tree);
    assert_inert(&text);
    assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), tree, "what is shown as JSON is the plan");
}
