//! Groups of one app that would fight over it.

use crate::desired::Assignment;
use crate::desired::draft::{Draft, ordered};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Origin, codes};
use crate::json::Path;

pub(super) fn assigned_once(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let groups = draft.groups.as_deref().unwrap_or_default();
    let mut push = |code: Code, message: String, a: &Origin, b: &Origin, help: &'static str| {
        let (first, second) = ordered(a.clone(), b.clone());
        diagnostics.push(Diagnostic::error(code, Some(second), message).related(first, "the first").help(help));
    };
    for (index, group) in groups.iter().enumerate() {
        if let Some(before) = groups[..index].iter().find(|before| before.group == group.group) {
            let message = format!("the group `{}` is assigned twice to {}", group.group.text(), draft.reference);
            push(codes::GROUP_TWICE, message, &before.origin, &group.origin, "remove one of the two");
        } else if let Some((before, priority)) = groups[..index].iter().find_map(|before| Some((before, same_priority(before, group)?))) {
            let message = format!("`{}` and `{}` have the same priority {priority}", before.group.text(), group.group.text());
            push(codes::PRIORITY_TWICE, message, place(before), place(group), "give one of the two another priority");
        }
    }
}

pub(super) fn decide(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let path = Path::of("settings.implicitAssignment");
    let everybody = path.find(&draft.body).is_some_and(|value| *value == true);
    if let (true, Some(group)) = (everybody, draft.groups.iter().flatten().min_by_key(|group| &group.origin)) {
        let message = "with `implicitAssignment` everybody has access: groups decide nothing";
        let diagnostic = Diagnostic::error(codes::GROUPS_MOOT, Some(draft.origin(&path)), message).warning();
        diagnostics.push(diagnostic.related(group.origin.clone(), "a group").help("take it out, or the groups"));
    }
}

fn same_priority(a: &Assignment, b: &Assignment) -> Option<u64> {
    a.priority().filter(|priority| Some(*priority) == b.priority())
}

fn place(group: &Assignment) -> &Origin {
    group.origins.get(&Path::of("priority")).unwrap_or(&group.origin)
}
