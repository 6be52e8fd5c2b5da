//! The body of a request to an OAuth endpoint becomes its parameters, each of them once.

use std::collections::BTreeMap;

use crate::{answer::Refusal, call::Call, families::tokens::Endpoint};

const TYPE: &str = "application/x-www-form-urlencoded";
/// What says who a client is, which has no place in a URL.
const CREDENTIALS: [&str; 4] = ["client_id", "client_secret", "client_assertion", "client_assertion_type"];

/// The parameters of a request.
pub(in crate::families::tokens) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads the parameters of a request. A client without credentials names itself in the URL when it asks about a token (Okta's
    /// specification, at `/introspect`).
    pub(super) fn read(call: &Call, endpoint: Endpoint) -> Result<Self, Refusal> {
        if !call.body.is_empty() && !is_form(call) {
            return Err(Refusal::unsupported_media_type());
        }
        let named = call.query.value("client_id").filter(|_| endpoint == Endpoint::Introspect);
        let is_misplaced = |name: &&str| call.query.value(name).is_some() && (*name != "client_id" || named.is_none());
        if CREDENTIALS.iter().any(is_misplaced) {
            let description = "Client credentials cannot be supplied via query parameters.";
            return Err(Refusal::oauth(400, "invalid_request", description));
        }
        let mut parameters = BTreeMap::new();
        let named = named.map(|id| ("client_id".into(), id.into()));
        for (name, value) in named.into_iter().chain(url::form_urlencoded::parse(&call.body)) {
            if parameters.insert(name.into_owned(), value.into_owned()).is_some() {
                let description = "The request contained multiple parameters with the same name.";
                return Err(Refusal::oauth(400, "invalid_request", description));
            }
        }
        Ok(Self(parameters))
    }

    /// Returns a parameter. One without a value is as good as none (RFC 6749, section 3.2).
    pub(in crate::families::tokens) fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

fn is_form(call: &Call) -> bool {
    let sent = call.content_type.as_deref().unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case(TYPE)
}
