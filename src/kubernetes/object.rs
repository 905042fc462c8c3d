//! An object as the rules see it: its metadata, its pod templates and its claim templates.

use crate::document::node::Node;
use crate::document::pattern::Pattern;
use crate::document::view::{Text, View};
use crate::kubernetes::kinds::{Kind, KindInfo};
use crate::kubernetes::views::{
    Container, ObjectMeta, OwnerReference, PersistentVolumeClaim, PodSpec, PodTemplateSpec,
};

/// A pod's metadata and spec, in the place where the object keeps them.
#[derive(Clone, Copy)]
pub struct Template<'d> {
    /// Where it stands.
    pub node: Node<'d>,
    /// The metadata of the pods.
    pub metadata: Option<ObjectMeta<'d>>,
    /// Their spec.
    pub spec: Option<PodSpec<'d>>,
}

/// An object that was read by the routes of its kind.
pub struct Object<'d> {
    /// Its kind.
    pub info: KindInfo<'d>,
    /// Its API group; empty for the core group.
    pub group: &'d str,
    /// Its name; empty where the API server will make one from `generateName`.
    pub name: &'d str,
    /// The object itself.
    pub root: Node<'d>,
    /// Its metadata.
    pub metadata: Option<ObjectMeta<'d>>,
    /// Its pod templates, in the order of the kind's row.
    pub templates: Vec<Template<'d>>,
    /// Its claim templates.
    pub claims: Vec<PersistentVolumeClaim<'d>>,
}

impl<'d> Object<'d> {
    /// The object that `root` holds. `name` is the request's; where it is empty, the object's counts.
    #[must_use]
    pub fn new(info: KindInfo<'d>, group: &'d str, name: &'d str, root: Node<'d>) -> Self {
        let metadata = field::<ObjectMeta>(root, "metadata");
        let own_name = || metadata.and_then(ObjectMeta::name).map_or("", |name| name.value);
        let templates = info.templates.iter().flat_map(|pattern| pattern.select(root));
        let claims = info.claims.iter().flat_map(|pattern| pattern.select(root));
        Object {
            info,
            group,
            name: if name.is_empty() { own_name() } else { name },
            root,
            metadata,
            templates: templates.filter_map(PodTemplateSpec::of).map(Template::from).collect(),
            claims: claims.filter_map(PersistentVolumeClaim::of).collect(),
        }
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.info.kind
    }

    /// What the object has in a place that its kind reads; `path` has only plain keys.
    #[must_use]
    pub fn field<V: View<'d>>(&self, path: &'static str) -> Option<V> {
        field(self.root, path)
    }

    /// The value of one of its annotations.
    #[must_use]
    pub fn annotation(&self, name: &str) -> Option<Text<'d>> {
        self.metadata?.annotations().get(name)
    }

    /// The owner that controls the object, if it is of `kind` in API group `group`.
    #[must_use]
    pub fn controller(&self, group: &str, kind: &str) -> Option<OwnerReference<'d>> {
        self.metadata?.owner_references().into_iter().find(|owner| owner.is_controller(group, kind))
    }

    /// The API group and the kind of the object that controls this one.
    #[must_use]
    pub fn controller_kind(&self) -> Option<(&'d str, &'d str)> {
        let mut owners = self.metadata?.owner_references().into_iter();
        let owner = owners.find(|owner| owner.controller().is_some_and(|flag| flag.value))?;
        Some((owner.group(), owner.kind().map_or("", |kind| kind.value)))
    }

    /// Whether another object controls this one.
    #[must_use]
    pub fn has_controller(&self) -> bool {
        self.controller_kind().is_some()
    }

    /// The specs of its pods.
    pub fn pods(&self) -> impl Iterator<Item = PodSpec<'d>> {
        self.templates.iter().filter_map(|template| template.spec)
    }

    /// The spec of its first pods.
    #[must_use]
    pub fn pod(&self) -> Option<PodSpec<'d>> {
        self.pods().next()
    }
}

fn field<'d, V: View<'d>>(root: Node<'d>, path: &'static str) -> Option<V> {
    Pattern::new(path).select(root).first().copied().and_then(V::of)
}

impl<'d> From<PodTemplateSpec<'d>> for Template<'d> {
    fn from(template: PodTemplateSpec<'d>) -> Self {
        Template { node: template.node, metadata: template.metadata(), spec: template.spec() }
    }
}

impl<'d> PodSpec<'d> {
    /// The init, normal and ephemeral containers.
    pub fn all_containers(self) -> impl Iterator<Item = Container<'d>> {
        [self.init_containers(), self.containers(), self.ephemeral_containers()].into_iter().flatten()
    }

    /// Whether the pod uses the network of its node.
    #[must_use]
    pub fn uses_host_network(self) -> bool {
        self.host_network().is_some_and(|flag| flag.value)
    }
}

impl<'d> OwnerReference<'d> {
    /// The API group of the owner.
    fn group(self) -> &'d str {
        let version = self.api_version().map_or("", |version| version.value);
        version.split_once('/').map_or("", |(group, _)| group)
    }

    /// Whether it is the controller, and of `kind` in API group `group`.
    fn is_controller(self, group: &str, kind: &str) -> bool {
        self.controller().is_some_and(|flag| flag.value)
            && self.kind().is_some_and(|name| name.value == kind)
            && self.group() == group
    }
}
