//! The kinds that the policy can look up in the cluster.

/// A kind that the policy can look up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The virtual nodes of the cluster.
    Node,
    /// The node of a pod, for requests that connect to it.
    Pod,
    /// The types of image pull secrets.
    Secret,
    /// The claims that volumes name.
    PersistentVolumeClaim,
    /// The labels of a pod's namespace.
    Namespace,
    /// The provisioners of storage classes.
    StorageClass,
    /// The drivers of volumes.
    PersistentVolume,
}

impl Lookup {
    /// All kinds.
    pub const ALL: [Lookup; 7] = [
        Lookup::Node,
        Lookup::Pod,
        Lookup::Secret,
        Lookup::PersistentVolumeClaim,
        Lookup::Namespace,
        Lookup::StorageClass,
        Lookup::PersistentVolume,
    ];

    /// The names of all kinds, in the same order.
    pub const NAMES: [&str; 7] =
        ["Node", "Pod", "Secret", "PersistentVolumeClaim", "Namespace", "StorageClass", "PersistentVolume"];

    /// The kind's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.get(self as usize).copied().unwrap_or_default()
    }

    /// The kind's `apiVersion`.
    #[must_use]
    pub const fn api_version(self) -> &'static str {
        if matches!(self, Lookup::StorageClass) { "storage.k8s.io/v1" } else { "v1" }
    }

    /// Returns true if its objects are namespaced.
    #[must_use]
    pub const fn is_namespaced(self) -> bool {
        matches!(self, Lookup::Pod | Lookup::Secret | Lookup::PersistentVolumeClaim)
    }
}
