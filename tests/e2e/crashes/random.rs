//! Choices that are the same for the same seed.

/// A sequence of numbers (`SplitMix64`).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a number below a limit.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (number ^ (number >> 31)) % limit
    }

    /// Picks one of some things.
    pub(super) fn of<'a, T>(&mut self, things: &'a [T]) -> Option<&'a T> {
        let limit = u64::try_from(things.len()).expect("there are few");
        (limit > 0).then(|| self.below(limit)).and_then(|n| things.get(usize::try_from(n).expect("there are few")))
    }
}
