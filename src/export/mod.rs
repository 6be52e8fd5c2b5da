//! Live objects to documents that declare them: what `export` writes. Pure.
//!
//! ```text
//! Observed, Desired ─choose─▶ objects and names ─take─▶ documents ─read back─▶ documents that every check passes ─layout─▶ files
//! ```
//!
//! # What holds of the documents
//!
//! - With them a plan finds every object that they were made from, and changes nothing of it but its mark.
//! - Applied to an empty org they make objects that are equal up to ids, times and secrets, but for what [`Export::left`] tells.
//! - What is declared already is declared by nothing new: an app that has some documents gets those that are missing.
//! - They hold no secret. Where a client has one, a document names the variable that is to hold it ([`StandIn`]).
//! - The same org gives the same documents, whatever the order of its lists.
//!
//! # Use from elsewhere
//!
//! [`export`] is the entry for whoever knows more of the objects than the org does, such as the state of another tool: a [`Choice`] gives
//! names to live objects by their ids (`names`), and says which of them, which of their children and which of their fields are wanted
//! (`wanted`).

mod app;
mod choice;
mod chosen;
mod client;
mod document;
mod files;
mod index;
mod names;
mod needs;
mod portal;
mod refused;
mod server;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub use choice::{Choice, Detail, Live, Wanted};
pub use chosen::Sides;
pub use document::{Left, NewDocument, StandIn};
pub use files::{Layout, NewFile, files, stream};
pub(crate) use names::slug;
pub use needs::{details, further_details};
pub use refused::{Repository, together};

use chosen::{Chosen, choose, is_a_guess};
use index::Index;
use refused::{Refused, refused};
use tree::take_out;

use crate::address::{Address, Kind};
use crate::bind;
use crate::desired::Desired;
use crate::json::Path;
use crate::observed::Id;

/// What an export comes to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Export {
    /// The documents, in address order.
    pub documents: Vec<NewDocument>,
    /// What of the chosen objects no document says, and why, in the order of what it is.
    pub left: Vec<Left>,
    /// How many live objects were declared before, as far as they were read.
    pub declared: usize,
}

impl Export {
    /// Returns the variables that `apply` needs for these documents.
    pub fn stand_ins(&self) -> BTreeSet<&StandIn> {
        self.documents.iter().flat_map(|document| &document.stand_ins).collect()
    }
}

/// Returns the choices under which every document may recognise its object by its label or name: for telling what is declared already.
pub fn recognising(desired: &Desired) -> bind::Choices {
    let addresses = desired.apps.iter().map(|app| &app.address).chain(desired.clients.iter().map(|client| &client.address));
    bind::Choices { adopt: addresses.cloned().collect() }
}

/// Makes documents of what there is.
pub fn export(sides: Sides<'_>, repository: &Repository<'_>, choice: &Choice) -> Export {
    let mut excluded = BTreeMap::new();
    loop {
        let chosen = choose(sides, choice, &excluded);
        let mut exporting = Exporting::new(sides, repository, choice, &chosen);
        exporting.all(&chosen);
        let impossible = exporting.read_back(repository);
        if impossible.is_empty() {
            return exporting.finished(chosen);
        }
        // Without them references come out otherwise.
        excluded.extend(impossible);
    }
}

/// Documents under construction.
struct Exporting<'a> {
    sides: Sides<'a>,
    choice: &'a Choice,
    /// What lies under every document, by kind.
    under: &'a BTreeMap<String, Value>,
    /// The names of the documents of clients, there and to be, by client id.
    names_of_clients: BTreeMap<&'a str, String>,
    /// The names of the documents of providers.
    parents: BTreeMap<Id, Option<String>>,
    index: Index<'a>,
    documents: Vec<NewDocument>,
    /// The live objects that documents are about by themselves.
    owners: BTreeMap<Address, Live>,
    left: Vec<Left>,
}

impl<'a> Exporting<'a> {
    fn new(sides: Sides<'a>, repository: &Repository<'a>, choice: &'a Choice, chosen: &Chosen<'a>) -> Self {
        let mut names_of_clients = BTreeMap::new();
        for app in sides.bound.apps.iter().filter(|app| app.wanted().is_declared() && !is_a_guess(app)) {
            names_of_clients.extend(app.live().map(|live| (live.client_id.as_str(), app.wanted().address.name.clone())));
        }
        for client in &sides.bound.clients {
            names_of_clients.extend(client.live.map(|(live, _)| (live.id.0.as_str(), client.wanted.address.name.clone())));
        }
        for app in chosen.apps.iter().filter(|app| app.kinds.contains(&Kind::App)) {
            names_of_clients.insert(&app.live.client_id, app.name.clone());
        }
        names_of_clients.extend(chosen.clients.iter().map(|client| (client.live.id.0.as_str(), client.name.clone())));
        let parents = chosen.parents.iter().map(|(live, name)| (live.id.clone(), name.clone())).collect();
        let (index, documents, owners, left) = (Index::new(sides), Vec::new(), BTreeMap::new(), Vec::new());
        Self { sides, choice, under: &repository.project.defaults, names_of_clients, parents, index, documents, owners, left }
    }

    fn all(&mut self, chosen: &Chosen<'a>) {
        chosen.apps.iter().for_each(|app| self.app(app));
        chosen.clients.iter().for_each(|client| self.registered(client));
        chosen.servers.iter().for_each(|server| self.server(server));
        chosen.providers.iter().for_each(|provider| self.provider(provider));
        chosen.client_types.iter().for_each(|(client_type, provider)| self.client_type(client_type, provider));
        self.documents.sort_by(|a, b| a.address.cmp(&b.address));
    }

    /// Has the loader read the documents, and takes out what it refuses. Returns the objects that cannot be declared at all, and why.
    fn read_back(&mut self, repository: &Repository<'_>) -> BTreeMap<Live, String> {
        let mut impossible = BTreeMap::new();
        loop {
            let refused = refused(repository, &self.documents);
            if refused.is_empty() {
                return impossible;
            }
            for Refused { address, field, why } in refused {
                let Some(index) = self.documents.iter().position(|document| document.address == address) else { continue };
                if let Some(field) = field {
                    let mut spec = Value::Object(std::mem::take(&mut self.documents[index].spec));
                    take_out(&mut spec, &field);
                    if let Value::Object(spec) = spec {
                        self.documents[index].spec = spec;
                    }
                    self.left.push(Left::field(&address, &field, why));
                } else if let Some(live) = self.owners.get(&address) {
                    impossible.insert(live.clone(), why);
                } else {
                    self.documents.remove(index);
                    self.left.push(Left { what: address.to_string(), why });
                }
            }
            if !impossible.is_empty() {
                return impossible;
            }
        }
    }

    fn finished(self, chosen: Chosen<'_>) -> Export {
        let mut left = self.left;
        left.extend(chosen.left);
        left.sort();
        left.dedup();
        Export { documents: self.documents, left, declared: chosen.declared }
    }

    fn push(&mut self, document: NewDocument, about: Option<Live>) {
        self.owners.extend(about.map(|live| (document.address.clone(), live)));
        self.index.take(document.address.clone());
        self.documents.push(document);
    }

    fn lost(&mut self, address: &Address, lost: Vec<(Path, &'static str)>) {
        self.left.extend(lost.into_iter().map(|(path, why)| Left::field(address, &path, why)));
    }

    fn under(&self, kind: Kind) -> Option<Value> {
        self.under.get(kind.as_str()).cloned()
    }
}

#[cfg(test)]
mod tests;
