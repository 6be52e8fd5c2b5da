//! Both sides of a comparison, for the tests of it and of what becomes of it.

use serde_json::{Value, json};

use super::{Changes, Choices, SecretHashes, diff};
use crate::bind::fixture::{app, desired, document, live, observed, said, with};
use crate::bind::{self, bind};
use crate::desired::Desired;
use crate::observed::{LiveApp, LiveAssignment, LiveGrant, LiveGroup, LiveSecret, Observed, Status};
use crate::secret::{Secret, SecretRef};
use crate::select::Select;

/// Two sides, and what was asked for.
pub(crate) struct Case {
    pub(crate) desired: Desired,
    pub(crate) observed: Observed,
    pub(crate) hashes: SecretHashes,
    pub(crate) choices: Choices,
}

impl Case {
    pub(crate) fn new(documents: &[Value], apps: Vec<LiveApp>) -> Self {
        Self { desired: desired(documents), observed: observed(apps), hashes: SecretHashes::new(), choices: Choices::default() }
    }

    pub(crate) fn pruning(mut self) -> Self {
        self.choices.prune = true;
        self
    }

    pub(crate) fn selecting(mut self, pattern: &str) -> Self {
        self.choices.select = Select::new(&[pattern.to_owned()]).unwrap();
        self
    }

    /// Compares the sides, and hands what differs to somebody.
    pub(crate) fn compared<T>(&self, told: impl FnOnce(&Changes<'_>) -> T) -> T {
        let bound = bind(&self.desired, &self.observed, &bind::Choices::default());
        assert!(!bound.problems.has_errors(), "{}", said(&bound.problems));
        told(&diff(&self.desired, &self.observed, &bound, &self.hashes, &self.choices))
    }
}

/// Returns a change of a live app that marks it as that of a document, with what is managed below it.
pub(crate) fn managing(name: &str, manages: &[&str]) -> (&'static str, Value) {
    ("profile.idpctl", json!({"owner": format!("payments/{name}"), "manages": manages}))
}

/// Documents of an app with some secrets: name and status.
pub(crate) fn with_secrets(secrets: &[(&str, &str)]) -> Vec<Value> {
    let secrets: Vec<_> = secrets.iter().map(|(name, status)| json!({"name": name, "env": env(name), "status": status})).collect();
    vec![app("a", "A"), document("ClientCredentials", "a", &[("client_secrets", json!(secrets))])]
}

pub(crate) fn env(name: &str) -> String {
    format!("IDPCTL_{}", name.to_uppercase())
}

/// Compares with an app that is marked and holds some secrets: value, status; the first is the oldest.
pub(crate) fn secrets(documents: &[Value], there: &[(&str, Status)]) -> Case {
    let mut case = Case::new(documents, vec![live("0oa1", "A", &[managing("a", &["secrets"])])]);
    let secrets = there.iter().enumerate().map(|(i, (value, status))| LiveSecret {
        id: format!("ocs{i}"),
        status: *status,
        hash: Secret::new((*value).to_owned()).hash(),
        created: format!("2026-0{}-01T00:00:00.000Z", i + 1),
    });
    let secrets = secrets.collect();
    case.observed.secrets.insert(case.observed.apps[0].id.clone(), secrets);
    // The value of each is its name.
    for name in ["one", "two", "three"] {
        case.hashes.insert(SecretRef::Env(env(name)), Ok(Secret::new(name.to_owned()).hash()));
    }
    case
}

/// Compares scopes of an app that the mark manages, or not.
pub(crate) fn grants(documents: &[Value], mark: &[&str], there: &[(&str, &str)]) -> Case {
    let mut case = Case::new(documents, vec![live("0oa1", "A", &[managing("a", mark)])]);
    let grants = there.iter().enumerate().map(|(i, (scope, issuer))| LiveGrant {
        id: format!("oag{i}"),
        scope: (*scope).to_owned(),
        issuer: (*issuer).to_owned(),
        created_by: None,
    });
    let grants = grants.collect();
    case.observed.grants.insert(case.observed.apps[0].id.clone(), grants);
    case
}

/// Compares the groups of an app that the mark manages, or not: id, priority and profile; the org's groups are Sales, Support and two Doubles.
pub(crate) fn groups(documents: &[Value], mark: &[&str], there: &[(&str, u64, Value)]) -> Case {
    let mut case = Case::new(documents, vec![live("0oa1", "A", &[managing("a", mark)])]);
    let group =
        |(id, name, sort): &(&str, &str, &str)| LiveGroup { id: (*id).to_owned(), name: (*name).to_owned(), sort: (*sort).to_owned() };
    let known = [
        ("00g1", "Sales", "OKTA_GROUP"),
        ("00g2", "Support", "OKTA_GROUP"),
        ("00g3", "Double", "OKTA_GROUP"),
        ("00g4", "Double", "APP_GROUP"),
    ];
    case.observed.groups = known.iter().map(group).collect();
    let assignments = there.iter().map(|(group, priority, profile)| LiveAssignment {
        group: (*group).to_owned(),
        name: known.iter().find(|(id, ..)| id == group).map(|(_, name, _)| (*name).to_owned()),
        body: json!({"priority": priority, "profile": profile}),
    });
    case.observed.assignments.insert(case.observed.apps[0].id.clone(), assignments.collect());
    case
}

/// Documents of an app and the groups that are to have it.
pub(crate) fn assigning(groups: &Value) -> Vec<Value> {
    vec![app("a", "A"), document("GroupAssignment", "a", &[("groups", groups.clone())])]
}

pub(crate) const ORG: &str = "https://acme.okta.com";

pub(crate) fn granting(scopes: &[&str]) -> Vec<Value> {
    vec![app("a", "A"), document("Grant", "a", &[("scopes", json!(scopes))])]
}

pub(crate) fn key(kid: &str) -> Value {
    json!({"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "e": "AQAB", "n": format!("v{}Q", kid.repeat(340))})
}

/// Compares keys of an app that is marked: declared kids (or none at all), live kids with their status.
pub(crate) fn keys(declared: Option<&[&str]>, there: &[(&str, &str)]) -> Case {
    let mut document = app("a", "A");
    if let Some(kids) = declared {
        let keys: Vec<_> = kids.iter().map(|kid| key(kid)).collect();
        document = with(document, &[("spec.settings.oauthClient.jwks.keys", json!(keys))]);
    }
    let there: Vec<_> =
        there.iter().map(|(kid, status)| with(key(kid), &[("id", json!(format!("pks-{kid}"))), ("status", json!(status))])).collect();
    let jwks = ("settings.oauthClient.jwks.keys", json!(there));
    Case::new(&[document], vec![live("0oa1", "A", &[managing("a", &["keys"]), jwks])])
}
