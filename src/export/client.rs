//! A dynamically registered client to its documents. Its secret was shown to whoever registered it and is to be had from nobody.

use serde_json::{Value, json};

use super::Exporting;
use super::chosen::ChosenObject;
use super::document::{Left, NewDocument};
use super::tree::{Taking, take};
use crate::address::{Address, Kind};
use crate::json::Path;
use crate::observed::LiveClient;
use crate::resource::client::renews_secrets;
use crate::resource::table;

impl Exporting<'_> {
    /// Makes the documents of a dynamically registered client.
    pub(super) fn registered(&mut self, client: &ChosenObject<'_, LiveClient>) {
        let address = Address::new(Kind::Client, client.name.clone());
        let under = self.under(Kind::Client);
        let taking =
            Taking { detail: self.choice.detail, under: under.as_ref(), fields: client.wanted.fields.as_ref(), ..Taking::default() };
        let taken = take(table(Kind::Client), &client.live.body, taking);
        self.lost(&address, taken.lost);
        for path in &client.live.withheld {
            self.left.push(Left::field(&address, path, "it looks like a secret"));
        }
        if client.live.method().is_some_and(renews_secrets) {
            let why = "its secret cannot be read; to have a new one made and written to a file, say which in `client_secret_output`";
            self.left.push(Left::field(&address, &Path::of("client_secret"), why));
        }
        let mut spec = taken.spec;
        if !taken.additional.is_empty() {
            spec.insert("additionalFields".to_owned(), Value::Object(taken.additional));
        }
        let named = self.sides.observed.clients.iter().filter(|other| other.name == client.live.name).count();
        let document = NewDocument::new(address, client.name.clone(), spec);
        let document = if named == 1 { document.with("adopt", json!(true)) } else { document.with("id", json!(client.live.id)) };
        self.push(document, Some((Kind::Client, client.live.id.clone())));
        let grants = self.sides.observed.grants.get(&client.live.id).map_or(&[][..], Vec::as_slice);
        let wanted: Vec<_> = grants.iter().filter(|grant| client.wanted.has_child(&grant.scope)).collect();
        self.grants(&client.name, "client", None, &wanted);
    }
}
