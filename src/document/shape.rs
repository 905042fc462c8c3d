//! Shapes: the fields of a JSON value to read, with their types.

use super::pattern::Pattern;

/// The parts of a JSON value to read.
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// A 32-bit integer.
    Int32,
    /// A 64-bit integer.
    Int64,
    /// A string.
    Text,
    /// A Kubernetes quantity: a string or a number, kept as written.
    Quantity,
    /// An object whose content doesn't matter.
    Presence,
    /// Any value, kept as JSON text.
    Raw,
    /// Any value, with its whole content.
    Any,
    /// An object with the given fields.
    Object(&'static Fields),
    /// A list of values of this shape.
    List(&'static Shape),
    /// An object with arbitrary keys, such as labels, and values of this shape.
    Map(&'static Shape),
}

/// The fields of an object to read.
pub struct Fields {
    /// The fields with their shapes; everything else in the object is skipped.
    pub known: &'static [Field],
    /// True to also keep the names of other fields whose value is an object.
    pub others: bool,
}

/// A field of an object.
pub struct Field {
    /// The field's name in JSON.
    pub name: &'static str,
    /// The shape of its value.
    pub shape: &'static Shape,
}

/// Returns the position of the field `name` in `fields`, 255 if it isn't there. Used at compile time.
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

/// A pattern and the shape of the values at it. The routes of a kind define what is read of its objects.
#[derive(Clone, Copy)]
pub struct Route<'r> {
    /// The pattern of the values. The empty pattern selects the document's root.
    pub pattern: Pattern<'r>,
    /// The shape of the value.
    pub shape: &'static Shape,
}
