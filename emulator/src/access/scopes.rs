//! Which scope a request needs, by its path and method.
//!
//! Okta's specification names one scope for each operation. A `manage` scope lets a client read as well (Okta's support says
//! so of `/api/v1/groups`), and the scope that manages clients also registers them (Okta's description of that scope).

/// What a token must be good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    area: &'static str,
    verb: Verb,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Read,
    Manage,
    /// Making a client, which is less than managing all of them.
    Register,
}

impl Need {
    /// Returns the need of a request; none where access tokens are not taken.
    pub(super) fn of(segments: &[&str], method: &str) -> Option<Self> {
        let area = match segments {
            ["api", "v1", "apps", _, "grants", ..] => "appGrants",
            ["api", "v1", "apps", ..] => "apps",
            ["api", "v1", "authorizationServers", ..] => "authorizationServers",
            ["api", "v1", "groups", ..] => "groups",
            ["api", "v1", "policies", ..] => "policies",
            ["api", "v1", "logs"] => "logs",
            ["api", "v1", "users", "me"] => "users",
            ["oauth2", "v1", "clients", _, "roles", ..] => "roles",
            ["oauth2", "v1", "clients", ..] => "clients",
            _ => return None,
        };
        let verb = match (segments, method) {
            (_, "GET" | "HEAD") => Verb::Read,
            (["oauth2", "v1", "clients"], "POST") => Verb::Register,
            _ => Verb::Manage,
        };
        Some(Self { area, verb })
    }

    /// Returns the scope as the specification names it.
    pub(super) fn named(&self) -> String {
        let verb = match self.verb {
            Verb::Read => "read",
            Verb::Manage => "manage",
            Verb::Register => "register",
        };
        format!("okta.{}.{verb}", self.area)
    }

    pub(super) fn is_met_by(&self, scopes: &[String]) -> bool {
        let (named, manage) = (self.named(), format!("okta.{}.manage", self.area));
        scopes.iter().any(|scope| *scope == named || *scope == manage)
    }

    /// Says whether the request only reads.
    pub(super) fn is_reading(&self) -> bool {
        self.verb == Verb::Read
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use super::*;
    use crate::route::Route;

    fn need(method: &str, path: &str) -> Option<Need> {
        Need::of(&path[1..].split('/').collect::<Vec<_>>(), method)
    }

    #[test]
    fn a_scope_follows_from_path_and_method() {
        let named = |method: &str, path: &str| need(method, path).map(|need| need.named());
        let of = [
            ("GET", "/api/v1/apps"),
            ("POST", "/api/v1/apps/0oa1/credentials/secrets"),
            ("GET", "/api/v1/apps/0oa1/grants"),
            ("DELETE", "/api/v1/apps/0oa1/grants/oag1"),
            ("PUT", "/api/v1/authorizationServers/aus1/policies/00p1"),
            ("GET", "/api/v1/users/me"),
            ("GET", "/oauth2/v1/clients/0oa1"),
            ("POST", "/oauth2/v1/clients"),
            ("PUT", "/oauth2/v1/clients/0oa1/roles/r/targets/groups/00g1"),
            ("GET", "/api/v1/internal/apps/0oa1/settings/oauth/idToken"),
        ];
        let told: Vec<_> = of.map(|(method, path)| format!("{method} {path} {:?}", named(method, path))).into();
        insta::assert_snapshot!(told.join("\n"), @r#"
        GET /api/v1/apps Some("okta.apps.read")
        POST /api/v1/apps/0oa1/credentials/secrets Some("okta.apps.manage")
        GET /api/v1/apps/0oa1/grants Some("okta.appGrants.read")
        DELETE /api/v1/apps/0oa1/grants/oag1 Some("okta.appGrants.manage")
        PUT /api/v1/authorizationServers/aus1/policies/00p1 Some("okta.authorizationServers.manage")
        GET /api/v1/users/me Some("okta.users.read")
        GET /oauth2/v1/clients/0oa1 Some("okta.clients.read")
        POST /oauth2/v1/clients Some("okta.clients.register")
        PUT /oauth2/v1/clients/0oa1/roles/r/targets/groups/00g1 Some("okta.roles.manage")
        GET /api/v1/internal/apps/0oa1/settings/oauth/idToken None
        "#);
    }

    #[test]
    fn managing_includes_reading_and_registering_but_nothing_else_includes_anything() {
        let scopes = |scope: &str| [scope.to_owned()];
        let read = need("GET", "/api/v1/apps").unwrap();
        assert!(read.is_met_by(&scopes("okta.apps.read")) && read.is_met_by(&scopes("okta.apps.manage")));
        assert!(!read.is_met_by(&scopes("okta.groups.manage")) && !read.is_met_by(&[]));
        let write = need("PUT", "/api/v1/apps/0oa1").unwrap();
        assert!(!write.is_met_by(&scopes("okta.apps.read")));
        let register = need("POST", "/oauth2/v1/clients").unwrap();
        assert!(register.is_met_by(&scopes("okta.clients.register")) && register.is_met_by(&scopes("okta.clients.manage")));
        assert!(!need("GET", "/oauth2/v1/clients").unwrap().is_met_by(&scopes("okta.clients.register")));
        assert!(!need("GET", "/api/v1/apps/0oa1/grants").unwrap().is_met_by(&scopes("okta.apps.manage")));
    }

    /// Returns method, path and scopes of every operation that the specification secures with OAuth.
    fn specified(text: &str) -> Vec<(String, String, Vec<String>)> {
        let (mut path, mut method, mut within, mut found) = (String::new(), String::new(), false, Vec::new());
        for line in text.lines() {
            let (indent, word) = (line.len() - line.trim_start().len(), line.trim());
            match indent {
                2 if word.starts_with('/') => path = word.trim_end_matches(':').to_owned(),
                4 => (method, within) = (word.trim_end_matches(':').to_uppercase(), false),
                6 => {
                    if word == "security:" {
                        found.push((method.clone(), path.clone(), Vec::new()));
                    }
                    // The list of schemes is at the depth of its name.
                    within = word == "security:" || within && word.starts_with("- ");
                }
                _ => {}
            }
            if let (true, Some(scope), Some(last)) = (within, word.strip_prefix("- okta."), found.last_mut()) {
                last.2.push(format!("okta.{scope}"));
            }
        }
        found.retain(|(.., scopes)| !scopes.is_empty());
        found
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn the_scopes_are_those_of_the_specification() {
        let shared = std::env::var_os("IDPCTL_SHARED").map(PathBuf::from);
        let shared = shared.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
        let Ok(text) = fs::read_to_string(shared.join("okta-openapi/okta-subset.yaml")) else {
            eprintln!("skipped: the published specification is not there; name its folder's parent in IDPCTL_SHARED");
            return;
        };
        let (mut compared, mut differ) = (0, Vec::new());
        for (method, path, scopes) in specified(&text) {
            let filled = path.replace(['{', '}'], "");
            let segments: Vec<_> = filled[1..].split('/').collect();
            // What the org does not serve has no need of a scope of its own here.
            if Route::of(&segments).is_none() {
                continue;
            }
            compared += 1;
            let named = Need::of(&segments, &method).map(|need| need.named());
            if named.as_ref() != scopes.first() || scopes.len() != 1 {
                differ.push(format!("{method} {path} {named:?} {scopes:?}"));
            }
        }
        assert!(compared > 80, "only {compared} operations were found");
        assert_eq!(differ, Vec::<String>::new());
    }
}
