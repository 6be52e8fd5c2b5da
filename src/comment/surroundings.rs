//! The variables of a pipeline to the pull request or merge request that it is about, the API's address, and the token.
//!
//! The address comes from where the token does: from the environment, never from a file that a pull request can edit. Everything that is missing is
//! told at once.

use std::fmt;
use std::fs::File;
use std::io::Read as _;

use serde_json::Value;

use super::api::ApiUrl;
use crate::env::Env;
use crate::forge::{Comment, Forge, Thread};
use crate::printable::printable_head;
use crate::secret::Secret;

/// What the command line says about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish {
    /// Which forge.
    pub forge: Option<Forge>,
    /// The number of the request.
    pub number: Option<u64>,
}

/// Where a comment belongs, and what it is sent with.
#[derive(Debug)]
pub struct Surroundings {
    /// The comments of the request.
    pub thread: Thread,
    /// The API's address.
    pub api: ApiUrl,
    /// What it is sent with.
    pub token: Secret,
    /// The page of the request, if that is known.
    page: Option<String>,
}

/// What is missing for a comment.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub struct Missing {
    what: Vec<String>,
    /// What to do about each.
    pub remedies: Vec<&'static str>,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what[..] {
            [one] => write!(f, "no comment can be posted from here: {one}"),
            several => write!(f, "no comment can be posted from here:\n  {}", several.join("\n  ")),
        }
    }
}

impl Missing {
    fn one(what: impl Into<String>, remedy: &'static str) -> Self {
        Self { what: vec![what.into()], remedies: vec![remedy] }
    }
}

impl Surroundings {
    /// Returns where a comment is shown, if that is known.
    pub fn page(&self, comment: &Comment) -> Option<String> {
        let built = || self.page.as_ref().map(|page| format!("{page}#note_{}", comment.id));
        comment.page.clone().or_else(built).map(|page| printable_head(&page, 500))
    }
}

/// Looks where a comment belongs.
pub fn surroundings(env: &Env, wish: Wish) -> Result<Surroundings, Missing> {
    let is = |name: &str| env.var(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let forge = match (wish.forge, is("GITHUB_ACTIONS"), is("GITLAB_CI")) {
        (Some(forge), ..) => forge,
        (None, true, false) => Forge::GitHub,
        (None, false, true) => Forge::GitLab,
        (None, true, true) => {
            return Err(Missing::one(
                "`GITHUB_ACTIONS` and `GITLAB_CI` are both set",
                "say which forge it is with `--forge github` or `--forge gitlab`",
            ));
        }
        (None, false, false) => {
            let remedy = "run it in a job of GitHub Actions or GitLab CI; or say where it belongs with `--forge`, `--number` and the variables that `idpctl comment --help` lists";
            return Err(Missing::one("neither `GITHUB_ACTIONS` nor `GITLAB_CI` is set", remedy));
        }
    };
    let mut search = Search { env, what: Vec::new(), remedies: Vec::new() };
    let found = match forge {
        Forge::GitHub => search.github(wish.number),
        Forge::GitLab => search.gitlab(wish.number),
    };
    found.filter(|_| search.what.is_empty()).ok_or(Missing { what: search.what, remedies: search.remedies })
}

/// What is missing so far.
struct Search<'e> {
    env: &'e Env,
    what: Vec<String>,
    remedies: Vec<&'static str>,
}

impl Search<'_> {
    fn lack<T>(&mut self, what: impl Into<String>, remedy: &'static str) -> Option<T> {
        self.what.push(what.into());
        if !self.remedies.contains(&remedy) {
            self.remedies.push(remedy);
        }
        None
    }

    fn var(&mut self, name: &str, remedy: &'static str) -> Option<String> {
        let found = self.env.var(name).map(str::to_owned);
        if found.is_some() { found } else { self.lack(format!("`{name}` is not set"), remedy) }
    }

    fn token(&mut self, name: &str, remedy: &'static str) -> Option<Secret> {
        let token = self.var(name, remedy)?;
        // A secret that was put in from a file often ends in a line break.
        let token = token.trim();
        if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Some(Secret::new(token.to_owned()));
        }
        self.lack(format!("`{name}` holds what no token does: blanks, or characters that cannot be sent"), remedy)
    }

    fn api(&mut self, name: &str, text: &str) -> Option<ApiUrl> {
        let remedy = "the forge sets its API's address itself in a job; elsewhere set it as the forge's documentation gives it";
        ApiUrl::parse(text).map_err(|error| self.lack::<ApiUrl>(format!("`{name}` cannot be used: {error}"), remedy)).ok()
    }

    fn thread(&mut self, name: &str, forge: Forge, project: &str, number: u64) -> Option<Thread> {
        let thread = Thread::new(forge, project, number);
        thread.map_err(|error| self.lack::<Thread>(format!("`{name}` cannot be used: {error}"), "the forge sets it itself in a job")).ok()
    }

    fn github(&mut self, number: Option<u64>) -> Option<Surroundings> {
        let remedy = "set it to the repository, such as `acme/clients`; in a job of GitHub Actions it is set";
        let repository = self.var("GITHUB_REPOSITORY", remedy);
        let remedy = "hand the job's token to the step with `env: {GITHUB_TOKEN: ${{ github.token }}}`";
        let token = self.token("GITHUB_TOKEN", remedy);
        let api = self.env.var("GITHUB_API_URL").unwrap_or("https://api.github.com").to_owned();
        let api = self.api("GITHUB_API_URL", &api);
        let number = number.or_else(|| event_number(self.env)).or_else(|| ref_number(self.env));
        let number = number.or_else(|| {
            let remedy = "run it on `pull_request`, where GitHub says which it is, or give its number with `--number`";
            self.lack("neither the event nor `GITHUB_REF` says which pull request it is about", remedy)
        });
        let repository = repository?;
        let thread = self.thread("GITHUB_REPOSITORY", Forge::GitHub, &repository, number.unwrap_or(1));
        Some(Surroundings { thread: number.and(thread)?, api: api?, token: token?, page: None })
    }

    fn gitlab(&mut self, number: Option<u64>) -> Option<Surroundings> {
        // The pipeline of a fork's merge request may run in the fork, where the merge request is not.
        let names = [("CI_MERGE_REQUEST_PROJECT_ID", "CI_MERGE_REQUEST_PROJECT_URL"), ("CI_PROJECT_ID", "CI_PROJECT_URL")];
        let [_, own] = names;
        let (id, url) = names.into_iter().find(|(id, _)| self.env.var(id).is_some()).unwrap_or(own);
        let project = self.var(id, "set it to the project's number; in a job of GitLab CI it is set");
        let remedy = if self.env.var("CI_JOB_TOKEN").is_some() {
            "a job's own token (`CI_JOB_TOKEN`) may not write notes: make a project access token with the scope `api` and the role Reporter, and store it as the masked CI/CD variable `GITLAB_TOKEN`"
        } else {
            "make a project access token with the scope `api` and the role Reporter, and store it as the masked CI/CD variable `GITLAB_TOKEN`"
        };
        let token = self.token("GITLAB_TOKEN", remedy);
        let api =
            self.var("CI_API_V4_URL", "set it to the API's address, such as https://gitlab.com/api/v4; in a job of GitLab CI it is set");
        let api = api.and_then(|api| self.api("CI_API_V4_URL", &api));
        let number = number.or_else(|| self.env.var("CI_MERGE_REQUEST_IID").and_then(positive)).or_else(|| {
            let remedy = "run it in a pipeline for merge requests (`rules: [{if: $CI_PIPELINE_SOURCE == \"merge_request_event\"}]`), or give its number with `--number`";
            self.lack("`CI_MERGE_REQUEST_IID` does not say which merge request it is about", remedy)
        });
        let project = project?;
        let thread = self.thread(id, Forge::GitLab, &project, number.unwrap_or(1));
        let page = self.env.var(url).zip(number).map(|(url, number)| format!("{}/-/merge_requests/{number}", url.trim_end_matches('/')));
        Some(Surroundings { thread: number.and(thread)?, api: api?, token: token?, page })
    }
}

fn positive(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number| *number > 0)
}

/// The longest event that is read: GitHub sends none above 25 MB.
const EVENT: u64 = 32 << 20;

/// Returns the pull request that an event of GitHub is about.
fn event_number(env: &Env) -> Option<u64> {
    let mut text = Vec::new();
    File::open(env.var("GITHUB_EVENT_PATH")?).ok()?.take(EVENT).read_to_end(&mut text).ok()?;
    let event: Value = serde_json::from_slice(&text).ok()?;
    let issue = event.get("issue").filter(|issue| issue.get("pull_request").is_some_and(Value::is_object));
    let numbered = [event.get("pull_request"), issue, Some(&event)];
    numbered.into_iter().flatten().find_map(|it| it.get("number")?.as_u64()).filter(|number| *number > 0)
}

/// Returns the pull request that a job checks out the merge of.
fn ref_number(env: &Env) -> Option<u64> {
    positive(env.var("GITHUB_REF")?.strip_prefix("refs/pull/")?.split('/').next()?)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Env {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    const GITHUB: [(&str, &str); 3] = [("GITHUB_ACTIONS", "true"), ("GITHUB_REPOSITORY", "acme/clients"), ("GITHUB_TOKEN", "ghs_hush\n")];

    fn github(more: &[(&str, &str)]) -> String {
        let found = surroundings(&env(&[&GITHUB, more].concat()), Wish::default());
        found.map_or_else(|missing| missing.to_string(), |found| format!("{} at {} with {}", found.thread, found.api, found.token.expose()))
    }

    #[test]
    fn an_event_says_which_pull_request_it_is_about() {
        let of = |event: &str| {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(event.as_bytes()).unwrap();
            github(&[("GITHUB_EVENT_PATH", file.path().to_str().unwrap()), ("GITHUB_REF", "refs/pull/9/merge")])
        };
        for event in [
            r#"{"number": 8, "pull_request": {"number": 7}}"#,
            r#"{"issue": {"number": 7, "pull_request": {"url": "…"}}, "comment": {}}"#,
            r#"{"number": 7}"#,
        ] {
            assert_eq!(of(event), "acme/clients#7 at https://api.github.com with ghs_hush", "{event}");
        }
        for event in [r#"{"issue": {"number": 7}}"#, r#"{"number": 0}"#, r#"{"number": "7"}"#, "[]", "{", ""] {
            assert_eq!(of(event), "acme/clients#9 at https://api.github.com with ghs_hush", "{event}");
        }
        assert!(github(&[("GITHUB_REF", "refs/heads/main")]).ends_with("says which pull request it is about"));
    }

    #[test]
    fn the_project_of_the_merge_request_is_asked_and_not_the_forks() {
        let variables = [
            ("GITLAB_CI", "true"),
            ("CI_API_V4_URL", "https://gitlab.example.com/api/v4"),
            ("CI_PROJECT_ID", "99"),
            ("CI_PROJECT_URL", "https://gitlab.example.com/fork/clients"),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("GITLAB_TOKEN", "glpat-hush"),
        ];
        let upstream =
            [("CI_MERGE_REQUEST_PROJECT_ID", "4711"), ("CI_MERGE_REQUEST_PROJECT_URL", "https://gitlab.example.com/acme/clients")];
        let note = Comment { id: 12, author: None, by_program: false, body: String::new(), page: None };
        let shown = |variables: &[(&str, &str)]| {
            let found = surroundings(&env(variables), Wish::default()).unwrap();
            format!("{} {}", found.thread, found.page(&note).unwrap())
        };
        assert_eq!(shown(&variables), "99!7 https://gitlab.example.com/fork/clients/-/merge_requests/7#note_12");
        assert_eq!(
            shown(&[&variables[..], &upstream].concat()),
            "4711!7 https://gitlab.example.com/acme/clients/-/merge_requests/7#note_12"
        );
    }

    #[test]
    fn everything_that_is_missing_is_told_at_once() {
        let github = Wish { forge: Some(Forge::GitHub), number: None };
        let missing = surroundings(&env(&[("GITHUB_API_URL", "http://api.example.com")]), github).unwrap_err();
        insta::assert_snapshot!(missing, @"
        no comment can be posted from here:
          `GITHUB_REPOSITORY` is not set
          `GITHUB_TOKEN` is not set
          `GITHUB_API_URL` cannot be used: `http://api.example.com` is not https, which is only left out for this machine itself
          neither the event nor `GITHUB_REF` says which pull request it is about
        ");
        let gitlab = Wish { forge: Some(Forge::GitLab), number: Some(7) };
        let missing = surroundings(&env(&[("GITLAB_TOKEN", "a b"), ("CI_PROJECT_ID", "..")]), gitlab).unwrap_err();
        insta::assert_snapshot!(missing, @"
        no comment can be posted from here:
          `GITLAB_TOKEN` holds what no token does: blanks, or characters that cannot be sent
          `CI_API_V4_URL` is not set
          `CI_PROJECT_ID` cannot be used: `..` is not a project such as `4711` or `acme/clients`
        ");
    }
}
