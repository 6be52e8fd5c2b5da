//! The org itself: its public metadata, and the user whom its API token belongs to.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Exchange;
use crate::{
    access::Caller,
    answer::{Answer, Refusal},
    ids::{Kind, Seed},
    switches::ClientAsUser,
};

/// Who the owner of the org's token is.
pub(crate) const ADMIN_LOGIN: &str = "admin@example.com";
pub(crate) const ADMIN_NAME: &str = "Org Admin";

/// What the org is, made when it is first opened.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Organization {
    pub(crate) id: String,
    /// The user whom the token belongs to.
    pub(crate) user: String,
    pub(crate) token: String,
    /// The portal's API token. Empty in an org that was stored before there was a portal, until it is opened.
    #[serde(default)]
    pub(crate) portal_token: String,
    /// The system's access policy, which new apps get.
    pub(crate) default_policy: String,
    /// The key that signs for all OIDC apps.
    pub(crate) signing_kid: String,
    /// The random root of ids and generated secrets, encoded.
    pub(crate) seed: String,
    /// When the org was made.
    pub(crate) created: String,
}

impl Organization {
    pub(crate) fn found(seed: &Seed, created: String) -> Self {
        Self {
            id: seed.id(Kind::Org, 0),
            user: seed.id(Kind::User, 0),
            token: seed.api_token(),
            portal_token: seed.portal_token(),
            default_policy: seed.id(Kind::Policy, 0),
            signing_kid: seed.key_id("signing key"),
            seed: seed.encoded(),
            created,
        }
    }
}

pub(super) fn metadata(x: &Exchange<'_>) -> Answer {
    Answer::ok(json!({
        "id": x.organization.id,
        "cell": "op3",
        "_links": {"organization": {"href": x.call.base}},
        "pipeline": "idx",
        "settings": {
            "analyticsCollectionEnabled": false,
            "bugReportingEnabled": true,
            "omEnabled": false,
            "pssoEnabled": false,
            "desktopMFAEnabled": false,
            "itpEnabled": false,
        },
    }))
}

/// Shows the user whom the token belongs to. An OAuth client is none.
pub(super) fn me(x: &Exchange<'_>) -> Result<Answer, Refusal> {
    if x.caller != Caller::Owner {
        return Err(match x.switches.client_as_user() {
            ClientAsUser::NotFound => Refusal::not_found("me", "User"),
            ClientAsUser::InvalidSession => Refusal::invalid_session(),
        });
    }
    Ok(Answer::ok(user(x)))
}

/// Shows the one user of the org.
pub(super) fn user(x: &Exchange<'_>) -> Value {
    let Exchange { organization, .. } = x;
    json!({
        "id": organization.user,
        "status": "ACTIVE",
        "created": organization.created,
        "activated": organization.created,
        "statusChanged": organization.created,
        "lastLogin": null,
        "lastUpdated": organization.created,
        "passwordChanged": organization.created,
        "type": {"id": "otyemulator0000005d7"},
        "profile": {
            "firstName": "Org",
            "lastName": "Admin",
            "mobilePhone": null,
            "secondEmail": null,
            "login": ADMIN_LOGIN,
            "email": ADMIN_LOGIN,
        },
        "_links": {"self": {"href": x.url(&format!("/api/v1/users/{}", organization.user))}},
    })
}
