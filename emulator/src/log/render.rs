//! A stored event as the API shows it, in the order of the members that Okta's own have.
//!
//! Most of an event is the same in all of them, so that a whole one is made once and what differs is filled in.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Actor, Stored, catalogue::message, read_key};
use crate::{
    answer::Refusal,
    families::{ADMIN_LOGIN, Exchange},
    ids::Kind,
    store::Row,
};

/// Everything here comes from this machine.
const ADDRESS: &str = "127.0.0.1";

/// The event that was rendered last.
pub(crate) struct Rendering {
    event: Value,
}

impl Rendering {
    /// Renders what is the same in all events.
    pub(crate) fn new() -> Self {
        let event = json!({
            "actor": null,
            "client": {
                "userAgent": {"rawUserAgent": null, "os": "Unknown", "browser": "UNKNOWN"},
                "zone": null,
                "device": "Unknown",
                "id": null,
                "ipAddress": ADDRESS,
                "geographicalContext": null,
            },
            "device": null,
            "authenticationContext": {
                "authenticationProvider": null,
                "credentialProvider": null,
                "credentialType": null,
                "issuer": null,
                "interface": null,
                "authenticationStep": 0,
                "rootSessionId": null,
                "externalSessionId": null,
            },
            "displayMessage": null,
            "eventType": null,
            "outcome": {"result": "SUCCESS", "reason": null},
            "published": null,
            "securityContext": {"asNumber": null, "asOrg": null, "isp": null, "domain": null, "isProxy": null},
            "severity": "INFO",
            "debugContext": {"debugData": {"requestId": null, "requestUri": null, "url": null}},
            "legacyEventType": null,
            "transaction": {
                "type": "WEB",
                "id": null,
                "detail": null,
            },
            "uuid": null,
            "version": "0",
            "request": {"ipChain": [{"ip": ADDRESS, "geographicalContext": null, "version": "V4", "source": null}]},
            "target": [],
        });
        Self { event }
    }

    /// Renders the event that is stored under a key.
    pub(crate) fn render(&mut self, x: &Exchange<'_>, key: &str, row: &Row) -> Result<&Value, Refusal> {
        let stored = serde_json::from_str(&row.read::<String>()?).map_err(|_| Refusal::internal())?;
        let Stored { kind, targets, request, path, agent, actor } = stored;
        let (at, number) = read_key(key).ok_or_else(Refusal::internal)?;
        let published = Timestamp::from_millisecond(at).map_err(|_| Refusal::internal())?;
        let event = &mut self.event;
        event["actor"] = shown(x, &actor);
        event["client"]["id"] = if let Actor::Client { id, .. } = &actor { id.as_str().into() } else { Value::Null };
        event["client"]["userAgent"]["rawUserAgent"] = agent.into();
        event["displayMessage"] = message(&kind).into();
        event["eventType"] = kind.into();
        event["published"] = published.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string().into();
        let debug = &mut event["debugContext"]["debugData"];
        debug["requestId"] = request.as_str().into();
        debug["requestUri"] = path.as_str().into();
        debug["url"] = path.into();
        event["transaction"]["id"] = request.into();
        event["transaction"]["detail"] =
            if actor.is_owner() { json!({"requestApiTokenId": x.tx.seed().api_token_id()}) } else { json!({}) };
        event["uuid"] = x.tx.seed().uuid(at, number).into();
        event["target"] = targets.into();
        Ok(event)
    }
}

/// Shows whose doing an event is: the user whom the API token belongs to, a service app, or Okta.
fn shown(x: &Exchange<'_>, actor: &Actor) -> Value {
    let (id, kind, alternate) = match actor {
        Actor::Owner => (x.organization.user.as_str(), "User", ADMIN_LOGIN),
        Actor::Client { id, .. } => (id.as_str(), "PublicClientApp", id.as_str()),
        Actor::System => (&*x.tx.seed().founding_id(Kind::User, 1), "SystemPrincipal", "system@okta.com"),
    };
    json!({"id": id, "type": kind, "alternateId": alternate, "displayName": actor.name(), "detailEntry": null})
}
