//! How many requests a plan costs in a large org.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::org::TestOrg;

const APPS: usize = 1_000;
const WITH_GRANT: usize = 50;
const WITH_SECRET: usize = 500;
const SECRET: &str = "one secret for all of them";

/// A thousand apps that are as declared, made directly at the org.
fn large() -> TestOrg {
    let mut test = TestOrg::new();
    test.set("IDPCTL_SHARED_SECRET", SECRET);
    let mut manifests = String::new();
    for n in 0..APPS {
        let (has_grant, has_secret) = (n < WITH_GRANT, n < WITH_SECRET);
        let id = make(&test, n, has_grant, has_secret);
        declare(&mut manifests, n, has_grant, has_secret);
        if has_grant {
            test.send("POST", &format!("/api/v1/apps/{id}/grants"), &json!({"scopeId": "okta.users.read", "issuer": test.url()}));
        }
        if n % 100 == 99 {
            test.write(&format!("manifests/{n:04}.yaml"), &manifests);
            manifests.clear();
        }
    }
    test
}

fn make(test: &TestOrg, n: usize, has_grant: bool, has_secret: bool) -> String {
    let manages: Vec<_> =
        [("grants", has_grant), ("secrets", has_secret)].into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect();
    let body = json!({
        "name": "oidc_client",
        "label": format!("App {n}"),
        "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"client_secret": SECRET}},
        "settings": {"oauthClient": {"application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"]}},
        "profile": {"idpctl": {"owner": format!("default/app-{n}"), "manages": manages}},
    });
    test.send("POST", "/api/v1/apps", &body)["id"].as_str().unwrap().to_owned()
}

fn declare(text: &mut String, n: usize, has_grant: bool, has_secret: bool) {
    let mut document = |kind: &str, spec: Value| {
        let metadata = json!({"name": format!("app-{n}")});
        writeln!(text, "---\n{}", json!({"apiVersion": "idpctl/v1", "kind": kind, "metadata": metadata, "spec": spec})).unwrap();
    };
    document("App", json!({"label": format!("App {n}"), "settings": {"oauthClient": {"grant_types": ["client_credentials"]}}}));
    if has_grant {
        document("Grant", json!({"scopes": ["okta.users.read"]}));
    }
    if has_secret {
        document("ClientCredentials", json!({"client_secrets": [{"name": "only", "env": "IDPCTL_SHARED_SECRET"}]}));
    }
}

/// Runs a plan that changes nothing, and counts its requests by what they ask for.
fn cost(test: &TestOrg, secrets: &str) -> BTreeMap<String, usize> {
    let output = test.run(&format!("plan --detailed-exitcode --secrets {secrets}")).ends_with(0);
    output.sent().into_iter().fold(BTreeMap::new(), |mut counts, request| {
        let path: Vec<_> = request.split('/').collect();
        let kind = match path[..] {
            ["GET ", "api", "v1", "apps"] => "pages of apps".to_owned(),
            ["GET ", "api", "v1", "apps", _, "grants"] => "grants of an app".to_owned(),
            ["GET ", "api", "v1", "apps", _, "credentials", "secrets"] => "secrets of an app".to_owned(),
            _ => request,
        };
        *counts.entry(kind).or_default() += 1;
        counts
    })
}

#[test]
fn a_plan_that_changes_nothing_reads_lists_and_only_the_details_that_are_managed() {
    let test = large();
    insta::assert_json_snapshot!(cost(&test, "skip"), @r#"
    {
      "GET /.well-known/okta-organization": 1,
      "grants of an app": 50,
      "pages of apps": 5
    }
    "#);
    insta::assert_json_snapshot!(cost(&test, "compare"), @r#"
    {
      "GET /.well-known/okta-organization": 1,
      "grants of an app": 50,
      "pages of apps": 5,
      "secrets of an app": 500
    }
    "#);
}
