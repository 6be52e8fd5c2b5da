//! Groups by their names and ids, and which of them have an app.
//!
//! Several groups are looked for in one search. Its results come from an index that may be behind (Okta's description of `search`): a group
//! made a moment ago may be missing for a while, which reads as a name that no group has.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::GroupReference;
use crate::http::{Error, Reader};
use crate::observed::{Id, LiveAssignment, LiveGroup};
use crate::request::{Request, segment};

/// How long the conditions of one search may be together: URLs have limits, and escaped they are up to three times as long.
const LONGEST: usize = 1_200;

/// How many letters of a name that no group has lead to those that it may have been meant to be; fewer where these lead nowhere.
const ALIKE: [usize; 2] = [3, 1];

/// Reads the groups that have an app, with their names.
pub async fn assignments(reader: &Reader, id: &Id) -> Result<Vec<LiveAssignment>, Error> {
    let request = Request::get(format!("/api/v1/apps/{}/groups", segment(&id.0)));
    reader.list(request.query("expand", "group").query("limit", "200")).await
}

/// Reads one group's access to an app.
pub async fn assignment(reader: &Reader, id: &Id, group: &str) -> Result<LiveAssignment, Error> {
    reader.get(Request::get(format!("/api/v1/apps/{}/groups/{}", segment(&id.0), segment(group)))).await
}

/// Reads the groups that are named, and for each name that no group has those that begin like it.
pub(super) async fn groups(reader: &Reader, named: &BTreeSet<GroupReference>) -> Result<Vec<LiveGroup>, Error> {
    let mut found = BTreeMap::new();
    for search in searches(named) {
        let listed: Vec<LiveGroup> = reader.list(Request::get("/api/v1/groups").query("search", &search).query("limit", "200")).await?;
        found.extend(listed.into_iter().map(|group| (group.id.clone(), group)));
    }
    let names = named.iter().filter_map(|group| if let GroupReference::Name(name) = group { Some(name) } else { None });
    let missing: Vec<_> = names.filter(|name| !found.values().any(|group: &LiveGroup| group.name == **name)).collect();
    for letters in ALIKE {
        let alone = |name: &&&String| !found.values().any(|group: &LiveGroup| beginning(&group.name, letters) == beginning(name, letters));
        let beginnings: BTreeSet<_> = missing.iter().filter(alone).map(|name| beginning(name, letters)).collect();
        for beginning in beginnings {
            let alike: Vec<LiveGroup> = reader.list(Request::get("/api/v1/groups").query("q", &beginning)).await?;
            found.extend(alike.into_iter().map(|group| (group.id.clone(), group)));
        }
    }
    Ok(found.into_values().collect())
}

/// Returns the searches that find all of some groups, as few as there can be.
fn searches(named: &BTreeSet<GroupReference>) -> Vec<String> {
    let mut searches: Vec<String> = Vec::new();
    for group in named {
        let condition = match group {
            GroupReference::Name(name) => format!("profile.name eq {}", quoted(name)),
            GroupReference::Id(id) => format!("id eq {}", quoted(id)),
        };
        match searches.last_mut().filter(|last| last.len() + condition.len() < LONGEST) {
            Some(last) => {
                last.push_str(" or ");
                last.push_str(&condition);
            }
            None => searches.push(condition),
        }
    }
    searches
}

fn beginning(name: &str, letters: usize) -> String {
    name.chars().take(letters).flat_map(char::to_lowercase).collect()
}

/// Returns a text as a filter writes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_looked_for_together_and_their_names_cannot_end_the_text() {
        let name = |name: &str| GroupReference::Name(name.to_owned());
        let named = [name("Sales"), name("a \" or \\ b"), GroupReference::Id("00g1".to_owned())].into();
        insta::assert_snapshot!(searches(&named).join("\n"), @r#"profile.name eq "Sales" or profile.name eq "a \" or \\ b" or id eq "00g1""#);
        let many = (0..200).map(|n| name(&format!("A group with quite a long name {n}"))).collect();
        let searches = searches(&many);
        assert!(searches.iter().all(|search| search.len() < LONGEST));
        assert!(searches.len() < 12, "{}", searches.len());
    }
}
