#!/usr/bin/env bash
# Finds idpctl, or builds it from the checkout that this script is part of, and says where it is: on standard output, and as
# the output `binary` of a step on GitHub.
#
#   CTL_BINARY   what is looked for first: a program on PATH, or the path of one [default: idpctl]
#
# The build sees no credentials. It begins in the folder of these sources: begun in the repository that is reviewed, cargo and
# rustup would take orders from files there (`.cargo/config.toml`, `rust-toolchain.toml`).
set -euo pipefail

for name in $(compgen -e); do
    case $name in
        OKTA_* | TYK_* | IDPCTL_* | GITHUB_TOKEN | GITLAB_TOKEN | CI_JOB_TOKEN | ACTIONS_*) unset "$name" ;;
    esac
done

wanted=${CTL_BINARY:-idpctl}
if found=$(command -v -- "$wanted"); then
    binary=$(realpath -- "$found")
elif [ "$wanted" != idpctl ]; then
    echo "error: there is no program \`$wanted\` here" >&2
    exit 1
else
    sources=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
    binary=$sources/target/ci/bin/idpctl
    if [ ! -x "$binary" ]; then
        cd -- "$sources"
        echo "idpctl is not on PATH: it is built from its sources, which takes some minutes" >&2
        cargo install --locked --quiet --path "$sources" --root "$sources/target/ci" >&2
    fi
fi
"$binary" --version >&2
printf '%s\n' "$binary"
if [ -n "${GITHUB_OUTPUT:-}" ]; then
    printf 'binary=%s\n' "$binary" >>"$GITHUB_OUTPUT"
fi
