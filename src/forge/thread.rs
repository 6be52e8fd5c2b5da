//! A pull request or merge request to the requests about its comments, as values: method, path, query and text.

use std::fmt;

use super::Forge;
use crate::printable::printable_head;
use crate::request::segment;

/// The comments of one pull request or merge request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    forge: Forge,
    project: String,
    number: u64,
}

/// A text that is no project of a forge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThreadError {
    /// It is no repository.
    #[error("`{0}` is not a repository such as `acme/clients`")]
    Repository(String),
    /// It is no project.
    #[error("`{0}` is not a project such as `4711` or `acme/clients`")]
    Project(String),
}

/// An HTTP method that the forges use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Reads.
    Get,
    /// Makes.
    Post,
    /// Changes, at GitHub.
    Patch,
    /// Changes, at GitLab.
    Put,
    /// Removes.
    Delete,
}

/// One request to a forge, without its address or any credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub verb: Verb,
    /// The path below the API's address, percent-encoded, starting with `/`.
    pub path: String,
    /// Query parameters in order, not encoded.
    pub query: Vec<(String, String)>,
    /// The text of the comment.
    pub text: Option<String>,
}

impl Verb {
    /// Returns the method as it goes over the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb.as_str(), self.path)
    }
}

impl Thread {
    /// Returns the comments of a request of a project: `owner/name` at GitHub, an id or a path at GitLab.
    pub fn new(forge: Forge, project: &str, number: u64) -> Result<Self, ThreadError> {
        let is_part = |part: &str| {
            !part.is_empty() && !matches!(part, "." | "..") && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        let parts: Vec<_> = project.split('/').collect();
        let sound = parts.iter().all(|part| is_part(part));
        match forge {
            Forge::GitHub if !sound || parts.len() != 2 => Err(ThreadError::Repository(printable_head(project, 100))),
            Forge::GitLab if !sound => Err(ThreadError::Project(printable_head(project, 100))),
            _ => Ok(Self { forge, project: project.to_owned(), number }),
        }
    }

    /// Returns whose comments they are.
    pub fn forge(&self) -> Forge {
        self.forge
    }

    /// Asks who the token belongs to.
    pub fn who(&self) -> Request {
        Request { verb: Verb::Get, path: "/user".to_owned(), query: Vec::new(), text: None }
    }

    /// Asks for the first page of the comments, oldest first.
    pub fn list(&self) -> Request {
        let query: &[_] = match self.forge {
            // Comments of an issue come by ascending id, which no parameter changes.
            Forge::GitHub => &[("per_page", "100")],
            Forge::GitLab => &[("sort", "asc"), ("order_by", "created_at"), ("per_page", "100")],
        };
        let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Request { verb: Verb::Get, path: self.all(), query, text: None }
    }

    /// Makes a comment.
    pub fn create(&self, text: &str) -> Request {
        Request { verb: Verb::Post, path: self.all(), query: Vec::new(), text: Some(text.to_owned()) }
    }

    /// Gives a comment another text.
    pub fn edit(&self, id: u64, text: &str) -> Request {
        let verb = match self.forge {
            Forge::GitHub => Verb::Patch,
            Forge::GitLab => Verb::Put,
        };
        Request { verb, path: self.one(id), query: Vec::new(), text: Some(text.to_owned()) }
    }

    /// Removes a comment.
    pub fn delete(&self, id: u64) -> Request {
        Request { verb: Verb::Delete, path: self.one(id), query: Vec::new(), text: None }
    }

    fn all(&self) -> String {
        let Self { forge, project, number } = self;
        match forge {
            Forge::GitHub => format!("/repos/{project}/issues/{number}/comments"),
            Forge::GitLab => format!("/projects/{}/merge_requests/{number}/notes", segment(project)),
        }
    }

    fn one(&self, id: u64) -> String {
        match self.forge {
            Forge::GitHub => format!("/repos/{}/issues/comments/{id}", self.project),
            Forge::GitLab => format!("{}/{id}", self.all()),
        }
    }
}

impl fmt::Display for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.forge {
            Forge::GitHub => '#',
            Forge::GitLab => '!',
        };
        write!(f, "{}{sign}{}", self.project, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_forge_is_asked_in_its_own_way() {
        let requests = |forge, project| {
            let thread = Thread::new(forge, project, 7).unwrap();
            let requests = [thread.who(), thread.list(), thread.create("text"), thread.edit(12, "text"), thread.delete(12)];
            let shown = requests.map(|request| {
                let query = request.query.iter().map(|(name, value)| format!(" {name}={value}")).collect::<Vec<_>>().concat();
                format!("{request}{query} {}", request.text.as_deref().unwrap_or("-"))
            });
            format!("{thread}\n{}", shown.join("\n"))
        };
        insta::assert_snapshot!(requests(Forge::GitHub, "acme/clients"), @"
        acme/clients#7
        GET /user -
        GET /repos/acme/clients/issues/7/comments per_page=100 -
        POST /repos/acme/clients/issues/7/comments text
        PATCH /repos/acme/clients/issues/comments/12 text
        DELETE /repos/acme/clients/issues/comments/12 -
        ");
        insta::assert_snapshot!(requests(Forge::GitLab, "acme/sub/clients"), @"
        acme/sub/clients!7
        GET /user -
        GET /projects/acme%2Fsub%2Fclients/merge_requests/7/notes sort=asc order_by=created_at per_page=100 -
        POST /projects/acme%2Fsub%2Fclients/merge_requests/7/notes text
        PUT /projects/acme%2Fsub%2Fclients/merge_requests/7/notes/12 text
        DELETE /projects/acme%2Fsub%2Fclients/merge_requests/7/notes/12 -
        ");
    }

    #[test]
    fn a_project_cannot_lead_elsewhere() {
        for project in ["", "acme", "acme/", "/clients", "acme/..", "./clients", "a/b/c", "acme/cli?x", "acme/a b", "acme/ø"] {
            assert!(Thread::new(Forge::GitHub, project, 1).is_err(), "{project}");
        }
        for project in ["", "..", "a/../b", "a//b", "4711#"] {
            assert!(Thread::new(Forge::GitLab, project, 1).is_err(), "{project}");
        }
        assert!(Thread::new(Forge::GitLab, "4711", 1).is_ok());
    }
}
