//! Authorization servers as objects of the org; their parts are tested beside this.

use idpctl_emulator::{Config, Data, Org};
use serde_json::{Value, json};

use crate::support::{create, frozen, get, org, refusal, send, server, switched, try_send, web};

const SERVERS: &str = "/api/v1/authorizationServers";

/// Takes an answer's links out of it, and writes each in a line.
fn links(server: &mut Value) -> String {
    let links = server.as_object_mut().unwrap().shift_remove("_links").unwrap();
    let shown = |name: &str, link: &Value| format!("{name} {} {}", link["href"].as_str().unwrap(), link["hints"]["allow"]);
    let lines = links.as_object().unwrap().iter().flat_map(|(name, link)| match link {
        Value::Array(several) => several.iter().map(|link| shown(link["name"].as_str().unwrap(), link)).collect(),
        one => vec![shown(name, one)],
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_server_is_created_with_okta_s_defaults() {
    let org = org();
    let (id, made) = server(&org, "Billing").await;
    assert!(id.starts_with("aus") && id.len() == 20, "{id}");
    assert_eq!(get(&org, &format!("{SERVERS}/{id}")).await, made);
    let mut made = made;
    insta::assert_snapshot!(links(&mut made), @r#"
    rotateKey https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/credentials/lifecycle/keyRotate ["POST"]
    oauth-authorization-server https://org.example.com/oauth2/ausf000008EuxowR85d7/.well-known/oauth-authorization-server ["GET"]
    openid-configuration https://org.example.com/oauth2/ausf000008EuxowR85d7/.well-known/openid-configuration ["GET"]
    keys https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/credentials/keys ["GET"]
    claims https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/claims ["GET","POST"]
    policies https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/policies ["GET","POST"]
    self https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7 ["GET","DELETE","PUT"]
    scopes https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/scopes ["GET","POST"]
    deactivate https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/lifecycle/deactivate ["POST"]
    "#);
    insta::assert_json_snapshot!(made, @r#"
    {
      "id": "ausf000008EuxowR85d7",
      "name": "Billing",
      "description": "For the test",
      "audiences": [
        "api://billing"
      ],
      "issuer": "https://org.example.com/oauth2/ausf000008EuxowR85d7",
      "issuerMode": "ORG_URL",
      "status": "ACTIVE",
      "created": "2026-01-01T00:00:00.000Z",
      "lastUpdated": "2026-01-01T00:00:00.000Z",
      "credentials": {
        "signing": {
          "kid": "3zRoBaj7Rn8zmWiT_sKnUJK3Kgp0_a0lZMvlo6nA6sQ",
          "rotationMode": "AUTO",
          "lastRotated": "2026-01-01T00:00:00.000Z",
          "nextRotation": "2026-04-01T00:00:00.000Z"
        }
      },
      "default": false
    }
    "#);
}

#[tokio::test]
async fn the_default_server_is_there_and_goes_by_its_name() {
    let org = org();
    let builtin = get(&org, &format!("{SERVERS}/default")).await;
    let id = builtin["id"].as_str().unwrap();
    assert_eq!(get(&org, &format!("{SERVERS}/{id}")).await, builtin);
    assert_eq!(get(&org, SERVERS).await, json!([builtin]));
    let mut builtin = builtin;
    assert!(links(&mut builtin).contains("self https://org.example.com/api/v1/authorizationServers/default ["));
    insta::assert_json_snapshot!(builtin, @r#"
    {
      "id": "ausf00000000fqmQG5d7",
      "name": "default",
      "description": "Default Authorization Server for your Applications",
      "audiences": [
        "api://default"
      ],
      "issuer": "https://org.example.com/oauth2/default",
      "issuerMode": "DYNAMIC",
      "status": "ACTIVE",
      "created": "2026-01-01T00:00:00.000Z",
      "lastUpdated": "2026-01-01T00:00:00.000Z",
      "credentials": {
        "signing": {
          "kid": "zj0ECPDlm9J04fD9UHSVlAobQgQ0v7cI-T9-Tuxn1Nw",
          "rotationMode": "MANUAL",
          "lastRotated": "2026-01-01T00:00:00.000Z"
        }
      },
      "default": true
    }
    "#);
}

#[tokio::test]
async fn a_replaced_server_keeps_what_is_the_org_s_own() {
    let org = org();
    let (id, made) = server(&org, "Billing").await;
    let path = format!("{SERVERS}/{id}");
    let sent = json!({
        "id": "aus0", "name": "Invoices", "audiences": ["api://invoices"], "issuer": "https://elsewhere.example.com", "status": "INACTIVE",
        "issuerMode": "DYNAMIC", "credentials": {"signing": {"rotationMode": "MANUAL", "kid": "mine"}},
    });
    let (status, after) = send(&org, "PUT", &path, sent).await;
    assert_eq!(status, 200);
    let mut expected = made.clone();
    expected["name"] = json!("Invoices");
    expected["description"] = Value::Null;
    expected["audiences"] = json!(["api://invoices"]);
    expected["issuerMode"] = json!("DYNAMIC");
    expected["credentials"]["signing"]["rotationMode"] = json!("MANUAL");
    expected["credentials"]["signing"].as_object_mut().unwrap().remove("nextRotation");
    assert_eq!(after, expected);
    assert_eq!(get(&org, &path).await, after);
}

#[tokio::test]
async fn a_put_without_modes_keeps_or_resets_them() {
    for (switch, mode) in [("keep", "MANUAL"), ("reset", "AUTO")] {
        let org = switched(&[("omitted-server-members", switch)]);
        let path = format!("{SERVERS}/default");
        let sent = json!({"name": "default", "audiences": ["api://default"]});
        let (_, after) = send(&org, "PUT", &path, sent).await;
        assert_eq!(after["credentials"]["signing"]["rotationMode"], mode, "{switch}");
    }
}

#[tokio::test]
async fn a_server_is_deleted_once_it_is_inactive_and_takes_its_parts_along() {
    let org = org();
    let (id, _) = server(&org, "Billing").await;
    let path = format!("{SERVERS}/{id}");
    assert_eq!(
        refusal(send(&org, "DELETE", &path, Value::Null).await),
        "403 E0000006 You do not have permission to perform the requested action []"
    );
    assert_eq!(send(&org, "POST", &format!("{path}/lifecycle/deactivate"), Value::Null).await, (204, Value::Null));
    let inactive = get(&org, &path).await;
    assert_eq!(inactive["status"], "INACTIVE");
    assert_eq!(inactive["_links"]["activate"]["href"], format!("https://org.example.com{path}/lifecycle/activate"));
    assert_eq!(send(&org, "DELETE", &path, Value::Null).await, (204, Value::Null));
    for gone in [path.clone(), format!("{path}/scopes"), format!("{path}/claims"), format!("{path}/policies")] {
        let answer = refusal(send(&org, "GET", &gone, Value::Null).await);
        assert_eq!(answer, format!("404 E0000007 Not found: Resource not found: {id} (AuthorizationServer) []"));
    }
}

#[tokio::test]
async fn an_active_server_can_be_deleted_where_the_org_is_so() {
    let org = switched(&[("active-server-delete", "accept")]);
    let (id, _) = server(&org, "Billing").await;
    assert_eq!(send(&org, "DELETE", &format!("{SERVERS}/{id}"), Value::Null).await.0, 204);
}

#[tokio::test]
async fn the_default_server_can_be_deactivated_but_not_deleted() {
    let org = org();
    let path = format!("{SERVERS}/default");
    assert_eq!(send(&org, "POST", &format!("{path}/lifecycle/deactivate"), Value::Null).await.0, 204);
    assert_eq!(send(&org, "DELETE", &path, Value::Null).await.0, 403);
    assert_eq!(get(&org, &path).await["status"], "INACTIVE");
}

#[tokio::test]
async fn what_is_no_server_is_refused() {
    let org = org();
    server(&org, "Billing").await;
    let with = |name: &str, value: Value| {
        let mut sent = json!({"name": "New", "audiences": ["api://new"]});
        sent[name] = value;
        sent
    };
    let sent = [
        with("name", Value::Null),
        with("name", json!("Billing")),
        with("name", json!(7)),
        with("audiences", Value::Null),
        with("audiences", json!([])),
        with("audiences", json!(["api://one", "api://two"])),
        with("issuerMode", json!("SOMEHOW")),
        with("credentials", json!({"signing": {"rotationMode": "SOMETIMES"}})),
    ];
    let mut said = Vec::new();
    for sent in sent {
        said.push(refusal(send(&org, "POST", SERVERS, sent).await));
    }
    said.push(refusal(send(&org, "PATCH", SERVERS, json!({})).await));
    said.push(refusal(send(&org, "GET", &format!("{SERVERS}/aus0"), Value::Null).await));
    said.push(refusal(send(&org, "GET", &format!("{SERVERS}/default/pears"), Value::Null).await));
    insta::assert_snapshot!(said.join("\n"), @r#"
    400 E0000001 Api validation failed: name ["name: The field cannot be left blank"]
    400 E0000001 Api validation failed: name ["name: An object with this field already exists in the current organization"]
    400 E0000003 The request body was not well-formed. []
    400 E0000001 Api validation failed: audiences ["audiences: The field cannot be left blank"]
    400 E0000001 Api validation failed: audiences ["audiences: The field cannot be left blank"]
    400 E0000001 Api validation failed: audiences ["audiences: Only one audience is supported"]
    400 E0000001 Api validation failed: issuerMode ["issuerMode: must be one of ORG_URL, CUSTOM_URL, DYNAMIC"]
    400 E0000001 Api validation failed: rotationMode ["rotationMode: must be one of AUTO, MANUAL"]
    405 E0000022 The endpoint does not support the provided HTTP method []
    404 E0000007 Not found: Resource not found: aus0 (AuthorizationServer) []
    404 E0000008 The requested path was not found []
    "#);
    assert_eq!(get(&org, SERVERS).await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn two_servers_share_a_name_where_the_org_is_so() {
    let org = switched(&[("duplicate-server-names", "accept")]);
    server(&org, "Billing").await;
    server(&org, "Billing").await;
    assert_eq!(get(&org, &format!("{SERVERS}?q=billing")).await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn servers_are_found_by_name_or_audience_and_listed_in_pages() {
    let org = org();
    for name in ["Billing", "Invoices", "Orders"] {
        server(&org, name).await;
    }
    let names = async |query: &str| {
        let listed = get(&org, &format!("{SERVERS}?{query}")).await;
        listed.as_array().unwrap().iter().map(|server| server["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(names("").await, "default, Billing, Invoices, Orders");
    assert_eq!(names("q=INVO").await, "Invoices");
    assert_eq!(names("q=api%3A%2F%2Forders").await, "Orders");
    let response = try_send(&org, "GET", &format!("{SERVERS}?q=o&limit=1"), Value::Null).await.unwrap();
    let links: Vec<_> = response.headers().get_all("link").iter().map(|link| link.to_str().unwrap()).collect();
    let cursor = serde_json::from_slice::<Value>(response.body()).unwrap()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        links,
        [
            format!("<https://org.example.com{SERVERS}?limit=1&q=o>; rel=\"self\""),
            format!("<https://org.example.com{SERVERS}?after={cursor}&limit=1&q=o>; rel=\"next\""),
        ]
    );
    assert_eq!(names(&format!("q=o&after={cursor}")).await, "Orders");
    let response = try_send(&org, "GET", SERVERS, Value::Null).await.unwrap();
    assert_eq!(response.headers()["link"], format!("<https://org.example.com{SERVERS}?limit=200>; rel=\"self\""));
}

#[tokio::test]
async fn an_org_without_the_feature_says_so() {
    let org = switched(&[("api-access-management", "absent")]);
    for (method, path) in [("GET", format!("{SERVERS}/default")), ("POST", SERVERS.into())] {
        let said = refusal(send(&org, method, &path, json!({})).await);
        assert_eq!(said, "401 E0000015 You do not have permission to access the feature you are requesting []");
    }
}

#[tokio::test]
async fn servers_trust_others_until_they_are_told_not_to() {
    let org = org();
    let (first, _) = server(&org, "Billing").await;
    let (second, _) = server(&org, "Invoices").await;
    let path = format!("{SERVERS}/{first}/associatedServers");
    let names = async |query: &str| {
        let listed = get(&org, &format!("{path}{query}")).await;
        listed.as_array().unwrap().iter().map(|server| server["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (status, made) = send(&org, "POST", &path, json!({"trusted": [second]})).await;
    assert_eq!((status, &made[0]["id"]), (200, &json!(second)));
    assert_eq!(names("?trusted=true").await, ["Invoices"]);
    assert_eq!(names("?trusted=false").await, ["default"]);
    assert_eq!(send(&org, "POST", &path, json!({"trusted": [first]})).await.0, 400);
    assert_eq!(send(&org, "POST", &path, json!({"trusted": ["aus0"]})).await.0, 404);
    let one = format!("{path}/{second}");
    assert_eq!(send(&org, "DELETE", &one, Value::Null).await.0, 204);
    assert_eq!(send(&org, "DELETE", &one, Value::Null).await.0, 404);
    assert_eq!(names("").await, [""; 0]);
}

#[tokio::test]
async fn a_deleted_server_is_trusted_no_more() {
    let org = switched(&[("active-server-delete", "accept")]);
    let (first, _) = server(&org, "Billing").await;
    let (second, _) = server(&org, "Invoices").await;
    let path = format!("{SERVERS}/{first}/associatedServers");
    send(&org, "POST", &path, json!({"trusted": [second]})).await;
    send(&org, "DELETE", &format!("{SERVERS}/{second}"), Value::Null).await;
    assert_eq!(get(&org, &path).await, json!([]));
}

#[tokio::test]
async fn a_stored_org_has_its_servers_again() {
    let folder = tempfile::tempdir().unwrap();
    let config = || Config { data: Data::Directory(folder.path().to_owned()), ..frozen() };
    let org = Org::open(config()).unwrap();
    let (id, made) = server(&org, "Billing").await;
    let scopes = get(&org, &format!("{SERVERS}/{id}/scopes")).await;
    drop(org);
    let org = Org::open(config()).unwrap();
    assert_eq!(get(&org, &format!("{SERVERS}/{id}")).await, made);
    assert_eq!(get(&org, &format!("{SERVERS}/{id}/scopes")).await, scopes);
}

#[tokio::test]
async fn nobody_holds_a_refresh_token() {
    let org = org();
    let (client, _) = create(&org, web("Portal")).await;
    let path = format!("{SERVERS}/default/clients");
    let tokens = format!("{path}/{client}/tokens");
    assert_eq!(get(&org, &path).await, json!([]));
    assert_eq!(get(&org, &tokens).await, json!([]));
    assert_eq!(send(&org, "DELETE", &tokens, Value::Null).await, (204, Value::Null));
    let said = refusal(send(&org, "GET", &format!("{tokens}/oar1"), Value::Null).await);
    assert_eq!(said, "404 E0000007 Not found: Resource not found: oar1 (OAuth2RefreshToken) []");
    assert_eq!(send(&org, "GET", &format!("{path}/0oa0/tokens"), Value::Null).await.0, 404);
}
