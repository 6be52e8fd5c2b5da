//! Why a client is not believed, in the words of Okta's catalogue of OAuth errors.

use crate::{answer::Refusal, switches::UnknownTokenClient};

pub(super) fn invalid_client(description: &'static str) -> Refusal {
    Refusal::oauth(401, "invalid_client", description)
}

pub(super) fn no_credentials() -> Refusal {
    invalid_client("No client credentials found.")
}

pub(super) fn malformed_basic() -> Refusal {
    invalid_client("Found Authentication header but was not valid client credentials.")
}

/// Okta's support shows this one refusal in Okta's own form, its specification in that of RFC 6749.
pub(super) fn unknown(form: UnknownTokenClient) -> Refusal {
    let refusal = invalid_client("Invalid value for 'client_id' parameter.");
    match form {
        UnknownTokenClient::OAuth => refusal,
        UnknownTokenClient::Okta => refusal.in_oktas_form(),
    }
}

/// The client is not active, or authenticates in another way than it is to.
pub(super) fn failed() -> Refusal {
    invalid_client("Client authentication failed. Either the client or the client credentials are invalid.")
}

pub(super) fn wrong_secret() -> Refusal {
    invalid_client("The client secret supplied for a confidential client is invalid.")
}

pub(super) fn several() -> Refusal {
    let description = "Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.";
    Refusal::oauth(401, "invalid_request", description)
}
