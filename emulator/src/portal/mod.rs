//! The Tyk developer portal beside the org: requests on its paths become answers and writes to the same store.
//!
//! It follows the published schemas, the documentation and what recorded answers of other endpoints of the portal show. Nobody
//! has recorded these endpoints, so more is open here than for Okta: what is, is a [switch](crate::switches) whose name starts
//! with `portal-`, or invented and said to be where it is written.
//!
//! Its lists are never older than its objects, so the fault `list-lag` does not touch it; every other fault befalls it by path
//! as it does the org. It counts no requests.

mod attachments;
mod client_types;
mod csv;
mod document;
mod field;
mod page;
mod plans;
mod products;
mod providers;
mod reply;
mod route;

use serde_json::json;

use self::{
    document::{Document, Resource},
    route::Route,
};
use crate::{
    families::Exchange,
    switches::{PortalBadToken, PortalDuplicateName, PortalMissingAccept, PortalPostStatus},
};

pub(crate) use self::{
    providers::registration_token,
    reply::{Refusal, Reply},
    route::is_portal,
};

/// Answers a request on one of the portal's paths.
pub(crate) fn answer(x: &mut Exchange<'_>, segments: &[&str]) -> Result<Reply, Refusal> {
    let route = Route::of(segments);
    match (route, x.call.method.as_str()) {
        (Some(Route::Ready), "GET") => return Ok(Reply::ok(json!({"message": "Success"}))),
        (Some(Route::Ready), _) => return Err(Refusal::no_such_path()),
        // Bootstrapping works once, and here it is done. What a second call gets is documented nowhere: this is invented.
        (Some(Route::Bootstrap), "POST") => return Err(Refusal::error(400, "the portal is bootstrapped already")),
        _ => admit(x)?,
    }
    match (route, x.call.method.as_str()) {
        (Some(Route::Providers), "GET") => providers::list(x),
        (Some(Route::Providers), "POST") => providers::create(x),
        (Some(Route::Provider(provider)), "GET") => providers::read(x, provider),
        (Some(Route::Provider(provider)), "PUT") => providers::update(x, provider),
        (Some(Route::Provider(provider)), "DELETE") => providers::delete(x, provider),
        (Some(Route::ClientTypes(provider)), "GET") => client_types::list(x, provider),
        (Some(Route::ClientTypes(provider)), "POST") => client_types::create(x, provider),
        (Some(Route::ClientType(provider, client_type)), "GET") => client_types::read(x, provider, client_type),
        (Some(Route::ClientType(provider, client_type)), "PUT") => client_types::update(x, provider, client_type),
        (Some(Route::ClientType(provider, client_type)), "DELETE") => client_types::delete(x, provider, client_type),
        (Some(Route::Products), "GET") => products::list(x),
        (Some(Route::Products), "POST") => products::create(x),
        (Some(Route::Product(product)), "GET") => products::read(x, product),
        (Some(Route::Product(product)), "PUT") => products::update(x, product),
        (Some(Route::Product(product)), "DELETE") => products::delete(x, product),
        (Some(Route::Plans), "GET") => plans::list(x),
        (Some(Route::Plans), "POST") => plans::create(x),
        (Some(Route::Plan(plan)), "GET") => plans::read(x, plan),
        (Some(Route::Plan(plan)), "PUT") => plans::update(x, plan),
        (Some(Route::Plan(plan)), "DELETE") => plans::delete(x, plan),
        (Some(Route::Attachments(product)), "GET") => attachments::list(x, product),
        (Some(Route::Attachments(product)), "POST") => attachments::attach(x, product),
        (Some(Route::Attachment(product, client_type)), "GET") => attachments::read(x, product, client_type),
        (Some(Route::Attachment(product, client_type)), "DELETE") => attachments::detach(x, product, client_type),
        _ => Err(Refusal::no_such_path()),
    }
}

/// Lets a request in that brings the raw token, without any word before it, and says what it accepts.
fn admit(x: &Exchange<'_>) -> Result<(), Refusal> {
    if x.call.authorization.as_deref() != Some(x.organization.portal_token.as_str()) {
        return Err(match x.switches.portal_bad_token() {
            PortalBadToken::Unauthorized => Refusal::bad_token(),
            PortalBadToken::Login => Refusal::login(),
        });
    }
    match (&x.call.accept, x.switches.portal_missing_accept()) {
        (None, PortalMissingAccept::Crash) => Err(Refusal::crash()),
        _ => Ok(()),
    }
}

/// Returns the status of a provider or client type that was created.
fn created(x: &Exchange<'_>) -> u16 {
    match x.switches.portal_post_status() {
        PortalPostStatus::Ok => 200,
        PortalPostStatus::Created => 201,
    }
}

/// Says whether a deletion is to take the object away from the products that use it.
fn force(x: &Exchange<'_>) -> bool {
    x.call.query.value("force") == Some("true")
}

/// Refuses a name that another object below the same prefix has, if names are unique here.
fn refuse_taken_name(x: &Exchange<'_>, resource: &Resource, prefix: &str, document: &Document) -> Result<(), Refusal> {
    if x.switches.portal_duplicate_name() == PortalDuplicateName::Accepted {
        return Ok(());
    }
    let others = resource.all(x, prefix)?;
    match others.iter().find(|other| other.id != document.id && other.text("Name") == document.text("Name")) {
        None => Ok(()),
        Some(_) => Err(Refusal::error(400, "Name is taken")),
    }
}
