//! A live authorization server to its document: with its scopes, claims, policies and rules, but for what Okta makes along with every server.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Exporting;
use super::app::chose_client_id;
use super::chosen::ChosenObject;
use super::document::{Left, NewDocument};
use super::tree::{Taking, take};
use crate::address::{Address, Kind};
use crate::json::Path;
use crate::observed::LivePart;
use crate::printable::printable_head;
use crate::resource::authorization_server::{Part, PolicyClient, born_with};
use crate::resource::{leaves, same};

const CLIENTS: &str = "conditions.clients.include";

impl Exporting<'_> {
    /// Makes the document of an authorization server.
    pub(super) fn server(&mut self, server: &ChosenObject<'_, LivePart>) {
        let address = Address::new(Kind::AuthorizationServer, server.name.clone());
        let mut body = server.live.body.clone();
        if let Some(status) = server.live.status {
            body["status"] = json!(status.as_str());
        }
        let under = self.under(Kind::AuthorizationServer);
        let taking =
            Taking { detail: self.choice.detail, under: under.as_ref(), fields: server.wanted.fields.as_ref(), ..Taking::default() };
        let taken = take(Part::Server.table(), &body, taking);
        self.lost(&address, taken.lost);
        let mut spec = taken.spec;
        let below = self.sides.observed.servers.below.get(&server.live.id).cloned().unwrap_or_default();
        let is_wanted = |live: &&LivePart| server.wanted.has_child(&live.id.0);
        let full = self.choice.detail == super::Detail::Full;
        for (list, there) in [("scopes", &below.scopes), ("claims", &below.claims)] {
            let there: Vec<_> = there.iter().flatten().filter(is_wanted).collect();
            let parts = self.parts(&address.below([list]), there, |_, _, _| {});
            if !parts.is_empty() || full {
                spec.insert(list.to_owned(), Value::Array(parts));
            }
        }
        let policies: Vec<_> = below.policies.iter().flatten().filter(is_wanted).collect();
        let policies = self.parts(&address.below(["policies"]), policies, |this, live, spec| {
            let rules: Vec<_> = below.rules.get(&live.id).into_iter().flatten().filter(is_wanted).collect();
            let rules = this.parts(&address.below(["policies", live.name(), "rules"]), rules, |_, _, _| {});
            if !rules.is_empty() || full {
                spec.insert("rules".to_owned(), Value::Array(rules));
            }
        });
        if !policies.is_empty() || full {
            spec.insert("policies".to_owned(), Value::Array(policies));
        }
        if !taken.additional.is_empty() {
            spec.insert("additionalFields".to_owned(), Value::Object(taken.additional));
        }
        let document = NewDocument::new(address, server.name.clone(), spec);
        self.push(document, Some((Kind::AuthorizationServer, server.live.id.clone())));
    }

    /// Takes siblings, in an order that does not depend on the org's: those with places by these, the others by their names.
    fn parts(
        &mut self,
        at: &Address,
        mut there: Vec<&LivePart>,
        mut below: impl FnMut(&mut Self, &LivePart, &mut Map<String, Value>),
    ) -> Vec<Value> {
        there.sort_by(|a, b| (a.priority(), &a.key, &a.id).cmp(&(b.priority(), &b.key, &b.id)));
        let mut count: BTreeMap<&[String], usize> = BTreeMap::new();
        for live in &there {
            *count.entry(&live.key).or_default() += 1;
        }
        let mut parts = Vec::new();
        for live in &there {
            let here = live.key.iter().fold(at.clone(), |address, segment| address.below([segment.as_str()]));
            if count[live.key.as_slice()] > 1 {
                self.left
                    .push(Left { what: here.to_string(), why: "several have this name, and a manifest cannot tell them apart".to_owned() });
                continue;
            }
            if let Some(mut part) = self.part(&here, live) {
                below(self, live, &mut part);
                parts.push(Value::Object(part));
            }
        }
        parts
    }

    /// Takes one part; `None` if it is as Okta made it along with the server.
    fn part(&mut self, at: &Address, live: &LivePart) -> Option<Map<String, Value>> {
        let mut body = live.body.clone();
        let initial = born_with::initial(live.part, &live.key).filter(|_| live.own);
        if let Some(initial) = &initial
            && leaves(live.part.table(), initial).iter().all(|leaf| same(leaf.field, leaf.value, leaf.path.find(&body)))
        {
            return None;
        }
        if live.part == Part::Policy {
            self.clients(at, &mut body);
        }
        let implied = live.part.implied().map(|(name, _)| name);
        // Of one that Okta made, what nobody knows the first value of is not ours to say.
        let known = initial.as_ref().filter(|_| self.choice.detail == super::Detail::Minimal);
        let fields = known.map(|initial| leaves(live.part.table(), initial).into_iter().map(|leaf| leaf.path).collect());
        let taking = Taking {
            detail: self.choice.detail,
            initial: initial.as_ref(),
            fields: fields.as_ref(),
            implied: implied.as_slice(),
            ..Taking::default()
        };
        let taken = take(live.part.table(), &body, taking);
        for (name, _) in taken.additional.iter().filter(|_| fields.is_none()) {
            self.left.push(Left { what: format!("{at} {}", Path::root().key(name)), why: "a manifest cannot say it".to_owned() });
        }
        for (path, why) in taken.lost {
            self.left.push(Left { what: format!("{at} {path}"), why: why.to_owned() });
        }
        Some(taken.spec)
    }

    /// Puts the names of documents in the place of client ids. A policy with a client that is not there any more cannot be declared to be for
    /// anybody.
    fn clients(&mut self, at: &Address, body: &mut Value) {
        let place = Path::of(CLIENTS);
        let Some(Value::Array(ids)) = place.find(body).cloned() else { return };
        let mut clients = Vec::new();
        for id in &ids {
            let client = if id == PolicyClient::ALL { Some(id.clone()) } else { id.as_str().and_then(|id| self.client(id)) };
            let Some(client) = client else {
                let id = printable_head(id.as_str().unwrap_or_default(), 100);
                let why = format!("`{id}` is the client id of no app that can be referred to");
                self.left.push(Left { what: format!("{at} {CLIENTS}"), why });
                Path::of("conditions.clients").remove(body);
                return;
            };
            clients.push(client);
        }
        clients.sort_by_key(ToString::to_string);
        place.set(body, Value::Array(clients));
    }

    /// Returns how a policy names the client with an id.
    fn client(&self, id: &str) -> Option<Value> {
        if let Some(name) = self.names_of_clients.get(id) {
            return Some(json!(name));
        }
        let live = self.index.client(id)?;
        Some(if chose_client_id(live) { json!({"client_id": id}) } else { json!({"id": live.id}) })
    }
}
