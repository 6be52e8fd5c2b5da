//! Connections that can be severed: before an answer, in the middle of its body, or for a while; and flooded in its place.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    http::StatusCode,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::Sleep,
};

use crate::org::Break;

/// A listener whose connections can be severed.
pub(super) struct Wired {
    listener: TcpListener,
}

impl Wired {
    pub(super) fn new(listener: TcpListener) -> Self {
        Self { listener }
    }
}

impl Listener for Wired {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, peer) = Listener::accept(&mut self.listener).await;
        let line = Line(Arc::new(Mutex::new(Flow::Free)));
        (Wire { stream, line }, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A hold on one connection.
#[derive(Clone)]
pub(super) struct Line(Arc<Mutex<Flow>>);

enum Flow {
    Free,
    /// Nothing passes any more.
    Severed,
    /// The head of the answer passes, and so many bytes of its body.
    Head {
        body: usize,
        kind: Break,
    },
    /// So many bytes still pass.
    Left {
        bytes: usize,
        kind: Break,
    },
    /// Nothing passes for a while.
    Paused(Pin<Box<Sleep>>),
    /// Something else passes in place of what is to be written.
    Flooded(Flood),
}

/// How long an endless answer is.
const ENDLESS: usize = 2 << 30;
/// What it mostly consists of.
static BLANKS: [u8; 1 << 16] = [b' '; 1 << 16];

/// An answer, and blanks behind it.
struct Flood {
    answer: Vec<u8>,
    sent: usize,
    length: usize,
}

impl Flood {
    fn of(response: &http::Response<Vec<u8>>) -> Self {
        // An answer without a body says so by its status.
        let status = if response.body().is_empty() { StatusCode::OK } else { response.status() };
        let mut answer = format!("HTTP/1.1 {status}\r\ncontent-length: {ENDLESS}\r\n").into_bytes();
        for (name, value) in response.headers() {
            answer.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        answer.extend(b"\r\n");
        let length = answer.len() + ENDLESS;
        answer.extend(response.body());
        Self { answer, sent: 0, length }
    }

    /// Returns some of what comes next; nothing at the end.
    fn next(&self) -> &[u8] {
        match self.answer.get(self.sent..) {
            Some(rest @ [_, ..]) => rest,
            _ => &BLANKS[..BLANKS.len().min(self.length - self.sent)],
        }
    }
}

impl Line {
    /// Lets nothing more of any answer pass.
    pub(super) fn sever(&self) {
        *self.flow() = Flow::Severed;
    }

    /// Lets the head of the next answer pass, and so many bytes of its body; then what `kind` says.
    pub(super) fn interrupt(&self, body: usize, kind: Break) {
        *self.flow() = Flow::Head { body, kind };
    }

    /// Lets an answer pass that does not end, in place of the next one.
    pub(super) fn flood(&self, response: &http::Response<Vec<u8>>) {
        *self.flow() = Flow::Flooded(Flood::of(response));
    }

    fn flow(&self) -> MutexGuard<'_, Flow> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how many bytes of what is to be written may pass now.
    fn poll_passage(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut flow = self.flow();
        loop {
            match &mut *flow {
                Flow::Free => return Poll::Ready(Ok(bytes.len())),
                Flow::Severed | Flow::Flooded(_) => return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
                Flow::Head { body, kind } => {
                    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
                    let head = end.map_or(bytes.len(), |end| end + 4);
                    let bytes = head + *body;
                    *flow = Flow::Left { bytes, kind: *kind };
                }
                Flow::Left { bytes: 0, kind } => match *kind {
                    Break::CutOff => *flow = Flow::Severed,
                    Break::Slow(time) => *flow = pause(time),
                },
                Flow::Left { bytes: left, .. } => return Poll::Ready(Ok(bytes.len().min(*left))),
                Flow::Paused(sleep) => {
                    ready!(sleep.as_mut().poll(cx));
                    *flow = Flow::Free;
                }
            }
        }
    }

    fn passed(&self, count: usize) {
        if let Flow::Left { bytes, .. } = &mut *self.flow() {
            *bytes -= count;
        }
    }
}

fn pause(time: Duration) -> Flow {
    Flow::Paused(Box::pin(tokio::time::sleep(time)))
}

/// A connection.
pub(super) struct Wire {
    stream: TcpStream,
    line: Line,
}

impl Connected<IncomingStream<'_, Wired>> for Line {
    fn connect_info(stream: IncomingStream<'_, Wired>) -> Self {
        stream.io().line.clone()
    }
}

impl Wire {
    /// Writes the flood, if there is one, until it ends or the other side has had enough.
    fn poll_flood(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut flow = self.line.flow();
            let Flow::Flooded(flood) = &mut *flow else { return Poll::Ready(Ok(())) };
            if flood.next().is_empty() {
                *flow = Flow::Severed;
                return Poll::Ready(Ok(()));
            }
            flood.sent += ready!(Pin::new(&mut self.stream).poll_write(cx, flood.next()))?;
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_flood(cx))?;
        let admitted = ready!(self.line.poll_passage(cx, bytes))?;
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &bytes[..admitted]))?;
        self.line.passed(written);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
