//! The SCIM filters of lists: comparisons, joined with `and`, `or`, `not` and parentheses.
//!
//! Most lists know `eq` alone, over a few attributes; searches and the System Log know all operators but brackets.

mod words;

use std::cmp::Ordering;

use serde_json::Value;

use self::words::{Word, Words};
use crate::answer::Refusal;

/// How deep parentheses and `not` may be nested.
const DEEPEST: usize = 64;

/// A filter, ready to be asked about documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// One of the values at the path compares with this one as the operator says; null is the lack of any.
    Compare {
        path: String,
        operator: Operator,
        value: Option<String>,
    },
    Present {
        path: String,
    },
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Contains,
    StartsWith,
    EndsWith,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Operator {
    fn of(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "eq" => Self::Equal,
            "ne" => Self::NotEqual,
            "co" => Self::Contains,
            "sw" => Self::StartsWith,
            "ew" => Self::EndsWith,
            "gt" => Self::Greater,
            "ge" => Self::GreaterOrEqual,
            "lt" => Self::Less,
            "le" => Self::LessOrEqual,
            _ => return None,
        })
    }

    fn holds(self, found: &str, value: &str) -> bool {
        match self {
            Self::Equal | Self::NotEqual => found == value,
            Self::Contains => found.contains(value),
            Self::StartsWith => found.starts_with(value),
            Self::EndsWith => found.ends_with(value),
            Self::Greater => order(found, value).is_gt(),
            Self::GreaterOrEqual => order(found, value).is_ge(),
            Self::Less => order(found, value).is_lt(),
            Self::LessOrEqual => order(found, value).is_le(),
        }
    }
}

/// Numbers are ordered as numbers, all else as text, times among it.
fn order(left: &str, right: &str) -> Ordering {
    match (left.parse::<i64>(), right.parse::<i64>()) {
        (Ok(left), Ok(right)) => left.cmp(&right),
        _ => left.cmp(right),
    }
}

/// What a list may be filtered by.
struct Rules<'a> {
    knows: &'a dyn Fn(&str) -> bool,
    /// Whether there is more than `eq`.
    all: bool,
}

impl Filter {
    /// Reads a filter over the given attributes that can only compare with `eq`.
    pub(crate) fn parse(text: &str, attributes: &[&str]) -> Result<Self, Refusal> {
        Self::parse_by(text, &Rules { knows: &|path| attributes.contains(&path), all: false })
    }

    /// Reads a filter with all operators over attributes that are known.
    pub(crate) fn parse_full(text: &str, knows: &dyn Fn(&str) -> bool) -> Result<Self, Refusal> {
        Self::parse_by(text, &Rules { knows, all: true })
    }

    fn parse_by(text: &str, rules: &Rules<'_>) -> Result<Self, Refusal> {
        let mut words = Words::of(text);
        let filter = any(&mut words, rules, DEEPEST)?;
        match words.next()? {
            None => Ok(filter),
            Some(word) => Err(unexpected(&word)),
        }
    }

    /// Says whether a document passes.
    pub(crate) fn admits(&self, document: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.admits(document)),
            Self::Any(parts) => parts.iter().any(|part| part.admits(document)),
            Self::Not(part) => !part.admits(document),
            Self::Present { path } => !found(document, path).is_empty(),
            Self::Compare { path, operator, value } => {
                let found = found(document, path);
                let compared = match value {
                    Some(value) => found.iter().any(|found| operator.holds(found, value)),
                    None => found.is_empty(),
                };
                compared != (*operator == Operator::NotEqual)
            }
        }
    }
}

/// Returns the values at a path, those of all items where it leads through an array.
fn found(document: &Value, path: &str) -> Vec<String> {
    let mut at = vec![document];
    for key in path.split('.') {
        at = at.into_iter().flat_map(items).filter_map(|value| value.get(key)).collect();
    }
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    at.into_iter().flat_map(items).filter_map(text).collect()
}

fn items(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

fn any(words: &mut Words<'_>, rules: &Rules<'_>, depth: usize) -> Result<Filter, Refusal> {
    let mut parts = vec![all(words, rules, depth)?];
    while words.take("or")? {
        parts.push(all(words, rules, depth)?);
    }
    Ok(one_or(parts, Filter::Any))
}

fn all(words: &mut Words<'_>, rules: &Rules<'_>, depth: usize) -> Result<Filter, Refusal> {
    let mut parts = vec![term(words, rules, depth)?];
    while words.take("and")? {
        parts.push(term(words, rules, depth)?);
    }
    Ok(one_or(parts, Filter::All))
}

fn one_or(mut parts: Vec<Filter>, many: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.len() {
        1 => parts.remove(0),
        _ => many(parts),
    }
}

fn term(words: &mut Words<'_>, rules: &Rules<'_>, depth: usize) -> Result<Filter, Refusal> {
    let deeper = depth.checked_sub(1).ok_or_else(|| Refusal::bad_filter("the filter is nested too deeply"))?;
    if rules.all && words.take("not")? {
        return Ok(Filter::Not(Box::new(term(words, rules, deeper)?)));
    }
    match words.next()? {
        Some(Word::Open) => {
            let inner = any(words, rules, deeper)?;
            match words.next()? {
                Some(Word::Close) => Ok(inner),
                _ => Err(Refusal::bad_filter("a parenthesis is not closed")),
            }
        }
        Some(Word::Bare(path)) if (rules.knows)(&path) => comparison(words, rules, path),
        Some(Word::Bare(path)) => Err(Refusal::bad_filter(format!("{path} cannot be filtered on"))),
        Some(other) => Err(unexpected(&other)),
        None => Err(Refusal::bad_filter("the filter ends too early")),
    }
}

fn comparison(words: &mut Words<'_>, rules: &Rules<'_>, path: String) -> Result<Filter, Refusal> {
    let Some(Word::Bare(word)) = words.next()? else {
        return Err(Refusal::bad_filter(format!("{path} must be compared with something")));
    };
    if rules.all && word.eq_ignore_ascii_case("pr") {
        return Ok(Filter::Present { path });
    }
    let operator = match Operator::of(&word) {
        Some(operator) if rules.all || operator == Operator::Equal => operator,
        _ if rules.all => return Err(Refusal::bad_filter(format!("{word} is not an operator"))),
        _ => return Err(Refusal::bad_filter(format!("{path} can only be compared with eq"))),
    };
    let value = match words.next()? {
        Some(Word::Quoted(value)) => Some(value),
        Some(Word::Bare(value)) if matches!(value.as_str(), "true" | "false") => Some(value),
        Some(Word::Bare(value)) if rules.all && value.parse::<i64>().is_ok() => Some(value),
        Some(Word::Bare(value)) if rules.all && value == "null" => None,
        _ => return Err(Refusal::bad_filter(format!("{path} {word} needs a quoted value"))),
    };
    Ok(Filter::Compare { path, operator, value })
}

fn unexpected(word: &Word) -> Refusal {
    Refusal::bad_filter(match word {
        Word::Open => "unexpected (".to_owned(),
        Word::Close => "unexpected )".to_owned(),
        Word::Bare(text) | Word::Quoted(text) => format!("unexpected {text}"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ATTRIBUTES: &[&str] = &["name", "status", "credentials.signing.kid"];

    fn admits(filter: &str) -> bool {
        let document = json!({"name": "oidc_client", "status": "ACTIVE", "credentials": {"signing": {"kid": "k \"1\""}}});
        Filter::parse(filter, ATTRIBUTES).unwrap().admits(&document)
    }

    #[test]
    fn comparisons_are_joined_with_and_before_or() {
        assert!(admits(r#"name eq "oidc_client""#));
        assert!(!admits(r#"name eq "bookmark" and status eq "ACTIVE""#));
        assert!(admits(r#"name eq "bookmark" and status eq "X" or status eq "ACTIVE""#));
        assert!(!admits(r#"name eq "bookmark" and (status eq "X" or status eq "ACTIVE")"#));
        assert!(admits(r#"credentials.signing.kid eq "k \"1\"""#));
    }

    #[test]
    fn what_okta_does_not_filter_on_is_refused() {
        for wrong in [r#"label eq "x""#, r#"name sw "x""#, "name eq x", r#"name eq "x" xor"#, r#"(name eq "x""#, r#"name eq "x"#, ""] {
            assert!(Filter::parse(wrong, ATTRIBUTES).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_full_filter_knows_all_operators_and_looks_into_arrays() {
        let event = json!({"n": 10, "at": "2026-01-02", "none": null, "target": [{"id": "a", "tags": ["x"]}, {"id": "bee"}]});
        let admits = |filter: &str| Filter::parse_full(filter, &|_| true).unwrap().admits(&event);
        for right in [
            r#"target.id eq "bee" and target.id eq "a""#,
            r#"target.id sw "be" and target.id ew "ee" and target.id co "e""#,
            r#"target.id ne "c" and not (target.id ne "a")"#,
            r#"at gt "2026-01-01" and at le "2026-01-02" and at ge "2026-01-02" and at lt "2026-01-03""#,
            "n gt 9 and n lt 11",
            r#"target.tags eq "x" and target.tags pr"#,
            "none eq null and NOT none pr and n ne null",
        ] {
            assert!(admits(right), "{right}");
        }
        for wrong in [r#"n ne "10""#, r#"target.id sw "e""#, "not target.id pr", "n eq null", r#"at lt "2026""#] {
            assert!(!admits(wrong), "{wrong}");
        }
        let deep = "(".repeat(100_000);
        for refused in [r#"n of "x""#, "n eq", "n", "target[id eq \"a\"]", deep.as_str()] {
            assert!(Filter::parse_full(refused, &|_| true).is_err(), "{}", &refused[..8.min(refused.len())]);
        }
    }
}
