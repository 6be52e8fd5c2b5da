//! What stands between the binary and the org: it passes requests on, or answers them, changes them, holds them, as a rule says.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use idpctl_emulator::Org;
use serde_json::{Value, json};

use crate::org::{Output, TestOrg};

type Request = http::Request<Vec<u8>>;
type Response = http::Response<Vec<u8>>;

/// The org as it can be reached from where a rule stands.
pub(crate) struct Behind(Org);

/// A relay on loopback, for as long as it lives.
pub(crate) struct Relay {
    address: String,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Behind {
    /// Passes a request on.
    pub(crate) fn pass(&self, request: Request) -> Response {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime starts");
        runtime.block_on(self.0.call(request)).expect("an answer")
    }
}

impl TestOrg {
    /// Puts a relay with a rule before the org, for the runs to come.
    pub(crate) fn behind(&mut self, rule: impl Fn(Request, &Behind) -> Response + Send + Sync + 'static) -> Relay {
        let relay = Relay::new(self.org.clone(), rule);
        self.set("OKTA_CLIENT_ORGURL", relay.url());
        relay
    }
}

impl Relay {
    fn new(org: Org, rule: impl Fn(Request, &Behind) -> Response + Send + Sync + 'static) -> Self {
        Self::answering(move |request| Some(rule(request, &Behind(org.clone()))))
    }

    /// Answers every request by a rule; where that has no answer, the connection is broken.
    pub(crate) fn answering(rule: impl Fn(Request) -> Option<Response> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let closing = Arc::new(AtomicBool::new(false));
        let end = Arc::clone(&closing);
        let rule = Arc::new(rule);
        let thread = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if end.load(Ordering::Acquire) {
                    return;
                }
                let rule = Arc::clone(&rule);
                // Whoever hangs up in the middle of an exchange ends it.
                thread::spawn(move || drop(exchange(&stream, |request| rule(request))));
            }
        });
        Self { address, closing, thread: Some(thread) }
    }

    /// Returns the relay's address.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns an output as it is shown, without the relay's address.
    pub(crate) fn shown(&self, output: &Output) -> String {
        output.to_string().replace(&self.address, "RELAY")
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Release);
        // One more connection wakes the thread up to see that it is over.
        drop(TcpStream::connect(&self.address));
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// Returns the answer that Okta gives whose administrator may not do something.
pub(crate) fn forbidden() -> Response {
    let summary = "You do not have permission to perform the requested action";
    let body: Value =
        json!({"errorCode": "E0000006", "errorSummary": summary, "errorLink": "E0000006", "errorId": "oaeX", "errorCauses": []});
    let response = http::Response::builder().status(403).header("content-type", "application/json");
    response.body(body.to_string().into_bytes()).expect("an answer")
}

/// Reads one request, and writes its answer.
fn exchange(stream: &TcpStream, answer: impl FnOnce(Request) -> Option<Response>) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut request = http::Request::builder().method(method).uri(target);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().expect("a length");
        }
        request = request.header(name, value);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let Some(answer) = answer(request.body(body).expect("a request")) else { return Ok(()) };
    let headers = answer.headers().iter().map(|(name, value)| format!("{name}: {}\r\n", value.to_str().expect("text")));
    let headers: String = headers.collect();
    let (status, length) = (answer.status(), answer.body().len());
    let mut stream = stream;
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n")?;
    stream.write_all(answer.body())
}
