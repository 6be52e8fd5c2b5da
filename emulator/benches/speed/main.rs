//! How fast an org answers, writes to the disk and starts, and how much memory it takes: each figure next to its limit.
//!
//! The org is served by a process of its own, which is this program again; requests come from this one, over connections that are kept.
//! `cargo bench -p idpctl-emulator` measures all of it, `cargo bench -p idpctl-emulator NAME` the parts whose names hold that.

#![expect(clippy::print_stdout, reason = "a bench shows its figures")]

mod connection;
mod disk;
mod memory;
mod reads;
mod served;
mod start;

/// How many apps a large org has.
const MANY: usize = 10_000;

/// How often a figure is taken; the median counts.
const RUNS: usize = 7;

/// A part of the bench, by its name.
type Part = (&'static str, fn());

const PARTS: [Part; 4] = [("reads", reads::run), ("writes", disk::run), ("start", start::run), ("memory", memory::run)];

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [first, rest @ ..] = arguments.as_slice()
        && first == served::SERVE
    {
        return served::serve(rest);
    }
    for (name, run) in PARTS {
        if arguments.iter().all(|given| given.starts_with('-') || name.contains(given.as_str())) {
            run();
        }
    }
}

/// Prints a figure, and whether it is within its limit.
fn show(what: &str, figure: f64, unit: &str, limit: Limit) {
    let (good, text) = match limit {
        Limit::AtLeast(least) => (figure >= least, format!("the limit of at least {least} {unit}")),
        Limit::Below(most) => (figure < most, format!("the limit of {most} {unit}")),
        Limit::None => return println!("  {what:<52}{figure:>10.1} {unit}"),
    };
    println!("  {what:<52}{figure:>10.1} {unit:<6} {} {text}", if good { "within" } else { "beyond" });
}

/// What a figure must be.
#[derive(Clone, Copy)]
enum Limit {
    AtLeast(f64),
    Below(f64),
    None,
}

/// Returns the median of what is measured again and again.
fn median(mut measure: impl FnMut() -> f64) -> f64 {
    middle((0..RUNS).map(|_| measure()).collect())
}

/// Returns the median of some figures.
fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}
