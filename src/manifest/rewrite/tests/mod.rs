//! What is not edited stays as it is, byte for byte, and what is edited is read back as it should be.

mod corpus;
mod messy;

use proptest::prelude::*;
use serde_json::{Value, json};

use self::messy::{Dice, Messy};
use super::*;

/// Returns every place in a tree but the root.
fn places(tree: &Value) -> Vec<Path> {
    fn below(tree: &Value, path: &Path, found: &mut Vec<Path>) {
        let inner: Vec<(Path, &Value)> = match tree {
            Value::Object(members) => members.iter().map(|(name, member)| (path.key(name), member)).collect(),
            Value::Array(items) => items.iter().enumerate().map(|(index, item)| (path.index(index), item)).collect(),
            _ => Vec::new(),
        };
        for (path, value) in inner {
            found.push(path.clone());
            below(value, &path, found);
        }
    }
    let mut found = Vec::new();
    below(tree, &Path::root(), &mut found);
    found
}

fn any_edit(dice: &mut Dice, tree: &Value) -> Edit {
    let places = places(tree);
    let path = if places.is_empty() { Path::of("new") } else { places[dice.below(places.len())].clone() };
    let value = dice.value(2);
    match (dice.below(4), path.find(tree)) {
        (0, Some(_)) => Edit::Remove { path },
        (1, Some(Value::Array(items))) => Edit::Insert { at: dice.below(items.len() + 1), list: path, value },
        (1, Some(Value::Object(_))) => Edit::Set { path: path.key(&format!("new {}", dice.below(3))), value },
        (2, Some(Value::Array(items))) => {
            let mut items = items.clone();
            if !items.is_empty() {
                items.remove(dice.below(items.len()));
            }
            items.insert(dice.below(items.len() + 1), value);
            Edit::Set { path, value: Value::Array(items) }
        }
        _ => Edit::Set { path, value },
    }
}

/// Returns whether a comment may go with an edit: it belongs to what is taken out, or to something in what is replaced.
fn may_go(owner: &Path, edit: &Edit, tree: &Value) -> bool {
    match edit {
        Edit::Insert { .. } => false,
        Edit::Set { path, .. } => owner != path && owner.starts_with(path),
        Edit::Remove { path } => {
            let parent = path.parent().unwrap();
            let around = parent.find(tree).unwrap();
            let is_last = around.as_array().map_or_else(|| around.as_object().map_or(0, serde_json::Map::len), Vec::len) == 1;
            owner.starts_with(path) || (is_last && *owner != parent && owner.starts_with(&parent))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_of_whatever_people_write_says_what_it_should_and_takes_no_comment_that_is_not_its_own(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let mut tree = Value::Object(dice.members(3));
        tree["kind"] = json!("App");
        tree["apiVersion"] = json!("idpctl/v1");
        let mut messy = Messy { dice: &mut dice, comments: Vec::new() };
        let mut text = messy.block(&tree, 0, 0, &Path::root());
        let comments = messy.comments;
        let neighbours = if dice.chance(50) { ("# before\nx: [1]   # x\n---  \n", "--- # next\ny: |+\n  z\n\n# the end\n") } else { ("", "") };
        if neighbours.1.is_empty() && dice.chance(30) && !text.trim_end().ends_with(['|', '-']) {
            text.truncate(text.trim_end().len());
        }
        text = format!("{}{text}{}", neighbours.0, neighbours.1);
        if dice.chance(20) {
            text = text.replace('\n', "\r\n");
        }
        if dice.chance(10) {
            text.insert(0, '\u{feff}');
        }
        let mut rewriting = Rewriting::read(&"a.yaml".into(), &text).map_err(|error| TestCaseError::fail(format!("{error}:\n{text}")))?;
        let (document, read) = rewriting.documents().nth(usize::from(!neighbours.0.is_empty())).unwrap();
        // What a text without a last line break says may lack it too.
        let tree = read.clone();
        let edit = any_edit(&mut dice, &tree);
        let said = format!("{edit:?}\n{text}");
        let outcome = rewriting.edit(document, &edit);
        let ends_in_lines = !text.ends_with('\n') && matches!(&outcome, Err(Error::NotReadBack(_)));
        if ends_in_lines && text.contains('|') {
            return Ok(());
        }
        prop_assert_eq!(&outcome, &Ok(()), "{}", said);
        let mut wanted = tree.clone();
        carry_out(&edit, &mut wanted).unwrap();
        prop_assert_eq!(rewriting.tree(document), &wanted, "{}", said);
        let new = rewriting.finish().unwrap().unwrap();
        for (comment, owner) in &comments {
            prop_assert!(new.contains(comment) || may_go(owner, &edit, &tree), "{} of {} is gone:\n{}\n{}", comment, owner, said, new);
        }
        let same_ends = new.trim_start_matches('\u{feff}').starts_with(&neighbours.0.replace('\n', if text.contains('\r') { "\r\n" } else { "\n" }));
        prop_assert!(same_ends, "{}\n{}", said, new);
        if text.contains('\r') {
            prop_assert!(!new.replace("\r\n", "").contains('\n'), "{:?}", new);
        }
    }
}
