//! What of an org is exported, in which form, and what beside manifests that are there.

use serde_json::json;

use crate::takeover::{grown, names};

#[test]
fn a_choice_of_objects_and_a_file_for_each_kind() {
    let test = grown();
    insta::assert_snapshot!(test.run("export --out new --layout kind App/web-portal AuthorizationServer/orders-api"), @"
    ------- stderr -------
    Wrote 4 files into `new`:
      apps.yaml: App/web-portal
      authorization-servers.yaml: AuthorizationServer/orders-api
      client-credentials.yaml: ClientCredentials/web-portal
      group-assignments.yaml: GroupAssignment/web-portal

    No manifest holds a secret. Before `idpctl apply`, set these variables to the values that are in use:
      IDPCTL_WEB_PORTAL_SECRET  the client's secret `current` of ClientCredentials/web-portal

    To see that they change nothing but whose the objects are:
        idpctl plan --file new
    [exit status: 0]
    ");
    insta::assert_snapshot!(test.read("new/apps.yaml"), @"
    apiVersion: idpctl/v1
    kind: App
    metadata:
      name: web-portal
    spec:
      label: Web Portal
      visibility:
        hide:
          iOS: true
          web: true
      settings:
        oauthClient:
          application_type: web
          grant_types:
            - authorization_code
          response_types:
            - code
          redirect_uris:
            - https://app.example.com/callback
          issuer_mode: ORG_URL
    ");
    insta::assert_snapshot!(test.run("export Grant/billing-worker"), @"
    apiVersion: idpctl/v1
    kind: Grant
    metadata:
      name: billing-worker
    spec:
      app:
        id: 0oaf00000EQ54pKwA5d7
      scopes:
        - okta.users.read
    [exit status: 0]
    ");
    insta::assert_snapshot!(test.run("export App/web-portals").ends_with(1), @"
    ------- stderr -------
    error: nothing fits `App/web-portals`

    hint: to see the names of everything there is:
        idpctl export
    [exit status: 1]
    ");
}

#[test]
fn every_field_that_the_org_shows_is_written_where_that_is_asked_for() {
    insta::assert_snapshot!("exported_in_full", grown().run("export --full App/billing-worker"));
}

#[test]
fn clients_are_exported_as_such_where_they_are_asked_for() {
    let test = grown();
    insta::assert_snapshot!(test.run("export Client/billing-*"), @"
    apiVersion: idpctl/v1
    kind: Grant
    metadata:
      name: billing-worker
    spec:
      scopes:
        - okta.users.read
    ---
    apiVersion: idpctl/v1
    kind: Client
    metadata:
      name: billing-worker
      adopt: true
    spec:
      client_name: Billing worker
      application_type: service
      grant_types:
        - client_credentials
      response_types:
        - token
      token_endpoint_auth_method: client_secret_basic
    ------- stderr -------
    Left out:
      Client/billing-worker client_secret: its secret cannot be read; to have a new one made and written to a file, say which in `client_secret_output`
    [exit status: 0]
    ");
}

#[test]
fn what_is_declared_stays_as_it_is_and_what_is_missing_is_added() {
    let test = grown();
    let worker = "# Ours.\napiVersion: idpctl/v1\nkind: App\nmetadata: {name: worker, adopt: true}\nspec: {label: Billing worker}\n";
    test.write("manifests/apps/worker.yaml", worker);
    test.write("manifests/apps/web-portal.yaml", "# Nothing yet.\n");
    insta::assert_snapshot!(test.run("export --out manifests App/*"), @"
    ------- stderr -------
    Wrote 4 files into `manifests`:
      apps/twin-iak5d7.yaml: App/twin-iak5d7
      apps/twin-jjz5d7.yaml: App/twin-jjz5d7
      apps/web-portal-2.yaml: App/web-portal, ClientCredentials/web-portal, GroupAssignment/web-portal
      apps/worker-2.yaml: ClientCredentials/worker, Grant/worker

    No manifest holds a secret. Before `idpctl apply`, set these variables to the values that are in use:
      IDPCTL_WEB_PORTAL_SECRET  the client's secret `current` of ClientCredentials/web-portal
      IDPCTL_WORKER_SECRET  the client's secret `current` of ClientCredentials/worker

    Pinned with `metadata.id`, because nothing else tells which object is meant; for another org take that out:
      App/twin-iak5d7
      App/twin-jjz5d7

    1 object is declared already, and was left alone.

    To see that they change nothing but whose the objects are:
        idpctl plan
    [exit status: 0]
    ");
    assert_eq!(test.read("manifests/apps/worker.yaml"), worker);
    insta::assert_snapshot!(test.read("manifests/apps/worker-2.yaml"), @"
    # `apply` needs these variables, each with the value that is in use:
    #   IDPCTL_WORKER_SECRET  the client's secret `current` of ClientCredentials/worker
    apiVersion: idpctl/v1
    kind: ClientCredentials
    metadata:
      name: worker
    spec:
      client_secrets:
        - name: current
          env: IDPCTL_WORKER_SECRET
      token_endpoint_auth_method: client_secret_basic
      pkce_required: false
    ---
    apiVersion: idpctl/v1
    kind: Grant
    metadata:
      name: worker
    spec:
      scopes:
        - okta.users.read
    ");
    insta::assert_snapshot!(names(&test, "manifests"), @"
    manifests/apps/twin-iak5d7.yaml
    manifests/apps/twin-jjz5d7.yaml
    manifests/apps/web-portal-2.yaml
    manifests/apps/web-portal.yaml
    manifests/apps/worker-2.yaml
    manifests/apps/worker.yaml
    ");
    insta::assert_snapshot!(test.run("plan --secrets skip"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update App/twin-iak5d7 "Twin"
        mark: none → default/twin-iak5d7

    ~ update App/twin-jjz5d7 "Twin"
        mark: none → default/twin-jjz5d7

    ~ update App/web-portal "Web Portal"
        mark: none → default/web-portal, manages groups and secrets

    ~ update App/worker "Billing worker"
        mark: none → default/worker, manages grants and secrets

    Findings
      medium IDP4002 App/worker (manifests/apps/worker.yaml:4:18): the app 0oaf00000EQ54pKwA5d7 is recognised by its label alone and taken over
          Compare the app's id with the one that you mean, and pin it with `metadata.id`.
          https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/

    Not compared
      App/web-portal/secret/current: the variable `IDPCTL_WEB_PORTAL_SECRET` is not set
      App/worker/secret/current: the variable `IDPCTL_WORKER_SECRET` is not set

    Notes
      App/web-portal: the app 0oaf000008Euf57TO5d7 has its client_id and bears no mark: either it was never ours, or a change of its profile lost the mark

    4 to update, with 4 requests.
    [exit status: 0]
    "#);
}

#[test]
fn secrets_are_named_and_never_shown() {
    let test = grown();
    let id = test.id("Web Portal");
    test.send("POST", &format!("/api/v1/apps/{id}/credentials/secrets"), &json!({}));
    let output = test.run("export --secrets compare App/web-portal").ends_with(0);
    insta::assert_snapshot!(output, @r#"
    # `apply` needs these variables, each with the value that is in use:
    #   IDPCTL_WEB_PORTAL_SECRET  the client's secret `2026-01-01` of ClientCredentials/web-portal
    #   IDPCTL_WEB_PORTAL_SECRET_2  the client's secret `2026-01-01-2` of ClientCredentials/web-portal
    apiVersion: idpctl/v1
    kind: App
    metadata:
      name: web-portal
    spec:
      label: Web Portal
      visibility:
        hide:
          iOS: true
          web: true
      settings:
        oauthClient:
          application_type: web
          grant_types:
            - authorization_code
          response_types:
            - code
          redirect_uris:
            - https://app.example.com/callback
          issuer_mode: ORG_URL
    ---
    apiVersion: idpctl/v1
    kind: ClientCredentials
    metadata:
      name: web-portal
    spec:
      client_id: web_portal
      client_secrets:
        - name: "2026-01-01"
          env: IDPCTL_WEB_PORTAL_SECRET
        - name: "2026-01-01-2"
          env: IDPCTL_WEB_PORTAL_SECRET_2
      token_endpoint_auth_method: client_secret_basic
      pkce_required: false
    ---
    apiVersion: idpctl/v1
    kind: GroupAssignment
    metadata:
      name: web-portal
    spec:
      groups:
        - name: Sales
          priority: 0
          profile:
            role: seller
    ------- stderr -------
    No manifest holds a secret. Before `idpctl apply`, set these variables to the values that are in use:
      IDPCTL_WEB_PORTAL_SECRET  the client's secret `2026-01-01` of ClientCredentials/web-portal
      IDPCTL_WEB_PORTAL_SECRET_2  the client's secret `2026-01-01-2` of ClientCredentials/web-portal
    [exit status: 0]
    "#);
    for secret in test.org.live_secrets(&id) {
        assert!(!output.everything().contains(&secret.value));
    }
}
