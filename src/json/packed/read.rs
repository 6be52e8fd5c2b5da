//! JSON text to a packed tree, without a tree in between: a list has hundreds of objects a page.
//!
//! What comes out is what packing the parsed tree would give; of members with the same name the last one counts.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::write::{Many, put, put_bytes, put_flag, put_number, put_text};
use super::{Cursor, LIST, NULL, OBJECT, Packed, TEXT};
use crate::json::Way;

impl Packed {
    /// Reads a tree. Of each member that holds a text it is asked whether that is to be dropped, given where its object stands and its name.
    pub fn read<'de, D: Deserializer<'de>>(raw: D, mut drops: impl FnMut(&Way<'_>, &str) -> bool) -> Result<Self, D::Error> {
        let mut bytes = Vec::with_capacity(4096);
        Reader { bytes: &mut bytes, way: &Way::Root, drops: &mut drops }.deserialize(raw)?;
        Ok(Self(bytes.into_boxed_slice()))
    }
}

/// Reads one value.
struct Reader<'r, F> {
    bytes: &'r mut Vec<u8>,
    way: &'r Way<'r>,
    drops: &'r mut F,
}

impl<'de, F: FnMut(&Way<'_>, &str) -> bool> DeserializeSeed<'de> for Reader<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, raw: D) -> Result<(), D::Error> {
        raw.deserialize_any(self)
    }
}

impl<'de, F: FnMut(&Way<'_>, &str) -> bool> Visitor<'de> for Reader<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.bytes.push(NULL);
        Ok(())
    }

    fn visit_bool<E>(self, flag: bool) -> Result<(), E> {
        put_flag(flag, self.bytes);
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        put_number(&number.into(), self.bytes);
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        put_number(&number.into(), self.bytes);
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        match Number::from_f64(number) {
            Some(number) => put_number(&number, self.bytes),
            None => self.bytes.push(NULL),
        }
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        put_text(text, self.bytes);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self { bytes, way, drops } = self;
        let mut list = Many::new(LIST, bytes);
        for index in 0.. {
            let begin = list.member(bytes);
            let item = Reader { bytes, way: &Way::Index(way, index), drops };
            if items.next_element_seed(item)?.is_none() {
                list.take_back(begin, bytes);
                break;
            }
        }
        list.close(bytes);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Self { bytes, way, drops } = self;
        let whole = bytes.len();
        let mut object = Many::new(OBJECT, bytes);
        let mut begins = Vec::new();
        let mut name = String::new();
        loop {
            let begin = object.member(bytes);
            let Some(length) = members.next_key_seed(Name(bytes))? else {
                object.take_back(begin, bytes);
                break;
            };
            // The name is in the bytes, which the value is put behind.
            name.clear();
            name.push_str(str::from_utf8(&bytes[bytes.len() - length..]).expect("a text was put"));
            let value = bytes.len();
            members.next_value_seed(Reader { bytes, way: &Way::Key(way, &name), drops })?;
            if bytes[value] == TEXT && drops(way, &name) {
                object.take_back(begin, bytes);
            } else {
                begins.push(begin);
            }
        }
        object.close(bytes);
        if has_twins(begins, bytes) {
            let tree = Cursor(&bytes[whole..]).value();
            bytes.truncate(whole);
            put(&tree, bytes);
        }
        Ok(())
    }
}

/// Whether two members, which begin at some places, have the same name.
fn has_twins(mut begins: Vec<usize>, bytes: &[u8]) -> bool {
    let name = |begin: &usize| Cursor(&bytes[*begin..]).bytes();
    begins.sort_unstable_by(|one, other| name(one).cmp(name(other)));
    begins.windows(2).any(|pair| name(&pair[0]) == name(&pair[1]))
}

/// Reads a member's name, and returns its length.
struct Name<'r>(&'r mut Vec<u8>);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, raw: D) -> Result<usize, D::Error> {
        raw.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<usize, E> {
        put_bytes(name.as_bytes(), self.0);
        Ok(name.len())
    }
}
