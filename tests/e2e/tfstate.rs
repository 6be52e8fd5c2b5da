//! Coming from Terraform: a state of 200 resources, in the shape that the provider's documented schemas give it, and the org that it is
//! about. What `export --from-tfstate` makes of it is adopted, and no more.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::org::TestOrg;
use crate::takeover::{app, written};

/// What stands wherever a state may hold a secret that Okta does not know.
pub(crate) const SENTINEL: &str = "s3ntinel-of-the-state";

/// A state under construction, beside the org that it is about.
pub(crate) struct Configured {
    pub(crate) test: TestOrg,
    resources: Vec<Value>,
    /// The client secrets that the state holds, by the app's label.
    pub(crate) secrets: BTreeMap<String, String>,
}

/// Where a resource stands in a configuration: its module, type, name, and key of instance.
pub(crate) type Place<'a> = (&'a str, &'a str, &'a str, Value);

impl Configured {
    pub(crate) fn new() -> Self {
        Self { test: TestOrg::new(), resources: Vec::new(), secrets: BTreeMap::new() }
    }

    /// Says that Terraform manages an object. Instances of one resource share its entry.
    #[expect(clippy::needless_pass_by_value, reason = "attributes are made where they are given")]
    pub(crate) fn manage(&mut self, (module, sort, name, key): Place<'_>, attributes: Value) {
        let mut instance = json!({"schema_version": 0, "attributes": attributes, "sensitive_attributes": [], "private": "bnVsbA=="});
        if sort == "okta_app_oauth" {
            instance["sensitive_attributes"] = json!([[{"type": "get_attr", "value": "client_secret"}]]);
        }
        if !key.is_null() {
            instance["index_key"] = key;
        }
        let is_it = |resource: &&mut Value| resource["module"] == module && resource["type"] == sort && resource["name"] == name;
        if let Some(resource) = self.resources.iter_mut().find(is_it) {
            resource["instances"].as_array_mut().unwrap().push(instance);
            return;
        }
        let provider = "provider[\"registry.terraform.io/okta/okta\"]";
        self.resources
            .push(json!({"module": module, "mode": "managed", "type": sort, "name": name, "provider": provider, "instances": [instance]}));
    }

    /// Makes an app as the provider would, and says that Terraform manages it.
    pub(crate) fn app(&mut self, (module, name, key): (&str, &str, Value), label: &str, sort: &str, more: &[(&str, Value)]) -> String {
        let id = app(&self.test, label, sort, more);
        let live = self.test.get(&format!("/api/v1/apps/{id}"));
        let secrets = self.test.get(&format!("/api/v1/apps/{id}/credentials/secrets"));
        let secret = secrets[0]["client_secret"].as_str().unwrap_or_default().to_owned();
        let mut attributes = attributes_of_app(&live);
        attributes.insert("client_secret".to_owned(), json!(secret));
        if !secret.is_empty() {
            self.secrets.insert(label.to_owned(), secret);
        }
        self.manage((module, "okta_app_oauth", name, key), Value::Object(attributes));
        id
    }

    /// Makes a part of an authorization server, and says that Terraform manages it.
    fn part(&mut self, (module, sort, name, key): Place<'_>, path: &str, body: &Value, attributes: Value) -> String {
        let id = self.test.send("POST", path, body)["id"].as_str().expect("an id").to_owned();
        let mut attributes = attributes;
        attributes["id"] = json!(id);
        self.manage((module, sort, name, key), attributes);
        id
    }

    /// Returns how many instances there are.
    fn count(&self) -> usize {
        self.resources.iter().map(|resource| resource["instances"].as_array().unwrap().len()).sum()
    }

    /// Writes the state down.
    pub(crate) fn write(&self, more: &[Value]) {
        let mut resources: Vec<Value> = self.resources.clone();
        for resource in resources.iter_mut().filter(|resource| resource["module"] == "") {
            resource.as_object_mut().unwrap().remove("module");
        }
        resources.extend(more.iter().cloned());
        let state = json!({
            "version": 4, "terraform_version": "1.9.8", "serial": 212, "lineage": "5f6c1e0a-8a4c-4d43-9a0a-3f2f6f0f9f61",
            "outputs": {"portal_secret": {"value": SENTINEL, "type": "string", "sensitive": true}}, "resources": resources, "check_results": null,
        });
        self.test.write("terraform.tfstate", serde_json::to_string_pretty(&state).unwrap());
    }
}

/// Returns an app's attributes as the provider holds them, with a secret wherever one may stand.
fn attributes_of_app(live: &Value) -> Map<String, Value> {
    let client = &live["settings"]["oauthClient"];
    let credentials = &live["credentials"]["oauthClient"];
    let attributes = json!({
        "id": live["id"], "label": live["label"], "name": "oidc_client", "sign_on_mode": "OPENID_CONNECT", "status": live["status"],
        "type": client["application_type"], "client_id": credentials["client_id"], "omit_secret": false, "client_basic_secret": SENTINEL,
        "token_endpoint_auth_method": credentials["token_endpoint_auth_method"], "auto_key_rotation": true, "pkce_required": credentials["pkce_required"],
        "grant_types": client["grant_types"], "response_types": client["response_types"], "redirect_uris": client["redirect_uris"],
        "post_logout_redirect_uris": [], "wildcard_redirect": "DISABLED", "consent_method": "TRUSTED", "issuer_mode": client["issuer_mode"],
        "refresh_token_rotation": "STATIC", "refresh_token_leeway": 0, "login_mode": "DISABLED", "login_scopes": [], "login_uri": "", "client_uri": "",
        "logo": null, "logo_uri": "", "logo_url": "https://ok12static.oktacdn.com/app.png", "policy_uri": "", "tos_uri": "", "jwks": [], "jwks_uri": "",
    });
    let more = json!({
        "hide_ios": true, "hide_web": true, "auto_submit_toolbar": false, "implicit_assignment": false, "admin_note": "", "enduser_note": "",
        "accessibility_self_service": false, "accessibility_error_redirect_url": "", "accessibility_login_redirect_url": "", "app_links_json": "{}",
        "app_settings_json": "{}", "profile": format!("{{\"api_key\":\"{SENTINEL}\"}}"), "groups_claim": [], "timeouts": null,
        "user_name_template": "${source.login}", "user_name_template_type": "BUILT_IN", "user_name_template_suffix": "",
    });
    let all = [attributes, more].into_iter().filter_map(|attributes| attributes.as_object().cloned());
    all.flatten().collect()
}

/// Returns an org with an authorization server, and what Terraform manages of it.
fn server(configured: &mut Configured, name: &str, clients: &Value) {
    let module = "module.api";
    let answer = configured.test.send(
        "POST",
        "/api/v1/authorizationServers",
        &json!({"name": name, "description": format!("The {name} API"), "audiences": [format!("https://api.example.com/{name}")], "issuerMode": "ORG_URL"}),
    );
    let id = answer["id"].as_str().expect("an id").to_owned();
    configured.manage(
        (module, "okta_auth_server", "this", json!(name)),
        json!({"id": id, "name": name, "description": answer["description"], "audiences": answer["audiences"], "status": "ACTIVE", "issuer_mode": "ORG_URL",
            "credentials_rotation_mode": "AUTO", "issuer": answer["issuer"], "kid": "k1", "credentials_last_rotated": "", "credentials_next_rotation": ""}),
    );
    let path = format!("/api/v1/authorizationServers/{id}");
    for scope in ["read", "write", "admin"].map(|scope| format!("{name}.{scope}")) {
        let body = json!({"name": scope, "description": scope, "consent": "IMPLICIT", "metadataPublish": "ALL_CLIENTS"});
        let attributes = json!({"auth_server_id": id, "name": scope, "description": scope, "display_name": "", "consent": "IMPLICIT",
            "metadata_publish": "ALL_CLIENTS", "default": false, "optional": false, "system": false});
        configured.part((module, "okta_auth_server_scope", "all", json!(scope)), &format!("{path}/scopes"), &body, attributes);
    }
    for claim in ["tenant", "tier"] {
        let value = format!("appuser.{claim}");
        let body = json!({"name": claim, "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": value, "status": "ACTIVE",
            "alwaysIncludeInToken": true, "conditions": {"scopes": []}});
        let attributes = json!({"auth_server_id": id, "name": claim, "claim_type": "RESOURCE", "value_type": "EXPRESSION", "value": value, "status": "ACTIVE",
            "always_include_in_token": true, "scopes": [], "group_filter_type": ""});
        let key = json!(format!("{name}/{claim}"));
        configured.part((module, "okta_auth_server_claim", "all", key), &format!("{path}/claims"), &body, attributes);
    }
    for (priority, policy) in [(1, "machines"), (2, "people")] {
        let include = if policy == "people" { json!(["ALL_CLIENTS"]) } else { clients.clone() };
        let body = json!({"type": "OAUTH_AUTHORIZATION_POLICY", "name": policy, "description": policy, "priority": priority, "status": "ACTIVE",
            "conditions": {"clients": {"include": include}}});
        let attributes = json!({"auth_server_id": id, "name": policy, "description": policy, "priority": priority, "status": "ACTIVE", "client_whitelist": include});
        let of = configured.part((module, "okta_auth_server_policy", policy, json!(name)), &format!("{path}/policies"), &body, attributes);
        let grant = if policy == "people" { "authorization_code" } else { "client_credentials" };
        let body = json!({"type": "RESOURCE_ACCESS", "name": "tokens", "priority": 1, "status": "ACTIVE",
            "conditions": {"people": {"users": {"include": [], "exclude": []}, "groups": {"include": ["EVERYONE"], "exclude": []}},
                "grantTypes": {"include": [grant]}, "scopes": {"include": ["*"]}},
            "actions": {"token": {"accessTokenLifetimeMinutes": 30, "refreshTokenLifetimeMinutes": 0, "refreshTokenWindowMinutes": 10080}}});
        let attributes = json!({"auth_server_id": id, "policy_id": of, "name": "tokens", "priority": 1, "status": "ACTIVE", "type": "RESOURCE_ACCESS",
            "system": false, "grant_type_whitelist": [grant], "scope_whitelist": ["*"], "group_whitelist": ["EVERYONE"], "group_blacklist": [],
            "user_whitelist": [], "user_blacklist": [], "access_token_lifetime_minutes": 30, "refresh_token_lifetime_minutes": 0,
            "refresh_token_window_minutes": 10080, "inline_hook_id": ""});
        configured.part(
            (module, "okta_auth_server_policy_rule", policy, json!(name)),
            &format!("{path}/policies/{of}/rules"),
            &body,
            attributes,
        );
    }
}

/// Returns an org that Terraform manages with 200 resources.
pub(crate) fn configured() -> Configured {
    let mut configured = Configured::new();
    let groups: Vec<String> = ["Sales", "Support", "Finance", "Legal", "Research"]
        .map(|name| configured.test.send("POST", "/api/v1/groups", &json!({"profile": {"name": name}}))["id"].as_str().unwrap().to_owned())
        .into();
    for (name, id) in ["sales", "support", "finance", "legal", "research"].into_iter().zip(&groups) {
        configured.manage(("", "okta_group", "all", json!(name)), json!({"id": id, "name": name, "description": SENTINEL}));
    }
    let assign = |configured: &Configured, app: &str, group: &str| {
        configured.test.send("PUT", &format!("/api/v1/apps/{app}/groups/{group}"), &json!({}))["priority"].clone()
    };
    // Portals of two regions, from one module that is called twice.
    for region in ["eu", "us"] {
        let module = format!("module.region[\"{region}\"]");
        for (index, name) in ["portal", "shop", "admin", "help", "billing", "partner"].into_iter().enumerate() {
            let id = configured.app((&module, name, Value::Null), &format!("{name} ({region})"), "web", &[]);
            let given = groups
                .iter()
                .take(index % 3 + 1)
                .map(|group| json!({"id": group, "priority": assign(&configured, &id, group), "profile": "{}"}));
            let given: Vec<_> = given.collect();
            let attributes = json!({"id": id, "app_id": id, "group": given, "timeouts": null});
            configured.manage((&module, "okta_app_group_assignments", name, Value::Null), attributes);
        }
    }
    // Service clients, some by `count`, with a client id of their own or without, and with grants.
    let mut clients = Vec::new();
    for index in 0..14 {
        let label = format!("worker {index}");
        let own = [("/credentials/oauthClient/client_id", json!(format!("worker_{index}")))];
        let id = configured.app(("", "worker", json!(index)), &label, "service", if index % 2 == 0 { &own } else { &[] });
        clients.push(if index % 2 == 0 { format!("worker_{index}") } else { id.clone() });
        let scopes = ["okta.users.read", "okta.groups.read"];
        for scope in scopes {
            let body = json!({"scopeId": scope, "issuer": configured.test.url()});
            configured.test.send("POST", &format!("/api/v1/apps/{id}/grants"), &body);
        }
        let attributes = json!({"id": id, "app_id": id, "issuer": configured.test.url(), "scopes": scopes});
        configured.manage(("", "okta_app_oauth_api_scope", "worker", json!(index)), attributes);
    }
    // Browser and native apps, with a group each of a resource of its own.
    for (sort, name) in [("browser", "spa"), ("native", "mobile")] {
        for index in 0..15 {
            let public = [
                ("/credentials/oauthClient/token_endpoint_auth_method", json!("none")),
                ("/credentials/oauthClient/pkce_required", json!(true)),
            ];
            let id = configured.app(("module.apps", name, json!(format!("app {index}"))), &format!("{name} {index}"), sort, &public);
            let group = &groups[index % groups.len()];
            let priority = assign(&configured, &id, group);
            let attributes = json!({"id": group, "app_id": id, "group_id": group, "priority": priority, "profile": "{}", "retain_assignment": false, "timeouts": null});
            configured.manage(("module.apps", "okta_app_group_assignment", name, json!(format!("app {index}"))), attributes);
            if index == 0 {
                let uri = "https://app.example.com/callback";
                configured.manage(
                    ("module.apps", "okta_app_oauth_redirect_uri", name, Value::Null),
                    json!({"id": uri, "app_id": id, "uri": uri}),
                );
            }
        }
    }
    for name in ["orders", "ledger", "search", "mail", "files", "audit"] {
        server(&mut configured, name, &json!([clients[0], clients[1]]));
    }
    // The built-in server, managed in part, as people do: by its alias.
    let body = json!({"name": "tenant.read", "consent": "IMPLICIT"});
    let attributes = json!({"auth_server_id": "default", "name": "tenant.read", "consent": "IMPLICIT", "metadata_publish": "NO_CLIENTS", "description": ""});
    configured.part(
        ("", "okta_auth_server_scope", "default", Value::Null),
        "/api/v1/authorizationServers/default/scopes",
        &body,
        attributes,
    );
    let orders = configured.test.get("/api/v1/authorizationServers?q=orders")[0]["id"].as_str().unwrap().to_owned();
    let claims = configured.test.get(&format!("/api/v1/authorizationServers/{orders}/claims"));
    let sub = claims.as_array().unwrap().iter().find(|claim| claim["name"] == "sub").unwrap();
    let attributes = json!({"id": sub["id"], "auth_server_id": orders, "name": "sub", "value": sub["value"], "claim_type": "RESOURCE", "value_type": sub["valueType"],
        "status": "ACTIVE", "scopes": [], "always_include_in_token": true});
    configured.manage(("", "okta_auth_server_claim_default", "sub", Value::Null), attributes);
    let mut index = 0;
    while configured.count() < 200 {
        configured.manage(
            ("", "okta_user", "seed", json!(index)),
            json!({"id": format!("00u{index}"), "login": "jo@example.com", "password": SENTINEL}),
        );
        index += 1;
    }
    configured
}

/// Sets the variables that manifests name for client secrets, from what the state holds.
pub(crate) fn set_secrets(configured: &mut Configured) {
    for (name, text) in written(&configured.test, "manifests") {
        let Some(name) = name.strip_prefix("manifests/apps/").and_then(|name| name.strip_suffix(".yaml")) else { continue };
        let Some(label) = text.lines().find_map(|line| line.strip_prefix("  label: ")) else { continue };
        if let Some(secret) = configured.secrets.get(label) {
            let variable = format!("IDPCTL_{}_SECRET", name.to_ascii_uppercase().replace('-', "_"));
            configured.test.set(&variable, secret);
        }
    }
}

/// Returns lines that differ in what they are about alone as one, with how many there are.
fn shapes(lines: impl Iterator<Item = String>) -> String {
    let mut counted: Vec<(String, usize)> = Vec::new();
    for line in lines {
        let mut shape = line;
        for (kind, names) in [
            ("AREA", &["portal", "shop", "admin", "help", "billing", "partner"][..]),
            ("API", &["orders", "ledger", "search", "mail", "files", "audit"]),
            ("REGION", &["-eu-", "-us-", "(eu)", "(us)"]),
            ("SORT", &["mobile", "spa"]),
        ] {
            for name in names {
                shape = shape.replace(name, kind);
            }
        }
        for number in (0..15).rev() {
            shape = shape
                .replace(&format!("app-{number}"), "app-N")
                .replace(&format!("worker-{number}"), "worker-N")
                .replace(&format!("worker_{number}"), "worker_N");
            shape = shape.replace(&format!("SORT {number}\""), "SORT N\"").replace(&format!("worker {number}\""), "worker N\"");
        }
        let words: Vec<&str> = shape.split(' ').map(|word| if word.starts_with("0oaf0") { "0oa…" } else { word }).collect();
        let shape = words.join(" ");
        match counted.iter_mut().find(|(other, _)| *other == shape) {
            Some((_, count)) => *count += 1,
            None => counted.push((shape, 1)),
        }
    }
    counted.into_iter().map(|(shape, count)| format!("{count:>3} {shape}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are what it says")]
fn a_state_of_200_resources_becomes_manifests_that_plan_to_nothing_but_adoption() {
    let mut configured = configured();
    assert_eq!(configured.count(), 200);
    configured.write(&[json!({"mode": "data", "type": "okta_app_oauth", "name": "other", "provider": "p", "instances": [{"attributes": {"id": "0oa0", "client_secret": SENTINEL}}]}),
        json!({"mode": "managed", "type": "random_password", "name": "p", "provider": "p", "instances": [{"attributes": {"id": "none", "result": SENTINEL}}]})]);
    let output = configured.test.run("export --from-tfstate terraform.tfstate --out manifests -vv").ends_with(0);
    assert_eq!(output.writes(), Vec::<String>::new());
    let told: Vec<&str> =
        output.stderr.lines().filter(|line| !["IDPCTL_", "  apps/", " DEBUG "].iter().any(|other| line.contains(other))).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    Wrote 64 files into `manifests`:
      authorization-servers/default.yaml: AuthorizationServer/default
      authorization-servers/this-audit.yaml: AuthorizationServer/this-audit
      authorization-servers/this-files.yaml: AuthorizationServer/this-files
      authorization-servers/this-ledger.yaml: AuthorizationServer/this-ledger
      authorization-servers/this-mail.yaml: AuthorizationServer/this-mail
      authorization-servers/this-orders.yaml: AuthorizationServer/this-orders
      authorization-servers/this-search.yaml: AuthorizationServer/this-search
      terraform/removed.tf: `removed` blocks for Terraform

    No manifest holds a secret. Before `idpctl apply`, set these variables to the values that are in use:

    Not carried over:
      okta_group.all["finance"], okta_group.all["legal"], okta_group.all["research"], okta_group.all["sales"], okta_group.all["support"]: no manifest declares such a resource; Terraform keeps it
      okta_user.seed[0], okta_user.seed[1], okta_user.seed[2], okta_user.seed[3], okta_user.seed[4], okta_user.seed[5], okta_user.seed[6], okta_user.seed[7], okta_user.seed[8], okta_user.seed[9], okta_user.seed[10], okta_user.seed[11], okta_user.seed[12], okta_user.seed[13], okta_user.seed[14], okta_user.seed[15], okta_user.seed[16], okta_user.seed[17], okta_user.seed[18]: no manifest declares such a resource; Terraform keeps it

    Of 200 Okta resources in the state, 175 are declared, 1 as Okta makes them with their server, 24 not carried over.
    1 resource of other providers: not looked at.

    Once these are applied, Terraform lets go of it with `manifests/terraform/removed.tf`, which says how.

    To see that they change nothing but whose the objects are:
        idpctl plan
    "#);
    let files = written(&configured.test, "manifests");
    insta::assert_snapshot!(shapes(files.iter().map(|(name, _)| name.clone())), @"
    30 manifests/apps/SORT-app-N.yaml
    12 manifests/apps/regionREGIONAREA.yaml
    14 manifests/apps/worker-N.yaml
     1 manifests/authorization-servers/default.yaml
     6 manifests/authorization-servers/this-API.yaml
     1 manifests/terraform/removed.tf
    ");
    insta::assert_snapshot!(configured.test.read("manifests/authorization-servers/default.yaml"), @"
    apiVersion: idpctl/v1
    kind: AuthorizationServer
    metadata:
      name: default
    spec:
      name: default
      scopes:
        - name: tenant.read
    ");
    insta::assert_snapshot!(configured.test.read("manifests/authorization-servers/this-orders.yaml"), @r#"
    apiVersion: idpctl/v1
    kind: AuthorizationServer
    metadata:
      name: this-orders
    spec:
      name: orders
      description: The orders API
      audiences:
        - https://api.example.com/orders
      issuerMode: ORG_URL
      credentials:
        signing:
          rotationMode: AUTO
      scopes:
        - name: orders.admin
          description: orders.admin
          metadataPublish: ALL_CLIENTS
        - name: orders.read
          description: orders.read
          metadataPublish: ALL_CLIENTS
        - name: orders.write
          description: orders.write
          metadataPublish: ALL_CLIENTS
      claims:
        - name: tenant
          claimType: RESOURCE
          valueType: EXPRESSION
          value: appuser.tenant
          alwaysIncludeInToken: true
        - name: tier
          claimType: RESOURCE
          valueType: EXPRESSION
          value: appuser.tier
          alwaysIncludeInToken: true
      policies:
        - name: machines
          description: machines
          priority: 1
          conditions:
            clients:
              include:
                - worker-0
                - worker-1
          rules:
            - name: tokens
              priority: 1
              conditions:
                grantTypes:
                  include:
                    - client_credentials
                people:
                  groups:
                    include:
                      - EVERYONE
                scopes:
                  include:
                    - "*"
              actions:
                token:
                  accessTokenLifetimeMinutes: 30
                  refreshTokenLifetimeMinutes: 0
                  refreshTokenWindowMinutes: 10080
        - name: people
          description: people
          priority: 2
          conditions:
            clients:
              include:
                - ALL_CLIENTS
          rules:
            - name: tokens
              priority: 1
              conditions:
                grantTypes:
                  include:
                    - authorization_code
                people:
                  groups:
                    include:
                      - EVERYONE
                scopes:
                  include:
                    - "*"
              actions:
                token:
                  accessTokenLifetimeMinutes: 30
                  refreshTokenLifetimeMinutes: 0
                  refreshTokenWindowMinutes: 10080
    "#);
    let secrets: Vec<&str> = configured.secrets.values().map(String::as_str).chain([SENTINEL]).collect();
    let all = files.iter().map(|(_, text)| text.as_str()).chain([output.stdout.as_str(), output.stderr.as_str()]);
    assert!(secrets.len() > 20);
    all.for_each(|text| secrets.iter().for_each(|secret| assert!(!text.contains(secret), "{text}")));
    let blocks = configured.test.read("manifests/terraform/removed.tf");
    insta::assert_snapshot!(blocks.lines().filter(|line| line.starts_with("  from") || line.contains("state rm")).collect::<Vec<_>>().join("\n"), @"
    from = module.api.okta_auth_server.this
    from = module.api.okta_auth_server_claim.all
    from = module.api.okta_auth_server_policy.machines
    from = module.api.okta_auth_server_policy.people
    from = module.api.okta_auth_server_policy_rule.machines
    from = module.api.okta_auth_server_policy_rule.people
    from = module.api.okta_auth_server_scope.all
    from = module.apps.okta_app_group_assignment.mobile
    from = module.apps.okta_app_group_assignment.spa
    from = module.apps.okta_app_oauth.mobile
    from = module.apps.okta_app_oauth.spa
    from = module.apps.okta_app_oauth_redirect_uri.mobile
    from = module.apps.okta_app_oauth_redirect_uri.spa
    from = module.region.okta_app_group_assignments.admin
    from = module.region.okta_app_group_assignments.billing
    from = module.region.okta_app_group_assignments.help
    from = module.region.okta_app_group_assignments.partner
    from = module.region.okta_app_group_assignments.portal
    from = module.region.okta_app_group_assignments.shop
    from = module.region.okta_app_oauth.admin
    from = module.region.okta_app_oauth.billing
    from = module.region.okta_app_oauth.help
    from = module.region.okta_app_oauth.partner
    from = module.region.okta_app_oauth.portal
    from = module.region.okta_app_oauth.shop
    from = okta_app_oauth.worker
    from = okta_app_oauth_api_scope.worker
    from = okta_auth_server_claim_default.sub
    from = okta_auth_server_scope.default
    ");

    set_secrets(&mut configured);
    let test = &configured.test;
    let _ = test.run("validate").ends_with(0);
    let plan = test.run("plan").ends_with(0);
    insta::assert_snapshot!(shapes(plan.to_string().lines().map(str::to_owned)), @r#"
     1 Plan for `default` in http://ORG (00of00000000j617U5d7)
    59
    30 ~ update App/SORT-app-N "SORT N"
    30     mark: none → default/SORT-app-N, manages groups
    12 ~ update App/regionREGIONAREA "AREA REGION"
    12     mark: none → default/regionREGIONAREA, manages groups and secrets
    14 ~ update App/worker-N "worker N"
    14     mark: none → default/worker-N, manages grants and secrets
     1 Findings
    30   medium IDP4002 App/SORT-app-N (manifests/apps/SORT-app-N.yaml:4:9): the app 0oa… is recognised by its label alone and taken over
    49       Compare the app's id with the one that you mean, and pin it with `metadata.id`.
    49       https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/
    12   medium IDP4002 App/regionREGIONAREA (manifests/apps/regionREGIONAREA.yaml:6:9): the app 0oa… is recognised by its label alone and taken over
     7   medium IDP4002 App/worker-N (manifests/apps/worker-N.yaml:6:9): the app 0oa… is recognised by its label alone and taken over
     1 Notes
     7   App/worker-N: the app 0oa… has its client_id and bears no mark: either it was never ours, or a change of its profile lost the mark
     1 56 to update, with 56 requests.
     1 [exit status: 0]
    "#);
    let _ = test.run("apply --auto-approve").ends_with(0);
    insta::assert_snapshot!(test.run("plan"), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    Nothing to do: the org is as declared.
    [exit status: 0]
    ");

    // The same state and org say the same: what is declared already is let go of too.
    let again = test.run("export --from-tfstate terraform.tfstate --out manifests").ends_with(0);
    insta::assert_snapshot!(again, @r#"
    ------- stderr -------
    Not carried over:
      okta_group.all["finance"], okta_group.all["legal"], okta_group.all["research"], okta_group.all["sales"], okta_group.all["support"]: no manifest declares such a resource; Terraform keeps it
      okta_user.seed[0], okta_user.seed[1], okta_user.seed[2], okta_user.seed[3], okta_user.seed[4], okta_user.seed[5], okta_user.seed[6], okta_user.seed[7], okta_user.seed[8], okta_user.seed[9], okta_user.seed[10], okta_user.seed[11], okta_user.seed[12], okta_user.seed[13], okta_user.seed[14], okta_user.seed[15], okta_user.seed[16], okta_user.seed[17], okta_user.seed[18]: no manifest declares such a resource; Terraform keeps it

    63 objects are declared already, and were left alone.

    Of 200 Okta resources in the state, 175 are declared, 1 as Okta makes them with their server, 24 not carried over.
    1 resource of other providers: not looked at.

    Once these are applied, Terraform lets go of it with `manifests/terraform/removed.tf`, which says how.

    There is nothing to export.
    [exit status: 0]
    "#);
    assert_eq!(written(test, "manifests"), files);
}
