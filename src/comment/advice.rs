//! A request that a forge did not answer well to what somebody can do about it.

use super::error::{Error, Kind};
use crate::forge::Forge;
use crate::http::TransportError;

/// Returns what to do about a failure.
pub fn advice(forge: Forge, error: &Error) -> &'static str {
    match (forge, error.kind()) {
        (Forge::GitHub, Kind::Status { status: 401, .. }) => {
            "GitHub does not accept `GITHUB_TOKEN`: a job's token ends with the job, and others expire or are revoked; hand in the job's own with `${{ github.token }}`"
        }
        (Forge::GitHub, Kind::Status { status: 403, .. }) if error.is_write() => {
            "give the job `permissions: {pull-requests: write}`; the token of a pull request from a fork or from Dependabot can only read, whatever the job says: post from a second workflow, on `workflow_run`"
        }
        (Forge::GitHub, Kind::Status { status: 403 | 404, .. }) => {
            "check that the pull request is there, and give the job `permissions: {pull-requests: write}`, without which its token cannot see it either"
        }
        (Forge::GitLab, Kind::Status { status: 401, .. }) => {
            "GitLab does not accept `GITLAB_TOKEN`: it may have expired or been revoked; a job's own token (`CI_JOB_TOKEN`) may not write notes: make a project access token with the scope `api`"
        }
        (Forge::GitLab, Kind::Status { status: 403 | 404, .. }) => {
            "check that the merge request is there, and that `GITLAB_TOKEN` has the scope `api` and at least the role Reporter in its project; a variable that is protected is not there in pipelines of other branches"
        }
        (_, Kind::Status { status: 429, .. } | Kind::Limited { .. } | Kind::TimedOut | Kind::TooLate) => {
            "run the job again later, or give it more time with `--timeout 10m`"
        }
        (_, Kind::Status { status: 500.., .. }) => "the forge has trouble: run the job again later",
        (_, Kind::Status { .. }) => "the forge does not take the comment as it is: its own words above say why",
        (Forge::GitHub, Kind::Transport(TransportError::Untrusted(_) | TransportError::NoTls(_))) => {
            "check `GITHUB_API_URL` and the machine's clock; where something in between terminates TLS, add its certificate to the system's trust store"
        }
        (Forge::GitLab, Kind::Transport(TransportError::Untrusted(_) | TransportError::NoTls(_))) => {
            "check `CI_API_V4_URL` and the machine's clock; where something in between terminates TLS, add its certificate to the system's trust store"
        }
        (Forge::GitHub, _) => "check that `GITHUB_API_URL` is the API's own address, the network, and `HTTPS_PROXY` if there is a proxy",
        (Forge::GitLab, _) => "check that `CI_API_V4_URL` is the API's own address, the network, and `HTTPS_PROXY` if there is a proxy",
    }
}
