//! What a plan needs of an object, to be saved: numbers and sizes, and no contents.

use serde_json::{Map, Value};

/// Fields that no plan reads, with all that is in them. What a user writes is in these: environment, arguments, data.
const DROPPED: &[&str] = &[
    "affinity",
    "args",
    "binaryData",
    "command",
    "data",
    "env",
    "envFrom",
    "labels",
    "lifecycle",
    "livenessProbe",
    "managedFields",
    "readinessProbe",
    "securityContext",
    "startupProbe",
    "status",
    "stringData",
    "tolerations",
    "volumeMounts",
    "volumes",
];

/// Fields whose texts a plan reads. Other texts are dropped; numbers and booleans stay.
const TEXTS: &[&str] = &[
    "apiVersion",
    "concurrencyPolicy",
    "cpu",
    "ephemeral-storage",
    "externalTrafficPolicy",
    "generateName",
    "groupName",
    "image",
    "kind",
    "loadBalancerSourceRanges",
    "maxSurge",
    "maxUnavailable",
    "memory",
    "name",
    "namespace",
    "protocol",
    "restartPolicy",
    "submissionMode",
    "type",
    "uid",
];

/// The starts of the annotations that a plan reads.
const ANNOTATIONS: &[&str] = &[
    "agones.dev/dev-address",
    "argocd.argoproj.io/hook",
    "autoscaling.knative.dev/",
    "helm.sh/hook",
    "kubectl.kubernetes.io/default-container",
    "kubeflow-resource-stopped",
    "oci",
    "queue.sidecar.serving.knative.dev/",
    "service.beta.kubernetes.io/oci-",
];

/// The object, as far as a plan needs it. A plan of this and one of the object are equal.
#[must_use]
pub fn trim(object: &Value) -> Value {
    kept("", object).unwrap_or_else(|| Value::Object(Map::new()))
}

/// The part of a value that stays; `key` is that of the field, or of the list that it is in.
fn kept(key: &str, value: &Value) -> Option<Value> {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => Some(value.clone()),
        Value::String(_) => TEXTS.contains(&key).then(|| value.clone()),
        Value::Array(items) => {
            // The positions of the items are in messages.
            let empty = || Value::Object(Map::new());
            Some(items.iter().map(|item| kept(key, item).unwrap_or_else(empty)).collect())
        }
        // The labels of the RayCluster that a RayJob runs on: where it selects one, it brings none.
        Value::Object(_) if key == "clusterSelector" => Some(value.clone()),
        Value::Object(fields) if key == "annotations" => {
            let is_read = |name: &str| ANNOTATIONS.iter().any(|start| name.starts_with(start));
            let fields: Map<_, _> = fields
                .iter()
                .filter(|(name, _)| is_read(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            (!fields.is_empty()).then(|| fields.into())
        }
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(name, _)| !DROPPED.contains(&name.as_str()));
            Some(
                fields
                    .filter_map(|(name, value)| Some((name.clone(), kept(name, value)?)))
                    .collect::<Map<_, _>>()
                    .into(),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn contents_are_dropped() {
        let object = json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web", "annotations": {"note": "secret", "helm.sh/hook": "test"}, "labels": {"a": "secret"}},
            "spec": {"replicas": 2, "template": {"spec": {"hostname": "secret", "containers": [
                {"name": "c", "image": "i", "args": ["secret"], "env": [{"name": "A", "value": "secret"}],
                 "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}},
            ]}}},
        });
        let kept = trim(&object);
        assert!(!kept.to_string().contains("secret"), "{kept}");
        let resources = kept.pointer("/spec/template/spec/containers/0/resources/limits");
        assert_eq!(resources, object.pointer("/spec/template/spec/containers/0/resources/limits"));
        assert_eq!(kept.pointer("/metadata/annotations"), Some(&json!({"helm.sh/hook": "test"})));
    }
}
