//! The one walker over trees that a field table describes: what is declared in a tree, how it compares with another
//! tree, and what is to be written.

use serde_json::{Value, json};

use super::field::{Clear, Compare, Field, Shape};
use super::jwk::{key_id, same_key};
use crate::json::{Path, Way, canonical};

/// A declared field: as far down as fields are managed one by one.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf<'t> {
    /// Where it stands in the tree.
    pub path: Path,
    /// Its row of the table; `None` below `additionalFields` and in free maps.
    pub field: Option<&'static Field>,
    /// What is declared.
    pub value: &'t Value,
    /// Whether it is a member of a free map, where null takes the member out.
    pub free: bool,
}

/// Returns every declared field of a tree, in the order of the tree.
///
/// Objects are gone through member by member, known or not: a member that is not there is not declared. Lists are one value.
pub fn leaves<'t>(table: &'static Field, tree: &'t Value) -> Vec<Leaf<'t>> {
    let mut found = Vec::new();
    descend(Some(table), &Way::Root, tree, false, &mut found);
    found
}

fn descend<'t>(field: Option<&'static Field>, way: &Way<'_>, value: &'t Value, free: bool, found: &mut Vec<Leaf<'t>>) {
    let into = match field.map(|f| &f.shape) {
        Some(Shape::Object(_)) | None => !free,
        Some(Shape::Free) => true,
        Some(_) => false,
    };
    match value {
        Value::Object(members) if into => {
            for (name, member) in members {
                let (row, free) = match field.map(|f| &f.shape) {
                    Some(Shape::Object(known)) => (known.get(name), false),
                    Some(Shape::Free) => (None, true),
                    _ => (None, free),
                };
                descend(row, &Way::Key(way, name), member, free, found);
            }
        }
        _ => found.push(Leaf { path: way.path(), field, value, free }),
    }
}

/// Returns every field that a table knows, parents before children: for `explain`, the schemas' tests and generators.
pub fn every_leaf(table: &'static Field) -> Vec<(Path, &'static Field)> {
    let mut rows = Vec::new();
    if let Shape::Object(members) = &table.shape {
        rows_below(&Path::root(), members, &mut rows);
    }
    rows
}

fn rows_below(path: &Path, members: &'static indexmap::IndexMap<String, Field>, rows: &mut Vec<(Path, &'static Field)>) {
    for (name, field) in members {
        let here = path.key(name);
        rows.push((here.clone(), field));
        if let Shape::Object(inner) = &field.shape {
            rows_below(&here, inner, rows);
        }
    }
}

/// Returns whether a live value is what is declared.
pub fn same(field: Option<&Field>, declared: &Value, live: Option<&Value>) -> bool {
    match field.map(|f| f.rule.compare) {
        Some(Compare::WriteOnly) => true,
        Some(Compare::Keys) => {
            keys(declared).iter().all(|wanted| keys(live.unwrap_or(&Value::Null)).iter().any(|key| same_key(wanted, key)))
        }
        // The same value has the same form, and most have.
        _ => live == Some(declared) || comparable(field, Some(declared)) == comparable(field, live),
    }
}

/// Returns the form in which two values of a field are compared.
fn comparable(field: Option<&Field>, value: Option<&Value>) -> Value {
    let value = value.filter(|v| !v.is_null());
    let Some(value) = value.or_else(|| field.and_then(|f| f.rule.absent.as_ref())) else { return Value::Null };
    if let Some(field) = field.filter(|f| f.rule.compare == Compare::Csv) {
        return sorted(&words(value).into_iter().map(|word| Value::from(first_alike(field, word))).collect::<Vec<_>>());
    }
    let Value::Array(items) = value else { return canonical(value) };
    match field.map(|f| f.rule.compare) {
        Some(Compare::Set) => sorted(items),
        Some(Compare::FirstThenSet) => json!([items.first(), sorted(items)]),
        // A list that no table knows: an empty one is shown as none at all by some orgs (okta-api.md, section 11).
        None if items.is_empty() => Value::Null,
        Some(Compare::Exact | Compare::Keys | Compare::Csv | Compare::WriteOnly) | None => canonical(value),
    }
}

fn sorted(items: &[Value]) -> Value {
    let mut texts: Vec<_> = items.iter().map(|item| canonical(item).to_string()).collect();
    texts.sort();
    texts.dedup();
    json!(texts)
}

/// Returns the words of a comma-separated text or of a list of them, without the space around them.
fn words(value: &Value) -> Vec<&str> {
    let texts: Vec<&str> = match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    texts.into_iter().flat_map(|text| text.split(',')).map(str::trim).filter(|word| !word.is_empty()).collect()
}

fn first_alike<'w>(field: &'w Field, word: &'w str) -> &'w str {
    let group = field.rule.alike.iter().find(|group| group.iter().any(|other| other == word));
    group.and_then(|group| group.first()).map_or(word, String::as_str)
}

fn keys(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Returns the value to be written so that a field becomes what is declared; `None` if it must not be sent.
pub fn merged(leaf: &Leaf<'_>, live: Option<&Value>) -> Option<Value> {
    if leaf.value.is_null() {
        return match leaf.field {
            Some(field) if field.rule.clear == Clear::Omit => None,
            Some(field) => Some(field.rule.absent.clone().unwrap_or(Value::Null)),
            None if leaf.free => None,
            None => Some(Value::Null),
        };
    }
    match leaf.field.map(|f| f.rule.compare) {
        Some(Compare::Keys) => Some(with_keys(keys(live.unwrap_or(&Value::Null)), keys(leaf.value))),
        // Separated by a comma alone, in the order of the manifest: what the portal's documentation shows.
        Some(Compare::Csv) => Some(Value::from(words(leaf.value).join(","))),
        _ => Some(leaf.value.clone()),
    }
}

/// Returns a live value as a document would say it: in the form and the order of what is declared where neither counts.
pub fn arranged(field: Option<&Field>, declared: &Value, live: &Value) -> Value {
    let wanted = || declared.as_array().map_or(&[][..], Vec::as_slice);
    match (field.map(|field| (field, field.rule.compare)), live) {
        (Some((field, Compare::Csv)), _) => {
            let live: Vec<_> = words(live).into_iter().map(Value::from).collect();
            let alike = |one: &Value, other: &Value| {
                let first = |value: &Value| value.as_str().map(|word| first_alike(field, word).to_owned());
                first(one) == first(other)
            };
            in_order(wanted(), &live, alike)
        }
        (Some((_, Compare::Set)), Value::Array(live)) => in_order(wanted(), live, |one, other| one == other),
        (Some((_, Compare::FirstThenSet)), Value::Array(live)) => {
            let (first, rest) = live.split_at(live.len().min(1));
            let others = wanted().iter().filter(|item| !first.contains(item)).cloned().collect::<Vec<_>>();
            let rest = in_order(&others, rest, |one, other| one == other);
            Value::Array(first.iter().chain(keys(&rest)).cloned().collect())
        }
        // Of keys, those that are declared: the members that are, as they are.
        (Some((_, Compare::Keys)), live) => {
            let live = |wanted: &Value| keys(live).iter().find(|key| key_id(key) == key_id(wanted));
            let found = wanted().iter().filter_map(|wanted| {
                let live = live(wanted)?;
                let members = wanted.as_object()?.keys().filter_map(|name| Some((name.clone(), live.get(name)?.clone())));
                Some(if same_key(wanted, live) { wanted.clone() } else { Value::Object(members.collect()) })
            });
            Value::Array(found.collect())
        }
        _ => live.clone(),
    }
}

/// Returns the declared items that are live, and behind them the live ones that are not declared, each once.
fn in_order(declared: &[Value], live: &[Value], alike: impl Fn(&Value, &Value) -> bool) -> Value {
    let mut items: Vec<Value> = declared.iter().filter(|wanted| live.iter().any(|live| alike(wanted, live))).cloned().collect();
    for live in live {
        if !items.iter().any(|item| alike(item, live)) {
            items.push(live.clone());
        }
    }
    Value::Array(items)
}

/// Returns the live keys as they are, with the declared ones put in their places or at the end.
fn with_keys(live: &[Value], declared: &[Value]) -> Value {
    let mut merged = live.to_vec();
    for wanted in declared {
        match merged.iter_mut().find(|key| key_id(key) == key_id(wanted)) {
            Some(key) if same_key(wanted, key) => {}
            Some(key) => *key = wanted.clone(),
            None => merged.push(wanted.clone()),
        }
    }
    Value::Array(merged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Kind;
    use crate::resource::table;

    fn shown(tree: &Value) -> Vec<String> {
        leaves(table(Kind::App), tree).iter().map(|l| format!("{} {} {}", l.path, l.field.is_some(), l.value)).collect()
    }

    #[test]
    fn declared_fields_are_managed_one_by_one_known_or_not() {
        let tree = json!({
            "label": "x", "visibility": {"hide": {"web": null}}, "accessibility": {},
            "profile": {"team": {"a": 1}}, "settings": {"oauthClient": {"redirect_uris": [], "new": {"deep": [1]}}},
        });
        insta::assert_snapshot!(shown(&tree).join("\n"), @r#"
        label true "x"
        visibility.hide.web true null
        profile.team false {"a":1}
        settings.oauthClient.redirect_uris true []
        settings.oauthClient.new.deep false [1]
        "#);
    }

    fn row(path: &str) -> &'static Field {
        let rows = every_leaf(table(Kind::App));
        rows.iter().find(|(p, _)| p.to_string() == path).map(|(_, f)| *f).expect("a known field")
    }

    #[test]
    fn each_sort_of_field_is_compared_in_its_own_way() {
        let redirect = Some(row("settings.oauthClient.redirect_uris"));
        let grants = Some(row("settings.oauthClient.grant_types"));
        assert!(same(grants, &json!(["a", "b"]), Some(&json!(["b", "a"]))));
        assert!(same(redirect, &json!(["a", "b", "c"]), Some(&json!(["a", "c", "b"]))));
        assert!(!same(redirect, &json!(["a", "b"]), Some(&json!(["b", "a"]))), "the first redirect URI counts");
        assert!(same(redirect, &json!([]), None) && same(redirect, &Value::Null, Some(&json!([]))));
        assert!(!same(grants, &json!([]), Some(&json!(["a"]))));
        assert!(same(Some(row("accessibility.selfService")), &Value::Null, Some(&json!(false))));
    }

    #[test]
    fn keys_that_are_not_declared_stay() {
        let field = Some(row("settings.oauthClient.jwks.keys"));
        let declared = json!([{"kty": "RSA", "kid": "new", "n": "1", "e": "AQAB"}]);
        let live = json!([{"kty": "RSA", "kid": "old", "n": "0", "e": "AQAB", "status": "INACTIVE"}]);
        let leaf = Leaf { path: Path::root(), field, value: &declared, free: false };
        assert!(!same(field, &declared, Some(&live)));
        let after = merged(&leaf, Some(&live)).expect("keys are sent");
        assert_eq!(after, json!([live[0], declared[0]]));
        assert!(same(field, &declared, Some(&after)));
    }
}
