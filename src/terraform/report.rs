//! What became of a state's resources to what somebody has to know of it.

use std::collections::BTreeMap;

use super::state::Manages;
use super::taken::{Fate, Taken};

/// Something that did not go as it stands in a state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// The resources, by their addresses.
    pub what: String,
    /// What of them.
    pub why: String,
}

/// How many addresses are told of resources that are left for the same reason.
const MOST: usize = 20;

/// Returns what could not be carried over, and then what the org has otherwise than the state says.
pub fn remarks(taken: &[Taken<'_>]) -> (Vec<Remark>, Vec<Remark>) {
    let (mut left, mut differs) = (Vec::new(), Vec::new());
    let mut unknown: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut beyond: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for one in taken {
        let address = &one.resource.address;
        match &one.fate {
            _ if one.resource.manages == Manages::Unknown => unknown.entry(&address.sort).or_default().push(address.to_string()),
            Fate::Left(why) => left.push(Remark { what: address.to_string(), why: why.clone() }),
            Fate::Elsewhere(id) => {
                let why = format!("the org has no app {id} of OpenID Connect: another sort of app keeps what Terraform manages of it");
                left.push(Remark { what: address.to_string(), why });
            }
            Fate::Gone => differs.push(Remark { what: address.to_string(), why: gone(&one.resource.manages) }),
            Fate::Declared(_) | Fate::ByItself => {
                if address.block().is_none() {
                    let why = "its name is none in Terraform's language, so that no `removed` block can be about it";
                    left.push(Remark { what: address.to_string(), why: why.to_owned() });
                }
            }
        }
        for (name, why) in one.resource.beyond.iter().filter(|_| one.fate.is_taken()) {
            beyond.entry((*name, *why)).or_default().push(address.to_string());
        }
        if !one.differs.is_empty() && one.fate.is_taken() {
            differs.push(Remark { what: address.to_string(), why: one.differs.join(", ") });
        }
        if one.resource.tainted {
            differs.push(Remark { what: address.to_string(), why: "it is tainted: Terraform would replace it".to_owned() });
        }
    }
    let unknown = unknown
        .into_values()
        .map(|addresses| Remark { what: some(&addresses), why: "no manifest declares such a resource; Terraform keeps it".to_owned() });
    let beyond = beyond
        .into_iter()
        .map(|((name, why), addresses)| Remark { what: format!("`{name}` of {}", some(&addresses)), why: why.to_owned() });
    left.extend(beyond);
    left.extend(unknown);
    (left, differs)
}

fn gone(manages: &Manages) -> String {
    match manages {
        Manages::App(id) => format!("the org has no app {id} of OpenID Connect"),
        Manages::Grants(id, _) | Manages::Groups(id, _) | Manages::OfApp(id) => {
            format!("the app {id} has nothing of it, or is not in the org")
        }
        Manages::Server(id) | Manages::OfServer(id) => format!("the org has no authorization server {id}"),
        Manages::Part { part, id, server, .. } => format!("the authorization server {server} has no {} {id}", part.as_str()),
        Manages::Unknown | Manages::Untold | Manages::Deposed => "the org does not have it".to_owned(),
    }
}

fn some(addresses: &[String]) -> String {
    let told = addresses.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    if addresses.len() > MOST { format!("{told} and {} more", addresses.len() - MOST) } else { told }
}
