//! An input's bytes to choices, in the order in which they are asked for. When the bytes are used up, every choice is the first one.

/// The bytes that are not used yet.
pub(crate) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) const fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// Returns a number below `sides`.
    pub(crate) fn below(&mut self, sides: usize) -> usize {
        let mut number = usize::from(self.byte());
        if sides > 256 {
            number = number << 8 | usize::from(self.byte());
        }
        number % sides.max(1)
    }

    pub(crate) fn pick<'v, T>(&mut self, values: &'v [T]) -> &'v T {
        &values[self.below(values.len())]
    }

    /// Returns true in so many of a hundred cases, and never when the bytes are used up.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        !self.is_empty() && self.below(100) < percent
    }

    /// Returns the next few bytes, at most so many; how many there are is the first of them.
    pub(crate) fn some(&mut self, most: usize) -> &'a [u8] {
        let length = self.below(most + 1).min(self.0.len());
        let (some, rest) = self.0.split_at(length);
        self.0 = rest;
        some
    }

    /// Returns the next few bytes as a text; what is not UTF-8 is replaced.
    pub(crate) fn text(&mut self, most: usize) -> String {
        String::from_utf8_lossy(self.some(most)).into_owned()
    }

    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }
}
