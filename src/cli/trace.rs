//! What the program says about its own doings, to standard error, as `-v` asks for.
//!
//! Only our own modules are heard, whatever `RUST_LOG` says: libraries below may log what goes over the wire. Every line is made inert.

use std::io::{self, Write};

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::args::LogFormat;
use crate::printable::printable;
use crate::render::json_escaped;

/// Starts logging. A second call changes nothing.
pub(crate) fn start(verbosity: u8, format: LogFormat) {
    let level = match verbosity {
        0 => Level::WARN,
        1 => Level::INFO,
        2 => Level::DEBUG,
        _ => Level::TRACE,
    };
    let targets = Targets::new().with_target("idpctl", level).with_target("idpctl_emulator", level);
    // Emitted only where `--log-requests` asks for it.
    let targets = targets.with_target("idpctl_emulator::requests", level.max(Level::INFO));
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Inert(format));
    let registry = tracing_subscriber::registry().with(targets);
    // The only error is that a logger is there already.
    drop(match format {
        LogFormat::Text => registry.with(layer).try_init(),
        LogFormat::Json => registry.with(layer.json()).try_init(),
    });
}

/// Makes lines inert on their way to standard error.
#[derive(Debug, Clone, Copy)]
struct Inert(LogFormat);

impl<'a> MakeWriter<'a> for Inert {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        *self
    }
}

impl Write for Inert {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let inert = match self.0 {
            LogFormat::Text => printable(line).into_owned(),
            LogFormat::Json => json_escaped(line),
        };
        writeln!(io::stderr().lock(), "{inert}")?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
