//! A field that cannot be changed: the app is replaced, in the order that its client id asks for.

use idpctl::plan::Choices;
use serde_json::{Value, json};

use crate::story::{app, grant, org, web, with, with_client_id};

fn replacing() -> Choices {
    Choices { allow_replace: [app("portal")].into(), ..Choices::default() }
}

fn portal(client_id: &str, application_type: &str) -> [Value; 2] {
    let portal = with_client_id(web("portal", "Portal"), client_id);
    [with(portal, "spec.settings.oauthClient.application_type", json!(application_type)), grant("portal", &["okta.users.read"])]
}

#[test]
fn a_replacement_must_be_allowed() {
    org(&[]).run(async |org| {
        org.does(&portal("portal-client", "web"), &Choices::default()).await;
        insta::assert_snapshot!(org.shows(&portal("another-client", "web"), &Choices::default()).await, @r#"
        ± replace App/portal "Portal"
            credentials.oauthClient.client_id: "portal-client" → "another-client"   (cannot be changed: the app is replaced)
            label: "Portal"
            settings.oauthClient.application_type: "web"
            settings.oauthClient.grant_types: ["authorization_code"]
            settings.oauthClient.response_types: ["code"]
            settings.oauthClient.redirect_uris: ["https://a.example.com/cb"]
            mark: none → laws/portal, manages grants
            note: the app 0oaf00000AId9MIMC5d7 goes, and with it its users, groups, access policy, grants, secrets, keys and logo

        + create Grant/portal/okta.users.read

        - delete App/portal/0oaf00000AId9MIMC5d7 "Portal"
            note: the app 0oaf00000AId9MIMC5d7 goes, with everything that hangs on it

        Refused
          App/portal: `credentials.oauthClient.client_id` cannot be changed: the app would be deleted and made anew, losing its users, groups, access policy and logo
              --allow-replace App/portal

        1 to create, 1 to replace, 1 to delete, with 5 requests. It is refused; what would allow it is said above.
        "#);
    });
}

#[test]
fn with_a_new_client_id_the_new_app_comes_first() {
    org(&[]).run(async |org| {
        org.does(&portal("portal-client", "web"), &Choices::default()).await;
        org.org.clear_requests();
        insta::assert_snapshot!(org.does(&portal("another-client", "web"), &replacing()).await, @r#"
        ± replace App/portal "Portal"
            credentials.oauthClient.client_id: "portal-client" → "another-client"   (cannot be changed: the app is replaced)
            label: "Portal"
            settings.oauthClient.application_type: "web"
            settings.oauthClient.grant_types: ["authorization_code"]
            settings.oauthClient.response_types: ["code"]
            settings.oauthClient.redirect_uris: ["https://a.example.com/cb"]
            mark: none → laws/portal, manages grants
            note: the app 0oaf00000AId9MIMC5d7 goes, and with it its users, groups, access policy, grants, secrets, keys and logo

        + create Grant/portal/okta.users.read

        - delete App/portal/0oaf00000AId9MIMC5d7 "Portal"
            note: the app 0oaf00000AId9MIMC5d7 goes, with everything that hangs on it

        1 to create, 1 to replace, 1 to delete, with 5 requests.
        "#);
        insta::assert_snapshot!(org.writes(), @"
        PUT /api/v1/apps/0oaf00000AId9MIMC5d7
        POST /api/v1/apps
        POST /api/v1/apps/0oaf00000IXXYwgYH5d7/grants
        POST /api/v1/apps/0oaf00000AId9MIMC5d7/lifecycle/deactivate
        DELETE /api/v1/apps/0oaf00000AId9MIMC5d7
        ");
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000IXXYwgYH5d7 "Portal" ACTIVE client_id: another-client mark: laws/portal"#);
    });
}

#[test]
fn with_the_same_client_id_the_old_app_goes_first() {
    org(&[]).run(async |org| {
        org.does(&portal("portal-client", "web"), &Choices::default()).await;
        org.org.clear_requests();
        insta::assert_snapshot!(org.does(&portal("portal-client", "native"), &replacing()).await, @r#"
        - delete App/portal/0oaf00000AId9MIMC5d7 "Portal"
            note: the app 0oaf00000AId9MIMC5d7 goes, with everything that hangs on it

        ± replace App/portal "Portal"
            settings.oauthClient.application_type: "web" → "native"   (cannot be changed: the app is replaced)
            label: "Portal"
            settings.oauthClient.grant_types: ["authorization_code"]
            settings.oauthClient.response_types: ["code"]
            settings.oauthClient.redirect_uris: ["https://a.example.com/cb"]
            credentials.oauthClient.client_id: "portal-client"
            mark: none → laws/portal, manages grants
            note: the app 0oaf00000AId9MIMC5d7 goes, and with it its users, groups, access policy, grants, secrets, keys and logo
            note: the old app goes first, because the new one takes its client_id: nobody can sign in in between

        + create Grant/portal/okta.users.read

        1 to create, 1 to replace, 1 to delete, with 4 requests.
        "#);
        insta::assert_snapshot!(org.writes(), @"
        POST /api/v1/apps/0oaf00000AId9MIMC5d7/lifecycle/deactivate
        DELETE /api/v1/apps/0oaf00000AId9MIMC5d7
        POST /api/v1/apps
        POST /api/v1/apps/0oaf00000IXXYwgYH5d7/grants
        ");
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000IXXYwgYH5d7 "Portal" ACTIVE client_id: portal-client mark: laws/portal"#);
    });
}
