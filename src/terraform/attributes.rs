//! What the attributes of Okta's Terraform provider are in Okta's API, as far as resources become manifests: the provider's documented
//! schemas as tables.
//!
//! An attribute that no table names is dropped where a state is decoded, its value unseen: that is what keeps secrets out.

/// What becomes of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It says what the resource is about: an id, a name, or a list of these.
    Reference,
    /// It is this field of the API's object, and its value is compared with the live one.
    At(&'static str),
    /// No manifest can say it; its value is not kept.
    Beyond(&'static str),
}

/// An attribute of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribute {
    /// Its name.
    pub(super) name: &'static str,
    /// What becomes of it.
    pub(super) fate: Fate,
}

const fn about(name: &'static str) -> Attribute {
    Attribute { name, fate: Fate::Reference }
}

const fn at(name: &'static str, path: &'static str) -> Attribute {
    Attribute { name, fate: Fate::At(path) }
}

const fn beyond(name: &'static str, why: &'static str) -> Attribute {
    Attribute { name, fate: Fate::Beyond(why) }
}

/// Where a live app's access policy is, which is no member of its body.
pub(super) const ACCESS_POLICY: &str = "accessPolicy";

const APP: &[Attribute] = &[
    about("id"),
    at("label", "label"),
    at("status", "status"),
    at("type", "settings.oauthClient.application_type"),
    at("client_id", "credentials.oauthClient.client_id"),
    at("token_endpoint_auth_method", "credentials.oauthClient.token_endpoint_auth_method"),
    at("auto_key_rotation", "credentials.oauthClient.autoKeyRotation"),
    at("pkce_required", "credentials.oauthClient.pkce_required"),
    at("user_name_template", "credentials.userNameTemplate.template"),
    at("user_name_template_type", "credentials.userNameTemplate.type"),
    at("user_name_template_push_status", "credentials.userNameTemplate.pushStatus"),
    at("client_uri", "settings.oauthClient.client_uri"),
    at("logo_uri", "settings.oauthClient.logo_uri"),
    at("policy_uri", "settings.oauthClient.policy_uri"),
    at("tos_uri", "settings.oauthClient.tos_uri"),
    at("redirect_uris", "settings.oauthClient.redirect_uris"),
    at("post_logout_redirect_uris", "settings.oauthClient.post_logout_redirect_uris"),
    at("response_types", "settings.oauthClient.response_types"),
    at("grant_types", "settings.oauthClient.grant_types"),
    at("wildcard_redirect", "settings.oauthClient.wildcard_redirect"),
    at("consent_method", "settings.oauthClient.consent_method"),
    at("issuer_mode", "settings.oauthClient.issuer_mode"),
    at("login_uri", "settings.oauthClient.initiate_login_uri"),
    at("login_mode", "settings.oauthClient.idp_initiated_login.mode"),
    at("login_scopes", "settings.oauthClient.idp_initiated_login.default_scope"),
    at("refresh_token_rotation", "settings.oauthClient.refresh_token.rotation_type"),
    at("refresh_token_leeway", "settings.oauthClient.refresh_token.leeway"),
    at("participate_slo", "settings.oauthClient.participate_slo"),
    at("frontchannel_logout_uri", "settings.oauthClient.frontchannel_logout_uri"),
    at("frontchannel_logout_session_required", "settings.oauthClient.frontchannel_logout_session_required"),
    at("jwks_uri", "settings.oauthClient.jwks_uri"),
    at("implicit_assignment", "settings.implicitAssignment"),
    at("admin_note", "settings.notes.admin"),
    at("enduser_note", "settings.notes.enduser"),
    at("auto_submit_toolbar", "visibility.autoSubmitToolbar"),
    at("hide_ios", "visibility.hide.iOS"),
    at("hide_web", "visibility.hide.web"),
    at("accessibility_self_service", "accessibility.selfService"),
    at("accessibility_error_redirect_url", "accessibility.errorRedirectUrl"),
    at("accessibility_login_redirect_url", "accessibility.loginRedirectUrl"),
    at("authentication_policy", ACCESS_POLICY),
    beyond(
        "groups_claim",
        "it is behind an API that only the provider uses; it stays as it is in the org, and a claim of an authorization server can take its place",
    ),
    beyond("logo", "an image is uploaded, and no manifest holds one; it stays as it is in the org"),
    beyond("users", "users are assigned one by one, which no manifest does; they keep the app"),
    beyond("groups", "it is an old way of assigning groups, which keep the app; a GroupAssignment document can declare them"),
];

const GRANTS: &[Attribute] = &[about("id"), about("app_id"), about("scopes")];
const GROUPS: &[Attribute] = &[about("id"), about("app_id"), about("group")];
const GROUP: &[Attribute] = &[about("id"), about("app_id"), about("group_id")];
const URI: &[Attribute] = &[about("id"), about("app_id")];
const ACCESS: &[Attribute] = &[about("id"), about("app_id")];
const PRIORITIES: &[Attribute] = &[about("id"), about("auth_server_id")];

const SERVER: &[Attribute] = &[
    about("id"),
    at("name", "name"),
    at("status", "status"),
    at("description", "description"),
    at("audiences", "audiences"),
    at("issuer_mode", "issuerMode"),
    at("credentials_rotation_mode", "credentials.signing.rotationMode"),
];

const SCOPE: &[Attribute] = &[
    about("id"),
    about("auth_server_id"),
    at("name", "name"),
    at("description", "description"),
    at("display_name", "displayName"),
    at("consent", "consent"),
    at("default", "default"),
    at("optional", "optional"),
    at("metadata_publish", "metadataPublish"),
];

const CLAIM: &[Attribute] = &[
    about("id"),
    about("auth_server_id"),
    at("name", "name"),
    at("status", "status"),
    at("claim_type", "claimType"),
    at("value_type", "valueType"),
    at("value", "value"),
    at("group_filter_type", "group_filter_type"),
    at("always_include_in_token", "alwaysIncludeInToken"),
    at("scopes", "conditions.scopes"),
];

const POLICY: &[Attribute] = &[
    about("id"),
    about("auth_server_id"),
    at("name", "name"),
    at("status", "status"),
    at("description", "description"),
    at("priority", "priority"),
    at("client_whitelist", "conditions.clients.include"),
];

const RULE: &[Attribute] = &[
    about("id"),
    about("auth_server_id"),
    about("policy_id"),
    at("name", "name"),
    at("status", "status"),
    at("priority", "priority"),
    at("grant_type_whitelist", "conditions.grantTypes.include"),
    at("scope_whitelist", "conditions.scopes.include"),
    at("user_whitelist", "conditions.people.users.include"),
    at("user_blacklist", "conditions.people.users.exclude"),
    at("group_whitelist", "conditions.people.groups.include"),
    at("group_blacklist", "conditions.people.groups.exclude"),
    at("access_token_lifetime_minutes", "actions.token.accessTokenLifetimeMinutes"),
    at("refresh_token_lifetime_minutes", "actions.token.refreshTokenLifetimeMinutes"),
    at("refresh_token_window_minutes", "actions.token.refreshTokenWindowMinutes"),
    at("inline_hook_id", "actions.token.inlineHook.id"),
];

/// What a resource of some type is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    App,
    Grants,
    Groups,
    Group,
    /// One redirect URI of an app, or its access policy.
    OfApp,
    Server,
    Scope,
    Claim,
    Policy,
    Rule,
    /// The order of a server's policies.
    OfServer,
}

/// Returns what resources of a type are about, and their attributes; `None` for types that become no manifest.
pub(super) fn table(sort: &str) -> Option<(Sort, &'static [Attribute])> {
    Some(match sort {
        "okta_app_oauth" => (Sort::App, APP),
        "okta_app_oauth_api_scope" => (Sort::Grants, GRANTS),
        "okta_app_group_assignments" => (Sort::Groups, GROUPS),
        "okta_app_group_assignment" => (Sort::Group, GROUP),
        "okta_app_oauth_redirect_uri" | "okta_app_oauth_post_logout_redirect_uri" => (Sort::OfApp, URI),
        "okta_app_access_policy_assignment" => (Sort::OfApp, ACCESS),
        "okta_auth_server" | "okta_auth_server_default" => (Sort::Server, SERVER),
        "okta_auth_server_scope" => (Sort::Scope, SCOPE),
        "okta_auth_server_claim" | "okta_auth_server_claim_default" => (Sort::Claim, CLAIM),
        "okta_auth_server_policy" => (Sort::Policy, POLICY),
        "okta_auth_server_policy_rule" => (Sort::Rule, RULE),
        "okta_auth_server_policy_priority" => (Sort::OfServer, PRIORITIES),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Path, Step};
    use crate::resource::Field;
    use crate::resource::authorization_server::Part;

    #[test]
    fn every_attribute_is_a_field_that_a_table_knows_and_none_holds_a_secret() {
        let parts = [(SERVER, Part::Server), (SCOPE, Part::Scope), (CLAIM, Part::Claim), (POLICY, Part::Policy), (RULE, Part::Rule)];
        let parts = parts.map(|(attributes, part)| (attributes, part.table()));
        for (attributes, row) in parts.into_iter().chain([(APP, crate::resource::table(crate::address::Kind::App))]) {
            for Attribute { name, fate } in attributes {
                assert!(!name.contains("secret") && !name.contains("jwks") || *name == "jwks_uri", "{name}");
                let Fate::At(path) = fate else { continue };
                let found = Path::of(path).steps().iter().try_fold(row, |row: &Field, step| match step {
                    Step::Key(name) => row.member(name),
                    Step::Index(_) => None,
                });
                assert!(found.is_some(), "{name} at {path}");
            }
        }
    }
}
