//! A server that gives one answer to everything, whatever is asked: what a captive portal, a proxy or an attacker is.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// A server on loopback, for as long as it lives.
pub(crate) struct Liar {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Liar {
    /// Serves an answer: its status line without the version, its headers, and its body.
    pub(crate) fn new(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>().concat();
        let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
        let answer = [head.as_bytes(), body].concat();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let closing = Arc::new(AtomicBool::new(false));
        let (log, end) = (Arc::clone(&seen), Arc::clone(&closing));
        let thread = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if end.load(Ordering::Acquire) {
                    return;
                }
                exchange(stream, &answer, &log);
            }
        });
        Self { url, seen, closing, thread: Some(thread) }
    }

    /// Returns its address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Returns the methods and paths that it was asked for since the last call.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().expect("nobody panics with it"))
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Release);
        // One more connection wakes the thread up to see that it is over.
        drop(TcpStream::connect(self.url.trim_start_matches("http://")));
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// Reads a request's head, notes it, and answers; a body, if there is one, is of no interest.
fn exchange(mut stream: TcpStream, answer: &[u8], log: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if !matches!(stream.read(&mut byte), Ok(1)) {
            return;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head);
    let mut words = head.split([' ', '?']);
    let request = format!("{} {}", words.next().unwrap_or_default(), words.next().unwrap_or_default());
    // Who has its answer may look at the log: it comes first.
    log.lock().expect("nobody panics with it").push(request);
    // Somebody who has had enough of a long answer may hang up.
    drop(stream.write_all(answer));
}
