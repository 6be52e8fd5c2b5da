#!/usr/bin/env bash
# Fetches the plan that was approved by the merge which has just been pushed: that of the newest pipeline of the merge request in
# which the plan job succeeded. A merge request from a fork has none, because its pipelines run in the fork.
#
#   CTL_PLAN        where the plan is put
#   CTL_PLAN_JOB    the id of the plan job, if a person has chosen it
#   GITLAB_TOKEN    a token of the project that may read its API (`read_api`)
#
# Without an approved plan it ends with 3: nothing is applied.
set -euo pipefail

# Prints what GitLab says to a GET, a path below the project and its query. The token is never an argument, where other processes
# could see it, and redirects are not followed: they would be told the token too.
api() {
    curl --silent --show-error --fail --globoff --max-time 60 --retry 3 \
        --header @<(printf 'PRIVATE-TOKEN: %s\n' "$GITLAB_TOKEN") -- "${CI_API_V4_URL%/}/projects/$CI_PROJECT_ID/$1"
}

refuse() {
    printf 'Refused, and nothing was changed: %s.\n' "$1" >&2
    echo "Run a pipeline on this branch with CTL_COMMAND=plan, look at its plan, and run another with CTL_PLAN_JOB, the id of that plan job." >&2
    exit 3
}

[ -n "${GITLAB_TOKEN:-}" ] || refuse "there is no GITLAB_TOKEN to look for the approved plan with"
if [ -n "${CTL_PLAN_JOB:-}" ]; then
    [[ $CTL_PLAN_JOB =~ ^[0-9]{1,20}$ ]] || refuse "the id of a job is a number"
    found=$(api "jobs/$CTL_PLAN_JOB") || refuse "there is no job with this id"
    job=$(jq -r 'select(.name == "idpctl:plan" and .status == "success") | .id' <<<"$found")
    [ -n "$job" ] || refuse "the job is no successful \`idpctl:plan\`"
else
    requests=$(api "repository/commits/$CI_COMMIT_SHA/merge_requests")
    merged=$(jq -c --arg sha "$CI_COMMIT_SHA" --argjson project "$CI_PROJECT_ID" '
        [.[] | select(.state == "merged" and .source_project_id == $project and ([.merge_commit_sha, .squash_commit_sha, .sha] | index($sha)))][0]
        // empty' <<<"$requests")
    [ -n "$merged" ] || refuse "no merge request of this project was merged as the commit $CI_COMMIT_SHA, so nobody approved a plan for it"
    number=$(jq -r .iid <<<"$merged")
    head=$(jq -r .sha <<<"$merged")
    # A pipeline for merged results has the commit of a merge that is kept nowhere; any other has the head of the branch.
    pipelines=$(api "merge_requests/$number/pipelines?per_page=100" | jq -r --arg head "$head" '
        [.[] | select(.sha == $head or (.ref | endswith("/merge")))] | sort_by(-.id)[] | .id')
    job=
    for pipeline in $pipelines; do
        jobs=$(api "pipelines/$pipeline/jobs?scope[]=success&per_page=100")
        job=$(jq -r '[.[] | select(.name == "idpctl:plan")] | max_by(.id) | .id // empty' <<<"$jobs")
        [ -z "$job" ] || break
    done
    [ -n "$job" ] || refuse "no plan job succeeded for the head of merge request $number"
fi
# Set anew, whatever the repository has in its place.
folder=$(dirname -- "$CTL_PLAN")
rm -rf -- "$folder"
mkdir -- "$folder"
api "jobs/$job/artifacts/idpctl-plan/plan.json" >"$CTL_PLAN" || refuse "the plan of the job $job is not there any more"
