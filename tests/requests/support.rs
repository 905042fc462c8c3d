//! Objects in which something is found, in the tests of requests.

use serde_json::{Value, json};

use crate::common::{KINDS, Kind, Verdict, good_spec, judge, payload};

/// A pod spec in which `host-network` is found, and nothing else.
pub fn bad_spec() -> Value {
    let mut spec = good_spec();
    spec["hostNetwork"] = json!(true);
    spec
}

pub fn judged(request: &Value) -> Verdict {
    judge(&payload(request, &json!({})))
}

/// What is found of [`bad_spec`] in an object of that kind.
pub fn bad(kind: &Kind) -> Vec<(&'static str, String)> {
    let mut expected = vec![("host-network", format!("{}.hostNetwork", kind.path()))];
    if kind.name == "DaemonSet" {
        expected.insert(0, ("daemonset", "kind".to_owned()));
    }
    expected
}

pub fn workloads() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().filter(|kind| kind.name != "Pod")
}

/// Objects without a pod template, in each of which one thing is wrong: the rule and the path.
pub fn others() -> Vec<(Value, &'static str, &'static str)> {
    vec![
        (
            json!({
                "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"},
                "spec": {"type": "LoadBalancer", "externalTrafficPolicy": "Local"},
            }),
            "external-traffic-policy",
            "spec.externalTrafficPolicy",
        ),
        (
            json!({
                "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
                "metadata": {"name": "web", "namespace": "shop"}, "spec": {"podSelector": {}},
            }),
            "network-policy",
            "kind",
        ),
        (
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"istio.io/rev": "a"}}}),
            "service-mesh",
            "metadata.labels[\"istio.io/rev\"]",
        ),
        (
            json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": {}}),
            "persistent-volume-claim",
            "kind",
        ),
        (
            json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "data"}, "spec": {"nfs": {}}}),
            "persistent-volume",
            "kind",
        ),
        (
            json!({"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": {"name": "web"}}),
            "third-party-cni",
            "kind",
        ),
    ]
}
