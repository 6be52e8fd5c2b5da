//! What people do to an org: something to an object of every kind, somewhere in it.

use serde_json::{Value, json};

use crate::generate::Dice;
use crate::world::World;

/// The ids of what is there, or was.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ids {
    apps: Vec<String>,
    clients: Vec<String>,
    groups: Vec<String>,
    policies: Vec<String>,
    servers: Vec<String>,
}

const APPS: &str = "/api/v1/apps";
const SERVERS: &str = "/api/v1/authorizationServers";

async fn ids(world: &World, path: &str, member: &str) -> Vec<String> {
    let (_, listed) = world.call("GET", path, &Value::Null).await;
    listed.as_array().into_iter().flatten().filter_map(|item| item[member].as_str().map(str::to_owned)).collect()
}

impl Ids {
    pub(crate) async fn of(world: &World) -> Self {
        let [apps, clients, groups, policies, servers] = [
            (format!("{APPS}?filter=name+eq+%22oidc_client%22"), "id"),
            ("/oauth2/v1/clients".to_owned(), "client_id"),
            ("/api/v1/groups".to_owned(), "id"),
            ("/api/v1/policies?type=ACCESS_POLICY".to_owned(), "id"),
            (SERVERS.to_owned(), "id"),
        ];
        Self {
            apps: ids(world, &apps.0, apps.1).await,
            clients: ids(world, &clients.0, clients.1).await,
            groups: ids(world, &groups.0, groups.1).await,
            policies: ids(world, &policies.0, policies.1).await,
            servers: ids(world, &servers.0, servers.1).await,
        }
    }

    /// Somebody does something, which the org may refuse: what is already gone cannot be changed.
    pub(crate) async fn change(&mut self, world: &World, dice: &mut Dice) {
        match dice.below(10) {
            0..=3 => self.change_app(world, dice).await,
            4 => self.change_below_app(world, dice).await,
            5 => self.change_client(world, dice).await,
            6 => self.change_group(world, dice).await,
            7 => self.change_policy(world, dice).await,
            _ => self.change_server(world, dice).await,
        }
    }

    async fn change_app(&mut self, world: &World, dice: &mut Dice) {
        let id = dice.pick(&self.apps).clone();
        let path = format!("{APPS}/{id}");
        match dice.below(12) {
            0..=3 => {
                let members =
                    [("/label", json!("Renamed")), ("/visibility/hide/web", json!(dice.below(2) == 0)), ("/profile/team", json!("ops"))];
                let (member, value) = dice.pick(&members).clone();
                replace(world, &path, member, value).await;
            }
            4 => replace(world, &path, "/profile/idpctl", json!({"owner": "laws/other", "manages": ["grants", "groups"]})).await,
            5 => drop(world.call("POST", &format!("{path}/lifecycle/deactivate"), &Value::Null).await),
            6 => drop(world.call("POST", &format!("{path}/lifecycle/activate"), &Value::Null).await),
            7 => {
                world.call("POST", &format!("{path}/lifecycle/deactivate"), &Value::Null).await;
                world.call("DELETE", &path, &Value::Null).await;
            }
            8 => {
                // A copy, mark included.
                let (_, mut body) = world.call("GET", &path, &Value::Null).await;
                body["credentials"]["oauthClient"]["client_id"] = Value::Null;
                let (_, made) = world.call("POST", APPS, &body).await;
                self.apps.extend(made["id"].as_str().map(str::to_owned));
            }
            9 => {
                let body = json!({"name": "oidc_client", "signOnMode": "OPENID_CONNECT", "label": dice.pick(&["Worker 0", "New"]),
                    "credentials": {"oauthClient": {"client_id": format!("chosen-{}", dice.below(1000))}},
                    "settings": {"oauthClient": {"grant_types": ["client_credentials"], "response_types": ["token"], "application_type": "service"}}});
                let (_, made) = world.call("POST", APPS, &body).await;
                self.apps.extend(made["id"].as_str().map(str::to_owned));
            }
            10 => {
                let policy = dice.pick(&self.policies);
                world.call("PUT", &format!("{path}/policies/{policy}"), &Value::Null).await;
            }
            _ => drop(world.call("POST", &format!("{path}/credentials/secrets"), &json!({})).await),
        }
    }

    async fn change_below_app(&self, world: &World, dice: &mut Dice) {
        let path = format!("{APPS}/{}", dice.pick(&self.apps));
        match dice.below(4) {
            0 => {
                let scope = dice.pick(&["okta.users.read", "okta.logs.read", "okta.groups.manage"]);
                world.call("POST", &format!("{path}/grants"), &json!({"scopeId": scope, "issuer": world.url()})).await;
            }
            1 => {
                let grants = ids(world, &format!("{path}/grants"), "id").await;
                if let Some(grant) = grants.first() {
                    world.call("DELETE", &format!("{path}/grants/{grant}"), &Value::Null).await;
                }
            }
            2 => {
                let body = json!({"priority": dice.below(3), "profile": {}});
                world.call("PUT", &format!("{path}/groups/{}", dice.pick(&self.groups)), &body).await;
            }
            _ => drop(world.call("DELETE", &format!("{path}/groups/{}", dice.pick(&self.groups)), &Value::Null).await),
        }
    }

    async fn change_client(&mut self, world: &World, dice: &mut Dice) {
        const CLIENTS: &str = "/oauth2/v1/clients";
        let path = format!("{CLIENTS}/{}", dice.pick(&self.clients));
        match dice.below(4) {
            0 => drop(world.call("DELETE", &path, &Value::Null).await),
            1 => {
                let body = json!({"client_name": dice.pick(&["Registered", "Other"]), "application_type": "service", "grant_types": ["client_credentials"],
                    "response_types": ["token"], "token_endpoint_auth_method": "client_secret_basic"});
                let (_, made) = world.call("POST", CLIENTS, &body).await;
                let id = made["client_id"].as_str().map(str::to_owned);
                self.apps.extend(id.clone());
                self.clients.extend(id);
            }
            _ => {
                let (_, mut body) = world.call("GET", &path, &Value::Null).await;
                body["client_name"] = json!(dice.pick(&["Registered", "Renamed"]));
                body["client_uri"] = json!("https://elsewhere.example.com");
                world.call("PUT", &path, &body).await;
            }
        }
    }

    async fn change_group(&mut self, world: &World, dice: &mut Dice) {
        let path = format!("/api/v1/groups/{}", dice.pick(&self.groups));
        let body = json!({"profile": {"name": dice.pick(&["Sales", "Staff", "Renamed"])}});
        match dice.below(4) {
            0 => drop(world.call("DELETE", &path, &Value::Null).await),
            1 => {
                let (_, made) = world.call("POST", "/api/v1/groups", &body).await;
                self.groups.extend(made["id"].as_str().map(str::to_owned));
            }
            _ => drop(world.call("PUT", &path, &body).await),
        }
    }

    async fn change_policy(&mut self, world: &World, dice: &mut Dice) {
        let path = format!("/api/v1/policies/{}", dice.pick(&self.policies));
        let body = json!({"type": "ACCESS_POLICY", "name": dice.pick(&["One factor", "Two factors"]), "description": "by hand"});
        // Which status Okta refuses with to delete its own one is not documented.
        let (_, policy) = world.call("GET", &path, &Value::Null).await;
        match dice.below(4) {
            0 if policy["system"] != true => drop(world.call("DELETE", &path, &Value::Null).await),
            1 => {
                let (_, made) = world.call("POST", "/api/v1/policies", &body).await;
                self.policies.extend(made["id"].as_str().map(str::to_owned));
            }
            _ => drop(world.call("PUT", &path, &body).await),
        }
    }

    async fn change_server(&mut self, world: &World, dice: &mut Dice) {
        let path = format!("{SERVERS}/{}", dice.pick(&self.servers));
        let sort = *dice.pick(&["scopes", "claims", "policies", "policies"]);
        let name = *dice.pick(&["orders.read", "team", "workers", "by hand"]);
        let body = match sort {
            "scopes" => json!({"name": name.replace(' ', "."), "description": "by hand"}),
            "claims" => {
                json!({"name": name.replace(' ', "_"), "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": "user.department", "alwaysIncludeInToken": true})
            }
            _ => json!({"type": "OAUTH_AUTHORIZATION_POLICY", "name": name, "description": "by hand", "priority": 1, "status": "ACTIVE",
                "conditions": {"clients": {"include": ["ALL_CLIENTS"]}}}),
        };
        match dice.below(12) {
            0 => drop(world.call("POST", &format!("{path}/lifecycle/deactivate"), &Value::Null).await),
            1 => drop(world.call("POST", &format!("{path}/lifecycle/activate"), &Value::Null).await),
            2 => {
                world.call("POST", &format!("{path}/lifecycle/deactivate"), &Value::Null).await;
                world.call("DELETE", &path, &Value::Null).await;
            }
            3 => {
                let body =
                    json!({"name": dice.pick(&["orders", "other"]), "description": "by hand", "audiences": ["https://b.example.com"]});
                let (_, made) = world.call("POST", SERVERS, &body).await;
                self.servers.extend(made["id"].as_str().map(str::to_owned));
            }
            4 => replace(world, &path, "/description", json!("by hand")).await,
            5 => drop(world.call("POST", &format!("{path}/credentials/lifecycle/keyRotate"), &json!({"use": "sig"})).await),
            6 | 7 => drop(world.call("POST", &format!("{path}/{sort}"), &body).await),
            8 | 9 => {
                let below = ids(world, &format!("{path}/{sort}"), "id").await;
                if let Some(id) = below.last() {
                    let method = *dice.pick(&["DELETE", "PUT"]);
                    world.call(method, &format!("{path}/{sort}/{id}"), if method == "PUT" { &body } else { &Value::Null }).await;
                }
            }
            _ => self.change_rule(world, dice, &path).await,
        }
    }

    async fn change_rule(&self, world: &World, dice: &mut Dice, path: &str) {
        let Some(policy) = ids(world, &format!("{path}/policies"), "id").await.pop() else { return };
        let path = format!("{path}/policies/{policy}");
        let rules = ids(world, &format!("{path}/rules"), "id").await;
        let body = json!({"type": "RESOURCE_ACCESS", "name": dice.pick(&["tokens", "by hand"]), "priority": 1, "status": "ACTIVE",
            "conditions": {"people": {"groups": {"include": ["EVERYONE"]}}, "grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["*"]}},
            "actions": {"token": {"accessTokenLifetimeMinutes": 30}}});
        match (dice.below(5), rules.last()) {
            (0, _) => drop(world.call("POST", &format!("{path}/rules"), &body).await),
            (1, Some(rule)) => drop(world.call("DELETE", &format!("{path}/rules/{rule}"), &Value::Null).await),
            (2, Some(rule)) => drop(world.call("PUT", &format!("{path}/rules/{rule}"), &body).await),
            (3, Some(rule)) => drop(world.call("POST", &format!("{path}/rules/{rule}/lifecycle/deactivate"), &Value::Null).await),
            _ => drop(world.call("POST", &format!("{path}/lifecycle/deactivate"), &Value::Null).await),
        }
    }
}

/// Somebody edits one member of an object and puts it back.
async fn replace(world: &World, path: &str, member: &str, value: Value) {
    let (status, mut body) = world.call("GET", path, &Value::Null).await;
    if status != 200 {
        return;
    }
    let mut at = &mut body;
    for name in member.trim_start_matches('/').split('/') {
        if !at.is_object() {
            *at = json!({});
        }
        at = &mut at[name];
    }
    *at = value;
    if body["credentials"]["oauthClient"]["client_secret"].is_string() {
        body["credentials"]["oauthClient"]["client_secret"] = json!("");
    }
    world.call("PUT", path, &body).await;
}
