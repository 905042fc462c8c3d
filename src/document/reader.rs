//! Reads a JSON text in one pass: what a shape names becomes a node, everything else is skipped.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::node::Node;
use super::quantity::Quantity;
use super::routes::RouteSeed;
use super::shape::{Field, Route, Shape};
use super::text::sort_names;

/// How a node is called in its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key<'a> {
    Root,
    Field(u8),
    Index(u32),
    Name(Cow<'a, str>),
}

/// What a node holds.
#[derive(Clone)]
pub(super) enum Datum<'a> {
    Absent,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Cow<'a, str>),
    Raw(&'a str),
    /// The fields that it may have, and a bit for each that it has.
    Object(&'static [Field], u64),
    List,
}

/// A node; `0` stands for "none" in `next` and `first`, because the root is nobody's child.
pub(super) struct Slot<'a> {
    pub(super) parent: u32,
    pub(super) next: u32,
    pub(super) first: u32,
    pub(super) key: Key<'a>,
    pub(super) datum: Datum<'a>,
}

/// A value of the wrong type: where, what a reader of Kubernetes' API expects there and what stands there instead.
struct Unreadable {
    node: u32,
    expected: &'static str,
    found: &'static str,
}

/// At most this many wrong values are kept.
pub const MAX_UNREADABLE: usize = 64;

/// The nodes of one JSON text.
pub struct Document<'a> {
    slots: Vec<Slot<'a>>,
    unreadable: Vec<Unreadable>,
    /// The node that was read last: where the text is wrong, if it is.
    cursor: u32,
}

type Json<'a> = serde_json::Deserializer<serde_json::de::StrRead<'a>>;

/// The text is not JSON, or has a string or number that no decoder accepts.
#[derive(Debug)]
pub struct JsonError {
    /// The path of the field at which reading stopped; empty at the root.
    pub path: String,
}

impl<'a> Document<'a> {
    /// Reads `text` as `shape` says.
    ///
    /// # Errors
    /// [`JsonError`] if the text is not JSON. Values of the wrong type are not an error here; see
    /// [`Document::unreadable`].
    pub fn read(text: &'a str, shape: &'static Shape) -> Result<Self, JsonError> {
        Self::read_with(text, |document, json| Seed { document, node: 0, shape, depth: 0 }.deserialize(json))
    }

    /// Reads what stands at the end of each route; everything else in the text is skipped.
    ///
    /// # Errors
    /// As [`Document::read`].
    pub fn read_routes(text: &'a str, routes: &[Route<'_>]) -> Result<Self, JsonError> {
        Self::read_with(text, |document, json| RouteSeed { document, node: 0, routes, depth: 0 }.deserialize(json))
    }

    fn read_with(
        text: &'a str,
        read: impl FnOnce(&mut Document<'a>, &mut Json<'a>) -> serde_json::Result<bool>,
    ) -> Result<Self, JsonError> {
        // On recorded objects one node is kept for each 25 to 100 bytes.
        let room = text.len() / 24;
        let mut document = Document { slots: Vec::with_capacity(room.max(16)), unreadable: Vec::new(), cursor: 0 };
        document.slots.push(Slot { parent: 0, next: 0, first: 0, key: Key::Root, datum: Datum::Absent });
        let mut json = serde_json::Deserializer::from_str(text);
        match read(&mut document, &mut json).and_then(|_| json.end()) {
            Ok(()) => Ok(document),
            Err(_) => Err(JsonError { path: document.node(document.cursor).path() }),
        }
    }

    /// The root of the document.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        self.node(0)
    }

    /// The values that have the wrong type, in the order of their paths, as "path: expected this, found that". At most
    /// [`MAX_UNREADABLE`] are kept.
    #[must_use]
    pub fn unreadable(&self) -> Vec<String> {
        let describe = |wrong: &Unreadable| {
            let path = self.node(wrong.node).path();
            let path = if path.is_empty() { "the object" } else { path.as_str() };
            format!("{path}: expected {}, found {}", wrong.expected, wrong.found)
        };
        self.unreadable.iter().map(describe).collect()
    }

    pub(super) fn node(&self, id: u32) -> Node<'_> {
        Node { document: self, id }
    }

    pub(super) fn slot(&self, id: u32) -> Option<&Slot<'a>> {
        self.slots.get(id as usize)
    }

    pub(super) fn push(&mut self, parent: u32, key: Key<'a>) -> u32 {
        // A text of 2^32 nodes would be larger than the memory of a 32-bit module.
        let id = u32::try_from(self.slots.len()).unwrap_or(0);
        self.slots.push(Slot { parent, next: 0, first: 0, key, datum: Datum::Absent });
        self.cursor = id;
        id
    }

    /// Takes the last node back.
    pub(super) fn pop(&mut self, node: u32, parent: u32) {
        self.slots.truncate(node as usize);
        self.cursor = parent;
    }

    pub(super) fn link(&mut self, parent: u32, last: u32, child: u32) {
        if last == 0 {
            if let Some(slot) = self.slots.get_mut(parent as usize) {
                slot.first = child;
            }
        } else if let Some(slot) = self.slots.get_mut(last as usize) {
            slot.next = child;
        }
    }

    /// Where a member of an object belongs: fields in the order of the shape, then names in theirs.
    pub(super) fn rank(&self, node: u32) -> (u8, &str) {
        match self.slot(node).map(|slot| &slot.key) {
            Some(Key::Field(index)) => (*index, ""),
            Some(Key::Name(name)) => (u8::MAX, name),
            _ => (0, ""),
        }
    }

    /// Puts the members of an object in order, so that nothing that is said depends on the order of the text. Objects
    /// from an API server come in the order of their names.
    pub(super) fn sort(&mut self, node: u32) {
        let children = || self.node(node).children();
        let mut fields: Vec<u32> = Vec::new();
        for child in children().filter(|child| !child.is_unknown()) {
            let place = fields.partition_point(|other| self.rank(*other) <= self.rank(child.id));
            fields.insert(place, child.id);
        }
        let mut names: Vec<_> =
            children().filter(|child| child.is_unknown()).map(|child| (child.name(), child.id as usize)).collect();
        sort_names(&mut names);
        let names = names.iter().map(|(_, child)| u32::try_from(*child).unwrap_or(0));
        let sorted: Vec<_> = fields.into_iter().chain(names).collect();
        let mut last = 0;
        for child in sorted {
            self.link(node, last, child);
            last = child;
        }
        if let Some(slot) = self.slots.get_mut(last as usize) {
            slot.next = 0;
        }
    }

    pub(super) fn set(&mut self, node: u32, datum: Datum<'a>) {
        if let Some(slot) = self.slots.get_mut(node as usize) {
            slot.datum = datum;
        }
    }

    pub(super) fn wrong(&mut self, node: u32, expected: &'static str, found: &'static str) {
        if self.unreadable.len() < MAX_UNREADABLE {
            self.unreadable.push(Unreadable { node, expected, found });
        }
    }

    /// Notes that an object has a field; says whether it had it before.
    fn mark(&mut self, object: u32, field: u8) -> bool {
        let Some(Slot { datum: Datum::Object(_, seen), .. }) = self.slots.get_mut(object as usize) else { return false };
        let is_again = *seen & bit(field) != 0;
        *seen |= bit(field);
        is_again
    }
}

/// The bit of a field; no view has more than 64.
pub(super) const fn bit(index: u8) -> u64 {
    match 1_u64.checked_shl(index as u32) {
        Some(bit) => bit,
        None => 0,
    }
}

/// Deeper than this, any value is kept as text: serde_json descends 128 levels at most.
const MAX_DEPTH: u8 = 100;

const fn expectation(shape: &Shape) -> &'static str {
    match shape {
        Shape::Bool => "true or false",
        Shape::Int32 => "a whole number of 32 bits",
        Shape::Int64 => "a whole number of 64 bits",
        Shape::Text => "a string",
        Shape::Quantity => "a quantity such as 500m or 1Gi",
        Shape::Presence | Shape::Object(_) | Shape::Map(_) => "an object",
        Shape::List(_) => "a list",
        Shape::Raw | Shape::Any => "a value",
    }
}

/// What a JSON text is, by its first byte.
fn type_of(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        _ => "a number",
    }
}

/// Reads one value into a node that is there already. The result is `false` for null.
pub(super) struct Seed<'s, 'a> {
    pub(super) document: &'s mut Document<'a>,
    pub(super) node: u32,
    pub(super) shape: &'static Shape,
    pub(super) depth: u8,
}

impl<'a> Seed<'_, 'a> {
    fn scalar(self, datum: Datum<'a>, found: &'static str) -> bool {
        match (self.shape, &datum) {
            (Shape::Any, _) | (Shape::Bool, Datum::Bool(_)) | (Shape::Text, Datum::Text(_)) => {
                self.document.set(self.node, datum);
            }
            _ => self.document.wrong(self.node, expectation(self.shape), found),
        }
        true
    }

    /// The kinds of value whose text matters: numbers are never turned into floats, objects are never descended into.
    fn raw(self, raw: &'a str) -> bool {
        let datum = match self.shape {
            _ if raw == "null" => return false,
            Shape::Raw | Shape::Any => Some(Datum::Raw(raw)),
            Shape::Presence => raw.starts_with('{').then_some(Datum::Raw(raw)),
            Shape::Int32 => raw.parse::<i32>().ok().map(|value| Datum::Int(value.into())),
            Shape::Int64 => raw.parse::<i64>().ok().map(Datum::Int),
            Shape::Quantity => {
                let text = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(raw);
                Quantity::parse(text).map(|_| Datum::Text(Cow::Borrowed(text)))
            }
            _ => None,
        };
        match datum {
            Some(datum) => self.document.set(self.node, datum),
            None => {
                let found = match (type_of(raw), self.shape) {
                    ("a number", Shape::Int32 | Shape::Int64) => "another number",
                    ("a string" | "a number", Shape::Quantity) => "something else",
                    (found, _) => found,
                };
                self.document.wrong(self.node, expectation(self.shape), found);
            }
        }
        true
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_, 'de> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        let is_kept_as_text = match self.shape {
            Shape::Any => self.depth > MAX_DEPTH,
            Shape::Int32 | Shape::Int64 | Shape::Quantity | Shape::Presence | Shape::Raw => true,
            _ => false,
        };
        if is_kept_as_text {
            <&RawValue>::deserialize(deserializer).map(|raw| self.raw(raw.get()))
        } else {
            deserializer.deserialize_any(self)
        }
    }
}

impl<'de> Visitor<'de> for Seed<'_, 'de> {
    type Value = bool;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(expectation(self.shape))
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E>(self, value: bool) -> Result<bool, E> {
        Ok(self.scalar(Datum::Bool(value), "a boolean"))
    }

    fn visit_i64<E>(self, value: i64) -> Result<bool, E> {
        Ok(self.scalar(Datum::Int(value), "a number"))
    }

    fn visit_u64<E>(self, value: u64) -> Result<bool, E> {
        let datum = i64::try_from(value).map_or(Datum::Float(value as f64), Datum::Int);
        Ok(self.scalar(datum, "a number"))
    }

    fn visit_f64<E>(self, value: f64) -> Result<bool, E> {
        Ok(self.scalar(Datum::Float(value), "a number"))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<bool, E> {
        Ok(self.scalar(Datum::Text(Cow::Borrowed(value)), "a string"))
    }

    fn visit_str<E>(self, value: &str) -> Result<bool, E> {
        Ok(self.scalar(Datum::Text(Cow::Owned(value.to_owned())), "a string"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        let Seed { document, node, shape, depth } = self;
        let depth = depth.saturating_add(1);
        let element = match shape {
            Shape::List(element) => *element,
            Shape::Any => &Shape::Any,
            _ => {
                document.wrong(node, expectation(shape), "a list");
                while list.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(true);
            }
        };
        document.set(node, Datum::List);
        let (mut last, mut index) = (0, 0_u32);
        loop {
            let child = document.push(node, Key::Index(index));
            let Some(is_present) = list.next_element_seed(Seed { document, node: child, shape: element, depth })? else {
                document.pop(child, node);
                return Ok(true);
            };
            // Kubernetes decodes a null in a list of objects to an empty object; it must keep its index.
            if let (false, Shape::Object(fields)) = (is_present, element) {
                document.set(child, Datum::Object(fields.known, 0));
            }
            document.link(node, last, child);
            last = child;
            index = index.saturating_add(1);
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let Seed { document, node, shape, depth } = self;
        let depth = depth.saturating_add(1);
        let (fields, keep): (&'static [Field], _) = match shape {
            Shape::Object(fields) => (fields.known, fields.others),
            Shape::Map(_) | Shape::Any => (&[], true),
            _ => {
                document.wrong(node, expectation(shape), "an object");
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(true);
            }
        };
        document.set(node, Datum::Object(fields, 0));
        let (mut last, mut next_field, mut is_sorted) = (0, 0, true);
        while let Some(key) = map.next_key_seed(KeySeed { fields, next: &mut next_field, keep })? {
            let (key, shape) = match (key, shape) {
                (Found::Field(index, shape), _) => (Key::Field(index), shape),
                (Found::Name(name), Shape::Map(shape)) => (Key::Name(name), *shape),
                (Found::Name(name), Shape::Any) => (Key::Name(name), &Shape::Any),
                (Found::Name(name), _) => (Key::Name(name), &Shape::Raw),
                (Found::Nothing, _) => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let field = if let Key::Field(index) = key { Some(index) } else { None };
            let child = document.push(node, key);
            // Which of two fields of one name counts depends on the decoder; an honest writer never sends both.
            let is_again = field.is_some_and(|field| document.mark(node, field));
            if is_again {
                document.wrong(child, "the field once", "it twice");
            }
            let is_present = map.next_value_seed(Seed { document, node: child, shape, depth })?;
            if is_again {
                continue;
            }
            if is_present {
                is_sorted = is_sorted && (last == 0 || document.rank(last) <= document.rank(child));
                document.link(node, last, child);
                last = child;
            } else {
                document.pop(child, node);
            }
        }
        if keep && !is_sorted {
            document.sort(node);
        }
        Ok(true)
    }
}

/// Reads a key and says what it means in the object.
struct KeySeed<'f> {
    /// The fields of the object, in the order of their names.
    fields: &'f [Field],
    /// Where the next key is looked for first: API servers send the keys in their order.
    next: &'f mut usize,
    keep: bool,
}

enum Found<'a> {
    Field(u8, &'static Shape),
    Name(Cow<'a, str>),
    Nothing,
}

impl KeySeed<'_> {
    fn field<'a>(&mut self, key: &str) -> Option<Found<'a>> {
        let (before, after) = self.fields.split_at_checked(*self.next)?;
        let is_key = |field: &Field| field.name == key;
        let index = match after.iter().position(is_key) {
            Some(index) => index.saturating_add(*self.next),
            None => before.iter().position(is_key)?,
        };
        *self.next = index.saturating_add(1);
        let field = self.fields.get(index)?;
        Some(Found::Field(u8::try_from(index).unwrap_or(u8::MAX), field.shape))
    }
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Found<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed<'_> {
    type Value = Found<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_borrowed_str<E>(mut self, key: &'de str) -> Result<Found<'de>, E> {
        Ok(match self.field(key) {
            Some(found) => found,
            None if self.keep => Found::Name(Cow::Borrowed(key)),
            None => Found::Nothing,
        })
    }

    fn visit_str<E>(mut self, key: &str) -> Result<Found<'de>, E> {
        Ok(match self.field(key) {
            Some(found) => found,
            None if self.keep => Found::Name(Cow::Owned(key.to_owned())),
            None => Found::Nothing,
        })
    }
}

/// Reads a key as it is.
pub(super) struct AnyKey;

impl<'de> DeserializeSeed<'de> for AnyKey {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        KeySeed { fields: &[], next: &mut 0, keep: true }.deserialize(deserializer).map(|key| match key {
            Found::Name(name) => name,
            _ => Cow::Borrowed(""),
        })
    }
}
