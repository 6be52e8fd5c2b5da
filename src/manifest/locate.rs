//! Places in a text, counted in characters as the parser does, to origins.
//!
//! Every look-up takes logarithmic time: a hostile file may put a whole megabyte on one line.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::Origin;

/// Knows where each character and line of a file begins.
#[derive(Debug)]
pub(super) struct Locator {
    file: Arc<str>,
    /// The byte at which each character starts, and the length of the text.
    bytes: Vec<u32>,
    /// The character with which each line starts.
    lines: Vec<usize>,
}

impl Locator {
    /// Looks through a text. It is not longer than the cap on files, so its length fits.
    pub(super) fn new(file: Arc<str>, text: &str) -> Self {
        let mut bytes = Vec::with_capacity(text.len() + 1);
        let mut lines = vec![0];
        for (index, (byte, c)) in text.char_indices().enumerate() {
            bytes.push(short(byte));
            if c == '\n' {
                lines.push(index + 1);
            }
        }
        bytes.push(short(text.len()));
        Self { file, bytes, lines }
    }

    /// Returns the origin of a range of characters.
    pub(super) fn chars(&self, range: Range<usize>) -> Origin {
        let last = self.bytes.len() - 1;
        let (start, end) = (range.start.min(last), range.end.min(last));
        let line = self.lines.partition_point(|first| *first <= start);
        let column = start - self.lines[line - 1] + 1;
        Origin { file: Arc::clone(&self.file), start: self.bytes[start], end: self.bytes[end], line: short(line), column: short(column) }
    }

    /// Returns the origin of a range of bytes that begins and ends between characters.
    pub(super) fn bytes(&self, range: Range<usize>) -> Origin {
        self.chars(self.char_at(range.start)..self.char_at(range.end))
    }

    /// Returns the number of the character that starts at or after a byte.
    pub(super) fn char_at(&self, byte: usize) -> usize {
        self.bytes.partition_point(|start| (*start as usize) < byte)
    }
}

fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_ranges_count_bytes() {
        let locator = Locator::new("a.yaml".into(), "ä: 1\nöü: x\n");
        let origin = locator.chars(9..10);
        assert_eq!((origin.to_string(), origin.start, origin.end), ("a.yaml:2:5".to_owned(), 12, 13));
        assert_eq!(locator.bytes(12..13), origin);
        assert_eq!(locator.chars(100..200).to_string(), "a.yaml:3:1");
    }
}
