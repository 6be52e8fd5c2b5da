//! A connection to a server, kept for many requests: the least that a client can do, so that the server is what is measured.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

pub(crate) struct Connection {
    stream: TcpStream,
    token: String,
    /// What has arrived of the answer.
    answer: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: &str, token: &str) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("a connection can be told not to wait");
        Self { stream, token: token.to_owned(), answer: Vec::new() }
    }

    /// Sends a request and returns the body of the answer, which must be a good one.
    pub(crate) fn ask(&mut self, method: &str, path: &str, body: &str) -> &[u8] {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: org\r\nauthorization: SSWS {}\r\naccept: application/json\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).expect("the server takes requests");
        self.answer.clear();
        let (head, length) = loop {
            self.receive();
            if let Some(head) = self.answer.windows(4).position(|four| four == b"\r\n\r\n") {
                break (head + 4, length(&self.answer[..head]));
            }
        };
        while self.answer.len() < head + length {
            self.receive();
        }
        assert!(self.answer.starts_with(b"HTTP/1.1 20"), "{method} {path}: {}", String::from_utf8_lossy(&self.answer));
        &self.answer[head..]
    }

    /// Likewise, and reads the body.
    pub(crate) fn read(&mut self, method: &str, path: &str, body: &str) -> Value {
        serde_json::from_slice(self.ask(method, path, body)).expect("the answer is JSON")
    }

    fn receive(&mut self) {
        let mut part = vec![0; 1 << 16];
        let count = self.stream.read(&mut part).expect("the server answers");
        assert!(count > 0, "the server has gone");
        self.answer.extend_from_slice(&part[..count]);
    }

    /// Walks the list of all apps and returns their ids.
    pub(crate) fn list(&mut self) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        loop {
            let after = ids.last().map(|id| format!("&after={id}")).unwrap_or_default();
            let page = self.read("GET", &format!("/api/v1/apps?limit=200{after}"), "");
            let page = page.as_array().expect("apps are a list");
            ids.extend(page.iter().map(|app| app["id"].as_str().expect("an app has an id").to_owned()));
            if page.len() < 200 {
                return ids;
            }
        }
    }
}

/// Returns how long a body is, as the head of its answer says.
fn length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_lowercase();
    head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or_default()
}
