//! Nodes: the values of a document, each with its place.

use std::borrow::Cow;
use std::fmt::Write;

use super::path::{Step, write_name};
use super::reader::{Datum, Document, Key, Slot, bit};
use super::shape::{Field, Shape};
use super::text::{append, json_separate, json_text};

/// A value of a document, with its place in it.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) id: u32,
}

impl<'d> Node<'d> {
    pub(super) fn slot(self) -> Option<&'d Slot<'d>> {
        self.document.slot(self.id)
    }

    /// The child that the shape names at `index` of its fields, if it is there and not null.
    pub fn field(self, index: u8) -> Option<Node<'d>> {
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

    /// The node that this one stands in; the root stands in none.
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
            Some(Datum::Number(value)) => Json::Number(value),
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
        let (Some(slot), Some(parent)) = (self.slot(), self.parent()) else { return };
        parent.write_path_from(start, out);
        match slot.key {
            Key::Index(index) => {
                // Writing into a string cannot fail.
                let _ = write!(out, "[{index}]");
            }
            _ => write_name(out, start, self.name()),
        }
    }

    /// A text that sorts as the places of nodes do: names by their letters, entries of lists by their numbers.
    pub(super) fn sort_key(self) -> String {
        let mut key = self.parent().map_or_else(String::new, Node::sort_key);
        match self.position() {
            Some(index) => _ = write!(key, "{index:010}"),
            None => append(&mut key, &[self.name(), "\0"]),
        }
        key
    }

    /// The steps from the root to this node.
    #[must_use]
    pub fn steps(self) -> Vec<Step<'static>> {
        let mut steps = Vec::new();
        let mut node = self;
        while let (Some(slot), Some(parent)) = (node.slot(), node.parent()) {
            steps.push(match &slot.key {
                Key::Index(index) => Step::Index(*index as usize),
                Key::Name(name) => Step::Key(Cow::Owned(name.clone().into_owned())),
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
    /// Nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number, as it is written.
    Number(&'d str),
    /// A string.
    Text(&'d str),
    /// An object, with its values that are not null; their names are [`Node::name`].
    Object(Children<'d>),
    /// A list.
    List(Children<'d>),
    /// A value that is too deep to be taken apart, as text.
    Deep(&'d str),
}

impl PartialEq<Node<'_>> for Node<'_> {
    fn eq(&self, other: &Node<'_>) -> bool {
        std::ptr::addr_eq(self.document, other.document) && self.id == other.id
    }
}

/// Whether two JSON texts have the same value. The API server writes equal values in equal bytes; another sender may
/// order its keys in another way.
#[must_use]
pub fn same_json(left: &str, right: &str) -> bool {
    left == right || matches!((canonical(left), canonical(right)), (Some(left), Some(right)) if left == right)
}

/// A text that is the same for all JSON texts of one value; `None` if the text is malformed. Members that are null are
/// left out, as Kubernetes reads them.
#[must_use]
pub fn canonical(text: &str) -> Option<String> {
    let document = Document::read(text, &Shape::Any).ok()?;
    let mut canonical = String::with_capacity(text.len());
    document.root().write_canonical(&mut canonical);
    Some(canonical)
}

impl Node<'_> {
    /// The value as JSON, in a document that was read with [`Shape::Any`].
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
            // Members are kept in the order of their names.
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
