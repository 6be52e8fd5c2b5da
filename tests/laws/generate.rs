//! Manifests of one app over all fields of its kinds, such that the server can take them.

use std::collections::{BTreeMap, BTreeSet};

use idpctl::address::Kind;
use idpctl::json::Path;
use idpctl::resource::{Field, Shape, every_leaf, table};
use serde_json::{Value, json};

/// What a seed decides: an endless row of small numbers.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a number below `sides`.
    pub(crate) fn below(&mut self, sides: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides.max(1) as u64).expect("below a usize")
    }

    pub(crate) fn pick<'v, T>(&mut self, values: &'v [T]) -> &'v T {
        &values[self.below(values.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// One generation of the manifests: what they declare, by path in the app's object.
#[derive(Debug, Clone, Default)]
pub(crate) struct Generation {
    pub(crate) fields: BTreeMap<String, Value>,
    pub(crate) status: Option<&'static str>,
    pub(crate) secrets: Option<Vec<(&'static str, &'static str)>>,
    pub(crate) scopes: Option<Vec<&'static str>>,
    /// The groups that have the app, as they are written.
    pub(crate) groups: Option<Vec<Value>>,
    pub(crate) split: bool,
    pub(crate) policy: Option<&'static str>,
    /// Which of the org's policies is named by its id instead.
    pub(crate) policy_id: Option<String>,
    /// The issuer that the grants name, if they name any.
    pub(crate) issuer: Option<String>,
    /// Whether keys and secrets are in files.
    pub(crate) files: bool,
    /// Whether the documents on credentials and grants have names of their own and name the app.
    pub(crate) apart: bool,
    pub(crate) additional: Option<Value>,
}

const CLIENT_ID: &str = "credentials.oauthClient.client_id";
const OAUTH: &str = "settings.oauthClient";
const SCOPES: [&str; 4] = ["okta.users.read", "okta.groups.read", "okta.apps.manage", "okta.logs.read"];
/// Fields whose values depend on each other; they are made together, and always declared unless what they had is wanted again.
const TOGETHER: [&str; 27] = [
    "settings.oauthClient.application_type",
    "settings.oauthClient.grant_types",
    "settings.oauthClient.response_types",
    "settings.oauthClient.redirect_uris",
    "settings.oauthClient.idp_initiated_login.mode",
    "settings.oauthClient.initiate_login_uri",
    "settings.oauthClient.refresh_token.rotation_type",
    "settings.oauthClient.refresh_token.leeway",
    "settings.oauthClient.participate_slo",
    "settings.oauthClient.frontchannel_logout_uri",
    "settings.oauthClient.frontchannel_logout_session_required",
    "settings.oauthClient.network.connection",
    "settings.oauthClient.network.include",
    "settings.oauthClient.network.exclude",
    "settings.oauthClient.jwks.keys",
    "settings.oauthClient.jwks.file",
    "settings.oauthClient.jwks_uri",
    "settings.oauthClient.backchannel_token_delivery_mode",
    "settings.oauthClient.backchannel_custom_authenticator_id",
    "settings.oauthClient.backchannel_authentication_request_signing_alg",
    "credentials.oauthClient.client_id",
    "credentials.oauthClient.token_endpoint_auth_method",
    "credentials.oauthClient.pkce_required",
    "credentials.userNameTemplate.type",
    "credentials.userNameTemplate.pushStatus",
    "label",
    "status",
];

/// Returns the fields of an app that a body can hold, with their rows of the table.
pub(crate) fn fields() -> Vec<(String, &'static Field)> {
    every_leaf(table(Kind::App))
        .into_iter()
        .filter(|(_, field)| !matches!(field.shape, Shape::Object(_) | Shape::Free) && !field.rule.ours)
        .map(|(path, field)| (path.to_string(), field))
        .filter(|(path, _)| !path.starts_with("accessPolicy"))
        .collect()
}

/// Makes a generation for an app of one sort (`web`, `native`, `browser`, `service`) that may follow another.
pub(crate) fn generation(dice: &mut Dice, sort: &str, before: Option<&Generation>) -> Generation {
    let mut made = Generation { split: dice.chance(50), files: dice.chance(40), apart: dice.chance(40), ..Generation::default() };
    for (path, field) in fields() {
        if !TOGETHER.contains(&path.as_str()) && dice.chance(45) {
            let value = value(dice, &path, field);
            made.fields.insert(path, value);
        }
    }
    if dice.chance(40) {
        made.fields.insert("profile.team".to_owned(), dice.pick(&[json!("a"), json!({"b": [1]}), Value::Null]).clone());
        made.fields.insert("visibility.appLinks.oidc_client_link".to_owned(), json!(dice.chance(50)));
    }
    made.status = dice.pick(&[None, Some("ACTIVE"), Some("INACTIVE")]).to_owned();
    made.policy = dice.pick(&[None, Some("Any two factors"), Some("One factor")]).to_owned();
    if dice.chance(40) {
        let tree = [
            json!({"settings": {"oauthClient": {"field_of_tomorrow": "a"}}}),
            json!({"settings": {"oauthClient": {"field_of_tomorrow": {"deep": [1]}}}}),
            json!({"settings": {"tomorrow": null}}),
        ];
        made.additional = Some(dice.pick(&tree).clone());
    }
    dependent(dice, sort, &mut made);
    let set = |made: &mut Generation, path: &str, value: Value| made.fields.insert(path.to_owned(), value);
    set(&mut made, "label", json!(dice.pick(&["Web Portal", "Ünïcode ☃ | <b>", "portal"])));
    set(&mut made, &format!("{OAUTH}.application_type"), json!(sort));
    if let Some(id) = before.and_then(|b| b.fields.get(CLIENT_ID)) {
        set(&mut made, CLIENT_ID, id.clone());
    }
    if dice.chance(before.map_or(50, |_| 8)) {
        set(&mut made, CLIENT_ID, json!(dice.pick(&["my_custom_id", "another-custom.id"])));
    }
    credentials(dice, sort, &mut made);
    made.groups = dice.chance(60).then(|| groups(dice));
    // What had its value already may be left out: it is released, and stays as it is. An app that is replaced has nothing to keep.
    if let Some(before) = before.filter(|b| !made.replaces(b)) {
        let again: Vec<_> = made
            .fields
            .iter()
            .filter(|(path, value)| before.fields.get(*path) == Some(value) && *path != "label")
            .map(|(p, _)| p.clone())
            .collect();
        for path in again {
            if TOGETHER.contains(&path.as_str()) && !path.contains("jwks") && !path.ends_with("grant_types") && dice.chance(30) {
                made.fields.remove(&path);
            }
        }
    }
    made
}

/// Fields that must suit each other.
fn dependent(dice: &mut Dice, sort: &str, made: &mut Generation) {
    let mut set = |path: &str, value: Value| made.fields.insert(format!("{OAUTH}.{path}"), value);
    let (grants, responses) = grants(dice, sort);
    let needs_redirect = grants.iter().any(|g| matches!(*g, "authorization_code" | "implicit"));
    let exempt = grants.iter().any(|g| matches!(*g, "client_credentials" | "password"));
    let users = grants.iter().any(|g| matches!(*g, "authorization_code" | "implicit" | "interaction_code"));
    let uris = [
        json!(["https://a.example.com/cb"]),
        json!(["https://a.example.com/cb", "https://b.example.com/cb"]),
        json!(["https://b.example.com/cb", "http://localhost:8080/x", "https://a.example.com/cb"]),
    ];
    let empty = [json!([]), Value::Null];
    let choice = if !needs_redirect || exempt { dice.below(5) } else { dice.below(3) };
    set("redirect_uris", if choice < 3 { uris[choice].clone() } else { empty[choice - 3].clone() });
    if grants.contains(&"refresh_token") {
        if dice.chance(40) {
            set("refresh_token.rotation_type", json!("STATIC"));
        } else {
            set("refresh_token.rotation_type", json!("ROTATE"));
            set("refresh_token.leeway", dice.pick(&[json!(0), json!(30), json!(60), Value::Null]).clone());
        }
    }
    if grants.contains(&"urn:openid:params:grant-type:ciba") {
        set("backchannel_token_delivery_mode", json!(dice.pick(&["poll", "ping"])));
        set(
            "backchannel_custom_authenticator_id",
            dice.pick(&[json!("autone67890123456789"), json!("auttwo67890123456789"), Value::Null]).clone(),
        );
        set("backchannel_authentication_request_signing_alg", dice.pick(&[json!("RS256"), json!("ES256"), Value::Null]).clone());
    } else if sort == "web" {
        set("backchannel_custom_authenticator_id", Value::Null);
        set("backchannel_authentication_request_signing_alg", Value::Null);
    }
    let login = if users || sort == "service" || sort == "native" { *dice.pick(&["DISABLED", "SPEC", "OKTA", "null"]) } else { "DISABLED" };
    set("idp_initiated_login.mode", if login == "null" { Value::Null } else { json!(login) });
    let uri = dice.pick(&["https://a.example.com/login", "https://b.example.com/login"]);
    let uri = if matches!(login, "SPEC" | "OKTA") || dice.chance(50) { json!(uri) } else { Value::Null };
    set("initiate_login_uri", uri);
    if matches!(sort, "web" | "browser") {
        set("participate_slo", dice.pick(&[json!(true), json!(false), Value::Null]).clone());
        let uri = dice.pick(&[json!("https://a.example.com/out"), json!("https://b.example.com/out"), Value::Null]).clone();
        let required = if uri.is_null() { Value::Null } else { dice.pick(&[json!(true), json!(false), Value::Null]).clone() };
        set("frontchannel_logout_uri", uri);
        set("frontchannel_logout_session_required", required);
    }
    network(dice, &mut set);
    set("grant_types", json!(grants));
    set("response_types", json!(responses));
    let template = dice.below(4);
    if template < 2 {
        made.fields.insert("credentials.userNameTemplate.type".to_owned(), json!("CUSTOM"));
        made.fields
            .insert("credentials.userNameTemplate.pushStatus".to_owned(), json!(dice.pick(&["PUSH", "DONT_PUSH", "NOT_CONFIGURED"])));
    } else if dice.chance(50) {
        made.fields
            .insert("credentials.userNameTemplate.type".to_owned(), dice.pick(&[json!("BUILT_IN"), json!("NONE"), Value::Null]).clone());
    }
}

fn network(dice: &mut Dice, set: &mut impl FnMut(&str, Value) -> Option<Value>) {
    match dice.below(4) {
        0 => {
            set("network.connection", dice.pick(&[json!("ANYWHERE"), Value::Null]).clone());
            set("network.include", dice.pick(&[json!([]), Value::Null]).clone());
            set("network.exclude", dice.pick(&[json!([]), Value::Null]).clone());
        }
        n => {
            let zones = [json!(["nzo1"]), json!(["nzo2", "nzo1"]), json!(["ALL_IP_ZONES"])];
            set("network.connection", json!("ZONE"));
            set("network.include", zones[n - 1].clone());
            set("network.exclude", dice.pick(&[json!(["nzo9"]), json!(["nzo8"]), json!([]), Value::Null]).clone());
        }
    }
}

fn grants(dice: &mut Dice, sort: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    let (required, more): (&[_], &[_]) = match sort {
        "web" => (
            &["authorization_code"],
            &["refresh_token", "client_credentials", "implicit", "urn:openid:params:grant-type:ciba", "interaction_code"],
        ),
        "native" => (&["authorization_code"], &["refresh_token", "password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer"]),
        "browser" => (&["authorization_code"], &["refresh_token", "implicit", "interaction_code"]),
        _ => (&["client_credentials"], &["implicit", "urn:ietf:params:oauth:grant-type:token-exchange"]),
    };
    let mut grants = required.to_vec();
    grants.extend(more.iter().filter(|_| dice.chance(40)));
    if dice.chance(50) {
        grants.reverse();
    }
    let code = grants.iter().any(|g| matches!(*g, "authorization_code" | "password" | "refresh_token"));
    let token = grants.iter().any(|g| matches!(*g, "implicit" | "client_credentials"));
    let mut responses = Vec::new();
    if code {
        responses.push("code");
    }
    if token {
        responses.extend(["token", "id_token"].into_iter().filter(|_| dice.chance(70)));
    }
    if responses.is_empty() || (grants.contains(&"client_credentials") && !grants.contains(&"authorization_code") && dice.chance(20)) {
        responses.clear();
        if !grants.contains(&"client_credentials") {
            responses.push("code");
        }
    }
    (grants, responses)
}

fn credentials(dice: &mut Dice, sort: &str, made: &mut Generation) {
    let methods: &[&str] = match sort {
        "web" | "service" => &["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"],
        _ => &["none", "client_secret_basic", "private_key_jwt"],
    };
    let method = *dice.pick(methods);
    let pkce = method == "none" || dice.chance(50);
    made.fields.insert("credentials.oauthClient.token_endpoint_auth_method".to_owned(), json!(method));
    made.fields.insert("credentials.oauthClient.pkce_required".to_owned(), json!(pkce));
    let by_uri = dice.chance(30);
    if method == "private_key_jwt" && !by_uri || dice.chance(30) {
        made.fields.insert(format!("{OAUTH}.jwks.keys"), dice.pick(&key_lists()).clone());
    } else if method == "private_key_jwt" || dice.chance(20) {
        made.fields.insert(format!("{OAUTH}.jwks_uri"), json!(dice.pick(&["https://a.example.com/keys", "https://b.example.com/keys"])));
    } else if dice.chance(50) {
        made.fields.insert(format!("{OAUTH}.jwks.keys"), json!([]));
        made.fields.insert(format!("{OAUTH}.jwks_uri"), Value::Null);
    }
    if method.starts_with("client_secret") {
        made.secrets = match dice.below(5) {
            4 => Some(Vec::new()),
            0 => None,
            1 => Some(vec![("ONE", "ACTIVE")]),
            2 => Some(vec![("ONE", "ACTIVE"), ("TWO", "ACTIVE")]),
            _ => Some(vec![("TWO", "ACTIVE"), ("ONE", "INACTIVE")]),
        };
    }
    made.scopes = dice.chance(60).then(|| SCOPES.into_iter().filter(|_| dice.chance(50)).collect());
}

/// The groups that manifests may name; the first is in every org.
pub(crate) const GROUPS: [&str; 3] = ["Everyone", "Night \u{2603} \"shift\"", "Sales"];

/// Some groups, each with a priority of its own or none, and with some of the attributes that there are.
fn groups(dice: &mut Dice) -> Vec<Value> {
    let first = dice.below(3);
    let mut groups = Vec::new();
    for (index, name) in GROUPS.into_iter().enumerate() {
        if dice.chance(40) {
            continue;
        }
        let mut group = json!({"name": name});
        if dice.chance(70) {
            group["priority"] = json!((first + index) % 3 * 2);
        }
        for attribute in ["role", "seats"] {
            if dice.chance(60) {
                group["profile"][attribute] = dice.pick(&[json!("a"), json!({"b": [1, null]}), json!(2.5), Value::Null]).clone();
            }
        }
        groups.push(group);
    }
    groups
}

fn key_lists() -> [Value; 3] {
    [json!([key("a")]), json!([key("b"), key("a")]), json!([key("c")])]
}

/// Returns the name of the file that holds some keys.
fn key_file(keys: &Value) -> String {
    let ids: Vec<_> = keys.as_array().into_iter().flatten().filter_map(|key| key["kid"].as_str()).collect();
    format!("keys/{}.json", ids.concat())
}

/// Returns the files with keys that manifests may name.
pub(crate) fn key_sets() -> idpctl::desired::KeySets {
    key_lists().into_iter().map(|keys| (key_file(&keys), Ok(keys))).collect()
}

/// A public key that is long enough; nobody has its private part.
pub(crate) fn key(kid: &str) -> Value {
    let n = format!("v{}Q", kid.repeat(340));
    json!({"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "e": "AQAB", "n": n})
}

/// A value for a field that depends on no other.
fn value(dice: &mut Dice, path: &str, field: &Field) -> Value {
    if field.rule.absent.is_some() && dice.chance(20) {
        return Value::Null;
    }
    match &field.shape {
        Shape::Flag => json!(dice.chance(50)),
        Shape::Integer { min, max } => json!(dice.pick(&[min.unwrap_or(0), max.unwrap_or(9)])),
        Shape::Text { choices, .. } if !choices.is_empty() => json!(dice.pick(choices)),
        Shape::Text { .. } if path.ends_with("uri") || path.ends_with("Url") => {
            json!(dice.pick(&["https://a.example.com/x", "https://b.example.com/y?z=1"]))
        }
        Shape::Text { .. } => json!(dice.pick(&["one", "two ☃ | `x` <b>", "yes"])),
        Shape::List(_) if path.ends_with("uris") => list(dice, &["https://a.example.com/x", "https://b.example.com/y"]),
        Shape::List(_) => list(dice, &["openid", "profile"]),
        _ => Value::Null,
    }
}

fn list(dice: &mut Dice, items: &[&str]) -> Value {
    match dice.below(4) {
        0 => json!([]),
        1 => json!([items[0]]),
        2 => json!([items[1], items[0]]),
        _ => json!(items),
    }
}

impl Generation {
    /// Returns everything that it declares, by name.
    pub(crate) fn declared(&self) -> BTreeMap<String, Value> {
        let mut all = self.written();
        let mut also = |name: &str, value: Option<Value>| value.and_then(|value| all.insert(name.to_owned(), value));
        also("status", self.status.map(Value::from));
        also("accessPolicy.name", self.policy.filter(|_| self.policy_id.is_none()).map(Value::from));
        also("accessPolicy.id", self.policy_id.clone().map(Value::from));
        also("issuer", self.issuer.clone().filter(|_| self.scopes.is_some()).map(Value::from));
        also("app", self.apart.then(|| json!("web-portal")));
        let from_file = self.secrets.as_ref().filter(|secrets| self.files && !secrets.is_empty());
        also("client_secrets.file", from_file.map(|secrets| json!(secrets)));
        also("additionalFields", self.additional.clone());
        also("client_secrets", self.secrets.as_ref().map(|secrets| json!(secrets)));
        also("groups", self.groups.as_ref().map(|groups| json!(groups)));
        for group in self.groups.iter().flatten() {
            for (member, value) in group.as_object().into_iter().flatten() {
                let named = group["name"].as_str().or(group["id"].as_str()).unwrap_or_default();
                also(&format!("groups.{member}"), Some(value.clone()).filter(|_| member != "profile"));
                for (attribute, value) in value.as_object().into_iter().flatten() {
                    also(&format!("groups.profile.{attribute} of {named}"), Some(value.clone()));
                }
            }
        }
        also("scopes", self.scopes.as_ref().map(|scopes| json!(scopes)));
        all
    }

    /// Returns whether the app must be another one than before.
    fn replaces(&self, before: &Self) -> bool {
        [CLIENT_ID, "settings.oauthClient.application_type"].iter().any(|path| self.fields.get(*path) != before.fields.get(*path))
    }

    /// Returns the documents that say it.
    pub(crate) fn documents(&self, name: &str) -> Vec<Value> {
        let mut spec = json!({});
        let mut contributed = json!({});
        let owned: BTreeSet<_> =
            every_leaf(table(Kind::ClientCredentials)).into_iter().filter_map(|(_, field)| field.rule.at.clone()).collect();
        for (path, value) in &self.written() {
            let own = owned.iter().find(|at| path == *at || path.starts_with(&format!("{at}.")));
            match own {
                Some(at) if self.split => {
                    let short = format!("{}{}", at.rsplit('.').next().unwrap_or_default(), &path[at.len()..]);
                    Path::of(&short).set(&mut contributed, value.clone());
                }
                _ => Path::of(path).set(&mut spec, value.clone()),
            }
        }
        if let Some(status) = self.status {
            Path::of("status").set(&mut spec, json!(status));
        }
        if let Some(id) = &self.policy_id {
            Path::of("accessPolicy.id").set(&mut spec, json!(id));
        } else if let Some(name) = self.policy {
            Path::of("accessPolicy.name").set(&mut spec, json!(name));
        }
        if let Some(tree) = &self.additional {
            Path::of("additionalFields").set(&mut spec, tree.clone());
        }
        if let Some(secrets) = &self.secrets {
            let place = |name: &str| if self.files { ("file", format!("secrets/{name}")) } else { ("env", format!("IDPCTL_{name}")) };
            let entry = |(name, status): &(&str, &str)| {
                let (member, value) = place(name);
                json!({"name": name, member: value, "status": status})
            };
            let entries: Vec<_> = secrets.iter().map(entry).collect();
            Path::of("client_secrets").set(&mut contributed, json!(entries));
        }
        let document = |kind: &str, spec: Value| json!({"apiVersion": "idpctl/v1", "kind": kind, "metadata": {"name": name}, "spec": spec});
        let mut documents = vec![document("App", spec)];
        let about = |kind: &str, mut spec: Value| {
            if !self.apart {
                return document(kind, spec);
            }
            spec["app"] = json!(name);
            let mut apart = document(kind, spec);
            apart["metadata"]["name"] = json!(format!("{name}-apart"));
            apart
        };
        if contributed != json!({}) {
            documents.push(about("ClientCredentials", contributed));
        }
        if let Some(scopes) = &self.scopes {
            let mut spec = json!({"scopes": scopes});
            if let Some(issuer) = &self.issuer {
                spec["issuer"] = json!(issuer);
            }
            documents.push(about("Grant", spec));
        }
        if let Some(groups) = &self.groups {
            documents.push(about("GroupAssignment", json!({"groups": groups})));
        }
        documents
    }

    /// Returns the fields as they are written: keys here, or in a file that is named.
    fn written(&self) -> BTreeMap<String, Value> {
        let mut fields = self.fields.clone();
        let keys = format!("{OAUTH}.jwks.keys");
        let file = fields.get(&keys).filter(|keys| self.files && **keys != json!([])).map(key_file);
        if let Some(file) = file {
            fields.remove(&keys);
            fields.insert(format!("{OAUTH}.jwks.file"), json!(file));
        }
        fields
    }
}
