//! Access tokens: what they claim, written and signed, and read again.
//!
//! A token that is read is one that its issuer signed with a key of its key set, that has not expired and was not revoked.

use jsonwebtoken::{Algorithm, Header, encode};
use serde_json::{Map, Value, json};

use super::issuer::Issuer;
use crate::{
    answer::Refusal,
    families::{Exchange, servers::keys},
    store::Table,
    tokens::jws::Jws,
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
    if x.tx.row(Table::RevokedTokens, &token.jti).is_some() {
        return Err(Unusable::Revoked);
    }
    Ok(token)
}

/// Writes and signs a token.
pub(super) fn mint(x: &mut Exchange<'_>, issuer: &Issuer, grant: &Grant) -> Result<String, Refusal> {
    let now = x.at;
    let mut claims = json!({
        "ver": 1,
        "jti": x.tx.seed().token_id(x.number),
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
    encode(&header, &claims, &key).map_err(|_| Refusal::internal())
}
