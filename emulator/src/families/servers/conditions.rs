//! What a rule asks for and what it allows, brought into the form that answers have.

use serde_json::{Map, Value, json};

use super::sent;
use crate::answer::Refusal;

/// The order that answers have, whatever the request's was; others come after these.
const GRANT_TYPES: [&str; 4] = ["implicit", "client_credentials", "authorization_code", "password"];
const DAY: i64 = 24 * 60;
const FIVE_YEARS: i64 = 2_628_000;

pub(super) fn conditions(sent: &Value) -> Result<Value, Refusal> {
    let Some(sent) = Some(sent::object(sent, "conditions")?).filter(|found| !found.is_null()) else {
        return Err(sent::blank("conditions"));
    };
    let grants = sent::texts(sent::object(sent, "grantTypes")?, "include")?.unwrap_or_default();
    let people = people(sent::object(sent, "people")?)?;
    let anyone = |of: &str| people[of]["include"].as_array().is_some_and(|all| !all.is_empty());
    // What is not the client's own grant is taken for one of a person's, even a word that nobody knows.
    if grants.iter().any(|grant| grant != "client_credentials") && !anyone("users") && !anyone("groups") {
        let cause = "conditions.people: users or groups must be included for grants that act for a person";
        return Err(Refusal::invalid("conditions.people", cause));
    }
    let scopes = sent::texts(sent::object(sent, "scopes")?, "include")?.unwrap_or_default();
    Ok(json!({
        "people": people,
        "grantTypes": {"include": ordered(grants)},
        "scopes": {"include": scopes},
    }))
}

/// Users always have a list of those who are left out; groups are answered as they were sent.
fn people(sent: &Value) -> Result<Value, Refusal> {
    let mut people = Map::new();
    let users = sent::object(sent, "users")?;
    let mut shown = Map::new();
    if let Some(include) = sent::texts(users, "include")? {
        shown.insert("include".into(), json!(include));
    }
    shown.insert("exclude".into(), json!(sent::texts(users, "exclude")?.unwrap_or_default()));
    people.insert("users".into(), shown.into());
    let groups = sent::object(sent, "groups")?;
    if !groups.is_null() {
        let mut shown = Map::new();
        for name in ["include", "exclude"] {
            if let Some(members) = sent::texts(groups, name)? {
                shown.insert(name.into(), json!(members));
            }
        }
        people.insert("groups".into(), shown.into());
    }
    Ok(people.into())
}

fn ordered(grants: Vec<String>) -> Vec<String> {
    let mut ranked = Vec::with_capacity(grants.len());
    for grant in grants {
        if !ranked.contains(&grant) {
            ranked.push(grant);
        }
    }
    ranked.sort_by_key(|grant| GRANT_TYPES.iter().position(|known| known == grant).unwrap_or(GRANT_TYPES.len()));
    ranked
}

pub(super) fn actions(sent: &Value) -> Result<Value, Refusal> {
    let sent = sent::object(sent, "actions")?;
    if !sent["scopes"].is_null() {
        let cause = "actions.scopes: Cannot add scopes to 'action.scopes', add to 'conditions.scopes.include' instead.";
        return Err(Refusal::invalid("actions.scopes", cause));
    }
    let sent = sent::object(sent, "token")?;
    let access = minutes(sent, "accessTokenLifetimeMinutes", 60, 5..=DAY)?;
    let refresh = minutes(sent, "refreshTokenLifetimeMinutes", 0, 0..=i64::MAX)?;
    // Zero is without end.
    if refresh != 0 && refresh < access {
        let name = "refreshTokenLifetimeMinutes";
        return Err(Refusal::invalid(name, format!("{name}: must not be less than accessTokenLifetimeMinutes")));
    }
    let mut token = json!({
        "accessTokenLifetimeMinutes": access,
        "refreshTokenLifetimeMinutes": refresh,
        "refreshTokenWindowMinutes": minutes(sent, "refreshTokenWindowMinutes", 10_080, 10..=FIVE_YEARS)?,
    });
    if let Some(hook) = sent::text(sent::object(sent, "inlineHook")?, "id")? {
        token["inlineHook"] = json!({"id": hook});
    }
    Ok(json!({"token": token}))
}

fn minutes(sent: &Value, name: &str, unset: i64, range: std::ops::RangeInclusive<i64>) -> Result<i64, Refusal> {
    match sent::number(sent, name)? {
        None => Ok(unset),
        Some(number) if range.contains(&number) => Ok(number),
        Some(_) if *range.end() == i64::MAX => Err(Refusal::invalid(name, format!("{name}: must not be negative"))),
        Some(_) => Err(Refusal::invalid(name, format!("{name}: must be from {} to {}", range.start(), range.end()))),
    }
}
