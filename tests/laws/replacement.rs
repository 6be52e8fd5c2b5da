//! A field that cannot be changed: the app is replaced, in the order that its client id asks for.

use idpctl::plan::{Choices, approve};
use serde_json::{Value, json};

use crate::story::{app, grant, org, web, with, with_client_id};
use crate::world::declared;

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

#[test]
fn a_replacement_that_failed_half_way_is_finished_within_what_was_approved() {
    org(&[]).run(async |org| {
        org.does(&portal("portal-client", "web"), &Choices::default()).await;
        let [app, grant] = portal("another-client", "web");
        let documents = [with(app, "spec.accessPolicy.name", json!("One factor")), grant];
        let approved = org.plan(&declared(&documents), &replacing()).await.0;
        org.suffers(&["PUT /api/v1/apps/*/policies/* 503"]);
        insta::assert_snapshot!(org.tries(&documents, &replacing()).await, @"
        failed    replace App/portal
            could not do PUT /api/v1/apps/0oaf00000IXXYwgYH5d7/policies/rstf000008Eu0GTdp5d7, which was sent 4 times
            caused by: `PUT /api/v1/apps/0oaf00000IXXYwgYH5d7/policies/rstf000008Eu0GTdp5d7` was answered 503 without a reason, 1 attempt in 0.0 s
        skipped   delete App/portal/0oaf00000AId9MIMC5d7
            App/portal did not come about
        skipped   create Grant/portal/okta.users.read
            App/portal did not come about

        1 failed, 2 skipped.
        What is done stays done: look at the reasons, then plan and apply again.
        ");
        org.suffers(&[]);
        let rest = org.plan(&declared(&documents), &replacing()).await.0;
        assert_eq!(approve(&rest, &approved), []);
        insta::assert_snapshot!(org.does(&documents, &replacing()).await, @r#"
        ~ update App/portal "Portal"
            accessPolicy: "Any two factors (rstf00000000FzPG15d7)" → "One factor (rstf000008Eu0GTdp5d7)"

        + create Grant/portal/okta.users.read

        - delete App/portal/0oaf00000AId9MIMC5d7 "Portal"
            note: the app 0oaf00000AId9MIMC5d7 goes, with everything that hangs on it

        1 to create, 1 to update, 1 to delete, with 4 requests.
        "#);
    });
}
