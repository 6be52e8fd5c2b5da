#!/usr/bin/env bash
# Finds the run whose plan was approved by the merge that has just been pushed: the newest successful run of the plan workflow for
# the head of that pull request. A run of a fork never counts, though its artifacts lie beside ours and may have the same name.
#
#   CTL_PLAN_RUN        the id of the run, if a person has chosen it
#   CTL_PLAN_WORKFLOW   the file name of the plan workflow
#   CTL_TARGET          the target
#   GITHUB_TOKEN        may read pull requests and actions
#
# Outputs: `run`, `artifact`, and `number`, the pull request. Without an approved plan it ends with 3: nothing is applied.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/api.sh"

refuse() {
    tell error "Refused, and nothing was changed: $1. Run the plan workflow on this branch, look at its plan, and run this workflow with the id of that run."
    exit 3
}

workflow=${CTL_PLAN_WORKFLOW:-idpctl-plan.yml}
repository=$GITHUB_REPOSITORY
number=
if [ -n "${CTL_PLAN_RUN:-}" ]; then
    [[ $CTL_PLAN_RUN =~ ^[0-9]{1,20}$ ]] || refuse "the id of a run is a number"
    found=$(api "repos/$repository/actions/runs/$CTL_PLAN_RUN") || refuse "there is no run with this id"
    run=$(jq -r --arg repository "$repository" --arg path ".github/workflows/$workflow" '
        select(.head_repository.full_name == $repository and (.path | split("@")[0]) == $path and .conclusion == "success") | .id' <<<"$found")
    [ -n "$run" ] || refuse "the run is not a successful one of $workflow in this repository"
else
    pulls=$(api "repos/$repository/commits/$GITHUB_SHA/pulls")
    merged=$(jq -c --arg sha "$GITHUB_SHA" '[.[] | select(.merged_at != null and .merge_commit_sha == $sha)][0] // empty' <<<"$pulls")
    [ -n "$merged" ] || refuse "no pull request was merged as the commit $GITHUB_SHA, so nobody approved a plan for it"
    number=$(jq -r .number <<<"$merged")
    head=$(jq -r .head.sha <<<"$merged")
    runs=$(api "repos/$repository/actions/workflows/$workflow/runs?event=pull_request&head_sha=$head&per_page=100")
    run=$(jq -r --arg repository "$repository" --arg head "$head" '
        [.workflow_runs[] | select(.head_repository.full_name == $repository and .head_sha == $head and .event == "pull_request" and .conclusion == "success")]
        | max_by(.run_number) | .id // empty' <<<"$runs")
    [ -n "$run" ] || refuse "there is no successful run of $workflow for the head of pull request $number"
fi
name=${CTL_TARGET//[^A-Za-z0-9._-]/-}
{
    printf 'run=%s\n' "$run"
    printf 'number=%s\n' "$number"
    printf 'artifact=%s\n' "idpctl-plan${name:+-$name}"
} >>"$GITHUB_OUTPUT"
