//! How long it takes from the start of a process until it can be asked.

use crate::served::{Served, folder};
use crate::{Limit, MANY, median, show};

pub(crate) fn run() {
    println!("\nfrom the start of the process until it is ready");
    let ready = |folder: Option<&std::path::Path>, apps| {
        let server = Served::start(folder, apps);
        let took = server.took.as_secs_f64() * 1e3;
        server.end();
        took
    };
    show("an org in memory", median(|| ready(None, 0)), "ms", Limit::Below(100.0));
    show("a new org in a folder", median(|| ready(Some(&folder().path().join("org")), 0)), "ms", Limit::Below(100.0));
    let few = folder();
    ready(Some(few.path()), 0);
    show("an org in a folder", median(|| ready(Some(few.path()), 0)), "ms", Limit::Below(100.0));
    show(&format!("a new org in memory with {MANY} apps"), median(|| ready(None, MANY)), "ms", Limit::Below(20_000.0));
    show(&format!("a new org in a folder with {MANY} apps"), median(|| ready(Some(folder().path()), MANY)), "ms", Limit::Below(20_000.0));
    let many = folder();
    ready(Some(many.path()), MANY);
    show(&format!("an org in a folder with {MANY} apps"), median(|| ready(Some(many.path()), 0)), "ms", Limit::Below(100.0));
    let killed = || {
        drop(Served::start(Some(many.path()), 0));
        ready(Some(many.path()), 0)
    };
    show("    after it was killed", median(killed), "ms", Limit::Below(100.0));
}
