//! What the store keeps, and what a second process is told.

use idpctl_emulator::{Config, Data, Error, Org, switches};
use redb::{ReadableTable as _, TableHandle as _};
use serde_json::{Value, json};

use crate::support::{create, frozen, get, org, portal_ok, provider, send, service, web};

#[tokio::test]
async fn forks_go_their_own_ways() {
    let org = org();
    let (id, _) = create(&org, web("Portal")).await;
    let fork = org.fork();
    assert_eq!(fork.okta_token(), org.okta_token());
    let path = format!("/api/v1/apps/{id}");
    send(&fork, "PUT", &path, web("Renamed")).await;
    create(&fork, web("Another")).await;
    assert_eq!(get(&org, &path).await["label"], "Portal");
    assert_eq!(get(&org, "/api/v1/apps").await.as_array().unwrap().len(), 1);
    assert_eq!(get(&fork, "/api/v1/apps").await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_same_requests_give_the_same_bytes() {
    let run = async || {
        let org = org();
        create(&org, web("Portal")).await;
        create(&org, service("Worker")).await;
        get(&org, "/api/v1/apps").await.to_string()
    };
    assert_eq!(run().await, run().await);
}

#[tokio::test]
async fn an_org_in_a_directory_is_there_again_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let data = || Data::Directory(folder.path().join("deep").join("org"));
    let config = || Config { data: data(), ..Config::default() };
    let org = Org::open(config()).unwrap();
    let (id, made) = create(&org, web("Portal")).await;
    let issuer = json!({"scopeId": "okta.users.read", "issuer": "http://127.0.0.1"});
    let grants = format!("/api/v1/apps/{id}/grants");
    assert_eq!(send(&org, "POST", &grants, issuer).await.0, 201);
    let secrets = org.live_secrets(&id);
    let token = org.okta_token().to_owned();
    drop(org);

    let org = Org::open(config()).unwrap();
    assert_eq!(org.okta_token(), token);
    assert_eq!(org.live_secrets(&id), secrets);
    assert_eq!(get(&org, &grants).await.as_array().unwrap().len(), 1);
    let (second, _) = create(&org, web("Second")).await;
    assert!(second > id, "{second} {made}");
    let listed = get(&org, "/api/v1/apps").await;
    let labels = listed.as_array().unwrap().iter().map(|app| &app["label"]);
    assert_eq!(labels.collect::<Vec<_>>(), ["Portal", "Second"]);
}

#[tokio::test]
async fn what_was_answered_is_on_the_disk_although_nothing_was_closed() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let config = |data: &std::path::Path| Config { data: Data::Directory(data.to_owned()), ..Config::default() };
    let org = Org::open(config(&first)).unwrap();
    let (id, _) = create(&org, web("Portal")).await;
    std::fs::create_dir(&second).unwrap();
    // The file as a power cut would leave it: open, and never told that it is over.
    std::fs::copy(first.join("org.redb"), second.join("org.redb")).unwrap();
    let revived = Org::open(config(&second)).unwrap();
    assert_eq!(get(&revived, &format!("/api/v1/apps/{id}")).await["label"], "Portal");
    assert_eq!(revived.okta_token(), org.okta_token());
}

#[tokio::test]
async fn an_org_can_be_filled_under_every_switch() {
    for switch in switches::TABLE {
        for value in switch.values {
            let mut config = Config { seed_apps: 4, ..frozen() };
            config.switches.set(switch.name, value).unwrap();
            let org = Org::open(config).unwrap();
            assert_eq!(get(&org, "/api/v1/apps").await.as_array().unwrap().len(), 4);
        }
    }
}

#[tokio::test]
async fn a_directory_is_served_once_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let config = || Config { data: Data::Directory(folder.path().to_owned()), ..Config::default() };
    let org = Org::open(config()).unwrap();
    let error = Org::open(config()).err().unwrap();
    assert!(matches!(error, Error::AlreadyServed { .. }), "{error}");
    assert!(error.to_string().starts_with("this org is already being served"));
    drop(org);
    assert!(Org::open(config()).is_ok());
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_store() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("org");
    let _org = Org::open(Config { data: Data::Directory(directory.clone()), ..Config::default() }).unwrap();
    let mode = |path: std::path::PathBuf| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(directory.clone()), 0o700);
    assert_eq!(mode(directory.join("org.redb")), 0o600);
}

#[tokio::test]
async fn two_stored_orgs_have_different_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let token = |name: &str| {
        let data = Data::Directory(folder.path().join(name));
        Org::open(Config { data, ..Config::default() }).unwrap().okta_token().to_owned()
    };
    assert_ne!(token("one"), token("two"));
}

#[tokio::test]
async fn a_file_whose_maker_was_killed_over_it_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let config = || Config { data: Data::Directory(folder.path().to_owned()), ..Config::default() };
    let file = folder.path().join("org.redb");
    // A database gets its mark, the first nine bytes, last.
    let mut begun = vec![0; 64 << 10];
    begun[9..20].fill(1);
    std::fs::write(&file, &begun).unwrap();
    let org = Org::open(config()).unwrap();
    let (id, _) = create(&org, web("Portal")).await;
    drop(org);
    let org = Org::open(config()).unwrap();
    assert_eq!(get(&org, &format!("/api/v1/apps/{id}")).await["label"], "Portal");
    drop(org);
    std::fs::write(&file, "not a database").unwrap();
    assert!(matches!(Org::open(config()), Err(Error::Store { .. })), "what somebody else has written is left alone");
    assert_eq!(std::fs::read(&file).unwrap(), b"not a database");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named() {
    const GROUPS: redb::TableDefinition<'static, &str, &[u8]> = redb::TableDefinition::new("groups");
    let folder = tempfile::tempdir().unwrap();
    let config = || Config { data: Data::Directory(folder.path().to_owned()), ..Config::default() };
    drop(Org::open(config()).unwrap());
    let database = redb::Database::open(folder.path().join("org.redb")).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(GROUPS).unwrap().insert("00g1", b"{\"id\":".as_slice()).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let error = Org::open(config()).err().unwrap().to_string();
    assert!(error.ends_with("holds a row that cannot be read: groups/00g1"), "{error}");
}

/// Makes the file of a store look as it did before there was a portal.
fn forget_the_portal(file: &std::path::Path) {
    const ORG: redb::TableDefinition<'static, &str, &[u8]> = redb::TableDefinition::new("org");
    let database = redb::Database::open(file).unwrap();
    let transaction = database.begin_write().unwrap();
    {
        let mut table = transaction.open_table(ORG).unwrap();
        let mut row: Value = serde_json::from_slice(table.get("org").unwrap().unwrap().value()).unwrap();
        assert!(row.as_object_mut().unwrap().shift_remove("portal_token").is_some());
        table.insert("org", row.to_string().as_bytes()).unwrap();
    }
    for table in transaction.list_tables().unwrap().filter(|table| table.name().starts_with("portal_")) {
        transaction.delete_table(table).unwrap();
    }
    transaction.commit().unwrap();
}

#[tokio::test]
async fn an_org_from_before_the_portal_is_given_one() {
    let folder = tempfile::tempdir().unwrap();
    let config = || Config { data: Data::Directory(folder.path().to_owned()), ..Config::default() };
    let okta = Org::open(config()).unwrap().okta_token().to_owned();
    forget_the_portal(&folder.path().join("org.redb"));
    let org = Org::open(config()).unwrap();
    assert_eq!(org.okta_token(), okta);
    let token = org.portal_token().to_owned();
    assert!(!token.is_empty());
    assert_eq!(portal_ok(&org, "POST", "/oauth-providers", provider("Okta prod")).await["ID"], 1);
    drop(org);
    assert_eq!(Org::open(config()).unwrap().portal_token(), token);
}

#[tokio::test]
async fn an_org_from_before_the_authorization_servers_is_given_the_built_in_one() {
    let folder = tempfile::tempdir().unwrap();
    let config = || Config { data: Data::Directory(folder.path().to_owned()), ..frozen() };
    let path = "/api/v1/authorizationServers/default";
    let before = get(&Org::open(config()).unwrap(), path).await;
    let database = redb::Database::open(folder.path().join("org.redb")).unwrap();
    let transaction = database.begin_write().unwrap();
    for table in transaction.list_tables().unwrap().filter(|table| table.name().starts_with("server")) {
        transaction.delete_table(table).unwrap();
    }
    transaction.commit().unwrap();
    drop(database);
    let org = Org::open(config()).unwrap();
    assert_eq!(get(&org, path).await, before);
    assert_eq!(get(&org, &format!("{path}/claims")).await.as_array().unwrap().len(), 19);
}

#[tokio::test]
async fn a_refused_request_writes_nothing() {
    let org = org();
    let before = get(&org, "/api/v1/apps").await;
    let mut body = web("Portal");
    body["settings"]["oauthClient"]["grant_types"] = json!(["password"]);
    assert_eq!(send(&org, "POST", "/api/v1/apps", body).await.0, 400);
    assert_eq!(get(&org, "/api/v1/apps").await, before);
    let (first, _) = create(&org, web("Portal")).await;
    let fresh = Org::open(frozen()).unwrap();
    assert_eq!(create(&fresh, web("Portal")).await.0, first);
    assert_eq!(send(&org, "GET", "/api/v1/users/me", Value::Null).await.0, 200);
}
