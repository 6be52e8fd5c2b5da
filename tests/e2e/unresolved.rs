//! A declared secret that has no value here: planned around, and an error before anything is changed.

use crate::org::TestOrg;

const CLIENT: &str = "
apiVersion: idpctl/v1
kind: App
metadata: {name: web}
spec:
  label: Web
  settings:
    oauthClient: {application_type: web, grant_types: [authorization_code], response_types: [code], redirect_uris: [https://a.example.com/cb]}
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: web}
spec:
  client_secrets: [{name: a, env: IDPCTL_A}, {name: b, env: IDPCTL_B}]
";

#[test]
fn apply_ends_before_its_first_write_though_the_plan_could_do_without() {
    let mut test = TestOrg::new();
    test.write("manifests/web.yaml", CLIENT);
    test.set("IDPCTL_A", "a secret of good length");
    test.set("IDPCTL_B", "b secret of good length");
    assert_eq!(test.run("apply --auto-approve").status, 0);
    test.write("manifests/web.yaml", CLIENT.replace("label: Web", "label: Portal"));
    test.set("IDPCTL_B", "");
    insta::assert_snapshot!(test.run("plan"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update App/web "Web"
        label: "Web" → "Portal"

    Left alone
      App/web/secret/ocsf00000CMMQ1m9n5d7: a client secret (ACTIVE, made 2026-01-01T00:00:00.000Z) that is not declared: a declared secret could not be looked up, and this may be it

    Not compared
      App/web/secret/b: the variable `IDPCTL_B` is not set

    1 to update, with 1 request.
    [exit status: 0]
    "#);
    let applied = test.run("apply --auto-approve");
    assert!(applied.requests.iter().all(|request| request.method == "GET"), "{:?}", applied.requests);
    insta::assert_snapshot!(applied, @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update App/web "Web"
        label: "Web" → "Portal"

    Left alone
      App/web/secret/ocsf00000CMMQ1m9n5d7: a client secret (ACTIVE, made 2026-01-01T00:00:00.000Z) that is not declared: a declared secret could not be looked up, and this may be it

    Not compared
      App/web/secret/b: the variable `IDPCTL_B` is not set

    1 to update, with 1 request.
    ------- stderr -------
    error: nothing was changed, because declared secrets cannot be had: the variable `IDPCTL_B` is not set

    hint: set the variables, for example with a secret manager's `run` command around idpctl
    [exit status: 1]
    "#);
    // Without secrets nothing is left open.
    assert_eq!(test.run("apply --auto-approve --secrets skip").status, 0);
}
