//! Environment variables to the addresses of org and portal and what signs us in there. An address comes with its credential, never from a
//! file of the repository.

use std::sync::Arc;

use super::auth::{KeyError, ServiceApp, SigningKey, read_key};
use super::base_url::{BaseUrl, BaseUrlError};
use super::credentials::Credentials;
use crate::clock::SystemClock;
use crate::env::Env;
use crate::printable::printable_head;
use crate::secret::Secret;

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
    /// The private key cannot be used.
    #[error("the key in `OKTA_CLIENT_PRIVATEKEY` cannot be used")]
    PrivateKey(#[source] KeyError),
    /// The name of the private key cannot be one.
    #[error("the name in `OKTA_CLIENT_PRIVATEKEYID` cannot be used")]
    PrivateKeyId(#[source] KeyError),
    /// The app's name cannot be one.
    #[error("`OKTA_CLIENT_CLIENTID` holds characters that no client_id has: is it quoted, or does it hold a line break?")]
    ClientId,
    /// A scope cannot be one.
    #[error("`{0}` in `OKTA_CLIENT_SCOPES` is no scope: write them like `okta.apps.read okta.appGrants.read`")]
    Scope(String),
    /// The way to sign in is not known.
    #[error("`OKTA_CLIENT_AUTHORIZATIONMODE` is `{0}`: set it to `SSWS` or `PrivateKey`, or unset it")]
    Mode(String),
}

const MODE: &str = "OKTA_CLIENT_AUTHORIZATIONMODE";
const MODE_OF_KEY: &str = "OKTA_CLIENT_AUTHORIZATIONMODE=PrivateKey";
const KEY: &str = "OKTA_CLIENT_PRIVATEKEY";
const SCOPES: &str = "OKTA_CLIENT_SCOPES";

/// Reads a list of scopes, with commas between them as Okta's SDKs have it, or spaces as OAuth has it. Their order makes no difference.
fn scopes_of(text: &str) -> Result<Vec<String>, CredentialsError> {
    let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
    let mut scopes = Vec::new();
    for word in words {
        if !word.chars().all(|c| c.is_ascii_alphanumeric() || "._:-".contains(c)) {
            return Err(CredentialsError::Scope(printable_head(word, 60)));
        }
        scopes.push(word.to_owned());
    }
    scopes.sort();
    scopes.dedup();
    if scopes.is_empty() { Err(CredentialsError::Scope(String::new())) } else { Ok(scopes) }
}

impl Credentials {
    /// Reads the variables of Okta's own tools, then those of the Terraform provider, and those of the portal. What is not set at all is
    /// missing in the result.
    pub fn from_env(env: &Env) -> Result<Self, CredentialsError> {
        Ok(Self::org_from_env(env)?.unwrap_or_default().and(Self::portal_from_env(env)?.unwrap_or_default()))
    }

    fn org_from_env(env: &Env) -> Result<Option<Self>, CredentialsError> {
        match env.var(MODE) {
            // A key alone signs nobody in, and a token that is there besides says what was meant.
            None if env.var(KEY).is_some() && env.var("OKTA_CLIENT_TOKEN").is_none() => {
                return Err(CredentialsError::Incomplete { missing: MODE_OF_KEY, beside: KEY });
            }
            None => {}
            Some(mode) if mode.eq_ignore_ascii_case("SSWS") => {}
            Some(mode) if mode.eq_ignore_ascii_case("PrivateKey") => return Self::app_from_env(env).map(Some),
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

    fn app_from_env(env: &Env) -> Result<Self, CredentialsError> {
        let needed = |name| env.var(name).ok_or(CredentialsError::Incomplete { missing: name, beside: MODE_OF_KEY });
        let (url, client_id, key) = (needed("OKTA_CLIENT_ORGURL")?, needed("OKTA_CLIENT_CLIENTID")?, needed(KEY)?);
        let url = BaseUrl::parse(url).map_err(|source| CredentialsError::BaseUrl { variables: "`OKTA_CLIENT_ORGURL`", source })?;
        if !client_id.chars().all(|c| c.is_ascii_graphic()) {
            return Err(CredentialsError::ClientId);
        }
        let key = read_key(key).map_err(CredentialsError::PrivateKey)?;
        let key = match env.var("OKTA_CLIENT_PRIVATEKEYID") {
            None => key,
            Some(id) => SigningKey::named(key, id).map_err(CredentialsError::PrivateKeyId)?,
        };
        let app = ServiceApp::new(client_id.to_owned(), env.var(SCOPES).map_or(Ok(Vec::new()), scopes_of)?, key, Arc::new(SystemClock));
        Ok(Self::service_app(url, app))
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
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    const KEY: &str = r#"{"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;

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
    fn an_app_signs_in_where_the_mode_says_so() {
        let pairs = [
            ("OKTA_CLIENT_ORGURL", "https://acme.okta.com"),
            ("OKTA_CLIENT_AUTHORIZATIONMODE", "PrivateKey"),
            ("OKTA_CLIENT_CLIENTID", "0oa1"),
            ("OKTA_CLIENT_SCOPES", "okta.groups.read,okta.apps.read  okta.apps.read"),
            ("OKTA_CLIENT_PRIVATEKEY", KEY),
            ("OKTA_CLIENT_PRIVATEKEYID", "mine"),
            ("OKTA_CLIENT_TOKEN", "00abc"),
        ];
        let env: Env = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
        let credentials = Credentials::from_env(&env).unwrap();
        assert_eq!(credentials.client_id(), Some("0oa1"));
        assert_eq!(format!("{credentials:?}"), r#"Credentials { org: "https://acme.okta.com", .. }"#);
        assert_eq!(scopes_of(pairs[3].1).unwrap(), ["okta.apps.read", "okta.groups.read"]);
    }

    #[test]
    fn what_is_missing_is_named_and_no_token_is_shown() {
        let url = ("OKTA_CLIENT_ORGURL", "https://acme.okta.com");
        let (mode, client_id) = (("OKTA_CLIENT_AUTHORIZATIONMODE", "privatekey"), ("OKTA_CLIENT_CLIENTID", "0oa1"));
        let key = ("OKTA_CLIENT_PRIVATEKEY", KEY);
        let table = [
            from(&[url]),
            from(&[("OKTA_CLIENT_TOKEN", "00abc")]),
            from(&[("OKTA_API_TOKEN", "00abc")]),
            from(&[("OKTA_API_TOKEN", "00abc"), ("OKTA_ORG_NAME", "acme")]),
            from(&[("OKTA_ORG_NAME", "acme")]),
            from(&[url, ("OKTA_CLIENT_TOKEN", "00abc\nx")]),
            from(&[url, mode]),
            from(&[mode]),
            from(&[url, mode, client_id]),
            from(&[url, mode, client_id, ("OKTA_CLIENT_SCOPES", "okta.apps.read")]),
            from(&[url, mode, client_id, key, ("OKTA_CLIENT_SCOPES", "okta.apps.read, \"okta.groups.read\"")]),
            from(&[url, mode, client_id, key, ("OKTA_CLIENT_SCOPES", " , ")]),
            from(&[url, mode, ("OKTA_CLIENT_CLIENTID", "0oa 1"), key, ("OKTA_CLIENT_SCOPES", "okta.apps.read")]),
            from(&[url, mode, client_id, ("OKTA_CLIENT_PRIVATEKEY", "hush"), ("OKTA_CLIENT_SCOPES", "okta.apps.read")]),
            from(&[url, key]),
            from(&[url, ("OKTA_CLIENT_AUTHORIZATIONMODE", "magic\u{1b}")]),
            from(&[("OKTA_CLIENT_ORGURL", "http://acme.okta.com"), ("OKTA_CLIENT_TOKEN", "00abc")]),
            from(&[("OKTA_API_TOKEN", "00abc"), ("OKTA_ORG_NAME", "acme-admin"), ("OKTA_BASE_URL", "okta.com")]),
            from(&[("TYK_PORTAL_TOKEN", "eyJ")]),
            from(&[url, ("OKTA_CLIENT_TOKEN", "00abc"), ("TYK_PORTAL_URL", "https://portal.example.com")]),
            from(&[("TYK_PORTAL_URL", "http://portal.example.com"), ("TYK_PORTAL_TOKEN", "eyJ")]),
        ];
        insta::assert_snapshot!(table.join("\n"), @r#"
        `OKTA_CLIENT_TOKEN` is not set, but `OKTA_CLIENT_ORGURL` is: set both
        `OKTA_CLIENT_ORGURL` is not set, but `OKTA_CLIENT_TOKEN` is: set both
        `OKTA_ORG_NAME` is not set, but `OKTA_API_TOKEN` is: set both
        `OKTA_BASE_URL` is not set, but `OKTA_API_TOKEN` is: set both
        `OKTA_API_TOKEN` is not set, but `OKTA_ORG_NAME` is: set both
        `OKTA_CLIENT_TOKEN` holds characters that no token has: is it quoted, or does it hold a line break?
        `OKTA_CLIENT_CLIENTID` is not set, but `OKTA_CLIENT_AUTHORIZATIONMODE=PrivateKey` is: set both
        `OKTA_CLIENT_ORGURL` is not set, but `OKTA_CLIENT_AUTHORIZATIONMODE=PrivateKey` is: set both
        `OKTA_CLIENT_PRIVATEKEY` is not set, but `OKTA_CLIENT_AUTHORIZATIONMODE=PrivateKey` is: set both
        `OKTA_CLIENT_PRIVATEKEY` is not set, but `OKTA_CLIENT_AUTHORIZATIONMODE=PrivateKey` is: set both
        `"okta.groups.read"` in `OKTA_CLIENT_SCOPES` is no scope: write them like `okta.apps.read okta.appGrants.read`
        `` in `OKTA_CLIENT_SCOPES` is no scope: write them like `okta.apps.read okta.appGrants.read`
        `OKTA_CLIENT_CLIENTID` holds characters that no client_id has: is it quoted, or does it hold a line break?
        the key in `OKTA_CLIENT_PRIVATEKEY` cannot be used: it is neither a PEM nor a JWK, nor the path of a file that can be read (entity not found): check that all of the key is there
        `OKTA_CLIENT_AUTHORIZATIONMODE=PrivateKey` is not set, but `OKTA_CLIENT_PRIVATEKEY` is: set both
        `OKTA_CLIENT_AUTHORIZATIONMODE` is `magic\u{1b}`: set it to `SSWS` or `PrivateKey`, or unset it
        the address in `OKTA_CLIENT_ORGURL` cannot be used: `http://acme.okta.com` is not https, which is only left out for this machine itself
        the address in `OKTA_ORG_NAME` and `OKTA_BASE_URL` cannot be used: `https://acme-admin.okta.com` is the admin console's address; the org's own is `https://acme.okta.com`
        `TYK_PORTAL_URL` is not set, but `TYK_PORTAL_TOKEN` is: set both
        `TYK_PORTAL_TOKEN` is not set, but `TYK_PORTAL_URL` is: set both
        the address in `TYK_PORTAL_URL` cannot be used: `http://portal.example.com` is not https, which is only left out for this machine itself
        "#);
    }
}
