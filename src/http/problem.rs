//! The body of an error answer to what the server says went wrong: Okta's own form, OAuth's, or the portal's.

use std::fmt;

use http::HeaderMap;
use serde_json::Value;

use super::challenge::Challenge;
use super::mask::Mask;

/// How much of one text of the server is kept.
const TEXT: usize = 500;
/// How many causes are kept.
const CAUSES: usize = 20;

/// What the server says went wrong. Its texts are inert, of bounded length, and free of the request's secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problem {
    /// Okta's `errorCode` or OAuth's `error`: the only part that is stable.
    pub code: Option<String>,
    /// Okta's `errorSummary`, OAuth's `error_description`, or the portal's `message` or `status`.
    pub summary: Option<String>,
    /// Okta's `errorCauses` or the portal's `errors`, one text each.
    pub causes: Vec<String>,
    /// Okta's `errorId`.
    pub id: Option<String>,
    /// The scope that the access token lacks.
    pub scope: Option<String>,
}

impl Problem {
    /// Reads an error body; what is not there stays empty.
    pub(super) fn of(body: &[u8], mask: &Mask) -> Self {
        serde_json::from_slice(body).map_or_else(|_| Self::default(), |body| Self::read(&body, mask))
    }

    /// Returns the same with what the answer's header says besides, which is all that some refusals of a token say.
    pub(super) fn beside(self, headers: &HeaderMap, mask: &Mask) -> Self {
        let Challenge { error, description, scope } = Challenge::of(headers);
        let quoted = |text: Option<String>| text.filter(|text| !text.is_empty()).map(|text| mask.quote(&text, TEXT));
        let scope = quoted(scope);
        if self.code.is_some() {
            Self { scope, ..self }
        } else {
            Self { code: quoted(error), summary: quoted(description).or(self.summary), scope, ..self }
        }
    }

    /// Returns the error that a good answer really is, in Okta's or the portal's own form, whatever the status says.
    pub(super) fn inside(body: &Value, mask: &Mask) -> Option<Self> {
        let of_okta = ["errorCode", "errorSummary"].iter().all(|name| body.get(name).is_some_and(Value::is_string));
        let errors = body.get("errors").and_then(Value::as_array);
        let of_portal = body.get("ID").is_none() && errors.is_some_and(|errors| !errors.is_empty() && errors.iter().all(Value::is_string));
        (of_okta || of_portal).then(|| Self::read(body, mask))
    }

    fn read(body: &Value, mask: &Mask) -> Self {
        let quote = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(|text| mask.quote(text, TEXT));
        let text = |okta: &str, oauth: &str| body.get(okta).or_else(|| body.get(oauth)).and_then(quote);
        let causes = body.get("errorCauses").and_then(Value::as_array).into_iter().flatten();
        let causes = causes.filter_map(|cause| cause.get("errorSummary").and_then(quote));
        let errors = body.get("errors").and_then(Value::as_array).into_iter().flatten().filter_map(quote);
        Self {
            code: text("errorCode", "error"),
            summary: text("errorSummary", "error_description").or_else(|| text("message", "status")),
            causes: causes.chain(errors).take(CAUSES).collect(),
            id: text("errorId", "error_id"),
            scope: None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, summary, causes, id: _, scope } = self;
        let mut between = "";
        if let Some(code) = code {
            f.write_str(code)?;
            between = ", ";
        }
        if let Some(summary) = summary {
            // The summary is a sentence; ours goes on after it.
            write!(f, "{between}{}", summary.trim_end_matches('.'))?;
        }
        match (causes.is_empty(), code.is_none() && summary.is_none()) {
            (true, _) => Ok(()),
            (false, true) => f.write_str(&causes.join("; ")),
            (false, false) => write!(f, " ({})", causes.join("; ")),
        }?;
        scope.as_ref().map_or(Ok(()), |scope| write!(f, ", lacks the scope `{scope}`"))
    }
}
