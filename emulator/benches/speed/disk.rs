//! How many writes a second reach the disk, next to how many times a second the same disk can be told to keep a block.
//!
//! Writes that are asked for at once reach it together, so many of them can be more than one disk keeps up with one by one. On a disk that
//! keeps a block in a tenth of a millisecond a single caller measures the processor rather than the disk.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::served::{Served, folder};
use crate::{Limit, middle, now, show};

/// What a bare fsync writes: a block.
const BLOCK: usize = 4_096;

/// How many blocks the file has that they go to.
const BLOCKS: u64 = 1_024;

/// How long each rate is taken.
const WHILE: Duration = Duration::from_millis(500);

/// How many pairs of rates are taken; the median of their ratios counts.
const PAIRS: usize = 11;

pub(crate) fn run() {
    println!("\nwrites that are on the disk when they are answered, and bare fsyncs of {BLOCK} bytes in the same folder, in turn");
    let folder = folder();
    let bare = Bare::new(&folder.path().join("bare"));
    let server = Served::start(Some(&folder.path().join("org")), 0);
    for (what, connections, sort) in [
        ("apps created, one at a time", 1, Sort::Create),
        ("apps replaced, one at a time", 1, Sort::Replace),
        ("apps created over 16 connections", 16, Sort::Create),
        ("apps replaced over 16 connections", 16, Sort::Replace),
    ] {
        let before = (server.written(), server.processor());
        let (mut bares, mut ours, mut ratios, mut count) = (Vec::new(), Vec::new(), Vec::new(), 0.0);
        for _ in 0..PAIRS {
            let bare = bare.rate();
            let (rate, done) = rate(&server, connections, sort);
            count += done;
            ratios.push(rate / bare);
            bares.push(bare);
            ours.push(rate);
        }
        show(what, middle(ours), "/s", Limit::None);
        show("    bare fsyncs", middle(bares), "/s", Limit::None);
        show("    the first over the second", middle(ratios), "", Limit::AtLeast(0.5));
        show("    processor time of the server for one", (server.processor() - before.1) * 1e6 / count, "us", Limit::None);
        show("    written to the disk for one", (server.written() - before.0) / 1024.0 / count, "KiB", Limit::None);
    }
}

/// A file whose blocks are there already, so that nothing but them is written.
struct Bare(File);

impl Bare {
    fn new(path: &std::path::Path) -> Self {
        let file = File::create_new(path).expect("the folder is new");
        for n in 0..BLOCKS {
            file.write_all_at(&[1; BLOCK], n * BLOCK as u64).expect("there is room");
        }
        file.sync_all().expect("the disk keeps it");
        Self(file)
    }

    #[expect(clippy::cast_precision_loss, reason = "a count of writes is small")]
    fn rate(&self) -> f64 {
        let begun = now();
        let mut count = 0;
        while begun.elapsed() < WHILE {
            let byte = u8::try_from(count % 251).expect("a byte");
            self.0.write_all_at(&[byte; BLOCK], count % BLOCKS * BLOCK as u64).expect("there is room");
            self.0.sync_data().expect("the disk keeps it");
            count += 1;
        }
        count as f64 / begun.elapsed().as_secs_f64()
    }
}

#[derive(Clone, Copy)]
enum Sort {
    Create,
    Replace,
}

fn app(label: &str) -> String {
    format!(
        r#"{{"name":"oidc_client","label":"{label}","signOnMode":"OPENID_CONNECT","credentials":{{"oauthClient":{{"token_endpoint_auth_method":"client_secret_basic"}}}},"settings":{{"oauthClient":{{"application_type":"web","grant_types":["authorization_code"],"response_types":["code"],"redirect_uris":["https://app.example.com/callback"]}}}}}}"#
    )
}

/// Returns how many writes a second are answered, and how many were.
#[expect(clippy::cast_precision_loss, reason = "a count of writes is small")]
fn rate(server: &Served, connections: usize, sort: Sort) -> (f64, f64) {
    let count = AtomicU64::new(0);
    let mut lines: Vec<_> = (0..connections)
        .map(|n| {
            let mut line = server.connect();
            let made = line.read("POST", "/api/v1/apps", &app(&format!("App {n}")));
            (line, made["id"].as_str().expect("an app has an id").to_owned())
        })
        .collect();
    let begun = now();
    thread::scope(|scope| {
        for (line, id) in &mut lines {
            let count = &count;
            scope.spawn(move || {
                while begun.elapsed() < WHILE {
                    let n = count.fetch_add(1, Ordering::Relaxed);
                    match sort {
                        Sort::Create => line.ask("POST", "/api/v1/apps", &app(&format!("App {n}"))),
                        Sort::Replace => line.ask("PUT", &format!("/api/v1/apps/{id}"), &app(&format!("App {n}"))),
                    };
                }
            });
        }
    });
    let count = count.into_inner() as f64;
    (count / begun.elapsed().as_secs_f64(), count)
}
