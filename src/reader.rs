//! Reads from JSON what the rules ask for, and nothing else.
//!
//! A [`Shape`] says which fields of an object are read and of which type they are. [`Document::read`] walks the text
//! once: a field that the shape names becomes a node, everything else is skipped without being decoded, whatever is
//! in it and however deep it is nested. A value of the wrong type does not stop the walk; it is noted with its place
//! in [`Document::unreadable`], so that all of them can be reported together and none is ever shown.
//!
//! Strings are borrowed from the text, nodes know their parent. So a finding is a node, and its path is written only
//! when somebody reads it. The typed face of the nodes is in [`crate::views`].

use std::borrow::Cow;
use std::collections::BinaryHeap;
use std::fmt::{self, Write};
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::quantity::Quantity;

/// What is read of a JSON value.
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// A string.
    Text,
    /// A Kubernetes quantity: a string or a number, kept as it is written.
    Quantity,
    /// An object of which only matters that it is there.
    Presence,
    /// Any value, kept as the text it is written in.
    Raw,
    /// Any value, with all that is in it.
    Any,
    /// What the function says, which is given the object that the value stands in, as far as it was read. Such a
    /// value is the root of the paths in it.
    Dependent(fn(Node<'_>) -> &'static Shape),
    /// An object with the given fields.
    Object(&'static Fields),
    /// A list of such values.
    List(&'static Shape),
    /// An object whose keys are data, such as labels.
    Map(&'static Shape),
}

/// The fields of an object that are read.
pub struct Fields {
    /// The fields with their shapes; everything else in the object is skipped.
    pub known: &'static [Field],
    /// Whether the names of other fields whose value is an object are kept too.
    pub others: bool,
}

/// One field of an object.
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// What is read of its value.
    pub shape: &'static Shape,
}

/// The position of the field `name` in `fields`; used at compile time.
#[must_use]
pub const fn position(fields: &[Field], name: &str) -> u8 {
    let mut index: u8 = 0;
    let mut rest = fields;
    while let [field, tail @ ..] = rest {
        if same(field.name.as_bytes(), name.as_bytes()) {
            return index;
        }
        rest = tail;
        index = index.saturating_add(1);
    }
    u8::MAX
}

const fn same(left: &[u8], right: &[u8]) -> bool {
    match (left, right) {
        ([], []) => true,
        ([a, left @ ..], [b, right @ ..]) => *a == *b && same(left, right),
        _ => false,
    }
}

/// How a node is called in its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Key<'a> {
    Root,
    Field(u8),
    Index(u32),
    Name(Cow<'a, str>),
}

/// What a node holds.
#[derive(Clone)]
enum Datum<'a> {
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
struct Slot<'a> {
    parent: u32,
    next: u32,
    first: u32,
    key: Key<'a>,
    datum: Datum<'a>,
}

/// A value of the wrong type: where, what a reader of Kubernetes' API expects there and what stands there instead.
pub struct Unreadable {
    node: u32,
    expected: &'static str,
    found: &'static str,
}

/// More wrong values than this are not kept.
pub const MOST_UNREADABLE: usize = 64;

/// The nodes of one JSON text.
pub struct Document<'a> {
    slots: Vec<Slot<'a>>,
    unreadable: Vec<Unreadable>,
    /// The node that was read last: where the text is wrong, if it is.
    cursor: u32,
}

/// The text is not JSON, or has a string or number that no decoder accepts.
#[derive(Debug)]
pub struct Malformed {
    /// The path of the field at which reading stopped; empty at the root.
    pub path: String,
}

impl<'a> Document<'a> {
    /// Reads `text` as `shape` says.
    ///
    /// # Errors
    /// [`Malformed`] if the text is no JSON. Values of the wrong type are no error here; see [`Document::unreadable`].
    pub fn read(text: &'a str, shape: &'static Shape) -> Result<Self, Malformed> {
        // On recorded objects one node is kept for each 25 to 100 bytes.
        let room = text.len() / 24;
        let mut document = Document { slots: Vec::with_capacity(room.max(16)), unreadable: Vec::new(), cursor: 0 };
        document.slots.push(Slot { parent: 0, next: 0, first: 0, key: Key::Root, datum: Datum::Absent });
        let mut json = serde_json::Deserializer::from_str(text);
        let read =
            Seed { document: &mut document, node: 0, shape, depth: 0 }.deserialize(&mut json).and_then(|_| json.end());
        match read {
            Ok(()) => Ok(document),
            Err(_) => Err(Malformed { path: document.node(document.cursor).path() }),
        }
    }

    /// The root of the document.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        self.node(0)
    }

    fn node(&self, id: u32) -> Node<'_> {
        Node { document: self, id }
    }

    fn slot(&self, id: u32) -> Option<&Slot<'a>> {
        self.slots.get(id as usize)
    }

    fn push(&mut self, parent: u32, key: Key<'a>) -> u32 {
        // A text of 2^32 nodes would be larger than the memory of a 32-bit module.
        let id = u32::try_from(self.slots.len()).unwrap_or(0);
        self.slots.push(Slot { parent, next: 0, first: 0, key, datum: Datum::Absent });
        self.cursor = id;
        id
    }

    fn link(&mut self, parent: u32, last: u32, child: u32) {
        if last == 0 {
            if let Some(slot) = self.slots.get_mut(parent as usize) {
                slot.first = child;
            }
        } else if let Some(slot) = self.slots.get_mut(last as usize) {
            slot.next = child;
        }
    }

    /// Where a member of an object belongs: fields in the order of the shape, then names in theirs.
    fn rank(&self, node: u32) -> (u8, &str) {
        match self.slot(node).map(|slot| &slot.key) {
            Some(Key::Field(index)) => (*index, ""),
            Some(Key::Name(name)) => (u8::MAX, name),
            _ => (0, ""),
        }
    }

    /// Puts the members of an object in order, so that nothing that is said depends on the order of the text. Objects
    /// from an API server come in the order of their names.
    fn sort(&mut self, node: u32) {
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

    fn set(&mut self, node: u32, datum: Datum<'a>) {
        if let Some(slot) = self.slots.get_mut(node as usize) {
            slot.datum = datum;
        }
    }

    fn wrong(&mut self, node: u32, expected: &'static str, found: &'static str) {
        if self.unreadable.len() < MOST_UNREADABLE {
            self.unreadable.push(Unreadable { node, expected, found });
        }
    }
}

/// The bit of a field; no view has more than 64.
const fn bit(index: u8) -> u64 {
    match 1_u64.checked_shl(index as u32) {
        Some(bit) => bit,
        None => 0,
    }
}

/// Reads one value into a node that is there already. The result is `false` for null.
struct Seed<'s, 'a> {
    document: &'s mut Document<'a>,
    node: u32,
    shape: &'static Shape,
    depth: u8,
}

/// Deeper than this, any value is kept as text: serde_json descends 128 levels at most.
const DEEPEST: u8 = 100;

const fn expectation(shape: &Shape) -> &'static str {
    match shape {
        Shape::Bool => "true or false",
        Shape::Int32 => "a whole number of 32 bits",
        Shape::Int64 => "a whole number of 64 bits",
        Shape::Text => "a string",
        Shape::Quantity => "a quantity such as 500m or 1Gi",
        Shape::Presence | Shape::Object(_) | Shape::Map(_) => "an object",
        Shape::List(_) => "a list",
        Shape::Raw | Shape::Any | Shape::Dependent(_) => "a value",
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
            Shape::Raw => Some(Datum::Raw(raw)),
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
        match self.shape {
            Shape::Any if self.depth > DEEPEST => Seed { shape: &Shape::Raw, ..self }.deserialize(deserializer),
            Shape::Dependent(choose) => {
                let shape = choose(self.document.node(self.node).parent());
                Seed { shape, ..self }.deserialize(deserializer)
            }
            Shape::Int32 | Shape::Int64 | Shape::Quantity | Shape::Presence | Shape::Raw => {
                <&RawValue>::deserialize(deserializer).map(|raw| self.raw(raw.get()))
            }
            _ => deserializer.deserialize_any(self),
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
            let Some(present) = list.next_element_seed(Seed { document, node: child, shape: element, depth })? else {
                document.slots.truncate(child as usize);
                document.cursor = node;
                return Ok(true);
            };
            // Kubernetes decodes a null in a list of objects to an empty object; it must keep its index.
            if let (false, Shape::Object(fields)) = (present, element) {
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
        let (fields, datum): (&'static [Field], _) = match shape {
            Shape::Object(fields) => (fields.known, Datum::Object(fields.known, 0)),
            Shape::Map(_) | Shape::Any => (&[], Datum::Object(&[], 0)),
            _ => {
                document.wrong(node, expectation(shape), "an object");
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(true);
            }
        };
        document.set(node, datum);
        let keep = match shape {
            Shape::Object(fields) => fields.others,
            _ => true,
        };
        let (mut last, mut is_sorted) = (0, true);
        while let Some(key) = map.next_key_seed(KeySeed { fields, keep })? {
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
            let child = document.push(node, key);
            if let Some(Slot { key: Key::Field(index), .. }) = document.slot(child) {
                let field = bit(*index);
                if let Some(Slot { datum: Datum::Object(_, fields), .. }) = document.slots.get_mut(node as usize) {
                    let is_again = *fields & field != 0;
                    *fields |= field;
                    if is_again {
                        // Which of the two counts depends on the decoder; an honest writer never sends both.
                        document.wrong(child, "the field once", "it twice");
                    }
                }
            }
            if map.next_value_seed(Seed { document, node: child, shape, depth })? {
                is_sorted = is_sorted && (last == 0 || document.rank(last) <= document.rank(child));
                document.link(node, last, child);
                last = child;
            } else {
                document.slots.truncate(child as usize);
                document.cursor = node;
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
    fields: &'f [Field],
    keep: bool,
}

enum Found<'a> {
    Field(u8, &'static Shape),
    Name(Cow<'a, str>),
    Nothing,
}

impl KeySeed<'_> {
    fn field<'a>(&self, key: &str) -> Option<Found<'a>> {
        let index = self.fields.iter().position(|field| field.name == key)?;
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

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Found<'de>, E> {
        Ok(match self.field(key) {
            Some(found) => found,
            None if self.keep => Found::Name(Cow::Borrowed(key)),
            None => Found::Nothing,
        })
    }

    fn visit_str<E>(self, key: &str) -> Result<Found<'de>, E> {
        Ok(match self.field(key) {
            Some(found) => found,
            None if self.keep => Found::Name(Cow::Owned(key.to_owned())),
            None => Found::Nothing,
        })
    }
}

/// Reads a key as it is.
pub(crate) struct AnyKey;

impl<'de> DeserializeSeed<'de> for AnyKey {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        KeySeed { fields: &[], keep: true }.deserialize(deserializer).map(|key| match key {
            Found::Name(name) => name,
            _ => Cow::Borrowed(""),
        })
    }
}

/// A value of a document, with its place in it.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document<'d>,
    id: u32,
}

impl<'d> Node<'d> {
    fn slot(self) -> Option<&'d Slot<'d>> {
        self.document.slot(self.id)
    }

    /// The child that the shape names at `index` of its fields, if it is there and not null.
    pub(crate) fn field(self, index: u8) -> Option<Node<'d>> {
        let Slot { first, datum: Datum::Object(_, seen), .. } = self.slot()? else { return None };
        // Most fields that are asked for are not there.
        if seen & bit(index) == 0 {
            return None;
        }
        let mut id = *first;
        while id != 0 {
            let child = self.document.slot(id)?;
            if matches!(child.key, Key::Field(at) if at == index) {
                return Some(self.document.node(id));
            }
            id = child.next;
        }
        None
    }

    /// All children that were read, in the order of the text.
    #[must_use]
    pub fn children(self) -> Children<'d> {
        children(Some(self))
    }

    fn neighbour(self, id: impl Fn(&Slot<'d>) -> u32) -> Option<Node<'d>> {
        match self.slot().map_or(0, id) {
            0 => None,
            id => Some(self.document.node(id)),
        }
    }

    /// The node that this one stands in; the root stands in itself.
    #[must_use]
    pub fn parent(self) -> Node<'d> {
        self.document.node(self.slot().map_or(0, |slot| slot.parent))
    }

    /// The values below this root that have the wrong type, in the order of the text, as "path: expected this, found
    /// that". Values below another root of paths are not among them.
    #[must_use]
    pub fn unreadable(self) -> Vec<String> {
        let node = |wrong: &Unreadable| self.document.node(wrong.node);
        let wrong = self.document.unreadable.iter().filter(|wrong| node(wrong).root() == self);
        let describe = |wrong: &Unreadable| {
            let path = node(wrong).path();
            let path = if path.is_empty() { "the object" } else { path.as_str() };
            format!("{path}: expected {}, found {}", wrong.expected, wrong.found)
        };
        wrong.map(describe).collect()
    }

    /// Where the path of the node begins.
    fn root(self) -> Node<'d> {
        let mut node = self;
        while !node.is_root() {
            node = node.parent();
        }
        node
    }

    fn declared(self) -> Option<&'static Field> {
        let Some(Slot { key: Key::Field(index), parent, .. }) = self.slot() else { return None };
        match self.document.slot(*parent) {
            Some(Slot { datum: Datum::Object(fields, _), .. }) => fields.get(usize::from(*index)),
            _ => None,
        }
    }

    /// Whether paths begin here.
    fn is_root(self) -> bool {
        self.id == 0 || self.declared().is_some_and(|field| matches!(field.shape, Shape::Dependent(_)))
    }

    /// What the node is called in its parent: a field's name or a map's key; empty in a list and at the root.
    #[must_use]
    pub fn name(self) -> &'d str {
        match self.slot() {
            Some(Slot { key: Key::Name(name), .. }) => name,
            _ => self.declared().map_or("", |field| field.name),
        }
    }

    /// The index of the node in the list that it stands in.
    #[must_use]
    pub fn position(self) -> Option<usize> {
        match self.slot() {
            Some(Slot { key: Key::Index(index), .. }) => usize::try_from(*index).ok(),
            _ => None,
        }
    }

    /// Whether the node's name is not one of the shape's fields.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        matches!(self.slot(), Some(Slot { key: Key::Name(_), .. }))
    }

    /// The value as the text it is written in, where the shape asked for it.
    #[must_use]
    pub fn raw(self) -> Option<&'d str> {
        match self.slot() {
            Some(Slot { datum: Datum::Raw(raw), .. }) => Some(raw),
            _ => None,
        }
    }

    /// The value as JSON has it, in a document that was read with [`Shape::Any`].
    #[must_use]
    pub fn json(self) -> Json<'d> {
        match self.slot().map(|slot| &slot.datum) {
            Some(Datum::Bool(value)) => Json::Bool(*value),
            Some(Datum::Int(value)) => Json::Int(*value),
            Some(Datum::Float(value)) => Json::Float(*value),
            Some(Datum::Text(value)) => Json::Text(value),
            Some(Datum::Object(..)) => Json::Object(self.children()),
            Some(Datum::List) => Json::List(self.children()),
            Some(Datum::Raw(raw)) => Json::Deep(raw),
            _ => Json::Null,
        }
    }

    /// The value to which the keys lead, in a document that was read with [`Shape::Any`].
    #[must_use]
    pub fn at(self, keys: &[&str]) -> Option<Node<'d>> {
        keys.iter().try_fold(self, |node, key| node.children().find(|child| child.name() == *key))
    }

    /// The string to which the keys lead, in such a document; empty if there is none.
    #[must_use]
    pub fn text_at(self, keys: &[&str]) -> &'d str {
        self.at(keys).and_then(Node::text).unwrap_or_default()
    }

    /// The string or quantity that the node holds.
    #[must_use]
    pub fn text(self) -> Option<&'d str> {
        match self.slot() {
            Some(Slot { datum: Datum::Text(text), .. }) => Some(text),
            _ => None,
        }
    }

    /// The place of the node, as in `spec.containers[0].resources.requests["nvidia.com/gpu"]`; empty at the root.
    #[must_use]
    pub fn path(self) -> String {
        let mut path = String::new();
        self.write_path(&mut path);
        path
    }

    /// Appends the path to `out`. Shapes are not recursive, so the depth has a small bound.
    pub fn write_path(self, out: &mut String) {
        let start = out.len();
        self.write_path_from(start, out);
    }

    fn write_path_from(self, start: usize, out: &mut String) {
        let Some(slot) = self.slot() else { return };
        if self.is_root() {
            return;
        }
        self.parent().write_path_from(start, out);
        match slot.key {
            Key::Index(index) => {
                // Writing into a string cannot fail.
                let _ = write!(out, "[{index}]");
            }
            _ => write_name(out, start, self.name()),
        }
    }

    /// The steps from the root to this node.
    #[must_use]
    pub fn steps(self) -> Vec<Step<'d>> {
        let mut steps = Vec::new();
        let mut node = self;
        while let Some(slot) = node.slot() {
            if node.is_root() {
                break;
            }
            match &slot.key {
                Key::Index(index) => steps.push(Step::Index(*index as usize)),
                _ => steps.push(Step::Key(node.name())),
            }
            node = node.parent();
        }
        steps.reverse();
        steps
    }
}

/// A JSON value.
pub enum Json<'d> {
    /// Nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A string.
    Text(&'d str),
    /// An object, with its values that are not null; their names are [`Node::name`].
    Object(Children<'d>),
    /// A list.
    List(Children<'d>),
    /// A value that is too deep to be taken apart, as text.
    Deep(&'d str),
}

impl Json<'_> {
    /// Whether two values are equal; the order of keys does not matter.
    #[must_use]
    pub fn equals(self, other: Json<'_>) -> bool {
        match (self, other) {
            (Json::Null, Json::Null) => true,
            (Json::Bool(left), Json::Bool(right)) => left == right,
            (Json::Int(left), Json::Int(right)) => left == right,
            (Json::Float(left), Json::Float(right)) => left == right,
            (Json::Text(left), Json::Text(right)) | (Json::Deep(left), Json::Deep(right)) => left == right,
            (Json::List(left), Json::List(right)) => same_values(&left.collect::<Vec<_>>(), &right.collect::<Vec<_>>()),
            (Json::Object(left), Json::Object(right)) => same_values(&by_name(left), &by_name(right)),
            _ => false,
        }
    }
}

fn same_values(left: &[Node<'_>], right: &[Node<'_>]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).all(|(left, right)| left.name() == right.name() && left.json().equals(right.json()))
}

fn by_name<'d>(children: Children<'d>) -> Vec<Node<'d>> {
    let mut names = Vec::new();
    let mut nodes = Vec::new();
    for (index, node) in children.enumerate() {
        names.push((node.name(), index));
        nodes.push(node);
    }
    sort_names(&mut names);
    names.iter().filter_map(|(_, index)| nodes.get(*index).copied()).collect()
}

/// Appends the parts. Each of its callers would hold as much code of its own.
#[inline(never)]
pub fn append(out: &mut String, parts: &[&str]) {
    for part in parts {
        out.push_str(part);
    }
}

/// The parts in one text, with `between` between them.
pub fn joined<'p>(parts: impl Iterator<Item = &'p str>, between: &str) -> String {
    let mut text = String::new();
    for part in parts {
        if !text.is_empty() {
            text.push_str(between);
        }
        text.push_str(part);
    }
    text
}

/// Sorts names that stand for something by its index. The only sort in the module, which would hold one for each type;
/// a heap takes a quarter of the code of a slice's sort.
pub fn sort_names(names: &mut Vec<(&str, usize)>) {
    *names = BinaryHeap::from(std::mem::take(names)).into_sorted_vec();
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.document, other.document) && self.id == other.id
    }
}

/// One step from an object or list to a value in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step<'d> {
    /// The value of a key.
    Key(&'d str),
    /// The entry of a list.
    Index(usize),
}

/// Appends a field or key to a path that begins at `start`: `.name` where it is plain, `["..."]` where it is not.
pub fn write_name(out: &mut String, start: usize, name: &str) {
    let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain {
        if out.len() > start {
            out.push('.');
        }
        out.push_str(name);
        return;
    }
    out.push_str("[\"");
    for char in name.chars() {
        if matches!(char, '"' | '\\') {
            out.push('\\');
        }
        out.push(char);
    }
    out.push_str("\"]");
}

/// The path that steps lead, as people read it.
#[must_use]
pub fn path_of(steps: &[Step<'_>]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Key(name) => write_name(&mut path, 0, name),
            // Writing into a string cannot fail.
            Step::Index(index) => _ = write!(path, "[{index}]"),
        }
    }
    path
}

/// A typed face of a node.
pub trait View<'d>: Sized {
    /// What is read of such a value.
    const SHAPE: &'static Shape;

    /// What a field of this type gives: an `Option`, or a list or map that is empty where there is none.
    type Found;

    /// The view of a node that was read with [`View::SHAPE`]; `None` if its value had the wrong type.
    fn of(node: Node<'d>) -> Option<Self>;

    /// What a field gives, from its node if it is there.
    fn found(node: Option<Node<'d>>) -> Self::Found;
}

/// A boolean, number or string with its place.
#[derive(Clone, Copy)]
pub struct Value<'d, T> {
    /// Where it stands.
    pub node: Node<'d>,
    /// The value itself.
    pub value: T,
}

/// A boolean field.
pub type Flag<'d> = Value<'d, bool>;
/// A field of 32 bits.
pub type Int32<'d> = Value<'d, i32>;
/// A field of 64 bits.
pub type Int64<'d> = Value<'d, i64>;
/// A string field.
pub type Text<'d> = Value<'d, &'d str>;

/// A quantity with its place.
#[derive(Clone, Copy)]
pub struct Amount<'d> {
    /// Where it stands.
    pub node: Node<'d>,
}

impl<'d> View<'d> for Flag<'d> {
    const SHAPE: &'static Shape = &Shape::Bool;

    type Found = Option<Self>;

    fn found(node: Option<Node<'d>>) -> Option<Self> {
        node.and_then(Self::of)
    }

    fn of(node: Node<'d>) -> Option<Self> {
        match node.slot() {
            Some(Slot { datum: Datum::Bool(value), .. }) => Some(Value { node, value: *value }),
            _ => None,
        }
    }
}

impl<'d> View<'d> for Int32<'d> {
    const SHAPE: &'static Shape = &Shape::Int32;

    type Found = Option<Self>;

    fn found(node: Option<Node<'d>>) -> Option<Self> {
        node.and_then(Self::of)
    }

    fn of(node: Node<'d>) -> Option<Self> {
        match node.slot() {
            Some(Slot { datum: Datum::Int(value), .. }) => Some(Value { node, value: i32::try_from(*value).ok()? }),
            _ => None,
        }
    }
}

impl<'d> View<'d> for Int64<'d> {
    const SHAPE: &'static Shape = &Shape::Int64;

    type Found = Option<Self>;

    fn found(node: Option<Node<'d>>) -> Option<Self> {
        node.and_then(Self::of)
    }

    fn of(node: Node<'d>) -> Option<Self> {
        match node.slot() {
            Some(Slot { datum: Datum::Int(value), .. }) => Some(Value { node, value: *value }),
            _ => None,
        }
    }
}

impl<'d> View<'d> for Text<'d> {
    const SHAPE: &'static Shape = &Shape::Text;

    type Found = Option<Self>;

    fn found(node: Option<Node<'d>>) -> Option<Self> {
        node.and_then(Self::of)
    }

    fn of(node: Node<'d>) -> Option<Self> {
        Some(Value { node, value: node.text()? })
    }
}

impl<'d> View<'d> for Amount<'d> {
    const SHAPE: &'static Shape = &Shape::Quantity;

    type Found = Option<Self>;

    fn of(node: Node<'d>) -> Option<Self> {
        node.text().map(|_| Amount { node })
    }

    fn found(node: Option<Node<'d>>) -> Option<Self> {
        node.and_then(Self::of)
    }
}

impl<'d> Amount<'d> {
    /// The quantity as it is written.
    #[must_use]
    pub fn text(self) -> &'d str {
        self.node.text().unwrap_or_default()
    }

    /// The quantity itself. That Kubernetes can parse it was seen when it was read.
    #[must_use]
    pub fn value(self) -> Quantity {
        Quantity::parse(self.text()).unwrap_or_default()
    }

    /// Whether two quantities have the same value, however they are written.
    #[must_use]
    pub fn equals(self, other: Amount<'_>) -> bool {
        self.text() == other.text() || self.value() == other.value()
    }
}

/// An object of which only matters that it is there.
#[derive(Clone, Copy)]
pub struct Presence<'d>(pub Node<'d>);

impl<'d> View<'d> for Presence<'d> {
    const SHAPE: &'static Shape = &Shape::Presence;

    type Found = Option<Self>;

    fn found(node: Option<Node<'d>>) -> Option<Self> {
        node.and_then(Self::of)
    }

    fn of(node: Node<'d>) -> Option<Self> {
        Some(Presence(node))
    }
}

/// A value that is kept as text.
#[derive(Clone, Copy)]
pub struct Raw<'d>(pub Node<'d>);

impl<'d> View<'d> for Raw<'d> {
    const SHAPE: &'static Shape = &Shape::Raw;

    type Found = Option<Self>;

    fn found(node: Option<Node<'d>>) -> Option<Self> {
        node.and_then(Self::of)
    }

    fn of(node: Node<'d>) -> Option<Self> {
        Some(Raw(node))
    }
}

impl<'d> Raw<'d> {
    /// The JSON text.
    #[must_use]
    pub fn text(self) -> &'d str {
        self.0.raw().unwrap_or("null")
    }
}

/// A list; one that is absent is empty.
pub struct List<'d, V> {
    node: Option<Node<'d>>,
    view: PhantomData<fn() -> V>,
}

impl<'d, V: View<'d>> View<'d> for List<'d, V> {
    const SHAPE: &'static Shape = &Shape::List(V::SHAPE);

    type Found = Self;

    fn of(node: Node<'d>) -> Option<Self> {
        Some(Self::found(Some(node)))
    }

    fn found(node: Option<Node<'d>>) -> Self {
        List { node, view: PhantomData }
    }
}

impl<'d, V> List<'d, V> {
    /// Where the list stands, if it has any entry.
    #[must_use]
    pub fn filled(&self) -> Option<Node<'d>> {
        self.node.filter(|node| node.children().next().is_some())
    }
}

impl<'d, V: View<'d>> IntoIterator for List<'d, V> {
    type Item = V;
    type IntoIter = Entries<'d, V>;

    fn into_iter(self) -> Entries<'d, V> {
        Entries { children: children(self.node), view: PhantomData }
    }
}

/// The entries of a list, in their order.
pub struct Entries<'d, V> {
    children: Children<'d>,
    view: PhantomData<fn() -> V>,
}

impl<'d, V: View<'d>> Iterator for Entries<'d, V> {
    type Item = V;

    fn next(&mut self) -> Option<V> {
        loop {
            if let Some(value) = V::of(self.children.next()?) {
                return Some(value);
            }
        }
    }
}

/// An object whose keys are data; one that is absent is empty.
pub struct Map<'d, V> {
    node: Option<Node<'d>>,
    view: PhantomData<fn() -> V>,
}

impl<'d, V: View<'d>> View<'d> for Map<'d, V> {
    const SHAPE: &'static Shape = &Shape::Map(V::SHAPE);

    type Found = Self;

    fn of(node: Node<'d>) -> Option<Self> {
        Some(Self::found(Some(node)))
    }

    fn found(node: Option<Node<'d>>) -> Self {
        Map { node, view: PhantomData }
    }
}

impl<'d, V> Map<'d, V> {
    /// Where the object stands, if it has any key.
    #[must_use]
    pub fn filled(&self) -> Option<Node<'d>> {
        self.node.filter(|node| node.children().next().is_some())
    }
}

impl<'d, V: View<'d>> Map<'d, V> {
    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<V> {
        children(self.node).find(|child| child.name() == key).and_then(V::of)
    }
}

impl<'d, V: View<'d>> Map<'d, V> {
    /// The keys and values, in the order of the text.
    #[must_use]
    pub fn entries(&self) -> Members<'d, V> {
        Members { children: children(self.node), view: PhantomData }
    }
}

impl<'d, V: View<'d>> IntoIterator for Map<'d, V> {
    type Item = (&'d str, V);
    type IntoIter = Members<'d, V>;

    fn into_iter(self) -> Members<'d, V> {
        self.entries()
    }
}

/// The keys and values of an object, in the order of the text.
pub struct Members<'d, V> {
    children: Children<'d>,
    view: PhantomData<fn() -> V>,
}

impl<'d, V: View<'d>> Iterator for Members<'d, V> {
    type Item = (&'d str, V);

    fn next(&mut self) -> Option<(&'d str, V)> {
        loop {
            let node = self.children.next()?;
            if let Some(value) = V::of(node) {
                return Some((node.name(), value));
            }
        }
    }
}

/// The children of a node, in the order of the text.
pub struct Children<'d> {
    next: Option<Node<'d>>,
}

/// The children of a node, or none of none.
#[must_use]
pub fn children<'d>(node: Option<Node<'d>>) -> Children<'d> {
    Children { next: node.and_then(|node| node.neighbour(|slot| slot.first)) }
}

impl<'d> Iterator for Children<'d> {
    type Item = Node<'d>;

    fn next(&mut self) -> Option<Node<'d>> {
        let node = self.next?;
        self.next = node.neighbour(|slot| slot.next);
        Some(node)
    }
}
