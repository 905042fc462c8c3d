//! Paths: the way from a document's root to a value, and how people read it.

use std::borrow::Cow;
use std::fmt::Write;

/// One step from an object or list to a value in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step<'d> {
    /// The value of a key.
    Key(Cow<'d, str>),
    /// The entry of a list.
    Index(usize),
}

impl<'d> Step<'d> {
    /// The step to the value of a key.
    #[must_use]
    pub const fn key(name: &'d str) -> Self {
        Step::Key(Cow::Borrowed(name))
    }
}

/// The place of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldPath {
    /// A field of the object, by the steps from the object.
    Field(Vec<Step<'static>>),
    /// Something outside of the object, such as `pods/exec`.
    Resource(&'static str),
}

impl FieldPath {
    /// The place as people read it, as in `spec.containers[0].ports[1].hostPort`.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            FieldPath::Field(steps) => path_of(steps),
            FieldPath::Resource(name) => (*name).to_owned(),
        }
    }
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
