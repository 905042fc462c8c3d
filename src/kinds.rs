//! The kinds of object that rules know, and where they keep their pod template.

use crate::products;
use crate::reader::{Shape, View};
use crate::views::{
    Configuration, CronJob, Object, PersistentVolume, PersistentVolumeClaim, Pod, PodTemplate, Service, StatefulSet,
    Workload,
};

/// A kind of object that rules know.
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
    /// What `kubectl exec` sends
    PodExecOptions,
    /// What `kubectl attach` sends
    PodAttachOptions,
    /// What `kubectl port-forward` sends
    PodPortForwardOptions,
    /// Any kind in an API group that a rule knows
    Custom,
}

/// How a kind is called in Kubernetes' API.
pub struct KindInfo {
    /// The kind.
    pub kind: Kind,
    /// Its API group; empty for the core group.
    pub group: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its plural name, as in a webhook's rules.
    pub resource: &'static str,
}

const fn info(kind: Kind, group: &'static str, name: &'static str, resource: &'static str) -> KindInfo {
    KindInfo { kind, group, name, resource }
}

/// All kinds that rules know.
pub static KINDS: &[KindInfo] = &[
    info(Kind::Pod, "", "Pod", "pods"),
    info(Kind::Deployment, "apps", "Deployment", "deployments"),
    info(Kind::ReplicaSet, "apps", "ReplicaSet", "replicasets"),
    info(Kind::StatefulSet, "apps", "StatefulSet", "statefulsets"),
    info(Kind::DaemonSet, "apps", "DaemonSet", "daemonsets"),
    info(Kind::Job, "batch", "Job", "jobs"),
    info(Kind::CronJob, "batch", "CronJob", "cronjobs"),
    info(Kind::ReplicationController, "", "ReplicationController", "replicationcontrollers"),
    info(Kind::PodTemplate, "", "PodTemplate", "podtemplates"),
    info(Kind::PersistentVolumeClaim, "", "PersistentVolumeClaim", "persistentvolumeclaims"),
    info(Kind::PersistentVolume, "", "PersistentVolume", "persistentvolumes"),
    info(Kind::NetworkPolicy, "networking.k8s.io", "NetworkPolicy", "networkpolicies"),
    info(Kind::Namespace, "", "Namespace", "namespaces"),
    info(Kind::Service, "", "Service", "services"),
    info(Kind::ConfigMap, "", "ConfigMap", "configmaps"),
    info(Kind::Secret, "", "Secret", "secrets"),
    info(Kind::PodExecOptions, "", "PodExecOptions", "pods/exec"),
    info(Kind::PodAttachOptions, "", "PodAttachOptions", "pods/attach"),
    info(Kind::PodPortForwardOptions, "", "PodPortForwardOptions", "pods/portforward"),
];

/// Whether a group is the one of the network policies that administrators of a cluster write.
#[must_use]
pub fn is_policy_group(group: &str) -> bool {
    products::is_in_group(group, "policy.networking.k8s.io")
}

impl Kind {
    /// The kind of that group and name, if any rule knows it. The version does not matter.
    #[must_use]
    pub fn find(group: &str, name: &str) -> Option<Kind> {
        let known = KINDS.iter().find(|info| info.group == group && info.name == name).map(|info| info.kind);
        known.or_else(|| (products::has_group(group) || is_policy_group(group)).then_some(Kind::Custom))
    }

    /// Whether such an object is a pod or makes pods from a template.
    #[must_use]
    pub fn has_template(self) -> bool {
        matches!(
            self,
            Kind::Pod
                | Kind::Deployment
                | Kind::ReplicaSet
                | Kind::StatefulSet
                | Kind::DaemonSet
                | Kind::Job
                | Kind::CronJob
                | Kind::ReplicationController
                | Kind::PodTemplate
        )
    }

    /// Whether it is a connection to a running pod, and no object.
    #[must_use]
    pub fn is_connection(self) -> bool {
        matches!(self, Kind::PodExecOptions | Kind::PodAttachOptions | Kind::PodPortForwardOptions)
    }

    /// What is read of such an object.
    #[must_use]
    pub fn shape(self) -> &'static Shape {
        match self {
            Kind::Pod => Pod::SHAPE,
            Kind::StatefulSet => StatefulSet::SHAPE,
            Kind::CronJob => CronJob::SHAPE,
            Kind::PodTemplate => PodTemplate::SHAPE,
            Kind::PersistentVolumeClaim => PersistentVolumeClaim::SHAPE,
            Kind::PersistentVolume => PersistentVolume::SHAPE,
            Kind::Service => Service::SHAPE,
            Kind::ConfigMap | Kind::Secret => Configuration::SHAPE,
            Kind::NetworkPolicy
            | Kind::Namespace
            | Kind::Custom
            | Kind::PodExecOptions
            | Kind::PodAttachOptions
            | Kind::PodPortForwardOptions => Object::SHAPE,
            Kind::Deployment | Kind::ReplicaSet | Kind::DaemonSet | Kind::Job | Kind::ReplicationController => {
                Workload::SHAPE
            }
        }
    }
}
