//! Fills the slots of a request: ids of objects, client ids of apps, the live body, secrets.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::Run;
use super::probe::{Seen, failed};
use super::step::Stop;
use crate::address::{Address, Kind};
use crate::json::Path;
use crate::observe;
use crate::program::{Body, Call, ClientSlot, Expect, SecretSlots, Step};
use crate::request::{Request, segment};
use crate::resource::app::normalise;

impl Run {
    /// Returns a step with the client ids of apps in their places: in what is sent, and in what is expected to come of it.
    pub(super) async fn with_clients<'s>(&self, step: &'s Step) -> Result<Cow<'s, Step>, Stop> {
        let mut filled = Cow::Borrowed(step);
        for slot in step.call.body.clients() {
            let id = self.client_id(&slot.app).await?;
            let step = filled.to_mut();
            match &mut step.call.body {
                Body::None => {}
                Body::Json { tree, .. } => slot.path.set(tree, Value::from(id.as_str())),
                Body::Edited { edits, .. } => {
                    edits
                        .iter_mut()
                        .filter_map(|edit| Some((&edit.path, edit.value.as_mut()?)))
                        .for_each(|(at, value)| put(slot, &id, at, value));
                }
            }
            let expected = step.post.iter_mut().filter_map(|expect| if let Expect::Fields(fields) = expect { Some(fields) } else { None });
            expected.flatten().for_each(|field| put(slot, &id, &field.path, &mut field.value));
        }
        Ok(filled)
    }

    /// Returns the client id of a declared app: that of its creation, or else as it is read now.
    async fn client_id(&self, app: &Address) -> Result<String, Stop> {
        if let Some(known) = self.client(app) {
            return Ok(known);
        }
        let id = self.bound(app).ok_or_else(|| Stop::Refused(format!("there is no live app for {app} yet")))?;
        // A registered client is known by nothing else.
        if app.kind == Kind::Client {
            return Ok(id.0);
        }
        let live = observe::app(self.writer.reader(), &id).await;
        let live = live.map_err(|error| failed(format!("could not read the client id of the app {id}"), error))?;
        self.know_client(app, live.client_id.clone());
        Ok(live.client_id)
    }

    /// Returns the request that a call becomes, given what was just read.
    pub(super) fn fill(&self, call: &Call, seen: &Seen) -> Result<Request, Stop> {
        let mut request = Request::new(call.method, self.path(&call.path)?);
        request.query.clone_from(&call.query);
        request.body = match &call.body {
            Body::None => None,
            Body::Json { tree, secrets, clients: _ } => Some(self.with_secrets(tree.clone(), secrets)?),
            Body::Edited { edits, secrets, clients: _ } => {
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

/// Puts a client id into a value that stands at a place, if its slot is there.
fn put(slot: &ClientSlot, id: &str, at: &Path, value: &mut Value) {
    if slot.path.starts_with(at) {
        let mut tree = Value::Null;
        at.set(&mut tree, value.take());
        slot.path.set(&mut tree, Value::from(id));
        *value = at.find(&tree).cloned().unwrap_or_default();
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
        Seen::Part(Some(part)) => match part.withheld.first() {
            Some(place) => Err(Stop::Refused(format!("the {} {} carries `{place}`, which a PUT would lose", part.part.as_str(), part.id))),
            None => Ok(part.body.clone()),
        },
        Seen::Client(Some(client)) => match client.withheld.first() {
            Some(place) => Err(Stop::Refused(format!("the client {} carries `{place}`, which a PUT would lose", client.id))),
            None => Ok(client.body.clone()),
        },
        Seen::App(None) => Err(Stop::Refused("the app is not there".to_owned())),
        Seen::Assignment(Some(assignment)) => Ok(assignment.body.clone()),
        Seen::Client(None)
        | Seen::SecretFile(_)
        | Seen::Object(None)
        | Seen::Part(None)
        | Seen::Assignment(None)
        | Seen::Secrets(_)
        | Seen::Grants(_) => Err(Stop::Refused("the object is not there".to_owned())),
    }
}
