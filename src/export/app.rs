//! A live app to its documents: what it is (`App`), how it proves who it is (`ClientCredentials`), what is granted to it (`Grant`) and who has
//! it (`GroupAssignment`).
//!
//! ```text
//! how a document finds its app again: our mark ─▶ a client_id of its own ─▶ the label, if no other app has it ─▶ metadata.id
//! ```

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Exporting;
use super::chosen::ChosenApp;
use super::document::{Left, NewDocument, StandIn};
use super::tree::{Taking, take, take_out};
use crate::address::{Address, Kind};
use crate::json::Path;
use crate::observed::{LiveApp, LiveAssignment, LiveGrant, LiveSecret, Status};
use crate::resource::{Shape, table};

const METHOD: &str = "credentials.oauthClient.token_endpoint_auth_method";
const CLIENT_ID: &str = "credentials.oauthClient.client_id";

/// What of an app's body no manifest says: its name is always the same, and its signing key is the org's.
const IMPLIED: [&str; 2] = ["name", "credentials.signing"];

/// How a document finds its app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// By itself.
    Itself,
    /// By its label, which nobody else has.
    Label,
    /// By its id alone.
    Id,
}

impl Exporting<'_> {
    /// Makes the documents of an app.
    pub(super) fn app(&mut self, app: &ChosenApp<'_>) {
        let has = |kind: Kind| app.kinds.contains(&kind);
        let is_declared = app.declared.is_some() || has(Kind::App);
        let mut body = app.live.body.tree();
        body["status"] = json!(app.live.status.as_str());
        // Okta takes the app's id as client id unless somebody chose one (recorded).
        if !chose_client_id(app.live) {
            take_out(&mut body, &Path::of(CLIENT_ID));
        }
        let under = self.under(Kind::App);
        let taking = Taking {
            detail: self.choice.detail,
            under: under.as_ref(),
            fields: app.wanted.fields.as_ref(),
            implied: &IMPLIED,
            ..Taking::default()
        };
        let taken = take(table(Kind::App), &body, taking);
        let mut spec = Value::Object(taken.spec);
        let credentials = self.credentials(app, &mut spec, is_declared);
        if has(Kind::App) {
            let address = Address::new(Kind::App, app.name.clone());
            self.lost(&address, taken.lost);
            let Value::Object(mut spec) = spec else { return };
            if let Some(policy) = self.access_policy(app.live) {
                spec.insert("accessPolicy".to_owned(), policy);
            }
            if !taken.additional.is_empty() {
                spec.insert("additionalFields".to_owned(), Value::Object(taken.additional));
            }
            let document = NewDocument::new(address, app.name.clone(), spec);
            // Our own mark remembers that the document said so.
            let protected = self.is_protected(app.live, &app.name);
            let document = if protected { document.with("protected", json!(true)) } else { document };
            let document = match self.found(app) {
                Found::Itself => document,
                Found::Label => document.with("adopt", json!(true)),
                Found::Id => document.with("id", json!(app.live.id)),
            };
            self.push(document, Some((Kind::App, app.live.id.clone())));
        }
        if let Some(document) = credentials.filter(|_| has(Kind::ClientCredentials)) {
            self.push(document, None);
        }
        if has(Kind::Grant) {
            let grants = self.sides.observed.grants.get(&app.live.id).map_or(&[][..], Vec::as_slice);
            let wanted: Vec<_> = grants.iter().filter(|grant| app.wanted.has_child(&grant.scope)).collect();
            // What is granted to a name may be granted to a client of that name.
            let unclear = self.index.has(Kind::Client, &app.name).then(|| json!(app.name));
            let says = Self::says_which(app, is_declared).or(unclear);
            self.grants(&app.name, "app", says.as_ref(), &wanted);
        }
        if has(Kind::GroupAssignment) {
            let groups = self.sides.observed.assignments.get(&app.live.id).map_or(&[][..], Vec::as_slice);
            let wanted: Vec<_> = groups.iter().filter(|group| app.wanted.has_child(&group.group)).collect();
            self.groups(app, is_declared, &wanted);
        }
    }

    fn is_protected(&self, live: &LiveApp, name: &str) -> bool {
        self.index.is_only_marked(live, &self.sides.desired.project, name) && live.marker.as_ref().is_some_and(|mark| mark.protected)
    }

    fn found(&self, app: &ChosenApp<'_>) -> Found {
        if self.index.is_only_marked(app.live, &self.sides.desired.project, &app.name) || chose_client_id(app.live) {
            Found::Itself
        } else if self.index.is_only_labelled(app.live) {
            Found::Label
        } else {
            Found::Id
        }
    }

    /// Takes the fields that a `ClientCredentials` document says out of an app's, and makes that document of them. An app without anything to
    /// prove itself by keeps them.
    fn credentials(&mut self, app: &ChosenApp<'_>, spec: &mut Value, is_declared: bool) -> Option<NewDocument> {
        let method = app.live.body.find(&Path::of(METHOD));
        let method = method.as_ref().and_then(Value::as_str).unwrap_or_default();
        let apart = method != "none" && app.kinds.contains(&Kind::ClientCredentials);
        if !apart {
            return None;
        }
        let Shape::Object(rows) = &table(Kind::ClientCredentials).shape else { return None };
        let address = self.index.free(Kind::ClientCredentials, &app.name, "credentials");
        let mut says = Map::new();
        if let Some(app) = Self::says_which(app, is_declared).or_else(|| apart_from(&address, &app.name)) {
            says.insert("app".to_owned(), app);
        }
        let references = says.len();
        let (entries, stand_ins) =
            if method.starts_with("client_secret") { self.secrets(app, &address) } else { <(Vec<Value>, Vec<StandIn>)>::default() };
        let under_app = self.under(Kind::App);
        for (name, row) in rows {
            if name == "client_secrets" && !entries.is_empty() {
                says.insert(name.clone(), Value::Array(entries.clone()));
            }
            let Some(at) = row.rule.at.as_deref().map(Path::of) else { continue };
            // What lies under every App document is said over it there.
            if under_app.as_ref().is_some_and(|under| at.find(under).is_some()) {
                continue;
            }
            if let Some(value) = take_out(spec, &at) {
                says.insert(name.clone(), value);
            }
        }
        if says.len() == references {
            return None;
        }
        let mut document = NewDocument::new(address, app.name.clone(), says);
        document.stand_ins = stand_ins;
        Some(document)
    }

    /// Returns entries for an app's secrets, and the variables that are to hold their values: one for each live one where they were read.
    fn secrets(&self, app: &ChosenApp<'_>, address: &Address) -> (Vec<Value>, Vec<StandIn>) {
        let variable = format!("IDPCTL_{}_SECRET", app.name.to_ascii_uppercase().replace('-', "_"));
        let stand_in = |variable: &str, name: &str| StandIn {
            variable: variable.to_owned(),
            address: address.clone(),
            what: format!("the client's secret `{name}`"),
        };
        let Some(live) = self.sides.observed.secrets.get(&app.live.id) else {
            return (vec![json!({"name": "current", "env": variable})], vec![stand_in(&variable, "current")]);
        };
        let mut live: Vec<&LiveSecret> = live.iter().collect();
        // What is in force comes first, then what was made last.
        live.sort_by(|a, b| (a.status, &b.created, &b.id).cmp(&(b.status, &a.created, &a.id)));
        let mut entries = Vec::new();
        let mut stand_ins = Vec::new();
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for (index, secret) in live.into_iter().enumerate() {
            let day: String = secret.created.chars().take(10).filter(|c| c.is_ascii_digit() || *c == '-').collect();
            let count = names.entry(day.clone()).or_default();
            *count += 1;
            let name = if *count > 1 || day.is_empty() { format!("{day}-{count}") } else { day };
            let variable = if index == 0 { variable.clone() } else { format!("{variable}_{}", index + 1) };
            let mut entry = json!({"name": name, "env": variable});
            if secret.status == Status::Inactive {
                entry["status"] = json!(secret.status.as_str());
            }
            stand_ins.push(stand_in(&variable, &name));
            entries.push(entry);
        }
        (entries, stand_ins)
    }

    /// Returns how a document about an app says which one, if its own name does not.
    fn says_which(app: &ChosenApp<'_>, is_declared: bool) -> Option<Value> {
        let apart = if chose_client_id(app.live) { json!({"client_id": app.live.client_id}) } else { json!({"id": app.live.id}) };
        (!is_declared).then_some(apart)
    }

    /// Returns the access policy, unless it is the one that new apps get.
    fn access_policy(&self, live: &LiveApp) -> Option<Value> {
        let id = live.access_policy.as_deref()?;
        let policies = &self.sides.observed.policies;
        let Some(policy) = policies.iter().find(|policy| policy.id == id) else { return Some(json!({"id": id})) };
        if policy.system
            && self.choice.detail == super::Detail::Minimal
            && self.under(Kind::App).is_none_or(|u| u.get("accessPolicy").is_none())
        {
            return None;
        }
        let only = policies.iter().filter(|other| other.name == policy.name).count() == 1;
        Some(if only { json!({"name": policy.name}) } else { json!({"id": id}) })
    }

    /// Makes documents of what is granted to an app or client, one for each issuer. `says` is how they say to whom, if their name does not.
    pub(super) fn grants(&mut self, name: &str, member: &str, says: Option<&Value>, grants: &[&LiveGrant]) {
        let org = self.sides.observed.org.as_ref().map(|org| org.url.trim_end_matches('/').to_owned()).unwrap_or_default();
        let mut by_issuer: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
        for grant in grants {
            let issuer = Some(grant.issuer.trim_end_matches('/')).filter(|issuer| *issuer != org);
            by_issuer.entry(issuer).or_default().push(&grant.scope);
        }
        for (index, (issuer, mut scopes)) in by_issuer.into_iter().enumerate() {
            scopes.sort_unstable();
            scopes.dedup();
            let address = if index == 0 {
                self.index.free(Kind::Grant, name, "grant")
            } else {
                self.index.free(Kind::Grant, &format!("{name}-{}", index + 1), "grant")
            };
            let mut spec = Map::new();
            if let Some(says) = says.cloned().or_else(|| apart_from(&address, name)) {
                spec.insert(member.to_owned(), says);
            }
            if let Some(issuer) = issuer {
                spec.insert("issuer".to_owned(), json!(issuer));
            }
            spec.insert("scopes".to_owned(), json!(scopes));
            self.push(NewDocument::new(address, name, spec), None);
        }
    }

    fn groups(&mut self, app: &ChosenApp<'_>, is_declared: bool, assignments: &[&LiveAssignment]) {
        if assignments.is_empty() {
            return;
        }
        let address = self.index.free(Kind::GroupAssignment, &app.name, "groups");
        let mut spec = Map::new();
        let which = Self::says_which(app, is_declared).or_else(|| apart_from(&address, &app.name));
        if let Some(app) = which {
            spec.insert("app".to_owned(), app);
        }
        let mut assignments = assignments.to_vec();
        assignments.sort_by_key(|assignment| (assignment.priority(), &assignment.group));
        let groups = assignments.into_iter().map(|assignment| {
            let named = assignment.name.as_deref().filter(|name| self.index.is_only_group(name, &assignment.group));
            let mut entry = Map::new();
            match named {
                Some(name) => entry.insert("name".to_owned(), json!(name)),
                None => entry.insert("id".to_owned(), json!(assignment.group)),
            };
            let taken = take(
                crate::resource::group_assignment::row(),
                &assignment.body,
                Taking { detail: self.choice.detail, ..Taking::default() },
            );
            entry.extend(taken.spec);
            Value::Object(entry)
        });
        let groups: Vec<_> = groups.collect();
        for assignment in self.sides.observed.assignments.get(&app.live.id).into_iter().flatten() {
            let unknown =
                assignment.body.as_object().into_iter().flatten().filter(|(name, _)| !matches!(name.as_str(), "priority" | "profile"));
            let lost: Vec<_> = unknown.map(|(name, _)| name.clone()).collect();
            for name in lost {
                self.left.push(Left::field(&address, &Path::of("groups").key(&name), "a manifest cannot say it of an assignment"));
            }
        }
        spec.insert("groups".to_owned(), Value::Array(groups));
        self.push(NewDocument::new(address, app.name.clone(), spec), None);
    }
}

/// Tells whether somebody chose an app's client id, and a manifest can say it.
pub(super) fn chose_client_id(live: &LiveApp) -> bool {
    let id = &live.client_id;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "$-_.+!*'(),".contains(c);
    *id != live.id.0 && (6..=100).contains(&id.len()) && id.chars().all(allowed) && id != "ALL_CLIENTS"
}

/// Returns the name of the app that a document says, if it is not its own.
fn apart_from(address: &Address, name: &str) -> Option<Value> {
    (address.name != name).then(|| json!(name))
}
