//! Which resource of the portal a path names.

/// A resource of the portal, with what its path says in place of an id: an `ID` or a `CID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route<'a> {
    Ready,
    Bootstrap,
    Providers,
    Provider(&'a str),
    ClientTypes(&'a str),
    ClientType(&'a str, &'a str),
    Products,
    Product(&'a str),
    Plans,
    Plan(&'a str),
    Attachments(&'a str),
    Attachment(&'a str, &'a str),
}

/// Says whether the portal answers for a path.
pub(crate) fn is_portal(segments: &[&str]) -> bool {
    matches!(segments, ["ready"] | ["portal-api", ..])
}

impl<'a> Route<'a> {
    pub(super) fn of(segments: &[&'a str]) -> Option<Self> {
        Some(match *segments {
            ["ready"] => Self::Ready,
            ["portal-api", "bootstrap"] => Self::Bootstrap,
            ["portal-api", "oauth-providers"] => Self::Providers,
            ["portal-api", "oauth-providers", provider] => Self::Provider(provider),
            ["portal-api", "oauth-providers", provider, "client-types"] => Self::ClientTypes(provider),
            ["portal-api", "oauth-providers", provider, "client-types", client_type] => Self::ClientType(provider, client_type),
            ["portal-api", "products"] => Self::Products,
            ["portal-api", "products", product] => Self::Product(product),
            ["portal-api", "plans"] => Self::Plans,
            ["portal-api", "plans", plan] => Self::Plan(plan),
            // With an underscore here, with a hyphen below providers: so it is published.
            ["portal-api", "products", product, "client_types"] => Self::Attachments(product),
            ["portal-api", "products", product, "client_types", client_type] => Self::Attachment(product, client_type),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_their_resource_and_unknown_ones_nowhere() {
        let of = |path: &'static str| Route::of(&path[1..].split('/').collect::<Vec<_>>());
        assert_eq!(of("/ready"), Some(Route::Ready));
        assert_eq!(of("/portal-api/oauth-providers/3/client-types/7"), Some(Route::ClientType("3", "7")));
        assert_eq!(of("/portal-api/products/3/client_types/7"), Some(Route::Attachment("3", "7")));
        assert_eq!(of("/portal-api/products/3/client-types"), None);
        assert_eq!(of("/portal-api/apps"), None);
    }

    #[test]
    fn nothing_of_okta_is_the_portals() {
        let is = |path: &str| is_portal(&path[1..].split('/').collect::<Vec<_>>());
        assert!(is("/ready") && is("/portal-api") && is("/portal-api/products"));
        assert!(!is("/ready/steady") && !is("/api/v1/apps") && !is("/"));
    }
}
