//! `~/.okta/okta.yaml`, the settings of Okta's own tools, to the variables that say the same.
//!
//! It is read only where the environment names neither an org nor a credential: an address comes with its credential, never half from here
//! and half from there. It is the person's own file; none in the repository is ever looked at.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use serde_json::Value;
use zeroize::Zeroizing;

use super::error::CommandError;
use crate::env::Env;
use crate::http::is_world_readable;
use crate::manifest::settings;

/// What the file may say, below `okta.client`, and the variable that says it.
const SETTINGS: [(&str, &str); 7] = [
    ("orgUrl", "OKTA_CLIENT_ORGURL"),
    ("token", "OKTA_CLIENT_TOKEN"),
    ("authorizationMode", "OKTA_CLIENT_AUTHORIZATIONMODE"),
    ("clientId", "OKTA_CLIENT_CLIENTID"),
    ("privateKey", "OKTA_CLIENT_PRIVATEKEY"),
    ("privateKeyId", "OKTA_CLIENT_PRIVATEKEYID"),
    ("scopes", "OKTA_CLIENT_SCOPES"),
];

/// Returns the environment, with what the file says if it says nothing of an org itself.
pub(super) fn completed(env: &Env) -> Result<Env, CommandError> {
    let mut own = SETTINGS.iter().map(|(_, name)| *name).filter(|name| *name != "OKTA_CLIENT_SCOPES");
    let others = ["OKTA_API_TOKEN", "OKTA_ORG_NAME", "OKTA_BASE_URL"];
    let Some(home) =
        env.var("HOME").filter(|_| !own.any(|name| env.var(name).is_some()) && !others.iter().any(|name| env.var(name).is_some()))
    else {
        return Ok(env.clone());
    };
    let path = Path::new(home).join(".okta/okta.yaml");
    let refused = |error: CommandError| error.doing("`~/.okta/okta.yaml` gives no credentials");
    let unreadable = |error: io::Error| refused(CommandError::new(error));
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(env.clone()),
        Err(error) => return Err(unreadable(error)),
    };
    if is_world_readable(&file.metadata().map_err(unreadable)?) {
        let error = CommandError::new("every user of this machine can read it");
        return Err(refused(
            error.hint("keep it to yourself, and replace what it holds if others had access\n    chmod 600 ~/.okta/okta.yaml"),
        ));
    }
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(unreadable)?;
    let tree = settings(&text).map_err(|line| {
        let place = line.map(|line| format!(" (line {line})")).unwrap_or_default();
        let error = CommandError::new(format!("it is not YAML that can be read{place}"));
        refused(error.hint("it must be one document, without anchors, tags, and keys that are given twice"))
    })?;
    let client = &tree["okta"]["client"];
    let said = SETTINGS.iter().filter_map(|(setting, name)| Some(((*name).to_owned(), text_of(&client[setting])?)));
    Ok(env.or(said))
}

/// Returns a setting as a variable has it: a list becomes words.
fn text_of(setting: &Value) -> Option<String> {
    match setting {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => Some(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")),
        _ => None,
    }
}
