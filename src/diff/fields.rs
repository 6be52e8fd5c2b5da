//! Where a live body, or an earlier declaration, differs from what is declared: the same for every kind.

use std::collections::BTreeMap;

use serde_json::Value;

use super::FieldChange;
use crate::diagnostic::Origin;
use crate::json::Path;
use crate::resource::{Facet, Field, Leaf, leaves, merged, same};

/// What documents declare of one body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Declaration<'a> {
    /// Whose fields they are.
    pub(crate) row: &'static Field,
    /// The declared fields.
    pub(crate) body: &'a Value,
    /// Where each is declared; one that is not here, where what holds it is.
    pub(crate) origins: &'a BTreeMap<Path, Origin>,
    /// Where the document begins.
    pub(crate) origin: &'a Origin,
}

impl Declaration<'_> {
    /// Returns where the live body differs, given what stands at each of its places; everything that is declared if there is none.
    pub(crate) fn differing(&self, live: Option<&impl Fn(&Path) -> Option<Value>>) -> Vec<FieldChange> {
        let fields = leaves(self.row, self.body).into_iter().filter_map(|leaf| {
            let before = live.and_then(|find| find(&leaf.path));
            // On a new object a null is what the server has anyway.
            let differs = match live {
                Some(_) => !same(leaf.field, leaf.value, before.as_ref()),
                None => !leaf.value.is_null(),
            };
            differs.then(|| self.change(leaf, before))
        });
        fields.collect()
    }

    /// Returns where this differs from what was declared before: a field that was not declared then does, whatever the server has where
    /// it is absent.
    pub(crate) fn differing_from(&self, earlier: &Self) -> Vec<FieldChange> {
        let fields = leaves(self.row, self.body).into_iter().filter_map(|leaf| {
            let before = leaf.path.find(earlier.body).cloned();
            let differs = before.as_ref().is_none_or(|before| !same(leaf.field, leaf.value, Some(before)));
            differs.then(|| self.change(leaf, before))
        });
        fields.collect()
    }

    /// Returns what was declared before and is not any more: its live value stays. What something else took the place of is no release.
    pub(crate) fn released_since<'e>(&self, earlier: &Declaration<'e>) -> Vec<Leaf<'e>> {
        let stands = |path: &Path| path.find(self.body).is_some_and(|found| !found.is_object());
        let gone = |leaf: &Leaf<'_>| leaf.path.find(self.body).is_none() && !around(&leaf.path).any(|place| stands(&place));
        leaves(earlier.row, earlier.body).into_iter().filter(gone).collect()
    }

    fn change(&self, leaf: Leaf<'_>, before: Option<Value>) -> FieldChange {
        FieldChange {
            facet: Facet::Body,
            after: merged(&leaf, before.as_ref()),
            before,
            declared: leaf.value.clone(),
            origin: Some(self.origin_of(&leaf.path)),
            immutable: leaf.field.is_some_and(|field| field.rule.immutable),
            path: leaf.path,
        }
    }

    /// Returns where a field is declared, or the nearest place around it that is.
    pub(crate) fn origin_of(&self, path: &Path) -> Origin {
        around(path).find_map(|place| self.origins.get(&place)).unwrap_or(self.origin).clone()
    }
}

/// Returns a place, and every place around it, from the inside out.
fn around(path: &Path) -> impl Iterator<Item = Path> + use<> {
    std::iter::successors(Some(path.clone()), Path::parent)
}
