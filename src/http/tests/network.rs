//! The real transport against a socket of this machine, and what the log shows.

use std::io::Write;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::request::Method;

/// Serves one connection with fixed bytes and returns what was asked.
async fn serve(response: Vec<u8>) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut asked = vec![0; 8192];
        let n = socket.read(&mut asked).await.unwrap();
        // The client may have hung up at its cap.
        let _cut = socket.write_all(&response).await;
        String::from_utf8_lossy(&asked[..n]).into_owned()
    });
    (url, served)
}

async fn ask(url: &str, cap: usize) -> Outcome {
    let request =
        http::Request::post(format!("{url}/api/v1/apps/0oa1/lifecycle/activate")).header("content-length", "0").body(Vec::new()).unwrap();
    ReqwestTransport::with_cap(cap).unwrap().send(request).await
}

#[tokio::test]
async fn a_post_without_a_body_has_a_length_and_one_agent() {
    let (url, served) = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-okta-request-id: r1\r\n\r\n{}".to_vec()).await;
    let answer = ask(&url, 1000).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.body().as_slice(), &answer.headers()["x-okta-request-id"]),
        (200, b"{}".as_slice(), &"r1".parse().unwrap())
    );
    let asked = served.await.unwrap().to_ascii_lowercase();
    assert_eq!(asked.matches("content-length: 0").count(), 1, "{asked}");
    assert!(asked.contains(concat!("user-agent: idpctl/", env!("CARGO_PKG_VERSION"))), "{asked}");
}

#[tokio::test]
async fn an_answer_is_read_up_to_the_cap() {
    let body = |n: usize| [format!("HTTP/1.1 200 OK\r\ncontent-length: {n}\r\n\r\n").into_bytes(), vec![b' '; n]].concat();
    let (url, _served) = serve(body(1000)).await;
    assert_eq!(ask(&url, 1000).await.unwrap().body().len(), 1000);
    let (url, _served) = serve(body(1001)).await;
    assert_eq!(ask(&url, 1000).await.unwrap_err(), TransportError::TooLarge { limit: 1000 });
}

#[tokio::test]
async fn a_compressed_answer_counts_as_what_it_becomes() {
    // 1,000 and 1,001 blanks.
    const FITS: &[u8] =
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x53\x50\x18\x05\xa3\x60\x14\x0c\x77\x00\x00\x82\xe3\x93\xcd\xe8\x03\x00\x00";
    const TOO_LONG: &[u8] =
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x53\x50\x18\x05\xa3\x60\x14\x0c\x7b\x00\x00\xaa\xbe\x17\xea\xe9\x03\x00\x00";
    let body = |gzip: &[u8]| {
        [format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", gzip.len()).into_bytes(), gzip.to_vec()]
            .concat()
    };
    let (url, _served) = serve(body(FITS)).await;
    assert_eq!(ask(&url, 1000).await.unwrap().body().len(), 1000);
    let (url, _served) = serve(body(TOO_LONG)).await;
    assert_eq!(ask(&url, 1000).await.unwrap_err(), TransportError::TooLarge { limit: 1000 });
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let (url, _served) = serve(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_vec()).await;
    assert_eq!(ask(&url, 1000).await.unwrap().status().as_u16(), 302);
}

#[tokio::test]
async fn it_is_known_whether_the_server_may_have_seen_the_request() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = ask(&closed, 1000).await.unwrap_err();
    assert_eq!(error.phase(), Phase::NotSent);
    insta::assert_snapshot!(error, @"could not connect: tcp connect error: Connection refused (os error 111)");
    for cut in ["", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n123"] {
        let (url, _served) = serve(cut.into()).await;
        assert_eq!(ask(&url, 1000).await.unwrap_err().phase(), Phase::Unknown, "{cut}");
    }
}

#[tokio::test]
async fn plain_http_stays_on_this_machine() {
    let error = ask("http://192.0.2.1", 1000).await.unwrap_err();
    assert_eq!(error, TransportError::PlainHttp("192.0.2.1".to_owned()));
    assert_eq!(error.phase(), Phase::Never);
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Write::write(&mut *self.0.lock().unwrap(), bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_has_one_line_an_attempt_and_no_secret() {
    let lines = Lines::default();
    let out = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .without_time()
        .with_ansi(false)
        .with_writer(move || out.clone())
        .finish();
    // With a single subscriber in the process, a thread that has none switches a log line off for all threads that reach it later.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let guard = tracing::subscriber::set_default(subscriber);
    let created = answer(200, &[("x-okta-request-id", "r2")], json!({"id": "0oa1", "client_secret": "hush-hush"}));
    let script = Script::new([Err(TransportError::NotSent("refused".to_owned())), Ok(created)]);
    let body = json!({"client_secret": "hush-hush"});
    script.writer.send::<()>(Request::new(Method::Post, "/api/v1/apps/0oa1/credentials/secrets").body(body)).await.unwrap();
    drop(guard);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    insta::assert_snapshot!(text.trim(), @r#"
    DEBUG idpctl::http::exchange: not answered request=POST /api/v1/apps/0oa1/credentials/secrets error=could not connect: refused ms=100 attempt=1 bucket=/api/v1/apps
    DEBUG idpctl::http::exchange: answered request=POST /api/v1/apps/0oa1/credentials/secrets status=200 ms=100 request_id="r2" attempt=2 bucket=/api/v1/apps
    "#);
}
