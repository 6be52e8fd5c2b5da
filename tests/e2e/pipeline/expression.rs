//! GitHub's expressions, as far as the action and its workflows use them: anything else is a panic, so that nothing is taken for granted.

use serde_json::Value;

/// Looks up what a path such as `inputs.command` stands for.
pub(super) type Contexts<'a> = &'a dyn Fn(&[&str]) -> Value;

/// Returns a text with each `${{ … }}` in it replaced by what it stands for.
pub(super) fn expand(text: &str, contexts: Contexts<'_>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, after) = after.split_once("}}").unwrap_or_else(|| panic!("an expression does not end: {text}"));
        out.push_str(before);
        out.push_str(&shown(&evaluate(expression, contexts)));
        rest = after;
    }
    out + rest
}

/// Returns what an expression stands for.
pub(super) fn evaluate(expression: &str, contexts: Contexts<'_>) -> Value {
    let mut parser = Parser { words: words(expression), next: 0, contexts };
    let value = parser.any();
    assert_eq!(parser.next, parser.words.len(), "too much in `{expression}`");
    value
}

/// Tells whether a value counts as true.
pub(super) fn holds(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// Returns a value as it stands in a text.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(_) | Value::Object(_) => panic!("`{value}` does not belong into a text"),
    }
}

fn words(expression: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = expression.trim_start();
    while !rest.is_empty() {
        let length = if let Some(text) = rest.strip_prefix('\'') {
            text.find('\'').unwrap_or_else(|| panic!("a text does not end in `{expression}`")) + 2
        } else if ["==", "!=", "&&", "||"].iter().any(|operator| rest.starts_with(operator)) {
            2
        } else if rest.starts_with(['(', ')', ',', '!']) {
            1
        } else {
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).unwrap_or(rest.len())
        };
        assert!(length > 0, "`{rest}` in `{expression}`");
        words.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    words
}

struct Parser<'a> {
    words: Vec<String>,
    next: usize,
    contexts: Contexts<'a>,
}

impl Parser<'_> {
    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.words.get(self.next).is_some_and(|next| next == word);
        self.next += usize::from(is_next);
        is_next
    }

    fn any(&mut self) -> Value {
        let mut value = self.all();
        while self.takes("||") {
            let other = self.all();
            value = if holds(&value) { value } else { other };
        }
        value
    }

    fn all(&mut self) -> Value {
        let mut value = self.compared();
        while self.takes("&&") {
            let other = self.compared();
            value = if holds(&value) { other } else { value };
        }
        value
    }

    fn compared(&mut self) -> Value {
        let value = self.one();
        if self.takes("==") {
            let other = self.one();
            Value::Bool(equal(&value, &other))
        } else if self.takes("!=") {
            let other = self.one();
            Value::Bool(!equal(&value, &other))
        } else {
            value
        }
    }

    fn one(&mut self) -> Value {
        if self.takes("!") {
            return Value::Bool(!holds(&self.one()));
        }
        if self.takes("(") {
            let value = self.any();
            assert!(self.takes(")"), "a bracket stays open");
            return value;
        }
        let word = self.words.get(self.next).expect("something follows").clone();
        self.next += 1;
        if let Some(text) = word.strip_prefix('\'') {
            return Value::String(text.trim_end_matches('\'').to_owned());
        }
        if self.takes("(") {
            return self.call(&word);
        }
        (self.contexts)(&word.split('.').collect::<Vec<_>>())
    }

    fn call(&mut self, function: &str) -> Value {
        let mut arguments = Vec::new();
        while !self.takes(")") {
            arguments.push(self.any());
            self.takes(",");
        }
        match (function, &arguments[..]) {
            ("format", [Value::String(text), Value::String(value)]) => Value::String(text.replace("{0}", value)),
            _ => panic!("the function `{function}` of {arguments:?} is not known"),
        }
    }
}

/// What is not there equals the empty text; texts are compared as GitHub does, whatever their case.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Null, other) | (other, Value::Null) => shown(other).is_empty(),
        (Value::String(one), Value::String(other)) => one.eq_ignore_ascii_case(other),
        (Value::Bool(one), Value::Bool(other)) => one == other,
        _ => panic!("{one} and {other} are of different types, which GitHub compares as numbers"),
    }
}

#[test]
fn expressions_mean_what_they_mean_on_github() {
    let contexts = |path: &[&str]| match path {
        ["inputs", "command"] => Value::String("plan".to_owned()),
        ["inputs", _] => Value::Null,
        _ => panic!("{path:?}"),
    };
    let truth = |expression: &str| holds(&evaluate(expression, &contexts));
    assert!(truth("inputs.command == 'plan' && inputs.plan-run == ''"));
    assert!(!truth("inputs.command != 'plan' || !(inputs.command == 'PLAN')"));
    assert_eq!(expand("a-${{ inputs.plan || format('{0}/x', inputs.command) }}.b", &contexts), "a-plan/x.b");
}
