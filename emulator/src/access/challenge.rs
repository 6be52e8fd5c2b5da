//! The `WWW-Authenticate` header of a refusal, with the parameters and their order that Okta's has.

use crate::{call::Call, tokens::jws::ALGORITHMS};

/// How an access token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Bearer,
    DPoP,
}

/// What the header says but for the error.
pub(super) struct Challenge<'a> {
    pub(super) call: &'a Call,
    pub(super) scheme: Scheme,
    pub(super) scope: Option<String>,
}

impl Challenge<'_> {
    /// Returns the value of the header.
    pub(super) fn with_error(&self, error: &str, description: &str) -> String {
        let host = self.call.base.split_once("://").map_or(self.call.base.as_str(), |(_, host)| host);
        // Okta's own orgs are named with `http` here, though they are reached by `https` alone.
        let issuer = quotable(&format!("http://{host}"));
        let start = match self.scheme {
            Scheme::Bearer => "Bearer ".to_owned(),
            Scheme::DPoP => format!("DPoP algs=\"{}\", ", ALGORITHMS.join(" ")),
        };
        let scope = self.scope.as_ref().map(|scope| format!("scope=\"{scope}\", ")).unwrap_or_default();
        let resource = quotable(&self.call.path);
        format!(
            "{start}authorization_uri=\"{issuer}/oauth2/v1/authorize\", realm=\"{issuer}\", {scope}error=\"{error}\", \
             error_description=\"{description}\", resource=\"{resource}\""
        )
    }
}

/// Encodes what would end a quoted text, and what no header can hold.
fn quotable(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"\\".contains(&byte);
    let encoded = text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") });
    encoded.collect()
}
