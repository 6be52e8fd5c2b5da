# shellcheck shell=bash
# Reads from GitHub's API; for scripts to source. The token is never an argument, where other processes could see it.

# Prints what GitHub says to a GET, a path and its query.
api() {
    curl --silent --show-error --fail --globoff --max-time 60 --retry 3 \
        --header @<(printf 'authorization: Bearer %s\n' "$GITHUB_TOKEN") \
        --header 'accept: application/vnd.github+json' --header 'x-github-api-version: 2022-11-28' \
        -- "${GITHUB_API_URL%/}/$1"
}

# Says why something is not done, in the log and in the summary of the job.
tell() {
    printf '::%s title=idpctl::%s\n' "$1" "$2"
    if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
        printf '%s\n\n' "$2" >>"$GITHUB_STEP_SUMMARY"
    fi
}
