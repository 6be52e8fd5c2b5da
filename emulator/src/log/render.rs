//! A stored event as the API shows it, in the order of the members that Okta's own have.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{catalogue::message, read_key};
use crate::families::{ADMIN_LOGIN, ADMIN_NAME, Exchange};

/// Everything here comes from this machine.
const ADDRESS: &str = "127.0.0.1";

/// Returns the event that is stored under a key.
pub(crate) fn render(x: &Exchange<'_>, key: &str, row: &Value) -> Value {
    let (at, number) = read_key(key).unwrap_or_default();
    let published = Timestamp::from_millisecond(at).unwrap_or_default();
    let kind = row["type"].as_str().unwrap_or_default();
    json!({
        "actor": {
            "id": x.organization.user,
            "type": "User",
            "alternateId": ADMIN_LOGIN,
            "displayName": ADMIN_NAME,
            "detailEntry": null,
        },
        "client": {
            "userAgent": {"rawUserAgent": row["agent"], "os": "Unknown", "browser": "UNKNOWN"},
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
        "displayMessage": message(kind),
        "eventType": kind,
        "outcome": {"result": "SUCCESS", "reason": null},
        "published": published.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        "securityContext": {"asNumber": null, "asOrg": null, "isp": null, "domain": null, "isProxy": null},
        "severity": "INFO",
        "debugContext": {"debugData": {"requestId": row["request"], "requestUri": row["path"], "url": row["path"]}},
        "legacyEventType": null,
        "transaction": {
            "type": "WEB",
            "id": row["request"],
            "detail": {"requestApiTokenId": x.tx.seed().api_token_id()},
        },
        "uuid": x.tx.seed().uuid(at, number),
        "version": "0",
        "request": {"ipChain": [{"ip": ADDRESS, "geographicalContext": null, "version": "V4", "source": null}]},
        "target": row["targets"],
    })
}
