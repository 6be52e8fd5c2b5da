//! The events of access tokens: one was granted, or revoked.
//!
//! Who did it is the client. A token that stands for no user has no subject here, as in events that were published; those of
//! revocations show no hash.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Event, catalogue::Kind};
use crate::families::{Issued, ORG_ISSUER, read_revoked};

pub(super) fn granted(issued: &Issued) -> Event {
    let kind = if issued.issuer == ORG_ISSUER { Kind::TokenGrant } else { Kind::ServerTokenGrant };
    Event { kind, targets: vec![target(&issued.jti, issued.expires, &issued.hash)] }
}

/// What is forgotten because it has expired leaves no event.
pub(super) fn revoked(place: &str, issuer: Option<&Value>) -> Option<Event> {
    let kind = if issuer? == ORG_ISSUER { Kind::TokenRevoke } else { Kind::ServerTokenRevoke };
    let (expires, jti) = read_revoked(place)?;
    Some(Event { kind, targets: vec![target(jti, expires, "")] })
}

fn target(jti: &str, expires: i64, hash: &str) -> Value {
    let expires = Timestamp::from_second(expires).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string();
    json!({
        "id": jti,
        "type": "access_token",
        "alternateId": null,
        "displayName": "Access Token",
        "detailEntry": {"expires": expires, "subject": null, "hash": hash},
    })
}
