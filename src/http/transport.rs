//! A whole HTTP request becomes a whole HTTP answer, or a fault that says whether the server may have seen the request.
//!
//! Nothing here retries, follows redirects or reads more than the cap of an answer.

use std::error::Error as _;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use crate::printable::printable_head;

/// How we name ourselves to whoever we send to.
pub(super) const USER_AGENT: &str = concat!("idpctl/", env!("CARGO_PKG_VERSION"));

/// The answer to come.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<http::Response<Vec<u8>>, TransportError>> + Send + 'a>>;

/// Sends one request and returns its answer, whatever its status.
pub trait Transport: Send + Sync {
    /// Sends a request with an absolute URI.
    fn send(&self, request: http::Request<Vec<u8>>) -> Sending<'_>;
}

/// How far a failed request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// No byte of it was sent.
    NotSent,
    /// It may have reached the server.
    Unknown,
    /// It was not sent, and would not be if tried again.
    Never,
}

/// No whole answer came. Its text is made inert.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The connection could not be made.
    #[error("could not connect: {0}")]
    NotSent(String),
    /// The connection broke before the whole answer was there.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The server could not prove who it is.
    #[error("the server's certificate is not trusted: {0}")]
    Untrusted(String),
    /// What answers there does not speak TLS, or none that is spoken here.
    #[error("no TLS could be agreed on: {0}")]
    NoTls(String),
    /// Nothing can be sent at all.
    #[error("{0}")]
    Unready(String),
    /// The request would have gone in the clear.
    #[error("plain http is only used to this machine itself, not to `{0}`")]
    PlainHttp(String),
    /// The request cannot be put on the wire.
    #[error("the request is malformed: {0}")]
    Malformed(String),
    /// The answer was longer than is read.
    #[error("the answer is longer than {} MiB", .limit >> 20)]
    TooLarge {
        /// The cap in bytes.
        limit: usize,
    },
}

impl TransportError {
    /// Returns how far the request came.
    pub const fn phase(&self) -> Phase {
        match self {
            Self::NotSent(_) => Phase::NotSent,
            Self::Broken(_) => Phase::Unknown,
            Self::Untrusted(_) | Self::NoTls(_) | Self::Unready(_) | Self::PlainHttp(_) | Self::Malformed(_) | Self::TooLarge { .. } => {
                Phase::Never
            }
        }
    }
}

/// Tells whether a host is this machine, so that plain http to it is in order.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Sends over the network, with TLS and through the system's proxy; in the clear and directly to this machine itself.
#[derive(Debug, Clone)]
pub struct ReqwestTransport {
    proxied: reqwest::Client,
    direct: reqwest::Client,
    cap: usize,
}

impl ReqwestTransport {
    /// The longest answer that is read, decompressed: a page of 200 apps with large profiles stays far below.
    pub const CAP: usize = 64 << 20;

    /// Returns a transport with its own connections. Fails if the system's certificates or TLS cannot be set up.
    pub fn new() -> Result<Self, TransportError> {
        Self::with_cap(Self::CAP)
    }

    /// Returns a transport that reads no answer longer than so many bytes.
    pub fn with_cap(cap: usize) -> Result<Self, TransportError> {
        let builder = || {
            reqwest::Client::builder()
                .user_agent(USER_AGENT)
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(Duration::from_secs(10))
                .read_timeout(Duration::from_mins(1))
        };
        let built =
            |builder: reqwest::ClientBuilder| builder.build().map_err(|error| TransportError::Unready(reason(&error.without_url())));
        // A proxy must never see what is sent in the clear, so what is meant for this machine does not pass one.
        Ok(Self { proxied: built(builder())?, direct: built(builder().no_proxy())?, cap })
    }

    async fn exchange(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, TransportError> {
        let host = request.uri().host().unwrap_or_default();
        let client = if is_loopback(host) { &self.direct } else { &self.proxied };
        if request.uri().scheme_str() != Some("https") && !is_loopback(host) {
            return Err(TransportError::PlainHttp(host.to_owned()));
        }
        let request = reqwest::Request::try_from(request).map_err(|error| TransportError::Malformed(reason(&error.without_url())))?;
        let mut answer = client.execute(request).await.map_err(fault)?;
        let mut response = http::Response::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        let body = response.body_mut();
        while let Some(chunk) = answer.chunk().await.map_err(fault)? {
            if body.len() + chunk.len() > self.cap {
                return Err(TransportError::TooLarge { limit: self.cap });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(response)
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, request: http::Request<Vec<u8>>) -> Sending<'_> {
        Box::pin(self.exchange(request))
    }
}

fn fault(error: reqwest::Error) -> TransportError {
    let connecting = error.is_connect();
    let reason = reason(&error.without_url());
    match connecting {
        // An alert may speak of certificates too: of ours, which there are none of.
        true if NO_TLS.iter().any(|words| reason.contains(words)) => TransportError::NoTls(reason),
        true if reason.contains("certificate") => TransportError::Untrusted(reason),
        true => TransportError::NotSent(reason),
        false => TransportError::Broken(reason),
    }
}

/// How rustls begins to say that a handshake failed in a way that another try would not mend.
const NO_TLS: [&str; 4] = ["received corrupt message", "received fatal alert", "peer is incompatible", "peer misbehaved"];

/// Returns the causes of an error in one line, without those that only say which layer of the library they passed.
fn reason(error: &reqwest::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        let layer = inner.source().is_some() && (text.starts_with("client error (") || text == "request or response body error");
        if !layer && texts.last().is_none_or(|last| !last.contains(&text)) {
            texts.push(text);
        }
        cause = inner.source();
    }
    if texts.is_empty() {
        texts.push(error.to_string());
    }
    printable_head(&texts.join(": "), 300)
}

/// Answers by a function: an org in a test.
pub struct FnTransport<F>(pub F);

impl<F, A> Transport for FnTransport<F>
where
    F: Fn(http::Request<Vec<u8>>) -> A + Send + Sync,
    A: Future<Output = Result<http::Response<Vec<u8>>, TransportError>> + Send + 'static,
{
    fn send(&self, request: http::Request<Vec<u8>>) -> Sending<'_> {
        Box::pin((self.0)(request))
    }
}

impl<F> fmt::Debug for FnTransport<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FnTransport")
    }
}
