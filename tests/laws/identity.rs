//! Which document is which live app, whatever is renamed, cloned or lost.

use idpctl::plan::Choices;
use serde_json::{Value, json};

use crate::story::{app, document, grant, org, pruning, web, with, with_client_id};

fn none() -> Choices {
    Choices::default()
}

fn adopting(name: &str) -> Choices {
    Choices { adopt: [app(name)].into(), ..Choices::default() }
}

#[test]
fn a_new_label_renames_the_app() {
    org(&[]).run(async |org| {
        org.does(&[web("portal", "Portal")], &none()).await;
        insta::assert_snapshot!(org.does(&[web("portal", "Web Portal")], &none()).await, @r#"
        ~ update App/portal "Portal"
            label: "Portal" → "Web Portal"

        1 to update, with 1 request.
        "#);
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000AId9MIMC5d7 "Web Portal" ACTIVE client_id: its id mark: laws/portal"#);
    });
}

#[test]
fn a_label_that_somebody_changed_is_set_again() {
    org(&[]).run(async |org| {
        org.does(&[web("portal", "Portal")], &none()).await;
        let id = org.id_of("Portal").await;
        org.edited(&id, "label", json!("Somebody's")).await;
        insta::assert_snapshot!(org.does(&[web("portal", "Portal")], &none()).await, @r#"
        ~ update App/portal "Somebody's"
            label: "Somebody's" → "Portal"

        1 to update, with 1 request.
        "#);
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000AId9MIMC5d7 "Portal" ACTIVE client_id: its id mark: laws/portal"#);
    });
}

#[test]
fn a_renamed_document_keeps_its_app_by_the_client_id() {
    org(&[]).run(async |org| {
        org.does(&[with_client_id(web("portal", "Portal"), "portal-client")], &none()).await;
        let renamed = [with_client_id(web("shop", "Portal"), "portal-client")];
        insta::assert_snapshot!(org.does(&renamed, &none()).await, @r#"
        ~ update App/shop "Portal"
            mark: laws/portal → laws/shop

        Notes
          App/shop: was App/portal until now: the document was renamed

        1 to update, with 1 request.
        "#);
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000AId9MIMC5d7 "Portal" ACTIVE client_id: portal-client mark: laws/shop"#);
    });
}

#[test]
fn a_renamed_document_keeps_its_app_by_the_label_if_asked() {
    org(&[]).run(async |org| {
        org.does(&[web("portal", "Portal")], &none()).await;
        insta::assert_snapshot!(org.does(&[web("shop", "Portal")], &adopting("shop")).await, @r#"
        ~ update App/shop "Portal"
            mark: laws/portal → laws/shop

        Findings
          medium IDP4002 App/shop (generated.yaml:6:13): the app 0oaf00000AId9MIMC5d7 is recognised by its label alone and taken over
              Compare the app's id with the one that you mean, and pin it with `metadata.id`.
              https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/

        Notes
          App/shop: was App/portal until now: the document was renamed

        1 to update, with 1 request.
        "#);
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000AId9MIMC5d7 "Portal" ACTIVE client_id: its id mark: laws/shop"#);
    });
}

#[test]
fn a_renamed_document_without_either_says_that_it_would_make_another_app() {
    org(&[]).run(async |org| {
        org.does(&[web("portal", "Portal")], &none()).await;
        insta::assert_snapshot!(org.shows(&[web("shop", "Portal")], &none()).await, @r#"
        + create App/shop "Portal"
            label: "Portal"
            settings.oauthClient.application_type: "web"
            settings.oauthClient.grant_types: ["authorization_code"]
            settings.oauthClient.response_types: ["code"]
            settings.oauthClient.redirect_uris: ["https://a.example.com/cb"]
            mark: none → laws/shop

        Left alone
          App/portal: the app 0oaf00000AId9MIMC5d7 `Portal` is ours and no document declares it
              --prune

        Notes
          App/shop: an app with this label is there already (0oaf00000AId9MIMC5d7); to take it over instead of making another: --adopt App/shop

        1 to create, with 1 request.
        "#);
        insta::assert_snapshot!(org.shows(&[web("shop", "Portal")], &pruning()).await, @r#"
        + create App/shop "Portal"
            label: "Portal"
            settings.oauthClient.application_type: "web"
            settings.oauthClient.grant_types: ["authorization_code"]
            settings.oauthClient.response_types: ["code"]
            settings.oauthClient.redirect_uris: ["https://a.example.com/cb"]
            mark: none → laws/shop

        - delete App/portal "Portal"
            note: the app 0oaf00000AId9MIMC5d7 goes, with everything that hangs on it

        Notes
          App/shop: an app with this label is there already (0oaf00000AId9MIMC5d7); to take it over instead of making another: --adopt App/shop

        1 to create, 1 to delete, with 3 requests.
        "#);
    });
}

#[test]
fn a_document_and_its_label_may_be_renamed_at_once() {
    org(&[]).run(async |org| {
        org.does(&[with_client_id(web("portal", "Portal"), "portal-client")], &none()).await;
        let renamed = [with_client_id(web("shop", "Web Shop"), "portal-client")];
        insta::assert_snapshot!(org.does(&renamed, &none()).await, @r#"
        ~ update App/shop "Portal"
            label: "Portal" → "Web Shop"
            mark: laws/portal → laws/shop

        Notes
          App/shop: was App/portal until now: the document was renamed

        1 to update, with 1 request.
        "#);
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000AId9MIMC5d7 "Web Shop" ACTIVE client_id: portal-client mark: laws/shop"#);
    });
}

#[test]
fn two_documents_may_swap_their_names() {
    org(&[]).run(async |org| {
        let one = |name| with_client_id(web(name, "One"), "client-one");
        let two = |name| with_client_id(web(name, "Two"), "client-two");
        org.does(&[one("a"), two("b")], &none()).await;
        insta::assert_snapshot!(org.shows(&[one("b"), two("a")], &none()).await, @"
        2 live apps fit App/b: the first bears its mark, the second has its client_id: 0oaf00000GToTgl015d7 (client_id client-two, ACTIVE), 0oaf00000AId9MIMC5d7 (client_id client-one, ACTIVE)
          help: pin the right one with `metadata.id`
        2 live apps fit App/a: the first bears its mark, the second has its client_id: 0oaf00000AId9MIMC5d7 (client_id client-one, ACTIVE), 0oaf00000GToTgl015d7 (client_id client-two, ACTIVE)
          help: pin the right one with `metadata.id`
        ");
    });
}

#[test]
fn a_declared_client_id_decides_between_an_app_and_its_clone() {
    org(&[]).run(async |org| {
        let portal = with_client_id(web("portal", "Portal"), "portal-client");
        org.does(std::slice::from_ref(&portal), &none()).await;
        org.cloned(&org.id_of("Portal").await).await;
        insta::assert_snapshot!(org.state().await, @r#"
        0oaf00000AId9MIMC5d7 "Portal" ACTIVE client_id: portal-client mark: laws/portal
        0oaf00000GToTgl015d7 "Portal" ACTIVE client_id: its id mark: laws/portal
        "#);
        insta::assert_snapshot!(org.does(std::slice::from_ref(&portal), &pruning()).await, @"
        Left alone
          App/portal: the app 0oaf00000GToTgl015d7 `Portal` bears a copy of this mark: somebody cloned the app

        Nothing to do: all that is declared is in the org.
        ");
    });
}

#[test]
fn a_clone_without_a_declared_client_id_is_an_error_that_lists_both() {
    org(&[]).run(async |org| {
        let portal = [web("portal", "Portal")];
        org.does(&portal, &none()).await;
        let id = org.id_of("Portal").await;
        org.cloned(&id).await;
        insta::assert_snapshot!(org.shows(&portal, &none()).await, @"
        2 live apps bear the mark of App/portal: 0oaf00000AId9MIMC5d7 (client_id 0oaf00000AId9MIMC5d7, ACTIVE), 0oaf00000GToTgl015d7 (client_id 0oaf00000GToTgl015d7, ACTIVE)
          help: one of them is a copy that somebody made: declare the `client_id` of the right one, or pin it with `metadata.id`
        ");
        let pinned = [with(portal[0].clone(), "metadata.id", json!(id))];
        insta::assert_snapshot!(org.does(&pinned, &none()).await, @"
        Left alone
          App/portal: the app 0oaf00000GToTgl015d7 `Portal` bears a copy of this mark: somebody cloned the app

        Nothing to do: all that is declared is in the org.
        ");
    });
}

#[test]
fn another_projects_app_is_not_taken_over() {
    org(&[]).run(async |org| {
        let portal = with_client_id(web("portal", "Portal"), "portal-client");
        org.does_as("others", std::slice::from_ref(&portal), &none()).await;
        let before = org.state().await;
        insta::assert_snapshot!(org.shows(std::slice::from_ref(&portal), &adopting("portal")).await, @"
        Refused
          App/portal: the app 0oaf00000AId9MIMC5d7 belongs to project `others` (as portal); it is not taken over (declared at generated.yaml:6:13)

        Nothing is planned. It is refused; what would allow it is said above.
        ");
        insta::assert_snapshot!(org.shows(&[web("portal", "Portal")], &adopting("portal")).await, @"
        Refused
          App/portal: the app 0oaf00000AId9MIMC5d7 belongs to project `others` (as portal); it is not taken over (declared at generated.yaml:6:13)

        Nothing is planned. It is refused; what would allow it is said above.
        ");
        insta::assert_snapshot!(org.shows(&[web("portal", "Portal")], &none()).await, @r#"
        + create App/portal "Portal"
            label: "Portal"
            settings.oauthClient.application_type: "web"
            settings.oauthClient.grant_types: ["authorization_code"]
            settings.oauthClient.response_types: ["code"]
            settings.oauthClient.redirect_uris: ["https://a.example.com/cb"]
            mark: none → laws/portal

        1 to create, with 1 request.
        "#);
        assert_eq!(org.state().await, before);
    });
}

#[test]
fn a_mark_that_somebody_erased_is_found_lost_and_set_again() {
    org(&[]).run(async |org| {
        let portal = with_client_id(web("portal", "Portal"), "portal-client");
        org.does(&[portal.clone(), grant("portal", &["okta.users.read"])], &none()).await;
        org.edited(&org.id_of("Portal").await, "profile", Value::Null).await;
        insta::assert_snapshot!(org.does(&[portal, grant("portal", &["okta.users.read"])], &none()).await, @r#"
        ~ update App/portal "Portal"
            mark: none → laws/portal, manages grants

        Notes
          App/portal: the app 0oaf00000AId9MIMC5d7 has its client_id and bears no mark: either it was never ours, or a change of its profile lost the mark

        1 to update, with 1 request.
        "#);
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000AId9MIMC5d7 "Portal" ACTIVE client_id: portal-client mark: laws/portal"#);
    });
}

#[test]
fn an_app_that_lost_its_mark_and_has_no_declared_client_id_is_offered_for_adoption() {
    org(&[]).run(async |org| {
        let portal = [web("portal", "Portal")];
        org.does(&portal, &none()).await;
        org.edited(&org.id_of("Portal").await, "profile", Value::Null).await;
        insta::assert_snapshot!(org.shows(&portal, &none()).await, @r#"
        + create App/portal "Portal"
            label: "Portal"
            settings.oauthClient.application_type: "web"
            settings.oauthClient.grant_types: ["authorization_code"]
            settings.oauthClient.response_types: ["code"]
            settings.oauthClient.redirect_uris: ["https://a.example.com/cb"]
            mark: none → laws/portal

        Notes
          App/portal: an app with this label is there already (0oaf00000AId9MIMC5d7); to take it over instead of making another: --adopt App/portal

        1 to create, with 1 request.
        "#);
        insta::assert_snapshot!(org.does(&portal, &adopting("portal")).await, @r#"
        ~ update App/portal "Portal"
            mark: none → laws/portal

        Findings
          medium IDP4002 App/portal (generated.yaml:6:13): the app 0oaf00000AId9MIMC5d7 is recognised by its label alone and taken over
              Compare the app's id with the one that you mean, and pin it with `metadata.id`.
              https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/

        1 to update, with 1 request.
        "#);
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000AId9MIMC5d7 "Portal" ACTIVE client_id: its id mark: laws/portal"#);
    });
}

#[test]
fn two_apps_with_one_label_cannot_be_adopted_by_it() {
    org(&[]).run(async |org| {
        org.made_web("Portal").await;
        let second = org.made_web("Portal").await;
        insta::assert_snapshot!(org.shows(&[web("portal", "Portal")], &adopting("portal")).await, @"
        2 live apps have the label of App/portal, which is to adopt one: 0oaf00000AId9MIMC5d7 (client_id 0oaf00000AId9MIMC5d7, ACTIVE), 0oaf00000GToTgl015d7 (client_id 0oaf00000GToTgl015d7, ACTIVE)
          help: pin the right one with `metadata.id`
        ");
        insta::assert_snapshot!(org.shows(&[web("portal", "Portal")], &none()).await, @r#"
        + create App/portal "Portal"
            label: "Portal"
            settings.oauthClient.application_type: "web"
            settings.oauthClient.grant_types: ["authorization_code"]
            settings.oauthClient.response_types: ["code"]
            settings.oauthClient.redirect_uris: ["https://a.example.com/cb"]
            mark: none → laws/portal

        Notes
          App/portal: an app with this label is there already (0oaf00000AId9MIMC5d7); to take it over instead of making another: --adopt App/portal
          App/portal: an app with this label is there already (0oaf00000GToTgl015d7); to take it over instead of making another: --adopt App/portal

        1 to create, with 1 request.
        "#);
        let pinned = with(web("portal", "Portal"), "metadata.id", json!(second));
        insta::assert_snapshot!(org.does(&[pinned], &none()).await, @r#"
        ~ update App/portal "Portal"
            mark: none → laws/portal

        1 to update, with 1 request.
        "#);
    });
}

#[test]
fn adoption_takes_what_is_declared_and_leaves_the_rest() {
    org(&[]).run(async |org| {
        let id = org.made_web("Portal").await;
        org.edited(&id, "settings.notes.admin", json!("made by hand")).await;
        org.somebody("POST", &format!("/api/v1/apps/{id}/grants"), json!({"scopeId": "okta.logs.read", "issuer": "http://127.0.0.1:7"}))
            .await;
        let portal = with(web("portal", "Portal"), "metadata.adopt", json!(true));
        let documents = [portal, grant("portal", &["okta.users.read"])];
        insta::assert_snapshot!(org.does(&documents, &none()).await, @r#"
        ~ update App/portal "Portal"
            mark: none → laws/portal, manages grants

        + create Grant/portal/okta.users.read

        Findings
          medium IDP4002 App/portal (generated.yaml:6:13): the app 0oaf00000AId9MIMC5d7 is recognised by its label alone and taken over
              Compare the app's id with the one that you mean, and pin it with `metadata.id`.
              https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/

        Left alone
          Grant/portal/okta.logs.read: scope `okta.logs.read` is granted and not declared
              --prune

        1 to create, 1 to update, with 2 requests.
        "#);
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000AId9MIMC5d7 "Portal" ACTIVE client_id: its id mark: laws/portal"#);
        assert_eq!(org.read(&id).await["settings"]["notes"]["admin"], "made by hand");
    });
}

#[test]
fn an_adoption_with_nothing_to_adopt_makes_the_app() {
    org(&[]).run(async |org| {
        insta::assert_snapshot!(org.does(&[with(web("portal", "Portal"), "metadata.adopt", json!(true))], &none()).await, @r#"
        + create App/portal "Portal"
            label: "Portal"
            settings.oauthClient.application_type: "web"
            settings.oauthClient.grant_types: ["authorization_code"]
            settings.oauthClient.response_types: ["code"]
            settings.oauthClient.redirect_uris: ["https://a.example.com/cb"]
            mark: none → laws/portal

        1 to create, with 1 request.
        "#);
    });
}

#[test]
fn a_pinned_id_means_that_app_or_nothing() {
    org(&[]).run(async |org| {
        let id = org.made_web("Portal").await;
        let pinned = |id: &str| [with(web("portal", "Web Portal"), "metadata.id", json!(id))];
        insta::assert_snapshot!(org.shows(&pinned("0oa0nothere"), &none()).await, @"
        App/portal is pinned to `0oa0nothere`, and there is no such OIDC app
          help: correct `metadata.id`, or take it out to have the app created
        ");
        insta::assert_snapshot!(org.does(&pinned(&id), &none()).await, @r#"
        ~ update App/portal "Portal"
            label: "Portal" → "Web Portal"
            mark: none → laws/portal

        1 to update, with 1 request.
        "#);
        // With the pin gone the mark has it.
        insta::assert_snapshot!(org.does(&[web("portal", "Web Portal")], &none()).await, @"Nothing to do: the org is as declared.");
        let desired = pinned(&id);
        let (theirs, _) = org.try_plan(&crate::world::declared_by("others", &desired), &none()).await;
        insta::assert_snapshot!(theirs.map_or_else(|p| p, |plan| crate::story::text(&plan)), @"
        Refused
          App/portal: the app 0oaf00000AId9MIMC5d7 belongs to project `laws` (as portal); it is not taken over (declared at generated.yaml:6:13)

        Nothing is planned. It is refused; what would allow it is said above.
        ");
    });
}

#[test]
fn two_documents_that_mean_one_app_are_an_error_that_names_both() {
    org(&[]).run(async |org| {
        let id = org.made_web("Portal").await;
        let pinned = |name| with(web(name, name), "metadata.id", json!(id));
        let by_client = [pinned("a"), with_client_id(web("b", "b"), &id)];
        insta::assert_snapshot!(org.shows(&by_client, &none()).await, @"
        App/b declares client_id `0oaf00000AId9MIMC5d7`, and the app that has it (0oaf00000AId9MIMC5d7) is already App/a
          help: give one of them another client_id, or take one of the documents out
        ");
    });
}

#[test]
fn a_document_may_speak_of_an_app_that_none_declares() {
    org(&[]).run(async |org| {
        let id = org.made_web("By hand").await;
        let of = |reference: Value| [document("Grant", "scopes", json!({"app": reference, "scopes": ["okta.users.read"]}))];
        insta::assert_snapshot!(org.does(&of(json!({"label": "By hand"})), &none()).await, @"
        + create Grant/scopes/okta.users.read

        1 to create, with 1 request.
        ");
        insta::assert_snapshot!(org.does(&of(json!({"id": id})), &pruning()).await, @"Nothing to do: the org is as declared.");
        insta::assert_snapshot!(org.does(&of(json!({"client_id": id})), &pruning()).await, @"Nothing to do: the org is as declared.");
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000AId9MIMC5d7 "By hand" ACTIVE client_id: its id mark: none"#);
        insta::assert_snapshot!(org.shows(&of(json!({"label": "Nobody's"})), &none()).await, @"
        Grant/scopes refers to the app {label: Nobody's}, and there is none
          help: correct the reference, or declare the app in an App document
        ");
        org.made_web("By hand").await;
        insta::assert_snapshot!(org.shows(&of(json!({"label": "By hand"})), &none()).await, @"
        Grant/scopes refers to the app {label: By hand}, and there are 2: 0oaf00000AId9MIMC5d7, 0oaf00000IXXYwgYH5d7
          help: refer to it by `id`
        ");
        let declared = with(web("mine", "By hand"), "metadata.id", json!(id));
        let [twice] = of(json!({"client_id": id}));
        insta::assert_snapshot!(org.shows(&[declared, twice], &none()).await, @"
        Grant/scopes refers to the app 0oaf00000AId9MIMC5d7, which is App/mine
          help: refer to it by its name: `app: mine`
        ");
    });
}
