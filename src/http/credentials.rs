//! Environment variables to the addresses of org and portal and what signs us in there. An address comes with its credential, never from a
//! file.

use std::fmt;

use http::HeaderValue;
use url::Url;

use super::mask::Hidden;
use super::transport::is_loopback;
use crate::address::System;
use crate::env::Env;
use crate::printable::printable_head;
use crate::secret::Secret;

/// The origin of an org or a portal: scheme, host and port, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// A text that is no org's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// It is no URL.
    #[error("`{0}` is not a URL such as https://acme.okta.com")]
    NotAUrl(String),
    /// It is not https.
    #[error("`{0}` is not https, which is only left out for this machine itself")]
    NotHttps(String),
    /// It has more than scheme, host and port.
    #[error("`{0}` must be the address alone, without user, path, query or fragment")]
    NotAnOrigin(String),
    /// It is the address of the console.
    #[error("`{0}` is the admin console's address; the org's own is `{1}`")]
    AdminConsole(String, String),
}

impl BaseUrl {
    /// Reads an address; a slash at the end makes no difference.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let shown = printable_head(text, 200);
        let Ok(url) = Url::parse(text) else { return Err(BaseUrlError::NotAUrl(shown)) };
        let Some(host) = url.host_str() else { return Err(BaseUrlError::NotAUrl(shown)) };
        let has_user = !url.username().is_empty() || url.password().is_some();
        if has_user || !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            // What stands before an `@` or after a `?` may be a credential: it is not repeated.
            return Err(BaseUrlError::NotAnOrigin(host.to_owned()));
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(host) => {}
            _ => return Err(BaseUrlError::NotHttps(shown)),
        }
        if let Some((name, domain)) = host.split_once('.')
            && let Some(name) = name.strip_suffix("-admin")
            && ["okta.com", "oktapreview.com", "okta-emea.com"].contains(&domain)
        {
            return Err(BaseUrlError::AdminConsole(shown, format!("https://{name}.{domain}")));
        }
        Ok(Self(url))
    }

    /// Returns the address of an absolute path.
    pub(super) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// Why the environment gives no credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// A variable is missing beside one that is set.
    #[error("`{missing}` is not set, but `{beside}` is: set both")]
    Incomplete {
        /// The variable to set.
        missing: &'static str,
        /// The one that is set.
        beside: &'static str,
    },
    /// The address is not one.
    #[error("the address in {variables} cannot be used")]
    BaseUrl {
        /// Where it stands.
        variables: &'static str,
        /// What is wrong with it.
        source: BaseUrlError,
    },
    /// The token cannot be one.
    #[error("`{variable}` holds characters that no token has: is it quoted, or does it hold a line break?")]
    Token {
        /// Where it stands.
        variable: &'static str,
    },
    /// Signing in with a private key is not there.
    #[error("`OKTA_CLIENT_AUTHORIZATIONMODE=PrivateKey` is not supported yet: unset it and use `OKTA_CLIENT_TOKEN`")]
    PrivateKey,
    /// The way to sign in is not known.
    #[error("`OKTA_CLIENT_AUTHORIZATIONMODE` is `{0}`: unset it or set it to `SSWS`")]
    Mode(String),
}

/// What signs us in at an org, at a portal, or at both. Its `Debug` shows the addresses alone.
///
/// # Guarantees
/// A request is signed with what belongs to the system that its path names, and goes to that system's address.
#[derive(Clone, Default)]
pub struct Credentials {
    org: Option<Account>,
    portal: Option<Account>,
    hidden: Hidden,
}

/// An address and what signs us in there.
#[derive(Clone)]
pub(super) struct Account {
    pub(super) url: BaseUrl,
    token: Secret,
    system: System,
}

impl Account {
    fn new(url: BaseUrl, token: Secret, system: System) -> Option<Self> {
        let sound = !token.expose().is_empty() && token.expose().chars().all(|c| c.is_ascii_graphic());
        sound.then_some(Self { url, token, system })
    }

    /// Returns the header that signs a request in.
    pub(super) fn authorization(&self) -> HeaderValue {
        let text = match self.system {
            System::Okta => format!("SSWS {}", self.token.expose()),
            // The token as it is, without a word before it (tyk-portal-api.md, section 1).
            System::Portal => self.token.expose().to_owned(),
        };
        let mut value = HeaderValue::try_from(text).expect("a token is visible ASCII");
        value.set_sensitive(true);
        value
    }
}

impl Credentials {
    /// Returns an API token's credentials; `None` if the token cannot be one.
    pub fn ssws(org: BaseUrl, token: Secret) -> Option<Self> {
        Account::new(org, token, System::Okta).map(|account| Self { org: Some(account), ..Self::default() })
    }

    /// Returns a portal's credentials; `None` if the token cannot be one.
    pub fn portal_token(portal: BaseUrl, token: Secret) -> Option<Self> {
        Account::new(portal, token, System::Portal).map(|account| Self { portal: Some(account), ..Self::default() })
    }

    /// Returns these, with those of another system.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { org: self.org.or(other.org), portal: self.portal.or(other.portal), hidden: self.hidden }
    }

    /// Reads the variables of Okta's own tools, then those of the Terraform provider, and those of the portal. What is not set at all is
    /// missing in the result.
    pub fn from_env(env: &Env) -> Result<Self, CredentialsError> {
        Ok(Self::org_from_env(env)?.unwrap_or_default().and(Self::portal_from_env(env)?.unwrap_or_default()))
    }

    fn org_from_env(env: &Env) -> Result<Option<Self>, CredentialsError> {
        match env.var("OKTA_CLIENT_AUTHORIZATIONMODE") {
            None => {}
            Some(mode) if mode.eq_ignore_ascii_case("SSWS") => {}
            Some(mode) if mode.eq_ignore_ascii_case("PrivateKey") => return Err(CredentialsError::PrivateKey),
            Some(mode) => return Err(CredentialsError::Mode(printable_head(mode, 40))),
        }
        let [url, token, api_token, name, base] =
            ["OKTA_CLIENT_ORGURL", "OKTA_CLIENT_TOKEN", "OKTA_API_TOKEN", "OKTA_ORG_NAME", "OKTA_BASE_URL"].map(|name| env.var(name));
        let incomplete = |missing, beside| Err(CredentialsError::Incomplete { missing, beside });
        let of = |url: &str, variables, token: &str, variable| {
            let url = BaseUrl::parse(url).map_err(|source| CredentialsError::BaseUrl { variables, source })?;
            Self::ssws(url, Secret::new(token.to_owned())).ok_or(CredentialsError::Token { variable }).map(Some)
        };
        match (url, token, api_token, name, base) {
            (Some(url), Some(token), ..) => of(url, "`OKTA_CLIENT_ORGURL`", token, "OKTA_CLIENT_TOKEN"),
            (Some(_), None, ..) => incomplete("OKTA_CLIENT_TOKEN", "OKTA_CLIENT_ORGURL"),
            (None, Some(_), ..) => incomplete("OKTA_CLIENT_ORGURL", "OKTA_CLIENT_TOKEN"),
            (None, None, Some(token), Some(name), Some(base)) => {
                of(&format!("https://{name}.{base}"), "`OKTA_ORG_NAME` and `OKTA_BASE_URL`", token, "OKTA_API_TOKEN")
            }
            (None, None, Some(_), None, _) => incomplete("OKTA_ORG_NAME", "OKTA_API_TOKEN"),
            (None, None, Some(_), Some(_), None) => incomplete("OKTA_BASE_URL", "OKTA_API_TOKEN"),
            (None, None, None, Some(_), _) => incomplete("OKTA_API_TOKEN", "OKTA_ORG_NAME"),
            (None, None, None, None, _) => Ok(None),
        }
    }

    fn portal_from_env(env: &Env) -> Result<Option<Self>, CredentialsError> {
        match (env.var("TYK_PORTAL_URL"), env.var("TYK_PORTAL_TOKEN")) {
            (Some(url), Some(token)) => {
                // The API's base is the portal's address with this path; people copy either.
                let origin = url.trim_end_matches('/').strip_suffix("/portal-api").unwrap_or(url);
                let url = BaseUrl::parse(origin).map_err(|source| CredentialsError::BaseUrl { variables: "`TYK_PORTAL_URL`", source })?;
                let credentials = Self::portal_token(url, Secret::new(token.to_owned()));
                credentials.ok_or(CredentialsError::Token { variable: "TYK_PORTAL_TOKEN" }).map(Some)
            }
            (Some(_), None) => Err(CredentialsError::Incomplete { missing: "TYK_PORTAL_TOKEN", beside: "TYK_PORTAL_URL" }),
            (None, Some(_)) => Err(CredentialsError::Incomplete { missing: "TYK_PORTAL_URL", beside: "TYK_PORTAL_TOKEN" }),
            (None, None) => Ok(None),
        }
    }

    /// Returns the same with values that no error or log line may show, should a server repeat them.
    #[must_use]
    pub fn hiding(self, values: impl IntoIterator<Item = Secret>) -> Self {
        Self { hidden: Hidden::of(values), ..self }
    }

    /// Returns the values to be kept out of texts of the servers.
    pub(super) fn hidden(&self) -> Hidden {
        self.hidden.clone()
    }

    /// Returns whether there are none at all.
    pub fn is_empty(&self) -> bool {
        self.org.is_none() && self.portal.is_none()
    }

    /// Returns the org, if these are for one.
    pub fn org(&self) -> Option<&BaseUrl> {
        self.org.as_ref().map(|account| &account.url)
    }

    /// Returns the portal, if these are for one.
    pub fn portal(&self) -> Option<&BaseUrl> {
        self.portal.as_ref().map(|account| &account.url)
    }

    /// Returns what signs us in at a system.
    pub(super) fn account(&self, system: System) -> Option<&Account> {
        match system {
            System::Okta => self.org.as_ref(),
            System::Portal => self.portal.as_ref(),
        }
    }

    /// Returns the secret parts, to be kept out of error texts.
    pub(super) fn tokens(&self) -> impl Iterator<Item = &Secret> {
        [&self.org, &self.portal].into_iter().flatten().map(|account| &account.token)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Credentials");
        for (name, url) in [("org", self.org()), ("portal", self.portal())] {
            if let Some(url) = url {
                shown.field(name, &url.to_string());
            }
        }
        shown.finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    fn from(pairs: &[(&str, &str)]) -> String {
        let env: Env = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        match Credentials::from_env(&env) {
            Ok(credentials) => format!("{credentials:?}"),
            Err(error) => error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}")),
        }
    }

    #[test]
    fn the_variables_of_both_tools_are_understood() {
        let okta = [("OKTA_CLIENT_ORGURL", "https://acme.okta.com/"), ("OKTA_CLIENT_TOKEN", "00abc")];
        let terraform = [("OKTA_API_TOKEN", "00abc"), ("OKTA_ORG_NAME", "acme"), ("OKTA_BASE_URL", "oktapreview.com")];
        assert_eq!(from(&okta), r#"Credentials { org: "https://acme.okta.com", .. }"#);
        assert_eq!(from(&terraform), r#"Credentials { org: "https://acme.oktapreview.com", .. }"#);
        assert_eq!(from(&[okta, [terraform[0], terraform[1]]].concat()), from(&okta));
        assert_eq!(from(&[]), "Credentials { .. }");
        let portal = [("TYK_PORTAL_URL", "https://portal.example.com/portal-api/"), ("TYK_PORTAL_TOKEN", "eyJ.x")];
        assert_eq!(from(&portal), r#"Credentials { portal: "https://portal.example.com", .. }"#);
        let both = r#"Credentials { org: "https://acme.okta.com", portal: "https://portal.example.com", .. }"#;
        assert_eq!(from(&[okta, portal].concat()), both);
    }

    #[test]
    fn what_is_missing_is_named_and_no_token_is_shown() {
        let url = ("OKTA_CLIENT_ORGURL", "https://acme.okta.com");
        let table = [
            from(&[url]),
            from(&[("OKTA_CLIENT_TOKEN", "00abc")]),
            from(&[("OKTA_API_TOKEN", "00abc")]),
            from(&[("OKTA_API_TOKEN", "00abc"), ("OKTA_ORG_NAME", "acme")]),
            from(&[("OKTA_ORG_NAME", "acme")]),
            from(&[url, ("OKTA_CLIENT_TOKEN", "00abc\nx")]),
            from(&[url, ("OKTA_CLIENT_AUTHORIZATIONMODE", "PrivateKey")]),
            from(&[url, ("OKTA_CLIENT_AUTHORIZATIONMODE", "magic\u{1b}")]),
            from(&[("OKTA_CLIENT_ORGURL", "http://acme.okta.com"), ("OKTA_CLIENT_TOKEN", "00abc")]),
            from(&[("OKTA_API_TOKEN", "00abc"), ("OKTA_ORG_NAME", "acme-admin"), ("OKTA_BASE_URL", "okta.com")]),
            from(&[("TYK_PORTAL_TOKEN", "eyJ")]),
            from(&[url, ("OKTA_CLIENT_TOKEN", "00abc"), ("TYK_PORTAL_URL", "https://portal.example.com")]),
            from(&[("TYK_PORTAL_URL", "http://portal.example.com"), ("TYK_PORTAL_TOKEN", "eyJ")]),
        ];
        insta::assert_snapshot!(table.join("\n"), @r"
        `OKTA_CLIENT_TOKEN` is not set, but `OKTA_CLIENT_ORGURL` is: set both
        `OKTA_CLIENT_ORGURL` is not set, but `OKTA_CLIENT_TOKEN` is: set both
        `OKTA_ORG_NAME` is not set, but `OKTA_API_TOKEN` is: set both
        `OKTA_BASE_URL` is not set, but `OKTA_API_TOKEN` is: set both
        `OKTA_API_TOKEN` is not set, but `OKTA_ORG_NAME` is: set both
        `OKTA_CLIENT_TOKEN` holds characters that no token has: is it quoted, or does it hold a line break?
        `OKTA_CLIENT_AUTHORIZATIONMODE=PrivateKey` is not supported yet: unset it and use `OKTA_CLIENT_TOKEN`
        `OKTA_CLIENT_AUTHORIZATIONMODE` is `magic\u{1b}`: unset it or set it to `SSWS`
        the address in `OKTA_CLIENT_ORGURL` cannot be used: `http://acme.okta.com` is not https, which is only left out for this machine itself
        the address in `OKTA_ORG_NAME` and `OKTA_BASE_URL` cannot be used: `https://acme-admin.okta.com` is the admin console's address; the org's own is `https://acme.okta.com`
        `TYK_PORTAL_URL` is not set, but `TYK_PORTAL_TOKEN` is: set both
        `TYK_PORTAL_TOKEN` is not set, but `TYK_PORTAL_URL` is: set both
        the address in `TYK_PORTAL_URL` cannot be used: `http://portal.example.com` is not https, which is only left out for this machine itself
        ");
    }

    #[test]
    fn an_org_is_an_https_origin_or_this_machine() {
        let table = [
            "https://acme.okta.com/",
            "https://login.example.com:8443",
            "http://127.0.0.1:8080/",
            "http://[::1]:1",
            "http://localhost:1",
            "http://127.0.0.1.example.com",
            "ftp://acme.okta.com",
            "https://acme.okta.com/api/v1",
            "https://acme.okta.com?token=x",
            "https://user:hush@acme.okta.com",
            "https://acme-admin.okta.com",
            "acme.okta.com",
            "",
        ]
        .map(|text| BaseUrl::parse(text).map_or_else(|error| error.to_string(), |org| org.to_string()));
        insta::assert_snapshot!(table.join("\n"), @r"
        https://acme.okta.com
        https://login.example.com:8443
        http://127.0.0.1:8080
        http://[::1]:1
        http://localhost:1
        `http://127.0.0.1.example.com` is not https, which is only left out for this machine itself
        `ftp://acme.okta.com` is not https, which is only left out for this machine itself
        `acme.okta.com` must be the address alone, without user, path, query or fragment
        `acme.okta.com` must be the address alone, without user, path, query or fragment
        `acme.okta.com` must be the address alone, without user, path, query or fragment
        `https://acme-admin.okta.com` is the admin console's address; the org's own is `https://acme.okta.com`
        `acme.okta.com` is not a URL such as https://acme.okta.com
        `` is not a URL such as https://acme.okta.com
        ");
    }
}
