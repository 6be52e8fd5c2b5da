//! One entry of the log as one touch: who did what, when, through what. What nobody asked to see is not in it.
//!
//! Addresses of people (e-mail, login, IP) are taken out here, so that no form of a report can show them by mistake.

use jiff::Timestamp;

use super::link::{link, search};
use crate::observed::{Actor, Event, EventId, event_type};

/// Longer names, agents and paths are cut.
const LONGEST: usize = 120;
/// Stands for what looks like somebody's address.
const WITHHELD: &str = "(address withheld)";

/// How much is told of who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Names and ids.
    Plain,
    /// The addresses as well: login, IP, the whole user agent.
    Full,
}

/// That somebody touched something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// The entry.
    pub event: EventId,
    /// When, by the org's clock.
    pub at: Timestamp,
    /// The type of the entry.
    pub kind: String,
    /// What was done, in words that follow a subject.
    pub did: String,
    /// Who did it.
    pub who: Who,
    /// Through what.
    pub through: Through,
    /// Where the org's Admin Console shows the entry, where that is known.
    pub link: Option<String>,
    /// What to search the log for, to see it.
    pub search: String,
}

/// Who did something. The names are their bearer's own choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// What sort of actor it is.
    pub sort: Sort,
    /// The id, if it has one.
    pub id: Option<String>,
    /// What it is called.
    pub name: Option<String>,
    /// The login.
    pub login: Option<String>,
    /// The id of the API token.
    pub token: Option<String>,
}

/// What sort of actor it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sort {
    /// The client that signs us in.
    Ourselves,
    /// A user who was signed in.
    User,
    /// Whoever holds an API token of a user's: no person at the Admin Console.
    Token,
    /// A service app.
    App,
    /// Okta itself.
    Okta,
    /// Okta's support, as far as entries tell it from Okta itself.
    Support,
    /// Another sort, by Okta's word for it; empty if the entry names nobody.
    Other(String),
}

/// Through what something was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Through {
    /// Which way it came.
    pub way: Option<Way>,
    /// The user agent: its family, or all of it.
    pub agent: Option<String>,
    /// The path of the request.
    pub path: Option<String>,
    /// Which address it came from.
    pub ip: Option<String>,
}

/// Which way a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the Admin Console.
    Console,
    /// By the documented API, which the Admin Console calls as well.
    Api,
}

impl Sort {
    /// Returns the word for it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Ourselves => "idpctl",
            Self::User => "user",
            Self::Token => "api_token",
            Self::App => "service_app",
            Self::Okta => "okta",
            Self::Support => "okta_support",
            Self::Other(kind) => {
                if kind.is_empty() {
                    "unknown"
                } else {
                    kind
                }
            }
        }
    }
}

impl Way {
    /// Returns the word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Console => "admin_console",
            Self::Api => "api",
        }
    }

    fn of(path: &str) -> Option<Self> {
        let below = |start: &str| path.starts_with(start);
        if ["/admin", "/api/internal/", "/report/"].into_iter().any(below) {
            return Some(Self::Console);
        }
        ["/api/", "/oauth2/"].into_iter().any(below).then_some(Self::Api)
    }
}

impl Touch {
    /// Returns the touch of an entry.
    pub(super) fn of(event: &Event, us: Option<&str>, org: Option<&str>, detail: Detail) -> Self {
        let full = |text: &Option<String>| text.as_deref().filter(|_| detail == Detail::Full).map(head);
        let did = event_type(&event.kind).map_or_else(|| format!("did {}", quoted(&event.kind)), |known| known.words.to_owned());
        let agent = event.agent.as_deref().map(|agent| if detail == Detail::Full { head(agent) } else { family(agent) });
        Self {
            event: event.id.clone(),
            at: event.at,
            kind: head(&event.kind),
            did,
            who: Who::of(event, us, detail),
            through: Through {
                way: event.path.as_deref().and_then(Way::of),
                agent,
                path: event.path.as_deref().map(|path| if detail == Detail::Full { head(path) } else { without_addresses(path, '/') }),
                ip: full(&event.ip),
            },
            link: org.and_then(|org| link(org, &event.id, event.at)),
            search: search(&event.id),
        }
    }

    /// Returns it as a sentence without its full stop. What is not our own word stands in backticks.
    pub fn words(&self) -> String {
        format!("{}: {} {}{}", moment(self.at), self.who.words(), self.did, self.through.words(&self.who.sort))
    }
}

impl Who {
    fn of(event: &Event, us: Option<&str>, detail: Detail) -> Self {
        let Actor { id, kind, login, name } = &event.actor;
        let sort = match (kind.as_str(), &event.api_token) {
            _ if us.is_some_and(|us| us == id) => Sort::Ourselves,
            ("User", Some(_)) => Sort::Token,
            ("User", None) => Sort::User,
            ("PublicClientApp", _) => Sort::App,
            // Okta's advice for finding what its support did: this actor, and no transaction (its support article on auditing).
            ("SystemPrincipal", _) if event.transaction.as_deref() == Some("unknown") => Sort::Support,
            ("SystemPrincipal", _) => Sort::Okta,
            (other, _) => Sort::Other(head(other)),
        };
        let full = detail == Detail::Full;
        let name = name.as_deref().map(|name| if full { head(name) } else { without_addresses(name, ' ') });
        Self {
            sort,
            id: Some(id).filter(|id| !id.is_empty()).map(|id| if full { head(id) } else { without_addresses(id, ' ') }),
            name: name.filter(|name| !name.trim().is_empty() && name != WITHHELD),
            login: login.as_deref().filter(|_| full).map(head),
            token: event.api_token.as_deref().map(head),
        }
    }

    fn words(&self) -> String {
        let Self { sort, id, name, login, token } = self;
        let login = login.as_ref().filter(|login| Some(*login) != name.as_ref() && Some(*login) != id.as_ref());
        // Words stand between what is quoted, so that no form of text runs two of them together.
        let known = [(" of id", id.as_ref()), (" with the login", login)];
        let known: String = known.into_iter().filter_map(|(word, text)| Some(format!("{word} {}", quoted(text?)))).collect();
        let name = name.as_ref().map(|name| format!(" {}", quoted(name))).unwrap_or_default();
        match sort {
            Sort::Ourselves => format!("idpctl itself, as the service app{name}{known},"),
            Sort::User => format!("the user{name}{known}"),
            Sort::Token => {
                let token = token.as_ref().map(|token| format!(" {}", quoted(token))).unwrap_or_default();
                format!("the API token{token} of the user{name}{known}")
            }
            Sort::App => format!("the service app{name}{known}"),
            Sort::Okta => "Okta itself".to_owned(),
            Sort::Support => "Okta (its support, as it seems)".to_owned(),
            Sort::Other(kind) if kind.is_empty() => "somebody whom the log does not name".to_owned(),
            Sort::Other(kind) => format!("an actor of type {}, which is called{name}{known},", quoted(kind)),
        }
    }
}

impl Through {
    fn words(&self, sort: &Sort) -> String {
        let Self { way, agent, path, ip } = self;
        let way = match (way, sort) {
            (Some(Way::Console), _) => ", from the Admin Console",
            // The console's own calls look the same.
            (Some(Way::Api), Sort::User) => ", by the API without an API token, as the Admin Console does",
            (Some(Way::Api), _) => ", by the API",
            (None, _) => "",
        };
        let path = path.as_ref().map(|path| format!(" at {}", quoted(path))).unwrap_or_default();
        let agent = agent.as_ref().map(|agent| format!(" with {}", quoted(agent))).unwrap_or_default();
        let ip = ip.as_ref().map(|ip| format!(" from {}", quoted(ip))).unwrap_or_default();
        format!("{way}{path}{agent}{ip}")
    }
}

/// Returns a time in words.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// Returns somebody else's text in backticks that it cannot end.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

fn head(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((cut, _)) => format!("{}…", &text[..cut]),
    }
}

/// Returns a text without the parts of it that look like somebody's address.
fn without_addresses(text: &str, between: char) -> String {
    let is_address = |part: &str| part.contains(['@', '＠', '﹫']) || part.to_ascii_lowercase().contains("%40");
    let parts = text.split(between).map(|part| if part.split_whitespace().any(is_address) { WITHHELD } else { part });
    head(&parts.collect::<Vec<_>>().join(&between.to_string()))
}

/// Returns what sort of program a user agent is. What it says besides may tell whose machine it runs on.
fn family(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 5] =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    if agent.starts_with("Mozilla/") {
        let browser = BROWSERS.iter().find(|(mark, _)| agent.contains(mark));
        return browser.map_or_else(|| "a browser".to_owned(), |(_, name)| (*name).to_owned());
    }
    let first = agent.split_whitespace().next().unwrap_or_default();
    let is_product = |c: char| c.is_ascii_alphanumeric() || "._-/+".contains(c);
    if first.is_empty() || first.len() > 60 || !first.chars().all(is_product) { "another program".to_owned() } else { first.to_owned() }
}
