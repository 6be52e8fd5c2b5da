//! One request from arrival to answer: latency, faults, rate limits, the token, the route, the commit, the disk.

use std::time::Duration;

use http::{Method, Request, Response};

use super::spoilt::{Foreign, lengthened, misled, mistyped};
use super::{Org, REMEMBERED, REQUESTS, Seen, State};
use crate::{
    Reset,
    access::{self, Caller},
    answer::{Answer, Refusal},
    call::Call,
    families::{self, Exchange},
    faults::FaultKind,
    limits::{Allowance, Bucket},
    log, portal,
    route::Route,
    rsa::Drawn,
    store::{Table, Trees, Tx},
};

/// What becomes of a request.
pub(crate) enum Outcome {
    Whole(Response<Vec<u8>>),
    /// An answer whose body does not arrive as it should.
    Broken(Response<Vec<u8>>, Break),
    /// An answer whose body goes on and on.
    Endless(Response<Vec<u8>>),
    /// The connection dies without an answer.
    Reset,
}

/// What happens in the middle of an answer's body.
#[derive(Clone, Copy)]
pub(crate) enum Break {
    CutOff,
    Slow(Duration),
}

impl Org {
    /// Answers a request in process, just as it would be answered through a socket.
    ///
    /// # Errors
    /// [`Reset`] stands for a connection that died before the whole answer had arrived. Under a `hold` fault the future never
    /// ends.
    pub async fn call(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Reset> {
        let bodiless = request.method() == Method::HEAD;
        let outcome = self.respond(request).await;
        #[cfg(feature = "contract")]
        if let Some(violation) = self.inner.watch.violation() {
            panic!("{violation}");
        }
        match outcome {
            Outcome::Whole(response) if bodiless => Ok(response.map(|_| Vec::new())),
            Outcome::Whole(response) => Ok(response),
            Outcome::Broken(response, Break::Slow(time)) => {
                tokio::time::sleep(time).await;
                Ok(response)
            }
            Outcome::Endless(response) => Ok(lengthened(response)),
            Outcome::Broken(_, Break::CutOff) | Outcome::Reset => Err(Reset),
        }
    }

    /// Answers a request. That to a HEAD is the one to a GET, whose body whoever sends it leaves out (RFC 9110, 9.3.2).
    pub(crate) async fn respond(&self, mut request: Request<Vec<u8>>) -> Outcome {
        let method = request.method().clone();
        if method == Method::HEAD {
            *request.method_mut() = Method::GET;
        }
        let call = Call::new(request, self.inner.base.as_deref());
        if !self.inner.latency.is_zero() {
            tokio::time::sleep(self.inner.latency).await;
        }
        let fault = self.state().faults.strike(&call.method, &call.path);
        #[cfg(feature = "contract")]
        if !portal::is_portal(&call.segments()) {
            self.inner.watch.request(&call);
        }
        match fault {
            Some(FaultKind::ResetBefore) => {
                self.note(&method, &call, None, false);
                return Outcome::Reset;
            }
            Some(FaultKind::HoldBefore) => {
                self.note(&method, &call, None, false);
                return std::future::pending().await;
            }
            _ => {}
        }
        let (response, done) = self.execute(&call, fault).await;
        self.note(&method, &call, Some(response.status().as_u16()), done);
        #[cfg(feature = "contract")]
        if let Some(response) = self.inner.watch.verdict() {
            return Outcome::Whole(response);
        }
        match fault {
            Some(FaultKind::ResetAfter) => Outcome::Reset,
            Some(FaultKind::HoldAfter) => std::future::pending().await,
            Some(FaultKind::CutOff) => Outcome::Broken(response, Break::CutOff),
            Some(FaultKind::Slow(time)) => Outcome::Broken(response, Break::Slow(time)),
            Some(FaultKind::WrongType) => Outcome::Whole(mistyped(response)),
            Some(FaultKind::ForeignLink) => Outcome::Whole(misled(response, &call.path)),
            Some(FaultKind::Endless) => Outcome::Endless(response),
            _ => Outcome::Whole(response),
        }
    }

    fn note(&self, method: &Method, call: &Call, status: Option<u16>, done: bool) {
        if self.inner.log_requests {
            tracing::info!(
                target: "idpctl_emulator::requests",
                method = method.as_str(),
                path = call.path,
                status,
            );
        }
        let mut state = self.state();
        if state.seen.len() == REMEMBERED {
            state.seen.pop_front();
        }
        let (method, path, query) = (method.as_str().to_owned(), call.path.clone(), call.query.as_sent().to_owned());
        state.noted += 1;
        state.seen.push_back(Seen { method, path, query, status, done });
    }

    /// Returns the answer, and whether what was asked is done.
    async fn execute(&self, call: &Call, fault: Option<FaultKind>) -> (Response<Vec<u8>>, bool) {
        if let Some(foreign) = fault.and_then(Foreign::of) {
            return (foreign.response(&call.path), false);
        }
        let segments = call.segments();
        if portal::is_portal(&segments) {
            return self.ask_portal(call, &segments, fault).await;
        }
        let kept_up = self.keep_up(&segments);
        let (number, allowance) = self.admit(&segments);
        let (allowance, hindered) = hinder(allowance, fault);
        let answer = match hindered {
            Some(refusal) => Err(refusal),
            None => match kept_up {
                Ok(()) => self.answer(call, &segments, number).await,
                Err(refusal) => Err(refusal),
            },
        };
        let done = answer.as_ref().is_ok_and(|answer| answer.status < 400);
        let error = |refusal: &Refusal| refusal.body(&self.inner.seed.error_id(number));
        let refused =
            |refusal: Refusal| Answer { status: refusal.status, body: error(&refusal), headers: refusal.headers, ..Answer::no_content() };
        let answer = match answer {
            Ok(Answer { status: 500, .. }) => refused(Refusal::internal()),
            Ok(answer) => answer,
            Err(refusal) => refused(refusal),
        };
        let response = self.response(number, &answer, allowance);
        #[cfg(feature = "contract")]
        if !fault.is_some_and(FaultKind::refuses) {
            self.inner.watch.answer(call, &response);
        }
        (response, done)
    }

    /// Counts a request, and returns its number and what its rate limit says of it.
    fn admit(&self, segments: &[&str]) -> (u64, Option<Allowance>) {
        let mut state = self.state();
        state.requests += 1;
        let allowance = Bucket::of(segments).map(|bucket| state.windows.admit(bucket, &self.inner.rate_limits));
        (state.requests, allowance)
    }

    /// Answers a request that was admitted, once what it has seen and done is on the disk. Keys that it needs and that nobody has drawn
    /// yet are drawn while others are answered.
    async fn answer(&self, call: &Call, segments: &[&str], number: u64) -> Result<Answer, Refusal> {
        let mut keys = Drawn::default();
        loop {
            let (answer, batch) = {
                let mut state = self.state();
                let answer = self.attempt(&mut state, call, segments, number, &keys);
                (answer, state.store.unsettled())
            };
            if !keys.is_short() {
                self.kept(batch).await?;
                return answer;
            }
            keys.draw()?;
        }
    }

    /// Answers a request with the keys that were drawn for it, and commits what it writes.
    fn attempt(&self, state: &mut State, call: &Call, segments: &[&str], number: u64, keys: &Drawn) -> Result<Answer, Refusal> {
        state.used.begin(number);
        // What cannot be read names nothing.
        let route = Route::of(segments).filter(|_| !call.is_garbled());
        let trees = Trees::default();
        let mut exchange = self.exchange(state, call, &trees, number, keys);
        exchange.caller = access::admit(&exchange, route)?;
        let route = route.ok_or_else(Refusal::no_such_path)?;
        if segments.first() == Some(&"api") {
            if route.takes_json() {
                call.must_send_json()?;
            }
            call.must_take(route.other_forms())?;
        }
        let answer = families::answer(route, &mut exchange)?;
        if keys.is_short() {
            return Err(Refusal::internal());
        }
        self.record(&mut exchange, state.requests)?;
        let changes = exchange.tx.into_changes();
        state.store.commit(changes);
        Ok(answer)
    }

    /// Writes down in the log what a request has done, one of so many. The log groups events by the ids of requests, which must not
    /// come again.
    pub(super) fn record(&self, exchange: &mut Exchange<'_>, requests: u64) -> Result<(), Refusal> {
        log::record(exchange, self.inner.clock.millis(), &self.inner.seed.request_id(exchange.number))?;
        if exchange.tx.has_written() {
            exchange.tx.put(Table::Org, REQUESTS.to_owned(), &requests)?;
        }
        Ok(())
    }

    /// Answers a request to the portal, unless a fault does; and tells whether what was asked is done.
    async fn ask_portal(&self, call: &Call, segments: &[&str], fault: Option<FaultKind>) -> (Response<Vec<u8>>, bool) {
        let reply = match fault {
            Some(FaultKind::TooManyRequests(_) | FaultKind::TooManyUntold | FaultKind::TooManyAtOnce) => {
                Err(portal::Refusal::too_many_requests())
            }
            Some(FaultKind::Locked) => Err(portal::Refusal::locked()),
            Some(FaultKind::InternalError) => Err(portal::Refusal::internal()),
            Some(FaultKind::ErrorInside) => Err(portal::Refusal::inside()),
            _ => self.portal_answer(call, segments).await,
        };
        let done = reply.is_ok();
        let reply = reply.unwrap_or_else(|portal::Refusal(reply)| reply);
        (reply.response(&self.inner.clock.http_date()), done)
    }

    async fn portal_answer(&self, call: &Call, segments: &[&str]) -> Result<portal::Reply, portal::Refusal> {
        let (reply, batch) = {
            let mut state = self.state();
            let reply = self.attempt_portal(&mut state, call, segments);
            (reply, state.store.unsettled())
        };
        self.kept(batch).await?;
        reply
    }

    fn attempt_portal(&self, state: &mut State, call: &Call, segments: &[&str]) -> Result<portal::Reply, portal::Refusal> {
        let trees = Trees::default();
        let keys = Drawn::default();
        let mut exchange = self.exchange(state, call, &trees, state.requests, &keys);
        let reply = portal::answer(&mut exchange, segments)?;
        let changes = exchange.tx.into_changes();
        state.store.commit(changes);
        Ok(reply)
    }

    pub(super) fn exchange<'a>(&'a self, state: &'a State, call: &'a Call, trees: &'a Trees, number: u64, keys: &'a Drawn) -> Exchange<'a> {
        Exchange {
            call,
            tx: Tx::begin(state.store.tables(), state.store.listed(), trees, &self.inner.seed),
            switches: &state.switches,
            organization: &self.inner.organization,
            now: self.inner.clock.stamp(),
            at: self.inner.clock.seconds(),
            keys,
            used: &state.used,
            caller: Caller::Nobody,
            disclosed: Vec::new(),
            number,
            issued: None,
        }
    }
}

/// Applies rate limits and those faults that stand for a refusal of the org's own.
fn hinder(allowance: Option<Allowance>, fault: Option<FaultKind>) -> (Option<Allowance>, Option<Refusal>) {
    let spent = |limit: Option<u32>, reset: Duration| {
        allowance.map(|allowance| Allowance { limit: limit.unwrap_or(allowance.limit), remaining: 0, reset, admitted: false })
    };
    match fault {
        Some(FaultKind::TooManyRequests(reset)) => (spent(None, reset), Some(Refusal::too_many_requests())),
        Some(FaultKind::TooManyUntold) => (None, Some(Refusal::too_many_requests())),
        // Okta's mark of the limit on concurrent requests: limit and remaining are both zero.
        Some(FaultKind::TooManyAtOnce) => (spent(Some(0), Duration::from_secs(1)), Some(Refusal::too_many_requests())),
        Some(FaultKind::InternalError) => (allowance, Some(Refusal::internal())),
        Some(FaultKind::Locked) => (allowance, Some(Refusal::being_modified())),
        Some(FaultKind::ErrorInside) => (allowance, Some(Refusal::internal().with_status(200))),
        _ if allowance.is_some_and(|allowance| !allowance.admitted) => (allowance, Some(Refusal::too_many_requests())),
        _ => (allowance, None),
    }
}
