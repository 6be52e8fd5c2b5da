//! Providers and client types of the portal to their documents.

use serde_json::{Map, Value, json};

use super::Exporting;
use super::chosen::ChosenObject;
use super::document::{NewDocument, StandIn};
use super::tree::{Taking, take};
use crate::address::{Address, Kind};
use crate::observed::LivePortal;
use crate::resource::oauth_provider::TOKEN;
use crate::resource::table;

/// How long the custom ids are that the portal makes by itself, in base 62 (tyk-portal-api.md, section 2).
const GENERATED: usize = 27;

impl Exporting<'_> {
    /// Makes the document of a provider. Whether it has a registration token the portal does not say.
    pub(super) fn provider(&mut self, provider: &ChosenObject<'_, LivePortal>) {
        let address = Address::new(Kind::OAuthProvider, provider.name.clone());
        let variable = format!("IDPCTL_{}_TOKEN", provider.name.to_ascii_uppercase().replace('-', "_"));
        let mut spec = Map::new();
        for (name, value) in self.portal_fields(&address, provider) {
            spec.insert(name.clone(), value);
            if name == "WellKnownURL" {
                spec.insert(TOKEN.to_owned(), json!({"env": variable}));
            }
        }
        let mut document = NewDocument::new(address.clone(), provider.name.clone(), spec);
        document.stand_ins.push(StandIn { variable, address, what: "the token that the portal registers clients with".to_owned() });
        let siblings = self.sides.observed.portal.iter().flat_map(|portal| &portal.providers);
        let named = siblings.filter(|other| other.name == provider.live.name).count();
        let document = if named == 1 { document } else { document.with("id", json!(provider.live.id)) };
        self.push(document, Some((Kind::OAuthProvider, provider.live.id.clone())));
    }

    /// Makes the document of a client type.
    pub(super) fn client_type(&mut self, client_type: &ChosenObject<'_, LivePortal>, provider: &LivePortal) {
        let address = Address::new(Kind::ClientType, client_type.name.clone());
        let parent = self.parents.get(&provider.id).cloned().flatten();
        let group = parent.clone().unwrap_or_else(|| client_type.name.clone());
        let mut spec = Map::new();
        spec.insert("provider".to_owned(), parent.map_or_else(|| json!({"id": provider.id}), Value::from));
        spec.extend(self.portal_fields(&address, client_type));
        let siblings = self.sides.observed.portal.iter().flat_map(|portal| portal.client_types.get(&provider.id).into_iter().flatten());
        let named = siblings.filter(|other| other.name == client_type.live.name).count();
        let document = NewDocument::new(address, group, spec);
        let document = if named == 1 { document } else { document.with("id", json!(client_type.live.id)) };
        self.push(document, Some((Kind::ClientType, client_type.live.id.clone())));
    }

    fn portal_fields(&mut self, address: &Address, object: &ChosenObject<'_, LivePortal>) -> Map<String, Value> {
        let mut body = object.live.body.clone();
        if self.choice.detail == super::Detail::Minimal && object.live.cid.as_deref().is_some_and(is_generated) {
            body.as_object_mut().map(|body| body.remove("CID"));
        }
        // The portal shows an empty text where nothing is set.
        for (name, value) in body.as_object_mut().into_iter().flatten() {
            let empty = table(address.kind).member(name).and_then(|row| row.rule.absent.as_ref());
            if *value == "" && empty == Some(value) {
                *value = Value::Null;
            }
        }
        let under = self.under(address.kind);
        let taking =
            Taking { detail: self.choice.detail, under: under.as_ref(), fields: object.wanted.fields.as_ref(), ..Taking::default() };
        let taken = take(table(address.kind), &body, taking);
        self.lost(address, taken.lost);
        let mut spec = taken.spec;
        if !taken.additional.is_empty() {
            spec.insert("additionalFields".to_owned(), Value::Object(taken.additional));
        }
        spec
    }
}

/// Tells whether a custom id has the form of those that the portal makes.
fn is_generated(cid: &str) -> bool {
    cid.len() == GENERATED && cid.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
