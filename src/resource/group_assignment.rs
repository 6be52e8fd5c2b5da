//! `GroupAssignment`: which groups have access to an app.

use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::field::{Field, Shape};
use super::reference::Reference;
use super::table::table;
use crate::address::Kind;

/// Which groups have access to an app. Each group's assignment is an object of its own
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct GroupAssignment {
    /// The app that the groups have access to; by default the `App` document of the same name
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub app: Option<Reference>,
    /// The groups, each by its name or by its id
    pub groups: Vec<AssignedGroup>,
}

/// A group, and how it is assigned
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct AssignedGroup {
    /// The group's name, which only one group may have
    #[schemars(length(min = 1, max = 255), extend("x-idpctl" = {"ours": true}))]
    pub name: Option<String>,
    /// The group's id (`00g…`), in the place of its name
    #[schemars(length(min = 1, max = 100), extend("x-idpctl" = {"ours": true}))]
    pub id: Option<String>,
    /// Which of several groups of a user gives the profile. A new assignment that says none gets the next free number
    #[schemars(range(min = 0))]
    pub priority: Option<u32>,
    /// Attributes of the app's user profile that members of the group get. Each member is managed by itself; null removes it
    pub profile: Option<Map<String, Value>>,
}

/// Returns the row of one assigned group.
pub fn row() -> &'static Field {
    match table(Kind::GroupAssignment).member("groups").map(|groups| &groups.shape) {
        Some(Shape::List(row)) => row,
        _ => table(Kind::GroupAssignment),
    }
}
