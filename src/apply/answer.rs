//! The answer to a write: decoded to what the step's probe would have seen, and held against what was asked.

use serde_json::Value;

use super::expect::{Secrets, differences};
use super::probe::Seen;
use crate::address::Kind;
use crate::http::{Decode, DecodeError};
use crate::json::Path;
use crate::observed::{CLIENT_SECRET, Clean, LiveApp, LiveAssignment, LiveClient, LiveGrant, LivePart, LivePortal, LiveSecret};
use crate::program::{Expect, Probe, Step};
use crate::request::{Method, Request};
use crate::resource::app::{READ_ONLY, VOLATILE, without};
use crate::resource::client;
use crate::resource::group_assignment::row;
use crate::resource::oauth_provider::TOKEN;
use crate::resource::{Field, leaves, same, table};
use crate::secret::{Secret, SecretHash, SecretRef};

/// What a write was answered with.
pub(super) struct Answer {
    app: Option<LiveApp>,
    /// The hash of the client secret that Okta echoes in answers to POST and PUT of an app.
    echoed: Option<SecretHash>,
    secret: Option<LiveSecret>,
    grant: Option<LiveGrant>,
    assignment: Option<LiveAssignment>,
    object: Option<LivePortal>,
    client: Option<LiveClient>,
    /// The secret of a dynamically registered client, for the file that it goes to.
    made: Option<Secret>,
    /// The whole answer, without secrets: what it says of an authorization server only the step tells.
    clean: Clean,
    empty: bool,
}

impl Decode for Answer {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        let has = |name: &str| raw.get(name).is_some();
        let echoed = Path::of(CLIENT_SECRET).find(&raw).and_then(Value::as_str).map(SecretHash::of);
        let (app, secret, grant) = (has("signOnMode"), has("secret_hash"), has("scopeId"));
        let client = has("client_id") && has("client_name");
        let made = raw.get(client::SECRET).and_then(Value::as_str).filter(|_| client).map(|value| Secret::new(value.to_owned()));
        let assignment = has("priority") && has("profile") && !app;
        let object = LivePortal::kind_of(&raw)
            .map(|kind| LivePortal::read(kind, &Clean::new(&raw)).ok_or(DecodeError::expected("an object with `ID` and `Name`")));
        Ok(Self {
            empty: raw.is_null() || raw.as_object().is_some_and(serde_json::Map::is_empty),
            echoed,
            clean: Clean::new(&raw),
            made,
            client: client.then(|| LiveClient::decode(raw.clone())).transpose()?,
            object: object.transpose()?,
            app: app.then(|| LiveApp::decode(raw.clone())).transpose()?,
            secret: secret.then(|| LiveSecret::decode(raw.clone())).transpose()?,
            assignment: assignment.then(|| LiveAssignment::decode(raw.clone())).transpose()?,
            grant: grant.then(|| LiveGrant::decode(raw)).transpose()?,
        })
    }
}

impl Answer {
    /// Returns whether it says nothing, as Okta answers what is done and has no more to tell.
    pub(super) fn is_empty(&self) -> bool {
        self.empty
    }

    /// Returns the secret that the server made for a dynamically registered client.
    pub(super) fn made(&self) -> Option<&Secret> {
        self.made.as_ref()
    }

    /// Returns what the step's probe would see, if the answer tells; the step looks by itself otherwise.
    pub(super) fn seen(&self, step: &Step) -> Option<Seen> {
        match step.probe {
            Probe::App(_) | Probe::Find { .. } => self.app.clone().map(|app| Seen::App(Some(Box::new(app)))),
            Probe::Client(_) | Probe::FindClient { .. } => self.client.clone().map(|client| Seen::Client(Some(Box::new(client)))),
            // What was made is written first.
            Probe::SecretFile(_) => None,
            Probe::Secrets(_) => self.secret.clone().map(|secret| Seen::Secrets(vec![secret])),
            Probe::Grants(_) => self.grant.clone().map(|grant| Seen::Grants(vec![grant])),
            Probe::Assignment { .. } => self.assignment.clone().map(|assignment| Seen::Assignment(Some(Box::new(assignment)))),
            Probe::PartByPath { part, .. } | Probe::FindPart { part, .. } => {
                LivePart::read(part, &self.clean).map(|part| Seen::Part(Some(Box::new(part))))
            }
            Probe::ByPath { .. } | Probe::FindListed { .. } => self.object.clone().map(|object| Seen::Object(Some(Box::new(object)))),
        }
    }

    /// Returns the secrets of a request on an app that its answer does not show to be held. Okta echoes one secret, the newest, so
    /// another one is not thereby lost: the list tells.
    pub(super) fn unconfirmed<'s>(&self, step: &'s Step, secrets: &Secrets) -> Vec<&'s SecretRef> {
        let shown = |reference: &SecretRef| self.echoed.is_some() && self.echoed == secrets.get(reference).map(Secret::hash);
        let on_app = matches!(step.probe, Probe::App(_) | Probe::Find { .. });
        step.call.body.secrets().map(|(_, reference)| reference).filter(|reference| on_app && !shown(reference)).collect()
    }

    /// Returns where the server did not do what was asked: expectations that do not hold, and fields that come back otherwise than they
    /// were sent.
    pub(super) fn faults(&self, step: &Step, request: &Request, seen: &Seen, secrets: &Secrets) -> Vec<String> {
        // An answer tells that the request arrived.
        let told: Vec<_> = step.post.iter().filter(|expect| !matches!(expect, Expect::Sent(_) | Expect::Placed(_))).cloned().collect();
        let mut faults = differences(&told, seen, secrets);
        if let (Seen::Part(Some(there)), Some(sent)) = (seen, &request.body) {
            // Only the order of priorities counts, and the lifecycle calls see to the status of what was made.
            let lenient: &[&str] = if request.method == Method::Post { &["priority", "status"] } else { &["priority"] };
            faults.extend(changed_fields(step, there.part.table(), &without(sent, lenient), &there.body));
            return faults;
        }
        if let (Seen::Client(Some(there)), Some(sent)) = (seen, &request.body) {
            faults.extend(changed_fields(step, table(Kind::Client), sent, &there.body));
            return faults;
        }
        match (&self.app, &self.object, &request.body) {
            (Some(app), _, Some(sent)) => {
                let mut sent = without(&without(sent, &READ_ONLY), &VOLATILE);
                Path::of(CLIENT_SECRET).remove(&mut sent);
                crate::resource::app::normalise(&mut sent);
                faults.extend(changed_fields(step, table(Kind::App), &sent, &app.body.tree()));
            }
            (None, Some(object), Some(sent)) => {
                let sent = without(sent, &[TOKEN]);
                faults.extend(changed_fields(step, table(object.kind), &sent, &object.body));
            }
            (None, None, Some(sent)) => {
                faults.extend(self.assignment.iter().flat_map(|there| changed_fields(step, row(), sent, &there.body)));
            }
            _ => {}
        }
        faults
    }
}

fn changed_fields(step: &Step, row: &'static Field, sent: &Value, body: &Value) -> Vec<String> {
    let named: Vec<_> =
        step.post.iter().filter_map(|e| if let Expect::Fields(fields) = e { Some(fields) } else { None }).flatten().collect();
    leaves(row, sent)
        .into_iter()
        .filter(|leaf| !named.iter().any(|declared| declared.path == leaf.path))
        .filter(|leaf| !same(leaf.field, leaf.value, leaf.path.find(body)))
        .map(|leaf| format!("`{}` was sent back as it was and came out otherwise", leaf.path))
        .collect()
}
