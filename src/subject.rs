//! The object that is judged, as the rules see it.

use std::cell::OnceCell;

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::lookups::{Lookup, Lookups};
use crate::products::Image;
use crate::reader::{List, Node, View};
use crate::settings::{ParameterValue, Settings};
use crate::views::{
    Configuration, Container, CronJob, Object, ObjectMeta, OwnerReference, PersistentVolume, PersistentVolumeClaim,
    Pod, PodSpec, PodTemplate, PodTemplateSpec, Service, StatefulSet, Workload,
};

/// A pod's metadata and spec, wherever the object keeps them.
#[derive(Clone, Copy, Default)]
pub struct Template<'d> {
    /// The metadata of the pods.
    pub metadata: Option<ObjectMeta<'d>>,
    /// Their spec.
    pub spec: Option<PodSpec<'d>>,
}

impl<'d> From<PodTemplateSpec<'d>> for Template<'d> {
    fn from(template: PodTemplateSpec<'d>) -> Self {
        Template { metadata: template.metadata(), spec: template.spec() }
    }
}

/// The object that is judged, with what the rules need to know around it.
pub struct Subject<'d> {
    /// Its kind.
    pub kind: Kind,
    /// Its API group; empty for the core group.
    pub group: &'d str,
    /// Its name; empty where the API server will make one from `generateName`.
    pub name: &'d str,
    /// The object itself.
    pub root: Node<'d>,
    /// The object's metadata.
    pub metadata: Option<ObjectMeta<'d>>,
    /// The metadata of the Jobs that a CronJob makes.
    pub job_metadata: Option<ObjectMeta<'d>>,
    /// The pod template, where the kind has one.
    pub template: Option<Template<'d>>,
    claim_templates: Option<Node<'d>>,
    images: OnceCell<Vec<Image<'d>>>,
    first_empty_dir: OnceCell<Option<Node<'d>>>,
    /// The pod as it was, where only what changed is judged.
    pub before: Option<PodSpec<'d>>,
    /// The object as it was, where the request updates it.
    pub old: Option<Node<'d>>,
    settings: &'d Settings<'d>,
    lookups: &'d Lookups<'d>,
}

impl<'d> Subject<'d> {
    /// The object of `kind` that `root` holds. `name` is the request's; where it is empty, the object's counts.
    #[must_use]
    pub fn new(kind: Kind, group: &'d str, name: &'d str, root: Node<'d>, lookups: &'d Lookups<'d>) -> Self {
        let mut subject = Subject {
            kind,
            group,
            name,
            root,
            metadata: None,
            job_metadata: None,
            template: None,
            claim_templates: None,
            images: OnceCell::new(),
            first_empty_dir: OnceCell::new(),
            before: None,
            old: None,
            settings: lookups.settings(),
            lookups,
        };
        match kind {
            Kind::Pod => {
                if let Some(pod) = Pod::of(root) {
                    subject.metadata = pod.metadata();
                    subject.template = Some(Template { metadata: pod.metadata(), spec: pod.spec() });
                }
            }
            Kind::StatefulSet => {
                if let Some(object) = StatefulSet::of(root) {
                    subject.metadata = object.metadata();
                    subject.template = object.spec().and_then(|spec| spec.template()).map(Template::from);
                    subject.claim_templates = object.spec().and_then(|spec| spec.volume_claim_templates().filled());
                }
            }
            Kind::CronJob => {
                if let Some(object) = CronJob::of(root) {
                    let job = object.spec().and_then(|spec| spec.job_template());
                    subject.metadata = object.metadata();
                    subject.job_metadata = job.and_then(|job| job.metadata());
                    subject.template =
                        job.and_then(|job| job.spec()).and_then(|spec| spec.template()).map(Template::from);
                }
            }
            Kind::PodTemplate => {
                if let Some(object) = PodTemplate::of(root) {
                    subject.metadata = object.metadata();
                    subject.template = object.template().map(Template::from);
                }
            }
            Kind::PersistentVolumeClaim => {
                subject.metadata = PersistentVolumeClaim::of(root).and_then(|claim| claim.metadata());
            }
            Kind::PersistentVolume => {
                subject.metadata = PersistentVolume::of(root).and_then(|volume| volume.metadata());
            }
            Kind::Service => subject.metadata = Service::of(root).and_then(|service| service.metadata()),
            Kind::ConfigMap | Kind::Secret => {
                subject.metadata = Configuration::of(root).and_then(|object| object.metadata());
            }
            Kind::NetworkPolicy | Kind::Namespace | Kind::Custom => {
                subject.metadata = Object::of(root).and_then(|object| object.metadata());
            }
            Kind::PodExecOptions | Kind::PodAttachOptions | Kind::PodPortForwardOptions => {}
            Kind::Deployment | Kind::ReplicaSet | Kind::DaemonSet | Kind::Job | Kind::ReplicationController => {
                if let Some(object) = Workload::of(root) {
                    subject.metadata = object.metadata();
                    subject.template = object.spec().and_then(|spec| spec.template()).map(Template::from);
                }
            }
        }
        if subject.name.is_empty() {
            subject.name = subject.metadata.and_then(|metadata| metadata.name()).map_or("", |name| name.value);
        }
        subject
    }

    /// The look-ups of the request.
    #[must_use]
    pub fn lookups(&self) -> &'d Lookups<'d> {
        self.lookups
    }

    /// Reports that the cluster did not answer, which never counts as a yes.
    pub fn failed_lookup(&self, kind: Lookup, place: impl Into<Place<'d>>, findings: &mut Findings<'d>) {
        let problem = format_args!("the policy could not look up {}s in the cluster", kind.name());
        let remedy = "name the kind in contextAwareResources, and grant the policy server get, list and watch";
        if let Some(finding) = findings.add(place, problem, remedy) {
            finding.level = self.settings.on_lookup_failure;
            finding.is_unanswered = true;
        }
    }

    /// The value that the settings give to a parameter of a rule.
    #[must_use]
    pub fn parameter(&self, rule: &str, name: &str) -> Option<&'d ParameterValue<'d>> {
        self.settings.parameter(rule, name)
    }

    /// The names that the settings give to a parameter of a rule; none by default.
    #[must_use]
    pub fn names(&self, rule: &str, name: &str) -> &'d [&'d str] {
        match self.parameter(rule, name) {
            Some(ParameterValue::Names(names)) => names,
            _ => &[],
        }
    }

    /// The text that the settings give to a parameter of a rule.
    #[must_use]
    pub fn text(&self, rule: &str, name: &str) -> Option<&'d str> {
        match self.parameter(rule, name) {
            Some(ParameterValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The owner that controls the object, if it is of `kind` in API group `group`.
    #[must_use]
    pub fn controller(&self, group: &str, kind: &str) -> Option<OwnerReference<'d>> {
        controller(self.metadata?, group, kind)
    }

    /// Whether another object controls this one.
    #[must_use]
    pub fn has_controller(&self) -> bool {
        let owners = self.metadata.into_iter().flat_map(|metadata| metadata.owner_references());
        owners.into_iter().any(|owner| owner.controller().is_some_and(|flag| flag.value))
    }

    /// The claim templates of a StatefulSet.
    #[must_use]
    pub fn claim_templates(&self) -> List<'d, PersistentVolumeClaim<'d>> {
        List::found(self.claim_templates)
    }

    /// The pod's init, normal and ephemeral containers.
    pub fn containers(&self) -> impl Iterator<Item = Container<'d>> + use<'d> {
        let lists = |pod: PodSpec<'d>| [pod.init_containers(), pod.containers(), pod.ephemeral_containers()];
        self.pod().into_iter().flat_map(lists).flatten()
    }

    /// The first emptyDir among the pod's volumes.
    pub fn first_empty_dir(&self) -> Option<Node<'d>> {
        *self.first_empty_dir.get_or_init(|| {
            let mut volumes = self.pod().into_iter().flat_map(|pod| pod.volumes());
            volumes.find(|volume| volume.is_empty_dir()).map(|volume| volume.node)
        })
    }

    /// The images of the containers.
    pub fn images(&self) -> &[Image<'d>] {
        let images = || self.containers().filter_map(Image::of).collect();
        self.images.get_or_init(images)
    }

    /// The pod's spec, where there is one.
    #[must_use]
    pub fn pod(&self) -> Option<PodSpec<'d>> {
        self.template?.spec
    }

    /// Whether the pods use the network of the node.
    #[must_use]
    pub fn uses_host_network(&self) -> bool {
        self.pod().and_then(|pod| pod.host_network()).is_some_and(|flag| flag.value)
    }

    /// The container as it was before the request, where only what changed is judged.
    #[must_use]
    pub fn before(&self, container: Container<'d>) -> Option<Container<'d>> {
        let before = self.before?;
        let old = || match container.node.parent().name() {
            "initContainers" => before.init_containers(),
            "ephemeralContainers" => before.ephemeral_containers(),
            _ => before.containers(),
        };
        let name = container.name().map_or("", |name| name.value);
        let named = |old: &Container<'_>| old.name().map_or("", |name| name.value) == name;
        // A request that keeps the order, as every one does that changes resources, is compared in one step.
        let same_place = container.node.position().and_then(|index| old().into_iter().nth(index)).filter(named);
        same_place.or_else(|| old().into_iter().find(named))
    }
}

/// The owner that controls an object, if it is of `kind` in API group `group`.
#[must_use]
pub fn controller<'d>(metadata: ObjectMeta<'d>, group: &str, kind: &str) -> Option<OwnerReference<'d>> {
    metadata.owner_references().into_iter().find(|owner| {
        owner.controller().is_some_and(|flag| flag.value)
            && owner.kind().is_some_and(|name| name.value == kind)
            && owner
                .api_version()
                .is_some_and(|version| version.value.split_once('/').map_or("", |(group, _)| group) == group)
    })
}
