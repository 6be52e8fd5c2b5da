//! The two clients of an org and a portal: one that can only read, and one that can write. A request goes where its path says.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use tokio::time::Instant;

use super::auth::{ClientToken, TokenRequest};
use super::base_url::BaseUrl;
use super::credentials::{Credentials, Means};
use super::decode::{Decode, DecodeError};
use super::error::{Error, Kind};
use super::exchange::{Answer, Exchange, Signed};
use super::governor::Governor;
use super::meter::date;
use super::page::{ForeignLink, next_page};
use super::retry::{RetryPolicy, Safety};
use super::transport::Transport;
use crate::address::System;
use crate::clock::Clock;
use crate::request::{Method, Request};

/// No list has more pages than this: ten million apps.
const PAGES: usize = 50_000;
/// How many rows of the portal are asked for at once; its default is 20.
const PER_PAGE: &str = "100";

/// Reads from an org, a portal, or both. Clones share everything.
///
/// # Guarantees
///
/// It sends GETs alone, and requests for tokens, of the service app that signs it in and of clients that are to be tried: a request of another
/// method is refused before anything is sent. Repeats are harmless and happen as
/// [`RetryPolicy`] says.
#[derive(Clone)]
pub struct Reader(Arc<Exchange>);

impl Reader {
    /// Returns a reader of what the credentials are for.
    pub fn new(transport: Arc<dyn Transport>, credentials: Credentials, governor: Governor, policy: RetryPolicy) -> Self {
        Self(Arc::new(Exchange { transport, credentials, governor, policy }))
    }

    /// Returns the org that it reads, if it reads one.
    pub fn org(&self) -> Option<&BaseUrl> {
        self.0.credentials.org()
    }

    /// Returns the portal that it reads, if it reads one.
    pub fn portal(&self) -> Option<&BaseUrl> {
        self.0.credentials.portal()
    }

    /// Returns the `client_id` of the app that signs it in at the org, if one does.
    pub fn client_id(&self) -> Option<&str> {
        self.0.credentials.client_id()
    }

    /// Returns the scopes of the app's token, if one is signed in.
    pub async fn scopes(&self) -> Option<Vec<String>> {
        match &self.0.credentials.account(System::Okta)?.means {
            Means::App(app) => app.held().await,
            Means::Fixed(..) => None,
        }
    }

    /// Returns the gate that its requests pass.
    pub fn governor(&self) -> &Governor {
        &self.0.governor
    }

    /// Returns when everything is given up.
    pub fn deadline(&self) -> Option<Instant> {
        self.0.policy.deadline
    }

    /// Reads one thing.
    pub async fn get<T: Decode>(&self, request: Request) -> Result<T, Error> {
        self.fetch(&request, Signed::Yes).await?.decode()
    }

    /// Reads one thing that is public, without showing a credential.
    pub async fn get_public<T: Decode>(&self, request: Request) -> Result<T, Error> {
        self.fetch(&request, Signed::No).await?.decode()
    }

    /// Reads a list, page by page to its end.
    pub async fn list<T: Decode>(&self, request: Request) -> Result<Vec<T>, Error> {
        self.list_pages(request, |_| {}).await
    }

    /// Reads a list, and tells after each page how many there are so far.
    pub async fn list_pages<T: Decode>(&self, request: Request, so_far: impl FnMut(usize) + Send) -> Result<Vec<T>, Error> {
        self.pages(request, usize::MAX, so_far).await.map(|(items, _)| items)
    }

    /// Reads the first pages of a list, and says whether there were more.
    pub async fn list_some<T: Decode>(&self, request: Request, pages: usize) -> Result<(Vec<T>, bool), Error> {
        self.pages(request, pages, |_| {}).await
    }

    async fn pages<T: Decode>(&self, request: Request, most: usize, mut so_far: impl FnMut(usize) + Send) -> Result<(Vec<T>, bool), Error> {
        let mut items = Vec::new();
        let mut seen = BTreeSet::new();
        let mut request = request;
        loop {
            let answer = self.fetch(&request, Signed::Yes).await?;
            let next = next_page(&answer.headers, &answer.url, &request);
            let next = next.map_err(|ForeignLink(link)| answer.trail.error(Kind::ForeignLink { link: answer.trail.quote(&link) }))?;
            seen.insert(std::mem::take(&mut request.query));
            if let Some(next) = &next
                && let Some(kind) = endless(&seen, next)
            {
                return Err(answer.trail.error(kind));
            }
            items.append(&mut answer.decode::<Vec<T>>()?);
            so_far(items.len());
            match next {
                Some(_) if seen.len() >= most => return Ok((items, true)),
                Some(next) => request = next,
                None => return Ok((items, false)),
            }
        }
    }

    /// Follows a list that grows, page by page to the first empty one. Returns the items, the request to go on with another time, and what time it
    /// was by the server's clock when it began, in seconds since 1970.
    pub async fn follow<T: Decode>(&self, request: Request) -> Result<(Vec<T>, Request, Option<i64>), Error> {
        let mut items = Vec::new();
        let mut seen = BTreeSet::new();
        let (mut request, mut began) = (request, None);
        loop {
            let answer = self.fetch(&request, Signed::Yes).await?;
            began = began.or_else(|| date(&answer.headers));
            let next = next_page(&answer.headers, &answer.url, &request);
            let next = next.map_err(|ForeignLink(link)| answer.trail.error(Kind::ForeignLink { link: answer.trail.quote(&link) }))?;
            seen.insert(request.query.clone());
            let endless = next.as_ref().and_then(|next| endless(&seen, next)).map(|kind| answer.trail.error(kind));
            let mut page = answer.decode::<Vec<T>>()?;
            if page.is_empty() {
                return Ok((items, next.unwrap_or(request), began));
            }
            items.append(&mut page);
            match (next, endless) {
                (_, Some(error)) => return Err(error),
                (Some(next), None) => request = next,
                // Okta links from every page onwards; where one does not, the place stays.
                (None, None) => return Ok((items, request, began)),
            }
        }
    }

    /// Reads a list of the portal, by the numbers of its pages, to the page that brings nothing new. `known` tells an item's id: rows
    /// shift from page to page when others are made meanwhile, and how many a page holds is the server's choice in the end
    /// (tyk-portal-api.md, section 2).
    pub async fn list_numbered<T: Decode>(&self, request: Request, known: impl Fn(&T) -> String) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        let mut seen = BTreeSet::new();
        let mut page = 0;
        loop {
            page += 1;
            let numbered = request.clone().query("page", page.to_string()).query("per_page", PER_PAGE);
            let answer = self.fetch(&numbered, Signed::Yes).await?;
            if page > PAGES {
                return Err(answer.trail.error(Kind::TooManyPages { pages: PAGES }));
            }
            let Rows(rows) = answer.decode::<Rows<T>>()?;
            let before = items.len();
            items.extend(rows.into_iter().filter(|row| seen.insert(known(row))));
            if items.len() == before {
                return Ok(items);
            }
        }
    }

    /// Asks for a token as a declared client would, by its own secret or key and no other credentials.
    pub async fn client_token(&self, request: &TokenRequest, clock: &dyn Clock) -> Result<ClientToken, Error> {
        self.0.client_token(request, clock).await
    }

    async fn fetch(&self, request: &Request, signed: Signed<'_>) -> Result<Answer, Error> {
        if request.method != Method::Get || request.body.is_some() {
            return Err(Error::refused(request, "a reader sends nothing but GETs without a body"));
        }
        self.0.run(request, Safety::Read, signed).await
    }
}

/// A page of the portal's: an array, or an object around one, as the list of plans is described (tyk-portal-api.md, section 2).
struct Rows<T>(Vec<T>);

impl<T: Decode> Decode for Rows<T> {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        let rows = match raw {
            Value::Object(mut members) => members.remove("data").unwrap_or(Value::Object(members)),
            other => other,
        };
        Vec::decode(rows).map(Self)
    }
}

fn endless(seen: &BTreeSet<Vec<(String, String)>>, next: &Request) -> Option<Kind> {
    if seen.contains(&next.query) { Some(Kind::LinkLoop) } else { (seen.len() >= PAGES).then_some(Kind::TooManyPages { pages: PAGES }) }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reader").field(&self.0.credentials).finish()
    }
}

/// Writes to an org, a portal, or both.
///
/// # Guarantees
///
/// A request is sent again only if it certainly was not executed. An error that [`Error::is_ambiguous`] leaves open whether it was: look before
/// sending it again.
#[derive(Debug, Clone)]
pub struct Writer(Reader);

impl Writer {
    /// Returns a writer to what the credentials are for.
    pub fn new(transport: Arc<dyn Transport>, credentials: Credentials, governor: Governor, policy: RetryPolicy) -> Self {
        Self(Reader::new(transport, credentials, governor, policy))
    }

    /// Returns what reads from the same places through the same gate.
    pub fn reader(&self) -> &Reader {
        &self.0
    }

    /// Sends one request of any method.
    pub async fn send<T: Decode>(&self, request: Request) -> Result<T, Error> {
        let safety = if request.method == Method::Get { Safety::Read } else { Safety::Write };
        self.0.0.run(&request, safety, Signed::Yes).await?.decode()
    }
}
