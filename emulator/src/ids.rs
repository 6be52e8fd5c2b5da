//! A seed and a counter become ids, secrets and tokens of the shapes that Okta gives them.
//!
//! The same seed and count always give the same value, so an org in memory is reproducible; a stored org draws its seed at
//! random when it is first opened. Ids of one kind sort in the order of their creation, which is the order of Okta's lists.

use aws_lc_rs::{
    digest::{SHA256, digest},
    hmac,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Places the first ids where real ones are, far from zero.
const OFFSET: u64 = 41 * 218_340_105_584_896;
/// Spreads neighbours, so that ids do not look like a count.
const STRIDE: u64 = 7_919;

/// What an id stands for: its first three characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Org,
    App,
    User,
    Group,
    Policy,
    Secret,
    Key,
    Grant,
    Token,
    AuthorizationServer,
    Scope,
    Claim,
    ServerPolicy,
    ServerRule,
    EncryptionKey,
    RoleBinding,
    File,
}

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Org => "00o",
            Self::App => "0oa",
            Self::User => "00u",
            Self::Group => "00g",
            Self::Policy => "rst",
            Self::Secret => "ocs",
            Self::Key => "pks",
            Self::Grant => "oag",
            Self::Token => "00T",
            Self::AuthorizationServer => "aus",
            Self::Scope => "scp",
            Self::Claim => "ocl",
            Self::ServerPolicy => "00p",
            Self::ServerRule => "0pr",
            Self::EncryptionKey => "apk",
            Self::RoleBinding => "irb",
            Self::File => "fs0",
        }
    }
}

/// The root of everything random-looking in one org.
#[derive(Clone)]
pub(crate) struct Seed([u8; 32]);

impl Seed {
    /// The seed of orgs that must be reproducible.
    pub(crate) fn fixed() -> Self {
        Self([0x2a; 32])
    }

    pub(crate) fn is_fixed(&self) -> bool {
        self.0 == Self::fixed().0
    }

    pub(crate) fn random() -> Result<Self, aws_lc_rs::error::Unspecified> {
        let mut bytes = [0; 32];
        aws_lc_rs::rand::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    pub(crate) fn encoded(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    pub(crate) fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// Returns the id of the `n`th object: twenty characters.
    pub(crate) fn id(&self, kind: Kind, n: u64) -> String {
        let mut number = OFFSET.wrapping_add(n.wrapping_mul(STRIDE));
        let mut middle = [b'0'; 9];
        for place in middle.iter_mut().rev() {
            *place = letter(number);
            number /= 62;
        }
        let mut id = String::with_capacity(20);
        id.push_str(kind.prefix());
        id.extend(middle.iter().map(|&b| char::from(b)));
        let noise = self.bytes(kind.prefix(), n);
        id.extend(noise[..5].iter().map(|&b| char::from(letter(b.into()))));
        // The tail is the same for all objects of an org, as the cell's mark is in Okta's ids.
        id.push_str("5d7");
        id
    }

    /// Returns the id of the `n`th object, from the last, of those that an org is made with: it is older than what has a number.
    pub(crate) fn founding_id(&self, kind: Kind, n: u64) -> String {
        self.id(kind, 0_u64.wrapping_sub(n))
    }

    /// Returns the `n`th generated client secret: 64 characters of `[A-Za-z0-9_-]`.
    pub(crate) fn client_secret(&self, n: u64) -> String {
        let mut bytes = [0; 48];
        bytes[..32].copy_from_slice(&self.bytes("secret, first part", n));
        bytes[32..].copy_from_slice(&self.bytes("secret, second part", n)[..16]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Returns the API token of the org, which starts with `00` as Okta's do.
    pub(crate) fn api_token(&self) -> String {
        let noise = self.bytes("api token", 0);
        let text = noise.iter().chain(&noise[..8]);
        format!("00{}", text.map(|&b| char::from(letter(b.into()))).collect::<String>())
    }

    /// Returns the id of the org's API token, which is not the token.
    pub(crate) fn api_token_id(&self) -> String {
        self.id(Kind::Token, 0)
    }

    /// Returns the id of the event that was the `n`th within a millisecond: a UUID of version 4.
    pub(crate) fn uuid(&self, at: i64, n: u32) -> String {
        let noise = self.bytes(&format!("event {n}"), at.unsigned_abs());
        let number = u128::from_be_bytes(noise[..16].try_into().unwrap_or_default());
        let number = (number & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
        let text = format!("{number:032x}");
        [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
    }

    /// Returns the admin API token of the portal: a JWT that is signed with a key of its own and never expires.
    pub(crate) fn portal_token(&self) -> String {
        let part = |text: String| URL_SAFE_NO_PAD.encode(text);
        let noise = self.bytes("portal user", 0);
        let user: String = noise.iter().chain(&noise[..21]).map(|&b| char::from(letter(b.into()))).collect();
        let head = part(r#"{"alg":"HS256","typ":"JWT"}"#.to_owned());
        let claims = part(format!(r#"{{"Provider":"none","UserID":"$2a$10${user}"}}"#));
        let signed = format!("{head}.{claims}");
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.bytes("portal signing key", 0));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes())))
    }

    /// Returns the custom id of the `n`th object of a portal resource: 27 characters, as a KSUID has.
    pub(crate) fn custom_id(&self, resource: &str, n: u64) -> String {
        self.bytes(resource, n)[..27].iter().map(|&b| char::from(letter(b.into()))).collect()
    }

    /// Returns a key id: the base64url of a hash.
    pub(crate) fn key_id(&self, of: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes(of, 0))
    }

    /// Returns the `jti` of the access token that the `n`th request obtains.
    pub(crate) fn token_id(&self, n: u64) -> String {
        format!("AT.{}", URL_SAFE_NO_PAD.encode(self.bytes("access token", n)))
    }

    /// Returns the nonce that is told on a day, counted from 1970, to those who prove to have a key.
    pub(crate) fn proof_nonce(&self, day: i64) -> String {
        URL_SAFE_NO_PAD.encode(&self.bytes("proof nonce", day.unsigned_abs())[..24])
    }

    /// Returns the id of a link to an app, which has the shape of other ids.
    pub(crate) fn link_id(&self, of: &str) -> String {
        self.derived_id("aln", of)
    }

    /// Returns the key by which the world outside knows an app.
    pub(crate) fn external_key(&self, of: &str) -> String {
        self.derived_id("exk", of)
    }

    /// Returns the id of a mapping of an app to a policy.
    pub(crate) fn mapping_id(&self, of: &str) -> String {
        self.derived_id("map", of)
    }

    /// Returns the id of what is no object of its own but follows from something else.
    fn derived_id(&self, prefix: &str, of: &str) -> String {
        format!("{prefix}{}5d7", self.bytes(of, 0)[..14].iter().map(|&b| char::from(letter(b.into()))).collect::<String>())
    }

    /// Returns the id of the `n`th error.
    pub(crate) fn error_id(&self, n: u64) -> String {
        let noise = URL_SAFE_NO_PAD.encode(self.bytes("error", n));
        format!("oae{}", &noise[..22])
    }

    /// Returns the id of the `n`th request.
    pub(crate) fn request_id(&self, n: u64) -> String {
        let noise = URL_SAFE_NO_PAD.encode(self.bytes("request", n));
        noise[..32].to_owned()
    }

    fn bytes(&self, what: &str, n: u64) -> [u8; 32] {
        let mut input = Vec::with_capacity(64 + what.len());
        input.extend_from_slice(&self.0);
        input.extend_from_slice(what.as_bytes());
        input.extend_from_slice(&n.to_be_bytes());
        let mut out = [0; 32];
        out.copy_from_slice(digest(&SHA256, &input).as_ref());
        out
    }
}

/// Returns Okta's hash of a client secret: base64url of the first half of its SHA-256.
pub(crate) fn secret_hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest(&SHA256, secret.as_bytes()).as_ref()[..16])
}

fn letter(number: u64) -> u8 {
    ALPHABET[usize::try_from(number % 62).unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_oktas_shape_and_sort_by_age() {
        let seed = Seed::fixed();
        let ids: Vec<_> = (0..200).map(|n| seed.id(Kind::App, n)).collect();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id.len() == 20 && id.starts_with("0oa") && id.bytes().all(|b| b.is_ascii_alphanumeric())), "{ids:?}");
    }

    #[test]
    fn what_an_org_is_made_with_is_older_than_all_that_follows() {
        let seed = Seed::fixed();
        let ids =
            [seed.founding_id(Kind::Scope, 2), seed.founding_id(Kind::Scope, 1), seed.founding_id(Kind::Scope, 0), seed.id(Kind::Scope, 1)];
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    }

    #[test]
    fn generated_secrets_have_sixty_four_characters_and_differ() {
        let seed = Seed::fixed();
        assert_eq!(seed.client_secret(1).len(), 64);
        assert_ne!(seed.client_secret(1), seed.client_secret(2));
        assert_eq!(seed.client_secret(1), Seed::fixed().client_secret(1));
    }

    #[test]
    fn the_token_starts_with_two_zeros() {
        assert!(Seed::fixed().api_token().starts_with("00"));
        assert_eq!(Seed::fixed().api_token().len(), 42);
    }

    #[test]
    fn the_portals_token_is_a_jwt_without_an_end() {
        let token = Seed::fixed().portal_token();
        let parts: Vec<_> = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
        assert_eq!(parts[2].len(), 32);
        let text = parts[..2].iter().map(|part| String::from_utf8_lossy(part)).collect::<Vec<_>>().join("\n");
        insta::assert_snapshot!(text, @r#"
        {"alg":"HS256","typ":"JWT"}
        {"Provider":"none","UserID":"$2a$10$az7z5FsYAJLNkbW1ghv33AjFSP8k62P1az7z5FsYAJLNkbW1ghv33"}
        "#);
    }

    #[test]
    fn custom_ids_have_twenty_seven_characters_and_differ() {
        let seed = Seed::fixed();
        let ids = [seed.custom_id("a", 1), seed.custom_id("a", 2), seed.custom_id("b", 1)];
        assert!(ids.iter().all(|id| id.len() == 27 && id.bytes().all(|b| b.is_ascii_alphanumeric())), "{ids:?}");
        assert!(ids[0] != ids[1] && ids[0] != ids[2]);
    }

    #[test]
    fn a_seed_survives_being_written_down() {
        let seed = Seed::random().unwrap();
        let again = Seed::decode(&seed.encoded()).unwrap();
        assert_eq!(seed.id(Kind::Org, 7), again.id(Kind::Org, 7));
    }
}
