//! Trees to bytes, and bytes to whatever takes a tree.

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use serde_json::{Number, Value};

use super::{Cursor, FALSE, FLOAT, LIST, NEGATIVE, NULL, OBJECT, TEXT, TRUE, WHOLE};

/// Writes the value that comes next, without a tree in between.
impl Serialize for Cursor<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut at = Cursor(self.0);
        match at.0.first() {
            Some(&LIST) => {
                at.tag();
                let mut content = Cursor(at.bytes());
                let count = content.length();
                let mut list = serializer.serialize_seq(Some(count))?;
                for _ in 0..count {
                    list.serialize_element(&Cursor(content.take_value()))?;
                }
                list.end()
            }
            Some(&OBJECT) => {
                at.tag();
                let mut content = Cursor(at.bytes());
                let count = content.length();
                let mut object = serializer.serialize_map(Some(count))?;
                for _ in 0..count {
                    let name = str::from_utf8(content.bytes()).expect("a text was packed");
                    object.serialize_entry(name, &Cursor(content.take_value()))?;
                }
                object.end()
            }
            _ => at.value().serialize(serializer),
        }
    }
}

/// Puts a tree.
pub(super) fn put(tree: &Value, bytes: &mut Vec<u8>) {
    match tree {
        Value::Null => bytes.push(NULL),
        Value::Bool(flag) => put_flag(*flag, bytes),
        Value::Number(number) => put_number(number, bytes),
        Value::String(text) => put_text(text, bytes),
        Value::Array(items) => {
            let mut list = Many::new(LIST, bytes);
            for item in items {
                list.member(bytes);
                put(item, bytes);
            }
            list.close(bytes);
        }
        Value::Object(members) => {
            let mut object = Many::new(OBJECT, bytes);
            for (name, member) in members {
                object.member(bytes);
                put_bytes(name.as_bytes(), bytes);
                put(member, bytes);
            }
            object.close(bytes);
        }
    }
}

/// A list or an object that is being put.
pub(super) struct Many {
    start: usize,
    count: usize,
}

impl Many {
    /// Begins one. Its length and the number of its items come first, and are filled in at the end.
    pub(super) fn new(tag: u8, bytes: &mut Vec<u8>) -> Self {
        bytes.push(tag);
        bytes.extend([0; 8]);
        Self { start: bytes.len(), count: 0 }
    }

    /// Counts an item or member that is about to be put, and returns where it begins.
    pub(super) fn member(&mut self, bytes: &[u8]) -> usize {
        self.count += 1;
        bytes.len()
    }

    /// Takes back the last member.
    pub(super) fn take_back(&mut self, begin: usize, bytes: &mut Vec<u8>) {
        self.count -= 1;
        bytes.truncate(begin);
    }

    /// Ends it.
    pub(super) fn close(self, bytes: &mut [u8]) {
        let Self { start, count } = self;
        let length = length(bytes.len() - start + 4);
        bytes[start - 8..start - 4].copy_from_slice(&length);
        bytes[start - 4..start].copy_from_slice(&self::length(count));
    }
}

pub(super) fn put_flag(flag: bool, bytes: &mut Vec<u8>) {
    bytes.push(if flag { TRUE } else { FALSE });
}

pub(super) fn put_number(number: &Number, bytes: &mut Vec<u8>) {
    let (tag, eight) = match (number.as_u64(), number.as_i64()) {
        (Some(whole), _) => (WHOLE, whole.to_le_bytes()),
        (None, Some(negative)) => (NEGATIVE, negative.to_le_bytes()),
        (None, None) => (FLOAT, number.as_f64().expect("what is no integer is a float").to_le_bytes()),
    };
    bytes.push(tag);
    bytes.extend(eight);
}

pub(super) fn put_text(text: &str, bytes: &mut Vec<u8>) {
    bytes.push(TEXT);
    put_bytes(text.as_bytes(), bytes);
}

/// Puts the bytes of a name or a text, with their number in front.
pub(super) fn put_bytes(text: &[u8], bytes: &mut Vec<u8>) {
    bytes.extend(length(text.len()));
    bytes.extend(text);
}

fn length(number: usize) -> [u8; 4] {
    u32::try_from(number).expect("answers are capped far below four gigabytes").to_le_bytes()
}
