//! The families of resources: each turns a request on its routes into an answer and writes.

mod apps;
mod assignments;
mod certificates;
mod clients;
mod grants;
mod group_lists;
mod groups;
mod id_token;
mod keys;
mod logs;
mod mappings;
mod organization;
mod policies;
mod provisioning;
mod refresh_tokens;
mod saml_metadata;
mod secrets;
mod servers;
mod tokens;

use crate::{
    access::Caller,
    answer::{Answer, Refusal},
    call::Call,
    route::Route,
    rsa::Drawn,
    store::Tx,
    switches::Switches,
    tokens::UsedOnce,
};

pub(crate) use apps::{document::App, seed, seed_call};
pub(crate) use certificates::requests::PKCS10;
pub(crate) use clients::{Resource as ClientResource, roles::of as client_roles};
pub(crate) use organization::{ADMIN_LOGIN, ADMIN_NAME, Organization};
pub(crate) use servers::{Protocol, Resource, overdue, rotate_overdue, rotation_call};
pub(crate) use tokens::{
    AccessToken, Endpoint as TokenEndpoint, Issued, ORG as ORG_ISSUER, Unusable, read_access_token, read_place as read_revoked,
};

/// One request while it is being answered.
pub(crate) struct Exchange<'a> {
    pub(crate) call: &'a Call,
    pub(crate) tx: Tx<'a>,
    pub(crate) switches: &'a Switches,
    pub(crate) organization: &'a Organization,
    /// The time that objects written by this request carry.
    pub(crate) now: String,
    /// The same time in seconds since 1970.
    pub(crate) at: i64,
    /// The RSA keys that were drawn for the request.
    pub(crate) keys: &'a Drawn,
    /// What was used and cannot be used again.
    pub(crate) used: &'a UsedOnce,
    /// Whose request it is.
    pub(crate) caller: Caller,
    /// The apps whose client secrets the answer shows, and does nothing else, by id.
    pub(crate) disclosed: Vec<String>,
    /// The number of the request, which no other request of the org has.
    pub(crate) number: u64,
    /// The access token that the request obtained.
    pub(crate) issued: Option<Issued>,
}

impl Exchange<'_> {
    /// Returns a URL of this org.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.call.base)
    }
}

/// Writes what an org has when it is made.
pub(crate) fn found(tx: &mut Tx<'_>, organization: &Organization, switches: &Switches) -> Result<(), Refusal> {
    groups::found(tx, &organization.created)?;
    policies::found(tx, organization)?;
    complete(tx, organization, switches)
}

/// Writes what an org has today and an org that was stored by an earlier version may lack.
pub(crate) fn complete(tx: &mut Tx<'_>, organization: &Organization, switches: &Switches) -> Result<(), Refusal> {
    servers::found(tx, organization, switches)
}

/// Answers a request on a route.
pub(crate) fn answer(route: Route<'_>, exchange: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let x = exchange;
    match (route, x.call.method.as_str()) {
        (Route::Organization, "GET") => Ok(organization::metadata(x)),
        (Route::Me, "GET") => organization::me(x),
        (Route::Apps, "GET") => apps::list(x),
        (Route::Apps, "POST") => apps::create(x),
        (Route::App(app), "GET") => apps::read(x, app),
        (Route::App(app), "PUT") => apps::replace(x, app),
        (Route::App(app), "DELETE") => apps::delete(x, app),
        (Route::AppLifecycle(app, turn), "POST") => apps::turn(x, app, turn),
        (Route::Logo(app), "POST") => apps::logo::upload(x, app),
        (Route::AppPolicy(app, policy), "PUT") => policies::assign(x, app, policy),
        (Route::IdToken(app), "GET") => id_token::read(x, app),
        (Route::IdToken(app), "POST") => id_token::write(x, app),
        (Route::Secrets(app), "GET") => secrets::list(x, app),
        (Route::Secrets(app), "POST") => secrets::create(x, app),
        (Route::Secret(app, secret), "GET") => secrets::read(x, app, secret),
        (Route::Secret(app, secret), "DELETE") => secrets::delete(x, app, secret),
        (Route::SecretLifecycle(app, secret, turn), "POST") => secrets::turn(x, app, secret, turn),
        (Route::Keys(app), "GET") => keys::list(x, app),
        (Route::Keys(app), "POST") => keys::create(x, app),
        (Route::Key(app, key), "GET") => keys::read(x, app, key),
        (Route::Key(app, key), "DELETE") => keys::delete(x, app, key),
        (Route::KeyLifecycle(app, key, turn), "POST") => keys::turn(x, app, key, turn),
        (Route::Certificates(app), "GET") => certificates::list(x, app),
        (Route::Certificate(app, kid), "GET") => certificates::read(x, app, kid),
        (Route::CertificateGeneration(app), "POST") => certificates::generate(x, app),
        (Route::CertificateClone(app, kid), "POST") => certificates::duplicate(x, app, kid),
        (Route::CertificateRequests(app), "GET") => certificates::requests::list(x, app),
        (Route::CertificateRequests(app), "POST") => certificates::requests::create(x, app),
        (Route::CertificateRequest(app, id), "GET") => certificates::requests::read(x, app, id),
        (Route::CertificateRequest(app, id), "DELETE") => certificates::requests::revoke(x, app, id),
        (Route::CertificatePublication(app, id), "POST") => certificates::requests::publish(x, app, id),
        (Route::Grants(app), "GET") => grants::list(x, app),
        (Route::Grants(app), "POST") => grants::create(x, app),
        (Route::Grant(app, grant), "GET") => grants::read(x, app, grant),
        (Route::Grant(app, grant), "DELETE") => grants::delete(x, app, grant),
        (Route::SamlMetadata(app), "GET") => saml_metadata::read(x, app),
        (Route::AppTokens(app), "GET") => refresh_tokens::list(x, app),
        (Route::AppTokens(app), "DELETE") => refresh_tokens::revoke_all(x, app),
        (Route::AppToken(app, token), "GET" | "DELETE") => refresh_tokens::one(x, app, token),
        (Route::Features(app), "GET") => provisioning::features(x, app),
        (Route::Feature(app, name), "GET" | "PUT") => provisioning::feature(x, app, name),
        (Route::Connection(app), "GET" | "POST") | (Route::ConnectionKeys(app), "GET") | (Route::ConnectionLifecycle(app), "POST") => {
            provisioning::connection(x, app)
        }
        (Route::AppUsers(app), "GET") => assignments::users(x, app),
        (Route::AppGroups(app), "GET") => assignments::list(x, app),
        (Route::AppGroup(app, group), "GET") => assignments::read(x, app, group),
        (Route::AppGroup(app, group), "PUT") => assignments::write(x, app, group),
        (Route::AppGroup(app, group), "PATCH") => assignments::change(x, app, group),
        (Route::AppGroup(app, group), "DELETE") => assignments::delete(x, app, group),
        (Route::Policies, "GET") => policies::list(x),
        (Route::Policies, "POST") => policies::create(x),
        (Route::Policy(policy), "GET") => policies::read(x, policy),
        (Route::Policy(policy), "PUT") => policies::replace(x, policy),
        (Route::Policy(policy), "DELETE") => policies::delete(x, policy),
        (Route::PolicyLifecycle(policy, turn), "POST") => policies::turn(x, policy, turn),
        (Route::PolicyApps(policy), "GET") => mappings::apps(x, policy),
        (Route::PolicyMappings(policy), "GET") => mappings::list(x, policy),
        (Route::PolicyMappings(policy), "POST") => mappings::create(x, policy),
        (Route::PolicyMapping(policy, mapping), "GET") => mappings::read(x, policy, mapping),
        (Route::PolicyMapping(policy, mapping), "DELETE") => mappings::delete(x, policy, mapping),
        (Route::Groups, "GET") => groups::list(x),
        (Route::Groups, "POST") => groups::create(x),
        (Route::Group(group), "GET") => groups::read(x, group),
        (Route::Group(group), "PUT") => groups::replace(x, group),
        (Route::Group(group), "DELETE") => groups::delete(x, group),
        (Route::GroupApps(group), "GET") => group_lists::apps(x, group),
        (Route::GroupUsers(group), "GET") => group_lists::users(x, group),
        (Route::GroupOwners(group), "GET") => group_lists::owners(x, group),
        (Route::Logs, "GET") => logs::list(x),
        (Route::Metadata(server, protocol), "GET") => servers::document(x, server, protocol),
        (Route::KeySet(server), "GET") => servers::key_set(x, server),
        (Route::Tokens(server, endpoint), "POST") => tokens::answer(x, server, endpoint),
        (Route::AuthorizationServers(resource), _) => servers::answer(resource, x),
        (Route::Clients(resource), _) => clients::answer(resource, x),
        _ => Err(Refusal::no_such_method()),
    }
}
