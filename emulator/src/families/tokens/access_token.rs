//! Access tokens: what they claim, written and signed, and read again.
//!
//! A token that is read is one that its issuer signed with a key of its key set, that has not expired and was not revoked.

use jsonwebtoken::{Algorithm, Header, encode};
use serde_json::{Map, Value, json};

use super::{issuer::Issuer, revocation};
use crate::{
    answer::Refusal,
    families::{Exchange, servers::keys},
    tokens::{dpop, jws::Jws},
};

/// What a token is to say, besides what all of an issuer's say.
pub(super) struct Grant {
    pub(super) client_id: String,
    pub(super) scopes: Vec<String>,
    /// How many seconds the token is good for.
    pub(super) lifetime: i64,
    /// The thumbprint of the key that the token is bound to.
    pub(super) thumbprint: Option<String>,
    /// The claims of the issuer's own.
    pub(super) claims: Map<String, Value>,
}

/// What the log tells of a token that was issued, which no row does.
pub(crate) struct Issued {
    /// Whose keys it is signed with.
    pub(crate) issuer: String,
    pub(crate) jti: String,
    pub(crate) expires: i64,
    /// The hash of the whole token.
    pub(crate) hash: String,
}

/// An access token that can be believed.
#[derive(Clone, Debug)]
pub(crate) struct AccessToken {
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) audience: String,
    pub(crate) jti: String,
    pub(crate) expires: i64,
    /// The thumbprint of the key that the token is bound to.
    pub(crate) thumbprint: Option<String>,
    pub(crate) claims: Value,
}

/// Why an access token is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// No token, or not signed by the issuer.
    Invalid,
    /// Signed by the issuer when it had another address.
    ForeignIssuer,
    Expired,
    Revoked,
}

/// Reads a token of the org's own, which the management API takes.
pub(crate) fn read_access_token(x: &Exchange<'_>, token: &str) -> Result<AccessToken, Unusable> {
    read(x, &Issuer::Org, token)
}

/// Reads a token of an issuer.
pub(super) fn read(x: &Exchange<'_>, issuer: &Issuer, token: &str) -> Result<AccessToken, Unusable> {
    let jws = Jws::parse(token).ok_or(Unusable::Invalid)?;
    let kid = jws.header.get("kid").and_then(Value::as_str).ok_or(Unusable::Invalid)?;
    let known = issuer.kids(x).iter().any(|known| known == kid);
    let key = keys::checking(x, issuer.owner(), kid).ok().flatten().filter(|_| known);
    if !key.is_some_and(|key| jws.is_signed_by(&key)) {
        return Err(Unusable::Invalid);
    }
    let claims = Value::Object(jws.claims);
    let text = |claim: &str| claims[claim].as_str().map(str::to_owned).ok_or(Unusable::Invalid);
    let scopes = claims["scp"].as_array().into_iter().flatten();
    let token = AccessToken {
        client_id: text("cid")?,
        scopes: scopes.filter_map(|scope| scope.as_str().map(str::to_owned)).collect(),
        audience: text("aud")?,
        jti: text("jti")?,
        expires: claims["exp"].as_i64().ok_or(Unusable::Invalid)?,
        thumbprint: claims["cnf"]["jkt"].as_str().map(str::to_owned),
        claims,
    };
    if token.claims["iss"] != issuer.url(x) {
        return Err(Unusable::ForeignIssuer);
    }
    if token.expires <= x.at {
        return Err(Unusable::Expired);
    }
    if revocation::is_revoked(x, &token) {
        return Err(Unusable::Revoked);
    }
    Ok(token)
}

/// Writes and signs a token, and notes it for the log.
pub(super) fn mint(x: &mut Exchange<'_>, issuer: &Issuer, grant: &Grant) -> Result<String, Refusal> {
    let (now, jti) = (x.at, x.tx.seed().token_id(x.number));
    let mut claims = json!({
        "ver": 1,
        "jti": jti,
        "iss": issuer.url(x),
        "aud": issuer.audience(x),
        "iat": now,
        "exp": now + grant.lifetime,
        "cid": grant.client_id,
        "scp": grant.scopes,
        "sub": grant.client_id,
    });
    if let Some(thumbprint) = &grant.thumbprint {
        claims["cnf"] = json!({"jkt": thumbprint});
    }
    for (name, value) in &grant.claims {
        claims[name] = value.clone();
    }
    let kid = issuer.kids(x).first().cloned().ok_or_else(Refusal::internal)?;
    let key = keys::signing(x, issuer.owner(), &kid)?;
    let header = Header { typ: None, kid: Some(kid), ..Header::new(Algorithm::RS256) };
    let token = encode(&header, &claims, &key).map_err(|_| Refusal::internal())?;
    let (issuer, expires, hash) = (issuer.owner().to_owned(), now + grant.lifetime, dpop::hash(&token));
    x.issued = Some(Issued { issuer, jti, expires, hash });
    Ok(token)
}
