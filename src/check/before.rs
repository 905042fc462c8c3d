//! A running pod as it was before the request, where only the change is judged.

use crate::document::text::sort_names;
use crate::kubernetes::views::{Container, PodSpec};

/// The containers of a pod by their names.
pub struct Before<'d> {
    /// The pod's spec.
    pub pod: PodSpec<'d>,
    init: Named<'d>,
    normal: Named<'d>,
    ephemeral: Named<'d>,
}

/// Containers, and the index of each under its name.
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

    /// The container of that name, the one at `index` if several have it.
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
    /// A pod as it was.
    #[must_use]
    pub fn new(pod: PodSpec<'d>) -> Self {
        Before {
            pod,
            init: Named::new(pod.init_containers()),
            normal: Named::new(pod.containers()),
            ephemeral: Named::new(pod.ephemeral_containers()),
        }
    }

    /// The container as it was; `None` if it is new.
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

/// The name of a container, empty where it has none.
#[must_use]
pub fn name(container: Container<'_>) -> &str {
    container.name().map_or("", |name| name.value)
}
