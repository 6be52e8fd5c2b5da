//! What looks like a secret written out in a manifest, to asterisks in the text that excerpts are taken from.
//!
//! A literal secret is refused, and the message that refuses it must not be what publishes it. In doubt more is covered than need be.

use std::ops::Range;

use serde_json::Value;

use super::yaml::Written;
use crate::diagnostic::Sources;
use crate::json::Path;

/// Private members of a JSON Web Key.
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Covers values under names that look secret.
pub(super) fn secrets(written: &Written, sources: &mut Sources) {
    walk(&written.tree, &Path::root(), false, &mut |path| {
        let origin = written.positions.value(path);
        sources.mask(&origin.file, origin.start as usize..origin.end as usize);
    });
}

fn walk(tree: &Value, path: &Path, secret: bool, cover: &mut impl FnMut(&Path)) {
    match tree {
        Value::Object(members) => {
            let is_key = members.contains_key("kty");
            for (name, member) in members {
                let secret = match name.as_str() {
                    // The members of an entry of `client_secrets` that are no secrets, if they look as they should.
                    "name" | "status" | "file" => false,
                    "env" => !member.as_str().is_some_and(is_variable),
                    _ => secret || looks_secret(name) || (is_key && PRIVATE_MEMBERS.contains(&name.as_str())),
                };
                walk(member, &path.key(name), secret, cover);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| walk(item, &path.index(index), secret, cover)),
        Value::String(_) | Value::Number(_) if secret => cover(path),
        Value::String(text) if text.contains("PRIVATE KEY") => cover(path),
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

/// Covers what follows a name that looks secret, line by line, in a part of a file that could not be taken apart.
pub(super) fn unread(file: &str, text: &str, range: Range<usize>, sources: &mut Sources) {
    let mut start = range.start;
    let mut below: Option<usize> = None;
    for line in text[range].split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        if below.is_some_and(|key| indent <= key && !line.trim().is_empty()) {
            below = None;
        }
        let first = line.split(':').next().unwrap_or_default();
        if below.is_some() {
            sources.mask(file, start..start + line.len());
        } else if let Some(colon) = line.find(':')
            && looks_secret(first.trim_matches(|c: char| !c.is_alphanumeric()))
        {
            below = Some(indent);
            sources.mask(file, start + colon + 1..start + line.len());
        }
        start += line.len();
    }
}

fn looks_secret(name: &str) -> bool {
    let folded: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    ["secret", "password", "passphrase", "privatekey", "apikey", "accesstoken"].iter().any(|word| folded.contains(word))
        || matches!(folded.as_str(), "token" | "value" | "pem")
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}
