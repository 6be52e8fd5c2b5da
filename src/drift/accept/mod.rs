//! Drift that is accepted: chosen items to edits of the manifests, so that they declare what is live. Pure.
//!
//! What a document does not say itself is edited where it is said, in a patch of an overlay; what the project says of all documents of a kind
//! is said in the document instead. A text with a variable in it is not touched: what it becomes for other targets would be lost.

mod edits;
mod fields;
mod objects;
mod place;
mod servers;
mod spelling;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use globset::{Glob, GlobMatcher};

use self::edits::{Change, Files};
use super::{Cause, Item, Items, What};
use crate::address::Address;
use crate::bind::Bound;
use crate::desired::Desired;
use crate::diff::Changes;
use crate::manifest::{Document, Project, SourceFile};
use crate::observed::Observed;

/// What is known when drift is accepted.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    /// What the manifests declare.
    pub desired: &'a Desired,
    /// What was read of the org.
    pub observed: &'a Observed,
    /// Which is which.
    pub bound: &'a Bound<'a>,
    /// Where they differ.
    pub changes: &'a Changes<'a>,
    /// The same as items.
    pub items: &'a Items,
    /// The documents.
    pub documents: &'a [Document],
    /// The files that they and their patches are written in.
    pub files: &'a [SourceFile],
    /// The project, whose defaults lie under them.
    pub project: &'a Project,
}

/// What becomes of the manifests.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Accepted {
    /// The files that change.
    pub files: Vec<Rewritten>,
    /// The items that are accepted; of a field with its path.
    pub items: BTreeSet<(Address, Option<String>)>,
    /// What was chosen and is no matter of the manifests, and what is worth knowing of the rest.
    pub notes: Vec<(Address, String)>,
}

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// The file, as it is shown.
    pub name: Arc<str>,
    /// What it says.
    pub before: Arc<str>,
    /// What it will say; `None` if no document is left in it.
    pub after: Option<Arc<str>>,
}

/// Something that was chosen and cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// What was chosen.
    pub chosen: String,
    /// Why it cannot be, and what to do instead.
    pub why: String,
}

/// Returns what becomes of the manifests when the items below some addresses, which may hold globs, are accepted; or everything that keeps them from
/// being.
pub fn accept(chosen: &[String], basis: &Basis<'_>) -> Result<Accepted, Vec<Refusal>> {
    let mut files = Files::new(basis.files);
    let (mut accepted, mut refusals, mut changes) = (Accepted::default(), BTreeSet::new(), Vec::new());
    let mut patterns = Vec::new();
    for text in chosen {
        match Pattern::new(text) {
            Ok(pattern) => patterns.push(pattern),
            Err(refusal) => drop(refusals.insert(refusal)),
        }
    }
    let mut aside = BTreeMap::new();
    let mut used = BTreeSet::new();
    for item in &basis.items.items {
        let by: Vec<_> = patterns.iter().filter(|pattern| pattern.chooses(&item.address)).collect();
        if by.is_empty() {
            continue;
        }
        used.extend(by.iter().map(|pattern| pattern.text));
        let is_exact = by.iter().any(|pattern| pattern.text == item.address.to_string());
        let refusal = |why: String| Refusal { chosen: item.address.to_string(), why };
        match decide(item, is_exact, basis, &mut files) {
            Ok(Decision::Edits(edits)) => {
                let path = if let What::Field { path, .. } = &item.what { Some(path.clone()) } else { None };
                accepted.items.insert((item.address.clone(), path));
                if item.cause == Cause::Pending {
                    let what = "the manifest was newer than what was applied last: what it asked for is taken back";
                    accepted.notes.push((item.address.clone(), what.to_owned()));
                }
                changes.extend(edits.into_iter().map(|edit| (item.address.to_string(), edit)));
            }
            Ok(Decision::Aside(why)) => drop(aside.insert(item.address.clone(), why)),
            Err(why) => drop(refusals.insert(refusal(why))),
        }
    }
    for pattern in patterns.iter().filter(|pattern| !used.contains(pattern.text)) {
        let why = "no item of drift is there; `idpctl drift` lists them".to_owned();
        refusals.insert(Refusal { chosen: pattern.text.to_owned(), why });
    }
    for (address, why) in aside {
        let rest = accepted.items.iter().any(|(other, _)| *other == address);
        if rest {
            accepted.notes.push((address, why));
        } else {
            refusals.insert(Refusal { chosen: address.to_string(), why });
        }
    }
    refusals.extend(files.make(changes));
    accepted.notes.sort();
    accepted.notes.dedup();
    if refusals.is_empty() {
        accepted.files = files.finish().map_err(|refusal| vec![refusal])?;
        Ok(accepted)
    } else {
        Err(refusals.into_iter().collect())
    }
}

enum Decision {
    /// The manifests are edited; by nothing at all if another edit is enough.
    Edits(Vec<Change>),
    /// It is no matter of the manifests, and goes on where others are.
    Aside(String),
}

fn decide(item: &Item, is_exact: bool, basis: &Basis<'_>, files: &mut Files) -> Result<Decision, String> {
    if item.cause == Cause::Pending && !matches!(item.what, What::MarkDiffers) && !is_exact {
        return Err("the manifest is newer than what was applied last: `idpctl apply` brings it to the org; name it exactly to take the \
                    manifest back to what is live"
            .to_owned());
    }
    Ok(match &item.what {
        What::Field { path, .. } => Decision::Edits(fields::edits(&item.address, path, basis, files)?),
        What::Missing => Decision::Edits(objects::missing(&item.address, basis, files)?),
        What::Undeclared { .. } => Decision::Edits(objects::undeclared(&item.address, basis, files)?),
        What::MarkLost | What::MarkDiffers => Decision::Aside("its mark is written by `idpctl apply`, not by manifests".to_owned()),
        What::Copy { id } => {
            Decision::Aside(format!("the app {id} is a copy: delete it in the org, or take the mark out of its `profile`"))
        }
        What::Foreign { .. } => return Err("the app belongs to somebody else: take the document out, or refer to another app".to_owned()),
    })
}

/// A pattern of addresses.
struct Pattern<'t> {
    text: &'t str,
    glob: GlobMatcher,
}

impl<'t> Pattern<'t> {
    fn new(text: &'t str) -> Result<Self, Refusal> {
        let bad =
            || Refusal { chosen: text.to_owned(), why: "it is no pattern of addresses: write KIND/NAME, for example App/web".to_owned() };
        let glob = Glob::new(text).ok().filter(|_| text.contains('/')).ok_or_else(bad)?;
        Ok(Self { text, glob: glob.compile_matcher() })
    }

    /// Returns whether an address, or one that it is below, is chosen.
    fn chooses(&self, address: &Address) -> bool {
        let above = |depth: usize| Address { child: address.child[..depth].to_vec(), ..address.clone() };
        (0..=address.child.len()).any(|depth| {
            let text = above(depth).to_string();
            text == self.text || self.glob.is_match(&text)
        })
    }
}
