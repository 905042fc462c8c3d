//! Paths: the steps from a document's root to a value, and their text for messages.

use std::borrow::Cow;
use std::fmt::Write;

/// A step from an object or list to a value in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step<'d> {
    /// A key of an object.
    Key(Cow<'d, str>),
    /// An index in a list.
    Index(usize),
}

impl<'d> Step<'d> {
    /// Creates the step to the value of a key.
    #[must_use]
    pub const fn key(name: &'d str) -> Self {
        Step::Key(Cow::Borrowed(name))
    }

    /// Returns true if the key may have been cut, so that the step leads nowhere.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        matches!(self, Step::Key(key) if key.len() > MAX_KEY.saturating_sub(4))
    }
}

/// The maximum length of a key in a path, in bytes. Names in Kubernetes' API are shorter.
const MAX_KEY: usize = 512;

/// Returns a key, or the name of a container, for a finding. Many findings can be below one key, so a long one is cut.
#[must_use]
pub fn short(key: &str) -> Cow<'_, str> {
    if key.len() <= MAX_KEY {
        return Cow::Borrowed(key);
    }
    // A character has at most four bytes.
    let kept = (0..4).find_map(|less| key.get(..MAX_KEY.saturating_sub(less)));
    Cow::Owned(format!("{}...", kept.unwrap_or_default()))
}

/// The path of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldPath {
    /// A field: the steps from the object's root.
    Field(Vec<Step<'static>>),
    /// A path outside the object, such as `pods/exec`.
    Resource(&'static str),
}

impl FieldPath {
    /// The path as text, as in `spec.containers[0].ports[1].hostPort`.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            FieldPath::Field(steps) => path_of(steps),
            FieldPath::Resource(name) => (*name).to_owned(),
        }
    }
}

/// Appends a field or key to the path that begins at offset `start` of `out`: `.name` for plain names, `["..."]` for
/// others.
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

/// Returns the path of steps as text.
#[must_use]
pub fn path_of(steps: &[Step<'_>]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Key(name) => write_name(&mut path, 0, name),
            // Writing to a string cannot fail.
            Step::Index(index) => _ = write!(path, "[{index}]"),
        }
    }
    path
}
