//! Our stable identity of things: `Kind/name[/child…]`. Never a server's id.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One of the two systems that hold what manifests declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum System {
    /// The Okta org.
    Okta,
    /// The Tyk developer portal.
    Portal,
}

/// A resource type that a manifest can declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An OAuth integration: Okta's `/api/v1/apps`.
    App,
    /// How an app proves who it is: `credentials.oauthClient`, secrets and keys of the same live object.
    ClientCredentials,
    /// The Okta API scopes that an app may use: `/api/v1/apps/{id}/grants`.
    Grant,
    /// Groups' access to an app: `/api/v1/apps/{id}/groups`.
    GroupAssignment,
    /// An OAuth client registered dynamically: Okta's `/oauth2/v1/clients`.
    Client,
    /// Who issues tokens, with its scopes, claims, policies and rules: `/api/v1/authorizationServers`.
    AuthorizationServer,
    /// An identity provider of the developer portal: Tyk's `/portal-api/oauth-providers`.
    OAuthProvider,
    /// How the portal registers clients of one sort: Tyk's `/portal-api/oauth-providers/{id}/client-types`.
    ClientType,
}

impl Kind {
    /// Every kind that a manifest can name, in the order in which they are documented.
    pub const ALL: [Self; 8] = [
        Self::App,
        Self::ClientCredentials,
        Self::Grant,
        Self::GroupAssignment,
        Self::Client,
        Self::AuthorizationServer,
        Self::OAuthProvider,
        Self::ClientType,
    ];

    /// Returns which of the two systems holds objects of the kind.
    pub const fn system(self) -> System {
        match self {
            Self::App | Self::ClientCredentials | Self::Grant | Self::GroupAssignment | Self::Client | Self::AuthorizationServer => {
                System::Okta
            }
            Self::OAuthProvider | Self::ClientType => System::Portal,
        }
    }

    /// Returns the kind as manifests spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "App",
            Self::ClientCredentials => "ClientCredentials",
            Self::Grant => "Grant",
            Self::GroupAssignment => "GroupAssignment",
            Self::Client => "Client",
            Self::AuthorizationServer => "AuthorizationServer",
            Self::OAuthProvider => "OAuthProvider",
            Self::ClientType => "ClientType",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownKind(text.to_owned()))
    }
}

/// A word that names no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind `{0}`")]
pub struct UnknownKind(pub String);

/// The identity of an object in manifests, plans and reports.
///
/// Ordered by kind, name, then children: the order of every output.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The kind of the document that the object belongs to.
    pub kind: Kind,
    /// `metadata.name` of that document; for an orphan that no document declares, the name in its marker.
    pub name: String,
    /// What stands below the document's object, for example `["secret", "2026-09"]`; empty for the object itself.
    pub child: Vec<String>,
}

impl Address {
    /// Returns the address of a document's own object.
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into(), child: Vec::new() }
    }

    /// Returns the address of something below this one.
    #[must_use]
    pub fn below<const N: usize>(&self, segments: [&str; N]) -> Self {
        let mut child = self.child.clone();
        child.extend(segments.into_iter().map(str::to_owned));
        Self { kind: self.kind, name: self.name.clone(), child }
    }

    /// Returns the address of the document's own object.
    #[must_use]
    pub fn top(&self) -> Self {
        Self::new(self.kind, self.name.clone())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A scope may be a URL, and a mark or a rule may have any name: a slash inside a segment is written `%2F`, so that an address can
        // be taken apart again, and so are the braces around one that stands in a path.
        let segment = |s: &str| s.replace('%', "%25").replace('/', "%2F").replace('{', "%7B").replace('}', "%7D");
        write!(f, "{}/{}", self.kind, segment(&self.name))?;
        self.child.iter().try_for_each(|s| write!(f, "/{}", segment(s)))
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress(text.to_owned());
        let mut parts = text.split('/');
        let word = parts.next().ok_or_else(bad)?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(bad)?;
        let name = parts.next().filter(|n| !n.is_empty()).ok_or_else(bad)?;
        let segment = |s: &str| s.replace("%2F", "/").replace("%7B", "{").replace("%7D", "}").replace("%25", "%");
        Ok(Self { kind, name: segment(name), child: parts.map(segment).collect() })
    }
}

/// A text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an address: write KIND/NAME, for example App/web-portal")]
pub struct BadAddress(pub String);

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_what_it_prints() {
        let addresses = [
            Address::new(Kind::App, "web-portal"),
            Address::new(Kind::App, "web-portal").below(["secret", "2026-09"]),
            Address::new(Kind::Grant, "x").below(["https://a/b%2Fc"]),
            Address::new(Kind::App, "a/b%"),
            Address::new(Kind::AuthorizationServer, "x").below(["policy", "{all}", "rule", "%7B{/}"]),
        ];
        for address in addresses {
            assert_eq!(address.to_string().parse::<Address>(), Ok(address));
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_form() {
        for text in ["", "App", "App/", "Foo/x", "web-portal"] {
            assert_eq!(text.parse::<Address>(), Err(BadAddress(text.to_owned())));
        }
    }
}
