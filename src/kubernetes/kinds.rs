//! The kinds that rules check, one row each: names, and the paths of the fields that rules read.

use crate::document::pattern::Pattern;
use crate::document::shape::{Route, Shape};
use crate::document::view::View;
use crate::kubernetes::custom_workloads::CUSTOM_WORKLOADS;
use crate::kubernetes::products;
use crate::kubernetes::views::{
    ObjectMeta, PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeSpec, PodTemplateSpec, ServiceSpec,
};

/// A kind that rules check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `v1 Pod`
    Pod,
    /// `apps/v1 Deployment`
    Deployment,
    /// `apps/v1 ReplicaSet`
    ReplicaSet,
    /// `apps/v1 StatefulSet`
    StatefulSet,
    /// `apps/v1 DaemonSet`
    DaemonSet,
    /// `batch/v1 Job`
    Job,
    /// `batch/v1 CronJob`
    CronJob,
    /// `v1 ReplicationController`
    ReplicationController,
    /// `v1 PodTemplate`
    PodTemplate,
    /// `v1 PersistentVolumeClaim`
    PersistentVolumeClaim,
    /// `v1 PersistentVolume`
    PersistentVolume,
    /// `networking.k8s.io/v1 NetworkPolicy`
    NetworkPolicy,
    /// `v1 Namespace`
    Namespace,
    /// `v1 Service`
    Service,
    /// `v1 ConfigMap`
    ConfigMap,
    /// `v1 Secret`
    Secret,
    /// The options of `kubectl exec`
    PodExecOptions,
    /// The options of `kubectl attach`
    PodAttachOptions,
    /// The options of `kubectl port-forward`
    PodPortForwardOptions,
    /// A custom resource with pod templates
    CustomWorkload,
    /// Any other kind in an API group that a rule checks
    Custom,
}

/// A kind in Kubernetes' API, and the paths of the fields that rules read.
#[derive(Clone, Copy)]
pub struct KindInfo<'k> {
    /// The kind.
    pub kind: Kind,
    /// The API group; empty for the core group.
    pub group: &'k str,
    /// The kind's name, such as `Deployment`.
    pub name: &'k str,
    /// The resource, as in a webhook's rules: plural, with the subresource if any.
    pub resource: &'static str,
    /// True if its objects are namespaced.
    pub is_namespaced: bool,
    /// The paths of its pod templates. A Pod is its own template.
    pub templates: &'k [Pattern<'k>],
    /// The path of its claim templates.
    pub claims: Option<Pattern<'k>>,
    /// Other fields to read, besides the metadata.
    pub fields: &'k [Route<'k>],
}

/// Defaults for rows: a namespaced kind of the core group without pods.
pub(super) const CORE: KindInfo<'static> = KindInfo {
    kind: Kind::Custom,
    group: "",
    name: "",
    resource: "",
    is_namespaced: true,
    templates: &[],
    claims: None,
    fields: &[],
};

const TEMPLATE: &[Pattern<'static>] = &[Pattern::new("spec.template")];
const DATA: &[Route<'static>] =
    &[route("data", &Shape::Presence), route("binaryData", &Shape::Presence), route("stringData", &Shape::Presence)];

pub(super) const fn route(pattern: &'static str, shape: &'static Shape) -> Route<'static> {
    Route { pattern: Pattern::new(pattern), shape }
}

/// The path of the Jobs' metadata in a CronJob.
pub const JOB_METADATA: &str = "spec.jobTemplate.metadata";

/// The path of the time that a finished Job is kept, in seconds.
pub const JOB_TTL: &str = "spec.ttlSecondsAfterFinished";
/// The same path for the Jobs of a CronJob.
pub const CRON_JOB_TTL: &str = "spec.jobTemplate.spec.ttlSecondsAfterFinished";

/// All kinds that rules check by name.
pub static KINDS: &[KindInfo<'static>] = &[
    KindInfo { kind: Kind::Pod, name: "Pod", resource: "pods", templates: &[Pattern::ROOT], ..CORE },
    KindInfo {
        kind: Kind::Deployment,
        group: "apps",
        name: "Deployment",
        resource: "deployments",
        templates: TEMPLATE,
        ..CORE
    },
    KindInfo {
        kind: Kind::ReplicaSet,
        group: "apps",
        name: "ReplicaSet",
        resource: "replicasets",
        templates: TEMPLATE,
        ..CORE
    },
    KindInfo {
        kind: Kind::StatefulSet,
        group: "apps",
        name: "StatefulSet",
        resource: "statefulsets",
        templates: TEMPLATE,
        claims: Some(Pattern::new("spec.volumeClaimTemplates[*]")),
        ..CORE
    },
    KindInfo {
        kind: Kind::DaemonSet,
        group: "apps",
        name: "DaemonSet",
        resource: "daemonsets",
        templates: TEMPLATE,
        ..CORE
    },
    KindInfo {
        kind: Kind::Job,
        group: "batch",
        name: "Job",
        resource: "jobs",
        templates: TEMPLATE,
        fields: &[route(JOB_TTL, &Shape::Int32)],
        ..CORE
    },
    KindInfo {
        kind: Kind::CronJob,
        group: "batch",
        name: "CronJob",
        resource: "cronjobs",
        templates: &[Pattern::new("spec.jobTemplate.spec.template")],
        fields: &[route(JOB_METADATA, ObjectMeta::SHAPE), route(CRON_JOB_TTL, &Shape::Int32)],
        ..CORE
    },
    KindInfo {
        kind: Kind::ReplicationController,
        name: "ReplicationController",
        resource: "replicationcontrollers",
        templates: TEMPLATE,
        ..CORE
    },
    KindInfo {
        kind: Kind::PodTemplate,
        name: "PodTemplate",
        resource: "podtemplates",
        templates: &[Pattern::new("template")],
        ..CORE
    },
    KindInfo {
        kind: Kind::PersistentVolumeClaim,
        name: "PersistentVolumeClaim",
        resource: "persistentvolumeclaims",
        fields: &[route("spec", PersistentVolumeClaimSpec::SHAPE)],
        ..CORE
    },
    KindInfo {
        kind: Kind::PersistentVolume,
        name: "PersistentVolume",
        resource: "persistentvolumes",
        is_namespaced: false,
        fields: &[route("spec", PersistentVolumeSpec::SHAPE)],
        ..CORE
    },
    KindInfo {
        kind: Kind::NetworkPolicy,
        group: "networking.k8s.io",
        name: "NetworkPolicy",
        resource: "networkpolicies",
        ..CORE
    },
    KindInfo { kind: Kind::Namespace, name: "Namespace", resource: "namespaces", is_namespaced: false, ..CORE },
    KindInfo {
        kind: Kind::Service,
        name: "Service",
        resource: "services",
        fields: &[route("spec", ServiceSpec::SHAPE)],
        ..CORE
    },
    KindInfo { kind: Kind::ConfigMap, name: "ConfigMap", resource: "configmaps", fields: DATA, ..CORE },
    KindInfo { kind: Kind::Secret, name: "Secret", resource: "secrets", fields: DATA, ..CORE },
    KindInfo { kind: Kind::PodExecOptions, name: "PodExecOptions", resource: "pods/exec", ..CORE },
    KindInfo { kind: Kind::PodAttachOptions, name: "PodAttachOptions", resource: "pods/attach", ..CORE },
    KindInfo { kind: Kind::PodPortForwardOptions, name: "PodPortForwardOptions", resource: "pods/portforward", ..CORE },
];

/// Any kind in a group that rules check by group alone.
static CUSTOM: KindInfo<'static> = KindInfo { ..CORE };

/// Returns true for the API group of cluster-scoped network policies, such as AdminNetworkPolicy.
#[must_use]
pub fn is_policy_group(group: &str) -> bool {
    products::is_in_group(group, "policy.networking.k8s.io")
}

impl KindInfo<'static> {
    /// Finds a kind by group and name; `None` if no rule checks it. Versions are ignored.
    #[must_use]
    pub fn find(group: &str, name: &str) -> Option<Self> {
        let group = current_group(group, name);
        let is_it = |info: &&KindInfo<'_>| info.group == group && info.name == name;
        let known = KINDS.iter().find(is_it).or_else(|| CUSTOM_WORKLOADS.iter().find(is_it));
        known.or_else(|| (products::has_group(group) || is_policy_group(group)).then_some(&CUSTOM)).copied()
    }
}

/// Returns the API group and plural name of everything that rules check when it is created: kinds of Kubernetes, custom
/// workloads, and the custom resources of products. For reading a whole cluster. Leaves out ConfigMaps and Secrets, which
/// are only checked on UPDATE.
#[must_use]
pub fn checked_resources() -> Vec<(&'static str, &'static str)> {
    let is_read =
        |info: &&KindInfo<'static>| !info.kind.is_connection() && !matches!(info.kind, Kind::ConfigMap | Kind::Secret);
    let kinds = KINDS.iter().filter(is_read).chain(CUSTOM_WORKLOADS).map(|info| (info.group, info.resource));
    let products = products::FOUND_BY_GROUP.iter().flat_map(|(_, served)| *served);
    kinds
        .chain(products.flat_map(|(group, _, resources)| resources.iter().map(move |resource| (*group, *resource))))
        .collect()
}

/// Returns the current group of a kind: some were in `extensions` formerly.
fn current_group<'g>(group: &'g str, kind: &str) -> &'g str {
    match (group, kind) {
        ("extensions", "Deployment" | "DaemonSet" | "ReplicaSet") => "apps",
        ("extensions", "NetworkPolicy") => "networking.k8s.io",
        _ => group,
    }
}

/// Returns true if a group belongs to Kubernetes itself: the domain `k8s.io` is reserved for it.
#[must_use]
pub fn is_own_group(group: &str) -> bool {
    !group.contains('.') || products::is_in_group(group, "k8s.io")
}

impl<'k> KindInfo<'k> {
    /// Creates a custom workload without template paths; the settings add them.
    #[must_use]
    pub const fn custom_workload(group: &'k str, name: &'k str) -> Self {
        KindInfo { kind: Kind::CustomWorkload, group, name, ..CORE }
    }

    /// Returns true if objects of this kind are pods or have a pod template.
    #[must_use]
    pub fn has_templates(&self) -> bool {
        !self.templates.is_empty()
    }

    /// Returns the routes to read from objects of this kind.
    #[must_use]
    pub fn routes(&self) -> Vec<Route<'k>> {
        let templates = self.templates.iter().map(|pattern| Route { pattern: *pattern, shape: PodTemplateSpec::SHAPE });
        let claims = self.claims.map(|pattern| Route { pattern, shape: PersistentVolumeClaim::SHAPE });
        let mut routes = vec![route("metadata", ObjectMeta::SHAPE)];
        routes.extend(templates.chain(claims).chain(self.fields.iter().copied()));
        routes
    }

    /// Returns the paths of everything that pods are created from: pod templates first, then claim templates.
    pub fn pod_patterns(&self) -> impl Iterator<Item = Pattern<'k>> {
        self.templates.iter().copied().chain(self.claims)
    }
}

impl Kind {
    /// Returns true for the options of a connection to a running pod, which aren't objects.
    #[must_use]
    pub fn is_connection(self) -> bool {
        matches!(self, Kind::PodExecOptions | Kind::PodAttachOptions | Kind::PodPortForwardOptions)
    }
}
