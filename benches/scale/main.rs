//! Whether idpctl grows with the number of apps and no faster, and whether 10,000 of them fit into the limits.
//!
//! `cargo bench` runs all of it, `cargo bench NAME` the parts whose names hold that.

#![expect(clippy::print_stdout, reason = "a bench shows its figures")]

mod org;
mod revisions;
mod stages;
mod whole;

fn main() {
    stages::run();
    let wanted = |part: &str| std::env::args().skip(1).all(|given| given.starts_with('-') || part.contains(&given));
    if wanted("revisions") {
        revisions::run();
    }
    if wanted("whole") {
        whole::run();
    }
}
