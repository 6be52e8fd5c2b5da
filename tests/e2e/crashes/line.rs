//! A connection to a server that may die in the middle of anything: an answer counts when it is there to its last byte.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// The server did not answer, or not to the end: whether it did what was asked is not to be known from here.
#[derive(Debug)]
pub(crate) struct Died;

impl From<std::io::Error> for Died {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

/// Where a server is, and what it wants to see.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) okta_token: String,
    pub(crate) portal_token: String,
}

/// A connection that is kept.
pub(crate) struct Line {
    server: Server,
    stream: Option<TcpStream>,
}

impl Line {
    pub(crate) fn to(server: &Server) -> Self {
        Self { server: server.clone(), stream: None }
    }

    /// Sends a request and returns status and body.
    pub(crate) fn ask(&mut self, method: &str, path: &str, body: &Value) -> Result<(u16, Value), Died> {
        let (status, _, body) = self.exchange(method, path, body)?;
        Ok((status, body))
    }

    /// Reads something, and where it goes on.
    pub(crate) fn page(&mut self, path: &str) -> Result<(Value, Option<String>), Died> {
        let (status, head, body) = self.exchange("GET", path, &Value::Null)?;
        assert_eq!(status, 200, "{path}: {body}");
        let links = head.lines().filter_map(|line| line.strip_prefix("link: <")?.strip_suffix(">; rel=\"next\""));
        let next = links.map(|link| link[link.find("/api/").expect("a link leads into the API")..].to_owned()).next();
        Ok((body, next))
    }

    fn exchange(&mut self, method: &str, path: &str, body: &Value) -> Result<(u16, String, Value), Died> {
        let token =
            if path.starts_with("/portal-api/") { self.server.portal_token.clone() } else { format!("SSWS {}", self.server.okta_token) };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: org\r\naccept: application/json\r\nauthorization: {token}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => none.insert(connected(&self.server.address)?),
        };
        stream.write_all(request.as_bytes())?;
        let (mut answer, mut part) = (Vec::new(), vec![0; 1 << 14]);
        loop {
            let count = stream.read(&mut part)?;
            if count == 0 {
                return Err(Died);
            }
            answer.extend_from_slice(&part[..count]);
            if let Some((status, head, body)) = whole(&answer) {
                return Ok((status, head, serde_json::from_slice(body).unwrap_or_default()));
            }
        }
    }
}

fn connected(address: &str) -> Result<TcpStream, Died> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    // Nothing takes as long: a server that hangs is a failure, not a wait.
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    Ok(stream)
}

/// Takes an answer apart, if all of it has arrived.
fn whole(answer: &[u8]) -> Option<(u16, String, &[u8])> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).expect("a head is text").to_owned();
    let status = head.split(' ').nth(1)?.parse().expect("an answer has a status");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |length| length.parse().expect("a length"));
    let body = answer[end + 4..].get(..length)?;
    Some((status, head, body))
}
