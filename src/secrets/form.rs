//! What a client secret has to look like, checked without ever saying what it does look like.

use crate::secret::Secret;

/// How a value fails to be a client secret (okta-api.md, 0.2 and 1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Too short for its use.
    #[error("it has fewer than {0} characters")]
    TooShort(usize),
    /// Longer than Okta takes.
    #[error("it has more than {MAX} characters")]
    TooLong,
    /// Something but printable ASCII.
    #[error("it holds a character that is not printable ASCII")]
    Characters,
}

const MIN: usize = 14;
const MIN_FOR_JWT: usize = 32;
const MAX: usize = 100;

/// Checks the form of a value under the client's way of authenticating, where that is known.
pub fn check_form(secret: &Secret, method: Option<&str>) -> Result<(), FormError> {
    let value = secret.expose();
    let min = if method == Some("client_secret_jwt") { MIN_FOR_JWT } else { MIN };
    if !value.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
        return Err(FormError::Characters);
    }
    match value.len() {
        length if length < min => Err(FormError::TooShort(min)),
        length if length > MAX => Err(FormError::TooLong),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_those_of_the_server() {
        let check = |value: String, method| check_form(&Secret::new(value), method);
        assert_eq!(check("a".repeat(13), None), Err(FormError::TooShort(14)));
        assert_eq!(check("a b$~!cust0mCl".to_owned(), None), Ok(()));
        assert_eq!(check("a".repeat(31), Some("client_secret_jwt")), Err(FormError::TooShort(32)));
        assert_eq!(check("a".repeat(31), Some("client_secret_basic")), Ok(()));
        assert_eq!(check("a".repeat(100), None), Ok(()));
        assert_eq!(check("a".repeat(101), None), Err(FormError::TooLong));
        for odd in ["ä", "\n", "\u{7f}", "\t"] {
            assert_eq!(check(format!("aaaaaaaaaaaaaaaa{odd}"), None), Err(FormError::Characters));
        }
    }
}
