//! `private_key: {…}` to the key, which is read for trying a client and for nothing else.

use super::{Resolution, Resolver, Unresolved};
use crate::desired::PrivateKey;
use crate::http::{KeyError, SigningKey, is_world_readable};
use crate::secret::SecretRef;

/// More than any key needs.
const MAX_BYTES: u64 = 64 << 10;

/// Why a private key cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrivateKeyError {
    /// There is none.
    #[error(transparent)]
    Unresolved(#[from] Unresolved),
    /// There is something else.
    #[error("{0} holds neither a PEM nor a JWK: what belongs there is the private key itself")]
    NoKey(SecretRef),
    /// There is one that is no good.
    #[error("the key of {reference} cannot be used")]
    Unfit {
        /// Where it was found.
        reference: SecretRef,
        /// What is wrong with it.
        source: KeyError,
    },
}

impl PrivateKeyError {
    /// Returns the whole message, cause included.
    pub fn in_full(&self) -> String {
        match self {
            Self::Unresolved(why) => why.in_full(),
            Self::NoKey(_) => self.to_string(),
            Self::Unfit { source, .. } => format!("{self}: {source}"),
        }
    }
}

impl Resolver<'_> {
    /// Reads the private key of a client. A file that every user of the machine can read is refused.
    pub fn private_key(&self, declared: &PrivateKey) -> Result<SigningKey, PrivateKeyError> {
        let reference = &declared.reference;
        let unfit = |source| PrivateKeyError::Unfit { reference: reference.clone(), source };
        if let SecretRef::File(file) = reference
            && self.files.metadata(file).is_ok_and(|metadata| is_world_readable(&metadata))
        {
            return Err(unfit(KeyError::WorldReadable { path: file.clone() }));
        }
        let text = match self.resolve_within(reference, MAX_BYTES) {
            Resolution::Resolved(text) => text,
            Resolution::Unresolved(why) => return Err(why.into()),
        };
        let key = SigningKey::parse(text.expose()).ok_or_else(|| PrivateKeyError::NoKey(reference.clone()))?;
        let named = key.and_then(|key| declared.kid.as_deref().map_or(Ok(key.clone()), |kid| key.named(kid)));
        named.map_err(unfit)
    }
}
