//! Which part of an authorization server a path names, below `/api/v1/authorizationServers`.

use crate::route::Turn;

/// The list of servers, a server, or a part of one, with the ids in its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource<'a> {
    Servers,
    Server(&'a str),
    ServerLifecycle(&'a str, Turn),
    Scopes(&'a str),
    Scope(&'a str, &'a str),
    Claims(&'a str),
    Claim(&'a str, &'a str),
    Policies(&'a str),
    Policy(&'a str, &'a str),
    PolicyLifecycle(&'a str, &'a str, Turn),
    Rules(&'a str, &'a str),
    Rule(&'a str, &'a str, &'a str),
    RuleLifecycle(&'a str, &'a str, &'a str, Turn),
    Keys(&'a str),
    Key(&'a str, &'a str),
    KeyRotation(&'a str),
    EncryptionKeys(&'a str),
    EncryptionKey(&'a str, &'a str),
    EncryptionKeyLifecycle(&'a str, &'a str, Turn),
    Clients(&'a str),
    RefreshTokens(&'a str, &'a str),
    RefreshToken(&'a str, &'a str, &'a str),
    Associates(&'a str),
    Associate(&'a str, &'a str),
}

impl<'a> Resource<'a> {
    pub(crate) fn of(segments: &[&'a str]) -> Option<Self> {
        Some(match *segments {
            [] => Self::Servers,
            [server] => Self::Server(server),
            [server, "lifecycle", turn] => Self::ServerLifecycle(server, Turn::of(turn)?),
            [server, "scopes"] => Self::Scopes(server),
            [server, "scopes", scope] => Self::Scope(server, scope),
            [server, "claims"] => Self::Claims(server),
            [server, "claims", claim] => Self::Claim(server, claim),
            [server, "policies", ref rest @ ..] => Self::under_policies(server, rest)?,
            [server, "credentials", "keys"] => Self::Keys(server),
            [server, "credentials", "keys", key] => Self::Key(server, key),
            [server, "credentials", "lifecycle", "keyRotate"] => Self::KeyRotation(server),
            [server, "resourceservercredentials", "keys"] => Self::EncryptionKeys(server),
            [server, "resourceservercredentials", "keys", key] => Self::EncryptionKey(server, key),
            [server, "resourceservercredentials", "keys", key, "lifecycle", turn] => {
                Self::EncryptionKeyLifecycle(server, key, Turn::of(turn)?)
            }
            [server, "clients"] => Self::Clients(server),
            [server, "clients", client, "tokens"] => Self::RefreshTokens(server, client),
            [server, "clients", client, "tokens", token] => Self::RefreshToken(server, client, token),
            [server, "associatedServers"] => Self::Associates(server),
            [server, "associatedServers", other] => Self::Associate(server, other),
            _ => return None,
        })
    }

    fn under_policies(server: &'a str, rest: &[&'a str]) -> Option<Self> {
        Some(match *rest {
            [] => Self::Policies(server),
            [policy] => Self::Policy(server, policy),
            [policy, "lifecycle", turn] => Self::PolicyLifecycle(server, policy, Turn::of(turn)?),
            [policy, "rules"] => Self::Rules(server, policy),
            [policy, "rules", rule] => Self::Rule(server, policy, rule),
            [policy, "rules", rule, "lifecycle", turn] => Self::RuleLifecycle(server, policy, rule, Turn::of(turn)?),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_their_part_and_unknown_ones_nowhere() {
        let of = |path: &'static str| Resource::of(&path.split('/').collect::<Vec<_>>());
        assert_eq!(Resource::of(&[]), Some(Resource::Servers));
        assert_eq!(of("default"), Some(Resource::Server("default")));
        assert_eq!(
            of("aus1/policies/00p1/rules/0pr1/lifecycle/activate"),
            Some(Resource::RuleLifecycle("aus1", "00p1", "0pr1", Turn::Activate))
        );
        assert_eq!(of("aus1/credentials/lifecycle/keyRotate"), Some(Resource::KeyRotation("aus1")));
        assert_eq!(of("aus1/lifecycle/explode"), None);
        assert_eq!(of("aus1/pears"), None);
    }
}
