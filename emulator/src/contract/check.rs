//! An exchange beside the contract: what is not as documented, known departures included.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    departures,
    document::{Content, Document, Operation, Parameter, Pointer},
    violation::{Fault, Side, Violation},
};
use crate::{call::Call, path::Segments};

/// What came of a check: the known departures that were met, and the first violation that is none.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) departures: BTreeSet<usize>,
    pub(super) violations: Vec<Violation>,
}

/// Where an exchange is in the contract.
pub(super) struct Subject<'a> {
    document: &'a Document,
    pub(super) method: &'a str,
    /// The documented path, or the one asked for if there is none.
    pub(super) path: &'a str,
    pub(super) operation: Option<&'a Operation>,
    pub(super) status: u16,
}

impl<'a> Subject<'a> {
    fn of(document: &'a Document, method: &'a str, path: &'a str, status: u16) -> Self {
        let segments = Segments::of(path);
        let documented = document.path(&segments.iter().collect::<Vec<_>>());
        let operation = documented.and_then(|documented| documented.operation(method));
        let path = documented.map_or(path, |documented| documented.template.as_str());
        Self { document, method, path, operation, status }
    }

    fn violation(&self, side: Side, fault: Fault) -> Violation {
        Violation { method: self.method.to_owned(), path: self.path.to_owned(), side, status: self.status, fault }
    }

    /// Holds a value to the schema at a pointer.
    fn hold(&self, side: Side, schema: &Pointer, value: &Value, verdict: &mut Verdict) {
        let validator = self.document.validator(schema);
        if !validator.is_valid(value) {
            validator.iter_errors(value).for_each(|error| verdict.add(self.violation(side, Fault::of(&error, value.is_array()))));
        }
    }
}

impl Verdict {
    fn add(&mut self, violation: Violation) {
        match departures::excusing(&violation) {
            Some(known) => self.departures.extend(known),
            None => self.violations.push(violation),
        }
    }
}

/// Checks what the org answered.
pub(super) fn answer(document: &Document, method: &str, path: &str, status: u16, body: &[u8]) -> Verdict {
    let subject = Subject::of(document, method, path, status);
    let mut verdict = Verdict::default();
    let stand_in = departures::stand_in(&subject);
    verdict.departures.extend(stand_in.map(|(number, _)| number));
    let status = stand_in.map_or(status, |(_, other)| other);
    let documented = subject.operation.and_then(|operation| operation.answers.get(&status));
    match documented {
        Some(None) if body.is_empty() => {}
        Some(None) => verdict.add(subject.violation(Side::Answer, Fault::Body(String::from_utf8_lossy(body).into_owned()))),
        Some(Some(content)) => match (serde_json::from_slice::<Value>(body), &content.schema) {
            (Ok(value), Some(schema)) => subject.hold(Side::Answer, schema, &value, &mut verdict),
            (Err(_), _) if content.media_types.iter().any(|known| known != "application/json") && !body.is_empty() => {}
            _ => verdict.add(subject.violation(Side::Answer, Fault::NoBody)),
        },
        None => {
            let text = || Value::from(String::from_utf8_lossy(body));
            let value = if body.is_empty() { Value::Null } else { serde_json::from_slice(body).unwrap_or_else(|_| text()) };
            match departures::form(&subject, &value) {
                Some((number, form)) => {
                    verdict.departures.insert(number);
                    if let Some(form) = form {
                        subject.hold(Side::Answer, &Pointer::component(form), &value, &mut verdict);
                    }
                }
                None if subject.operation.is_some() => verdict.add(subject.violation(Side::Answer, Fault::Status)),
                None => verdict.add(subject.violation(Side::Answer, Fault::Operation)),
            }
        }
    }
    verdict
}

/// Checks what our own client asked.
pub(super) fn request(document: &Document, call: &Call) -> Verdict {
    let subject = Subject::of(document, &call.method, &call.path, 0);
    let mut verdict = Verdict::default();
    let Some(operation) = subject.operation else {
        if departures::has_operation(&subject) {
            return verdict;
        }
        verdict.add(subject.violation(Side::Request, Fault::Operation));
        return verdict;
    };
    let sent: Vec<_> = url::form_urlencoded::parse(call.query.as_sent().as_bytes()).collect();
    for (name, value) in &sent {
        match operation.parameters.get(name.as_ref()) {
            Some(parameter) => {
                let value = parameter.read(value);
                let errors = document.validator(&parameter.schema).iter_errors(&value);
                errors.for_each(|error| verdict.add(subject.parameter(name, &format!("is {value}: {}", error.masked()))));
            }
            None => verdict.add(subject.parameter(name, "is not documented")),
        }
    }
    let missing = operation.parameters.iter().filter(|(name, parameter)| parameter.required && !sent.iter().any(|(sent, _)| sent == *name));
    missing.for_each(|(name, _)| verdict.add(subject.parameter(name, "is missing")));
    match (&operation.request, call.body.as_slice()) {
        (None, []) => {}
        (None, body) => verdict.add(subject.violation(Side::Request, Fault::Body(String::from_utf8_lossy(body).into_owned()))),
        (Some(_), []) if !operation.must_send => {}
        (Some(content), body) => match (content.read(body), &content.schema) {
            (Some(value), Some(schema)) => subject.hold(Side::Request, schema, &value, &mut verdict),
            _ => verdict.add(subject.violation(Side::Request, Fault::NoBody)),
        },
    }
    verdict
}

impl Subject<'_> {
    fn parameter(&self, name: &str, problem: &str) -> Violation {
        self.violation(Side::Request, Fault::Parameter { name: name.to_owned(), problem: problem.to_owned() })
    }
}

impl Parameter {
    /// Reads a value of the query as what it is documented to be; what it is not remains text, which its schema refuses.
    fn read(&self, text: &str) -> Value {
        let typed = matches!(self.sort.as_deref(), Some("integer" | "number" | "boolean")).then(|| serde_json::from_str(text).ok());
        typed.flatten().unwrap_or_else(|| text.into())
    }
}

impl Content {
    fn read(&self, body: &[u8]) -> Option<Value> {
        if !self.is_form() {
            return serde_json::from_slice(body).ok();
        }
        let pairs = url::form_urlencoded::parse(body);
        Some(Value::Object(pairs.map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect::<Map<_, _>>()))
    }
}
