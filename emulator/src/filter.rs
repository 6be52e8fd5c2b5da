//! The SCIM filters of lists: `attribute eq "value"`, joined with `and`, `or` and parentheses.

use serde_json::Value;

use crate::answer::Refusal;

/// A filter, ready to be asked about documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    Equal { path: String, value: String },
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Filter {
    /// Reads a filter over the given attributes.
    pub(crate) fn parse(text: &str, attributes: &[&str]) -> Result<Self, Refusal> {
        let mut words = Words { rest: text };
        let filter = any(&mut words, attributes)?;
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
            Self::Equal { path, value } => {
                let found = path.split('.').try_fold(document, |at, key| at.get(key));
                match found {
                    Some(Value::String(text)) => text == value,
                    Some(Value::Bool(flag)) => flag.to_string().as_str() == value,
                    _ => false,
                }
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Word {
    Open,
    Close,
    Bare(String),
    Quoted(String),
}

struct Words<'a> {
    rest: &'a str,
}

impl Words<'_> {
    fn next(&mut self) -> Result<Option<Word>, Refusal> {
        self.rest = self.rest.trim_start();
        let Some(first) = self.rest.chars().next() else {
            return Ok(None);
        };
        let (word, length) = match first {
            '(' => (Word::Open, 1),
            ')' => (Word::Close, 1),
            '"' => {
                let (text, length) = quoted(self.rest).ok_or_else(|| Refusal::bad_filter("a quotation mark is not closed"))?;
                (Word::Quoted(text), length)
            }
            _ => {
                let end = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"');
                let length = self.rest.find(end).unwrap_or(self.rest.len());
                (Word::Bare(self.rest[..length].to_owned()), length)
            }
        };
        self.rest = &self.rest[length..];
        Ok(Some(word))
    }

    /// Takes the next word if it is this keyword.
    fn take(&mut self, keyword: &str) -> Result<bool, Refusal> {
        let before = self.rest;
        let found = matches!(self.next()?, Some(Word::Bare(word)) if word.eq_ignore_ascii_case(keyword));
        if !found {
            self.rest = before;
        }
        Ok(found)
    }
}

fn quoted(text: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, at + 1)),
            '\\' => value.push(letters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

fn any(words: &mut Words<'_>, attributes: &[&str]) -> Result<Filter, Refusal> {
    let mut parts = vec![all(words, attributes)?];
    while words.take("or")? {
        parts.push(all(words, attributes)?);
    }
    Ok(one_or(parts, Filter::Any))
}

fn all(words: &mut Words<'_>, attributes: &[&str]) -> Result<Filter, Refusal> {
    let mut parts = vec![comparison(words, attributes)?];
    while words.take("and")? {
        parts.push(comparison(words, attributes)?);
    }
    Ok(one_or(parts, Filter::All))
}

fn one_or(mut parts: Vec<Filter>, many: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.len() {
        1 => parts.remove(0),
        _ => many(parts),
    }
}

fn comparison(words: &mut Words<'_>, attributes: &[&str]) -> Result<Filter, Refusal> {
    let path = match words.next()? {
        Some(Word::Open) => {
            let inner = any(words, attributes)?;
            return match words.next()? {
                Some(Word::Close) => Ok(inner),
                _ => Err(Refusal::bad_filter("a parenthesis is not closed")),
            };
        }
        Some(Word::Bare(path)) => path,
        Some(other) => return Err(unexpected(&other)),
        None => return Err(Refusal::bad_filter("the filter ends too early")),
    };
    if !attributes.contains(&path.as_str()) {
        return Err(Refusal::bad_filter(format!("{path} cannot be filtered on")));
    }
    if !words.take("eq")? {
        return Err(Refusal::bad_filter(format!("{path} can only be compared with eq")));
    }
    match words.next()? {
        Some(Word::Quoted(value)) => Ok(Filter::Equal { path, value }),
        Some(Word::Bare(value)) if matches!(value.as_str(), "true" | "false") => Ok(Filter::Equal { path, value }),
        _ => Err(Refusal::bad_filter(format!("{path} eq needs a quoted value"))),
    }
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
}
