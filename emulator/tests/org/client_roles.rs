//! Admin roles of clients, and what they are limited to.

use idpctl_emulator::Org;
use serde_json::{Value, json};

use crate::support::{create, get, org, refusal, send, service, web};

/// A service app that has a role: the path of its roles, and that of the role.
async fn with_role(org: &Org, kind: &str) -> (String, String) {
    let (app, _) = create(org, service("Worker")).await;
    let roles = format!("/oauth2/v1/clients/{app}/roles");
    let (status, role) = send(org, "POST", &roles, json!({"type": kind})).await;
    assert_eq!(status, 201, "{role}");
    let role = format!("{roles}/{}", role["id"].as_str().unwrap());
    (roles, role)
}

async fn group(org: &Org, name: &str) -> String {
    let (_, group) = send(org, "POST", "/api/v1/groups", json!({"profile": {"name": name}})).await;
    group["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_standard_role_is_assigned_once_and_taken_back() {
    let org = org();
    let (roles, role) = with_role(&org, "HELP_DESK_ADMIN").await;
    let shown = get(&org, &role).await;
    insta::assert_json_snapshot!(shown, @r#"
    {
      "id": "JBCUYUC7IRCVGS27IFCE2SKO",
      "label": "Help Desk Administrator",
      "type": "HELP_DESK_ADMIN",
      "status": "ACTIVE",
      "created": "2026-01-01T00:00:00.000Z",
      "lastUpdated": "2026-01-01T00:00:00.000Z",
      "assignmentType": "CLIENT",
      "_links": {
        "assignee": {
          "href": "https://org.example.com/oauth2/v1/clients/0oaf000008Euf57TO5d7"
        }
      }
    }
    "#);
    assert_eq!(get(&org, &roles).await, json!([shown]));
    let again = send(&org, "POST", &roles, json!({"type": "HELP_DESK_ADMIN"})).await;
    insta::assert_snapshot!(refusal(again), @"409 E0000090 The role specified is already assigned to the user. []");
    assert_eq!(send(&org, "DELETE", &role, Value::Null).await, (204, Value::Null));
    assert_eq!(get(&org, &roles).await, json!([]));
    insta::assert_snapshot!(refusal(send(&org, "DELETE", &role, Value::Null).await), @"404 E0000007 Not found: Resource not found: JBCUYUC7IRCVGS27IFCE2SKO (RoleAssignment) []");
}

#[tokio::test]
async fn a_custom_role_is_bound_to_its_resources() {
    let org = org();
    let (app, _) = create(&org, service("Worker")).await;
    let roles = format!("/oauth2/v1/clients/{app}/roles");
    let custom = json!({"type": "CUSTOM", "role": "cr0made1up", "resource-set": "iammade1up"});
    let (status, role) = send(&org, "POST", &roles, custom.clone()).await;
    assert_eq!(status, 201);
    insta::assert_json_snapshot!(role, @r#"
    {
      "id": "irbf00000CMMC3rzX5d7",
      "label": "cr0made1up",
      "type": "CUSTOM",
      "status": "ACTIVE",
      "created": "2026-01-01T00:00:00.000Z",
      "lastUpdated": "2026-01-01T00:00:00.000Z",
      "assignmentType": "CLIENT",
      "resource-set": "iammade1up",
      "role": "cr0made1up",
      "_links": {
        "role": {
          "href": "https://org.example.com/api/v1/iam/roles/cr0made1up"
        },
        "resource-set": {
          "href": "https://org.example.com/api/v1/iam/resource-sets/iammade1up"
        },
        "permissions": {
          "href": "https://org.example.com/api/v1/iam/roles/cr0made1up/permissions"
        },
        "member": {
          "href": "https://org.example.com/api/v1/iam/resource-sets/iammade1up/bindings/cr0made1up/members/irbf00000CMMC3rzX5d7"
        },
        "assignee": {
          "href": "https://org.example.com/oauth2/v1/clients/0oaf000008Euf57TO5d7"
        }
      }
    }
    "#);
    assert_eq!(send(&org, "POST", &roles, custom).await.0, 409);
    let elsewhere = json!({"type": "CUSTOM", "role": "cr0made1up", "resource-set": "iamanother"});
    assert_eq!(send(&org, "POST", &roles, elsewhere).await.0, 201);
    let (_, bound) = send(&org, "POST", &roles, json!({"type": "WORKFLOWS_ADMIN"})).await;
    assert_eq!((&bound["role"], &bound["resource-set"]), (&json!("WORKFLOWS_ADMIN"), &json!("WORKFLOWS_IAM_POLICY")));
}

#[tokio::test]
async fn only_services_have_roles_and_only_roles_that_there_are() {
    let org = org();
    let (portal, _) = create(&org, web("Portal")).await;
    let (worker, _) = create(&org, service("Worker")).await;
    let mut said = Vec::new();
    for (app, body) in [
        (portal.as_str(), json!({"type": "SUPER_ADMIN"})),
        (&worker, json!({"type": "PEAR_ADMIN"})),
        (&worker, json!({})),
        (&worker, json!({"type": "CUSTOM", "role": "cr0made1up"})),
        ("0oa0", json!({"type": "SUPER_ADMIN"})),
    ] {
        said.push(refusal(send(&org, "POST", &format!("/oauth2/v1/clients/{app}/roles"), body).await));
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    400 E0000227 Roles can only be granted to service application type []
    400 E0000001 Api validation failed: type ["type: 'PEAR_ADMIN' is none of APP_ADMIN, GROUP_MEMBERSHIP_ADMIN, HELP_DESK_ADMIN, USER_ADMIN, ACCESS_CERTIFICATIONS_ADMIN, ACCESS_REQUESTS_ADMIN, WORKFLOWS_ADMIN, API_ACCESS_MANAGEMENT_ADMIN, ORG_ADMIN, READ_ONLY_ADMIN, REPORT_ADMIN, SUPER_ADMIN, CUSTOM"]
    400 E0000001 Api validation failed: type ["type: The field cannot be left blank"]
    400 E0000001 Api validation failed: resource-set ["resource-set: The field cannot be left blank"]
    404 E0000007 Not found: Resource not found: 0oa0 (PublicClientApp) []
    "#);
}

#[tokio::test]
async fn a_role_is_limited_to_groups_and_keeps_the_last_of_them() {
    let org = org();
    let (_, role) = with_role(&org, "USER_ADMIN").await;
    let targets = format!("{role}/targets/groups");
    assert_eq!(get(&org, &targets).await, json!([]));
    let (one, other) = (group(&org, "One").await, group(&org, "Other").await);
    for group in [&one, &other, &one] {
        assert_eq!(send(&org, "PUT", &format!("{targets}/{group}"), Value::Null).await, (204, Value::Null));
    }
    assert_eq!(
        get(&org, &targets).await,
        json!([get(&org, &format!("/api/v1/groups/{one}")).await, get(&org, &format!("/api/v1/groups/{other}")).await])
    );
    assert_eq!(get(&org, &format!("{targets}?limit=1&after={one}")).await[0]["id"], json!(other));
    assert_eq!(send(&org, "DELETE", &format!("{targets}/{one}"), Value::Null).await.0, 204);
    let said = [
        refusal(send(&org, "DELETE", &format!("{targets}/{one}"), Value::Null).await).replace(&one, "ONE"),
        refusal(send(&org, "DELETE", &format!("{targets}/{other}"), Value::Null).await),
        refusal(send(&org, "PUT", &format!("{targets}/00g0"), Value::Null).await),
        refusal(send(&org, "GET", &format!("{role}/targets/catalog/apps"), Value::Null).await),
    ];
    insta::assert_snapshot!(said.join("\n"), @r#"
    404 E0000007 Not found: Resource not found: ONE (RoleTarget) []
    400 E0000001 Api validation failed: role ["You can't remove the last group target from a role assignment."]
    404 E0000007 Not found: Resource not found: 00g0 (UserGroup) []
    400 E0000001 Api validation failed: role ["The role USER_ADMIN can't be limited to apps, only APP_ADMIN."]
    "#);
}

#[tokio::test]
async fn a_role_is_limited_to_apps_by_name_or_one_by_one() {
    let org = org();
    let (_, role) = with_role(&org, "APP_ADMIN").await;
    let targets = format!("{role}/targets/catalog/apps");
    let (portal, _) = create(&org, web("Portal")).await;
    let put = async |path: &str| send(&org, "PUT", &format!("{targets}/{path}"), Value::Null).await;
    assert_eq!(put(&format!("oidc_client/{portal}")).await, (204, Value::Null));
    assert_eq!(put("zendesk").await.0, 204);
    insta::assert_snapshot!(get(&org, &targets).await, @r#"[{"name":"oidc_client","status":"ACTIVE","id":"0oaf00000CMM7IIuL5d7","_links":{"self":{"href":"https://org.example.com/api/v1/apps/0oaf00000CMM7IIuL5d7"}}},{"name":"zendesk","status":"ACTIVE","_links":{"self":{"href":"https://org.example.com/api/v1/catalog/apps/zendesk"}}}]"#);
    assert_eq!(put("oidc_client").await.0, 204);
    let names = get(&org, &targets).await;
    assert_eq!(
        names.as_array().unwrap().iter().map(|app| (app["name"].as_str().unwrap(), app.get("id"))).collect::<Vec<_>>(),
        [("zendesk", None), ("oidc_client", None)]
    );
    assert_eq!(send(&org, "DELETE", &format!("{targets}/zendesk"), Value::Null).await.0, 204);
    let said = [
        refusal(put(&format!("oidc_client/{portal}")).await),
        refusal(put(&format!("zendesk/{portal}")).await).replace(&portal, "PORTAL"),
        refusal(put("pear_tree").await),
        refusal(send(&org, "DELETE", &format!("{targets}/oidc_client"), Value::Null).await),
    ];
    insta::assert_snapshot!(said.join("\n"), @r#"
    400 E0000001 Api validation failed: role ["The role is for all apps of the name 'oidc_client' already."]
    404 E0000007 Not found: Resource not found: PORTAL (AppInstance) []
    404 E0000007 Not found: Resource not found: pear_tree (App) []
    400 E0000001 Api validation failed: role ["You can't remove the last app target from a role assignment."]
    "#);
}

#[tokio::test]
async fn roles_go_with_their_client_and_the_log_tells_of_them() {
    let org = org();
    let (roles, role) = with_role(&org, "READ_ONLY_ADMIN").await;
    send(&org, "DELETE", &role, Value::Null).await;
    send(&org, "POST", &roles, json!({"type": "REPORT_ADMIN"})).await;
    let client = roles.strip_suffix("/roles").unwrap();
    assert_eq!(send(&org, "DELETE", client, Value::Null).await.0, 204);
    assert_eq!(send(&org, "GET", &roles, Value::Null).await.0, 404);
    assert_eq!(org.export()["tables"]["client_roles"], json!({}));
    let events = get(&org, "/api/v1/logs?filter=eventType%20sw%20%22app.oauth2.client.privilege%22").await;
    let line = |event: &Value| format!("{} {}", event["eventType"].as_str().unwrap(), event["target"][1]["displayName"].as_str().unwrap());
    let lines: Vec<_> = events.as_array().unwrap().iter().map(line).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    app.oauth2.client.privilege.grant Read-only Administrator
    app.oauth2.client.privilege.revoke Read-only Administrator
    app.oauth2.client.privilege.grant Report Administrator
    ");
}
