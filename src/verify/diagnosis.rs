//! A refusal, or a token that is not the promised one, to the objects that are to blame.
//!
//! The error says on which stretch of the road the client was stopped, and what was read of the org says by what. Where nothing that was
//! read explains it, the object that refused is named with what was said.

use super::blame::Blame;
use super::client::{BOUND, Client, Credential};
use super::promise::{By, LIFETIME, Promise};
use super::road::{Facts, Stretch, down, is_for, lacks, policies, takes_clients, walk};
use super::token::{Fault, Unreadable};
use crate::address::Address;
use crate::bind::{BoundChild, BoundServer};
use crate::desired::ServerPart;
use crate::diagnostic::Origin;
use crate::observed::{LivePart, Status};
use crate::printable::printable_head;

/// How an issuer refused a client. Its texts are inert, and free of secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// OAuth's `error`, or Okta's `errorCode`.
    pub code: Option<String>,
    /// What it says besides.
    pub summary: Option<String>,
}

impl Refusal {
    /// Returns the stretch on which the client was stopped, if the refusal tells (okta-api.md, section 6).
    fn stretch(&self) -> Option<Stretch> {
        match (self.status, self.code.as_deref()?) {
            (404, _) => Some(Stretch::Server),
            (_, "invalid_client") => Some(Stretch::Client),
            (_, "unauthorized_client") => Some(Stretch::GrantType),
            (_, "invalid_dpop_proof" | "use_dpop_nonce") => Some(Stretch::Possession),
            (_, "invalid_scope" | "consent_required") => Some(Stretch::Scope),
            (_, "access_denied") => Some(Stretch::Policy),
            _ => None,
        }
    }

    /// Tells whether it was for what the client proved itself with.
    pub fn is_of_client(&self) -> bool {
        self.stretch() == Some(Stretch::Client)
    }
}

/// Returns what keeps a token from being asked for at all: there is nobody to ask, or nobody who asks.
pub fn absent(promise: &Promise<'_>) -> Option<Blame> {
    let client = promise.client;
    match &promise.by {
        _ if client.live.is_none() => Some(Blame::undone(client.address(), &client.wanted.origin, "it is not there")),
        By::Rule { server, .. } if server.live.is_none() => down(server),
        _ => None,
    }
}

/// Returns what is to blame for a refusal; never nothing.
pub fn refused(promise: &Promise<'_>, credential: Credential<'_>, refusal: &Refusal, facts: &Facts<'_>) -> Vec<Blame> {
    let found = walk(promise, credential, facts);
    let stopped = refusal.stretch();
    let on = |is_meant: &dyn Fn(Stretch) -> bool| -> Vec<Blame> {
        found.iter().filter(|(stretch, _)| is_meant(*stretch)).map(|(_, blame)| blame.clone()).collect()
    };
    // Which of two neighbours refuses is not documented for every case; that one of a client is told about another's part is ruled out.
    let is_near = |stretch: Stretch| stopped.is_none_or(|stopped| stopped.is_of_client() == stretch.is_of_client());
    let blames = match on(&|stretch| Some(stretch) == stopped) {
        none if none.is_empty() => on(&is_near),
        blames => blames,
    };
    if blames.is_empty() { vec![unexplained(promise, credential, stopped, facts)] } else { blames }
}

/// Names what refused, where what was read of the org does not explain it.
fn unexplained(promise: &Promise<'_>, credential: Credential<'_>, stopped: Option<Stretch>, facts: &Facts<'_>) -> Blame {
    const LATER: &str = "what was read of the org does not explain it: it may have changed meanwhile, or the machine's clock be wrong, so try again, and look for differences\n    idpctl plan";
    let client = promise.client;
    let (address, origin): (&Address, Origin) = match (stopped, &promise.by, credential) {
        (Some(Stretch::Client), _, Credential::Secret(secret)) if facts.secrets.is_none() => {
            let remedy =
                "check its value; whether it is one of the client's is not known here, because the client's secrets could not be read";
            return Blame::new(&secret.address, &secret.origin, "the client was not believed", remedy);
        }
        (Some(Stretch::Client), _, Credential::Secret(secret)) if client.method == "client_secret_basic" => {
            let what = "the client was not believed, though the secret is one of its own";
            let remedy = "id and secret are form-encoded in the header (RFC 6749, 2.3.1), and a server that does not decode them takes none but letters, digits and `*-._`: try such a secret, or `client_secret_post`";
            return Blame::new(&secret.address, &secret.origin, what, remedy);
        }
        (Some(Stretch::Client), _, Credential::Key(key)) => {
            let remedy = "check the machine's clock, and that the public half of the key is what the client's `jwks` or `jwks_uri` holds";
            return Blame::new(&key.address, &key.origin, "the client was not believed", remedy);
        }
        (Some(Stretch::Possession), ..) => {
            let remedy = "check the machine's clock: proofs are good for five minutes";
            return Blame::new(client.address(), &client.origin(BOUND), "its proof of possession (DPoP) was not accepted", remedy);
        }
        (Some(Stretch::Scope | Stretch::Policy), By::Rule { policy, .. }, _) => (&policy.wanted.address, policy.wanted.origin.clone()),
        (Some(Stretch::Scope | Stretch::Policy), By::Grants(grants), _) => (&grants[0].address, grants[0].origin.clone()),
        (Some(Stretch::Server), By::Rule { server, .. }, _) => (&server.wanted.own.address, server.wanted.own.origin.clone()),
        _ => (client.address(), client.wanted.origin.clone()),
    };
    Blame::new(address, &origin, "no token was issued", LATER)
}

/// Returns what is to blame for a token that cannot be believed.
pub fn unreadable(promise: &Promise<'_>, why: &Unreadable) -> Blame {
    let (address, origin) = issuing(promise);
    let remedy = "look at what stands between here and the org, and at the server's signing keys: an API would refuse this token";
    Blame::new(&address, &origin, format!("of the token that it issued: {why}"), remedy)
}

/// To see whether the org is as the manifests say.
const PLAN: &str = "look for differences\n    idpctl plan";

/// Returns what is to blame for a token that is not the promised one.
pub fn different(promise: &Promise<'_>, faults: &[Fault], facts: &Facts<'_>) -> Vec<Blame> {
    faults.iter().map(|fault| difference(promise, fault, facts)).collect()
}

fn difference(promise: &Promise<'_>, fault: &Fault, facts: &Facts<'_>) -> Blame {
    let client = promise.client;
    let (issuer, of_issuer) = issuing(promise);
    let server = server(promise);
    let at_server = |field: &str| server.map_or_else(|| of_issuer.clone(), |server| server.origin_of(field));
    match fault {
        Fault::Issuer(found) => {
            let remedy = "look at its `issuerMode`, and at the address that idpctl is given of the org: an API that expects another issuer refuses this token";
            Blame::new(&issuer, &at_server("issuerMode"), format!("its tokens call it `{found}`"), remedy)
        }
        Fault::Audience(found) => Blame::undone(&issuer, &at_server("audiences"), format!("its tokens are for `{found}`")),
        Fault::Client(found) => {
            let remedy = "look for what stands between here and the org: this is another client's token";
            Blame::new(client.address(), &client.wanted.origin, format!("the token is of the client `{found}`"), remedy)
        }
        Fault::Scopes(lacks, besides) => {
            let listed = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let told = [("lacks", lacks), ("has besides", besides)].into_iter().filter(|(_, names)| !names.is_empty());
            let told: Vec<_> = told.map(|(word, names)| format!("{word} {}", listed(names))).collect();
            let (address, origin) = promising(promise, "conditions.scopes.include");
            Blame::new(&address, &origin, format!("the token {}", told.join(", and ")), PLAN)
        }
        Fault::Lifetime(seconds) => lifetime(promise, *seconds, facts),
        Fault::Answered(answered, seconds) => {
            let what = format!(
                "the token is good for {}, and the answer says {}",
                time(*seconds),
                time(i64::try_from(*answered).unwrap_or(i64::MAX))
            );
            Blame::new(&issuer, &of_issuer, what, "look for what stands between here and the org")
        }
        Fault::Time => {
            let remedy = "look at the clock of what issued it: an API would refuse this token";
            Blame::new(&issuer, &of_issuer, "the token that it issued is not good now", remedy)
        }
        Fault::Unbound => {
            let what = "the token is not bound to the key that was proven (DPoP)";
            Blame::undone(client.address(), &client.origin(BOUND), what)
        }
    }
}

/// Returns the rule that gave a token another lifetime: the promised one, or one that is tried before it.
fn lifetime(promise: &Promise<'_>, seconds: i64, facts: &Facts<'_>) -> Blame {
    let (address, origin) = promising(promise, LIFETIME);
    let promised = promise.lifetime.and_then(|seconds| i64::try_from(seconds).ok()).unwrap_or_default();
    let what = format!("its tokens are good for {}, not for {}", time(seconds), time(promised));
    let By::Rule { server, policy, rule } = &promise.by else {
        let remedy = "nobody can set this for the org's own tokens: look for what stands between here and the org";
        return Blame::new(&address, &origin, what, remedy);
    };
    let minutes = rule.live.and_then(|live| crate::json::at(&live.body, LIFETIME)?.as_i64());
    if minutes.is_none_or(|minutes| minutes * 60 != promised) {
        return Blame::undone(&address, &origin, what);
    }
    match before(promise, server, policy, rule, facts) {
        Some(other) => {
            let remedy = format!("give {address} a lower `priority` than that, or narrow the other: the first that matches decides");
            Blame {
                address: other,
                origin: None,
                what: format!("it is tried first, and its tokens are good for {}", time(seconds)),
                remedy,
            }
        }
        None => Blame::new(&address, &origin, what, PLAN),
    }
}

/// Returns what is tried before a rule, and matches as well.
fn before(
    promise: &Promise<'_>,
    server: &BoundServer<'_>,
    policy: &BoundChild<'_>,
    rule: &BoundChild<'_>,
    facts: &Facts<'_>,
) -> Option<Address> {
    let id = promise.client.client_id.as_deref().unwrap_or_default();
    let in_force = |part: &&&LivePart| part.status == Some(Status::Active);
    let of_server = &server.wanted.own.address;
    let below = server.live.and_then(|live| facts.observed.servers.below.get(&live.id))?;
    let all = policies(server, facts.observed);
    for live in all.iter().filter(in_force).filter(|live| is_for(live, id)) {
        let address = of_server.below(["policy", live.name()]);
        let is_ours = policy.live.is_some_and(|ours| ours.id == live.id);
        let Some(rules) = below.rules.get(&live.id) else {
            // Rules of policies that nobody declares are not read.
            return (!is_ours).then_some(address);
        };
        let mut rules: Vec<_> = rules.iter().collect();
        rules.sort_by_key(|rule| rule.priority().unwrap_or(i64::MAX));
        let matching = rules.iter().filter(in_force).find(|rule| takes_clients(rule) && lacks(rule, &promise.scopes).is_empty());
        if let Some(first) = matching {
            let is_it = rule.live.is_some_and(|ours| ours.id == first.id);
            return (!is_it).then(|| address.below(["rule", first.name()]));
        }
    }
    None
}

fn server<'a>(promise: &Promise<'a>) -> Option<&'a ServerPart> {
    match promise.by {
        By::Grants(_) => None,
        By::Rule { server, .. } => Some(&server.wanted.own),
    }
}

/// Returns what issued a token, as manifests know it: the org itself is no object of theirs.
fn issuing(promise: &Promise<'_>) -> (Address, Origin) {
    let of_client = |client: &Client<'_>| (client.address().clone(), client.wanted.origin.clone());
    server(promise).map_or_else(|| of_client(promise.client), |server| (server.address.clone(), server.origin.clone()))
}

/// Returns what promises a token, and where a field of it stands.
fn promising(promise: &Promise<'_>, field: &str) -> (Address, Origin) {
    match &promise.by {
        By::Grants(grants) => (grants[0].address.clone(), grants[0].origin.clone()),
        By::Rule { rule, .. } => (rule.wanted.address.clone(), rule.wanted.origin_of(field)),
    }
}

/// Returns a length of time as people say it.
pub fn time(seconds: i64) -> String {
    if seconds % 60 == 0 { format!("{} min", seconds / 60) } else { format!("{seconds} s") }
}

/// Returns a refusal in words.
pub fn told(refusal: &Refusal) -> String {
    let Refusal { status, code, summary } = refusal;
    let parts = [code, summary].into_iter().flatten().map(|text| printable_head(text.trim_end_matches('.'), 300));
    let words: Vec<_> = parts.collect();
    if words.is_empty() { format!("{status} without a reason") } else { format!("{status} {}", words.join(", ")) }
}
