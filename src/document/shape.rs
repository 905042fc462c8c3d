//! Shapes: which fields of a JSON value are read, and as which type.

use super::pattern::Pattern;

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

/// A place in a document and what is read there. Several routes together say what is read of an object whose fields
/// depend on its kind.
#[derive(Clone, Copy)]
pub struct Route<'r> {
    /// The way to the value. The empty pattern leads to the document's root.
    pub pattern: Pattern<'r>,
    /// What is read of the value.
    pub shape: &'static Shape,
}
