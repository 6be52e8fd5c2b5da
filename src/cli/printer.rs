//! The only writer to standard output and standard error: data to the first, everything else to the second.

use std::io::{self, IsTerminal as _, Write as _};

use anstream::{AutoStream, ColorChoice};
use serde_json::Value;

use super::error::CommandError;
use crate::render::{Style, json_text};

/// Writes what commands have to say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printer {
    data: Stream,
    notes: Stream,
}

#[derive(Debug, Clone, Copy)]
struct Stream {
    colour: bool,
    terminal: bool,
    width: usize,
}

/// Columns where there is no terminal to ask.
const WIDTH: usize = 120;

impl Printer {
    /// Returns a printer for the process's own streams.
    pub(crate) fn new(choice: ColorChoice) -> Self {
        choice.write_global();
        let columns = |terminal: bool, size: fn() -> (u16, u16)| if terminal { usize::from(size().1).max(40) } else { WIDTH };
        let (out, err) = (io::stdout(), io::stderr());
        let data = Stream {
            colour: AutoStream::choice(&out) != ColorChoice::Never,
            terminal: out.is_terminal(),
            width: columns(out.is_terminal(), || dialoguer::console::Term::stdout().size()),
        };
        let notes = Stream {
            colour: AutoStream::choice(&err) != ColorChoice::Never,
            terminal: err.is_terminal(),
            width: columns(err.is_terminal(), || dialoguer::console::Term::stderr().size()),
        };
        Self { data, notes }
    }

    /// Returns the looks of text on standard output.
    pub(crate) fn data_style(&self) -> Style {
        Style { colour: self.data.colour, width: self.data.width, ..Style::default() }
    }

    /// Returns the looks of text on standard error.
    pub(crate) fn note_style(&self) -> Style {
        Style { colour: self.notes.colour, width: self.notes.width, ..Style::default() }
    }

    /// Tells whether somebody sits in front of standard error.
    pub(crate) fn is_watched(&self) -> bool {
        self.notes.terminal
    }

    /// Tells whether somebody can be asked.
    pub(crate) fn can_ask(&self) -> bool {
        self.notes.terminal && io::stdin().is_terminal()
    }

    /// Writes text to standard output. That nobody reads it any more is no error.
    #[expect(clippy::unused_self, reason = "who has no printer must not write")]
    pub(crate) fn data(&self, text: &str) -> Result<(), CommandError> {
        let mut out = io::stdout().lock();
        Self::written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
    }

    /// Judges a write to standard output. That nobody reads it any more is no error.
    pub(crate) fn written(outcome: io::Result<()>) -> Result<(), CommandError> {
        match outcome {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(CommandError::new(error).doing("could not write to standard output"))
            }
            _ => Ok(()),
        }
    }

    /// Writes a tree to standard output.
    pub(crate) fn json(&self, tree: &Value) -> Result<(), CommandError> {
        self.data(&json_text(tree))
    }

    /// Writes text to standard error. There is nowhere left to say that it could not be written.
    #[expect(clippy::unused_self, reason = "who has no printer must not write")]
    pub(crate) fn note(&self, text: &str) {
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let mut err = io::stderr().lock();
        drop(write!(err, "{text}{end}"));
    }

    /// Writes a line to standard error in the midst of other work, over a progress bar if one stands there.
    pub(crate) fn interject(&self, line: &str) {
        if self.is_watched() {
            drop(dialoguer::console::Term::stderr().clear_line());
        }
        self.note(line);
    }

    /// Writes what went wrong, and is no error, to standard error.
    pub(crate) fn warning(&self, error: &CommandError) {
        let text = error.lines().join("\n");
        self.note(&format!("warning: {}", text.strip_prefix("error: ").unwrap_or(&text)));
    }

    /// Writes an error to standard error.
    pub(crate) fn error(&self, error: &CommandError) {
        if !error.shown {
            self.note(&error.lines().join("\n"));
        }
    }
}
