//! The events that writes to authorization servers and their parts leave.

use serde_json::{Value, json};

use crate::{
    logs::{done, id, told},
    support::org,
};

#[tokio::test]
async fn an_authorization_server_leaves_events_of_all_that_is_done_to_it() {
    let org = org();
    let all = "/api/v1/authorizationServers";
    let made = done(&org, "POST", all, json!({"name": "Orders", "description": "d", "audiences": ["api://orders"]})).await;
    let path = format!("{all}/{}", id(&made));
    done(&org, "PUT", &path, json!({"name": "Orders 2", "description": "d", "audiences": ["api://orders"]})).await;
    done(&org, "POST", &format!("{path}/credentials/lifecycle/keyRotate"), json!({"use": "sig"})).await;
    let other = done(&org, "POST", all, json!({"name": "Other", "description": "d", "audiences": ["api://other"]})).await;
    done(&org, "POST", &format!("{path}/associatedServers"), json!({"trusted": [id(&other)]})).await;
    done(&org, "DELETE", &format!("{path}/associatedServers/{}", id(&other)), Value::Null).await;
    done(&org, "POST", &format!("{path}/lifecycle/deactivate"), Value::Null).await;
    done(&org, "POST", &format!("{path}/lifecycle/activate"), Value::Null).await;
    done(&org, "POST", &format!("{path}/lifecycle/deactivate"), Value::Null).await;
    done(&org, "DELETE", &path, Value::Null).await;
    insta::assert_snapshot!(told(&org).await, @"
    oauth2.as.created | /api/v1/authorizationServers | AuthorizationServer Orders
    oauth2.as.updated | /api/v1/authorizationServers/ausf000008EuxowR85d7 | AuthorizationServer Orders 2
    app.oauth2.as.key.rollover | /api/v1/authorizationServers/ausf000008EuxowR85d7/credentials/lifecycle/keyRotate | AuthorizationServer Orders 2
    oauth2.as.created | /api/v1/authorizationServers | AuthorizationServer Other
    app.oauth2.trusted_server.add | /api/v1/authorizationServers/ausf000008EuxowR85d7/associatedServers | AuthorizationServer Orders 2, AuthorizationServer Other
    app.oauth2.trusted_server.delete | /api/v1/authorizationServers/ausf000008EuxowR85d7/associatedServers/ausf000011rVVlfa25d7 | AuthorizationServer Orders 2, AuthorizationServer Other
    oauth2.as.deactivated | /api/v1/authorizationServers/ausf000008EuxowR85d7/lifecycle/deactivate | AuthorizationServer Orders 2
    oauth2.as.activated | /api/v1/authorizationServers/ausf000008EuxowR85d7/lifecycle/activate | AuthorizationServer Orders 2
    oauth2.as.deactivated | /api/v1/authorizationServers/ausf000008EuxowR85d7/lifecycle/deactivate | AuthorizationServer Orders 2
    oauth2.as.deleted | /api/v1/authorizationServers/ausf000008EuxowR85d7 | AuthorizationServer Orders 2
    ");
}

#[tokio::test]
async fn scopes_claims_policies_and_rules_leave_events_that_name_their_server() {
    let org = org();
    let all = "/api/v1/authorizationServers";
    let made = done(&org, "POST", all, json!({"name": "Orders", "description": "d", "audiences": ["api://orders"]})).await;
    let path = format!("{all}/{}", id(&made));
    let scope = done(&org, "POST", &format!("{path}/scopes"), json!({"name": "orders.read"})).await;
    let scope = format!("{path}/scopes/{}", id(&scope));
    done(&org, "PUT", &scope, json!({"name": "orders.read", "description": "Reads"})).await;
    done(&org, "DELETE", &scope, Value::Null).await;
    let claim = json!({"name": "tier", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": "\"gold\"", "status": "ACTIVE"});
    let made = done(&org, "POST", &format!("{path}/claims"), claim).await;
    done(&org, "DELETE", &format!("{path}/claims/{}", id(&made)), Value::Null).await;
    let policy = |name: &str| {
        json!({
            "type": "OAUTH_AUTHORIZATION_POLICY", "name": name, "description": "d", "priority": 1, "status": "ACTIVE",
            "conditions": {"clients": {"include": ["ALL_CLIENTS"]}},
        })
    };
    let made = done(&org, "POST", &format!("{path}/policies"), policy("All")).await;
    let place = format!("{path}/policies/{}", id(&made));
    done(&org, "PUT", &place, policy("Everyone")).await;
    done(&org, "POST", &format!("{place}/lifecycle/deactivate"), Value::Null).await;
    let rule = json!({
        "type": "RESOURCE_ACCESS", "name": "Machines", "priority": 1, "status": "ACTIVE",
        "conditions": {"people": {"users": {}, "groups": {"include": ["EVERYONE"]}},
            "grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["*"]}},
        "actions": {"token": {"accessTokenLifetimeMinutes": 60, "refreshTokenLifetimeMinutes": 0, "refreshTokenWindowMinutes": 10080}},
    });
    let made = done(&org, "POST", &format!("{place}/rules"), rule.clone()).await;
    let mut second = rule.clone();
    second["name"] = json!("More");
    done(&org, "POST", &format!("{place}/rules"), second).await;
    let rule_place = format!("{place}/rules/{}", id(&made));
    let mut longer = rule;
    longer["actions"]["token"]["accessTokenLifetimeMinutes"] = json!(30);
    longer["priority"] = made["priority"].clone();
    done(&org, "PUT", &rule_place, longer).await;
    done(&org, "POST", &format!("{rule_place}/lifecycle/deactivate"), Value::Null).await;
    done(&org, "DELETE", &rule_place, Value::Null).await;
    done(&org, "DELETE", &place, Value::Null).await;
    insta::assert_snapshot!(told(&org).await, @r#"
    oauth2.as.created | /api/v1/authorizationServers | AuthorizationServer Orders
    oauth2.scope.created | /api/v1/authorizationServers/ausf000008EuxowR85d7/scopes | OAuth2Scope orders.read, AuthorizationServer Orders
    oauth2.scope.updated | /api/v1/authorizationServers/ausf000008EuxowR85d7/scopes/scpf000011rVDZ7U55d7 | OAuth2Scope orders.read, AuthorizationServer Orders
    oauth2.scope.deleted | /api/v1/authorizationServers/ausf000008EuxowR85d7/scopes/scpf000011rVDZ7U55d7 | OAuth2Scope orders.read, AuthorizationServer Orders
    oauth2.claim.created | /api/v1/authorizationServers/ausf000008EuxowR85d7/claims | OAuth2Claim tier, AuthorizationServer Orders
    oauth2.claim.deleted | /api/v1/authorizationServers/ausf000008EuxowR85d7/claims/oclf000013vEFF7lF5d7 | OAuth2Claim tier, AuthorizationServer Orders
    policy.lifecycle.create | /api/v1/authorizationServers/ausf000008EuxowR85d7/policies | PolicyEntity All, AuthorizationServer Orders
    policy.lifecycle.update | /api/v1/authorizationServers/ausf000008EuxowR85d7/policies/00pf000015yxXJ9Cg5d7 | PolicyEntity Everyone from {"name":"All"} to {"name":"Everyone"}, AuthorizationServer Orders
    policy.lifecycle.deactivate | /api/v1/authorizationServers/ausf000008EuxowR85d7/policies/00pf000015yxXJ9Cg5d7/lifecycle/deactivate | PolicyEntity Everyone, AuthorizationServer Orders
    policy.rule.add | /api/v1/authorizationServers/ausf000008EuxowR85d7/policies/00pf000015yxXJ9Cg5d7/rules | PolicyRule Machines, PolicyEntity Everyone, AuthorizationServer Orders
    policy.rule.update | /api/v1/authorizationServers/ausf000008EuxowR85d7/policies/00pf000015yxXJ9Cg5d7/rules | PolicyRule Machines from {"priority":1} to {"priority":2}, PolicyEntity Everyone, AuthorizationServer Orders
    policy.rule.add | /api/v1/authorizationServers/ausf000008EuxowR85d7/policies/00pf000015yxXJ9Cg5d7/rules | PolicyRule More, PolicyEntity Everyone, AuthorizationServer Orders
    policy.rule.update | /api/v1/authorizationServers/ausf000008EuxowR85d7/policies/00pf000015yxXJ9Cg5d7/rules/0prf0000182gMHegt5d7 | PolicyRule Machines from {"priority":2,"actions":{"token":{"accessTokenLifetimeMinutes":60}}} to {"priority":1,"actions":{"token":{"accessTokenLifetimeMinutes":30}}}, PolicyEntity Everyone, AuthorizationServer Orders
    policy.rule.update | /api/v1/authorizationServers/ausf000008EuxowR85d7/policies/00pf000015yxXJ9Cg5d7/rules/0prf0000182gMHegt5d7 | PolicyRule More from {"priority":1} to {"priority":2}, PolicyEntity Everyone, AuthorizationServer Orders
    policy.rule.deactivate | /api/v1/authorizationServers/ausf000008EuxowR85d7/policies/00pf000015yxXJ9Cg5d7/rules/0prf0000182gMHegt5d7/lifecycle/deactivate | PolicyRule Machines, PolicyEntity Everyone, AuthorizationServer Orders
    policy.rule.delete | /api/v1/authorizationServers/ausf000008EuxowR85d7/policies/00pf000015yxXJ9Cg5d7/rules/0prf0000182gMHegt5d7 | PolicyRule Machines, PolicyEntity Everyone, AuthorizationServer Orders
    policy.rule.update | /api/v1/authorizationServers/ausf000008EuxowR85d7/policies/00pf000015yxXJ9Cg5d7/rules/0prf0000182gMHegt5d7 | PolicyRule More from {"priority":2} to {"priority":1}, PolicyEntity Everyone, AuthorizationServer Orders
    policy.lifecycle.delete | /api/v1/authorizationServers/ausf000008EuxowR85d7/policies/00pf000015yxXJ9Cg5d7 | PolicyEntity Everyone, AuthorizationServer Orders
    "#);
}
