//! One read each of what the sweep, and apply after it, look at in the portal.

use super::decode::{ClientType, Plan, Product, Provider};
use crate::address::Kind;
use crate::http::{Error, Reader};
use crate::observed::{Id, LivePortal, ScopeUser};
use crate::request::{Request, segment};
use crate::resource::client_type::list_below;
use crate::resource::oauth_provider::PROVIDERS;

/// Reads all providers.
pub(super) async fn providers(reader: &Reader) -> Result<Vec<LivePortal>, Error> {
    portal_list(reader, Kind::OAuthProvider, PROVIDERS).await
}

/// Reads all client types of a provider. The provider's own answer holds them too, but whether always all of them is not documented.
pub(super) async fn client_types(reader: &Reader, provider: &Id) -> Result<Vec<LivePortal>, Error> {
    portal_list(reader, Kind::ClientType, &list_below(&segment(&provider.0))).await
}

/// Reads which products and plans name scopes.
pub(super) async fn scope_users(reader: &Reader) -> Result<Vec<ScopeUser>, Error> {
    let products = reader.list_numbered(Request::get("/portal-api/products"), |Product(id, _)| id.clone()).await?;
    let plans = reader.list_numbered(Request::get("/portal-api/plans"), |Plan(id, _)| id.clone()).await?;
    let all = products.into_iter().map(|Product(_, item)| item).chain(plans.into_iter().map(|Plan(_, item)| item));
    let mut all: Vec<_> = all.filter(|item| !item.scopes().is_empty()).collect();
    all.sort();
    Ok(all)
}

/// Reads a whole list by its path.
pub async fn portal_list(reader: &Reader, kind: Kind, path: &str) -> Result<Vec<LivePortal>, Error> {
    let request = Request::get(path);
    if kind == Kind::ClientType {
        let listed = reader.list_numbered(request, |ClientType(item)| item.id.to_string()).await?;
        Ok(listed.into_iter().map(|ClientType(item)| item).collect())
    } else {
        let listed = reader.list_numbered(request, |Provider(item)| item.id.to_string()).await?;
        Ok(listed.into_iter().map(|Provider(item)| item).collect())
    }
}

/// Reads one object by its path.
pub async fn portal_object(reader: &Reader, kind: Kind, path: &str) -> Result<LivePortal, Error> {
    if kind == Kind::ClientType {
        reader.get(Request::get(path)).await.map(|ClientType(item)| item)
    } else {
        reader.get(Request::get(path)).await.map(|Provider(item)| item)
    }
}
