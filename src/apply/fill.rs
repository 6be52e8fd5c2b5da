//! Fills the slots of a request: ids of apps, the live body, secrets.

use serde_json::{Map, Value};

use super::Run;
use super::probe::Seen;
use super::step::Stop;
use crate::address::Address;
use crate::program::{Body, Call, SecretSlots};
use crate::request::{Request, segment};
use crate::resource::app::normalise;

impl Run {
    /// Returns the request that a call becomes, given what was just read.
    pub(super) fn fill(&self, call: &Call, seen: &Seen) -> Result<Request, Stop> {
        let mut request = Request::new(call.method, self.path(&call.path)?);
        request.query.clone_from(&call.query);
        request.body = match &call.body {
            Body::None => None,
            Body::Json { tree, secrets } => Some(self.with_secrets(tree.clone(), secrets)?),
            Body::Edited { edits, secrets } => {
                let mut tree = live_body(seen)?;
                for edit in edits {
                    match &edit.value {
                        Some(value) => edit.path.set(&mut tree, value.clone()),
                        None => drop(edit.path.remove(&mut tree)),
                    }
                }
                if let Seen::App(_) = seen {
                    // An edit may leave settings behind that do not go with it: `refresh_token` without its grant is refused.
                    normalise(&mut tree);
                }
                Some(self.with_secrets(tree, secrets)?)
            }
        };
        Ok(request)
    }

    fn with_secrets(&self, mut tree: Value, slots: &SecretSlots) -> Result<Value, Stop> {
        for (path, reference) in slots {
            let secret = self.secrets.get(reference).ok_or_else(|| Stop::Refused(format!("the value of {reference} is not at hand")))?;
            path.set(&mut tree, Value::from(secret.expose()));
        }
        Ok(if tree.is_null() { Value::Object(Map::new()) } else { tree })
    }

    /// Returns a path with the ids of the objects that stand in it as slots.
    pub(super) fn path(&self, template: &str) -> Result<String, Stop> {
        let bad = || Stop::Refused(format!("`{template}` is not a path of a plan"));
        let (mut path, mut rest) = (String::new(), template);
        while let Some((before, after)) = rest.split_once('{') {
            let (slot, after) = after.split_once('}').ok_or_else(bad)?;
            let address: Address = slot.parse().map_err(|_| bad())?;
            let id = self.bound(&address).ok_or_else(|| Stop::Refused(format!("there is no live object for {address} yet")))?;
            path.push_str(before);
            path.push_str(&segment(&id.0));
            rest = after;
        }
        Ok(path + rest)
    }
}

/// Returns what an update starts from: the live object as it was just read.
fn live_body(seen: &Seen) -> Result<Value, Stop> {
    match seen {
        Seen::App(Some(app)) => match app.withheld.first() {
            Some(place) => Err(Stop::Refused(format!("the app {} carries `{place}`, which a PUT would lose", app.id))),
            None => Ok(app.body.tree()),
        },
        Seen::Object(Some(object)) => Ok(object.to_be_sent()),
        Seen::App(None) => Err(Stop::Refused("the app is not there".to_owned())),
        Seen::Assignment(Some(assignment)) => Ok(assignment.body.clone()),
        Seen::Object(None) | Seen::Assignment(None) | Seen::Secrets(_) | Seen::Grants(_) => {
            Err(Stop::Refused("the object is not there".to_owned()))
        }
    }
}
