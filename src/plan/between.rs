//! What the portal and the org must agree in: a provider is an issuer of the org, and has the scopes that products and plans ask for.
//!
//! Neither system says so: the portal stores what it is sent, and the first access request that is approved fails.

use std::collections::BTreeSet;

use super::Note;
use crate::bind::{Bound, Discovered, Issuer};
use crate::desired::PortalObject;
use crate::diagnostic::codes::{NOT_AN_ISSUER, PORTAL_SCOPE};
use crate::diff::Changes;
use crate::findings::Finding;
use crate::observed::{Id, LivePart, Observed, ScopeUser, Status};
use crate::printable::printable_head;

/// Returns where the two do not agree, as far as `--select` chose the providers.
pub(super) fn findings(changes: &Changes<'_>, bound: &Bound<'_>, observed: &Observed) -> Vec<Finding> {
    let chosen: Vec<_> = bound.discoveries.iter().filter(|discovered| is_chosen(discovered.provider, changes)).collect();
    let mut findings: Vec<_> = chosen.iter().filter_map(|discovered| issuer(discovered, observed)).collect();
    for discovered in &chosen {
        let Issuer::Server(server) = discovered.issuer else { continue };
        let Some(scopes) = scopes(server, changes, bound, observed) else { continue };
        findings.extend(products(discovered, server, &scopes, observed));
    }
    findings.extend(plans(changes, bound, observed));
    findings
}

/// Returns why the two were not compared, if they were not.
pub(super) fn not_compared(changes: &Changes<'_>, bound: &Bound<'_>, observed: &Observed) -> Vec<Note> {
    let Some(why) = &observed.denied else { return Vec::new() };
    let what = format!("whether the org has the issuer, and the scopes that the portal asks for, is not known: {why}");
    let discovered = bound.discoveries.iter().find(|discovered| is_chosen(discovered.provider, changes));
    discovered.map(|discovered| Note::of((discovered.provider.address.clone(), what))).into_iter().collect()
}

fn is_chosen(provider: &PortalObject, changes: &Changes<'_>) -> bool {
    changes.portal.iter().any(|changed| changed.bound.wanted.address == provider.address)
}

fn issuer(discovered: &Discovered<'_>, observed: &Observed) -> Option<Finding> {
    let org = observed.org.as_ref().map(|org| org.url.as_str()).unwrap_or_default();
    let mut right = format!(
        "Write the discovery document of one of the org's issuers, for example {org}/oauth2/default/.well-known/openid-configuration."
    );
    let what = match discovered.issuer {
        Issuer::Server(server) if server.status == Some(Status::Inactive) => {
            right = "Activate the authorization server (`status: ACTIVE` in its document), or name another.".into();
            format!("`WellKnownURL` is that of the authorization server {}, which is inactive and gives nobody tokens", named(server))
        }
        Issuer::Org | Issuer::Server(_) | Issuer::Unread => return None,
        Issuer::Elsewhere => {
            format!("`WellKnownURL` leads elsewhere than to the org {org}, so the portal registers clients elsewhere")
        }
        Issuer::NoDocument => {
            format!("`WellKnownURL` is no discovery document of the org {org}, so the portal cannot register clients")
        }
        Issuer::NoServer => {
            let known: Vec<_> = observed.servers.listed.iter().take(5).map(named).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            format!("`WellKnownURL` names an authorization server that the org {org} has not; it has: {known}")
        }
    };
    let origin = discovered.provider.origin_of("WellKnownURL");
    Some(Finding::new(NOT_AN_ISSUER, discovered.provider.address.clone(), what).at(Some(origin)).remedy(right))
}

/// Returns the scopes that a server has once the plan is applied; `None` if they were not read.
fn scopes<'a>(server: &'a LivePart, changes: &Changes<'a>, bound: &Bound<'a>, observed: &'a Observed) -> Option<BTreeSet<&'a str>> {
    let there = observed.servers.below.get(&server.id)?.scopes.as_ref()?;
    let goes = |scope: &&LivePart| changes.retired.iter().any(|retired| retired.live == *scope);
    let stay = there.iter().filter(|scope| !goes(scope)).map(LivePart::name);
    let declared = bound.servers.iter().filter(|declared| declared.live.is_some_and(|live| live.id == server.id));
    let declared = declared.flat_map(|declared| declared.wanted.scopes.iter().flatten()).map(crate::desired::ServerPart::name);
    Some(stay.chain(declared).collect())
}

fn products(discovered: &Discovered<'_>, server: &LivePart, scopes: &BTreeSet<&str>, observed: &Observed) -> Vec<Finding> {
    let (Some(portal), Some(live)) = (&observed.portal, discovered.live) else { return Vec::new() };
    let offers = |id: &Id| portal.client_types.get(id).into_iter().flatten();
    // A product tells its client types by name alone, and another provider may have one of the same name.
    let own: BTreeSet<_> = offers(&live.id).map(|client_type| client_type.name.as_str()).collect();
    let others = portal.providers.iter().filter(|other| other.id != live.id).flat_map(|other| offers(&other.id));
    let others: BTreeSet<_> = others.map(|client_type| client_type.name.as_str()).collect();
    let is_own = |name: &String| own.contains(name.as_str()) && !others.contains(name.as_str());
    let mut findings = Vec::new();
    for user in &portal.scope_users {
        let ScopeUser::Product { name, scopes: asked, client_types } = user else { continue };
        if client_types.iter().any(is_own) {
            let missing: Vec<_> = asked.iter().filter(|scope| !scopes.contains(scope.as_str())).collect();
            findings.extend(missing_scopes(
                discovered.provider,
                "product",
                name,
                &missing,
                &format!("the authorization server {}", named(server)),
            ));
        }
    }
    findings
}

/// Plans belong to no provider, so they are compared only where every provider of the portal is an authorization server of the org, and
/// with all of them.
fn plans(changes: &Changes<'_>, bound: &Bound<'_>, observed: &Observed) -> Vec<Finding> {
    let Some(portal) = &observed.portal else { return Vec::new() };
    let Some(first) = bound.discoveries.iter().find(|discovered| is_chosen(discovered.provider, changes)) else { return Vec::new() };
    let is_known = |id: &Id| bound.discoveries.iter().any(|discovered| discovered.live.is_some_and(|live| live.id == *id));
    let all: Option<Vec<_>> = bound
        .discoveries
        .iter()
        .map(|discovered| if let Issuer::Server(server) = discovered.issuer { scopes(server, changes, bound, observed) } else { None })
        .collect();
    let Some(all) = all.filter(|_| portal.providers.iter().all(|provider| is_known(&provider.id))) else { return Vec::new() };
    let all: BTreeSet<_> = all.into_iter().flatten().collect();
    let mut findings = Vec::new();
    for user in &portal.scope_users {
        let ScopeUser::Plan { name, scopes } = user else { continue };
        let missing: Vec<_> = scopes.iter().filter(|scope| !all.contains(scope.as_str())).collect();
        findings.extend(missing_scopes(first.provider, "plan", name, &missing, "no authorization server behind the portal"));
    }
    findings
}

fn missing_scopes(provider: &PortalObject, sort: &str, name: &str, missing: &[&String], server: &str) -> Option<Finding> {
    let name = printable_head(name, 100);
    let scopes: Vec<_> = missing.iter().map(|scope| format!("`{}`", printable_head(scope, 100))).collect();
    let (scopes, plural) = (scopes.join(", "), if missing.len() > 1 { "s" } else { "" });
    let lacks = if sort == "plan" { format!("which {server} has") } else { format!("which {server} has not") };
    let what = format!("the {sort} `{name}` asks for the scope{plural} {scopes}, {lacks}: access requests cannot be approved");
    let them = if missing.len() > 1 { "them" } else { "it" };
    let remedy = format!("Declare the scope{plural} in an AuthorizationServer document, or take {them} out of the {sort}.");
    let found = || Finding::new(PORTAL_SCOPE, provider.address.clone(), what).at(Some(provider.origin.clone())).remedy(remedy);
    (!missing.is_empty()).then(found)
}

fn named(server: &LivePart) -> String {
    format!("`{}` ({})", printable_head(server.name(), 100), server.id)
}
