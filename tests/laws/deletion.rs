//! What goes, what stays, and what must be asked for first.

use idpctl::plan::Choices;
use serde_json::{Value, json};

use crate::story::{app, document, grant, org, pruning, web, with, with_client_id};

fn none() -> Choices {
    Choices::default()
}

fn one_grant(name: &str) -> [Value; 2] {
    [web(name, name), grant(name, &["okta.users.read"])]
}

#[test]
fn an_app_whose_document_is_gone_is_left_alone_or_pruned() {
    org(&[]).run(async |org| {
        org.does(&[web("portal", "Portal"), web("shop", "Shop")], &none()).await;
        insta::assert_snapshot!(org.does(&[web("shop", "Shop")], &none()).await, @"
        Left alone
          App/portal: the app 0oaf00000AId9MIMC5d7 `Portal` is ours and no document declares it
              --prune

        Nothing to do: all that is declared is in the org.
        ");
        insta::assert_snapshot!(org.does(&[web("shop", "Shop")], &pruning()).await, @r#"
        - delete App/portal "Portal"
            note: the app 0oaf00000AId9MIMC5d7 goes, with everything that hangs on it

        1 to delete, with 2 requests.
        "#);
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000GToTgl015d7 "Shop" ACTIVE client_id: its id mark: laws/shop"#);
    });
}

#[test]
fn the_delete_that_okta_refuses_the_first_time_is_sent_again() {
    org(&[("delete-after-deactivate", "fails-once")]).run(async |org| {
        org.does(&[web("portal", "Portal"), web("shop", "Shop")], &none()).await;
        org.does(&[web("shop", "Shop")], &pruning()).await;
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000GToTgl015d7 "Shop" ACTIVE client_id: its id mark: laws/shop"#);
    });
}

#[test]
fn a_protected_app_stays_after_its_document_is_gone() {
    org(&[]).run(async |org| {
        let protected = with(web("portal", "Portal"), "metadata.protected", json!(true));
        org.does(&[protected, web("shop", "Shop")], &none()).await;
        insta::assert_snapshot!(org.shows(&[web("shop", "Shop")], &pruning()).await, @r#"
        - delete App/portal "Portal"
            note: the app 0oaf00000AId9MIMC5d7 goes, with everything that hangs on it

        Refused
          App/portal: the app 0oaf00000AId9MIMC5d7 is protected, and stays so after its document is gone; to delete it, declare it again without `protected`, apply, and take it out then

        1 to delete, with 2 requests. It is refused; what would allow it is said above.
        "#);
        insta::assert_snapshot!(org.does(&[web("portal", "Portal"), web("shop", "Shop")], &pruning()).await, @r#"
        ~ update App/portal "Portal"
            mark: laws/portal, protected → laws/portal

        1 to update, with 1 request.
        "#);
        insta::assert_snapshot!(org.does(&[web("shop", "Shop")], &pruning()).await, @r#"
        - delete App/portal "Portal"
            note: the app 0oaf00000AId9MIMC5d7 goes, with everything that hangs on it

        1 to delete, with 2 requests.
        "#);
    });
}

#[test]
fn a_protected_app_is_not_replaced() {
    org(&[]).run(async |org| {
        let protected = with(with_client_id(web("portal", "Portal"), "portal-client"), "metadata.protected", json!(true));
        org.does(std::slice::from_ref(&protected), &none()).await;
        let choices = Choices { allow_replace: [app("portal")].into(), ..none() };
        insta::assert_snapshot!(org.shows(&[with_client_id(protected.clone(), "another-client")], &choices).await, @r#"
        ± replace App/portal "Portal"
            credentials.oauthClient.client_id: "portal-client" → "another-client"   (cannot be changed: the app is replaced)
            label: "Portal"
            settings.oauthClient.application_type: "web"
            settings.oauthClient.grant_types: ["authorization_code"]
            settings.oauthClient.response_types: ["code"]
            settings.oauthClient.redirect_uris: ["https://a.example.com/cb"]
            mark: none → laws/portal, protected
            note: the app 0oaf00000AId9MIMC5d7 goes, and with it its users, groups, access policy, grants, secrets, keys and logo

        - delete App/portal/0oaf00000AId9MIMC5d7 "Portal"
            note: the app 0oaf00000AId9MIMC5d7 goes, with everything that hangs on it

        Refused
          App/portal: it is protected, and would be replaced; take `protected` out and apply first

        1 to replace, 1 to delete, with 4 requests. It is refused; what would allow it is said above.
        "#);
        // Taking the protection out in the same plan does not help.
        insta::assert_snapshot!(org.shows(&[with_client_id(web("portal", "Portal"), "another-client")], &choices).await, @r#"
        ± replace App/portal "Portal"
            credentials.oauthClient.client_id: "portal-client" → "another-client"   (cannot be changed: the app is replaced)
            label: "Portal"
            settings.oauthClient.application_type: "web"
            settings.oauthClient.grant_types: ["authorization_code"]
            settings.oauthClient.response_types: ["code"]
            settings.oauthClient.redirect_uris: ["https://a.example.com/cb"]
            mark: none → laws/portal
            note: the app 0oaf00000AId9MIMC5d7 goes, and with it its users, groups, access policy, grants, secrets, keys and logo

        - delete App/portal/0oaf00000AId9MIMC5d7 "Portal"
            note: the app 0oaf00000AId9MIMC5d7 goes, with everything that hangs on it

        Refused
          App/portal: it is protected, and would be replaced; take `protected` out and apply first

        1 to replace, 1 to delete, with 4 requests. It is refused; what would allow it is said above.
        "#);
    });
}

#[test]
fn selecting_narrows_both_sides_and_deletes_no_app() {
    org(&[]).run(async |org| {
        let all: Vec<_> = ["a", "b", "c"].into_iter().flat_map(one_grant).collect();
        org.does(&all, &none()).await;
        let select = |pattern: &str| Choices { select: vec![pattern.to_owned()], ..pruning() };
        let rest = [with(web("a", "a"), "spec.settings.notes.admin", json!("hello")), grant("a", &[]), web("b", "b"), grant("b", &[])];
        insta::assert_snapshot!(org.does(&rest, &select("Grant/*")).await, @"
        - delete Grant/b/okta.users.read
        - delete Grant/a/okta.users.read

        2 to delete, with 2 requests.
        ");
        insta::assert_snapshot!(org.does(&rest, &select("App/a")).await, @r#"
        ~ update App/a "a"
            settings.notes.admin: null → "hello"

        1 to update, with 1 request.
        "#);
        insta::assert_snapshot!(org.does(&rest, &select("*/c")).await, @"
        Left alone
          App/c: the app 0oaf00000Mez0DjJZ5d7 `c` is ours and no document declares it
              --prune without --select

        Nothing to do: all that is declared is in the org.
        ");
        insta::assert_snapshot!(org.does(&rest, &pruning()).await, @r#"
        - delete App/c "c"
            note: the app 0oaf00000Mez0DjJZ5d7 goes, with everything that hangs on it

        1 to delete, with 2 requests.
        "#);
        insta::assert_snapshot!(org.state().await, @r#"
        0oaf00000AId9MIMC5d7 "a" ACTIVE client_id: its id mark: laws/a
        0oaf00000GToTgl015d7 "b" ACTIVE client_id: its id mark: laws/b
        "#);
    });
}

#[test]
fn more_deletions_than_allowed_are_refused() {
    org(&[]).run(async |org| {
        let names = ["a", "b", "c", "d", "e", "f"];
        let all: Vec<_> = names.iter().map(|name| web(name, name)).chain([web("shop", "Shop")]).collect();
        org.does(&all, &none()).await;
        insta::assert_snapshot!(org.shows(&[web("shop", "Shop")], &pruning()).await, @r#"
        - delete App/f "f"
            note: the app 0oaf00000fCW2v0Iv5d7 goes, with everything that hangs on it

        - delete App/e "e"
            note: the app 0oaf00000Z1LuQeu35d7 goes, with everything that hangs on it

        - delete App/d "d"
            note: the app 0oaf00000SqAaMOWj5d7 goes, with everything that hangs on it

        - delete App/c "c"
            note: the app 0oaf00000Mez0DjJZ5d7 goes, with everything that hangs on it

        - delete App/b "b"
            note: the app 0oaf00000GToTgl015d7 goes, with everything that hangs on it

        - delete App/a "a"
            note: the app 0oaf00000AId9MIMC5d7 goes, with everything that hangs on it

        Refused
          6 deletions, more than the 5 allowed
              --max-deletes 6

        6 to delete, with 12 requests. It is refused; what would allow it is said above.
        "#);
        org.does(&[web("shop", "Shop")], &Choices { max_deletes: Some(6), ..pruning() }).await;
        insta::assert_snapshot!(org.state().await, @r#"0oaf00000lNhNnb805d7 "Shop" ACTIVE client_id: its id mark: laws/shop"#);
    });
}

#[test]
fn a_scope_is_revoked_when_it_or_its_document_is_gone() {
    org(&[]).run(async |org| {
        let granted = |scopes: &[&str]| [web("portal", "Portal"), grant("portal", scopes)];
        org.does(&granted(&["okta.users.read", "okta.logs.read"]), &none()).await;
        insta::assert_snapshot!(org.does(&granted(&["okta.users.read"]), &none()).await, @"
        Left alone
          Grant/portal/okta.logs.read: scope `okta.logs.read` is granted and not declared
              --prune

        Nothing to do: all that is declared is in the org.
        ");
        insta::assert_snapshot!(org.does(&granted(&["okta.users.read"]), &pruning()).await, @"
        - delete Grant/portal/okta.logs.read

        1 to delete, with 1 request.
        ");
        insta::assert_snapshot!(org.does(&[web("portal", "Portal")], &none()).await, @"
        Left alone
          Grant/portal/okta.users.read: scope `okta.users.read` is granted and not declared
              --prune

        Nothing to do: all that is declared is in the org.
        ");
        insta::assert_snapshot!(org.does(&[web("portal", "Portal")], &pruning()).await, @"
        - delete Grant/portal/okta.users.read

        1 to delete, with 1 request.
        ");
        // Nothing is left that the mark would have to remember.
        insta::assert_snapshot!(org.does(&[web("portal", "Portal")], &pruning()).await, @"Nothing to do: the org is as declared.");
    });
}

#[test]
fn nothing_is_pruned_below_an_app_that_is_not_ours_unless_the_document_says_so() {
    org(&[]).run(async |org| {
        let id = org.made_web("By hand").await;
        for scope in ["okta.logs.read", "okta.users.read"] {
            org.somebody("POST", &format!("/api/v1/apps/{id}/grants"), json!({"scopeId": scope, "issuer": "http://127.0.0.1:7"})).await;
        }
        let scopes = document("Grant", "scopes", json!({"app": {"id": id}, "scopes": ["okta.users.read"]}));
        insta::assert_snapshot!(org.does(std::slice::from_ref(&scopes), &pruning()).await, @"
        Left alone
          Grant/scopes/okta.logs.read: scope `okta.logs.read` is granted and not declared: the app is not ours; `metadata.prune: true` in the document would allow it

        Nothing to do: all that is declared is in the org.
        ");
        insta::assert_snapshot!(org.does(&[with(scopes, "metadata.prune", json!(true))], &pruning()).await, @"
        - delete Grant/scopes/okta.logs.read

        1 to delete, with 1 request.
        ");
    });
}

#[test]
fn a_child_that_could_not_be_pruned_is_pruned_the_next_time() {
    org(&[]).run(async |org| {
        org.does(&one_grant("portal"), &none()).await;
        org.suffers(&["DELETE 503"]);
        insta::assert_snapshot!(org.tries(&[web("portal", "Web Portal")], &pruning()).await, @"
        applied   update App/portal
        failed    delete Grant/portal/okta.users.read
            could not do DELETE /api/v1/apps/0oaf00000AId9MIMC5d7/grants/oagf00000GTozMsls5d7, which was sent 4 times
            caused by: `DELETE /api/v1/apps/0oaf00000AId9MIMC5d7/grants/oagf00000GTozMsls5d7` was answered 503 without a reason, 1 attempt in 0.0 s

        1 applied, 1 failed.
        What is done stays done: look at the reasons, then plan and apply again.
        ");
        org.suffers(&[]);
        insta::assert_snapshot!(org.does(&[web("portal", "Web Portal")], &pruning()).await, @"
        - delete Grant/portal/okta.users.read

        1 to delete, with 1 request.
        ");
    });
}
