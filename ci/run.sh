#!/usr/bin/env bash
# Runs one command of idpctl for a pipeline. What the later steps need of it is left in one folder:
#
#   report.md   for a comment and for the summary of the job
#   plan.json   the plan, after `plan`
#   number      the number of the pull request, after `diff` on GitHub
#   status      how the command ended, for verdict.sh: first the report is shown, then the job fails
#
# It ends with 0 whatever the command ended with. Everything comes in variables; none of them is ever part of a script:
#
#   CTL_BINARY    the program [default: idpctl]
#   CTL_COMMAND   diff, plan, apply or drift
#   CTL_FOLDER    where idpctl.yaml is [default: here]
#   CTL_TARGET    the target; a saved plan brings its own
#   CTL_FAIL_ON   refuse findings of this severity and above
#   CTL_ARGS      more arguments, separated by white space; there is no quoting
#   CTL_BASE, CTL_HEAD   what `diff` compares [default: what the pull request would change]
#   CTL_PLAN      the file of the approved plan, for `apply`
#   CTL_NUMBER    the number of the pull request
#   CTL_REPORTS   the folder, which is made anew [default: a new one for temporary files]
set -euo pipefail

fail() {
    printf 'error: %s\n' "$1" >&2
    exit 1
}

# The revision that a pull request is compared with: what it would be merged into.
base() {
    if [ -n "${CTL_BASE:-}" ]; then
        printf '%s' "$CTL_BASE"
    elif [ -n "${CI_MERGE_REQUEST_TARGET_BRANCH_SHA:-}" ]; then
        # GitLab, with merged results: HEAD is the merge.
        printf '%s' "$CI_MERGE_REQUEST_TARGET_BRANCH_SHA"
    elif [ -n "${CI_MERGE_REQUEST_DIFF_BASE_SHA:-}" ]; then
        printf '%s' "$CI_MERGE_REQUEST_DIFF_BASE_SHA"
    elif [ "${GITHUB_EVENT_NAME:-}" = pull_request ] && git rev-parse --quiet --verify 'HEAD^2^{commit}' >&2; then
        # GitHub has checked out the merge; its first parent is the branch that it would go to.
        printf 'HEAD^1'
    elif [ "${GITHUB_EVENT_NAME:-}" = pull_request ]; then
        fail "the merge of this pull request is not checked out with its parents: check it out with \`fetch-depth: 2\` and no \`ref\`, or say with which revision it is compared (\`base\`)"
    else
        fail "this is no pull request: say which revision is compared (\`base\`)"
    fi
}

# Text to a block of Markdown that nothing in it can end, and that is no longer than so many bytes.
block() {
    local fence='```'
    while grep -qF -- "$fence" "$1"; do
        fence="$fence\`"
    done
    printf '%stext\n' "$fence"
    LC_ALL=C awk -v most="$2" '{ size += length($0) + 1; if (size > most) { print "… (cut here: the whole stands in the log of the job)"; exit } print }' "$1"
    printf '%s\n\n' "$fence"
}

command=${CTL_COMMAND:-}
binary=${CTL_BINARY:-idpctl}
target=${CTL_TARGET:-}
# The same in the name of an artifact or a comment.
name=${target//[^A-Za-z0-9._-]/-}
here=$(pwd -P)

# What a pull request has put in the place of the folder, a link for example, is not followed.
if [ -n "${CTL_REPORTS:-}" ]; then
    rm -rf -- "$CTL_REPORTS"
    mkdir -- "$CTL_REPORTS"
    reports=$(cd -- "$CTL_REPORTS" && pwd)
else
    reports=$(TMPDIR=${RUNNER_TEMP:-${TMPDIR:-}} mktemp -d)
fi
if [ "$command" = apply ]; then
    [ -f "${CTL_PLAN:-}" ] || fail "\`apply\` needs an approved plan"
    plan=$(realpath -- "$CTL_PLAN")
fi

cd -P -- "${CTL_FOLDER:-.}"
case $(pwd -P)/ in
    "${here%/}"/*) ;;
    *) fail "the folder \`${CTL_FOLDER:-}\` leads out of the repository" ;;
esac

arguments=("$command")
case $command in
    diff | drift) ;;
    plan) arguments+=("--out=$reports/plan.json") ;;
    apply) target= ;;
    *) fail "the command is one of diff, plan, apply and drift, not \`$command\`" ;;
esac
[ -z "$target" ] || arguments+=("--target=$target")
[ -z "${CTL_FAIL_ON:-}" ] || arguments+=("--fail-on=$CTL_FAIL_ON")
# Split at white space, and nothing else: no file names are put in for `*`.
set -f
# shellcheck disable=SC2206
arguments+=(${CTL_ARGS:-})
set +f

revisions=()
case $command in
    diff)
        from=$(base)
        revisions=(-- "$from" "${CTL_HEAD:-HEAD}")
        ;;
    apply) revisions=(-- "$plan") ;;
esac

# What is made for a comment is what the log has too, where nothing is shown twice: a plan reads the org.
case $command in plan | drift) arguments+=(--format markdown) ;; esac

# Both streams go to the log as they come, and to a file each.
{ { { "$binary" "${arguments[@]}" "${revisions[@]}" && status=0 || status=$?; printf '%s' "$status" >"$reports/status"; } 2>&1 >&3 |
    tee "$reports/errors" >&2; } 3>&1 | tee "$reports/said"; } || true
status=$(cat "$reports/status")

# A diff reads two revisions and nothing else, so it can be told in every form.
told=$reports/said
if [ "$command" = diff ]; then
    told=$reports/told
    "$binary" "${arguments[@]}" --format markdown "${revisions[@]}" 2>/dev/null >"$told" || true
    if [ -n "${GITHUB_ACTIONS:-}" ]; then
        # What is dangerous or wrong, on the lines of the manifests.
        "$binary" "${arguments[@]}" --format github "${revisions[@]}" 2>/dev/null || true
    fi
fi

{
    if [ "$command" = apply ] && [ -s "$told" ]; then
        printf "**idpctl: \`apply\`**\n\n"
        block "$told" 30000
    else
        cat -- "$told"
    fi
    # Of a command that did what it was asked for, warnings alone: the rest is for whoever looks at the log.
    case $status in 0 | 2) sed -n -i '/^warning/p' "$reports/errors" ;; esac
    if [ -s "$reports/errors" ] && [ "$(wc -c <"$told")" -le 30000 ]; then
        if [ -s "$told" ]; then echo; else printf "**idpctl: \`%s\` ended with %s**\n\n" "$command" "$status"; fi
        block "$reports/errors" 30000
    fi
} >"$reports/report.md"

# One line: what the report begins with; what an apply said last; or, if nothing was said, what was wrong.
case $command in
    apply) summary=$(grep -v '^[[:space:]]*$' "$told" | tail -n 1) || true ;;
    *) summary=$(head -n 1 "$told" | sed 's/^\*\*idpctl: \([^*]*\)\*\*/\1/') ;;
esac
[ -n "$summary" ] || summary=$(grep -m 1 '^error' "$reports/errors") || true
rm -f -- "$reports/told"
rm -- "$reports/said" "$reports/errors"
if [ "$command" = diff ] && [ -n "${CTL_NUMBER:-}" ]; then
    printf '%s' "$CTL_NUMBER" >"$reports/number"
fi

if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    cat -- "$reports/report.md" >>"$GITHUB_STEP_SUMMARY"
fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then
    {
        printf 'reports=%s\n' "$reports"
        printf 'report=%s\n' "$reports/report.md"
        printf 'exit-code=%s\n' "$status"
        printf 'summary=%s\n' "$(printf '%s' "$summary" | tr -d '\r\n')"
        printf 'name=%s\n' "$command${name:+-$name}"
        [ ! -f "$reports/plan.json" ] || printf 'plan=%s\n' "$reports/plan.json"
    } >>"$GITHUB_OUTPUT"
fi
