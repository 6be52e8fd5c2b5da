#!/usr/bin/env bash
# Ends as the command of run.sh ended, now that its report has been shown, and says what that means.
#
#   CTL_REPORTS   the folder that run.sh filled
set -euo pipefail

status=$(cat -- "$CTL_REPORTS/status")
case $status in
    0) exit 0 ;;
    1) meaning="an error: something is wrong with the manifests, the credentials or what was asked for" ;;
    2) meaning="there are differences" ;;
    3) meaning="refused, and nothing was changed: a finding, a guard, or a plan that no longer fits; docs/ci.md of idpctl says what to do" ;;
    4) meaning="incomplete: something failed, was skipped or is in doubt; what was done is not done again by the next run" ;;
    *) meaning="it did not come to an end" ;;
esac
if [ -n "${GITHUB_ACTIONS:-}" ]; then
    printf '::error title=idpctl::%s\n' "$meaning"
else
    printf '%s\n' "$meaning" >&2
fi
case $status in
    [1-9] | [1-9][0-9] | [1-9][0-9][0-9]) exit "$status" ;;
    *) exit 1 ;;
esac
