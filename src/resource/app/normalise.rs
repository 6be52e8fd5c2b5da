//! What a field table cannot say of an app: members that Okta makes by itself, and one that it drops by rule.

use serde_json::Value;

use crate::json::Path;

/// Members that only the server sets: never sent, never compared (okta-api.md, sections 1.3 and 1.5).
pub const READ_ONLY: [&str; 11] = [
    "id",
    "orn",
    "created",
    "lastUpdated",
    "status",
    "features",
    "universalLogout",
    "expressConfiguration",
    "_links",
    "_embedded",
    "settings.emOptInStatus",
];

/// Members that are sent back as they are, but change without anybody changing the app: Okta's signing key is one for
/// all OIDC apps of an org and rotates.
pub const VOLATILE: [&str; 1] = ["credentials.signing"];

/// Settings that exist only with a grant type: without it Okta shows none, and refuses some (okta-api.md, section 1.3).
const WITH_GRANT: [(&str, &str); 2] =
    [("refresh_token", "refresh_token"), ("urn:openid:params:grant-type:ciba", "backchannel_token_delivery_mode")];

/// Settings without which there is nothing to [`normalise`].
pub const CONDITIONAL: [&str; 2] = ["settings.oauthClient.refresh_token", "settings.oauthClient.backchannel_token_delivery_mode"];

/// Brings a declared or live app to the form in which the two are compared. Applying it twice is applying it once.
pub fn normalise(app: &mut Value) {
    let client = Path::of("settings.oauthClient");
    if let Some(grants) = client.key("grant_types").find(app).and_then(Value::as_array).cloned() {
        for (grant, setting) in WITH_GRANT {
            if !grants.iter().any(|g| g == grant) {
                client.key(setting).remove(app);
            }
        }
    }
    let refresh_token = client.key("refresh_token");
    // Sent `{"leeway": 0, "rotation_type": "STATIC"}`, Okta answered `{"rotation_type": "STATIC"}` (recorded).
    if refresh_token.key("rotation_type").find(app).is_some_and(|t| t == "STATIC") {
        refresh_token.key("leeway").remove(app);
    }
}

/// Returns a tree without the members at some paths.
pub fn without<'p>(tree: &Value, paths: impl IntoIterator<Item = &'p &'p str>) -> Value {
    let mut tree = tree.clone();
    for path in paths {
        Path::of(path).remove(&mut tree);
    }
    tree
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::at;
    use serde_json::json;

    #[test]
    fn without_the_conditional_settings_nothing_changes() {
        let lists = [json!(null), json!([]), json!(["refresh_token"]), json!(["authorization_code", "urn:openid:params:grant-type:ciba"])];
        for grant_types in lists {
            let client = json!({"grant_types": grant_types, "leeway": 1, "rotation_type": "STATIC", "redirect_uris": []});
            let before =
                json!({"label": "x", "settings": {"oauthClient": client}, "refresh_token": {"rotation_type": "STATIC", "leeway": 0}});
            let mut after = before.clone();
            normalise(&mut after);
            assert_eq!(after, before);
        }
        for (setting, value) in CONDITIONAL.iter().zip([json!({"leeway": 1}), json!("poll")]) {
            let mut app = json!({"settings": {"oauthClient": {"grant_types": []}}});
            Path::of(setting).set(&mut app, value);
            normalise(&mut app);
            assert_eq!(at(&app, setting), None, "what is looked for is what may go");
        }
    }
}
