//! The groups that have an app: found by name, assigned in their order, changed, withdrawn, and looked after.

use serde_json::{Value, json};

use crate::org::TestOrg;

const APP: &str = "
apiVersion: idpctl/v1
kind: App
metadata: {name: portal}
spec:
  label: Portal
  settings:
    oauthClient:
      application_type: web
      grant_types: [authorization_code]
      response_types: [code]
      redirect_uris: [https://portal.example.com/callback]
";

fn assign(test: &TestOrg, groups: &str) {
    let manifest = format!("apiVersion: idpctl/v1\nkind: GroupAssignment\nmetadata: {{name: portal}}\nspec:\n  groups:\n{groups}");
    test.write("manifests/groups.yaml", manifest);
}

const DECLARED: &str =
    "    - {name: Everyone}\n    - {name: Support, priority: 1, profile: {role: reader}}\n    - {name: Sales, priority: 0}\n";

/// Returns a repository that declares an app with three groups, and an org that has them.
fn declared() -> TestOrg {
    let test = TestOrg::new();
    for name in ["Sales", "Support", "Support (night)"] {
        test.send("POST", "/api/v1/groups", &json!({"profile": {"name": name}}));
    }
    test.write("manifests/portal.yaml", APP);
    assign(&test, DECLARED);
    test
}

fn group(test: &TestOrg, name: &str) -> String {
    let groups = test.get("/api/v1/groups");
    let group = groups.as_array().unwrap().iter().find(|group| group["profile"]["name"] == name).unwrap();
    group["id"].as_str().unwrap().to_owned()
}

fn path(test: &TestOrg, name: &str) -> String {
    format!("/api/v1/apps/{}/groups/{}", test.id("Portal"), group(test, name))
}

/// Returns the groups that have the app: name, priority, attributes.
fn assigned(test: &TestOrg) -> Vec<String> {
    let listed = test.get(&format!("/api/v1/apps/{}/groups?expand=group", test.id("Portal")));
    let line = |one: &Value| format!("{} {} {}", one["_embedded"]["group"]["profile"]["name"], one["priority"], one["profile"]);
    listed.as_array().unwrap().iter().map(line).collect()
}

#[test]
fn groups_come_after_their_app_in_the_order_of_their_priorities() {
    let test = declared();
    insta::assert_snapshot!(test.run("apply --auto-approve"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create App/portal "Portal"
        label: "Portal"
        settings.oauthClient.application_type: "web"
        settings.oauthClient.grant_types: ["authorization_code"]
        settings.oauthClient.response_types: ["code"]
        settings.oauthClient.redirect_uris: ["https://portal.example.com/callback"]
        mark: none → default/portal, manages groups

    + create GroupAssignment/portal/Sales
        priority: 0

    + create GroupAssignment/portal/Support
        priority: 1
        profile.role: "reader"

    + create GroupAssignment/portal/Everyone

    4 to create, with 4 requests.

    applied   create App/portal
    applied   create GroupAssignment/portal/Everyone
    applied   create GroupAssignment/portal/Sales
    applied   create GroupAssignment/portal/Support

    4 applied.
    [exit status: 0]
    "#);
    insta::assert_snapshot!(assigned(&test).join("\n"), @r#"
    "Sales" 0 {}
    "Support" 1 {"role":"reader"}
    "Everyone" 2 {}
    "#);
    test.assert_laws("");
    test.assert_laws("--prune");
}

#[test]
fn names_are_looked_up_in_one_search_and_the_plan_says_what_is_sent() {
    let test = declared();
    let _ = test.run("apply --auto-approve").ends_with(0);
    let swapped = "    - {name: Support, priority: 0, profile: {role: null, seats: 3}}\n    - {name: Sales, priority: 1}\n";
    assign(&test, swapped);
    let planned = test.run("plan --requests --prune").ends_with(0);
    let mut sent = planned.sent();
    sent.sort();
    insta::assert_snapshot!(sent.join("\n"), @"
    GET /.well-known/okta-organization
    GET /api/v1/apps
    GET /api/v1/apps/0oaf00000EQ54pKwA5d7/groups
    GET /api/v1/groups
    ");
    insta::assert_snapshot!(planned, @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update GroupAssignment/portal/Support
        priority: 1 → 0
        profile.role: "reader" → none
        profile.seats: none → 3
        1. PUT /api/v1/apps/{App/portal}/groups/00gf00000AIdRu4zA5d7
           the live assignment, with
             priority = 0
             profile.role taken out
             profile.seats = 3
           looks at the access of the group 00gf00000AIdRu4zA5d7 to {App/portal}
           sent if the assignment is as it was planned for (fingerprint 1ab0b300cf3ee26388b96c809a6a2ca8)
           done when these are as declared: priority, profile.role, profile.seats

    ~ update GroupAssignment/portal/Sales
        priority: 0 → 1
        1. PUT /api/v1/apps/{App/portal}/groups/00gf000008EuhhLZ55d7
           the live assignment, with
             priority = 1
           looks at the access of the group 00gf000008EuhhLZ55d7 to {App/portal}
           sent if the assignment is as it was planned for (fingerprint 61a11e069979bf535922931229e4c0cc)
           done when priority is as declared

    - delete GroupAssignment/portal/00gf0000023jmnqub5d7 "Everyone"
        1. DELETE /api/v1/apps/{App/portal}/groups/00gf0000023jmnqub5d7
           looks at the access of the group 00gf0000023jmnqub5d7 to {App/portal}
           sent if the assignment is there
           done when there is no such assignment

    2 to update, 1 to delete, with 3 requests.
    [exit status: 0]
    "#);
    let applied = test.run("apply --auto-approve --prune").ends_with(0);
    assert_eq!(
        applied.writes(),
        ["PUT ", "PUT ", "DELETE "]
            .into_iter()
            .zip(["Support", "Sales", "Everyone"])
            .map(|(method, name)| format!("{method}{}", path(&test, name)))
            .collect::<Vec<_>>()
    );
    insta::assert_snapshot!(assigned(&test).join("\n"), @r#"
    "Support" 0 {"seats":3}
    "Sales" 1 {}
    "#);
    test.assert_laws("--prune");
}

#[test]
fn a_name_that_no_group_has_is_an_error_where_it_stands() {
    let test = declared();
    assign(&test, "    - {name: Slaes}\n    - {name: Suppliers}\n    - {id: 00gnobody}\n    - {name: Wholly other}\n");
    insta::assert_snapshot!(test.run("plan"), @"
    ------- stderr -------
    error[IDP0608]: there is no group named `Slaes`
     --> manifests/groups.yaml:6:14
      |
    6 |     - {name: Slaes}
      |              ^^^^^
      |
      = help: correct the name, or make the group; one made a moment ago may not be found yet

    error[IDP0608]: there is no group named `Suppliers`
     --> manifests/groups.yaml:7:14
      |
    7 |     - {name: Suppliers}
      |              ^^^^^^^^^
      |
      = help: the org has `Support`, `Support (night)`

    error[IDP0608]: there is no group with the id `00gnobody`
     --> manifests/groups.yaml:8:12
      |
    8 |     - {id: 00gnobody}
      |            ^^^^^^^^^
      |
      = help: correct the id, or name the group

    error[IDP0608]: there is no group named `Wholly other`
     --> manifests/groups.yaml:9:14
      |
    9 |     - {name: Wholly other}
      |              ^^^^^^^^^^^^
      |
      = help: correct the name, or make the group; one made a moment ago may not be found yet

    4 errors
    [exit status: 1]
    ");
    insta::assert_snapshot!(test.run("apply --auto-approve").writes().join("\n"), @"");
}

#[test]
fn two_entries_that_are_one_group_are_an_error_that_shows_both() {
    let test = declared();
    let id = group(&test, "Sales");
    assign(&test, &format!("    - {{name: Sales}}\n    - {{id: {id}}}\n"));
    insta::assert_snapshot!(test.run("plan"), @"
    ------- stderr -------
    error[IDP0535]: GroupAssignment/portal/00gf000008EuhhLZ55d7 and GroupAssignment/portal/Sales are both the group 00gf000008EuhhLZ55d7
     --> manifests/groups.yaml:7:12
      |
    6 |     - {name: Sales}
      |              ----- the first
    7 |     - {id: 00gf000008EuhhLZ55d7}
      |            ^^^^^^^^^^^^^^^^^^^^
      |
      = help: remove one of the two

    1 error
    [exit status: 1]
    ");
}

#[test]
fn drift_says_what_somebody_did_to_the_groups() {
    let test = declared();
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.send("PUT", &path(&test, "Support"), &json!({"priority": 9, "profile": {"role": "owner", "seats": 1}}));
    test.send("PUT", &path(&test, "Support (night)"), &json!({}));
    test.send("DELETE", &path(&test, "Sales"), &Value::Null);
    insta::assert_snapshot!(test.run("drift"), @r#"
    Drift of `default` in http://ORG (00of00000000j617U5d7)

    GroupAssignment/portal/00gf00000CMMfcZI55d7
        the group `Support (night)` (00gf00000CMMfcZI55d7) is assigned and not declared   (either)

    GroupAssignment/portal/Sales
        is not there   (either)

    GroupAssignment/portal/Support
        priority: 1 → 9   (either)
        profile.role: "reader" → "owner"   (either)

    4 items: 4 either changed live or not applied yet.
    [exit status: 2]
    "#);
    insta::assert_snapshot!(test.run("apply --auto-approve --prune"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create GroupAssignment/portal/Sales
        priority: 0

    ~ update GroupAssignment/portal/Support
        priority: 9 → 1
        profile.role: "owner" → "reader"

    - delete GroupAssignment/portal/00gf00000CMMfcZI55d7 "Support (night)"

    1 to create, 1 to update, 1 to delete, with 3 requests.

    applied   delete GroupAssignment/portal/00gf00000CMMfcZI55d7
    applied   create GroupAssignment/portal/Sales
    applied   update GroupAssignment/portal/Support

    3 applied.
    [exit status: 0]
    "#);
    // The attribute that nobody declares stays.
    insta::assert_snapshot!(assigned(&test).join("\n"), @r#"
    "Sales" 0 {}
    "Support" 1 {"role":"reader","seats":1}
    "Everyone" 2 {}
    "#);
    test.assert_laws("--prune");
}

#[test]
fn groups_whose_document_is_deleted_keep_the_app_until_somebody_prunes() {
    let test = declared();
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.remove("manifests/groups.yaml");
    insta::assert_snapshot!(test.run("plan"), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    Left alone
      GroupAssignment/portal/00gf0000023jmnqub5d7: the group `Everyone` (00gf0000023jmnqub5d7) is assigned and not declared
          --prune
      GroupAssignment/portal/00gf000008EuhhLZ55d7: the group `Sales` (00gf000008EuhhLZ55d7) is assigned and not declared
          --prune
      GroupAssignment/portal/00gf00000AIdRu4zA5d7: the group `Support` (00gf00000AIdRu4zA5d7) is assigned and not declared
          --prune

    Nothing to do: all that is declared is in the org.
    [exit status: 0]
    ");
    test.assert_laws("");
    assert_eq!(assigned(&test).len(), 3);
    let pruned = test.run("apply --auto-approve --prune").ends_with(0);
    assert_eq!(pruned.writes().iter().filter(|request| request.starts_with("DELETE")).count(), 3);
    assert_eq!(assigned(&test), [""; 0]);
    test.assert_laws("--prune");
}

#[test]
fn an_assignment_that_changed_since_the_plan_is_refused() {
    let test = declared();
    let _ = test.run("apply --auto-approve").ends_with(0);
    assign(&test, &DECLARED.replace("reader", "writer"));
    let _ = test.run("plan --out plan.json").ends_with(0);
    test.send("PUT", &path(&test, "Support"), &json!({"priority": 4, "profile": {"role": "owner"}}));
    insta::assert_snapshot!(test.run("apply plan.json"), @"
    ------- stderr -------
    error: the plan no longer fits, and nothing was changed:
      GroupAssignment/portal/Support: `priority` would change too (4 → 1), which was not approved

    hint: look at what would be done now, and have it approved
        idpctl plan --out plan.json
    [exit status: 3]
    ");
}

#[test]
fn a_group_that_has_the_app_already_as_declared_is_not_assigned_again() {
    let test = declared();
    let _ = test.run("plan --out plan.json").ends_with(0);
    let _ = test.run("apply --auto-approve --select App/portal").ends_with(0);
    test.send("PUT", &path(&test, "Sales"), &json!({"priority": 0}));
    let rest = test.run("apply plan.json").ends_with(0);
    assert_eq!(rest.writes(), ["Support", "Everyone"].map(|name| format!("PUT {}", path(&test, name))));
    test.assert_laws("");
}
