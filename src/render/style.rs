//! How a text looks: whether it has colour, how wide it is, how much it says.
//!
//! Colour never says anything that the text does not say by itself.

use std::fmt::Display;

use anstyle::{AnsiColor, Style as Ansi};

/// The looks of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether it has colour.
    pub colour: bool,
    /// Whether the requests of a plan are shown.
    pub requests: bool,
    /// How many columns there are.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { colour: false, requests: false, width: 120 }
    }
}

/// What a piece of text is about, which is what colours stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Added,
    Changed,
    Replaced,
    Removed,
    Heading,
    Faint,
    Danger,
}

impl Style {
    /// Returns a text in the colour of its tone.
    pub(super) fn paint(self, tone: Tone, text: impl Display) -> String {
        if !self.colour {
            return text.to_string();
        }
        let ansi = match tone {
            Tone::Added => AnsiColor::Green.on_default(),
            Tone::Changed => AnsiColor::Yellow.on_default(),
            Tone::Replaced => AnsiColor::Magenta.on_default(),
            Tone::Removed => AnsiColor::Red.on_default(),
            Tone::Heading => Ansi::new().bold(),
            Tone::Faint => Ansi::new().dimmed(),
            Tone::Danger => AnsiColor::Red.on_default().bold(),
        };
        format!("{ansi}{text}{ansi:#}")
    }
}

/// Returns a number with its word, in the singular where it is one.
pub(super) fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// Returns a text with a capital letter and a full stop.
pub(super) fn sentence(text: &str) -> String {
    format!("{}{}", capital(text), if text.ends_with(['.', '!', '?']) { "" } else { "." })
}

/// Returns a text with a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
