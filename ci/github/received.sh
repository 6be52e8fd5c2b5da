#!/usr/bin/env bash
# Looks at what a run for a pull request left behind, before it is posted with a token that the run did not have. Whoever
# opened the pull request can put anything there: it is data, of known names and sizes, about their own pull request and no other.
#
#   CTL_RECEIVED        the folder of the artifact
#   GITHUB_EVENT_PATH   the event `workflow_run`, which GitHub itself wrote
#   GITHUB_TOKEN        may read pull requests
#   RUNNER_TEMP         where files go
#
# Outputs: `number` and `report`; neither of them if there is nothing to post.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/api.sh"

drop() {
    tell warning "Nothing was posted: $1."
    exit 0
}

plain() {
    [ -f "$1" ] && [ ! -L "$1" ] && [ "$(wc -c <"$1")" -le "$2" ]
}

# GitHub takes 65,536 characters, of at most four bytes each.
plain "$CTL_RECEIVED/report.md" 262144 || drop "the run left no report, or one of more than 256 KiB"
iconv -f UTF-8 -t UTF-8 -- "$CTL_RECEIVED/report.md" >"${RUNNER_TEMP:?}/idpctl-text" || drop "what the run left is no text"
[ "$(LC_ALL=C.UTF-8 wc -m <"$RUNNER_TEMP/idpctl-text")" -le 65000 ] || drop "the report is longer than a comment can be"
plain "$CTL_RECEIVED/number" 10 || drop "the run left no number of a pull request"
number=$(tr -d '\0' <"$CTL_RECEIVED/number")
[[ $number =~ ^[1-9][0-9]{0,9}$ ]] || drop "what the run left for the number of a pull request is no number"

event() {
    jq -r ".workflow_run$1 // empty" "$GITHUB_EVENT_PATH"
}

[ "$(event .event)" = pull_request ] || drop "the run was not for a pull request"
pull=$(api "repos/$GITHUB_REPOSITORY/pulls/$number") || drop "there is no pull request $number"
head=$(jq -r '"\(.head.repo.full_name) \(.head.ref) \(.head.sha)"' <<<"$pull")
if [ "$head" != "$(event .head_repository.full_name) $(event .head_branch) $(event .head_sha)" ]; then
    drop "the run was not for the head of pull request $number, which may have moved on meanwhile"
fi

report=$(TMPDIR=$RUNNER_TEMP mktemp)
{
    printf '> Written by [the run for this pull request](%s), which its author can change: trust it as far as the pull request itself.\n\n' "$(event .html_url)"
    cat -- "$RUNNER_TEMP/idpctl-text"
} >"$report"
{
    printf 'number=%s\n' "$number"
    printf 'report=%s\n' "$report"
} >>"$GITHUB_OUTPUT"
