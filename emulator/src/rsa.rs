//! RSA key pairs of 2,048 bits: drawn at random, and written down with their public half as a JSON Web Key has it.
//!
//! Drawing one takes longer than everything else that an org does, so it is never done while others wait for the org. A request
//! takes what was [drawn](Drawn) for it; if that is not enough, the request is given up without a trace, one key more is drawn
//! while others are answered, and the request is begun anew.

use std::cell::Cell;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::EncodingKey;
use serde::{Deserialize, Serialize};
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task::block_in_place,
};

use crate::answer::Refusal;

/// A key pair as it is stored.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct RsaKey {
    /// The PKCS#8 document, in base64.
    private: String,
    pub(crate) n: String,
    pub(crate) e: String,
}

impl RsaKey {
    pub(crate) fn draw() -> Result<Self, Refusal> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| Refusal::internal())?;
        let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| Refusal::internal())?;
        let public = pair.public_key();
        let encoded = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
        Ok(Self {
            private: STANDARD.encode(private.as_ref()),
            n: encoded(public.modulus().big_endian_without_leading_zero()),
            e: encoded(public.exponent().big_endian_without_leading_zero()),
        })
    }

    /// Returns the private half as what signs tokens.
    pub(crate) fn for_tokens(&self) -> Result<EncodingKey, Refusal> {
        let lines: Vec<_> = self.private.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"));
        EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| Refusal::internal())
    }

    /// Returns the private half as what signs certificates, and requests for them.
    pub(crate) fn for_certificates(&self) -> Result<rcgen::KeyPair, Refusal> {
        let document = STANDARD.decode(&self.private).map_err(|_| Refusal::internal())?;
        rcgen::KeyPair::try_from(document).map_err(|_| Refusal::internal())
    }
}

/// The key pairs that were drawn for one request.
#[derive(Default)]
pub(crate) struct Drawn {
    keys: Vec<RsaKey>,
    taken: Cell<usize>,
}

impl Drawn {
    /// Takes the next key pair. If there is none, whatever is refused now is not the answer to the request.
    pub(crate) fn take(&self) -> Result<RsaKey, Refusal> {
        let place = self.taken.replace(self.taken.get() + 1);
        self.keys.get(place).cloned().ok_or_else(Refusal::internal)
    }

    /// Says whether more was taken than there is.
    pub(crate) fn is_short(&self) -> bool {
        self.taken.get() > self.keys.len()
    }

    /// Draws one key pair more, and gives all of them out again from the first.
    pub(crate) fn draw(&mut self) -> Result<(), Refusal> {
        self.keys.push(aside(RsaKey::draw)?);
        self.taken.set(0);
        Ok(())
    }
}

/// Does something long; where there are other threads, they go on with all that this one would have done meanwhile.
fn aside<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => block_in_place(work),
        _ => work(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_short_of_keys_gets_the_same_ones_again_and_one_more() {
        let mut drawn = Drawn::default();
        assert!(drawn.take().is_err() && drawn.is_short());
        drawn.draw().unwrap();
        assert!(!drawn.is_short());
        let first = drawn.take().unwrap();
        assert!(drawn.take().is_err() && drawn.is_short());
        drawn.draw().unwrap();
        let (again, second) = (drawn.take().unwrap(), drawn.take().unwrap());
        assert_eq!(again.n, first.n);
        assert_ne!(second.n, first.n);
        assert!(!drawn.is_short());
    }

    #[test]
    fn a_key_of_2048_bits_signs_both_tokens_and_certificates() {
        let key = RsaKey::draw().unwrap();
        assert_eq!((key.n.len(), key.e.as_str()), (342, "AQAB"));
        key.for_tokens().unwrap();
        let modulus = URL_SAFE_NO_PAD.decode(&key.n).unwrap();
        let public = key.for_certificates().unwrap().public_key_raw().to_vec();
        assert!(public.windows(modulus.len()).any(|part| part == modulus));
    }
}
