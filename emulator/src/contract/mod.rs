//! Every answer of this org, and every request of our own client to it, held to Okta's published contract while tests run.
//!
//! The contract (`okta-openapi/contract.json` in the shared folder, see `IDPCTL_SHARED`) is no part of the repository; where it
//! is not at hand, nothing is checked. What departs from it, and not as [`TABLE`] knows, is an error nobody can overlook: in
//! process a panic, over a socket the status 599; and from then on there is no other answer from that org and its forks.
//!
//! Only what is genuine is checked: what a family answered before a fault spoilt it, never what a fault put in its place; and of
//! requests those that name our client as their sender, not what a test sends by itself.

mod check;
mod departures;
mod document;
mod violation;

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use http::{Response, StatusCode, header};
use serde_json::json;

use self::{check::Verdict, document::Document};
pub use self::{
    departures::{Departure, TABLE, What},
    violation::Side,
};
use crate::call::Call;

/// How our own client names itself.
const CLIENT: &str = "idpctl/";
/// The status that stands for an exchange that the contract does not allow.
const VIOLATED: u16 = 599;

/// Says whether the contract is at hand.
pub fn is_at_hand() -> bool {
    document().is_some()
}

/// Returns what an answer violates, and the numbers of the known departures in it, as the contract has it.
pub fn weigh(method: &str, path: &str, status: u16, body: &[u8]) -> (Vec<String>, BTreeSet<usize>) {
    let verdict = document().map(|document| check::answer(document, method, path, status, body)).unwrap_or_default();
    (verdict.violations.iter().map(ToString::to_string).collect(), verdict.departures)
}

fn document() -> Option<&'static Document> {
    static DOCUMENT: OnceLock<Option<Document>> = OnceLock::new();
    let read = || {
        let shared = std::env::var_os("IDPCTL_SHARED").map(PathBuf::from);
        let shared = shared.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
        std::fs::read_to_string(shared.join("okta-openapi/contract.json")).ok()
    };
    DOCUMENT.get_or_init(|| read().map(|text| Document::read(&text))).as_ref()
}

/// Who watches the exchanges of an org and its forks.
#[derive(Clone, Default)]
pub(crate) struct Watch(Arc<Mutex<Met>>);

#[derive(Default)]
struct Met {
    violation: Option<String>,
    departures: BTreeSet<usize>,
}

impl Watch {
    /// Looks at a request as it arrives.
    pub(crate) fn request(&self, call: &Call) {
        let is_ours = call.user_agent.as_deref().is_some_and(|agent| agent.starts_with(CLIENT));
        if let Some(document) = document().filter(|_| is_ours) {
            self.note(check::request(document, call));
        }
    }

    /// Looks at a genuine answer.
    pub(crate) fn answer(&self, call: &Call, response: &Response<Vec<u8>>) {
        if let Some(document) = document() {
            self.note(check::answer(document, &call.method, &call.path, response.status().as_u16(), response.body()));
        }
    }

    fn note(&self, verdict: Verdict) {
        let mut met = self.met();
        met.departures.extend(verdict.departures);
        if met.violation.is_none() && !verdict.violations.is_empty() {
            let lines: Vec<_> = verdict.violations.iter().map(ToString::to_string).collect();
            met.violation = Some(lines.join("\n"));
        }
    }

    /// Returns the first violation, if there was one.
    pub(crate) fn violation(&self) -> Option<String> {
        Some(format!("this is not as the contract says: {}", self.met().violation.as_ref()?))
    }

    /// Returns the answer that takes the place of every other one after a violation.
    pub(crate) fn verdict(&self) -> Option<Response<Vec<u8>>> {
        let summary = self.violation()?;
        let body = json!({"errorCode": "CONTRACT", "errorSummary": summary, "errorLink": "CONTRACT", "errorId": "", "errorCauses": []});
        let mut response = Response::new(body.to_string().into_bytes());
        *response.status_mut() = StatusCode::from_u16(VIOLATED).unwrap_or_default();
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        Some(response)
    }

    /// Returns the numbers of the known departures that were met so far.
    pub(crate) fn departures(&self) -> BTreeSet<usize> {
        self.met().departures.clone()
    }

    fn met(&self) -> MutexGuard<'_, Met> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
