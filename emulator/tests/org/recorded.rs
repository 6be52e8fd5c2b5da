//! What real orgs served, given to this one: it accepts every OAuth client among it and serves it the same.
//!
//! The recordings are no part of the repository. Where they are not at hand, there is nothing to compare with.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::{Value, json};

use crate::support::{create, get, org, send};

pub(crate) fn folder() -> PathBuf {
    let shared = std::env::var_os("IDPCTL_SHARED").map(PathBuf::from);
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    shared.unwrap_or_else(beside).join("okta-recorded")
}

/// The recorded clients by id, each as it was last served.
fn clients(folder: &PathBuf) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        for line in fs::read_to_string(path).unwrap().lines() {
            let mut exchange: Value = serde_json::from_str(line).unwrap();
            let served = match exchange["response"].take() {
                Value::Array(items) => items,
                one => vec![one],
            };
            for app in served {
                if app["name"] == "oidc_client" && app["settings"]["oauthClient"].is_object() {
                    found.insert(app["id"].as_str().unwrap().to_owned(), app);
                }
            }
        }
    }
    found
}

/// Takes away what differs between any two orgs.
fn strip(app: &mut Value) {
    const COMPUTED: [&str; 9] = ["id", "orn", "created", "lastUpdated", "status", "features", "universalLogout", "_links", "_embedded"];
    let app = app.as_object_mut().unwrap();
    app.retain(|name, _| !COMPUTED.contains(&name.as_str()));
    let credentials = app["credentials"].as_object_mut().unwrap();
    credentials.remove("signing");
    let client = credentials["oauthClient"].as_object_mut().unwrap();
    client.remove("client_secret");
    app["settings"].as_object_mut().unwrap().remove("emOptInStatus");
    let keys = app["settings"].pointer_mut("/oauthClient/jwks/keys");
    for key in keys.and_then(Value::as_array_mut).into_iter().flatten() {
        key.as_object_mut().unwrap().remove("id");
    }
}

/// Says where `whole` lacks something of `part`.
pub(crate) fn missing(part: &Value, whole: &Value, path: &str) -> Vec<String> {
    match (part, whole) {
        (Value::Object(part), Value::Object(_)) => {
            part.iter().flat_map(|(name, value)| missing(value, &whole[name], &format!("{path}/{name}"))).collect()
        }
        (Value::Array(part), Value::Array(whole)) if part.len() == whole.len() => {
            part.iter().zip(whole).flat_map(|(part, whole)| missing(part, whole, &format!("{path}/*"))).collect()
        }
        _ if part == whole => Vec::new(),
        _ => vec![format!("{path}: {whole} for {part}")],
    }
}

#[tokio::test]
#[expect(clippy::print_stderr, reason = "says that there was nothing to compare with")]
async fn recorded_clients_are_accepted_and_served_as_they_were() {
    let folder = folder();
    if !folder.is_dir() {
        eprintln!("skipped: no recordings in {}", folder.display());
        return;
    }
    let recorded = clients(&folder);
    assert!(recorded.len() > 100, "{} clients", recorded.len());
    let mut wrong = Vec::new();
    for (id, mut app) in recorded {
        let org = org();
        strip(&mut app);
        if app["credentials"]["oauthClient"]["client_id"] == json!(id) {
            app["credentials"]["oauthClient"].as_object_mut().unwrap().remove("client_id");
        }
        let (made, _) = create(&org, app.clone()).await;
        let served = get(&org, &format!("/api/v1/apps/{made}")).await;
        wrong.extend(missing(&app, &served, &id));
        // What was read can be sent back whole, and nothing changes.
        let path = format!("/api/v1/apps/{made}");
        let (status, answer) = send(&org, "PUT", &path, served.clone()).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(get(&org, &path).await, served);
    }
    assert_eq!(wrong, Vec::<String>::new());
}
