//! Names of container images.

use crate::document::node::Node;
use crate::kubernetes::views::Container;

/// An image reference, split into the parts that identify a product.
pub struct Image<'d> {
    /// The `image` field.
    pub node: Node<'d>,
    /// The name of the container.
    pub container: Option<&'d str>,
    /// The second-last component of the path; empty if there is none.
    parent: &'d str,
    /// The last component of the path, without tag or digest.
    name: &'d str,
}

impl<'d> Image<'d> {
    /// Splits the image reference of a container.
    #[must_use]
    pub fn of(container: Container<'d>) -> Option<Self> {
        let image = container.image()?;
        let bytes = image.value.as_bytes();
        let end = bytes.iter().position(|byte| *byte == b'@').unwrap_or(bytes.len());
        let path = image.value.get(..end).unwrap_or_default();
        let (parents, last) = split_last(path);
        let end = last.bytes().position(|byte| byte == b':').unwrap_or(last.len());
        let name = last.get(..end).unwrap_or_default();
        let container = container.name().map(|name| name.value);
        Some(Image { node: image.node, container, parent: split_last(parents).1, name })
    }

    /// Returns true if the image matches an entry of a product's `images`.
    #[must_use]
    pub fn is(&self, (parent, name): (&str, &str)) -> bool {
        let is_name = match name.strip_suffix('*') {
            Some(start) => self.name.starts_with(start),
            None => self.name == name,
        };
        is_name && (parent.is_empty() || parent == self.parent)
    }
}

/// Splits a path at the last slash. Without a slash, the first part is empty.
fn split_last(path: &str) -> (&str, &str) {
    let slash = path.bytes().rposition(|byte| byte == b'/');
    match slash.and_then(|slash| path.split_at_checked(slash)) {
        Some((parents, last)) => (parents, last.get(1..).unwrap_or_default()),
        None => ("", path),
    }
}
