#!/usr/bin/env bash
# Makes a report the one comment of its sort on the pull request. A forge that does not take it is a warning, not a failure.
#
#   CTL_BINARY       the program [default: idpctl]
#   CTL_REPORT       the report
#   CTL_COMMENT_ID   which of the comments on the pull request it is: lower-case letters, digits and `-`
#   CTL_NUMBER       the number of the pull request [default: the pipeline's own]
#
# The token is that of the pipeline: GITHUB_TOKEN or GITLAB_TOKEN.
set -euo pipefail

if [ ! -s "$CTL_REPORT" ]; then
    echo "there is no report \`$CTL_REPORT\`, so there is nothing to comment"
    exit 0
fi
arguments=("--id=$CTL_COMMENT_ID")
[ -z "${CTL_NUMBER:-}" ] || arguments+=("--number=$CTL_NUMBER")
# The body goes to standard output as well, where a line of it could be taken for a command to the runner.
"${CTL_BINARY:-idpctl}" comment "${arguments[@]}" -- "$CTL_REPORT" >/dev/null
