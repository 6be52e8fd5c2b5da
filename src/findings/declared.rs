//! What manifests declare, as sides of a change: of two revisions, or of one with nothing before.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::judge::{Pair, Reasons, judge};
use super::view::{Form, Sort, View};
use super::{Finding, Standing};
use crate::address::Address;
use crate::desired::{App, Client, Desired, Grant, PortalObject, Secret, ServerPart, Token};
use crate::diagnostic::Origin;
use crate::diagnostic::codes::{CUTOVER, LABEL_ADOPTION};
use crate::json::Path;
use crate::observed::Status;
use crate::resource::authorization_server::{Part, PolicyClient};
use crate::resource::oauth_provider::TOKEN;

/// What documents declare of one object, with the places where they do.
pub(super) struct Declared<'a> {
    pub(super) address: &'a Address,
    pub(super) view: View<'a>,
    pub(super) accepted: Reasons<'a>,
    origins: Option<&'a BTreeMap<Path, Origin>>,
    origin: &'a Origin,
    /// Places that are among no fields.
    facts: Vec<(Path, &'a Origin)>,
}

impl<'a> Declared<'a> {
    /// Returns where a place is declared, or the nearest thing around it that is.
    pub(super) fn origin(&self, path: &Path) -> Origin {
        let fact = self.facts.iter().find(|(place, _)| path.starts_with(place)).map(|(_, origin)| *origin);
        let mut around = std::iter::successors(Some(self.view.place(path)), Path::parent);
        let field = || around.find_map(|place| self.origins?.get(&place));
        fact.or_else(field).unwrap_or(self.origin).clone()
    }

    /// Returns what an app declares.
    pub(super) fn app(app: &'a App, desired: &'a Desired) -> Self {
        let view = View { status: app.status, over: Some(&app.body), ..View::new(Sort::Client) };
        Self::of(&app.address, view, Some(&app.origins), &app.origin, reasons(desired, &app.documents))
    }

    /// Returns what a dynamically registered client declares.
    pub(super) fn client(client: &'a Client, desired: &'a Desired) -> Self {
        let view = View { over: Some(&client.body), form: Form::Registered, ..View::new(Sort::Client) };
        Self::of(&client.address, view, Some(&client.origins), &client.origin, reasons(desired, &client.documents))
    }

    /// Returns what a grant declares, given the client that it is for.
    pub(super) fn grant(grant: &'a Grant, client: &View<'a>, desired: &'a Desired) -> Self {
        let client = Some(Box::new(client.clone()));
        let view = View { facts: json!({"scope": grant.scope}), client, ..View::new(Sort::Grant) };
        Self::of(&grant.address, view, None, &grant.origin, reasons(desired, [&grant.address.top()]))
    }

    /// Returns what a part of an authorization server declares, if there are rules for such parts.
    pub(super) fn part(part: &'a ServerPart, desired: &'a Desired) -> Option<Self> {
        let sort = sort_of(part.part)?;
        let mut view = View { over: Some(&part.body), ..View::new(sort) };
        view.status = part.status.as_ref().map(|(status, _)| *status);
        let mut facts = Vec::new();
        if let Some(clients) = &part.clients {
            let list: Vec<Value> =
                clients.iter().map(|(client, _)| json!(if *client == PolicyClient::All { PolicyClient::ALL } else { "" })).collect();
            let include = Path::of("conditions.clients.include");
            include.set(&mut view.facts, Value::from(list));
            facts.extend(clients.iter().enumerate().map(|(index, (_, origin))| (include.index(index), origin)));
        }
        let declared = Self::of(&part.address, view, Some(&part.origins), &part.origin, reasons(desired, [&part.address.top()]));
        Some(Self { facts, ..declared })
    }

    /// Returns what is declared of an object of the portal.
    pub(super) fn portal(object: &'a PortalObject, desired: &'a Desired) -> Self {
        let sort = if object.provider.is_some() { Sort::ClientType } else { Sort::Provider };
        let facts = match &object.token {
            Token::Unmanaged => Value::Null,
            Token::Absent => json!({TOKEN: null}),
            Token::Of { reference, .. } => json!({TOKEN: reference}),
        };
        let view = View { facts, over: Some(&object.body), ..View::new(sort) };
        Self::of(&object.address, view, Some(&object.origins), &object.origin, reasons(desired, [&object.address]))
    }

    fn of(
        address: &'a Address,
        view: View<'a>,
        origins: Option<&'a BTreeMap<Path, Origin>>,
        origin: &'a Origin,
        accepted: Reasons<'a>,
    ) -> Self {
        Self { address, view, accepted, origins, origin, facts: Vec::new() }
    }
}

/// Returns the sort of a part of an authorization server, if there are rules for it.
pub(super) const fn sort_of(part: Part) -> Option<Sort> {
    match part {
        Part::Scope => Some(Sort::Scope),
        Part::Policy => Some(Sort::Policy),
        Part::Rule => Some(Sort::Rule),
        Part::Server | Part::Claim => None,
    }
}

/// Returns what documents accept.
pub(super) fn reasons<'a, 'd>(desired: &'a Desired, documents: impl IntoIterator<Item = &'d Address>) -> Reasons<'a> {
    let accepted = documents.into_iter().filter_map(|document| desired.accepted.get(document));
    accepted.flatten().map(|(code, reason)| (*code, reason.as_str())).collect()
}

/// Returns every object that manifests declare and that there are rules for, by its address.
fn sides(desired: &Desired) -> BTreeMap<&Address, Declared<'_>> {
    let mut sides = Vec::new();
    for app in &desired.apps {
        let side = Declared::app(app, desired);
        sides.extend(app.grants.iter().flatten().map(|grant| Declared::grant(grant, &side.view, desired)));
        sides.push(side);
    }
    for client in &desired.clients {
        let side = Declared::client(client, desired);
        sides.extend(client.grants.iter().flatten().map(|grant| Declared::grant(grant, &side.view, desired)));
        sides.push(side);
    }
    let parts = desired.servers.iter().flat_map(crate::desired::Server::parts);
    sides.extend(parts.filter_map(|part| Declared::part(part, desired)));
    sides.extend(desired.portal.iter().map(|object| Declared::portal(object, desired)));
    sides.into_iter().map(|side| (side.address, side)).collect()
}

/// Returns what is dangerous about what is declared, with nothing before.
pub fn declared(desired: &Desired) -> Vec<Finding> {
    let mut findings = Vec::new();
    for side in sides(desired).into_values() {
        let origin = |path: &Path| Some(side.origin(path));
        let Declared { address, ref view, ref accepted, .. } = side;
        judge(
            &Pair { address, before: None, after: view.clone(), origin: &origin, accepted: accepted.clone(), accepted_before: None },
            &mut findings,
        );
    }
    super::sort(&mut findings);
    findings
}

/// Returns the dangers of going from one revision to another, given under which address an object was before that has another name now, and
/// which of those are known by their label alone.
pub fn between(base: &Desired, head: &Desired, renamed: &BTreeMap<Address, Address>, by_label: &[Address]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let earlier = sides(base);
    for side in sides(head).into_values() {
        let before = earlier.get(renamed.get(side.address).unwrap_or(side.address));
        if before.is_some_and(|before| before.view == side.view) {
            continue;
        }
        let origin = |path: &Path| Some(side.origin(path));
        let Declared { address, ref view, ref accepted, .. } = side;
        let accepted_before = Some(before.map(|before| before.accepted.clone()).unwrap_or_default());
        let after = before.map_or_else(|| view.clone(), |before| view.since(&before.view));
        let before = before.map(|before| before.view.clone());
        judge(&Pair { address, before, after, origin: &origin, accepted: accepted.clone(), accepted_before }, &mut findings);
    }
    let apps: BTreeMap<_, _> = base.apps.iter().map(|app| (&app.address, app)).collect();
    let mut of_app = Vec::new();
    for app in &head.apps {
        let before = apps.get(renamed.get(&app.address).unwrap_or(&app.address));
        let accepted_before = before.map(|before| reasons(base, &before.documents)).unwrap_or_default();
        of_app.extend(before.and_then(|before| cutover(before, app)));
        of_app.extend(adoption(app, before.copied(), by_label.contains(&app.address)));
        for finding in of_app.drain(..) {
            findings.push(finding.accepted(&reasons(head, &app.documents), Some(&accepted_before)));
        }
    }
    super::sort(&mut findings);
    findings
}

/// A new secret and the end of an old one in one change.
fn cutover(before: &App, after: &App) -> Option<Finding> {
    let (Some(was), Some(is)) = (&before.secrets, &after.secrets) else { return None };
    // Another reference under the same name may lead to the same value: only the plan knows.
    let same = |a: &Secret, b: &Secret| a.address.child == b.address.child || a.reference == b.reference;
    let in_force = |secret: &&Secret| secret.status == Status::Active;
    let added = is.iter().filter(in_force).find(|secret| !was.iter().any(|other| same(other, secret)))?;
    let ended = was.iter().filter(in_force).any(|secret| !is.iter().filter(in_force).any(|other| same(other, secret)));
    ended.then(|| Finding::new(CUTOVER, after.address.clone(), CUTOVER_WORDS).at(Some(added.origin.clone())))
}

/// What is said of a cutover.
pub(crate) const CUTOVER_WORDS: &str =
    "a secret is added and another retired in one go (cutover): consumers break until they have the new one";

/// An app that its label alone tells, which somebody else may bear as well.
fn adoption(app: &App, before: Option<&App>, by_label: bool) -> Option<Finding> {
    let pinned = app.metadata.id.is_some() || app.client_id().is_some();
    let asked = app.metadata.adopt && !before.is_some_and(|before| before.metadata.adopt);
    if !app.is_declared() || pinned || !(asked || (by_label && app.metadata.adopt)) {
        return None;
    }
    let what = "an app that bears this label may be taken over, whosever it is";
    Some(Finding::new(LABEL_ADOPTION, app.address.clone(), what).at(Some(app.origin.clone())))
}

impl Finding {
    /// Returns the same as the document of its object accepts it.
    #[must_use]
    pub fn accepted_by(self, desired: &Desired) -> Self {
        let app = desired.apps.binary_search_by(|app| app.address.cmp(&self.address)).ok().map(|found| &desired.apps[found]);
        let client = desired.clients.binary_search_by(|client| client.address.cmp(&self.address)).ok().map(|found| &desired.clients[found]);
        let document = [self.address.top()];
        let documents =
            app.map(|app| &app.documents).or_else(|| client.map(|client| &client.documents)).map_or(&document[..], Vec::as_slice);
        let accepted = reasons(desired, documents);
        self.accepted(&accepted, None)
    }

    /// Returns the same as the documents accept it.
    pub(super) fn accepted(self, accepted: &Reasons<'_>, before: Option<&Reasons<'_>>) -> Self {
        let reason = accepted.get(&self.code).map(|reason| (*reason).to_owned());
        let counts = before.is_none_or(|before| before.contains_key(&self.code));
        let standing = if self.standing == Standing::New && reason.is_some() && counts { Standing::Accepted } else { self.standing };
        Self { standing, reason, ..self }
    }
}

impl<'a> Declared<'a> {
    /// Returns the same over what is live.
    pub(super) fn over(self, live: &View<'a>) -> Self {
        Self { view: View { status: self.view.status.or(live.status), under: live.under, ..self.view }, ..self }
    }
}
