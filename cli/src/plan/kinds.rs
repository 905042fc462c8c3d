//! The kinds of objects that have Pods: Kubernetes' own, and those of other products whose public definitions say how
//! many.

use serde_json::Value;

use super::count::{Counter, Group};
use super::input::Item;
use super::{core_kinds, custom_kinds};

/// Counts the Pods of an object, or says why that cannot be done.
pub type CountFn = for<'a> fn(&Counter<'a>, &'a Item) -> Result<Vec<Group<'a>>, String>;

/// What is known of a kind.
#[derive(Debug, Clone, Copy)]
pub enum Pods {
    /// It has so many.
    Counted(CountFn),
    /// It has one on each node, by the template at this JSON pointer. Virtual nodes take none of them.
    OnEachNode(&'static str),
}

/// A kind with Pods.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The API group; empty for the core group.
    pub group: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// Its Pods.
    pub pods: Pods,
}

const fn counted(group: &'static str, kind: &'static str, count: CountFn) -> Kind {
    Kind { group, kind, pods: Pods::Counted(count) }
}

const fn on_each_node(group: &'static str, kind: &'static str, template: &'static str) -> Kind {
    Kind { group, kind, pods: Pods::OnEachNode(template) }
}

/// The resources without Pods that say how many Pods others have: API group and plural name.
pub const AUTOSCALERS: [(&str, &str); 2] = [("autoscaling", "horizontalpodautoscalers"), ("keda.sh", "scaledobjects")];

/// All kinds that are counted. Those of other products as of their releases in the comments.
pub static KINDS: &[Kind] = &[
    counted("", "Pod", core_kinds::pod),
    counted("", "ReplicationController", core_kinds::replicas),
    counted("apps", "Deployment", core_kinds::deployment),
    counted("apps", "ReplicaSet", core_kinds::replicas),
    counted("apps", "StatefulSet", core_kinds::replicas),
    on_each_node("apps", "DaemonSet", "/spec/template"),
    counted("batch", "Job", core_kinds::job),
    counted("batch", "CronJob", core_kinds::cron_job),
    // Argo Rollouts 1.9
    counted("argoproj.io", "Rollout", custom_kinds::rollout),
    counted("argoproj.io", "Experiment", custom_kinds::experiment),
    // Knative Serving 1.23
    counted("serving.knative.dev", "Service", custom_kinds::knative),
    counted("serving.knative.dev", "Configuration", custom_kinds::knative),
    counted("apps.openshift.io", "DeploymentConfig", custom_kinds::deployment_config),
    // OpenKruise 1.9
    counted("apps.kruise.io", "CloneSet", custom_kinds::clone_set),
    counted("apps.kruise.io", "StatefulSet", core_kinds::replicas),
    on_each_node("apps.kruise.io", "DaemonSet", "/spec/template"),
    on_each_node("apps.kruise.io", "BroadcastJob", "/spec/template"),
    // JobSet 0.12, LeaderWorkerSet 0.10
    counted("jobset.x-k8s.io", "JobSet", custom_kinds::job_set),
    counted("leaderworkerset.x-k8s.io", "LeaderWorkerSet", custom_kinds::leader_worker_set),
    // KEDA 2.20
    counted("keda.sh", "ScaledJob", custom_kinds::scaled_job),
    // Kubeflow: training operator 1.9, MPI operator 0.8, notebooks 1.11
    counted("kubeflow.org", "PyTorchJob", custom_kinds::training_job),
    counted("kubeflow.org", "TFJob", custom_kinds::training_job),
    counted("kubeflow.org", "MPIJob", custom_kinds::training_job),
    counted("kubeflow.org", "XGBoostJob", custom_kinds::training_job),
    counted("kubeflow.org", "PaddleJob", custom_kinds::training_job),
    counted("kubeflow.org", "JAXJob", custom_kinds::training_job),
    counted("kubeflow.org", "Notebook", custom_kinds::notebook),
    // KubeRay 1.7
    counted("ray.io", "RayCluster", custom_kinds::ray_cluster),
    counted("ray.io", "RayJob", custom_kinds::ray_job),
    counted("ray.io", "RayService", custom_kinds::ray_service),
    // Volcano 1.15
    counted("batch.volcano.sh", "Job", custom_kinds::volcano_job),
    // Strimzi 1.2
    counted("core.strimzi.io", "StrimziPodSet", custom_kinds::strimzi_pod_set),
    // Actions Runner Controller, gha-runner-scale-set 0.14
    counted("actions.github.com", "AutoscalingRunnerSet", custom_kinds::autoscaling_runner_set),
    counted("actions.github.com", "EphemeralRunnerSet", custom_kinds::ephemeral_runner_set),
    // Agones 1.56
    counted("agones.dev", "GameServer", custom_kinds::game_server),
    counted("agones.dev", "Fleet", custom_kinds::fleet),
    counted("agones.dev", "GameServerSet", custom_kinds::game_server_set),
];

/// What is known of the kind of an object.
#[must_use]
pub fn of(item: &Item) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.group == item.id.group && kind.kind == item.id.kind)
}

/// Whether an object of a kind that is not known looks as if it had Pods: it has a pod template or replicas somewhere in
/// its `spec`. Kubernetes' own kinds with Pods are all known.
#[must_use]
pub fn seems_to_have_pods(item: &Item) -> bool {
    let group = item.id.group.as_str();
    let is_kubernetes = group != "extensions"
        && (!group.contains('.') || (group.ends_with(".k8s.io") && !group.ends_with(".x-k8s.io")));
    !is_kubernetes && item.value.get("spec").is_some_and(has_pods)
}

fn has_pods(value: &Value) -> bool {
    match value {
        Value::Object(fields) => {
            let is_container = |value: &Value| value.get("image").is_some();
            let containers = fields.get("containers").and_then(Value::as_array);
            containers.is_some_and(|containers| containers.iter().any(is_container))
                || fields.get("replicas").is_some_and(Value::is_u64)
                || fields.values().any(has_pods)
        }
        Value::Array(items) => items.iter().any(has_pods),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    use super::*;
    use crate::plan::input::{Inventory, Object, Source};

    #[test]
    fn each_kind_is_there_once() {
        let mut seen = HashSet::new();
        for kind in KINDS {
            assert!(seen.insert((kind.group, kind.kind)), "{}/{}", kind.group, kind.kind);
        }
    }

    #[test]
    fn unknown_kinds_are_looked_into() {
        let seems = |api_version: &str, spec: Value| {
            let value = json!({"apiVersion": api_version, "kind": "Thing", "metadata": {"name": "a"}, "spec": spec});
            let object = Object::new(value, Source { file: String::new(), line: 1 });
            seems_to_have_pods(&Inventory::of(vec![object], "default").items[0])
        };
        assert!(seems("kafka.strimzi.io/v1", json!({"kafka": {"replicas": 3}})));
        assert!(seems("example.com/v1", json!({"a": [{"b": {"containers": [{"image": "x"}]}}]})));
        assert!(seems("gang.x-k8s.io/v1", json!({"replicas": 3})));
        assert!(seems("extensions/v1beta1", json!({"replicas": 3})));
        assert!(!seems("example.com/v1", json!({"containers": ["a"], "replicas": "many"})));
        assert!(!seems("policy/v1", json!({"replicas": 3})));
        assert!(!seems("apiextensions.k8s.io/v1", json!({"replicas": 3})));
    }
}
