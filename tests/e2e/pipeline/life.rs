//! The life of a change on GitHub: pull request, review, plan, merge, apply, drift; and what is refused on the way.

use serde_json::json;

use super::github::{Event, Github, REPOSITORY, Run};
use super::is_possible;

/// GitHub with the environments that `docs/ci.md` has one make. The emulated org has one token.
fn github() -> Github {
    let mut github = Github::new();
    let secrets = [
        ("OKTA_CLIENT_ORGURL", github.site.url.clone()),
        ("OKTA_CLIENT_TOKEN", github.site.token.clone()),
        ("IDPCTL_WEB_SECRET", "kittiwake-over-the-bow".to_owned()),
    ];
    for name in ["idpctl-plan", "idpctl-apply"] {
        github.environments.insert(name, secrets.clone().map(|(name, value)| (name.to_owned(), value)).into());
    }
    github
}

/// Opens a pull request from a branch of the repository.
fn opened(github: &Github, number: u64, branch: &str) -> serde_json::Value {
    let head = github.site.commit(branch);
    github.pull(number, REPOSITORY, branch, &head)
}

fn applied(github: &Github, commit: &str) -> Run {
    github.run("apply", &Event::push(commit))
}

impl Run {
    /// Returns what a person is shown above the log.
    fn errors(&self) -> String {
        self.log.lines().filter(|line| line.starts_with("::")).collect::<Vec<_>>().join("\n")
    }

    fn ends_with(self, status: i32) -> Self {
        assert!(self.ran, "the job did not run");
        assert_eq!(self.failed, if status == 0 { vec![] } else { vec![status] }, "{}", self.log);
        self
    }
}

#[test]
fn a_change_is_planned_merged_applied_and_watched() {
    if !is_possible() {
        return;
    }
    let github = github();
    // What is on `main` is applied by hand the first time: the plan of a run, by its number.
    let main = github.site.git(&["rev-parse", "HEAD"]);
    let planned = github.run("plan", &Event::on_main("workflow_dispatch", &main, json!({}))).ends_with(0);
    let first = github.run("apply", &Event::on_main("workflow_dispatch", &main, json!({"plan-run": planned.id.to_string()}))).ends_with(0);
    assert_eq!(first.outputs["summary"], "1 applied.");
    assert_eq!(github.site.labels(), ["Web"]);

    github.site.branch("rename");
    github.site.edit("manifests/web.yaml", "label: Web", "label: Website");
    let pull = opened(&github, 1, "rename");
    let planned = github.run("plan", &Event::pull_request(&pull)).ends_with(0);
    insta::assert_snapshot!(github.site.steady(&planned.summary), @r#"
    **idpctl: 1 to update, with 1 request** in `http://ORG` (`ID`), for `payments`

    #### Target `default` of `payments`

    <details><summary>~ <code>App/web</code> to update <code>Web</code></summary>

    ```diff
    - label: "Web"
    + label: "Website"
    ```

    </details>
    "#);
    assert_eq!(planned.outputs["exit-code"], "0");
    assert!(["plan", "report"].iter().all(|name| std::path::Path::new(planned.outputs[name].as_str().expect("a path")).is_file()));
    let comments = github.forge.comments(1);
    assert_eq!(comments, [format!("<!-- idpctl:plan-default -->\n{}", planned.summary)]);
    let summary = planned.outputs["summary"].as_str().expect("a text");
    assert_eq!(github.site.steady(summary), "1 to update, with 1 request in `http://ORG` (`ID`), for `payments`");
    assert!(!github.artifact(planned.id, "idpctl-plan-default", "plan.json").contains("kittiwake"), "a plan holds no secret");
    assert_eq!(github.site.labels(), ["Web"], "a plan changes nothing");

    let merged = github.merge(1, false);
    let run = applied(&github, &merged).ends_with(0);
    assert_eq!(run.outputs["summary"], "1 applied.");
    assert_eq!(github.site.labels(), ["Website"]);
    assert_eq!(github.forge.comments(1), [&comments[..], &[format!("<!-- idpctl:apply-default -->\n{}", run.summary)]].concat());
    // Once more: everything is done, so there is nothing that was not approved.
    let again = applied(&github, &merged).ends_with(0);
    insta::assert_snapshot!(github.site.steady(&again.summary), @"
    **idpctl: `apply`**

    ```text
    Nothing to do: the org is as declared.
    ```
    ");

    let watched = github.run("drift", &Event::on_main("schedule", &merged, json!({}))).ends_with(0);
    insta::assert_snapshot!(github.site.steady(&watched.summary), @"
    **idpctl: no drift, as far as could be compared** in `http://ORG` (`ID`), for `payments`

    <details><summary>Not compared (1)</summary>

    - `App/web/secret/2026-03`: the variable `IDPCTL_WEB_SECRET` is not set

    </details>
    ");
    github.site.relabel("Website", "Somebody was here");
    let watched = github.run("drift", &Event::on_main("schedule", &merged, json!({}))).ends_with(2);
    insta::assert_snapshot!(github.site.steady(&watched.summary), @r#"
    **idpctl: 1 item of drift: 1 changed live** in `http://ORG` (`ID`), for `payments`

    <details><summary>~ <code>App/web</code> differs</summary>

    ```diff
    - label: "Website"
    + label: "Somebody was here"   (changed live)
    ```

    </details>

    <details><summary>Not compared (1)</summary>

    - `App/web/secret/2026-03`: the variable `IDPCTL_WEB_SECRET` is not set

    </details>

    Of each field, `-` is what the manifests declare, and `+` what is live.
    "#);
}

#[test]
fn what_nobody_approved_is_not_applied() {
    if !is_possible() {
        return;
    }
    let github = github();
    let main = github.site.git(&["rev-parse", "HEAD"]);
    let planned = github.run("plan", &Event::on_main("workflow_dispatch", &main, json!({}))).ends_with(0);
    let by_hand = |run: u64| json!({"plan-run": run.to_string()});
    let _ = github.run("apply", &Event::on_main("workflow_dispatch", &main, by_hand(planned.id))).ends_with(0);

    // Two pull requests are planned against the same state. The first is merged and never applied: `main` has moved on.
    for (number, branch, to) in [(1, "one", "label: One"), (2, "two", "label: Two")] {
        github.site.branch(branch);
        github.site.edit("manifests/web.yaml", "label: Web", to);
        let pull = if number == 1 {
            opened(&github, number, branch)
        } else {
            github.site.edit("manifests/web.yaml", "/callback", "/signed-in");
            github.site.edit("manifests/web.yaml", to, "label: Web");
            opened(&github, number, branch)
        };
        let _ = github.run("plan", &Event::pull_request(&pull)).ends_with(0);
    }
    github.merge(1, true);
    let merged = github.merge(2, true);
    let refused = applied(&github, &merged).ends_with(3);
    insta::assert_snapshot!(github.site.steady(&refused.summary), @r#"
    **idpctl: `apply` ended with 3**

    ```text
    error: the plan no longer fits, and nothing was changed:
      App/web: `label` would change too ("Web" → "One"), which was not approved

    hint: look at what would be done now, and have it approved
        idpctl plan --out plan.json
    ```
    "#);
    assert_eq!(github.site.labels(), ["Web"], "nothing was changed");
    // What to do about it: plan what is on `main` now, look at it, and have that applied.
    let planned = github.run("plan", &Event::on_main("workflow_dispatch", &merged, json!({}))).ends_with(0);
    let _ = github.run("apply", &Event::on_main("workflow_dispatch", &merged, by_hand(planned.id))).ends_with(0);
    assert_eq!(github.site.labels(), ["One"]);

    // A commit that no pull request brought has no approval.
    github.site.branch("direct");
    github.site.edit("manifests/web.yaml", "label: One", "label: Direct");
    let pushed = github.site.push_to_main("direct");
    let refused = applied(&github, &pushed).ends_with(3);
    insta::assert_snapshot!(github.site.steady(&refused.errors()), @"::error title=idpctl::Refused, and nothing was changed: no pull request was merged as the commit COMMIT, so nobody approved a plan for it. Run the plan workflow on this branch, look at its plan, and run this workflow with the id of that run.");

    // A run of a fork that calls itself the plan workflow is none, whatever it left; neither is one that failed, or another workflow.
    github.site.edit("manifests/web.yaml", "label: Direct", "label: Forked");
    let head = github.site.commit("forked");
    let pull = github.pull(3, "stranger/payments", "forked", &head);
    let forged = github.run("plan", &Event::pull_request(&pull));
    assert!(!forged.ran, "a fork is not planned");
    let folder = github.site.new_folder("forged");
    std::fs::write(folder.join("plan.json"), github.artifact(planned.id, "idpctl-plan-default", "plan.json")).expect("a file");
    github.leave(forged.id, "idpctl-plan-default", folder);
    let merged = github.merge(3, false);
    let refused = applied(&github, &merged).ends_with(3);
    insta::assert_snapshot!(github.site.steady(&refused.errors()), @"::error title=idpctl::Refused, and nothing was changed: there is no successful run of idpctl-plan.yml for the head of pull request 3. Run the plan workflow on this branch, look at its plan, and run this workflow with the id of that run.");
    for run in
        [json!({"plan-run": forged.id.to_string()}), json!({"plan-run": "1 or true"}), json!({"plan-run": "99"}), by_hand(refused.id)]
    {
        let refused = github.run("apply", &Event::on_main("workflow_dispatch", &merged, run)).ends_with(3);
        assert!(refused.log.contains("::error title=idpctl::Refused, and nothing was changed: "), "{}", refused.log);
    }
    assert_eq!(github.site.labels(), ["One"]);
}

#[test]
fn a_forge_that_takes_no_comment_fails_no_job() {
    if !is_possible() {
        return;
    }
    let github = github();
    github.site.branch("rename");
    github.site.edit("manifests/web.yaml", "label: Web", "label: Website");
    let pull = opened(&github, 1, "rename");
    github.forge.known().takes_no_comments = true;
    let planned = github.run("plan", &Event::pull_request(&pull)).ends_with(0);
    assert!(planned.log.contains("warning: the comment was not posted to acme/payments#1 at http://127.0.0.1:"), "{}", planned.log);
    assert!(github.forge.is_silent() && planned.summary.contains("\"Website\""), "{}", planned.summary);
}
