//! Tokens and the proofs that go with them: JSON Web Tokens are read, their signatures verified, and used ones remembered.

pub(crate) mod dpop;
pub(crate) mod jws;
pub(crate) mod used;

pub(crate) use self::used::UsedOnce;
