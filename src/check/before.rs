//! The old version of a running pod, for requests of which only the change is checked.

use crate::document::text::sort_names;
use crate::kubernetes::views::{Container, PodSpec};

/// A pod's spec, with its containers indexed by name.
pub struct Before<'d> {
    /// The pod's spec.
    pub pod: PodSpec<'d>,
    init: Named<'d>,
    normal: Named<'d>,
    ephemeral: Named<'d>,
}

/// Containers, with an index by name.
struct Named<'d> {
    containers: Vec<Container<'d>>,
    names: Vec<(&'d str, usize)>,
}

impl<'d> Named<'d> {
    fn new(containers: impl IntoIterator<Item = Container<'d>>) -> Self {
        let containers: Vec<_> = containers.into_iter().collect();
        let mut names = containers.iter().enumerate().map(|(index, container)| (name(*container), index)).collect();
        sort_names(&mut names);
        Named { containers, names }
    }

    /// Finds a container by name; if several have it, the one at `index`.
    fn find(&self, name: &str, index: Option<usize>) -> Option<Container<'d>> {
        let same_place = index.and_then(|index| self.containers.get(index)).filter(|known| self::name(**known) == name);
        if let Some(container) = same_place {
            return Some(*container);
        }
        let at = self.names.partition_point(|(known, _)| *known < name);
        let (_, index) = self.names.get(at).filter(|(known, _)| *known == name)?;
        self.containers.get(*index).copied()
    }
}

impl<'d> Before<'d> {
    /// Creates the index of a pod's containers.
    #[must_use]
    pub fn new(pod: PodSpec<'d>) -> Self {
        Before {
            pod,
            init: Named::new(pod.init_containers()),
            normal: Named::new(pod.containers()),
            ephemeral: Named::new(pod.ephemeral_containers()),
        }
    }

    /// Returns the old version of a container; `None` if it is new.
    #[must_use]
    pub fn container(&self, container: Container<'_>) -> Option<Container<'d>> {
        let list = match container.list() {
            "initContainers" => &self.init,
            "ephemeralContainers" => &self.ephemeral,
            _ => &self.normal,
        };
        list.find(name(container), container.node.position())
    }
}

/// Returns the name of a container; empty if it has none.
#[must_use]
pub fn name(container: Container<'_>) -> &str {
    container.name().map_or("", |name| name.value)
}
