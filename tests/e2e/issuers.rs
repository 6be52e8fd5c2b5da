//! What the portal and the org must agree in: issuers of providers, and scopes of products and plans.

use serde_json::{Value, json};

use crate::org::{Output, TestOrg, frozen};

const APP: &str = "apiVersion: idpctl/v1\nkind: App\nmetadata: {name: web}\nspec: {label: Web, settings: {oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}}}\n";
const DEFAULT: &str = "/oauth2/default/.well-known/openid-configuration";

/// Returns a provider's document, with one client type.
fn provider(name: &str, url: &str) -> String {
    format!(
        "apiVersion: idpctl/v1\nkind: OAuthProvider\nmetadata: {{name: {name}}}\nspec: {{Name: {name}, Type: Okta, RegistrationAccessToken: null, WellKnownURL: '{url}'}}\n\
         ---\napiVersion: idpctl/v1\nkind: ClientType\nmetadata: {{name: {name}}}\nspec: {{provider: {name}, Name: Service at {name}, \
         ResponseTypes: [token], GrantType: [client_credentials], OktaAppType: service}}\n"
    )
}

/// Returns an org and a portal with an applied provider whose address is below the org's.
fn applied(path: &str) -> TestOrg {
    let test = TestOrg::new().with_portal();
    test.write("manifests/app.yaml", APP);
    test.write("manifests/portal.yaml", provider("okta", &format!("{}{path}", test.url())));
    let _ = test.run("apply --auto-approve").ends_with(0);
    test
}

/// Sends to the portal, as its administrator.
fn portal(test: &TestOrg, path: &str, body: &Value) -> Value {
    test.send("POST", &format!("/portal-api{path}"), body)
}

fn product(scopes: &str, client_types: &[u64]) -> Value {
    json!({"Name": "Payments", "ProviderID": 1, "IsDocumentationOnly": false, "DCREnabled": true, "Scopes": scopes, "Templates": client_types})
}

fn plan(name: &str, scope: &str) -> Value {
    json!({"Name": name, "ProviderID": 1, "JWTScope": scope})
}

fn reads(output: &Output) -> Vec<String> {
    let between = ["/api/v1/authorizationServers", "/portal-api/products", "/portal-api/plans"];
    output.sent().into_iter().filter(|request| between.iter().any(|path| request.contains(path))).collect()
}

#[test]
fn a_provider_that_is_an_issuer_of_the_org_is_fine() {
    for path in [DEFAULT, "/.well-known/openid-configuration", "/oauth2/default/.well-known/oauth-authorization-server"] {
        let test = applied(path);
        insta::allow_duplicates! {
            insta::assert_snapshot!(test.run("plan"), @"
            Plan for `default` in http://ORG (00of00000000j617U5d7) and the portal http://ORG

            Not compared
              OAuthProvider/okta: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta

            Nothing to do, as far as could be compared.
            [exit status: 0]
            ");
        }
    }
}

#[test]
fn a_provider_that_is_none_is_a_finding() {
    let test = applied("/oauth2/ausnowhere/.well-known/openid-configuration");
    insta::assert_snapshot!(test.run("plan"), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7) and the portal http://ORG

    Findings
      high IDP4101 OAuthProvider/okta (manifests/portal.yaml:4:77): `WellKnownURL` names an authorization server that the org http://ORG has not; it has: `default` (ausf00000000fqmQG5d7)
          Write the discovery document of one of the org's issuers, for example http://ORG/oauth2/default/.well-known/openid-configuration.
          https://www.rfc-editor.org/rfc/rfc9700#section-2.6

    Not compared
      OAuthProvider/okta: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta

    Nothing to do, as far as could be compared.
    [exit status: 0]
    ");
    test.write("manifests/portal.yaml", provider("okta", &format!("{}/oauth2/default", test.url())));
    insta::assert_snapshot!(test.run("plan"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7) and the portal http://ORG

    ~ update OAuthProvider/okta "okta"
        WellKnownURL: "http://ORG/oauth2/ausnowhere/.well-known/openid-configuration" → "http://ORG/oauth2/default"
        note: credentials that the portal has issued keep what they had: pending and new requests for access get the new values

    Findings
      high IDP4101 OAuthProvider/okta (manifests/portal.yaml:4:77): `WellKnownURL` is no discovery document of the org http://ORG, so the portal cannot register clients
          Write the discovery document of one of the org's issuers, for example http://ORG/oauth2/default/.well-known/openid-configuration.
          https://www.rfc-editor.org/rfc/rfc9700#section-2.6

    1 to update, with 1 request.
    [exit status: 0]
    "#);
    test.write("manifests/portal.yaml", provider("okta", "https://other.okta.com/oauth2/default/.well-known/openid-configuration"));
    insta::assert_snapshot!(test.run("plan"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7) and the portal http://ORG

    ~ update OAuthProvider/okta "okta"
        WellKnownURL: "http://ORG/oauth2/ausnowhere/.well-known/openid-configuration" → "https://other.okta.com/oauth2/default/.well-known/openid-configuration"
        note: credentials that the portal has issued keep what they had: pending and new requests for access get the new values

    Findings
      high IDP4101 OAuthProvider/okta (manifests/portal.yaml:4:77): `WellKnownURL` leads elsewhere than to the org http://ORG, so the portal registers clients elsewhere
          Write the discovery document of one of the org's issuers, for example http://ORG/oauth2/default/.well-known/openid-configuration.
          https://www.rfc-editor.org/rfc/rfc9700#section-2.6

    1 to update, with 1 request.
    [exit status: 0]
    "#);
    insta::assert_snapshot!(test.run("plan --select App/web"), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7) and the portal http://ORG

    Nothing to do: the org is as declared.
    [exit status: 0]
    ");
}

#[test]
fn an_inactive_server_is_a_finding() {
    let test = applied(DEFAULT);
    let server = test.send("POST", "/api/v1/authorizationServers", &json!({"name": "orders", "audiences": ["https://orders"]}));
    let id = server["id"].as_str().unwrap();
    test.write("manifests/portal.yaml", provider("okta", &format!("{}/oauth2/{id}/.well-known/openid-configuration", test.url())));
    assert!(!test.run("plan").ends_with(0).stdout.contains("IDP4101"));
    let _ = test.send("POST", &format!("/api/v1/authorizationServers/{id}/lifecycle/deactivate"), &Value::Null);
    let output = test.run("plan").ends_with(0).stdout.replace(id, "AUS");
    let finding = output.lines().find(|line| line.contains("IDP4101")).unwrap();
    insta::assert_snapshot!(finding, @"  high IDP4101 OAuthProvider/okta (manifests/portal.yaml:4:77): `WellKnownURL` is that of the authorization server `orders` (AUS), which is inactive and gives nobody tokens");
}

#[test]
fn scopes_that_no_server_has_are_findings_until_one_has_them() {
    for form in ["array", "data"] {
        let mut config = frozen();
        config.switches.set("portal-plan-list", form).unwrap();
        let test = TestOrg::with(config).with_portal();
        test.write("manifests/app.yaml", APP);
        test.write("manifests/portal.yaml", provider("okta", &format!("{}{DEFAULT}", test.url())));
        let _ = test.run("apply --auto-approve").ends_with(0);
        portal(&test, "/products", &product("openid,payments.read,payments.write", &[1]));
        portal(
            &test,
            "/products",
            &json!({"Name": "Documents", "ProviderID": 1, "IsDocumentationOnly": true, "Scopes": "unused", "Templates": [1]}),
        );
        portal(&test, "/plans", &plan("Gold", "gold"));
        portal(&test, "/plans", &plan("Free", ""));
        insta::allow_duplicates! {
            insta::assert_snapshot!(test.run("plan"), @"
            Plan for `default` in http://ORG (00of00000000j617U5d7) and the portal http://ORG

            Findings
              medium IDP4102 OAuthProvider/okta (manifests/portal.yaml:3:18): the plan `Gold` asks for the scope `gold`, which no authorization server behind the portal has: access requests cannot be approved
                  Declare the scope in an AuthorizationServer document, or take it out of the plan.
                  https://developer.okta.com/docs/guides/customize-authz-server/main/
              medium IDP4102 OAuthProvider/okta (manifests/portal.yaml:3:18): the product `Payments` asks for the scopes `payments.read`, `payments.write`, which the authorization server `default` (ausf00000000fqmQG5d7) has not: access requests cannot be approved
                  Declare the scopes in an AuthorizationServer document, or take them out of the product.
                  https://developer.okta.com/docs/guides/customize-authz-server/main/

            Not compared
              OAuthProvider/okta: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta

            Nothing to do, as far as could be compared.
            [exit status: 0]
            ");
        }
        for scope in ["payments.read", "payments.write", "gold"] {
            let _ = test.send("POST", "/api/v1/authorizationServers/default/scopes", &json!({"name": scope}));
        }
        assert!(!test.run("plan").ends_with(0).stdout.contains("IDP41"), "all are there");
    }
}

#[test]
fn a_plan_is_not_held_against_the_org_where_a_provider_is_another() {
    let test = applied(DEFAULT);
    portal(&test, "/plans", &plan("Gold", "gold"));
    assert!(test.run("plan").ends_with(0).stdout.contains("IDP4102"));
    let keycloak =
        json!({"Name": "Keycloak", "Type": "Keycloak", "WellKnownURL": "https://keycloak.example.com/.well-known/openid-configuration"});
    portal(&test, "/oauth-providers", &keycloak);
    assert!(!test.run("plan").ends_with(0).stdout.contains("IDP4102"), "the plan may be for that one");
}

#[test]
fn what_may_not_be_read_is_said_and_stops_nothing() {
    let mut config = frozen();
    config.switches.set("api-access-management", "absent").unwrap();
    let test = TestOrg::with(config).with_portal();
    test.write("manifests/app.yaml", APP);
    test.write("manifests/portal.yaml", provider("okta", &format!("{}{DEFAULT}", test.url())));
    let _ = test.run("apply --auto-approve").ends_with(0);
    insta::assert_snapshot!(test.run("plan"), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7) and the portal http://ORG

    Not compared
      OAuthProvider/okta: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta
      OAuthProvider/okta: whether the org has the issuer, and the scopes that the portal asks for, is not known: the list of authorization servers cannot be read: `GET /api/v1/authorizationServers?limit=200` was answered 401: E0000015, You do not have permission to access the feature you are requesting, request id ID, 1 attempt in TIME s

    Nothing to do, as far as could be compared.
    [exit status: 0]
    ");
}

#[test]
fn without_a_provider_of_okta_nothing_more_is_read() {
    let test = TestOrg::new().with_portal();
    test.write("manifests/app.yaml", APP);
    test.write(
        "manifests/portal.yaml",
        provider("other", "https://id.example.com/.well-known/openid-configuration").replace("Type: Okta", "Type: Other"),
    );
    assert_eq!(reads(&test.run("plan").ends_with(0)), [""; 0]);
    let test = applied(DEFAULT);
    assert_eq!(reads(&test.run("plan").ends_with(0)).len(), 4);
}
