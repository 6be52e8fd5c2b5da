//! The text of a state to its resources, in two passes: first what they are, then of each what the table of its type names. Whatever else
//! stands in the text is skipped, and never in memory as a value.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;

use super::attributes::{Attribute, Fate, table};
use super::state::Error;

/// What a resource is.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Head {
    #[serde(default)]
    pub(super) module: String,
    pub(super) mode: String,
    #[serde(rename = "type")]
    pub(super) sort: String,
    pub(super) name: String,
}

/// An instance of a resource.
#[derive(Debug, Default)]
pub(super) struct Instance {
    pub(super) key: Option<Value>,
    pub(super) deposed: bool,
    pub(super) tainted: bool,
    pub(super) kept: BTreeMap<&'static str, Kept>,
}

/// What is kept of an attribute.
#[derive(Debug)]
pub(super) enum Kept {
    Value(Value),
    /// That it has a value, and no more.
    There,
}

/// What the resources of a file are.
#[derive(Deserialize)]
struct Heads {
    resources: Option<Vec<Head>>,
}

/// What a file says it is, whatever its resources look like.
#[derive(Deserialize)]
struct Sort {
    version: Option<Value>,
    format_version: Option<IgnoredAny>,
    encrypted_data: Option<IgnoredAny>,
}

/// Reads what the resources are.
pub(super) fn heads(text: &str) -> Result<Vec<Head>, Error> {
    let text = text.trim_start_matches('\u{feff}');
    let sort: Sort = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
    match (sort.version.as_ref().and_then(Value::as_u64), sort.encrypted_data, sort.format_version) {
        (_, Some(_), _) => return Err(Error::Encrypted),
        (Some(4), ..) => {}
        (None, _, Some(_)) => return Err(Error::Shown),
        (Some(other), ..) => return Err(Error::Version(other)),
        (None, ..) => return Err(Error::NoVersion),
    }
    let heads: Heads = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
    Ok(heads.resources.unwrap_or_default())
}

/// Reads the instances of each resource.
pub(super) fn instances(text: &str, heads: &[Head]) -> Result<Vec<Vec<Instance>>, Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
    let read = Member { name: "resources", seed: Resources(heads) }.deserialize(&mut deserializer).map_err(|error| unreadable(&error))?;
    Ok(read.unwrap_or_default())
}

/// Says where a text is wrong, and nothing of what stands there.
fn unreadable(error: &serde_json::Error) -> Error {
    let what = match error.classify() {
        Category::Io | Category::Syntax => "it is no JSON, or nested too deeply,",
        Category::Data => "something has not the form that Terraform gives it",
        Category::Eof => "it ends too early",
    };
    Error::Unreadable { what, line: error.line(), column: error.column() }
}

/// The one member of a mapping that is looked at.
struct Member<S> {
    name: &'static str,
    seed: S,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Member<S> {
    type Value = Option<S::Value>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Member<S> {
    type Value = Option<S::Value>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let (mut found, mut seed) = (None, Some(self.seed));
        while let Some(name) = members.next_key::<String>()? {
            match seed.take_if(|_| name == self.name) {
                Some(seed) => found = Some(members.next_value_seed(seed)?),
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}

/// The resources, by the order of their heads.
struct Resources<'a>(&'a [Head]);

impl<'de> DeserializeSeed<'de> for Resources<'_> {
    type Value = Vec<Vec<Instance>>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        // There may be none at all.
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Resources<'_> {
    type Value = Vec<Vec<Instance>>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of resources")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        for head in self.0 {
            let is_ours = head.mode == "managed";
            let attributes = table(&head.sort).filter(|_| is_ours).map_or(&[][..], |(_, attributes)| attributes);
            let instances = Member { name: "instances", seed: Instances(attributes) };
            let Some(read) = items.next_element_seed(instances)? else { break };
            all.push(read.unwrap_or_default());
        }
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(all)
    }
}

/// The instances of a resource with some attributes.
struct Instances(&'static [Attribute]);

impl<'de> DeserializeSeed<'de> for Instances {
    type Value = Vec<Instance>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        // There may be none at all.
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Instances {
    type Value = Vec<Instance>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of instances")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(instance) = items.next_element_seed(One(self.0))? {
            all.push(instance);
        }
        Ok(all)
    }
}

/// One instance.
struct One(&'static [Attribute]);

impl<'de> DeserializeSeed<'de> for One {
    type Value = Instance;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One {
    type Value = Instance;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an instance of a resource")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut instance = Instance::default();
        let mut sensitive = Sensitive::default();
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "index_key" => instance.key = members.next_value::<Option<Value>>()?,
                "deposed" => instance.deposed = members.next_value::<Option<String>>()?.is_some_and(|key| !key.is_empty()),
                "status" => instance.tainted = members.next_value::<Option<String>>()?.as_deref() == Some("tainted"),
                "attributes" => instance.kept = members.next_value_seed(Attributes(self.0))?,
                "sensitive_attributes" => sensitive = Sensitive::of(members.next_value::<Option<Vec<Value>>>()?.unwrap_or_default()),
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        instance.kept.retain(|name, _| !sensitive.names.contains(*name) && (!sensitive.all || *name == "id"));
        Ok(instance)
    }
}

/// What an instance calls sensitive.
#[derive(Default)]
struct Sensitive {
    names: BTreeSet<String>,
    /// Everything, because some path in it is not understood.
    all: bool,
}

impl Sensitive {
    fn of(paths: Vec<Value>) -> Self {
        let mut sensitive = Self::default();
        for path in paths {
            match path.pointer("/0/value").and_then(Value::as_str) {
                Some(name) => drop(sensitive.names.insert(name.to_owned())),
                None => sensitive.all = true,
            }
        }
        sensitive
    }
}

/// The attributes that a table names.
struct Attributes(&'static [Attribute]);

impl<'de> DeserializeSeed<'de> for Attributes {
    type Value = BTreeMap<&'static str, Kept>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Attributes {
    type Value = BTreeMap<&'static str, Kept>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("attributes")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(BTreeMap::new())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut kept = BTreeMap::new();
        while let Some(name) = members.next_key::<String>()? {
            match self.0.iter().find(|attribute| attribute.name == name) {
                None => drop(members.next_value::<IgnoredAny>()?),
                Some(Attribute { name, fate: Fate::Reference | Fate::At(_) }) => {
                    kept.insert(*name, Kept::Value(members.next_value()?));
                }
                Some(Attribute { name, fate: Fate::Beyond(_) }) => {
                    let There(there) = members.next_value()?;
                    kept.extend(there.then_some((*name, Kept::There)));
                }
            }
        }
        Ok(kept)
    }
}

/// Whether there is a value, whichever it is.
struct There(bool);

impl<'de> Deserialize<'de> for There {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Seen).map(There)
    }
}

struct Seen;

impl<'de> Visitor<'de> for Seen {
    type Value = bool;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_bool<E>(self, value: bool) -> Result<bool, E> {
        Ok(value)
    }
    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(true)
    }
    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(true)
    }
    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(true)
    }
    fn visit_str<E>(self, text: &str) -> Result<bool, E> {
        Ok(!text.is_empty())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<bool, A::Error> {
        let mut there = false;
        while items.next_element::<IgnoredAny>()?.is_some() {
            there = true;
        }
        Ok(there)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<bool, A::Error> {
        let mut there = false;
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            there = true;
        }
        Ok(there)
    }
}
