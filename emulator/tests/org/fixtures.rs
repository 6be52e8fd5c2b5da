//! An org as one document: exported, and made again elsewhere.

use std::collections::BTreeSet;

use idpctl_emulator::{Config, Data, Org};
use serde_json::{Value, json};

use crate::support::{client_type, create, frozen, get, org, portal, portal_ok, product, provider, send, server, web};

/// An org with something in most of its tables.
async fn furnished() -> Org {
    let org = org();
    let (app, _) = create(&org, web("Portal")).await;
    send(&org, "POST", &format!("/api/v1/apps/{app}/credentials/secrets"), Value::Null).await;
    let (_, group) = send(&org, "POST", "/api/v1/groups", json!({"profile": {"name": "Sales"}})).await;
    send(&org, "PUT", &format!("/api/v1/apps/{app}/groups/{}", group["id"].as_str().unwrap()), json!({})).await;
    get(&org, &format!("/api/v1/apps/{app}/credentials/keys")).await;
    send(&org, "POST", &format!("/api/v1/apps/{app}/credentials/keys/generate?validityYears=2"), Value::Null).await;
    send(&org, "POST", &format!("/api/v1/apps/{app}/credentials/csrs"), json!({})).await;
    send(&org, "POST", &format!("/api/v1/apps/{app}/grants"), json!({"scopeId": "okta.users.read", "issuer": "https://org.example.com"}))
        .await;
    let (server, _) = server(&org, "Fares").await;
    send(&org, "POST", &format!("/api/v1/authorizationServers/{server}/scopes"), json!({"name": "fares.read"})).await;
    portal_ok(&org, "POST", "/oauth-providers", provider("Okta")).await;
    portal_ok(&org, "POST", "/oauth-providers/1/client-types", client_type("Web")).await;
    portal_ok(&org, "POST", "/products", product("Fares")).await;
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
    assert_eq!(again.export().to_string(), exported.to_string());
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
    assert_eq!(Org::open_kept(config()).unwrap().export().to_string(), exported.to_string());
    assert!(problem(Org::import(config(), &exported)).starts_with("there is an org already in "));
    assert_eq!(Org::open_kept(config()).unwrap().export().to_string(), exported.to_string());
}

#[tokio::test]
async fn what_is_not_there_is_not_made_by_looking_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let config = |name: &str| Config { data: Data::Directory(folder.path().join(name)), ..frozen() };
    assert!(problem(Org::open_kept(config("none"))).starts_with("there is no org in "));
    assert!(problem(Org::open_kept(frozen())).starts_with("there is no org in "));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// The ids of the requests that have written something.
async fn transactions(org: &Org) -> BTreeSet<String> {
    let events = get(org, "/api/v1/logs?limit=1000").await;
    events.as_array().unwrap().iter().map(|event| event["transaction"]["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn no_request_has_the_id_of_one_before_an_import_or_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let config = || Config { data: Data::Directory(folder.path().to_owned()), ..frozen() };
    let mut org = Org::import(config(), &furnished().await.export()).unwrap();
    let mut known = transactions(&org).await;
    for restarts in [true, false] {
        if restarts {
            drop(org);
            org = Org::open(config()).unwrap();
        } else {
            org = Org::import(frozen(), &org.export()).unwrap();
        }
        create(&org, web("Gate")).await;
        let all = transactions(&org).await;
        assert_eq!((all.len(), all.is_superset(&known)), (known.len() + 1, true));
        known = all;
    }
}

#[tokio::test]
async fn rows_that_make_no_sense_are_refused_or_answered_with_an_error() {
    let exported = furnished().await.export();
    let tables: Vec<_> = exported["tables"].as_object().unwrap().keys().cloned().collect();
    let mut opened = 0;
    for table in &tables {
        for nonsense in [Value::Null, json!({}), json!([[]]), json!("\u{0}"), json!(-1), json!(u64::MAX)] {
            let mut document = exported.clone();
            let rows = document["tables"][table].as_object_mut().unwrap();
            for row in rows.values_mut() {
                *row = nonsense.clone();
            }
            rows.insert("\u{202e}/../odd".into(), nonsense.clone());
            let Ok(org) = Org::import(frozen(), &document) else { continue };
            opened += 1;
            for path in ["apps", "groups", "policies?type=ACCESS_POLICY", "authorizationServers", "logs", "users/me"] {
                let (status, answer) = send(&org, "GET", &format!("/api/v1/{path}"), Value::Null).await;
                assert!(status == 200 || answer["errorCode"] == "E0000009", "{table} {nonsense} {path}: {status} {answer}");
            }
            send(&org, "POST", "/api/v1/apps", web("Gate")).await;
            portal(&org, "POST", "/oauth-providers", provider("Another")).await;
            portal(&org, "GET", "/oauth-providers", Value::Null).await;
            assert!(org.export().is_object());
        }
    }
    assert!(opened > 10, "{opened}");
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
        spoilt("/given_out", json!(u64::MAX)),
        spoilt("/tables", json!({"shoes": {}})),
        spoilt("/tables/groups", json!([])),
        spoilt("/tables/groups", json!({"00g1": ["Sales"]})),
        spoilt("/tables/org", json!({})),
        spoilt("/tables/org/org/seed", json!("short")),
        spoilt("/tables/org/requests", json!(u64::MAX)),
        spoilt("/tables/portal_counters", json!({"providers": -1})),
        spoilt("/tables/logs", json!({"tomorrow": "{}"})),
        spoilt(&format!("/tables/apps/{app}"), json!({"id": 3})),
    ];
    insta::assert_snapshot!(problems.join("\n"), @"
    this is not an exported org: its `format` is not `idpctl-emulator/1`
    this is not an exported org: its `format` is not `idpctl-emulator/1`
    this is not an exported org: its `given_out` is no number of ids
    this is not an exported org: its `given_out` is no number of ids
    this is not an exported org: there is no table `shoes`
    this is not an exported org: the table `groups` is not an object
    this is not an exported org: its groups/00g1 cannot be read
    this is not an exported org: its org cannot be read
    this is not an exported org: its org cannot be read
    this is not an exported org: its count of requests cannot be read
    this is not an exported org: its count of providers cannot be read
    this is not an exported org: its event tomorrow cannot be read
    this is not an exported org: its app 0oaf000008Euf57TO5d7 cannot be read
    ");
    drop(Org::import(config(), &exported).unwrap());
}
