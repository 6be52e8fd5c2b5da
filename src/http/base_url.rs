//! A text to the origin of an org or a portal, or what is wrong with it.

use std::fmt;

use url::Url;

use super::transport::is_loopback;
use crate::printable::printable_head;

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

#[cfg(test)]
mod tests {
    use super::*;

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
