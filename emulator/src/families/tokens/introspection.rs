//! A token becomes what it says, for a client that wants to know whether it is good.
//!
//! Any client may ask about any token of the same issuer: Okta's support has resource servers ask as clients of their own.

use serde_json::json;

use super::{access_token::read, issuer::Issuer};
use crate::{answer::Answer, families::Exchange};

/// Describes a token, unless it is of no use.
pub(super) fn answer(x: &Exchange<'_>, issuer: &Issuer, token: &str) -> Answer {
    let Ok(token) = read(x, issuer, token) else {
        return Answer::ok(json!({"active": false}));
    };
    let mut said = json!({
        "active": true,
        // Of a bound token too: Okta's specification knows no other value here.
        "token_type": "Bearer",
        "scope": token.scopes.join(" "),
        "client_id": token.client_id,
        "username": token.claims["sub"],
        "exp": token.expires,
        "iat": token.claims["iat"],
        "sub": token.claims["sub"],
        "aud": token.audience,
        "iss": token.claims["iss"],
        "jti": token.jti,
    });
    if let Some(thumbprint) = token.thumbprint {
        said["cnf"] = json!({"jkt": thumbprint});
    }
    Answer::ok(said)
}
