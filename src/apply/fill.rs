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
                let Seen::App(Some(app)) = seen else { return Err(Stop::Refused("the app is not there".to_owned())) };
                if let Some(place) = app.withheld.first() {
                    return Err(Stop::Refused(format!("the app {} carries `{place}`, which a PUT would lose", app.id)));
                }
                let mut tree = app.body.tree();
                for edit in edits {
                    match &edit.value {
                        Some(value) => edit.path.set(&mut tree, value.clone()),
                        None => drop(edit.path.remove(&mut tree)),
                    }
                }
                // An edit may leave settings behind that do not go with it: `refresh_token` without its grant is refused.
                normalise(&mut tree);
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

    fn path(&self, template: &str) -> Result<String, Stop> {
        let Some((before, rest)) = template.split_once('{') else { return Ok(template.to_owned()) };
        let bad = || Stop::Refused(format!("`{template}` is not a path of a plan"));
        let (slot, after) = rest.split_once('}').ok_or_else(bad)?;
        let address: Address = slot.parse().map_err(|_| bad())?;
        let id = self.bound(&address).ok_or_else(|| Stop::Refused(format!("there is no live app for {address} yet")))?;
        Ok(format!("{before}{}{after}", segment(&id.0)))
    }
}
