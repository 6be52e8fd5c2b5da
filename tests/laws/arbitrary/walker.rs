//! Bytes to a declared and a live tree, and through everything that walks them with a field table.
//!
//! Laws: a value is the same as itself; what is merged into a live tree is then the same as what is declared, and merging again changes
//! nothing; normalising twice is normalising once; and an update, once made, leaves nothing to update.

use std::collections::BTreeSet;

use idpctl::address::Kind;
use idpctl::json::Path;
use idpctl::resource::app::normalise;
use idpctl::resource::jwk::key_id;
use idpctl::resource::{Compare, Leaf, leaves, merged, same, table, validate};
use serde_json::Value;

use super::bytes::Bytes;
use super::trees::{described, mutate, tree};

pub(crate) fn run(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let kind = *bytes.pick(&Kind::ALL);
    let declared = if bytes.chance(85) { described(table(kind), &mut bytes) } else { tree(&mut bytes, 4) };
    let mut live = match bytes.below(3) {
        0 => declared.clone(),
        1 => described(table(kind), &mut bytes),
        _ => tree(&mut bytes, 4),
    };
    mutate(&mut live, &mut bytes);
    validate(kind, &declared, &mut Vec::new());
    validate(kind, &live, &mut Vec::new());
    for tree in [&declared, &live] {
        let mut once = tree.clone();
        normalise(&mut once);
        let mut twice = once.clone();
        normalise(&mut twice);
        assert_eq!(once, twice, "normalising twice is normalising once");
    }
    merging_leads_there(kind, &declared, &live);
}

fn merging_leads_there(kind: Kind, declared: &Value, live: &Value) {
    let fields = leaves(table(kind), declared);
    let mut after = live.clone();
    for leaf in &fields {
        assert_eq!(leaf.path.find(declared), Some(leaf.value), "a leaf is where it says");
        assert!(same(leaf.field, leaf.value, Some(leaf.value)), "{} is the same as itself: {}", leaf.path, leaf.value);
        put(&mut after, &leaf.path, merged(leaf, leaf.path.find(live)));
    }
    for leaf in fields.iter().filter(|leaf| is_unambiguous(leaf)) {
        let there = leaf.path.find(&after);
        assert!(same(leaf.field, leaf.value, there), "{} is as declared: {} in {after}", leaf.path, leaf.value);
        let again = merged(leaf, there);
        let kept = again.is_none() && there.is_none() || again.as_ref() == there;
        assert!(kept, "{} is merged once and for all: {again:?} in {after}", leaf.path);
    }
}

/// Keys that are declared twice under one name are refused later.
fn is_unambiguous(leaf: &Leaf<'_>) -> bool {
    let keys = leaf.field.is_some_and(|field| field.rule.compare == Compare::Keys);
    let Some(items) = leaf.value.as_array().filter(|_| keys) else { return true };
    items.iter().map(key_id).collect::<BTreeSet<_>>().len() == items.len()
}

fn put(tree: &mut Value, path: &Path, value: Option<Value>) {
    match value {
        Some(value) => path.set(tree, value),
        None => drop(path.remove(tree)),
    }
}
