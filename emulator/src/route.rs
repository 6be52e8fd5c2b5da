//! Which resource a path names. A path without a route is E0000008; a route without the method is E0000022.

use crate::families::{ClientResource, PKCS10, Protocol, Resource, TokenEndpoint};

/// A resource of the org, with the ids in its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    Organization,
    Me,
    Apps,
    App(&'a str),
    AppLifecycle(&'a str, Turn),
    Logo(&'a str),
    AppPolicy(&'a str, &'a str),
    IdToken(&'a str),
    Secrets(&'a str),
    Secret(&'a str, &'a str),
    SecretLifecycle(&'a str, &'a str, Turn),
    Keys(&'a str),
    Key(&'a str, &'a str),
    KeyLifecycle(&'a str, &'a str, Turn),
    Certificates(&'a str),
    Certificate(&'a str, &'a str),
    CertificateGeneration(&'a str),
    CertificateClone(&'a str, &'a str),
    CertificateRequests(&'a str),
    CertificateRequest(&'a str, &'a str),
    CertificatePublication(&'a str, &'a str),
    Grants(&'a str),
    Grant(&'a str, &'a str),
    SamlMetadata(&'a str),
    AppTokens(&'a str),
    AppToken(&'a str, &'a str),
    Features(&'a str),
    Feature(&'a str, &'a str),
    Connection(&'a str),
    ConnectionKeys(&'a str),
    ConnectionLifecycle(&'a str),
    AppUsers(&'a str),
    AppGroups(&'a str),
    AppGroup(&'a str, &'a str),
    Policies,
    Policy(&'a str),
    PolicyLifecycle(&'a str, Turn),
    PolicyApps(&'a str),
    PolicyMappings(&'a str),
    PolicyMapping(&'a str, &'a str),
    Groups,
    Group(&'a str),
    GroupApps(&'a str),
    GroupUsers(&'a str),
    GroupOwners(&'a str),
    Logs,
    AuthorizationServers(Resource<'a>),
    Clients(ClientResource<'a>),
    /// A document about an authorization server, or about the org as one.
    Metadata(Option<&'a str>, Protocol),
    /// The key set of an authorization server, or of the org.
    KeySet(Option<&'a str>),
    /// An endpoint for clients at an authorization server, or at the org.
    Tokens(Option<&'a str>, TokenEndpoint),
}

/// A lifecycle operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Activate,
    Deactivate,
}

impl Turn {
    pub(crate) fn of(segment: &str) -> Option<Self> {
        match segment {
            "activate" => Some(Self::Activate),
            "deactivate" => Some(Self::Deactivate),
            _ => None,
        }
    }

    /// Returns the status that the operation leads to.
    pub(crate) fn status(self) -> &'static str {
        match self {
            Self::Activate => "ACTIVE",
            Self::Deactivate => "INACTIVE",
        }
    }
}

impl<'a> Route<'a> {
    pub(crate) fn of(segments: &[&'a str]) -> Option<Self> {
        Some(match *segments {
            [".well-known", "okta-organization"] => Self::Organization,
            [".well-known", document] => Self::Metadata(None, Protocol::of(document)?),
            ["oauth2", "v1", "keys"] => Self::KeySet(None),
            ["oauth2", "v1", end @ ("token" | "introspect" | "revoke")] => Self::Tokens(None, TokenEndpoint::of(end)?),
            ["oauth2", "v1", "clients", ref rest @ ..] => Self::Clients(ClientResource::of(rest)?),
            ["oauth2", server, ".well-known", document] => Self::Metadata(Some(server), Protocol::of(document)?),
            ["oauth2", server, "v1", "keys"] => Self::KeySet(Some(server)),
            ["oauth2", server, "v1", end @ ("token" | "introspect" | "revoke")] => Self::Tokens(Some(server), TokenEndpoint::of(end)?),
            ["api", "v1", "internal", "apps", app, "settings", "oauth", "idToken"] => Self::IdToken(app),
            ["api", "v1", "users", "me"] => Self::Me,
            // Okta's own words in the place of an id, for what is not served here.
            ["api", "v1", "groups", "rules"] | ["api", "v1", "policies", "simulate"] => return None,
            ["api", "v1", "policies"] => Self::Policies,
            ["api", "v1", "policies", policy] => Self::Policy(policy),
            ["api", "v1", "policies", policy, "lifecycle", turn] => Self::PolicyLifecycle(policy, Turn::of(turn)?),
            ["api", "v1", "policies", policy, "app"] => Self::PolicyApps(policy),
            ["api", "v1", "policies", policy, "mappings"] => Self::PolicyMappings(policy),
            ["api", "v1", "policies", policy, "mappings", mapping] => Self::PolicyMapping(policy, mapping),
            ["api", "v1", "groups"] => Self::Groups,
            ["api", "v1", "groups", group] => Self::Group(group),
            ["api", "v1", "groups", group, "apps"] => Self::GroupApps(group),
            ["api", "v1", "groups", group, "users"] => Self::GroupUsers(group),
            ["api", "v1", "groups", group, "owners"] => Self::GroupOwners(group),
            ["api", "v1", "logs"] => Self::Logs,
            ["api", "v1", "apps"] => Self::Apps,
            ["api", "v1", "apps", app] => Self::App(app),
            ["api", "v1", "apps", app, ref rest @ ..] => Self::under_app(app, rest)?,
            ["api", "v1", "authorizationServers", ref rest @ ..] => Self::AuthorizationServers(Resource::of(rest)?),
            _ => return None,
        })
    }

    fn under_app(app: &'a str, rest: &[&'a str]) -> Option<Self> {
        Some(match *rest {
            ["lifecycle", turn] => Self::AppLifecycle(app, Turn::of(turn)?),
            ["logo"] => Self::Logo(app),
            ["policies", policy] => Self::AppPolicy(app, policy),
            ["grants"] => Self::Grants(app),
            ["grants", grant] => Self::Grant(app, grant),
            ["sso", "saml", "metadata"] => Self::SamlMetadata(app),
            ["tokens"] => Self::AppTokens(app),
            ["tokens", token] => Self::AppToken(app, token),
            ["features"] => Self::Features(app),
            ["features", name] => Self::Feature(app, name),
            ["connections", "default"] => Self::Connection(app),
            ["connections", "default", "jwks"] => Self::ConnectionKeys(app),
            ["connections", "default", "lifecycle", turn] => Turn::of(turn).map(|_| Self::ConnectionLifecycle(app))?,
            ["users"] => Self::AppUsers(app),
            ["groups"] => Self::AppGroups(app),
            ["groups", group] => Self::AppGroup(app, group),
            ["credentials", "secrets"] => Self::Secrets(app),
            ["credentials", "secrets", secret] => Self::Secret(app, secret),
            ["credentials", "secrets", secret, "lifecycle", turn] => Self::SecretLifecycle(app, secret, Turn::of(turn)?),
            ["credentials", "keys"] => Self::Certificates(app),
            ["credentials", "keys", "generate"] => Self::CertificateGeneration(app),
            ["credentials", "keys", kid, "clone"] => Self::CertificateClone(app, kid),
            ["credentials", "csrs"] => Self::CertificateRequests(app),
            ["credentials", "csrs", id] => Self::CertificateRequest(app, id),
            ["credentials", "csrs", id, "lifecycle", "publish"] => Self::CertificatePublication(app, id),
            ["credentials", "keys", kid] => Self::Certificate(app, kid),
            ["credentials", "jwks"] => Self::Keys(app),
            ["credentials", "jwks", key] => Self::Key(app, key),
            ["credentials", "jwks", key, "lifecycle", turn] => Self::KeyLifecycle(app, key, Turn::of(turn)?),
            _ => return None,
        })
    }

    /// Says whether what is sent to the resource is JSON.
    pub(crate) fn takes_json(self) -> bool {
        !matches!(self, Self::Logo(_) | Self::CertificatePublication(..))
    }

    /// Returns the forms besides JSON in which the resource answers.
    pub(crate) fn other_forms(self) -> &'static [&'static str] {
        match self {
            Self::CertificateRequests(_) | Self::CertificateRequest(..) => &[PKCS10],
            Self::SamlMetadata(_) => &["application/xml", "text/xml"],
            _ => &[],
        }
    }

    /// Says whether the resource is for those without a token of the management API.
    pub(crate) fn is_public(self) -> bool {
        matches!(self, Self::Organization | Self::Metadata(..) | Self::KeySet(_) | Self::Tokens(..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_their_resource_and_unknown_ones_nowhere() {
        let of = |path: &'static str| Route::of(&path[1..].split('/').collect::<Vec<_>>());
        assert_eq!(of("/api/v1/apps"), Some(Route::Apps));
        assert_eq!(
            of("/api/v1/apps/0oa1/credentials/secrets/ocs1/lifecycle/deactivate"),
            Some(Route::SecretLifecycle("0oa1", "ocs1", Turn::Deactivate))
        );
        assert_eq!(of("/api/v1/apps/0oa1/lifecycle/explode"), None);
        assert_eq!(of("/api/v1/groups/rules"), None);
        assert_eq!(of("/api/v1/apps/"), Some(Route::App("")));
        assert_eq!(of("/api/v2/apps"), None);
        assert_eq!(of("/oauth2/v1/token"), Some(Route::Tokens(None, TokenEndpoint::Token)));
        assert_eq!(of("/oauth2/aus1/v1/revoke"), Some(Route::Tokens(Some("aus1"), TokenEndpoint::Revoke)));
        assert_eq!(of("/oauth2/v1/clients"), Some(Route::Clients(ClientResource::Clients)));
        assert_eq!(of("/oauth2/v1/userinfo"), None);
    }
}
