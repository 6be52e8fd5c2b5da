//! A request to an OAuth endpoint becomes the client that sends it, or the reason why it is not believed.
//!
//! A client is believed that is active and proves itself in the one way that its `token_endpoint_auth_method` names.

mod assertion;
mod basic;
mod form;
mod refusal;
mod seal;
#[cfg(test)]
mod tests;

use aws_lc_rs::constant_time::verify_slices_are_equal;

use self::assertion::{Assertion, Fault};
pub(super) use self::form::Form;
use super::endpoint::Endpoint;
use crate::{
    answer::Refusal,
    call::Call,
    families::{
        Exchange,
        apps::{self, document::App},
    },
    switches::RepeatedClientId,
};

/// Reads the parameters of a request to an endpoint.
pub(super) fn form(call: &Call, endpoint: Endpoint) -> Result<Form, Refusal> {
    Form::read(call, endpoint)
}

/// Returns the client that a request is by. `endpoint` is the whole URL that was invoked.
pub(super) fn authenticate(x: &Exchange<'_>, form: &Form, endpoint: &str) -> Result<App, Refusal> {
    let (id, secret, assertion) = (form.value("client_id"), form.value("client_secret"), form.value("client_assertion"));
    let header = x.call.authorization.as_deref();
    if [header, secret, assertion].iter().flatten().count() > 1 {
        return Err(refusal::several());
    }
    if let Some(header) = header {
        let (named, secret) = basic::read(header, x.switches.basic_credentials())?;
        check_repeated(x, id, &named)?;
        return with_secret(x, &named, &secret, "client_secret_basic");
    }
    if let Some(text) = assertion {
        assertion::check_type(form)?;
        let assertion = Assertion::parse(text)?;
        check_repeated(x, id, &assertion.client_id)?;
        return with_assertion(x, &assertion, endpoint);
    }
    match (id, secret) {
        (Some(id), Some(secret)) => with_secret(x, id, secret, "client_secret_post"),
        (Some(id), None) => with_method(find(x, id)?, "none"),
        (None, _) => Err(refusal::no_credentials()),
    }
}

/// Holds the `client_id` in the body of a request against the one that its credentials name.
fn check_repeated(x: &Exchange<'_>, repeated: Option<&str>, named: &str) -> Result<(), Refusal> {
    let accepted = x.switches.repeated_client_id() == RepeatedClientId::Accept;
    if repeated.is_none_or(|id| accepted && id == named) { Ok(()) } else { Err(refusal::several()) }
}

fn find(x: &Exchange<'_>, client_id: &str) -> Result<App, Refusal> {
    let app = apps::with_client_id(x, client_id)?;
    app.ok_or_else(|| refusal::unknown(x.switches.unknown_token_client()))
}

/// Returns a client that is active and authenticates in this way.
fn with_method(app: App, method: &str) -> Result<App, Refusal> {
    if app.body["status"] == "ACTIVE" && app.auth_method() == method { Ok(app) } else { Err(refusal::failed()) }
}

fn with_secret(x: &Exchange<'_>, client_id: &str, secret: &str, method: &str) -> Result<App, Refusal> {
    let app = with_method(find(x, client_id)?, method)?;
    let is_it = |known: &str| verify_slices_are_equal(known.as_bytes(), secret.as_bytes()).is_ok();
    // Each is looked at, whichever it is.
    let right = app.secrets.iter().filter(|known| known.is_active() && is_it(&known.value)).count();
    if right > 0 { Ok(app) } else { Err(refusal::wrong_secret()) }
}

fn with_assertion(x: &Exchange<'_>, assertion: &Assertion<'_>, endpoint: &str) -> Result<App, Refusal> {
    let app = apps::with_client_id(x, &assertion.client_id)?.ok_or_else(|| Fault::Issuer.refusal())?;
    assertion.check_subject()?;
    let app = with_method(app, seal::method(&assertion.jws)?)?;
    assertion.check(endpoint, x.at)?;
    seal::check(&assertion.jws, &app)?;
    assertion.spend(x.used, x.at)?;
    Ok(app)
}
