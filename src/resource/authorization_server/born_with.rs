//! What Okta makes along with every authorization server: such children are found rather than made, and never deleted.

use serde_json::{Value, json};

use super::Part;

/// The scopes that every server has, with what people are told about them (recorded); `default` has those of `okta.myAccount.*` besides.
const SCOPES: [(&str, &str, &str); 7] = [
    ("openid", "openid", "Signals that a request is an OpenID request."),
    (
        "profile",
        "View your profile information.",
        "The exact data varies based on what profile information you have provided, such as: name, time zone, picture, or birthday.",
    ),
    ("email", "View your email address.", "This allows the app to view your email address."),
    ("address", "View your address.", "This allows the app to view your address, such as: street address, city, state, and zip code."),
    ("phone", "View your phone number.", "This allows the app to view your phone number."),
    ("offline_access", "Keep you signed in to the app.", "This keeps you signed in to the app, even when you are not using it."),
    ("device_sso", "Request device secret.", "This allows you to single sign on between native client applications on your device."),
];

/// The start of names that Okta keeps for itself: nobody else can make such a scope.
const RESERVED: &str = "okta.";

/// The claims of ID tokens that every server has, each with the scope that brings it and whether it is in every token (recorded).
/// `sub`, of access tokens, is one more.
const CLAIMS: [(&str, &str, bool); 18] = [
    ("address", "address", false),
    ("birthdate", "profile", false),
    ("email", "email", true),
    ("email_verified", "email", false),
    ("family_name", "profile", false),
    ("gender", "profile", false),
    ("given_name", "profile", false),
    ("locale", "profile", false),
    ("middle_name", "profile", false),
    ("name", "profile", true),
    ("nickname", "profile", false),
    ("phone_number", "phone", false),
    ("picture", "profile", false),
    ("preferred_username", "profile", true),
    ("profile", "profile", false),
    ("updated_at", "profile", false),
    ("website", "profile", false),
    ("zoneinfo", "profile", false),
];

/// Who an access token is about: the person, or the client where there is none (recorded).
const SUBJECT: &str = "(appuser != null) ? appuser.userName : app.clientId";

/// Returns whether every server has a scope or claim of this key from the start.
pub fn is_born_with(part: Part, key: &[String]) -> bool {
    match (part, key) {
        (Part::Scope, [name]) => SCOPES.iter().any(|(scope, ..)| scope == name) || name.starts_with(RESERVED),
        (Part::Claim, [token, name]) if token == "IDENTITY" => CLAIMS.iter().any(|(claim, ..)| claim == name),
        (Part::Claim, [token, name]) => token == "RESOURCE" && name == "sub",
        _ => false,
    }
}

/// Returns what is known of a scope or claim of this key as it is from the start; `None` if no server has it from the start.
pub fn initial(part: Part, key: &[String]) -> Option<Value> {
    if !is_born_with(part, key) {
        return None;
    }
    let name = key.last()?;
    if part == Part::Claim {
        let Some((_, scope, always)) = CLAIMS.iter().find(|(claim, ..)| claim == name) else {
            return Some(
                json!({"valueType": "EXPRESSION", "value": SUBJECT, "alwaysIncludeInToken": true, "status": "ACTIVE", "conditions": {"scopes": []}}),
            );
        };
        return Some(json!({"valueType": "SYSTEM", "alwaysIncludeInToken": always, "status": "ACTIVE", "conditions": {"scopes": [scope]}}));
    }
    let mut scope = json!({"consent": "IMPLICIT", "default": false, "optional": false, "metadataPublish": "ALL_CLIENTS"});
    if let Some((_, shown, about)) = SCOPES.iter().find(|(scope, ..)| scope == name) {
        scope["displayName"] = json!(shown);
        scope["description"] = json!(about);
    }
    Some(scope)
}

/// Returns whether a live object is Okta's own, which is never deleted: it says so itself, or is known to be.
pub fn is_own(part: Part, tree: &Value) -> bool {
    let says = tree.get("system").and_then(Value::as_bool).unwrap_or_default();
    says || part.key(tree).is_some_and(|key| is_born_with(part, &key))
}
