//! The pod of a connection and the namespace of a pod, which are looked up.

use serde_json::{Value, json};

use crate::common::clusters::Witness;
use crate::common::policy::{Lookup, LookupError};
use crate::common::{
    CONNECTIONS, annotation, answer, connect, create, data, good_spec, kind_named, message, overlay, payload, required,
    update, validate_in, validate_with, warnings,
};
use crate::support::text;

// Connections.

/// The pod `shop/web` as the cluster has it.
fn running(spec: &Value) -> Value {
    let mut pod = kind_named("Pod").object(good_spec());
    overlay(&mut pod["spec"], spec);
    pod
}

#[test]
fn a_connection_is_denied_where_the_pod_runs_on_a_virtual_node() {
    let nodes: Vec<Value> = data("lookups/nodes.yaml");
    let is_managed = json!({"key": "node-role.kubernetes.io/virtual-node", "operator": "DoesNotExist"});
    let keeps_off = json!({"nodeAffinity": required(&json!([{"matchExpressions": [is_managed]}]))});
    for (spec, lookups, denied) in [
        (json!({"nodeName": "a"}), json!(["Pod", "Node"]), true),
        (json!({"nodeName": "b"}), json!(["Node", "Pod"]), true),
        (json!({"nodeName": "m"}), json!(["Pod", "Node"]), false),
        (json!({"nodeName": "m", "nodeSelector": {"pool": "x"}}), json!(["Pod", "Node"]), false),
        // A pod that waits for its node.
        (json!({}), json!(["Pod", "Node"]), true),
        (json!({"nodeSelector": {"pool": "z"}}), json!(["Pod", "Node"]), false),
        // Without the nodes, what the pod asks for must do as long as it waits.
        (json!({"nodeSelector": {"node-role.kubernetes.io/virtual-node": ""}}), json!(["Pod"]), true),
        (json!({"nodeSelector": {"pool": "z"}}), json!(["Pod"]), false),
        (json!({"affinity": keeps_off}), json!(["Pod"]), false),
        // A pod that names its node passes the scheduler by, and no look-up knows that the node is a managed one.
        (json!({"nodeName": "a", "nodeSelector": {"node-role.kubernetes.io/virtual-node": ""}}), json!(["Pod"]), true),
        (json!({"nodeName": "m", "nodeSelector": {"pool": "z"}}), json!(["Pod"]), true),
        (json!({"nodeName": "m", "affinity": keeps_off}), json!(["Pod"]), true),
    ] {
        let mut cluster = nodes.clone();
        cluster.push(running(&spec));
        for subresource in CONNECTIONS {
            let settings = json!({"nodeKind": "mixed", "lookups": lookups});
            let response = validate_in(&cluster, &payload(&connect(subresource), &settings));
            if denied {
                let alone = answer(&connect(subresource), &json!({}));
                assert_eq!(response, alone, "{subresource}, {spec}: as where all nodes are virtual");
            } else {
                assert_eq!(response, json!({"accepted": true}), "{subresource}, {spec}");
            }
        }
    }
}

#[test]
fn a_connection_to_an_unknown_place_warns() {
    let nodes: Vec<Value> = data("lookups/nodes.yaml");
    let mut other = running(&json!({"nodeName": "a"}));
    other["metadata"]["namespace"] = json!("other");
    for (cluster, lookups) in
        [(vec![], json!(["Pod", "Node"])), (vec![other], json!(["Pod"])), (nodes, json!(["Node"])), (vec![], json!([]))]
    {
        for subresource in CONNECTIONS {
            let settings = json!({"nodeKind": "mixed", "lookups": lookups, "onLookupFailure": "deny"});
            let response = validate_in(&cluster, &payload(&connect(subresource), &settings));
            let alone = answer(&connect(subresource), &json!({}));
            assert_eq!(response["accepted"], true, "{subresource}, {lookups}: {response}");
            assert_eq!(annotation(&response, "warned"), annotation(&alone, "denied"), "{subresource}, {lookups}");
            let lines: Vec<_> = message(&alone).lines().filter_map(|line| line.strip_prefix("- ")).collect();
            assert_eq!(warnings(&response), lines, "{subresource}, {lookups}");
        }
    }
}

/// The fields of a mask that the pod does not have are not there: it asks for nothing, and can be anywhere.
#[test]
fn a_connection_to_a_pod_without_any_constraint_is_judged() {
    let settings = json!({"nodeKind": "mixed", "lookups": ["Pod"]});
    for pod in [json!({"apiVersion": "v1", "kind": "Pod", "spec": {}}), json!({"spec": {"nodeName": "a"}})] {
        let response =
            validate_with(&Witness::answering(Lookup::Pod, text(&pod)), &payload(&connect("exec"), &settings));
        assert_eq!(annotation(&response, "denied"), "exec", "{pod}: {response}");
    }
}

/// The pod is found, and whether its node is virtual is not.
#[test]
fn a_connection_is_not_accepted_in_silence_where_nodes_cannot_be_looked_up() {
    for spec in [json!({"nodeName": "m"}), json!({"nodeName": "m", "nodeSelector": {"pool": "z"}})] {
        for (failing, accepted) in [("warn", None), ("deny", Some(false))] {
            let cluster = Witness::answering(Lookup::Pod, text(&running(&spec)));
            let settings = json!({"nodeKind": "mixed", "lookups": ["Pod", "Node"], "onLookupFailure": failing});
            let response = validate_with(&cluster, &payload(&connect("exec"), &settings));
            let said = format!("{}{}", message(&response), warnings(&response).concat());
            assert!(said.contains("could not look up Nodes"), "{spec}, {failing}: {response}");
            assert!(accepted.is_none_or(|accepted| response["accepted"] == accepted), "{spec}, {failing}: {response}");
        }
    }
}

// Namespaces.

fn in_namespace(labels: &Value, pod_labels: &Value) -> Value {
    let mut pod = kind_named("Pod").object(good_spec());
    pod["metadata"]["labels"] = pod_labels.clone();
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": labels}});
    validate_in(&[namespace], &payload(&create(&pod), &json!({"lookups": ["Namespace"]})))
}

/// Istio: the label `istio.io/dataplane-mode: none` on a pod takes it out of the ambient mesh of its namespace.
#[test]
fn a_pod_opts_out_of_the_ambient_mesh_by_its_own_label() {
    let ambient = json!({"istio.io/dataplane-mode": "ambient"});
    assert_eq!(in_namespace(&ambient, &json!({"istio.io/dataplane-mode": "none"})), json!({"accepted": true}));
}

/// Istio: `sidecar.istio.io/inject` is about the sidecar, which the ambient mesh does not have.
#[test]
fn a_pod_without_a_sidecar_is_in_the_ambient_mesh_all_the_same() {
    let ambient = json!({"istio.io/dataplane-mode": "ambient"});
    let response = in_namespace(&ambient, &json!({"sidecar.istio.io/inject": "false"}));
    assert_eq!(annotation(&response, "denied"), "service-mesh", "{response}");
}

/// A running pod has its containers: no proxy is put into it any more.
#[test]
fn the_namespace_of_a_running_pod_does_not_matter() {
    let pod = kind_named("Pod").object(good_spec());
    let cluster = Witness::new(Err(LookupError::Failed));
    let response = validate_with(&cluster, &payload(&update(&pod, &pod), &json!({"lookups": ["Namespace"]})));
    assert_eq!(response, json!({"accepted": true}));
    assert_eq!(cluster.questions(), []);
}
