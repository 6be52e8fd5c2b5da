//! The org behind a socket: HTTP/1.1 requests become calls, and faults of the connection become real.

mod wire;

use std::io;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{Method, StatusCode, Version, header, uri::Authority},
    response::{IntoResponse as _, Response},
};
use tokio::{net::TcpListener, sync::watch};

use self::wire::{Line, Wired};
use crate::{Org, org::Outcome, window};

/// The largest request body: an app with the largest profile that Okta takes, and room to spare.
const LARGEST: usize = 2 * 1024 * 1024;

#[derive(Clone)]
struct Server {
    org: Org,
    closing: watch::Receiver<bool>,
}

impl Org {
    /// Serves the org on a listener until `shutdown` ends. Requests that are held or still to be worked on are dropped then.
    pub async fn serve(&self, listener: TcpListener, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let (close, closing) = watch::channel(false);
        let server = Server { org: self.clone(), closing };
        let router = Router::new().fallback(answer).with_state(server);
        let service = router.into_make_service_with_connect_info::<Line>();
        axum::serve(Wired::new(listener), service)
            .with_graceful_shutdown(async move {
                shutdown.await;
                close.send_replace(true);
            })
            .await
    }
}

/// Tells whether a request says for whom it is, once and legibly, as HTTP/1.1 demands (RFC 9112, 3.2).
fn names_its_host(request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, None) => request.version() < Version::HTTP_11,
        (Some(host), None) => host.is_empty() || Authority::try_from(host.as_bytes()).is_ok_and(|host| !host.as_str().contains('@')),
        _ => false,
    }
}

async fn answer(State(mut server): State<Server>, ConnectInfo(line): ConnectInfo<Line>, request: Request) -> Response {
    if !names_its_host(&request) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    if let Some(page) = window::answer(&server.org, &request) {
        return page.map(Body::from);
    }
    let (parts, body) = request.into_parts();
    let writes = matches!(parts.method, Method::POST | Method::PUT | Method::PATCH);
    let sized = parts.headers.contains_key(header::CONTENT_LENGTH) || parts.headers.contains_key(header::TRANSFER_ENCODING);
    if writes && !sized {
        return StatusCode::LENGTH_REQUIRED.into_response();
    }
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let request = http::Request::from_parts(parts, body.to_vec());
    let outcome = tokio::select! {
        biased;
        outcome = server.org.respond(request) => outcome,
        _ = server.closing.wait_for(|closing| *closing) => Outcome::Reset,
    };
    match outcome {
        Outcome::Whole(response) => response.map(Body::from),
        Outcome::Broken(response, kind) => {
            line.interrupt(response.body().len() / 2, kind);
            response.map(Body::from)
        }
        Outcome::Endless(response) => {
            line.flood(&response);
            Response::default()
        }
        Outcome::Reset => {
            line.sever();
            Response::default()
        }
    }
}
