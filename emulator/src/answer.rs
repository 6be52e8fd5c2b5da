//! What a family returns: an answer, or Okta's refusal with its code, summary and causes.
//!
//! The bodies are those of recorded exchanges and of Okta's error catalogue; where neither shows the wording, the code is
//! right and the cause names the field.

use serde_json::{Value, json};

/// A success, not yet turned into HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Option<Value>,
    /// Whether the body is a text that is sent as it is, and not as JSON.
    pub(crate) plain: bool,
    /// `Link` header values, one a relation.
    pub(crate) links: Vec<String>,
    /// Headers besides those that every answer has, or in their place.
    pub(crate) headers: Vec<Header>,
}

/// A header of an answer, by its name in lower case.
pub(crate) type Header = (&'static str, String);

impl Answer {
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: 200, body: Some(body), ..Self::no_content() }
    }

    /// A text of a media type.
    pub(crate) fn text(text: &str, kind: &str) -> Self {
        Self { plain: true, ..Self::ok(text.into()) }.with_header("content-type", kind)
    }

    pub(crate) fn created(body: Value) -> Self {
        Self { status: 201, ..Self::ok(body) }
    }

    pub(crate) fn no_content() -> Self {
        Self { status: 204, body: None, plain: false, links: Vec::new(), headers: Vec::new() }
    }

    /// A failure that changes something all the same, so that its writes are kept.
    pub(crate) fn failure() -> Self {
        Self { status: 500, ..Self::no_content() }
    }

    pub(crate) fn list(items: Vec<Value>, links: Vec<String>) -> Self {
        Self { links, ..Self::ok(Value::Array(items)) }
    }

    /// The same answer with one header more.
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A refusal in Okta's form, or in that of RFC 6749.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// Headers besides those that every answer has, or in their place.
    pub(crate) headers: Vec<Header>,
    form: Form,
    code: &'static str,
    summary: String,
    causes: Vec<String>,
}

/// How the body of a refusal is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `errorCode`, `errorSummary` and so on.
    Okta,
    /// `error` and `error_description`.
    OAuth,
    /// Not at all: a header says everything.
    Empty,
}

impl Refusal {
    fn new(status: u16, code: &'static str, summary: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), form: Form::Okta, code, summary: summary.into(), causes: Vec::new() }
    }

    /// A refusal of an OAuth endpoint.
    pub(crate) fn oauth(status: u16, error: &'static str, description: impl Into<String>) -> Self {
        Self { form: Form::OAuth, ..Self::new(status, error, description) }
    }

    /// The same refusal of an OAuth endpoint in Okta's form.
    pub(crate) fn in_oktas_form(self) -> Self {
        Self { form: Form::Okta, ..self }
    }

    /// The same refusal without a body.
    pub(crate) fn without_body(self) -> Self {
        Self { form: Form::Empty, ..self }
    }

    /// The same refusal with one header more.
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// A field, or a whole object, that is not valid.
    pub(crate) fn invalid(what: &str, cause: impl Into<String>) -> Self {
        Self::invalid_many(what, vec![cause.into()])
    }

    pub(crate) fn invalid_many(what: &str, causes: Vec<String>) -> Self {
        let summary = format!("Api validation failed: {what}");
        Self { causes, ..Self::new(400, "E0000001", summary) }
    }

    pub(crate) fn malformed() -> Self {
        Self::new(400, "E0000003", "The request body was not well-formed.")
    }

    pub(crate) fn not_found(id: &str, kind: &str) -> Self {
        let summary = format!("Not found: Resource not found: {id} ({kind})");
        Self::new(404, "E0000007", summary)
    }

    pub(crate) fn no_such_path() -> Self {
        Self::new(404, "E0000008", "The requested path was not found")
    }

    pub(crate) fn internal() -> Self {
        Self::new(500, "E0000009", "Internal Server Error")
    }

    pub(crate) fn bad_token() -> Self {
        Self::new(401, "E0000011", "Invalid token provided")
    }

    pub(crate) fn not_permitted() -> Self {
        Self::new(403, "E0000006", "You do not have permission to perform the requested action")
    }

    /// An access token where none is taken, or where somebody must be signed in.
    pub(crate) fn invalid_session() -> Self {
        Self::new(403, "E0000005", "Invalid session")
    }

    /// A request whose headers contradict each other; what exactly is wrong is said in a header of the answer.
    pub(crate) fn bad_request() -> Self {
        Self::new(400, "", "").without_body()
    }

    /// The status is as recorded, though the credentials are good.
    pub(crate) fn no_such_feature() -> Self {
        Self::new(401, "E0000015", "You do not have permission to access the feature you are requesting")
    }

    pub(crate) fn unsupported_media_type() -> Self {
        // The two spaces are Okta's.
        let summary = "Bad request.  Accept and/or Content-Type headers likely do not match supported values.";
        Self::new(400, "E0000021", summary)
    }

    pub(crate) fn no_such_method() -> Self {
        let summary = "The endpoint does not support the provided HTTP method";
        Self::new(405, "E0000022", summary)
    }

    /// With two blanks, as seen in an answer that somebody quoted (okta/okta-sdk-python, issue 400).
    pub(crate) fn media_type_not_supported() -> Self {
        Self::new(400, "E0000021", "Bad request.  Accept and/or Content-Type headers likely do not match supported values.")
    }

    pub(crate) fn media_type_not_acceptable() -> Self {
        Self::new(400, "E0000019", "Bad request.  Accept and/or Content-Type headers likely do not match supported values.")
    }

    /// A change of what defines an app, while no app of that definition is active.
    pub(crate) fn no_active_instances() -> Self {
        let summary = "Bad request. This operation on app metadata is not yet supported.";
        let cause = "This operation on app metadata is not yet supported: No active instances.";
        Self { causes: vec![cause.into()], ..Self::new(400, "E0000024", summary) }
    }

    pub(crate) fn missing_parameter(name: &str) -> Self {
        let summary = "The request is missing a required parameter.";
        Self { causes: vec![format!("{name}: The field cannot be left blank")], ..Self::new(400, "E0000028", summary) }
    }

    pub(crate) fn bad_filter(cause: impl Into<String>) -> Self {
        Self { causes: vec![cause.into()], ..Self::new(400, "E0000031", "Invalid search criteria.") }
    }

    /// The same refusal of a filter as the System Log words it.
    pub(crate) fn of_the_log(self) -> Self {
        Self { causes: self.causes, ..Self::new(400, "E0000053", "Invalid SCIM filter.") }
    }

    pub(crate) fn too_many_requests() -> Self {
        let summary = "API call exceeded rate limit due to too many requests.";
        Self::new(429, "E0000047", summary)
    }

    pub(crate) fn being_modified() -> Self {
        Self::new(423, "E0000239", "Policy priorities are being reconciled. Please try again later.")
    }

    pub(crate) fn no_service() -> Self {
        Self::new(400, "E0000227", "Roles can only be granted to service application type")
    }

    pub(crate) fn role_is_assigned() -> Self {
        Self::new(409, "E0000090", "The role specified is already assigned to the user.")
    }

    pub(crate) fn delete_forbidden() -> Self {
        Self::new(403, "E0000056", "Delete application forbidden.")
    }

    /// Returns what is wrong with the request, in so many sentences.
    pub(crate) fn causes(&self) -> &[String] {
        if self.causes.is_empty() { std::slice::from_ref(&self.summary) } else { &self.causes }
    }

    /// The same refusal under another status.
    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn body(&self, error_id: &str) -> Option<Value> {
        match self.form {
            Form::Okta => Some(self.in_full(error_id)),
            Form::OAuth => Some(json!({"error": self.code, "error_description": self.summary})),
            Form::Empty => None,
        }
    }

    fn in_full(&self, error_id: &str) -> Value {
        let causes: Vec<_> = self.causes.iter().map(|cause| json!({"errorSummary": cause})).collect();
        json!({
            "errorCode": self.code,
            "errorSummary": self.summary,
            "errorLink": self.code,
            "errorId": error_id,
            "errorCauses": causes,
        })
    }
}
