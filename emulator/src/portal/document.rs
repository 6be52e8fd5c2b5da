//! An object of the portal as it is stored, and what requests make of it.
//!
//! All resources are treated alike here: a table of [fields](Field) says what differs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    field::{Field, Shape, is_unset},
    reply::Refusal,
};
use crate::{
    families::Exchange,
    store::{Table, Tx},
    switches::{PortalCid, PortalOmittedToken, PortalPut, PortalUnknownKeys},
};

/// A sort of objects.
pub(super) struct Resource {
    /// Its word in refusals, and its counter.
    pub(super) name: &'static str,
    pub(super) table: Table,
    pub(super) fields: &'static [Field],
    /// Keys of answers that nobody can set.
    pub(super) read_only: &'static [&'static str],
    /// The status of the refusal of a body.
    pub(super) refused: u16,
}

/// One object.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Document {
    pub(super) id: u64,
    pub(super) cid: String,
    created: String,
    updated: String,
    pub(super) fields: Map<String, Value>,
    /// Keys that nobody documented.
    extra: Map<String, Value>,
}

/// The body of a create or an update, checked.
pub(super) struct Sent {
    fields: Map<String, Value>,
    extra: Map<String, Value>,
    cid: Option<String>,
}

impl Resource {
    /// Reads the body, which must have every required key.
    pub(super) fn sent(&self, x: &Exchange<'_>) -> Result<Sent, Refusal> {
        self.read(x, true)
    }

    /// Reads the body, in which any key may be missing.
    pub(super) fn sent_in_part(&self, x: &Exchange<'_>) -> Result<Sent, Refusal> {
        self.read(x, false)
    }

    fn read(&self, x: &Exchange<'_>, whole: bool) -> Result<Sent, Refusal> {
        let Ok(Value::Object(mut body)) = x.call.object() else {
            return Err(Refusal::malformed());
        };
        let mut fields = Map::new();
        let mut errors = Vec::new();
        for field in self.fields {
            let sent = body.shift_remove(field.name);
            let read = sent.as_ref().map(|sent| field.read(sent, x.switches)).transpose();
            match read.map(Option::flatten) {
                Ok(Some(value)) if !(field.required && is_unset(&value)) => {
                    fields.insert(field.name.to_owned(), value);
                }
                Ok(None) if !field.required || (!whole && sent.is_none()) => {}
                Ok(_) => errors.push(format!("{} can't be blank", field.name)),
                Err(error) => errors.push(error),
            }
        }
        let cid = match body.shift_remove("CID") {
            _ if x.switches.portal_cid() == PortalCid::Hidden => None,
            Some(Value::String(cid)) => Some(cid).filter(|cid| !cid.is_empty()),
            None | Some(Value::Null) => None,
            Some(_) => {
                errors.push("CID is not a string".into());
                None
            }
        };
        if !errors.is_empty() {
            return Err(Refusal::errors(self.refused, &errors));
        }
        match x.switches.portal_unknown_keys() {
            PortalUnknownKeys::Dropped => body.clear(),
            PortalUnknownKeys::Kept => body.retain(|key, _| !self.read_only.contains(&key.as_str())),
        }
        Ok(Sent { fields, extra: body, cid })
    }

    /// Makes an object of a body. It is not written yet.
    pub(super) fn create(&self, x: &mut Exchange<'_>, sent: Sent) -> Result<Document, Refusal> {
        let taken = |cid: &String| x.tx.starting_with(self.table, "").iter().any(|(_, row)| row["cid"] == **cid);
        if sent.cid.as_ref().is_some_and(taken) {
            return Err(Refusal::error(self.refused, "CID is taken"));
        }
        let id = x.tx.next_number(Table::PortalCounters, self.name)?;
        let cid = sent.cid.unwrap_or_else(|| x.tx.seed().custom_id(self.name, id));
        let now = minute(&x.now);
        Ok(Document { id, cid, created: now.clone(), updated: now, fields: sent.fields, extra: sent.extra })
    }

    /// Changes an object as a PUT does. It is not written yet. A `CID` cannot be changed: one that is sent is ignored.
    pub(super) fn update(&self, x: &Exchange<'_>, document: &mut Document, sent: Sent) {
        let secrets = self.fields.iter().filter(|field| matches!(field.shape, Shape::Secret));
        let omitted: Vec<_> = secrets.map(|secret| secret.name).filter(|name| !sent.fields.contains_key(*name)).collect();
        let before = document.fields.clone();
        if x.switches.portal_put() == PortalPut::Replaces {
            document.fields.clear();
            document.extra.clear();
        }
        document.merge(sent, &x.now);
        for name in omitted {
            match (x.switches.portal_omitted_token(), before.get(name)) {
                (PortalOmittedToken::Keep, Some(secret)) => document.fields.insert(name.to_owned(), secret.clone()),
                _ => document.fields.shift_remove(name),
            };
        }
    }

    /// Finds an object by what stands in a path: its `ID`, or its `CID`.
    pub(super) fn find(&self, x: &Exchange<'_>, prefix: &str, reference: &str) -> Result<Document, Refusal> {
        let by_cid = x.switches.portal_cid() == PortalCid::Shown;
        let found = self.look_up(&x.tx, prefix, reference, by_cid)?;
        found.ok_or_else(|| Refusal::not_found(self.name))
    }

    pub(super) fn look_up(&self, tx: &Tx<'_>, prefix: &str, reference: &str, by_cid: bool) -> Result<Option<Document>, Refusal> {
        if let Ok(id) = reference.parse()
            && let Some(document) = tx.get(self.table, &key(prefix, id))?
        {
            return Ok(Some(document));
        }
        if !by_cid {
            return Ok(None);
        }
        let rows = tx.starting_with(self.table, prefix);
        let found = rows.into_iter().find(|(_, row)| row["cid"] == reference);
        Ok(found.map(|(_, row)| crate::store::read(row)).transpose()?)
    }

    /// Returns the objects below a prefix, newest first.
    pub(super) fn all(&self, x: &Exchange<'_>, prefix: &str) -> Result<Vec<Document>, Refusal> {
        let rows = x.tx.starting_with(self.table, prefix).into_iter().rev();
        Ok(rows.map(|(_, row)| crate::store::read(row)).collect::<Result<_, _>>()?)
    }

    pub(super) fn write(&self, x: &mut Exchange<'_>, prefix: &str, document: &Document) -> Result<(), Refusal> {
        Ok(x.tx.put(self.table, key(prefix, document.id), document)?)
    }

    pub(super) fn remove(&self, x: &mut Exchange<'_>, prefix: &str, document: &Document) {
        x.tx.remove(self.table, key(prefix, document.id));
    }

    /// Returns an object as it is answered, keys in alphabetical order.
    pub(super) fn render(&self, x: &Exchange<'_>, document: &Document) -> BTreeMap<String, Value> {
        let fields = self.fields.iter().filter_map(|field| {
            let shown = field.shown(document.fields.get(field.name), x.switches)?;
            Some((field.name.to_owned(), shown))
        });
        let mut body: BTreeMap<_, _> = document.extra.clone().into_iter().chain(fields).collect();
        body.insert("ID".into(), document.id.into());
        if x.switches.portal_cid() == PortalCid::Shown {
            body.insert("CID".into(), document.cid.clone().into());
        }
        body.insert("CreatedAt".into(), document.created.clone().into());
        body.insert("UpdatedAt".into(), document.updated.clone().into());
        body
    }
}

impl Document {
    /// The object that there is not: every key unset.
    pub(super) fn blank() -> Self {
        let nothing = String::new;
        Self { id: 0, cid: nothing(), created: nothing(), updated: nothing(), fields: Map::new(), extra: Map::new() }
    }

    /// Lays what was sent over the object.
    pub(super) fn merge(&mut self, sent: Sent, now: &str) {
        self.fields.extend(sent.fields);
        self.extra.extend(sent.extra);
        self.updated = minute(now);
    }

    /// Returns a text field; empty if it is unset.
    pub(super) fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Returns the key of an object in its table, so that keys sort as ids do.
fn key(prefix: &str, id: u64) -> String {
    format!("{prefix}{id:010}")
}

/// Returns what stands in front of the ids of the objects that belong to another.
pub(super) fn prefix_of(parent: u64) -> String {
    format!("{parent:010}/")
}

/// Turns `2026-01-01T00:00:00.000Z` into the portal's `2026-01-01 00:00`.
fn minute(stamp: &str) -> String {
    stamp.get(..16).unwrap_or(stamp).replace('T', " ")
}
