//! Bytes to a manifest and through the reader, the resolver and the diagnostics' renderer.
//!
//! Laws: what is shown is inert and holds no value that stands under a secret's name; the covered text is as long as the file; and a
//! document that is accepted is, value for value, what the YAML library makes of the same text.

use idpctl::address::Kind;
use idpctl::desired::{KeySets, resolve};
use idpctl::diagnostic::{Diagnostics, Sources};
use idpctl::json::Path;
use idpctl::manifest::{SourceFile, Variables, read};
use idpctl::render::{diagnostics, json_text};
use idpctl::resource::table;
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::bytes::Bytes;
use super::trees::{described, mutate, places};
use super::{HUSH, assert_inert};

/// Names whose values are never shown.
const SECRET: [&str; 6] = ["client_secret", "client_secrets", "password", "apiKey", "access_token", "private_key"];

/// Takes bytes as a manifest: as they are, as what stands in a profile (`p` first), or as what a spec with secrets is made of (`s`).
pub(crate) fn run(data: &[u8]) {
    match data.split_first() {
        Some((b'p', rest)) => drop(checked(&in_a_profile(&String::from_utf8_lossy(rest)))),
        Some((b's', rest)) => with_secrets(&mut Bytes::new(rest)),
        _ => drop(checked(&String::from_utf8_lossy(data))),
    }
}

/// Reads a manifest, and returns what is said of it, and its text as far as it may be seen.
fn checked(text: &str) -> [String; 2] {
    let file = SourceFile { name: "a.yaml".into(), text: text.into() };
    let (mut found, mut sources) = (Diagnostics::default(), Sources::default());
    let variables = Variables::from([("host".to_owned(), "portal.example.com".to_owned())]);
    let documents = read(std::slice::from_ref(&file), Some(&variables), &mut sources, &mut found);
    resolve("payments", true, &documents, &KeySets::new(), &mut found);
    assert_eq!(sources.text("a.yaml").map(str::len), Some(text.len()), "covering moves nothing");
    let shown = diagnostics::text(&found, &sources, false) + &json_text(&diagnostics::json(&found, &[]));
    assert_inert(&shown);
    understood_alike(&file);
    [shown, sources.text("a.yaml").unwrap_or_default().to_owned()]
}

fn understood_alike(file: &SourceFile) {
    let mut found = Diagnostics::default();
    let documents = read(std::slice::from_ref(file), None, &mut Sources::default(), &mut found);
    if found.has_errors() {
        return;
    }
    let others: Result<Vec<_>, _> = serde_yaml::Deserializer::from_str(&file.text).map(Value::deserialize).collect();
    // Where only one of the two accepts a text, there is nothing to be understood otherwise.
    let Ok(others) = others else { return };
    let others: Vec<_> = others.into_iter().filter(|other| !other.is_null()).collect();
    assert_eq!(documents.len(), others.len(), "both see the same documents");
    for (document, other) in documents.iter().zip(&others) {
        assert_eq!((Some(document.name.as_str()), &document.spec), (other["metadata"]["name"].as_str(), &other["spec"]));
    }
}

/// Returns a sound document with a text as what its profile holds: nothing there is refused for what it is.
fn in_a_profile(text: &str) -> String {
    let head = "apiVersion: idpctl/v1\nkind: App\nmetadata: {name: web}\nspec:\n  label: Web\n  profile:\n    ";
    format!("{head}{}\n", text.replace('\n', "\n    "))
}

fn with_secrets(bytes: &mut Bytes<'_>) {
    let kind = *bytes.pick(&Kind::ALL);
    let mut document = json!({"apiVersion": "idpctl/v1", "kind": kind.as_str(), "metadata": {"name": "web"}});
    document["spec"] = described(table(kind), bytes);
    plant(&mut document, bytes);
    mutate(&mut document, bytes);
    let mut text = match bytes.below(3) {
        0 => document.to_string(),
        1 => format!("{document:#}"),
        _ => serde_yaml::to_string(&document).expect("JSON is YAML"),
    };
    match bytes.below(4) {
        0 => {
            let at = bytes.below(text.len() + 1);
            text.truncate((0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default());
        }
        1 => text.push_str("\n]: [\n"),
        2 => text.insert_str(0, "a: [\n"),
        _ => {}
    }
    for seen in checked(&text) {
        assert!(!seen.contains(HUSH), "{seen}\n{text}");
    }
}

/// Puts a secret under a secret's name, somewhere.
fn plant(document: &mut Value, bytes: &mut Bytes<'_>) {
    let objects: Vec<Path> = places(document).into_iter().filter(|path| path.find(document).is_some_and(Value::is_object)).collect();
    let place = bytes.pick(&objects).key(bytes.pick::<&str>(&SECRET));
    place.set(document, if bytes.chance(30) { json!([HUSH]) } else { json!(HUSH) });
}
