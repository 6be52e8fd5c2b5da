//! Names for live objects after what Terraform calls them: DNS labels, and the same for the same state.
//!
//! ```text
//! web ─▶ web-KEY ─▶ MODULE-web-KEY ─▶ MODULE-KEY-web-KEY        the first that nobody else of the kind would have
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::address::{Address, Key};
use crate::export::{Live, slug};

/// Returns a name for each object, if its address gives one that is its alone.
pub(super) fn names(addresses: &BTreeMap<Live, &Address>) -> BTreeMap<Live, String> {
    let mut named = BTreeMap::new();
    let mut used = BTreeSet::new();
    for round in 0..4 {
        let mut candidates: BTreeMap<_, Vec<&Live>> = BTreeMap::new();
        for (live, address) in addresses.iter().filter(|(live, _)| !named.contains_key(*live)) {
            candidates.entry((live.0, slug(&candidate(address, round)))).or_default().push(live);
        }
        for ((kind, name), lives) in candidates {
            if let ([only], false) = (lives.as_slice(), name.is_empty() || used.contains(&(kind, name.clone()))) {
                named.insert((*only).clone(), name.clone());
            }
            // Nobody gets later what several wanted.
            used.insert((kind, name));
        }
    }
    named
}

fn candidate(address: &Address, round: usize) -> String {
    let key = |key: &Option<Key>| match key {
        Some(Key::Number(number)) => number.to_string(),
        Some(Key::Text(text)) => text.clone(),
        None => String::new(),
    };
    let mut words = Vec::new();
    for module in address.modules.iter().filter(|_| round >= 2) {
        words.push(module.name.clone());
        words.extend((round == 3).then(|| key(&module.key)));
    }
    words.push(address.name.clone());
    words.extend((round >= 1).then(|| key(&address.key)));
    words.join(" ")
}
