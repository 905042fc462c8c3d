//! Nodes: the values of a document, with their paths.

use std::borrow::Cow;
use std::fmt::Write;

use super::path::{Step, short, write_name};
use super::reader::{Datum, Document, Key, Slot, bit};
use super::shape::{Field, Shape};
use super::text::{append, json_separate, json_text};

/// A value of a document. It knows its path.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) id: u32,
}

impl<'d> Node<'d> {
    pub(super) fn slot(self) -> Option<&'d Slot<'d>> {
        self.document.slot(self.id)
    }

    /// Returns the child for the shape's field number `index`; `None` if it is absent or null.
    pub fn field(self, index: u8) -> Option<Node<'d>> {
        let Slot { first, datum: Datum::Object(_, seen), .. } = self.slot()? else { return None };
        // Most fields are absent, so the bit set is checked first.
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

    /// Returns all children that were read, in the order of the text.
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

    /// Returns the object or list that contains this node; `None` for the root.
    #[must_use]
    pub fn parent(self) -> Option<Node<'d>> {
        if self.id == 0 { None } else { self.slot().map(|slot| self.document.node(slot.parent)) }
    }

    fn declared(self) -> Option<&'static Field> {
        let Some(Slot { key: Key::Field(index), parent, .. }) = self.slot() else { return None };
        match self.document.slot(*parent) {
            Some(Slot { datum: Datum::Object(fields, _), .. }) => fields.get(usize::from(*index)),
            _ => None,
        }
    }

    /// The node's name in its parent: a field's name or a map's key. Empty for list entries and the root.
    #[must_use]
    pub fn name(self) -> &'d str {
        match self.slot() {
            Some(Slot { key: Key::Name(name), .. }) => name,
            _ => self.declared().map_or("", |field| field.name),
        }
    }

    /// The node's index in its list; `None` if its parent isn't a list.
    #[must_use]
    pub fn position(self) -> Option<usize> {
        match self.slot() {
            Some(Slot { key: Key::Index(index), .. }) => usize::try_from(*index).ok(),
            _ => None,
        }
    }

    /// Returns true if the shape has no field of the node's name.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        matches!(self.slot(), Some(Slot { key: Key::Name(_), .. }))
    }

    /// The value's JSON text, if the shape asks for it.
    #[must_use]
    pub fn raw(self) -> Option<&'d str> {
        match self.slot() {
            Some(Slot { datum: Datum::Raw(raw), .. }) => Some(raw),
            _ => None,
        }
    }

    /// The value, in a document that was read with [`Shape::Any`].
    #[must_use]
    pub fn json(self) -> Json<'d> {
        match self.slot().map(|slot| &slot.datum) {
            Some(Datum::Bool(value)) => Json::Bool(*value),
            Some(Datum::Int(value)) => Json::Int(*value),
            Some(Datum::Number(value)) => Json::Number(value),
            Some(Datum::Text(value)) => Json::Text(value),
            Some(Datum::Object(..)) => Json::Object(self.children()),
            Some(Datum::List) => Json::List(self.children()),
            Some(Datum::Raw(raw)) => Json::Deep(raw),
            _ => Json::Null,
        }
    }

    /// The value at a path of keys, in a document that was read with [`Shape::Any`].
    #[must_use]
    pub fn at(self, keys: &[&str]) -> Option<Node<'d>> {
        keys.iter().try_fold(self, |node, key| node.children().find(|child| child.name() == *key))
    }

    /// The string at a path of keys, in a document that was read with [`Shape::Any`]; empty if there is none.
    #[must_use]
    pub fn text_at(self, keys: &[&str]) -> &'d str {
        self.at(keys).and_then(Node::text).unwrap_or_default()
    }

    /// The node's string or quantity.
    #[must_use]
    pub fn text(self) -> Option<&'d str> {
        match self.slot() {
            Some(Slot { datum: Datum::Text(text), .. }) => Some(text),
            _ => None,
        }
    }

    /// The node's path, as in `spec.containers[0].resources.requests["nvidia.com/gpu"]`; empty for the root.
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
        let (Some(slot), Some(parent)) = (self.slot(), self.parent()) else { return };
        parent.write_path_from(start, out);
        match slot.key {
            Key::Index(index) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "[{index}]");
            }
            _ => write_name(out, start, &short(self.name())),
        }
    }

    /// Returns a sort key for the node's path: names sort alphabetically, list entries by their index.
    pub(super) fn sort_key(self) -> String {
        let mut key = self.parent().map_or_else(String::new, Node::sort_key);
        match self.position() {
            Some(index) => _ = write!(key, "{index:010}"),
            None => append(&mut key, &[&short(self.name()), "\0"]),
        }
        key
    }

    /// Returns the steps from the root to this node.
    #[must_use]
    pub fn steps(self) -> Vec<Step<'static>> {
        let mut steps = Vec::new();
        let mut node = self;
        while let (Some(slot), Some(parent)) = (node.slot(), node.parent()) {
            steps.push(match &slot.key {
                Key::Index(index) => Step::Index(*index as usize),
                Key::Name(name) => Step::Key(Cow::Owned(short(name).into_owned())),
                _ => Step::key(node.declared().map_or("", |field| field.name)),
            });
            node = parent;
        }
        steps.reverse();
        steps
    }
}

/// A JSON value.
pub enum Json<'d> {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number, as written.
    Number(&'d str),
    /// A string.
    Text(&'d str),
    /// An object: its members that are not null. [`Node::name`] gives their names.
    Object(Children<'d>),
    /// A list.
    List(Children<'d>),
    /// A value that is nested too deeply to be read, as JSON text.
    Deep(&'d str),
}

impl PartialEq<Node<'_>> for Node<'_> {
    fn eq(&self, other: &Node<'_>) -> bool {
        std::ptr::addr_eq(self.document, other.document) && self.id == other.id
    }
}

/// Returns true if two JSON texts have the same value. The API server writes equal values as equal bytes; other senders
/// may order keys differently.
#[must_use]
pub fn same_json(left: &str, right: &str) -> bool {
    left == right || matches!((canonical(left), canonical(right)), (Some(left), Some(right)) if left == right)
}

/// Returns a canonical text, the same for all JSON texts of one value; `None` if the text is malformed. Omits null
/// members, as Kubernetes ignores them.
#[must_use]
pub fn canonical(text: &str) -> Option<String> {
    let document = Document::read(text, &Shape::Any).ok()?;
    let mut canonical = String::with_capacity(text.len());
    document.root().write_canonical(&mut canonical);
    Some(canonical)
}

impl Node<'_> {
    /// Writes the value as JSON, in a document that was read with [`Shape::Any`].
    #[must_use]
    pub fn to_json(self) -> String {
        let mut json = String::new();
        self.write_canonical(&mut json);
        json
    }

    fn write_canonical(self, out: &mut String) {
        match self.json() {
            Json::Null => out.push_str("null"),
            Json::Bool(value) => out.push_str(if value { "true" } else { "false" }),
            Json::Int(value) => _ = write!(out, "{value}"),
            Json::Number(text) | Json::Deep(text) => out.push_str(text),
            Json::Text(text) => json_text(out, text),
            Json::List(entries) => {
                out.push('[');
                for entry in entries {
                    json_separate(out);
                    entry.write_canonical(out);
                }
                out.push(']');
            }
            // Members are already sorted by name.
            Json::Object(members) => {
                out.push('{');
                for member in members {
                    json_separate(out);
                    json_text(out, member.name());
                    out.push(':');
                    member.write_canonical(out);
                }
                out.push('}');
            }
        }
    }
}

/// The children of a node, in the order of the text.
pub struct Children<'d> {
    next: Option<Node<'d>>,
}

/// Returns the children of a node; none for `None`.
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
