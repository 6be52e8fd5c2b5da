//! A JSON tree in little room, for the many objects of an org that are all kept and seldom looked at whole.
//!
//! What is unpacked equals what was packed, numbers and the order of members included. A tree takes several times as much memory as its
//! text does, and a text would have to be parsed for every look at it; here a lookup steps over what it does not need.

mod read;
mod write;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use write::put;

use super::fingerprint::write_scalar;
use super::{Path, Step};

/// A packed tree.
///
/// ```text
/// null │ false │ true │ number tag, 8 bytes │ text tag, length, bytes │ list tag, length, count, items │ object tag, length, count, members
/// ```
#[derive(Clone)]
pub struct Packed(Box<[u8]>);

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const WHOLE: u8 = 3;
const NEGATIVE: u8 = 4;
const FLOAT: u8 = 5;
const TEXT: u8 = 6;
const LIST: u8 = 7;
const OBJECT: u8 = 8;

impl Packed {
    /// Packs a tree.
    pub fn of(tree: &Value) -> Self {
        let mut bytes = Vec::with_capacity(2048);
        put(tree, &mut bytes);
        Self(bytes.into_boxed_slice())
    }

    /// Returns the same without the members at some places, each written as names joined with dots.
    #[must_use]
    pub fn without(&self, places: &[&str]) -> Self {
        let mut bytes = Vec::with_capacity(self.0.len());
        Cursor(&self.0).copy(places, &mut bytes);
        Self(bytes.into_boxed_slice())
    }

    /// Returns the whole tree.
    pub fn tree(&self) -> Value {
        Cursor(&self.0).value()
    }

    /// Writes the text of the tree with the members of every object sorted by name.
    pub(super) fn write_canonical(&self, text: &mut Vec<u8>) {
        Cursor(&self.0).write_canonical(text);
    }

    /// Returns what stands at a place.
    pub fn find(&self, path: &Path) -> Option<Value> {
        let mut at = Cursor(&self.0);
        for step in path.steps() {
            at.enter(|name, index| match step {
                Step::Key(wanted) => name == Some(wanted.as_bytes()),
                Step::Index(wanted) => name.is_none() && index == *wanted,
            })?;
        }
        Some(at.value())
    }
}

impl Serialize for Packed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Cursor(&self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Packed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer, |_, _| false)
    }
}

impl PartialEq for Packed {
    fn eq(&self, other: &Self) -> bool {
        // The order of members is kept, and does not count.
        self.0 == other.0 || self.tree() == other.tree()
    }
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.tree(), f)
    }
}

/// What is still to be unpacked.
struct Cursor<'p>(&'p [u8]);

impl<'p> Cursor<'p> {
    fn take(&mut self, count: usize) -> &'p [u8] {
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }

    fn tag(&mut self) -> u8 {
        self.take(1)[0]
    }

    fn eight(&mut self) -> [u8; 8] {
        self.take(8).try_into().expect("eight were taken")
    }

    fn length(&mut self) -> usize {
        let four = self.take(4).try_into().expect("four were taken");
        u32::from_le_bytes(four) as usize
    }

    fn bytes(&mut self) -> &'p [u8] {
        let length = self.length();
        self.take(length)
    }

    fn text(&mut self) -> String {
        String::from_utf8(self.bytes().to_vec()).expect("a text was packed")
    }

    fn value(&mut self) -> Value {
        match self.tag() {
            NULL => Value::Null,
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            WHOLE => u64::from_le_bytes(self.eight()).into(),
            NEGATIVE => i64::from_le_bytes(self.eight()).into(),
            FLOAT => f64::from_le_bytes(self.eight()).into(),
            TEXT => Value::String(self.text()),
            LIST => {
                let mut content = Cursor(self.bytes());
                let count = content.length();
                (0..count).map(|_| content.value()).collect()
            }
            _ => {
                let mut content = Cursor(self.bytes());
                let count = content.length();
                Value::Object((0..count).map(|_| (content.text(), content.value())).collect())
            }
        }
    }

    fn skip(&mut self) {
        match self.tag() {
            NULL | FALSE | TRUE => {}
            WHOLE | NEGATIVE | FLOAT => drop(self.eight()),
            _ => drop(self.bytes()),
        }
    }

    fn write_canonical(&mut self, text: &mut Vec<u8>) {
        match self.0.first() {
            Some(&LIST) => {
                self.tag();
                let mut content = Cursor(self.bytes());
                text.push(b'[');
                for index in 0..content.length() {
                    text.extend((index > 0).then_some(b','));
                    content.write_canonical(text);
                }
                text.push(b']');
            }
            Some(&OBJECT) => {
                self.tag();
                let mut content = Cursor(self.bytes());
                let mut members: Vec<_> = (0..content.length()).map(|_| (content.bytes(), content.take_value())).collect();
                members.sort_unstable_by_key(|(name, _)| *name);
                text.push(b'{');
                for (n, (name, member)) in members.into_iter().enumerate() {
                    text.extend((n > 0).then_some(b','));
                    write_scalar(str::from_utf8(name).expect("a text was packed"), text);
                    text.push(b':');
                    Cursor(member).write_canonical(text);
                }
                text.push(b'}');
            }
            Some(&TEXT) => {
                self.tag();
                write_scalar(str::from_utf8(self.bytes()).expect("a text was packed"), text);
            }
            _ => write_scalar(&self.value(), text),
        }
    }

    /// Goes past a value and returns its bytes.
    fn take_value(&mut self) -> &'p [u8] {
        let start = self.0;
        self.skip();
        &start[..start.len() - self.0.len()]
    }

    /// Copies a value without the members at some places in it.
    fn copy<'c>(&mut self, places: &[&'c str], bytes: &mut Vec<u8>) {
        if places.is_empty() || self.0.first() != Some(&OBJECT) {
            bytes.extend(self.take_value());
            return;
        }
        self.tag();
        let mut content = Cursor(self.bytes());
        let mut object = write::Many::new(OBJECT, bytes);
        for _ in 0..content.length() {
            let name = content.bytes();
            if places.iter().any(|place| place.as_bytes() == name && !place.contains('.')) {
                content.skip();
                continue;
            }
            let inside = |place: &&'c str| place.split_once('.').filter(|(first, _)| first.as_bytes() == name).map(|(_, rest)| rest);
            let below: Vec<_> = places.iter().filter_map(inside).collect();
            object.member(bytes);
            write::put_bytes(name, bytes);
            content.copy(&below, bytes);
        }
        object.close(bytes);
    }

    /// Goes to the first item or member that fits, by its name or its number.
    fn enter(&mut self, fits: impl Fn(Option<&[u8]>, usize) -> bool) -> Option<()> {
        let tag = self.tag();
        if tag != LIST && tag != OBJECT {
            return None;
        }
        let mut content = Cursor(self.bytes());
        for index in 0..content.length() {
            let name = (tag == OBJECT).then(|| content.bytes());
            if fits(name, index) {
                *self = content;
                return Some(());
            }
            content.skip();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Fingerprint, Way};
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_lookup_finds_what_the_tree_has_there() {
        let tree = json!({"a": {"b": [1, {"c": "ø"}], "": null}, "d": -1, "e": 0.1, "f": [], "g": {}});
        let packed = Packed::of(&tree);
        let a = Path::of("a");
        let paths = [Path::root(), a.clone(), a.key("b"), a.key("b").index(1), a.key("b").index(1).key("c"), a.key(""), Path::of("g")];
        for path in paths {
            assert_eq!(packed.find(&path).as_ref(), path.find(&tree), "{path}");
            assert!(packed.find(&path).is_some(), "{path}");
        }
        for path in [a.index(0), a.key("b").index(2), a.key("b").key("c"), Path::of("d.x"), Path::of("h"), Path::of("f").index(0)] {
            assert_eq!(packed.find(&path), None, "{path}");
        }
    }

    #[test]
    fn the_order_of_members_is_kept_and_does_not_count() {
        let (one, other) = (json!({"a": 1, "b": [2]}), json!({"b": [2], "a": 1}));
        assert_eq!(Packed::of(&one), Packed::of(&other));
        assert_ne!(Packed::of(&one), Packed::of(&json!({"a": 1, "b": [3]})));
        assert_eq!(Packed::of(&other).tree().to_string(), r#"{"b":[2],"a":1}"#);
        assert_eq!(format!("{:?}", Packed::of(&one)), format!("{one:?}"));
    }

    #[test]
    fn of_members_with_the_same_name_the_last_counts() {
        let text = r#"{"a": 1, "b": {"c": [], "d": null, "c": {"x": -1.5}}, "a": "\u00f8", "secret": "s", "e": {"secret": 1}}"#;
        let drops = |way: &Way<'_>, name: &str| name == "secret" && way.path() == Path::root();
        let read = Packed::read(&mut serde_json::Deserializer::from_str(text), drops).unwrap();
        assert_eq!(read.tree().to_string(), r#"{"a":"ø","b":{"c":{"x":-1.5},"d":null},"e":{"secret":1}}"#);
        assert_eq!(read.find(&Path::of("a")), Some(json!("ø")));
        assert!(Packed::read(&mut serde_json::Deserializer::from_str(r#"{"a": [1, 2"#), drops).is_err());
    }

    #[test]
    fn members_are_left_out_wherever_they_stand() {
        let packed = Packed::of(&json!({"a": {"b": {"c": 1, "d": 2}, "bc": 3}, "ab": [{"a": 1}], "e": 4, "a.b": 5}));
        let without = |places: &[&str]| packed.without(places).tree().to_string();
        assert_eq!(without(&["e", "a.b.c", "ab.a", "a.x"]), r#"{"a":{"b":{"d":2},"bc":3},"ab":[{"a":1}],"a.b":5}"#);
        assert_eq!(without(&["a.b"]), r#"{"a":{"bc":3},"ab":[{"a":1}],"e":4,"a.b":5}"#);
    }

    fn tree() -> impl Strategy<Value = Value> {
        let number =
            prop_oneof![any::<i64>().prop_map(Value::from), any::<u64>().prop_map(Value::from), any::<f64>().prop_map(Value::from)];
        let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), number, ".{0,8}".prop_map(Value::from)];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((".{0,4}", inner), 0..5).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_unpacked_is_what_was_packed(tree in tree()) {
            let unpacked = Packed::of(&tree).tree();
            prop_assert_eq!(&unpacked, &tree);
            prop_assert_eq!(unpacked.to_string(), tree.to_string());
            prop_assert_eq!(Fingerprint::of_packed(&Packed::of(&tree)), Fingerprint::of(&tree));
            let read = Packed::read(&mut serde_json::Deserializer::from_str(&tree.to_string()), |_, _| false).unwrap();
            let parsed: Value = serde_json::from_str(&tree.to_string()).unwrap();
            prop_assert_eq!(read.tree().to_string(), parsed.to_string());
            prop_assert_eq!(serde_json::to_string(&read).unwrap(), parsed.to_string());
        }
    }
}
