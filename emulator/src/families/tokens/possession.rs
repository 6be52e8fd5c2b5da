//! A proof of possession that comes with a request for a token becomes the key that the token is bound to (RFC 9449).
//!
//! A proof is good once it has a nonce of the org's. A new one is told every day, which works on the three days after as well;
//! it follows from the org's seed, so that nothing is stored and an org that is opened again knows it. Whoever is told one has
//! used up the id of its assertion (Okta's Python SDK makes a new one for each try, and says so: 3.4.6, `oauth.py`).

use crate::{
    answer::Refusal,
    families::{App, Exchange},
    tokens::dpop::{self, Fault},
};

/// For how many seconds a nonce is told.
const DAY: i64 = 24 * 60 * 60;
/// How many days old a nonce may be.
const OLDEST: i64 = 3;

/// Returns the thumbprint of the key that a request proves to have. A client whose tokens need not be bound need not prove
/// anything, but what it sends is looked at.
pub(super) fn prove(x: &Exchange<'_>, app: &App) -> Result<Option<String>, Refusal> {
    let bound = app.body["settings"]["oauthClient"]["dpop_bound_access_tokens"] == true;
    if x.call.proofs.is_empty() && !bound {
        return Ok(None);
    }
    let refuse = |fault: Fault| Refusal::oauth(400, "invalid_dpop_proof", fault.description());
    let proof = dpop::read(x.call, x.at, None).map_err(refuse)?;
    let today = x.at.div_euclid(DAY);
    let is_known = |nonce: &str| (0..=OLDEST).any(|age| x.tx.seed().proof_nonce(today - age) == nonce);
    if !proof.nonce.as_deref().is_some_and(is_known) {
        let refusal = Refusal::oauth(400, "use_dpop_nonce", "Authorization server requires nonce in DPoP proof.");
        return Err(refusal.with_header("dpop-nonce", x.tx.seed().proof_nonce(today)));
    }
    proof.spend(x.used, x.at).map_err(refuse)?;
    Ok(Some(proof.jkt))
}
