//! The groups that have an app.

use super::*;
use crate::diff::fixture::{assigning, groups};

#[test]
fn groups_are_written_by_their_priorities_and_those_without_one_after_them() {
    let declared = json!([{"name": "Sales"}, {"id": "00g3", "priority": 7}, {"name": "Support", "priority": 2, "profile": {"role": "a", "seats": null}}]);
    insta::assert_snapshot!(groups(&assigning(&declared), &["groups"], &[]).shown(), @r#"
    GroupAssignment/a/Support is assigned as 00g2
        priority: nothing → 2
        profile.role: nothing → "a"
    GroupAssignment/a/00g3 is assigned as 00g3
        priority: nothing → 7
    GroupAssignment/a/Sales is assigned as 00g1
    "#);
}

#[test]
fn what_is_not_declared_of_an_assignment_is_not_compared() {
    let declared = json!([{"name": "Sales"}, {"name": "Support", "profile": {"role": "a", "gone": null}}]);
    let there = [("00g1", 4, json!({"role": "x"})), ("00g2", 5, json!({"role": "a", "other": 1}))];
    assert_eq!(groups(&assigning(&declared), &["groups"], &there).shown(), "");
}

#[test]
fn priorities_are_numbers_and_attributes_are_compared_one_by_one() {
    let declared = json!([{"name": "Sales", "priority": 1}, {"id": "00g2", "priority": 0, "profile": {"role": "a", "gone": null}}]);
    let there = [("00g1", 0, json!({})), ("00g2", 1, json!({"role": {"a": 1}, "gone": "x", "other": 1}))];
    insta::assert_snapshot!(groups(&assigning(&declared), &["groups"], &there).shown(), @r#"
    GroupAssignment/a/00g2 is updated as 00g2
        priority: 1 → 0
        profile.role: {"a":1} → "a"
        profile.gone: "x" → nothing
    GroupAssignment/a/Sales is updated as 00g1
        priority: 0 → 1
    "#);
}

#[test]
fn a_group_that_nobody_declares_loses_the_app_only_if_asked() {
    let there = [("00g1", 0, json!({})), ("00g2", 1, json!({}))];
    let one = assigning(&json!([{"name": "Sales"}]));
    insta::assert_snapshot!(groups(&one, &["groups"], &there).shown(), @"GroupAssignment/a/00g2 is left alone: the group `Support` (00g2) is assigned and not declared (--prune)");
    insta::assert_snapshot!(groups(&one, &["groups"], &there).pruning().shown(), @r#"GroupAssignment/a/00g2 is withdrawn, {"priority":1,"profile":{}}"#);
    // The document is gone, and the mark remembers it.
    insta::assert_snapshot!(groups(&[app("a", "A")], &["groups"], &there[..1]).pruning().shown(), @r#"GroupAssignment/a/00g1 is withdrawn, {"priority":0,"profile":{}}"#);
    assert_eq!(groups(&[app("a", "A")], &[], &there).pruning().shown(), "", "nobody has ever spoken of groups");
}

#[test]
fn groups_of_an_app_that_is_not_ours_stay_unless_its_document_says_otherwise() {
    let mut documents = vec![document("GroupAssignment", "a", &[("app", json!({"id": "0oa1"})), ("groups", json!([]))])];
    let there = [("00g1", 0, json!({}))];
    insta::assert_snapshot!(groups(&documents, &[], &there).pruning().shown(), @"GroupAssignment/a/00g1 is left alone: the group `Sales` (00g1) is assigned and not declared: the app is not ours; `metadata.prune: true` in the document would allow it (no flag)");
    documents[0] = with(documents[0].clone(), &[("metadata.prune", json!(true))]);
    insta::assert_snapshot!(groups(&documents, &[], &there).pruning().shown(), @r#"GroupAssignment/a/00g1 is withdrawn, {"priority":0,"profile":{}}"#);
}

#[test]
fn a_name_that_no_group_has_or_several_have_is_an_error_with_candidates() {
    let declared = json!([{"name": "Salse"}, {"name": "Supplies"}, {"name": "Wholly other"}, {"name": "Double"}, {"id": "00g9"}, {"name": "Sales"}, {"id": "00g1"}]);
    insta::assert_snapshot!(groups(&assigning(&declared), &[], &[("00g4", 0, json!({}))]).pruning().shown(), @r#"
    App/a is updated
        profile.idpctl: "payments/a" [] null → "payments/a" ["groups"] null
    GroupAssignment/a/00g1 is assigned as 00g1
    608 there is no group named `Salse`
      help: did you mean `Sales`?
    608 there is no group named `Supplies`
      help: the org has `Support`
    608 there is no group named `Wholly other`
      help: correct the name, or make the group; one made a moment ago may not be found yet
    608 2 groups are named `Double`: 00g3 (OKTA_GROUP), 00g4 (APP_GROUP)
      help: refer to it by `id`
    608 there is no group with the id `00g9`
      help: correct the id, or name the group
    535 GroupAssignment/a/00g1 and GroupAssignment/a/Sales are both the group 00g1
      help: remove one of the two
    "#);
    let selected = groups(&assigning(&declared), &[], &[]).selecting("App/a");
    insta::assert_snapshot!(selected.shown(), @r#"
    App/a is updated
        profile.idpctl: "payments/a" [] null → "payments/a" ["groups"] null
    "#);
}
