//! Which object of the portal a document means, and what is read to find it.

use serde_json::{Value, json};

use crate::portal::{both, none, provider, server_side};
use crate::story::{document, org, with};

#[test]
fn what_is_on_a_later_page_is_found() {
    org(&[]).run(async |org| {
        for n in 0..25 {
            let name = format!("Provider {n}");
            org.in_portal("POST", "/oauth-providers", json!({"Name": name, "Type": "Other", "WellKnownURL": "https://idp.example.com"}))
                .await;
        }
        for n in 0..130 {
            let body = json!({"Name": format!("Type {n}"), "ResponseTypes": "token", "GrantType": "client_credentials"});
            org.in_portal("POST", "/oauth-providers/1/client-types", body).await;
        }
        let provider =
            document("OAuthProvider", "first", json!({"Name": "Provider 0", "Type": "Other", "WellKnownURL": "https://idp.example.com"}));
        let client_type = |n: usize| {
            let spec =
                json!({"provider": "first", "Name": format!("Type {n}"), "ResponseTypes": ["token"], "GrantType": ["client_credentials"]});
            document("ClientType", &format!("type-{n}"), spec)
        };
        let documents: Vec<_> = std::iter::once(provider).chain([0, 109, 110, 129].map(client_type)).collect();
        let plan = org.plan(&crate::world::declared(&documents), &none()).await.0;
        assert!(plan.is_empty(), "{}", crate::story::text(&plan));
        assert_eq!(plan.left_alone.len(), 126);
    });
}

#[test]
fn an_object_is_found_by_its_id_then_its_cid_then_its_name() {
    org(&[]).run(async |org| {
        org.does(&both(), &none()).await;
        let cid = org.in_portal("GET", "/oauth-providers/1/client-types/1", Value::Null).await["CID"].as_str().unwrap().to_owned();
        let renamed = with(with(server_side(), "metadata.id", json!("1")), "spec.Name", json!("Web"));
        insta::assert_snapshot!(org.does(&[provider("okta-prod"), renamed], &none()).await, @r#"
        ~ update ClientType/server-side "Web"
            Name: "Server-side application" → "Web"
            note: credentials that the portal has issued keep what they had: pending and new requests for access get the new values

        There before
          high IDP4402 ClientType/server-side (generated.yaml:37:7): the password grant teaches people to type their password into clients, and knows no second factor

        Not compared
          OAuthProvider/okta-prod: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta-prod

        1 to update, with 1 request.
        "#);
        let by_cid = with(with(server_side(), "spec.CID", json!(cid)), "spec.Name", json!("Web 2"));
        insta::assert_snapshot!(org.does(&[provider("okta-prod"), by_cid.clone()], &none()).await, @r#"
        ~ update ClientType/server-side "Web 2"
            Name: "Web" → "Web 2"
            note: credentials that the portal has issued keep what they had: pending and new requests for access get the new values

        There before
          high IDP4402 ClientType/server-side (generated.yaml:36:7): the password grant teaches people to type their password into clients, and knows no second factor

        Not compared
          OAuthProvider/okta-prod: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta-prod

        1 to update, with 1 request.
        "#);
        org.sent();
        insta::assert_snapshot!(org.shows(&[provider("okta-prod"), with(by_cid.clone(), "metadata.id", json!("17"))], &none()).await, @"
        ClientType/server-side is pinned to `17`, and there is no such object
          help: correct `metadata.id`, or take it out to have the object found by its name, or made
        ");
        let moved = with(with(server_side(), "spec.CID", json!("another")), "spec.Name", json!("Web 2"));
        let problems = org.shows(&[provider("okta-prod"), moved], &none()).await.replace(&cid, "(the CID)");
        insta::assert_snapshot!(problems, @"
        `CID` of ClientType/server-side is `(the CID)` and cannot be changed to `another`
          help: write `CID: (the CID)`, or take it out
        ");
    });
}

#[test]
fn client_types_of_one_name_are_told_apart_by_their_providers() {
    org(&[]).run(async |org| {
        let other = with(with(provider("keycloak"), "spec.Name", json!("Keycloak")), "spec.Type", json!("Keycloak"));
        let twin = with(with(server_side(), "metadata.name", json!("twin")), "spec.provider", json!("keycloak"));
        let web = with(with(server_side(), "metadata.name", json!("web")), "spec.Name", json!("Web"));
        let documents = [provider("okta-prod"), other, server_side(), twin.clone(), web];
        org.does(&documents, &none()).await;
        let again = org.shows(&documents, &none()).await;
        assert!(again.ends_with("Nothing to do, as far as could be compared.\n"), "{again}");
        org.sent();
        let [first, second, third, _, fifth] = documents;
        org.does(&[first, second, third, with(twin, "spec.Description", json!("Of the other")), fifth], &none()).await;
        let sent = org.sent();
        let [write] = sent.lines().filter(|request| request.starts_with("PUT")).collect::<Vec<_>>()[..] else { panic!("{sent}") };
        let providers = org.in_portal("GET", "/oauth-providers", Value::Null).await;
        let keycloak = providers.as_array().unwrap().iter().find(|provider| provider["Name"] == "Keycloak").unwrap();
        assert!(write.contains(&format!("/oauth-providers/{}/client-types/", keycloak["ID"])), "{write}");
    });
}

#[test]
fn two_objects_of_one_name_are_told_apart_by_their_ids_alone() {
    org(&[]).run(async |org| {
        org.does(&both(), &none()).await;
        let body = json!({"Name": "Server-side application", "ResponseTypes": "token", "GrantType": "client_credentials"});
        org.in_portal("POST", "/oauth-providers/1/client-types", body).await;
        let problems = org.shows(&both(), &none()).await;
        let cids = org.in_portal("GET", "/oauth-providers/1/client-types", Value::Null).await;
        let cids = cids.as_array().unwrap().iter().map(|t| t["CID"].as_str().unwrap().to_owned());
        insta::assert_snapshot!(cids.fold(problems, |text, cid| text.replace(&cid, "…")), @"
        2 live objects have the name of ClientType/server-side: 2 (CID …), 1 (CID …)
          help: pin the right one with `metadata.id`
        ");
        insta::assert_snapshot!(org.shows(&[provider("okta-prod"), with(server_side(), "metadata.id", json!("1"))], &none()).await, @"
        Left alone
          OAuthProvider/okta-prod/client-type/2: the client type 2 `Server-side application` of the provider 1 is not declared; `metadata.prune: true` in the provider's document would allow pruning it

        Not compared
          OAuthProvider/okta-prod: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta-prod

        Nothing to do, as far as could be compared.
        ");
    });
}

#[test]
fn a_client_type_is_made_beside_others() {
    for cid in ["shown", "hidden"] {
        org(&[("portal-cid", cid)]).run(async |org| {
            org.does(&both(), &none()).await;
            let mut other = with(with(server_side(), "metadata.name", json!("other")), "spec.Name", json!("Other"));
            if cid == "shown" {
                other = with(other, "spec.CID", json!("other"));
            }
            let all = [&both()[..], &[other]].concat();
            let made = org.tries(&all, &none()).await;
            insta::allow_duplicates!(insta::assert_snapshot!(made, @"
            applied   create ClientType/other

            1 applied.
            "));
        });
    }
}

#[test]
fn client_types_are_read_only_where_something_depends_on_them() {
    org(&[]).run(async |org| {
        org.does(&both(), &none()).await;
        let asked = async |documents: &[Value]| {
            org.org.clear_requests();
            org.shows(documents, &none()).await;
            org.requests()
        };
        insta::assert_snapshot!(asked(&[provider("okta-prod")]).await, @"
        GET /portal-api/oauth-providers
        GET /portal-api/oauth-providers
        ");
        insta::assert_snapshot!(asked(&[with(provider("okta-prod"), "metadata.prune", json!(true))]).await, @"
        GET /portal-api/oauth-providers
        GET /portal-api/oauth-providers
        GET /portal-api/oauth-providers/1/client-types
        GET /portal-api/oauth-providers/1/client-types
        ");
        insta::assert_snapshot!(asked(&both()).await, @"
        GET /portal-api/oauth-providers
        GET /portal-api/oauth-providers
        GET /portal-api/oauth-providers/1/client-types
        GET /portal-api/oauth-providers/1/client-types
        ");
    });
}

#[test]
fn a_provider_that_no_manifest_declares_can_be_referred_to() {
    org(&[]).run(async |org| {
        org.in_portal("POST", "/oauth-providers", json!({"Name": "Theirs", "Type": "Okta", "WellKnownURL": "https://idp.example.com"})).await;
        for reference in [json!({"id": "1"}), json!({"Name": "Theirs"})] {
            org.does(&[with(server_side(), "spec.provider", reference)], &none()).await;
        }
        insta::assert_snapshot!(org.sent(), @r#"POST /portal-api/oauth-providers/1/client-types {"Name":"Server-side application","Description":"Server-side applications that don't act on behalf of end-users","ResponseTypes":"code,token","GrantType":"authorization_code,refresh_token,password","TokenEndpointAuthMethod":"client_secret_basic","OktaAppType":"web"}"#);
        org.in_portal("POST", "/oauth-providers/1/client-types", json!({"Name": "Theirs", "ResponseTypes": "token", "GrantType": "implicit"})).await;
        insta::assert_snapshot!(org.shows(&[with(server_side(), "spec.provider", json!({"id": "1"}))], &none()).await, @"
        Left alone
          ClientType/server-side/client-type/2: the client type 2 `Theirs` of the provider 1 is not declared; `metadata.prune: true` in the provider's document would allow pruning it

        Nothing to do: all that is declared is in the org.
        ");
        insta::assert_snapshot!(org.shows(&[with(server_side(), "spec.provider", json!({"Name": "Nobody's"}))], &none()).await, @"
        ClientType/server-side refers to the provider {Name: Nobody's}, and there is none
          help: correct the reference, or declare the provider in an OAuthProvider document
        ");
        org.in_portal("POST", "/oauth-providers", json!({"Name": "Theirs", "Type": "Okta", "WellKnownURL": "https://idp.example.com"})).await;
        let problems = org.shows(&[with(server_side(), "spec.provider", json!({"Name": "Theirs"}))], &none()).await;
        assert!(problems.contains("and there are 1 (CID") || problems.contains("and there are 2 (CID"), "{problems}");
    });
}
