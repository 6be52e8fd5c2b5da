//! A value that is to stand at a place, to the fewest edits: of lists and mappings that are there, only what differs.

use serde_json::{Map, Value};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::layout::{Form, Node};
use super::{Edit, Splice, insert, order, replace};
use crate::json::{Path, Step, canonical};

/// Returns the edits that lead from a tree to the same with a value at a place, each for the tree that those before it leave. `None` if
/// something stands in the way.
pub(super) fn steps(tree: &Value, path: &Path, value: &Value) -> Option<Vec<Edit>> {
    let mut steps = Vec::new();
    if let Some(before) = path.find(tree) {
        differing(path, before, value, &mut steps);
        return Some(steps);
    }
    // The nearest thing around it that is there gets a member, with everything in it that is missing.
    let mut around = path.clone();
    let mut value = value.clone();
    loop {
        let (last, parent) = (around.steps().last()?.clone(), around.parent()?);
        let Step::Key(name) = last else { return None };
        match parent.find(tree) {
            Some(Value::Object(members)) if !members.is_empty() => break,
            Some(Value::Object(_) | Value::Null) => {
                (around, value) = (parent, Value::Object([(name, value)].into_iter().collect()));
                break;
            }
            Some(_) => return None,
            None => (around, value) = (parent, Value::Object([(name, value)].into_iter().collect())),
        }
    }
    steps.push(Edit::Set { path: around, value });
    Some(steps)
}

fn differing(path: &Path, before: &Value, after: &Value, steps: &mut Vec<Edit>) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(before), Value::Object(after)) if !before.is_empty() && !after.is_empty() => members(path, before, after, steps),
        (Value::Array(before), Value::Array(after)) if !before.is_empty() && !after.is_empty() => items(path, before, after, steps),
        _ => steps.push(Edit::Set { path: path.clone(), value: after.clone() }),
    }
}

fn members(path: &Path, before: &Map<String, Value>, after: &Map<String, Value>, steps: &mut Vec<Edit>) {
    for (name, value) in after {
        match before.get(name) {
            Some(was) => differing(&path.key(name), was, value, steps),
            None => steps.push(Edit::Set { path: path.key(name), value: value.clone() }),
        }
    }
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    steps.extend(gone.map(|name| Edit::Remove { path: path.key(name) }));
}

/// From the end, so that what is still to be edited keeps its number. New items come before the old ones go: the list is never empty.
fn items(path: &Path, before: &[Value], after: &[Value], steps: &mut Vec<Edit>) {
    let texts = |items: &[Value]| items.iter().map(|item| canonical(item).to_string()).collect::<Vec<_>>();
    let (old_texts, new_texts) = (texts(before), texts(after));
    let remove = |from: usize, to: usize, steps: &mut Vec<Edit>| {
        steps.extend((from..to).rev().map(|index| Edit::Remove { path: path.index(index) }));
    };
    let insert = |at: usize, new: &[Value], steps: &mut Vec<Edit>| {
        steps.extend(new.iter().rev().map(|value| Edit::Insert { list: path.clone(), at, value: value.clone() }));
    };
    for op in capture_diff_slices(Algorithm::Myers, &old_texts, &new_texts).into_iter().rev() {
        match op {
            DiffOp::Equal { .. } => {}
            DiffOp::Delete { old_index, old_len, .. } => remove(old_index, old_index + old_len, steps),
            DiffOp::Insert { old_index, new_index, new_len } => insert(old_index, &after[new_index..new_index + new_len], steps),
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                let (old, new) = (&before[old_index..old_index + old_len], &after[new_index..new_index + new_len]);
                let kept = old.iter().zip(new).take_while(|(one, other)| are_one(one, other)).count();
                insert(old_index + old_len, &new[kept..], steps);
                remove(old_index + kept, old_index + old_len, steps);
                for (place, (one, other)) in old.iter().zip(new).enumerate().take(kept) {
                    differing(&path.index(old_index + place), one, other, steps);
                }
            }
        }
    }
}

/// Returns whether two items are about the same thing, by what it is called.
fn are_one(one: &Value, other: &Value) -> bool {
    ["name", "kid", "id"].iter().any(|member| one.get(member).is_some() && one.get(member) == other.get(member))
}

/// Returns how a value is put at a place, or in the place of what stands there.
pub(super) fn splices(text: &str, root: &Node, document: &Value, path: &Path, value: &Value) -> Option<Vec<Splice>> {
    if root.way(path).is_some() {
        return replace::splices(text, root, path, value);
    }
    let (Step::Key(name), parent) = (path.steps().last()?, path.parent()?) else { return None };
    let mapping = root.way(&parent)?.last().map_or(root, |(above, place)| &above.entries[*place].node);
    match mapping.form {
        Form::BlockMap | Form::FlowMap => {
            let at = order::place(mapping, name, &parent, document);
            insert::into(text, mapping, at, insert::New::Member(name, value))
        }
        _ => None,
    }
}
