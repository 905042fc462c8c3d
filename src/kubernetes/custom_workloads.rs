//! Custom resources with pod templates, one row each. Source: the products' public CustomResourceDefinitions, in the
//! versions listed in `docs/custom-workloads.md`.

use crate::document::pattern::Pattern;
use crate::document::view::View;
use crate::kubernetes::kinds::{CORE, Kind, KindInfo, route};
use crate::kubernetes::views::GameServerPort;

/// Creates the row of a custom workload.
const fn workload(
    group: &'static str,
    name: &'static str,
    resource: &'static str,
    templates: &'static [Pattern<'static>],
) -> KindInfo<'static> {
    KindInfo { kind: Kind::CustomWorkload, group, name, resource, templates, ..CORE }
}

const fn at(pattern: &'static str) -> Pattern<'static> {
    Pattern::new(pattern)
}

const TEMPLATE: &[Pattern<'static>] = &[at("spec.template")];
const CLAIMS: Option<Pattern<'static>> = Some(at("spec.volumeClaimTemplates[*]"));

/// The ports of a GameServer.
pub const GAME_SERVER_PORTS: Pattern<'static> = at("spec.ports[*]");
/// The ports of the game servers of a Fleet or GameServerSet.
pub const GAME_SERVER_TEMPLATE_PORTS: Pattern<'static> = at("spec.template.spec.ports[*]");

/// All custom workloads, in the order of the documentation.
pub static CUSTOM_WORKLOADS: &[KindInfo<'static>] = &[
    workload("argoproj.io", "Rollout", "rollouts", TEMPLATE),
    workload("argoproj.io", "Experiment", "experiments", &[at("spec.templates[*].template")]),
    workload("serving.knative.dev", "Service", "services", TEMPLATE),
    workload("serving.knative.dev", "Configuration", "configurations", TEMPLATE),
    workload("apps.openshift.io", "DeploymentConfig", "deploymentconfigs", TEMPLATE),
    workload("apps.kruise.io", "BroadcastJob", "broadcastjobs", TEMPLATE),
    workload("apps.kruise.io", "DaemonSet", "daemonsets", TEMPLATE),
    KindInfo { claims: CLAIMS, ..workload("apps.kruise.io", "CloneSet", "clonesets", TEMPLATE) },
    KindInfo { claims: CLAIMS, ..workload("apps.kruise.io", "StatefulSet", "statefulsets", TEMPLATE) },
    KindInfo {
        claims: Some(at("spec.volumeClaimPolicies[*].templates[*]")),
        ..workload("jobset.x-k8s.io", "JobSet", "jobsets", &[at("spec.replicatedJobs[*].template.spec.template")])
    },
    KindInfo {
        claims: Some(at("spec.leaderWorkerTemplate.volumeClaimTemplates[*]")),
        ..workload(
            "leaderworkerset.x-k8s.io",
            "LeaderWorkerSet",
            "leaderworkersets",
            &[at("spec.leaderWorkerTemplate.leaderTemplate"), at("spec.leaderWorkerTemplate.workerTemplate")],
        )
    },
    workload("keda.sh", "ScaledJob", "scaledjobs", &[at("spec.jobTargetRef.template")]),
    workload("kubeflow.org", "PyTorchJob", "pytorchjobs", &[at("spec.pytorchReplicaSpecs.*.template")]),
    workload("kubeflow.org", "TFJob", "tfjobs", &[at("spec.tfReplicaSpecs.*.template")]),
    workload("kubeflow.org", "MPIJob", "mpijobs", &[at("spec.mpiReplicaSpecs.*.template")]),
    workload("kubeflow.org", "XGBoostJob", "xgboostjobs", &[at("spec.xgbReplicaSpecs.*.template")]),
    workload("kubeflow.org", "PaddleJob", "paddlejobs", &[at("spec.paddleReplicaSpecs.*.template")]),
    workload("kubeflow.org", "JAXJob", "jaxjobs", &[at("spec.jaxReplicaSpecs.*.template")]),
    workload("kubeflow.org", "Notebook", "notebooks", TEMPLATE),
    workload(
        "ray.io",
        "RayCluster",
        "rayclusters",
        &[at("spec.headGroupSpec.template"), at("spec.workerGroupSpecs[*].template")],
    ),
    workload(
        "ray.io",
        "RayJob",
        "rayjobs",
        &[
            at("spec.rayClusterSpec.headGroupSpec.template"),
            at("spec.rayClusterSpec.workerGroupSpecs[*].template"),
            at("spec.submitterPodTemplate"),
        ],
    ),
    workload(
        "ray.io",
        "RayService",
        "rayservices",
        &[at("spec.rayClusterConfig.headGroupSpec.template"), at("spec.rayClusterConfig.workerGroupSpecs[*].template")],
    ),
    workload("batch.volcano.sh", "Job", "jobs", &[at("spec.tasks[*].template")]),
    workload("core.strimzi.io", "StrimziPodSet", "strimzipodsets", &[at("spec.pods[*]")]),
    workload(
        "actions.github.com",
        "AutoscalingRunnerSet",
        "autoscalingrunnersets",
        &[at("spec.template"), at("spec.listenerTemplate")],
    ),
    workload("actions.github.com", "EphemeralRunnerSet", "ephemeralrunnersets", &[at("spec.ephemeralRunnerSpec")]),
    KindInfo {
        fields: &[route("spec.ports[*]", GameServerPort::SHAPE)],
        ..workload("agones.dev", "GameServer", "gameservers", TEMPLATE)
    },
    KindInfo {
        fields: &[route("spec.template.spec.ports[*]", GameServerPort::SHAPE)],
        ..workload("agones.dev", "Fleet", "fleets", &[at("spec.template.spec.template")])
    },
    KindInfo {
        fields: &[route("spec.template.spec.ports[*]", GameServerPort::SHAPE)],
        ..workload("agones.dev", "GameServerSet", "gameserversets", &[at("spec.template.spec.template")])
    },
];

/// A product's custom workloads, as its API serves them. For documentation and webhook rules; the policy itself ignores
/// versions.
pub struct Served {
    /// The product's name.
    pub product: &'static str,
    /// The API group.
    pub group: &'static str,
    /// The API version to list in webhook rules.
    pub version: &'static str,
    /// The plural names of the version's resources.
    pub resources: &'static [&'static str],
}

const fn served(
    product: &'static str,
    group: &'static str,
    version: &'static str,
    resources: &'static [&'static str],
) -> Served {
    Served { product, group, version, resources }
}

/// The resources of each product.
pub static SERVED: &[Served] = &[
    served("Argo Rollouts", "argoproj.io", "v1alpha1", &["rollouts", "experiments"]),
    served("Knative Serving", "serving.knative.dev", "v1", &["services", "configurations"]),
    served("OpenShift", "apps.openshift.io", "v1", &["deploymentconfigs"]),
    served("OpenKruise", "apps.kruise.io", "v1alpha1", &["clonesets"]),
    served("OpenKruise", "apps.kruise.io", "v1beta1", &["statefulsets", "daemonsets", "broadcastjobs"]),
    served("JobSet", "jobset.x-k8s.io", "v1alpha2", &["jobsets"]),
    served("LeaderWorkerSet", "leaderworkerset.x-k8s.io", "v1", &["leaderworkersets"]),
    served("KEDA", "keda.sh", "v1alpha1", &["scaledjobs"]),
    served(
        "Kubeflow Training Operator",
        "kubeflow.org",
        "v1",
        &["pytorchjobs", "tfjobs", "mpijobs", "xgboostjobs", "paddlejobs", "jaxjobs"],
    ),
    served("Kubeflow MPI Operator", "kubeflow.org", "v2beta1", &["mpijobs"]),
    served("Kubeflow Notebooks", "kubeflow.org", "v1", &["notebooks"]),
    served("KubeRay", "ray.io", "v1", &["rayclusters", "rayjobs", "rayservices"]),
    served("Volcano", "batch.volcano.sh", "v1alpha1", &["jobs"]),
    served("Strimzi", "core.strimzi.io", "v1", &["strimzipodsets"]),
    served(
        "GitHub Actions Runner Controller",
        "actions.github.com",
        "v1alpha1",
        &["autoscalingrunnersets", "ephemeralrunnersets"],
    ),
    served("Agones", "agones.dev", "v1", &["gameservers", "fleets", "gameserversets"]),
];
