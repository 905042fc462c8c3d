//! Reads a JSON text in one pass: what a shape names becomes a node, everything else is skipped.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::node::Node;
use super::pattern::{Pattern, PatternStep};
use super::quantity::Quantity;
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
        Self::read_routes(text, &[Route { pattern: Pattern::ROOT, shape }])
    }

    /// Reads what stands at the end of each route; everything else in the text is skipped.
    ///
    /// # Errors
    /// As [`Document::read`].
    pub fn read_routes(text: &'a str, routes: &[Route<'_>]) -> Result<Self, JsonError> {
        // On recorded objects one node is kept for each 25 to 100 bytes.
        let room = text.len() / 24;
        let mut document = Document { slots: Vec::with_capacity(room.max(16)), unreadable: Vec::new(), cursor: 0 };
        document.slots.push(Slot { parent: 0, next: 0, first: 0, key: Key::Root, datum: Datum::Absent });
        let mut json = serde_json::Deserializer::from_str(text);
        let seed = Seed { document: &mut document, node: 0, want: Want::of(routes.iter().copied()), depth: 0 };
        match seed.deserialize(&mut json).and_then(|_| json.end()) {
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

    fn push(&mut self, parent: u32, key: Key<'a>) -> u32 {
        // A text of 2^32 nodes would be larger than the memory of a 32-bit module.
        let id = u32::try_from(self.slots.len()).unwrap_or(0);
        self.slots.push(Slot { parent, next: 0, first: 0, key, datum: Datum::Absent });
        self.cursor = id;
        id
    }

    /// Takes the last node back.
    fn pop(&mut self, node: u32, parent: u32) {
        self.slots.truncate(node as usize);
        self.cursor = parent;
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

/// What is read of a value.
enum Want<'r> {
    /// As much as the shape says.
    Shape(&'static Shape),
    /// What the routes lead to, of which none ends here.
    Routes(Vec<Route<'r>>),
}

impl<'r> Want<'r> {
    /// Several routes that end in one place would read the same value twice; the first one counts.
    fn of(routes: impl Iterator<Item = Route<'r>>) -> Self {
        let mut rest = Vec::new();
        for route in routes {
            if route.pattern == Pattern::ROOT {
                return Want::Shape(route.shape);
            }
            rest.push(route);
        }
        Want::Routes(rest)
    }

    /// What is read of a child to which `leads` says that a step leads; `None` if nothing is.
    fn child(routes: &[Route<'r>], leads: impl Fn(PatternStep<'_>) -> bool) -> Option<Self> {
        let mut routes = routes
            .iter()
            .filter_map(|route| {
                let (step, pattern) = route.pattern.split_first()?;
                leads(step).then_some(Route { pattern, ..*route })
            })
            .peekable();
        routes.peek()?;
        Some(Want::of(routes))
    }

    fn expectation(&self) -> &'static str {
        match self {
            Want::Shape(shape) => expectation(shape),
            Want::Routes(routes) => {
                let is_list = routes.first().is_some_and(|route| {
                    matches!(route.pattern.split_first(), Some((PatternStep::Entries, _)))
                });
                if is_list { "a list" } else { "an object" }
            }
        }
    }

    /// What is read of an entry of this list; `None` if the value should not be a list.
    fn entry(&self) -> Option<Want<'r>> {
        match self {
            Want::Shape(Shape::List(shape)) => Some(Want::Shape(shape)),
            Want::Shape(Shape::Any) => Some(Want::Shape(&Shape::Any)),
            Want::Shape(_) => None,
            Want::Routes(routes) => Want::child(routes, |step| step == PatternStep::Entries),
        }
    }

    /// The fields that this object may have; `None` if the value should not be an object.
    fn fields(&self) -> Option<&'static [Field]> {
        match self {
            Want::Shape(Shape::Object(fields)) => Some(fields.known),
            Want::Shape(Shape::Map(_) | Shape::Any) => Some(&[]),
            Want::Shape(_) => None,
            Want::Routes(_) if self.expectation() == "a list" => None,
            Want::Routes(_) => Some(&[]),
        }
    }

    /// Whether members that are not fields may be kept, by their names.
    fn keeps_names(&self) -> bool {
        !matches!(self, Want::Shape(Shape::Object(fields)) if !fields.others)
    }

    /// How a member of this object is called, and what is read of it; `None` if it is skipped.
    fn member<'a>(&self, key: Found<'a>) -> Option<(Key<'a>, Want<'r>)> {
        let name = match key {
            Found::Field(index, shape) => return Some((Key::Field(index), Want::Shape(shape))),
            Found::Name(name) => name,
            Found::Nothing => return None,
        };
        let want = match self {
            Want::Shape(Shape::Map(shape)) => Want::Shape(shape),
            Want::Shape(Shape::Any) => Want::Shape(&Shape::Any),
            Want::Shape(_) => Want::Shape(&Shape::Raw),
            Want::Routes(routes) => Want::child(routes, |step| match step {
                PatternStep::Key(key) => key == name,
                PatternStep::Values => true,
                PatternStep::Entries => false,
            })?,
        };
        Some((Key::Name(name), want))
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
struct Seed<'s, 'r, 'a> {
    document: &'s mut Document<'a>,
    node: u32,
    want: Want<'r>,
    depth: u8,
}

impl<'a> Seed<'_, '_, 'a> {
    fn scalar(self, datum: Datum<'a>, found: &'static str) -> bool {
        match (&self.want, &datum) {
            (Want::Shape(Shape::Any), _)
            | (Want::Shape(Shape::Bool), Datum::Bool(_))
            | (Want::Shape(Shape::Text), Datum::Text(_)) => self.document.set(self.node, datum),
            _ => self.document.wrong(self.node, self.want.expectation(), found),
        }
        true
    }

    /// The kinds of value whose text matters: numbers are never turned into floats, objects are never descended into.
    fn raw(document: &mut Document<'a>, node: u32, shape: &Shape, raw: &'a str) -> bool {
        let datum = match shape {
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
            Some(datum) => document.set(node, datum),
            None => {
                let found = match (type_of(raw), shape) {
                    ("a number", Shape::Int32 | Shape::Int64) => "another number",
                    ("a string" | "a number", Shape::Quantity) => "something else",
                    (found, _) => found,
                };
                document.wrong(node, expectation(shape), found);
            }
        }
        true
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_, 'de> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        let Want::Shape(shape) = self.want else { return deserializer.deserialize_any(self) };
        let is_kept_as_text = match shape {
            Shape::Any => self.depth > MAX_DEPTH,
            Shape::Int32 | Shape::Int64 | Shape::Quantity | Shape::Presence | Shape::Raw => true,
            _ => false,
        };
        if is_kept_as_text {
            let raw = <&RawValue>::deserialize(deserializer)?;
            return Ok(Self::raw(self.document, self.node, shape, raw.get()));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_, 'de> {
    type Value = bool;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.want.expectation())
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
        if self.want.entry().is_none() {
            self.document.wrong(self.node, self.want.expectation(), "a list");
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(true);
        }
        self.document.set(self.node, Datum::List);
        let (mut last, mut index) = (0, 0_u32);
        loop {
            let child = self.document.push(self.node, Key::Index(index));
            // It was there before the first entry.
            let Some(want) = self.want.entry() else { return Ok(true) };
            // Kubernetes decodes a null in a list of objects to an empty object; it must keep its index.
            let fields: Option<&'static [Field]> = match &want {
                Want::Shape(Shape::Object(fields)) => Some(fields.known),
                Want::Shape(_) => None,
                Want::Routes(_) => Some(&[]),
            };
            let seed = Seed { document: self.document, node: child, want, depth: self.depth.saturating_add(1) };
            let Some(is_present) = list.next_element_seed(seed)? else {
                self.document.pop(child, self.node);
                return Ok(true);
            };
            if let (false, Some(fields)) = (is_present, fields) {
                self.document.set(child, Datum::Object(fields, 0));
            }
            self.document.link(self.node, last, child);
            last = child;
            index = index.saturating_add(1);
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let Some(fields) = self.want.fields() else {
            self.document.wrong(self.node, self.want.expectation(), "an object");
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(true);
        };
        self.document.set(self.node, Datum::Object(fields, 0));
        let keep = self.want.keeps_names();
        let (mut last, mut is_sorted) = (0, true);
        while let Some(key) = map.next_key_seed(KeySeed { fields, keep })? {
            let Some((key, want)) = self.want.member(key) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let field = if let Key::Field(index) = key { Some(index) } else { None };
            let child = self.document.push(self.node, key);
            // Which of two fields of one name counts depends on the decoder; an honest writer never sends both.
            let is_again = field.is_some_and(|field| self.document.mark(self.node, field));
            if is_again {
                self.document.wrong(child, "the field once", "it twice");
            }
            let seed = Seed { document: self.document, node: child, want, depth: self.depth.saturating_add(1) };
            if map.next_value_seed(seed)? {
                is_sorted = is_sorted && (last == 0 || self.document.rank(last) <= self.document.rank(child));
                self.document.link(self.node, last, child);
                last = child;
            } else if !is_again {
                self.document.pop(child, self.node);
            }
        }
        if keep && !is_sorted {
            self.document.sort(self.node);
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
pub(super) struct AnyKey;

impl<'de> DeserializeSeed<'de> for AnyKey {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        KeySeed { fields: &[], keep: true }.deserialize(deserializer).map(|key| match key {
            Found::Name(name) => name,
            _ => Cow::Borrowed(""),
        })
    }
}
