//! Reads a JSON text in one pass: fields in the shape become nodes, all others are skipped.

use std::borrow::Cow;

use super::node::Node;
use super::quantity::Quantity;
use super::scan::Scanner;
use super::shape::{Field, Fields, Route, Shape};
use super::text::sort_names;

/// A node's key in its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key<'a> {
    Root,
    Field(u8),
    Index(u32),
    Name(Cow<'a, str>),
}

/// A node's value.
#[derive(Clone)]
pub(super) enum Datum<'a> {
    Absent,
    Bool(bool),
    Int(i64),
    /// A number that isn't a 64-bit integer, as written.
    Number(&'a str),
    Text(Cow<'a, str>),
    Raw(&'a str),
    /// The fields of the shape, and a bit set of those that are present.
    Object(&'static [Field], u64),
    List,
}

/// A node. `0` means "none" in `next` and `first`, because the root is never a child.
pub(super) struct Slot<'a> {
    pub(super) parent: u32,
    pub(super) next: u32,
    pub(super) first: u32,
    pub(super) key: Key<'a>,
    pub(super) datum: Datum<'a>,
}

/// The maximum number of values of the wrong type that are kept. Far fewer are shown.
const MAX_UNREADABLE: usize = 1000;

/// A value of the wrong type: its node, the expected type and the found type, in the words of Kubernetes' API.
struct Unreadable {
    node: u32,
    expected: &'static str,
    found: &'static str,
}

/// The nodes of one JSON text.
pub struct Document<'a> {
    slots: Vec<Slot<'a>>,
    unreadable: Vec<Unreadable>,
    /// The node that was read last. If the text is malformed, this is where.
    cursor: u32,
}

/// An error: the text isn't valid JSON.
#[derive(Debug)]
pub struct JsonError {
    /// The path of the field where reading stopped; empty for the root.
    pub path: String,
}

impl<'a> Document<'a> {
    /// Reads the fields in `shape` from a JSON text.
    ///
    /// # Errors
    /// [`JsonError`] if the text isn't JSON. Values of the wrong type aren't an error here; see
    /// [`Document::unreadable`].
    pub fn read(text: &'a str, shape: &'static Shape) -> Result<Self, JsonError> {
        Self::read_with(text, |reader| reader.value(0, shape, 0))
    }

    /// Reads the values at the routes; everything else in the text is skipped.
    ///
    /// # Errors
    /// The same as [`Document::read`].
    pub fn read_routes(text: &'a str, routes: &[Route<'_>]) -> Result<Self, JsonError> {
        Self::read_with(text, |reader| reader.along(0, routes, 0))
    }

    fn read_with(text: &'a str, read: impl FnOnce(&mut Reader<'a>) -> Option<bool>) -> Result<Self, JsonError> {
        // Recorded objects have one node for each 25 to 100 bytes.
        let room = text.len() / 24;
        let mut document = Document { slots: Vec::with_capacity(room.max(16)), unreadable: Vec::new(), cursor: 0 };
        document.slots.push(Slot { parent: 0, next: 0, first: 0, key: Key::Root, datum: Datum::Absent });
        let mut reader = Reader { document, scanner: Scanner::new(text) };
        let is_read = read(&mut reader).is_some() && reader.scanner.peek().is_none();
        let document = reader.document;
        if is_read { Ok(document) } else { Err(JsonError { path: document.node(document.cursor).path() }) }
    }

    /// The number of values.
    #[must_use]
    pub fn count(&self) -> usize {
        self.slots.len()
    }

    /// The root of the document.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        self.node(0)
    }

    /// Returns an error for each value of the wrong type, as `path: expected this, found that`. Sorted by path, so that
    /// the result doesn't depend on the order of keys in the text.
    #[must_use]
    pub fn unreadable(&self) -> Vec<String> {
        let places: Vec<_> = self.unreadable.iter().map(|wrong| self.node(wrong.node).sort_key()).collect();
        let mut order = places.iter().enumerate().map(|(index, place)| (place.as_str(), index)).collect();
        sort_names(&mut order);
        let describe = |wrong: &Unreadable| {
            let path = self.node(wrong.node).path();
            let path = if path.is_empty() { "the object" } else { path.as_str() };
            format!("{path}: expected {}, found {}", wrong.expected, wrong.found)
        };
        order.iter().filter_map(|(_, index)| self.unreadable.get(*index)).map(describe).collect()
    }

    pub(super) fn node(&self, id: u32) -> Node<'_> {
        Node { document: self, id }
    }

    pub(super) fn slot(&self, id: u32) -> Option<&Slot<'a>> {
        self.slots.get(id as usize)
    }

    pub(super) fn push(&mut self, parent: u32, key: Key<'a>) -> u32 {
        // The text of 2^32 nodes would exceed the memory of a 32-bit module.
        let id = u32::try_from(self.slots.len()).unwrap_or(0);
        self.slots.push(Slot { parent, next: 0, first: 0, key, datum: Datum::Absent });
        self.cursor = id;
        id
    }

    /// Removes the last node.
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

    /// Returns the sort key of an object's member: fields in the order of the shape, then other names alphabetically.
    pub(super) fn rank(&self, node: u32) -> (u8, &str) {
        match self.slot(node).map(|slot| &slot.key) {
            Some(Key::Field(index)) => (*index, ""),
            Some(Key::Name(name)) => (u8::MAX, name),
            _ => (0, ""),
        }
    }

    /// Sorts the members of an object, so that no message depends on the order of the text. The API server sends
    /// members sorted by name.
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
            if last != 0 && self.rank(last) == self.rank(child) {
                self.repeated(child);
            }
            self.link(node, last, child);
            last = child;
        }
        if let Some(slot) = self.slots.get_mut(last as usize) {
            slot.next = 0;
        }
    }

    /// Records that a key occurs twice in its object. Decoders disagree about which one counts, so the request must not
    /// be accepted.
    pub(super) fn repeated(&mut self, node: u32) {
        self.wrong(node, "the field once", "it twice");
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

    /// Marks a field of an object as present. Returns true if it already was.
    fn mark(&mut self, object: u32, field: u8) -> bool {
        let Some(Slot { datum: Datum::Object(_, seen), .. }) = self.slots.get_mut(object as usize) else {
            return false;
        };
        let is_again = *seen & bit(field) != 0;
        *seen |= bit(field);
        is_again
    }
}

/// The bit of a field in the bit set; no view has more than 64 fields.
pub(super) const fn bit(index: u8) -> u64 {
    match 1_u64.checked_shl(index as u32) {
        Some(bit) => bit,
        None => 0,
    }
}

/// Values below this depth are kept as text, because unlimited recursion would overflow the stack.
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

/// Returns the type of a JSON text, by its first byte.
pub(super) fn type_of(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        _ => "a number",
    }
}

/// Reads a text into a document. Its methods return `None` if the text is malformed.
pub(super) struct Reader<'a> {
    pub(super) document: Document<'a>,
    pub(super) scanner: Scanner<'a>,
}

impl<'a> Reader<'a> {
    /// Reads a value into an existing node. Returns `false` for null.
    pub(super) fn value(&mut self, node: u32, shape: &'static Shape, depth: u8) -> Option<bool> {
        match (self.scanner.peek()?, shape) {
            (b'n', _) => self.scanner.skip().map(|_| false),
            (b'{', Shape::Object(fields)) => self.object(node, fields, depth),
            (b'{', Shape::Map(value)) => self.map(node, value, depth),
            (b'{', Shape::Any) if depth < MAX_DEPTH => self.map(node, &Shape::Any, depth),
            (b'[', Shape::List(entry)) => self.list(node, entry, depth),
            (b'[', Shape::Any) if depth < MAX_DEPTH => self.list(node, &Shape::Any, depth),
            (b'"', Shape::Text | Shape::Any) => {
                let text = self.scanner.string()?;
                self.document.set(node, Datum::Text(text));
                Some(true)
            }
            _ => {
                let raw = self.scanner.skip()?;
                match scalar(raw, shape) {
                    Some(datum) => self.document.set(node, datum),
                    None => self.document.wrong(node, expectation(shape), found(raw, shape)),
                }
                Some(true)
            }
        }
    }

    fn list(&mut self, node: u32, entry: &'static Shape, depth: u8) -> Option<bool> {
        self.document.set(node, Datum::List);
        self.scanner.enter();
        let (mut last, mut index) = (0, 0_u32);
        while self.scanner.has_next()? {
            let child = self.document.push(node, Key::Index(index));
            let is_present = self.value(child, entry, depth.saturating_add(1))?;
            // Kubernetes decodes a null in a list of objects to an empty object, so the entry keeps its index.
            if let (false, Shape::Object(fields)) = (is_present, entry) {
                self.document.set(child, Datum::Object(fields.known, 0));
            }
            self.document.link(node, last, child);
            last = child;
            index = index.saturating_add(1);
        }
        self.document.cursor = node;
        Some(true)
    }

    fn map(&mut self, node: u32, value: &'static Shape, depth: u8) -> Option<bool> {
        self.document.set(node, Datum::Object(&[], 0));
        self.scanner.enter();
        let mut members = Members::new(node, true);
        while self.scanner.has_next()? {
            let key = self.scanner.key()?;
            let child = self.document.push(node, Key::Name(key));
            let is_present = self.value(child, value, depth.saturating_add(1))?;
            members.add(&mut self.document, child, is_present);
        }
        members.finish(&mut self.document);
        Some(true)
    }

    fn object(&mut self, node: u32, fields: &'static Fields, depth: u8) -> Option<bool> {
        self.document.set(node, Datum::Object(fields.known, 0));
        self.scanner.enter();
        let mut members = Members::new(node, fields.others);
        let mut next = 0;
        while self.scanner.has_next()? {
            let key = self.scanner.key()?;
            let Some((index, field)) = find(fields.known, &mut next, &key) else {
                if fields.others {
                    let child = self.document.push(node, Key::Name(key));
                    let is_present = self.value(child, &Shape::Raw, depth.saturating_add(1))?;
                    members.add(&mut self.document, child, is_present);
                } else {
                    self.scanner.skip()?;
                }
                continue;
            };
            let child = self.document.push(node, Key::Field(index));
            let is_again = self.document.mark(node, index);
            if is_again {
                self.document.repeated(child);
            }
            let is_present = self.value(child, field.shape, depth.saturating_add(1))?;
            if !is_again {
                members.add(&mut self.document, child, is_present);
            }
        }
        members.finish(&mut self.document);
        Some(true)
    }
}

/// Reads a value that the shape treats as neither object nor list; `None` if it has the wrong type.
fn scalar<'a>(raw: &'a str, shape: &Shape) -> Option<Datum<'a>> {
    match shape {
        Shape::Raw => Some(Datum::Raw(raw)),
        Shape::Presence => raw.starts_with('{').then_some(Datum::Raw(raw)),
        Shape::Int32 => raw.parse::<i32>().ok().map(|value| Datum::Int(value.into())),
        Shape::Int64 => raw.parse::<i64>().ok().map(Datum::Int),
        Shape::Quantity => {
            let text = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(raw);
            Quantity::parse(text).map(|_| Datum::Text(Cow::Borrowed(text)))
        }
        Shape::Bool | Shape::Any => match raw {
            "true" => Some(Datum::Bool(true)),
            "false" => Some(Datum::Bool(false)),
            _ if matches!(shape, Shape::Bool) => None,
            _ if raw.starts_with(['{', '[']) => Some(Datum::Raw(raw)),
            _ => Some(raw.parse::<i64>().map_or_else(|_| Datum::Number(raw), Datum::Int)),
        },
        Shape::Text | Shape::Object(_) | Shape::List(_) | Shape::Map(_) => None,
    }
}

/// Returns the name of the type that was found instead.
fn found(raw: &str, shape: &Shape) -> &'static str {
    match (type_of(raw), shape) {
        ("a number", Shape::Int32 | Shape::Int64) => "another number",
        ("a string" | "a number", Shape::Quantity) => "something else",
        (found, _) => found,
    }
}

/// Finds a field by name, with its position. The search starts after the last match, because the API server sends
/// fields sorted by name and they are declared in that order.
fn find<'f>(fields: &'f [Field], next: &mut usize, name: &str) -> Option<(u8, &'f Field)> {
    let (before, after) = fields.split_at_checked(*next)?;
    let is_field = |field: &Field| field.name == name;
    let index = match after.iter().position(is_field) {
        Some(index) => index.saturating_add(*next),
        None => before.iter().position(is_field)?,
    };
    *next = index.saturating_add(1);
    Some((u8::try_from(index).unwrap_or(u8::MAX), fields.get(index)?))
}

/// Links the members of an object that are present.
pub(super) struct Members {
    object: u32,
    last: u32,
    /// True if members are kept by name and weren't sorted in the text. Declared fields are found in any order.
    is_unsorted: bool,
    has_names: bool,
}

impl Members {
    pub(super) fn new(object: u32, has_names: bool) -> Self {
        Members { object, last: 0, is_unsorted: false, has_names }
    }

    pub(super) fn add(&mut self, document: &mut Document<'_>, child: u32, is_present: bool) {
        if !is_present {
            document.pop(child, self.object);
            return;
        }
        if self.has_names && self.last != 0 && !self.is_unsorted {
            // Equal names are found while sorting.
            self.is_unsorted = document.rank(self.last) >= document.rank(child);
        }
        document.link(self.object, self.last, child);
        self.last = child;
    }

    pub(super) fn finish(self, document: &mut Document<'_>) {
        if self.is_unsorted {
            document.sort(self.object);
        }
        document.cursor = self.object;
    }
}
