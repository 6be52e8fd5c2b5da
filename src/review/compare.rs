//! Objects of two revisions to what differs between them, each object once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::object::{Fact, Object};
use super::{Change, Entry, FieldDiff, Identity};
use crate::address::Address;
use crate::diff::cleared;
use crate::json::Path;

/// What a comparison came to.
#[derive(Default)]
pub(super) struct Found {
    /// What differs.
    pub(super) entries: Vec<Entry>,
    /// The earlier addresses of what has another one now.
    pub(super) renamed: BTreeMap<Address, Address>,
}

/// Adds what differs between siblings of two revisions, and below them.
pub(super) fn siblings(base: &[Object<'_>], head: &[Object<'_>], found: &mut Found) {
    let mut gone: BTreeMap<&[String], &Object<'_>> = base.iter().map(|object| (object.key.as_slice(), object)).collect();
    let mut came = Vec::new();
    for object in head {
        match gone.remove(object.key.as_slice()) {
            Some(before) => both(before, object, None, found),
            None => came.push(object),
        }
    }
    let renamed = renamed(&gone, &came);
    for object in came {
        match renamed.get(object.key.as_slice()).and_then(|(by, key)| Some((*by, gone.remove(key)?))) {
            Some((by, before)) => both(before, object, Some(by), found),
            None => added(object, found),
        }
    }
    for object in gone.values() {
        removed(object, found);
    }
}

/// Pairs what came with what went by the strongest thing that names one of each and no more.
fn renamed<'k>(gone: &BTreeMap<&'k [String], &'k Object<'_>>, came: &[&'k Object<'_>]) -> BTreeMap<&'k [String], (Identity, &'k [String])> {
    let mut pairs = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for by in Identity::ALL {
        let old = by_identity(gone.values().copied(), by);
        for (text, new) in by_identity(came.iter().copied(), by) {
            let ([before], [after]) = (old.get(text).map_or(&[][..], Vec::as_slice), new.as_slice()) else { continue };
            let of_one_kind = before.address.kind == after.address.kind;
            let fits = of_one_kind && !contradict(before, after, by) && !pairs.contains_key(after.key.as_slice());
            if fits && taken.insert(before.key.as_slice()) {
                pairs.insert(after.key.as_slice(), (by, before.key.as_slice()));
            }
        }
    }
    pairs
}

fn by_identity<'k>(objects: impl Iterator<Item = &'k Object<'k>>, by: Identity) -> BTreeMap<&'k str, Vec<&'k Object<'k>>> {
    let mut found: BTreeMap<&str, Vec<&Object<'_>>> = BTreeMap::new();
    for object in objects {
        for (_, text) in object.identities.iter().filter(|(other, _)| *other == by) {
            found.entry(text).or_default().push(object);
        }
    }
    found
}

/// Returns whether something stronger tells two objects apart that have one name.
fn contradict(before: &Object<'_>, after: &Object<'_>, by: Identity) -> bool {
    let says = |object: &Object<'_>, by: Identity| object.identities.iter().find(|(other, _)| *other == by).map(|(_, text)| text.clone());
    let stronger = Identity::ALL.into_iter().take_while(|other| *other != by);
    stronger.into_iter().any(|other| says(before, other).zip(says(after, other)).is_some_and(|(before, after)| before != after))
}

fn both(base: &Object<'_>, head: &Object<'_>, renamed: Option<Identity>, found: &mut Found) {
    if base.address != head.address {
        found.renamed.insert(head.address.clone(), base.address.clone());
    }
    let mut fields = Vec::new();
    if let (Some(before), Some(after)) = (&base.declaration, &head.declaration) {
        fields.extend(after.differing_from(before).into_iter().map(|change| FieldDiff {
            base: change.before.is_some().then(|| before.origin_of(&change.path)),
            before: change.before,
            after: Some(change.declared),
            head: change.origin,
            immutable: change.immutable,
            path: change.path,
        }));
        let cleared = cleared(after.body, &head.settings);
        fields.extend(after.released_since(before).into_iter().map(|leaf| {
            let is_something = !leaf.value.is_null() && leaf.value.as_array().is_none_or(|items| !items.is_empty());
            let because = cleared.as_ref().filter(|(path, _)| is_something && leaf.path.starts_with(path)).map(|(_, because)| because);
            FieldDiff {
                base: Some(before.origin_of(&leaf.path)),
                before: Some(leaf.value.clone()),
                after: because.map(|_| Value::Null),
                head: because.map(|because| after.origin_of(because)),
                immutable: leaf.field.is_some_and(|field| field.rule.immutable),
                path: leaf.path,
            }
        }));
    }
    fields.extend(facts(&base.facts, &head.facts));
    let replaced = head.replaceable && fields.iter().any(FieldDiff::forces_replacement);
    let change = match renamed {
        Some(by) => Some(Change::Renamed { from: base.address.clone(), by }),
        None if replaced => Some(Change::Replaced),
        None => (!fields.is_empty()).then_some(Change::Changed),
    };
    if let Some(change) = change.filter(|_| !head.told_by_parent) {
        let (address, title) = (head.address.clone(), head.title.map(str::to_owned));
        found.entries.push(Entry { address, title, change, fields, base: Some(base.origin.clone()), head: Some(head.origin.clone()) });
    }
    siblings(&base.children, &head.children, found);
}

fn facts(base: &[Fact], head: &[Fact]) -> Vec<FieldDiff> {
    let known = |facts: &[Fact], path: &Path| facts.iter().any(|fact| fact.path == *path);
    let mut fields = Vec::new();
    for fact in head {
        match base.iter().find(|before| before.path == fact.path) {
            Some(before) if before.value == fact.value => {}
            Some(before) => {
                fields.push(FieldDiff { before: Some(before.value.clone()), base: before.origin.clone(), ..FieldDiff::of(fact) });
            }
            None if fact.implied => {}
            None => fields.push(FieldDiff::of(fact)),
        }
    }
    for fact in base.iter().filter(|fact| !fact.implied && !known(head, &fact.path)) {
        let FieldDiff { path, before, after, base, head, immutable } = FieldDiff::of(fact);
        fields.push(FieldDiff { path, before: after, after: before, base: head, head: base, immutable });
    }
    fields
}

fn added(object: &Object<'_>, found: &mut Found) {
    if !object.told_by_parent {
        let entry = Entry { change: Change::Added, head: Some(object.origin.clone()), ..alone(object) };
        found.entries.push(entry);
    }
    object.children.iter().for_each(|child| added(child, found));
}

fn removed(object: &Object<'_>, found: &mut Found) {
    let mut entry = alone(object);
    for field in &mut entry.fields {
        std::mem::swap(&mut field.before, &mut field.after);
        std::mem::swap(&mut field.base, &mut field.head);
    }
    found.entries.push(Entry { change: Change::Removed, base: Some(object.origin.clone()), ..entry });
    object.children.iter().filter(|child| !child.told_by_parent).for_each(|child| removed(child, found));
}

/// Everything that is said of an object, as if it had come.
fn alone(object: &Object<'_>) -> Entry {
    let nothing = Value::Object(serde_json::Map::new());
    let declared = object.declaration.iter().flat_map(|declaration| {
        let nothing = crate::diff::Declaration { body: &nothing, ..*declaration };
        declaration.differing_from(&nothing)
    });
    let declared = declared.map(|change| FieldDiff {
        path: change.path,
        before: None,
        after: Some(change.declared),
        base: None,
        head: change.origin,
        immutable: change.immutable,
    });
    let mut fields: Vec<_> = declared.collect();
    fields.extend(object.facts.iter().filter(|fact| !fact.implied).map(FieldDiff::of));
    let (address, title) = (object.address.clone(), object.title.map(str::to_owned));
    Entry { address, title, change: Change::Added, fields, base: None, head: None }
}

impl FieldDiff {
    /// What is said in the later revision alone.
    fn of(fact: &Fact) -> Self {
        let Fact { path, value, origin, implied: _, immutable } = fact;
        Self { path: path.clone(), before: None, after: Some(value.clone()), base: None, head: origin.clone(), immutable: *immutable }
    }
}
