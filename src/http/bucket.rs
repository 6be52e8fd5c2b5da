//! Paths to the rate-limit buckets that Okta counts them in: the exact path first, else the longest prefix.

use std::fmt;

use serde::Serialize;

/// A rate-limit bucket. Okta counts the requests of one bucket together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// `/api/v1/apps` and all below it, but for an app by id: the small one.
    Apps,
    /// `/api/v1/apps/{id}` alone.
    AppById,
    /// `/api/v1/groups`.
    Groups,
    /// `/api/v1/groups/{id}`.
    GroupById,
    /// `/api/v1/logs`.
    Logs,
    /// `/oauth2/v1/clients`.
    Clients,
    /// Everything else below `/oauth2`.
    OAuth,
    /// Everything else below `/api/v1`.
    Management,
    /// The developer portal, which says nothing of limits.
    Portal,
    /// Public metadata and keys, which are not counted.
    Public,
}

impl Bucket {
    /// Returns the bucket of a path.
    pub fn of(path: &str) -> Self {
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        match segments.as_slice() {
            [".well-known", ..] | ["oauth2", _, ".well-known", ..] | ["oauth2", "v1", "keys"] | ["oauth2", _, "v1", "keys"] => Self::Public,
            ["portal-api", ..] => Self::Portal,
            ["api", "v1", "apps", _] => Self::AppById,
            ["api", "v1", "apps", ..] => Self::Apps,
            ["api", "v1", "groups", _] => Self::GroupById,
            ["api", "v1", "groups", ..] => Self::Groups,
            ["api", "v1", "logs", ..] => Self::Logs,
            ["oauth2", "v1", "clients", ..] => Self::Clients,
            ["oauth2", ..] => Self::OAuth,
            _ => Self::Management,
        }
    }

    /// Returns the paths of the bucket, as people write them.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Apps => "/api/v1/apps",
            Self::AppById => "/api/v1/apps/{id}",
            Self::Groups => "/api/v1/groups",
            Self::GroupById => "/api/v1/groups/{id}",
            Self::Logs => "/api/v1/logs",
            Self::Clients => "/oauth2/v1/clients",
            Self::OAuth => "/oauth2",
            Self::Management => "/api/v1",
            Self::Portal => "/portal-api",
            Self::Public => "/.well-known",
        }
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_by_id_is_not_counted_with_what_is_below_it() {
        let table = [
            "/api/v1/apps",
            "/api/v1/apps/0oa1",
            "/api/v1/apps/0oa1/grants",
            "/api/v1/apps/0oa1/credentials/secrets",
            "/api/v1/apps/0oa1/lifecycle/deactivate",
            "/api/v1/groups",
            "/api/v1/groups/00g1",
            "/api/v1/groups/00g1/users",
            "/api/v1/logs",
            "/api/v1/policies",
            "/api/v1/authorizationServers/aus1/scopes",
            "/oauth2/v1/clients",
            "/oauth2/v1/clients/0oa1",
            "/oauth2/v1/token",
            "/oauth2/aus1/v1/token",
            "/oauth2/aus1/v1/keys",
            "/oauth2/v1/keys",
            "/portal-api/oauth-providers/1/client-types",
            "/.well-known/okta-organization",
        ]
        .map(|path| format!("{path} → {}", Bucket::of(path)))
        .join("\n");
        insta::assert_snapshot!(table, @r"
        /api/v1/apps → /api/v1/apps
        /api/v1/apps/0oa1 → /api/v1/apps/{id}
        /api/v1/apps/0oa1/grants → /api/v1/apps
        /api/v1/apps/0oa1/credentials/secrets → /api/v1/apps
        /api/v1/apps/0oa1/lifecycle/deactivate → /api/v1/apps
        /api/v1/groups → /api/v1/groups
        /api/v1/groups/00g1 → /api/v1/groups/{id}
        /api/v1/groups/00g1/users → /api/v1/groups
        /api/v1/logs → /api/v1/logs
        /api/v1/policies → /api/v1
        /api/v1/authorizationServers/aus1/scopes → /api/v1
        /oauth2/v1/clients → /oauth2/v1/clients
        /oauth2/v1/clients/0oa1 → /oauth2/v1/clients
        /oauth2/v1/token → /oauth2
        /oauth2/aus1/v1/token → /oauth2
        /oauth2/aus1/v1/keys → /.well-known
        /oauth2/v1/keys → /.well-known
        /portal-api/oauth-providers/1/client-types → /portal-api
        /.well-known/okta-organization → /.well-known
        ");
    }
}
