//! The line between a run and the org, with one mishap at one request.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use idpctl::http::{InProcessTransport, Sending, Transport, TransportError};
use idpctl_emulator::Org;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// How long after it was sent the server comes to a request that is late.
const LATE: Duration = Duration::from_millis(500);

/// How far the request comes that something happens at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It is about to be sent.
    BeforeSending,
    /// The server did what it says, and the answer is not there yet.
    Done,
    /// The answer has come.
    Answered,
    /// It was sent, and the server comes to it only after a while.
    Late,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// The run is killed.
    Killed(Phase),
    /// The connection breaks, and the run goes on.
    Reset(Phase),
}

/// A transport to an org in this process, on which something happens at one request.
///
/// # Guarantees
/// Once the run is killed, nothing more of it reaches the server and nothing of the server reaches it. What was on its way then never
/// arrives if the run is killed before it sends; it is done by the server if the run is killed later.
pub(crate) struct Line {
    org: InProcessTransport,
    mishap: Mishap,
    at: usize,
    counted: AtomicUsize,
    is_cut: AtomicBool,
    cut: Notify,
    on_their_way: Mutex<Vec<AbortHandle>>,
}

impl Line {
    /// Returns a line on which something happens at the so-many-th request: of all if the run is killed, of the writes if the
    /// connection breaks.
    pub(crate) fn new(org: Org, mishap: Mishap, at: usize) -> Arc<Self> {
        let (counted, is_cut, on_their_way) = (AtomicUsize::new(0), AtomicBool::new(false), Mutex::default());
        Arc::new(Self { org: InProcessTransport::new(org), mishap, at, counted, is_cut, cut: Notify::new(), on_their_way })
    }

    /// Waits until the run is to be killed.
    pub(crate) async fn is_killed(&self) {
        self.cut.notified().await;
    }

    /// Returns whether the request was sent that something happens at.
    pub(crate) fn has_come_to_it(&self) -> bool {
        self.counted.load(Ordering::SeqCst) >= self.at
    }

    /// Kills the run.
    fn kill(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        self.cut.notify_one();
    }

    /// Lets the server do what the request says, whatever becomes of who sent it.
    async fn serve(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, TransportError> {
        let org = self.org.clone();
        let served = tokio::spawn(async move { org.send(request).await });
        self.on_their_way.lock().unwrap_or_else(PoisonError::into_inner).push(served.abort_handle());
        match served.await {
            Ok(answer) => answer,
            Err(lost) if lost.is_cancelled() => pending().await,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }

    fn lose_what_is_on_its_way(&self) {
        for served in self.on_their_way.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            served.abort();
        }
    }

    async fn pass(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, TransportError> {
        if self.is_cut.load(Ordering::SeqCst) {
            return pending().await;
        }
        let counts = matches!(self.mishap, Mishap::Killed(_)) || request.method() != http::Method::GET;
        let number = if counts { self.counted.fetch_add(1, Ordering::SeqCst) + 1 } else { 0 };
        let mishap = (number == self.at).then_some(self.mishap);
        match mishap {
            Some(Mishap::Killed(Phase::BeforeSending)) => {
                self.lose_what_is_on_its_way();
                self.kill();
                return pending().await;
            }
            Some(Mishap::Killed(Phase::Late)) => {
                let org = self.org.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(LATE).await;
                    org.send(request).await
                });
                self.kill();
                return pending().await;
            }
            Some(Mishap::Reset(Phase::BeforeSending)) => return Err(broken()),
            _ => {}
        }
        let answer = self.serve(request).await;
        match mishap {
            Some(Mishap::Killed(phase)) => {
                self.kill();
                if phase == Phase::Done { pending().await } else { answer }
            }
            Some(Mishap::Reset(_)) => Err(broken()),
            None if self.is_cut.load(Ordering::SeqCst) => pending().await,
            None => answer,
        }
    }
}

fn broken() -> TransportError {
    TransportError::Broken("the connection was reset".to_owned())
}

impl Transport for Line {
    fn send(&self, request: http::Request<Vec<u8>>) -> Sending<'_> {
        Box::pin(self.pass(request))
    }
}
