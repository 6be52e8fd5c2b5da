//! `jwks: {file: …}` to the keys in that file.

use serde_json::Value;

use super::files::Files;
use crate::desired::KeySets;
use crate::json::Path;
use crate::manifest::Document;

/// No key set is larger: Okta takes 50 keys a client.
const MAX_BYTES: u64 = 256 * 1024;

/// Where documents name files with keys.
const PLACES: [&str; 2] = ["jwks.file", "settings.oauthClient.jwks.file"];

/// Reads every file with keys that the documents name.
pub fn key_sets(documents: &[Document], files: &Files) -> KeySets {
    key_files(documents).map(|path| (path.to_owned(), read(path, files))).collect()
}

/// Returns the files with keys that documents name.
pub fn key_files(documents: &[Document]) -> impl Iterator<Item = &str> {
    let named = documents.iter().flat_map(|document| PLACES.map(|place| Path::of(place).find(&document.spec)));
    named.flatten().filter_map(Value::as_str)
}

fn read(path: &str, files: &Files) -> Result<Value, String> {
    let text = files.read(path, MAX_BYTES).map_err(|error| error.to_string())?;
    let set: Value =
        serde_json::from_str(&text).map_err(|error| format!("it is not JSON (line {}, column {})", error.line(), error.column()))?;
    match set.get("keys") {
        Some(Value::Array(_)) => Ok(set["keys"].clone()),
        _ if set.get("kty").is_some() => Err("it holds one key, not a set: write `{\"keys\": […]}` around it".to_owned()),
        _ => Err("it is not a JWK Set, which has a list `keys`".to_owned()),
    }
}
