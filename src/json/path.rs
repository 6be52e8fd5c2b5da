//! A place in a JSON tree, written as people write it: `settings.oauthClient.redirect_uris[2]`.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// One step down a tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into an object's member.
    Key(String),
    /// Into a list's item.
    Index(usize),
}

/// Returns what stands in a tree at member names joined with dots: what [`Path::of`] leads to, without making the path.
pub fn at<'t>(tree: &'t Value, dotted: &str) -> Option<&'t Value> {
    dotted.split('.').try_fold(tree, |at, name| at.get(name))
}

/// Returns the same tree in no more room than it needs: one that grew member by member has about half as much again.
pub fn compact(tree: Value) -> Value {
    match tree {
        Value::Object(members) => Value::Object(members.into_iter().map(|(name, member)| (name, compact(member))).collect()),
        other => other,
    }
}

/// A place in a tree, relative to its root.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

impl Borrow<[Step]> for Path {
    fn borrow(&self) -> &[Step] {
        &self.0
    }
}

impl Path {
    /// Returns the root.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// Returns the path made of member names joined with dots. For paths that are written in the source.
    pub fn of(dotted: &str) -> Self {
        Self(dotted.split('.').filter(|s| !s.is_empty()).map(|s| Step::Key(s.to_owned())).collect())
    }

    /// Returns the path of a member of what this one leads to.
    #[must_use]
    pub fn key(&self, name: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Key(name.to_owned()));
        Self(steps)
    }

    /// Returns the path of an item of what this one leads to.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Index(index));
        Self(steps)
    }

    /// Returns this path continued by another.
    #[must_use]
    pub fn join(&self, rest: &Self) -> Self {
        Self(self.0.iter().chain(&rest.0).cloned().collect())
    }

    /// Returns what is left of the path below one that it leads through.
    pub fn below(&self, other: &Self) -> Option<Self> {
        self.0.strip_prefix(other.0.as_slice()).map(|rest| Self(rest.to_vec()))
    }

    /// Returns the path without its last step; the root has none.
    pub fn parent(&self) -> Option<Self> {
        self.0.split_last().map(|(_, rest)| Self(rest.to_vec()))
    }

    /// Returns the steps.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Returns whether this path is the other or leads through it.
    pub fn starts_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// Returns what stands here in a tree.
    pub fn find<'t>(&self, tree: &'t Value) -> Option<&'t Value> {
        self.0.iter().try_fold(tree, |at, step| match step {
            Step::Key(name) => at.get(name),
            Step::Index(i) => at.get(i),
        })
    }

    /// Puts a value here, making the objects on the way. A way that leads through something that is no object replaces it.
    pub fn set(&self, tree: &mut Value, value: Value) {
        let mut at = tree;
        for step in &self.0 {
            at = match step {
                Step::Key(name) => {
                    if !at.is_object() {
                        *at = Value::Object(Map::new());
                    }
                    &mut at[name.as_str()]
                }
                Step::Index(i) => {
                    if !at.is_array() {
                        *at = Value::Array(Vec::new());
                    }
                    if let Value::Array(items) = at
                        && items.len() <= *i
                    {
                        items.resize(i + 1, Value::Null);
                    }
                    &mut at[*i]
                }
            };
        }
        *at = value;
    }

    /// Returns whether something other than null stands here.
    pub fn is_set(&self, tree: &Value) -> bool {
        self.find(tree).is_some_and(|value| !value.is_null())
    }

    /// Takes out what stands here and returns it. List items are not taken out: lists are replaced whole.
    pub fn remove(&self, tree: &mut Value) -> Option<Value> {
        let (last, way) = self.0.split_last()?;
        let parent = way.iter().try_fold(tree, |at, step| match step {
            Step::Key(name) => at.get_mut(name),
            Step::Index(i) => at.get_mut(i),
        })?;
        match last {
            // `shift_remove` keeps the order of the members that stay.
            Step::Key(name) => parent.as_object_mut()?.shift_remove(name),
            Step::Index(_) => None,
        }
    }
}

/// Where a walk down a tree has come to. It costs nothing until somebody needs it as a [`Path`].
#[derive(Debug, Clone, Copy)]
pub enum Way<'w> {
    /// At the root.
    Root,
    /// Into an object's member.
    Key(&'w Self, &'w str),
    /// Into a list's item.
    Index(&'w Self, usize),
}

impl Way<'_> {
    /// Returns the place.
    pub fn path(&self) -> Path {
        let mut steps = Vec::new();
        let mut at = self;
        loop {
            at = match at {
                Self::Root => break,
                Self::Key(up, name) => {
                    steps.push(Step::Key((*name).to_owned()));
                    up
                }
                Self::Index(up, index) => {
                    steps.push(Step::Index(*index));
                    up
                }
            };
        }
        steps.reverse();
        Path(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(name) if name.is_empty() || name.contains(['.', '[', ']', '"', ' ']) => {
                    write!(f, "[{}]", Value::from(name.as_str()))?;
                }
                Step::Key(name) => write!(f, "{}{name}", if i == 0 { "" } else { "." })?,
                Step::Index(n) => write!(f, "[{n}]")?,
            }
        }
        Ok(())
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|step| match step {
            Step::Key(name) => Value::from(name.as_str()),
            Step::Index(i) => Value::from(*i),
        }))
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let steps = Vec::<Value>::deserialize(deserializer)?.into_iter().map(|step| match step {
            Value::String(name) => Ok(Step::Key(name)),
            Value::Number(n) => n
                .as_u64()
                .and_then(|n| usize::try_from(n).ok())
                .map(Step::Index)
                .ok_or_else(|| serde::de::Error::custom("a list index is a whole number from 0")),
            _ => Err(serde::de::Error::custom("a path is a list of member names and list indexes")),
        });
        Ok(Self(steps.collect::<Result<_, _>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn setting_makes_the_way_and_removing_keeps_the_neighbours_in_order() {
        let mut tree = json!({"a": 1});
        Path::of("b.c").set(&mut tree, json!(2));
        Path::of("b.d").set(&mut tree, json!(3));
        assert_eq!(Path::of("b.c").remove(&mut tree), Some(json!(2)));
        assert_eq!(tree.to_string(), r#"{"a":1,"b":{"d":3}}"#);
        assert_eq!(Path::of("b.d.e").remove(&mut tree), None);
    }

    #[test]
    fn a_path_is_shown_as_people_write_it() {
        let path = Path::of("settings.oauthClient").key("odd.name").index(2).key("x");
        assert_eq!(path.to_string(), r#"settings.oauthClient["odd.name"][2].x"#);
        let json = serde_json::to_string(&path).unwrap();
        assert_eq!(serde_json::from_str::<Path>(&json).unwrap(), path);
    }
}
