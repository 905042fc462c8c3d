//! An object as rules see it: metadata, pod templates and claim templates.

use crate::document::node::Node;
use crate::document::pattern::Pattern;
use crate::document::view::{Text, View};
use crate::kubernetes::kinds::{Kind, KindInfo};
use crate::kubernetes::views::{
    Container, ObjectMeta, OwnerReference, PersistentVolumeClaim, PodSpec, PodTemplateSpec,
};

/// A pod template, or a Pod as its own template.
#[derive(Clone, Copy)]
pub struct Template<'d> {
    /// The template's place among the templates of its object.
    pub index: usize,
    /// The template's node.
    pub node: Node<'d>,
    /// The pod metadata.
    pub metadata: Option<ObjectMeta<'d>>,
    /// The pod spec.
    pub spec: Option<PodSpec<'d>>,
}

/// An object that was read with the routes of its kind.
pub struct Object<'d> {
    /// The object's kind.
    pub info: KindInfo<'d>,
    /// The API group; empty for the core group.
    pub group: &'d str,
    /// The object's name; empty if the API server will generate one from `generateName`.
    pub name: &'d str,
    /// The object's root node.
    pub root: Node<'d>,
    /// The object's metadata.
    pub metadata: Option<ObjectMeta<'d>>,
    /// The pod templates, in the order of the kind's row.
    pub templates: Vec<Template<'d>>,
    /// The claim templates.
    pub claims: Vec<PersistentVolumeClaim<'d>>,
}

impl<'d> Object<'d> {
    /// Creates an object from its root node. `name` is the request's; if empty, the name in the metadata is used.
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
            templates: templates.filter_map(PodTemplateSpec::of).enumerate().map(Template::from).collect(),
            claims: claims.filter_map(PersistentVolumeClaim::of).collect(),
        }
    }

    /// Keeps only the templates and claims that `other`, another version of the object, has in the same place.
    pub fn keep_parts_of(&mut self, other: &Object<'_>) {
        let mut templates = other.templates.iter().peekable();
        self.templates.retain(|own| templates.next_if(|other| other.index == own.index).is_some());
        if other.claims.is_empty() {
            self.claims.clear();
        }
    }

    /// The object's kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.info.kind
    }

    /// Returns the field at `path`, which must be one that the kind reads and consist of plain keys.
    #[must_use]
    pub fn field<V: View<'d>>(&self, path: &'static str) -> Option<V> {
        field(self.root, path)
    }

    /// Returns the value of an annotation.
    #[must_use]
    pub fn annotation(&self, name: &str) -> Option<Text<'d>> {
        self.metadata?.annotations().get(name)
    }

    /// Returns the controlling owner, if it is of `kind` in the API group `group`.
    #[must_use]
    pub fn controller(&self, group: &str, kind: &str) -> Option<OwnerReference<'d>> {
        self.metadata?.owner_references().into_iter().find(|owner| owner.is_controller(group, kind))
    }

    /// Returns the API group and kind of the controlling owner.
    #[must_use]
    pub fn controller_kind(&self) -> Option<(&'d str, &'d str)> {
        let mut owners = self.metadata?.owner_references().into_iter();
        let owner = owners.find(|owner| owner.controller().is_some_and(|flag| flag.value))?;
        Some((owner.group(), owner.kind().map_or("", |kind| kind.value)))
    }

    /// Returns true if another object controls this one.
    #[must_use]
    pub fn has_controller(&self) -> bool {
        self.controller_kind().is_some()
    }

    /// Returns the specs of the pod templates.
    pub fn pods(&self) -> impl Iterator<Item = PodSpec<'d>> {
        self.templates.iter().filter_map(|template| template.spec)
    }

    /// Returns the spec of the first pod template.
    #[must_use]
    pub fn pod(&self) -> Option<PodSpec<'d>> {
        self.pods().next()
    }
}

fn field<'d, V: View<'d>>(root: Node<'d>, path: &'static str) -> Option<V> {
    Pattern::new(path).select(root).first().copied().and_then(V::of)
}

impl<'d> From<(usize, PodTemplateSpec<'d>)> for Template<'d> {
    fn from((index, template): (usize, PodTemplateSpec<'d>)) -> Self {
        Template { index, node: template.node, metadata: template.metadata(), spec: template.spec() }
    }
}

impl<'d> PodSpec<'d> {
    /// Returns the init, normal and ephemeral containers, in that order.
    pub fn all_containers(self) -> impl Iterator<Item = Container<'d>> {
        [self.init_containers(), self.containers(), self.ephemeral_containers()].into_iter().flatten()
    }

    /// Returns true if the pod uses its node's network.
    #[must_use]
    pub fn uses_host_network(self) -> bool {
        self.host_network().is_some_and(|flag| flag.value)
    }
}

impl<'d> OwnerReference<'d> {
    /// Returns the owner's API group; empty for the core group.
    fn group(self) -> &'d str {
        let version = self.api_version().map_or("", |version| version.value);
        version.split_once('/').map_or("", |(group, _)| group)
    }

    /// Returns true if the owner is the controller and of `kind` in the API group `group`.
    fn is_controller(self, group: &str, kind: &str) -> bool {
        self.controller().is_some_and(|flag| flag.value)
            && self.kind().is_some_and(|name| name.value == kind)
            && self.group() == group
    }
}
