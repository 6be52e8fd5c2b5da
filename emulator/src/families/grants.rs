//! `/api/v1/apps/{id}/grants`: which scopes of Okta's own API a client may ask for.

use serde_json::{Value, json};

use super::{
    Exchange,
    apps::{self, document::App},
};
use crate::{
    access::Caller,
    answer::{Answer, Refusal},
    ids::Kind,
    store::Table,
    switches::DuplicateGrant,
};

const OBJECT: &str = "OAuth2ScopeConsentGrant";
/// What made a grant, unless the grant says otherwise.
const USER: &str = "User";

/// The resources that have a `read` and a `manage` scope.
const RESOURCES: &[&str] = &[
    "agentPools",
    "apiTokens",
    "appGrants",
    "apps",
    "apps.interclientTrust",
    "authenticators",
    "authorizationServers",
    "behaviors",
    "botProtection",
    "brands",
    "captchas",
    "clients",
    "customTelephonyProvider",
    "deviceAssurance",
    "deviceIntegrations",
    "devicePostureChecks",
    "devices",
    "directories.groups",
    "domains",
    "dr",
    "emailDomains",
    "emailServers",
    "eventHooks",
    "features",
    "groups",
    "identitySources",
    "idps",
    "inlineHooks",
    "linkedObjects",
    "logStreams",
    "networkZones",
    "oauthIntegrations",
    "orgs",
    "personal.adminSettings",
    "policies",
    "principalRateLimits",
    "profileMappings",
    "pushProviders",
    "rateLimits",
    "realmAssignments",
    "realms",
    "roles",
    "schemas",
    "securityEventsProviders",
    "serviceAccounts",
    "serviceAccounts.okta",
    "sessions",
    "templates",
    "threatInsights",
    "trustedOrigins",
    "uischemas",
    "userRisk",
    "userTypes",
    "users",
];
const SINGLE: &[&str] =
    &["okta.logs.read", "ssf.read", "ssf.manage", "okta.clients.register", "okta.universalLogout.manage", "okta.workflows.invoke.manage"];
/// Families of scopes that only prose documents, so that their members cannot be listed.
const FAMILIES: &[&str] = &["okta.myAccount.", "okta.governance."];

/// Says whether a client was granted a scope.
pub(super) fn is_granted(x: &Exchange<'_>, app: &App, scope: &str) -> bool {
    x.tx.starting_with(Table::Grants, &format!("{}/", app.id)).iter().any(|(_, grant)| grant["scopeId"] == scope)
}

/// Says whether there is such a scope of Okta's own API.
pub(super) fn exists(scope: &str) -> bool {
    let resource = |scope: &str| {
        let rest = scope.strip_prefix("okta.")?;
        let resource = rest.strip_suffix(".read").or_else(|| rest.strip_suffix(".manage"))?;
        RESOURCES.contains(&resource).then_some(())
    };
    SINGLE.contains(&scope) || FAMILIES.iter().any(|family| scope.starts_with(family)) || resource(scope).is_some()
}

fn render(x: &Exchange<'_>, app: &App, grant: &Value) -> Value {
    let id = grant["id"].as_str().unwrap_or_default();
    let own = x.url(&format!("/api/v1/apps/{}", app.id));
    let client = x.url(&format!("/oauth2/v1/clients/{}", app.client_id()));
    json!({
        "id": id,
        "status": "ACTIVE",
        "created": grant["created"],
        "createdBy": {"id": grant["createdBy"], "type": grant["createdByType"].as_str().unwrap_or(USER)},
        "lastUpdated": grant["created"],
        // The org may be served at another address than when the grant was made.
        "issuer": x.call.base,
        "clientId": app.client_id(),
        "scopeId": grant["scopeId"],
        "source": "ADMIN",
        "_embedded": {"scope": {"id": grant["scopeId"]}},
        "_links": {
            "app": {"href": own, "title": app.label()},
            "self": {"href": format!("{own}/grants/{id}"), "hints": {"allow": ["GET", "DELETE"]}},
            "client": {"href": client, "title": app.label()},
        },
    })
}

pub(super) fn list(x: &Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let app = apps::find_client(x, app)?;
    let grants = x.tx.listed(Table::Grants, &format!("{}/", app.id));
    let items = grants.iter().map(|(_, grant)| render(x, &app, grant)).collect();
    Ok(Answer::list(items, Vec::new()))
}

pub(super) fn create(x: &mut Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let app = apps::find_client(x, app)?;
    let sent = x.call.object()?;
    let text = |name: &str| match &sent[name] {
        Value::String(text) if !text.is_empty() => Ok(text.as_str()),
        Value::String(_) | Value::Null => Err(Refusal::invalid(name, format!("{name}: The field cannot be left blank"))),
        _ => Err(Refusal::malformed()),
    };
    let (scope, issuer) = (text("scopeId")?, text("issuer")?);
    if issuer != x.call.base {
        let cause = "issuer: The issuer must be the org authorization server of this org.";
        return Err(Refusal::invalid("issuer", cause));
    }
    if !exists(scope) {
        let cause = format!("scopeId: '{scope}' is not a scope of the org authorization server.");
        return Err(Refusal::invalid("scopeId", cause));
    }
    let prefix = format!("{}/", app.id);
    let granted = x.tx.starting_with(Table::Grants, &prefix);
    if let Some((_, known)) = granted.iter().find(|(_, grant)| grant["scopeId"] == scope) {
        if x.switches.duplicate_grant() == DuplicateGrant::Existing {
            return Ok(Answer::created(render(x, &app, known)));
        }
        let cause = format!("scopeId: The scope '{scope}' is already assigned to the client.");
        return Err(Refusal::invalid(OBJECT, cause));
    }
    let id = x.tx.new_id(Kind::Grant);
    let (by, kind) = match &x.caller {
        Caller::Client(client) => (client.id.as_str(), "PublicClientApp"),
        Caller::Owner | Caller::Nobody => (x.organization.user.as_str(), USER),
    };
    let grant = json!({"id": id, "scopeId": scope, "created": x.now, "createdBy": by, "createdByType": kind});
    x.tx.put(Table::Grants, format!("{prefix}{id}"), &grant)?;
    Ok(Answer::created(render(x, &app, &grant)))
}

pub(super) fn read(x: &Exchange<'_>, app: &str, grant: &str) -> Result<Answer, Refusal> {
    let app = apps::find_client(x, app)?;
    let row = x.tx.row(Table::Grants, &format!("{}/{grant}", app.id));
    let row = row.ok_or_else(|| Refusal::not_found(grant, OBJECT))?;
    Ok(Answer::ok(render(x, &app, row)))
}

pub(super) fn delete(x: &mut Exchange<'_>, app: &str, grant: &str) -> Result<Answer, Refusal> {
    let app = apps::find_client(x, app)?;
    let key = format!("{}/{grant}", app.id);
    if x.tx.row(Table::Grants, &key).is_none() {
        return Err(Refusal::not_found(grant, OBJECT));
    }
    x.tx.remove(Table::Grants, key);
    Ok(Answer::no_content())
}
