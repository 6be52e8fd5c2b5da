//! Requests answered by the emulated org inside this process, so that paused time is one clock for both sides.

use idpctl_emulator::{Org, Reset};

use super::transport::{Sending, Transport, TransportError};

/// Sends to an emulated org in this process. Every authority in a request's address means that org.
#[derive(Clone)]
pub struct InProcessTransport(Org);

impl InProcessTransport {
    /// Returns a transport to an org.
    pub fn new(org: Org) -> Self {
        Self(org)
    }
}

impl Transport for InProcessTransport {
    fn send(&self, request: http::Request<Vec<u8>>) -> Sending<'_> {
        Box::pin(async move { self.0.call(request).await.map_err(|reset: Reset| TransportError::Broken(reset.to_string())) })
    }
}

impl std::fmt::Debug for InProcessTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InProcessTransport")
    }
}
