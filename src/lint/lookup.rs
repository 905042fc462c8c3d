//! The kinds of object that can be looked up in the cluster.

/// A kind of object that can be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Virtual nodes as they are.
    Node,
    /// Where a pod runs, for requests that connect to it.
    Pod,
    /// The types of image pull secrets.
    Secret,
    /// The storage classes of claims.
    PersistentVolumeClaim,
    /// The labels of a pod's namespace.
    Namespace,
}

impl Lookup {
    /// All of them.
    pub const ALL: [Lookup; 5] =
        [Lookup::Node, Lookup::Pod, Lookup::Secret, Lookup::PersistentVolumeClaim, Lookup::Namespace];

    /// Their names.
    pub const NAMES: [&str; 5] = ["Node", "Pod", "Secret", "PersistentVolumeClaim", "Namespace"];

    /// The kind's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.get(self as usize).copied().unwrap_or_default()
    }
}
