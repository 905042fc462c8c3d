//! Views: typed access to nodes.

use std::marker::PhantomData;

use super::node::{Children, Node, children};
use super::quantity::Quantity;
use super::reader::{Datum, Slot};
use super::shape::Shape;

/// Typed access to a node.
pub trait View<'d>: Sized {
    /// The shape to read the value with.
    const SHAPE: &'static Shape;

    /// The type of a field of this view: an `Option`, or a list or map that is empty if the field is absent.
    type Found;

    /// Creates the view of a node that was read with [`View::SHAPE`]; `None` if the value has the wrong type.
    fn of(node: Node<'d>) -> Option<Self>;

    /// Creates the value of a field from its node, `None` if the field is absent.
    fn found(node: Option<Node<'d>>) -> Self::Found;
}

/// A boolean, number or string, and its node.
#[derive(Clone, Copy)]
pub struct Value<'d, T> {
    /// The node.
    pub node: Node<'d>,
    /// The value.
    pub value: T,
}

/// A boolean field.
pub type Flag<'d> = Value<'d, bool>;
/// A 32-bit integer field.
pub type Int32<'d> = Value<'d, i32>;
/// A 64-bit integer field.
pub type Int64<'d> = Value<'d, i64>;
/// A string field.
pub type Text<'d> = Value<'d, &'d str>;

/// A quantity and its node.
#[derive(Clone, Copy)]
pub struct Amount<'d> {
    /// The node.
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
    /// The quantity as written.
    #[must_use]
    pub fn text(self) -> &'d str {
        self.node.text().unwrap_or_default()
    }

    /// The parsed quantity. The reader has already checked that it can be parsed.
    #[must_use]
    pub fn value(self) -> Quantity {
        Quantity::parse(self.text()).unwrap_or_default()
    }

    /// Returns true if two quantities have the same value, even if written differently.
    #[must_use]
    pub fn equals(self, other: Amount<'_>) -> bool {
        self.text() == other.text() || self.value() == other.value()
    }
}

/// An object whose content doesn't matter.
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

/// A value kept as JSON text.
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

/// A list; empty if absent.
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
    /// The list's node; `None` if the list is empty.
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

/// The entries of a list, in order.
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

/// An object with arbitrary keys; empty if absent.
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
    /// The object's node; `None` if the object is empty.
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
    /// The keys and values, sorted by key.
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

/// Returns both values of each key that two maps have in common, sorted by key. Maps are already sorted, so each is
/// read once.
pub fn join<'d, 'e, V: View<'d>, W: View<'e>>(left: Map<'d, V>, right: Map<'e, W>) -> impl Iterator<Item = (V, W)> {
    let mut right = right.into_iter().peekable();
    left.into_iter().filter_map(move |(name, value)| {
        while right.next_if(|(other, _)| *other < name).is_some() {}
        let (_, other) = right.next_if(|(other, _)| *other == name)?;
        Some((value, other))
    })
}

/// The keys and values of an object, sorted by key.
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
