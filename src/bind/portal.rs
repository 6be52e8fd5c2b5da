//! The rules of identity for the portal's objects, which bear no mark.
//!
//! ```text
//! metadata.id ─▶ CID, where the portal shows one ─▶ Name
//! ```
//!
//! A client type is looked for below its provider alone: its id is the portal's, its name the provider's.

use std::collections::BTreeSet;

use super::{AMBIGUOUS, Bound, NOT_THERE, TWICE};
use crate::address::Kind;
use crate::desired::{Desired, PortalObject};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::observed::{Id, LivePortal, Observed, Portal};
use crate::resource::client_type::ProviderReference;

/// A declared object of the portal and its live counterpart.
#[derive(Debug, Clone, Copy)]
pub struct BoundPortal<'a> {
    /// What is declared.
    pub wanted: &'a PortalObject,
    /// The live object, if there is one.
    pub live: Option<&'a LivePortal>,
    /// The provider of a client type, if it is there already.
    pub provider: Option<&'a LivePortal>,
}

/// A live client type that no document has, below a provider of which some document speaks.
#[derive(Debug, Clone, Copy)]
pub struct Undeclared<'a> {
    /// The document that speaks of the provider: its own, or the first client type's.
    pub under: &'a PortalObject,
    /// The provider.
    pub provider: &'a LivePortal,
    /// The client type.
    pub live: &'a LivePortal,
    /// Whether some document allows pruning below the provider.
    pub prunable: bool,
}

/// Finds the live object of each document.
pub(super) fn bind<'a>(desired: &'a Desired, observed: &'a Observed, bound: &mut Bound<'a>) {
    let Some(portal) = &observed.portal else { return };
    let of_kind = |kind| desired.portal.iter().filter(move |object| object.kind() == kind).collect::<Vec<_>>();
    let providers: Vec<_> = of_kind(Kind::OAuthProvider);
    bound.portal = matched(&providers, &portal.providers, None, &mut bound.problems);
    let mut below: Vec<(&ProviderReference, Vec<&'a PortalObject>)> = Vec::new();
    for client_type in of_kind(Kind::ClientType) {
        let Some(reference) = &client_type.provider else { continue };
        match below.iter_mut().find(|(known, _)| *known == reference) {
            Some((_, group)) => group.push(client_type),
            None => below.push((reference, vec![client_type])),
        }
    }
    for (reference, group) in &below {
        let provider = match provider(reference, group[0], portal, bound) {
            Ok(provider) => provider,
            Err(problem) => {
                bound.problems.push(*problem);
                continue;
            }
        };
        bound.parents.extend(provider.map(|provider| &provider.id));
        let live = provider.and_then(|provider| portal.client_types.get(&provider.id)).map_or(&[][..], Vec::as_slice);
        let group = matched(group, live, provider, &mut bound.problems);
        bound.portal.extend(group);
    }
    bound.portal.sort_by(|a, b| a.wanted.address.cmp(&b.wanted.address));
    bound.undeclared = undeclared(portal, bound);
}

/// Returns the live provider that a client type belongs to; none if its document is to make it.
fn provider<'a>(
    reference: &ProviderReference,
    client_type: &PortalObject,
    portal: &'a Portal,
    bound: &Bound<'a>,
) -> Result<Option<&'a LivePortal>, Box<Diagnostic>> {
    let fits = |live: &&LivePortal| match reference {
        ProviderReference::Document(_) => false,
        ProviderReference::Id(id) => is(live, id),
        ProviderReference::Name(name) => live.name == *name,
    };
    if let ProviderReference::Document(name) = reference {
        let document = bound.portal.iter().find(|other| other.wanted.kind() == Kind::OAuthProvider && other.wanted.address.name == *name);
        return Ok(document.and_then(|document| document.live));
    }
    let found: Vec<_> = portal.providers.iter().filter(fits).collect();
    let error = |code, message| Diagnostic::error(code, Some(client_type.origin_of("provider")), message);
    match found.as_slice() {
        [only] => Ok(Some(only)),
        [] => {
            let message = format!("{} refers to the provider {reference}, and there is none", client_type.address);
            Err(Box::new(error(NOT_THERE, message).help("correct the reference, or declare the provider in an OAuthProvider document")))
        }
        several => {
            let message = format!("{} refers to the provider {reference}, and there are {}", client_type.address, listed(several));
            Err(Box::new(error(AMBIGUOUS, message).help("refer to it by `id`")))
        }
    }
}

/// Returns whether an id of a manifest is a live object's: the portal takes its custom ids where it takes its numbers.
fn is(live: &LivePortal, id: &str) -> bool {
    live.id.0 == id || live.cid.as_deref() == Some(id)
}

/// Matches documents and live objects of one place, rule by rule.
fn matched<'a>(
    documents: &[&'a PortalObject],
    there: &'a [LivePortal],
    provider: Option<&'a LivePortal>,
    problems: &mut Diagnostics,
) -> Vec<BoundPortal<'a>> {
    let mut open = documents.to_vec();
    let mut bound = Vec::new();
    let mut taken: BTreeSet<&'a Id> = BTreeSet::new();
    for rule in [Rule::Id, Rule::Cid, Rule::Name] {
        for wanted in std::mem::take(&mut open) {
            let found: Vec<_> = there.iter().filter(|live| rule.fits(wanted, live)).collect();
            let free: Vec<_> = found.iter().copied().filter(|live| !taken.contains(&live.id)).collect();
            match (free.as_slice(), rule) {
                ([only], _) => {
                    taken.insert(&only.id);
                    bound.push(BoundPortal { wanted, live: Some(only), provider });
                }
                ([], Rule::Id) if wanted.metadata.id.is_some() => problems.push(not_pinned(wanted, !found.is_empty())),
                ([], Rule::Name) => bound.push(BoundPortal { wanted, live: None, provider }),
                ([], _) => open.push(wanted),
                (several, _) => problems.push(ambiguous(wanted, rule, several)),
            }
        }
    }
    bound
}

/// One way in which a live object is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Id,
    Cid,
    Name,
}

impl Rule {
    fn fits(self, wanted: &PortalObject, live: &LivePortal) -> bool {
        match self {
            Self::Id => wanted.metadata.id.as_deref().is_some_and(|id| is(live, id)),
            Self::Cid => wanted.text("CID").is_some_and(|cid| live.cid.as_deref() == Some(cid)),
            Self::Name => live.name == wanted.name(),
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Id => "have the id",
            Self::Cid => "have the CID",
            Self::Name => "have the name",
        }
    }
}

fn not_pinned(wanted: &PortalObject, taken: bool) -> Diagnostic {
    let id = wanted.metadata.id.as_deref().unwrap_or_default();
    let (code, why) = if taken { (TWICE, "another document has it") } else { (NOT_THERE, "there is no such object") };
    let message = format!("{} is pinned to `{id}`, and {why}", wanted.address);
    let help = "correct `metadata.id`, or take it out to have the object found by its name, or made";
    Diagnostic::error(code, Some(wanted.origin.clone()), message).help(help)
}

fn ambiguous(wanted: &PortalObject, rule: Rule, several: &[&LivePortal]) -> Diagnostic {
    let message = format!("{} live objects {} of {}: {}", several.len(), rule.words(), wanted.address, listed(several));
    Diagnostic::error(AMBIGUOUS, Some(wanted.origin.clone()), message).help("pin the right one with `metadata.id`")
}

fn listed(several: &[&LivePortal]) -> String {
    let one = |live: &&LivePortal| match &live.cid {
        Some(cid) => format!("{} (CID {cid})", live.id),
        None => live.id.to_string(),
    };
    several.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn undeclared<'a>(portal: &'a Portal, bound: &Bound<'a>) -> Vec<Undeclared<'a>> {
    let taken: BTreeSet<&Id> =
        bound.portal.iter().filter(|b| b.wanted.kind() == Kind::ClientType).filter_map(|b| Some(&b.live?.id)).collect();
    let mut undeclared = Vec::new();
    for provider in &portal.providers {
        let own = bound.portal.iter().find(|b| b.live.is_some_and(|live| live == provider));
        let below: Vec<_> = bound.portal.iter().filter(|b| b.provider.is_some_and(|p| p == provider)).collect();
        let Some(under) = own.or(below.first().copied()) else { continue };
        let prunable = own.into_iter().chain(below).any(|b| b.wanted.metadata.prune);
        // They may have been read for another purpose.
        let managed = prunable || bound.parents.contains(&provider.id);
        let there = portal.client_types.get(&provider.id).filter(|_| managed).into_iter().flatten();
        let extras = there.filter(|live| !taken.contains(&live.id));
        undeclared.extend(extras.map(|live| Undeclared { under: under.wanted, provider, live, prunable }));
    }
    undeclared
}
