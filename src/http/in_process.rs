//! Requests answered by the emulated org inside this process, so that paused time is one clock for both sides.

use idpctl_emulator::{Org, Reset};

use super::transport::{ReqwestTransport, Sending, Transport, TransportError, USER_AGENT};

/// Sends to an emulated org in this process. Every authority in a request's address means that org, and an answer may be as long as over
/// the network.
#[derive(Clone)]
pub struct InProcessTransport(Org);

impl InProcessTransport {
    /// Returns a transport to an org.
    pub fn new(org: Org) -> Self {
        Self(org)
    }
}

impl Transport for InProcessTransport {
    fn send(&self, mut request: http::Request<Vec<u8>>) -> Sending<'_> {
        request.headers_mut().entry(http::header::USER_AGENT).or_insert(http::HeaderValue::from_static(USER_AGENT));
        Box::pin(async move {
            let answer = self.0.call(request).await.map_err(|reset: Reset| TransportError::Broken(reset.to_string()))?;
            if answer.body().len() > ReqwestTransport::CAP {
                return Err(TransportError::TooLarge { limit: ReqwestTransport::CAP });
            }
            Ok(answer)
        })
    }
}

impl std::fmt::Debug for InProcessTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InProcessTransport")
    }
}
