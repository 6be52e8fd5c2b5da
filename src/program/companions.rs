//! What an object must have as soon as it has anything: added to a body that would be sent without it. Pure.
//!
//! Okta's published contract demands these members of their objects. What is added is what Okta has by itself where nobody says
//! anything (okta-api.md, section 1.3), so it decides nothing that the manifests leave open.

use serde_json::{Value, json};

use super::Edit;
use crate::json::{Packed, Path};

/// An object, the member that it must have, and what that is where nobody says.
fn demanded() -> [(Path, Path, Value); 3] {
    [
        ("settings.notifications.vpn", "network", json!({"connection": "DISABLED"})),
        ("settings.oauthClient.network", "connection", json!("ANYWHERE")),
        ("settings.oauthClient.idp_initiated_login", "mode", json!("DISABLED")),
    ]
    .map(|(object, member, value)| (Path::of(object), Path::of(object).key(member), value))
}

/// Completes the objects of a body that is sent whole.
pub(super) fn complete(tree: &mut Value) {
    for (object, member, value) in demanded() {
        if object.find(tree).is_some_and(Value::is_object) && member.find(tree).is_none() {
            member.set(tree, value);
        }
    }
}

/// Returns the edits that complete those objects of a live body that some edits are about.
pub(super) fn missing(live: &Packed, edits: &[Edit]) -> Vec<Edit> {
    let is_missing = |object: &Path, member: &Path| {
        let is_set = edits.iter().any(|edit| edit.path.starts_with(member) && edit.value.is_some());
        let is_cleared = edits.iter().any(|edit| edit.path == *member && edit.value.is_none());
        let stays = !is_cleared && live.find(member).is_some_and(|value| !value.is_null());
        edits.iter().any(|edit| edit.path.starts_with(object)) && !is_set && !stays
    };
    let demanded = demanded().into_iter().filter(|(object, member, _)| is_missing(object, member));
    demanded.map(|(_, path, value)| Edit { path, value: Some(value) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(path: &str, value: Option<Value>) -> Edit {
        Edit { path: Path::of(path), value }
    }

    fn added(live: &Value, edits: &[Edit]) -> Vec<String> {
        missing(&Packed::of(live), edits).iter().map(|edit| edit.path.to_string()).collect()
    }

    #[test]
    fn an_object_that_is_sent_has_what_it_must_have() {
        let mut tree = json!({"settings": {
            "notifications": {"vpn": {"message": "Connect first"}},
            "oauthClient": {"network": {"connection": "ZONE", "include": ["nzo1"]}, "idp_initiated_login": {"default_scope": ["openid"]}},
        }});
        complete(&mut tree);
        insta::assert_snapshot!(tree, @r#"{"settings":{"notifications":{"vpn":{"message":"Connect first","network":{"connection":"DISABLED"}}},"oauthClient":{"network":{"connection":"ZONE","include":["nzo1"]},"idp_initiated_login":{"default_scope":["openid"],"mode":"DISABLED"}}}}"#);
        let mut none = json!({"settings": {}});
        complete(&mut none);
        assert_eq!(none, json!({"settings": {}}));
    }

    #[test]
    fn an_update_completes_what_it_touches_and_nothing_else() {
        const CONNECTION: &str = "settings.oauthClient.network.connection";
        const INCLUDE: &str = "settings.oauthClient.network.include";
        let bare = json!({"settings": {"oauthClient": {"idp_initiated_login": {}}}});
        let include = edit(INCLUDE, Some(json!(["nzo1"])));
        assert_eq!(added(&bare, std::slice::from_ref(&include)), [CONNECTION]);
        assert_eq!(added(&bare, &[include.clone(), edit(CONNECTION, Some(json!("ZONE")))]), [""; 0]);
        let zones = json!({"settings": {"oauthClient": {"network": {"connection": "ZONE"}}}});
        assert_eq!(added(&zones, &[include]), [""; 0]);
        assert_eq!(added(&zones, &[edit(CONNECTION, None)]), [CONNECTION]);
        let vpn = [
            edit("settings.notifications.vpn.network.connection", Some(json!("ZONE"))),
            edit("settings.notifications.vpn.network.include", None),
        ];
        assert_eq!(added(&bare, &vpn), [""; 0]);
        assert_eq!(added(&bare, &[edit("label", Some(json!("B")))]), [""; 0]);
    }
}
