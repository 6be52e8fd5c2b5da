//! Where a live body differs from what is declared of it: the same for every kind.

use std::collections::BTreeMap;

use serde_json::Value;

use super::FieldChange;
use crate::diagnostic::Origin;
use crate::json::Path;
use crate::resource::{Facet, Field, leaves, merged, same};

/// What documents declare of one body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declaration<'a> {
    /// Whose fields they are.
    pub(super) row: &'static Field,
    /// The declared fields.
    pub(super) body: &'a Value,
    /// Where each is declared; one that is not here, where what holds it is.
    pub(super) origins: &'a BTreeMap<Path, Origin>,
    /// Where the document begins.
    pub(super) origin: &'a Origin,
}

impl Declaration<'_> {
    /// Returns where the live body differs, given what stands at each of its places; everything that is declared if there is none.
    pub(super) fn differing(&self, live: Option<&impl Fn(&Path) -> Option<Value>>) -> Vec<FieldChange> {
        let fields = leaves(self.row, self.body).into_iter().filter_map(|leaf| {
            let before = live.and_then(|find| find(&leaf.path));
            // On a new object a null is what the server has anyway.
            let differs = match live {
                Some(_) => !same(leaf.field, leaf.value, before.as_ref()),
                None => !leaf.value.is_null(),
            };
            differs.then(|| FieldChange {
                facet: Facet::Body,
                after: merged(&leaf, before.as_ref()),
                before,
                declared: leaf.value.clone(),
                origin: Some(self.origin_of(&leaf.path)),
                immutable: leaf.field.is_some_and(|field| field.rule.immutable),
                path: leaf.path,
            })
        });
        fields.collect()
    }

    /// Returns where a field is declared, or the nearest place around it that is.
    pub(super) fn origin_of(&self, path: &Path) -> Origin {
        let mut around = std::iter::successors(Some(path.clone()), Path::parent);
        around.find_map(|place| self.origins.get(&place)).unwrap_or(self.origin).clone()
    }
}
