//! How much memory a server with many apps has.

use crate::served::{Served, folder};
use crate::{Limit, MANY, show};

/// What a server may have, in megabytes.
const MOST: f64 = 150.0;

pub(crate) fn run() {
    println!("\nmemory of a server with {MANY} apps, and the most that it has had");
    let report = |server: &Served, what: &str| {
        let (now, most) = server.memory();
        show(what, now, "MB", Limit::Below(MOST));
        show("    at most until then", most, "MB", Limit::Below(MOST));
    };
    let folder = folder();
    for (place, directory) in [("in memory", None), ("in a folder", Some(folder.path()))] {
        let server = Served::start(directory, MANY);
        report(&server, &format!("{place}: new"));
        let server = if directory.is_some() {
            server.end();
            let server = Served::start(directory, 0);
            report(&server, &format!("{place}: opened"));
            server
        } else {
            server
        };
        let mut line = server.connect();
        let ids = line.list();
        report(&server, &format!("{place}: all listed"));
        line.ask("GET", "/api/v1/apps?q=Seeded+app+09999", "");
        report(&server, &format!("{place}: one found by its label"));
        for n in 0..MANY {
            let turn = if n % 2 == 0 { "deactivate" } else { "activate" };
            line.ask("POST", &format!("/api/v1/apps/{}/lifecycle/{turn}", ids[n / 2]), "");
        }
        report(&server, &format!("{place}: after {MANY} writes"));
    }
}
