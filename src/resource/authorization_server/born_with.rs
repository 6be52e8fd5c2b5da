//! What Okta makes along with every authorization server: such children are found rather than made, and never deleted.

use serde_json::Value;

use super::Part;

/// The scopes that every server has (recorded); `default` has those of `okta.myAccount.*` besides.
const SCOPES: [&str; 7] = ["openid", "profile", "email", "address", "phone", "offline_access", "device_sso"];

/// The start of names that Okta keeps for itself: nobody else can make such a scope.
const RESERVED: &str = "okta.";

/// The claims of ID tokens that every server has (recorded). `sub`, of access tokens, is one more.
const CLAIMS: [&str; 18] = [
    "address",
    "birthdate",
    "email",
    "email_verified",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "picture",
    "preferred_username",
    "profile",
    "updated_at",
    "website",
    "zoneinfo",
];

/// Returns whether every server has a scope or claim of this key from the start.
pub fn is_born_with(part: Part, key: &[String]) -> bool {
    match (part, key) {
        (Part::Scope, [name]) => SCOPES.contains(&name.as_str()) || name.starts_with(RESERVED),
        (Part::Claim, [token, name]) if token == "IDENTITY" => CLAIMS.contains(&name.as_str()),
        (Part::Claim, [token, name]) => token == "RESOURCE" && name == "sub",
        _ => false,
    }
}

/// Returns whether a live object is Okta's own, which is never deleted: it says so itself, or is known to be.
pub fn is_own(part: Part, tree: &Value) -> bool {
    let says = tree.get("system").and_then(Value::as_bool).unwrap_or_default();
    says || part.key(tree).is_some_and(|key| is_born_with(part, &key))
}
