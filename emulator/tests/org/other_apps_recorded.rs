//! What real orgs were asked for and answered, of apps that are no OAuth clients: this one answers the same.
//!
//! The recordings are no part of the repository. Where they are not at hand, there is nothing to compare with.

use std::{fs, path::Path};

use idpctl_emulator::{Config, Org};
use serde_json::{Value, json};

use crate::{
    recorded::{folder, missing},
    support::{frozen, send},
};

/// A recorded request to make an app, and what came of it.
struct Made {
    request: Value,
    status: u16,
    answer: Value,
    place: String,
}

fn made(folder: &Path) -> Vec<Made> {
    let text = fs::read_to_string(folder.join("apps.jsonl")).unwrap();
    let exchanges = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let asked = |x: &Value| x["method"] == "POST" && x["route"] == "/api/v1/apps" && x["request"]["name"] != "oidc_client";
    exchanges
        .filter(asked)
        .map(|mut x| Made {
            place: format!("{} {}", x["cassette"], x["seq"]),
            request: x["request"].take(),
            status: x["status"].as_u64().unwrap().try_into().unwrap(),
            answer: x["response"].take(),
        })
        .collect()
}

/// An org of the same name and the same days.
fn org_of(answer: &Value) -> Org {
    let name = answer["name"].as_str().and_then(|name| name.split_once("-00_")).map_or("org", |(kind, _)| kind);
    let mut config = Config { base: Some(format!("https://{name}-00.example.com")), ..frozen() };
    let empty = if answer["created"].as_str() < Some("2026-05") { "kept" } else { "null" };
    config.switches.set("empty-relay-state", empty).unwrap();
    Org::open(config).unwrap()
}

/// Takes away what differs between any two orgs, and from one day to the next.
fn strip(answer: &mut Value) {
    const COMPUTED: [&str; 8] = ["id", "orn", "created", "lastUpdated", "universalLogout", "_links", "errorId", "visibility"];
    let answer = answer.as_object_mut().unwrap();
    answer.retain(|name, _| !COMPUTED.contains(&name.as_str()));
    let numbered =
        |name: &str| name.rsplit_once('_').filter(|(_, end)| end.bytes().all(|b| b.is_ascii_digit())).map(|(name, _)| json!(name));
    if let Some(name) = answer.get("name").and_then(Value::as_str).and_then(numbered) {
        answer["name"] = name;
    }
    if let Some(kid) = answer.get_mut("credentials").and_then(|credentials| credentials.pointer_mut("/signing/kid")) {
        *kid = json!("a key");
    }
    if let Some(settings) = answer.get_mut("settings").and_then(Value::as_object_mut) {
        settings.shift_remove("emOptInStatus");
        let hooks = settings.get_mut("signOn").and_then(|sign_on| sign_on["inlineHooks"].as_array_mut());
        for hook in hooks.into_iter().flatten() {
            hook.as_object_mut().unwrap().shift_remove("_links");
        }
    }
}

/// The names of all members, in the order in which they stand.
fn order(value: &Value) -> Vec<String> {
    let members = value.as_object().into_iter().flatten();
    members
        .flat_map(|(name, value)| std::iter::once(name.clone()).chain(order(value).into_iter().map(move |inner| format!("{name}/{inner}"))))
        .collect()
}

#[tokio::test]
#[expect(clippy::print_stderr, reason = "says that there was nothing to compare with")]
async fn recorded_apps_are_made_as_they_were() {
    let folder = folder();
    if !folder.is_dir() {
        eprintln!("skipped: no recordings in {}", folder.display());
        return;
    }
    let made = made(&folder);
    assert!(made.len() > 50, "{} apps", made.len());
    let mut wrong = Vec::new();
    for Made { request, status, mut answer, place } in made {
        let (said, mut app) = send(&org_of(&answer), "POST", "/api/v1/apps", request).await;
        strip(&mut answer);
        strip(&mut app);
        if said != status || order(&app) != order(&answer) {
            wrong.push(format!("{place}: {said} {app} for {status} {answer}"));
        }
        wrong.extend(missing(&answer, &app, &place));
    }
    assert_eq!(wrong, Vec::<String>::new());
}
