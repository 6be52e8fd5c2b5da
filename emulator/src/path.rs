//! Paths as they are sent, percent-encoded, and what their segments say.
//!
//! A path is cut at its slashes first and each segment is decoded once, so that an escaped slash is part of an id and an escaped
//! percent sign begins no escape.

/// The segments of a path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Segments {
    decoded: Vec<String>,
    /// Whether there is one that cannot be decoded. It stands as it was sent.
    garbled: bool,
}

impl Segments {
    pub(crate) fn of(path: &str) -> Self {
        let mut garbled = false;
        let mut read = |sent: &str| {
            decoded(sent).unwrap_or_else(|| {
                garbled = true;
                sent.to_owned()
            })
        };
        let decoded = path.trim_start_matches('/').split('/').map(&mut read).collect();
        Self { decoded, garbled }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.decoded.iter().map(String::as_str)
    }

    pub(crate) fn are_garbled(&self) -> bool {
        self.garbled
    }
}

/// Returns what a text says once every escape in it is read; none if an escape has no two digits, or what they spell is not UTF-8.
fn decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut read, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        if byte == b'%' {
            read.push(octet(&bytes[at..])?);
            at += 3;
        } else {
            read.push(byte);
            at += 1;
        }
    }
    String::from_utf8(read).ok()
}

/// Returns what the escape says that some bytes begin with, if they begin with one.
pub(crate) fn octet(bytes: &[u8]) -> Option<u8> {
    let digits = bytes.strip_prefix(b"%")?.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_decoded_once_and_after_the_path_was_cut() {
        let of = |path: &str| Segments::of(path).iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(of("/api/v1/%61pps/%30oa1"), ["api", "v1", "apps", "0oa1"]);
        assert_eq!(of("/a%2Fb/c%2f"), ["a/b", "c/"]);
        assert_eq!(of("/100%25/%2541/"), ["100%", "%41", ""]);
        assert_eq!(of("/caf%C3%A9+"), ["café+"]);
    }

    #[test]
    fn what_cannot_be_decoded_is_told_and_stands_as_it_was_sent() {
        for path in ["/%zz", "/%4", "/%", "/%+1", "/%C3"] {
            let segments = Segments::of(path);
            assert!(segments.are_garbled(), "{path}");
            assert_eq!(segments.iter().collect::<Vec<_>>(), [&path[1..]]);
        }
        assert!(!Segments::of("/api").are_garbled());
    }
}
