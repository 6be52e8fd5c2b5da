//! Dynamically registered clients: their fields, whether a new secret is due, and their grants.
//!
//! A secret is shown once, when it is made, so it goes to a file at once. Whether that file is there is all that can be known of it later:
//! where it is not, a new secret is due. A file that is there is never overwritten.

use serde_json::{Value, json};

use super::children::is;
use super::fields::Declaration;
use super::{Change, Changes, Choices, FieldChange, GrantChange, LeftAlone};
use crate::address::{Address, Kind};
use crate::bind::{Bound, BoundClient, Found};
use crate::desired::{Client, Desired};
use crate::json::Path;
use crate::observed::{LiveClient, Observed, Trace, Written};
use crate::resource::client::{DEFAULT_METHOD, METHOD, renews_secrets};
use crate::resource::jwk::key_id;
use crate::resource::{Facet, table};

const KEYS: &str = "jwks.keys";
const JWKS: &str = "jwks";
const JWKS_URI: &str = "jwks_uri";

/// The differences of one client and its grants.
#[derive(Debug, Clone)]
pub struct ClientChanges<'a> {
    /// What is declared, and the live client.
    pub bound: BoundClient<'a>,
    /// The difference of the client itself.
    pub change: Option<Change>,
    /// Live keys that are not declared and that the change takes out.
    pub keys: Vec<String>,
    /// Whether a new secret is due.
    pub secret: bool,
    /// Whether the file is there that a new secret would go to.
    pub written: bool,
    /// Differences of its grants.
    pub grants: Vec<GrantChange<'a>>,
    /// The issuer of grants that name none: the org's own authorization server.
    pub issuer: String,
}

impl ClientChanges<'_> {
    /// Returns whether there is no difference at all.
    pub fn is_empty(&self) -> bool {
        let Self { bound: _, change, keys: _, secret, written: _, grants, issuer: _ } = self;
        change.is_none() && !secret && grants.is_empty()
    }

    /// Returns how the client authenticates once this is done.
    pub fn method(&self) -> &str {
        let live = self.bound.live.and_then(|(live, _)| live.method());
        self.bound.wanted.text(METHOD).or(live).unwrap_or(DEFAULT_METHOD)
    }

    /// Returns whether something would be changed of a client that was found by its name alone.
    pub fn is_unasked(&self) -> bool {
        matches!(self.bound.live, Some((_, Found::Name))) && !self.is_empty()
    }

    /// Returns whether what is there of the client is made anew.
    pub fn is_replaced(&self) -> bool {
        matches!(self.change, Some(Change::Replace { .. }))
    }
}

/// Compares every client that is declared.
pub(super) fn compare<'a>(desired: &'a Desired, observed: &'a Observed, bound: &Bound<'a>, choices: &Choices, changes: &mut Changes<'a>) {
    for client in &bound.clients {
        if client.wanted.documents.iter().any(|document| choices.select.has(document)) {
            let entry = one(client, desired, observed, choices, changes);
            changes.clients.push(entry);
        }
    }
}

fn one<'a>(
    bound: &BoundClient<'a>,
    desired: &'a Desired,
    observed: &'a Observed,
    choices: &Choices,
    changes: &mut Changes<'a>,
) -> ClientChanges<'a> {
    let BoundClient { wanted, live } = *bound;
    let issuer = observed.org.as_ref().map(|org| org.url.clone()).unwrap_or_default();
    let mut entry =
        ClientChanges { bound: *bound, change: None, keys: Vec::new(), secret: false, written: false, grants: Vec::new(), issuer };
    let may_prune = desired.ownership || wanted.prunable;
    if choices.select.has(&wanted.address) {
        let live = live.map(|(live, _)| live);
        let mut fields = fields(wanted, live);
        let replaced = live.is_some() && fields.iter().any(|field| field.immutable);
        if let Some(live) = live.filter(|_| !replaced) {
            keys(&mut entry, live, &mut fields, may_prune, choices, changes);
        }
        entry.change = match live {
            None => Some(Change::Create { fields }),
            Some(_) if replaced => {
                let because = fields.into_iter().filter(|field| field.immutable).collect();
                Some(Change::Replace { because, fields: self::fields(wanted, None) })
            }
            Some(_) => (!fields.is_empty()).then_some(Change::Update { fields }),
        };
        secret(&mut entry, observed, changes);
    }
    grants(&mut entry, observed, may_prune, choices, changes);
    entry
}

fn declaration(wanted: &Client) -> Declaration<'_> {
    Declaration { row: table(Kind::Client), body: &wanted.body, origins: &wanted.origins, origin: &wanted.origin }
}

/// Returns where the body differs; everything that is declared if there is no live client.
fn fields(wanted: &Client, live: Option<&LiveClient>) -> Vec<FieldChange> {
    let find = live.map(|live| move |path: &Path| path.find(&live.body).cloned());
    let mut fields = declaration(wanted).differing(find.as_ref());
    fields.extend(live.and_then(|live| excluded(wanted, live)));
    fields
}

/// Keys and their address exclude each other: declaring one of them clears the other.
fn excluded(wanted: &Client, live: &LiveClient) -> Option<FieldChange> {
    let says = |place: &str| Path::of(place).find(&wanted.body).is_some_and(|value| !value.is_null() && *value != json!([]));
    let (other, because) = match (says(KEYS), says(JWKS_URI)) {
        (false, true) if Path::of(JWKS).find(&wanted.body).is_none() => (Path::of(JWKS), Path::of(JWKS_URI)),
        (true, false) if Path::of(JWKS_URI).find(&wanted.body).is_none() => (Path::of(JWKS_URI), Path::of(KEYS)),
        _ => return None,
    };
    let before = other.find(&live.body).filter(|value| !value.is_null() && value.get("keys").is_none_or(|keys| *keys != json!([])))?;
    Some(FieldChange {
        facet: Facet::Body,
        before: Some(before.clone()),
        // Every setting must be said in an update: what goes is sent as null.
        after: Some(Value::Null),
        declared: Value::Null,
        origin: Some(declaration(wanted).origin_of(&because)),
        immutable: false,
        path: other,
    })
}

/// Compares the keys that nobody declares. They have no calls of their own here, so those that go do so in the change of the client.
fn keys(
    entry: &mut ClientChanges<'_>,
    live: &LiveClient,
    fields: &mut Vec<FieldChange>,
    may_prune: bool,
    choices: &Choices,
    changes: &mut Changes<'_>,
) {
    let wanted = entry.bound.wanted;
    let path = Path::of(KEYS);
    let Some(declared) = path.find(&wanted.body).and_then(Value::as_array).filter(|declared| !declared.is_empty()) else { return };
    let is_declared = |key: &Value| declared.iter().any(|wanted| key_id(wanted) == key_id(key));
    let extra: Vec<_> = live.keys().iter().filter(|key| !is_declared(key)).map(key_id).collect();
    if extra.is_empty() {
        return;
    }
    if !(may_prune && choices.prune) {
        let left = extra.iter().map(|name| LeftAlone {
            address: wanted.address.below(["key", name]),
            what: format!("the public key `{name}` is not declared"),
            flag: may_prune.then(|| "--prune".to_owned()),
            trace: Trace::key(&[&live.id.0], &[name]),
        });
        return changes.left_alone.extend(left);
    }
    let stays = |key: &Value| !extra.contains(&key_id(key));
    let known = fields.iter().position(|field| field.path == path);
    let after = known.and_then(|at| fields[at].after.clone()).unwrap_or_else(|| json!(live.keys()));
    let after = after.as_array().into_iter().flatten().filter(|key| stays(key)).cloned().collect();
    let change = FieldChange {
        facet: Facet::Body,
        before: path.find(&live.body).cloned(),
        after: Some(after),
        declared: json!(declared),
        origin: Some(declaration(wanted).origin_of(&path)),
        immutable: false,
        path,
    };
    match known {
        Some(at) => fields[at] = change,
        None => fields.push(change),
    }
    entry.keys = extra;
}

/// Decides whether a new secret is due.
fn secret(entry: &mut ClientChanges<'_>, observed: &Observed, changes: &mut Changes<'_>) {
    let Some(output) = &entry.bound.wanted.output else { return };
    if !renews_secrets(entry.method()) {
        return;
    }
    let written = observed.outputs.get(&output.file);
    entry.written = written == Some(&Written::There);
    let made = match &entry.change {
        Some(Change::Create { .. } | Change::Replace { .. }) => true,
        // Okta makes a new secret when the way of authenticating changes (terraform-provider-okta, issue 109).
        Some(Change::Update { fields }) => fields.iter().any(|field| field.path == Path::of(METHOD)),
        None => false,
    };
    let why = match written {
        Some(Written::There) if entry.bound.live.is_none() => {
            Some("it is there, and no list shows the client; unless that turns up, it is made only once the file is deleted".to_owned())
        }
        _ if made => None,
        None => Some("whether it is there is not known".to_owned()),
        Some(Written::Unusable(why)) => Some(why.clone()),
        Some(Written::There | Written::Missing) => None,
    };
    entry.secret = made || written == Some(&Written::Missing);
    if let Some(why) = why {
        changes.not_compared.push((entry.bound.wanted.secret(), format!("the file `{}` of its secret: {why}", output.file)));
    }
}

fn grants<'a>(entry: &mut ClientChanges<'a>, observed: &'a Observed, may_prune: bool, choices: &Choices, changes: &mut Changes<'a>) {
    let Some(declared) = &entry.bound.wanted.grants else { return };
    // The grants of a client that is replaced go with it: all declared ones are new.
    let live = entry.bound.live.filter(|_| !entry.is_replaced());
    let there = live.and_then(|(live, _)| observed.grants.get(&live.id)).map_or(&[][..], Vec::as_slice);
    let chosen = declared.iter().filter(|grant| choices.select.has(&grant.address));
    let missing = chosen.filter(|wanted| !there.iter().any(|live| is(wanted, live, &entry.issuer)));
    entry.grants = missing.map(GrantChange::Add).collect();
    for granted in there.iter().filter(|live| !declared.iter().any(|wanted| is(wanted, live, &entry.issuer))) {
        let address = Address::new(Kind::Grant, entry.bound.wanted.address.name.clone()).below([&granted.scope]);
        if !choices.select.has(&address) {
            continue;
        }
        if may_prune && choices.prune {
            entry.grants.push(GrantChange::Revoke(address, granted));
        } else {
            let what = format!("scope `{}` is granted and not declared", granted.scope);
            let flag = may_prune.then(|| "--prune".to_owned());
            let client = live.map(|(live, _)| live.id.0.as_str());
            changes.left_alone.push(LeftAlone { address, what, flag, trace: Trace::grant(client.as_slice(), granted) });
        }
    }
}
