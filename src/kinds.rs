//! The kinds of object that rules know, and where they keep their pod template.

use crate::reader::{Shape, View};
use crate::views::{CronJob, PersistentVolumeClaim, Pod, PodTemplate, StatefulSet, Workload};

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
];

impl Kind {
    /// The kind of that group and name, if any rule knows it. The version does not matter.
    #[must_use]
    pub fn find(group: &str, name: &str) -> Option<Kind> {
        KINDS.iter().find(|info| info.group == group && info.name == name).map(|info| info.kind)
    }

    /// Whether such an object is a pod or makes pods from a template.
    #[must_use]
    pub fn has_template(self) -> bool {
        self != Kind::PersistentVolumeClaim
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
            Kind::Deployment | Kind::ReplicaSet | Kind::DaemonSet | Kind::Job | Kind::ReplicationController => {
                Workload::SHAPE
            }
        }
    }
}
