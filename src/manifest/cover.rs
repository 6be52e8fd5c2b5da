//! What looks like a secret written out in a manifest, to asterisks in the text that excerpts are taken from.
//!
//! A literal secret is refused, and the message that refuses it must not be what publishes it. In doubt more is covered than need be.

use std::ops::Range;

use serde_json::Value;

use super::source::SourceFile;
use super::yaml::{self, Written};
use crate::diagnostic::{Diagnostics, Origin, Sources};
use crate::json::{Step, Way};
use crate::resource::jwk::PRIVATE;
use crate::resource::validate::secret_like;

/// Takes a file apart, and keeps its text for excerpts, covered.
pub(super) fn read(file: &SourceFile, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Vec<Written> {
    let yaml::File { documents, unread } = yaml::read(&file.name, &file.text, diagnostics);
    let mut covered: Vec<Range<usize>> = unread.into_iter().flat_map(|range| lines(&file.text, range)).collect();
    covered.extend(documents.iter().flat_map(secrets));
    sources.insert(file.name.clone(), file.text.clone());
    sources.mask(&file.name, &covered);
    documents
}

/// Returns the places of values under names that look secret.
fn secrets(written: &Written) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut cover = |origin: &Origin| found.push(origin.start as usize..origin.end as usize);
    walk(&written.tree, &Way::Root, false, &mut |way| cover(&written.positions.value(&way.path())));
    for (path, origin) in &written.dropped {
        if path.steps().iter().any(|step| matches!(step, Step::Key(name) if looks_secret(name) || PRIVATE.contains(&name.as_str()))) {
            cover(origin);
        }
    }
    found
}

fn walk(tree: &Value, way: &Way<'_>, secret: bool, cover: &mut impl FnMut(&Way<'_>)) {
    match tree {
        Value::Object(members) => {
            let is_key = members.contains_key("kty");
            for (name, member) in members {
                let secret = match name.as_str() {
                    // The members of an entry of `client_secrets` that are no secrets, if they look as they should.
                    "name" | "status" | "file" => false,
                    // How long tokens live stands below `token`.
                    minutes if minutes.ends_with("Minutes") && member.is_number() => false,
                    "env" => !member.as_str().is_some_and(is_variable),
                    _ => secret || looks_secret(name) || (is_key && PRIVATE.contains(&name.as_str())),
                };
                walk(member, &Way::Key(way, name), secret, cover);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| walk(item, &Way::Index(way, index), secret, cover)),
        Value::String(_) | Value::Number(_) if secret => cover(way),
        Value::String(text) if text.contains("PRIVATE KEY") || holds_credentials(text) => cover(way),
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

/// Returns what follows a name that looks secret, line by line, in a part of a file that could not be taken apart.
fn lines(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = range.start;
    let mut value: Option<Covered> = None;
    for line in text[range].split_inclusive('\n') {
        let end = start + line.len();
        value = value.filter(|value| value.goes_on(line));
        if let Some(value) = &mut value {
            value.read(line);
            found.push(start..end);
        } else if let Some(at) = named(line) {
            value = Some(Covered::new(line, &line[at..]));
            found.push(start + at..end);
        }
        start = end;
    }
    found
}

/// Returns where in a line the value of a name that looks secret begins.
fn named(line: &str) -> Option<usize> {
    if line.trim_start().starts_with('?') && looks_secret(last_word(line.trim_end())) {
        return Some(line.trim_end().len());
    }
    line.match_indices(':').map(|(at, _)| at).find(|at| looks_secret(last_word(&line[..*at]))).map(|at| at + 1)
}

/// What is known of the end of a value that is being covered.
struct Covered {
    /// How far its name is indented.
    indent: usize,
    /// Whether nothing of it has been seen.
    awaited: bool,
    quote: Option<char>,
    brackets: usize,
}

impl Covered {
    fn new(line: &str, value: &str) -> Self {
        let mut covered = Self { indent: indent(line), awaited: true, quote: None, brackets: 0 };
        covered.read(value);
        covered
    }

    /// Tells whether a line can belong to the value. A list's items may stand under the first letter of its name.
    fn goes_on(&self, line: &str) -> bool {
        let item = indent(line) == self.indent && line.trim_start().starts_with(['-', ':']);
        self.awaited || self.quote.is_some() || self.brackets > 0 || line.trim().is_empty() || indent(line) > self.indent || item
    }

    fn read(&mut self, text: &str) {
        let begins = text.trim_start().starts_with(['"', '\'', '[', '{', '-']);
        let is_open = self.quote.is_some() || self.brackets > 0;
        self.awaited &= text.trim().is_empty();
        if !begins && !is_open {
            return;
        }
        let mut escaped = false;
        for c in text.chars() {
            match (self.quote, c) {
                (Some('"'), '\\') if !escaped => {
                    escaped = true;
                    continue;
                }
                (Some(quote), c) if c == quote && !escaped => self.quote = None,
                (None, '"' | '\'') => self.quote = Some(c),
                (None, '[' | '{') => self.brackets += 1,
                (None, ']' | '}') => self.brackets = self.brackets.saturating_sub(1),
                _ => {}
            }
            escaped = false;
        }
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The word at the end of a text, without quotes.
fn last_word(text: &str) -> &str {
    let text = text.trim_end_matches(['"', '\'', ' ']);
    text.rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-')).map_or(text, |at| text.get(at + 1..).unwrap_or(text))
}

/// Whether a member of this name is likely to hold a secret.
pub(super) fn looks_secret(name: &str) -> bool {
    secret_like(name) || ["token", "value", "pem"].iter().any(|word| name.eq_ignore_ascii_case(word))
}

/// Whether a text is a URL with a user or password in it.
fn holds_credentials(text: &str) -> bool {
    text.split_once("://").is_some_and(|(_, rest)| rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@')))
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_secret_is_covered_and_nothing_moves() {
        let text = "a: {client_secret: hunter2-hunter2, client_secret: 1234567890123456789012, label: x, url: 'https://u:pw@h/'}\nclient_secrets:\n  - {name: n, value: tops3cret, env: s3cret-pasted}\n  \
            - {name: n, env: IDPCTL_X, file: f}\n  - literal\njwks:\n  keys: [{kty: RSA, n: public, d: private}]\n---\nfaulty: [\npassword: hidden\n  too\nlabel: x\n";
        let mut sources = Sources::default();
        read(&SourceFile { name: "a".into(), text: text.into() }, &mut sources, &mut Diagnostics::default());
        assert_eq!(sources.text("a").unwrap().len(), text.len());
        insta::assert_snapshot!(sources.text("a").unwrap(), @"
        a: {client_secret: ***************, client_secret: **********************, label: x, url: *****************}
        client_secrets:
          - {name: n, value: *********, env: *************}
          - {name: n, env: IDPCTL_X, file: f}
          - *******
        jwks:
          keys: [{kty: RSA, n: public, d: *******}]
        ---
        faulty: [
        password:*******
        *****
        label: x
        ");
    }
    #[test]
    fn in_what_cannot_be_read_every_form_of_a_value_is_covered() {
        let texts = [
            "client_secrets:\n- hunter2: a: b\n- hunter2\nlabel: x\n",
            "client_secrets: [a,\nhunter2 \"]\n: - hunter2\n",
            "\"client_secret\": \"abc\\\"\nhunter2\" x: \nlabel: y\n",
            "{\"client_secret\":\n\"hunter2\"\n: \n}}\n",
            "{\"client_secret\":\n[\n\"hunter2\"]\n: \n}}\n",
            "? client_secret\n: hunter2: [: }\nlabel: x\n",
            "a: [\n- password:\n\n    - hunter2\n  label: x\n",
        ];
        let covered = |text: &str| {
            let mut text = text.to_owned();
            for range in lines(&text.clone(), 0..text.len()) {
                let stars: String = text[range.clone()].chars().map(|c| if c == '\n' { c } else { '*' }).collect();
                text.replace_range(range, &stars);
            }
            text
        };
        insta::assert_snapshot!(texts.map(covered).join("---\n"), @r#"
        client_secrets:
        ***************
        *********
        label: x
        ---
        client_secrets:****
        **********
        ***********
        ---
        "client_secret":*******
        ************
        label: y
        ---
        {"client_secret":
        *********
        **
        }}
        ---
        {"client_secret":
        *
        **********
        **
        }}
        ---
        ? client_secret
        ***************
        label: x
        ---
        a: [
        - password:

        *************
        **********
        "#);
    }
}
