//! What differs between an org and the manifests, as two sides of a change: the way of a plan, and, turned round, that of a drift.

use serde_json::json;

use super::declared::{Declared, reasons, sort_of};
use super::judge::{Pair, judge};
use super::view::{Form, Sort, Under, View};
use super::{Finding, Standing};
use crate::address::{Address, Kind, System};
use crate::bind::Bound;
use crate::desired::{Desired, Grant};
use crate::diff::{Change, Changes, GrantChange};
use crate::json::Path;
use crate::observed::LivePart;

/// Which way the change goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From what is live to what is declared.
    Plan,
    /// From what is declared to what is live.
    Drift,
}

/// Returns the dangers that it brings to make an org what is declared. What documents accept is accepted.
pub fn planned(changes: &Changes<'_>, desired: &Desired) -> Vec<Finding> {
    let mut seen = Seen { way: Way::Plan, desired, findings: Vec::new() };
    seen.all(changes);
    seen.sorted()
}

/// Returns the dangers that are there because an org is not what is declared: dangers of what somebody changed, and of what no document
/// declares.
pub fn drifted(changes: &Changes<'_>, bound: &Bound<'_>, desired: &Desired) -> Vec<Finding> {
    let mut seen = Seen { way: Way::Drift, desired, findings: Vec::new() };
    seen.all(changes);
    // What has no flag is nothing that the manifests speak of, and no item of the drift.
    for left in changes.left_alone.iter().filter(|left| left.address.kind == Kind::Grant && left.flag.is_some()) {
        let Some(scope) = left.address.child.last() else { continue };
        seen.came(&left.address, View { facts: json!({"scope": scope}), ..View::new(Sort::Grant) });
    }
    for server in &bound.servers {
        for extra in server.extras.iter().filter(|extra| extra.prunable) {
            let Some(view) = live_part(extra.live) else { continue };
            let address = extra.address(&server.wanted.own.address);
            if changes.left_alone.iter().any(|left| left.address == address) {
                seen.came(&address, view);
            }
        }
    }
    seen.sorted()
}

struct Seen<'a> {
    way: Way,
    desired: &'a Desired,
    findings: Vec<Finding>,
}

impl<'a> Seen<'a> {
    fn all(&mut self, changes: &Changes<'a>) {
        for entry in &changes.apps {
            let live =
                entry.live.map(|live| View { status: Some(live.status), under: Under::Packed(&live.body), ..View::new(Sort::Client) });
            // A manifest that is newer than what was applied is nobody's hand in the org.
            let change = entry.change.as_ref().filter(|_| self.way == Way::Plan || entry.is_as_applied() != Some(false));
            let wanted = self.object(Declared::app(entry.wanted, self.desired), live.as_ref(), change);
            self.grants(entry.wanted.grants.as_deref(), &entry.grants, (live.as_ref(), &wanted), entry.change.is_some());
        }
        for entry in &changes.clients {
            let live = entry.bound.live.map(|(live, _)| View {
                under: Under::Tree(&live.body),
                form: Form::Registered,
                ..View::new(Sort::Client)
            });
            let declared = Declared::client(entry.bound.wanted, self.desired);
            let wanted = self.object(declared, live.as_ref(), entry.change.as_ref());
            self.grants(entry.bound.wanted.grants.as_deref(), &entry.grants, (live.as_ref(), &wanted), entry.change.is_some());
        }
        for entry in &changes.servers {
            let Some(declared) = Declared::part(entry.wanted, self.desired) else { continue };
            self.object(declared, entry.live.and_then(live_part).as_ref(), entry.change.as_ref());
        }
        for entry in &changes.portal {
            let declared = Declared::portal(entry.bound.wanted, self.desired);
            let live = entry.bound.live.map(|live| View { under: Under::Tree(&live.body), ..View::new(declared.view.sort) });
            self.object(declared, live.as_ref(), entry.change.as_ref());
        }
    }

    /// Looks at an object, given what is there of it and what differs. Returns it as it will be.
    fn object(&mut self, declared: Declared<'a>, live: Option<&View<'a>>, change: Option<&Change>) -> View<'a> {
        // What is replaced has nothing of what was there.
        let kept = live.filter(|_| self.way == Way::Drift || !matches!(change, Some(Change::Replace { .. })));
        let declared = match kept {
            Some(live) => declared.over(live),
            None => declared,
        };
        if change.is_some() {
            self.look(&declared, live);
        }
        declared.view
    }

    /// Grants that are made, and those that are there of a client that changes.
    fn grants(
        &mut self,
        declared: Option<&'a [Grant]>,
        changes: &[GrantChange<'a>],
        client: (Option<&View<'a>>, &View<'a>),
        changed: bool,
    ) {
        let (live, wanted) = client;
        for grant in declared.into_iter().flatten() {
            let is_made = changes.iter().any(|change| matches!(change, GrantChange::Add(made) if made.address == grant.address));
            let there = live.filter(|_| !is_made).map(|client| View {
                facts: json!({"scope": grant.scope}),
                client: Some(Box::new(client.clone())),
                ..View::new(Sort::Grant)
            });
            if is_made || (changed && there.is_some()) {
                self.look(&Declared::grant(grant, wanted, self.desired), there.as_ref());
            }
        }
    }

    /// Looks at something that is declared and not there, or not as it is there.
    fn look(&mut self, declared: &Declared<'a>, live: Option<&View<'a>>) {
        match (self.way, live) {
            (Way::Plan, live) => self.judge(declared, live.cloned(), declared.view.clone()),
            // What is not there endangers nobody.
            (Way::Drift, None) => {}
            (Way::Drift, Some(live)) => {
                let from = self.findings.len();
                self.judge(declared, Some(declared.view.clone()), live.clone());
                // What the manifests say is dangerous too is no drift.
                let new: Vec<_> = self.findings.drain(from..).filter(|finding| finding.standing != Standing::Before).collect();
                self.findings.extend(new.into_iter().map(Finding::of_drift));
            }
        }
    }

    /// Something that is there and not declared.
    fn came(&mut self, address: &Address, view: View<'a>) {
        let accepted = reasons(self.desired, [&address.top()]);
        let from = self.findings.len();
        judge(&Pair { address, before: None, after: view, origin: &|_: &Path| None, accepted, accepted_before: None }, &mut self.findings);
        let came: Vec<_> = self.findings.drain(from..).map(Finding::of_drift).collect();
        self.findings.extend(came);
    }

    fn judge(&mut self, declared: &Declared<'a>, before: Option<View<'a>>, after: View<'a>) {
        let origin = |path: &Path| Some(declared.origin(path));
        let accepted = declared.accepted.clone();
        judge(&Pair { address: declared.address, before, after, origin: &origin, accepted, accepted_before: None }, &mut self.findings);
    }

    fn sorted(mut self) -> Vec<Finding> {
        super::sort(&mut self.findings);
        self.findings
    }
}

impl Finding {
    /// Returns the same as somebody has to read it who did not want it.
    fn of_drift(self) -> Self {
        let undo = if self.origin.is_some() { "`idpctl apply` puts it back" } else { "`idpctl apply --prune` takes it away" };
        // The portal keeps no log.
        let log = if self.address.kind.system() == System::Okta { "; who did it is in the org's log" } else { "" };
        let remedy = format!("{undo}{log}.");
        Self { remedy, ..self }
    }
}

fn live_part(live: &LivePart) -> Option<View<'_>> {
    Some(View { status: live.status, under: Under::Tree(&live.body), ..View::new(sort_of(live.part)?) })
}
