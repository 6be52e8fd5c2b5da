//! One read each of what the sweep, and apply after it, look at.

use jiff::Timestamp;

use super::decode::{ListedApp, ListedGrant};
use crate::http::{Error, Reader};
use crate::observed::{AccessPolicy, Id, LiveApp, LiveGrant, LiveSecret, Org};
use crate::request::{Request, segment};

/// Reads which org it is. Shows no credential.
pub async fn org(reader: &Reader) -> Result<Org, Error> {
    reader.get_public(Request::get("/.well-known/okta-organization")).await
}

/// Reads which org it is, and what time it is there, if its answer said so. Shows no credential.
pub(super) async fn org_and_time(reader: &Reader) -> Result<(Org, Option<Timestamp>), Error> {
    let (org, date) = reader.get_public_dated(Request::get("/.well-known/okta-organization")).await?;
    Ok((org, date.and_then(|date| Timestamp::from_second(date).ok())))
}

/// Reads all OIDC apps, and tells after each page how many there are so far.
pub(super) async fn apps(reader: &Reader, so_far: impl FnMut(usize) + Send) -> Result<Vec<LiveApp>, Error> {
    let request = Request::get("/api/v1/apps").query("filter", "name eq \"oidc_client\"").query("limit", "200");
    let apps = reader.list_pages::<ListedApp>(request, so_far).await?;
    Ok(apps.into_iter().filter_map(|ListedApp(app)| app).collect())
}

/// Reads the OIDC apps whose label starts with a text.
pub async fn apps_labelled(reader: &Reader, label: &str) -> Result<Vec<LiveApp>, Error> {
    let request = Request::get("/api/v1/apps").query("q", label).query("filter", "name eq \"oidc_client\"").query("limit", "200");
    let apps = reader.list::<ListedApp>(request).await?;
    Ok(apps.into_iter().filter_map(|ListedApp(app)| app).collect())
}

/// Reads one app by its id.
pub async fn app(reader: &Reader, id: &Id) -> Result<LiveApp, Error> {
    reader.get(Request::get(format!("/api/v1/apps/{}", segment(&id.0)))).await
}

/// Reads one app by its id; `None` if it is none that the list of OIDC apps has.
pub(super) async fn oidc_app(reader: &Reader, id: &Id) -> Result<Option<LiveApp>, Error> {
    reader.get(Request::get(format!("/api/v1/apps/{}", segment(&id.0)))).await.map(|ListedApp(app)| app)
}

/// Reads an app's grants: those in force that an administrator made.
pub async fn grants(reader: &Reader, id: &Id) -> Result<Vec<LiveGrant>, Error> {
    let grants = reader.list::<ListedGrant>(Request::get(format!("/api/v1/apps/{}/grants", segment(&id.0)))).await?;
    Ok(grants.into_iter().filter_map(|ListedGrant(grant)| grant).collect())
}

/// Reads an app's secrets, of which only the hashes leave the decoder. Each read is an entry in the org's log.
pub async fn secrets(reader: &Reader, id: &Id) -> Result<Vec<LiveSecret>, Error> {
    reader.list(Request::get(format!("/api/v1/apps/{}/credentials/secrets", segment(&id.0)))).await
}

/// Reads all access policies.
pub(super) async fn policies(reader: &Reader) -> Result<Vec<AccessPolicy>, Error> {
    reader.list(Request::get("/api/v1/policies").query("type", "ACCESS_POLICY")).await
}
