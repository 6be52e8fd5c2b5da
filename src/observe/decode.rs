//! Answers of the org to the types of [`crate::observed`]. Plaintext secrets end here.

use serde::Deserializer;
use serde_json::Value;

use crate::address::Kind;
use crate::http::{Decode, DecodeError};
use crate::json::Path;
use crate::observed::{AccessPolicy, Clean, LiveApp, LiveAssignment, LiveGrant, LiveGroup, LivePortal, LiveSecret, Org, ScopeUser, Status};
use crate::secret::SecretHash;

/// An item of the list of apps; `None` for what the filter should have kept out.
pub(super) struct ListedApp(pub(super) Option<LiveApp>);

/// An item of the list of grants; `None` for what a person granted for themselves, and for what is over.
pub(super) struct ListedGrant(pub(super) Option<LiveGrant>);

impl Decode for ListedApp {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        Self::of(&Clean::new(&raw))
    }

    fn read<'de, D: Deserializer<'de>>(text: D) -> Result<Result<Self, DecodeError>, D::Error> {
        Clean::read(text).map(|answer| Self::of(&answer))
    }
}

impl ListedApp {
    fn of(answer: &Clean) -> Result<Self, DecodeError> {
        // System apps say OPENID_CONNECT too, but have none of the fields (recorded): the name tells.
        if answer.tree().find(&Path::of("name")).is_some_and(|name| name == "oidc_client") {
            live(answer).map(|app| Self(Some(app)))
        } else {
            Ok(Self(None))
        }
    }
}

impl Decode for LiveApp {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        live(&Clean::new(&raw))
    }
}

fn live(answer: &Clean) -> Result<LiveApp, DecodeError> {
    let app = LiveApp::read(answer).ok_or(DecodeError::expected("an app with id, label and status"))?;
    if is_id(&app.id.0) { Ok(app) } else { Err(NO_ID.at("id")) }
}

impl Decode for ListedGrant {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        let is = |name: &str, other: &str| raw.get(name).and_then(Value::as_str).is_some_and(|text| text == other);
        if is("source", "END_USER") || is("status", "REVOKED") {
            Ok(Self(None))
        } else {
            LiveGrant::decode(raw).map(|grant| Self(Some(grant)))
        }
    }
}

impl Decode for LiveGrant {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        Ok(Self {
            id: id(&raw)?,
            scope: text(&raw, "scopeId")?,
            issuer: text(&raw, "issuer")?,
            created_by: raw.pointer("/createdBy/id").and_then(Value::as_str).map(str::to_owned),
        })
    }
}

impl Decode for LiveAssignment {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        let assignment = Self::read(&Clean::new(&raw)).ok_or(DecodeError::expected("an assignment with id and priority"))?;
        if is_id(&assignment.group) { Ok(assignment) } else { Err(NO_ID.at("id")) }
    }
}

impl Decode for LiveGroup {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        let profile = raw.get("profile").unwrap_or(&Value::Null);
        let name = text(profile, "name").map_err(|error| error.at("profile"))?;
        Ok(Self { id: id(&raw)?, name, sort: text(&raw, "type")? })
    }
}

impl Decode for LiveSecret {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        let hash = match raw.get("secret_hash").and_then(Value::as_str) {
            Some(hash) => SecretHash::from_server(hash),
            None => SecretHash::of(&text(&raw, "client_secret").map_err(|_| DecodeError::expected("a text").at("secret_hash"))?),
        };
        let status = text(&raw, "status")?;
        let status = Status::read(&status).ok_or(DecodeError::expected("`ACTIVE` or `INACTIVE`").at("status"))?;
        Ok(Self { id: id(&raw)?, status, hash, created: text(&raw, "created")? })
    }
}

impl Decode for AccessPolicy {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        let system = raw.get("system").and_then(Value::as_bool).unwrap_or_default();
        Ok(Self { id: id(&raw)?, name: text(&raw, "name")?, system })
    }
}

impl Decode for Org {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        let href = raw.pointer("/_links/organization/href").and_then(Value::as_str);
        let url = href.ok_or(DecodeError::expected("a text").at("href").at("organization").at("_links"))?;
        Ok(Self { id: id(&raw)?, url: url.trim_end_matches('/').to_owned() })
    }
}

/// A provider of the portal.
pub(super) struct Provider(pub(super) LivePortal);

/// A client type of the portal.
pub(super) struct ClientType(pub(super) LivePortal);

impl Decode for Provider {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        of_portal(Kind::OAuthProvider, &raw).map(Self)
    }
}

impl Decode for ClientType {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        of_portal(Kind::ClientType, &raw).map(Self)
    }
}

/// An item of the portal's list of products, with its id.
pub(super) struct Product(pub(super) String, pub(super) ScopeUser);

/// An item of the portal's list of plans, with its id.
pub(super) struct Plan(pub(super) String, pub(super) ScopeUser);

impl Decode for Product {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        let product = ScopeUser::product(&raw).ok_or(DecodeError::expected("a product with `Name`"))?;
        Ok(Self(number(&raw)?, product))
    }
}

impl Decode for Plan {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        let plan = ScopeUser::plan(&raw).ok_or(DecodeError::expected("a plan with `Name`"))?;
        Ok(Self(number(&raw)?, plan))
    }
}

fn number(raw: &Value) -> Result<String, DecodeError> {
    raw.get("ID").and_then(Value::as_u64).map(|id| id.to_string()).ok_or(DecodeError::expected("a number").at("ID"))
}

fn of_portal(kind: Kind, raw: &Value) -> Result<LivePortal, DecodeError> {
    LivePortal::read(kind, &Clean::new(raw)).ok_or(DecodeError::expected("an object with `ID` and `Name`"))
}

pub(super) const NO_ID: DecodeError = DecodeError::expected("an id of letters, digits, `_` and `-`");

fn text(raw: &Value, name: &str) -> Result<String, DecodeError> {
    raw.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| DecodeError::expected("a text").at(name))
}

fn id(raw: &Value) -> Result<String, DecodeError> {
    Some(text(raw, "id")?).filter(|id| is_id(id)).ok_or_else(|| NO_ID.at("id"))
}

/// Tells whether a text can stand in a path. Ids of answers are put into paths of writes.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
