//! Paths against patterns: `*` within a segment, `**` over segments.

/// Says whether the whole path fits the pattern.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    fits(pattern.as_bytes(), path.as_bytes())
}

fn fits(pattern: &[u8], path: &[u8]) -> bool {
    match pattern {
        [] => path.is_empty(),
        [b'*', b'*', rest @ ..] => (0..=path.len()).any(|taken| fits(rest, &path[taken..])),
        [b'*', rest @ ..] => {
            let segment = path.iter().position(|b| *b == b'/').unwrap_or(path.len());
            (0..=segment).any(|taken| fits(rest, &path[taken..]))
        }
        [letter, rest @ ..] => path.first() == Some(letter) && fits(rest, &path[1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn one_star_stays_in_its_segment_and_two_do_not() {
        assert!(matches("/api/v1/apps/*", "/api/v1/apps/0oa1"));
        assert!(!matches("/api/v1/apps/*", "/api/v1/apps/0oa1/grants"));
        assert!(matches("/api/v1/apps/**", "/api/v1/apps/0oa1/grants"));
        assert!(matches("/api/v1/apps/*/credentials/**", "/api/v1/apps/0oa1/credentials/secrets/ocs1"));
        assert!(!matches("/api/v1/apps", "/api/v1/apps/"));
    }
}
