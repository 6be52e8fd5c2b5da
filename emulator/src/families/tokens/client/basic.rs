//! The `Authorization` header of a client becomes its id and secret (RFC 6749, section 2.3.1).

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::refusal;
use crate::{answer::Refusal, switches::BasicCredentials};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// Reads a header, whose credentials end at the first colon.
pub(super) fn read(header: &str, encoding: BasicCredentials) -> Result<(String, String), Refusal> {
    let pair = decoded(header).ok_or_else(refusal::malformed_basic)?;
    let (id, secret) = pair.split_once(':').ok_or_else(refusal::malformed_basic)?;
    if id.is_empty() {
        return Err(refusal::malformed_basic());
    }
    Ok(match encoding {
        BasicCredentials::FormEncoded => (form_decoded(id), form_decoded(secret)),
        BasicCredentials::Raw => (id.to_owned(), secret.to_owned()),
    })
}

fn decoded(header: &str) -> Option<String> {
    let (scheme, credentials) = header.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let bytes = GeneralPurpose::new(&STANDARD, LENIENT).decode(credentials.trim()).ok()?;
    String::from_utf8(bytes).ok()
}

/// Decodes one half, in which `&` and `=` are characters like others.
fn form_decoded(half: &str) -> String {
    let half = half.replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(half.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose;

    use super::*;

    fn told(pair: &str, encoding: BasicCredentials) -> Option<(String, String)> {
        let header = format!("basic {}", general_purpose::STANDARD.encode(pair));
        read(&header, encoding).ok()
    }

    #[test]
    fn the_first_colon_ends_the_id_and_both_halves_are_form_encoded() {
        let pair = |id: &str, secret: &str| Some((id.to_owned(), secret.to_owned()));
        assert_eq!(told("a%3Ab:c:d", BasicCredentials::FormEncoded), pair("a:b", "c:d"));
        assert_eq!(told("a:b+c%2B&d=e%", BasicCredentials::FormEncoded), pair("a", "b c+&d=e%"));
        assert_eq!(told("a:b+c%2B", BasicCredentials::Raw), pair("a", "b+c%2B"));
        assert_eq!(told("a:", BasicCredentials::FormEncoded), pair("a", ""));
    }

    #[test]
    fn what_is_no_pair_is_refused_in_so_many_words() {
        for header in ["Basic", "Basic !", "Basic YQ==", "Basic OmI=", "Basic /w==", "Bearer YTpi", "SSWS00a"] {
            let refused = read(header, BasicCredentials::FormEncoded).err();
            assert_eq!(refused, Some(refusal::malformed_basic()), "{header}");
        }
    }
}
