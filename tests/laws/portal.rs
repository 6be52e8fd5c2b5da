//! What happens to the portal's providers and client types: what is sent, what is found, what is left alone.

use idpctl::plan::Choices;
use serde_json::{Value, json};

use crate::story::{document, org, pruning, with};
use crate::world::World;

/// Returns an `OAuthProvider` document.
pub(crate) fn provider(name: &str) -> Value {
    document(
        "OAuthProvider",
        name,
        json!({"Name": "Okta prod", "Type": "Okta", "WellKnownURL": "https://acme.okta.com/oauth2/default/.well-known/openid-configuration",
            "RegistrationAccessToken": {"env": "IDPCTL_ONE"}, "SSLInsecureSkipVerify": false}),
    )
}

/// Returns the `ClientType` document of the portal's documentation.
pub(crate) fn server_side() -> Value {
    document(
        "ClientType",
        "server-side",
        json!({"provider": "okta-prod", "Name": "Server-side application",
            "Description": "Server-side applications that don't act on behalf of end-users", "ResponseTypes": ["code", "token"],
            "GrantType": ["authorization_code", "refresh_token", "password"], "TokenEndpointAuthMethod": "client_secret_basic",
            "OktaAppType": "web"}),
    )
}

pub(crate) fn none() -> Choices {
    Choices::default()
}

pub(crate) fn both() -> [Value; 2] {
    [provider("okta-prod"), server_side()]
}

/// Returns what the portal has of a path, as its own lists show it.
async fn shown(world: &World, path: &str) -> String {
    let listed = world.in_portal("GET", path, Value::Null).await;
    listed.as_array().into_iter().flatten().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_documented_client_type_is_created_and_updated_with_the_documented_bodies() {
    org(&[]).run(async |org| {
        insta::assert_snapshot!(org.does(&both(), &none()).await, @r#"
        + create OAuthProvider/okta-prod "Okta prod"
            Name: "Okta prod"
            Type: "Okta"
            WellKnownURL: "https://acme.okta.com/oauth2/default/.well-known/openid-configuration"
            SSLInsecureSkipVerify: false
            RegistrationAccessToken: (secret)

        + create ClientType/server-side "Server-side application"
            Name: "Server-side application"
            Description: "Server-side applications that don't act on behalf of end-users"
            ResponseTypes: "code,token"
            GrantType: "authorization_code,refresh_token,password"
            TokenEndpointAuthMethod: "client_secret_basic"
            OktaAppType: "web"

        Findings
          high IDP4402 ClientType/server-side (generated.yaml:36:7): the password grant teaches people to type their password into clients, and knows no second factor
              Use the authorization code grant with PKCE.
              https://www.rfc-editor.org/rfc/rfc9700#section-2.4

        2 to create, with 2 requests.
        "#);
        insta::assert_snapshot!(org.sent(), @r#"
        POST /portal-api/oauth-providers {"Name":"Okta prod","Type":"Okta","WellKnownURL":"https://acme.okta.com/oauth2/default/.well-known/openid-configuration","SSLInsecureSkipVerify":false,"RegistrationAccessToken":"a secret that is called ONE, of good length"}
        POST /portal-api/oauth-providers/1/client-types {"Name":"Server-side application","Description":"Server-side applications that don't act on behalf of end-users","ResponseTypes":"code,token","GrantType":"authorization_code,refresh_token,password","TokenEndpointAuthMethod":"client_secret_basic","OktaAppType":"web"}
        "#);
        let fewer = with(server_side(), "spec.GrantType", json!(["authorization_code", "refresh_token"]));
        let fewer = with(fewer, "spec.Description", Value::Null);
        insta::assert_snapshot!(org.does(&[provider("okta-prod"), fewer], &none()).await, @r#"
        ~ update ClientType/server-side "Server-side application"
            Description: "Server-side applications that don't act on behalf of end-users" → ""
            GrantType: "authorization_code,refresh_token,password" → "authorization_code,refresh_token"
            note: credentials that the portal has issued keep what they had: pending and new requests for access get the new values

        Findings
          low IDP4105 ClientType/server-side (generated.yaml:33:18): new clients are registered without the grant type `password`; those that there are keep it
              Revoke the credentials that must not have it, or change the clients at the provider.
              https://www.rfc-editor.org/rfc/rfc9700#section-2.3

        Not compared
          OAuthProvider/okta-prod: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta-prod

        1 to update, with 1 request.
        "#);
        insta::assert_snapshot!(org.sent(), @r#"PUT /portal-api/oauth-providers/1/client-types/1 {"Description":"","GrantType":"authorization_code,refresh_token","Name":"Server-side application","OktaAppType":"web","ResponseTypes":"code,token","TokenEndpointAuthMethod":"client_secret_basic"}"#);
        insta::assert_snapshot!(shown(org, "/oauth-providers/1/client-types").await, @r#"{"CID":"Dqky0jSIY3sno5FLe9opOHhDbUE","CreatedAt":"2026-01-01 00:00","Description":"","GrantType":"authorization_code,refresh_token","ID":1,"Name":"Server-side application","OktaAppType":"web","ResponseTypes":"code,token","TokenEndpointAuthMethod":"client_secret_basic","UpdatedAt":"2026-01-01 00:00"}"#);
    });
}

#[test]
fn the_registration_token_goes_along_with_every_write_of_its_provider_and_is_never_compared() {
    org(&[]).run(async |org| {
        insta::assert_snapshot!(org.does(&[provider("okta-prod")], &none()).await, @r#"
        + create OAuthProvider/okta-prod "Okta prod"
            Name: "Okta prod"
            Type: "Okta"
            WellKnownURL: "https://acme.okta.com/oauth2/default/.well-known/openid-configuration"
            SSLInsecureSkipVerify: false
            RegistrationAccessToken: (secret)

        1 to create, with 1 request.
        "#);
        insta::assert_snapshot!(org.shows(&[provider("okta-prod")], &none()).await, @"
        Not compared
          OAuthProvider/okta-prod: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta-prod

        Nothing to do, as far as could be compared.
        ");
        let open = with(provider("okta-prod"), "spec.SSLInsecureSkipVerify", json!(true));
        insta::assert_snapshot!(org.does(&[open], &none()).await, @r#"
        ~ update OAuthProvider/okta-prod "Okta prod"
            SSLInsecureSkipVerify: false → true
            note: its registration token is sent along: whether the portal keeps one that is left out is not known
            note: credentials that the portal has issued keep what they had: pending and new requests for access get the new values

        Findings
          high IDP4104 OAuthProvider/okta-prod (generated.yaml:15:30): the portal does not check the provider's certificate: whoever is on the way reads the registration token and every client secret
              Take it out; have the portal trust the authority that signed the provider's certificate.
              https://www.rfc-editor.org/rfc/rfc9700#section-2.6

        1 to update, with 1 request.
        "#);
        insta::assert_snapshot!(org.sent(), @r#"
        POST /portal-api/oauth-providers {"Name":"Okta prod","Type":"Okta","WellKnownURL":"https://acme.okta.com/oauth2/default/.well-known/openid-configuration","SSLInsecureSkipVerify":false,"RegistrationAccessToken":"a secret that is called ONE, of good length"}
        PUT /portal-api/oauth-providers/1 {"Name":"Okta prod","SSLInsecureSkipVerify":true,"Type":"Okta","WellKnownURL":"https://acme.okta.com/oauth2/default/.well-known/openid-configuration","RegistrationAccessToken":"a secret that is called ONE, of good length"}
        "#);
        assert_eq!(org.org.live_registration_token("1").as_deref(), Some(crate::world::secret_value("ONE").as_str()));
    });
}

#[test]
fn a_registration_token_is_sent_again_when_asked() {
    org(&[]).run(async |org| {
        org.does(&[provider("okta-prod")], &none()).await;
        org.sent();
        let resend = Choices { resend: [idpctl::address::Address::new(idpctl::address::Kind::OAuthProvider, "okta-prod")].into(), ..none() };
        insta::assert_snapshot!(org.shows(&[provider("okta-prod")], &resend).await, @r#"
        ~ update OAuthProvider/okta-prod "Okta prod"
            RegistrationAccessToken: (secret, changed)

        1 to update, with 1 request.
        "#);
        insta::assert_snapshot!(org.tries(&[provider("okta-prod")], &resend).await, @"
        applied   update OAuthProvider/okta-prod

        1 applied.
        ");
        insta::assert_snapshot!(org.sent(), @r#"PUT /portal-api/oauth-providers/1 {"Name":"Okta prod","SSLInsecureSkipVerify":false,"Type":"Okta","WellKnownURL":"https://acme.okta.com/oauth2/default/.well-known/openid-configuration","RegistrationAccessToken":"a secret that is called ONE, of good length"}"#);
        let elsewhere = Choices { resend: ["OAuthProvider/other".parse().unwrap(), "App/x".parse().unwrap()].into(), ..none() };
        insta::assert_snapshot!(org.shows(&[provider("okta-prod")], &elsewhere).await, @"
        `--resend App/x` names no provider with a declared registration token
          help: name an OAuthProvider that declares `RegistrationAccessToken`
        `--resend OAuthProvider/other` names no provider with a declared registration token
          help: name an OAuthProvider that declares `RegistrationAccessToken`
        ");
    });
}

#[test]
fn a_provider_whose_token_nobody_declares_is_not_written() {
    org(&[("portal-put", "replaces"), ("portal-omitted-token", "wipe")]).run(async |org| {
        org.does(&[provider("okta-prod")], &none()).await;
        org.sent();
        let mut silent = provider("okta-prod");
        silent["spec"].as_object_mut().unwrap().remove("RegistrationAccessToken");
        let other = with(silent.clone(), "spec.SSLInsecureSkipVerify", json!(true));
        insta::assert_snapshot!(org.shows(std::slice::from_ref(&other), &none()).await, @"
        OAuthProvider/okta-prod cannot be updated: the provider 1 may have a registration token, which the portal never shows, and a PUT without it might wipe it
          help: declare it, `RegistrationAccessToken: {env: IDPCTL_…}`, or say that there is none, `RegistrationAccessToken: null`
        ");
        insta::assert_snapshot!(org.shows(&[silent], &none()).await, @"Nothing to do: the org is as declared.");
        insta::assert_snapshot!(org.does(&[with(other, "spec.RegistrationAccessToken", Value::Null)], &none()).await, @r#"
        ~ update OAuthProvider/okta-prod "Okta prod"
            SSLInsecureSkipVerify: false → true
            note: credentials that the portal has issued keep what they had: pending and new requests for access get the new values

        Findings
          high IDP4104 OAuthProvider/okta-prod (generated.yaml:12:30): the portal does not check the provider's certificate: whoever is on the way reads the registration token and every client secret
              Take it out; have the portal trust the authority that signed the provider's certificate.
              https://www.rfc-editor.org/rfc/rfc9700#section-2.6

        1 to update, with 1 request.
        "#);
        insta::assert_snapshot!(org.sent(), @r#"PUT /portal-api/oauth-providers/1 {"Name":"Okta prod","SSLInsecureSkipVerify":true,"Type":"Okta","WellKnownURL":"https://acme.okta.com/oauth2/default/.well-known/openid-configuration","RegistrationAccessToken":""}"#);
        assert_eq!(org.org.live_registration_token("1").unwrap_or_default(), "");
    });
}

#[test]
fn lists_in_another_order_spelling_or_form_are_no_change() {
    org(&[]).run(async |org| {
        org.does(&both(), &none()).await;
        let mut body = json!({"Name": "Server-side application", "Description": "Server-side applications that don't act on behalf of end-users",
            "ResponseTypes": "token, code,", "GrantType": "password,refresh_token,authorization_code,password",
            "TokenEndpointAuthMethod": "client_secret_basic", "OktaAppType": "web"});
        org.in_portal("PUT", "/oauth-providers/1/client-types/1", body.clone()).await;
        insta::assert_snapshot!(org.shows(&both(), &none()).await, @"
        Not compared
          OAuthProvider/okta-prod: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta-prod

        Nothing to do, as far as could be compared.
        ");
        body["GrantType"] = json!(["refresh_token", "password", "authorization_code"]);
        body["TokenEndpointAuthMethod"] = json!(["client_secret_basic"]);
        org.in_portal("PUT", "/oauth-providers/1/client-types/1", body).await;
        insta::assert_snapshot!(org.shows(&both(), &none()).await, @"
        Not compared
          OAuthProvider/okta-prod: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta-prod

        Nothing to do, as far as could be compared.
        ");
        let spelt = |word: &str| with(server_side(), "spec.ResponseTypes", json!(["code", word]));
        org.does(&[provider("okta-prod"), spelt("it_token")], &none()).await;
        insta::assert_snapshot!(org.shows(&[provider("okta-prod"), spelt("id_token")], &none()).await, @"
        Not compared
          OAuthProvider/okta-prod: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta-prod

        Nothing to do, as far as could be compared.
        ");
    });
}

#[test]
fn an_undeclared_client_type_goes_only_below_a_document_that_allows_it_and_only_when_asked() {
    org(&[]).run(async |org| {
        org.in_portal("POST", "/oauth-providers", json!({"Name": "Theirs", "Type": "Okta", "WellKnownURL": "https://idp.example.com"})).await;
        org.does(&both(), &none()).await;
        for name in ["Theirs", "Ours no more"] {
            org.in_portal("POST", "/oauth-providers/2/client-types", json!({"Name": name, "ResponseTypes": "token", "GrantType": "implicit"})).await;
        }
        org.sent();
        insta::assert_snapshot!(org.shows(&both(), &pruning()).await, @"
        Left alone
          OAuthProvider/okta-prod/client-type/2: the client type 2 `Theirs` of the provider 2 is not declared; `metadata.prune: true` in the provider's document would allow pruning it
          OAuthProvider/okta-prod/client-type/3: the client type 3 `Ours no more` of the provider 2 is not declared; `metadata.prune: true` in the provider's document would allow pruning it

        Not compared
          OAuthProvider/okta-prod: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta-prod

        Nothing to do, as far as could be compared.
        ");
        let allowing = [with(provider("okta-prod"), "metadata.prune", json!(true)), server_side()];
        insta::assert_snapshot!(org.shows(&allowing, &none()).await, @"
        Left alone
          OAuthProvider/okta-prod/client-type/2: the client type 2 `Theirs` of the provider 2 is not declared
              --prune
          OAuthProvider/okta-prod/client-type/3: the client type 3 `Ours no more` of the provider 2 is not declared
              --prune

        Not compared
          OAuthProvider/okta-prod: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta-prod

        Nothing to do, as far as could be compared.
        ");
        let narrow = Choices { select: vec!["OAuthProvider/*".to_owned()], ..pruning() };
        insta::assert_snapshot!(org.shows(&allowing, &narrow).await, @"
        Left alone
          OAuthProvider/okta-prod/client-type/2: the client type 2 `Theirs` of the provider 2 is not declared
              --prune without --select
          OAuthProvider/okta-prod/client-type/3: the client type 3 `Ours no more` of the provider 2 is not declared
              --prune without --select

        Not compared
          OAuthProvider/okta-prod: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta-prod

        Nothing to do, as far as could be compared.
        ");
        insta::assert_snapshot!(org.does(&allowing, &pruning()).await, @"
        - delete OAuthProvider/okta-prod/client-type/3
            note: the portal refuses it while a product uses the client type

        - delete OAuthProvider/okta-prod/client-type/2
            note: the portal refuses it while a product uses the client type

        Not compared
          OAuthProvider/okta-prod: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta-prod

        2 to delete, with 2 requests.
        ");
        insta::assert_snapshot!(org.sent(), @"
        DELETE /portal-api/oauth-providers/2/client-types/3
        DELETE /portal-api/oauth-providers/2/client-types/2
        ");
    });
}

#[test]
fn a_client_type_that_a_product_uses_is_not_deleted() {
    org(&[]).run(async |org| {
        org.does(&both(), &none()).await;
        let product = json!({"Name": "Payments", "ProviderID": 1, "IsDocumentationOnly": false});
        org.in_portal("POST", "/products", product).await;
        org.in_portal("POST", "/oauth-providers/1/client-types", json!({"Name": "Used", "ResponseTypes": "token", "GrantType": "implicit"})).await;
        org.in_portal("POST", "/products/1/client_types", json!({"ID": 2})).await;
        let allowing = [with(provider("okta-prod"), "metadata.prune", json!(true)), server_side()];
        insta::assert_snapshot!(org.tries(&allowing, &pruning()).await, @"
        failed    delete OAuthProvider/okta-prod/client-type/2
            could not do DELETE /portal-api/oauth-providers/1/client-types/2
            caused by: `DELETE /portal-api/oauth-providers/1/client-types/2` was answered 400: it is used in the API product Payments, 1 attempt in 0.0 s

        1 failed.
        What is done stays done: look at the reasons, then plan and apply again.
        hint: a product probably uses it: detach it from the product in the portal first; idpctl never forces a deletion
        ");
        insta::assert_snapshot!(shown(org, "/products/1/client_types").await, @r#"{"ID":2,"Name":"Used"}"#);
    });
}

#[test]
fn a_value_that_the_portal_drops_is_an_error_that_names_it() {
    let switches = [("portal-unknown-enum", "dropped"), ("portal-it-token", "id_token")];
    org(&switches).run(async |org| {
        let slip = with(server_side(), "spec.ResponseTypes", json!(["code", "it_token"]));
        insta::assert_snapshot!(org.tries(&[provider("okta-prod"), slip], &none()).await, @r#"
        applied   create OAuthProvider/okta-prod
        failed    create ClientType/server-side
            the server accepted POST /portal-api/oauth-providers/1/client-types and did not do what was asked: `ResponseTypes` is "code" and not ["code","it_token"]

        1 applied, 1 failed.
        What is done stays done: look at the reasons, then plan and apply again.
        hint: look what it holds now; if it lacks a feature or does not know a value, declare what it keeps or leave the field out
        "#);
    });
    org(&[("portal-unknown-keys", "dropped")]).run(async |org| {
        let unknown = with(provider("okta-prod"), "spec.additionalFields", json!({"ScopeClaimName": "scp"}));
        insta::assert_snapshot!(org.tries(&[unknown], &none()).await, @r#"
        failed    create OAuthProvider/okta-prod
            the server accepted POST /portal-api/oauth-providers and did not do what was asked: `ScopeClaimName` is absent and not "scp"

        1 failed.
        What is done stays done: look at the reasons, then plan and apply again.
        hint: look what it holds now; if it lacks a feature or does not know a value, declare what it keeps or leave the field out
        "#);
    });
    org(&[("portal-cid", "hidden")]).run(async |org| {
        let named = with(server_side(), "spec.CID", json!("server-side"));
        insta::assert_snapshot!(org.tries(&[provider("okta-prod"), named.clone()], &none()).await, @r#"
        applied   create OAuthProvider/okta-prod
        failed    create ClientType/server-side
            the server accepted POST /portal-api/oauth-providers/1/client-types and did not do what was asked: `CID` is absent and not "server-side"

        1 applied, 1 failed.
        What is done stays done: look at the reasons, then plan and apply again.
        hint: look what it holds now; if it lacks a feature or does not know a value, declare what it keeps or leave the field out
        "#);
        insta::assert_snapshot!(org.shows(&[provider("okta-prod"), named], &none()).await, @"
        ClientType/server-side declares `CID`, and the portal shows none
          help: take `CID` out: this portal does not show custom ids, so nobody could tell whether it has this one
        ");
    });
}

#[test]
fn keys_that_nobody_knows_are_sent_back() {
    org(&[("portal-unknown-keys", "kept"), ("portal-put", "replaces")]).run(async |org| {
        let tomorrow = with(provider("okta-prod"), "spec.additionalFields", json!({"ScopeClaimName": "scp"}));
        org.does(&[tomorrow], &none()).await;
        org.sent();
        org.does(&[with(provider("okta-prod"), "spec.SSLInsecureSkipVerify", json!(true))], &none()).await;
        insta::assert_snapshot!(org.sent(), @r#"PUT /portal-api/oauth-providers/1 {"Name":"Okta prod","SSLInsecureSkipVerify":true,"ScopeClaimName":"scp","Type":"Okta","WellKnownURL":"https://acme.okta.com/oauth2/default/.well-known/openid-configuration","RegistrationAccessToken":"a secret that is called ONE, of good length"}"#);
    });
}

#[test]
fn somebody_who_changed_it_since_the_plan_is_not_overwritten() {
    org(&[]).run(async |org| {
        org.does(&both(), &none()).await;
        let other = with(server_side(), "spec.Description", json!("Another"));
        let desired = crate::world::declared(&[provider("okta-prod"), other]);
        let (plan, observation) = org.plan(&desired, &none()).await;
        let body = json!({"Name": "Server-side application", "Description": "By hand", "ResponseTypes": "code", "GrantType": "implicit"});
        org.in_portal("PUT", "/oauth-providers/1/client-types/1", body).await;
        insta::assert_snapshot!(crate::story::outcomes(&plan, &org.apply(&plan, &observation).await), @"
        refused   update ClientType/server-side
            the ClientType 1 was changed since the plan was made; plan again to see how

        1 refused.
        What is done stays done: look at the reasons, then plan and apply again.
        ");
    });
}

#[test]
fn an_org_and_a_portal_are_one_plan() {
    org(&[]).run(async |org| {
        let issuer = json!("http://127.0.0.1:7/oauth2/default/.well-known/openid-configuration");
        let provider = with(provider("okta-prod"), "spec.WellKnownURL", issuer);
        let documents = [crate::story::web("web", "Web"), crate::story::grant("web", &["okta.users.read"]), provider, server_side()];
        insta::assert_snapshot!(org.does(&documents, &none()).await, @r#"
        + create App/web "Web"
            label: "Web"
            settings.oauthClient.application_type: "web"
            settings.oauthClient.grant_types: ["authorization_code"]
            settings.oauthClient.response_types: ["code"]
            settings.oauthClient.redirect_uris: ["https://a.example.com/cb"]
            mark: none → laws/web, manages grants

        + create OAuthProvider/okta-prod "Okta prod"
            Name: "Okta prod"
            Type: "Okta"
            WellKnownURL: "http://127.0.0.1:7/oauth2/default/.well-known/openid-configuration"
            SSLInsecureSkipVerify: false
            RegistrationAccessToken: (secret)

        + create Grant/web/okta.users.read

        + create ClientType/server-side "Server-side application"
            Name: "Server-side application"
            Description: "Server-side applications that don't act on behalf of end-users"
            ResponseTypes: "code,token"
            GrantType: "authorization_code,refresh_token,password"
            TokenEndpointAuthMethod: "client_secret_basic"
            OktaAppType: "web"

        Findings
          high IDP4402 ClientType/server-side (generated.yaml:74:7): the password grant teaches people to type their password into clients, and knows no second factor
              Use the authorization code grant with PKCE.
              https://www.rfc-editor.org/rfc/rfc9700#section-2.4

        4 to create, with 4 requests.
        "#);
        let drifted = json!({"Name": "Server-side application", "ResponseTypes": "code", "GrantType": "implicit"});
        org.in_portal("PUT", "/oauth-providers/1/client-types/1", drifted).await;
        let desired = crate::world::declared(&documents);
        let observation = org.observe(&desired, &none()).await;
        let items = idpctl::pipeline::drift(&desired, &observation.observed, &std::collections::BTreeMap::new(), &none()).unwrap();
        insta::assert_snapshot!(idpctl::render::drift::text(&items, idpctl::render::Style::default()), @r#"
        Drift of `laws` in http://127.0.0.1:7 (00of00000000j617U5d7) and the portal http://127.0.0.1:7

        ClientType/server-side
            ResponseTypes: "code,token" → "code"   (either)
            GrantType: "authorization_code,refresh_token,password" → "implicit"   (either)

        Findings
          high IDP4401 ClientType/server-side (generated.yaml:72:7): the implicit grant puts tokens into URLs, where histories, logs and other sites read them, and binds them to nobody
              `idpctl apply` puts it back.
              https://www.rfc-editor.org/rfc/rfc9700#section-2.1.2
          low IDP4105 ClientType/server-side (generated.yaml:71:18): new clients are registered without the grant types `authorization_code`, `refresh_token`, `password`; those that there are keep it
              `idpctl apply` puts it back.
              https://www.rfc-editor.org/rfc/rfc9700#section-2.3
          low IDP4105 ClientType/server-side (generated.yaml:67:22): new clients are registered without the response type `token`; those that there are keep it
              `idpctl apply` puts it back.
              https://www.rfc-editor.org/rfc/rfc9700#section-2.3

        Not compared
          OAuthProvider/okta-prod: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta-prod

        2 items: 2 either changed live or not applied yet.
        "#);
    });
}

#[test]
fn a_create_whose_answer_never_came_is_found_and_not_sent_again() {
    for fault in [
        "POST /portal-api/** reset-after x1",
        "POST /portal-api/** reset-before x1",
        "POST /portal-api/** 500 x1",
        "POST /portal-api/** cut-off x1",
    ] {
        org(&[]).run(async |org| {
            let desired = crate::world::declared(&both());
            let (plan, observation) = org.plan(&desired, &none()).await;
            org.suffers(&[fault]);
            let report = org.apply(&plan, &observation).await;
            org.suffers(&[]);
            assert!(report.is_complete(), "{fault}\n{}", crate::story::outcomes(&plan, &report));
            let listed = org.in_portal("GET", "/oauth-providers", Value::Null).await;
            assert_eq!(listed.as_array().unwrap().len(), 1, "{fault}");
            let listed = org.in_portal("GET", "/oauth-providers/1/client-types", Value::Null).await;
            assert_eq!(listed.as_array().unwrap().len(), 1, "{fault}");
        });
    }
}
