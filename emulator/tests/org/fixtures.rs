//! An org as one document: exported, and made again elsewhere.

use idpctl_emulator::{Config, Data, Org};
use serde_json::{Value, json};

use crate::support::{create, frozen, get, org, portal_ok, provider, send, web};

/// An org with something in most of its tables.
async fn furnished() -> Org {
    let org = org();
    let (app, _) = create(&org, web("Portal")).await;
    send(&org, "POST", &format!("/api/v1/apps/{app}/credentials/secrets"), Value::Null).await;
    let (_, group) = send(&org, "POST", "/api/v1/groups", json!({"profile": {"name": "Sales"}})).await;
    send(&org, "PUT", &format!("/api/v1/apps/{app}/groups/{}", group["id"].as_str().unwrap()), json!({})).await;
    get(&org, &format!("/api/v1/apps/{app}/credentials/keys")).await;
    portal_ok(&org, "POST", "/oauth-providers", provider("Okta")).await;
    org
}

fn problem(outcome: Result<Org, idpctl_emulator::Error>) -> String {
    outcome.err().unwrap().to_string()
}

#[tokio::test]
async fn an_exported_org_is_imported_as_it_was_and_goes_on_where_it_stopped() {
    let org = furnished().await;
    let exported = org.export();
    // A document survives being written down.
    let written: Value = serde_json::from_str(&exported.to_string()).unwrap();
    let again = Org::import(frozen(), &written).unwrap();
    assert_eq!(again.export(), exported);
    assert_eq!((again.okta_token(), again.portal_token()), (org.okta_token(), org.portal_token()));
    for path in ["/api/v1/apps", "/api/v1/groups", "/api/v1/policies?type=ACCESS_POLICY", "/api/v1/logs"] {
        assert_eq!(get(&again, path).await, get(&org, path).await);
    }
    // No id and no secret is given out twice.
    assert_eq!(create(&again, web("Gate")).await, create(&org, web("Gate")).await);
}

#[tokio::test]
async fn an_export_holds_the_secrets_themselves() {
    let org = furnished().await;
    let apps = get(&org, "/api/v1/apps").await;
    let text = org.export().to_string();
    let secrets = org.live_secrets(apps[0]["id"].as_str().unwrap());
    assert_eq!(secrets.len(), 2);
    assert!(secrets.iter().all(|secret| text.contains(&secret.value)));
    assert!(text.contains(org.okta_token()));
}

#[tokio::test]
async fn an_org_is_imported_into_a_directory_that_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let config = || Config { data: Data::Directory(folder.path().to_owned()), ..frozen() };
    let exported = furnished().await.export();
    drop(Org::import(config(), &exported).unwrap());
    assert_eq!(Org::open(config()).unwrap().export()["tables"], exported["tables"]);
    assert!(problem(Org::import(config(), &exported)).starts_with("there is an org already in "));
    assert_eq!(Org::open(config()).unwrap().export()["tables"], exported["tables"]);
}

#[tokio::test]
async fn a_document_that_is_no_org_is_refused_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let config = || Config { data: Data::Directory(folder.path().to_owned()), ..frozen() };
    let exported = furnished().await.export();
    let spoilt = |pointer: &str, value: Value| {
        let mut document = exported.clone();
        *document.pointer_mut(pointer).unwrap() = value;
        problem(Org::import(config(), &document))
    };
    let app = exported["tables"]["apps"].as_object().unwrap().keys().next().unwrap().clone();
    let problems = [
        problem(Org::import(config(), &json!([]))),
        spoilt("/format", json!("idpctl-emulator/2")),
        spoilt("/given_out", json!("many")),
        spoilt("/tables", json!({"shoes": {}})),
        spoilt("/tables/groups", json!([])),
        spoilt("/tables/org", json!({})),
        spoilt("/tables/org/org/seed", json!("short")),
        spoilt(&format!("/tables/apps/{app}"), json!({"id": 3})),
    ];
    insta::assert_snapshot!(problems.join("\n"), @"
    this is not an exported org: its `format` is not `idpctl-emulator/1`
    this is not an exported org: its `format` is not `idpctl-emulator/1`
    this is not an exported org: its `given_out` is not a number
    this is not an exported org: there is no table `shoes`
    this is not an exported org: the table `groups` is not an object
    this is not an exported org: its org cannot be read
    this is not an exported org: its org cannot be read
    this is not an exported org: its app 0oaf000008Euf57TO5d7 cannot be read
    ");
    drop(Org::import(config(), &exported).unwrap());
}
