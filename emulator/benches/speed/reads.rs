//! How many GETs a second a server with many apps answers, both sides together on the machine's cores.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::served::Served;
use crate::{Limit, MANY, middle, now, show};

/// How many connections there are.
const CONNECTIONS: usize = 8;

/// Returns the path of the nth request.
type Paths<'a> = &'a (dyn Fn(usize) -> String + Sync);

/// How long each rate is taken.
const WHILE: Duration = Duration::from_millis(700);

pub(crate) fn run() {
    let server = Served::start(None, MANY);
    let ids = server.connect().list();
    println!("\nGETs over {CONNECTIONS} connections that are kept, blocking sockets of {CONNECTIONS} threads, {MANY} apps");
    let one = |n: usize| format!("/api/v1/apps/{}", ids[n * 7_919 % ids.len()]);
    let cases: [(&str, f64, Paths<'_>); 6] = [
        ("the org's metadata", 3_000.0, &|_| "/.well-known/okta-organization".to_owned()),
        ("an app", 3_000.0, &one),
        ("an app's secrets", 3_000.0, &|n| format!("{}/credentials/secrets", one(n / 4 * 4))),
        ("a page of 200 apps", 0.0, &|n| format!("/api/v1/apps?limit=200&after={}", ids[n * 7_919 % (ids.len() - 200)])),
        ("an app by its label", 0.0, &|n| format!("/api/v1/apps?q=Seeded+app+{:05}", n * 7_919 % MANY)),
        ("apps by a filter that none passes", 0.0, &|_| "/api/v1/apps?filter=status+eq+%22INACTIVE%22".to_owned()),
    ];
    for (what, least, path) in cases {
        let limit = if least > 0.0 { Limit::AtLeast(least) } else { Limit::None };
        let mut times = Vec::new();
        let rates: Vec<_> = (0..crate::RUNS)
            .map(|_| {
                let before = server.processor();
                let (rate, count) = rate(&server, path);
                times.push((server.processor() - before) * 1e6 / count);
                rate
            })
            .collect();
        show(what, middle(rates), "/s", limit);
        show("    processor time of the server for one", middle(times), "us", Limit::None);
    }
}

/// Returns how many requests a second are answered, and how many were.
#[expect(clippy::cast_precision_loss, reason = "a count of requests is small")]
fn rate(server: &Served, path: Paths<'_>) -> (f64, f64) {
    let count = AtomicU64::new(0);
    let begun = now();
    thread::scope(|scope| {
        for connection in 0..CONNECTIONS {
            let count = &count;
            scope.spawn(move || {
                let mut line = server.connect();
                let mut n = connection;
                while begun.elapsed() < WHILE {
                    line.ask("GET", &path(n), "");
                    count.fetch_add(1, Ordering::Relaxed);
                    n += CONNECTIONS;
                }
            });
        }
    });
    let count = count.into_inner() as f64;
    (count / begun.elapsed().as_secs_f64(), count)
}
