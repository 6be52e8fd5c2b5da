//! Over a socket, spoken by hand so that nothing is smoothed over.

use std::time::Duration;

use idpctl_emulator::{Config, Org};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use crate::support::web;

pub(crate) struct Server {
    pub(crate) org: Org,
    pub(crate) address: String,
    stop: oneshot::Sender<()>,
    ended: tokio::task::JoinHandle<std::io::Result<()>>,
}

pub(crate) async fn serve(faults: &[&str]) -> Server {
    let faults = faults.iter().map(|spec| spec.parse().unwrap()).collect();
    of(Config { faults, frozen_clock: true, ..Config::default() }).await
}

pub(crate) async fn of(config: Config) -> Server {
    let org = Org::open(config).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = org.clone();
    let ended = tokio::spawn(async move { served.serve(listener, async move { drop(stopped.await) }).await });
    Server { org, address, stop, ended }
}

impl Server {
    /// Sends a request on a connection of its own and returns all that came back.
    async fn ask(&self, line: &str, body: &str) -> String {
        self.send(line, &format!("authorization: SSWS {}\r\n", self.org.okta_token()), body).await
    }

    /// Likewise, as somebody who brings no token.
    pub(crate) async fn ask_without_token(&self, line: &str) -> String {
        self.send(line, "", "").await
    }

    /// Sends bytes as they are, but for `TOKEN` and `ORG`, and returns all that came back until the connection was closed.
    pub(crate) async fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let request = request.replace("TOKEN", self.org.okta_token()).replace("ORG", &self.address);
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _end = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    async fn send(&self, line: &str, authorization: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let request = format!(
            "{line} HTTP/1.1\r\nhost: {}\r\n{authorization}connection: close\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _end = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }
}

#[tokio::test]
async fn the_address_in_answers_is_the_one_that_was_asked() {
    let server = serve(&[]).await;
    let answer = server.ask("GET /.well-known/okta-organization", "").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains(&format!("{{\"organization\":{{\"href\":\"http://{}\"}}}}", server.address)), "{answer}");
    let absolute = server.ask(&format!("GET http://{}/api/v1/apps", server.address), "").await;
    assert!(absolute.ends_with("\r\n\r\n[]"), "{absolute}");
}

#[tokio::test]
async fn a_write_without_a_length_is_411() {
    let server = serve(&[]).await;
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let request = "POST /api/v1/apps HTTP/1.1\r\nhost: org\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 411 "), "{answer}");
}

#[tokio::test]
async fn a_reset_sends_not_a_byte_whether_or_not_the_work_is_done() {
    let server = serve(&["POST reset-before x1", "POST reset-after after 1 x1"]).await;
    let body = web("Portal").to_string();
    assert_eq!(server.ask("POST /api/v1/apps", &body).await, "");
    assert_eq!(server.ask("POST /api/v1/apps", &body).await, "");
    let listed = server.ask("GET /api/v1/apps", "").await;
    assert_eq!(listed.matches("\"label\":\"Portal\"").count(), 1);
}

#[tokio::test]
async fn a_cut_off_answer_promises_more_than_it_brings() {
    let server = serve(&["GET cut-off x1"]).await;
    let answer = server.ask("GET /api/v1/policies?type=ACCESS_POLICY", "").await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let promised = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert_eq!(body.len(), promised.parse::<usize>().unwrap() / 2);
}

#[tokio::test]
async fn an_endless_answer_is_one_that_somebody_must_have_enough_of() {
    let server = serve(&["endless x1"]).await;
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    stream.write_all(b"GET /.well-known/okta-organization HTTP/1.1\r\nhost: org\r\n\r\n").await.unwrap();
    let mut taken = vec![0; 8 << 20];
    stream.read_exact(&mut taken).await.unwrap();
    let text = String::from_utf8(taken).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("\r\ncontent-length: 2147483648\r\n"), "{head}");
    assert!(body.trim_end().ends_with('}') && body.ends_with("    "), "the answer comes first, and blanks behind it");
    drop(stream);
    let next = server.ask("GET /.well-known/okta-organization", "").await;
    assert!(next.ends_with('}'), "the server goes on: {next}");
}

#[tokio::test]
async fn a_slow_answer_arrives_whole() {
    let server = serve(&["GET slow=20ms x1"]).await;
    let answer = server.ask("GET /api/v1/apps", "").await;
    assert!(answer.ends_with("\r\n\r\n[]"), "{answer}");
}

#[tokio::test]
async fn a_server_stops_although_a_request_is_held() {
    let server = serve(&["hold"]).await;
    let address = server.address.clone();
    let held = tokio::spawn(async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /api/v1/apps HTTP/1.1\r\nhost: org\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        let _end = stream.read_to_end(&mut answer).await;
        answer
    });
    while server.org.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    server.stop.send(()).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(10), server.ended).await;
    ended.unwrap().unwrap().unwrap();
    assert_eq!(held.await.unwrap(), b"");
}
