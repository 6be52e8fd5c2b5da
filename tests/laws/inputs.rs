//! Bytes of any sort, and bytes that come from sound inputs, through every reader: the short form of what `fuzz/` does at length.

use std::fs;
use std::path::Path;

use idpctl::observed::LiveGrant;
use idpctl::pipeline;
use idpctl::program::{Action, Step};
use proptest::prelude::*;

use crate::arbitrary;

/// Bytes that make many choices, and of which one in a while is not like the others.
fn data() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![prop::collection::vec(any::<u8>(), 0..400), prop::collection::vec(prop_oneof![3 => 0u8..8, 1 => any::<u8>()], 0..400)]
}

fn beginning_with(first: u8) -> impl Strategy<Value = Vec<u8>> {
    data().prop_map(move |mut data| {
        data.insert(0, first);
        data
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_secret_of_a_manifest_is_shown(data in beginning_with(b's')) {
        arbitrary::manifest::run(&data);
    }

    #[test]
    fn what_stands_in_a_profile_is_understood_by_both_parsers_alike(
        text in "(([ ]{0,4}(- |[a-c]: |[?] )?([a-c]|[0-9.xe_+-]{1,4}|\"[a-c \\\\n]{0,3}\"|'[a-c]{0,2}'|[\\[{][a-c, :]{0,5}[\\]}]|[|>]-?|~|#c|:)?\n){1,6}|\\PC{0,40})",
    ) {
        arbitrary::manifest::run(format!("p{text}").as_bytes());
    }

    #[test]
    fn trees_are_walked_as_their_tables_say(data in data()) {
        arbitrary::walker::run(&data);
    }

    #[test]
    fn a_changed_plan_file_is_read_and_shown_for_what_it_is(data in beginning_with(b'm')) {
        arbitrary::plan_file::run(&data);
    }

    #[test]
    fn a_plan_file_may_be_anything(text in "\\PC{0,60}") {
        arbitrary::plan_file::run(text.as_bytes());
    }

    #[test]
    fn no_header_makes_anybody_wait_long(data in data()) {
        arbitrary::rate_headers::run(&data);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_answer_brings_reading_planning_or_applying_down(data in data()) {
        arbitrary::answers::run(&data);
    }
}

#[test]
fn every_manifest_of_the_corpus_obeys_the_laws() {
    for folder in ["tests/corpus/valid", "tests/corpus/invalid", "manifests"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        for file in files.filter(|file| file.extension().is_some_and(|ending| ending == "yaml")) {
            arbitrary::manifest::run(&fs::read(file).unwrap());
        }
    }
}

/// What the laws on plan files and answers start from has everything in it, and an org in which all is well lets it happen.
#[test]
fn the_plan_that_is_applied_has_every_sort_of_action() {
    let plan = arbitrary::plans::plan();
    assert!(!idpctl::plan::write(plan).contains(arbitrary::HUSH), "no plan holds a secret");
    let line = |action: &Action| format!("{:?} {}: {} requests", action.verb, action.address, action.steps.len());
    insta::assert_snapshot!(plan.actions.iter().map(line).collect::<Vec<_>>().join("\n"), @"
    Replace App/moved: 2 requests
    Create App/new: 2 requests
    Create Grant/new/okta.groups.read: 1 requests
    Create Grant/new/okta.users.read: 1 requests
    Delete App/moved-with-id/0oa4: 2 requests
    Delete App/web/secret/ocs1: 2 requests
    Replace App/moved-with-id: 1 requests
    Create App/web/secret/one: 1 requests
    Update App/web: 3 requests
    Create Grant/web/okta.groups.read: 1 requests
    Update GroupAssignment/web/Sales: 1 requests
    Create GroupAssignment/web/00g2: 1 requests
    Delete GroupAssignment/web/00g3: 1 requests
    Delete Grant/web/okta.logs.read: 1 requests
    Delete App/web/secret/ocs2: 2 requests
    Delete App/web/key/a: 2 requests
    Delete App/moved/0oa3: 2 requests
    Delete App/gone-too: 2 requests
    Delete App/gone: 2 requests
    ");
    insta::assert_snapshot!(arbitrary::answers::applied().join("\n"), @"
    App/gone applied
    App/gone-too applied
    App/moved applied
    App/moved/0oa3 applied
    App/moved-with-id applied
    App/moved-with-id/0oa4 applied
    App/new applied
    App/web applied
    App/web/key/a applied
    App/web/secret/ocs1 applied
    App/web/secret/ocs2 applied
    App/web/secret/one applied
    Grant/new/okta.groups.read applied
    Grant/new/okta.users.read unchanged
    Grant/web/okta.groups.read unchanged
    Grant/web/okta.logs.read applied
    GroupAssignment/web/00g2 applied
    GroupAssignment/web/00g3 applied
    GroupAssignment/web/Sales applied
    ");
}

#[test]
fn children_that_share_a_name_are_all_removed() {
    let mut observed = arbitrary::plans::observed();
    for grants in observed.grants.values_mut() {
        let again = LiveGrant { id: "oag7".to_owned(), issuer: "https://login.example.com".to_owned(), ..grants[0].clone() };
        grants.push(again);
    }
    for app in &mut observed.apps {
        let keys = idpctl::json::Path::of("settings.oauthClient.jwks.keys");
        let mut body = app.body.tree();
        if let Some(mut there) = keys.find(&body).cloned() {
            let mut again = there[0].clone();
            again["id"] = "pks7".into();
            there.as_array_mut().unwrap().push(again);
            keys.set(&mut body, there);
            app.body = idpctl::json::Packed::of(&body);
        }
    }
    let planned = pipeline::plan(arbitrary::plans::desired(), &observed, &arbitrary::plans::hashes(), arbitrary::plans::choices()).unwrap();
    let removed: Vec<_> = planned.actions.iter().flat_map(|action| action.steps.iter().map(move |step| (action, step))).collect();
    let removed = removed.iter().filter(|(_, step)| step.call.path.contains("/grants/") || step.call.path.contains("/jwks/"));
    let line = |(action, step): &(&Action, &Step)| format!("{}: {} {}", action.address, step.call.method.as_str(), step.call.path);
    insta::assert_snapshot!(removed.map(line).collect::<Vec<_>>().join("\n"), @"
    Grant/web/okta.logs.read/oag7: DELETE /api/v1/apps/{App/web}/grants/oag7
    Grant/web/okta.logs.read: DELETE /api/v1/apps/{App/web}/grants/oag1
    App/web/key/a/pks7: POST /api/v1/apps/{App/web}/credentials/jwks/pks7/lifecycle/deactivate
    App/web/key/a/pks7: DELETE /api/v1/apps/{App/web}/credentials/jwks/pks7
    App/web/key/a: POST /api/v1/apps/{App/web}/credentials/jwks/pks1/lifecycle/deactivate
    App/web/key/a: DELETE /api/v1/apps/{App/web}/credentials/jwks/pks1
    ");
}
