//! A run that is killed before or after any of its writes, or whose writes go wrong once: what comes next ends where an undisturbed run
//! would have ended, within what was approved.

use std::collections::BTreeSet;

use idpctl::plan::{Choices, approve};
use idpctl::resource::app::{READ_ONLY, without};
use serde_json::{Value, json};

use crate::story::{app, document, grant, org, outcomes, web, with, with_client_id};
use crate::world::{World, declared};

/// Returns what is in an org, but for what differs from run to run: ids.
pub(crate) async fn contents(world: &World) -> BTreeSet<String> {
    let mut contents = BTreeSet::new();
    for line in world.state().await.lines() {
        let id = line.split(' ').next().expect("a line starts with an id");
        let app = world.read(id).await;
        let policy = app["_links"]["accessPolicy"]["href"].as_str().and_then(|href| href.rsplit('/').next()).unwrap_or_default().to_owned();
        let grants = world.somebody("GET", &format!("/api/v1/apps/{id}/grants"), Value::Null).await;
        let scopes: BTreeSet<_> = grants.as_array().into_iter().flatten().map(|g| g["scopeId"].to_string()).collect();
        let secrets: BTreeSet<_> = world.secrets_of(id).into_iter().collect();
        let body = without(&app, &READ_ONLY).to_string().replace(id, "{id}");
        contents.insert(format!("{} {policy} {scopes:?} {secrets:?} {body}", app["status"]));
    }
    contents
}

/// Another way in which Okta may behave where nobody knows.
const OTHERWISE: [(&str, &str); 6] = [
    ("absent-client-secret", "regenerate"),
    ("put-secret-replaces", "oldest"),
    ("delete-after-deactivate", "fails-once"),
    ("duplicate-grant", "existing"),
    ("lifecycle-repeat", "refuse"),
    ("duplicate-client-id", "409"),
];

/// A step from one set of manifests to another.
struct Change {
    switches: &'static [(&'static str, &'static str)],
    before: Vec<Value>,
    after: Vec<Value>,
    choices: Choices,
}

impl Change {
    /// Returns what is in an org after an undisturbed run, and how many writes of a method that takes.
    fn undisturbed(&self) -> (BTreeSet<String>, impl Fn(&str) -> usize + use<>) {
        org(self.switches).run(async |org| {
            org.does(&self.before, &Choices::default()).await;
            org.org.clear_requests();
            org.does(&self.after, &self.choices).await;
            let writes = org.writes();
            (contents(org).await, move |method: &str| writes.lines().filter(|line| line.starts_with(method)).count())
        })
    }

    /// Returns every fault of some kinds, striking once at each write of an undisturbed run.
    fn faults(&self, kinds: &[&str]) -> Vec<String> {
        let writes = self.undisturbed().1;
        let mut faults = Vec::new();
        for method in ["POST", "PUT", "DELETE"] {
            for passed in 0..writes(method) {
                let after = if passed == 0 { String::new() } else { format!(" after {passed}") };
                faults.extend(kinds.iter().map(|kind| format!("{method} {kind}{after} x1")));
            }
        }
        faults
    }

    /// Kills a run at every boundary of a write, before and after the server has done it, and runs it again.
    fn converges_wherever_it_is_killed(&self) {
        let expected = self.undisturbed().0;
        for fault in self.faults(&["hold", "hold-after"]) {
            org(self.switches).run(async |org| {
                org.does(&self.before, &Choices::default()).await;
                let (approved, killed) = org.is_killed(&self.after, &self.choices, std::slice::from_ref(&fault)).await;
                assert!(killed, "{fault}");
                let fresh = org.plan(&declared(&self.after), &self.choices).await.0;
                assert_eq!(approve(&fresh, &approved), [], "{fault}: the rest of the plan is approved");
                org.does(&self.after, &self.choices).await;
                assert_eq!(contents(org).await, expected, "{fault}");
            });
        }
    }

    /// Lets every write go wrong once, and expects the same run to get over it.
    fn gets_over_faults(&self, kinds: &[&str]) {
        let expected = self.undisturbed().0;
        for fault in self.faults(kinds) {
            org(self.switches).run(async |org| {
                org.does(&self.before, &Choices::default()).await;
                let (plan, observation) = org.plan(&declared(&self.after), &self.choices).await;
                org.suffers(&[&fault]);
                let report = org.apply(&plan, &observation).await;
                org.suffers(&[]);
                assert!(report.is_complete(), "{fault}\n{}", outcomes(&plan, &report));
                assert_eq!(contents(org).await, expected, "{fault}");
            });
        }
    }
}

/// Returns the `ClientCredentials` document of an app, with some secrets.
pub(crate) fn secrets(name: &str, spec: Value, entries: &[(&str, &str)]) -> Value {
    let entries: Vec<_> = entries
        .iter()
        .map(|(name, status)| json!({"name": name.to_lowercase(), "env": format!("IDPCTL_{name}"), "status": status}))
        .collect();
    document("ClientCredentials", name, with(spec, "client_secrets", json!(entries)))
}

/// Everything at once: apps made, changed, deactivated and deleted, with secrets, grants and access policies that come and go.
fn everything() -> Change {
    let portal = with_client_id(web("portal", "Portal"), "portal-client");
    let relabelled = with(with(portal.clone(), "spec.label", json!("Web Portal")), "spec.status", json!("INACTIVE"));
    let relabelled = with(relabelled, "spec.accessPolicy.name", json!("One factor"));
    let worker = with(web("worker", "Worker"), "spec.accessPolicy.name", json!("One factor"));
    let post = json!({"token_endpoint_auth_method": "client_secret_post"});
    Change {
        switches: &[],
        before: vec![
            portal,
            secrets("portal", json!({}), &[("ONE", "ACTIVE")]),
            grant("portal", &["okta.users.read", "okta.logs.read"]),
            web("gone", "Gone"),
        ],
        after: vec![
            relabelled,
            secrets("portal", post, &[("ONE", "INACTIVE"), ("TWO", "ACTIVE")]),
            grant("portal", &["okta.users.read", "okta.groups.read"]),
            worker,
            secrets("worker", json!({}), &[("ONE", "ACTIVE"), ("THREE", "ACTIVE")]),
            grant("worker", &["okta.apps.read"]),
        ],
        choices: Choices { prune: true, ..Choices::default() },
    }
}

fn replacement(client_id: &str, application_type: &str) -> Change {
    let portal = |client_id: &str, application_type: &str| {
        let portal = with_client_id(web("portal", "Portal"), client_id);
        let portal = with(portal, "spec.settings.oauthClient.application_type", json!(application_type));
        vec![portal, secrets("portal", json!({}), &[("ONE", "ACTIVE"), ("TWO", "ACTIVE")]), grant("portal", &["okta.users.read"])]
    };
    Change {
        switches: &[],
        before: portal("portal-client", "web"),
        after: portal(client_id, application_type),
        choices: Choices { allow_replace: [app("portal")].into(), ..Choices::default() },
    }
}

/// A third secret takes the place of the first: the room must be made before it is taken.
fn rotation() -> Change {
    let client = |entries: &[(&str, &str)]| vec![web("portal", "Portal"), secrets("portal", json!({}), entries)];
    Change {
        switches: &[],
        before: client(&[("ONE", "ACTIVE"), ("TWO", "ACTIVE")]),
        after: client(&[("TWO", "ACTIVE"), ("THREE", "ACTIVE")]),
        choices: Choices { prune: true, ..Choices::default() },
    }
}

/// Returns every such step, under either behaviour.
fn changes() -> impl Iterator<Item = Change> {
    let each = || [everything(), replacement("another-client", "web"), replacement("portal-client", "native"), rotation()];
    each().into_iter().chain(each().map(|change| Change { switches: &OTHERWISE, ..change }))
}

#[test]
fn a_run_that_is_killed_anywhere_is_finished_by_the_next() {
    for change in changes() {
        change.converges_wherever_it_is_killed();
    }
}

#[test]
fn any_write_may_go_wrong_once() {
    for change in changes() {
        change.gets_over_faults(&["reset-before", "reset-after", "cut-off", "500", "503", "429"]);
    }
}
