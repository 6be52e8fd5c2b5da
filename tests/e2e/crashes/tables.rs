//! The tables of an org as a crash has left them, opened beside it: whatever belongs together is there together.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use idpctl_emulator::{Config, Data, Org};
use serde_json::{Map, Value};

/// What was found before.
#[derive(Default)]
pub(super) struct Tables {
    given_out: u64,
    /// The ids of everything that there was, and in which table.
    known: BTreeSet<(String, String)>,
    /// What there was the last time.
    last: BTreeSet<(String, String)>,
}

/// Tables whose rows belong to a row of another, which is named before the first stroke of their keys.
const PARTS: [(&str, &str); 6] = [
    ("grants", "apps"),
    ("assignments", "apps"),
    ("server_scopes", "servers"),
    ("server_claims", "servers"),
    ("server_policies", "servers"),
    ("server_rules", "servers"),
];

/// Tables whose keys are ids that must never come again.
const BY_ID: [&str; 8] =
    ["apps", "groups", "grants", "servers", "server_scopes", "server_claims", "server_policies", "portal_client_types"];

impl Tables {
    /// Opens a copy of what is in a folder, and looks at it.
    pub(super) fn check(&mut self, folder: &Path, round: &str) {
        let copy = folder.join("copy");
        fs::create_dir_all(&copy).expect("a folder can be made");
        fs::copy(folder.join("data/org.redb"), copy.join("org.redb")).expect("the file can be copied");
        let org = Org::open(Config { data: Data::Directory(copy), ..Config::default() });
        let org = org.unwrap_or_else(|error| panic!("{round}: the org cannot be opened: {error}"));
        let exported = org.export();
        let table = |name: &str| exported["tables"][name].as_object().unwrap_or_else(|| panic!("there is no table {name}"));
        let (apps, clients) = (table("apps"), table("client_ids"));
        assert_eq!(apps.len(), clients.len(), "{round}: every app is a client");
        for (id, app) in apps {
            let client = app["body"]["credentials"]["oauthClient"]["client_id"].as_str().expect("a client has an id");
            assert_eq!(clients.get(client).and_then(Value::as_str), Some(&**id), "{round}: the client {client} leads to its app");
        }
        for (parts, owners) in PARTS {
            let owner = |key: &str| key.split('/').next().is_some_and(|owner| table(owners).contains_key(owner));
            assert!(table(parts).keys().all(|key| owner(key)), "{round}: {parts} without their {owners}");
        }
        let group = |key: &str| key.rsplit('/').next().is_some_and(|group| table("groups").contains_key(group));
        assert!(table("assignments").keys().all(|key| group(key)), "{round}: assignments without their groups");
        self.compare(&table, round);
        let given_out = exported["given_out"].as_u64().expect("ids are counted");
        assert!(given_out >= self.given_out, "{round}: {given_out} ids are given out after {}", self.given_out);
        self.given_out = given_out;
    }

    /// Sees that nothing has an id that something else had.
    fn compare<'a>(&mut self, table: &impl Fn(&str) -> &'a Map<String, Value>, round: &str) {
        let now: BTreeSet<_> = BY_ID.iter().flat_map(|name| table(name).keys().map(|key| ((*name).to_owned(), key.clone()))).collect();
        for new in now.difference(&self.last) {
            assert!(self.known.insert(new.clone()), "{round}: {new:?} was given out again");
        }
        self.last = now;
    }
}
