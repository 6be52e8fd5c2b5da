//! What `action.yml`, the workflows of `docs/ci` and GitLab's template do, run as they stand there: on a scratch git repository, a forge and an org.

mod expression;
mod files;
mod forge;
mod forks;
mod github;
mod gitlab;
mod life;
mod page;
mod scripts;
mod site;

/// Tells whether the programs are there that the scripts use, and says so if not.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn is_possible() -> bool {
    let is_there =
        |program: &&str| std::process::Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    let missing: Vec<_> = ["bash", "curl", "git", "jq"].into_iter().filter(|program| !is_there(program)).collect();
    if !missing.is_empty() {
        eprintln!("skipped: not installed: {}", missing.join(", "));
    }
    missing.is_empty()
}
