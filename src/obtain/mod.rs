//! Requests for the tokens of declared clients to what came of each: what the token claims, or how it was refused.
//!
//! A token is looked at and dropped here: nothing that comes out holds one. Nothing is sent but those requests and GETs of the keys that
//! tokens are signed with.

#[cfg(test)]
mod tests;
mod trial;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::http::{ClientToken, Decode, DecodeError, Error, Kind, Problem, Reader, TokenRequest};
use crate::observe::{Progress, Step};
use crate::request::{Issuer, Request};
pub use trial::{Error as TrialError, Means, Trial};

use crate::verify::{Brought, Claims, Refusal, Unreadable, read};

/// How tokens are asked for.
#[derive(Clone)]
pub struct Obtaining {
    /// Who asks.
    pub reader: Reader,
    /// What time it is, for assertions and proofs.
    pub clock: Arc<dyn Clock>,
    /// How many are asked for at once at most.
    pub parallelism: NonZeroUsize,
    /// Who hears how far it has come.
    pub progress: Arc<dyn Progress>,
}

/// What came of a request for a token.
#[derive(Debug)]
pub enum Obtained {
    /// A token: what it claims, and what the answer says of it.
    Token(Believed, Brought),
    /// None, and why the issuer says so.
    Refused(Refusal),
    /// None, for a reason that is not about the client: or one whose signature could not be checked.
    Untold(Error),
}

/// What a token claims, if that can be believed.
type Believed = Result<Claims, Unreadable>;

impl Obtaining {
    /// Asks for some tokens, and returns what came of each, in their order.
    pub async fn all(&self, requests: Vec<TokenRequest>) -> Vec<Obtained> {
        let issuers: Vec<_> = requests.iter().map(|request| request.issuer.clone()).collect();
        let answers = self.ask(requests).await;
        let mut keys = BTreeMap::new();
        let mut obtained = Vec::new();
        for (index, answer) in answers {
            let outcome = match answer {
                Ok(token) => match self.claims(&token, &issuers[index], &mut keys).await {
                    Ok(claims) => {
                        let ClientToken { value: _, bound: _, lifetime, thumbprint, at } = token;
                        Obtained::Token(claims, Brought { lifetime, thumbprint, at })
                    }
                    Err(error) => Obtained::Untold(error),
                },
                Err(error) => refusal(&error).map_or(Obtained::Untold(error), Obtained::Refused),
            };
            obtained.push(outcome);
        }
        obtained
    }

    async fn ask(&self, requests: Vec<TokenRequest>) -> BTreeMap<usize, Result<ClientToken, Error>> {
        let of = u32::try_from(requests.len()).unwrap_or(u32::MAX);
        let mut waiting = requests.into_iter().enumerate();
        let mut running = JoinSet::new();
        let mut answers = BTreeMap::new();
        loop {
            while running.len() < self.parallelism.get() {
                let Some((index, request)) = waiting.next() else { break };
                let (reader, clock) = (self.reader.clone(), Arc::clone(&self.clock));
                running.spawn(async move { (index, reader.client_token(&request, &*clock).await) });
            }
            let Some(joined) = running.join_next().await else { return answers };
            // No task is ever aborted, so what is not an outcome is a panic, which goes on here.
            let (index, answer) = joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            answers.insert(index, answer);
            self.progress.tell(Step::Asked { tokens: u32::try_from(answers.len()).unwrap_or(u32::MAX), of });
        }
    }

    /// Reads what a token claims. The keys of its issuer are read when they are first needed, and again for a token by a key that was not
    /// among them: it may be new.
    async fn claims(&self, token: &ClientToken, issuer: &Issuer, keys: &mut BTreeMap<Issuer, Vec<Value>>) -> Result<Believed, Error> {
        if let Some(known) = keys.get(issuer) {
            let claims = read(&token.value, known);
            if claims.as_ref().err() != Some(&Unreadable::UnknownKey) {
                return Ok(claims);
            }
        }
        let known = self.keys(issuer).await?;
        let claims = read(&token.value, &known);
        keys.insert(issuer.clone(), known);
        Ok(claims)
    }

    async fn keys(&self, issuer: &Issuer) -> Result<Vec<Value>, Error> {
        self.reader.get_public::<Keys>(Request::get(issuer.keys_path())).await.map(|Keys(keys)| keys)
    }
}

/// Returns how an issuer refused; `None` if it did not come to that.
fn refusal(error: &Error) -> Option<Refusal> {
    match error.kind() {
        Kind::Status { status: status @ 400..=499, problem: Problem { code: Some(code), summary, .. } } if *status != 429 => {
            Some(Refusal { status: *status, code: Some(code.clone()), summary: summary.clone() })
        }
        _ => None,
    }
}

/// The keys that an issuer signs with: public members alone.
struct Keys(Vec<Value>);

impl Decode for Keys {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        const PUBLIC: [&str; 9] = ["kty", "kid", "use", "alg", "n", "e", "crv", "x", "y"];
        let Some(Value::Array(keys)) = raw.get("keys") else { return Err(DecodeError::expected("a list `keys`")) };
        let public = |key: &Value| -> Value {
            let members: Map<_, _> = PUBLIC.iter().filter_map(|name| Some(((*name).to_owned(), key.get(*name)?.clone()))).collect();
            Value::Object(members)
        };
        Ok(Self(keys.iter().map(public).collect()))
    }
}
